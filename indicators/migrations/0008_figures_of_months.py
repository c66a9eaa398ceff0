"""What was given of each month of a monthly indicator, kept in revisions that stand."""

import core.clock
import core.fields
import django.db.models.deletion
import sorp.lexicon
from django.conf import settings
from django.db import migrations, models

from core.sql_guards import Guard, GuardTable, Unique

GUARD = Guard(
    table="indicators_monthlyfigure",
    sentence="What was given of a month is never changed or deleted: give it again",
    never=(
        *("id", "indicator_id", "month", "number", "value", "numerator", "denominator"),
        *("confidence", "not_available", "commentary", "after_close", "reason"),
        *("given_by_id", "given_at"),
    ),
    free=("is_latest",),
    closed="NOT {row}.is_latest",
    unique=(
        Unique(("indicator_id", "month", "number")),
        Unique(("indicator_id", "month"), where="{row}.is_latest"),
    ),
)


class Migration(migrations.Migration):

    dependencies = [
        ('indicators', '0007_what_was_forecast_stands'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='MonthlyFigure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', core.fields.MonthField()),
                ('number', models.PositiveSmallIntegerField()),
                ('is_latest', models.BooleanField(default=True)),
                ('value', models.DecimalField(blank=True, decimal_places=6, max_digits=15, null=True)),
                ('numerator', models.DecimalField(blank=True, decimal_places=6, max_digits=15, null=True)),
                ('denominator', models.DecimalField(blank=True, decimal_places=6, max_digits=15, null=True)),
                ('confidence', models.CharField(choices=sorp.lexicon.Confidence.choices, default=sorp.lexicon.Confidence['FINAL'], max_length=12)),
                ('not_available', models.CharField(blank=True, max_length=300)),
                ('commentary', models.TextField(blank=True)),
                ('after_close', models.BooleanField(default=False)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('given_at', models.DateTimeField(default=core.clock.now)),
                ('given_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='monthly_figures', to='indicators.indicator')),
            ],
            options={
                'ordering': ['indicator', 'month', 'number'],
                'constraints': [models.UniqueConstraint(fields=('indicator', 'month', 'number'), name='figures_of_a_month_are_numbered'), models.UniqueConstraint(condition=models.Q(('is_latest', True)), fields=('indicator', 'month'), name='one_latest_figure_of_a_month'), models.CheckConstraint(condition=models.Q(('not_available', ''), models.Q(('denominator__isnull', True), ('numerator__isnull', True), ('value__isnull', True)), _connector='OR'), name='a_month_not_available_has_no_figure'), models.CheckConstraint(condition=models.Q(('value__isnull', False), models.Q(('not_available', ''), _negated=True), models.Q(('denominator', 0), ('denominator__isnull', False)), _connector='OR'), name='a_month_without_value_says_why'), models.CheckConstraint(condition=models.Q(models.Q(('denominator__isnull', True), ('numerator__isnull', True)), models.Q(('denominator__isnull', False), ('numerator__isnull', False)), _connector='OR'), name='counts_of_a_month_come_together'), models.CheckConstraint(condition=models.Q(('number', 1), models.Q(('reason', ''), _negated=True), _connector='OR'), name='a_revision_of_a_month_says_why'), models.CheckConstraint(condition=models.Q(('confidence__in', [sorp.lexicon.Confidence['FINAL'], sorp.lexicon.Confidence['PROVISIONAL'], sorp.lexicon.Confidence['ESTIMATED']])), name='month_has_a_known_confidence'), models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='figures_of_a_month_count_from_one')],
            },
        ),
        GuardTable(GUARD),
    ]
