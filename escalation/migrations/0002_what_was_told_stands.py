"""What was told of an escalation, and what each level did: the database itself keeps it."""

from django.db import migrations

from core.sql_guards import Guard, GuardTable, Unique

GUARDS = [
    Guard(
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
    ),
    Guard(
        table="escalation_handling",
        sentence="What a level did is never changed or deleted: it does something else after it",
        never=("id", "escalation_id", "kind", "words", "handled_on", "by_id", "recorded_at"),
    ),
    Guard(
        table="escalation_planreview",
        sentence="A review of a plan is never changed or deleted: review it again",
        never=(
            *("id", "plan_id", "level", "sufficient", "words", "reviewed_on"),
            *("by_id", "recorded_at"),
        ),
    ),
]


class Migration(migrations.Migration):
    dependencies = [("escalation", "0001_first_tables")]
    operations = [GuardTable(each) for each in GUARDS]
