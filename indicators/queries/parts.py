"""What the parts of figures came to: for the grid in which they are given, for pages and for reports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Prefetch, QuerySet

from core.clock import day_of
from core.quarters import Quarter
from indicators.models.definitions import Indicator
from indicators.models.parts import (
    Breakdown,
    Dimension,
    Part,
    PartResult,
    PartsRevision,
    PartTarget,
)
from indicators.models.ratings import Rating
from indicators.models.results import Revision
from indicators.rules.parts import (
    BreakdownHistory,
    PartFigure,
    PartHistory,
    PartPoint,
    PartsRevised,
    Whole,
    point_of,
    questions_about_parts,
    withheld_parts,
)
from sorp.lexicon import Polarity, RatingMethod
from sorp.rules.thresholds import LIMITS, Thresholds

PREDECESSOR = "predecessor"  # the key of the dimension of councils that merged into this one


def dimensions_with_parts() -> QuerySet[Dimension]:
    """Every dimension in its order, with its parts."""
    return Dimension.objects.prefetch_related("parts")


def breakdowns_of(indicator: Indicator) -> list[Breakdown]:
    """By what an indicator may be broken down now, in order."""
    rows = Breakdown.objects.filter(indicator=indicator, is_used=True)
    return list(rows.select_related("dimension", "indicator"))


def latest_parts(
    *, indicator: Indicator, dimension: Dimension, quarter: Quarter
) -> PartsRevision | None:
    """What is now said of the parts of one result, each with its part."""
    rows = PartsRevision.objects.filter(
        indicator=indicator, dimension=dimension, quarter=quarter, is_latest=True
    )
    results = PartResult.objects.select_related("part")
    return rows.prefetch_related(Prefetch("results", results)).select_related("given_by").first()


@dataclass(frozen=True, slots=True)
class PartsSheet:
    """The grid of one result by one dimension, and what stands in it."""

    breakdown: Breakdown
    quarter: Quarter
    parts: tuple[Part, ...]
    revision: PartsRevision | None
    figures: Mapping[str, PartFigure]  # by key of the part, as they stand
    whole: Whole | None

    @property
    def earlier(self) -> list[PartsRevision]:
        """What was given before, latest first, each with its parts."""
        if self.number < 2:
            return []
        rows = PartsRevision.objects.filter(
            indicator=self.breakdown.indicator,
            dimension=self.breakdown.dimension,
            quarter=self.quarter,
            is_latest=False,
        )
        results = PartResult.objects.select_related("part")
        rows = rows.prefetch_related(Prefetch("results", results)).select_related("given_by")
        return list(rows.order_by("-number"))

    @property
    def number(self) -> int:
        """The revision's; nought where nothing was given: what the next one is typed over."""
        return self.revision.number if self.revision else 0

    @property
    def questions(self) -> tuple[str, ...]:
        """What is worth asking about what stands."""
        by_name = {each.name: self.figures.get(each.key) for each in self.parts}
        return questions_about_parts(by_name, self.whole, self.breakdown.about)


def parts_sheet(*, breakdown: Breakdown, quarter: Quarter, whole: Whole | None) -> PartsSheet:
    """The grid of one result. A part no longer used has a row while it has a figure."""
    revision = latest_parts(
        indicator=breakdown.indicator, dimension=breakdown.dimension, quarter=quarter
    )
    given = list(revision.results.all()) if revision else []
    figures = {each.part.key: each.figure for each in given}
    parts = tuple(
        each for each in breakdown.dimension.parts.all() if each.is_used or each.key in figures
    )
    return PartsSheet(breakdown, quarter, parts, revision, figures, whole)


def whole_of(indicator: Indicator, quarter: Quarter) -> Whole | None:
    """The result as it is submitted, beside which its parts are held; None where it is not."""
    row = (
        Revision.objects.latest_ones()
        .filter(result__indicator=indicator, result__quarter=quarter)
        .values_list("value", "numerator", "denominator")
        .first()
    )
    return Whole(*row) if row else None


@dataclass(frozen=True, slots=True)
class GivenBreakdown:
    """One dimension of a result in the list of what may be given by parts."""

    breakdown: Breakdown
    figures: Mapping[str, PartFigure | None]  # by name of the part, in order

    @property
    def given(self) -> int:
        """How many parts have a figure, or a reason why not."""
        return sum(each is not None for each in self.figures.values())

    def questions(self, whole: Whole | None) -> tuple[str, ...]:
        return questions_about_parts(self.figures, whole, self.breakdown.about)


def breakdowns_given(
    indicators: Iterable[int], quarter: Quarter
) -> dict[int, list[GivenBreakdown]]:
    """By indicator, by what its result may be broken down and how far that has got. Five queries."""
    breakdowns = Breakdown.objects.filter(indicator__in=list(indicators), is_used=True)
    rows = list(
        breakdowns.select_related("dimension", "indicator").prefetch_related("dimension__parts")
    )
    if not rows:
        return {}
    given: dict[tuple[int, int], dict[int, PartFigure]] = defaultdict(dict)
    results = PartResult.objects.filter(
        revision__is_latest=True,
        revision__quarter=quarter,
        revision__indicator__in={each.indicator_id for each in rows},
    )
    for result in results.select_related("revision"):
        at = result.revision.indicator_id, result.revision.dimension_id
        given[at][result.part_id] = result.figure
    found: dict[int, list[GivenBreakdown]] = defaultdict(list)
    for row in rows:
        figures = given[row.indicator_id, row.dimension_id]
        parts = [each for each in row.dimension.parts.all() if each.is_used or each.pk in figures]
        by_name = {each.name: figures.get(each.pk) for each in parts}
        found[row.indicator_id].append(GivenBreakdown(row, by_name))
    return dict(found)


def breakdown_histories(
    indicators: Iterable[int], *, until: Quarter | None = None
) -> dict[int, list[BreakdownHistory]]:
    """By indicator, what its parts came to, with all that is too few withheld. Six queries.

    Only dimensions that the indicator is still broken down by, and of which something was given.
    """
    known = list(indicators)
    rows = PartsRevision.objects.filter(indicator__in=known)
    if until is not None:
        rows = rows.filter(quarter__lte=until)
    results = PartResult.objects.select_related("part")
    latest = rows.filter(is_latest=True).prefetch_related(Prefetch("results", results))
    revisions: dict[tuple[int, int], list[PartsRevision]] = defaultdict(list)
    for row in latest.order_by("quarter"):
        revisions[row.indicator_id, row.dimension_id].append(row)
    if not revisions:
        return {}
    revised: dict[tuple[int, int], list[PartsRevised]] = defaultdict(list)
    for row in rows.filter(after_close=True).order_by("quarter", "number"):
        revised[row.indicator_id, row.dimension_id].append(
            PartsRevised(row.quarter, row.reason, day_of(row.given_at))
        )
    thresholds = _Thresholds({indicator for indicator, _ in revisions})
    found: dict[int, list[BreakdownHistory]] = defaultdict(list)
    breakdowns = Breakdown.objects.filter(indicator__in=known, is_used=True)
    for breakdown in breakdowns.select_related("dimension", "indicator"):
        at = breakdown.indicator_id, breakdown.dimension_id
        if at in revisions:
            history = _history_of(breakdown, revisions[at], thresholds)
            found[breakdown.indicator_id].append(replace(history, revised=tuple(revised[at])))
    return dict(found)


def given_before_merging(indicator: Indicator) -> list[PartsRevision]:
    """What councils that merged had published of it, latest quarter first: where, and who brought it."""
    rows = PartsRevision.objects.filter(
        indicator=indicator, dimension__key=PREDECESSOR, is_latest=True
    )
    return list(rows.select_related("given_by").order_by("-quarter"))


class _Thresholds:
    """By what the parts of some indicators are rated: their own targets, the whole's method.

    Method, polarity and tolerance are those with which the whole's rating of the quarter is kept, so
    that an indicator defined otherwise later leaves the colours of earlier quarters as they were.
    """

    def __init__(self, indicators: Iterable[int]) -> None:
        self.targets: dict[tuple[int, int], list[PartTarget]] = defaultdict(list)
        rows = PartTarget.objects.filter(indicator__in=list(indicators)).order_by("from_quarter")
        for row in rows:
            self.targets[row.indicator_id, row.part_id].append(row)
        self.methods: dict[tuple[int, Quarter], tuple[str, str, Decimal | None]] = {}
        if self.targets:
            ratings = Rating.objects.latest_ones().filter(
                indicator__in={indicator for indicator, _ in self.targets}
            )
            for rating in ratings.only("indicator", "quarter", "method", "polarity", "tolerance"):
                how = rating.method, rating.polarity, rating.tolerance
                self.methods[rating.indicator_id, rating.quarter] = how

    def of(self, indicator: Indicator, part: Part, quarter: Quarter) -> Thresholds | None:
        targets = self.targets.get((indicator.pk, part.pk), [])
        target = indicator.pattern.target_in(quarter, targets)
        if target is None:
            return None
        method, polarity, tolerance = self.methods.get(
            (indicator.pk, quarter), (indicator.method, indicator.polarity, indicator.tolerance)
        )
        try:
            return part_thresholds(target, method=method, polarity=polarity, tolerance=tolerance)
        except ValueError:  # a variation rates the whole by a method that this target does not suit
            return None


def part_thresholds(
    target: PartTarget, *, method: str, polarity: str, tolerance: Decimal | None
) -> Thresholds:
    """A part's own target, read by the whole's method. Raises ValueError where they contradict."""
    return Thresholds(
        method=RatingMethod(method),
        polarity=Polarity(polarity),
        tolerance=tolerance,
        **{limit: getattr(target, limit) for limit in LIMITS},
    )


def _history_of(
    breakdown: Breakdown, revisions: Sequence[PartsRevision], thresholds: _Thresholds
) -> BreakdownHistory:
    points: dict[Part, list[PartPoint]] = defaultdict(list)
    for revision in revisions:
        given = {each.part: each.figure for each in revision.results.all()}
        hidden = withheld_parts({part.key: each for part, each in given.items()}, breakdown.about)
        for part, figure in given.items():
            point = point_of(
                figure,
                revision.quarter,
                withheld=hidden.get(part.key),
                thresholds=thresholds.of(breakdown.indicator, part, revision.quarter),
                revised=revision.after_close,
            )
            points[part].append(point)
    return BreakdownHistory(
        key=breakdown.dimension.key,
        name=breakdown.dimension.name,
        each_case_once=breakdown.dimension.each_case_once,
        values_add_up=breakdown.values_add_up,
        fewer_than=breakdown.dimension.withheld_below,
        parts=tuple(
            PartHistory(part.key, part.name, tuple(points[part]))
            for part in sorted(points, key=lambda each: (each.position, each.name))
        ),
    )
