"""What a team's page, a meeting's page and a called-in item's page need."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from assurance.models.exemptions import ItemExemption
from assurance.models.matters import related
from assurance.models.meetings import AgreedAction, CallIn, Meeting
from assurance.models.packs import Pack, Paper
from assurance.models.teams import Seat, Team
from assurance.queries.exemptions import actions_read_by, as_read_by, to_review
from assurance.queries.matters import state_of, states_of
from assurance.queries.seats import looks_at_delivery, misfits, seats_on, vacancies
from assurance.rights import leads
from assurance.rules import ActionState, CallInVerdict, MeetingState, TeamCode, action_state
from core.dates import in_full
from core.quarters import Quarter
from escalation.models.escalations import Escalation
from escalation.models.plans import ActionPlan
from indicators.models.ratings import Rating
from indicators.queries.calendar import calendars, due_on
from organisation.models.people import User
from sorp.lexicon import Step
from strategy.queries.plan import MilestoneLine, late_milestones


@dataclass(frozen=True, slots=True)
class ActionLine:
    """An agreed action as it stood on a day."""

    action: AgreedAction
    state: ActionState


@dataclass(frozen=True, slots=True)
class TeamSheet:
    """A team's page: who sits on it now, its next meeting and those before, what is owed to it."""

    team: Team
    day: date
    seats: tuple[Seat, ...]
    vacancies: tuple[str, ...]
    misfits: tuple[str, ...]  # what the papers' rules say against those who sit
    next_meeting: Meeting | None
    later_meetings: tuple[Meeting, ...]
    past_meetings: tuple[Meeting, ...]
    open_actions: tuple[ActionLine, ...]
    exempt: tuple[ItemExemption, ...]  # to be approved or reviewed, for who may do so

    @property
    def has_ended(self) -> bool:
        return self.team.ends_on is not None and self.team.ends_on < self.day


def team_sheet(*, team: Team, day: date, reader: User) -> TeamSheet:
    """A team's page, in a constant number of queries."""
    seats = seats_on(team, day)
    meetings = list(
        team.meetings.select_related("team")
        .annotate(called_in=Count("call_ins", filter=Q(call_ins__verdict="called_in")))
        .order_by("-meets_on")  # counting drops the model's own order
    )
    to_come = [each for each in reversed(meetings) if each.meets_on >= day and each.is_to_come]
    past = [each for each in meetings if each not in to_come]
    undone = actions_read_by(
        AgreedAction.objects.filter(call_in__meeting__team=team, done_on__isnull=True), reader
    ).select_related("call_in__meeting__team", *related("call_in__"))
    return TeamSheet(
        team=team,
        day=day,
        seats=tuple(seats),
        vacancies=vacancies(team, seats, day),
        misfits=misfits(seats, day),
        next_meeting=to_come[0] if to_come else None,
        later_meetings=tuple(to_come[1:]),
        past_meetings=tuple(past),
        open_actions=tuple(_action_line(each, day) for each in undone.order_by("due_on", "id")),
        exempt=tuple(to_review(team, day)) if leads(reader, team) else (),
    )


def _action_line(action: AgreedAction, day: date) -> ActionLine:
    state = action_state(due_on=action.due_on, done_on=action.done_on, day=day)
    return ActionLine(action, state)


@dataclass(frozen=True, slots=True)
class AgendaLine:
    """One called-in item on a meeting's agenda."""

    call_in: CallIn
    rating: Rating | None  # an indicator's, in the meeting's quarter
    state: (
        str  # how anything else stands, a sentence without a full stop; empty where `why` begins so
    )
    decisions: int
    open_actions: int


@dataclass(frozen=True, slots=True)
class MeetingSheet:
    """A meeting's page."""

    meeting: Meeting
    agenda: tuple[AgendaLine, ...]
    papers: tuple[Paper, ...]
    packs: tuple[Pack, ...]
    late_milestones: tuple[MilestoneLine, ...]  # DAT's
    arising: tuple[ActionLine, ...] = ()  # agreed at earlier meetings, and not settled
    carried: tuple[CallIn, ...] = ()  # of one that is cancelled: what had been called in to it


def meeting_sheet(meeting: Meeting, *, known_on: date, reader: User) -> MeetingSheet:
    """A meeting's page as somebody may read it, without the bodies of its packs.

    Milestones stand as on a day, or on the day of the meeting once it is past.
    """
    call_ins = list(
        meeting.call_ins.on_agenda()
        .with_matters()
        .select_related("meeting__team", "invitation__deputy")
        .annotate(
            decided=Count("decisions", distinct=True),
            undone=Count(
                "agreed_actions", filter=Q(agreed_actions__done_on__isnull=True), distinct=True
            ),
        )
        .order_by("at", "id")
    )
    ratings = {
        row.indicator_id: row
        for row in Rating.objects.latest_ones().filter(
            indicator__in=[each.indicator_id for each in call_ins if each.indicator_id],
            quarter=meeting.quarter,
        )
    }
    others = [each.matter for each in call_ins if each.indicator_id is None]
    states = states_of(others, min(known_on, meeting.meets_on))
    as_read_by(call_ins, reader)
    is_for_delivery = looks_at_delivery(meeting.team)
    return MeetingSheet(
        meeting=meeting,
        agenda=tuple(
            AgendaLine(
                each,
                ratings.get(each.indicator_id or 0),
                "" if each.why.startswith(state := states.get(each.matter, "")) else state,
                each.decided,  # type: ignore[attr-defined] # annotated above
                each.undone,  # type: ignore[attr-defined] # annotated above
            )
            for each in call_ins
        ),
        papers=tuple(meeting.papers.all()),
        packs=tuple(
            meeting.packs.select_related("frozen_by")
            .defer("document", "html", "pdf")
            .prefetch_related("sent__recipient")
        ),
        late_milestones=late_milestones(day=min(known_on, meeting.meets_on))
        if is_for_delivery
        else (),
        arising=tuple(
            _action_line(each, min(known_on, meeting.meets_on))
            for each in actions_read_by(
                AgreedAction.objects.arising_at(meeting), reader
            ).select_related("call_in__meeting__team", *related("call_in__"))
        ),
        carried=tuple(
            as_read_by(
                meeting.call_ins.filter(verdict=CallInVerdict.CALLED_IN)
                .with_matters()
                .select_related("meeting__team", "invitation__deputy"),
                reader,
            )
        )
        if meeting.is_cancelled
        else (),
    )


@dataclass(frozen=True, slots=True)
class CalledInSheet:
    """Everything about one called-in item at one meeting. Only an indicator has ratings, escalations and a plan."""

    call_in: CallIn
    state: str  # how anything but an indicator stands, as a sentence without a full stop
    rating: Rating | None
    history: tuple[Rating, ...]  # latest first
    escalations: tuple[Escalation, ...]
    plan: ActionPlan | None
    actions: tuple[ActionLine, ...]
    earlier: tuple[CallIn, ...]


def called_in_sheet(call_in: CallIn, *, known_on: date) -> CalledInSheet:
    """One called-in item's page on a day, for a call-in fetched with its meeting and what it is about."""
    meeting, indicator = call_in.meeting, call_in.indicator
    earlier = tuple(
        CallIn.objects.on_agenda()
        .of(call_in.matter)
        .filter(meeting__meets_on__lt=meeting.meets_on)
        .with_matters()
        .select_related("meeting__team")
        .prefetch_related("decisions", "agreed_actions")
        .order_by("-meeting__meets_on")
    )
    actions = tuple(_action_line(each, known_on) for each in call_in.agreed_actions.all())
    if indicator is None:
        state = state_of(call_in.matter, min(known_on, meeting.meets_on))
        state = "" if call_in.why.startswith(state) else state
        return CalledInSheet(call_in, state, None, (), (), None, actions, earlier)
    history = tuple(
        Rating.objects.latest_ones()
        .filter(
            indicator=indicator,
            quarter__lte=meeting.quarter,
            quarter__gte=meeting.quarter.back(7),
        )
        .select_related("revision")
        .order_by("-quarter")
    )
    now = next((each for each in history if each.quarter == meeting.quarter), None)
    return CalledInSheet(
        call_in=call_in,
        state="",
        rating=now,
        history=history,
        escalations=tuple(Escalation.objects.open_at(meeting.quarter).filter(indicator=indicator)),
        plan=ActionPlan.objects.filter(indicator=indicator, is_latest=True)
        .select_related("written_by")
        .prefetch_related("actions")
        .first(),
        actions=actions,
        earlier=earlier,
    )


def meeting_windows() -> dict[Quarter, tuple[date, date]]:
    """Between which days PAT takes each quarter whose calendar is settled: closed, and by the calendar's day."""
    found = {}
    for sheet in calendars():
        closed, by = sheet.line(Step.CLOSE), sheet.line(Step.PAT)
        if closed and by and closed.due_on <= by.due_on:
            found[sheet.quarter] = (closed.due_on, by.due_on)
    return found


def questions_about_meeting(
    team: Team, *, meets_on: date, quarter: Quarter, moved: Meeting | None = None
) -> list[str]:
    """What somebody who plans a meeting should be asked: a second one on a quarter, another day than the calendar's."""
    found = []
    others = team.meetings.filter(quarter=quarter).exclude(state=MeetingState.CANCELLED)
    others = others.order_by("meets_on")
    if moved is not None:
        others = others.exclude(pk=moved.pk)
    if days := [in_full(each.meets_on) for each in others]:
        found.append(f"{team.short} meets on {quarter} already, on {', '.join(days)}.")
    planned = due_on(quarter, Step.PAT) if team.code == TeamCode.PAT else None
    if planned is not None and planned != meets_on:
        found.append(f"The calendar says that {team.short} meets by {in_full(planned)}.")
    return found
