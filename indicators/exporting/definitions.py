"""indicators.csv and targets.csv, as the imports take them back."""

from __future__ import annotations

from typing import Any

from core.tables.reading import CLEAR
from core.tables.rows import columns_of
from core.tables.writing import written_rows
from indicators.importing.definitions import IndicatorRow, TargetRow
from indicators.models.definitions import Indicator, Target
from organisation.models.people import User
from organisation.models.units import Unit
from sorp.rules.thresholds import LIMITS


def indicators_csv() -> str:
    """Every indicator as it is defined now, in order of reference."""
    rows = Indicator.objects.select_related("unit", "accountable_manager", "successor", "checker")
    # Why a definition changes, and from when figures break, is asked of a change: nothing is written.
    fields = [each.field for each in columns_of(IndicatorRow).values() if not each.is_passed_over]
    return written_rows(
        IndicatorRow,
        (
            {name: _named(getattr(each, name, None)) for name in fields}
            for each in sorted(rows, key=lambda each: each.reference)
        ),
    )


def _named(value: Any) -> Any:
    """A row of another table by what files call it."""
    if isinstance(value, Unit):
        return value.code
    if isinstance(value, User):
        return value.email
    return value.reference if isinstance(value, Indicator) else value


def targets_csv() -> str:
    """Every target, in order of reference and of the quarter from which it is in force."""
    rows = Target.objects.select_related("indicator")
    return written_rows(
        TargetRow,
        (
            {"reference": each.indicator.reference, **vars(each), **_withdrawn(each)}
            for each in sorted(rows, key=lambda each: (each.indicator.reference, each.from_quarter))
        ),
    )


def _withdrawn(target: Target) -> dict[str, str]:
    """What says that nothing is aimed at any more: an empty cell would only leave what stands."""
    is_withdrawn = all(getattr(target, name) is None for name in LIMITS)
    return {"target": CLEAR} if is_withdrawn else {}
