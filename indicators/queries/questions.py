"""What figures are compared with when they come in, and which questions about them stand open."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from core.quarters import Quarter
from indicators.models.definitions import Indicator, IndicatorQuerySet, Target
from indicators.models.questions import Question
from indicators.models.results import Revision
from indicators.rules.entry import Entry
from indicators.rules.questions import (
    Background,
    DataConfidence,
    EarlierFigure,
    FigureQuestion,
    QuestionKey,
    data_confidence,
    questions,
)
from organisation.models.people import User
from sorp.lexicon import Basis, Confidence
from sorp.rules.thresholds import LIMITS

LOOKED_BACK = 20  # quarters: five years of what comes once a year
NAMED_AT_ONCE = 500  # SQLite takes only so many parameters

InQuarter = tuple[int, Quarter]  # of one indicator
Said = tuple[Quarter, EarlierFigure | None, bool]  # a result, its figure, whether a break


def backgrounds_of(indicators: Sequence[Indicator], quarter: Quarter) -> dict[int, Background]:
    """What a figure of each indicator is compared with: `{indicator.pk: Background}`. Two queries."""
    found = backgrounds([(each, quarter) for each in indicators])
    return {pk: background for (pk, _), background in found.items()}


def backgrounds(
    figures: Iterable[tuple[Indicator, Quarter]], fresh: Mapping[InQuarter, Revision] | None = None
) -> dict[InQuarter, Background]:
    """The same for figures of several quarters: `{(indicator.pk, quarter): Background}`. Two queries.

    `fresh` are revisions that are not stored yet: those of one file are compared with one another.
    """
    wanted = {(indicator.pk, quarter): indicator for indicator, quarter in figures}
    if not wanted:
        return {}
    series = _results(wanted, fresh or {})
    targets = _targets({pk for pk, _ in wanted})
    return {
        (pk, quarter): _background(indicator, quarter, series.get(pk, []), targets.get(pk, []))
        for (pk, quarter), indicator in wanted.items()
    }


def _results(
    wanted: Iterable[InQuarter], fresh: Mapping[InQuarter, Revision]
) -> dict[int, list[Said]]:
    """What is said of each indicator in the quarters looked back on, in order of quarter."""
    known = {pk for pk, _ in wanted}
    quarters = [quarter for _, quarter in wanted]
    rows = Revision.objects.latest_ones().filter(
        result__quarter__gte=min(quarters).back(LOOKED_BACK), result__quarter__lt=max(quarters)
    )
    if len(known) < NAMED_AT_ONCE:
        rows = rows.filter(result__indicator__in=known)
    found: dict[int, dict[Quarter, Said]] = defaultdict(dict)
    for pk, quarter, value, numerator, denominator, is_break in rows.values_list(
        *("result__indicator_id", "result__quarter", "value", "numerator", "denominator"),
        "definition_break",
    ):
        if pk in known:
            figure = None
            if value is not None:
                figure = EarlierFigure(quarter, value, numerator, denominator)
            found[pk][quarter] = (quarter, figure, is_break)
    for (pk, quarter), revision in fresh.items():
        figure = None
        if revision.value is not None:
            figure = EarlierFigure(
                quarter, revision.value, revision.numerator, revision.denominator
            )
        found[pk][quarter] = (quarter, figure, revision.definition_break)
    return {pk: [of_one[quarter] for quarter in sorted(of_one)] for pk, of_one in found.items()}


def _targets(known: Iterable[int]) -> dict[int, list[Target]]:
    """Every target of each indicator, in order of quarter."""
    known = set(known)
    rows = Target.objects.order_by("from_quarter")
    if len(known) < NAMED_AT_ONCE:
        rows = rows.filter(indicator__in=known)
    found: dict[int, list[Target]] = defaultdict(list)
    for row in rows:
        found[row.indicator_id].append(row)
    return found


def _background(
    indicator: Indicator, quarter: Quarter, said: Sequence[Said], targets: Sequence[Target]
) -> Background:
    pattern = indicator.pattern
    target = pattern.target_in(quarter, targets)
    limits = [getattr(target, limit, None) for limit in LIMITS]
    earlier: list[EarlierFigure] = []
    given: list[Quarter] = []
    is_comparable = True
    before = bisect_left(said, quarter, key=lambda each: each[0])
    for when, figure, is_break in reversed(said[:before]):
        if when < quarter.back(LOOKED_BACK):
            break
        if figure is not None:
            given.append(when)
            if is_comparable:
                earlier.append(figure)
        is_comparable = is_comparable and not is_break
    return Background(
        quarter=quarter,
        pattern=pattern,
        measure_unit=indicator.measure_unit,
        decimals=indicator.decimals,
        may_be_negative=indicator.may_be_negative,
        earlier=earlier,
        limits=[each for each in limits if each is not None],
        target=target.target if target else None,
        target_since=target.from_quarter if target else None,
        target_is_renewed=target is not None and target != targets[0],
        given=given,
    )


def questions_about(revision: Revision, background: Background) -> tuple[FigureQuestion, ...]:
    """What is asked about a revision, by the figures that it holds."""
    return questions(
        Entry(
            value=revision.value,
            numerator=revision.numerator,
            denominator=revision.denominator,
            definition_break=revision.definition_break,
            worked_out=revision.value,
        ),
        background,
    )


# What stands open


def unanswered_of(revisions: Iterable[int]) -> dict[int, list[Question]]:
    """The questions about each revision that nobody has answered: `{revision.pk: […]}`. One query."""
    wanted = {each for each in revisions if each is not None}
    if not wanted:
        return {}
    rows = Question.objects.unanswered()
    rows = rows.filter(revision__in=wanted) if len(wanted) < NAMED_AT_ONCE else rows.standing()
    found: dict[int, list[Question]] = defaultdict(list)
    for row in rows.order_by("id"):
        if row.revision_id in wanted:
            found[row.revision_id].append(row)
    return found


def data_confidence_of(revisions: Iterable[int]) -> dict[int, DataConfidence]:
    """How far each figure can be relied on: `{revision.pk: DataConfidence}`. Two queries.

    A result without a figure has none, nor has what was kept before any question was asked: that
    nothing was asked says nothing.
    """
    wanted = {each for each in revisions if each is not None}
    if not wanted:
        return {}
    rows = Revision.objects.filter(questions_asked__isnull=False, value__isnull=False)
    if len(wanted) < NAMED_AT_ONCE:
        rows = rows.filter(pk__in=wanted)
    unanswered = unanswered_of(wanted)
    return {
        pk: data_confidence(
            [QuestionKey(each.key) for each in unanswered.get(pk, ())], Confidence(confidence)
        )
        for pk, confidence in rows.values_list("pk", "confidence")
        if pk in wanted
    }


@dataclass(frozen=True, slots=True)
class UnansweredResult:
    """One result with the questions about it that nobody has answered."""

    indicator: Indicator
    revision: Revision
    questions: tuple[Question, ...]

    @property
    def quarter(self) -> Quarter:
        return self.revision.result.quarter


def questions_to_answer(user: User) -> list[UnansweredResult]:
    """Every result that this person may answer for about which a question stands open, latest first.

    Their own before those that they may enter for others. Three queries.
    """
    rows = (
        Question.objects.unanswered()
        .standing()
        .filter(revision__result__indicator__in=Indicator.objects.answerable_by(user))
        .select_related("revision__result__indicator__accountable_manager")
        .order_by("-revision__result__quarter", "revision__result__indicator__reference", "id")
    )
    found: dict[int, list[Question]] = defaultdict(list)
    for row in rows:
        found[row.revision_id].append(row)
    own = set(Indicator.objects.own_of(user).values_list("pk", flat=True))
    results = [
        UnansweredResult(of_one[0].revision.result.indicator, of_one[0].revision, tuple(of_one))
        for of_one in found.values()
    ]
    return sorted(results, key=lambda each: each.indicator.pk not in own)


@dataclass(frozen=True, slots=True)
class OpenQuestions:
    """How many questions about how many results nobody has answered, and of which quarters."""

    questions: int
    results: int
    quarters: tuple[Quarter, ...]  # in order


def open_questions(indicators: IndicatorQuerySet) -> OpenQuestions:
    """What stands open about the results of these indicators, counted. One query."""
    rows = list(
        Question.objects.unanswered()
        .standing()
        .filter(revision__result__indicator__in=indicators)
        .values_list("revision_id", "revision__result__quarter")
    )
    return OpenQuestions(
        questions=len(rows),
        results=len({revision for revision, _ in rows}),
        quarters=tuple(sorted({quarter for _, quarter in rows})),
    )


def targets_wanted(user: User, today: date) -> list[tuple[Quarter, list[Indicator]]]:
    """Which figures counted from April have no target, for the quarter under way and for the next.

    Of such figures a target holds for its own quarter alone, so it is asked for before the quarter
    opens. `[(Q2 2023/24, [FI-01, FI-02])]`: a quarter in which none lacks one is left out.
    """
    under_way = Quarter.containing(today)
    indicators = [
        each
        for each in Indicator.objects.answerable_by(user)
        .in_use(under_way)
        .filter(basis=Basis.YEAR_TO_DATE)
        .order_by("reference")
        if each.method != "none"
    ]
    targets = _targets(each.pk for each in indicators)
    wanted = [
        (
            quarter,
            [
                each
                for each in indicators
                if each.pattern.due_in(quarter)
                and each.pattern.target_in(quarter, targets.get(each.pk, [])) is None
            ],
        )
        for quarter in (under_way, under_way.next())
    ]
    return [(quarter, lacking) for quarter, lacking in wanted if lacking]
