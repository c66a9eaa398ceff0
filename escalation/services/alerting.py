"""Alerts to what is red, or referred up, and has no action plan in the SORP's time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.urls import reverse

from escalation.queries.wanting import WantedPlan, wanted_plans
from indicators.queries.outstanding import Offices, offices_on
from indicators.rules.calendar import in_full
from organisation import audit
from organisation.models import Notice, User
from organisation.rules import PostKind
from organisation.services import owe_notice
from organisation.working_days import is_working_day


@transaction.atomic
def alert_to_missing_plans(*, today: date) -> int:
    """The accountable manager and the director over them are owed one notice of each plan that is
    wanted and late. Returns how many are new.

    Once for each time that a plan is asked for: the day after, nothing more is owed. Nobody is
    written to on a day on which nobody works.
    """
    if not is_working_day(today):
        return 0
    late = [each for each in wanted_plans(reader=None) if each.is_late(today)]
    keys = {_key(each, person): (each, person) for each, person in _told(late, offices_on(today))}
    owed = set(Notice.objects.filter(key__in=keys).values_list("key", flat=True))
    for key in keys.keys() - owed:
        _owe(key, *keys[key])
    return len(keys.keys() - owed)


def _told(late: Iterable[WantedPlan], offices: Offices) -> Iterable[tuple[WantedPlan, User]]:
    for each in late:
        manager = each.indicator.accountable_manager
        yield each, manager
        director = next(
            (
                person
                for person in offices.above(each.indicator.unit_id, PostKind.DIRECTOR)
                if person != manager
            ),
            None,
        )
        if director is not None:
            yield each, director


def _key(wanted: WantedPlan, person: User) -> str:
    about = f"e{wanted.escalation.pk}" if wanted.escalation else f"q{wanted.quarter.key}"
    return f"no-plan:{wanted.indicator.pk}:{about}:{person.pk}"


def _owe(key: str, wanted: WantedPlan, person: User) -> None:
    is_own = person == wanted.indicator.accountable_manager
    asked = (
        "Write it, or bring the one there is up to date."
        if is_own
        else f"{wanted.indicator.accountable_manager} answers for it."
    )
    notice = owe_notice(
        key=key,
        recipient=person,
        kind=Notice.Kind.OVERDUE,
        subject=f"The action plan for {wanted.indicator.title} is overdue",
        body=f"{wanted.sentence} The SORP asked for a plan by {in_full(wanted.due_on)}. {asked}",
        address=reverse("write_plan", args=[wanted.indicator.reference])
        if is_own
        else reverse("action_plans"),
    )
    audit.record("alerted to a missing plan", notice, by=None, key=key)
