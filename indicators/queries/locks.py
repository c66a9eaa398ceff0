"""Who may change what is locked: approval locks, and a named exception unlocks for a while."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Max

from indicators.models import Result, SignOff, Unlock
from indicators.rules.returns import ResultState, Verdict
from indicators.rules.signing import is_unlocked
from organisation.clock import now
from organisation.models import User


def unlocked_for(*, results: Iterable[Result], user: User) -> frozenset[int]:
    """Which locked results this person may change now, by an exception in force. Two queries."""
    moment = now()
    unlocks = Unlock.objects.filter(result__in=list(results), granted_to=user)
    rows = list(unlocks.filter(expires_at__gt=moment))
    if not rows:
        return frozenset()
    approved = dict(
        SignOff.objects.filter(
            revision__result__in=[each.result_id for each in rows], verdict=Verdict.APPROVED
        )
        .values_list("revision__result_id")
        .annotate(latest=Max("signed_at"))
    )
    return frozenset(
        each.result_id
        for each in rows
        if is_unlocked(
            now=moment,
            granted_at=each.granted_at,
            expires_at=each.expires_at,
            approved_at=approved.get(each.result_id),
        )
    )


def may_change(*, result: Result, by: User | None) -> bool:
    """Whether what is said of a result may be said anew by this person: unless it is locked."""
    if not ResultState(result.state).is_locked:
        return True
    return by is not None and result.pk in unlocked_for(results=[result], user=by)
