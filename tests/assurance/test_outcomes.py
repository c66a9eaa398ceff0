"""Meetings, and what came of each called-in indicator."""

from datetime import date, timedelta
from hashlib import sha256

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from assurance.models.meetings import AgreedAction, Challenge, Decision, Meeting
from assurance.models.packs import Paper
from assurance.models.teams import Team
from assurance.rules import CallInVerdict, MeetingState, Outcome, TeamCode
from assurance.services import meetings, outcomes, packs
from assurance.services.teams import establish_team
from core.models.audit import AuditEvent
from core.quarters import Quarter
from core.refusals import Refused
from organisation.rules import PostKind
from tests.assurance.factories import (
    ActionPlanFactory,
    AgreedActionFactory,
    CallInFactory,
    DecisionFactory,
    EscalationFactory,
    PaperFactory,
    SeatFactory,
    TeamFactory,
    chair_of,
)
from tests.factories import IndicatorFactory, holder, rated
from tests.pdfs import a_pdf

pytestmark = pytest.mark.django_db
DAY = date(2011, 11, 14)


@pytest.fixture
def call_in():
    return CallInFactory()


@pytest.fixture
def chair(call_in):
    return chair_of(call_in.meeting.team)


def test_a_team_is_established_once_with_its_chairs_post():
    for _ in range(2):
        establish_team(code=TeamCode.DAT, by=None)

    team = Team.objects.get()
    assert (team.name, team.chaired_by) == (
        "Delivery Assurance Team",
        PostKind.MANAGING_DIRECTOR,
    )
    assert AuditEvent.objects.count() == 1


def test_a_meeting_is_planned_on_a_quarter_that_has_ended_and_once_a_day():
    team = TeamFactory()
    chair = chair_of(team)
    q2 = Quarter(2011, 2)

    meeting = meetings.plan_meeting(team=team, meets_on=DAY, quarter=q2, by=chair)

    assert (meeting.quarter, meeting.state) == (q2, MeetingState.PLANNED)
    assert AuditEvent.objects.get().act == "planned meeting"
    with pytest.raises(Refused, match="meets on that day already"):
        meetings.plan_meeting(team=team, meets_on=DAY, quarter=q2, by=chair)
    with pytest.raises(Refused, match="has not ended by then"):
        meetings.plan_meeting(team=team, meets_on=q2.last_day, quarter=q2, by=chair)
    assert Meeting.objects.count() == 1


def test_a_meeting_is_held_on_its_day_or_later_and_once(call_in, chair):
    meeting = call_in.meeting

    with pytest.raises(Refused, match="14 November 2011, not before"):
        meetings.hold_meeting(meeting=meeting, today=DAY - timedelta(1), by=chair)
    DecisionFactory(call_in=call_in)
    for _ in range(2):
        meetings.hold_meeting(meeting=meeting, today=DAY, by=chair)

    meeting.refresh_from_db()
    assert meeting.is_held
    assert AuditEvent.objects.count() == 1


def test_papers_are_numbered_and_keep_the_digest_of_their_file(call_in, chair):
    meeting = call_in.meeting
    meetings.table_paper(meeting=meeting, title="Agenda", text="One. Two.", by=chair)
    content = a_pdf()
    meetings.table_paper(
        meeting=meeting, title="Report", file_name="report.pdf", content=content, by=chair
    )

    first, second = Paper.objects.order_by("position")
    assert (first.position, first.sha256, second.position) == (1, "", 2)
    assert second.sha256 == sha256(content).hexdigest()
    with second.file.open("rb") as kept:
        assert kept.read() == content


@pytest.mark.parametrize(
    ("said", "sentence"),
    [({"title": " ", "text": "x"}, "a title"), ({"title": "x"}, "a text or a file")],
)
def test_an_empty_paper_is_refused(call_in, chair, said, sentence):
    with pytest.raises(Refused, match=sentence):
        meetings.table_paper(meeting=call_in.meeting, by=chair, **said)

    assert not Paper.objects.exists()


@pytest.mark.both_databases
def test_the_database_refuses_a_paper_without_text_or_file():
    with pytest.raises(IntegrityError, match="paper_is_a_text_or_a_file"), transaction.atomic():
        PaperFactory(text="")


def test_challenge_decision_and_agreed_action_are_recorded_once_each(call_in, chair):
    ned = SeatFactory(kind="ned").user
    plan = ActionPlanFactory(indicator=call_in.indicator)

    outcomes.challenge(
        call_in=call_in, text="Why?", answer="Cold", raised_by=ned, today=DAY, by=ned
    )
    outcomes.decide(
        call_in=call_in,
        kind=Outcome.ACCEPT_PLAN,
        text="Go on",
        agreed_plan=plan,
        today=DAY,
        by=chair,
    )
    outcomes.agree_action(
        call_in=call_in, what="Recruit", owner="HR", due_on=DAY, today=DAY, by=chair
    )

    assert Challenge.objects.get().answer == "Cold"
    assert Decision.objects.get().agreed_plan == plan
    assert AgreedAction.objects.get().due_on == DAY
    assert list(AuditEvent.objects.order_by("id").values_list("act", "actor")) == [
        ("challenged", ned.pk),
        ("decided", chair.pk),
        ("agreed action plan", chair.pk),
        ("agreed action", chair.pk),
    ]


@pytest.mark.parametrize(
    ("act", "said", "field", "sentence"),
    [
        ("challenge", {"text": " "}, "text", "what was asked"),
        ("decide", {"text": " "}, "text", "what was decided"),
        ("decide", {"text": "x", "today": DAY - timedelta(1)}, None, "record its decisions"),
        ("agree_action", {"what": ""}, "what", "what will be done"),
        ("agree_action", {"owner": " "}, "owner", "who will do it"),
        (
            "agree_action",
            {"due_on": DAY - timedelta(1)},
            "due_on",
            "day of the meeting or a later day",
        ),
        ("agree_action", {"today": DAY - timedelta(1)}, None, "record its decisions"),
    ],
)
def test_what_says_nothing_is_refused_and_leaves_nothing(
    call_in, chair, act, said, field, sentence
):
    usual = {
        "challenge": {"text": "Why?", "raised_by": chair, "today": DAY},
        "decide": {"kind": Outcome.NO_ACTION, "text": "Go on", "today": DAY},
        "agree_action": {"what": "x", "owner": "y", "due_on": DAY, "today": DAY},
    }

    with pytest.raises(Refused, match=sentence) as refusal:
        getattr(outcomes, act)(call_in=call_in, by=chair, **(usual[act] | said))

    assert refusal.value.field == field
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(("agrees", "kind"), [(False, "noted"), (True, "plan_agreed")])
def test_what_pat_decides_is_what_that_level_did_with_what_was_referred_to_it(
    call_in, chair, sorp_in_force, agrees, kind
):
    referred = EscalationFactory(indicator=call_in.indicator)
    elsewhere = EscalationFactory(indicator=call_in.indicator, level="directorate")
    plan = ActionPlanFactory(indicator=call_in.indicator) if agrees else None

    for _ in range(2):
        outcomes.decide(
            call_in=call_in,
            kind=Outcome.ACCEPT_PLAN if agrees else Outcome.NO_ACTION,
            text="Report in two months",
            agreed_plan=plan,
            today=DAY,
            by=chair,
        )

    (handling,) = referred.handlings.all()
    assert (handling.kind, handling.by) == (kind, chair)
    assert handling.words == f"Report in two months ({call_in.meeting})"
    assert not elsewhere.handlings.exists()


def test_another_indicators_plan_is_not_agreed_here(call_in, chair):
    with pytest.raises(Refused, match="not for another"):
        outcomes.decide(
            call_in=call_in,
            kind=Outcome.ACCEPT_PLAN,
            text="Yes",
            agreed_plan=ActionPlanFactory(),
            today=DAY,
            by=chair,
        )


def test_nothing_comes_of_what_was_not_called_in(chair):
    declined = CallInFactory(verdict=CallInVerdict.DECLINED, reason="Explained")

    with pytest.raises(Refused, match="is not called in"):
        outcomes.challenge(call_in=declined, text="Why?", today=DAY, by=chair)
    with pytest.raises(Refused, match="is not called in"):
        outcomes.decide(call_in=declined, kind=Outcome.NO_ACTION, text="Go", today=DAY, by=chair)
    with pytest.raises(Refused, match="is not called in"):
        outcomes.agree_action(
            call_in=declined, what="x", owner="y", due_on=DAY, today=DAY, by=chair
        )


def test_an_agreed_action_is_completed_once_and_says_when(call_in, chair):
    action = AgreedActionFactory(call_in=call_in)
    done_on = date(2011, 11, 30)

    for _ in range(2):
        outcomes.complete_action(
            action=action,
            done_on=done_on,
            progress="Hired",
            evidence="Both have begun",
            today=done_on,
            by=chair,
        )

    action.refresh_from_db()
    assert (action.done_on, action.progress) == (done_on, "Hired")
    assert AuditEvent.objects.get().act == "completed action"


@pytest.mark.parametrize(
    ("done_on", "sentence"),
    [(date(2011, 12, 2), "in the future"), (DAY - timedelta(1), "agreed at the meeting")],
)
def test_an_action_is_done_between_the_meeting_and_today(call_in, chair, done_on, sentence):
    action = AgreedActionFactory(call_in=call_in)

    with pytest.raises(Refused, match=sentence):
        outcomes.complete_action(action=action, done_on=done_on, today=date(2011, 12, 1), by=chair)

    assert not AuditEvent.objects.exists()


def test_who_may_do_what_at_a_meeting(call_in, chair):
    meeting = call_in.meeting
    people = {
        "the chair": chair,
        "a NED": SeatFactory(kind="ned").user,
        "a performance officer": holder(PostKind.PERFORMANCE_OFFICER),
        "its manager": call_in.indicator.accountable_manager,
        "DAT's chair": chair_of(TeamFactory(dat=True)),
        "the Cabinet Member": holder(PostKind.CABINET_MEMBER_PERFORMANCE),
        "a former NED": SeatFactory(kind="ned", ends_on=date(2011, 1, 1)).user,
    }
    acts = {
        "challenge": lambda by: outcomes.challenge(
            call_in=call_in, text="Why?", raised_by=by, today=DAY, by=by
        ),
        "decide": lambda by: outcomes.decide(
            call_in=call_in, kind=Outcome.NO_ACTION, text="Go", today=DAY, by=by
        ),
        "agree": lambda by: outcomes.agree_action(
            call_in=call_in, what="x", owner="y", due_on=DAY, today=DAY, by=by
        ),
        "complete": lambda by: outcomes.complete_action(
            action=AgreedActionFactory(call_in=call_in),
            done_on=DAY,
            evidence="Seen",
            today=DAY,
            by=by,
        ),
        "table": lambda by: meetings.table_paper(meeting=meeting, title="x", text="y", by=by),
        "plan": lambda by: meetings.plan_meeting(
            team=meeting.team,
            meets_on=DAY + timedelta(Meeting.objects.count()),
            quarter=Quarter(2011, 2),
            by=by,
        ),
        "freeze": lambda by: packs.freeze_pack(meeting=meeting, by=by),
        "hold": lambda by: meetings.hold_meeting(meeting=meeting, today=DAY, by=by),
    }

    may = {}
    for who, person in people.items():
        may[who] = set()
        for name, act in acts.items():
            try:
                act(person)
                may[who].add(name)
            except PermissionDenied:
                pass

    everything = set(acts)
    assert may == {
        "the chair": everything,
        "a NED": {"challenge"},
        "a performance officer": everything,
        "its manager": {"complete"},
        "DAT's chair": set(),
        "the Cabinet Member": set(),
        "a former NED": set(),
    }


@pytest.mark.usefixtures("sorp_in_force")
@pytest.mark.parametrize("kind", [Outcome.SHARE, Outcome.ASK_LESS])
def test_a_green_is_shared_or_asked_less_of_once_somebody_takes_it_on(kind):
    indicator = IndicatorFactory()
    rated(indicator, "GG")
    call_in = CallInFactory(indicator=indicator)
    by, today = call_in.called_in_by, date(2011, 11, 14)

    def say():
        return outcomes.decide(
            call_in=call_in, kind=kind, text="Parking uses it too", today=today, by=by
        )

    with pytest.raises(Refused, match="Record the agreed action first"):
        say()
    outcomes.agree_action(
        call_in=call_in,
        what="Use the same rota in parking",
        owner="Ann",
        due_on=date(2012, 2, 1),
        today=today,
        by=by,
    )

    assert say().kind == kind


@pytest.mark.usefixtures("sorp_in_force")
@pytest.mark.parametrize("ratings", ["GR", "GA", "G-"])
def test_what_is_not_green_is_not_shared_as_good_practice(ratings):
    indicator = IndicatorFactory()
    rated(indicator, ratings)
    call_in = CallInFactory(indicator=indicator)

    with pytest.raises(Refused, match="is not green in Q2 2011/12: choose another outcome"):
        outcomes.decide(
            call_in=call_in,
            kind=Outcome.SHARE,
            text="It works",
            today=date(2011, 11, 14),
            by=call_in.called_in_by,
        )

    assert not call_in.decisions.exists()
