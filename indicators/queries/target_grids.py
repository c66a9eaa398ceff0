"""Targets of a whole unit for a year: a row an indicator, a column a quarter, or one for the year."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from core.clock import localdate
from core.figures import as_number, decimals_of
from core.quarters import Quarter
from core.queries import last_closed
from indicators.models.definitions import Indicator, Target
from indicators.models.target_proposals import TargetProposal
from indicators.queries.targets import target_in_words
from indicators.rights import Reach
from indicators.rules.definitions import LIMITS_OF
from indicators.rules.targets import Limits
from organisation.models.units import Unit
from organisation.queries import tree_on
from sorp.lexicon import RatingMethod
from sorp.rules.thresholds import LIMITS


@dataclass(frozen=True, slots=True)
class UnitTargetCell:
    """One indicator from one quarter on: its boxes, and what stands."""

    indicator: Indicator
    quarter: Quarter
    names: tuple[str, ...]
    standing: Limits  # what is set from this very quarter; nothing where it goes on from before
    carried: str  # what goes on from before, in words
    waiting: str  # what waits to be approved, in words

    def key(self, name: str) -> str:
        return f"{name}-{self.indicator.pk}-{self.quarter.key}"

    def typed(self, name: str) -> str:
        """What is in the box to begin with."""
        value = self.standing.get(name)
        return "" if value is None else as_number(value, decimals_of(value, 6)).replace(",", "")


@dataclass(frozen=True, slots=True)
class UnitTargetRow:
    """One indicator, with a cell for each column; None where nothing can be set."""

    indicator: Indicator
    cells: tuple[UnitTargetCell | None, ...]


@dataclass(frozen=True, slots=True)
class TargetGrid:
    """What a unit aims at in one financial year."""

    unit: Unit
    year: int
    is_by_year: bool
    columns: tuple[Quarter, ...]
    rows: tuple[UnitTargetRow, ...]
    by_quarter: tuple[Indicator, ...] = field(default=())  # left out of the grid by year

    @property
    def cells(self) -> list[UnitTargetCell]:
        return [cell for row in self.rows for cell in row.cells if cell is not None]


def target_grid(*, unit: Unit, year: int, is_by_year: bool, reach: Reach) -> TargetGrid:
    """The indicators of a unit, and below it, within somebody's reach that a target is set for.

    By quarter, a column for each that is not closed. By year there is one, for its first quarter
    that is not closed: what is set there goes on. What is counted from April needs a target for each
    quarter, and stands in the grid by quarter alone. Four queries.
    """
    closed = last_closed()
    year_of = [Quarter(year, number) for number in (1, 2, 3, 4)]
    columns = [each for each in year_of if closed is None or each > closed]
    if is_by_year:
        columns = columns[:1]
    measured = [
        each
        for each in Indicator.objects.filter(reach.condition)
        .filter(unit__in=list(tree_on(localdate()).below(unit.pk)))
        .exclude(method=RatingMethod.NONE)
        .select_related("unit", "accountable_manager")
        .order_by("reference")
        if columns
        and each.first_quarter <= year_of[-1]
        and (each.last_quarter is None or each.last_quarter >= columns[0])
    ]
    left_out = [each for each in measured if is_by_year and each.pattern.restarts_in_april]
    shown = [each for each in measured if each not in left_out]
    keys = [each.pk for each in shown]
    targets = _by_indicator(
        Target.objects.filter(indicator__in=keys, from_quarter__lte=year_of[-1]).order_by(
            "from_quarter"
        )
    )
    waiting = {
        (each.indicator_id, each.from_quarter): each
        for each in TargetProposal.objects.waiting().filter(indicator__in=keys)
    }
    rows = [
        UnitTargetRow(
            each,
            tuple(
                _cell(
                    each,
                    quarter,
                    targets.get(each.pk, []),
                    waiting.get((each.pk, quarter)),
                    first=columns[0],
                )
                for quarter in columns
            ),
        )
        for each in shown
    ]
    return TargetGrid(unit, year, is_by_year, tuple(columns), tuple(rows), tuple(left_out))


def _by_indicator(rows: Iterable[Target]) -> dict[int, list[Target]]:
    found: dict[int, list[Target]] = {}
    for row in rows:
        found.setdefault(row.indicator_id, []).append(row)
    return found


def _cell(
    indicator: Indicator,
    quarter: Quarter,
    targets: list[Target],
    waiting: TargetProposal | None,
    *,
    first: Quarter,
) -> UnitTargetCell | None:
    """What may be set from a quarter on. What goes on from before the first column is said there."""
    is_first = quarter == max(first, indicator.first_quarter)
    is_measured = indicator.first_quarter <= quarter and (
        indicator.last_quarter is None or quarter <= indicator.last_quarter
    )
    pattern = indicator.pattern
    if not is_measured or (
        pattern.restarts_in_april and quarter.number not in pattern.quarters_due
    ):
        return None
    own = next((each for each in targets if each.from_quarter == quarter), None)
    standing: dict[str, Decimal | None] = {
        name: getattr(own, name) if own else None for name in LIMITS
    }
    in_force = pattern.target_in(quarter, targets)
    carried = ""
    if own is None and in_force is not None and (is_first or in_force.from_quarter >= first):
        carried = f"{target_in_words(indicator, in_force)}, since {in_force.from_quarter}"
    return UnitTargetCell(
        indicator,
        quarter,
        LIMITS_OF[RatingMethod(indicator.method)],
        standing,
        carried,
        target_in_words(indicator, waiting),
    )
