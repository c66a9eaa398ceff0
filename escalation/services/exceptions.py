"""Units referred for their many poor indicators, and good performance brought to notice, at a close.

Ordinary escalations are opened and recovered in `closing`; what is here follows from the same
histories by the triggers that look across a unit, or for success.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.urls import reverse

from core import audit
from core.quarters import Quarter
from core.services.notices import owe_notice
from escalation.models.exceptions import PositiveException, UnitEscalation
from escalation.queries.evaluation import RulesByIndicator, rules_by_indicator
from escalation.queries.exceptions import (
    as_positive_spell,
    as_unit_episode,
    directors_of,
    recorded_positive_exceptions,
    recorded_unit_escalations,
    succeeding_keys,
    unit_indicators,
)
from escalation.rules.exceptions import PositiveSpell, UnitEpisode, close_positives, close_units
from indicators.models.definitions import Indicator
from indicators.queries.histories import rag_histories
from organisation.models.people import User
from organisation.models.units import Unit
from sorp.lexicon import Level, Tier
from sorp.rules.figures import Figure


@dataclass(slots=True)
class ExceptionChanges:
    """What one close did beside the ordinary escalations."""

    units_referred: list[UnitEscalation] = field(default_factory=list)
    units_recovered: list[UnitEscalation] = field(default_factory=list)
    positive: list[PositiveException] = field(default_factory=list)
    positive_ended: list[PositiveException] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        return bool(
            self.units_referred or self.units_recovered or self.positive or self.positive_ended
        )


@dataclass(frozen=True, slots=True)
class _CloseInputs:
    """All that closing one quarter reads for its exceptions, fetched at once."""

    quarter: Quarter
    rules_of: RulesByIndicator
    version: int
    units: Sequence[UnitEscalation]
    positives: Mapping[int, Sequence[PositiveException]]
    histories: Mapping[int, Sequence[Figure]]
    indicators: Mapping[int, Indicator]
    positives_succeeding: Mapping[int, str]
    by: User | None
    tells: bool


@transaction.atomic
def close_exceptions(
    *,
    quarter: Quarter,
    by: User | None,
    tells: bool = True,
    rules_of: RulesByIndicator | None = None,
    histories: Mapping[int, Sequence[Figure]] | None = None,
) -> ExceptionChanges:
    """Referrals of units and positive exceptions open and end as the rules of the quarter have it.

    The quarter has been rated. Idempotent: run again it changes nothing, unless a rating was
    revised meanwhile and something now opens or ends. Where no rule looks for any and none is open,
    no histories are read. A close hands in the rules, and the histories up to its quarter, that it has
    read. Raises NoVersionInForce.
    """
    if rules_of is None:
        rules_of = rules_by_indicator()
    units, positives = recorded_unit_escalations(), recorded_positive_exceptions()
    rules = rules_of.by_quarter(quarter)
    changes = ExceptionChanges()
    is_anything_open = any(each.recovered_in is None for each in units) or any(
        each.ended_in is None for rows in positives.values() for each in rows
    )
    if not (rules.aggregates or rules.positives_for(None) or is_anything_open):
        return changes
    if histories is None:
        histories = rag_histories(until=quarter)
    indicators = Indicator.objects.select_related("accountable_manager").in_bulk(list(histories))
    version = rules_of.version_in(quarter).pk
    succeeding = succeeding_keys("positive_exception", quarter)
    inputs = _CloseInputs(
        quarter, rules_of, version, units, positives, histories, indicators, succeeding, by, tells
    )
    _close_for_units(inputs, changes)
    for pk, indicator in sorted(indicators.items()):
        last = indicator.last_quarter
        if last is not None and last < quarter:
            _end_unmeasured(indicator, inputs, changes)
        elif histories[pk][-1].quarter == quarter:
            _close_for_indicator(indicator, inputs, changes)
    return changes


def _end_unmeasured(indicator: Indicator, inputs: _CloseInputs, changes: ExceptionChanges) -> None:
    """What was brought to notice for doing well is no longer measured, and so no longer noticed."""
    for row in inputs.positives.get(indicator.pk, ()):
        if row.ended_in is None:
            row.ended_in = inputs.quarter
            row.save(update_fields=["ended_in"])
            audit.record("positive exception ended", row, by=inputs.by, ended_in=row.ended_in.key)
            changes.positive_ended.append(row)


def _close_for_units(inputs: _CloseInputs, changes: ExceptionChanges) -> None:
    quarter = inputs.quarter
    succeeding = succeeding_keys("unit_escalation", quarter)
    outcome = close_units(
        unit_indicators(quarter, inputs.indicators, inputs.histories),
        [as_unit_episode(row, succeeding) for row in inputs.units],
        inputs.rules_of.by_quarter(quarter),
        quarter,
    )
    if not (outcome.opened or outcome.recovered):
        return
    named = Unit.objects.in_bulk([each.unit for each in (*outcome.opened, *outcome.recovered)])
    directors = directors_of(named.values())
    for episode in outcome.recovered:
        row = next(
            each
            for each in inputs.units
            if each.recovered_in is None and as_unit_episode(each, succeeding).key == episode.key
        )
        names = {each.key: each.name for each in inputs.rules_of.by_quarter(quarter).aggregates}
        name = names.get(episode.trigger_key, "")
        why = (
            f"“{name}” was no longer met in {quarter}."
            if name
            else f"The SORP that rules {quarter} no longer has “{row.trigger}”."
        )
        changes.units_recovered.append(_recover_unit(row, quarter, why, directors, inputs))
    for episode in outcome.opened:
        changes.units_referred.append(_refer_unit(named[episode.unit], episode, directors, inputs))


def _refer_unit(
    unit: Unit, episode: UnitEpisode, directors: Mapping[int, Sequence[User]], inputs: _CloseInputs
) -> UnitEscalation:
    row = UnitEscalation.objects.create(
        unit=unit,
        level=episode.level,
        trigger=episode.trigger,
        trigger_key=episode.trigger_key,
        sorp_version_id=inputs.version,
        since=episode.since,
        opened_in=episode.opened_in,
        reason=episode.reason,
        counted=[
            {"quarter": each.quarter.key, "reference": each.reference, "status": each.status.value}
            for each in episode.counted
        ],
    )
    audit.record("referred unit", row, by=inputs.by, reason=row.reason)
    for director in directors[unit.pk] if inputs.tells else ():
        owe_notice(
            key=f"unit-referred-{row.pk}-{director.pk}",
            recipient=director,
            subject=f"{unit.name} has been referred to the {Level(row.level).label}",
            body=f"{row.reason} You are its director. Be ready to say what these have in "
            f"common, and what will be done about it.",
            address=reverse("units_referred"),
        )
    return row


def _recover_unit(
    row: UnitEscalation,
    quarter: Quarter,
    why: str,
    directors: Mapping[int, Sequence[User]],
    inputs: _CloseInputs,
) -> UnitEscalation:
    row.recovered_in = quarter
    row.save(update_fields=["recovered_in"])
    audit.record("unit recovered", row, by=inputs.by, recovered_in=quarter.key)
    for director in directors[row.unit_id] if inputs.tells else ():
        owe_notice(
            key=f"unit-recovered-{row.pk}-{director.pk}",
            recipient=director,
            subject=f"{row.unit.name} is no longer referred to the {Level(row.level).label}",
            body=why,
            address=reverse("units_referred"),
        )
    return row


def _close_for_indicator(
    indicator: Indicator, inputs: _CloseInputs, changes: ExceptionChanges
) -> None:
    rows = inputs.positives.get(indicator.pk, ())
    rules = inputs.rules_of(indicator.pk)(inputs.quarter)
    opened, ended = close_positives(
        inputs.histories[indicator.pk],
        [as_positive_spell(row, inputs.positives_succeeding) for row in rows],
        rules.positives_for(Tier(indicator.tier)),
    )
    for positive in ended:
        row = next(
            each
            for each in rows
            if each.ended_in is None
            and as_positive_spell(each, inputs.positives_succeeding).key == positive.key
        )
        row.ended_in = inputs.quarter
        row.save(update_fields=["ended_in"])
        audit.record("positive exception ended", row, by=inputs.by, ended_in=inputs.quarter.key)
        changes.positive_ended.append(row)
    changes.positive.extend(_bring_to_notice(indicator, each, inputs) for each in opened)


def _bring_to_notice(
    indicator: Indicator, positive: PositiveSpell, inputs: _CloseInputs
) -> PositiveException:
    row = PositiveException.objects.create(
        indicator=indicator,
        level=positive.level,
        trigger=positive.trigger,
        trigger_key=positive.trigger_key,
        sorp_version_id=inputs.version,
        since=positive.since,
        opened_in=positive.opened_in,
        reason=positive.reason,
    )
    audit.record("positive exception", row, by=inputs.by, reason=row.reason)
    if inputs.tells:
        owe_notice(
            key=f"positive-{row.pk}",
            recipient=indicator.accountable_manager,
            subject=f"{indicator.title} is reported to the {Level(row.level).label} for doing well",
            body=f"{row.reason} You are the accountable manager. Be ready to say what others "
            f"could learn from it, and whether the target is high enough.",
            address=reverse("indicator", args=[indicator.reference]),
        )
    return row
