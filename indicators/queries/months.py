"""What was given of the months of monthly indicators."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import OuterRef, Subquery

from core.months import Month, months_of
from core.quarters import Quarter
from indicators.models.definitions import Indicator
from indicators.models.months import MonthlyFigure
from indicators.models.results import Revision
from indicators.queries.histories import targets_in_force, thresholds_of
from indicators.queries.sight import Seen
from indicators.queries.variations import rating_variations
from indicators.rules.entry import month_field
from indicators.rules.months import QuarterOfMonths, quarter_of_months
from sorp.lexicon import MadeOfMonths, Rag
from sorp.rules.thresholds import Thresholds, rate

MONTHS_SHOWN = 24


def months_given(
    indicators: Iterable[Indicator], quarter: Quarter
) -> dict[int, list[MonthlyFigure]]:
    """What now stands of a quarter's months: `{indicator.pk: [MonthlyFigure, …]}`, in order.

    One query, and none where no indicator is monthly.
    """
    monthly = [each.pk for each in indicators if each.made_of_months]
    found: dict[int, list[MonthlyFigure]] = defaultdict(list)
    if monthly:
        rows = MonthlyFigure.objects.latest_ones().filter(
            indicator__in=monthly, month__in=months_of(quarter)
        )
        for row in rows.select_related("given_by").order_by("month"):
            found[row.indicator_id].append(row)
    return found


def months_until(
    indicators: Iterable[Indicator], quarter: Quarter
) -> dict[int, list[MonthlyFigure]]:
    """What now stands of every month up to a quarter's last: `{indicator.pk: [MonthlyFigure, …]}`.

    Oldest first. One query, and none where no indicator is monthly.
    """
    monthly = [each.pk for each in indicators if each.made_of_months]
    found: dict[int, list[MonthlyFigure]] = defaultdict(list)
    if monthly:
        rows = MonthlyFigure.objects.latest_ones().filter(
            indicator__in=monthly, month__lte=months_of(quarter)[-1]
        )
        for row in rows.order_by("month"):
            found[row.indicator_id].append(row)
    return found


def made_quarter(
    indicator: Indicator, quarter: Quarter, given: Iterable[MonthlyFigure]
) -> QuarterOfMonths | None:
    """What these months of a monthly indicator make of their quarter."""
    figures = [each.figure for each in given]
    return quarter_of_months(quarter, MadeOfMonths(indicator.made_of_months), figures)


def months_as_typed(given: Iterable[MonthlyFigure], quarter: Quarter) -> dict[str, str]:
    """What stands of the months as it would have been typed: what the boxes show at first."""
    places = {month: place for place, month in enumerate(months_of(quarter), start=1)}
    return {
        month_field(places[each.month], part): text
        for each in given
        for part, text in (
            (
                "value",
                "[c]"
                if each.withheld
                else ""
                if each.numerator is not None
                else _plain(each.value),
            ),
            ("numerator", _plain(each.numerator)),
            ("denominator", _plain(each.denominator)),
            ("not_available", each.not_available),
            ("confidence", each.confidence),
            ("commentary", each.commentary),
        )
    }


def _plain(number: Decimal | None) -> str:
    return "" if number is None else f"{number.normalize():f}"


def months_seen(given: Iterable[MonthlyFigure], quarter: Quarter) -> str:
    """The number of what stands of each month, such as 1.2.0: by which a change is noticed."""
    numbers = {each.month: each.number for each in given}
    return ".".join(str(numbers.get(month, 0)) for month in months_of(quarter))


@dataclass(frozen=True, slots=True)
class LatestMonth:
    """The latest month of an indicator, of whose quarter there is no result yet: provisional."""

    figure: MonthlyFigure
    expected: Thresholds | None  # what it is held by; nothing holds one month of a sum
    rag: Rag | None  # what a quarter that came to the same would be

    @property
    def month(self) -> Month:
        return self.figure.month


def latest_months(indicators: Iterable[Indicator]) -> dict[int, LatestMonth]:
    """Of each monthly indicator the latest month, where its quarter has no result yet.

    As many queries for twenty indicators as for one, and none where none is monthly.
    """
    monthly = {each.pk: each for each in indicators if each.made_of_months}
    if not monthly:
        return {}
    with_value = MonthlyFigure.objects.latest_ones().filter(value__isnull=False)
    last = with_value.filter(indicator=OuterRef("indicator")).order_by("-month")
    rows = list(with_value.filter(indicator__in=monthly, month=Subquery(last.values("month")[:1])))
    results = Revision.objects.latest_ones().filter(
        result__indicator__in=monthly, result__quarter__in={row.month.quarter for row in rows}
    )
    rated = set(results.values_list("result__indicator_id", "result__quarter"))
    provisional = [row for row in rows if (row.indicator_id, row.month.quarter) not in rated]
    found = {}
    for quarter in {row.month.quarter for row in provisional}:
        targets = targets_in_force(quarter, list(monthly))
        variations = rating_variations(quarter, list(monthly))
        for row in provisional:
            if row.month.quarter == quarter:
                pk = row.indicator_id
                expected = (
                    None
                    if monthly[pk].made_of_months == MadeOfMonths.SUM
                    else thresholds_of(monthly[pk], targets.get(pk), variations.get(pk))
                )
                verdict = rate(row.value, expected) if expected and row.value is not None else None
                found[pk] = LatestMonth(
                    row, expected, verdict if isinstance(verdict, Rag) else None
                )
    return found


@dataclass(frozen=True, slots=True)
class MonthHistory:
    """The latest months of an indicator, oldest first, and what its latest quarter is made of."""

    figures: tuple[MonthlyFigure, ...]
    latest: LatestMonth | None
    made: QuarterOfMonths | None

    @property
    def tabled(self) -> tuple[MonthlyFigure, ...]:
        """The last twelve, latest first."""
        return self.figures[-12:][::-1]


def month_history(indicator: Indicator, seen: Seen) -> MonthHistory | None:
    """What an indicator's page shows of its months, as far as they are seen; None where it has none."""
    if not indicator.made_of_months:
        return None
    rows = MonthlyFigure.objects.latest_ones().filter(indicator=indicator).order_by("-month")
    figures = tuple(
        each
        for each in reversed(rows[:MONTHS_SHOWN])
        if seen.shows(indicator.pk, each.month.quarter)
    )
    if not figures:
        return None
    quarter = figures[-1].month.quarter
    of_quarter = [each for each in figures if each.month.quarter == quarter]
    return MonthHistory(
        figures=figures,
        latest=latest_months([indicator]).get(indicator.pk) if seen.is_everything else None,
        made=made_quarter(indicator, quarter, of_quarter),
    )
