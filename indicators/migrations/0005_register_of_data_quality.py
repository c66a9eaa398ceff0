"""The register of data quality, whose entries stand."""

import core.clock
import django.db.models.deletion
import indicators.rules.data_quality
from django.conf import settings
from django.db import migrations, models

from core.sql_guards import Guard, GuardTable, Unique

GUARD = Guard(
    table="indicators_dataqualityentry",
    sentence="An entry of the register of data quality is never changed or deleted: write another",
    never=(
        *("id", "indicator_id", "number", "source", "risk", "why", "checked_on", "checked_by"),
        *("finding", "mend", "mend_due_on", "mended_on", "written_by_id", "written_at"),
    ),
    free=("is_latest",),
    closed="NOT {row}.is_latest",
    unique=(
        Unique(("indicator_id", "number")),
        Unique(("indicator_id",), where="{row}.is_latest"),
    ),
)


class Migration(migrations.Migration):

    dependencies = [
        ('indicators', '0004_parts_of_figures'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DataQualityEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('is_latest', models.BooleanField(default=True)),
                ('source', models.TextField(help_text='Where the figures come from, and who draws them.')),
                ('risk', models.CharField(choices=indicators.rules.data_quality.Risk.choices, max_length=6)),
                ('why', models.CharField(max_length=500, verbose_name='why the risk is so')),
                ('checked_on', models.DateField(blank=True, null=True)),
                ('checked_by', models.CharField(blank=True, max_length=200)),
                ('finding', models.TextField(blank=True)),
                ('mend', models.TextField(blank=True, verbose_name='what is done about it')),
                ('mend_due_on', models.DateField(blank=True, null=True)),
                ('mended_on', models.DateField(blank=True, null=True)),
                ('written_at', models.DateTimeField(default=core.clock.now)),
                ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='data_quality', to='indicators.indicator')),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'entry of the register of data quality',
                'verbose_name_plural': 'entries of the register of data quality',
                'ordering': ['indicator', 'number'],
                'constraints': [models.UniqueConstraint(fields=('indicator', 'number'), name='data_quality_entries_are_numbered'), models.UniqueConstraint(condition=models.Q(('is_latest', True)), fields=('indicator',), name='one_latest_data_quality_entry'), models.CheckConstraint(condition=models.Q(('risk__in', [indicators.rules.data_quality.Risk['LOW'], indicators.rules.data_quality.Risk['MEDIUM'], indicators.rules.data_quality.Risk['HIGH']])), name='data_quality_has_a_known_risk'), models.CheckConstraint(condition=models.Q(models.Q(('source', ''), _negated=True), models.Q(('why', ''), _negated=True)), name='data_quality_has_a_source_and_says_why'), models.CheckConstraint(condition=models.Q(models.Q(('checked_by', ''), ('checked_on__isnull', True), ('finding', '')), models.Q(('checked_on__isnull', False), models.Q(('checked_by', ''), _negated=True), models.Q(('finding', ''), _negated=True)), _connector='OR'), name='a_check_of_data_says_who_when_and_what_was_found'), models.CheckConstraint(condition=models.Q(models.Q(('mend', ''), ('mend_due_on__isnull', True), ('mended_on__isnull', True)), models.Q(models.Q(('mend', ''), _negated=True), ('mend_due_on__isnull', False)), _connector='OR'), name='a_mend_of_data_has_a_day')],
            },
        ),
        GuardTable(GUARD),
    ]
