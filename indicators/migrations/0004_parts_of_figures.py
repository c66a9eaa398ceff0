"""Parts of a figure: by what an indicator may be broken down, and what each part came to."""

import core.clock
import core.fields
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.sql_guards import Guard, GuardTable, Unique

GUARDS = [
    Guard(
        table="indicators_partsrevision",
        sentence="What was given of the parts is never changed or deleted: give them again",
        never=(
            *("id", "indicator_id", "dimension_id", "quarter", "number", "after_close", "reason"),
            *("given_by_id", "given_at"),
        ),
        free=("is_latest",),
        closed="NOT {row}.is_latest",
        unique=(
            Unique(("indicator_id", "dimension_id", "quarter", "number")),
            Unique(("indicator_id", "dimension_id", "quarter"), where="{row}.is_latest"),
        ),
    ),
    Guard(
        table="indicators_partresult",
        sentence="What a part came to is never changed or deleted: give the parts again",
        never=(
            *("id", "revision_id", "part_id", "value", "numerator", "denominator"),
            *("not_available", "is_withheld"),
        ),
        unique=(Unique(("revision_id", "part_id")),),
    ),
]


class Migration(migrations.Migration):

    dependencies = [
        ('indicators', '0003_reporting_patterns'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Breakdown',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('values_add_up', models.BooleanField(default=False, help_text='The results are counts: those of the parts add up to the whole’s.')),
                ('is_used', models.BooleanField(default=True)),
            ],
            options={
                'ordering': ['indicator', 'dimension__position', 'dimension__name'],
            },
        ),
        migrations.CreateModel(
            name='Dimension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=40, unique=True, validators=[django.core.validators.RegexValidator('^[a-z0-9][a-z0-9\\-]{0,39}$', 'Use small letters, figures and hyphens, up to 40')])),
                ('name', models.CharField(max_length=80)),
                ('position', models.PositiveSmallIntegerField(default=1)),
                ('each_case_once', models.BooleanField(default=True, help_text='Each case falls in exactly one part, so that the parts add up to the whole.')),
                ('withheld_below', models.PositiveSmallIntegerField(default=5, help_text='Counts from 1 to less than this are not shown; nought shows them all.', validators=[django.core.validators.MaxValueValidator(100)])),
            ],
            options={
                'ordering': ['position', 'name'],
            },
        ),
        migrations.CreateModel(
            name='Part',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=40, validators=[django.core.validators.RegexValidator('^[a-z0-9][a-z0-9\\-]{0,39}$', 'Use small letters, figures and hyphens, up to 40')])),
                ('name', models.CharField(max_length=80)),
                ('position', models.PositiveSmallIntegerField(default=1)),
                ('is_used', models.BooleanField(default=True)),
            ],
            options={
                'ordering': ['dimension', 'position', 'name'],
            },
        ),
        migrations.CreateModel(
            name='PartResult',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('value', models.DecimalField(blank=True, decimal_places=6, max_digits=15, null=True)),
                ('numerator', models.DecimalField(blank=True, decimal_places=6, max_digits=15, null=True)),
                ('denominator', models.DecimalField(blank=True, decimal_places=6, max_digits=15, null=True)),
                ('not_available', models.CharField(blank=True, max_length=300)),
                ('is_withheld', models.BooleanField(default=False)),
            ],
            options={
                'ordering': ['revision', 'part__position', 'part__name'],
            },
        ),
        migrations.CreateModel(
            name='PartsRevision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quarter', core.fields.QuarterField()),
                ('number', models.PositiveSmallIntegerField()),
                ('is_latest', models.BooleanField(default=True)),
                ('after_close', models.BooleanField(default=False)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('given_at', models.DateTimeField(default=core.clock.now)),
            ],
            options={
                'ordering': ['indicator', 'dimension', 'quarter', 'number'],
            },
        ),
        migrations.CreateModel(
            name='PartTarget',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
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
            ],
            options={
                'ordering': ['indicator', 'part', 'from_quarter'],
            },
        ),
        migrations.AddField(
            model_name='breakdown',
            name='indicator',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='breakdowns', to='indicators.indicator'),
        ),
        migrations.AddConstraint(
            model_name='dimension',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='dimension_has_a_name'),
        ),
        migrations.AddField(
            model_name='breakdown',
            name='dimension',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='breakdowns', to='indicators.dimension'),
        ),
        migrations.AddField(
            model_name='part',
            name='dimension',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='indicators.dimension'),
        ),
        migrations.AddField(
            model_name='partresult',
            name='part',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='results', to='indicators.part'),
        ),
        migrations.AddField(
            model_name='partsrevision',
            name='dimension',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parts_revisions', to='indicators.dimension'),
        ),
        migrations.AddField(
            model_name='partsrevision',
            name='given_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='partsrevision',
            name='indicator',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parts_revisions', to='indicators.indicator'),
        ),
        migrations.AddField(
            model_name='partresult',
            name='revision',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='results', to='indicators.partsrevision'),
        ),
        migrations.AddField(
            model_name='parttarget',
            name='indicator',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='part_targets', to='indicators.indicator'),
        ),
        migrations.AddField(
            model_name='parttarget',
            name='part',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='targets', to='indicators.part'),
        ),
        migrations.AddField(
            model_name='parttarget',
            name='set_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='breakdown',
            constraint=models.UniqueConstraint(fields=('indicator', 'dimension'), name='one_breakdown_by_a_dimension'),
        ),
        migrations.AddConstraint(
            model_name='part',
            constraint=models.UniqueConstraint(fields=('dimension', 'key'), name='one_part_of_a_key'),
        ),
        migrations.AddConstraint(
            model_name='part',
            constraint=models.UniqueConstraint(fields=('dimension', 'name'), name='one_part_of_a_name'),
        ),
        migrations.AddConstraint(
            model_name='part',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='part_has_a_name'),
        ),
        migrations.AddConstraint(
            model_name='partsrevision',
            constraint=models.UniqueConstraint(fields=('indicator', 'dimension', 'quarter', 'number'), name='revisions_of_parts_are_numbered'),
        ),
        migrations.AddConstraint(
            model_name='partsrevision',
            constraint=models.UniqueConstraint(condition=models.Q(('is_latest', True)), fields=('indicator', 'dimension', 'quarter'), name='one_latest_revision_of_parts'),
        ),
        migrations.AddConstraint(
            model_name='partsrevision',
            constraint=models.CheckConstraint(condition=models.Q(('number', 1), models.Q(('reason', ''), _negated=True), _connector='OR'), name='a_revision_of_parts_says_why'),
        ),
        migrations.AddConstraint(
            model_name='partsrevision',
            constraint=models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='revisions_of_parts_count_from_one'),
        ),
        migrations.AddConstraint(
            model_name='partresult',
            constraint=models.UniqueConstraint(fields=('revision', 'part'), name='each_part_is_given_once'),
        ),
        migrations.AddConstraint(
            model_name='partresult',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('is_withheld', False), ('not_available', ''), ('value__isnull', False)), models.Q(('value__isnull', True), models.Q(('not_available', ''), _negated=True), ('is_withheld', False)), models.Q(('is_withheld', True), ('not_available', ''), ('value__isnull', True)), models.Q(('denominator', 0), ('is_withheld', False), ('not_available', ''), ('value__isnull', True)), _connector='OR'), name='a_part_has_a_value_or_says_why_not'),
        ),
        migrations.AddConstraint(
            model_name='partresult',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('denominator__isnull', True), ('numerator__isnull', True)), models.Q(('denominator__isnull', False), ('numerator__isnull', False)), _connector='OR'), name='counts_of_a_part_come_together'),
        ),
        migrations.AddConstraint(
            model_name='parttarget',
            constraint=models.UniqueConstraint(fields=('indicator', 'part', 'from_quarter'), name='one_target_of_a_part_from_a_quarter'),
        ),
        migrations.AddConstraint(
            model_name='parttarget',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), _negated=True), models.Q(('approved_by', ''), _negated=True)), name='target_of_a_part_has_a_reason_and_an_approver'),
        ),
        *(GuardTable(each) for each in GUARDS),
    ]
