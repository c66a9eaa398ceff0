"""How far a quarter's results are in."""

from __future__ import annotations

from dataclasses import dataclass

from indicators.models import Indicator, Revision
from sorp.lexicon import Frequency, Quarter


@dataclass(frozen=True, slots=True)
class Completion:
    """How many results are due for a quarter, and which indicators have none yet."""

    due: int
    submitted: int
    missing: tuple[Indicator, ...]


def completion(*, quarter: Quarter, units: list[int] | None = None) -> Completion:
    """What is due, what is in and what is missing, in two queries."""
    rows = Indicator.objects.in_use(quarter).select_related("unit", "accountable_manager")
    if units is not None:
        rows = rows.in_units(units)
    due = [each for each in rows if Frequency(each.frequency).due_in(quarter)]
    said = set(
        Revision.objects.latest_ones()
        .filter(result__quarter_start=quarter.first_day)
        .values_list("result__indicator_id", flat=True)
    )
    missing = tuple(each for each in due if each.pk not in said)
    return Completion(due=len(due), submitted=len(due) - len(missing), missing=missing)
