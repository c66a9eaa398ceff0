"""What was forecast, by the system and by managers: the database itself keeps it."""

from django.db import migrations

from core.sql_guards import Guard, GuardTable, Unique

GUARDS = [
    Guard(
        table="indicators_systemforecast",
        sentence="A forecast is never changed or deleted: another is made",
        never=(
            *("id", "indicator_id", "made_in", "for_quarter", "number", "made_at", "method"),
            *("quarters", "value", "lower", "upper", "chance_red", "chance_amber"),
            *("chance_green", "unsaid", "inputs"),
        ),
        free=("is_latest",),
        closed="NOT {row}.is_latest",
        unique=(
            Unique(("indicator_id", "made_in", "for_quarter", "number")),
            Unique(("indicator_id", "made_in", "for_quarter"), where="{row}.is_latest"),
        ),
    ),
    Guard(
        table="indicators_managersforecast",
        sentence="What a manager expected is never changed or deleted: they say another thing after it",
        never=(
            *("id", "indicator_id", "made_in", "horizon", "number", "rag", "why", "value"),
            *("likelihood", "made_by_id", "made_at"),
        ),
        free=("is_latest",),
        closed="NOT {row}.is_latest",
        unique=(Unique(("indicator_id", "made_in", "horizon"), where="{row}.is_latest"),),
    ),
]


class Migration(migrations.Migration):
    dependencies = [("indicators", "0006_forecasts_with_their_inputs")]
    operations = [GuardTable(each) for each in GUARDS]
