"""What is done about the registers of risks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction

from core import audit
from core.clock import now
from core.dates import as_date
from core.refusals import Refused
from indicators.models.definitions import Indicator
from organisation.models.people import User
from organisation.models.units import Unit
from strategy.models.plan import Project
from strategy.models.risks import Risk, RiskAssessment
from strategy.rules.risks import Score
from strategy.services.plan import save_validated


@transaction.atomic
def register_risk(
    *,
    reference: str,
    title: str,
    owner: User,
    unit: Unit | None = None,
    description: str = "",
    appetite: int | None = None,
    mitigation: str = "",
    project: Project | None = None,
    indicators: Iterable[Indicator] = (),
    starts_on: date | None = None,
    by: User | None,
) -> Risk:
    """A risk is on the corporate register, or on that of a unit, not assessed yet."""
    risk = save_validated(
        Risk(
            reference=reference.strip(),
            title=title.strip(),
            description=description,
            unit=unit,
            owner=owner,
            appetite=appetite,
            mitigation=mitigation,
            project=project,
            starts_on=starts_on,
        )
    )
    risk.indicators.set(indicators)
    audit.record("registered risk", risk, by=by, register=risk.register)
    return risk


@transaction.atomic
def assess_risk(
    *,
    risk: Risk,
    assessed_on: date,
    likelihood: int,
    impact: int,
    note: str,
    today: date,
    by: User | None,
) -> Risk:
    """A risk is assessed for a day, likelihood and impact each from 1 to 5.

    Each assessment is kept, with who made it and when. Saying the same of the same day again changes
    and records nothing; the same score for a later day is a new assessment. Raises PermissionDenied
    for anybody but its owner and the performance officers; Refused, in words, for a day ahead or
    before the last one, and for another score without a word on why.
    """
    if by and not Risk.objects.answerable_by(by).filter(pk=risk.pk).exists():
        raise PermissionDenied(f"{risk.owner} answers for this risk")
    row = Risk.objects.select_for_update().get(pk=risk.pk)
    try:
        score = Score(likelihood, impact)
    except ValueError as reason:
        raise Refused(str(reason), field="likelihood") from None
    note = note.strip()
    latest = row.assessments.order_by("number").last()
    if latest and (latest.assessed_on, latest.score, latest.note) == (assessed_on, score, note):
        return row
    if not row.stands_on(today):
        raise Refused("It is not on the register today, so it takes no more assessments")
    if assessed_on > today:
        raise Refused("That day has not come yet: enter it once it has", field="assessed_on")
    if row.assessed_on is not None and assessed_on < row.assessed_on:
        said = f"It was last assessed for a later day, {as_date(row.assessed_on)}"
        raise Refused(said, field="assessed_on")
    if row.score is not None and row.score != score and not note:
        raise Refused("Say why the score is another one now", field="note")
    was = row.score
    row.assessed_on, row.likelihood, row.impact = assessed_on, likelihood, impact
    row.save(update_fields=["assessed_on", "likelihood", "impact"])
    RiskAssessment.objects.create(
        risk=row,
        number=row.assessments.count() + 1,
        assessed_on=assessed_on,
        likelihood=likelihood,
        impact=impact,
        note=note,
        said_at=now(),
        said_by=by,
    )
    audit.record(
        "assessed risk",
        row,
        by=by,
        assessed_on=assessed_on.isoformat(),
        score={"was": was.value if was else "", "is": score.value},
    )
    return row
