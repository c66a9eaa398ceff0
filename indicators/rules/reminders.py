"""When a reminder is due, and what it says. Pure.

How many working days before and after is the SORP's to say (its reminder rules); what is said
groups everything of one kind, so that nobody hears of it twice on one day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from core.dates import in_full
from core.months import Month
from core.quarters import Quarter
from sorp.lexicon import Level, Tier
from sorp.rules.calendar import Reminder

REFERENCES_IN_SUBJECT = 5  # references named in a subject line; the body names all


def last_reminder(reminders: Iterable[Reminder], *, due_on: date, today: date) -> date | None:
    """The latest day up to today on which somebody should have been written to."""
    days = (each.last_before(today, due_on=due_on) for each in reminders)
    return max((day for day in days if day is not None), default=None)


@dataclass(frozen=True, slots=True)
class OutstandingResult:
    """One result somebody is waiting for: at which quarter, by when, from whom."""

    reference: str
    title: str
    quarter: Quarter
    due_on: date
    tier: Tier
    accountable: str
    note: str = ""  # "returned", say
    month: Month | None = (
        None  # where that is what is waited for: the quarter's result is not due yet
    )

    @property
    def of(self) -> Month | Quarter:
        """What it is waited for of."""
        return self.month or self.quarter

    @property
    def line(self) -> str:
        named = f"{self.reference} {self.title}"
        return f"{named} ({self.note})" if self.note else named


@dataclass(frozen=True, slots=True)
class Referral:
    """What the SORP does about a result that is still missing when its quarter is closed."""

    at_least: int
    within: int
    level: Level
    clause: str
    tiers: Collection[Tier]

    @property
    def sentence(self) -> str:
        when = (
            "A result still missing when the quarter is closed"
            if self.at_least == 1
            else f"One missing for {self.at_least} quarters running"
            if self.at_least == self.within
            else f"One missing in {self.at_least} of {self.within} quarters"
        )
        return f"{when} is referred to the {self.level.label} (SORP, {self.clause})."


@dataclass(frozen=True, slots=True)
class Message:
    """What is said to one person."""

    subject: str
    body: str
    is_overdue: bool


def entry_message(
    waiting: Sequence[OutstandingResult], referrals: Iterable[Referral], *, today: date, reader: str
) -> Message:
    """To an accountable manager or a deputy: what to submit, by when, and what follows if not."""
    late = [each for each in waiting if each.due_on < today]
    lines = _by_day(waiting, today, verb="due", reader=reader)
    parts = ["\n".join(lines), _consequence(late, referrals)]
    subject = _subject(late or _soonest(waiting), today, verb="due", overdue=bool(late))
    return Message(subject, "\n\n".join(part for part in parts if part), bool(late))


def sign_off_message(waiting: Sequence[OutstandingResult], *, today: date) -> Message:
    """To a director: what waits for them to sign off, and by when."""
    late = [each for each in waiting if each.due_on < today]
    lines = _by_day(waiting, today, verb="due to be signed off", reader="")
    chosen = late or _soonest(waiting)
    subject = _subject(chosen, today, verb="due to be signed off", overdue=bool(late))
    return Message(subject, "\n".join(lines), bool(late))


def missing_message(
    waiting: Sequence[OutstandingResult], referrals: Iterable[Referral], *, today: date
) -> Message:
    """To a director: who below them has not submitted what was due, by name."""
    late = [each for each in waiting if each.due_on < today]
    managers = sorted({each.accountable for each in late})
    lines = []
    for name in managers:
        lines.append(f"{name}:")
        lines += [
            f"  {each.line}{f', {each.month}' if each.month else ''}"
            for each in late
            if each.accountable == name
        ]
    consequence = _consequence(late, referrals)
    who = "1 manager has" if len(managers) == 1 else f"{len(managers)} managers have"
    subject = f"{who} not submitted {_counted(late)} due on {_days(late)}"
    body = "\n".join(["Not submitted, by accountable manager.", "", *lines])
    return Message(subject, "\n\n".join(part for part in (body, consequence) if part), True)


def _consequence(late: Iterable[OutstandingResult], referrals: Iterable[Referral]) -> str:
    """Where results that stay missing are referred. A month that is missing is referred nowhere."""
    tiers = {each.tier for each in late if each.month is None}
    return " ".join(each.sentence for each in referrals if tiers & set(each.tiers))


def _by_day(
    waiting: Sequence[OutstandingResult], today: date, *, verb: str, reader: str
) -> Iterator[str]:
    """One sentence for each day and quarter or month, with the results under it."""
    groups = sorted(
        {(each.due_on, each.of) for each in waiting},
        key=lambda group: (group[0], group[1].last_day),
    )
    for due_on, of in groups:
        results = [each for each in waiting if (each.due_on, each.of) == (due_on, of)]
        yield f"{_counted(results)} for {of} {_is_or_was(results, due_on, today)} {verb} on {in_full(due_on)}:"
        for each in results:
            whose = f", for {each.accountable}" if reader and each.accountable != reader else ""
            yield f"  {each.line}{whose}"


def _subject(results: Sequence[OutstandingResult], today: date, *, verb: str, overdue: bool) -> str:
    named = ", ".join(each.reference for each in results[:REFERENCES_IN_SUBJECT])
    more = len(results) - REFERENCES_IN_SUBJECT
    named += f" and {more} more" if more > 0 else ""
    be = _is_or_was(results, results[0].due_on, today)
    prefix = "Overdue: " if overdue else ""
    return f"{prefix}{_counted(results)} {be} {verb} on {_days(results)}: {named}"


def _soonest(waiting: Sequence[OutstandingResult]) -> list[OutstandingResult]:
    first = min(each.due_on for each in waiting)
    return [each for each in waiting if each.due_on == first]


def _counted(results: Sequence[OutstandingResult]) -> str:
    return "1 result" if len(results) == 1 else f"{len(results)} results"


def _is_or_was(results: Sequence[OutstandingResult], due_on: date, today: date) -> str:
    one = len(results) == 1
    if due_on < today:
        return "was" if one else "were"
    return "is" if one else "are"


def _days(results: Sequence[OutstandingResult]) -> str:
    return " and ".join(in_full(day) for day in sorted({each.due_on for each in results}))
