"""Variations that soon end: those who asked for them, and answer by them, are told in time."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.urls import reverse

from indicators.models import Variation
from organisation import audit
from organisation.models import Notice, User
from organisation.queries import holders
from organisation.rules import PostKind
from organisation.services import owe_notice
from organisation.working_days import is_working_day
from sorp.lexicon import Quarter


@transaction.atomic
def remind_of_endings(*, today: date) -> int:
    """Of each variation in its last quarter, its proposer, the manager and the officers are told.

    Returns how many variations they were told of now: of each once, and again should its end move.
    Nobody is written to on a day on which nobody works.
    """
    if not is_working_day(today):
        return 0
    quarter = Quarter.containing(today)
    ending = Variation.objects.agreed().filter(until_quarter_start=quarter.first_day)
    told = set(
        Notice.objects.filter(key__startswith="variation-ends-").values_list("key", flat=True)
    )
    officers = holders(PostKind.PERFORMANCE_OFFICER, on=today)
    rows = ending.select_related("indicator__accountable_manager", "proposed_by")
    return sum(_tell(each, officers, told) for each in rows)


def _tell(variation: Variation, officers: list[User], told: set[str]) -> bool:
    indicator, until = variation.indicator, variation.until_quarter
    people = {variation.proposed_by, indicator.accountable_manager, *officers}
    keys = {person: f"variation-ends-{variation.pk}-{until.key}-{person.pk}" for person in people}
    if told.intersection(keys.values()):
        return False
    for person, key in keys.items():
        owe_notice(
            key=key,
            recipient=person,
            subject=f"Variation ends with {until}: {indicator.title}",
            body=(
                f"{variation.what}\n\nFrom {until.next()} it is judged as the SORP has it. If that"
                " does not suit it yet, propose a variation anew."
            ),
            kind=Notice.Kind.REMINDER,
            address=reverse("variations_of", args=[indicator.reference]),
        )
    audit.record(
        "told of a variation’s end", variation, by=None, until=until.key, people=len(people)
    )
    return True
