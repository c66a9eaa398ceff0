import core.clock
import core.fields
import datetime
import django.core.validators
import django.db.models.deletion
import indicators.rules.forecasting
import indicators.rules.returns
import sorp.lexicon
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('organisation', '0001_first_tables'),
        ('organisation', '__first__'),
        ('sorp', '0001_first_tables'),
    ]

    operations = [
        migrations.CreateModel(
            name='Indicator',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(max_length=30, unique=True, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9][A-Za-z0-9.\\-]{0,29}$', 'Use letters, figures, full stops and hyphens, up to 30')])),
                ('title', models.CharField(max_length=200)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='indicators', to='organisation.unit')),
                ('accountable_manager', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='indicators', to=settings.AUTH_USER_MODEL)),
                ('tier', models.CharField(choices=sorp.lexicon.Tier.choices, max_length=12)),
                ('kind', models.CharField(choices=sorp.lexicon.Kind.choices, default=sorp.lexicon.Kind['KPI'], max_length=10)),
                ('layer', models.CharField(choices=sorp.lexicon.Layer.choices, default=sorp.lexicon.Layer['NONE'], max_length=10)),
                ('measure_unit', models.CharField(blank=True, help_text='%, £, days, people …', max_length=40)),
                ('decimals', models.PositiveSmallIntegerField(default=0)),
                ('polarity', models.CharField(choices=sorp.lexicon.Polarity.choices, max_length=8)),
                ('method', models.CharField(choices=sorp.lexicon.RatingMethod.choices, max_length=16, verbose_name='rating method')),
                ('tolerance', models.DecimalField(blank=True, decimal_places=3, max_digits=6, null=True)),
                ('frequency', models.CharField(choices=sorp.lexicon.Frequency.choices, default=sorp.lexicon.Frequency['QUARTERLY'], max_length=12)),
                ('basis', models.CharField(choices=sorp.lexicon.Basis.choices, default=sorp.lexicon.Basis['QUARTER'], max_length=20)),
                ('seasonal', models.BooleanField(default=False)),
                ('lag_quarters', models.PositiveSmallIntegerField(default=0)),
                ('definition', models.TextField(blank=True)),
                ('source', models.TextField(blank=True)),
                ('first_quarter', core.fields.QuarterField(default=datetime.date(1974, 4, 1))),
                ('last_quarter', core.fields.QuarterField(blank=True, null=True)),
            ],
            options={
                'ordering': ['reference'],
                'constraints': [models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='indicator_has_a_title'), models.CheckConstraint(condition=models.Q(('decimals__lte', 6)), name='six_decimals_at_most'), models.CheckConstraint(condition=models.Q(models.Q(('method', 'tolerance'), ('tolerance__gte', 0)), models.Q(models.Q(('method', 'tolerance'), _negated=True), ('tolerance__isnull', True)), _connector='OR'), name='the_tolerance_method_alone_has_a_tolerance'), models.CheckConstraint(condition=models.Q(models.Q(('method__in', ['floor', 'tolerance']), ('polarity__in', ['higher', 'lower'])), models.Q(('method', 'range'), ('polarity', 'range')), ('method__in', ['expected_range', 'none']), _connector='OR'), name='rating_method_suits_the_polarity'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'activity'), _negated=True), ('method__in', ['expected_range', 'none']), _connector='OR'), name='activity_has_no_rag'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'data'), _negated=True), ('method', 'none'), _connector='OR'), name='data_only_has_no_rag'), models.CheckConstraint(condition=models.Q(('last_quarter__isnull', True), ('last_quarter__gte', models.F('first_quarter')), _connector='OR'), name='indicator_ends_after_it_begins'), models.CheckConstraint(condition=models.Q(('tier__in', [sorp.lexicon.Tier['CORPORATE'], sorp.lexicon.Tier['DIRECTORATE'], sorp.lexicon.Tier['DIVISION'], sorp.lexicon.Tier['TEAM']])), name='indicator_has_a_known_tier'), models.CheckConstraint(condition=models.Q(('kind__in', [sorp.lexicon.Kind['KPI'], sorp.lexicon.Kind['ACTIVITY'], sorp.lexicon.Kind['DATA']])), name='indicator_has_a_known_kind'), models.CheckConstraint(condition=models.Q(('layer__in', [sorp.lexicon.Layer['STRATEGY'], sorp.lexicon.Layer['CORE'], sorp.lexicon.Layer['NONE']])), name='indicator_has_a_known_layer'), models.CheckConstraint(condition=models.Q(('polarity__in', [sorp.lexicon.Polarity['HIGHER'], sorp.lexicon.Polarity['LOWER'], sorp.lexicon.Polarity['RANGE'], sorp.lexicon.Polarity['NONE']])), name='indicator_has_a_known_polarity'), models.CheckConstraint(condition=models.Q(('method__in', [sorp.lexicon.RatingMethod['FLOOR'], sorp.lexicon.RatingMethod['TOLERANCE'], sorp.lexicon.RatingMethod['RANGE'], sorp.lexicon.RatingMethod['EXPECTED_RANGE'], sorp.lexicon.RatingMethod['NONE']])), name='indicator_has_a_known_method'), models.CheckConstraint(condition=models.Q(('frequency__in', [sorp.lexicon.Frequency['QUARTERLY'], sorp.lexicon.Frequency['HALF_YEARLY'], sorp.lexicon.Frequency['ANNUAL']])), name='indicator_has_a_known_frequency'), models.CheckConstraint(condition=models.Q(('basis__in', [sorp.lexicon.Basis['QUARTER'], sorp.lexicon.Basis['SNAPSHOT'], sorp.lexicon.Basis['YEAR_TO_DATE'], sorp.lexicon.Basis['ROLLING_12_MONTHS']])), name='indicator_has_a_known_basis')],
            },
        ),
        migrations.CreateModel(
            name='Target',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='targets', to='indicators.indicator')),
                ('from_quarter', core.fields.QuarterField()),
                ('target', models.DecimalField(blank=True, decimal_places=6, max_digits=15, null=True)),
                ('floor', models.DecimalField(blank=True, decimal_places=6, max_digits=15, null=True, verbose_name='floor standard')),
                ('lower', models.DecimalField(blank=True, decimal_places=6, max_digits=15, null=True)),
                ('upper', models.DecimalField(blank=True, decimal_places=6, max_digits=15, null=True)),
                ('outer_lower', models.DecimalField(blank=True, decimal_places=6, max_digits=15, null=True)),
                ('outer_upper', models.DecimalField(blank=True, decimal_places=6, max_digits=15, null=True)),
                ('reason', models.CharField(max_length=500)),
                ('approved_by', models.CharField(max_length=200)),
                ('set_at', models.DateTimeField(default=core.clock.now, editable=False)),
                ('set_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['indicator', 'from_quarter'],
                'constraints': [models.UniqueConstraint(fields=('indicator', 'from_quarter'), name='one_target_from_a_quarter'), models.CheckConstraint(condition=models.Q(('lower__isnull', True), ('upper__isnull', True), ('lower__lte', models.F('upper')), _connector='OR'), name='target_range_is_the_right_way_up'), models.CheckConstraint(condition=models.Q(('outer_lower__isnull', True), ('lower__isnull', True), ('outer_lower__lte', models.F('lower')), _connector='OR'), name='outer_lower_bound_is_outside'), models.CheckConstraint(condition=models.Q(('outer_upper__isnull', True), ('upper__isnull', True), ('outer_upper__gte', models.F('upper')), _connector='OR'), name='outer_upper_bound_is_outside'), models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), _negated=True), models.Q(('approved_by', ''), _negated=True)), name='target_has_a_reason_and_an_approver')],
            },
        ),
        migrations.CreateModel(
            name='Suspension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='suspensions', to='indicators.indicator')),
                ('from_quarter', core.fields.QuarterField()),
                ('until_quarter', core.fields.QuarterField(blank=True, null=True)),
                ('reason', models.CharField(max_length=500)),
                ('approved_by', models.CharField(max_length=200)),
            ],
            options={
                'ordering': ['indicator', 'from_quarter'],
                'constraints': [models.UniqueConstraint(fields=('indicator', 'from_quarter'), name='one_suspension_from_a_quarter'), models.CheckConstraint(condition=models.Q(('until_quarter__isnull', True), ('until_quarter__gte', models.F('from_quarter')), _connector='OR'), name='suspension_ends_after_it_begins'), models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), _negated=True), models.Q(('approved_by', ''), _negated=True)), name='suspension_has_a_reason_and_an_approver')],
            },
        ),
        migrations.CreateModel(
            name='CalendarFeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='calendar_feed', to=settings.AUTH_USER_MODEL)),
                ('serial', models.PositiveIntegerField(default=1)),
                ('renewed_at', models.DateTimeField(default=core.clock.now)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('serial__gte', 1)), name='feed_serial_counts_from_one')],
            },
        ),
        migrations.CreateModel(
            name='SystemForecast',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='system_forecasts', to='indicators.indicator')),
                ('made_in', core.fields.QuarterField(help_text='The quarter at whose close it was made')),
                ('for_quarter', core.fields.QuarterField(help_text='The quarter it speaks of')),
                ('number', models.PositiveSmallIntegerField(default=1)),
                ('is_latest', models.BooleanField(default=True)),
                ('made_at', models.DateTimeField(default=core.clock.now, editable=False)),
                ('method', models.CharField(choices=indicators.rules.forecasting.ForecastMethod.choices, max_length=10)),
                ('quarters', models.PositiveSmallIntegerField(help_text='How many values it rests on')),
                ('value', models.DecimalField(decimal_places=6, max_digits=15)),
                ('lower', models.DecimalField(decimal_places=6, help_text='Four times in five it will be this or more', max_digits=15)),
                ('upper', models.DecimalField(decimal_places=6, max_digits=15)),
                ('chance_red', models.DecimalField(decimal_places=4, max_digits=5, null=True)),
                ('chance_amber', models.DecimalField(decimal_places=4, max_digits=5, null=True)),
                ('chance_green', models.DecimalField(decimal_places=4, max_digits=5, null=True)),
            ],
            options={
                'ordering': ['indicator', 'made_in', 'for_quarter', 'number'],
                'constraints': [models.UniqueConstraint(fields=('indicator', 'made_in', 'for_quarter', 'number'), name='system_forecasts_are_numbered'), models.UniqueConstraint(condition=models.Q(('is_latest', True)), fields=('indicator', 'made_in', 'for_quarter'), name='one_latest_system_forecast'), models.CheckConstraint(condition=models.Q(('for_quarter__gt', models.F('made_in'))), name='system_forecasts_what_is_to_come'), models.CheckConstraint(condition=models.Q(('lower__lte', models.F('value')), ('value__lte', models.F('upper'))), name='forecast_lies_within_its_interval'), models.CheckConstraint(condition=models.Q(('method__in', [indicators.rules.forecasting.ForecastMethod['SMOOTHING'], indicators.rules.forecasting.ForecastMethod['DRIFT'], indicators.rules.forecasting.ForecastMethod['SEASONAL']])), name='forecast_has_a_known_method')],
            },
        ),
        migrations.CreateModel(
            name='Result',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='results', to='indicators.indicator')),
                ('quarter', core.fields.QuarterField()),
                ('state', models.CharField(choices=indicators.rules.returns.ResultState.choices, default=indicators.rules.returns.ResultState['SUBMITTED'], max_length=18)),
            ],
            options={
                'ordering': ['indicator', 'quarter'],
                'constraints': [models.UniqueConstraint(fields=('indicator', 'quarter'), name='one_result_per_quarter'), models.CheckConstraint(condition=models.Q(('state__in', [indicators.rules.returns.ResultState['SUBMITTED'], indicators.rules.returns.ResultState['RETURNED'], indicators.rules.returns.ResultState['DIVISION_APPROVED'], indicators.rules.returns.ResultState['APPROVED']])), name='result_is_in_a_known_state')],
            },
        ),
        migrations.CreateModel(
            name='Revision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('result', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='revisions', to='indicators.result')),
                ('number', models.PositiveSmallIntegerField()),
                ('is_latest', models.BooleanField(default=True)),
                ('value', models.DecimalField(blank=True, decimal_places=6, max_digits=15, null=True)),
                ('numerator', models.DecimalField(blank=True, decimal_places=6, max_digits=15, null=True)),
                ('denominator', models.DecimalField(blank=True, decimal_places=6, max_digits=15, null=True)),
                ('confidence', models.CharField(choices=sorp.lexicon.Confidence.choices, default=sorp.lexicon.Confidence['FINAL'], max_length=12)),
                ('not_available', models.CharField(blank=True, max_length=300)),
                ('definition_break', models.BooleanField(default=False)),
                ('data_quarter', core.fields.QuarterField(blank=True, help_text='The quarter the figures are for, where an earlier one.', null=True)),
                ('commentary', models.TextField(blank=True, verbose_name='context')),
                ('management_action', models.TextField(blank=True)),
                ('late', models.BooleanField(default=False)),
                ('after_close', models.BooleanField(default=False)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('submitted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('on_behalf_of', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('submitted_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['result', 'number'],
                'constraints': [models.UniqueConstraint(fields=('result', 'number'), name='revisions_are_numbered'), models.UniqueConstraint(condition=models.Q(('is_latest', True)), fields=('result',), name='one_latest_revision'), models.CheckConstraint(condition=models.Q(('not_available', ''), ('value__isnull', True), _connector='OR'), name='a_result_not_available_has_no_value'), models.CheckConstraint(condition=models.Q(('value__isnull', False), models.Q(('not_available', ''), _negated=True), models.Q(('denominator', 0), ('denominator__isnull', False)), _connector='OR'), name='a_result_without_value_says_why'), models.CheckConstraint(condition=models.Q(models.Q(('denominator__isnull', True), ('numerator__isnull', True)), models.Q(('denominator__isnull', False), ('numerator__isnull', False)), _connector='OR'), name='numerator_and_denominator_come_together'), models.CheckConstraint(condition=models.Q(models.Q(('denominator', 0), _negated=True), ('value__isnull', True), _connector='OR'), name='a_zero_denominator_gives_no_value'), models.CheckConstraint(condition=models.Q(('number', 1), models.Q(('reason', ''), _negated=True), _connector='OR'), name='a_revision_says_why'), models.CheckConstraint(condition=models.Q(('confidence__in', [sorp.lexicon.Confidence['FINAL'], sorp.lexicon.Confidence['PROVISIONAL'], sorp.lexicon.Confidence['ESTIMATED']])), name='revision_has_a_known_confidence'), models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='revisions_count_from_one')],
            },
        ),
        migrations.CreateModel(
            name='Variation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='variations', to='indicators.indicator')),
                ('state', models.CharField(choices=[('proposed', 'Proposed'), ('agreed', 'Agreed'), ('refused', 'Refused')], default='proposed', max_length=8)),
                ('clause', models.CharField(blank=True, help_text='The clause departed from', max_length=20)),
                ('what', models.TextField(help_text='What is judged otherwise, in a sentence')),
                ('reason', models.TextField()),
                ('from_quarter', core.fields.QuarterField()),
                ('until_quarter', core.fields.QuarterField()),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proposed_at', models.DateTimeField(default=core.clock.now, editable=False)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_on', models.DateField(blank=True, null=True)),
                ('decision', models.TextField(blank=True, help_text='What the approver said')),
                ('method', models.CharField(blank=True, choices=sorp.lexicon.RatingMethod.choices, max_length=16)),
                ('tolerance', models.DecimalField(blank=True, decimal_places=3, max_digits=6, null=True)),
                ('target', models.DecimalField(blank=True, decimal_places=6, max_digits=15, null=True)),
                ('floor', models.DecimalField(blank=True, decimal_places=6, max_digits=15, null=True, verbose_name='floor standard')),
                ('exit_quarters', models.PositiveSmallIntegerField(blank=True, null=True)),
            ],
            options={
                'ordering': ['indicator', 'from_quarter', 'pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'agreed')), fields=('indicator', 'from_quarter'), name='one_agreed_variation_from_a_quarter'), models.CheckConstraint(condition=models.Q(('until_quarter__gte', models.F('from_quarter'))), name='variation_ends_after_it_begins'), models.CheckConstraint(condition=models.Q(models.Q(('what', ''), _negated=True), models.Q(('reason', ''), _negated=True)), name='variation_says_what_and_why'), models.CheckConstraint(condition=models.Q(models.Q(('decided_by__isnull', True), ('decided_on__isnull', True), ('state', 'proposed')), models.Q(('decided_by__isnull', False), ('decided_on__isnull', False), ('state__in', ['agreed', 'refused'])), _connector='OR'), name='variation_is_agreed_by_somebody_on_a_day'), models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='variation_is_not_agreed_by_its_proposer'), models.CheckConstraint(condition=models.Q(('method', ''), ('method__in', ['floor', 'tolerance']), _connector='OR'), name='variation_has_a_known_method'), models.CheckConstraint(condition=models.Q(('exit_quarters__isnull', True), models.Q(('exit_quarters__gte', 1), ('exit_quarters__lte', 8)), _connector='OR'), name='varied_exit_takes_one_to_eight_quarters'), models.CheckConstraint(condition=models.Q(models.Q(('method', 'tolerance'), ('tolerance__gte', 0)), models.Q(models.Q(('method', 'tolerance'), _negated=True), ('tolerance__isnull', True)), _connector='OR'), name='a_varied_tolerance_belongs_to_its_method')],
            },
        ),
        migrations.CreateModel(
            name='VariedTrigger',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('variation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='varied_triggers', to='indicators.variation')),
                ('trigger', models.CharField(help_text='Its name in the SORP, as it read then', max_length=100)),
                ('trigger_key', models.CharField(max_length=100)),
                ('applies', models.BooleanField(default=True)),
                ('at_least', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('within', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('carried_by', models.ForeignKey(blank=True, help_text='The version that dropped the trigger agreed on, and from which this one counts', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sorp.version')),
            ],
            options={
                'ordering': ['variation', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('variation', 'trigger_key'), name='variation_names_a_trigger_once'), models.CheckConstraint(condition=models.Q(('trigger_key', ''), _negated=True), name='varied_trigger_has_its_key'), models.CheckConstraint(condition=models.Q(models.Q(('applies', False), ('at_least__isnull', True), ('within__isnull', True)), models.Q(('applies', True), ('at_least__gte', 1), ('within__gte', models.F('at_least')), ('within__lte', 16)), _connector='OR'), name='varied_trigger_counts_no_more_than_it_looks_at')],
            },
        ),
        migrations.CreateModel(
            name='Rating',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ratings', to='indicators.indicator')),
                ('quarter', core.fields.QuarterField()),
                ('number', models.PositiveSmallIntegerField(default=1)),
                ('is_latest', models.BooleanField(default=True)),
                ('rated_at', models.DateTimeField()),
                ('rag', models.CharField(blank=True, choices=sorp.lexicon.Rag.choices, max_length=5, verbose_name='RAG status')),
                ('not_rated', models.CharField(blank=True, choices=sorp.lexicon.NotRated.choices, max_length=12)),
                ('travel', models.CharField(choices=sorp.lexicon.Travel.choices, max_length=20, verbose_name='direction of travel')),
                ('stale', models.BooleanField(default=False)),
                ('revision', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ratings', to='indicators.revision')),
                ('value', models.DecimalField(decimal_places=6, max_digits=15, null=True)),
                ('target', models.DecimalField(decimal_places=6, max_digits=15, null=True)),
                ('floor', models.DecimalField(decimal_places=6, max_digits=15, null=True, verbose_name='floor standard')),
                ('lower', models.DecimalField(decimal_places=6, max_digits=15, null=True)),
                ('upper', models.DecimalField(decimal_places=6, max_digits=15, null=True)),
                ('outer_lower', models.DecimalField(decimal_places=6, max_digits=15, null=True)),
                ('outer_upper', models.DecimalField(decimal_places=6, max_digits=15, null=True)),
                ('method', models.CharField(choices=sorp.lexicon.RatingMethod.choices, max_length=16)),
                ('tolerance', models.DecimalField(decimal_places=3, max_digits=6, null=True)),
                ('polarity', models.CharField(choices=sorp.lexicon.Polarity.choices, max_length=8)),
                ('travel_method', models.CharField(choices=sorp.lexicon.TravelMethod.choices, max_length=12)),
                ('travel_quarters', models.PositiveSmallIntegerField(default=0)),
                ('confidence', models.CharField(blank=True, choices=sorp.lexicon.Confidence.choices, max_length=12)),
                ('definition_break', models.BooleanField(default=False)),
                ('sorp_version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ratings', to='sorp.version')),
                ('variation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ratings', to='indicators.variation')),
            ],
            options={
                'ordering': ['indicator', 'quarter', 'number'],
                'indexes': [models.Index(fields=['quarter', 'is_latest'], name='rating_by_quarter')],
                'constraints': [models.UniqueConstraint(fields=('indicator', 'quarter', 'number'), name='ratings_are_numbered'), models.UniqueConstraint(condition=models.Q(('is_latest', True)), fields=('indicator', 'quarter'), name='one_latest_rating_per_quarter'), models.CheckConstraint(condition=models.Q(models.Q(('rag__in', [sorp.lexicon.Rag['RED'], sorp.lexicon.Rag['AMBER'], sorp.lexicon.Rag['GREEN']]), ('not_rated', '')), models.Q(('rag', ''), ('not_rated__in', [sorp.lexicon.NotRated['NO_RESULT'], sorp.lexicon.NotRated['NOT_DUE'], sorp.lexicon.NotRated['NO_TARGET'], sorp.lexicon.NotRated['SUSPENDED'], sorp.lexicon.NotRated['NO_VALUE'], sorp.lexicon.NotRated['DATA_ONLY'], sorp.lexicon.NotRated['ABOVE'], sorp.lexicon.NotRated['WITHIN'], sorp.lexicon.NotRated['BELOW']])), _connector='OR'), name='rated_or_not_rated_and_why'), models.CheckConstraint(condition=models.Q(('rag', ''), ('value__isnull', False), _connector='OR'), name='no_rag_without_a_value'), models.CheckConstraint(condition=models.Q(('travel__in', [sorp.lexicon.Travel['IMPROVING'], sorp.lexicon.Travel['WORSENING'], sorp.lexicon.Travel['STEADY'], sorp.lexicon.Travel['RISING'], sorp.lexicon.Travel['FALLING'], sorp.lexicon.Travel['NO_CLEAR_TREND'], sorp.lexicon.Travel['NOT_ENOUGH_DATA']])), name='rating_has_a_known_travel')],
            },
        ),
        migrations.CreateModel(
            name='CalendarDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quarter', core.fields.QuarterField()),
                ('step', models.CharField(choices=sorp.lexicon.Step.choices, max_length=12)),
                ('tier', models.CharField(blank=True, choices=sorp.lexicon.Tier.choices, max_length=12)),
                ('due_on', models.DateField()),
            ],
            options={
                'ordering': ['quarter', 'due_on', 'step', 'tier'],
                'constraints': [models.UniqueConstraint(fields=('quarter', 'step', 'tier'), name='one_day_for_a_step_and_tier'), models.CheckConstraint(condition=models.Q(('step__in', [sorp.lexicon.Step['ENTRY'], sorp.lexicon.Step['DIVISION'], sorp.lexicon.Step['DIRECTORATE'], sorp.lexicon.Step['CLOSE'], sorp.lexicon.Step['PAT'], sorp.lexicon.Step['BRIEF'], sorp.lexicon.Step['PUBLICATION'], sorp.lexicon.Step['MEETING']])), name='calendar_day_is_of_a_known_step')],
            },
        ),
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='drafts', to='indicators.indicator')),
                ('quarter', core.fields.QuarterField()),
                ('typed', models.JSONField(default=dict)),
                ('is_complete', models.BooleanField(default=False)),
                ('version', models.PositiveIntegerField(default=1)),
                ('saved_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('saved_at', models.DateTimeField(default=core.clock.now)),
            ],
            options={
                'ordering': ['indicator', 'quarter'],
                'constraints': [models.UniqueConstraint(fields=('indicator', 'quarter'), name='one_draft_per_quarter')],
            },
        ),
        migrations.CreateModel(
            name='Submission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('quarter', core.fields.QuarterField()),
                ('submitted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='submissions', to=settings.AUTH_USER_MODEL)),
                ('submitted_at', models.DateTimeField(default=core.clock.now)),
                ('results', models.PositiveIntegerField()),
            ],
            options={
                'ordering': ['-submitted_at'],
            },
        ),
        migrations.CreateModel(
            name='SignOff',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sign_offs', to='indicators.revision')),
                ('stage', models.CharField(choices=indicators.rules.returns.Stage.choices, max_length=12)),
                ('verdict', models.CharField(choices=indicators.rules.returns.Verdict.choices, max_length=8)),
                ('comment', models.TextField(blank=True)),
                ('signed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sign_offs', to=settings.AUTH_USER_MODEL)),
                ('signed_at', models.DateTimeField(default=core.clock.now)),
            ],
            options={
                'ordering': ['revision', 'signed_at', 'id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('verdict', 'approved')), fields=('revision', 'stage'), name='one_approval_a_stage'), models.CheckConstraint(condition=models.Q(('verdict', 'approved'), models.Q(('comment', ''), _negated=True), _connector='OR'), name='a_return_says_why'), models.CheckConstraint(condition=models.Q(('stage__in', [indicators.rules.returns.Stage['DIVISION'], indicators.rules.returns.Stage['DIRECTORATE']]), ('verdict__in', [indicators.rules.returns.Verdict['APPROVED'], indicators.rules.returns.Verdict['RETURNED']])), name='sign_off_is_of_a_known_kind')],
            },
        ),
        migrations.CreateModel(
            name='Unlock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('result', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='unlocks', to='indicators.result')),
                ('granted_to', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('granted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('granted_at', models.DateTimeField(default=core.clock.now)),
                ('expires_at', models.DateTimeField()),
                ('reason', models.CharField(max_length=500)),
            ],
            options={
                'ordering': ['-granted_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='unlock_says_why'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('granted_at'))), name='unlock_expires_later'), models.CheckConstraint(condition=models.Q(('granted_to', models.F('granted_by')), _negated=True), name='nobody_unlocks_for_themselves')],
            },
        ),
        migrations.CreateModel(
            name='Attestation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attestations', to=settings.AUTH_USER_MODEL)),
                ('quarter', core.fields.QuarterField()),
                ('references', models.JSONField(default=list)),
                ('made_at', models.DateTimeField(default=core.clock.now)),
            ],
            options={
                'ordering': ['-quarter', 'user'],
                'constraints': [models.UniqueConstraint(fields=('user', 'quarter'), name='one_attestation_a_quarter')],
            },
        ),
        migrations.CreateModel(
            name='ManagersForecast',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='managers_forecasts', to='indicators.indicator')),
                ('made_in', core.fields.QuarterField(help_text='The quarter with whose result it was given')),
                ('horizon', models.CharField(choices=indicators.rules.returns.Horizon.choices, max_length=12)),
                ('number', models.PositiveSmallIntegerField(default=1)),
                ('is_latest', models.BooleanField(default=True)),
                ('value', models.DecimalField(decimal_places=6, max_digits=15)),
                ('likelihood', models.CharField(choices=indicators.rules.returns.Likelihood.choices, max_length=14)),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('made_at', models.DateTimeField(default=core.clock.now)),
            ],
            options={
                'ordering': ['indicator', 'made_in', 'horizon', 'number'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_latest', True)), fields=('indicator', 'made_in', 'horizon'), name='one_latest_forecast_a_horizon'), models.CheckConstraint(condition=models.Q(('horizon__in', [indicators.rules.returns.Horizon['NEXT_QUARTER'], indicators.rules.returns.Horizon['YEAR_END']]), ('likelihood__in', [indicators.rules.returns.Likelihood['ALMOST_CERTAIN'], indicators.rules.returns.Likelihood['LIKELY'], indicators.rules.returns.Likelihood['EVEN'], indicators.rules.returns.Likelihood['UNLIKELY']])), name='forecast_is_of_a_known_kind')],
            },
        ),
        migrations.CreateModel(
            name='Evidence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to='indicators.indicator')),
                ('quarter', core.fields.QuarterField()),
                ('name', models.CharField(max_length=200)),
                ('path', models.CharField(max_length=300)),
                ('size', models.PositiveIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('uploaded_at', models.DateTimeField(default=core.clock.now)),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['indicator', 'quarter', 'uploaded_at'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('removed_at__isnull', True)), fields=('indicator', 'quarter', 'sha256'), name='the_same_file_is_kept_once'), models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), ('size__gt', 0)), name='evidence_is_a_file')],
            },
        ),
        migrations.CreateModel(
            name='WorkbookUpload',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('quarter', core.fields.QuarterField()),
                ('name', models.CharField(max_length=200)),
                ('sha256', models.CharField(max_length=64)),
                ('found', models.JSONField(default=dict)),
                ('uploaded_at', models.DateTimeField(default=core.clock.now)),
                ('expires_at', models.DateTimeField()),
                ('committed_at', models.DateTimeField(blank=True, null=True)),
                ('saved', models.PositiveIntegerField(default=0)),
            ],
            options={
                'ordering': ['-uploaded_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('uploaded_at'))), name='workbook_expires_later')],
            },
        ),
    ]
