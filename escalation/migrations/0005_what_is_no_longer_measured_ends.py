"""An escalation may end with its indicator, no longer measured: neither recovered nor open."""

import core.fields
from django.conf import settings
from django.db import migrations, models

from core.sql_guards import Guard, GuardTable, Unique

EXPLANATION = Guard(
    table="escalation_explanation",
    sentence="An explanation is never changed or deleted: another supersedes it",
    never=(
        *("id", "indicator_id", "quarter", "number"),
        *("outcome", "sentence", "document", "told_at"),
    ),
    free=("is_latest",),
    closed="NOT {row}.is_latest",
    unique=(
        Unique(("indicator_id", "quarter", "number")),
        Unique(("indicator_id", "quarter"), where="{row}.is_latest"),
    ),
)


class Migration(migrations.Migration):

    dependencies = [
        ('escalation', '0004_what_was_warned_of_stands'),
        ('indicators', '0003_reporting_patterns'),
        ('sorp', '0003_level_duty'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='escalation',
            name='one_open_escalation_per_indicator_and_level',
        ),
        migrations.RemoveConstraint(
            model_name='escalation',
            name='one_escalation_opened_in_a_quarter',
        ),
        migrations.RemoveConstraint(
            model_name='explanation',
            name='explanation_has_a_known_outcome',
        ),
        migrations.AddField(
            model_name='escalation',
            name='ended_in',
            field=core.fields.QuarterField(blank=True, help_text='The close at which it ended, no longer measured', null=True),
        ),
        migrations.AlterField(
            model_name='explanation',
            name='outcome',
            field=models.CharField(choices=[('escalated', 'Escalated'), ('stands', 'Still escalated'), ('not_escalated', 'Not escalated'), ('recovered', 'Recovered'), ('ended', 'No longer measured')], max_length=14),
        ),
        migrations.AddConstraint(
            model_name='escalation',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_in__isnull', True), ('recovered_in__isnull', True)), fields=('indicator', 'level'), name='one_open_escalation_per_indicator_and_level'),
        ),
        migrations.AddConstraint(
            model_name='escalation',
            constraint=models.UniqueConstraint(condition=models.Q(models.Q(('recovered_in__isnull', True), ('recovered_in__gt', models.F('opened_in')), _connector='OR'), models.Q(('ended_in__isnull', True), ('ended_in__gt', models.F('opened_in')), _connector='OR')), fields=('indicator', 'level', 'opened_in'), name='one_escalation_opened_in_a_quarter'),
        ),
        migrations.AddConstraint(
            model_name='escalation',
            constraint=models.CheckConstraint(condition=models.Q(('ended_in__isnull', True), models.Q(('ended_in__gte', models.F('opened_in')), ('recovered_in__isnull', True)), _connector='OR'), name='what_ended_with_its_indicator_did_not_recover'),
        ),
        migrations.AddConstraint(
            model_name='explanation',
            constraint=models.CheckConstraint(condition=models.Q(('outcome__in', ['escalated', 'stands', 'not_escalated', 'recovered', 'ended'])), name='explanation_has_a_known_outcome'),
        ),
        GuardTable(EXPLANATION),
    ]
