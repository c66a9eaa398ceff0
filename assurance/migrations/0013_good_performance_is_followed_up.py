"""A green that is shared, or of which less is asked, is an outcome of its own."""

import assurance.rules
from django.db import migrations, models

from core.sql_guards import Guard, GuardTable, UnguardTable

# SQLite remakes the table for another condition, and its triggers go with the old one.
DECISIONS = Guard(
    table="assurance_decision",
    sentence="A decision on record is never changed or deleted",
    never=(
        *("id", "call_in_id", "kind", "returns_on", "text", "agreed_plan_id", "recorded_at"),
        *("recorded_on", "log_closes_on"),
    ),
)


class Migration(migrations.Migration):

    dependencies = [
        ('assurance', '0012_matters_of_other_kinds'),
        ('escalation', '0012_drafts_of_plans'),
    ]

    operations = [
        UnguardTable(DECISIONS),
        migrations.RemoveConstraint(
            model_name='decision',
            name='decision_is_of_a_known_kind',
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['', assurance.rules.Outcome['ACCEPT_PLAN'], assurance.rules.Outcome['STRENGTHEN_PLAN'], assurance.rules.Outcome['REFER_UP'], assurance.rules.Outcome['RETURN_ON'], assurance.rules.Outcome['NO_ACTION'], assurance.rules.Outcome['SHARE'], assurance.rules.Outcome['ASK_LESS'], assurance.rules.Outcome['DEFERRED'], assurance.rules.Outcome['NOT_REACHED']])), name='decision_is_of_a_known_kind'),
        ),
        GuardTable(DECISIONS),
    ]
