"""What a version has to have gone through before it is approved, and from when it may rule.

How long people are consulted: two weeks the first time, since divisional and directorate management
teams meet at least fortnightly, so that each has met once with the draft before it. A version that
goes back to draft for its comments was read already: what changed can be read in five days.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from core.dates import as_date
from core.quarters import Quarter

FIRST_CONSULTATION = timedelta(days=14)
NEXT_CONSULTATION = timedelta(days=5)


def shortest_consultation(*, consulted_before: bool) -> timedelta:
    """How long the people concerned have at the least."""
    return NEXT_CONSULTATION if consulted_before else FIRST_CONSULTATION


def earliest_quarter(*, today: date, closed_until: Quarter | None) -> Quarter:
    """The first quarter that a version approved today may rule.

    A quarter that has ended is being reported, by the rules that people worked to in it. So it is
    the quarter that is running, or the one after the latest that is closed.
    """
    running = Quarter.containing(today)
    return max(running, closed_until.next()) if closed_until else running


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """A version that somebody is asked to approve, as far as it has come."""

    number: str
    today: date
    from_quarter: Quarter | None
    in_consultation: bool
    consulted_until: date | None
    unanswered: int
    closed_until: Quarter | None
    bound: tuple[tuple[str, Quarter], ...]  # number and first quarter of each version approved
    contradictions: tuple[str, ...]
    is_author: bool


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing that has to be so before a version is approved; what to do where it is not."""

    words: str
    obstacle: str = ""
    field: str = ""

    @property
    def is_met(self) -> bool:
        return not self.obstacle


def requirements(request: ApprovalRequest) -> tuple[Requirement, ...]:
    """All that has to be so, met or not, in the order in which one would see to it."""
    return (
        Requirement("The people concerned were consulted", _not_consulted(request)),
        Requirement("Every comment is answered", _unanswered(request)),
        Requirement("Its rules do not contradict each other", " ".join(request.contradictions)),
        Requirement(
            "It is in force from a quarter that has not been reported yet",
            " ".join(_wrong_quarter(request)),
            field="from_quarter",
        ),
        Requirement("Whoever approves it did not write it", _own_work(request)),
    )


def _not_consulted(request: ApprovalRequest) -> str:
    if not request.in_consultation or request.consulted_until is None:
        return (
            f"Version {request.number} is not in consultation: open a consultation first, and "
            f"approve it afterwards"
        )
    if request.today <= request.consulted_until:
        return f"The consultation runs until {as_date(request.consulted_until)}: approve it after that day"
    return ""


def _unanswered(request: ApprovalRequest) -> str:
    if not request.unanswered:
        return ""
    count = "1 comment is" if request.unanswered == 1 else f"{request.unanswered} comments are"
    return f"{count} still without an answer: answer every one first"


def _wrong_quarter(request: ApprovalRequest) -> Iterator[str]:
    if request.from_quarter is None:
        yield "Say from which quarter it is to be in force"
        return
    earliest = earliest_quarter(today=request.today, closed_until=request.closed_until)
    if request.from_quarter < earliest:
        is_closed = (
            request.closed_until is not None and request.from_quarter <= request.closed_until
        )
        why = "is closed" if is_closed else "has ended and is being reported"
        yield (
            f"{request.from_quarter} {why}, and stays judged by its own version: choose"
            f" {earliest} or later"
        )
    for number, quarter in request.bound:
        if quarter == request.from_quarter:
            yield f"Version {number} is in force from {quarter} already: choose another quarter"
        elif quarter > request.from_quarter:
            yield (
                f"Version {number} is approved from {quarter}, and this one would overlap it:"
                " choose a later quarter, or withdraw that approval first"
            )


def _own_work(request: ApprovalRequest) -> str:
    if not request.is_author:
        return ""
    return "You wrote part of this version, so somebody else has to approve it"
