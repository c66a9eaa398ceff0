"""Of which indicators a result is due for a quarter, by their reporting patterns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from core.quarters import Quarter
from indicators.models.definitions import Awaited, Indicator
from indicators.models.results import Revision
from sorp.rules.patterns import YEAR


def due_in(quarter: Quarter, indicators: Iterable[Indicator]) -> list[Indicator]:
    """Those of which a result is due for a quarter, in the order given; suspensions are not looked at.

    One query, and none where every indicator names the quarters in which it is due: of one that
    does not, a result that came earlier in its year or half-year was the one due.
    """
    asked = list(indicators)
    patterns = {each.pk: each.pattern for each in asked}
    unnamed = [pk for pk, pattern in patterns.items() if not pattern.due_is_named]
    given: dict[int, list[Quarter]] = defaultdict(list)
    if unnamed:
        rows = Revision.objects.latest_ones().filter(
            result__indicator__in=unnamed,
            result__quarter__gte=quarter.back(YEAR),
            result__quarter__lt=quarter,
            not_available="",
        )
        for pk, earlier in rows.values_list("result__indicator_id", "result__quarter"):
            given[pk].append(earlier)
    return [each for each in asked if patterns[each.pk].due_in(quarter, given.get(each.pk, ()))]


def awaited_in(quarter: Quarter, *, on: date) -> frozenset[int]:
    """The keys of those whose figure for a quarter their publisher has not issued, until the day stated."""
    rows = Awaited.objects.filter(quarter=quarter, until__gte=on)
    return frozenset(rows.order_by().values_list("indicator_id", flat=True))


def owed_in(quarter: Quarter, indicators: Iterable[Indicator], *, on: date) -> list[Indicator]:
    """Those of which a result is due and that nobody but their manager keeps waiting for.

    Not those that are awaited from their publisher: until the day stated they are neither late nor
    silent.
    """
    awaited = awaited_in(quarter, on=on)
    return [each for each in due_in(quarter, indicators) if each.pk not in awaited]
