"""What PAT and DAT ask of those who sit on them, or read their papers by office."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q
from django.urls import reverse

from assurance.models import Meeting, Seat, Team
from assurance.rules import MeetingState, SeatKind, Verdict
from indicators.rules.calendar import in_full
from organisation.models import User
from organisation.rights import Permission, allowed
from reports.queries.homes.needs import Need, Urgency, counted


def teams_of(reader: User, today: date) -> list[Team]:
    """The teams a person sits on; by office, both (Cabinet paper of 20 June 2011, section 3c)."""
    teams = Team.objects.order_by("-code")
    if not allowed(reader, Permission.VIEW_PACKS):
        teams = teams.filter(pk__in=Seat.objects.held_on(today).filter(user=reader).values("team"))
    return list(teams)


def meetings(reader: User, teams: Sequence[Team], today: date) -> Iterator[Need]:
    """The next meeting of each team, with its papers, and for its chair what is still to choose."""
    if not teams:
        return
    chairs = set(
        Seat.objects.held_on(today)
        .filter(user=reader, kind=SeatKind.CHAIR)
        .values_list("team_id", flat=True)
    )
    for planned in _next_ones(teams, today):
        meeting = planned.meeting
        short, day = meeting.team.short, in_full(meeting.meets_on)
        papers = "and the pack is ready" if planned.packs else "and its pack is still to come"
        yield Need(
            Urgency.SOON,
            f"{short} meets on {day}, with {meeting.quarter} before it, {papers}.",
            f"See {short}’s meeting",
            reverse("meeting", args=[meeting.team.code, meeting.meets_on]),
            meeting.meets_on,
        )
        if meeting.team_id in chairs and meeting.state == MeetingState.PLANNED:
            indicators = counted(planned.called_in, "indicator")
            yield Need(
                Urgency.NOW,
                f"You chair {short} on {day}, and have called in {indicators} so far.",
                f"Choose what {short} calls in",
                reverse("call_in_board", args=[meeting.team.code, meeting.meets_on]),
                meeting.meets_on,
            )


@dataclass(frozen=True, slots=True)
class Planned:
    """A meeting to come, with how many packs and called-in indicators it has."""

    meeting: Meeting
    packs: int
    called_in: int


def _next_ones(teams: Sequence[Team], today: date) -> Iterator[Planned]:
    on_agenda = Count("call_ins", filter=Q(call_ins__verdict=Verdict.CALLED_IN), distinct=True)
    to_come = (
        Meeting.objects.filter(team__in=teams, meets_on__gte=today)
        .exclude(state=MeetingState.HELD)
        .select_related("team")
        .annotate(packs_frozen=Count("packs", distinct=True), called_in=on_agenda)
    )
    seen: set[int] = set()
    for meeting in to_come.order_by("meets_on", "pk"):
        if meeting.team_id not in seen:
            seen.add(meeting.team_id)
            yield Planned(meeting, meeting.packs_frozen, meeting.called_in)
