"""What assurance shows on pages of the apps below it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from assurance.icalendar import meeting_events  # noqa: F401 so that feeds have meetings
from assurance.models.matters import Matter
from assurance.models.meetings import CallIn, Meeting
from assurance.models.teams import Seat, Team
from assurance.queries.exemptions import as_read_by
from assurance.queries.rehearsed_call_ins import rehearsed_call_ins
from assurance.queries.seats import teams_of_council
from assurance.queries.threads import thread_of
from assurance.rights import leads, may_read, takes_part
from assurance.rules import MeetingState, SeatKind, TeamCode
from core.clock import localdate
from core.panels import panel, panel_rows
from core.quarters import Quarter
from indicators.models.rounds import RoundLine
from indicators.queries.calendar import CalendarSheet
from indicators.rules.rounds import LineState
from organisation.models.council import AssuranceTeams
from organisation.models.people import User
from organisation.permissions import Permission
from organisation.queries import council_facts
from sorp.lexicon import Step


@panel("rehearsed_call_ins", "assurance/rehearsed_call_ins.html")
def call_ins_of_a_rehearsal(
    quarter: Quarter, referred_then: Collection[str], referred_now: Collection[str]
) -> dict[str, object]:
    """What PAT's chair could call in after a rehearsed close, beside what could be as it was."""
    return {
        "has_teams": council_facts().teams is not AssuranceTeams.NONE,
        "call_ins": rehearsed_call_ins(
            quarter=quarter, referred_then=referred_then, referred_now=referred_now
        ),
    }


@panel("nobody_to_refer_to", "assurance/nobody_to_refer_to.html")
def nobody_to_refer_to(reader: User) -> dict[str, object] | None:
    """That what a close refers up to PAT would wait for somebody: no PAT stands, or it has no chair."""
    if TeamCode.PAT not in teams_of_council():
        return None
    today = localdate()
    team = Team.objects.standing_on(today).filter(code=TeamCode.PAT).first()
    if team and Seat.objects.held_on(today).filter(team=team, kind=SeatKind.CHAIR).exists():
        return None
    return {"team": team, "may_set_up": reader.may(Permission.MANAGE_FRAMEWORK)}


@panel_rows("meetings_on_quarters", "assurance/meetings_on_quarter.html")
def meetings_on_quarters(
    sheets: Sequence[CalendarSheet], reader: User
) -> dict[int, dict[str, object]]:
    """The meetings that have each quarter before them, and whether one keeps the calendar’s day for PAT."""
    teams = {each.pk: each for each in Team.objects.all()}
    if not teams_of_council() or not teams:
        return {}
    pat = next((each for each in teams.values() if each.code == TeamCode.PAT), None)
    reads = {key for key, each in teams.items() if may_read(reader, each)}
    may_plan = pat is not None and leads(reader, pat)
    rows = Meeting.objects.filter(quarter__in=[each.quarter for each in sheets])
    by_quarter: dict[Quarter, list[Meeting]] = defaultdict(list)
    for row in rows.exclude(state=MeetingState.CANCELLED).order_by("meets_on", "pk"):
        row.team = teams[row.team_id]
        by_quarter[row.quarter].append(row)
    found: dict[int, dict[str, object]] = {}
    for sheet in sheets:
        meetings = by_quarter[sheet.quarter]
        first = next((each for each in meetings if each.team == pat), None)
        by, published = sheet.line(Step.PAT), sheet.line(Step.PUBLICATION)
        found[sheet.quarter.ordinal] = {
            "meetings": [(each, each.team_id in reads) for each in meetings],
            "pat": pat,
            "is_unplanned": pat is not None and by is not None and first is None,
            "late": first if first and by and first.meets_on > by.due_on else None,
            "is_after_publication": bool(first and published and first.meets_on > published.due_on),
            "may_plan": may_plan,
        }
    return found


@panel("came_before_teams", "assurance/came_before_teams.html")
def came_before_teams(matter: Matter, reader: User) -> dict[str, object] | None:
    """What PAT and DAT made of something, on its own page, for who may read their papers; nothing where it never was there."""
    teams = [each for each in Team.objects.all() if may_read(reader, each)]
    rows = CallIn.objects.of(matter).filter(meeting__team__in=teams).with_matters()
    rows = rows.select_related("meeting__team", "invitation__deputy")
    if all(each.is_nameless for each in as_read_by(rows, reader)):
        return None
    return {"thread": thread_of(matter, teams=teams, today=localdate(), reader=reader)}


@panel("challenge_in_round", "assurance/challenge_in_round.html")
def challenge_in_round(line: RoundLine, reader: User) -> dict[str, object] | None:
    """The way for a reader with a seat to challenge what is proposed in the annual round."""
    if line.state != LineState.SUBMITTED:
        return None
    teams = [each for each in Team.objects.standing_on(localdate()) if takes_part(reader, each)]
    return {"line": line, "teams": teams} if teams else None
