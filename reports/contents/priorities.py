"""The first layer: strategic priorities, with three kinds of evidence side by side."""

from __future__ import annotations

from datetime import date
from typing import Any

from core.quarters import Quarter
from strategy.queries.plan import PrioritySheet, strategy_sheet
from strategy.rules.plan import EvidenceStatement, PriorityStatements


def strategy_contents(quarter: Quarter, *, day: date) -> dict[str, Any]:
    """Aims, themes and priorities: evidence as of the quarter's last day, milestones as of the report's.

    `{"aims": [{"slug": …}], "themes": […], "priorities": [{"number": 1, "indicators":
    [{"reference": "HW-01", …}], "standing": {"figures": {"sentence": …}, …}, …}]}`.
    """
    sheet = strategy_sheet(quarter=quarter, day=quarter.last_day, milestones_on=day)
    return {
        "aims": [
            {"slug": each.slug, "name": each.name, "description": each.description}
            for each in sheet.aims
        ],
        "themes": [
            {
                "slug": each.slug,
                "name": each.name,
                "description": each.description,
                "aims": list(each.aims),
                "priorities": [priority.slug for priority in each.priorities],
            }
            for each in sheet.themes
        ],
        "priorities": [_priority(each) for each in sheet.priorities],
    }


def _priority(sheet: PrioritySheet) -> dict[str, Any]:
    return {
        "slug": sheet.slug,
        "number": sheet.number,
        "title": sheet.name,
        "description": sheet.description,
        "sponsor": sheet.sponsor,
        "themes": list(sheet.themes),
        "success_factors": [
            {"by": each.by_financial_year, "wording": each.wording}
            for each in sheet.success_factors
        ],
        "indicators": [
            {"reference": each.reference, "wording": each.wording} for each in sheet.indicators
        ],
        "other_measures": [
            {"kind": each.kind.value, "wording": each.wording} for each in sheet.other_measures
        ],
        **_evidence(sheet),
        "standing": _standing(sheet.statements),
    }


def _evidence(sheet: PrioritySheet) -> dict[str, Any]:
    """What is known that is no figure. Whoever wrote it is not named: the office answers."""
    return {
        "milestones": [
            {
                "title": each.title,
                "due_on": each.due_on.isoformat(),
                "forecast_on": _day(each.forecast_on),
                "done_on": _day(each.done_on),
                "status": each.status.value,
                "progress": each.progress,
            }
            for each in sheet.milestones
        ],
        "evidence": [
            {
                "gathered_on": each.gathered_on.isoformat(),
                "title": each.title,
                "finding": each.finding,
                "source": each.source,
            }
            for each in sheet.evidence
        ],
        "evaluations": [
            {
                "judged_on": each.judged_on.isoformat(),
                "judgement": each.judgement.value,
                "finding": each.finding,
                "judged_by": each.judged_by,
            }
            for each in sheet.evaluations
        ],
    }


def _standing(standing: PriorityStatements) -> dict[str, Any]:
    def said(each: EvidenceStatement) -> dict[str, Any]:
        return {"sentence": each.sentence, "needs_attention": each.needs_attention}

    return {
        "figures": said(standing.figures),
        "milestones": said(standing.milestones),
        "evaluation": said(standing.evaluation),
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
