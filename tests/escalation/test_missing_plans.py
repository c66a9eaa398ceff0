"""What is red or referred up and has no action plan in the SORP's time, and who is told."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.urls import reverse

from core.models.audit import AuditEvent
from core.models.notices import Notice
from core.quarters import Quarter
from core.working_days import working_day_after
from dashboards.queries.home_page import home_page
from escalation import tasks
from escalation.models.escalations import Escalation
from escalation.models.plans import PlanReview
from escalation.queries.plans import _since_red, missing_plans
from escalation.services.plans import agree_plan, alert_to_missing_plans, review_plan
from organisation.rules import PostKind, UnitTier
from sorp.lexicon import Level, Tier
from tests.assurance.factories import ActionFactory, ActionPlanFactory
from tests.escalation.closes import closes_on, measured, report, reported
from tests.factories import RatingFactory, UnitFactory, holder, rated
from tests.guards import unguarded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sorp_in_force")]
Q1, Q2, Q3 = (Quarter(2011, number) for number in (1, 2, 3))
CLOSED = closes_on(Q1)  # Thursday 28 July 2011
DUE = date(2011, 8, 11)  # ten working days after it
AFTER = date(2011, 8, 12)


@pytest.fixture
def division(sorp_in_force):
    return UnitFactory(tier=UnitTier.DIVISION, parent=UnitFactory())


@pytest.fixture
def red(division):
    """A division's indicator, red in the first quarter there is."""
    found = measured(reference="PI-1", unit=division, tier=Tier.DIVISION)
    reported(found, "R")
    return found


def wanted():
    return [
        (each.indicator.reference, each.why, each.due_on) for each in missing_plans(reader=None)
    ]


def on(day):
    return time_machine.travel(f"{day}T09:00:00+00:00", tick=False)


def planned(indicator, day, **said):
    return ActionPlanFactory(
        indicator=indicator,
        written_at=datetime(day.year, day.month, day.day, 9, tzinfo=UTC),
        **said,
    )


def test_what_is_referred_wants_a_plan_by_the_sorps_day(red):
    assert wanted() == [("PI-1", "Referred to the Directorate management team in Q1 2011/12", DUE)]

    (each,) = missing_plans(reader=None)
    assert (each.is_late(DUE), each.is_late(AFTER)) == (False, True)
    assert each.sentence == (
        "“Indicator PI-1” is referred to the Directorate management team and has no action plan."
    )


@pytest.mark.parametrize(
    ("written", "answers"),
    [
        (date(2011, 6, 30), False),  # the quarter had not ended: it was for what was before
        (date(2011, 7, 1), True),
        (date(2011, 8, 30), True),
    ],
)
def test_a_plan_answers_if_it_was_written_after_the_quarter(red, written, answers):
    planned(red, written)

    assert (wanted() == []) is answers


def test_an_older_plan_answers_once_it_was_judged_sufficient_or_agreed(red):
    officer = holder(PostKind.PERFORMANCE_OFFICER)
    plan = planned(red, date(2011, 6, 1))
    (each,) = missing_plans(reader=None)
    assert each.sentence.endswith("its action plan is older than that: update it.")

    review_plan(
        plan=plan, level=Level.DIVISION, sufficient=False, words="No", today=CLOSED, by=officer
    )
    assert len(wanted()) == 1
    review_plan(plan=plan, level=Level.DIVISION, sufficient=True, today=CLOSED, by=officer)
    assert wanted() == []

    with unguarded(PlanReview):
        plan.reviews.all().delete()
    agree_plan(plan=plan, today=CLOSED, by=officer)
    assert wanted() == []


def test_a_later_referral_asks_again(red):
    planned(red, date(2011, 7, 29))
    assert wanted() == []

    reported(red, "R", since=Q2)

    assert wanted() == [
        (
            "PI-1",
            "Referred to the Performance Assurance Team in Q2 2011/12",
            working_day_after(closes_on(Q2), 10),
        )
    ]


def test_what_is_red_and_not_referred_wants_one_since_its_run_of_reds_began(division):
    """A corporate indicator goes to PAT at its second red: one red alone wants a plan too."""
    corporate = measured(reference="PI-2", unit=division, tier=Tier.CORPORATE)
    reported(corporate, "GR")
    assert not Escalation.objects.exists()

    assert wanted() == [("PI-2", "Red since Q2 2011/12", working_day_after(closes_on(Q2), 10))]
    planned(corporate, date(2011, 10, 3))
    assert wanted() == []


def test_what_is_no_longer_red_nor_referred_wants_none(red):
    reported(red, "G", since=Q2)

    assert wanted() == []


def test_the_manager_and_their_director_are_told_once(red, division):
    director = holder(PostKind.DIRECTOR, unit=division)
    holder(PostKind.DIRECTOR, unit=division.parent)

    assert alert_to_missing_plans(today=DUE) == 0
    assert [alert_to_missing_plans(today=day) for day in (AFTER, AFTER, date(2011, 8, 15))] == [
        2,
        0,
        0,
    ]

    notices = {each.recipient: each for each in Notice.objects.filter(kind="overdue")}
    assert set(notices) == {red.accountable_manager, director}
    own = notices[red.accountable_manager]
    assert own.address == reverse("write_plan", args=["PI-1"])
    assert own.body == (
        "“Indicator PI-1” is referred to the Directorate management team and has no action plan."
        " The SORP asked for a plan by Thursday 11 August 2011. Write it, or update the one you have."
    )
    assert notices[director].body.endswith(f"{red.accountable_manager} answers for it.")
    assert AuditEvent.objects.filter(act="alerted to a missing plan").count() == 2


def test_a_later_referral_is_told_of_again(red):
    alert_to_missing_plans(today=AFTER)
    reported(red, "R", since=Q2)

    assert alert_to_missing_plans(today=date(2011, 12, 1)) == 1


def test_nobody_is_told_on_a_day_on_which_nobody_works(red):
    assert alert_to_missing_plans(today=date(2011, 8, 13)) == 0
    assert not Notice.objects.filter(kind="overdue").exists()


def test_the_task_may_run_twice(red):
    with on(AFTER):
        assert [tasks.alert_to_missing_plans() for _ in range(2)] == [1, 0]


# The pages ----------------------------------------------------------------------------------------


def words(response):
    return " ".join(response.content.decode().split())


def needs(person, today):
    with on(today):
        return [
            (need.urgency.label, need.sentence, need.address)
            for need in home_page(reader=person, today=today).next_steps
            if "plan" in need.sentence
        ]


def test_home_says_so_to_the_manager_the_directors_and_the_officers(red, division):
    sentence = (
        "“Indicator PI-1” is referred to the Directorate management team and has no action plan."
    )
    people = {
        "director": holder(PostKind.DIRECTOR, unit=division),
        "officer": holder(PostKind.PERFORMANCE_OFFICER),
        "other director": holder(PostKind.DIRECTOR),
    }

    manager = red.accountable_manager
    assert needs(manager, DUE) == [("Waiting for you", sentence, "/escalations/plans/PI-1/")]
    assert needs(manager, AFTER) == [("Overdue", sentence, "/escalations/plans/PI-1/")]
    late = [
        (
            "Waiting for you",
            "1 action plan is overdue: the indicator is red or referred up, and the SORP’s "
            "deadline for a plan has passed.",
            "/escalations/plans/",
        )
    ]
    assert {who: needs(person, AFTER) for who, person in people.items()} == {
        "director": late,
        "officer": late,
        "other director": [],
    }
    assert needs(people["officer"], DUE) == []


def test_the_list_names_what_is_late_what_is_due_and_which_actions_are_overdue(client, red):
    soon = measured(reference="PI-3")
    report(Q2, {red: "A", soon: "R"})
    plan = planned(soon, date(2011, 6, 1))
    ActionFactory(plan=plan, position=1, description="Hire", due_on=date(2011, 10, 3))
    ActionFactory(plan=plan, position=2, description="Train", due_on=date(2011, 12, 1))
    ActionFactory(
        plan=plan, position=3, description="Ask", due_on=date(2011, 9, 1), done_on=date(2011, 9, 1)
    )
    client.force_login(holder(PostKind.STAFF))

    with on(date(2011, 11, 1)):
        page = words(client.get(reverse("action_plans")))

    assert "Overdue plans: 1" in page
    assert "Plans not due yet: 1" in page
    assert "Red since Q2 2011/12" in page
    assert "Overdue actions: 1" in page
    assert "Hire</th>" in page
    assert "Train</th>" not in page
    assert "Ask</th>" not in page


def test_the_list_takes_as_many_queries_for_twenty(client, django_assert_max_num_queries):
    client.force_login(holder(PostKind.STAFF))
    many = {measured(): "R" for _ in range(20)}
    report(Q1, many)
    for indicator in many:
        ActionFactory(plan=planned(indicator, date(2011, 6, 1)), due_on=date(2011, 7, 1))

    with on(AFTER), django_assert_max_num_queries(18):
        page = words(client.get(reverse("action_plans")))
    assert "Overdue plans: 20" in page


@pytest.mark.parametrize(
    ("picture", "since"),
    [
        ("R", 1),
        ("GRR", 2),
        ("RAR", 3),
        ("R-R", 1),  # what is not rated ends no run
    ],
)
def test_a_run_of_reds_began_with_its_first(division, picture, since):
    found = measured(reference="PI-4", unit=division)
    last = rated(found, picture)

    assert _since_red([found.pk], last) == {found.pk: Quarter(2011, since)}


def test_a_new_definition_begins_a_run_anew(division):
    found = measured(reference="PI-4", unit=division)
    rated(found, "R")
    RatingFactory(indicator=found, quarter=Q2, rag="red", definition_break=True)

    assert _since_red([found.pk], Q2) == {found.pk: Q2}
