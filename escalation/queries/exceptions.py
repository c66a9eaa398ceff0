"""Units referred, and good performance brought to notice: as recorded, and as the rules read them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from core.clock import localdate
from core.quarters import Quarter
from escalation.models.exceptions import PositiveException, UnitEscalation
from escalation.models.successions import Succession
from escalation.rules.exceptions import Member, Positive, UnitEpisode
from indicators.models.definitions import Indicator
from indicators.queries.outstanding import post_holders_on
from indicators.rules.sign_off import COUNCILS_OWN, DIRECTORS
from organisation.models.people import User
from organisation.models.units import Unit
from organisation.queries import tree_on
from organisation.rules import UnitTier
from sorp.lexicon import Level, Tier
from sorp.rules.conditions.aggregate import UNIT_TIERS
from sorp.rules.figures import Figure


def units_recorded() -> list[UnitEscalation]:
    """Every referral of a unit, in order of opening."""
    return list(UnitEscalation.objects.select_related("unit").order_by("opened_in", "pk"))


def keys_standing(subject: str, quarter: Quarter) -> dict[int, str]:
    """By its key, what stands in a quarter under another trigger than the one that opened it.

    `subject` is the field of Succession that names it: its approvers said so when a version that
    rules by then dropped its trigger.
    """
    rows = Succession.objects.ruling(quarter).exclude(**{subject: None})
    return dict(rows.values_list(subject, "trigger_key"))


def positives_recorded() -> dict[int, list[PositiveException]]:
    """Every positive exception by indicator, in order of opening."""
    found: dict[int, list[PositiveException]] = defaultdict(list)
    for row in PositiveException.objects.order_by("opened_in", "pk"):
        found[row.indicator_id].append(row)
    return found


def members(
    quarter: Quarter,
    indicators: Mapping[int, Indicator],
    histories: Mapping[int, Sequence[Figure]],
) -> list[Member]:
    """The indicators as aggregates see them, in the units they stood in on the quarter's last day."""
    tree = tree_on(quarter.last_day)
    units: dict[int, dict[str, int]] = {}
    for unit in {each.unit_id for each in indicators.values()}:
        found = ((tier, tree.at_tier(unit, UnitTier(tier))) for tier in UNIT_TIERS)
        units[unit] = {tier: branch.unit for tier, branch in found if branch is not None}
    return [
        Member.of(each.reference, Tier(each.tier), units[each.unit_id], histories[pk])
        for pk, each in sorted(indicators.items())
    ]


def directors_of(units: Iterable[Unit]) -> dict[int, tuple[User, ...]]:
    """Who answers for each unit today: its directors, or those of the nearest unit over it."""
    offices = post_holders_on(localdate())
    kinds = (*DIRECTORS, *COUNCILS_OWN)
    found: dict[int, tuple[User, ...]] = {}
    for unit in units:
        held = (
            tuple(user for kind in kinds for user in offices.holders.get((kind, each), ()))
            for each in offices.tree.above(unit.pk)
        )
        found[unit.pk] = next(filter(None, held), ())
    return found


def as_unit_episode(row: UnitEscalation, standing: Mapping[int, str]) -> UnitEpisode:
    """A recorded referral of a unit as the rules read it, by the trigger under which it stands."""
    return UnitEpisode(
        unit=row.unit_id,
        level=Level(row.level),
        trigger=row.trigger,
        trigger_key=standing.get(row.pk, row.trigger_key),
        since=row.since,
        opened_in=row.opened_in,
        recovered_in=row.recovered_in,
        reason=row.reason,
    )


def as_positive(row: PositiveException, standing: Mapping[int, str]) -> Positive:
    """A recorded positive exception as the rules read it, by the trigger under which it stands."""
    return Positive(
        level=Level(row.level),
        trigger=row.trigger,
        trigger_key=standing.get(row.pk, row.trigger_key),
        since=row.since,
        opened_in=row.opened_in,
        ended_in=row.ended_in,
        reason=row.reason,
    )
