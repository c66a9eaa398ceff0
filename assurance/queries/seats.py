"""Who sits on a team, and which seats are empty."""

from __future__ import annotations

from datetime import date

from assurance.models.teams import Seat, Team
from assurance.rules import SeatKind
from organisation.queries import tree_on
from organisation.rules import UnitTier

NEDS = 2  # Cabinet paper of 20 June 2011, section 3c: "two non-executive directors"


def seats_on(team: Team, day: date) -> list[Seat]:
    """A team's seats on a day: the chair, then directors by directorate, NEDs, officers."""
    order = list(SeatKind)
    rows = Seat.objects.held_on(day).filter(team=team).select_related("user", "unit", "team")
    return sorted(
        rows,
        key=lambda seat: (
            order.index(SeatKind(seat.kind)),
            seat.unit.name if seat.unit else "",
            seat.user.name,
        ),
    )


def vacancies(seats: list[Seat], day: date) -> tuple[str, ...]:
    """The seats that should be filled and are not, each as a sentence."""
    kinds = [seat.kind for seat in seats]
    spoken_for = {seat.unit_id for seat in seats if seat.kind == SeatKind.DIRECTOR}
    directorates = sorted(
        (branch.name, branch.unit)
        for branch in tree_on(day).branches.values()
        if branch.tier is UnitTier.DIRECTORATE
    )
    empty = [] if SeatKind.CHAIR in kinds else ["There is no chair"]
    empty += [
        f"{name} has no nominated director" for name, unit in directorates if unit not in spoken_for
    ]
    missing = NEDS - kinds.count(SeatKind.NED)
    if missing > 0:
        empty.append(
            "One non-executive director’s seat is empty"
            if missing == 1
            else "Both non-executive directors’ seats are empty"
        )
    return tuple(empty)
