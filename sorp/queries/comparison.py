"""Two versions of the SORP beside each other, and a version as it is talked over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sorp.models.clauses import Comment, RiskAppetite
from sorp.models.statement import Version
from sorp.queries.consultation import comments_on
from sorp.queries.ruling import day_rules_of, reminders_of
from sorp.queries.statement import (
    CHECKS,
    ClauseSheet,
    StatementSheet,
    settings_in_words,
    statement_sheet,
    trigger_lines,
)
from sorp.rules.differences import (
    ChangeKind,
    ClauseBetween,
    ClauseText,
    Group,
    RuleBetween,
    clauses_between,
    grouped,
    rules_between,
)

HEADING = "Heading"


def clauses_compared(old: Version, new: Version) -> tuple[ClauseBetween, ...]:
    """Every clause of either version, word by word."""
    return clauses_between(_as_text(old), _as_text(new), heading=HEADING)


def _as_text(version: Version) -> list[ClauseText]:
    return [
        ClauseText(
            each.key,
            each.number,
            {
                HEADING: each.heading,
                "What is required": each.wording,
                "Who is responsible": each.responsible,
                "How it is monitored": each.monitored,
                "What happens if it is not kept": each.consequence,
                "What the service checks": CHECKS.get(each.check_made, ""),
            },
        )
        for each in version.clauses.all()
    ]


def rules_compared(old: Version, new: Version) -> tuple[RuleBetween, ...]:
    """What differs between the rules of two versions, in plain sentences."""
    return rules_between(rules_in_words(old), rules_in_words(new))


def rules_in_words(version: Version) -> tuple[Group, ...]:
    """Every rule of a version, by kind, as a reader would have it.

    Triggers, days and reminders go by their keys, so that one that was changed is told of as such.
    """
    appetites = version.appetites.prefetch_related("triggers")
    triggers, days = trigger_lines(version), day_rules_of(version)
    reminders = reminders_of(version)
    return (
        Group(
            "RAG definitions",
            {each.get_rag_display(): each.wording for each in version.rag_definitions.all()},
        ),
        Group(
            "Triggers",
            {each.key: f"{each.sentence} (Clause {each.clause}.)" for each in triggers},
            is_ordered=True,
            names={each.key: each.name for each in triggers},
        ),
        Group("Recovery, relapse and plans", dict(settings_in_words(version))),
        Group(
            "Ladder",
            {
                each.get_level_display(): f"{each.duty} Within {each.within} working days."
                for each in version.level_duties.all()
            },
        ),
        Group(
            "Calendar",
            {each.key: f"{each.in_words}." for each in days},
            names={each.key: each.name for each in days},
        ),
        Group(
            "Reminders",
            {each.key: f"{each.reminder.in_words}." for each in reminders},
            names={
                each.key: f"{each.step.label}: {each.audience.label.lower()}" for each in reminders
            },
        ),
        Group("Risk appetite", {each.area: _appetite(each) for each in appetites}),
        Group("Terms", {each.term: each.meaning for each in version.terms.all()}),
    )


def _appetite(each: RiskAppetite) -> str:
    names = ", ".join(f"“{trigger.name}”" for trigger in each.triggers.all())
    linked = f" Its triggers: {names}." if names else ""
    return f"{each.get_appetite_display()}. {each.wording}{linked}"


# Talked over


@dataclass(frozen=True, slots=True)
class ClauseInConsultation:
    """A clause as people comment on it: what changes in it, and the comments on it."""

    sheet: ClauseSheet
    change: ChangeKind
    comments: Sequence[Comment]


@dataclass(frozen=True, slots=True)
class Consultation:
    """A version as it is talked over: what would change, and the comments on each clause."""

    sheet: StatementSheet
    clauses: tuple[ClauseInConsultation, ...]
    of_the_whole: Sequence[Comment]
    changes: Sequence[tuple[str, Sequence[RuleBetween]]]
    removed: Sequence[ClauseBetween]

    @property
    def comments(self) -> int:
        return len(self.of_the_whole) + sum(len(each.comments) for each in self.clauses)

    @property
    def unanswered(self) -> int:
        comments = [*self.of_the_whole, *(one for each in self.clauses for one in each.comments)]
        return sum(not each.answer for each in comments)

    @property
    def changed(self) -> list[ClauseInConsultation]:
        return [each for each in self.clauses if each.change is not ChangeKind.SAME]


def consultation_on(version: Version) -> Consultation:
    """A version beside the one it was drafted from, with every comment at its clause.

    A comment on a clause that was since removed stands with those on the whole.
    """
    sheet = statement_sheet(version)
    numbers = {each.clause.number for each in sheet.clauses}
    comments: dict[str, list[Comment]] = {}
    for comment in comments_on(version):
        comments.setdefault(comment.clause if comment.clause in numbers else "", []).append(comment)
    base = version.drafted_from
    between = clauses_compared(base, version) if base else ()
    changes = {
        each.number: each.change for each in between if each.change is not ChangeKind.REMOVED
    }
    return Consultation(
        sheet=sheet,
        clauses=tuple(
            ClauseInConsultation(
                each,
                changes.get(each.clause.number, ChangeKind.ADDED),
                comments.get(each.clause.number, ()),
            )
            for each in sheet.clauses
        ),
        of_the_whole=comments.get("", ()),
        changes=grouped(rules_compared(base, version)) if base else (),
        removed=[each for each in between if each.change is ChangeKind.REMOVED],
    )
