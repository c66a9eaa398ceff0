"""Savings and risks, and what was said of each: the database itself refuses to change that."""

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

from core.sql_guards import Guard, GuardTable, Unique

SAVINGS = Guard(
    table="strategy_savingupdate",
    sentence="What was reported of a saving is never changed or deleted: report something after it",
    never=(
        *("id", "saving_id", "number", "as_at", "delivered", "forecast", "at_risk", "note"),
        *("said_at", "said_by_id"),
    ),
    unique=(Unique(("saving_id", "number")),),
)
RISKS = Guard(
    table="strategy_riskassessment",
    sentence="How a risk was assessed is never changed or deleted: assess it again",
    never=(
        *("id", "risk_id", "number", "assessed_on", "likelihood", "impact", "note"),
        *("said_at", "said_by_id"),
    ),
    unique=(Unique(("risk_id", "number")),),
)


class Migration(migrations.Migration):

    dependencies = [
        ('indicators', '0026_hours_that_officers_note'),
        ('organisation', '0006_leader_and_performance'),
        ('strategy', '0004_what_was_found_ends'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Risk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(blank=True, null=True, verbose_name='first day')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='last day')),
                ('reference', models.CharField(max_length=30, unique=True)),
                ('title', models.CharField(max_length=200)),
                ('description', models.TextField(blank=True, help_text='What may happen, why, and with what effect')),
                ('appetite', models.PositiveSmallIntegerField(blank=True, help_text='The highest score that is accepted; empty where none is set', null=True)),
                ('mitigation', models.TextField(blank=True)),
                ('assessed_on', models.DateField(blank=True, null=True)),
                ('likelihood', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('impact', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('indicators', models.ManyToManyField(blank=True, related_name='risks', to='indicators.indicator')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='risks', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='risks', to='strategy.project')),
                ('unit', models.ForeignKey(blank=True, help_text='Whose register it is in; none: the corporate register', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='risks', to='organisation.unit')),
            ],
            options={
                'ordering': ['reference'],
            },
        ),
        migrations.CreateModel(
            name='RiskAssessment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('assessed_on', models.DateField()),
                ('likelihood', models.PositiveSmallIntegerField()),
                ('impact', models.PositiveSmallIntegerField()),
                ('note', models.CharField(blank=True, max_length=500)),
                ('said_at', models.DateTimeField()),
                ('risk', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assessments', to='strategy.risk')),
                ('said_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['risk', 'number'],
            },
        ),
        migrations.CreateModel(
            name='Saving',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(blank=True, null=True, verbose_name='first day')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='last day')),
                ('reference', models.CharField(max_length=30, unique=True)),
                ('title', models.CharField(max_length=200)),
                ('description', models.TextField(blank=True)),
                ('amount', models.PositiveBigIntegerField()),
                ('profile', models.TextField(blank=True, help_text='What of it falls into which year or quarter')),
                ('as_at', models.DateField(blank=True, null=True)),
                ('delivered', models.PositiveBigIntegerField(blank=True, null=True)),
                ('forecast', models.PositiveBigIntegerField(blank=True, null=True)),
                ('at_risk', models.PositiveBigIntegerField(blank=True, null=True)),
                ('note', models.CharField(blank=True, max_length=500)),
                ('indicator', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='savings', to='indicators.indicator')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='savings', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='savings', to='strategy.project')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='savings', to='organisation.unit')),
            ],
            options={
                'ordering': ['reference'],
            },
        ),
        migrations.CreateModel(
            name='SavingUpdate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('as_at', models.DateField()),
                ('delivered', models.PositiveBigIntegerField()),
                ('forecast', models.PositiveBigIntegerField()),
                ('at_risk', models.PositiveBigIntegerField()),
                ('note', models.CharField(blank=True, max_length=500)),
                ('said_at', models.DateTimeField()),
                ('said_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('saving', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='updates', to='strategy.saving')),
            ],
            options={
                'ordering': ['saving', 'number'],
            },
        ),
        migrations.AddConstraint(
            model_name='risk',
            constraint=models.CheckConstraint(condition=models.Q(('starts_on__isnull', True), ('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='risk_ends_after_it_starts'),
        ),
        migrations.AddConstraint(
            model_name='risk',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reference', ''), _negated=True), models.Q(('title', ''), _negated=True)), name='risk_has_a_reference_and_a_title'),
        ),
        migrations.AddConstraint(
            model_name='risk',
            constraint=models.CheckConstraint(condition=models.Q(('appetite__isnull', True), models.Q(('appetite__gte', 1), ('appetite__lte', 25)), _connector='OR'), name='risk_appetite_is_a_score'),
        ),
        migrations.AddConstraint(
            model_name='risk',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('assessed_on', None), ('impact', None), ('likelihood', None)), models.Q(('assessed_on__isnull', False), ('impact__gte', 1), ('impact__lte', 5), ('likelihood__gte', 1), ('likelihood__lte', 5)), _connector='OR'), name='risk_is_assessed_whole_or_not_at_all'),
        ),
        migrations.AddConstraint(
            model_name='riskassessment',
            constraint=models.UniqueConstraint(fields=('risk', 'number'), name='risk_assessments_are_numbered'),
        ),
        migrations.AddConstraint(
            model_name='riskassessment',
            constraint=models.CheckConstraint(condition=models.Q(('impact__gte', 1), ('impact__lte', 5), ('likelihood__gte', 1), ('likelihood__lte', 5)), name='risk_assessment_is_from_one_to_five'),
        ),
        migrations.AddConstraint(
            model_name='saving',
            constraint=models.CheckConstraint(condition=models.Q(('starts_on__isnull', True), ('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='saving_ends_after_it_starts'),
        ),
        migrations.AddConstraint(
            model_name='saving',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reference', ''), _negated=True), models.Q(('title', ''), _negated=True)), name='saving_has_a_reference_and_a_title'),
        ),
        migrations.AddConstraint(
            model_name='saving',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='saving_saves_something'),
        ),
        migrations.AddConstraint(
            model_name='saving',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('as_at', None), ('at_risk', None), ('delivered', None), ('forecast', None)), models.Q(('as_at__isnull', False), ('at_risk__gte', 0), ('delivered__gte', 0), ('forecast__gte', django.db.models.expressions.CombinedExpression(models.F('delivered'), '+', models.F('at_risk')))), _connector='OR'), name='saving_position_adds_up'),
        ),
        migrations.AddConstraint(
            model_name='savingupdate',
            constraint=models.UniqueConstraint(fields=('saving', 'number'), name='saving_updates_are_numbered'),
        ),
        migrations.AddConstraint(
            model_name='savingupdate',
            constraint=models.CheckConstraint(condition=models.Q(('as_at__isnull', False), ('at_risk__gte', 0), ('delivered__gte', 0), ('forecast__gte', django.db.models.expressions.CombinedExpression(models.F('delivered'), '+', models.F('at_risk')))), name='saving_update_adds_up'),
        ),
        GuardTable(SAVINGS),
        GuardTable(RISKS),
    ]
