import core.clock
import django.db.models.deletion
import django.db.models.functions.text
import organisation.rules
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='e-mail address')),
                ('name', models.CharField(max_length=200)),
                ('is_active', models.BooleanField(default=True)),
                ('joined_at', models.DateTimeField(default=core.clock.now, editable=False)),
            ],
            options={
                'ordering': ['name', 'email'],
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='one_person_per_email_address'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='person_has_a_name')],
            },
        ),
        migrations.CreateModel(
            name='Unit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=40, unique=True)),
                ('tier', models.CharField(choices=organisation.rules.UnitTier.choices, max_length=12)),
                ('name', models.CharField(max_length=200)),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='organisation.unit')),
            ],
            options={
                'ordering': ['code'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('parent__isnull', True), ('tier', organisation.rules.UnitTier['COUNCIL'])), models.Q(models.Q(('tier', organisation.rules.UnitTier['COUNCIL']), _negated=True), ('parent__isnull', False)), _connector='OR'), name='only_the_council_has_no_parent'), models.CheckConstraint(condition=models.Q(('parent', models.F('id')), _negated=True), name='unit_is_not_its_own_parent'), models.CheckConstraint(condition=models.Q(('tier__in', [organisation.rules.UnitTier['COUNCIL'], organisation.rules.UnitTier['DIRECTORATE'], organisation.rules.UnitTier['DIVISION'], organisation.rules.UnitTier['TEAM']])), name='unit_is_of_a_known_tier')],
            },
        ),
        migrations.CreateModel(
            name='Post',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=organisation.rules.PostKind.choices, max_length=30)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='organisation.unit')),
                ('title', models.CharField(max_length=200)),
            ],
            options={
                'ordering': ['unit', 'kind', 'title'],
                'constraints': [models.UniqueConstraint(fields=('kind', 'unit', 'title'), name='one_post_of_a_title'), models.CheckConstraint(condition=models.Q(('kind__in', [organisation.rules.PostKind['ACCOUNTABLE_MANAGER'], organisation.rules.PostKind['DEPUTY'], organisation.rules.PostKind['DIRECTOR'], organisation.rules.PostKind['MANAGING_DIRECTOR'], organisation.rules.PostKind['DEPUTY_MANAGING_DIRECTOR'], organisation.rules.PostKind['PERFORMANCE_OFFICER'], organisation.rules.PostKind['CABINET_MEMBER'], organisation.rules.PostKind['CHAIR_GOVERNANCE_AUDIT'], organisation.rules.PostKind['POSC_CHAIR'], organisation.rules.PostKind['MEMBER'], organisation.rules.PostKind['STAFF']])), name='post_is_of_a_known_kind')],
            },
        ),
        migrations.CreateModel(
            name='Appointment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('post', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='organisation.post')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to=settings.AUTH_USER_MODEL)),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField(blank=True, null=True)),
            ],
            options={
                'ordering': ['post', 'starts_on'],
                'constraints': [models.UniqueConstraint(fields=('post', 'user', 'starts_on'), name='one_appointment_a_day_to_a_post'), models.UniqueConstraint(condition=models.Q(('ends_on__isnull', True)), fields=('post', 'user'), name='one_open_appointment_of_a_person_to_a_post'), models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='appointment_ends_after_it_starts')],
            },
        ),
        migrations.CreateModel(
            name='Placement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='placements', to='organisation.unit')),
                ('name', models.CharField(max_length=200)),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.unit')),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField(blank=True, null=True)),
            ],
            options={
                'ordering': ['unit', 'starts_on'],
                'constraints': [models.UniqueConstraint(fields=('unit', 'starts_on'), name='one_placement_a_day'), models.UniqueConstraint(condition=models.Q(('ends_on__isnull', True)), fields=('unit',), name='one_present_placement_of_a_unit'), models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='placement_ends_after_it_starts')],
            },
        ),
        migrations.CreateModel(
            name='Committee',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=40, unique=True)),
                ('name', models.CharField(max_length=200)),
                ('kind', models.CharField(choices=[('county_council', 'County Council'), ('cabinet', 'Cabinet'), ('posc', 'Policy Overview and Scrutiny Committee'), ('scrutiny_board', 'Scrutiny Board'), ('governance_audit', 'Governance and Audit Committee')], max_length=20)),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField(blank=True, null=True)),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='committee_ends_after_it_starts')],
            },
        ),
    ]
