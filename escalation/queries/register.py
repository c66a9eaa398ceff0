"""The register of escalations: what a page and a file list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from escalation.models import (
    ActionPlan,
    Escalation,
    Explanation,
    PositiveException,
    UnitEscalation,
)
from escalation.queries.tiers import TimeInTier, times_in_tier
from escalation.queries.wanting import WantedPlan, wanted_plans
from indicators.models import Indicator, Variation
from organisation.models import User
from sorp.lexicon import Level, Quarter

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


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """One escalation with what its line in the register shows."""

    escalation: Escalation
    time: TimeInTier
    wanted: WantedPlan | None  # where a plan is asked for and none was written since
    plan: int | None  # the number of the plan in place
    today: date

    @property
    def plan_in_words(self) -> str:
        if self.escalation.recovered_in is None and self.wanted is not None:
            late = "overdue since" if self.wanted.is_late(self.today) else "due by"
            day = self.wanted.due_on
            asked = "None yet" if self.plan is None else f"Plan {self.plan} is from before"
            return f"{asked}: {late} {day.day} {day:%B %Y}"
        return f"Plan {self.plan}" if self.plan else "None"


def register_of(*, reader: User) -> QuerySet[Escalation]:
    """Every escalation a reader may see, latest first."""
    plan = ActionPlan.objects.filter(indicator=OuterRef("indicator"), is_latest=True)
    explanation = Explanation.objects.filter(
        indicator=OuterRef("indicator"), quarter_start=OuterRef("opened_in_start")
    )
    return (
        Escalation.objects.visible_to(reader)
        .select_related(
            "indicator__unit",
            "indicator__accountable_manager",
            "sorp_version",
            "referred_by",
            "variation",
        )
        .annotate(plan_number=Subquery(plan.values("number")[:1]), is_explained=Exists(explanation))
        .order_by("-opened_in_start", "indicator__reference", "level")
    )


def register_lines(
    rows: Iterable[Escalation], *, wanted: Mapping[int, WantedPlan], today: date
) -> list[RegisterLine]:
    """What each line shows, in three queries however many lines."""
    rows = list(rows)
    times = times_in_tier(rows, today=today)
    return [
        RegisterLine(
            row,
            times[row.pk],
            wanted.get(row.indicator_id),
            getattr(row, "plan_number", None),
            today,
        )
        for row in rows
    ]


def plans_wanted_of(reader: User) -> dict[int, WantedPlan]:
    """The plans asked for and not written, by indicator."""
    return {each.indicator.pk: each for each in wanted_plans(reader=reader)}


def under_variation(quarter: Quarter) -> Q:
    """Escalations judged by a variation, or whose indicator is under one in a quarter."""
    now = Variation.objects.ruling(quarter).filter(indicator=OuterRef("indicator"))
    return Q(variation__isnull=False) | Q(Exists(now))


def units_referred() -> QuerySet[UnitEscalation]:
    """Units referred for their many poor indicators, latest first."""
    return UnitEscalation.objects.select_related("unit", "sorp_version").order_by(
        "-opened_in_start", "unit__name", "level"
    )


def better_than_target_of(*, reader: User) -> QuerySet[PositiveException]:
    """Indicators brought to a level's notice for doing well, latest first."""
    return (
        PositiveException.objects.filter(indicator__in=Indicator.objects.visible_to(reader))
        .select_related("indicator__unit", "indicator__accountable_manager", "sorp_version")
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
