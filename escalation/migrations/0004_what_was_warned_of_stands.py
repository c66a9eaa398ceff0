"""What early warning told: the database itself keeps it."""

from django.db import migrations

from core.sql_guards import Guard, GuardTable, Unique

GUARDS = [
    Guard(
        table="escalation_earlywarning",
        sentence="An early warning is never changed or deleted: another takes its place",
        never=(
            *("id", "indicator_id", "closed", "known_until", "number", "made_at", "rating_id"),
            *("forecast_id", "silence", "gap", "leads", "chance_red", "soonest", "follows"),
            "inputs",
        ),
        free=("is_latest",),
        closed="NOT {row}.is_latest",
        unique=(
            Unique(("indicator_id", "closed", "number")),
            Unique(("indicator_id", "closed"), where="{row}.is_latest"),
        ),
    )
]


class Migration(migrations.Migration):
    dependencies = [("escalation", "0003_early_warning")]
    operations = [GuardTable(each) for each in GUARDS]
