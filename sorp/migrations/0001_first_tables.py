import core.clock
import core.fields
import django.db.models.deletion
import sorp.lexicon
import sorp.rules.conditions.kinds
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('organisation', '0001_first_tables'),
        ('organisation', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Statement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=40, unique=True)),
                ('title', models.CharField(max_length=200)),
                ('purpose', models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name='Version',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('statement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='sorp.statement')),
                ('number', models.CharField(max_length=20)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('consultation', 'In consultation'), ('approved', 'Approved, not yet in force'), ('in_force', 'In force'), ('superseded', 'Superseded')], default='draft', max_length=12)),
                ('from_quarter', core.fields.QuarterField(blank=True, null=True)),
                ('summary', models.TextField(blank=True, help_text='What changes, and why')),
                ('drafted_from', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='drafts', to='sorp.version')),
                ('drafted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('drafted_at', models.DateTimeField(default=core.clock.now, editable=False)),
                ('edition', models.PositiveIntegerField(default=1, help_text='Counts the edits of a draft')),
                ('consulted_from', models.DateField(blank=True, null=True)),
                ('consulted_until', models.DateField(blank=True, null=True)),
                ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('approved_on', models.DateField(blank=True, null=True)),
                ('approval_note', models.CharField(blank=True, max_length=300)),
                ('travel_method', models.CharField(choices=sorp.lexicon.TravelMethod.choices, default=sorp.lexicon.TravelMethod['REGRESSION'], max_length=12)),
                ('exit_quarters', models.PositiveSmallIntegerField(default=1)),
                ('relapse_within', models.PositiveSmallIntegerField(default=4)),
                ('relapse_shortens_by', models.PositiveSmallIntegerField(default=0, help_text='How many quarters fewer a trigger asks for after a relapse')),
                ('plan_within', models.PositiveSmallIntegerField(default=10, help_text='Working days in which an escalated indicator has its action plan')),
                ('action_on_amber', models.BooleanField(default=True, help_text='Amber, like red, needs a word on management action')),
            ],
            options={
                'ordering': ['statement', 'from_quarter', 'number'],
                'constraints': [models.UniqueConstraint(fields=('statement', 'number'), name='one_version_of_a_number'), models.UniqueConstraint(fields=('statement', 'from_quarter'), name='one_version_from_a_quarter'), models.UniqueConstraint(condition=models.Q(('state', 'in_force')), fields=('statement',), name='one_version_in_force_of_a_statement'), models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'consultation']), models.Q(('approved_on__isnull', False), ('from_quarter__isnull', False)), _connector='OR'), name='version_in_force_was_approved'), models.CheckConstraint(condition=models.Q(('state__in', ['approved', 'in_force', 'superseded']), models.Q(('approved_by__isnull', True), ('approved_on__isnull', True)), _connector='OR'), name='only_an_approved_version_has_an_approver'), models.CheckConstraint(condition=models.Q(('approved_by__isnull', True), ('drafted_by__isnull', True), models.Q(('approved_by', models.F('drafted_by')), _negated=True), _connector='OR'), name='version_is_not_approved_by_its_author'), models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'consultation', 'approved', 'in_force', 'superseded'])), name='version_is_in_a_known_state'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'consultation'), _negated=True), models.Q(('consulted_from__isnull', False), ('consulted_until__gte', models.F('consulted_from'))), _connector='OR'), name='consultation_ends_after_it_begins'), models.CheckConstraint(condition=models.Q(('relapse_within__lte', 16), ('relapse_shortens_by__lte', 4)), name='relapse_is_counted_in_quarters'), models.CheckConstraint(condition=models.Q(('plan_within__gte', 1), ('plan_within__lte', 120)), name='plan_is_due_in_working_days'), models.CheckConstraint(condition=models.Q(('exit_quarters__gte', 1), ('exit_quarters__lte', 8)), name='exit_takes_one_to_eight_quarters'), models.CheckConstraint(condition=models.Q(('travel_method__in', [sorp.lexicon.TravelMethod['REGRESSION'], sorp.lexicon.TravelMethod['PREVIOUS']])), name='version_has_a_known_travel_method')],
            },
        ),
        migrations.CreateModel(
            name='Authorship',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='authorships', to='sorp.version')),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['version', 'author'],
                'constraints': [models.UniqueConstraint(fields=('version', 'author'), name='author_is_named_once')],
            },
        ),
        migrations.CreateModel(
            name='TriggerRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='trigger_rules', to='sorp.version')),
                ('key', models.CharField(blank=True, editable=False, max_length=100)),
                ('position', models.PositiveSmallIntegerField()),
                ('clause', models.CharField(max_length=20)),
                ('name', models.CharField(max_length=100)),
                ('kind', models.CharField(choices=sorp.rules.conditions.kinds.choices, default='status', max_length=10)),
                ('status', models.CharField(blank=True, choices=[('', 'Whatever its status'), ('red', 'Red'), ('amber', 'Amber or worse'), ('green', 'Green'), ('no_result', 'No result'), ('late', 'No result, or a late one')], max_length=10)),
                ('at_least', models.PositiveSmallIntegerField()),
                ('within', models.PositiveSmallIntegerField()),
                ('movement', models.CharField(blank=True, choices=sorp.lexicon.Movement.choices, max_length=10)),
                ('compared_with', models.CharField(blank=True, choices=sorp.lexicon.ComparedWith.choices, max_length=12)),
                ('percent', models.DecimalField(blank=True, decimal_places=2, max_digits=6, null=True)),
                ('forecast_by', models.CharField(blank=True, choices=sorp.lexicon.ForecastBy.choices, max_length=8)),
                ('unit_tier', models.CharField(blank=True, choices=[('division', 'Division'), ('directorate', 'Directorate'), ('council', 'Council')], max_length=12)),
                ('count', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('level', models.CharField(choices=sorp.lexicon.Level.choices, max_length=12)),
            ],
            options={
                'ordering': ['version', 'position'],
                'constraints': [models.UniqueConstraint(fields=('version', 'position'), name='triggers_are_tried_in_one_order'), models.UniqueConstraint(fields=('version', 'name'), name='one_trigger_of_a_name'), models.UniqueConstraint(fields=('version', 'key'), name='one_trigger_of_a_key'), models.CheckConstraint(condition=models.Q(('key', ''), _negated=True), name='trigger_has_a_key'), models.CheckConstraint(condition=models.Q(('at_least__gte', 1), ('within__gte', models.F('at_least')), ('within__lte', 16)), name='trigger_counts_no_more_than_it_looks_at'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'status'), models.Q(('status__in', ['amber', 'red']), ('status__in', ['amber', 'red']), _connector='OR')), models.Q(('kind', 'worsening'), ('status__in', ['', 'amber', 'red'])), models.Q(('kind', 'variance'), ('status__in', ['', 'amber', 'red'])), models.Q(('kind', 'forecast'), models.Q(('status__in', ['amber', 'red']), ('status__in', ['amber', 'red']), _connector='OR')), models.Q(('kind', 'no_result'), ('status__in', ['late', 'no_result'])), models.Q(('kind', 'positive'), ('status__in', ['', 'green'])), models.Q(('kind', 'aggregate'), ('status__in', ['amber', 'no_result', 'red'])), _connector='OR'), name='trigger_looks_for_a_known_status'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'status'), models.Q(models.Q(('movement__in', ['']), ('compared_with__in', [''])), models.Q(('movement__in', ['not_better', 'worse']), ('compared_with__in', ['previous', 'travel', 'year_before'])), _connector='OR')), models.Q(('kind', 'worsening'), ('movement__in', ['worse']), ('compared_with__in', ['previous', 'year_before'])), models.Q(('kind', 'variance'), ('movement__in', ['']), ('compared_with__in', [''])), models.Q(('kind', 'forecast'), models.Q(models.Q(('movement__in', ['']), ('compared_with__in', [''])), models.Q(('movement__in', ['']), ('compared_with__in', [''])), _connector='OR')), models.Q(('kind', 'no_result'), ('movement__in', ['']), ('compared_with__in', [''])), models.Q(('kind', 'positive'), ('movement__in', ['']), ('compared_with__in', [''])), models.Q(('kind', 'aggregate'), ('movement__in', ['']), ('compared_with__in', [''])), _connector='OR'), name='movement_says_what_it_is_compared_with'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'status'), models.Q(models.Q(('percent__isnull', True), ('forecast_by__in', [''])), models.Q(('percent__isnull', True), ('forecast_by__in', [''])), _connector='OR')), models.Q(('kind', 'worsening'), ('percent__isnull', True), ('forecast_by__in', [''])), models.Q(('kind', 'variance'), ('percent__gte', 0), ('percent__isnull', False), ('percent__lte', 1000), ('forecast_by__in', [''])), models.Q(('kind', 'forecast'), models.Q(models.Q(('percent__isnull', True), ('forecast_by__in', ['manager'])), models.Q(('percent__gte', 0), ('percent__isnull', False), ('percent__lte', 100), ('forecast_by__in', ['system'])), _connector='OR')), models.Q(('kind', 'no_result'), ('percent__isnull', True), ('forecast_by__in', [''])), models.Q(('kind', 'positive'), ('percent__gte', 0), ('percent__isnull', False), ('percent__lte', 1000), ('forecast_by__in', [''])), models.Q(('kind', 'aggregate'), ('percent__isnull', True), ('forecast_by__in', [''])), _connector='OR'), name='trigger_gives_a_percentage_where_it_needs_one'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'status'), models.Q(('forecast_by__in', ['']), ('forecast_by__in', ['']), _connector='OR')), models.Q(('kind', 'worsening'), ('forecast_by__in', [''])), models.Q(('kind', 'variance'), ('forecast_by__in', [''])), models.Q(('kind', 'forecast'), models.Q(('forecast_by__in', ['manager']), ('forecast_by__in', ['system']), _connector='OR')), models.Q(('kind', 'no_result'), ('forecast_by__in', [''])), models.Q(('kind', 'positive'), ('forecast_by__in', [''])), models.Q(('kind', 'aggregate'), ('forecast_by__in', [''])), _connector='OR'), name='only_a_forecast_trigger_says_whose'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'status'), models.Q(models.Q(('count__isnull', True), ('unit_tier__in', [''])), models.Q(('count__isnull', True), ('unit_tier__in', [''])), _connector='OR')), models.Q(('kind', 'worsening'), ('count__isnull', True), ('unit_tier__in', [''])), models.Q(('kind', 'variance'), ('count__isnull', True), ('unit_tier__in', [''])), models.Q(('kind', 'forecast'), models.Q(models.Q(('count__isnull', True), ('unit_tier__in', [''])), models.Q(('count__isnull', True), ('unit_tier__in', [''])), _connector='OR')), models.Q(('kind', 'no_result'), ('count__isnull', True), ('unit_tier__in', [''])), models.Q(('kind', 'positive'), ('count__isnull', True), ('unit_tier__in', [''])), models.Q(('kind', 'aggregate'), ('count__gte', 2), ('count__isnull', False), ('count__lte', 1000), ('unit_tier__in', ['council', 'directorate', 'division']), ('at_least__in', [1])), _connector='OR'), name='only_an_aggregate_counts_indicators_of_a_unit'), models.CheckConstraint(condition=models.Q(('level__in', [sorp.lexicon.Level['DIVISION'], sorp.lexicon.Level['DIRECTORATE'], sorp.lexicon.Level['PAT'], sorp.lexicon.Level['CABINET']])), name='trigger_refers_to_a_known_level')],
            },
        ),
        migrations.CreateModel(
            name='TriggerTier',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('trigger', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tiers', to='sorp.triggerrule')),
                ('tier', models.CharField(choices=sorp.lexicon.Tier.choices, max_length=12)),
            ],
            options={
                'ordering': ['trigger', 'tier'],
                'constraints': [models.UniqueConstraint(fields=('trigger', 'tier'), name='trigger_names_a_tier_once'), models.CheckConstraint(condition=models.Q(('tier__in', [sorp.lexicon.Tier['CORPORATE'], sorp.lexicon.Tier['DIRECTORATE'], sorp.lexicon.Tier['DIVISION'], sorp.lexicon.Tier['TEAM']])), name='trigger_looks_at_a_known_tier')],
            },
        ),
        migrations.CreateModel(
            name='LadderRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='ladder_rules', to='sorp.version')),
                ('level', models.CharField(choices=sorp.lexicon.Level.choices, max_length=12)),
                ('clause', models.CharField(blank=True, max_length=20)),
                ('duty', models.TextField()),
                ('within', models.PositiveSmallIntegerField(help_text='Working days after it was referred')),
            ],
            options={
                'ordering': ['version', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('version', 'level'), name='one_duty_of_a_level'), models.CheckConstraint(condition=models.Q(('level__in', [sorp.lexicon.Level['DIVISION'], sorp.lexicon.Level['DIRECTORATE'], sorp.lexicon.Level['PAT'], sorp.lexicon.Level['CABINET']])), name='duty_is_of_a_known_level'), models.CheckConstraint(condition=models.Q(('within__gte', 1), ('within__lte', 120)), name='duty_is_due_in_working_days')],
            },
        ),
        migrations.CreateModel(
            name='CalendarRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='calendar_rules', to='sorp.version')),
                ('key', models.CharField(blank=True, editable=False, max_length=100)),
                ('step', models.CharField(max_length=12)),
                ('tier', models.CharField(blank=True, choices=sorp.lexicon.Tier.choices, max_length=12)),
                ('counted_from', models.CharField(choices=sorp.lexicon.CountedFrom.choices, max_length=12)),
                ('working_days', models.PositiveSmallIntegerField()),
            ],
            options={
                'ordering': ['version', 'step', 'tier'],
                'constraints': [models.UniqueConstraint(fields=('version', 'step', 'tier'), name='one_rule_for_a_step_and_tier'), models.UniqueConstraint(fields=('version', 'key'), name='one_day_of_a_key'), models.CheckConstraint(condition=models.Q(('key', ''), _negated=True), name='day_has_a_key'), models.CheckConstraint(condition=models.Q(('counted_from__in', ['quarter_end', 'cabinet'])), name='calendar_counts_from_a_known_day'), models.CheckConstraint(condition=models.Q(('working_days__lte', 120)), name='calendar_counts_working_days')],
            },
        ),
        migrations.CreateModel(
            name='ReminderRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reminder_rules', to='sorp.version')),
                ('key', models.CharField(blank=True, editable=False, max_length=100)),
                ('step', models.CharField(max_length=12)),
                ('audience', models.CharField(choices=[('those_due', 'Those whose turn it is'), ('director', 'The directors above them')], max_length=10)),
                ('side', models.CharField(choices=[('before', 'Before it is due'), ('after', 'After it was due')], max_length=6)),
                ('working_days', models.PositiveSmallIntegerField()),
                ('then_every', models.PositiveSmallIntegerField(blank=True, help_text='And again every so many working days until it is done', null=True)),
            ],
            options={
                'ordering': ['version', 'step', 'audience', '-side', 'working_days'],
                'constraints': [models.UniqueConstraint(fields=('version', 'step', 'audience', 'side', 'working_days'), name='one_reminder_of_a_step_on_a_day'), models.UniqueConstraint(fields=('version', 'key'), name='one_reminder_of_a_key'), models.CheckConstraint(condition=models.Q(('key', ''), _negated=True), name='reminder_has_a_key'), models.CheckConstraint(condition=models.Q(('audience__in', ['those_due', 'director']), ('side__in', ['before', 'after'])), name='reminder_goes_to_known_people_on_a_known_side'), models.CheckConstraint(condition=models.Q(('working_days__gte', 1), ('working_days__lte', 60)), name='reminder_counts_working_days'), models.CheckConstraint(condition=models.Q(('then_every__isnull', True), models.Q(('side', 'after'), ('then_every__gte', 1)), _connector='OR'), name='only_what_is_overdue_is_reminded_of_again_and_again')],
            },
        ),
        migrations.CreateModel(
            name='Clause',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='clauses', to='sorp.version')),
                ('key', models.CharField(blank=True, editable=False, max_length=100)),
                ('number', models.CharField(max_length=20)),
                ('position', models.PositiveSmallIntegerField()),
                ('heading', models.CharField(max_length=200)),
                ('wording', models.TextField()),
                ('responsible', models.CharField(blank=True, max_length=200)),
                ('monitored', models.TextField(blank=True, verbose_name='how it is monitored')),
                ('consequence', models.TextField(blank=True, verbose_name='what follows where it is not kept')),
                ('check_made', models.CharField(blank=True, help_text='The measure by which the system tells if it is kept', max_length=30)),
            ],
            options={
                'ordering': ['version', 'position'],
                'constraints': [models.UniqueConstraint(fields=('version', 'number'), name='clauses_are_numbered'), models.UniqueConstraint(fields=('version', 'position'), name='clauses_stand_in_one_order'), models.UniqueConstraint(fields=('version', 'key'), name='one_clause_of_a_key'), models.CheckConstraint(condition=models.Q(models.Q(('number', ''), _negated=True), models.Q(('heading', ''), _negated=True), models.Q(('wording', ''), _negated=True), models.Q(('key', ''), _negated=True)), name='clause_has_a_number_heading_and_words')],
            },
        ),
        migrations.CreateModel(
            name='RagDefinition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rag_definitions', to='sorp.version')),
                ('rag', models.CharField(choices=sorp.lexicon.Rag.choices, max_length=5)),
                ('clause', models.CharField(max_length=20)),
                ('wording', models.TextField()),
            ],
            options={
                'ordering': ['version', 'clause'],
                'constraints': [models.UniqueConstraint(fields=('version', 'rag'), name='one_definition_of_a_status'), models.CheckConstraint(condition=models.Q(('rag__in', [sorp.lexicon.Rag['RED'], sorp.lexicon.Rag['AMBER'], sorp.lexicon.Rag['GREEN']])), name='definition_is_of_a_known_status')],
            },
        ),
        migrations.CreateModel(
            name='Term',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='terms', to='sorp.version')),
                ('term', models.CharField(max_length=60)),
                ('meaning', models.TextField()),
            ],
            options={
                'ordering': ['version', 'term'],
                'constraints': [models.UniqueConstraint(fields=('version', 'term'), name='one_meaning_of_a_term'), models.CheckConstraint(condition=models.Q(models.Q(('term', ''), _negated=True), models.Q(('meaning', ''), _negated=True)), name='term_has_a_meaning')],
            },
        ),
        migrations.CreateModel(
            name='RiskAppetite',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='appetites', to='sorp.version')),
                ('area', models.CharField(max_length=100)),
                ('appetite', models.CharField(choices=sorp.lexicon.Appetite.choices, max_length=10)),
                ('wording', models.TextField()),
                ('triggers', models.ManyToManyField(blank=True, related_name='appetites', to='sorp.triggerrule')),
            ],
            options={
                'ordering': ['version', 'area'],
                'constraints': [models.UniqueConstraint(fields=('version', 'area'), name='one_appetite_of_an_area'), models.CheckConstraint(condition=models.Q(('appetite__in', [sorp.lexicon.Appetite['AVERSE'], sorp.lexicon.Appetite['CAUTIOUS'], sorp.lexicon.Appetite['OPEN']])), name='appetite_is_of_a_known_kind')],
            },
        ),
        migrations.CreateModel(
            name='Comment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='sorp.version')),
                ('clause', models.CharField(blank=True, help_text='Empty: of the whole', max_length=20)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('words', models.TextField()),
                ('said_at', models.DateTimeField(default=core.clock.now, editable=False)),
                ('answer', models.TextField(blank=True)),
                ('led_to_change', models.BooleanField(default=False)),
                ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['version', 'said_at', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='comment_says_something'), models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at__isnull', True), ('answered_by__isnull', True)), models.Q(models.Q(('answer', ''), _negated=True), ('answered_at__isnull', False), ('answered_by__isnull', False)), _connector='OR'), name='answer_says_who_gave_it_and_when')],
            },
        ),
        migrations.CreateModel(
            name='Finding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='findings', to='sorp.version')),
                ('clause', models.CharField(max_length=20)),
                ('check_made', models.CharField(max_length=30)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='findings', to='organisation.unit')),
                ('quarter', core.fields.QuarterField()),
                ('looked_at', models.PositiveIntegerField()),
                ('kept', models.PositiveIntegerField()),
                ('detail', models.JSONField(default=list, help_text='What did not keep to it, by reference')),
                ('found_at', models.DateTimeField(default=core.clock.now, editable=False)),
                ('number', models.PositiveSmallIntegerField(default=1)),
                ('is_latest', models.BooleanField(default=True)),
            ],
            options={
                'ordering': ['-quarter', 'clause', 'unit'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_latest', True)), fields=('check_made', 'unit', 'quarter'), name='one_latest_finding_of_a_check'), models.CheckConstraint(condition=models.Q(('kept__lte', models.F('looked_at'))), name='no_more_keep_to_it_than_were_looked_at')],
            },
        ),
    ]
