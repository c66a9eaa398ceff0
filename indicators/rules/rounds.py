"""The annual round: what may be proposed of next year's set, and what has to come before what. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from core.dates import as_date
from core.quarters import Quarter
from core.words import Word


class LineAction(Word):
    """What is proposed of one indicator for the new year."""

    KEEP = "keep", "Keep"
    CHANGE = "change", "Change"
    END = "end", "End"
    NEW = "new", "New"


OF_WHAT_STANDS = (LineAction.KEEP, LineAction.CHANGE, LineAction.END)


class LineState(Word):
    """How far one line of the round has got."""

    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Submitted"
    RECORDED = "recorded", "Minute recorded, waits to be checked"
    AGREED = "agreed", "Agreed"
    WITHDRAWN = "withdrawn", "Withdrawn"


WAITING = (LineState.SUBMITTED, LineState.RECORDED)


class RemarkKind(Word):
    """From where something is said of a line: a challenge is answered before anybody decides."""

    CHALLENGE = "challenge", "Challenge"
    COMMENT = "comment", "Comment"
    SENT_BACK = "sent_back", "Sent back"


class ReviewKind(Word):
    """Who looks at what was submitted before it is decided on."""

    TEAM = "team", "Assurance team"
    COMMITTEE = "committee", "Committee"


@dataclass(frozen=True, slots=True)
class RoundStage:
    """One stage of a round: by when, and what is done by then."""

    field: str
    day: date
    words: str


STAGES: Mapping[str, str] = {
    "proposals_by": "Directorates propose",
    "challenged_by": "PAT challenges",
    "seen_by": "POSCs see it",
    "agreed_by": "Cabinet or Council agrees",
}


def stage_on(stages: Sequence[RoundStage], today: date) -> RoundStage | None:
    """The stage under way: the first whose day has not passed; None once all have."""
    return next((each for each in stages if today <= each.day), None)


def first_quarter_of(year: int) -> Quarter:
    return Quarter(year, 1)


def last_quarter_before(year: int) -> Quarter:
    return Quarter(year, 1).previous()


def in_effect_from(year: int, closed: Quarter | None) -> Quarter:
    """From which quarter what is agreed now counts: the year's first, or the first that is not closed."""
    first = first_quarter_of(year)
    return first if closed is None or closed < first else closed.next()


@dataclass(frozen=True, slots=True)
class Review:
    """A day on which somebody looked at what was submitted; or why they are not waited for."""

    met_on: date | None  # None where they are not waited for

    def covers(self, submitted_on: date, decided_on: date) -> bool:
        """Whether it came between what was submitted and what was decided."""
        return self.met_on is None or submitted_on <= self.met_on <= decided_on


@dataclass(frozen=True, slots=True)
class LineProgress:
    """What has been done with one line by the time a body decides on it."""

    reference: str
    submitted_on: date | None
    unanswered: int
    reviewers: Mapping[str, Sequence[Review]]  # who is to look at it, and when each did


def out_of_order(progress: LineProgress, decided_on: date) -> str:
    """What has to come before a body's decision of this day, and what to do; "" where all has."""
    reference = progress.reference
    if progress.submitted_on is None:
        return f"{reference} is not submitted: its directorate submits it first"
    if decided_on < progress.submitted_on:
        return (
            f"{reference} was submitted on {as_date(progress.submitted_on)}, after the meeting of"
            f" {as_date(decided_on)}: enter the day of the meeting that decided on it"
        )
    if progress.unanswered:
        one = progress.unanswered == 1
        told = "a challenge that is" if one else f"{progress.unanswered} challenges that are"
        return f"{reference} has {told} not answered: answer {'it' if one else 'them'} first"
    for name, reviews in progress.reviewers.items():
        if not any(each.covers(progress.submitted_on, decided_on) for each in reviews):
            return (
                f"{name} did not look at {reference} between {as_date(progress.submitted_on)}, when"
                f" it was submitted, and {as_date(decided_on)}: record the day on which it did, or"
                " why it is not waited for"
            )
    return ""


def still_to_come(progress: LineProgress, today: date) -> str:
    """What a line that is submitted waits for before a body can agree it; "" where for nothing."""
    if progress.submitted_on is None:
        return "Waits to be submitted"
    waits = [
        f"{name} to look at it"
        for name, reviews in progress.reviewers.items()
        if not any(each.covers(progress.submitted_on, today) for each in reviews)
    ]
    if progress.unanswered:
        waits.append(
            "a challenge to be answered"
            if progress.unanswered == 1
            else f"{progress.unanswered} challenges to be answered"
        )
    return f"Waits for {' and for '.join(waits)}" if waits else ""


def days_out_of_order(days: Mapping[str, date], year: int) -> Iterator[tuple[str, str]]:
    """Which day of a round comes before the stage that it follows, and what to do."""
    names = list(STAGES)
    for before, name in pairwise(names):
        if days[name] < days[before]:
            yield (
                name,
                f"{STAGES[name]} after {as_date(days[before])}: enter that day or a later one",
            )
    last = first_quarter_of(year).first_day
    if days["agreed_by"] >= last:
        yield "agreed_by", f"The year begins on {as_date(last)}: enter a day before it"


def carried_over_words(*, year: str, has_target: bool) -> str:
    """What is said of a target that nobody has agreed for the year that has begun."""
    if has_target:
        return f"Carried over, not agreed for {year}"
    return f"Not agreed for {year}, so that there is no target"
