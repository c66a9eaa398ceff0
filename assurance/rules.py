"""Who may be called in and why, who may sit where, and what a pack's digest is of. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from core.canonical_json import canonical, digest
from core.dates import as_date, in_full
from core.quarters import Quarter
from core.words import Word
from core.working_days import is_working_day, working_day_after, working_day_before
from sorp.lexicon import Rag


class TeamCode(Word):
    """The two assurance teams (Cabinet paper of 20 June 2011, section 3c)."""

    PAT = "pat", "Performance Assurance Team"
    DAT = "dat", "Delivery Assurance Team"

    @property
    def short(self) -> str:
        return self.value.upper()


class SeatKind(Word):
    """A place on PAT or DAT."""

    CHAIR = "chair", "Chair"
    DIRECTOR = "director", "Nominated director"
    NED = "ned", "Non-executive director"
    OFFICER = "officer", "Officer in support"


# Nobody has two of these at once, on whichever team: the teams' people are different ones (Cabinet
# paper of 20 June 2011, section 3c). An officer in support may serve both.
APART = frozenset({SeatKind.CHAIR, SeatKind.DIRECTOR, SeatKind.NED})


class MeetingState(Word):
    """How far a meeting has come."""

    PLANNED = "planned", "Planned"
    PAPERS_OUT = "papers_out", "Papers sent out"
    HELD = "held", "Held"
    CANCELLED = "cancelled", "Cancelled"


class MatterKind(Word):
    """What may come before a team.

    PAT looks at indicators and services, DAT at the delivery of the plan, projects and savings; both
    receive the registers of risks (Cabinet paper of 20 June 2011, section 3c).
    """

    INDICATOR = "indicator", "Indicator"
    UNIT = "unit", "Service"
    MILESTONE = "milestone", "Milestone"
    PROJECT = "project", "Project"
    SAVING = "saving", "Saving"
    RISK = "risk", "Risk"

    @property
    def with_article(self) -> str:
        return f"{'an' if self is MatterKind.INDICATOR else 'a'}_{self.value}"


class Eligibility(Word):
    """Why something may be called in."""

    ESCALATED = "escalated", "Referred up"
    RED_NOW = "red_now", "Red now"
    AMBER_AGAIN = "amber_again", "Amber now and before"
    SILENT = "silent", "No result"
    LATE = "late", "Late or slipping"
    LOW_CONFIDENCE = "low_confidence", "In doubt"
    SHORT = "short", "Short or at risk"
    HIGH_RISK = "high_risk", "High risk"
    WELL_DONE = "well_done", "To learn from"
    ASKED_FOR = "asked_for", "Asked for"
    STATED_REASON = "stated_reason", "For a stated reason"


class CallInVerdict(Word):
    """What the chair decided about calling an indicator in."""

    CALLED_IN = "called_in", "Called in"
    DEFERRED = "deferred", "Deferred"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Attended(Word):
    """Whether somebody was at a meeting."""

    THERE = "there", "There"
    APOLOGIES = "apologies", "Sent apologies"
    ABSENT = "absent", "Not there"


class Standing(Word):
    """By what right somebody is at a meeting."""

    SEAT = "seat", "With a seat"
    ANSWERS = "answers", "Answers for an item"
    DEPUTY = "deputy", "In somebody’s place"
    EXCEPTION = "exception", "By exception"


class Course(Word):
    """What follows for somebody with an interest in an item: the chair decides."""

    TAKES_PART = "takes_part", "Takes part as usual"
    SILENT = "silent", "Stays, and takes no part in the decision"
    LEAVES = "leaves", "Leaves for this item"


class DeputyState(Word):
    """How far it has come that somebody attends in an accountable manager’s place."""

    ASKED = "asked", "Asked for"
    AGREED = "agreed", "Agreed"
    REFUSED = "refused", "Not agreed"


class Outcome(Word):
    """What came of an item at a meeting. The last two say that it was left for another."""

    ACCEPT_PLAN = "accept", "The plan is accepted"
    STRENGTHEN_PLAN = "strengthen", "The plan must be strengthened"
    REFER_UP = "refer_up", "Referred up"
    RETURN_ON = "return_on", "Comes back on a day"
    NO_ACTION = "no_action", "No further action"
    SHARE = "share", "Good practice: shared with another service"
    ASK_LESS = "ask_less", "Gold plating: less is asked of it"
    DEFERRED = "deferred", "Left for the next meeting"
    NOT_REACHED = "not_reached", "Not reached"

    @property
    def comes_back(self) -> bool:
        """Whether the item is before a later meeting without anybody calling it in again."""
        return self in (Outcome.RETURN_ON, Outcome.DEFERRED, Outcome.NOT_REACHED)

    @property
    def is_of_good_performance(self) -> bool:
        """Whether a green is examined (Cabinet paper of 20 June 2011, section 3c): somebody takes it on from here."""
        return self in (Outcome.SHARE, Outcome.ASK_LESS)


class DocumentKind(Word):
    """What a chair puts in the hands of those who oversee a team (Cabinet paper of 20 June 2011, section 3c)."""

    BRIEF = "brief", "The chair’s brief"
    AFTER = "after", "What came of it"
    REPORT = "report", "Formal report"


class ThreadStep(Word):
    """What can happen to a matter before a team, in the order in which it happens on one day."""

    REFERRED = "referred", "Referred"
    HANDLED = "handled", "Dealt with"
    REPORTED = "reported", "Reported"
    REBASELINED = "rebaselined", "Re-baselined"
    CALLED_IN = "called_in", "Called in"
    ASKED = "asked", "Asked to the meeting"
    PAPER = "paper", "Paper"
    CHALLENGED = "challenged", "Challenge"
    ANSWERED = "answered", "Answer"
    DECIDED = "decided", "Decision"
    PROMISED = "promised", "Agreed action"
    OVERDUE = "overdue", "Overdue"
    DONE = "done", "Done"
    JUDGED = "judged", "Judged"
    CORRECTED = "corrected", "Correction"

    @property
    def place(self) -> int:
        return list(ThreadStep).index(self)


class Judged(Word):
    """What whoever asked for an action says of what shows that it is done."""

    ACCEPTED = "accepted", "Accepted as done"
    NOT_ENOUGH = "not_enough", "Not enough: it goes on"


# A meeting's log can be written for so many working days after it. Then only corrections are added.
LOG_OPEN_FOR = 5


def log_closes_on(meets_on: date) -> date:
    """The last day on which a meeting's log takes entries."""
    return working_day_after(meets_on, LOG_OPEN_FOR)


class ActionState(Word):
    """How an agreed action stands on a day."""

    DONE = "done", "Done"
    DONE_LATE = "done_late", "Done late"
    OPEN = "open", "Open"
    OVERDUE = "overdue", "Overdue"


@dataclass(frozen=True, slots=True)
class RatedQuarter:
    """An indicator's RAG status in one quarter; none where it was not rated."""

    quarter: Quarter
    rag: Rag | None
    definition_break: bool = False


def eligibility(
    history: Sequence[RatedQuarter],
    *,
    quarter: Quarter,
    escalated: bool,
    in_report: bool,
    silent: bool = False,
    well_done: bool = False,
) -> Eligibility | None:
    """Why an indicator may be called in to a meeting on a quarter, or None without a stated reason.

    Any escalated indicator; and any in the quarterly report that is red in the quarter, or amber
    in it and amber or worse when last rated before, or `silent`: of which no result came. As for the
    triggers, a quarter that was not rated neither adds to a run nor ends it, and a break in the
    definition ends it. Last, what is brought to the team's notice for doing well, to learn from.
    """
    if escalated:
        return Eligibility.ESCALATED
    return (_by_status(history, quarter, silent) if in_report else None) or (
        Eligibility.WELL_DONE if well_done else None
    )


def _by_status(
    history: Sequence[RatedQuarter], quarter: Quarter, silent: bool
) -> Eligibility | None:
    if silent:
        return Eligibility.SILENT
    now = next((seen for seen in history if seen.quarter == quarter), None)
    if now is None or now.rag is None:
        return None
    if now.rag is Rag.RED:
        return Eligibility.RED_NOW
    before = rated_before(history, quarter)
    if now.rag is Rag.AMBER and before and before.rag and before.rag.at_or_worse_than(Rag.AMBER):
        return Eligibility.AMBER_AGAIN
    return None


def rated_before(history: Sequence[RatedQuarter], quarter: Quarter) -> RatedQuarter | None:
    """The last rated quarter before one, since the last break in the definition."""
    for seen in sorted(history, key=lambda each: each.quarter, reverse=True):
        if seen.quarter < quarter and seen.rag is not None:
            return seen
        if seen.quarter <= quarter and seen.definition_break:
            return None
    return None


def eligibility_sentence(
    found: Eligibility, history: Sequence[RatedQuarter], quarter: Quarter
) -> str:
    """One sentence on why an indicator that is not referred up may be called in."""
    before = rated_before(history, quarter)
    was = f"{before.rag.label.lower()} in {before.quarter}" if before and before.rag else ""
    if found is Eligibility.RED_NOW:
        return f"Red in {quarter}" + (f"; it was {was}" if was else "")
    if found is Eligibility.AMBER_AGAIN:
        return f"Amber in {quarter}, and {was}"
    if found is Eligibility.SILENT:
        return f"No result came for {quarter}" + (f"; it was {was}" if was else "")
    return found.label


def overlaps(
    starts_on: date, ends_on: date | None, other_starts_on: date, other_ends_on: date | None
) -> bool:
    """Whether two stretches of days share one. A stretch without a last day goes on."""
    return (ends_on is None or other_starts_on <= ends_on) and (
        other_ends_on is None or starts_on <= other_ends_on
    )


def action_state(*, due_on: date, done_on: date | None, day: date) -> ActionState:
    """How an agreed action stands on a day. It is on time on its due date itself."""
    if done_on is not None and done_on <= day:
        return ActionState.DONE if done_on <= due_on else ActionState.DONE_LATE
    return ActionState.OVERDUE if day > due_on else ActionState.OPEN


def pack_bytes(document: dict[str, Any]) -> bytes:
    """A pack's document as it is handed out: canonical, but that no newline ends it."""
    return canonical(document).removesuffix(b"\n")


def pack_digest(document: dict[str, Any]) -> str:
    """The SHA-256 of `pack_bytes`, by which a pack is known: 64 hexadecimal digits."""
    return digest(pack_bytes(document))


# A year of meetings


class Nth(Word):
    """Which of a month's weekdays a team meets on."""

    FIRST = "1", "First"
    SECOND = "2", "Second"
    THIRD = "3", "Third"
    FOURTH = "4", "Fourth"
    LAST = "last", "Last"


# A meeting takes a quarter that nobody has planned yet once this many days have passed since it
# ended; before that its results are still being collected.
DAYS_TO_CLOSE = 30


@dataclass(frozen=True, slots=True)
class ProposedMeeting:
    """A day on which a team could meet, what it would look at, and why not on its usual day."""

    meets_on: date
    quarter: Quarter
    because: str = ""


def proposed_year(
    first: date,
    *,
    nth: Nth,
    weekday: int,
    months: int = 12,
    windows: Mapping[Quarter, tuple[date, date]],
) -> list[ProposedMeeting]:
    """A meeting for each of these months on its usual weekday (0 is Monday), from a day on.

    A day on which nobody works gives way to the next that is worked on. `windows` says of quarters
    whose calendar is settled between which days the team meets on them, closed and before its
    report is published: where the usual day of that month lies outside, the meeting is on the
    nearest day inside.
    """
    found: list[ProposedMeeting] = []
    for number in range(months):
        year, month = divmod(first.year * 12 + first.month - 1 + number, 12)
        usual = usual_day(year, month + 1, nth=nth, weekday=weekday)
        day, because = usual, ""
        if not is_working_day(usual):
            day = working_day_after(usual, 0)
            because = f"{in_full(usual)} is a bank holiday"
        for quarter, (opens, ends) in sorted(windows.items()):
            if (ends.year, ends.month) != (year, month + 1):
                continue
            if day < opens <= ends or ends < day:
                day = working_day_after(opens, 0) if day < opens else working_day_before(ends, 0)
                because = f"{quarter} is closed by {as_date(opens)} and comes before it by {as_date(ends)}"
        if day >= first:
            found.append(ProposedMeeting(day, quarter_before(day, windows), because))
    return found


def usual_day(year: int, month: int, *, nth: Nth, weekday: int) -> date:
    """The second Tuesday of a month, or its last, and so on. `weekday` is 0 for Monday."""
    first = date(year, month, 1)
    days = [first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * week) for week in range(5)]
    inside = [each for each in days if each.month == month]
    return inside[-1] if nth is Nth.LAST else inside[int(nth.value) - 1]


def quarter_before(day: date, windows: Mapping[Quarter, tuple[date, date]]) -> Quarter:
    """The quarter that a meeting on a day has before it: the latest that is closed by then."""
    quarter = Quarter.containing(day).previous()
    closed_by = windows[quarter][0] if quarter in windows else None
    if closed_by is None:
        closed_by = quarter.last_day + timedelta(days=DAYS_TO_CLOSE)
    return quarter if closed_by <= day else quarter.previous()
