"""The register of escalations: what a page and a file list."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from escalation.models import ActionPlan, Escalation
from organisation.models import User
from sorp.lexicon import Level

# The columns of export_escalations, in order.
EXPORTED = (
    "reference",
    "level",
    "trigger",
    "since",
    "opened_in",
    "recovered_in",
    "relapse",
    "restated",
    "sorp_version",
    "reason",
)


def register_of(*, reader: User) -> QuerySet[Escalation]:
    """Every escalation a reader may see, with what its line in the register shows."""
    plan_since = ActionPlan.objects.filter(indicator=OuterRef("indicator"), is_latest=True)
    return (
        Escalation.objects.visible_to(reader)
        .select_related("indicator__unit", "indicator__accountable_manager", "sorp_version")
        .annotate(has_plan=Exists(plan_since))
        .order_by("-opened_in_start", "indicator__reference", "level")
    )


def exported_escalations() -> list[dict[str, str]]:
    """Every escalation as a row of text, by reference, quarter of opening and level."""
    rows = Escalation.objects.select_related("indicator", "sorp_version")
    in_order = sorted(
        rows,
        key=lambda each: (
            each.indicator.reference,
            each.opened_in_start,
            Level(each.level).height,
        ),
    )
    return [_as_text(each) for each in in_order]


def _as_text(escalation: Escalation) -> dict[str, str]:
    recovered = escalation.recovered_in
    return {
        "reference": escalation.indicator.reference,
        "level": escalation.level,
        "trigger": escalation.trigger,
        "since": escalation.since.key,
        "opened_in": escalation.opened_in.key,
        "recovered_in": recovered.key if recovered else "",
        "relapse": "yes" if escalation.relapse else "no",
        "restated": "yes" if escalation.restated else "no",
        "sorp_version": escalation.sorp_version.number,
        "reason": escalation.reason,
    }
