"""A rehearsal as its page shows it: the rows of what was found, in the words of the field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.quarters import Quarter
from escalation.rules.rehearsals import Against
from sorp.lexicon import Level, Travel


@dataclass(frozen=True, slots=True)
class RehearsedChanges:
    """One list of what would have happened, each row compared with the record."""

    key: str
    heading: str
    rows: list[dict[str, Any]]
    none: str  # what is said where there is nothing, then or now

    @property
    def total(self) -> int:
        """How many would be there under the version."""
        return sum(row["against"] is not Against.ONLY_THEN for row in self.rows)


@dataclass(frozen=True, slots=True)
class RehearsalReading:
    """What `rules.rehearsals.rehearse` found, with the calendar of the next quarter."""

    found: Mapping[str, Any]

    @property
    def quarter(self) -> Quarter:
        return Quarter.parse(self.found["quarter"])

    @property
    def lists(self) -> tuple[RehearsedChanges, ...]:
        return (
            RehearsedChanges(
                "opened",
                "Referred up",
                [_row(each) for each in self.found["opened"]],
                "No escalation would open, and none did.",
            ),
            RehearsedChanges(
                "recovered",
                "Recovered",
                [_row(each) for each in self.found["recovered"]],
                "No escalation would recover, and none did.",
            ),
        )

    @property
    def third_layer(self) -> RehearsedChanges:
        rows = [
            each
            | {
                "against": Against(each["against"]),
                "then": _levels(each["then"]),
                "now": _levels(each["now"]),
            }
            for each in self.found["third_layer"]
        ]
        return RehearsedChanges(
            "reported",
            "Reported in the third layer",
            rows,
            "It would be empty, as it was.",
        )

    @property
    def travel(self) -> list[dict[str, Any]]:
        """Each figure that would travel otherwise."""
        return [
            each | {side: Travel(each[side]) if each[side] else None for side in ("then", "now")}
            for each in self.found["travel"]
        ]

    @property
    def referred_then(self) -> list[str]:
        """The references of what stood open at any level after the close."""
        return [reference for reference, each in self.found["open"].items() if each["then"]]

    @property
    def referred_now(self) -> list[str]:
        """The references of what would stand open at any level after it."""
        return [reference for reference, each in self.found["open"].items() if each["now"]]

    @property
    def next_quarter(self) -> Quarter:
        return Quarter.parse(self.found["calendar"]["quarter"])

    @property
    def meets_on(self) -> date | None:
        """The day on which Cabinet meets about the next quarter, once that is settled."""
        day = self.found["calendar"]["meets_on"]
        return date.fromisoformat(day) if day else None

    @property
    def days(self) -> list[dict[str, Any]]:
        return [
            each | {side: _day(each[side]) for side in ("then", "now")}
            for each in self.found["calendar"]["days"]
        ]

    @property
    def days_that_differ(self) -> int:
        return sum(not each["same"] for each in self.found["calendar"]["days"])


def _row(each: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **each,
        "against": Against(each["against"]),
        "level": Level(each["level"]).label,
        "opened_in": Quarter.parse(each["opened_in"]),
    }


def _levels(keys: Iterable[str]) -> str:
    return ", ".join(Level(key).label for key in keys)


def _day(said: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if said is None:
        return None
    day = date.fromisoformat(said["due_on"]) if said["due_on"] else None
    return {"words": said["words"], "due_on": day}
