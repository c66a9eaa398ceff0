"""targets.csv: what is expected of indicators, each row from its quarter until the next."""

from __future__ import annotations

from indicators.importing.columns import (
    indicators_named,
    no_such_indicator,
    quarter,
    reference,
)
from indicators.models import Indicator, Target
from indicators.queries.targets import LIMITS
from indicators.services import set_target
from organisation.csvfiles import Column, Row, decimal, line
from organisation.importing import Import, Imported
from organisation.importing.outcome import named_in
from organisation.models import User
from sorp.lexicon import RatingMethod

COLUMNS = (
    Column("reference", reference, filled=True),
    Column("from_quarter", quarter, filled=True),
    *(Column(limit, decimal()) for limit in LIMITS),
    Column("reason", line(500), filled=True),
    Column("approved_by", line(200), filled=True),
)


def import_targets(
    content: bytes, *, file: str, by: User | None = None, dry_run: bool = False
) -> Imported:
    """Every target of the file is in force from its quarter; others stay as they are.

    A row without any number withdraws the target from its quarter on. Raises RefusedFileError.
    """
    work = Import(content, COLUMNS, file=file)
    rows = work.once_each("reference", "from_quarter", to_blame="from_quarter")
    indicators = indicators_named(named_in(work.rows, "reference"))
    for row in work.rows:
        if "reference" in row.cells and row["reference"] not in indicators:
            work.refuse(row, "reference", no_such_indicator(row["reference"]))
    standing = {
        (target.indicator_id, target.from_quarter_start): target
        for target in Target.objects.filter(
            indicator__in=[indicator.pk for indicator in indicators.values()]
        )
    }
    with work.all_or_none(dry_run=dry_run):
        for row in rows:
            if indicator := indicators.get(row["reference"]):
                key = (indicator.pk, row["from_quarter"].first_day)
                _settle(work, row, indicator, standing.get(key), by)
    return work.outcome()


def _settle(
    work: Import, row: Row, indicator: Indicator, target: Target | None, by: User | None
) -> None:
    """The target is set, or set otherwise, or left as it is; or it is said why it can't be."""
    said = {name: row[name] for name in (*LIMITS, "reason", "approved_by")}
    changed = target is None or any(getattr(target, name) != said[name] for name in said)
    before = len(work.faults)
    if changed:
        try:
            set_target(indicator=indicator, from_quarter=row["from_quarter"], by=by, **said)
        except ValueError as reason:
            work.refuse(row, _to_blame(indicator, str(reason)), reason)
    if len(work.faults) == before:
        name = f"{row['reference']} from {row['from_quarter'].key}"
        work.count(name, existed=target is not None, changed=changed)


def _to_blame(indicator: Indicator, reason: str) -> str:
    """The column at which to look first. The sentence itself names what contradicts what."""
    if "closed" in reason:
        return "from_quarter"
    return {RatingMethod.FLOOR: "floor", RatingMethod.TOLERANCE: "target"}.get(
        RatingMethod(indicator.method), "lower"
    )
