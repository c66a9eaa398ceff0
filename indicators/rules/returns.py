"""How far a return has got: the states of a result on its way up, and of a task in the return."""

from __future__ import annotations

from sorp.lexicon import Word


class ResultState(Word):
    """Where a submitted result stands on the sign-off ladder."""

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


class Step(Word):
    """The dated steps of a quarter, in the order in which they fall due."""

    ENTRY = "entry", "Results submitted"
    DIVISION = "division", "Division signs off"
    DIRECTORATE = "directorate", "Directorate signs off"
    CLOSE = "close", "Quarter closed"
    PAT = "pat", "PAT meets"
    BRIEF = "brief", "Cabinet Member briefed"
    PUBLICATION = "publication", "Report published"
    MEETING = "meeting", "Cabinet meets"
