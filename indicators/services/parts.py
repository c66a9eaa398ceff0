"""Saying by what indicators are broken down, what is expected of their parts, and what these came to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from core import audit
from core.clock import now
from core.quarters import Quarter
from core.queries import last_closed
from core.refusals import Refused
from core.services.quarters import NotOpen, held_quarter, open_quarter
from core.words import mid_sentence
from indicators.models.definitions import Indicator
from indicators.models.parts import (
    Breakdown,
    Dimension,
    Part,
    PartResult,
    PartsRevision,
    PartTarget,
)
from indicators.models.results import Result
from indicators.queries.parts import latest_parts, part_thresholds
from indicators.rules.entry import shortened
from indicators.rules.parts import PartFigure
from indicators.services.definitions import validate
from indicators.services.results import refuse_locked
from organisation.models.people import User

MOST_PARTS = 60


class CannotGiveParts(Refused):
    """The parts cannot be given so. The message says what to do."""


@dataclass(frozen=True, slots=True)
class PartNamed:
    """A part as it is to be: one with a key that stands is renamed, and none is deleted."""

    key: str
    name: str
    is_used: bool = True


@transaction.atomic
def save_dimension(
    *,
    key: str,
    name: str,
    parts: Sequence[PartNamed],
    each_case_once: bool,
    withheld_below: int,
    by: User | None,
    position: int | None = None,
    seen: str | None = None,
) -> tuple[Dimension, bool]:
    """A dimension has these parts, in this order. Returns it, and whether anything changed.

    Parts that are not named stay, and are no longer used: their figures keep their names. Raises
    ValueError for a name or key given twice, no part, too many, the name of another dimension, or
    where it was changed since its `mark` was `seen`.
    """
    for what, given in (
        ("key", [each.key for each in parts]),
        ("name", [each.name for each in parts]),
    ):
        if twice := {each for each in given if given.count(each) > 1}:
            raise ValueError(
                f"Give each part a {what} of its own: {sorted(twice)[0]} is there twice"
            )
    if not 1 <= len(parts) <= MOST_PARTS:
        raise ValueError(f"Name from 1 to {MOST_PARTS} parts")
    before = Dimension.objects.select_for_update().filter(key=key).first()
    if before is not None and seen is not None and seen != before.mark:
        raise ValueError(
            "Somebody else changed this while you were writing. Check what is saved now, and "
            "save again if yours is right"
        )
    if Dimension.objects.filter(name__iexact=name).exclude(key=key).exists():
        raise ValueError(f"Give it another name: there is a dimension called {name} already")
    dimension = before or Dimension(key=key, position=Dimension.objects.count() + 1)
    said = {"name": name, "each_case_once": each_case_once, "withheld_below": withheld_below}
    if position is not None:
        said["position"] = position
    changed = {
        field: {"was": str(getattr(dimension, field)) if before else None, "is": str(value)}
        for field, value in said.items()
        if before is None or getattr(dimension, field) != value
    }
    for field, value in said.items():
        setattr(dimension, field, value)
    validate(dimension)
    dimension.save()
    moved = _save_parts(dimension, parts)
    if not changed and not moved:
        return dimension, False
    audit.record(
        "changed dimension" if before else "added dimension",
        dimension,
        by=by,
        parts=moved,
        **changed,
    )
    return dimension, True


def _save_parts(dimension: Dimension, parts: Sequence[PartNamed]) -> list[str]:
    """The parts as they are to be; which of them were added, renamed, moved or set aside."""
    standing = {each.key: each for each in dimension.parts.all()}
    wanted = [*parts]
    wanted += [
        PartNamed(each.key, each.name, is_used=False)
        for each in standing.values()
        if each.key not in {given.key for given in parts}
    ]
    changed = []
    for position, each in enumerate(wanted, start=1):
        part = standing.get(each.key) or Part(dimension=dimension, key=each.key)
        said = {"name": each.name, "position": position, "is_used": each.is_used}
        if part.pk and all(getattr(part, field) == value for field, value in said.items()):
            continue
        for field, value in said.items():
            setattr(part, field, value)
        changed.append(part)
    # Two that swap their names would each be refused the other's while it stands.
    for part in changed:
        if part.pk:
            Part.objects.filter(pk=part.pk).update(name=f"\u2026{part.pk}")
    for part in changed:
        validate(part)
        part.save()
    return [part.name for part in changed]


@transaction.atomic
def break_down(
    *,
    indicator: Indicator,
    dimensions: Mapping[Dimension, bool],
    by: User | None,
    seen: Collection[str] | None = None,
) -> bool:
    """An indicator may be broken down by these dimensions, and no others from now on.

    Each with whether its results are counts, so that those of the parts add up to the whole's. What
    was given by another dimension is kept, and not shown. Returns whether anything changed. Raises
    ValueError where others stand by now than those `seen`.
    """
    standing = {
        each.dimension_id: each
        for each in Breakdown.objects.select_for_update(of=("self",))
        .select_related("dimension")
        .filter(indicator=indicator)
    }
    used = {each.dimension.key for each in standing.values() if each.is_used}
    if seen is not None and set(seen) != used:
        raise ValueError(
            "Somebody else changed this while you were writing. Check what is saved now, and "
            "save again if yours is right"
        )
    changed = []
    for dimension, values_add_up in dimensions.items():
        row = standing.get(dimension.pk) or Breakdown(indicator=indicator, dimension=dimension)
        if row.pk and row.is_used and row.values_add_up == values_add_up:
            continue
        row.is_used, row.values_add_up = True, values_add_up
        row.save()
        changed.append(row)
    wanted = {each.pk for each in dimensions}
    for row in standing.values():
        if row.dimension_id not in wanted and row.is_used:
            row.is_used = False
            row.save(update_fields=["is_used"])
            changed.append(row)
    if changed:
        audit.record(
            "broke down indicator",
            indicator,
            by=by,
            dimensions=[each.key for each in dimensions],
            values_add_up=[each.key for each, counts in dimensions.items() if counts],
        )
    return bool(changed)


@transaction.atomic
def set_part_target(
    *,
    indicator: Indicator,
    part: Part,
    from_quarter: Quarter,
    reason: str,
    approved_by: str,
    by: User | None,
    **limits: Any,
) -> tuple[PartTarget, bool]:
    """From a quarter on, this is expected of one part. Returns it, and whether it is new or changed.

    Raises ValueError where the indicator is not broken down so, the numbers contradict its method,
    or the quarter is closed: what was judged by then keeps its colour.
    """
    if not Breakdown.objects.filter(
        indicator=indicator, dimension=part.dimension_id, is_used=True
    ).exists():
        raise ValueError(
            f"{indicator.reference} is not broken down by {mid_sentence(part.dimension.name)}"
        )
    rows = PartTarget.objects.filter(indicator=indicator, part=part, from_quarter=from_quarter)
    before = rows.first()
    said = {**limits, "reason": reason, "approved_by": approved_by}
    if before and all(getattr(before, name) == value for name, value in said.items()):
        return before, False
    closed = last_closed()
    if closed is not None and from_quarter <= closed:
        raise ValueError(
            f"{from_quarter} is closed: set the target from {closed.next()} or a later quarter"
        )
    target = before or PartTarget(indicator=indicator, part=part, from_quarter=from_quarter)
    was = {name: str(getattr(target, name)) for name in limits} if before else None
    for name, value in said.items():
        setattr(target, name, value)
    target.set_by = by
    validate(target)
    part_thresholds(
        target,
        method=indicator.method,
        polarity=indicator.polarity,
        tolerance=indicator.tolerance,
    )
    target.save()
    audit.record(
        "changed target of a part" if before else "set target of a part",
        target,
        by=by,
        reason=reason,
        approved_by=approved_by,
        was=was,
        **{name: str(value) for name, value in limits.items()},
    )
    return target, True


@transaction.atomic
def give_parts(
    *,
    breakdown: Breakdown,
    quarter: Quarter,
    figures: Mapping[Part, PartFigure],
    today: date,
    by: User | None,
    reason: str = "",
    seen: int | None = None,
    predates: bool = False,
) -> tuple[PartsRevision | None, bool]:
    """The parts of one result are as given, and others have no figure. What stood is kept.

    Returns what stands, and whether it is new: the same again changes nothing. In a closed quarter
    it is a revision, with the reason. Parts may predate the whole, where it `predates` it: those of
    councils that merged. `seen` is the number of the revision that they were typed over.
    The result itself, its rating and its sign-off stay as they are: the whole is the indicator.

    Raises NotOpen where the quarter has not ended, Locked where the result is approved and not
    unlocked for this person, and CannotGiveParts in words.
    """
    indicator, dimension = breakdown.indicator, breakdown.dimension
    _refuse_misplaced(breakdown, quarter, figures, predates=predates)
    state = held_quarter(quarter)
    is_closed = bool(state and state.is_closed)
    if not is_closed:
        open_quarter(quarter=quarter, today=today, by=by)
    # Held until the end, so that two who give parts of one indicator do so one after the other.
    Indicator.objects.select_for_update().get(pk=indicator.pk)
    before = latest_parts(indicator=indicator, dimension=dimension, quarter=quarter)
    if seen is not None and seen != (before.number if before else 0):
        raise ChangedMeanwhile
    standing = {each.part: each.figure for each in before.results.all()} if before else {}
    if standing == dict(figures):
        return before, False
    if is_closed and not reason.strip():
        raise CannotGiveParts("Say why the parts are revised: the quarter is closed")
    if not is_closed:
        results = Result.objects.filter(indicator=indicator, quarter=quarter)
        refuse_locked(results.select_related("indicator"), by=by)
    if before is not None:
        PartsRevision.objects.filter(pk=before.pk).update(is_latest=False)
    revision = PartsRevision.objects.create(
        indicator=indicator,
        dimension=dimension,
        quarter=quarter,
        number=before.number + 1 if before else 1,
        after_close=is_closed,
        reason=reason.strip() or (_which_changed(standing, figures) if before else ""),
        given_by=by,
        given_at=now(),
    )
    PartResult.objects.bulk_create(
        PartResult(
            revision=revision,
            part=part,
            value=each.value,
            numerator=each.numerator,
            denominator=each.denominator,
            not_available=each.not_available,
            is_withheld=each.is_withheld,
        )
        for part, each in figures.items()
    )
    audit.record(
        "revised parts" if before else "gave parts",
        revision,
        by=by,
        quarter=quarter.key,
        dimension=dimension.key,
        revision=revision.number,
        reason=revision.reason,
        changed=sorted(
            part.key for part in {*standing, *figures} if standing.get(part) != figures.get(part)
        ),
    )
    return revision, True


def _which_changed(before: Mapping[Part, PartFigure], after: Mapping[Part, PartFigure]) -> str:
    """The reason of a correction in an open quarter, for which none is asked: which parts it changes.

    It names no figure: what is too few to show stands in the parts alone.
    """
    found: dict[str, list[str]] = {"Given": [], "Changed": [], "Taken away": []}
    for part in sorted({*before, *after}, key=lambda each: (each.position, each.name)):
        if before.get(part) != after.get(part):
            act = "Given" if part not in before else "Changed" if part in after else "Taken away"
            found[act].append(part.name)
    return shortened(
        "; ".join(f"{act}: {', '.join(names)}" for act, names in found.items() if names)
    )


class ChangedMeanwhile(CannotGiveParts):
    """Somebody else gave the parts since they were looked at."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody else entered these parts while you were writing. Check what is saved now, "
            "then save again"
        )


def _refuse_misplaced(
    breakdown: Breakdown,
    quarter: Quarter,
    figures: Mapping[Part, PartFigure],
    *,
    predates: bool,
) -> None:
    indicator = breakdown.indicator
    if not breakdown.is_used:
        raise CannotGiveParts(
            f"{indicator.reference} is not broken down by {mid_sentence(breakdown.dimension.name)} any longer"
        )
    first, last = indicator.first_quarter, indicator.last_quarter
    if (quarter < first and not predates) or (last is not None and quarter > last):
        raise NotOpen(f"{indicator.reference} is not measured in {quarter}")
    for part in figures:
        if part.dimension_id != breakdown.dimension_id:
            raise CannotGiveParts(
                f"{part.name} is not a part of {mid_sentence(breakdown.dimension.name)}"
            )
