"""What may be asked of the SORP."""

from __future__ import annotations

from dataclasses import dataclass

from sorp.lexicon import CountedFrom, Level, Quarter, Tier, TravelMethod
from sorp.models import CalendarRule, ReminderRule, TriggerRule, Version


class NoVersionInForce(ValueError):
    """No SORP rules the quarter, so nothing in it can be rated."""

    def __init__(self, quarter: Quarter) -> None:
        super().__init__(
            f"No version of the SORP is in force for {quarter}, so nothing in it can be rated:"
            " the performance team brings one into force (manage.py seed_sorp)"
        )


@dataclass(frozen=True, slots=True)
class TriggerInForce:
    """One row of a version's triggers, as plain words."""

    name: str
    clause: str
    status: str
    at_least: int
    within: int
    level: Level
    tiers: frozenset[Tier]


@dataclass(frozen=True, slots=True)
class VersionInForce:
    """All that a version says about judging a quarter."""

    id: int
    number: str
    travel_method: TravelMethod
    exit_quarters: int
    relapse_within: int
    triggers: tuple[TriggerInForce, ...]


@dataclass(frozen=True, slots=True)
class DayInForce:
    """By when a step is due, by one version: for one tier, or for all where none is named."""

    step: str
    tier: Tier | None
    counted_from: CountedFrom
    working_days: int


@dataclass(frozen=True, slots=True)
class ReminderInForce:
    """When somebody is written to about a step, by one version."""

    step: str
    audience: str
    side: str
    working_days: int
    then_every: int | None


def version_ruling(quarter: Quarter) -> Version:
    """The version by which a quarter is judged. Raises NoVersionInForce."""
    version = Version.objects.ruling(quarter).first()
    if version is None:
        raise NoVersionInForce(quarter)
    return version


def rules_in_force(quarter: Quarter) -> VersionInForce:
    """The rules by which a quarter is judged, in two queries or three. Raises NoVersionInForce."""
    return as_rules(version_ruling(quarter))


def as_rules(version: Version) -> VersionInForce:
    """A version's rows as one frozen value."""
    rows = TriggerRule.objects.filter(version=version).prefetch_related("tiers")
    return VersionInForce(
        id=version.pk,
        number=version.number,
        travel_method=TravelMethod(version.travel_method),
        exit_quarters=version.exit_quarters,
        relapse_within=version.relapse_within,
        triggers=tuple(
            TriggerInForce(
                name=row.name,
                clause=row.clause,
                status=row.status,
                at_least=row.at_least,
                within=row.within,
                level=Level(row.level),
                tiers=frozenset(Tier(each.tier) for each in row.tiers.all()),
            )
            for row in rows
        ),
    )


def calendar_in_force(quarter: Quarter) -> tuple[DayInForce, ...]:
    """By when each step of a quarter is due, in two queries. Raises NoVersionInForce."""
    return calendar_of_version(version_ruling(quarter))


def calendar_of_version(version: Version) -> tuple[DayInForce, ...]:
    """A version's calendar as frozen values, in the order of its rows."""
    return tuple(
        DayInForce(
            step=row.step,
            tier=Tier(row.tier) if row.tier else None,
            counted_from=CountedFrom(row.counted_from),
            working_days=row.working_days,
        )
        for row in CalendarRule.objects.filter(version=version)
    )


def reminders_in_force(quarter: Quarter) -> tuple[ReminderInForce, ...]:
    """When people are written to about each step of a quarter. Raises NoVersionInForce."""
    rows = ReminderRule.objects.filter(version=version_ruling(quarter))
    return tuple(
        ReminderInForce(row.step, row.audience, row.side, row.working_days, row.then_every)
        for row in rows
    )
