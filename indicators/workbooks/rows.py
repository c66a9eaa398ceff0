"""The rows of one person's workbook: their indicators, and what is now said of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from indicators.models import Draft, Indicator, Rating, Revision
from indicators.queries.asking import as_typed, forecasts_made, suspended_in
from indicators.queries.locks import unlocked_for
from indicators.queries.returns import ReturnRow, my_return
from indicators.queries.sheets import RECENT
from indicators.queries.targets import targets_in_force, thresholds_of
from indicators.queries.variations import rating_variations
from indicators.rules import Thresholds
from indicators.rules.returns import Horizon, ResultState, forecast_quarters
from organisation.clock import localdate
from organisation.models import User
from sorp.lexicon import Frequency, Quarter


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator in one person's return."""

    indicator: Indicator
    quarter: Quarter
    draft: Draft | None
    revision: Revision | None
    typed: Mapping[str, str]  # what is saved: the draft's, else the revision's, else nothing
    expected: Thresholds | None  # by its target, or as a variation has it
    earlier: tuple[Rating, ...]  # the last eight quarters' ratings, latest first
    is_locked: bool

    @property
    def mark(self) -> tuple[int, int]:
        """By which it is known later whether anything was saved since: draft and revision."""
        return (
            self.draft.version if self.draft else 0,
            self.revision.number if self.revision else 0,
        )

    @property
    def last_value(self) -> Decimal | None:
        """That of the latest earlier quarter that has one."""
        return next((each.value for each in self.earlier if each.value is not None), None)

    @property
    def value_last_year(self) -> Decimal | None:
        then = self.quarter.back(4)
        return next((each.value for each in self.earlier if each.quarter == then), None)

    @property
    def not_asked(self) -> frozenset[str]:
        """The forecasts that are not asked for with this quarter's result, by key."""
        asked = forecast_quarters(self.quarter, Frequency(self.indicator.frequency))
        return frozenset(
            key for each in Horizon if each not in asked for key in (each, f"{each}_likelihood")
        )


def lines_for(user: User, quarter: Quarter) -> list[Line]:
    """Every indicator in this person's return, in order of reference, but for suspended ones.

    As many queries for 200 as for one.
    """
    suspended = suspended_in(quarter)
    rows = [
        row
        for row in my_return(user=user, quarter=quarter, today=localdate()).rows
        if row.indicator.pk not in suspended
    ]
    known = [row.indicator.pk for row in rows]
    targets, ratings = targets_in_force(quarter, known), _ratings(known, quarter)
    variations = rating_variations(quarter, known)
    forecasts = forecasts_made(known, quarter)
    locked = _locked(rows, user)
    return [
        Line(
            indicator=row.indicator,
            quarter=quarter,
            draft=row.draft,
            revision=row.revision,
            typed=(
                row.draft.typed
                if row.draft
                else as_typed(row.revision, forecasts.get(row.indicator.pk, ()))
            ),
            expected=thresholds_of(
                row.indicator, targets.get(row.indicator.pk), variations.get(row.indicator.pk)
            ),
            earlier=tuple(ratings[row.indicator.pk]),
            is_locked=row.indicator.pk in locked,
        )
        for row in rows
    ]


def plain(number: Decimal | None) -> str:
    """A number as a person would type it, without zeros that say nothing."""
    return "" if number is None else f"{number.normalize():f}"


def _ratings(known: list[int], quarter: Quarter) -> dict[int, list[Rating]]:
    found: dict[int, list[Rating]] = defaultdict(list)
    for each in (
        Rating.objects.latest_ones()
        .filter(
            indicator__in=known,
            quarter_start__lt=quarter.first_day,
            quarter_start__gte=quarter.back(RECENT).first_day,
        )
        .order_by("-quarter_start")
    ):
        found[each.indicator_id].append(each)
    return found


def _locked(rows: list[ReturnRow], user: User) -> frozenset[int]:
    """The indicators whose result is approved, and that no exception opens to this person."""
    results = [
        row.revision.result
        for row in rows
        if row.revision and ResultState(row.revision.result.state).is_locked
    ]
    if not results:
        return frozenset()
    unlocked = unlocked_for(results=results, user=user)
    return frozenset(each.indicator_id for each in results if each.pk not in unlocked)
