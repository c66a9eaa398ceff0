"""Each indicator of the report, with its whole history, its escalations and its plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from core.canonical_json import plain
from core.quarters import Quarter
from escalation.models.escalations import Escalation
from escalation.models.plans import ActionPlan
from escalation.queries.evaluation import agreed_variations
from indicators.models.definitions import Indicator
from indicators.models.months import MonthlyFigure
from indicators.models.results import Revision
from indicators.models.variations import Variation
from indicators.queries.histories import rag_histories
from indicators.queries.months import months_until
from indicators.queries.parts import breakdown_histories
from indicators.queries.questions import data_confidence_of
from indicators.queries.rounds import carried_over
from indicators.rules.parts import BreakdownHistory, dump_breakdown
from indicators.rules.questions import DataConfidence
from organisation.models.people import Appointment
from organisation.models.units import Unit
from organisation.queries import tree_on
from organisation.rules import Branch, PostKind, Tree, UnitTier
from reports.contents.endings import endings
from reports.contents.serializers import (
    as_escalation,
    as_month,
    as_plan,
    as_revision,
    as_variations,
)
from reports.rules.counting import REPORTED_LEVELS
from sorp.lexicon import Kind, Layer, Tier
from sorp.rules.figures import FORESEEN, Figure, dump_figure, dump_known


@dataclass(slots=True)
class _IndicatorRows:
    """All rows about the report's indicators, fetched at once and kept by indicator."""

    tree: Tree
    offices: dict[tuple[int, int], str]
    histories: dict[int, list[Figure]]
    revisions: dict[int, list[Revision]] = field(default_factory=lambda: defaultdict(list))
    escalations: dict[int, list[Escalation]] = field(default_factory=lambda: defaultdict(list))
    variations: dict[int, list[Variation]] = field(default_factory=dict)
    plans: dict[int, ActionPlan] = field(default_factory=dict)
    endings: dict[int, dict[str, Any]] = field(default_factory=dict)
    breakdowns: dict[int, list[BreakdownHistory]] = field(default_factory=dict)
    months: dict[int, list[MonthlyFigure]] = field(default_factory=dict)
    confidences: dict[int, DataConfidence] = field(default_factory=dict)  # by revision
    carried_over: set[int] = field(default_factory=set)  # whose target nobody agreed for the year


def indicator_contents(*, quarter: Quarter, also: Iterable[str]) -> list[dict[str, Any]]:
    """What the report says of each of its indicators, in order of reference.

    Each as reports/schema has it: `{"reference": "HW-01", "ratings": [{"quarter": "2011-Q1",
    "value": "90", "rag": "green", …}], "escalations": […], "plan": {…} or None, …}`.
    `also` names indicators that measure a priority, whatever layer they stand in themselves.
    """
    measured = list(
        _reported(quarter, also).select_related("unit", "accountable_manager", "successor")
    )
    rows = _rows_of(quarter, [each.pk for each in measured])
    rows.months = months_until(measured, quarter)
    rows.endings = endings(measured, quarter)
    rows.carried_over = set(carried_over(quarter, measured))
    in_order = sorted(measured, key=lambda each: each.reference)  # whatever the database sorts by
    return [_indicator(each, quarter, rows) for each in in_order]


def _reported(quarter: Quarter, also: Iterable[str]) -> QuerySet[Indicator]:
    """Layers 1 and 2; activity and data of the whole council; and whatever is referred up.

    What recovered in this very quarter is reported once more, so that it can be said.
    """
    referred_up = Escalation.objects.filter(
        Q(recovered_in__isnull=True) | Q(recovered_in__gte=quarter),
        Q(ended_in__isnull=True) | Q(ended_in__gte=quarter),
        indicator=OuterRef("pk"),
        level__in=REPORTED_LEVELS,
        opened_in__lte=quarter,
    )
    return (
        Indicator.objects.in_use(quarter)
        .filter(
            Q(layer__in=[Layer.STRATEGY, Layer.CORE])
            | Q(kind__in=[Kind.ACTIVITY, Kind.DATA], tier=Tier.CORPORATE)
            | Q(reference__in=list(also))
            | Exists(referred_up)
        )
        .order_by("reference")
    )


def _rows_of(quarter: Quarter, indicators: list[int]) -> _IndicatorRows:
    rows = _IndicatorRows(
        tree_on(quarter.last_day),
        _offices(quarter),
        rag_histories(until=quarter, indicators=indicators),
    )
    revisions = Revision.objects.filter(
        result__indicator__in=indicators, result__quarter__lte=quarter
    )
    for revision in revisions.select_related("result").order_by("result__quarter", "number"):
        rows.revisions[revision.result.indicator_id].append(revision)
    escalations = Escalation.objects.filter(indicator__in=indicators, opened_in__lte=quarter)
    for escalation in escalations.select_related("sorp_version").order_by("opened_in"):
        rows.escalations[escalation.indicator_id].append(escalation)
    rows.variations = agreed_variations(indicators)
    plans = ActionPlan.objects.filter(indicator__in=indicators, is_latest=True)
    for plan in plans.prefetch_related("actions"):
        rows.plans[plan.indicator_id] = plan
    rows.breakdowns = breakdown_histories(indicators, until=quarter)
    rows.confidences = data_confidence_of(
        each.pk
        for of_one in rows.revisions.values()
        for each in of_one
        if each.is_latest and each.result.quarter == quarter
    )
    return rows


def _offices(quarter: Quarter) -> dict[tuple[int, int], str]:
    """The titles of accountable managers' posts, by holder and unit, at the quarter's end."""
    held = Appointment.objects.held_on(quarter.last_day).filter(
        post__kind=PostKind.ACCOUNTABLE_MANAGER
    )
    rows = held.order_by("post__title").values_list("user", "post__unit", "post__title")
    return {(user, unit): title for user, unit, title in rows}


def _indicator(indicator: Indicator, quarter: Quarter, rows: _IndicatorRows) -> dict[str, Any]:
    revisions = rows.revisions[indicator.pk]
    latest = next(
        (each for each in revisions if each.is_latest and each.result.quarter == quarter),
        None,
    )
    return {
        **_definition(indicator, rows),
        **rows.endings[indicator.pk],
        **({"target_carried_over": True} if indicator.pk in rows.carried_over else {}),
        "commentary": latest.commentary if latest else "",
        "management_action": latest.management_action if latest else "",
        "not_available": latest.not_available if latest else "",
        "ratings": [
            {**dump_figure(each), **dump_known(each, FORESEEN)}
            for each in rows.histories.get(indicator.pk, ())
        ],
        "escalations": sorted(
            (as_escalation(each, quarter) for each in rows.escalations[indicator.pk]),
            key=lambda each: (each["opened_in"], each["level"]),
        ),
        **_variations_of(indicator, quarter, rows),
        **_data_quarters(revisions),
        "plan": as_plan(rows.plans.get(indicator.pk)),
        "revisions": [as_revision(was, now) for was, now in _revisions_after_close(revisions)],
        **_data_confidence_of(rows.confidences.get(latest.pk) if latest else None),
        **_months_of(rows.months.get(indicator.pk, [])),
        **_parts_of(rows.breakdowns.get(indicator.pk, [])),
    }


def _data_quarters(revisions: list[Revision]) -> dict[str, Any]:
    """Of which earlier quarter the figures of a quarter are; nothing where all are of their own."""
    found = {
        each.result.quarter.key: each.data_quarter.key
        for each in revisions
        if each.is_latest and each.data_quarter
    }
    return {"data_quarters": found} if found else {}


def _data_confidence_of(confidence: DataConfidence | None) -> dict[str, Any]:
    """How far the quarter's figure can be relied on; nothing where nothing about it is in doubt."""
    if confidence is None or confidence.is_high:
        return {}
    return {
        "data_confidence": {
            "level": confidence.level.value,
            "unanswered": confidence.unanswered,
        }
    }


def _months_of(months: list[MonthlyFigure]) -> dict[str, Any]:
    """Every month up to the quarter's last; nothing of what is not monthly."""
    return {"months": [as_month(each) for each in months]} if months else {}


def _parts_of(breakdowns: list[BreakdownHistory]) -> dict[str, Any]:
    """Its parts by each dimension, small numbers withheld; nothing where none were given."""
    return {"parts": [dump_breakdown(each) for each in breakdowns]} if breakdowns else {}


def _variations_of(indicator: Indicator, quarter: Quarter, rows: _IndicatorRows) -> dict[str, Any]:
    """The variations that judged it in some quarter so far; nothing where there was none."""
    agreed = rows.variations.get(indicator.pk, [])
    told = (spell for each in agreed for spell in as_variations(each))
    ruled = [each for each in told if Quarter.parse(each["from_quarter"]) <= quarter]
    return {"variations": ruled} if ruled else {}


def _revisions_after_close(revisions: list[Revision]) -> Iterable[tuple[Revision, Revision]]:
    """Each revision made after its quarter was closed, with the one it superseded."""
    for was, now in pairwise(revisions):
        if was.result_id == now.result_id and now.after_close:
            yield was, now


def _definition(indicator: Indicator, rows: _IndicatorRows) -> dict[str, Any]:
    unit, directorate = _places(indicator, rows.tree)
    manager = indicator.accountable_manager
    held = rows.offices.get((manager.pk, indicator.unit_id))
    return {
        "reference": indicator.reference,
        "title": indicator.title,
        "definition": indicator.definition,
        "source": indicator.source,
        "unit": unit,
        "directorate": directorate,
        "tier": indicator.tier,
        "kind": indicator.kind,
        "layer": indicator.layer,
        "measure_unit": indicator.measure_unit,
        "decimals": indicator.decimals,
        "polarity": indicator.polarity,
        "frequency": indicator.frequency,
        "basis": indicator.basis,
        "seasonal": indicator.seasonal,
        "lag_quarters": indicator.lag_quarters,
        "method": indicator.method,
        "tolerance": None if indicator.tolerance is None else plain(indicator.tolerance),
        "first_quarter": indicator.first_quarter.key,
        **{name: text for name in ("due", "made_of_months") if (text := getattr(indicator, name))},
        "accountable_manager": {
            "office": held or f"Accountable manager, {unit['name']}",
            "name": manager.name,
            "email": manager.email,
        },
    }


def _places(indicator: Indicator, tree: Tree) -> tuple[dict[str, str], dict[str, str]]:
    """The indicator's unit and its directorate, as they stood at the quarter's end.

    A unit younger than the quarter is named as it is today; the council's own is its directorate.
    """
    unit = tree.standing(indicator.unit_id)
    if unit is None:
        today = {"code": indicator.unit.code, "name": indicator.unit.name}
        return today, today
    directorate = tree.at_tier(unit.unit, UnitTier.DIRECTORATE) or unit
    return _named(unit), _named(directorate)


def unit_contents(quarter: Quarter, codes: Collection[str]) -> list[dict[str, Any]]:
    """Units of some codes and all that they are parts of, as they stood at the quarter's end.

    One that is younger than the quarter stands as it does today.
    """
    then = {each.code: each for each in tree_on(quarter.last_day).branches.values()}
    today = {each.code: each for each in Unit.objects.select_related("parent")}
    code_of = {each.pk: each.code for each in today.values()}
    found: dict[str, dict[str, Any]] = {}
    for code in codes:
        at: str | None = code
        while at is not None and at not in found:
            parent = today[at].parent
            if branch := then.get(at):
                name, above = branch.name, code_of.get(branch.parent) if branch.parent else None
            else:
                name, above = today[at].name, parent.code if parent else None
            found[at] = {"code": at, "name": name, "tier": today[at].tier, "parent": above}
            at = above
    return sorted(found.values(), key=lambda each: (UnitTier(each["tier"]).depth, each["code"]))


def _named(branch: Branch) -> dict[str, str]:
    return {"code": branch.code, "name": branch.name}
