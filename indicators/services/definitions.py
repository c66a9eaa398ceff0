"""Defining indicators and what is expected of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction

from core import audit
from core.quarters import Quarter
from core.queries import last_closed
from indicators.models.definitions import Indicator, Suspension, Target
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


@transaction.atomic
def redefine_indicator(*, indicator: Indicator, by: User | None, **changes: Any) -> Indicator:
    """An indicator is defined otherwise from now on. Ratings already stored keep their inputs.

    Records each part that changed, as it was and as it is; changes nothing where none did.
    """
    before = {name: getattr(indicator, name) for name in changes}
    changed = {name: value for name, value in changes.items() if before[name] != value}
    if not changed:
        return indicator
    for name, value in changed.items():
        setattr(indicator, name, value)
    validate(indicator)
    indicator.save(update_fields=list(changed))
    audit.record(
        "redefined indicator",
        indicator,
        by=by,
        **{name: {"was": str(before[name]), "is": str(value)} for name, value in changed.items()},
    )
    rerate_open_quarters(indicators=[indicator.pk])
    return indicator


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
) -> Suspension:
    """An indicator is not measured for some quarters, by agreement. Raises ValueError if closed."""
    closed = last_closed()
    if closed is not None and from_quarter <= closed:
        raise ValueError(f"{from_quarter} is closed: suspend from {closed.next()} or later")
    suspension = Suspension(
        indicator=indicator,
        from_quarter=from_quarter,
        until_quarter=until_quarter,
        reason=reason,
        approved_by=approved_by,
    )
    validate(suspension)
    suspension.save()
    audit.record("suspended indicator", suspension, by=by, reason=reason, approved_by=approved_by)
    rerate_open_quarters(indicators=[indicator.pk])
    return suspension
