"""Publishing an action plan by the act that agrees it, between two reports."""

from __future__ import annotations

from django.db import transaction

from core import audit
from core.canonical_json import canonical, digest
from core.clock import now
from escalation.models.plans import ActionPlan
from organisation.models.people import User
from reports.contents.agreed_plans import agreed_plan_contents
from reports.models import SmallEdition
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
