"""A quarter's return: every indicator a person answers for, and how far each has got."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Q

from core.clock import localdate
from core.figures import number_sent
from core.models.audit import AuditEvent
from core.months import months_of
from core.quarters import Quarter
from core.queries import open_quarters, quarter_state
from indicators.models.calendar import CalendarDay
from indicators.models.definitions import Awaited, Indicator
from indicators.models.ratings import Rating
from indicators.models.results import Revision
from indicators.models.returns import Draft, SignOff, Submission
from indicators.queries.due import due_in
from indicators.queries.questions import backgrounds_of, unanswered_of
from indicators.queries.requirements import quarter_requirements, suspended_in
from indicators.queries.sign_off import sign_off_structure
from indicators.rules.entry import Entry, QuarterRequirements, read_entry
from indicators.rules.questions import (
    Background,
    FigureQuestion,
    QuestionKey,
    answers_typed,
    questions,
)
from indicators.rules.returns import Progress, ResultState, Stage, TaskState, Verdict, task_state
from organisation.models.people import Appointment, User
from organisation.permissions import Permission
from organisation.rights import allowed
from organisation.rules import PostKind
from sorp.lexicon import Rag, Step

OVERTAKEN = (
    "Somebody else submitted a result after this was typed. Look at both, then save yours or theirs"
)


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """One indicator in a return."""

    indicator: Indicator
    state: TaskState
    draft: Draft | None
    revision: Revision | None  # what is submitted now
    entry: Entry | None  # the draft, as it is read
    questions: tuple[FigureQuestion, ...]
    answers: Mapping[QuestionKey, str]  # of them, those that are answered in the draft
    problem: str  # what is wrong, as a sentence; empty where nothing is
    returned: SignOff | None
    due_on: date | None
    awaited: Awaited | None = None  # from its publisher, until a day that is not over

    @property
    def asked(self) -> list[tuple[FigureQuestion, str]]:
        """Each question about the figure, with its answer, empty where there is none."""
        return [(each, self.answers.get(each.key, "")) for each in self.questions]

    @property
    def unanswered(self) -> tuple[FigureQuestion, ...]:
        """What is asked about the figure and not answered yet."""
        return tuple(
            each for each in self.questions if each.wants_answer and each.key not in self.answers
        )

    @property
    def result_state(self) -> ResultState | None:
        """How far what is submitted has got in sign-off."""
        return ResultState(self.revision.result.state) if self.revision else None

    @property
    def is_submitted(self) -> bool:
        """Whether what was submitted stands, with nothing typed since."""
        return self.revision is not None and self.draft is None and not self.returned

    @property
    def is_ready(self) -> bool:
        """Whether it goes up with the next submission."""
        return self.draft is not None and self.state is TaskState.COMPLETED

    @property
    def is_done(self) -> bool:
        return self.state is TaskState.COMPLETED


@dataclass(frozen=True, slots=True)
class ReturnSheet:
    """A person's return for one quarter."""

    quarter: Quarter
    rows: tuple[ReturnRow, ...]
    due_on: date | None  # the earliest day on which any of it is due
    has_ended: bool
    is_closed: bool

    @property
    def completed(self) -> int:
        return sum(each.is_done for each in self.rows)

    @property
    def submitted(self) -> int:
        return sum(each.is_submitted for each in self.rows)

    @property
    def has_months(self) -> bool:
        """Whether some of it is given by month."""
        return any(each.indicator.made_of_months for each in self.rows)

    @property
    def has_several_days(self) -> bool:
        """Whether its tiers are due on different days."""
        return len({each.due_on for each in self.rows if each.due_on}) > 1

    @property
    def ready(self) -> tuple[ReturnRow, ...]:
        return tuple(each for each in self.rows if each.is_ready)

    @property
    def unfinished(self) -> tuple[ReturnRow, ...]:
        return tuple(
            each
            for each in self.rows
            if not each.is_done
            and each.awaited is None
            and each.state is not TaskState.CANNOT_START
        )

    @property
    def groups(self) -> list[tuple[str, tuple[ReturnRow, ...]]]:
        """The rows by how far they have got, what is still to do first; none that has none."""
        to_do = tuple(each for each in self.rows if not each.is_done)
        submitted = tuple(each for each in self.rows if each.is_done and not each.is_ready)
        named = (
            ("Still to do", to_do),
            ("Completed, not submitted yet", self.ready),
            ("Submitted", submitted),
        )
        return [(heading, rows) for heading, rows in named if rows]

    def after(self, reference: str) -> ReturnRow | None:
        """The next row to be worked on after one of them, going round to the first."""
        later = [each for each in self.unfinished if each.indicator.reference > reference]
        return next(iter((*later, *self.unfinished)), None)


def quarter_asked_for(today: date) -> Quarter:
    """The quarter whose results are asked for now: the latest open one that has ended, else the last."""
    ended = [each for each in open_quarters() if each.last_day < today]
    return ended[-1] if ended else Quarter.containing(today).previous()


def my_return(*, user: User, quarter: Quarter, today: date) -> ReturnSheet:
    """Every result this person has to submit for a quarter. As many queries for 1 as for 20.

    An accountable manager's are their own; a deputy's those of their unit; for the centre, which
    may enter anybody's, those it answers for and those it has begun.
    """
    own = Indicator.objects.answerable_by(user).in_use(quarter)
    if allowed(user, Permission.MANAGE_FRAMEWORK):
        begun = Draft.objects.filter(quarter=quarter, saved_by=user)
        own = own.filter(Q(accountable_manager=user) | Q(pk__in=begun.values("indicator")))
    measured = due_in(
        quarter, own.select_related("unit", "accountable_manager").order_by("reference")
    )
    state = quarter_state(quarter)
    days = entry_days(quarter)
    rows = tuple(return_rows(measured, quarter, today=today, days=days))
    return ReturnSheet(
        quarter=quarter,
        rows=rows,
        due_on=min((each.due_on for each in rows if each.due_on), default=None),
        has_ended=quarter.last_day < today,
        is_closed=bool(state and state.is_closed),
    )


def entry_days(quarter: Quarter) -> dict[str, date]:
    """By when results are due, by tier; under no tier, for all the others."""
    rows = CalendarDay.objects.filter(quarter=quarter, step=Step.ENTRY)
    return dict(rows.values_list("tier", "due_on"))


def entry_day(days: dict[str, date], indicator: Indicator) -> date | None:
    return days.get(indicator.tier) or days.get("")


def return_rows(
    indicators: Sequence[Indicator], quarter: Quarter, *, today: date, days: dict[str, date]
) -> Iterable[ReturnRow]:
    """A row for each indicator, in their order."""
    if not indicators:
        return
    known = [each.pk for each in indicators]
    drafts = {
        each.indicator_id: each
        for each in Draft.objects.filter(quarter=quarter, indicator__in=known).select_related(
            "saved_by"
        )
    }
    revisions = {
        each.result.indicator_id: each
        for each in Revision.objects.latest_ones()
        .filter(result__quarter=quarter, result__indicator__in=known)
        .select_related("result", "submitted_by", "on_behalf_of")
    }
    returns = _returns_to_correct(revisions.values())
    suspended = suspended_in(quarter)
    drafted = [each for each in indicators if each.pk in drafts]
    requirements = quarter_requirements(drafted, quarter) if drafted else {}
    backgrounds = backgrounds_of(drafted, quarter) if drafted else {}
    awaited = {
        each.indicator_id: each
        for each in Awaited.objects.filter(quarter=quarter, until__gte=today, indicator__in=known)
    }
    for indicator in indicators:
        # The months of a monthly indicator are given one by one, as they end.
        asked_from = months_of(quarter)[0] if indicator.made_of_months else None
        has_ended = asked_from.has_ended(today) if asked_from else quarter.last_day < today
        can_start = has_ended and indicator.pk not in suspended
        row = _row(
            indicator,
            drafts.get(indicator.pk),
            revisions.get(indicator.pk),
            returns,
            (requirements.get(indicator.pk), backgrounds.get(indicator.pk)),
            can_start,
            entry_day(days, indicator),
        )
        is_given = row.revision is not None and row.revision.value is not None
        yield row if is_given else replace(row, awaited=awaited.get(indicator.pk))


def _row(
    indicator: Indicator,
    draft: Draft | None,
    revision: Revision | None,
    returns: dict[int, SignOff],
    by_what: tuple[QuarterRequirements | None, Background | None],
    can_start: bool,
    due_on: date | None,
) -> ReturnRow:
    returned = returns.get(revision.pk) if revision else None
    requirements, background = by_what
    asked_questions: tuple[FigureQuestion, ...] = ()
    entry, problem = None, ""
    if draft is not None and requirements is not None and background is not None:
        entry = read_entry(draft.typed, requirements)
        asked_questions = questions(entry, background)
        problem = problem_of(draft, entry, revision)
    state = task_state(
        Progress(
            can_start=can_start,
            has_draft=draft is not None,
            draft_is_complete=draft is not None and draft.is_complete,
            draft_has_problem=bool(problem),
            is_submitted=revision is not None,
            is_returned=returned is not None,
        )
    )
    if state is not TaskState.PROBLEM:
        problem = ""
    elif draft is None and returned is not None:
        problem = f"Returned by {returned.signed_by}: {returned.comment}"
    return ReturnRow(
        indicator=indicator,
        state=state,
        draft=draft,
        revision=revision,
        entry=entry,
        questions=asked_questions,
        answers=answers_typed(draft.typed, asked_questions) if draft is not None else {},
        problem=problem,
        returned=returned,
        due_on=due_on,
    )


def problem_of(draft: Draft, entry: Entry, revision: Revision | None) -> str:
    """The first thing that keeps a draft from being submitted, as a sentence; or nothing."""
    if is_overtaken(draft, revision):
        return OVERTAKEN
    return next(iter(entry.problems.values()), "")


def is_overtaken(draft: Draft, revision: Revision | None) -> bool:
    """Whether a result was submitted that whoever typed the draft had not seen."""
    seen = str(draft.typed.get("seen", ""))
    return seen.isdigit() and number_sent(seen) != (revision.number if revision else 0)


def _returns_to_correct(revisions: Iterable[Revision]) -> dict[int, SignOff]:
    """What was said of those that sign-off sent back and nobody has corrected since."""
    sent_back = [each.pk for each in revisions if each.result.state == ResultState.RETURNED]
    rows = SignOff.objects.filter(revision__in=sent_back, verdict=Verdict.RETURNED)
    return {row.revision_id: row for row in rows.select_related("signed_by").order_by("signed_at")}


@dataclass(frozen=True, slots=True)
class NextStep:
    """Who signs off next, of which unit, and by when."""

    stage: Stage
    unit: str
    people: tuple[str, ...]
    due_on: date | None
    results: int


@dataclass(frozen=True, slots=True)
class SubmissionOutcome:
    """One submission, with what became of each result."""

    submission: Submission
    ratings: tuple[Rating, ...]
    next_steps: tuple[NextStep, ...]
    unanswered: int  # questions about these figures

    @property
    def groups(self) -> list[tuple[Rag | None, tuple[Rating, ...]]]:
        """Worst first, and what is not rated last."""
        return [
            (rag, found)
            for rag in (Rag.RED, Rag.AMBER, Rag.GREEN, None)
            if (found := tuple(each for each in self.ratings if (each.rag or None) == rag))
        ]

    @property
    def counts(self) -> dict[str, int]:
        return {rag or "not_rated": len(found) for rag, found in self.groups}

    @property
    def late(self) -> tuple[Rating, ...]:
        return tuple(each for each in self.ratings if each.revision and each.revision.late)


def submission_outcome(submission: Submission) -> SubmissionOutcome:
    """A submission as it stands now, with who signs its results off next."""
    ratings = tuple(
        Rating.objects.latest_ones()
        .filter(
            quarter=submission.quarter,
            indicator__reference__in=_references(submission),
        )
        .select_related(
            "indicator__unit", "revision__result__indicator__unit", "revision__submitted_by"
        )
        .order_by("indicator__reference")
    )
    unanswered = unanswered_of(each.revision.pk for each in ratings if each.revision)
    return SubmissionOutcome(
        submission,
        ratings,
        tuple(_next_steps(submission, ratings)),
        sum(map(len, unanswered.values())),
    )


def _references(submission: Submission) -> list[str]:
    """Which results it was: the record of the act says."""
    event = AuditEvent.objects.filter(
        act="submitted return",
        subject_kind=submission._meta.label,
        subject_key=str(submission.pk),
    ).first()
    return event.detail["references"] if event else []


def _next_steps(submission: Submission, ratings: tuple[Rating, ...]) -> list[NextStep]:
    """Whoever's turn it is: each division or directorate, with its director and its day."""
    today = localdate()
    structure = sign_off_structure(today)
    waiting: dict[tuple[Stage, int], int] = {}
    for rating in ratings:
        if rating.revision is None:
            continue
        sign_off_stage = structure.stage_awaited(rating.revision)
        if sign_off_stage is not None:
            waiting[sign_off_stage.stage, sign_off_stage.unit] = (
                waiting.get((sign_off_stage.stage, sign_off_stage.unit), 0) + 1
            )
    people = _directors({unit for _, unit in waiting}, today)
    days = dict(
        CalendarDay.objects.filter(quarter=submission.quarter)
        .order_by("tier")
        .values_list("step", "due_on")
    )
    order = list(Stage)
    return [
        NextStep(
            stage=stage,
            unit=structure.tree.branches[unit].name,
            people=tuple(people.get(unit, ())),
            due_on=days.get(Step(stage.value)),
            results=results,
        )
        for (stage, unit), results in sorted(
            waiting.items(), key=lambda each: order.index(each[0][0])
        )
    ]


def _directors(units: set[int], today: date) -> dict[int, list[str]]:
    held = Appointment.objects.held_on(today).filter(
        post__kind=PostKind.DIRECTOR, post__unit__in=units
    )
    found: dict[int, list[str]] = {}
    for unit, name in held.order_by("user__name").values_list("post__unit_id", "user__name"):
        found.setdefault(unit, []).append(name)
    return found
