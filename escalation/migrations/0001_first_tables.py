import core.clock
import core.fields
import django.core.serializers.json
import django.db.models.deletion
import escalation.rules.ladder
import sorp.lexicon
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('indicators', '0001_first_tables'),
        ('organisation', '0001_first_tables'),
        ('organisation', '__first__'),
        ('sorp', '0001_first_tables'),
    ]

    operations = [
        migrations.CreateModel(
            name='Backtest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('rules', models.JSONField(help_text='The rules tried, as in rules.json')),
                ('version', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='backtests', to='sorp.version')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asked_at', models.DateTimeField(default=core.clock.now, editable=False)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('found', models.JSONField(blank=True, help_text='What the replay gave', null=True)),
                ('is_evidence', models.BooleanField(default=False)),
            ],
            options={
                'ordering': ['-asked_at', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('is_evidence', False), models.Q(('finished_at__isnull', False), ('version__isnull', False)), _connector='OR'), name='evidence_is_finished_and_belongs_to_a_version'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='backtest_has_a_name')],
            },
        ),
        migrations.CreateModel(
            name='Escalation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='escalations', to='indicators.indicator')),
                ('level', models.CharField(choices=sorp.lexicon.Level.choices, max_length=12)),
                ('origin', models.CharField(choices=escalation.rules.ladder.Origin.choices, default=escalation.rules.ladder.Origin['RULE'], max_length=6)),
                ('trigger', models.CharField(help_text='Its name, as it read then', max_length=100)),
                ('trigger_key', models.CharField(blank=True, max_length=100)),
                ('all_met', models.JSONField(default=list, help_text='The keys of all triggers of the level that were met')),
                ('sorp_version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='escalations', to='sorp.version')),
                ('since', core.fields.QuarterField()),
                ('opened_in', core.fields.QuarterField()),
                ('recovered_in', core.fields.QuarterField(blank=True, null=True)),
                ('recorded_in', core.fields.QuarterField(help_text='The close that wrote it down')),
                ('relapse', models.BooleanField(default=False)),
                ('restated', models.BooleanField(default=False)),
                ('reason', models.TextField()),
                ('variation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='escalations', to='indicators.variation')),
                ('referred_from', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='referred_up', to='escalation.escalation')),
                ('referred_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('recorded_at', models.DateTimeField(default=core.clock.now, editable=False)),
            ],
            options={
                'ordering': ['indicator', 'opened_in', 'level'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('recovered_in__isnull', True)), fields=('indicator', 'level'), name='one_open_escalation_per_indicator_and_level'), models.UniqueConstraint(condition=models.Q(('recovered_in__isnull', True), ('recovered_in__gt', models.F('opened_in')), _connector='OR'), fields=('indicator', 'level', 'opened_in'), name='one_escalation_opened_in_a_quarter'), models.CheckConstraint(condition=models.Q(('since__lte', models.F('opened_in'))), name='escalation_counts_from_before_it_opened'), models.CheckConstraint(condition=models.Q(('recovered_in__isnull', True), ('recovered_in__gte', models.F('opened_in')), _connector='OR'), name='escalation_recovers_after_it_opened'), models.CheckConstraint(condition=models.Q(('level__in', [sorp.lexicon.Level['DIVISION'], sorp.lexicon.Level['DIRECTORATE'], sorp.lexicon.Level['PAT'], sorp.lexicon.Level['CABINET']])), name='escalation_is_to_a_known_level'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='escalation_has_a_reason'), models.CheckConstraint(condition=models.Q(models.Q(('origin', 'rule'), ('referred_by__isnull', True), ('referred_from__isnull', True), models.Q(('trigger_key', ''), _negated=True)), models.Q(('origin', 'manual'), ('referred_by__isnull', False), ('referred_from__isnull', False), ('trigger_key', '')), _connector='OR'), name='a_referral_says_by_whom_and_from_where')],
            },
        ),
        migrations.CreateModel(
            name='Handling',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('escalation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='handlings', to='escalation.escalation')),
                ('kind', models.CharField(choices=[('noted', 'Noted'), ('plan_agreed', 'Action plan agreed'), ('referred_up', 'Referred up'), ('sent_back', 'Sent back')], max_length=12)),
                ('words', models.TextField(blank=True, help_text='Why, or what was said')),
                ('handled_on', models.DateField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('recorded_at', models.DateTimeField(default=core.clock.now, editable=False)),
            ],
            options={
                'ordering': ['escalation', 'handled_on', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['noted', 'plan_agreed', 'referred_up', 'sent_back'])), name='handling_is_of_a_known_kind'), models.CheckConstraint(condition=models.Q(('kind__in', ['noted', 'plan_agreed']), models.Q(('words', ''), _negated=True), _connector='OR'), name='referring_up_or_back_has_a_reason')],
            },
        ),
        migrations.CreateModel(
            name='Explanation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='explanations', to='indicators.indicator')),
                ('quarter', core.fields.QuarterField()),
                ('number', models.PositiveSmallIntegerField(default=1)),
                ('is_latest', models.BooleanField(default=True)),
                ('outcome', models.CharField(choices=[('escalated', 'Escalated'), ('stands', 'Still escalated'), ('not_escalated', 'Not escalated'), ('recovered', 'Recovered')], max_length=14)),
                ('sentence', models.TextField()),
                ('document', models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('told_at', models.DateTimeField(default=core.clock.now, editable=False)),
            ],
            options={
                'ordering': ['indicator', 'quarter', 'number'],
                'constraints': [models.UniqueConstraint(fields=('indicator', 'quarter', 'number'), name='explanations_are_numbered'), models.UniqueConstraint(condition=models.Q(('is_latest', True)), fields=('indicator', 'quarter'), name='one_latest_explanation_per_quarter'), models.CheckConstraint(condition=models.Q(('sentence', ''), _negated=True), name='explanation_says_something'), models.CheckConstraint(condition=models.Q(('outcome__in', ['escalated', 'stands', 'not_escalated', 'recovered'])), name='explanation_has_a_known_outcome')],
            },
        ),
        migrations.CreateModel(
            name='UnitEscalation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='escalations', to='organisation.unit')),
                ('level', models.CharField(choices=sorp.lexicon.Level.choices, max_length=12)),
                ('trigger', models.CharField(help_text='Its name, as it read then', max_length=100)),
                ('trigger_key', models.CharField(max_length=100)),
                ('sorp_version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sorp.version')),
                ('since', core.fields.QuarterField()),
                ('opened_in', core.fields.QuarterField()),
                ('recovered_in', core.fields.QuarterField(blank=True, null=True)),
                ('reason', models.TextField()),
                ('counted', models.JSONField(default=list, help_text='The indicators and quarters that counted')),
                ('recorded_at', models.DateTimeField(default=core.clock.now, editable=False)),
            ],
            options={
                'ordering': ['unit', 'opened_in'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('recovered_in__isnull', True)), fields=('unit', 'level', 'trigger_key'), name='one_open_escalation_of_a_unit'), models.CheckConstraint(condition=models.Q(('recovered_in__isnull', True), ('recovered_in__gt', models.F('opened_in')), _connector='OR'), name='unit_recovers_after_it_was_referred'), models.CheckConstraint(condition=models.Q(('level__in', [sorp.lexicon.Level['DIVISION'], sorp.lexicon.Level['DIRECTORATE'], sorp.lexicon.Level['PAT'], sorp.lexicon.Level['CABINET']])), name='unit_is_referred_to_a_known_level'), models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), _negated=True), models.Q(('trigger_key', ''), _negated=True)), name='a_unit_is_referred_for_a_reason')],
            },
        ),
        migrations.CreateModel(
            name='PositiveException',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='positive_exceptions', to='indicators.indicator')),
                ('level', models.CharField(choices=sorp.lexicon.Level.choices, max_length=12)),
                ('trigger', models.CharField(help_text='Its name, as it read then', max_length=100)),
                ('trigger_key', models.CharField(max_length=100)),
                ('sorp_version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sorp.version')),
                ('since', core.fields.QuarterField()),
                ('opened_in', core.fields.QuarterField()),
                ('ended_in', core.fields.QuarterField(blank=True, null=True)),
                ('reason', models.TextField()),
                ('recorded_at', models.DateTimeField(default=core.clock.now, editable=False)),
            ],
            options={
                'ordering': ['indicator', 'opened_in'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_in__isnull', True)), fields=('indicator', 'level', 'trigger_key'), name='one_open_positive_exception'), models.CheckConstraint(condition=models.Q(('ended_in__isnull', True), ('ended_in__gt', models.F('opened_in')), _connector='OR'), name='positive_exception_ends_after_it_began'), models.CheckConstraint(condition=models.Q(('level__in', [sorp.lexicon.Level['DIVISION'], sorp.lexicon.Level['DIRECTORATE'], sorp.lexicon.Level['PAT'], sorp.lexicon.Level['CABINET']]), models.Q(('reason', ''), _negated=True)), name='positive_exception_has_a_level_and_a_reason')],
            },
        ),
        migrations.CreateModel(
            name='ActionPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='action_plans', to='indicators.indicator')),
                ('number', models.PositiveSmallIntegerField(default=1)),
                ('is_latest', models.BooleanField(default=True)),
                ('cause', models.TextField()),
                ('barriers', models.TextField(blank=True)),
                ('help_wanted', models.TextField(blank=True)),
                ('expected_recovery', core.fields.QuarterField(blank=True, null=True)),
                ('expected_value', models.DecimalField(blank=True, decimal_places=6, max_digits=15, null=True)),
                ('starts_on', models.DateField(blank=True, null=True)),
                ('change', models.CharField(blank=True, help_text='What differs from the plan before', max_length=500)),
                ('agreed_with', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('agreed_on', models.DateField(blank=True, null=True)),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('written_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['indicator', 'number'],
                'constraints': [models.UniqueConstraint(fields=('indicator', 'number'), name='plans_are_numbered'), models.UniqueConstraint(condition=models.Q(('is_latest', True)), fields=('indicator',), name='one_latest_plan'), models.CheckConstraint(condition=models.Q(('cause', ''), _negated=True), name='plan_names_the_cause'), models.CheckConstraint(condition=models.Q(models.Q(('agreed_on__isnull', True), ('agreed_with__isnull', True)), models.Q(('agreed_on__isnull', False), ('agreed_with__isnull', False)), _connector='OR'), name='plan_is_agreed_by_somebody_on_a_day'), models.CheckConstraint(condition=models.Q(('agreed_with__isnull', True), models.Q(('agreed_with', models.F('written_by')), _negated=True), _connector='OR'), name='plan_is_not_agreed_by_its_writer')],
            },
        ),
        migrations.CreateModel(
            name='Action',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='actions', to='escalation.actionplan')),
                ('position', models.PositiveSmallIntegerField()),
                ('description', models.CharField(max_length=500)),
                ('owner', models.CharField(max_length=200)),
                ('starts_on', models.DateField(blank=True, null=True)),
                ('due_on', models.DateField()),
                ('done_on', models.DateField(blank=True, null=True)),
                ('progress', models.CharField(blank=True, max_length=500)),
            ],
            options={
                'ordering': ['plan', 'position'],
                'constraints': [models.UniqueConstraint(fields=('plan', 'position'), name='actions_are_numbered'), models.CheckConstraint(condition=models.Q(models.Q(('description', ''), _negated=True), models.Q(('owner', ''), _negated=True)), name='action_says_who_does_what'), models.CheckConstraint(condition=models.Q(('starts_on__isnull', True), ('due_on__gte', models.F('starts_on')), _connector='OR'), name='action_is_due_after_it_starts')],
            },
        ),
        migrations.CreateModel(
            name='PlanReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='escalation.actionplan')),
                ('level', models.CharField(choices=sorp.lexicon.Level.choices, max_length=12)),
                ('sufficient', models.BooleanField()),
                ('words', models.TextField(blank=True)),
                ('reviewed_on', models.DateField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('recorded_at', models.DateTimeField(default=core.clock.now, editable=False)),
            ],
            options={
                'ordering': ['plan', 'reviewed_on', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('level__in', [sorp.lexicon.Level['DIVISION'], sorp.lexicon.Level['DIRECTORATE'], sorp.lexicon.Level['PAT'], sorp.lexicon.Level['CABINET']])), name='review_is_by_a_known_level'), models.CheckConstraint(condition=models.Q(('sufficient', True), models.Q(('words', ''), _negated=True), _connector='OR'), name='an_insufficient_plan_is_told_why')],
            },
        ),
        migrations.CreateModel(
            name='Succession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='successions', to='sorp.version')),
                ('escalation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='successions', to='escalation.escalation')),
                ('unit_escalation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='successions', to='escalation.unitescalation')),
                ('positive_exception', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='successions', to='escalation.positiveexception')),
                ('trigger', models.CharField(help_text='Its name, as it read then', max_length=100)),
                ('trigger_key', models.CharField(max_length=100)),
                ('decided_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_at', models.DateTimeField(default=core.clock.now, editable=False)),
            ],
            options={
                'ordering': ['version', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('escalation__isnull', False), ('positive_exception__isnull', True), ('unit_escalation__isnull', True)), models.Q(('escalation__isnull', True), ('positive_exception__isnull', True), ('unit_escalation__isnull', False)), models.Q(('escalation__isnull', True), ('positive_exception__isnull', False), ('unit_escalation__isnull', True)), _connector='OR'), name='succession_is_of_one_thing'), models.CheckConstraint(condition=models.Q(models.Q(('trigger', ''), _negated=True), models.Q(('trigger_key', ''), _negated=True)), name='succession_names_a_trigger'), models.UniqueConstraint(fields=('version', 'escalation'), name='one_succession_of_escalation_by_a_version'), models.UniqueConstraint(fields=('version', 'unit_escalation'), name='one_succession_of_unit_escalation_by_a_version'), models.UniqueConstraint(fields=('version', 'positive_exception'), name='one_succession_of_positive_exception_by_a_version')],
            },
        ),
    ]
