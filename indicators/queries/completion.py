"""How far a quarter's results are in."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from core.quarters import Quarter
from indicators.models.definitions import Indicator, Suspension
from indicators.models.results import Revision
from indicators.queries.due import due_in
from indicators.rules.returns import ResultState


@dataclass(frozen=True, slots=True)
class Completion:
    """How many results are due for a quarter, and which are not in. What was returned is not in."""

    due: int
    missing: tuple[Indicator, ...]  # nothing was submitted
    returned: tuple[Indicator, ...]  # submitted, sent back, and not submitted again

    @property
    def submitted(self) -> int:
        """How many managers have submitted and nobody has sent back."""
        return self.due - len(self.to_come)

    @property
    def to_come(self) -> tuple[Indicator, ...]:
        return (*self.missing, *self.returned)


def completion(*, quarter: Quarter, units: list[int] | None = None) -> Completion:
    """What is due, what is in and what is not, in three queries. The suspended owe nothing."""
    suspended = Suspension.objects.filter(from_quarter__lte=quarter).filter(
        Q(until_quarter__isnull=True) | Q(until_quarter__gte=quarter)
    )
    rows = (
        Indicator.objects.in_use(quarter)
        .exclude(pk__in=suspended.values("indicator"))
        .select_related("unit", "accountable_manager")
    )
    if units is not None:
        rows = rows.in_units(units)
    due = due_in(quarter, rows)
    states = dict(
        Revision.objects.latest_ones()
        .filter(result__quarter=quarter)
        .values_list("result__indicator_id", "result__state")
    )
    return Completion(
        due=len(due),
        missing=tuple(each for each in due if each.pk not in states),
        returned=tuple(each for each in due if states.get(each.pk) == ResultState.RETURNED),
    )
