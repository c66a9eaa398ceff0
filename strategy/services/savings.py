"""What is done about savings of the Medium Term Financial Plan."""

from __future__ import annotations

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
from strategy.models.savings import Saving, SavingUpdate
from strategy.rules.savings import SavingPosition, pounds
from strategy.services.plan import save_validated


@transaction.atomic
def count_on_saving(
    *,
    reference: str,
    title: str,
    amount: int,
    unit: Unit,
    owner: User,
    profile: str = "",
    description: str = "",
    project: Project | None = None,
    indicator: Indicator | None = None,
    starts_on: date | None = None,
    by: User | None,
) -> Saving:
    """The Medium Term Financial Plan counts on a saving. Raises Refused where its profile is of another amount."""
    saving = save_validated(
        Saving(
            reference=reference.strip(),
            title=title.strip(),
            description=description,
            amount=amount,
            profile=profile,
            unit=unit,
            owner=owner,
            project=project,
            indicator=indicator,
            starts_on=starts_on,
        )
    )
    audit.record("counted on saving", saving, by=by, amount=amount, profile=saving.profile)
    return saving


@transaction.atomic
def report_saving(
    *,
    saving: Saving,
    as_at: date,
    delivered: int,
    forecast: int,
    at_risk: int,
    note: str,
    today: date,
    by: User | None,
) -> Saving:
    """A saving stands as reported: pounds delivered so far, forecast in all, and of that at risk.

    Its amount stays. Each report is kept, with who made it and when. Saying the same again changes
    and records nothing. Raises PermissionDenied for anybody but its owner and the performance
    officers; Refused, in words, for sums that cannot be so, for a day ahead or before the last
    report, and where it falls short or is at risk without a word on why.
    """
    if by and not Saving.objects.answerable_by(by).filter(pk=saving.pk).exists():
        raise PermissionDenied(f"{saving.owner} answers for this saving")
    row = Saving.objects.select_for_update().get(pk=saving.pk)
    position = SavingPosition(as_at, delivered, forecast, at_risk)
    note = note.strip()
    if (row.position, row.note) == (position, note):
        return row
    if not row.stands_on(today):
        raise Refused("It is not part of the plan today, so it takes no more reports")
    if as_at > today:
        raise Refused("That day has not come yet: report how it stands so far", field="as_at")
    if row.as_at is not None and as_at < row.as_at:
        raise Refused(
            f"It was last reported as at a later day, {as_date(row.as_at)}", field="as_at"
        )
    if fault := position.fault:
        field, said = fault
        raise Refused(said, field=field)
    if at_risk and not note:
        raise Refused(f"Say why {pounds(at_risk)} is at risk, and what is being done", field="note")
    if forecast < row.amount and not note:
        raise Refused(
            f"Say why it falls short of {pounds(row.amount)}, and what is being done", field="note"
        )
    was = row.position
    for name, value in (
        ("as_at", as_at),
        ("delivered", delivered),
        ("forecast", forecast),
        ("at_risk", at_risk),
        ("note", note),
    ):
        setattr(row, name, value)
    row.save(update_fields=["as_at", "delivered", "forecast", "at_risk", "note"])
    SavingUpdate.objects.create(
        saving=row,
        number=row.updates.count() + 1,
        as_at=as_at,
        delivered=delivered,
        forecast=forecast,
        at_risk=at_risk,
        note=note,
        said_at=now(),
        said_by=by,
    )
    audit.record(
        "reported on saving",
        row,
        by=by,
        as_at=as_at.isoformat(),
        **{
            name: {"was": getattr(was, name) if was else "", "is": getattr(position, name)}
            for name in ("delivered", "forecast", "at_risk")
        },
    )
    return row
