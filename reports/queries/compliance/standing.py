"""Checks of what must stand all the while: somebody answers, and no variation runs out unseen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from indicators.models import Target, Variation
from indicators.rules.calendar import in_full
from organisation.clock import day_of
from organisation.models import Appointment, AuditEvent
from organisation.rules import PostKind
from reports.queries.compliance.ground import Ground, Seen


def posts_filled(ground: Ground) -> Iterator[Seen]:
    """Every indicator measured, and whether its manager was in post on the day of the close.

    In post is who holds an accountable manager's post and may sign in. Who may sign in is known of
    today alone: a leaver whose account was closed since is found by their last day. One query.
    """
    in_post = set(
        Appointment.objects.held_on(ground.closed_on)
        .filter(post__kind=PostKind.ACCOUNTABLE_MANAGER)
        .values_list("user_id", flat=True)
    )
    for indicator in ground.measured.values():
        manager = indicator.accountable_manager
        lapse = ""
        if manager.pk not in in_post:
            lapse = f"{manager} held no accountable manager’s post on {in_full(ground.closed_on)}"
        elif not manager.is_active:
            lapse = f"{manager} may not sign in"
        yield Seen(indicator.unit_id, indicator.reference, lapse)


def variations_in_date(ground: Ground) -> Iterator[Seen]:
    """Variations in force, run out or waiting in the quarter, and whether each was decided. 3 queries.

    One in force keeps to the requirement, and so does one that ran out with the quarter before
    where somebody looked at it: a later variation was agreed or refused, it was ended on a day of
    its own, or, where it changed how results are rated, a new target was set. One that ran out
    unseen lapses, once. So does one that was proposed for this quarter or an earlier and not
    decided by the close.
    """
    of_each: dict[int, list[Variation]] = defaultdict(list)
    for row in Variation.objects.filter(indicator__in=ground.measured).order_by("pk"):
        of_each[row.indicator_id].append(row)
    targets: dict[int, list[Target]] = defaultdict(list)
    for target in Target.objects.filter(indicator__in=of_each):
        targets[target.indicator_id].append(target)
    ended = _ended_by_somebody()
    for pk, rows in sorted(of_each.items()):
        indicator = ground.measured[pk]
        for row in rows:
            told = _told(
                ground, row, row.pk in ended or _is_settled(ground, row, rows, targets[pk])
            )
            if told is not None:
                yield Seen(indicator.unit_id, indicator.reference, told)


def _ended_by_somebody() -> set[int]:
    """Variations that were ended before their time, as the record has it."""
    events = AuditEvent.objects.filter(subject_kind=Variation._meta.label, act="ended variation")
    return {int(key) for key in events.values_list("subject_key", flat=True)}


def _told(ground: Ground, row: Variation, is_settled: bool) -> str | None:
    """In what a variation lapsed, nothing where it did not, None where it is not looked at."""
    if row.from_quarter > ground.quarter:
        return None
    if row.decided_on is None or row.decided_on > ground.closed_on:
        if day_of(row.proposed_at) > ground.closed_on:
            return None
        return f"proposed for {row.from_quarter}, and not decided before the close"
    if row.state != Variation.State.AGREED:
        return None
    if row.until_quarter >= ground.quarter:
        return ""
    if row.until_quarter < ground.quarter.previous():
        return None
    if is_settled:
        return ""
    return f"the variation from {row.from_quarter} ran out with {row.until_quarter}, unseen"


def _is_settled(
    ground: Ground, row: Variation, rows: list[Variation], targets: list[Target]
) -> bool:
    renewed = any(
        each.from_quarter_start > row.from_quarter_start
        and each.decided_on is not None
        and each.decided_on <= ground.closed_on
        for each in rows
    )
    return renewed or (
        row.varies_rating
        and any(each.from_quarter_start > row.from_quarter_start for each in targets)
    )
