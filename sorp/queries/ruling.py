"""What rules a quarter: the version in force for it, as frozen values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from core.quarters import Quarter
from sorp.lexicon import (
    ComparedWith,
    CountedFrom,
    ForecastBy,
    Level,
    Movement,
    NotRated,
    Rag,
    Step,
    Tier,
    TravelMethod,
)
from sorp.models.clauses import Clause, RagDefinition
from sorp.models.conditions import CalendarRule, LevelDuty, ReminderRule, TriggerRule, TriggerTier
from sorp.models.statement import Version
from sorp.rules.calendar import BEFORE, DayRule, Reminder
from sorp.rules.conditions.base import Condition
from sorp.rules.conditions.kinds import condition


class NoVersionInForce(ValueError):
    """No SORP rules the quarter, so nothing in it can be rated."""

    def __init__(self, quarter: Quarter) -> None:
        super().__init__(
            f"No version of the SORP is in force for {quarter}, so nothing in it can be rated:"
            " bring one into force first (Set up, The SORP)"
        )


@dataclass(frozen=True, slots=True)
class VersionInForce:
    """All that a version says about judging a quarter."""

    id: int
    number: str
    travel_method: TravelMethod
    exit_quarters: int
    relapse_within: int
    relapse_shortens_by: int
    triggers: tuple[Condition, ...]


def version_ruling(quarter: Quarter) -> Version:
    """The version by which a quarter is judged. Raises NoVersionInForce."""
    version = Version.objects.ruling(quarter).first()
    if version is None:
        raise NoVersionInForce(quarter)
    return version


def version_in_force() -> Version | None:
    """The version that is in force now, with its statement and who approved it; None before the first."""
    in_force = Version.objects.filter(state=Version.State.IN_FORCE)
    people = in_force.select_related("statement", "approved_by", "drafted_by", "drafted_from")
    return people.order_by("-from_quarter").first()


def rules_in_force(quarter: Quarter) -> VersionInForce:
    """The rules by which a quarter is judged, in two queries or three. Raises NoVersionInForce."""
    return version_rules(version_ruling(quarter))


def binding_versions() -> tuple[tuple[Version, VersionInForce], ...]:
    """Every version that rules or ruled a quarter, the latest first, each with its rules.

    Three queries, however many versions there are.
    """
    triggers = _in_order(TriggerRule.objects.all())
    versions = Version.objects.binding().order_by("-from_quarter")
    return tuple(
        (version, version_rules(version, version.trigger_rules.all()))
        for version in versions.prefetch_related(Prefetch("trigger_rules", triggers))
    )


def version_rules(
    version: Version, triggers: Iterable[TriggerRule] | None = None
) -> VersionInForce:
    """A version's rows as one frozen value; its triggers are fetched unless they are handed in."""
    return VersionInForce(
        id=version.pk,
        number=version.number,
        travel_method=TravelMethod(version.travel_method),
        exit_quarters=version.exit_quarters,
        relapse_within=version.relapse_within,
        relapse_shortens_by=version.relapse_shortens_by,
        triggers=conditions_of(version, triggers),
    )


def conditions_of(
    version: Version, triggers: Iterable[TriggerRule] | None = None
) -> tuple[Condition, ...]:
    """A version's triggers in their order. Raises ValueError for a row that is nonsense."""
    rows = triggers
    if rows is None:
        rows = _in_order(TriggerRule.objects.filter(version=version))
    return tuple(condition_of(row, [each.tier for each in row.tiers.all()]) for row in rows)


def _in_order(rows: QuerySet[TriggerRule]) -> QuerySet[TriggerRule]:
    """Triggers of one version each, with their tiers, of which the order says nothing: no version is joined."""
    return rows.order_by("position").prefetch_related(
        Prefetch("tiers", TriggerTier.objects.order_by())
    )


def condition_of(row: TriggerRule, tiers: Iterable[str]) -> Condition:
    """One row as the condition it stands for. Raises ValueError, in words, if it is nonsense."""
    return condition(
        name=row.name,
        key=row.key,
        clause=row.clause,
        kind=row.kind,
        status=_status(row.status),
        at_least=row.at_least,
        within=row.within,
        level=Level(row.level),
        tiers=frozenset(Tier(each) for each in tiers),
        movement=Movement(row.movement) if row.movement else None,
        compared_with=ComparedWith(row.compared_with) if row.compared_with else None,
        percent=row.percent,
        forecast_by=ForecastBy(row.forecast_by) if row.forecast_by else None,
        unit_tier=row.unit_tier,
        count=row.count,
        or_late=row.status == TriggerRule.LATE,
    )


def _status(word: str) -> Rag | NotRated | None:
    if word in (TriggerRule.NO_RESULT, TriggerRule.LATE):
        return NotRated.NO_RESULT
    return Rag(word) if word else None


def numbers_of(version: Version) -> set[str]:
    """The number of everything that may be cited of a version: clauses, and the rules under them."""
    cited = (Clause, TriggerRule, RagDefinition, LevelDuty)
    return {
        number
        for model, field in zip(cited, ("number", "clause", "clause", "clause"), strict=True)
        for number in model._default_manager.filter(version=version).values_list(field, flat=True)
        if number
    }


def day_rules(quarter: Quarter) -> tuple[DayRule, ...]:
    """By when each step of a quarter is due, in the order of the work. Raises NoVersionInForce."""
    return day_rules_of(version_ruling(quarter))


def day_rules_of(version: Version) -> tuple[DayRule, ...]:
    """By when a version has each step of a quarter due, in the order of the work."""
    rules = (as_day_rule(row) for row in version.calendar_rules.all())
    return tuple(sorted(rules, key=lambda each: each.order))


def as_day_rule(row: CalendarRule) -> DayRule:
    """A row of a version's calendar as the rules read it."""
    return DayRule(
        step=Step(row.step),
        tier=Tier(row.tier) if row.tier else None,
        counted_from=CountedFrom(row.counted_from),
        working_days=row.working_days,
        key=row.key,
    )


Audience = ReminderRule.Audience


@dataclass(frozen=True, slots=True)
class ReminderLine:
    """One row of a version's reminder rules: about which step, to whom, and when."""

    key: str
    step: Step
    audience: Audience
    reminder: Reminder


def reminders_in_force(quarter: Quarter) -> list[ReminderLine]:
    """When people are written to about each step of a quarter. Raises NoVersionInForce."""
    return reminders_of(version_ruling(quarter))


def reminders_of(version: Version) -> list[ReminderLine]:
    """When a version has people written to, in the order of the work and of the days."""

    def order(line: ReminderLine) -> tuple[int, int]:
        days = line.reminder.working_days
        return list(Step).index(line.step), -days if line.reminder.side == BEFORE else days

    lines = [
        ReminderLine(
            row.key,
            Step(row.step),
            Audience(row.audience),
            Reminder(row.side, row.working_days, row.then_every),
        )
        for row in version.reminder_rules.all()
    ]
    return sorted(lines, key=order)
