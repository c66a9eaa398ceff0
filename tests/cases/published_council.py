"""A council of published figures that closes every quarter in turn, and what is said of it that is not so.

What is so is read from the figures as they were printed (tests/cases/published_figures.py), not from
the product.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

import time_machine

from core.quarters import Quarter
from escalation.models.early_warning import EVEN
from escalation.models.escalations import Escalation
from escalation.queries.early_warning import early_warnings
from escalation.services.closing import close_quarter
from indicators.importing.definitions import import_indicators, import_targets
from indicators.importing.results import import_results
from indicators.models.definitions import Indicator
from indicators.models.ratings import Rating
from organisation.importing.people import import_people
from organisation.importing.units import import_units
from sorp.lexicon import Basis, Frequency, NotRated, Rag
from sorp.services.seeding import seed_default_statement
from tests.cases.council import closes_on, import_on, kept
from tests.cases.published_figures import (
    Series,
    cases,
    in_order,
    indicators_csv,
    results_by_quarter,
    targets_csv,
    units_csv,
)

BEFORE = date(2006, 4, 3)  # everything stands before the first figure


@dataclass
class Lived:
    """What came of it: what was asked and noted on the way, and every false thing that was said."""

    series: Sequence[Series]
    closed: list[Quarter] = field(default_factory=list)
    asked: int = 0
    noted: int = 0
    false: list[str] = field(default_factory=list)

    @property
    def verdicts(self) -> Counter[str]:
        """How many ratings there are of each kind."""
        rows = Rating.objects.latest_ones().values_list("rag", "not_rated")
        return Counter(rag or not_rated for rag, not_rated in rows)

    @property
    def figures(self) -> int:
        return sum(len(each.figures) for each in self.series)


def lived_through(series: Sequence[Series], *, with_cases: bool) -> Lived:
    """All come in by their import services, quarter by quarter, and every quarter is closed on its day."""
    found = Lived(series)
    files = results_by_quarter(series)
    _found_the_council(series)
    more = _cases() if with_cases else {}
    for quarter in min([*files, *more]).until(max([*files, *more])):
        day = closes_on(quarter)
        with time_machine.travel(f"{day}T09:00:00+00:00", tick=False):
            for text in [files.get(quarter), *more.get(quarter, ())]:
                if text:
                    came = import_results(text.encode(), file="results.csv", today=day)
                    found.asked += len(came.questions)
                    found.noted += len(came.notes)
            close_quarter(quarter=quarter, today=day, by=None)
            found.false += _false_warnings(quarter)
        found.closed.append(quarter)
        if with_cases and quarter == Quarter(2018, 4):
            import_on("2019-05-07", "indicators", kept("retired-then.csv"))
    found.false += false_of(series)
    return found


def _found_the_council(series: Sequence[Series]) -> None:
    seed_default_statement(from_quarter=Quarter(2006, 1), approved_on=BEFORE, by=None)
    with time_machine.travel(f"{BEFORE}T09:00:00+00:00", tick=False):
        import_units(units_csv().encode(), file="units.csv", today=BEFORE, starts_on=BEFORE)
        import_people(kept("people.csv").encode(), file="people.csv")
        import_indicators(indicators_csv(series).encode(), file="indicators.csv")
        import_targets(targets_csv(series).encode(), file="targets.csv")


def _cases() -> dict[Quarter, list[str]]:
    """The cases stand as well; their results by quarter."""
    results: dict[Quarter, list[str]] = {}
    with time_machine.travel(f"{BEFORE}T09:00:00+00:00", tick=False):
        for name, indicators, targets, by_quarter in cases():
            import_indicators(indicators.encode(), file=f"{name}-indicators.csv")
            import_targets(targets.encode(), file=f"{name}-targets.csv")
            for quarter, text in by_quarter.items():
                results.setdefault(quarter, []).append(text)
    return results


def _false_warnings(quarter: Quarter) -> Iterator[str]:
    """Each total since April that met its profile in every quarter, and is warned of all the same."""
    counted = Indicator.objects.filter(basis=Basis.YEAR_TO_DATE, frequency=Frequency.QUARTERLY)
    for warning in early_warnings(counted):
        rags = set(
            Rating.objects.latest_ones()
            .filter(indicator=warning.indicator, quarter__lte=quarter, value__isnull=False)
            .values_list("rag", flat=True)
        )
        is_warned_of = warning.soonest is not None or (warning.chance_red or 0) >= EVEN
        if rags == {Rag.GREEN} and is_warned_of:
            yield (
                f"{warning.indicator.reference} met its profile in every quarter up to {quarter}, and"
                f" stands on early warning: {warning.chance_red} of red, {warning.follows}"
            )


def false_of(series: Iterable[Series]) -> Iterator[str]:
    """What ratings and escalations say of figures that were printed otherwise, or were printed at all."""
    ratings = {
        (each.indicator.reference, each.quarter): each
        for each in Rating.objects.latest_ones().select_related("indicator")
    }
    said = {key for key, each in ratings.items() if each.not_rated == NotRated.NO_RESULT}
    of_series = list(series)
    owed = {(each.reference, quarter) for each in of_series for quarter in each.unpublished}
    yield from (
        f"{name} {q}: “no result”, and one was due to nobody or given"
        for name, q in sorted(said - owed)
    )
    yield from (
        f"{name} {q}: nothing was printed, and it is not said" for name, q in sorted(owed - said)
    )
    for each in of_series:
        yield from _false_values(each, ratings)
    silent = Escalation.objects.filter(trigger_key__startswith="no-result")
    for row in silent.select_related("indicator"):
        if (row.indicator.reference, row.opened_in) not in owed:
            yield f"{row.indicator.reference} was referred up for silence in {row.opened_in}"


def _false_values(series: Series, ratings: dict[tuple[str, Quarter], Rating]) -> Iterator[str]:
    """Each figure that was printed stands, to six decimals, in its own quarter; of months the last."""
    for quarter in series.quarters:
        printed = [each for each in series.figures if each.quarter == quarter]
        last = max(printed, key=in_order)
        rating = ratings.get((series.reference, quarter))
        kept_value = rating.value if rating else None
        due = None if last.value is None else round(last.value, 6)
        if rating is None or kept_value != due:
            yield f"{series.reference} {quarter}: printed {due}, kept as {kept_value}"


def colours_agreed(series: Iterable[Series]) -> tuple[int, int]:
    """Of how many printed colours with figure and target the product's is the same, and of how many not."""
    agreed = Counter[bool]()
    for each in series:
        for figure in each.figures:
            if figure.said and figure.value is not None and each.targets and not figure.month:
                rating = Rating.objects.latest_ones().get(
                    indicator__reference=each.reference, quarter=figure.quarter
                )
                if rating.rag:
                    agreed[rating.rag == figure.said.lower()] += 1
    return agreed[True], agreed[False]
