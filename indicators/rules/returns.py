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
    AS_PUBLISHED = "as_published", "Signed off as published"

    @property
    def is_signed_off(self) -> bool:
        """Nobody's signature is wanted any more: all signed, or it came as it had been published."""
        return self in (ResultState.APPROVED, ResultState.AS_PUBLISHED)

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


LONGEST_WHY = 500  # characters in which a manager says why
RAGS_ASKED = [(each.value, each.label) for each in (Rag.GREEN, Rag.AMBER, Rag.RED)]


class Horizon(Word):
    """How far ahead a manager's forecast looks."""

    NEXT_QUARTER = "next_quarter", "Next quarter"
    YEAR_END = "year_end", "Year end"


class Likelihood(Word):
    """How sure a manager was of a value, in words. No longer asked for."""

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


def forecast_quarter(quarter: Quarter, horizon: Horizon, pattern: Pattern) -> Quarter:
    """Of which quarter a manager's forecast speaks that is given with a quarter's result.

    The year's end is the last quarter in which a result is due in the financial year of the next.
    """
    due = pattern.next_due(quarter)
    if horizon is Horizon.NEXT_QUARTER:
        return due
    while (later := pattern.next_due(due)).year == due.year:
        due = later
    return due
