"""Variations: proposing one, agreeing or refusing it, ending it, and reminding of its end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse

from core import audit
from core.clock import localdate, noon_of
from core.dates import as_date
from core.models.notices import Notice
from core.quarters import Quarter
from core.queries import last_closed
from core.refusals import Refused
from core.services.notices import owe_notice
from core.working_days import is_working_day
from indicators.models.definitions import Indicator, Target
from indicators.models.variations import Variation, VariedTrigger
from indicators.queries.histories import targets_in_force, thresholds_of
from indicators.rights import plannable_by
from indicators.services.rating import rerate_open_quarters
from organisation.models.people import User
from organisation.permissions import Permission
from organisation.queries import holders
from organisation.rights import allowed
from organisation.rules import PostKind
from sorp.lexicon import RatingMethod, Tier
from sorp.models.statement import Version
from sorp.queries.consultation import people_approving
from sorp.queries.ruling import NoVersionInForce, conditions_of, numbers_of, version_ruling
from sorp.rules.conditions.aggregate import Aggregate
from sorp.rules.conditions.base import MOST_QUARTERS, Condition

# What lasts longer is no variation, and belongs in the SORP or the target.
LONGEST_VARIATION = 12  # quarters
RATED_BY_TARGET = (RatingMethod.FLOOR, RatingMethod.TOLERANCE)


class RefusedVariation(Refused):
    """A variation is not as it may be. The message says what to do, and `field` where."""


def validate_variation(row: Variation, varied: Sequence[VariedTrigger]) -> None:
    """Raises RefusedVariation for the first thing that may not stand."""
    _refuse_unexplained(row)
    _refuse_quarters(row)
    _refuse_unknown_clause(row)
    _refuse_numbers(row)
    for each in _trigger_refusals(row, varied):
        raise RefusedVariation(each, field="triggers")
    if not (row.varies_rating or varied or row.exit_quarters is not None):
        raise RefusedVariation(
            "Say what is judged differently: change at least one of the method, target, floor "
            "standard, triggers or exit rule"
        )
    refuse_overlap(row)


def refuse_overlap(row: Variation) -> None:
    """No quarter of an indicator is judged by two variations."""
    other = (
        Variation.objects.agreed()
        .filter(
            indicator=row.indicator,
            from_quarter__lte=row.until_quarter,
            until_quarter__gte=row.from_quarter,
        )
        .exclude(pk=row.pk)
        .first()
    )
    if other is not None:
        raise RefusedVariation(
            f"{other.from_quarter} to {other.until_quarter} already has a variation "
            f"(“{other.what}”): choose quarters before or after it, or end it first",
            field="from_quarter",
        )


def _refuse_unexplained(row: Variation) -> None:
    if not row.what:
        raise RefusedVariation("Say in a sentence what is judged differently", field="what")
    if not row.reason:
        raise RefusedVariation("Say why the SORP does not suit this indicator", field="reason")


def _refuse_unknown_clause(row: Variation) -> None:
    """What it departs from is there to be departed from."""
    if not row.clause:
        return
    try:
        version = version_ruling(row.from_quarter)
    except NoVersionInForce as reason:
        raise RefusedVariation(str(reason), field="clause") from None
    if row.clause not in numbers_of(version):
        raise RefusedVariation(
            f"Version {version.number} of the SORP, which rules {row.from_quarter}, has no clause"
            f" “{row.clause}”: give the number of one that it has, or leave it empty",
            field="clause",
        )


def _refuse_quarters(row: Variation) -> None:
    first, last, closed = row.from_quarter, row.until_quarter, last_closed()
    if closed is not None and first <= closed:
        raise RefusedVariation(
            f"{first} is closed and keeps the rules it was judged by: choose {closed.next()} or "
            f"a later quarter",
            field="from_quarter",
        )
    if last < first:
        raise RefusedVariation(f"Choose {first} or a later quarter", field="until_quarter")
    if last.ordinal - first.ordinal >= LONGEST_VARIATION:
        raise RefusedVariation(
            f"It may last {LONGEST_VARIATION} quarters at the most: choose"
            f" {Quarter.from_ordinal(first.ordinal + LONGEST_VARIATION - 1)} or before, and "
            f"propose it again when it ends",
            field="until_quarter",
        )


def _refuse_numbers(row: Variation) -> None:
    if row.exit_quarters is not None and not 1 <= row.exit_quarters <= 8:
        raise RefusedVariation("Ask for 1 to 8 green quarters to recover", field="exit_quarters")
    if row.tolerance is not None and row.method != RatingMethod.TOLERANCE:
        raise RefusedVariation(
            "A tolerance belongs to the method of target and tolerance: choose that method, or"
            " leave the tolerance empty",
            field="tolerance",
        )
    if not row.varies_rating:
        return
    if RatingMethod(row.indicator.method) not in RATED_BY_TARGET:
        raise RefusedVariation(
            f"{row.indicator.reference} is not rated by a target: vary its triggers or its exit"
            " rule, or set it another range",
            field="method" if row.method else "target",
        )
    if row.method == RatingMethod.TOLERANCE and row.tolerance is None:
        raise RefusedVariation(
            "Give the tolerance: by how many per cent of the target amber may miss it",
            field="tolerance",
        )
    _refuse_contradictions(row)


def _refuse_contradictions(row: Variation) -> None:
    """Held against every target that is in force at some time in its quarters."""
    for target in _targets_in_those_quarters(row.indicator, row.from_quarter, row.until_quarter):
        try:
            thresholds = thresholds_of(row.indicator, target, row)
        except ValueError as refusal:
            field = "floor" if row.floor is not None else "target"
            raise RefusedVariation(str(refusal), field=field) from None
        if thresholds is None or not thresholds.has_target:
            raise RefusedVariation(
                f"No target is set for {row.from_quarter}: give one here too", field="target"
            )


def _targets_in_those_quarters(
    indicator: Indicator, first: Quarter, last: Quarter
) -> Iterator[Target | None]:
    yield targets_in_force(first, [indicator.pk]).get(indicator.pk)
    yield from indicator.targets.filter(from_quarter__gt=first, from_quarter__lte=last)


def _trigger_refusals(row: Variation, varied: Sequence[VariedTrigger]) -> Iterator[str]:
    """Each trigger named is one of the SORP's for this indicator, and counts what can be counted."""
    if not varied:
        return
    try:
        version = version_ruling(row.from_quarter)
    except NoVersionInForce as reason:
        yield str(reason)
        return
    known = {each.key: each for each in conditions_of(version)}
    names = [each.trigger for each in varied]
    yield from (f"Name “{name}” once only" for name in names if names.count(name) > 1)
    for each in varied:
        if each.trigger_key not in known:
            yield (
                f"No trigger of version {version.number} of the SORP, which rules"
                f" {row.from_quarter}, has the key “{each.trigger_key}”: choose one that it has"
            )
        else:
            yield from _window_refusals(each, known[each.trigger_key], row.indicator)


def _window_refusals(
    each: VariedTrigger, condition: Condition, indicator: Indicator
) -> Iterator[str]:
    if isinstance(condition, Aggregate):
        yield f"“{each.trigger}” looks at a whole {condition.unit_tier}, so one indicator cannot vary it"
    elif Tier(indicator.tier) not in condition.tiers:
        tier = Tier(indicator.tier).label.lower()
        yield f"“{each.trigger}” does not look at {tier} indicators, so there is nothing to vary"
    if not each.applies:
        return
    at_least, within = each.at_least, each.within
    if at_least is None or within is None:
        yield f"“{each.trigger}”: give both how many quarters it asks for, and of how many"
    elif not 1 <= at_least <= within:
        yield (
            f"“{each.trigger}” cannot ask for {at_least} of the last {within} quarters: ask for at"
            " least 1, and for no more than it looks at"
        )
    elif within > MOST_QUARTERS:
        yield f"“{each.trigger}”: {MOST_QUARTERS} quarters are the most it can look back"
    elif (at_least, within) == (condition.at_least, condition.within):
        yield (
            f"“{each.trigger}” asks for {at_least} of the last {within} quarters already: give"
            " other numbers, or leave it out"
        )


@dataclass(frozen=True, slots=True)
class VariedWindow:
    """A trigger that counts otherwise for one indicator; without its numbers, it does not apply."""

    trigger: str  # its key
    at_least: int | None = None
    within: int | None = None
    name: str = ""  # what it was called then, where that is known
    carried_from: Quarter | None = None  # of the version that carried it over


def may_propose_variation(indicator: Indicator, user: User) -> bool:
    """Its accountable manager, and the performance officers."""
    return plannable_by(user).holds(indicator)


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
    triggers: Sequence[VariedWindow] = (),
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
        from_quarter=from_quarter,
        until_quarter=until_quarter,
        proposed_by=by,
        **differently,
    )
    names = _trigger_names(from_quarter) if triggers else {}
    varied = [VariedTrigger(**_window(each, names)) for each in triggers]
    validate_variation(proposed, varied)
    if (waiting := _identical_proposal(proposed, varied)) is not None:
        return waiting
    proposed.save()
    for each in varied:
        each.variation = proposed
    VariedTrigger.objects.bulk_create(varied)
    audit.record("proposed variation", proposed, by=by, **_audit_detail(proposed, varied))
    _notify_approvers(proposed)
    return proposed


def _notify_approvers(proposed: Variation) -> None:
    """Those who may agree it are owed a notice that it waits."""
    for person in people_approving(on=localdate()):
        if may_decide_variation(proposed, person):
            owe_notice(
                key=f"variation-proposed-{proposed.pk}-{person.pk}",
                kind=Notice.Kind.TO_DECIDE,
                recipient=person,
                subject=f"A variation for {proposed.indicator.title} waits for your decision",
                body=f"{proposed.what} {proposed.reason}",
                address=reverse("variation", args=[proposed.indicator.reference, proposed.pk]),
            )


@transaction.atomic
def bring_agreed_variation(
    *,
    indicator: Indicator,
    what: str,
    reason: str,
    from_quarter: Quarter,
    until_quarter: Quarter,
    triggers: Sequence[VariedWindow],
    proposed_by: User,
    proposed_on: date,
    decided_by: User,
    decided_on: date,
    decision: str,
    clause: str,
    today: date,
    by: User | None,
    **differently: Any,
) -> bool:
    """A variation that was agreed elsewhere rules its quarters here: those still open are rated anew.

    Nobody is told: who was concerned was told then. Returns whether it is new; what stands is not
    changed. Raises RefusedVariation, as proposing and agreeing do, and for a day that has not come.
    """
    Indicator.objects.select_for_update().get(pk=indicator.pk)
    names = _trigger_names(from_quarter) if triggers else {}
    row = Variation(
        indicator=indicator,
        state=Variation.State.AGREED,
        what=what.strip(),
        reason=reason.strip(),
        clause=clause.strip(),
        from_quarter=from_quarter,
        until_quarter=until_quarter,
        proposed_by=proposed_by,
        proposed_at=noon_of(proposed_on),
        decided_by=decided_by,
        decided_on=decided_on,
        decision=decision.strip(),
        **differently,
    )
    varied = [_brought_trigger(each, names) for each in triggers]
    standing = Variation.objects.agreed().filter(indicator=indicator, from_quarter=from_quarter)
    if (same := standing.prefetch_related("varied_triggers__carried_by").first()) is not None:
        _refuse_other(same, row, varied)
        return False
    if proposed_by.pk == decided_by.pk:
        raise RefusedVariation("The person who proposed it cannot agree it", field="decided_by")
    for field, day in (("proposed_on", proposed_on), ("decided_on", decided_on)):
        if day > today:
            raise RefusedVariation(f"{as_date(day)} has not come yet", field=field)
    validate_variation(row, [each for each in varied if each.carried_by is None])
    for each in varied:
        if each.carried_by is not None:
            known = {condition.key for condition in conditions_of(each.carried_by)}
            if each.trigger_key not in known:
                raise RefusedVariation(
                    f"Version {each.carried_by.number} of the SORP has no trigger “{each.trigger_key}”",
                    field="triggers",
                )
    row.save()
    for each in varied:
        each.variation = row
    VariedTrigger.objects.bulk_create(varied)
    audit.record(
        "brought variation", row, by=by, decided_by=decided_by.email, **_audit_detail(row, varied)
    )
    rerate_open_quarters(indicators=[indicator.pk])
    return True


def _brought_trigger(each: VariedWindow, names: Mapping[str, str]) -> VariedTrigger:
    """As it was agreed; or as a version of the SORP carried it over, which is to be in force here too."""
    row = VariedTrigger(**_window(each, names))
    row.trigger = each.name or row.trigger
    if each.carried_from is not None:
        row.carried_by = Version.objects.binding().filter(from_quarter=each.carried_from).first()
        if row.carried_by is None:
            raise RefusedVariation(
                f"No version of the SORP rules from {each.carried_from}, so none carried a trigger over",
                field="carried_from",
            )
    return row


def _refuse_other(standing: Variation, row: Variation, varied: Sequence[VariedTrigger]) -> None:
    """What was agreed from a quarter is what is said of it now. Raises RefusedVariation."""
    compared = [
        each.name
        for each in Variation._meta.concrete_fields
        if each.name not in ("id", "proposed_at")
    ]
    same = all(getattr(standing, name) == getattr(row, name) for name in compared)
    if same and sorted(map(str, standing.varied_triggers.all())) == sorted(map(str, varied)):
        return
    raise RefusedVariation(
        f"{standing.indicator.reference} is varied from {standing.from_quarter} otherwise (“"
        f"{standing.what}”), and what was agreed is not changed by a file: end it on its page",
        field="from_quarter",
    )


@transaction.atomic
def agree_variation(*, variation: Variation, by: User, decision: str = "") -> Variation:
    """The quarters it names are judged by it from now on: those still open are rated anew.

    Agreeing again changes nothing. Raises PermissionDenied for whoever does not approve the SORP;
    RefusedVariation for its proposer, the accountable manager, what was decided before, a first
    quarter closed meanwhile, and an overlap with another.
    """
    row = _lock_to_decide(variation, by)
    if row.state == Variation.State.AGREED and row.decided_by_id == by.pk:
        return row
    _refuse_decided(row)
    validate_variation(row, list(row.varied_triggers.all()))
    _decide(row, Variation.State.AGREED, decision, by)
    rerate_open_quarters(indicators=[row.indicator_id])
    return row


@transaction.atomic
def refuse_variation(*, variation: Variation, decision: str, by: User) -> Variation:
    """It is refused, and why; everything is judged as the SORP has it. Raises as agreeing does."""
    row = _lock_to_decide(variation, by)
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
    row = _lock(variation)
    if not may_end_variation(row, by):
        raise PermissionDenied(
            "Only the performance team, or those who approve the SORP, can end a variation"
        )
    was = row.until_quarter
    if until_quarter == was:
        return row
    _refuse_ending(row, until_quarter, reason)
    row.until_quarter = until_quarter
    note = f"Ended with {until_quarter} instead of {was} by {by}: {reason.strip()}"
    row.decision = "\n\n".join(filter(None, [row.decision, note]))
    row.save(update_fields=["until_quarter", "decision"])
    audit.record(
        "ended variation", row, by=by, was=was.key, now=until_quarter.key, reason=reason.strip()
    )
    _notify(row, "ended", f"It ends with {until_quarter}, not {was}: {reason.strip()}")
    rerate_open_quarters(indicators=[row.indicator_id])
    return row


def _trigger_names(quarter: Quarter) -> dict[str, str]:
    """What each trigger is called in the version that rules a quarter; nothing where none does."""
    try:
        return {each.key: each.name for each in conditions_of(version_ruling(quarter))}
    except NoVersionInForce:
        return {}


def _window(each: VariedWindow, names: Mapping[str, str]) -> dict[str, Any]:
    applies = each.at_least is not None or each.within is not None
    return {
        "trigger": names.get(each.trigger, each.trigger),
        "trigger_key": each.trigger,
        "applies": applies,
        "at_least": each.at_least,
        "within": each.within,
    }


def _identical_proposal(proposed: Variation, varied: Sequence[VariedTrigger]) -> Variation | None:
    """The same, proposed before by the same person and not yet decided."""
    compared = (
        "what",
        "reason",
        "clause",
        "method",
        "tolerance",
        "target",
        "floor",
        "exit_quarters",
    )
    rows = Variation.objects.filter(
        indicator=proposed.indicator,
        state=Variation.State.PROPOSED,
        proposed_by=proposed.proposed_by,
        from_quarter=proposed.from_quarter,
        until_quarter=proposed.until_quarter,
    )
    for row in rows.prefetch_related("varied_triggers"):
        same = all(getattr(row, name) == getattr(proposed, name) for name in compared)
        if same and [str(each) for each in row.varied_triggers.all()] == [str(e) for e in varied]:
            return row
    return None


def _audit_detail(row: Variation, varied: Sequence[VariedTrigger]) -> Mapping[str, Any]:
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


def _lock(variation: Variation) -> Variation:
    """The row as it now stands, and its indicator held, so that no two are agreed at once."""
    Indicator.objects.select_for_update().get(pk=variation.indicator_id)
    return Variation.objects.select_related(
        "indicator__accountable_manager", "proposed_by", "decided_by"
    ).get(pk=variation.pk)


def _lock_to_decide(variation: Variation, by: User) -> Variation:
    row = _lock(variation)
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
            f" {as_date(row.decided_on)}"
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
    _notify(row, word, f"{row.what}\n\n{by} {word} it{until}. {row.decision}".strip())


def _notify(row: Variation, word: str, body: str) -> None:
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
            else "its last quarter has been judged"
        )
        raise RefusedVariation(
            f"Its last quarter is {row.until_quarter}: {advice}", field="until_quarter"
        )
    if not reason.strip():
        raise RefusedVariation("Say why it ends early", field="reason")


@transaction.atomic
def remind_of_expiring_variations(*, today: date) -> int:
    """Each variation in its last quarter is announced to its proposer, the manager and the officers.

    Returns how many were announced now: each once, and again should its end move.
    Nobody is written to on a day on which nobody works.
    """
    if not is_working_day(today):
        return 0
    quarter = Quarter.containing(today)
    ending = Variation.objects.agreed().filter(until_quarter=quarter)
    already_sent = set(
        Notice.objects.filter(key__startswith="variation-ends-").values_list("key", flat=True)
    )
    officers = holders(PostKind.PERFORMANCE_OFFICER, on=today)
    rows = ending.select_related("indicator__accountable_manager", "proposed_by")
    return sum(_notify_of_ending(each, officers, already_sent) for each in rows)


def _notify_of_ending(variation: Variation, officers: list[User], already_sent: set[str]) -> bool:
    indicator, until = variation.indicator, variation.until_quarter
    people = {variation.proposed_by, indicator.accountable_manager, *officers}
    keys = {person: f"variation-ends-{variation.pk}-{until.key}-{person.pk}" for person in people}
    if already_sent.intersection(keys.values()):
        return False
    for person, key in keys.items():
        owe_notice(
            key=key,
            recipient=person,
            subject=f"Variation ends with {until}: {indicator.title}",
            body=(
                f"{variation.what}\n\nFrom {until.next()} it is judged by the SORP again. If "
                f"that does not suit it yet, propose a variation again."
            ),
            kind=Notice.Kind.REMINDER,
            address=reverse("variations_of", args=[indicator.reference]),
        )
    audit.record(
        "told of a variation’s end", variation, by=None, until=until.key, people=len(people)
    )
    return True
