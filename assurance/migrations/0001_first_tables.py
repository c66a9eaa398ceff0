import assurance.rules
import core.clock
import core.fields
import django.db.models.deletion
import organisation.rules
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('escalation', '0001_first_tables'),
        ('indicators', '0001_first_tables'),
        ('organisation', '0001_first_tables'),
        ('organisation', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Team',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(choices=assurance.rules.TeamCode.choices, max_length=3, unique=True)),
                ('name', models.CharField(max_length=200)),
                ('chaired_by', models.CharField(choices=organisation.rules.PostKind.choices, max_length=30, verbose_name="chair's post")),
            ],
            options={
                'ordering': ['-code'],
                'constraints': [models.CheckConstraint(condition=models.Q(('code__in', [assurance.rules.TeamCode['PAT'], assurance.rules.TeamCode['DAT']])), name='team_is_pat_or_dat'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='team_has_a_name'), models.CheckConstraint(condition=models.Q(('chaired_by__in', [organisation.rules.PostKind['ACCOUNTABLE_MANAGER'], organisation.rules.PostKind['DEPUTY'], organisation.rules.PostKind['DIRECTOR'], organisation.rules.PostKind['MANAGING_DIRECTOR'], organisation.rules.PostKind['DEPUTY_MANAGING_DIRECTOR'], organisation.rules.PostKind['PERFORMANCE_OFFICER'], organisation.rules.PostKind['CABINET_MEMBER'], organisation.rules.PostKind['CHAIR_GOVERNANCE_AUDIT'], organisation.rules.PostKind['POSC_CHAIR'], organisation.rules.PostKind['MEMBER'], organisation.rules.PostKind['STAFF']])), name='team_is_chaired_by_a_known_post')],
            },
        ),
        migrations.CreateModel(
            name='Seat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seats', to='assurance.team')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seats', to=settings.AUTH_USER_MODEL)),
                ('kind', models.CharField(choices=assurance.rules.SeatKind.choices, max_length=8)),
                ('unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.unit', verbose_name='directorate')),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField(blank=True, null=True)),
            ],
            options={
                'ordering': ['team', 'starts_on', 'id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ends_on__isnull', True), ('kind', 'chair')), fields=('team',), name='one_chair_of_a_team_at_a_time'), models.UniqueConstraint(condition=models.Q(('ends_on__isnull', True), ('kind', 'director')), fields=('team', 'unit'), name='one_director_per_directorate_and_team'), models.UniqueConstraint(condition=models.Q(('ends_on__isnull', True), ('kind__in', ['director', 'ned'])), fields=('user',), name='nobody_sits_on_both_teams_as_director_or_ned'), models.UniqueConstraint(condition=models.Q(('ends_on__isnull', True)), fields=('team', 'user'), name='one_seat_of_a_person_on_a_team'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'director'), ('unit__isnull', False)), models.Q(models.Q(('kind', 'director'), _negated=True), ('unit__isnull', True)), _connector='OR'), name='a_director_alone_speaks_for_a_directorate'), models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='seat_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(('kind__in', [assurance.rules.SeatKind['CHAIR'], assurance.rules.SeatKind['DIRECTOR'], assurance.rules.SeatKind['NED'], assurance.rules.SeatKind['OFFICER']])), name='seat_is_of_a_known_kind')],
            },
        ),
        migrations.CreateModel(
            name='Meeting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='meetings', to='assurance.team')),
                ('meets_on', models.DateField()),
                ('quarter', core.fields.QuarterField()),
                ('state', models.CharField(choices=assurance.rules.MeetingState.choices, default=assurance.rules.MeetingState['PLANNED'], max_length=10)),
            ],
            options={
                'ordering': ['team', '-meets_on'],
                'constraints': [models.UniqueConstraint(fields=('team', 'meets_on'), name='one_meeting_of_a_team_a_day'), models.CheckConstraint(condition=models.Q(('state__in', [assurance.rules.MeetingState['PLANNED'], assurance.rules.MeetingState['PAPERS_OUT'], assurance.rules.MeetingState['HELD']])), name='meeting_is_in_a_known_state')],
            },
        ),
        migrations.CreateModel(
            name='CallIn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='call_ins', to='assurance.meeting')),
                ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='call_ins', to='indicators.indicator')),
                ('verdict', models.CharField(choices=assurance.rules.CallInVerdict.choices, max_length=10)),
                ('eligibility', models.CharField(choices=assurance.rules.Eligibility.choices, max_length=14)),
                ('why', models.TextField()),
                ('reason', models.TextField(blank=True)),
                ('called_in_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('at', models.DateTimeField()),
            ],
            options={
                'ordering': ['meeting', 'at', 'id'],
                'constraints': [models.UniqueConstraint(fields=('meeting', 'indicator'), name='one_call_in_of_an_indicator_to_a_meeting'), models.CheckConstraint(condition=models.Q(('verdict__in', [assurance.rules.CallInVerdict['CALLED_IN'], assurance.rules.CallInVerdict['DEFERRED'], assurance.rules.CallInVerdict['DECLINED'], assurance.rules.CallInVerdict['WITHDRAWN']])), name='call_in_has_a_known_verdict'), models.CheckConstraint(condition=models.Q(('eligibility__in', [assurance.rules.Eligibility['ESCALATED'], assurance.rules.Eligibility['RED_NOW'], assurance.rules.Eligibility['AMBER_AGAIN'], assurance.rules.Eligibility['STATED_REASON']])), name='call_in_has_a_known_eligibility'), models.CheckConstraint(condition=models.Q(('why', ''), _negated=True), name='call_in_says_why_it_is_here'), models.CheckConstraint(condition=models.Q(('verdict', 'called_in'), models.Q(('reason', ''), _negated=True), _connector='OR'), name='not_calling_in_has_a_reason'), models.CheckConstraint(condition=models.Q(models.Q(('eligibility', 'stated_reason'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='an_exceptional_call_in_states_its_reason')],
            },
        ),
        migrations.CreateModel(
            name='Challenge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('call_in', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='challenges', to='assurance.callin')),
                ('text', models.TextField()),
                ('answer', models.TextField(blank=True)),
                ('raised_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('recorded_at', models.DateTimeField(default=core.clock.now, editable=False)),
            ],
            options={
                'ordering': ['call_in', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='challenge_says_what_was_asked')],
            },
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('call_in', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='assurance.callin')),
                ('text', models.TextField()),
                ('agreed_plan', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='agreed_by', to='escalation.actionplan')),
                ('recorded_at', models.DateTimeField(default=core.clock.now, editable=False)),
            ],
            options={
                'ordering': ['call_in', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='decision_says_what_was_decided')],
            },
        ),
        migrations.CreateModel(
            name='AgreedAction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('call_in', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='agreed_actions', to='assurance.callin')),
                ('what', models.CharField(max_length=500)),
                ('owner', models.CharField(max_length=200)),
                ('due_on', models.DateField()),
                ('done_on', models.DateField(blank=True, null=True)),
                ('progress', models.CharField(blank=True, max_length=500)),
            ],
            options={
                'ordering': ['call_in', 'due_on', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('what', ''), _negated=True), models.Q(('owner', ''), _negated=True)), name='agreed_action_says_who_does_what')],
            },
        ),
        migrations.CreateModel(
            name='Paper',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='papers', to='assurance.meeting')),
                ('position', models.PositiveSmallIntegerField()),
                ('title', models.CharField(max_length=200)),
                ('text', models.TextField(blank=True)),
                ('file', models.FileField(blank=True, upload_to='papers/%Y/')),
                ('sha256', models.CharField(blank=True, help_text='Of the file', max_length=64)),
                ('tabled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['meeting', 'position'],
                'constraints': [models.UniqueConstraint(fields=('meeting', 'position'), name='papers_stand_in_order'), models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='paper_has_a_title'), models.CheckConstraint(condition=models.Q(models.Q(('text', ''), _negated=True), models.Q(('file', ''), _negated=True), _connector='OR'), name='paper_is_a_text_or_a_file'), models.CheckConstraint(condition=models.Q(('file', ''), models.Q(('sha256', ''), _negated=True), _connector='OR'), name='paper_with_a_file_has_its_fingerprint')],
            },
        ),
        migrations.CreateModel(
            name='Pack',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='packs', to='assurance.meeting')),
                ('number', models.PositiveSmallIntegerField()),
                ('document', models.JSONField()),
                ('sha256', models.CharField(max_length=64)),
                ('frozen_at', models.DateTimeField()),
                ('frozen_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('html', models.TextField(blank=True)),
                ('pdf', models.BinaryField(blank=True, null=True)),
                ('drawn_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['meeting', 'number'],
                'constraints': [models.UniqueConstraint(fields=('meeting', 'number'), name='packs_are_numbered'), models.UniqueConstraint(fields=('meeting', 'sha256'), name='a_document_is_frozen_once_per_meeting'), models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='packs_count_from_one'), models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$')), name='pack_has_its_fingerprint'), models.CheckConstraint(condition=models.Q(models.Q(('drawn_at__isnull', True), ('html', ''), ('pdf__isnull', True)), models.Q(('drawn_at__isnull', False), ('pdf__isnull', False), models.Q(('html', ''), _negated=True)), _connector='OR'), name='pack_is_drawn_as_html_and_pdf_or_not_at_all')],
            },
        ),
    ]
