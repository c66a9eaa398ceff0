"""Signing results off: approving a whole division in one act, returning one, unlocking one.

Each act locks the results' rows and their latest revisions, so that a figure
corrected at the same moment is either seen by the approver or waits for the approval, and then
finds the result locked. Nothing is approved that the approver did not have before them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse

from core import audit
from core.clock import localdate, now
from core.dates import as_moment
from core.figures import as_number
from core.queries import quarter_state
from core.refusals import Refused
from core.services.notices import owe_notice
from indicators.models.definitions import Indicator
from indicators.models.results import Result, Revision
from indicators.models.returns import SignOff, Unlock
from indicators.queries.sign_off import offices_of, sign_off_structure, submitters_of, unlocked_for
from indicators.rules.returns import ResultState, Stage, Verdict
from indicators.rules.sign_off import Act, sign_off_refusal, state_after, unlock_refusal
from organisation.models.people import User
from organisation.permissions import Permission
from organisation.rights import allowed

BATCH_SIZE = 500  # rows named in one statement


class CannotSign(Refused):
    """The result, or one of several, cannot be signed so. The message says what to do."""


class CorrectedMeanwhile(CannotSign):
    """What was before the approver is not what is said now: somebody corrected it meanwhile."""


class CannotUnlock(Refused):
    """No exception can be granted so. The message says what to do."""


@transaction.atomic
def approve_results(
    *,
    results: Iterable[Result],
    stage: Stage,
    by: User,
    today: date,
    revisions_seen: Mapping[int, int] | None = None,
) -> list[SignOff]:
    """Every result is approved at this stage, and locked; or none is, where one cannot be.

    `revisions_seen` is the number of the revision that the approver had before them, by result. Approving
    again what one has approved changes nothing. Raises CannotSign, naming each that cannot be
    signed and why, and CorrectedMeanwhile where one was corrected since it was seen.
    """
    revisions = _lock_revisions([result.pk for result in results])
    signed_before = SignOff.objects.filter(
        revision__in=revisions, stage=stage, verdict=Verdict.APPROVED, signed_by=by
    ).values_list("revision_id", flat=True)
    already = set(signed_before)
    revisions = [each for each in revisions if each.pk not in already]
    _refuse_corrected(revisions, revisions_seen or {})
    to_state = _next_states(revisions, stage, Act.APPROVE, by, today)
    _set_states(revisions, to_state)
    signed = SignOff.objects.bulk_create(
        [
            SignOff(
                revision=each, stage=stage, verdict=Verdict.APPROVED, signed_by=by, signed_at=now()
            )
            for each in revisions
        ],
        batch_size=BATCH_SIZE,
    )
    audit.record_all(
        audit.event("approved result", each.result, by=by, stage=stage, revision=each.number)
        for each in revisions
    )
    return signed


@transaction.atomic
def sign_results(
    *,
    approved: Iterable[Result],
    returned: Mapping[Result, str],
    stage: Stage,
    by: User,
    today: date,
    revisions_seen: Mapping[int, int] | None = None,
) -> tuple[list[SignOff], list[SignOff]]:
    """Some are approved and others go back, each with its reason, in one act: all of it or nothing.

    Returns what was approved and what was returned. Raises CannotSign, as its two parts do.
    """
    back = [
        return_result(
            result=result, stage=stage, comment=reason, by=by, revisions_seen=revisions_seen
        )
        for result, reason in returned.items()
    ]
    signed = approve_results(
        results=approved, stage=stage, by=by, today=today, revisions_seen=revisions_seen
    )
    return signed, back


@transaction.atomic
def return_result(
    *,
    result: Result,
    stage: Stage,
    comment: str,
    by: User,
    revisions_seen: Mapping[int, int] | None = None,
) -> SignOff:
    """A result goes back to its manager, with what is to be corrected. A notice of it is owed.

    Raises CannotSign without a comment, or where it is not this person's to sign, and
    CorrectedMeanwhile where it was corrected since it was seen.
    """
    comment = comment.strip()
    if not comment:
        raise CannotSign("Say what needs to be corrected")
    revisions = _lock_revisions([result.pk])
    _refuse_corrected(revisions, revisions_seen or {})
    to_state = _next_states(revisions, stage, Act.RETURN, by, localdate())
    _set_states(revisions, to_state)
    (revision,) = revisions
    signed = SignOff.objects.create(
        revision=revision,
        stage=stage,
        verdict=Verdict.RETURNED,
        comment=comment,
        signed_by=by,
        signed_at=now(),
    )
    audit.record(
        "returned result",
        revision.result,
        by=by,
        stage=stage,
        revision=revision.number,
        comment=comment,
    )
    _notify_of_return(signed, by)
    return signed


def _entry_address(result: Result) -> str:
    return reverse("enter_result", args=[result.quarter.key, result.indicator.reference])


def _notify_of_return(signed: SignOff, by: User) -> None:
    result = signed.revision.result
    indicator = result.indicator
    recipients = {indicator.accountable_manager, signed.revision.submitted_by or by} - {by}
    for person in recipients:
        owe_notice(
            key=f"returned-{signed.pk}-{person.pk}",
            recipient=person,
            subject=f"{indicator.title}, {result.quarter}: returned to you",
            body=f"{by.name} returned the result of {indicator.title} for {result.quarter}:"
            f"\n\n{signed.comment}\n\nCorrect it and submit it again.",
            address=_entry_address(result),
        )


@transaction.atomic
def unlock_result(
    *, result: Result, granted_to: User, reason: str, expires_at: datetime, by: User
) -> Unlock:
    """One person may change one approved result of an open quarter until a moment.

    Only a performance officer grants it, and not for themselves. Once the result is approved
    again, it is used up. Raises CannotUnlock, saying what to do.
    """
    if not allowed(by, Permission.MANAGE_FRAMEWORK):
        raise CannotUnlock("Ask a performance officer: only they unlock a result")
    if not reason.strip():
        raise CannotUnlock("Say why the result is unlocked")
    moment = now()
    why_not = unlock_refusal(now=moment, expires_at=expires_at, granted_to=granted_to.pk, by=by.pk)
    if why_not is not None:
        raise CannotUnlock(why_not)
    (revision,) = _lock_revisions([result.pk])
    _refuse_needless_unlock(revision, granted_to)
    unlock = Unlock.objects.create(
        result=revision.result,
        granted_to=granted_to,
        granted_by=by,
        granted_at=moment,
        expires_at=expires_at,
        reason=reason.strip(),
    )
    audit.record(
        "unlocked result",
        revision.result,
        by=by,
        granted_to=granted_to.name,
        expires_at=expires_at.isoformat(),
        reason=unlock.reason,
    )
    owe_notice(
        key=f"unlocked-{unlock.pk}",
        recipient=granted_to,
        subject=f"{result.indicator.title}, {result.quarter}: you may change it",
        body=f"{by.name} unlocked it for you: {unlock.reason.rstrip('.')}. It is then signed off"
        " again.",
        address=_entry_address(result),
    )
    return unlock


def _refuse_needless_unlock(revision: Revision, granted_to: User) -> None:
    result = revision.result
    row = quarter_state(result.quarter)
    if row is not None and row.is_closed:
        raise CannotUnlock(
            f"{result.quarter} is closed: revise its result instead, with the reason"
        )
    if not ResultState(result.state).is_locked:
        raise CannotUnlock(f"{result} is not locked, so it can be changed now")
    if not Indicator.objects.answerable_by(granted_to).filter(pk=result.indicator_id).exists():
        raise CannotUnlock(
            f"{granted_to.name} does not answer for {result.indicator.reference}: name its"
            " accountable manager or a deputy"
        )
    if result.pk in unlocked_for(results=[result], user=granted_to):
        raise CannotUnlock(f"{result} is unlocked for {granted_to.name} already")


def _lock_revisions(results: Sequence[int]) -> list[Revision]:
    """What is now said of each result, in order of reference; both rows locked until the end."""
    of_result = Result.objects.select_for_update().filter(pk__in=results).order_by("pk")
    found = {row.pk for row in of_result}
    rows = (
        Revision.objects.latest_ones()
        .select_for_update(of=("self",))
        .filter(result__in=found)
        .select_related(
            "result__indicator__unit", "result__indicator__accountable_manager", "submitted_by"
        )
        .order_by("result__indicator__reference", "result__quarter")
    )
    revisions = list(rows)
    if len(revisions) < len(set(results)):
        raise CorrectedMeanwhile("One of these has just been corrected. Look at it again first")
    return revisions


def _refuse_corrected(revisions: list[Revision], revisions_seen: Mapping[int, int]) -> None:
    """Refuses what is not as the approver had it before them, and says what it was and what it is."""
    corrected = [
        each for each in revisions if revisions_seen.get(each.result_id, each.number) != each.number
    ]
    if not corrected:
        return
    rows = Revision.objects.filter(result__in=[each.result_id for each in corrected])
    before = {(each.result_id, each.number): each for each in rows}
    told = [
        _correction(each, before.get((each.result_id, revisions_seen[each.result_id])))
        for each in corrected
    ]
    raise CorrectedMeanwhile(f"{'. '.join(told)}. Look again, then decide")


def _correction(revision: Revision, seen: Revision | None) -> str:
    by = revision.submitted_by.name if revision.submitted_by else "the performance team"
    said = f"{revision.result} was corrected by {by} at {as_moment(revision.submitted_at)}"
    if seen is None or seen.value == revision.value:
        return f"{said}, since you opened this page"
    return f"{said}: you had {_figure(seen)} before you, and it is {_figure(revision)} now"


def _figure(revision: Revision) -> str:
    indicator = revision.result.indicator
    if revision.value is None:
        return "no figure"
    return as_number(revision.value, indicator.decimals, indicator.measure_unit)


def _next_states(
    revisions: list[Revision], stage: Stage, act: Act, by: User, today: date
) -> dict[int, ResultState]:
    """What the act makes of each result. Raises CannotSign, naming all that refuse."""
    structure = sign_off_structure(today)
    offices = offices_of(by, on=today)
    to_state: dict[int, ResultState] = {}
    refused: list[tuple[Revision, str]] = []
    for each in revisions:
        state, stages = ResultState(each.result.state), structure.of(each)
        why_not = sign_off_refusal(
            state=state,
            stage=stage,
            stages=stages,
            offices=offices,
            signer=by.pk,
            submitters=submitters_of(each),
        )
        next_state = state_after(state, act, stage, stages)
        if why_not is not None or next_state is None:
            refused.append((each, why_not or "it is not its turn"))
        else:
            to_state[each.result_id] = next_state
    if refused:
        quicker = _signed_at(stage, [each for each, _ in refused])
        told = (f"{each.result}: {quicker.get(each.pk, why_not)}" for each, why_not in refused)
        raise CannotSign(". ".join(told))
    return to_state


def _signed_at(stage: Stage, revisions: Sequence[Revision]) -> dict[int, str]:
    """Who was quicker at this stage, of the revisions that somebody has decided on there."""
    rows = SignOff.objects.filter(revision__in=revisions, stage=stage).select_related("signed_by")
    acts = {Verdict.APPROVED: "approved", Verdict.RETURNED: "returned"}
    return {
        each.revision_id: f"{each.signed_by.name} {acts[Verdict(each.verdict)]} it at"
        f" {as_moment(each.signed_at)}"
        for each in rows.order_by("signed_at", "id")
    }


def _set_states(revisions: list[Revision], to_state: Mapping[int, ResultState]) -> None:
    """Each result stands where it should, unless it moved since it was read."""
    steps: dict[tuple[str, ResultState], list[int]] = defaultdict(list)
    for each in revisions:
        steps[each.result.state, to_state[each.result_id]].append(each.result_id)
    for (was, becomes), results in steps.items():
        rows = Result.objects.filter(pk__in=results, state=was)
        if rows.update(state=becomes) < len(results):
            raise CorrectedMeanwhile(
                "Somebody else has just signed off one of these. Look again first"
            )
    for each in revisions:
        each.result.state = to_state[each.result_id]
