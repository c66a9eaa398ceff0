"""teams.csv and seats.csv, as the imports take them back."""

from __future__ import annotations

from assurance.importing import SeatRow, TeamRow
from assurance.models.teams import Seat, Team
from core.tables.writing import written_rows


def teams_csv() -> str:
    """PAT and DAT, as far as there are any."""
    rows = [
        {
            "team": each.code,
            "name": each.name,
            "chaired_by": each.chaired_by,
            "neds": each.neds,
            "quorum": each.quorum,
            "meets_at": f"{each.meets_at:%H:%M}" if each.meets_at else None,
            "place": each.place,
            "terms": each.terms,
            "starts_on": each.starts_on,
            "ends_on": each.ends_on,
        }
        for each in Team.objects.order_by("-code")
    ]
    return written_rows(TeamRow, rows)


def seats_csv() -> str:
    """Every seat that anybody has, had or will have."""
    rows = [
        {
            "team": each.team.code,
            "email": each.user.email,
            "kind": each.kind,
            "unit": each.unit.code if each.unit else None,
            "starts_on": each.starts_on,
            "ends_on": each.ends_on,
        }
        for each in Seat.objects.select_related("team", "user", "unit").order_by(
            "-team__code", "starts_on", "user__email", "kind"
        )
    ]
    return written_rows(SeatRow, rows)
