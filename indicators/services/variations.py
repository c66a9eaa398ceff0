"""Variations: proposed with their reason, agreed or refused by somebody else, ended early."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse

from indicators.models import Indicator, Variation, VariedTrigger
from indicators.queries import last_closed
from indicators.rights import planned_by
from indicators.services.rating import rerate_open_quarters
from indicators.services.varying import RefusedVariation, refuse_nonsense
from organisation import audit
from organisation.clock import localdate
from organisation.models import User
from organisation.rights import Permission, allowed
from organisation.services import owe_notice
from sorp.lexicon import Quarter
from sorp.queries import people_approving


@dataclass(frozen=True, slots=True)
class TriggerVaried:
    """A trigger that counts otherwise for one indicator; without its numbers, it does not apply."""

    trigger: str
    at_least: int | None = None
    within: int | None = None


def may_propose_variation(indicator: Indicator, user: User) -> bool:
    """Its accountable manager, and the performance officers."""
    return planned_by(user).holds(indicator)


def may_decide_variation(variation: Variation, user: User) -> bool:
    """Who approves the SORP, where they neither proposed it nor answer for the indicator."""
    return allowed(user, Permission.APPROVE_SORP) and user.pk not in (
        variation.proposed_by_id,
        variation.indicator.accountable_manager_id,
    )


def may_end_variation(variation: Variation, user: User) -> bool:
    """Who runs the framework or approves the SORP, unless they answer for the indicator."""
    may = allowed(user, Permission.MANAGE_FRAMEWORK) or allowed(user, Permission.APPROVE_SORP)
    is_theirs = user.pk == variation.indicator.accountable_manager_id
    return may and not is_theirs and variation.state == Variation.State.AGREED


@transaction.atomic
def propose_variation(
    *,
    indicator: Indicator,
    what: str,
    reason: str,
    from_quarter: Quarter,
    until_quarter: Quarter,
    by: User,
    clause: str = "",
    triggers: Sequence[TriggerVaried] = (),
    **differently: Any,
) -> Variation:
    """A variation waits for somebody to agree it. Until then nothing is judged otherwise.

    `differently` may give method, tolerance, target, floor and exit_quarters. Proposing the same
    again, while it waits, changes nothing. Raises PermissionDenied; RefusedVariation, in words,
    for what is unsaid, contradicts itself or the SORP, begins in a closed quarter or overlaps.
    """
    if not may_propose_variation(indicator, by):
        raise PermissionDenied(f"{indicator.accountable_manager} answers for this indicator")
    Indicator.objects.select_for_update().get(pk=indicator.pk)  # two at once come one by one
    proposed = Variation(
        indicator=indicator,
        what=what.strip(),
        reason=reason.strip(),
        clause=clause.strip(),
        from_quarter_start=from_quarter.first_day,
        until_quarter_start=until_quarter.first_day,
        proposed_by=by,
        **differently,
    )
    varied = [VariedTrigger(**_window(each)) for each in triggers]
    refuse_nonsense(proposed, varied)
    if (waiting := _same_waiting(proposed, varied)) is not None:
        return waiting
    proposed.save()
    for each in varied:
        each.variation = proposed
    VariedTrigger.objects.bulk_create(varied)
    audit.record("proposed variation", proposed, by=by, **_told(proposed, varied))
    _ask_for_a_decision(proposed)
    return proposed


def _ask_for_a_decision(proposed: Variation) -> None:
    """Whoever may agree it is told that it waits."""
    for person in people_approving(on=localdate()):
        if may_decide_variation(proposed, person):
            owe_notice(
                key=f"variation-proposed-{proposed.pk}-{person.pk}",
                recipient=person,
                subject=f"A variation for {proposed.indicator.title} waits for your decision",
                body=f"{proposed.what} {proposed.reason}",
                address=reverse("variation", args=[proposed.indicator.reference, proposed.pk]),
            )


@transaction.atomic
def agree_variation(*, variation: Variation, by: User, decision: str = "") -> Variation:
    """The quarters it names are judged by it from now on: those still open are rated anew.

    Agreeing again changes nothing. Raises PermissionDenied for whoever does not approve the SORP;
    RefusedVariation for its proposer, the accountable manager, what was decided before, a first
    quarter closed meanwhile, and an overlap with another.
    """
    row = _to_decide(variation, by)
    if row.state == Variation.State.AGREED and row.decided_by_id == by.pk:
        return row
    _refuse_decided(row)
    refuse_nonsense(row, list(row.varied_triggers.all()))
    _decide(row, Variation.State.AGREED, decision, by)
    rerate_open_quarters(indicators=[row.indicator_id])
    return row


@transaction.atomic
def refuse_variation(*, variation: Variation, decision: str, by: User) -> Variation:
    """It is refused, and why; everything is judged as the SORP has it. Raises as agreeing does."""
    row = _to_decide(variation, by)
    if row.state == Variation.State.REFUSED and row.decided_by_id == by.pk:
        return row
    _refuse_decided(row)
    if not decision.strip():
        raise RefusedVariation("Say why it is refused", field="decision")
    _decide(row, Variation.State.REFUSED, decision, by)
    return row


@transaction.atomic
def end_variation(
    *, variation: Variation, until_quarter: Quarter, reason: str, by: User
) -> Variation:
    """An agreed variation rules no quarter after this one. Closed quarters keep what judged them.

    Raises PermissionDenied for the accountable manager, for whoever neither runs the framework nor
    approves the SORP, and where it was never agreed; RefusedVariation without a reason, or for a quarter out of reach.
    """
    row = _locked(variation)
    if not may_end_variation(row, by):
        raise PermissionDenied("The performance team ends a variation, or who approves the SORP")
    was = row.until_quarter
    if until_quarter == was:
        return row
    _refuse_ending(row, until_quarter, reason)
    row.until_quarter_start = until_quarter.first_day
    told = f"Ended with {until_quarter} instead of {was} by {by}: {reason.strip()}"
    row.decision = "\n\n".join(filter(None, [row.decision, told]))
    row.save(update_fields=["until_quarter_start", "decision"])
    audit.record(
        "ended variation", row, by=by, was=was.key, now=until_quarter.key, reason=reason.strip()
    )
    _tell(row, "ended", f"It ends with {until_quarter}, not {was}: {reason.strip()}")
    rerate_open_quarters(indicators=[row.indicator_id])
    return row


def _window(each: TriggerVaried) -> dict[str, Any]:
    applies = each.at_least is not None or each.within is not None
    return {
        "trigger": each.trigger,
        "applies": applies,
        "at_least": each.at_least,
        "within": each.within,
    }


def _same_waiting(proposed: Variation, varied: Sequence[VariedTrigger]) -> Variation | None:
    """The same, proposed before by the same person and not yet decided."""
    said = ("what", "reason", "clause", "method", "tolerance", "target", "floor", "exit_quarters")
    rows = Variation.objects.filter(
        indicator=proposed.indicator,
        state=Variation.State.PROPOSED,
        proposed_by=proposed.proposed_by,
        from_quarter_start=proposed.from_quarter_start,
        until_quarter_start=proposed.until_quarter_start,
    )
    for row in rows.prefetch_related("varied_triggers"):
        same = all(getattr(row, name) == getattr(proposed, name) for name in said)
        if same and [str(each) for each in row.varied_triggers.all()] == [str(e) for e in varied]:
            return row
    return None


def _told(row: Variation, varied: Sequence[VariedTrigger]) -> Mapping[str, Any]:
    numbers = ("tolerance", "target", "floor", "exit_quarters")
    given: dict[str, Decimal | int | None] = {name: getattr(row, name) for name in numbers}
    return {
        "indicator": row.indicator.reference,
        "from_quarter": row.from_quarter.key,
        "until_quarter": row.until_quarter.key,
        "reason": row.reason,
        "triggers": [str(each) for each in varied],
        **{name: str(value) for name, value in given.items() if value is not None},
        **({"method": str(row.method)} if row.method else {}),
    }


def _locked(variation: Variation) -> Variation:
    """The row as it now stands, and its indicator held, so that no two are agreed at once."""
    Indicator.objects.select_for_update().get(pk=variation.indicator_id)
    return Variation.objects.select_related(
        "indicator__accountable_manager", "proposed_by", "decided_by"
    ).get(pk=variation.pk)


def _to_decide(variation: Variation, by: User) -> Variation:
    row = _locked(variation)
    if not allowed(by, Permission.APPROVE_SORP):
        raise PermissionDenied("Only who approves the SORP decides on a variation of it")
    if by.pk == row.proposed_by_id:
        raise RefusedVariation("You proposed it, so somebody else who approves the SORP decides")
    if by.pk == row.indicator.accountable_manager_id:
        raise RefusedVariation(
            "You are the indicator’s accountable manager, so somebody else who approves the SORP"
            " decides"
        )
    return row


def _refuse_decided(row: Variation) -> None:
    if row.state != Variation.State.PROPOSED:
        assert row.decided_on is not None
        raise RefusedVariation(
            f"It was {row.get_state_display().lower()} already, by {row.decided_by} on"
            f" {row.decided_on.day} {row.decided_on:%B %Y}"
        )


def _decide(row: Variation, state: Variation.State, decision: str, by: User) -> None:
    row.state, row.decision = state, decision.strip()
    row.decided_by, row.decided_on = by, localdate()
    row.save(update_fields=["state", "decision", "decided_by", "decided_on"])
    word = state.label.lower()
    audit.record(
        f"{word} variation", row, by=by, indicator=row.indicator.reference, decision=row.decision
    )
    until = f" from {row.from_quarter} to {row.until_quarter}" if word == "agreed" else ""
    _tell(row, word, f"{row.what}\n\n{by} {word} it{until}. {row.decision}".strip())


def _tell(row: Variation, word: str, body: str) -> None:
    for person in {row.proposed_by, row.indicator.accountable_manager}:
        owe_notice(
            key=f"variation-{row.pk}-{word}-{row.until_quarter.key}-{person.pk}",
            recipient=person,
            subject=f"Variation {word}: {row.indicator.title}",
            body=body,
            address=reverse("variations_of", args=[row.indicator.reference]),
        )


def _refuse_ending(row: Variation, until_quarter: Quarter, reason: str) -> None:
    closed = last_closed()
    first = max(row.from_quarter, closed or row.from_quarter)
    if not first <= until_quarter < row.until_quarter:
        latest = row.until_quarter.previous()
        advice = (
            f"choose a quarter from {first} to {latest}"
            if first <= latest
            else "it has judged its last quarter"
        )
        raise RefusedVariation(
            f"It rules {row.until_quarter} last: {advice}", field="until_quarter"
        )
    if not reason.strip():
        raise RefusedVariation("Say why it ends early", field="reason")
