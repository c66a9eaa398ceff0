"""Indicators go to another unit or manager from a day on: asked for, made on the day, or dropped."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.urls import reverse

from core import audit
from core.clock import localdate, now
from core.dates import as_date
from core.refusals import Refused
from core.services.notices import owe_notice
from indicators.models.definitions import Indicator
from indicators.models.moves import IndicatorMove
from indicators.queries.accountability import eligible_managers
from indicators.services.accountability import reassign_indicators
from indicators.services.definitions import redefine_indicator, validate
from organisation.models.people import User
from organisation.models.units import Unit
from organisation.permissions import Permission
from organisation.queries import people_with, tree_on


@transaction.atomic
def move_indicator(
    *,
    indicator: Indicator,
    unit: Unit | None,
    manager: User | None,
    from_day: date,
    reason: str,
    by: User,
) -> IndicatorMove:
    """From a day on it belongs to another unit, another manager answers for it, or both.

    Today it is so at once; on a later day it is made then, and the new manager is told then. What was
    given until then keeps the names of those who gave it. Raises Refused for a day that is over, for
    a move to where it is, for a unit that does not stand on that day or a manager who is not in post
    on it, for its checker, and for a second move on one day.
    """
    indicator = Indicator.objects.select_for_update(of=("self",)).get(pk=indicator.pk)
    unit = None if unit is not None and unit.pk == indicator.unit_id else unit
    if manager is not None and manager.pk == indicator.accountable_manager_id:
        manager = None
    move = IndicatorMove(
        indicator=indicator,
        from_day=from_day,
        unit=unit,
        manager=manager,
        reason=reason.strip(),
        asked_by=by,
    )
    _refuse(move)
    move.save()
    audit.record(
        "asked for move of indicator",
        indicator,
        by=by,
        from_day=from_day.isoformat(),
        unit=unit.name if unit else "",
        manager=manager.name if manager else "",
        reason=move.reason,
    )
    if from_day <= localdate():
        _make(move, by)
    return move


def _refuse(move: IndicatorMove) -> None:
    indicator, day = move.indicator, move.from_day
    if not move.reason:
        raise Refused("Say why it is moved", field="reason")
    if day < localdate():
        raise Refused(
            f"{as_date(day)} has passed: enter today or a later day",
            field="from_day",
        )
    if move.unit is None and move.manager is None:
        raise Refused(
            f"{indicator.reference} is there already: select another unit or another manager",
            field="unit",
        )
    if move.unit is not None and move.unit.pk not in tree_on(day).branches:
        raise Refused(
            f"{move.unit} is not in use on {as_date(day)}: select a unit that is", field="unit"
        )
    if move.manager is not None:
        if not eligible_managers(on=day).filter(pk=move.manager.pk).exists():
            raise Refused(
                f"{move.manager} does not hold an accountable manager’s post on {as_date(day)}:"
                " appoint them to one, or select somebody who does",
                field="manager",
            )
        if move.manager.pk == indicator.checker_id:
            raise Refused(
                f"{move.manager} checks its figures: name another checker first", field="manager"
            )
    if indicator.moves.to_come().filter(from_day=day).exists():
        raise Refused(
            f"It moves on {as_date(day)} already: drop that move first, or choose another day",
            field="from_day",
        )
    validate(move)


def _make(move: IndicatorMove, by: User | None) -> None:
    """It is there now. Raises ValueError, in words, where the manager left or the unit was closed."""
    indicator = move.indicator
    if move.unit is not None:
        redefine_indicator(indicator=indicator, by=by, reason=move.reason, unit=move.unit)
    if move.manager is not None and move.manager_id != indicator.accountable_manager_id:
        reassign_indicators(
            from_user=indicator.accountable_manager,
            to_user=move.manager,
            references=[indicator.reference],
            reason=move.reason,
            by=by,
        )
    move.made_at, move.problem = now(), ""
    move.save(update_fields=["made_at", "problem"])


def make_due_moves(*, today: date) -> int:
    """Every move whose day has come is made; returns how many were.

    One that cannot be made says why, and the performance team is told once; it is tried again.
    """
    made = 0
    for key in IndicatorMove.objects.owed(today).values_list("pk", flat=True):
        made += _make_due(key, today)
    return made


@transaction.atomic
def _make_due(key: int, today: date) -> bool:
    rows = IndicatorMove.objects.owed(today).select_for_update(of=("self",))
    related = ("indicator__accountable_manager", "unit", "manager")
    move = rows.select_related(*related).filter(pk=key).first()
    if move is None:
        return False  # another round made it meanwhile
    try:
        with transaction.atomic():
            if move.unit is not None and move.unit_id not in tree_on(today).branches:
                raise Refused(f"{move.unit} is no longer in use")
            _make(move, None)
            audit.record("made move of indicator", move.indicator, by=None, move=move.in_words)
    except ValueError as refusal:
        move.made_at, move.problem = None, str(refusal)[:500]
        move.save(update_fields=["problem"])
        for officer in people_with(Permission.MANAGE_FRAMEWORK, on=today):
            owe_notice(
                key=f"move-failed:{move.pk}:{officer.pk}",
                recipient=officer,
                subject=f"{move.indicator.reference} could not be moved",
                body=f"It was to go {move.in_words} on {as_date(move.from_day)}. {move.problem}",
                address=reverse("set_up_indicators_move", args=[move.indicator.reference]),
            )
        return False
    return True


@transaction.atomic
def drop_move(*, move: IndicatorMove, by: User) -> IndicatorMove:
    """It is not moved on that day. Dropping it again changes nothing. Raises Refused once made."""
    row = IndicatorMove.objects.select_for_update(of=("self",)).get(pk=move.pk)
    if row.made_at is not None:
        raise Refused(f"It was moved on {as_date(row.made_at)}: move it back instead")
    if row.dropped_at is None:
        row.dropped_at = now()
        row.save(update_fields=["dropped_at"])
        audit.record(
            "dropped move of indicator",
            row.indicator,
            by=by,
            from_day=row.from_day.isoformat(),
            move=row.in_words,
        )
    return row
