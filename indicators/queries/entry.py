"""What the page of one result shows: the draft, what is submitted, thresholds, earlier results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from core.clock import localdate
from core.months import Month, months_of
from core.quarters import Quarter
from core.queries import quarter_state
from indicators.models.definitions import Indicator, Target
from indicators.models.months import MonthlyFigure
from indicators.models.questions import Question
from indicators.models.ratings import Rating
from indicators.models.results import Revision
from indicators.models.returns import Draft, Evidence, SignOff
from indicators.models.variations import Variation
from indicators.queries.evidence import evidence_for
from indicators.queries.histories import targets_in_force, thresholds_of
from indicators.queries.months import (
    made_quarter,
    months_as_typed,
    months_given,
    months_seen,
)
from indicators.queries.questions import backgrounds_of
from indicators.queries.requirements import as_typed, quarter_requirements, year_end_forecasts
from indicators.queries.returns import entry_day, entry_days, is_overtaken
from indicators.queries.rounds import carried_over_now
from indicators.queries.sign_off import may_change
from indicators.queries.variations import variations_ruling
from indicators.rules.entry import (
    FIELDS,
    MONTH_FIELDS,
    MONTHS_SEEN,
    Entry,
    QuarterRequirements,
    read_entry,
    takes_counts,
)
from indicators.rules.months import QuarterOfMonths
from indicators.rules.questions import (
    ANSWER,
    ANSWER_FIELDS,
    ASKED,
    TICK,
    Background,
    FigureQuestion,
    questions,
)
from indicators.rules.returns import ResultState, Verdict
from organisation.models.people import User
from sorp.rules.thresholds import Thresholds

QUARTERS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class ResultSheet:
    """One indicator in one quarter: what was said, what is expected, what came before."""

    indicator: Indicator
    quarter: Quarter
    revision: Revision | None
    rating: Rating | None
    target: Target | None
    variation: Variation | None  # by which the quarter is judged otherwise than the SORP has it
    recent: tuple[Rating, ...]  # latest first
    last_year: Rating | None
    is_closed: bool
    months: tuple[MonthlyFigure, ...] = ()  # of a monthly indicator, what was given of each
    carried_over: str = ""  # where nobody agreed its target for the year

    @property
    def made(self) -> QuarterOfMonths | None:
        """What its months make of the quarter; None of what is not monthly, or has none yet."""
        if not self.indicator.made_of_months:
            return None
        return made_quarter(self.indicator, self.quarter, self.months)

    @property
    def thresholds(self) -> Thresholds | None:
        """What the result will be rated by; None where there is nothing to rate it by."""
        return thresholds_of(self.indicator, self.target, self.variation)


def result_sheet(*, indicator: Indicator, quarter: Quarter) -> ResultSheet:
    """One indicator's result in one quarter, with its target, variation and earlier ratings."""
    ratings = list(
        Rating.objects.latest_ones()
        .filter(
            indicator=indicator,
            quarter__lte=quarter,
            quarter__gte=quarter.back(QUARTERS_SHOWN),
        )
        .order_by("-quarter")
    )
    by_quarter = {rating.quarter: rating for rating in ratings}
    state = quarter_state(quarter)
    known = [indicator.pk]
    return ResultSheet(
        indicator=indicator,
        quarter=quarter,
        revision=Revision.objects.latest_ones()
        .filter(result__indicator=indicator, result__quarter=quarter)
        .select_related("result__indicator", "submitted_by", "on_behalf_of")
        .first(),
        rating=by_quarter.get(quarter),
        target=targets_in_force(quarter, known).get(indicator.pk),
        variation=variations_ruling(quarter, known).get(indicator.pk),
        recent=tuple(each for each in ratings if each.quarter != quarter),
        last_year=by_quarter.get(quarter.back(4)),
        is_closed=bool(state and state.is_closed),
        months=tuple(months_given([indicator], quarter).get(indicator.pk, ())),
        carried_over=carried_over_now(indicator, quarter),
    )


DRAFT_FIELDS = (*FIELDS, *ANSWER_FIELDS, *MONTH_FIELDS, MONTHS_SEEN, "seen")


@dataclass(frozen=True, slots=True)
class QuestionField:
    """A question about the figure that was typed, with what was typed in answer to it."""

    question: FigureQuestion
    text: str
    is_ticked: bool
    is_of_another_figure: bool  # answered while other figures stood there
    kept: Question | None  # as it was answered with what is submitted


def question_fields_of(
    found: Iterable[FigureQuestion], typed: Mapping[str, str], answered: Iterable[Question]
) -> tuple[QuestionField, ...]:
    """Each question about a figure, with what is typed in answer, and what was answered before.

    What was typed in answer to other words is of another figure, and ticks nothing.
    """
    kept = {(each.key, each.words): each for each in answered}
    fields = []
    for each in found:
        text = typed.get(f"{ANSWER}{each.key}", "")
        is_ticked = bool(typed.get(f"{TICK}{each.key}"))
        to_other_words = typed.get(f"{ASKED}{each.key}", each.words) != each.words
        fields.append(
            QuestionField(
                question=each,
                text=text,
                is_ticked=is_ticked and not to_other_words,
                is_of_another_figure=to_other_words and bool(text or is_ticked),
                kept=kept.get((each.key, each.words)),
            )
        )
    return tuple(fields)


@dataclass(frozen=True, slots=True)
class EntrySheet:
    """One indicator's page in the return."""

    indicator: Indicator
    quarter: Quarter
    result: ResultSheet
    draft: Draft | None
    submitted: Mapping[str, str]  # what is submitted, as it would have been typed
    requirements: QuarterRequirements
    background: Background
    answered: tuple[Question, ...]  # what was asked about what is submitted, and answered
    evidence: tuple[Evidence, ...]
    returned: SignOff | None
    due_on: date | None
    is_locked: bool  # approved, and not unlocked for this person

    @property
    def revision(self) -> Revision | None:
        return self.result.revision

    @property
    def is_closed(self) -> bool:
        return self.result.is_closed

    @property
    def version(self) -> int:
        """The draft's, nought where there is none: what the next saving must have been typed over."""
        return self.draft.version if self.draft else 0

    @property
    def revision_seen(self) -> str:
        """The number of the revision that stood when the draft was begun, or that stands now."""
        current = str(self.revision.number if self.revision else 0)
        if self.draft is None or self.is_closed:
            return current
        return str(self.draft.typed.get("seen", current))

    @property
    def typed(self) -> Mapping[str, str]:
        """What the form shows: the draft; else what is submitted; else nothing.

        Months stand where a draft has none of its own.
        """
        if self.draft is None:
            return self.submitted
        if not self.is_by_month or MONTHS_SEEN in self.draft.typed:
            return self.draft.typed
        return months_as_typed(self.result.months, self.quarter) | dict(self.draft.typed)

    @property
    def is_by_month(self) -> bool:
        return self.requirements.made_of_months is not None

    @property
    def takes_counts(self) -> bool:
        """Whether a numerator and a denominator are asked for: by its definition, or as they were given."""
        names = (self.indicator.numerator_name, self.indicator.denominator_name)
        if takes_counts(self.indicator.measure_unit, *names):
            return True
        typed = any(self.typed.get(name) for name in ("numerator", "denominator"))
        return typed or any(each.denominator is not None for each in self.background.earlier[:4])

    @property
    def months_seen(self) -> str:
        """What stood of its months when they were typed, or stands now."""
        current = months_seen(self.result.months, self.quarter)
        if self.draft is None or self.is_closed:
            return current
        return str(self.draft.typed.get(MONTHS_SEEN, current))

    @property
    def months_now(self) -> str:
        """What stands of its months now."""
        return months_seen(self.result.months, self.quarter)

    @property
    def months_asked(self) -> tuple[tuple[int, Month], ...]:
        """The months that have ended, each with its place in the quarter."""
        if not self.is_by_month:
            return ()
        today = localdate()
        months = enumerate(months_of(self.quarter), start=1)
        return tuple((place, month) for place, month in months if month.has_ended(today))

    @property
    def has_ended(self) -> bool:
        return self.quarter.last_day < localdate()

    def without_standing_months(self, typed: Mapping[str, str]) -> dict[str, str]:
        """What a draft keeps of what was typed: no months where they say what stands already."""
        if not self.is_by_month:
            return dict(typed)
        entry = self.read(typed)
        if entry.months != self.requirements.months or entry.months_with_problems:
            return dict(typed)
        kept = {*MONTH_FIELDS, MONTHS_SEEN}
        return {name: text for name, text in typed.items() if name not in kept}

    @property
    def is_overtaken(self) -> bool:
        return self.draft is not None and is_overtaken(self.draft, self.revision)

    def read(self, typed: Mapping[str, str]) -> Entry:
        return read_entry(typed, self.requirements)

    def questions_about(self, entry: Entry) -> tuple[FigureQuestion, ...]:
        return questions(entry, self.background)

    def question_fields(self, entry: Entry, typed: Mapping[str, str]) -> tuple[QuestionField, ...]:
        """Each question about an entry, as the page asks it."""
        return question_fields_of(self.questions_about(entry), typed, self.answered)

    def is_already_submitted(self, typed: Mapping[str, str]) -> bool:
        """Whether this, once read, is what was submitted already."""
        return self.revision is not None and _content(self.read(typed)) == _content(
            self.read(self.submitted)
        )


def entry_sheet(*, indicator: Indicator, quarter: Quarter, user: User) -> EntrySheet:
    """One indicator's page in the return of a quarter. Raises NoVersionInForce."""
    result = result_sheet(indicator=indicator, quarter=quarter)
    revision = result.revision
    year_end = year_end_forecasts([indicator.pk], quarter).get(indicator.pk)
    drafts = Draft.objects.filter(indicator=indicator, quarter=quarter)
    return EntrySheet(
        indicator=indicator,
        quarter=quarter,
        result=result,
        # Of a closed quarter what was typed counts for nothing, unless it was offered as late.
        draft=(drafts.filter(offered_at__isnull=False) if result.is_closed else drafts)
        .select_related("saved_by")
        .first(),
        submitted=months_as_typed(result.months, quarter) | as_typed(revision, year_end),
        requirements=quarter_requirements([indicator], quarter)[indicator.pk],
        background=backgrounds_of([indicator], quarter)[indicator.pk],
        answered=tuple(_answered(revision)),
        evidence=tuple(evidence_for(indicator, quarter)),
        returned=_latest_return(revision),
        due_on=entry_day(entry_days(quarter), indicator),
        is_locked=revision is not None and not may_change(result=revision.result, by=user),
    )


def left_behind(sheet: EntrySheet) -> Draft | None:
    """What was typed and not submitted when a quarter was closed, offered as late or not."""
    if not sheet.is_closed:
        return None
    rows = Draft.objects.filter(indicator=sheet.indicator, quarter=sheet.quarter)
    return rows.select_related("saved_by").first()


def _content(entry: Entry) -> tuple[object, ...]:
    return (
        entry.worked_out,
        entry.months,
        entry.numerator,
        entry.denominator,
        entry.confidence,
        entry.not_available,
        entry.definition_break,
        " ".join(entry.commentary.split()),
        " ".join(entry.management_action.split()),
        entry.year_end,
        tuple(entry.problems),
    )


def _answered(revision: Revision | None) -> Iterable[Question]:
    if revision is None or not revision.questions_asked:
        return ()
    rows = Question.objects.filter(revision=revision).exclude(answer="")
    return rows.select_related("answered_by")


def _latest_return(revision: Revision | None) -> SignOff | None:
    if revision is None or revision.result.state != ResultState.RETURNED:
        return None
    rows = SignOff.objects.filter(revision=revision, verdict=Verdict.RETURNED)
    return rows.select_related("signed_by").last()
