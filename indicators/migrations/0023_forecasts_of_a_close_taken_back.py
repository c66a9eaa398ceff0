"""A forecast stands, until the close that made it is taken back: then it is in the archive."""

from django.db import migrations

from core.sql_guards import Unique
from core.sql_guards_released import GuardReleasedTable, ReleasedGuard

# What is superseded stands as long as what superseded it is there.
SUPERSEDED = (
    "NOT {row}.is_latest AND EXISTS (SELECT 1 FROM indicators_systemforecast AS later"
    " WHERE later.indicator_id = {row}.indicator_id AND later.made_in = {row}.made_in"
    " AND later.for_quarter = {row}.for_quarter AND later.number > {row}.number)"
)
SYSTEM_FORECAST = ReleasedGuard(
    table="indicators_systemforecast",
    sentence="A forecast is never changed or deleted: another is made",
    never=(
        *("id", "indicator_id", "made_in", "for_quarter", "number", "made_at", "method"),
        *("quarters", "value", "lower", "upper", "chance_red", "chance_amber"),
        *("chance_green", "unsaid", "inputs"),
    ),
    free=("is_latest",),
    closed=SUPERSEDED,
    unique=(
        Unique(("indicator_id", "made_in", "for_quarter", "number")),
        Unique(("indicator_id", "made_in", "for_quarter"), where="{row}.is_latest"),
    ),
    released=(
        "EXISTS (SELECT 1 FROM core_archivedrow AS kept"
        " WHERE kept.kind = 'indicators.systemforecast' AND kept.key = {row}.id)"
    ),
    may_go=True,
)


class Migration(migrations.Migration):
    dependencies = [
        ("indicators", "0022_scorecards_in_several_files"),
        ("core", "0004_rows_taken_away_are_kept"),
    ]
    operations = [GuardReleasedTable(SYSTEM_FORECAST)]
