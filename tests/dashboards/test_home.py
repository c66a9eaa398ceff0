"""“What needs you”: each kind of person's own sentences, in order, each with its page."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.urls import reverse

from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.services.notices import owe_notice
from dashboards.queries.home_page import home_page
from dashboards.queries.next_steps import Urgency
from indicators.models.calendar import CalendarDay
from indicators.models.definitions import Indicator
from indicators.models.questions import Question
from indicators.models.results import Result, Revision
from indicators.models.returns import Attestation, Draft, SignOff
from indicators.rules.returns import ResultState, Stage, Verdict
from indicators.services.definitions import suspend_indicator
from organisation.models.people import User
from organisation.rules import PostKind, UnitTier
from sorp.lexicon import Frequency, Level, Rag, Step, Tier
from sorp.services.seeding import propose_default_statement
from tests.assurance.factories import (
    ActionFactory,
    ActionPlanFactory,
    AgreedActionFactory,
    CallInFactory,
    EscalationFactory,
    MeetingFactory,
    PackFactory,
    SeatFactory,
    TeamFactory,
    chair_of,
)
from tests.factories import (
    AppointmentFactory,
    CouncilFactory,
    IndicatorFactory,
    PostFactory,
    RatingFactory,
    RevisionFactory,
    TargetFactory,
    UnitFactory,
    UserFactory,
    VariationFactory,
    holder,
)
from tests.strategy.factories import MilestoneFactory

pytestmark = pytest.mark.django_db

Q2 = Quarter(2011, 2)
TODAY = date(2011, 10, 20)
ENTRY, DIVISION, DIRECTORATE = date(2011, 10, 21), date(2011, 10, 28), date(2011, 11, 2)


@pytest.fixture(autouse=True)
def on_the_day():
    with time_machine.travel("2011-10-20 10:00 +0100", tick=False):
        yield


@pytest.fixture
def quarter(sorp_in_force):
    """Q2 2011/12 under way, its results due tomorrow."""
    row = ReportingQuarter.objects.create(
        quarter=Q2,
        begun_at=datetime(2011, 10, 1, tzinfo=UTC),
        cabinet_meets_on=date(2011, 12, 5),
    )
    for step, day in (
        (Step.ENTRY, ENTRY),
        (Step.DIVISION, DIVISION),
        (Step.DIRECTORATE, DIRECTORATE),
        (Step.CLOSE, date(2011, 11, 9)),
    ):
        CalendarDay.objects.create(quarter=Q2, step=step, due_on=day)
    return row


@pytest.fixture
def division(sorp_in_force):
    parent = UnitFactory(code="PLACES", name="Places")
    return UnitFactory(code="HT", name="Highways", tier=UnitTier.DIVISION, parent=parent)


def needs(reader, today=TODAY):
    """What a person's home says, without the pages it leads to."""
    return [
        (each.urgency, each.sentence) for each in home_page(reader=reader, today=today).next_steps
    ]


def answering(division, *references, **fields):
    """A manager who has attested, with an indicator for each reference."""
    manager = holder(PostKind.ACCOUNTABLE_MANAGER, unit=division, name="A. Manager")
    for reference in references:
        IndicatorFactory(
            reference=reference,
            title=f"Title of {reference}",
            unit=division,
            accountable_manager=manager,
            **fields,
        )
    Attestation.objects.create(user=manager, quarter=Q2, references=list(references))
    return manager


def submitted(reference, state=ResultState.SUBMITTED):
    indicator = Indicator.objects.get(reference=reference)
    revision = RevisionFactory(result__indicator=indicator, result__quarter=Q2)
    Result.objects.filter(pk=revision.result_id).update(state=state)
    return revision


def asked_about(reference, *keys, quarter=Q2, **fields):
    """A submitted result of an indicator, with so many questions about it that nobody answered."""
    indicator = Indicator.objects.get(reference=reference)
    revision = RevisionFactory(result__indicator=indicator, result__quarter=quarter, **fields)
    for key in keys:
        Question.objects.create(revision=revision, key=key, words="0 after 92: is there a figure?")
    return revision


# Accountable managers and their deputies


@pytest.mark.parametrize(
    ("results", "complete", "today", "expected"),
    [
        (
            0,
            0,
            TODAY,
            (
                Urgency.NOW,
                "None of your 3 results for Q2 2011/12 is submitted yet; they are due on Friday "
                "21 October"
                " 2011.",
            ),
        ),
        (
            1,
            0,
            TODAY,
            (
                Urgency.NOW,
                "1 of your 3 results for Q2 2011/12 is submitted and 2 to go; they are due on Friday"
                " 21 October 2011.",
            ),
        ),
        (
            2,
            1,
            ENTRY,
            (
                Urgency.NOW,
                "2 of your 3 results for Q2 2011/12 are submitted, 1 more is completed and 1 to go;"
                " it is due today.",
            ),
        ),
        (
            2,
            0,
            date(2011, 10, 24),
            (
                Urgency.OVERDUE,
                "2 of your 3 results for Q2 2011/12 are submitted and 1 to go; it was due on "
                "Friday 21"
                " October 2011.",
            ),
        ),
        (
            0,
            2,
            TODAY,
            (
                Urgency.NOW,
                "None of your 3 results for Q2 2011/12 is submitted yet, though 2 are "
                "completed; they"
                " are due on Friday 21 October 2011.",
            ),
        ),
        (3, 0, TODAY, None),
    ],
)
def test_a_manager_reads_how_far_the_return_has_come(
    quarter, division, results, complete, today, expected
):
    references = ("HT-01", "HT-02", "HT-03")
    manager = answering(division, *references)
    for reference in references[:results]:
        submitted(reference)
    for reference in references[results:][:complete]:
        Draft.objects.create(
            indicator=manager.indicators.get(reference=reference),
            quarter=Q2,
            is_complete=True,
            saved_by=manager,
        )

    assert needs(manager, today) == ([expected] if expected else [])


def test_a_return_leads_to_its_page_and_to_be_gone_on_with(quarter, division):
    manager = answering(division, "HT-01", "HT-02")

    (begin,) = home_page(reader=manager, today=TODAY).next_steps
    submitted("HT-01")
    (go_on,) = home_page(reader=manager, today=TODAY).next_steps

    assert (begin.link, begin.address) == ("Start your return for Q2 2011/12", "/returns/2011-Q2/")
    assert go_on.link == "Continue your return for Q2 2011/12"


def test_a_return_asks_for_nothing_that_is_not_due(quarter, division):
    manager = answering(division, "HT-01", frequency=Frequency.ANNUAL)
    suspended = IndicatorFactory(reference="HT-02", accountable_manager=manager)
    IndicatorFactory(accountable_manager=manager, first_quarter=Q2.next())
    suspend_indicator(
        indicator=suspended,
        from_quarter=Q2,
        until_quarter=Q2,
        reason="Moved",
        approved_by="X",
        by=None,
    )
    Attestation.objects.update(references=["HT-01", "HT-02"])

    assert needs(manager) == []


def test_a_return_due_on_two_days_says_the_earlier(quarter, division):
    CalendarDay.objects.create(
        quarter=Q2, step=Step.ENTRY, tier=Tier.TEAM, due_on=date(2011, 10, 19)
    )
    manager = answering(division, "HT-01", "HT-02")
    manager.indicators.filter(reference="HT-02").update(tier=Tier.TEAM)

    assert needs(manager) == [
        (
            Urgency.OVERDUE,
            "None of your 2 results for Q2 2011/12 is submitted yet; the first were due on "
            "Wednesday 19"
            " October 2011.",
        )
    ]


def test_a_deputy_sees_the_return_too_and_is_not_asked_to_attest(quarter, division):
    answering(division, "HT-01")
    deputy = holder(PostKind.DEPUTY, unit=division)

    (need,) = needs(deputy)

    assert need[1].startswith("Your one result for Q2 2011/12 is not submitted")


def test_what_was_returned_says_by_whom_and_why(quarter, division):
    manager = answering(division, "HT-01")
    revision = submitted("HT-01", ResultState.RETURNED)
    SignOff.objects.create(
        revision=revision,
        stage=Stage.DIVISION,
        verdict=Verdict.RETURNED,
        comment="Count the side roads too.",
        signed_by=holder(PostKind.DIRECTOR, unit=division, name="D. Director"),
    )

    found = home_page(reader=manager, today=TODAY).next_steps

    assert [(each.sentence, each.address) for each in found] == [
        (
            "D. Director returned “Title of HT-01” for Q2 2011/12: “Count the side roads too.”",
            "/returns/2011-Q2/HT-01/",
        ),
        (
            "Your one result for Q2 2011/12 is not submitted; it is due on Friday 21 October 2011.",
            "/returns/2011-Q2/",
        ),
    ]


def test_many_that_were_returned_are_told_together(quarter, division):
    references = [f"HT-{number:02}" for number in range(12)]
    manager = answering(division, *references)
    for reference in references:
        submitted(reference, ResultState.RETURNED)

    told = [sentence for _, sentence in needs(manager)]

    assert len(told) == 1 + 4 + 1
    assert "8 more results were returned to you." in told


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (
            [("A", ["nought"], Q2)],
            "1 question about one of your results for Q2 2011/12 is not answered: until it is,"
            " readers see that the figure is in doubt.",
        ),
        (
            [("A", ["nought", "target"], Q2), ("B", ["same"], Q2.previous())],
            "3 questions about 2 of your results are not answered: until they are, readers see that"
            " the figures are in doubt.",
        ),
    ],
)
def test_what_was_asked_of_a_manager_and_not_answered_is_said(quarter, division, asked, expected):
    manager = answering(division, "A", "B")
    for reference, keys, of_quarter in asked:
        asked_about(reference, *keys, quarter=of_quarter)

    found = [each for each in needs(manager) if "question" in each[1]]

    assert found == [(Urgency.NOW, expected)]


def test_what_is_answered_or_was_said_of_a_figure_since_replaced_is_not_asked_again(
    quarter, division
):
    manager = answering(division, "A")
    revision = asked_about("A", "nought")
    assert [each for _, each in needs(manager) if "question" in each]

    Revision.objects.filter(pk=revision.pk).update(is_latest=False)
    latest = RevisionFactory(result=revision.result, number=2, reason="Recounted")
    told = {"answer": "None came", "answered_at": datetime(2011, 10, 3, tzinfo=UTC)}
    Question.objects.create(revision=latest, key="nought", words="0 after 92?", **told)

    assert not [each for _, each in needs(manager) if "question" in each]


def test_questions_are_for_a_manager_their_deputy_and_the_performance_team(quarter, division):
    manager = answering(division, "A")
    asked_about("A", "nought")
    people = {
        "the manager": manager,
        "the deputy": holder(PostKind.DEPUTY, unit=division),
        "an officer": holder(PostKind.PERFORMANCE_OFFICER),
        "a manager elsewhere": holder(PostKind.ACCOUNTABLE_MANAGER),
        "their director": holder(PostKind.DIRECTOR, unit=division),
        "a Member": holder(PostKind.MEMBER),
    }

    told = {
        who: [(urgency, words[:38]) for urgency, words in needs(person) if "question" in words]
        for who, person in people.items()
    }

    assert {who: found for who, found in told.items() if found} == {
        "the manager": [(Urgency.NOW, "1 question about one of your results f")],
        "the deputy": [(Urgency.NOW, "1 question about one of your results f")],
        "an officer": [(Urgency.SOON, "1 question about one of others’ result")],
    }


def test_an_officer_is_told_which_totals_since_april_lack_a_target(quarter, division):
    answering(division, "A", "B", basis="year_to_date")
    TargetFactory(indicator=Indicator.objects.get(reference="A"), from_quarter=Q2.next())
    officer = holder(PostKind.PERFORMANCE_OFFICER)

    assert [each for each in needs(officer) if "target" in each[1]] == [
        (
            Urgency.NOW,
            "1 indicator counted from April has no target for Q3 2011/12: without one it is not"
            " rated.",
        ),
        (
            Urgency.SOON,
            "2 indicators counted from April have no target for Q4 2011/12: without one they are"
            " not rated.",
        ),
    ]


def test_a_manager_is_asked_to_attest_what_is_new_in_their_name(quarter, division):
    manager = answering(division, "HT-01")
    submitted("HT-01")
    IndicatorFactory(reference="HT-02", accountable_manager=manager, frequency=Frequency.ANNUAL)

    (need,) = home_page(reader=manager, today=TODAY).next_steps

    assert need.sentence == (
        "You have not yet said for Q2 2011/12 that you are accountable for 1 indicator in your name."
    )
    assert need.address == "/attestation/2011-Q2/"


# Directors


def directing(unit, **person):
    return holder(PostKind.DIRECTOR, unit=unit, **person)


def test_a_director_reads_what_waits_to_be_signed_off_in_their_unit_alone(quarter, division):
    director, above = directing(division), directing(division.parent)
    beside = directing(UnitFactory(tier=UnitTier.DIVISION, parent=division.parent))
    answering(division, "HT-01", "HT-02")
    revision = submitted("HT-01")
    RatingFactory(indicator=revision.result.indicator, quarter=Q2, rag=Rag.RED, revision=revision)
    submitted("HT-02")

    (need,) = home_page(reader=director, today=TODAY).next_steps

    assert need.sentence == (
        "2 results of Highways for Q2 2011/12 (1 red) wait for you to sign off; they are due on"
        " Friday 28 October 2011."
    )
    assert need.address == "/sign-off/2011-Q2/division/HT/"
    assert needs(above) == needs(beside) == []

    Result.objects.update(state=ResultState.DIVISION_APPROVED)
    assert needs(director) == []
    assert needs(above, date(2011, 11, 3)) == [
        (
            Urgency.OVERDUE,
            "2 results of Places for Q2 2011/12 (1 red) wait for you to sign off; they were due on"
            " Wednesday 2 November 2011.",
        )
    ]


def test_a_director_reads_who_is_late_once_they_are(quarter, division):
    director = directing(division)
    answering(division, "HT-01", "HT-02")

    assert needs(director, ENTRY) == []
    assert needs(director, date(2011, 10, 24)) == [
        (
            Urgency.OVERDUE,
            "2 results of Highways for Q2 2011/12 are overdue, from A. Manager.",
        )
    ]


# Poor performance


@pytest.fixture
def escalated(sorp_in_force, division):
    manager = answering(division, "HT-01")
    indicator = manager.indicators.get()
    EscalationFactory(indicator=indicator, level=Level.DIRECTORATE, trigger="Red at directorate")
    EscalationFactory(indicator=indicator)
    return indicator


def test_an_escalation_without_a_plan_is_named_once_by_its_highest_level(escalated):
    manager = escalated.accountable_manager

    (need,) = home_page(reader=manager, today=TODAY).next_steps
    assert need.sentence == (
        "“Title of HT-01” is referred to the Performance Assurance Team and has no action plan."
    )
    assert need.address == "/escalations/plans/HT-01/"

    ActionPlanFactory(indicator=escalated)
    assert needs(manager) == []


@pytest.mark.parametrize(
    ("due_on", "expected"),
    [
        (date(2011, 10, 19), (Urgency.OVERDUE, "was due on Wednesday 19 October 2011.")),
        (TODAY, (Urgency.SOON, "is due today.")),
        (date(2011, 11, 3), (Urgency.SOON, "is due on Thursday 3 November 2011.")),
        (date(2011, 11, 4), None),
    ],
)
def test_an_action_is_found_by_the_name_it_gives(client, escalated, due_on, expected):
    plan = ActionPlanFactory(indicator=escalated)
    ActionFactory(plan=plan, owner="grace ifould", due_on=due_on, description="Recruit")
    named = holder(PostKind.STAFF, name="Grace Ifould")

    found = home_page(reader=named, today=TODAY).next_steps

    said = [(each.urgency, each.sentence, each.address) for each in found]
    assert said == (
        [(expected[0], f"Your action “Recruit” {expected[1]}", "/escalations/actions/?who=me")]
        if expected
        else []
    )
    client.force_login(named)
    told = client.get(reverse("home")).content.decode()
    assert ("found by your name, Grace Ifould" in told) is bool(expected)


def test_an_action_that_is_done_superseded_or_another_s_is_not_named(escalated):
    old = ActionPlanFactory(indicator=escalated, is_latest=False)
    plan = ActionPlanFactory(indicator=escalated, number=2)
    ActionFactory(plan=old, owner="Grace Ifould", due_on=TODAY)
    ActionFactory(plan=plan, owner="Grace Ifould", due_on=TODAY, done_on=TODAY)
    ActionFactory(plan=plan, owner="Grace Ifouldby", due_on=TODAY)

    assert needs(holder(PostKind.STAFF, name="Grace Ifould")) == []


def test_an_action_reaches_whoever_does_it_by_whatever_name_and_nobody_else(escalated):
    grace, namesake = (holder(PostKind.STAFF, name="Grace Ifould") for _ in range(2))
    action = ActionFactory(
        plan=ActionPlanFactory(indicator=escalated),
        owner="G. Ifould (Highways)",
        person=grace,
        due_on=TODAY,
    )
    agreed = AgreedActionFactory(
        call_in__indicator=escalated, owner="Grace I.", person=grace, due_on=TODAY
    )

    found = home_page(reader=grace, today=TODAY).next_steps

    assert {each.address for each in found} == {
        f"/escalations/plans/HT-01/actions/{action.position}/",
        f"/assurance/actions/{agreed.pk}/",
    }
    assert not any(each.is_by_name for each in found)
    assert needs(namesake) == []


def test_an_accountable_manager_s_own_actions_lead_to_where_progress_is_said(escalated):
    manager = escalated.accountable_manager
    plan = ActionPlanFactory(indicator=escalated)
    ActionFactory(plan=plan, owner="A. Manager", due_on=TODAY, position=1)
    agreed = AgreedActionFactory(
        call_in__indicator=escalated,
        call_in__meeting__meets_on=date(2011, 9, 1),
        owner="A. Manager",
        due_on=date(2011, 10, 1),
    )

    found = home_page(reader=manager, today=TODAY).next_steps

    assert [(each.urgency, each.address) for each in found] == [
        (Urgency.OVERDUE, f"/assurance/actions/{agreed.pk}/"),
        (Urgency.SOON, "/escalations/plans/HT-01/actions/1/"),
    ]


def test_a_manager_reads_to_which_meeting_they_are_called(escalated):
    ActionPlanFactory(indicator=escalated)
    CallInFactory(indicator=escalated)
    CallInFactory(indicator=escalated, meeting__meets_on=date(2011, 10, 19))
    CallInFactory(
        indicator=escalated,
        meeting__meets_on=date(2011, 12, 1),
        verdict="deferred",
        reason="Until Christmas",
    )

    assert needs(escalated.accountable_manager) == [
        (
            Urgency.SOON,
            "PAT has called in “Title of HT-01”: you attend its meeting on Monday 14 November "
            "2011.",
        )
    ]


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ({"due_on": date(2011, 10, 1)}, (Urgency.OVERDUE, "was due on Saturday 1 October 2011.")),
        (
            {"due_on": date(2011, 11, 1), "forecast_on": date(2011, 12, 1)},
            (
                Urgency.NOW,
                "is due on Tuesday 1 November 2011 and expected on Thursday 1 December 2011.",
            ),
        ),
        ({"due_on": date(2011, 11, 1)}, None),
        ({"due_on": date(2011, 10, 1), "done_on": date(2011, 10, 2)}, None),
    ],
)
def test_a_milestone_of_mine_that_is_late_or_slips(sorp_in_force, dates, expected):
    person = holder(PostKind.STAFF)
    milestone = MilestoneFactory(title="Open the link road", accountable_manager=person, **dates)
    MilestoneFactory(due_on=date(2011, 1, 1))

    found = home_page(reader=person, today=TODAY).next_steps

    assert [(each.urgency, each.sentence, each.address) for each in found] == (
        [
            (
                expected[0],
                f"Your milestone “Open the link road” {expected[1]}",
                f"/strategy/milestones/{milestone.pk}/",
            )
        ]
        if expected
        else []
    )


# Seats, offices and the performance team


def test_who_sits_on_a_team_reads_of_its_next_meeting_and_its_chair_of_the_board(sorp_in_force):
    meeting = MeetingFactory()
    MeetingFactory(meets_on=date(2011, 12, 12))
    MeetingFactory(team=TeamFactory(dat=True), meets_on=date(2011, 11, 21))
    CallInFactory(meeting=meeting)
    of_pat = (
        Urgency.SOON,
        "PAT meets on Monday 14 November 2011 about Q2 2011/12, but its pack is not ready yet.",
    )

    assert needs(SeatFactory().user) == [of_pat]
    assert needs(chair_of(meeting.team)) == [
        (
            Urgency.NOW,
            "You chair PAT on Monday 14 November 2011, and have called in 1 indicator so far.",
        ),
        of_pat,
    ]
    PackFactory(meeting=meeting)
    assert needs(SeatFactory().user)[0][1].endswith("about Q2 2011/12, and its pack is ready.")


def test_a_cabinet_member_reads_of_both_teams_by_office(sorp_in_force):
    MeetingFactory()
    MeetingFactory(team=TeamFactory(dat=True), meets_on=date(2011, 11, 21))

    told = needs(holder(PostKind.CABINET_MEMBER_PERFORMANCE))

    assert [sentence.split(" meets")[0] for _, sentence in told] == ["PAT", "DAT"]


def officer():
    return holder(PostKind.PERFORMANCE_OFFICER)


def test_an_officer_reads_how_far_the_quarter_has_come(quarter, division):
    answering(division, "HT-01", "HT-02")
    submitted("HT-01")
    reader = officer()

    (soon,) = home_page(reader=reader, today=TODAY).next_steps
    assert (soon.urgency, soon.sentence, soon.address) == (
        Urgency.SOON,
        "1 of 2 results for Q2 2011/12 is in; the last are due on Friday 21 October 2011.",
        "/completion/2011-Q2/",
    )
    assert needs(reader, date(2011, 10, 24)) == [
        (Urgency.NOW, "1 of 2 results for Q2 2011/12 is in, and 1 is overdue.")
    ]

    submitted("HT-02")
    assert needs(reader, date(2011, 11, 8)) == []
    assert needs(reader, date(2011, 11, 9)) == [
        (Urgency.NOW, "Every result for Q2 2011/12 is in, and the quarter is due to be closed.")
    ]


def test_where_nothing_is_measured_yet_an_officer_is_led_to_the_set_up(sorp_in_force):
    (need,) = home_page(reader=officer(), today=TODAY).next_steps

    assert need.sentence == "No indicator is set up yet, so nobody can be asked for results."
    assert need.address == "/set-up/"


def test_an_officer_is_asked_to_begin_a_quarter_that_has_ended(sorp_in_force):
    IndicatorFactory(last_quarter=Quarter(2011, 1))  # measured once, and owned by nobody now
    (need,) = home_page(reader=officer(), today=TODAY).next_steps

    assert need.sentence == "Q2 2011/12 has ended, and nobody has been asked for results yet."
    assert need.address == "/calendar/begin/"


def test_earlier_quarters_with_figures_are_to_be_closed_and_not_asked_for(sorp_in_force):
    IndicatorFactory(last_quarter=Quarter(2011, 1))
    for earlier in (Quarter(2010, 4), Quarter(2011, 1)):
        ReportingQuarter.objects.create(quarter=earlier)

    found = home_page(reader=officer(), today=TODAY).next_steps

    assert [
        each.address for each in found if each.address in ("/quarters/history/", "/calendar/begin/")
    ] == [
        "/quarters/history/",
        "/calendar/begin/",
    ]
    assert (
        "2 earlier quarters have figures but are not closed: close them together, so that "
        "repeated reds count."
    ) in [each.sentence for each in found]


def test_the_first_sorp_waits_for_whoever_may_approve_it_and_wrote_none_of_it():
    propose_default_statement(from_quarter=Quarter(2010, 1), by=officer())
    director = holder(PostKind.MANAGING_DIRECTOR, unit=CouncilFactory())

    (need,) = home_page(reader=director, today=TODAY).next_steps

    assert need.sentence.startswith("The council’s first SORP is proposed")
    assert need.address == "/sorp/first/"


def test_an_officer_reads_of_indicators_that_nobody_owns(quarter, division):
    manager = answering(division, "HT-01")
    submitted("HT-01")
    manager.appointments.update(ends_on=date(2011, 10, 1))

    assert needs(officer()) == [
        (
            Urgency.NOW,
            "1 indicator has no accountable manager in post: no quarter can begin until it has "
            "one.",
        )
    ]


# The page


@pytest.mark.parametrize("kind", [PostKind.STAFF, PostKind.MEMBER, PostKind.POSC_CHAIR])
def test_a_home_with_nothing_to_do_says_what_would_appear(client, quarter, kind):
    client.force_login(holder(kind))

    told = client.get(reverse("home")).content.decode()

    assert "Nothing needs you now" in told
    assert "found by your name" not in told


def test_the_most_pressing_comes_first_under_its_heading(client, quarter, escalated):
    manager = escalated.accountable_manager
    MilestoneFactory(accountable_manager=manager, title="Late one")
    CallInFactory(indicator=escalated)
    client.force_login(manager)

    told = client.get(reverse("home")).content.decode()

    order = ["Overdue</h2>", "Late one", "Waiting for you</h2>", "Your one result", "has no action"]
    order += ["Coming up</h2>", "PAT has called in"]
    places = [told.index(words) for words in order]
    assert places == sorted(places)


def test_a_home_counts_the_notices_of_a_week(client, sorp_in_force):
    person = holder(PostKind.MEMBER)
    with time_machine.travel("2011-10-01 10:00 +0100", tick=False):
        owe_notice(key="old", recipient=person, subject="S", body="B")
    owe_notice(key="new", recipient=person, subject="S", body="B")
    owe_notice(key="another's", recipient=UserFactory(), subject="S", body="B")
    client.force_login(person)

    told = " ".join(client.get(reverse("home")).content.decode().split())

    assert "(1 in the last seven days)" in told


def busy(division, how_many):
    """One person who holds every kind of post, with so many of everything."""
    person = User.objects.create_user("busy@council.example", "B. Busy")
    council = CouncilFactory()
    for kind, unit in (
        (PostKind.ACCOUNTABLE_MANAGER, division),
        (PostKind.DIRECTOR, division.parent),
        (PostKind.DEPUTY_MANAGING_DIRECTOR, council),
        (PostKind.PERFORMANCE_OFFICER, council),
    ):
        AppointmentFactory(user=person, post=PostFactory(kind=kind, unit=unit))
    directing(division)
    team = TeamFactory()
    SeatFactory(team=team, user=person, kind="chair")
    meeting = MeetingFactory(team=team)
    for number in range(how_many):
        mine = IndicatorFactory(
            reference=f"B-{number:02}",
            unit=division,
            accountable_manager=person,
            basis="year_to_date",
        )
        asked_about(mine.reference, "nought", quarter=Q2.previous())
        EscalationFactory(indicator=mine)
        CallInFactory(meeting=meeting, indicator=mine)
        AgreedActionFactory(call_in=mine.call_ins.get(), owner="B. Busy", due_on=date(2011, 10, 1))
        MilestoneFactory(accountable_manager=person)
        other = IndicatorFactory(reference=f"O-{number:02}", unit=division)
        ActionFactory(
            plan=ActionPlanFactory(indicator=other), owner="B. Busy", due_on=date(2011, 10, 2)
        )
        submitted(other.reference, ResultState.DIVISION_APPROVED)
        asked_about(other.reference, "nought", quarter=Q2.previous())
        back = IndicatorFactory(
            reference=f"R-{number:02}", unit=division, accountable_manager=person
        )
        submitted(back.reference, ResultState.RETURNED)
    return person


@pytest.mark.parametrize(
    ("kind", "sees"),
    [
        (PostKind.MANAGING_DIRECTOR, True),
        (PostKind.DEPUTY_MANAGING_DIRECTOR, True),
        (PostKind.PERFORMANCE_OFFICER, False),
        (PostKind.DIRECTOR, False),
    ],
)
def test_a_proposed_variation_waits_on_the_home_of_whoever_decides_it(sorp_in_force, kind, sees):
    first = VariationFactory(indicator__title="Potholes", indicator__reference="PI-1")
    reader = holder(kind)
    own = VariationFactory(indicator__title="Mine", proposed_by=reader)

    def waiting():
        return [step for step in needs(reader) if "proposed variation" in step[1]]

    one = (Urgency.NOW, "1 proposed variation waits for your decision: “Potholes”.")
    assert waiting() == ([one] if sees else [])
    VariationFactory(indicator=IndicatorFactory(title="Bins"))
    many = "2 proposed variations wait for your decision: “Bins” and “Potholes”."
    assert waiting() == ([(Urgency.NOW, many)] if sees else [])
    assert {first.state, own.state} == {"proposed"}


@pytest.mark.parametrize("how_many", [1, 20])
def test_a_home_takes_as_many_queries_however_much_there_is(
    quarter, division, how_many, django_assert_max_num_queries
):
    person = busy(division, how_many)

    with django_assert_max_num_queries(91) as asked:
        found = home_page(reader=person, today=date(2011, 10, 24)).next_steps

    assert len(found) >= 10
    assert len(asked) > 20


def test_who_may_see_a_home(client, sorp_in_force):
    answers = []
    for person in (None, UserFactory(), holder(PostKind.STAFF)):
        client.logout()
        if person:
            client.force_login(person)
        answers.append(client.get(reverse("home")).status_code)

    assert answers == [302, 403, 200]


@pytest.mark.parametrize(
    ("kind", "places"),
    [
        (PostKind.DIRECTOR, {"sign_off", "revisions", "compliance"}),
        (PostKind.ACCOUNTABLE_MANAGER, {"revisions"}),
        (PostKind.PERFORMANCE_OFFICER, {"revisions", "compliance", "completions", "quarters"}),
        (PostKind.MEMBER, set()),
    ],
)
def test_a_home_leads_to_where_a_person_works(client, sorp_in_force, kind, places):
    client.force_login(holder(kind))

    told = client.get(reverse("home")).content.decode()

    named = {"sign_off", "revisions", "compliance", "completions", "quarters"}
    assert {name for name in named if f'href="{reverse(name)}"' in told} == places
