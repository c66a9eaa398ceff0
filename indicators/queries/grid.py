"""The rows of a return with all that is known of each: what the grid and the workbook show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.clock import localdate
from core.quarters import Quarter
from indicators.models.definitions import Indicator, IndicatorQuerySet
from indicators.models.partners import GivenFigure
from indicators.models.questions import Question
from indicators.models.ratings import Rating
from indicators.models.results import Revision
from indicators.models.returns import Draft, ManagersForecast
from indicators.queries.due import due_in
from indicators.queries.entry import QUARTERS_SHOWN, QuestionField, question_fields_of
from indicators.queries.parts import GivenBreakdown, breakdowns_given
from indicators.queries.questions import backgrounds_of
from indicators.queries.requirements import (
    as_typed,
    quarter_requirements,
    year_end_forecasts,
)
from indicators.queries.returns import (
    ReturnRow,
    entry_days,
    is_overtaken,
    return_rows,
)
from indicators.queries.sign_off import unlocked_for
from indicators.rules.entry import (
    FIELDS,
    FIGURES,
    Entry,
    QuarterRequirements,
    read_entry,
    takes_counts,
)
from indicators.rules.grid import cell_marks, is_given, shown_confidence
from indicators.rules.partners import GivenState
from indicators.rules.questions import ANSWER, TICK, Background, questions
from indicators.rules.returns import ResultState, TaskState
from organisation.models.people import User
from sorp.rules.thresholds import Thresholds

# What the months of a monthly indicator say, which are given on its own page.
GIVEN_BY_MONTH = frozenset({*FIGURES, "not_available", "confidence"})
COUNTS = frozenset({"numerator", "denominator"})
YEAR_END = ("year_end_rag", "year_end_why")


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One indicator in one quarter: what is saved of it, what is expected, what came before."""

    progress: ReturnRow
    quarter: Quarter
    typed: Mapping[str, str]  # what is saved: the draft's, else the revision's, else nothing
    requirements: QuarterRequirements
    background: Background
    earlier: tuple[Rating, ...]  # the last eight quarters' ratings, latest first
    is_locked: bool  # approved, and not unlocked for this person
    answered: tuple[Question, ...] = ()  # what was asked about what is submitted, and answered
    breakdowns: tuple[GivenBreakdown, ...] = ()
    from_partner: GivenFigure | None = None  # which waits to be accepted or not

    @property
    def indicator(self) -> Indicator:
        return self.progress.indicator

    @property
    def draft(self) -> Draft | None:
        return self.progress.draft

    @property
    def revision(self) -> Revision | None:
        """What is submitted now."""
        return self.progress.revision

    @property
    def expected(self) -> Thresholds | None:
        """By its target, or as a variation has it; None where nothing is expected."""
        return self.requirements.thresholds

    @property
    def mark(self) -> tuple[int, int]:
        """By which it is known later whether anything was saved since: draft and revision."""
        return (
            self.draft.version if self.draft else 0,
            self.revision.number if self.revision else 0,
        )

    @property
    def by_quarter(self) -> dict[Quarter, Rating]:
        return {each.quarter: each for each in self.earlier}

    @property
    def last_quarter(self) -> Rating | None:
        return self.by_quarter.get(self.quarter.previous())

    @property
    def last_year(self) -> Rating | None:
        return self.by_quarter.get(self.quarter.back(4))

    @property
    def last_value(self) -> Decimal | None:
        """That of the latest earlier quarter that has one."""
        return next((each.value for each in self.earlier if each.value is not None), None)

    @property
    def is_by_month(self) -> bool:
        return bool(self.indicator.made_of_months)

    @property
    def not_asked(self) -> frozenset[str]:
        """What is not asked for in a row with this quarter's result, by key.

        The year's end where nobody is asked about it; the figures of what is given by month.
        """
        year_end = frozenset() if self.requirements.year_end else frozenset(YEAR_END)
        return year_end | (GIVEN_BY_MONTH if self.is_by_month else frozenset())

    # As the grid has it

    @property
    def is_suspended(self) -> bool:
        return self.requirements.is_suspended

    @property
    def is_overtaken(self) -> bool:
        return self.draft is not None and is_overtaken(self.draft, self.revision)

    @property
    def is_open(self) -> bool:
        """Whether this person can type in the row. What two people wrote is settled on its own page."""
        return not (
            self.is_locked or self.is_overtaken or self.progress.state is TaskState.CANNOT_START
        )

    @property
    def asked(self) -> tuple[str, ...]:
        """The cells that can be typed in, by name, in their order."""
        if not self.is_open:
            return ()
        left_out = self.not_asked | (frozenset() if self.takes_counts else COUNTS)
        return tuple(name for name in FIELDS if name not in left_out)

    @property
    def takes_counts(self) -> bool:
        """Whether a numerator and a denominator are asked for: by its definition, or as they were given."""
        names = (self.indicator.numerator_name, self.indicator.denominator_name)
        return (
            takes_counts(self.indicator.measure_unit, *names)
            or any(self.typed.get(name) for name in COUNTS)
            or any(each.denominator is not None for each in self.background.earlier[:4])
        )

    @property
    def is_by_counts(self) -> bool:
        """Whether numerator and denominator are asked for first: where they have names, or as last time."""
        typed = {name for name in FIGURES if self.typed.get(name, "").strip()}
        if typed:
            return "value" not in typed
        if self.indicator.numerator_name or self.indicator.denominator_name:
            return True
        return bool(self.background.earlier) and self.background.earlier[0].numerator is not None

    def read(self, typed: Mapping[str, str]) -> Entry:
        return read_entry(typed, self.requirements)

    @property
    def entry(self) -> Entry:
        """What is saved, as it is read."""
        return self.progress.entry or self.read(self.typed)

    @property
    def is_given(self) -> bool:
        """Whether there is a figure, or a reason why there is none."""
        return is_given(self.typed, self.entry, by_month=self.is_by_month)

    def question_fields(self, typed: Mapping[str, str]) -> tuple[QuestionField, ...]:
        """Each question about a figure as it is typed, with what is typed in answer."""
        entry = self.read(typed)
        if not is_given(typed, entry, by_month=self.is_by_month):
            return ()
        return question_fields_of(questions(entry, self.background), typed, self.answered)

    @property
    def cells(self) -> dict[str, str]:
        """What stands in each cell, as the page shows it."""
        cells = {name: self.typed.get(name, "") for name in self.asked}
        if "confidence" in cells:
            cells["confidence"] = shown_confidence(self.typed, self.indicator.measure_unit)
        for each in self.question_fields(self.typed) if self.is_open else ():
            if each.question.wants_answer and each.kept is None:
                key = each.question.key
                cells[f"{TICK}{key}"] = "on" if each.is_ticked else ""
                cells[f"{ANSWER}{key}"] = each.text
        return cells

    @property
    def marks(self) -> str:
        """By which it is known, when the row comes back, who typed what."""
        return cell_marks(self.cells)


def entry_rows(
    rows: Sequence[ReturnRow], quarter: Quarter, user: User, *, in_full: bool = False
) -> list[EntryRow]:
    """What is known of each row of a return. As many queries for 200 as for one. Raises NoVersionInForce.

    `in_full` with what only the grid shows: answers to questions, parts, what partners gave.
    """
    if not rows:
        return []
    indicators = [each.indicator for each in rows]
    known = [each.pk for each in indicators]
    requirements = quarter_requirements(indicators, quarter)
    backgrounds = backgrounds_of(indicators, quarter)
    ratings, year_ends = _ratings(known, quarter), year_end_forecasts(known, quarter)
    locked = _locked(rows, user)
    answered = _answered(rows) if in_full else {}
    breakdowns = breakdowns_given(known, quarter) if in_full else {}
    given = _from_partners(known, quarter) if in_full else {}
    return [
        EntryRow(
            progress=row,
            quarter=quarter,
            typed=_typed(row, year_ends.get(pk)),
            requirements=requirements[pk],
            background=backgrounds[pk],
            earlier=tuple(ratings[pk]),
            is_locked=pk in locked,
            answered=tuple(answered.get(row.revision.pk, ())) if row.revision else (),
            breakdowns=tuple(breakdowns.get(pk, ())),
            from_partner=given.get(pk),
        )
        for pk, row in zip(known, rows, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class DueIndicators:
    """What somebody may enter for a quarter, and what of it is not due then."""

    due: tuple[Indicator, ...]
    not_due: tuple[Indicator, ...]


def indicators_to_enter(user: User, quarter: Quarter) -> IndicatorQuerySet:
    """Every indicator in use whose result this person may enter, in order of reference."""
    rows = Indicator.objects.answerable_by(user).in_use(quarter)
    return rows.select_related("unit", "accountable_manager").order_by("reference")


def sorted_by_due(indicators: Iterable[Indicator], quarter: Quarter) -> DueIndicators:
    """Those whose result is due for a quarter, and those of which none is."""
    every = list(indicators)
    due = due_in(quarter, every)
    found = {each.pk for each in due}
    return DueIndicators(tuple(due), tuple(each for each in every if each.pk not in found))


def grid_rows(
    indicators: Sequence[Indicator], quarter: Quarter, user: User, *, today: date | None = None
) -> list[EntryRow]:
    """A row of the grid for each indicator, in their order. As many queries for 20 as for one."""
    day = today or localdate()
    rows = list(return_rows(indicators, quarter, today=day, days=entry_days(quarter)))
    return entry_rows(rows, quarter, user, in_full=True)


def _typed(row: ReturnRow, year_end: ManagersForecast | None) -> Mapping[str, str]:
    """What is saved of a row; of a monthly indicator without its figures, which its months make."""
    typed = row.draft.typed if row.draft else as_typed(row.revision, year_end)
    if not row.indicator.made_of_months:
        return typed
    return {name: text for name, text in typed.items() if name not in GIVEN_BY_MONTH}


def _ratings(known: list[int], quarter: Quarter) -> dict[int, list[Rating]]:
    found: dict[int, list[Rating]] = defaultdict(list)
    for each in (
        Rating.objects.latest_ones()
        .filter(
            indicator__in=known,
            quarter__lt=quarter,
            quarter__gte=quarter.back(QUARTERS_SHOWN),
        )
        .order_by("-quarter")
    ):
        found[each.indicator_id].append(each)
    return found


def _locked(rows: Iterable[ReturnRow], user: User) -> frozenset[int]:
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


def _answered(rows: Iterable[ReturnRow]) -> dict[int, list[Question]]:
    revisions = [row.revision.pk for row in rows if row.revision and row.revision.questions_asked]
    found: dict[int, list[Question]] = defaultdict(list)
    for each in (
        Question.objects.filter(revision__in=revisions)
        .exclude(answer="")
        .select_related("answered_by")
    ):
        found[each.revision_id].append(each)
    return found


def _from_partners(known: list[int], quarter: Quarter) -> dict[int, GivenFigure]:
    rows = GivenFigure.objects.filter(
        state=GivenState.WAITING, indicator__in=known, quarter=quarter
    )
    return {each.indicator_id: each for each in rows.select_related("partner")}
