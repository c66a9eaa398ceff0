"""One thing that needs a person: a sentence, a link, and how pressing it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import TypeVar

from indicators.queries.calendar import CalendarSheet
from indicators.rules.calendar import in_full
from indicators.rules.returns import Step
from sorp.lexicon import Tier

MOST = 5  # of one kind, each by itself; the rest together
Subject = TypeVar("Subject")


class Urgency(IntEnum):
    """In which of the page's three lists something stands."""

    OVERDUE = 1
    NOW = 2
    SOON = 3

    @property
    def label(self) -> str:
        return {
            Urgency.OVERDUE: "Overdue",
            Urgency.NOW: "Waiting for you",
            Urgency.SOON: "Coming up",
        }[self]


@dataclass(frozen=True, slots=True)
class Need:
    """What needs a person, in a sentence, and the page on which to see to it."""

    urgency: Urgency
    sentence: str
    link: str
    address: str
    day: date | None = None
    is_by_name: bool = False  # found by the person's name, not by a post

    @property
    def order(self) -> tuple[Urgency, date, str]:
        return self.urgency, self.day or date.max, self.sentence


def due_on(sheet: CalendarSheet, step: Step, tier: Tier) -> date | None:
    """By when a step is due for a tier, by a calendar that is fetched already."""
    line = sheet.line(step, tier) or sheet.line(step)
    return line.due_on if line else None


def when_due(day: date | None, today: date, *, one: bool = False) -> str:
    """Is due on, or was: the end of a sentence about one thing or several."""
    if day is None:
        return "no due day is set yet"
    be = ("was" if one else "were") if day < today else ("is" if one else "are")
    return f"{'it' if one else 'they'} {be} due {'today' if day == today else f'on {in_full(day)}'}"


def pressing(day: date | None, today: date) -> Urgency:
    return Urgency.OVERDUE if day is not None and day < today else Urgency.NOW


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def few(
    subjects: Sequence[Subject],
    each: Callable[[Subject], Need],
    rest: Callable[[Sequence[Subject]], Need],
) -> Iterator[Need]:
    """A need for each of a few; of many, for the first ones, and one for all the others."""
    shown = subjects if len(subjects) <= MOST else subjects[: MOST - 1]
    yield from (each(subject) for subject in shown)
    if others := subjects[len(shown) :]:
        yield rest(others)
