"""What the close of a closed quarter would have done with another figure: worked out for practice, never stored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from core.quarters import Quarter
from escalation.models.escalations import Escalation
from escalation.models.exceptions import PositiveException
from escalation.queries.close_previews import typed_results
from escalation.queries.evaluation import rules_by_indicator
from escalation.queries.exceptions import as_positive_spell, succeeding_keys
from escalation.queries.restatement_preview import as_episode, stored_escalations
from escalation.rules.close_preview import (
    Consequence,
    PreviewInputs,
    preview_close_of,
    reads_chances,
)
from escalation.rules.exceptions import PositiveSpell
from escalation.rules.ladder import Episode
from indicators.models.definitions import Indicator
from indicators.queries.histories import figures_of, rag_histories
from indicators.queries.judging import judged_otherwise
from indicators.rules.entry import Entry
from sorp.lexicon import Level, Tier
from sorp.queries.ruling import NoVersionInForce
from sorp.rules.conditions.base import REFERRED_TO


@dataclass(frozen=True, slots=True)
class PractisedClose:
    """What would have followed from a figure at a close that is over, and what did follow."""

    would_have: tuple[Consequence, ...]
    did: tuple[str, ...]  # sentences
    leaves_out_forecasts: bool  # rules read the system's forecasts, which are not made for practice


def practised_close(
    *, indicator: Indicator, quarter: Quarter, entry: Entry
) -> PractisedClose | None:
    """The close's own rules over what stood before that close, with the figure that was typed.

    None where the figure could not have been submitted, or no version of the SORP ruled the quarter.
    """
    pk = indicator.pk
    try:
        typed = typed_results(quarter, [(indicator, entry, None)]).get(pk)
        if typed is None:
            return None
        typed.revision.late = False  # whoever practises today is not late for a quarter long closed
        rules_of = rules_by_indicator([pk])
        rules = rules_of(pk)(quarter)
        anew = judged_otherwise(quarter=quarter, indicators=[indicator], typed={pk: typed.revision})
        version = rules_of.version_in(quarter).number
    except NoVersionInForce:
        return None
    figure = replace(figures_of(anew, quarter)[pk], forecast=typed.year_end)
    before = rag_histories(until=quarter.previous(), indicators=[pk]).get(pk, [])
    escalations = stored_escalations({pk: ()}).get(pk, [])
    positives = PositiveException.objects.filter(indicator=pk).order_by("opened_in", "pk")
    succeeding = succeeding_keys("positive_exception", quarter)
    inputs = PreviewInputs(
        history=[*before, figure],
        recorded=_episodes_before(quarter, (as_episode(row) for row in escalations)),
        positives=_spells_before(
            quarter, (as_positive_spell(row, succeeding) for row in positives)
        ),
        rules=rules,
        version=version,
        tier=Tier(indicator.tier),
        is_given=True,
    )
    return PractisedClose(
        would_have=preview_close_of(inputs),
        did=tuple(_what_followed(quarter, escalations)),
        leaves_out_forecasts=reads_chances(rules),
    )


def _episodes_before(quarter: Quarter, episodes: Iterable[Episode]) -> list[Episode]:
    """As they stood before a quarter was closed: what ended in it or later was open."""
    return [
        replace(
            each,
            recovered_in=_if_before(quarter, each.recovered_in),
            ended_in=_if_before(quarter, each.ended_in),
        )
        for each in episodes
        if each.opened_in < quarter
    ]


def _spells_before(quarter: Quarter, spells: Iterable[PositiveSpell]) -> list[PositiveSpell]:
    return [
        replace(each, ended_in=_if_before(quarter, each.ended_in))
        for each in spells
        if each.opened_in < quarter
    ]


def _if_before(quarter: Quarter, ended_in: Quarter | None) -> Quarter | None:
    return ended_in if ended_in is not None and ended_in < quarter else None


def _what_followed(quarter: Quarter, escalations: Iterable[Escalation]) -> Iterable[str]:
    for each in escalations:
        level = REFERRED_TO[Level(each.level)]
        if each.opened_in == quarter:
            yield f"Referred to {level}. {each.reason}"
        elif each.recovered_in == quarter:
            yield f"Left {level}: it recovered."
        elif each.opened_in < quarter and (
            each.recovered_in is None or each.recovered_in > quarter
        ):
            yield f"Stayed at {level}, since {each.opened_in}."
