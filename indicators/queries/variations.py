"""Variations: by which a quarter is judged, which are asked for, and which soon end."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from core.quarters import Quarter
from indicators.models.definitions import Indicator
from indicators.models.variations import Variation
from organisation.models.people import User
from organisation.permissions import Permission
from organisation.rights import allowed
from sorp.lexicon import Tier
from sorp.queries.ruling import rules_in_force
from sorp.rules.conditions.aggregate import Aggregate
from sorp.rules.conditions.base import Condition

ENDING_WITHIN = 2  # quarters within which a variation that ends is listed as ending


def variations_ruling(
    quarter: Quarter, indicators: Iterable[int] | None = None
) -> dict[int, Variation]:
    """The variation by which each indicator is judged in a quarter, where there is one."""
    rows = Variation.objects.ruling(quarter)
    if indicators is not None:
        rows = rows.filter(indicator__in=list(indicators))
    return {each.indicator_id: each for each in rows.order_by("from_quarter", "pk")}


def rating_variations(
    quarter: Quarter, indicators: Iterable[int] | None = None
) -> dict[int, Variation]:
    """Of these, those that have results rated otherwise."""
    found = variations_ruling(quarter, indicators)
    return {pk: each for pk, each in found.items() if each.varies_rating}


def variations_of(indicator: Indicator) -> QuerySet[Variation]:
    """All there are of one indicator, with what a page shows, latest first."""
    return _with_details(Variation.objects.filter(indicator=indicator))


def variation_register(*, reader: User) -> QuerySet[Variation]:
    """All there are of the indicators that a reader may see, latest first."""
    visible = Variation.objects.filter(indicator__in=Indicator.objects.visible_to(reader))
    return _with_details(visible)


def variations_to_decide(reader: User) -> list[Variation]:
    """What is proposed and this reader may decide on, latest first: not their own, nor on their own."""
    if not allowed(reader, Permission.APPROVE_SORP):
        return []
    rows = Variation.objects.filter(state=Variation.State.PROPOSED).exclude(proposed_by=reader)
    rows = rows.exclude(indicator__accountable_manager=reader)
    return list(rows.select_related("indicator").order_by("-proposed_at", "-pk"))


def variations_in_state(
    rows: QuerySet[Variation], state: str, *, now: Quarter
) -> QuerySet[Variation]:
    """Narrowed to those that stand so in a quarter: see `REGISTER_STATES`."""
    soon = Quarter.from_ordinal(now.ordinal + ENDING_WITHIN - 1)
    agreed = Q(state=Variation.State.AGREED)
    conditions = {
        "proposed": Q(state=Variation.State.PROPOSED),
        "to_come": agreed & Q(from_quarter__gt=now),
        "in_force": agreed & Q(from_quarter__lte=now, until_quarter__gte=now),
        "ending": agreed & Q(from_quarter__lte=now, until_quarter__range=(now, soon)),
        "ended": agreed & Q(until_quarter__lt=now),
        "refused": Q(state=Variation.State.REFUSED),
    }
    return rows.filter(conditions[state]) if state in conditions else rows


def offered_triggers(indicator: Indicator, quarter: Quarter) -> tuple[Condition, ...]:
    """The SORP's triggers in a quarter that look at this indicator by itself, in their order."""
    tier = Tier(indicator.tier)
    return tuple(
        each
        for each in rules_in_force(quarter).triggers
        if tier in each.tiers and not isinstance(each, Aggregate)
    )


REGISTER_STATES = {
    "in_force": "In force",
    "ending": "Ending within two quarters",
    "proposed": "Proposed, not decided",
    "to_come": "Agreed, to come",
    "ended": "Ended",
    "refused": "Refused",
}


def _with_details(rows: QuerySet[Variation]) -> QuerySet[Variation]:
    return (
        rows.select_related(
            "indicator__unit", "indicator__accountable_manager", "proposed_by", "decided_by"
        )
        .prefetch_related("varied_triggers__carried_by")
        .order_by("-from_quarter", "indicator__reference", "pk")
    )
