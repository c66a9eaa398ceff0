"""The call-in board and the chair's decisions."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from assurance.models.meetings import CallIn
from assurance.queries.boards import call_in_board
from assurance.rules import CallInVerdict, Eligibility, MeetingState
from assurance.services import call_ins
from core.models.audit import AuditEvent
from core.quarters import Quarter
from core.refusals import Refused
from organisation.rules import PostKind
from sorp.lexicon import Layer, Level, Rag
from tests.assurance.factories import (
    ActionPlanFactory,
    AgreedActionFactory,
    CallInFactory,
    ChallengeFactory,
    DecisionFactory,
    EscalationFactory,
    MeetingFactory,
    SeatFactory,
    TeamFactory,
    chair_of,
)
from tests.factories import Q1, IndicatorFactory, UserFactory, holder, rated

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("sorp_in_force"),
]


@pytest.fixture
def meeting():
    return MeetingFactory()


@pytest.fixture
def chair(meeting):
    return chair_of(meeting.team)


def indicator(picture, *, layer=Layer.CORE, **rest):
    """An indicator whose ratings end in Q2 2011/12, the meeting's quarter."""
    row = IndicatorFactory(layer=layer, **rest)
    rated(row, picture, since=Quarter(2011, 2).back(len(picture) - 1))
    return row


def board(meeting, reader=None):
    return call_in_board(team=meeting.team, meeting=meeting, reader=reader)


def acts():
    return list(
        AuditEvent.objects.exclude(act="brought SORP version into force")
        .order_by("id")
        .values_list("act", flat=True)
    )


def test_the_board_lists_what_is_eligible_the_most_serious_first_and_says_why(meeting):
    amber = indicator("AA", reference="A")
    red = indicator("GR", reference="B")
    escalated = indicator("RR", reference="C")
    EscalationFactory(indicator=escalated, reason="Red in Q1 2011/12 and Q2 2011/12")
    below = indicator("R", reference="D", layer=Layer.NONE)
    EscalationFactory(indicator=below, level=Level.DIVISION, reason="Red at division")
    indicator("GG", reference="E")
    indicator("R", reference="F", layer=Layer.NONE)

    lines = board(meeting).lines

    assert [(line.reference, line.eligibility, line.why) for line in lines] == [
        ("C", Eligibility.ESCALATED, ("Red in Q1 2011/12 and Q2 2011/12",)),
        ("D", Eligibility.ESCALATED, ("Red at division",)),
        ("B", Eligibility.RED_NOW, ("Red in Q2 2011/12; it was green in Q1 2011/12",)),
        ("A", Eligibility.AMBER_AGAIN, ("Amber in Q2 2011/12, and amber in Q1 2011/12",)),
    ]
    assert [line.indicator for line in lines] == [escalated, below, red, amber]
    assert (lines[2].rag, lines[2].previous_rag) == (Rag.RED, Rag.GREEN)


def test_an_escalation_that_recovered_by_then_is_not_on_the_board(meeting):
    row = indicator("RG")
    EscalationFactory(
        indicator=row,
        since=Quarter(2010, 4),
        opened_in=Q1,
        recovered_in=Quarter(2011, 2),
    )

    assert board(meeting).lines == ()


def test_an_escalation_opened_after_the_meetings_quarter_is_not_on_its_board(meeting):
    row = indicator("G")
    EscalationFactory(
        indicator=row,
        opened_in=Quarter(2011, 3),
        recorded_in=Quarter(2011, 3),
    )

    assert board(meeting).lines == ()


def test_the_board_counts_earlier_call_ins_of_the_same_team_only(meeting):
    row = indicator("R")
    for day in (date(2011, 9, 1), date(2011, 10, 1)):
        CallInFactory(indicator=row, meeting=MeetingFactory(meets_on=day))
    CallInFactory(
        indicator=row,
        meeting=MeetingFactory(meets_on=date(2011, 8, 1)),
        verdict=CallInVerdict.DECLINED,
        reason="Explained",
    )
    CallInFactory(
        indicator=row, meeting=MeetingFactory(team=TeamFactory(dat=True), meets_on=date(2011, 9, 1))
    )
    CallInFactory(indicator=row, meeting=MeetingFactory(meets_on=date(2011, 12, 1)))

    (line,) = board(meeting).lines
    assert (line.times_before, line.before_in_words) == (2, "Third time here")


def test_the_board_says_whether_the_plan_is_agreed(meeting):
    row = indicator("R")
    assert board(meeting).lines[0].plan_in_words == "No action plan yet"

    plan = ActionPlanFactory(indicator=row)
    assert board(meeting).lines[0].plan_in_words == "Action plan 1, not yet agreed"

    DecisionFactory(call_in=CallInFactory(indicator=row, meeting=meeting), agreed_plan=plan)
    assert board(meeting).lines[0].plan_in_words == "Action plan 1, agreed"

    plan.is_latest = False
    plan.save()
    ActionPlanFactory(indicator=row, number=2)
    assert board(meeting).lines[0].plan_in_words == "Action plan 2, not yet agreed"


def test_who_sees_the_board(meeting, chair):
    indicator("R")
    people = {
        "the chair": chair,
        "a NED": SeatFactory(kind="ned").user,
        "a performance officer": holder(PostKind.PERFORMANCE_OFFICER),
        "DAT's chair": chair_of(TeamFactory(dat=True)),
        "the Cabinet Member": holder(PostKind.CABINET_MEMBER_PERFORMANCE),
        "a former NED": SeatFactory(kind="ned", ends_on=date(2011, 1, 1)).user,
        "a manager": holder(PostKind.ACCOUNTABLE_MANAGER),
        "nobody's": UserFactory(),
    }

    assert {who: bool(board(meeting, person).lines) for who, person in people.items()} == {
        "the chair": True,
        "a NED": True,
        "a performance officer": True,
        "DAT's chair": False,
        "the Cabinet Member": False,
        "a former NED": False,
        "a manager": False,
        "nobody's": False,
    }


@pytest.mark.parametrize("how_many", [1, 20])
def test_the_board_takes_17_queries_however_many_indicators(
    how_many, meeting, chair, django_assert_num_queries
):
    for _ in range(how_many):
        row = indicator("RR")
        EscalationFactory(indicator=row)
        plan = ActionPlanFactory(indicator=row)
        call_in = CallInFactory(indicator=row, meeting=meeting)
        DecisionFactory(call_in=call_in, agreed_plan=plan)

    with django_assert_num_queries(17):
        lines = board(meeting, chair).lines
        for line in lines:
            str(line.indicator.unit.parent), str(line.indicator.accountable_manager)
            str(line.call_in.called_in_by)

    assert len(lines) == how_many


def test_calling_in_keeps_why_and_records_who(meeting, chair):
    row = indicator("GR")

    call_in = call_ins.call_in(meeting=meeting, matter=row, by=chair)

    assert (call_in.verdict, call_in.eligibility) == (CallInVerdict.CALLED_IN, Eligibility.RED_NOW)
    assert call_in.why == "Red in Q2 2011/12; it was green in Q1 2011/12."
    event = AuditEvent.objects.get(act="called in")
    assert (event.act, event.actor) == ("called in", chair)
    assert event.detail["eligibility"] == "red_now"


def test_calling_in_twice_records_once(meeting, chair):
    row = indicator("R")

    for _ in range(2):
        call_ins.call_in(meeting=meeting, matter=row, by=chair)

    assert CallIn.objects.count() == 1
    assert acts() == ["called in", "invited"]


def test_why_it_was_called_in_stays_when_the_rating_changes(meeting, chair):
    row = indicator("R")
    call_ins.call_in(meeting=meeting, matter=row, by=chair)
    row.ratings.update(rag="green")

    (line,) = board(meeting).lines
    assert line.is_called_in
    assert line.why == ("Red in Q2 2011/12.",)


def test_what_no_rule_makes_eligible_needs_a_stated_reason(meeting, chair):
    green = indicator("GG")

    with pytest.raises(Refused, match="Say why you call it in"):
        call_ins.call_in(meeting=meeting, matter=green, reason="  ", by=chair)
    assert not CallIn.objects.exists()

    row = call_ins.call_in(meeting=meeting, matter=green, reason="Worth copying", by=chair)
    assert (row.eligibility, row.why) == (Eligibility.STATED_REASON, "Worth copying")
    assert [line.reference for line in board(meeting).lines] == [green.reference]


@pytest.mark.parametrize(
    ("act", "verdict"),
    [
        (call_ins.defer, CallInVerdict.DEFERRED),
        (call_ins.decline, CallInVerdict.DECLINED),
    ],
)
def test_deferring_and_declining_need_a_reason_and_can_be_undone(meeting, chair, act, verdict):
    row = indicator("R")

    with pytest.raises(Refused, match="Say why it is"):
        act(meeting=meeting, matter=row, reason="", by=chair)
    assert acts() == []

    assert act(meeting=meeting, matter=row, reason="Plan in hand", by=chair).verdict == verdict
    call_ins.call_in(meeting=meeting, matter=row, by=chair)
    assert CallIn.objects.get().verdict == CallInVerdict.CALLED_IN
    assert AuditEvent.objects.get(act="called in").detail["was"] == verdict


def test_withdrawing_takes_a_reason_and_something_not_yet_discussed(meeting, chair):
    row = indicator("R")
    with pytest.raises(Refused, match="is not called in"):
        call_ins.withdraw(meeting=meeting, matter=row, reason="No", by=chair)
    call_in = call_ins.call_in(meeting=meeting, matter=row, by=chair)

    withdrawn = call_ins.withdraw(meeting=meeting, matter=row, reason="Data wrong", by=chair)
    assert withdrawn.verdict == CallInVerdict.WITHDRAWN

    call_ins.call_in(meeting=meeting, matter=row, by=chair)
    ChallengeFactory(call_in=call_in)
    with pytest.raises(Refused, match="stays on the agenda"):
        call_ins.withdraw(meeting=meeting, matter=row, reason="Data wrong", by=chair)


def test_a_meeting_that_was_held_takes_no_call_ins(meeting, chair):
    meeting.state = MeetingState.HELD
    meeting.save()
    row = indicator("R")

    for act in (call_ins.call_in, call_ins.defer, call_ins.decline):
        with pytest.raises(Refused, match="has been held"):
            act(meeting=meeting, matter=row, reason="Because", by=chair)

    assert not CallIn.objects.exists()


def test_only_the_chair_of_that_team_calls_in(meeting, chair):
    row = indicator("R")
    people = {
        "the chair": chair,
        "DAT's chair": chair_of(TeamFactory(dat=True)),
        "a NED": SeatFactory(kind="ned").user,
        "a performance officer": holder(PostKind.PERFORMANCE_OFFICER),
        "the Cabinet Member": holder(PostKind.CABINET_MEMBER_PERFORMANCE),
        "its manager": row.accountable_manager,
    }

    may = {}
    for who, person in people.items():
        for act in (call_ins.call_in, call_ins.defer, call_ins.decline, call_ins.withdraw):
            try:
                act(meeting=meeting, matter=row, reason=f"Said by {who}", by=person)
                may[who] = True
            except Refused:
                may[who] = True
            except PermissionDenied:
                assert may.setdefault(who, False) is False

    assert may == {who: who == "the chair" for who in people}


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("call_in_has_a_known_verdict", {"verdict": "maybe", "reason": "x"}),
        ("call_in_has_a_known_eligibility", {"eligibility": "friday"}),
        ("call_in_says_why_it_is_here", {"why": ""}),
        ("not_calling_in_has_a_reason", {"verdict": "declined"}),
        ("not_calling_in_has_a_reason", {"verdict": "withdrawn"}),
        ("an_exceptional_call_in_states_its_reason", {"eligibility": "stated_reason"}),
    ],
)
def test_the_database_refuses_a_call_in_that_says_nothing(name, fields):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        CallInFactory(**fields)

    assert not CallIn.objects.exists()


@pytest.mark.both_databases
def test_the_database_refuses_two_call_ins_of_an_indicator_to_a_meeting():
    call_in = CallInFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        CallInFactory(meeting=call_in.meeting, indicator=call_in.indicator)


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("challenge_says_what_was_asked", lambda: ChallengeFactory(text="")),
        ("decision_says_what_was_decided", lambda: DecisionFactory(text="")),
        ("agreed_action_says_who_does_what", lambda: AgreedActionFactory(owner="")),
        ("meeting_is_in_a_known_state", lambda: MeetingFactory(state="dropped")),
        ("a_cancelled_meeting_says_why", lambda: MeetingFactory(state="cancelled")),
    ],
)
def test_the_database_refuses_what_says_nothing(name, make):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        make()
