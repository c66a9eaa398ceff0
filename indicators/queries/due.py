"""Of which indicators a result is due for a quarter, by their reporting patterns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from core.quarters import Quarter
from indicators.models.definitions import Indicator
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
