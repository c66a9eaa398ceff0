"""How far a return has got: the states of a result on its way up, and of a task in the return."""

from __future__ import annotations

from dataclasses import dataclass

from core.quarters import Quarter
from core.words import Word
from sorp.lexicon import Rag
from sorp.rules.patterns import Pattern


class ResultState(Word):
    """How far a submitted result has got in sign-off."""

    SUBMITTED = "submitted", "Submitted"
    RETURNED = "returned", "Returned"
    DIVISION_APPROVED = "division_approved", "Approved by the division"
    APPROVED = "approved", "Approved by the directorate"

    @property
    def is_locked(self) -> bool:
        """Approval locks: only a named exception, or a revision, changes the figure then."""
        return self in (ResultState.DIVISION_APPROVED, ResultState.APPROVED)


class Stage(Word):
    """Who signs off: the division first, then the directorate."""

    DIVISION = "division", "Division"
    DIRECTORATE = "directorate", "Directorate"


class Verdict(Word):
    """What was said at a stage."""

    APPROVED = "approved", "Approved"
    RETURNED = "returned", "Returned"


class Horizon(Word):
    """How far ahead a manager's forecast looks."""

    NEXT_QUARTER = "next_quarter", "Next quarter"
    YEAR_END = "year_end", "Year end"


class Likelihood(Word):
    """How sure a manager is of a forecast, in words."""

    ALMOST_CERTAIN = "almost_certain", "Almost certain"
    LIKELY = "likely", "Likely"
    EVEN = "even", "As likely as not"
    UNLIKELY = "unlikely", "Unlikely"


class TaskState(Word):
    """How far one row of a return has got, in the words of a task list. Never a RAG status."""

    CANNOT_START = "cannot_start", "Cannot start yet"
    NOT_STARTED = "not_started", "Not started"
    IN_PROGRESS = "in_progress", "In progress"
    COMPLETED = "completed", "Completed"
    PROBLEM = "problem", "There is a problem"


@dataclass(frozen=True, slots=True)
class Progress:
    """What is known of one indicator's row in a return."""

    can_start: bool = True  # the quarter has ended, and the indicator is measured in it
    has_draft: bool = False
    draft_is_complete: bool = False
    draft_has_problem: bool = False
    is_submitted: bool = False
    is_returned: bool = False


def task_state(row: Progress) -> TaskState:
    """The one word that stands beside a row.

    What was returned is a problem until it is begun again. A draft decides over what was submitted
    before it: whoever changes a result has it in progress until they say that it is complete.
    """
    if row.has_draft:
        if not row.draft_is_complete:
            return TaskState.IN_PROGRESS
        return TaskState.PROBLEM if row.draft_has_problem else TaskState.COMPLETED
    if row.is_returned:
        return TaskState.PROBLEM
    if row.is_submitted:
        return TaskState.COMPLETED
    return TaskState.NOT_STARTED if row.can_start else TaskState.CANNOT_START


def action_required(rag: Rag | None, action_on_amber: bool) -> bool:
    """Whether a word on management action must stand beside a result of this status.

    Always on red ("management action must follow", SORP clause 3.3); on amber where the version of
    the SORP in force says so. Never where nothing was rated.
    """
    return rag is Rag.RED or (rag is Rag.AMBER and action_on_amber)


def forecast_quarters(quarter: Quarter, pattern: Pattern) -> dict[Horizon, Quarter]:
    """Which quarters a manager forecasts with a quarter's result: the next due, and the year's end.

    Where the two are one they are asked for once, as the year's end; when the year has ended there
    is only the next.
    """
    due, year_end = pattern.next_due(quarter), Quarter(quarter.year, 4)
    if year_end <= quarter:
        return {Horizon.NEXT_QUARTER: due}
    if due >= year_end:
        return {Horizon.YEAR_END: year_end}
    return {Horizon.NEXT_QUARTER: due, Horizon.YEAR_END: year_end}
