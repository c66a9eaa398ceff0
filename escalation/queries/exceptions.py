"""Units referred, and good performance brought to notice: as recorded, and as the rules read them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from core.clock import localdate
from core.quarters import Quarter
from escalation.models.exceptions import PositiveException, UnitEscalation
from escalation.models.successions import Succession
from escalation.rules.exceptions import PositiveSpell, UnitEpisode, UnitIndicator
from indicators.models.definitions import Indicator
from indicators.queries.outstanding import post_holders_on
from indicators.rules.sign_off import COUNCILS_OWN, DIRECTORS
from organisation.models.people import User
from organisation.models.units import Unit
from organisation.queries import tree_on
from organisation.rules import UnitTier
from sorp.lexicon import Level, Tier
from sorp.models.statement import Version
from sorp.rules.conditions.aggregate import UNIT_TIERS
from sorp.rules.figures import Figure


def recorded_unit_escalations() -> list[UnitEscalation]:
    """Every referral of a unit, in order of opening."""
    return list(UnitEscalation.objects.select_related("unit").order_by("opened_in", "pk"))


def succeeding_keys(
    subject: str, quarter: Quarter, *, without_those_of: Version | None = None
) -> dict[int, str]:
    """The keys of the triggers that in a quarter have taken the place of those that opened things.

    By the primary key of what was opened: `{12: "red-twice"}`. `subject` is the field of Succession
    that names it. Approvers said so of a version that rules by then; `without_those_of` leaves one out.
    """
    rows = Succession.objects.ruling(quarter).exclude(**{subject: None})
    if without_those_of is not None:
        rows = rows.exclude(version=without_those_of)
    return dict(rows.values_list(subject, "trigger_key"))


def recorded_positive_exceptions() -> dict[int, list[PositiveException]]:
    """Every positive exception by indicator, in order of opening."""
    found: dict[int, list[PositiveException]] = defaultdict(list)
    for row in PositiveException.objects.order_by("opened_in", "pk"):
        found[row.indicator_id].append(row)
    return found


def unit_indicators(
    quarter: Quarter,
    indicators: Mapping[int, Indicator],
    histories: Mapping[int, Sequence[Figure]],
) -> list[UnitIndicator]:
    """The indicators as aggregates see them, in the units they stood in on the quarter's last day."""
    tree = tree_on(quarter.last_day)
    units: dict[int, dict[str, int]] = {}
    for unit in {each.unit_id for each in indicators.values()}:
        found = ((tier, tree.at_tier(unit, UnitTier(tier))) for tier in UNIT_TIERS)
        units[unit] = {tier: branch.unit for tier, branch in found if branch is not None}
    return [
        UnitIndicator.of(each.reference, Tier(each.tier), units[each.unit_id], histories[pk])
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


def as_unit_episode(row: UnitEscalation, succeeding: Mapping[int, str]) -> UnitEpisode:
    """A recorded referral of a unit as the rules read it, by the trigger under which it stands."""
    return UnitEpisode(
        unit=row.unit_id,
        level=Level(row.level),
        trigger=row.trigger,
        trigger_key=succeeding.get(row.pk, row.trigger_key),
        since=row.since,
        opened_in=row.opened_in,
        recovered_in=row.recovered_in,
        reason=row.reason,
    )


def as_positive_spell(row: PositiveException, succeeding: Mapping[int, str]) -> PositiveSpell:
    """A recorded positive exception as the rules read it, by the trigger under which it stands."""
    return PositiveSpell(
        level=Level(row.level),
        trigger=row.trigger,
        trigger_key=succeeding.get(row.pk, row.trigger_key),
        since=row.since,
        opened_in=row.opened_in,
        ended_in=row.ended_in,
        reason=row.reason,
    )
