"""Publishing an action plan by the act that agrees it, between two reports; and withdrawing it."""

from __future__ import annotations

from django.db import transaction

from core import audit
from core.canonical_json import canonical, digest
from core.clock import now
from core.refusals import Refused
from escalation.models.plans import ActionPlan
from organisation.models.people import User
from reports.contents.agreed_plans import agreed_plan_contents
from reports.models import SmallEdition, SmallWithdrawal
from reports.queries.editions import edition_telling_of


@transaction.atomic
def publish_agreed_plan(*, plan: ActionPlan, by: User) -> SmallEdition | None:
    """Everyone may read an agreed plan of an indicator that a published report tells of.

    It is frozen as it stands, without names, by the act that agrees it; whoever agrees it approves
    it. None where no published report tells of its indicator: there is nothing to add to.
    """
    reference = plan.indicator.reference
    edition = edition_telling_of(reference)
    if edition is None:
        return None
    document = agreed_plan_contents(plan, after=edition.quarter)
    known = SmallEdition.objects.filter(kind=SmallEdition.Kind.PLAN, reference=reference)
    small = SmallEdition.objects.create(
        kind=SmallEdition.Kind.PLAN,
        reference=reference,
        number=known.count() + 1,
        document=document,
        sha256=digest(canonical(document)),
        frozen_at=now(),
        approved_by=by,
    )
    audit.record("published agreed plan", small, by=by, sha256=small.sha256)
    return small


@transaction.atomic
def withdraw_agreed_plan(*, small: SmallEdition, reason: str, by: User) -> SmallWithdrawal:
    """Nobody reads a published plan any more: its content is gone, its digest stays, with the reason.

    At once, by one person, as an edition is (decision 50). The plan itself stands where it is kept.
    Withdrawing again changes nothing. Raises Refused without a reason.
    """
    row = SmallEdition.objects.select_for_update().get(pk=small.pk)
    known = SmallWithdrawal.objects.filter(small=row).first()
    if known is not None:
        return known
    if not reason.strip():
        raise Refused("Say why it is withdrawn: everyone may read it", field="reason")
    withdrawal = SmallWithdrawal.objects.create(
        small=row, reason=reason.strip(), withdrawn_at=now(), withdrawn_by=by
    )
    SmallEdition.objects.filter(pk=row.pk).update(document={})
    audit.record("withdrew agreed plan", row, by=by, reason=reason.strip(), sha256=row.sha256)
    return withdrawal
