"""Rows as an edition writes them: figures in full as text, quarters by key, days in ISO form."""

from __future__ import annotations

from typing import Any

from django.utils.timezone import localtime

from core.canonical_json import plain
from core.quarters import Quarter
from escalation.models.escalations import Escalation
from escalation.models.plans import ActionPlan
from escalation.queries.evaluation import as_varied
from escalation.rules.replay import NO_LONGER_MEASURED
from escalation.rules.variations import Varied
from indicators.models.months import MonthlyFigure
from indicators.models.results import Revision
from indicators.models.variations import Variation


def as_escalation(escalation: Escalation, quarter: Quarter) -> dict[str, Any]:
    """An escalation as it stood once this quarter was closed: what recovered later was open."""
    recovered, ended = escalation.recovered_in, escalation.ended_in
    return {
        "level": escalation.level,
        "origin": escalation.origin,
        "trigger": escalation.trigger,
        "trigger_key": escalation.trigger_key,
        "all_met": list(escalation.all_met),
        "since": escalation.since.key,
        "opened_in": escalation.opened_in.key,
        "recovered_in": recovered.key if recovered and recovered <= quarter else None,
        "relapse": escalation.relapse,
        "restated": escalation.restated,
        "sorp_version": escalation.sorp_version.number,
        "reason": escalation.reason,
        **(
            {"ended_in": ended.key, "ended_as": NO_LONGER_MEASURED}
            if ended and ended <= quarter
            else {}
        ),
    }


def as_month(figure: MonthlyFigure) -> dict[str, Any]:
    """One month of a monthly indicator, without its counts: a quarter is published without them too."""
    return {
        "month": figure.month.key,
        "value": plain(figure.value),
        "confidence": figure.confidence,
        "not_available": figure.not_available,
        "withheld": figure.withheld,
        "revised": figure.is_revised_after_close,
    }


def as_variations(variation: Variation) -> list[dict[str, Any]]:
    """An agreed departure from the SORP: what is judged otherwise, and what that changes.

    It is one, or one more from each version of the SORP that carried it over to another trigger.
    """
    return [_spell(variation, each) for each in as_varied(variation)]


def _spell(variation: Variation, spell: Varied) -> dict[str, Any]:
    return {
        "what": variation.what,
        "reason": variation.reason,
        "clause": variation.clause,
        "from_quarter": spell.from_quarter.key,
        "until_quarter": spell.until_quarter.key,
        "differences": list(variation.differences),
        "exit_quarters": variation.exit_quarters,
        "triggers": [
            {
                "key": each.trigger_key,
                "name": each.trigger,
                "at_least": each.at_least,
                "within": each.within,
            }
            for each in variation.varied_triggers.all()
            if each.trigger_key in spell.triggers
        ],
    }


def as_plan(plan: ActionPlan | None) -> dict[str, Any] | None:
    """What the accountable manager proposes. Who writes and who acts is in the full form only."""
    if plan is None:
        return None
    expected = plan.expected_recovery
    return {
        "number": plan.number,
        "cause": plan.cause,
        "barriers": plan.barriers,
        "help_wanted": plan.help_wanted,
        "expected_recovery": expected.key if expected else None,
        "expected_value": plain(plan.expected_value),
        "written_on": localtime(plan.written_at).date().isoformat(),
        "actions": [
            {
                "position": each.position,
                "description": each.description,
                "owner": each.owner,
                "due_on": each.due_on.isoformat(),
                "done_on": each.done_on.isoformat() if each.done_on else None,
                "progress": each.progress,
            }
            for each in plan.actions.all()
        ],
    }


def as_revision(was: Revision, now: Revision) -> dict[str, Any]:
    """What a published figure was, what it is, and why it was changed."""
    return {
        "quarter": now.result.quarter.key,
        "number": now.number,
        "value": plain(now.value),
        "was": plain(was.value),
        "reason": now.reason,
        "confidence": now.confidence,
        "after_close": now.after_close,
        "said_on": localtime(now.submitted_at).date().isoformat(),
    }
