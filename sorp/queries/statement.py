"""A version of the SORP as it is read: its clauses with the rules that stand under each, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sorp.lexicon import TravelMethod
from sorp.models.clauses import Clause, RagDefinition, RiskAppetite, Term
from sorp.models.conditions import LevelDuty, TriggerRule
from sorp.models.statement import Version
from sorp.queries.ruling import ReminderLine, condition_of, day_rules_of, reminders_of
from sorp.rules.calendar import DayRule
from sorp.rules.checks import Check
from sorp.rules.clause_numbers import by_clause, depth_of

CHECKS = {check.value: check.label for check in Check}
TRAVEL_IN_WORDS = {
    TravelMethod.REGRESSION: "The trend over the last 16 quarters (regression).",
    TravelMethod.PREVIOUS: "Against the previous quarter.",
}


@dataclass(frozen=True, slots=True)
class TriggerLine:
    """One trigger: what it is called, its whole sentence, and the risk appetite it stands for."""

    key: str
    clause: str
    name: str
    sentence: str
    appetites: tuple[RiskAppetite, ...] = ()


@dataclass(frozen=True, slots=True)
class Anchored:
    """A rule, and the anchor that leads to it: its clause's number, where no other rule has it."""

    rule: RagDefinition | TriggerLine | LevelDuty
    anchor: str


@dataclass(frozen=True, slots=True)
class ClauseSheet:
    """One clause with the rules that stand under it."""

    clause: Clause
    is_chapter: bool
    definitions: Sequence[Anchored] = ()
    triggers: Sequence[Anchored] = ()
    duties: Sequence[Anchored] = ()

    @property
    def check(self) -> str:
        """What the service checks, to tell how far the clause is kept."""
        return CHECKS.get(self.clause.check_made, "")


@dataclass(frozen=True, slots=True)
class StatementSheet:
    """All of a version, in the order in which it is read."""

    version: Version
    clauses: tuple[ClauseSheet, ...] = ()
    unplaced: ClauseSheet | None = None  # rules whose clause is not among the clauses
    settings: tuple[tuple[str, str], ...] = ()
    days: Sequence[DayRule] = ()
    reminders: Sequence[ReminderLine] = ()
    appetites: Sequence[RiskAppetite] = ()
    terms: Sequence[Term] = ()

    @property
    def trigger_count(self) -> int:
        """How many triggers stand under its clauses."""
        return sum(len(each.triggers) for each in self.clauses)


def statement_sheet(version: Version) -> StatementSheet:
    """A version with every row of it, in a dozen queries however long it is."""
    appetites = list(version.appetites.prefetch_related("triggers"))
    clauses = list(version.clauses.all())
    numbers = [each.number for each in clauses]
    used = set(numbers)
    definitions = by_clause(numbers, _anchored(version.rag_definitions.all(), used))
    triggers = by_clause(numbers, _anchored(trigger_lines(version, appetites=appetites), used))
    duties = by_clause(numbers, _anchored(version.level_duties.all(), used))

    def sheet(clause: Clause, place: str) -> ClauseSheet:
        return ClauseSheet(
            clause,
            depth_of(clause.number) == 0,
            definitions.get(place, ()),
            triggers.get(place, ()),
            duties.get(place, ()),
        )

    unplaced = sheet(Clause(number="", heading="Rules without a clause"), "")
    is_needed = unplaced.definitions or unplaced.triggers or unplaced.duties
    return StatementSheet(
        version=version,
        clauses=tuple(sheet(each, each.number) for each in clauses),
        unplaced=unplaced if is_needed else None,
        settings=settings_in_words(version),
        days=day_rules_of(version),
        reminders=reminders_of(version),
        appetites=appetites,
        terms=terms_of(version),
    )


def _anchored(rules: Iterable[Any], used: set[str]) -> Iterator[tuple[str, Anchored]]:
    """Each rule with the number of its clause. No two things on a page have one anchor."""
    for rule in rules:
        anchor = "" if rule.clause in used else f"clause-{rule.clause}"
        used.add(rule.clause)
        yield rule.clause, Anchored(rule, anchor)


def terms_of(version: Version) -> list[Term]:
    """In the order of a dictionary, whatever their capitals."""
    return sorted(version.terms.all(), key=lambda each: each.term.casefold())


def trigger_lines(
    version: Version, *, appetites: Iterable[RiskAppetite] = ()
) -> tuple[TriggerLine, ...]:
    """A version's triggers in their order. One that is no condition says why, in a draft."""
    standing_for: dict[int, list[RiskAppetite]] = {}
    for appetite in appetites:
        for trigger in appetite.triggers.all():
            standing_for.setdefault(trigger.pk, []).append(appetite)
    return tuple(
        TriggerLine(
            row.key, row.clause, row.name, _sentence(row), tuple(standing_for.get(row.pk, ()))
        )
        for row in TriggerRule.objects.filter(version=version).prefetch_related("tiers")
    )


def _sentence(row: TriggerRule) -> str:
    try:
        return condition_of(row, [each.tier for each in row.tiers.all()]).sentence
    except ValueError as reason:
        return f"Not yet a rule: {reason}."


def settings_in_words(version: Version) -> tuple[tuple[str, str], ...]:
    """What a version rules for travel, recovery, relapse and plans: what it is called, and a sentence."""
    shorter = version.relapse_shortens_by
    relapse = (
        f"{_quarters(shorter)} fewer than a trigger usually asks for"
        if shorter
        else "As many quarters as usual"
    )
    return (
        ("Direction of travel", TRAVEL_IN_WORDS[TravelMethod(version.travel_method)]),
        (
            "Recovery",
            "An escalation ends when the indicator was green in its latest"
            f" {_rated(version.exit_quarters)}.",
        ),
        (
            "Relapse",
            f"An escalation within {_quarters(version.relapse_within)} of a recovery is a relapse.",
        ),
        ("Quarters needed after a relapse", f"{relapse}."),
        (
            "Action plan",
            "An indicator that is referred up has its action plan within"
            f" {version.plan_within} working day{'s' if version.plan_within != 1 else ''}.",
        ),
        (
            "Management action",
            "Red and amber results both say what is being done."
            if version.action_on_amber
            else "Red results say what is being done; amber ones do not have to.",
        ),
    )


def _quarters(number: int) -> str:
    return "1 quarter" if number == 1 else f"{number} quarters"


def _rated(number: int) -> str:
    return "rated quarter" if number == 1 else f"{number} rated quarters"
