"""Targets: proposing one or many, approving by sign-in or by a body's minute, refusing, withdrawing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse

from core import audit
from core.canonical_json import digest
from core.clock import localdate, now
from core.dates import as_date
from core.models.notices import Notice
from core.quarters import Quarter
from core.queries import last_closed
from core.refusals import Refused
from core.services.notices import owe_notice
from indicators.models.definitions import Indicator, Target
from indicators.models.target_proposals import TargetProposal
from indicators.queries.histories import thresholds_of
from indicators.queries.targets import may_approve_target, may_check_minute, may_record_minute
from indicators.rights import targets_approved_by, targets_proposed_by
from indicators.rules.definitions import LIMITS_OF
from indicators.rules.targets import ProposalState, limits_in_words
from indicators.services.definitions import set_target, validate
from organisation.models.people import User
from organisation.permissions import Permission
from organisation.queries import people_with
from sorp.lexicon import RatingMethod
from sorp.rules.thresholds import LIMITS


class RefusedTarget(Refused):
    """A target is not as it may be: what to do, `field` where, and of several `asked` which."""

    asked: Proposed | None = None


@dataclass(frozen=True, slots=True)
class Proposed:
    """What is asked to be expected of an indicator from a quarter on."""

    indicator: Indicator
    from_quarter: Quarter
    limits: Mapping[str, Decimal | None]


@transaction.atomic
def propose_targets(*, asked: Sequence[Proposed], reason: str, by: User) -> list[TargetProposal]:
    """Each target waits for somebody else to approve it. Until then what stood is aimed at.

    Proposing the same again while it waits changes nothing. Raises PermissionDenied; RefusedTarget,
    in words, for the first that contradicts the method, is what stands already, begins in a closed
    quarter or outside the indicator's life, or has another waiting from that quarter.
    """
    if not reason.strip():
        raise RefusedTarget("Say why you set this target", field="reason")
    if not asked:
        raise RefusedTarget("Enter at least one target that differs from the present one")
    if len({(each.indicator.pk, each.from_quarter) for each in asked}) < len(asked):
        raise RefusedTarget("Enter only one target for each indicator and quarter")
    keys = [each.indicator.pk for each in asked]
    list(Indicator.objects.select_for_update(of=("self",)).filter(pk__in=keys))  # one by one
    closed = last_closed()
    standing = {
        (each.indicator_id, each.from_quarter): each
        for each in Target.objects.filter(indicator__in=keys)
    }
    waiting = {
        (each.indicator_id, each.from_quarter): each
        for each in TargetProposal.objects.waiting()
        .filter(indicator__in=keys)
        .select_related("proposed_by")
    }
    rows: list[TargetProposal] = []
    fresh: list[TargetProposal] = []
    reach = targets_proposed_by(by)
    for each in asked:
        if not reach.holds(each.indicator):
            raise PermissionDenied(f"{each.indicator.accountable_manager} answers for it")
        row = TargetProposal(
            indicator=each.indicator,
            from_quarter=each.from_quarter,
            reason=reason.strip(),
            proposed_by=by,
            **{name: each.limits.get(name) for name in LIMITS},
        )
        key = (each.indicator.pk, each.from_quarter)
        other = waiting.get(key)
        try:
            validate_target(row, closed=closed, stands=standing.get(key))
            _refuse_second(row, other)
        except RefusedTarget as refusal:
            refusal.asked = each
            raise
        rows.append(other or row)
        if other is None:
            fresh.append(row)
    for row in fresh:
        row.save()
    audit.record_all(
        audit.event(
            "proposed target",
            row,
            by=by,
            from_quarter=row.from_quarter.key,
            target=limits_in_words(row.limits, row.indicator.measure_unit),
            reason=row.reason,
        )
        for row in fresh
    )
    _ask_for_approval(fresh, by)
    return rows


def _refuse_second(row: TargetProposal, other: TargetProposal | None) -> None:
    """One target waits from a quarter, unless it is the same person's and the same."""
    if other is None or (other.proposed_by_id, other.limits) == (row.proposed_by_id, row.limits):
        return
    raise RefusedTarget(
        f"{row.indicator.reference}: {limits_in_words(other.limits)} from {row.from_quarter} is "
        f"already waiting, proposed by {other.proposed_by}: decide on it or withdraw it first",
        field="from_quarter",
    )


def validate_target(row: TargetProposal, *, closed: Quarter | None, stands: Target | None) -> None:
    """Raises RefusedTarget for the first thing that may not stand."""
    indicator, quarter = row.indicator, row.from_quarter
    reference = indicator.reference
    method = RatingMethod(indicator.method)
    if method is RatingMethod.NONE:
        raise RefusedTarget(f"{reference} is data only, so it has no target")
    if closed is not None and quarter <= closed:
        raise RefusedTarget(
            f"{quarter} is closed: set the target from {closed.next()} or a later quarter",
            field="from_quarter",
        )
    if quarter < indicator.first_quarter:
        raise RefusedTarget(
            f"{reference} is measured from {indicator.first_quarter}: set a target from then or"
            " later",
            field="from_quarter",
        )
    if indicator.last_quarter is not None and quarter > indicator.last_quarter:
        raise RefusedTarget(
            f"{reference} ends in {indicator.last_quarter}: set a target from then or before",
            field="from_quarter",
        )
    said = [name for name in LIMITS if getattr(row, name) is not None]
    wanted = LIMITS_OF[method]
    if stray := [name for name in said if name not in wanted]:
        raise RefusedTarget(
            f"{reference} is rated by “{method.label}”: leave this empty", field=stray[0]
        )
    if said and (lacking := _lacking(method, said)):
        raise RefusedTarget(f"{reference}: {lacking[1]}", field=lacking[0])
    try:
        thresholds_of(indicator, Target(**row.limits))
    except ValueError as refusal:
        raise RefusedTarget(f"{reference}: {refusal}", field=said[-1] if said else None) from None
    if stands is not None and all(getattr(stands, n) == getattr(row, n) for n in LIMITS):
        raise RefusedTarget(
            f"{reference}: that is the target from {quarter} already",
            field=said[0] if said else None,
        )


def _lacking(method: RatingMethod, said: Sequence[str]) -> tuple[str, str] | None:
    """Where enough is said to rate by, nothing; else what to enter, and where."""
    if method in (RatingMethod.FLOOR, RatingMethod.TOLERANCE):
        return None if "target" in said else ("target", "Enter the target")
    if "lower" not in said:
        return "lower", "Enter the lower bound"
    return None if "upper" in said else ("upper", "Enter the upper bound")


def _ask_for_approval(rows: Sequence[TargetProposal], by: User) -> None:
    """Those who may approve any of these are owed one notice of them all."""
    if not rows:
        return
    fingerprint = digest(repr(sorted(row.pk for row in rows)).encode())[:16]
    for person in people_with(Permission.APPROVE_TARGETS, on=localdate()):
        reach = targets_approved_by(person)
        theirs = [row for row in rows if may_approve_target(row, person, reach)]
        if theirs:
            count = f"{len(theirs)} target{'' if len(theirs) == 1 else 's'}"
            owe_notice(
                key=f"targets-proposed:{fingerprint}:{person.pk}",
                kind=Notice.Kind.TO_DECIDE,
                recipient=person,
                subject=f"{count} proposed by {by.name} wait{'s' if len(theirs) == 1 else ''}"
                " for approval",
                body="\n".join(
                    [
                        *(
                            f"{row.indicator.reference} {row.indicator.title}, from"
                            f" {row.from_quarter}:"
                            f" {limits_in_words(row.limits, row.indicator.measure_unit)}"
                            for row in theirs
                        ),
                        "",
                        rows[0].reason,
                    ]
                ),
                address=reverse("waiting_targets"),
            )


@transaction.atomic
def approve_targets(
    *, proposals: Iterable[TargetProposal], by: User, decision: str = ""
) -> list[Target]:
    """Each is the target from its quarter on, approved by this person's sign-in.

    Open quarters are rated anew. Approving again changes nothing. Raises PermissionDenied for its
    proposer, its accountable manager and whoever may not; RefusedTarget for what was decided before,
    waits for a body's minute to be checked, or cannot stand any more.
    """
    made, reach = [], targets_approved_by(by)
    for row in _locked(proposals):
        if not may_approve_target(row, by, reach):
            raise PermissionDenied(
                "Somebody other than its proposer and its manager has to approve it"
            )
        if row.state == ProposalState.APPROVED and row.decided_by_id == by.pk:
            continue
        _refuse_unless(row, ProposalState.PROPOSED)
        made.append(_stand(row, approved_by=by.name, decision=decision, by=by))
    return made


@transaction.atomic
def record_minute(
    *, proposals: Iterable[TargetProposal], body: str, met_on: date, minute: str, by: User
) -> list[TargetProposal]:
    """A body's minute is on record as what approved these. They wait until another has checked it.

    Raises PermissionDenied; RefusedTarget without the body, its day or the number of its minute, for
    a day to come, and for what does not wait to be approved.
    """
    if not may_record_minute(by):
        raise PermissionDenied("Only the performance team records what a body decided")
    body, minute = body.strip(), minute.strip()
    if not body:
        raise RefusedTarget("Enter which body approved it, such as Cabinet", field="body")
    if met_on > localdate():
        raise RefusedTarget(
            f"{as_date(met_on)} has not come yet: enter the day on which it met", field="met_on"
        )
    if not minute:
        raise RefusedTarget("Enter the number of the minute", field="minute")
    rows = _locked(proposals)
    for row in rows:
        _refuse_unless(row, ProposalState.PROPOSED)
        row.state, row.body, row.met_on, row.minute = ProposalState.RECORDED, body, met_on, minute
        row.recorded_by = by
        validate(row)
        row.save(update_fields=["state", "body", "met_on", "minute", "recorded_by"])
        audit.record("recorded minute of target", row, by=by, minute=row.by_minute)
    return rows


@transaction.atomic
def check_minute(
    *, proposals: Iterable[TargetProposal], by: User, decision: str = ""
) -> list[Target]:
    """The minute says so: each is the target from its quarter on, approved by that body.

    Raises PermissionDenied for whoever recorded it, and for its accountable manager; RefusedTarget
    where no minute is recorded.
    """
    made, reach = [], targets_approved_by(by)
    for row in _locked(proposals):
        if not may_check_minute(row, by, reach):
            raise PermissionDenied(
                "Somebody other than the person who recorded the minute has to check it"
            )
        if row.state == ProposalState.APPROVED and row.decided_by_id == by.pk:
            continue
        _refuse_unless(row, ProposalState.RECORDED)
        made.append(_stand(row, approved_by=row.by_minute, decision=decision, by=by))
    return made


@transaction.atomic
def refuse_targets(
    *, proposals: Iterable[TargetProposal], decision: str, by: User
) -> list[TargetProposal]:
    """None of these stands, and it is said why. What stood before is aimed at. Raises as approving."""
    if not decision.strip():
        raise RefusedTarget("Say why it is refused", field="decision")
    rows, reach = _locked(proposals), targets_approved_by(by)
    for row in rows:
        may = may_check_minute if row.state == ProposalState.RECORDED else may_approve_target
        if not may(row, by, reach):
            raise PermissionDenied("Somebody other than its proposer has to decide")
        if not row.is_waiting:
            _refuse_unless(row, ProposalState.PROPOSED)
        _decide(row, ProposalState.REFUSED, decision, by)
        audit.record("refused target", row, by=by, decision=row.decision)
        _tell_proposer(row, "refused", row.decision)
    return rows


@transaction.atomic
def withdraw_target(*, proposal: TargetProposal, by: User) -> TargetProposal:
    """Its proposer asks for it no more. Raises PermissionDenied; RefusedTarget once it is decided."""
    (row,) = _locked([proposal])
    if row.proposed_by_id != by.pk:
        raise PermissionDenied("Only the person who proposed it can withdraw it")
    if row.state == ProposalState.WITHDRAWN:
        return row
    _refuse_unless(row, ProposalState.PROPOSED)
    _decide(row, ProposalState.WITHDRAWN, "", by)
    audit.record("withdrew target", row, by=by, from_quarter=row.from_quarter.key)
    return row


def _locked(proposals: Iterable[TargetProposal]) -> list[TargetProposal]:
    keys = [each.pk for each in proposals]
    if not keys:
        raise RefusedTarget("Select at least one target", field="proposals")
    rows = TargetProposal.objects.select_for_update(of=("self",)).filter(pk__in=keys)
    related = ("indicator__accountable_manager", "proposed_by", "recorded_by", "decided_by")
    return list(rows.select_related(*related).order_by("indicator__reference", "from_quarter"))


def _refuse_unless(row: TargetProposal, wanted: ProposalState) -> None:
    if row.state == wanted:
        return
    named = f"{row.indicator.reference} from {row.from_quarter}"
    if row.decided_by is not None:
        state = row.get_state_display().lower()
        raise RefusedTarget(
            f"{named} was {state} already, by {row.decided_by} on {as_date(row.decided_at)}"
        )
    if row.state == ProposalState.RECORDED:
        raise RefusedTarget(f"{named}: check its minute, {row.by_minute}, which is on record")
    raise RefusedTarget(f"{named}: no minute is recorded to be checked")


def _stand(row: TargetProposal, *, approved_by: str, decision: str, by: User) -> Target:
    """The target stands as it was proposed; else RefusedTarget says what has changed meanwhile."""
    try:
        target = set_target(
            indicator=row.indicator,
            from_quarter=row.from_quarter,
            reason=row.reason,
            approved_by=approved_by,
            by=by,
            **row.limits,
        )
    except ValueError as refusal:
        raise RefusedTarget(f"{row.indicator.reference}: {refusal}") from None
    _decide(row, ProposalState.APPROVED, decision, by)
    audit.record(
        "approved target",
        row,
        by=by,
        from_quarter=row.from_quarter.key,
        approved_by=approved_by,
        proposed_by=row.proposed_by.name,
        decision=row.decision,
    )
    said = limits_in_words(row.limits, row.indicator.measure_unit)
    _tell_proposer(row, "approved", f"From {row.from_quarter}: {said}. Approved by {approved_by}.")
    return target


def _decide(row: TargetProposal, state: ProposalState, decision: str, by: User) -> None:
    row.state, row.decision = state, decision.strip()
    row.decided_by, row.decided_at = by, now()
    validate(row)
    row.save(update_fields=["state", "decision", "decided_by", "decided_at"])


def _tell_proposer(row: TargetProposal, what: str, body: str) -> None:
    owe_notice(
        key=f"target-{what}-{row.pk}",
        recipient=row.proposed_by,
        subject=f"The target you proposed for {row.indicator.reference} is {what}",
        body=body,
        address=reverse("targets_of", args=[row.indicator.reference]),
    )
