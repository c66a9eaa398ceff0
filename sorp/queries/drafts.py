"""A draft as whoever writes it finds it: how far each part has come, and the rows of one part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sorp.lexicon import Level, Step
from sorp.models.conditions import TriggerRule
from sorp.models.statement import Version
from sorp.queries.comparison import clauses_compared, rules_compared
from sorp.queries.readiness import Obstacle, obstacles
from sorp.queries.ruling import as_day_rule, condition_of
from sorp.rules.calendar import Reminder
from sorp.rules.differences import ChangeKind

# Each part by the key that its address has: its heading, what one of its rows is and what several
# are, by which relation they are held, and what comparing two versions calls them.
PARTS: Mapping[str, tuple[str, str, str, str, str]] = {
    "clause": ("Clauses", "clause", "clauses", "clauses", ""),
    "definition": (
        "What each RAG status means",
        "status defined",
        "statuses defined",
        "rag_definitions",
        "RAG definitions",
    ),
    "trigger": (
        "What refers an indicator up the ladder",
        "trigger",
        "triggers",
        "trigger_rules",
        "Triggers",
    ),
    "ladder": ("What each level does", "level", "levels", "level_duties", "Ladder"),
    "calendar": (
        "By when each step of a quarter is due",
        "day",
        "days",
        "calendar_rules",
        "Calendar",
    ),
    "reminder": (
        "Who is reminded, and when",
        "reminder",
        "reminders",
        "reminder_rules",
        "Reminders",
    ),
    "appetite": ("How much risk is accepted", "area", "areas", "appetites", "Risk appetite"),
    "term": ("Terms", "term", "terms", "terms", "Terms"),
}
SETTINGS = "Recovery, relapse and plans"


@dataclass(frozen=True, slots=True)
class PartProgress:
    """How far one part of a draft has come."""

    key: str
    title: str
    counted: str  # how many rows it has, in words
    changed: int  # from the version that it is drafted from: rows changed, added or removed
    obstacles: tuple[Obstacle, ...]
    warnings: tuple[Obstacle, ...]


@dataclass(frozen=True, slots=True)
class DraftProgress:
    """How far a draft has come: part by part, and what is still to be put right in all."""

    parts: tuple[PartProgress, ...]
    settings_changed: int
    obstacles: tuple[Obstacle, ...]
    warnings: tuple[Obstacle, ...]


def draft_progress(draft: Version) -> DraftProgress:
    """The state of each part of a draft, in as many queries however long it is."""
    found = obstacles(draft)
    changed = _changes(draft)

    def counted(one: str, several: str, rows: str) -> str:
        number = len(getattr(draft, rows).all())
        return f"{number} {one if number == 1 else several}"

    def standing(part: str | None, *, is_warning: bool) -> tuple[Obstacle, ...]:
        return tuple(
            each for each in found if each.is_warning is is_warning and part in (None, each.part)
        )

    return DraftProgress(
        parts=tuple(
            PartProgress(
                key=key,
                title=title,
                counted=counted(one, several, rows),
                changed=changed[group],
                obstacles=standing(key, is_warning=False),
                warnings=standing(key, is_warning=True),
            )
            for key, (title, one, several, rows, group) in PARTS.items()
        ),
        settings_changed=changed[SETTINGS],
        obstacles=standing(None, is_warning=False),
        warnings=standing(None, is_warning=True),
    )


def _changes(draft: Version) -> Counter[str]:
    """How many things differ from the version a draft was begun from, by the name of their group."""
    base = draft.drafted_from
    if base is None:
        return Counter()
    clauses = clauses_compared(base, draft)
    return Counter(each.group for each in rules_compared(base, draft)) + Counter(
        {"": sum(each.change is not ChangeKind.SAME for each in clauses)}
    )


def rows_of(draft: Version, part: str) -> list[Any]:
    """The rows of one part of a draft in the order of its page, each with what a reader needs."""
    return ROWS[part](draft)


def tiers_of(row: TriggerRule) -> list[str]:
    return [each.tier for each in row.tiers.all()]


def _triggers(draft: Version) -> Sequence[Any]:
    rows = draft.trigger_rules.prefetch_related("tiers")
    return [(row, condition_of(row, tiers_of(row))) for row in rows]


def _duties(draft: Version) -> Sequence[Any]:
    return sorted(draft.level_duties.all(), key=lambda row: Level(row.level).height)


def _days(draft: Version) -> Sequence[Any]:
    days = [(row, as_day_rule(row)) for row in draft.calendar_rules.all()]
    return sorted(days, key=lambda each: each[1].order)


def _reminders(draft: Version) -> Sequence[Any]:
    rows = [
        (row, Step(row.step), Reminder(row.side, row.working_days, row.then_every))
        for row in draft.reminder_rules.all()
    ]
    return sorted(rows, key=lambda each: list(Step).index(each[1]))


ROWS: Mapping[str, Callable[[Version], Any]] = {
    "clause": lambda draft: list(draft.clauses.all()),
    "definition": lambda draft: list(draft.rag_definitions.all()),
    "trigger": _triggers,
    "ladder": _duties,
    "calendar": _days,
    "reminder": _reminders,
    "appetite": lambda draft: list(draft.appetites.prefetch_related("triggers")),
    "term": lambda draft: list(draft.terms.all()),
}
