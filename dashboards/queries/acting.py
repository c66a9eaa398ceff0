"""Who acts for which manager: for whom somebody may be named, and who acts now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from core.clock import day_of, localdate
from core.models.audit import AuditEvent
from core.quarters import Quarter
from indicators.models.definitions import Indicator, IndicatorQuerySet
from indicators.rights import directed_by
from organisation.models.people import User
from organisation.permissions import Permission
from organisation.queries import units_directed_by
from organisation.rights import allowed

ACTING = "named acting manager"


@dataclass(frozen=True, slots=True)
class ActingManager:
    """Somebody acts for a manager since a day, in these indicators."""

    manager: User
    acting: User
    since: date
    indicators: tuple[Indicator, ...]  # of those that went over, what the acting manager still has
    milestone_keys: tuple[int, ...] = ()
    action_keys: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.manager.pk}-{self.acting.pk}"


def within_reach(reader: User) -> IndicatorQuerySet:
    """The indicators for whose manager a person may name another: of the units that they direct.

    The performance officers may for every one.
    """
    rows = Indicator.objects.in_use(Quarter.containing(localdate()).previous())
    if allowed(reader, Permission.MANAGE_FRAMEWORK):
        return rows
    return rows.filter(directed_by(reader).condition)


def may_name_acting(reader: User) -> bool:
    """Directors of any unit, and the performance officers: whether or not it has an indicator yet."""
    return allowed(reader, Permission.MANAGE_FRAMEWORK) or bool(
        units_directed_by(reader, on=localdate())
    )


def managers_within_reach(reader: User) -> list[User]:
    """The managers of those indicators, by name."""
    managers = within_reach(reader).values("accountable_manager")
    return list(User.objects.filter(pk__in=managers).order_by("name", "pk"))


def acting_within_reach(reader: User) -> list[ActingManager]:
    """Who acts now, latest first: until everything that went over is elsewhere again."""
    events = AuditEvent.objects.filter(act=ACTING, subject_kind=User._meta.label)
    latest: dict[tuple[str, int], AuditEvent] = {}
    for event in events.order_by("-id"):
        latest.setdefault((event.subject_key, event.detail["acting_key"]), event)
    references = {each for event in latest.values() for each in event.detail["references"]}
    rows = within_reach(reader).filter(reference__in=references).order_by("reference")
    held: dict[int, list[Indicator]] = {}
    for row in rows:
        held.setdefault(row.accountable_manager_id, []).append(row)
    people = User.objects.in_bulk(
        {int(key) for key, _ in latest} | {acting for _, acting in latest}
    )
    found = []
    for (key, acting), event in latest.items():
        still = [
            each for each in held.get(acting, []) if each.reference in event.detail["references"]
        ]
        if still and int(key) in people and acting in people:
            found.append(
                ActingManager(
                    people[int(key)],
                    people[acting],
                    day_of(event.at),
                    tuple(still),
                    tuple(event.detail["milestone_keys"]),
                    tuple(event.detail["action_keys"]),
                )
            )
    return found
