"""The registers of risks as their pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from strategy.models.risks import Risk, RiskAssessment, RiskQuerySet
from strategy.rules.risks import Score


@dataclass(frozen=True, slots=True)
class RiskLine:
    """A risk as one line of a list: its score, and the one before it where that was another."""

    risk: Risk
    before: Score | None = None

    @property
    def moved(self) -> str:
        """Which way its score went at the last assessment that changed it; empty where none did."""
        score = self.risk.score
        if score is None or self.before is None:
            return ""
        direction = "up" if score.value > self.before.value else "down"
        return f"{direction} from {self.before.value}"


def risks_on(day: date, among: QuerySet[Risk] | None = None) -> tuple[RiskLine, ...]:
    """The risks that stand on a day, over appetite first, then by score; those not assessed last."""
    rows: RiskQuerySet = Risk.objects.standing_on(day)
    if among is not None:
        rows = rows.filter(pk__in=among.values("pk"))
    told = (
        rows.by_score().select_related("unit", "owner", "project").prefetch_related("assessments")
    )
    lines = [RiskLine(each, _before(each, list(each.assessments.all()))) for each in told]
    return tuple(sorted(lines, key=lambda line: not line.risk.is_over_appetite))


def _before(risk: Risk, assessments: list[RiskAssessment]) -> Score | None:
    """The score that it had before the one that it has."""
    others = [
        each.score for each in assessments if each.score.value != (risk.score or each.score).value
    ]
    return others[-1] if others else None
