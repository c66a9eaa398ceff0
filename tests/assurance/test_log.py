"""A meeting's log: what came of each item, until when it takes entries, what is put right later, and the thread."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from assurance.models.meetings import AgreedAction, CallIn, Challenge, Decision, LogCorrection
from assurance.queries.threads import thread_of, threads_read_by
from assurance.rules import Judged, MeetingState, Outcome, ThreadStep, log_closes_on
from assurance.services import call_ins, outcomes
from assurance.services.meetings import hold_meeting, plan_meeting
from core.models.notices import Notice
from core.quarters import Quarter
from core.refusals import Refused
from organisation.rules import PostKind
from tests.assurance.factories import (
    AgreedActionFactory,
    CallInFactory,
    ChallengeFactory,
    DecisionFactory,
    EscalationFactory,
    MeetingFactory,
    SeatFactory,
    TeamFactory,
)
from tests.assurance.pages import address, text_of
from tests.factories import IndicatorFactory, UserFactory, holder, rated

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.both_databases,
    pytest.mark.usefixtures("sorp_in_force"),
]
DAY = date(2011, 11, 14)
CLOSES = date(2011, 11, 21)
AFTER = date(2011, 11, 22)


def decided(call_in, kind, by, **more):
    said = {"text": "So it was", "today": DAY} | more
    return outcomes.decide(call_in=call_in, kind=kind, by=by, **said)


@pytest.mark.parametrize(
    ("meets_on", "closes"),
    [
        (DAY, CLOSES),
        (date(2011, 12, 20), date(2011, 12, 29)),  # Christmas is not worked on
    ],
)
def test_a_log_is_open_for_five_working_days(meets_on, closes):
    assert log_closes_on(meets_on) == closes


# What came of each item


def test_a_meeting_is_not_held_while_an_item_has_no_outcome(call_in, chair):
    other = CallInFactory(meeting=call_in.meeting, indicator=IndicatorFactory(reference="PI-8"))
    decided(call_in, Outcome.NO_ACTION, chair)

    with pytest.raises(Refused, match="Nothing is recorded yet of PI-8: say what was decided"):
        hold_meeting(meeting=call_in.meeting, today=DAY, by=chair)

    decided(other, Outcome.NOT_REACHED, chair, text="")
    assert hold_meeting(meeting=call_in.meeting, today=DAY, by=chair).is_held
    assert other.decisions.get().text == "Not reached"


@pytest.mark.parametrize(
    ("kind", "more", "goes_to"),
    [
        (Outcome.NO_ACTION, {}, None),
        (Outcome.STRENGTHEN_PLAN, {}, None),
        (Outcome.NOT_REACHED, {}, date(2011, 12, 12)),
        (Outcome.DEFERRED, {}, date(2011, 12, 12)),
        (Outcome.RETURN_ON, {"returns_on": date(2011, 12, 12)}, date(2011, 12, 12)),
        (Outcome.RETURN_ON, {"returns_on": date(2011, 12, 13)}, date(2012, 1, 16)),
        (Outcome.RETURN_ON, {"returns_on": date(2012, 6, 1)}, None),
    ],
)
def test_what_is_left_is_before_the_next_meeting_once_and_its_manager_is_asked(
    call_in, chair, kind, more, goes_to
):
    team = call_in.meeting.team
    for day in (date(2011, 12, 12), date(2012, 1, 16)):
        MeetingFactory(team=team, meets_on=day)
    decided(call_in, kind, chair, **more)

    with time_machine.travel("2011-11-14T15:00:00+00:00", tick=False):
        for _ in range(2):
            hold_meeting(meeting=call_in.meeting, today=DAY, by=chair)

    carried = list(CallIn.objects.filter(came_from=call_in))
    assert [each.meeting.meets_on for each in carried] == ([goes_to] if goes_to else [])
    if goes_to:
        assert carried[0].why.startswith("It comes back from 14 November 2011: So it was. Red in")
        assert carried[0].invitation.bring_by < goes_to


def test_what_is_left_waits_for_a_meeting_that_is_planned_later(call_in, chair):
    decided(call_in, Outcome.DEFERRED, chair)
    hold_meeting(meeting=call_in.meeting, today=DAY, by=chair)
    assert not CallIn.objects.filter(came_from=call_in).exists()

    later = {"team": call_in.meeting.team, "quarter": Quarter(2011, 2), "by": chair}
    plan_meeting(meets_on=date(2011, 12, 13), **later)
    plan_meeting(meets_on=date(2011, 12, 14), **later)

    (carried,) = CallIn.objects.filter(came_from=call_in)
    assert carried.meeting.meets_on == date(2011, 12, 13)


def test_a_decision_goes_together_or_is_refused(call_in, chair):
    for kind, more, sentence in (
        (Outcome.RETURN_ON, {}, "Enter a day after the meeting"),
        (Outcome.RETURN_ON, {"returns_on": DAY}, "Enter a day after the meeting"),
        (Outcome.ACCEPT_PLAN, {"text": " "}, "what was decided"),
    ):
        with pytest.raises(Refused, match=sentence):
            decided(call_in, kind, chair, **more)
    for nonsense in ({"kind": "perhaps"}, {"kind": "return_on"}, {"returns_on": AFTER}):
        with pytest.raises(IntegrityError), transaction.atomic():
            DecisionFactory(call_in=call_in, **nonsense)


def test_two_decisions_at_once_are_told_in_words_and_both_stand_once_read(call_in, chair):
    officer = holder(PostKind.PERFORMANCE_OFFICER)
    decided(call_in, Outcome.NO_ACTION, officer, seen=0)

    with pytest.raises(Refused, match="Meanwhile somebody recorded a decision on it: “So it was”"):
        decided(call_in, Outcome.STRENGTHEN_PLAN, chair, text="More", seen=0)
    decided(call_in, Outcome.STRENGTHEN_PLAN, chair, text="More", seen=1)

    assert list(call_in.decisions.values_list("kind", flat=True)) == ["no_action", "strengthen"]


# The log closes


@pytest.mark.parametrize(
    "act",
    [
        lambda row, by, today: outcomes.challenge(call_in=row, text="Why?", today=today, by=by),
        lambda row, by, today: decided(row, Outcome.NO_ACTION, by, today=today),
        lambda row, by, today: outcomes.agree_action(
            call_in=row, what="x", owner="y", due_on=AFTER, today=today, by=by
        ),
    ],
)
def test_entries_are_taken_until_the_log_closes_and_not_after(call_in, chair, act):
    act(call_in, chair, CLOSES)
    before = [model.objects.count() for model in (Challenge, Decision, AgreedAction)]

    other = CallInFactory(meeting=call_in.meeting, indicator=IndicatorFactory())
    with pytest.raises(Refused, match="closed on 21 November 2011: write a correction"):
        act(other, chair, AFTER)

    assert [model.objects.count() for model in (Challenge, Decision, AgreedAction)] == before


@pytest.mark.parametrize("factory", [ChallengeFactory, DecisionFactory, AgreedActionFactory])
def test_the_database_refuses_an_entry_after_its_log_closed_and_every_change(call_in, factory):
    with pytest.raises(IntegrityError), transaction.atomic():
        factory(call_in=call_in, recorded_on=AFTER)
    row = factory(call_in=call_in)
    for change in ({"recorded_on": DAY - timedelta(1)}, {"log_closes_on": AFTER}):
        with pytest.raises(IntegrityError), transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.delete()


def test_a_correction_stands_beside_the_entry_which_stays(client, call_in, chair):
    decision = DecisionFactory(call_in=call_in, text="Report in May")
    said = {"call_in": call_in, "entry": decision, "text": "In June", "by": chair}

    with pytest.raises(Refused, match="The log is open until 21 November 2011"):
        outcomes.correct_log(**said, today=CLOSES)
    with pytest.raises(Refused, match="Enter what is right"):
        outcomes.correct_log(**(said | {"text": " "}), today=AFTER)
    with pytest.raises(Refused, match="an entry of this item"):
        outcomes.correct_log(
            **(said | {"entry": DecisionFactory(call_in=CallInFactory(meeting=call_in.meeting))}),
            today=AFTER,
        )
    with pytest.raises(PermissionDenied):
        outcomes.correct_log(**(said | {"by": UserFactory()}), today=AFTER)
    for _ in range(2):
        outcomes.correct_log(**said, today=AFTER)

    correction = LogCorrection.objects.get()
    assert (correction.decision, correction.corrected_on) == (decision, AFTER)
    with pytest.raises(IntegrityError), transaction.atomic():
        LogCorrection.objects.update(text="In July")
    client.force_login(chair)
    with time_machine.travel("2011-11-23T09:00:00+00:00", tick=False):
        page = text_of(client.get(address("called_in", "PI-7")))
    assert "Report in May" in page
    assert "Corrected 22 November 2011: In June" in page


@time_machine.travel("2011-11-23T09:00:00+00:00", tick=False)
def test_a_closed_log_has_a_form_for_corrections_and_no_other(client, call_in, chair):
    decision = DecisionFactory(call_in=call_in, text="Report in May")
    there = address("called_in", "PI-7")
    client.force_login(chair)

    page = text_of(client.get(there))
    assert "The log is closed" in page
    assert "Record the decision" not in page
    late = client.post(
        there, {"act": "decision", "decision-kind": "no_action", "decision-text": "Late"}
    )
    assert "The log of this meeting closed on 21 November 2011" in text_of(late)
    assert "Late" in text_of(late)
    client.post(
        there,
        {"act": "correct", "correct-entry": f"decision-{decision.pk}", "correct-text": "In June"},
    )

    assert LogCorrection.objects.get().decision == decision


# Agreed actions are judged by who asked


def test_what_is_done_is_shown_and_judged_by_who_asked(call_in, chair):
    action = AgreedActionFactory(call_in=call_in, person=UserFactory())
    done = {"done_on": DAY, "today": DAY, "by": call_in.indicator.accountable_manager}

    with pytest.raises(Refused, match="Nobody has said that it is done"):
        outcomes.judge_action(action=action, judged=Judged.ACCEPTED, today=DAY, by=chair)
    with pytest.raises(Refused, match="Say what shows"):
        outcomes.complete_action(action=action, **done)
    outcomes.complete_action(action=action, evidence="Two contracts", **done)
    with pytest.raises(PermissionDenied):
        outcomes.judge_action(action=action, judged=Judged.ACCEPTED, today=DAY, by=action.person)
    with pytest.raises(Refused, match="Say what is missing"):
        outcomes.judge_action(action=action, judged=Judged.NOT_ENOUGH, today=DAY, by=chair)

    said = {"judged": Judged.NOT_ENOUGH, "words": "One has left", "today": DAY, "by": chair}
    for _ in range(2):
        outcomes.judge_action(action=action, **said)
    action.refresh_from_db()
    assert (action.done_on, action.judged) == (None, Judged.NOT_ENOUGH)
    (notice,) = Notice.objects.filter(recipient=action.person)
    assert (notice.subject, notice.body) == (
        "PAT asks for more: Recruit two engineers",
        "One has left",
    )

    outcomes.complete_action(action=action, evidence="A third one", **done)
    outcomes.judge_action(action=action, judged=Judged.ACCEPTED, today=DAY, by=chair)
    action.refresh_from_db()
    assert (action.done_on, action.judged, action.judged_by) == (DAY, Judged.ACCEPTED, chair)
    with pytest.raises(Refused, match="accepted as done, and stands"):
        outcomes.complete_action(action=action, **(done | {"done_on": None}), progress="No")


@time_machine.travel("2011-11-20T09:00:00+00:00", tick=False)
def test_the_chair_judges_on_the_actions_page(client, call_in, chair):
    action = AgreedActionFactory(call_in=call_in, done_on=DAY, evidence="Two contracts")
    there = reverse("report_on_action", args=[action.pk])
    client.force_login(chair)

    assert "What shows it: Two contracts" in text_of(client.get(there))
    missing = text_of(client.post(there, {"judging": "yes", "judged": "not_enough"}))
    assert "Say what is missing" in missing
    client.post(there, {"judging": "yes", "judged": "accepted"})

    action.refresh_from_db()
    assert action.judged == Judged.ACCEPTED


# The thread


def test_one_thread_from_trigger_to_whether_it_worked(call_in, chair, red):
    rated(red, "RAG", since=Quarter(2011, 3))
    with time_machine.travel("2011-10-20T09:00:00+00:00", tick=False):
        EscalationFactory(indicator=red, reason="Red twice")
    with time_machine.travel("2011-11-02T09:00:00+00:00", tick=False):
        outcomes.challenge(call_in=call_in, text="Why?", answer="Frost", today=DAY, by=chair)
    plain = {"today": DAY, "by": chair}
    decided(call_in, Outcome.STRENGTHEN_PLAN, chair, text="Show the money")
    outcomes.agree_action(
        call_in=call_in, what="Recruit", owner="HR", due_on=date(2011, 12, 1), **plain
    )

    def steps(today):
        thread = thread_of(red, teams=[call_in.meeting.team], today=today, reader=None)
        return [(each.day, each.step, each.title) for each in thread.entries]

    assert steps(date(2011, 11, 20)) == [
        (date(2011, 10, 20), ThreadStep.REFERRED, "Referred to Performance Assurance Team"),
        (date(2011, 11, 1), ThreadStep.CALLED_IN, "Called in to PAT, 14 November 2011"),
        (DAY, ThreadStep.HANDLED, "Performance Assurance Team: noted"),
        (DAY, ThreadStep.CHALLENGED, "PAT asked"),
        (DAY, ThreadStep.ANSWERED, "Answered"),
        (DAY, ThreadStep.DECIDED, "PAT decided: the plan must be strengthened"),
        (DAY, ThreadStep.PROMISED, "Agreed: Recruit"),
    ]
    assert steps(date(2011, 12, 2))[-1] == (
        date(2011, 12, 1),
        ThreadStep.OVERDUE,
        "Not done by its day: Recruit",
    )
    outcomes.complete_action(
        action=call_in.agreed_actions.get(),
        done_on=date(2011, 12, 5),
        evidence="Two contracts",
        today=date(2011, 12, 5),
        by=chair,
    )
    thread = thread_of(red, teams=[call_in.meeting.team], today=date(2011, 12, 31), reader=None)
    assert [(each.title, each.text) for each in thread.entries][-1] == (
        "Done: Recruit",
        "Two contracts",
    )
    assert thread.state_now == "Green in Q1 2012/13, after amber in Q4 2011/12"
    assert thread.worked == (
        "It was red in Q2 2011/12, when it was called in. Since then: red in Q3 2011/12, amber in"
        " Q4 2011/12, green in Q1 2012/13."
    )


def test_a_name_stands_in_the_log_only_where_somebody_wishes_it(call_in, chair):
    for who in (None, UserFactory(name="Ada Ned")):
        outcomes.challenge(call_in=call_in, text=f"By {who}?", raised_by=who, today=DAY, by=chair)

    thread = thread_of(call_in.indicator, teams=[call_in.meeting.team], today=DAY, reader=None)

    asked = [each.title for each in thread.entries if each.step is ThreadStep.CHALLENGED]
    assert asked == ["PAT asked", "Ada Ned asked"]


def test_what_another_team_did_is_told_to_who_reads_its_papers(call_in, chair):
    dat = TeamFactory(dat=True)
    CallInFactory(meeting=MeetingFactory(team=dat, meets_on=DAY), indicator=call_in.indicator)
    officer = holder(PostKind.PERFORMANCE_OFFICER)

    def teams(reader):
        thread = threads_read_by(call_in.indicator, reader, today=DAY)
        return sum(each.step is ThreadStep.CALLED_IN for each in thread.entries)

    assert {
        "PAT's chair": teams(chair),
        "officer": teams(officer),
        "staff": teams(UserFactory()),
    } == {"PAT's chair": 1, "officer": 2, "staff": 0}


@pytest.mark.parametrize("number", [1, 20])
def test_a_thread_asks_the_same_of_the_database_for_one_meeting_and_for_twenty(
    red, chair, meeting, number, django_assert_max_num_queries
):
    for place in range(number):
        each = CallInFactory(
            indicator=red, meeting=MeetingFactory(meets_on=DAY + timedelta(days=7 * place))
        )
        ChallengeFactory(call_in=each)
        DecisionFactory(call_in=each)
        AgreedActionFactory(call_in=each)

    with django_assert_max_num_queries(18):
        thread_of(red, teams=[meeting.team], today=date(2012, 12, 1), reader=None)


# In the meeting


@pytest.mark.usefixtures("on_the_day_of_the_meeting")
def test_a_decision_opens_the_next_item_until_the_meeting_can_be_held(
    client, meeting, chair, call_in
):
    CallInFactory(meeting=meeting, indicator=IndicatorFactory(reference="PI-8", title="Bins"))
    there = address("live_meeting")
    client.force_login(chair)

    first = text_of(client.get(there))
    assert '<strong aria-current="true">Potholes repaired</strong>' in first
    assert "2 items without an outcome" in first
    client.post(there, {"act": "challenge", "item": "PI-7", "challenge-text": "Why?"})
    stays = client.post(
        there,
        {
            "act": "action",
            "item": "PI-7",
            "action-what": "Hire",
            "action-owner": "HR",
            "action-is_outsider": "on",
            "action-due_on_day": "1",
            "action-due_on_month": "12",
            "action-due_on_year": "2011",
        },
    )
    assert stays.url == f"{there}?item=PI-7"
    said = {"act": "decision", "item": "PI-7", "decision-seen": "0"}
    wrong = text_of(client.post(there, said | {"decision-text": "More money"}))
    assert "Choose what came of it" in wrong
    assert "More money" in wrong
    following = client.post(
        there, said | {"decision-kind": "no_action", "decision-text": "Enough"}, follow=True
    )

    page = text_of(following)
    assert '<strong aria-current="true">Bins</strong>' in page
    assert "No further action" in page
    assert "1 item without an outcome" in page
    last = {"act": "decision", "item": "PI-8", "decision-kind": "not_reached"}
    done = text_of(client.post(there, last, follow=True))
    assert "Record that the meeting was held" in done
    client.post(address("hold_meeting"))
    meeting.refresh_from_db()
    assert meeting.state == MeetingState.HELD


@pytest.mark.usefixtures("on_the_day_of_the_meeting")
def test_who_has_a_seat_asks_and_does_not_decide(client, call_in):
    there = address("live_meeting")
    ned = SeatFactory(kind="ned").user
    people = {"ned": ned, "manager": call_in.indicator.accountable_manager}
    told = {}
    for name, person in people.items():
        client.force_login(person)
        told[name] = [
            client.get(there).status_code,
            client.post(
                there, {"act": "challenge", "item": "PI-7", "challenge-text": "Why?"}
            ).status_code,
            client.post(there, {"act": "decision", "item": "PI-7"}).status_code,
            client.get(f"{there}?item=PI-99").status_code,
        ]

    assert told == {"ned": [200, 302, 403, 404], "manager": [403, 403, 403, 403]}


@pytest.mark.usefixtures("on_the_day_of_the_meeting")
def test_a_meeting_without_items_says_so(client, meeting, chair):
    client.force_login(chair)

    assert "Nothing is called in yet" in text_of(client.get(address("live_meeting")))


@pytest.mark.usefixtures("on_the_day_of_the_meeting")
@pytest.mark.parametrize("number", [1, 20])
def test_the_live_page_asks_the_same_of_the_database_for_one_item_and_for_twenty(
    client, meeting, chair, number, django_assert_max_num_queries
):
    for _ in range(number):
        row = CallInFactory(meeting=meeting, indicator=IndicatorFactory())
        DecisionFactory(call_in=row)
    client.force_login(chair)

    with django_assert_max_num_queries(80):
        client.get(address("live_meeting"))


def test_an_item_that_no_meeting_took_up_is_called_in_again_by_the_chair_alone(call_in, chair):
    """What was decided ends the matter for the team: nothing comes back by itself."""
    decided(call_in, Outcome.NO_ACTION, chair)
    hold_meeting(meeting=call_in.meeting, today=DAY, by=chair)
    following = plan_meeting(
        team=call_in.meeting.team, meets_on=date(2011, 12, 13), quarter=Quarter(2011, 2), by=chair
    )

    assert not following.call_ins.exists()
    assert (
        call_ins.call_in(
            meeting=following, matter=call_in.indicator, reason="Again", by=chair
        ).came_from
        is None
    )
