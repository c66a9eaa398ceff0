"""Defining indicators and what is expected of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction

from core import audit
from core.clock import noon_of
from core.dates import as_date
from core.quarters import Quarter
from core.queries import last_closed
from core.refusals import Refused
from indicators.models.definitions import DefinitionChange, Indicator, Suspension, Target
from indicators.models.results import Revision
from indicators.queries.histories import thresholds_of
from indicators.services.rating import rerate_open_quarters
from organisation.models.people import User


def validate(row: Any) -> None:
    """Say in words what a constraint would refuse. Raises ValueError."""
    try:
        row.full_clean()
    except ValidationError as refusal:
        raise ValueError("; ".join(_sentences(row, refusal))) from None


def _sentences(row: Any, refusal: ValidationError) -> Iterator[str]:
    for name, messages in refusal.message_dict.items():
        for message in messages:
            if name == NON_FIELD_ERRORS:
                yield (
                    message.replace("Constraint ", "").replace("_", " ").replace(" is violated", "")
                )
            else:
                yield f"{row._meta.get_field(name).verbose_name}: {message}"


@transaction.atomic
def define_indicator(*, by: User | None, **definition: Any) -> Indicator:
    """A new indicator is measured. Raises ValueError, in words, where its parts contradict."""
    indicator = Indicator(**definition)
    validate(indicator)
    indicator.save()
    audit.record("defined indicator", indicator, by=by, reference=indicator.reference)
    return indicator


# What says of whom a figure is and who answers for it, not what it is: no new version of a definition.
NOT_OF_THE_DEFINITION = frozenset(
    {
        *("unit", "accountable_manager", "layer", "tier", "topic", "codes"),
        *("data_provider", "contributors", "checker", "next_review"),
    }
)
PARTS_OF_THE_DEFINITION = frozenset(
    each.name
    for each in Indicator._meta.concrete_fields
    if each.name not in {*NOT_OF_THE_DEFINITION, "id", "reference", "address"}
)


@transaction.atomic
def bring_definition_change(
    *,
    indicator: Indicator,
    number: int,
    changes: Mapping[str, Mapping[str, str]],
    reason: str,
    break_from: Quarter | None,
    changed_by: User | None,
    changed_on: date,
    today: date,
    by: User | None,
) -> bool:
    """A version of a definition that was made elsewhere is on record here. Nothing is defined otherwise.

    Versions come in order, and what the one before made of a part is what the next changed. Returns
    whether it is new. Raises Refused, in words.
    """
    if changed_on > today:
        raise Refused(f"{as_date(changed_on)} has not come yet", field="changed_on")
    for part in changes:
        if part not in PARTS_OF_THE_DEFINITION:
            raise Refused(
                f"name a part of the definition as a column of indicators.csv, not {part}",
                field="part",
            )
    standing = {each.number: each for each in indicator.definition_changes.all()}
    said = (dict(changes), reason, break_from)
    if (same := standing.get(number)) is not None:
        if said == (same.changes, same.reason, same.break_from):
            return False
        raise Refused(
            f"Version {number} exists and says something else: versions are never changed"
        )
    if number != len(standing) + 2:
        raise Refused(f"Version {len(standing) + 2} comes first")
    for part, each in changes.items():
        earlier = [
            row.changes[part]["is"] for _, row in sorted(standing.items()) if part in row.changes
        ]
        if earlier and earlier[-1] != each["was"]:
            raise Refused(f"The version before made {part} “{earlier[-1]}”", field="was")
    row = DefinitionChange.objects.create(
        indicator=indicator,
        number=number,
        changes=dict(changes),
        reason=reason,
        break_from=break_from,
        changed_at=noon_of(changed_on),
        changed_by=changed_by,
    )
    audit.record("brought definition change", row, by=by, number=number, changed_on=str(changed_on))
    return True


def parts_said_otherwise(indicator: Indicator) -> dict[str, str]:
    """What the last version made of each part that now says something else, as it says now.

    A successor is left out: its own title may have changed since.
    """
    latest = {
        part: said["is"]
        for change in indicator.definition_changes.order_by("number")
        for part, said in change.changes.items()
    }
    found = {}
    for part, said in latest.items():
        value = getattr(indicator, part)
        same = said and Decimal(said) == value if isinstance(value, Decimal) else None
        if part != "successor" and not (_in_words(value) == said or same):
            found[part] = _in_words(value)
    return found


@transaction.atomic
def redefine_indicator(
    *,
    indicator: Indicator,
    by: User | None,
    reason: str = "",
    break_from: Quarter | None = None,
    is_first: bool = False,
    **changes: Any,
) -> Indicator:
    """An indicator is defined otherwise from now on. Ratings already stored keep their inputs.

    Records each part that changed, as it was and as it is; changes nothing where none did. Of what
    makes its definition, the next version says who changed it and why. `break_from` says from which
    quarter figures compare no more with those before; where its results speak of another span from
    now on, that is refused without it. With `is_first`, what changes was to be of its first
    definition, and makes no version. Raises ValueError, in words.
    """
    before = {name: getattr(indicator, name) for name in changes}
    changed = {name: value for name, value in changes.items() if before[name] != value}
    if not changed:
        return indicator
    if "last_quarter" in changed or "successor" in changed or "successor_is_comparable" in changed:
        ending = {**{name: getattr(indicator, name) for name in ENDING}, **changes}
        _refuse_ending(indicator, **{name: ending[name] for name in ENDING})
    if "basis" in changed:
        _refuse_span(indicator, break_from)
    _refuse_closed_break(break_from)
    if "first_quarter" in changed:
        _refuse_beginning(indicator, changed["first_quarter"])
    for name, value in changed.items():
        setattr(indicator, name, value)
    validate(indicator)
    indicator.save(update_fields=list(changed))
    told = {name: value for name, value in changed.items() if name not in NOT_OF_THE_DEFINITION}
    if told and not is_first:
        DefinitionChange.objects.create(
            indicator=indicator,
            number=indicator.definition_changes.count() + 2,
            changes={
                name: {"was": _in_words(before[name]), "is": _in_words(value)}
                for name, value in told.items()
            },
            reason=reason.strip(),
            break_from=break_from,
            changed_by=by,
        )
    audit.record(
        "redefined indicator",
        indicator,
        by=by,
        **{name: {"was": str(before[name]), "is": str(value)} for name, value in changed.items()},
    )
    rerate_open_quarters(indicators=[indicator.pk])
    return indicator


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def last_quarter_given(indicator: Indicator) -> Quarter | None:
    """The last quarter of which there is a figure."""
    given = Revision.objects.latest_ones().filter(result__indicator=indicator, value__isnull=False)
    return given.order_by("-result__quarter").values_list("result__quarter", flat=True).first()


def _refuse_span(indicator: Indicator, break_from: Quarter | None) -> None:
    """Figures of two spans say nothing of one another: one is asked from which quarter that is so."""
    last = last_quarter_given(indicator)
    if last is None:
        return
    if break_from is None:
        raise Refused(
            f"{indicator.reference} has results that speak of {indicator.get_basis_display().lower()}:"
            f" say in break_from from which quarter they no longer do ({last.next().key} or later),"
            " or measure a new indicator that succeeds this one",
            field="break_from",
        )
    if break_from <= last:
        raise Refused(
            f"{indicator.reference} has a result for {last.key}: write a later quarter, from "
            f"which its figures can no longer be compared with earlier ones",
            field="break_from",
        )


def _refuse_closed_break(break_from: Quarter | None) -> None:
    """What was compared by then stays compared."""
    closed = last_closed()
    if break_from is not None and closed is not None and break_from <= closed:
        raise Refused(
            f"{break_from} is closed: choose {closed.next()} or a later quarter",
            field="break_from",
        )


def _refuse_beginning(indicator: Indicator, first: Quarter) -> None:
    """It began no later than its first figure."""
    given = Revision.objects.latest_ones().filter(
        result__indicator=indicator, result__quarter__lt=first, value__isnull=False
    )
    if earliest := given.order_by("result__quarter").first():
        quarter = earliest.result.quarter
        raise Refused(
            f"{indicator.reference} has a result for {quarter.key}: it begins then or before",
            field="first_quarter",
        )


ENDING = ("last_quarter", "successor", "successor_is_comparable")
ALIKE = {"measure_unit": "unit", "polarity": "polarity", "basis": "span", "frequency": "frequency"}


def _refuse_ending(
    indicator: Indicator,
    *,
    last_quarter: Quarter | None,
    successor: Indicator | None,
    successor_is_comparable: bool,
) -> None:
    """What an indicator's end and its successor may not be. Raises ValueError, saying what to do."""
    reference = indicator.reference
    if last_quarter is not None:
        given = Revision.objects.latest_ones().filter(
            result__indicator=indicator, result__quarter__gt=last_quarter, value__isnull=False
        )
        if later := given.order_by("-result__quarter").first():
            quarter = later.result.quarter.key
            raise ValueError(f"{reference} has a result for {quarter}: it ends then or later")
    if successor is None:
        return
    if last_quarter is None:
        raise ValueError(f"Write the last quarter of {reference}: what is replaced has ended")
    if successor.reference == reference:
        raise ValueError(f"{reference} cannot replace itself: name another indicator")
    after: Indicator | None = successor
    while after is not None:
        if after.reference == reference:
            raise ValueError(
                f"{successor.reference} is itself replaced by {reference}, now or later: choose "
                f"an indicator that continues"
            )
        after = after.successor
    if successor.first_quarter < indicator.first_quarter:
        raise ValueError(
            f"{successor.reference} was measured before {reference} was, from"
            f" {successor.first_quarter}: name one that began after it, or correct its first quarter"
        )
    if successor.last_quarter is not None and successor.last_quarter <= last_quarter:
        raise ValueError(
            f"{successor.reference} ended in {successor.last_quarter}: choose one that "
            f"continues after {last_quarter}"
        )
    if successor_is_comparable:
        _refuse_comparing(indicator, successor)


def _refuse_comparing(indicator: Indicator, successor: Indicator) -> None:
    for name, word in ALIKE.items():
        if getattr(indicator, name) != getattr(successor, name):
            raise ValueError(
                f"{indicator.reference} and {successor.reference} differ in {word}, so their figures"
                " cannot be compared: say that they are not comparable"
            )
    others = successor.predecessors.filter(successor_is_comparable=True).exclude(pk=indicator.pk)
    if other := others.first():
        raise ValueError(
            f"{successor.reference} continues the figures of {other.reference} already: only one"
            " may be comparable with it"
        )


@transaction.atomic
def retire_indicator(
    *,
    indicator: Indicator,
    last_quarter: Quarter,
    reason: str,
    by: User | None,
    successor: Indicator | None = None,
    successor_is_comparable: bool = False,
) -> Indicator:
    """An indicator is measured until a quarter, and no longer; another may replace it.

    What is referred up of it ends at the first close after that quarter. Raises ValueError without a
    reason, or where its results or its successor do not allow it.
    """
    if not reason.strip():
        raise ValueError("Say why it is no longer measured")
    retired = redefine_indicator(
        indicator=indicator,
        by=by,
        reason=reason,
        last_quarter=last_quarter,
        successor=successor,
        successor_is_comparable=successor_is_comparable and successor is not None,
    )
    audit.record(
        "retired indicator",
        retired,
        by=by,
        reason=reason,
        last_quarter=last_quarter.key,
        successor=successor.reference if successor else "",
    )
    return retired


@transaction.atomic
def keep_measuring(*, indicator: Indicator, reason: str, by: User | None) -> Indicator:
    """An indicator that was to end goes on, and nothing replaces it.

    Raises Refused once a quarter was closed without it: what was referred up of it may have ended.
    """
    if not reason.strip():
        raise Refused("Say why it continues", field="reason")
    last, closed = indicator.last_quarter, last_closed()
    if last is None:
        return indicator
    if closed is not None and last < closed:
        raise Refused(
            f"{last.next()} was closed without it: define a new indicator that succeeds it",
            field="last_quarter",
        )
    kept = redefine_indicator(
        indicator=indicator,
        by=by,
        reason=reason,
        last_quarter=None,
        successor=None,
        successor_is_comparable=False,
    )
    audit.record("kept measuring indicator", kept, by=by, reason=reason, was=last.key)
    return kept


@transaction.atomic
def set_target(
    *,
    indicator: Indicator,
    from_quarter: Quarter,
    reason: str,
    approved_by: str,
    by: User | None,
    **limits: Any,
) -> Target:
    """From a quarter on, this is expected of the indicator, until its next target.

    Raises ValueError where the numbers contradict the method or each other, or the quarter is
    closed: what was judged by then keeps its colour (architecture: history never changes silently).
    """
    closed = last_closed()
    if closed is not None and from_quarter <= closed:
        raise ValueError(
            f"{from_quarter} is closed: set the target from {closed.next()} or a later quarter"
        )
    before = indicator.targets.filter(from_quarter=from_quarter).first()
    target = before or Target(indicator=indicator, from_quarter=from_quarter)
    was = {name: str(getattr(target, name)) for name in limits} if before else None
    for name, value in limits.items():
        setattr(target, name, value)
    target.reason, target.approved_by, target.set_by = reason, approved_by, by
    validate(target)
    thresholds_of(indicator, target)
    target.save()
    audit.record(
        "changed target" if before else "set target",
        target,
        by=by,
        reason=reason,
        approved_by=approved_by,
        was=was,
        **{name: str(value) for name, value in limits.items()},
    )
    rerate_open_quarters(indicators=[indicator.pk])
    return target


@transaction.atomic
def suspend_indicator(
    *,
    indicator: Indicator,
    from_quarter: Quarter,
    until_quarter: Quarter | None,
    reason: str,
    approved_by: str,
    by: User | None,
) -> tuple[Suspension, bool]:
    """An indicator is not measured for some quarters, by agreement, and why.

    Said again of the same first quarter, it ends in another quarter, or is agreed by somebody else:
    what was said before is on the record. Returns it, and whether anything changed. Raises ValueError
    where a quarter that is closed would be judged otherwise than it was.
    """
    before = indicator.suspensions.filter(from_quarter=from_quarter).first()
    said = {"until_quarter": until_quarter, "reason": reason, "approved_by": approved_by}
    was = {name: getattr(before, name) for name in said} if before else None
    if before is not None and was == said:
        return before, False
    _refuse_suspending_closed(from_quarter, until_quarter, before)
    suspension = before or Suspension(indicator=indicator, from_quarter=from_quarter)
    for name, value in said.items():
        setattr(suspension, name, value)
    validate(suspension)
    suspension.save()
    audit.record(
        "changed suspension" if before else "suspended indicator",
        suspension,
        by=by,
        reason=reason,
        approved_by=approved_by,
        until_quarter=until_quarter.key if until_quarter else "",
        **({"was": {name: str(value) for name, value in was.items()}} if was else {}),
    )
    rerate_open_quarters(indicators=[indicator.pk])
    return suspension, True


def _refuse_suspending_closed(
    first: Quarter, last: Quarter | None, before: Suspension | None
) -> None:
    """Whether a closed quarter was measured is settled. Raises ValueError, saying what to do."""
    closed = last_closed()
    if closed is None:
        return
    if before is None:
        if first <= closed:
            raise ValueError(f"{first} is closed: suspend from {closed.next()} or later")
        return
    ends = [each for each in (before.until_quarter, last) if each is not None]
    if before.until_quarter != last and ends and min(ends) < closed:
        raise ValueError(
            f"It may not end before {closed}, which is closed: say until {closed} or later, or "
            f"suspend it again from {closed.next()} or later"
        )
