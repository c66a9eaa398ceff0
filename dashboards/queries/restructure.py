"""What a change of the council's structure would move, end and keep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from assurance.models.teams import Seat
from core.dates import as_date
from core.quarters import Quarter
from indicators.models.definitions import Indicator
from organisation.models.units import Unit
from organisation.queries import appointments_beyond, parts_beyond
from organisation.rules import DIRECTING


def own_indicators(unit: Unit, *, after: date) -> list[Indicator]:
    """What is a unit's own, and of none of its parts, and is still measured after a day."""
    quarter = Quarter.containing(after + timedelta(days=1))
    return list(Indicator.objects.filter(unit=unit).in_use(quarter))


def seats_beyond(unit: Unit, day: date) -> list[Seat]:
    """The seats held for a directorate after a day."""
    rows = Seat.objects.filter(unit=unit).exclude(ends_on__lte=day)
    return list(rows.select_related("team", "user", "unit"))


def consequences(
    units: Sequence[Unit],
    *,
    ends_on: date,
    successor: str,
    posts_go_along: bool,
    apart_from: Sequence[Unit] = (),
) -> Iterator[str]:
    """What follows where these close on a day and another, by its name, takes over: in sentences."""
    after = as_date(ends_on + timedelta(days=1))
    for unit in units:
        parts = [each for each in parts_beyond(unit, ends_on) if each not in apart_from]
        if parts and successor:
            yield f"{_listed([each.name for each in parts])}: part of {successor} from {after}."
        own = own_indicators(unit, after=ends_on)
        if own and successor:
            yield (
                f"{_listed([each.reference for each in own])}: {unit.name}’s own until then, and found"
                f" under {successor} from {after}."
            )
        for each in appointments_beyond(unit, ends_on):
            who = f"{each.user.name}, {each.post.title}"
            goes = posts_go_along and successor and each.post.kind not in DIRECTING
            if goes:
                yield f"{who}: the same post in {successor} from {after}."
            else:
                yield f"{who}: the post ends on {as_date(ends_on)}."
        for seat in seats_beyond(unit, ends_on):
            yield (
                f"{seat.user.name}: the seat on {seat.team.name} for {unit.name} ends on"
                f" {as_date(ends_on)}."
            )
    yield (
        f"Reports and dashboards of quarters that ended before {after} keep the structure they "
        f"had then;"
        f" reports already published do not change."
    )


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
