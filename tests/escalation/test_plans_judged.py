"""Versions of an action plan: starts, changes, agreement, reviews, and what came afterwards."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models.audit import AuditEvent
from core.models.notices import Notice
from core.quarters import Quarter
from core.refusals import Refused
from escalation.models.plans import ActionPlan, PlanReview
from escalation.rules.plans import (
    ActionChange,
    ExpectedRecovery,
    PlannedAction,
    action_differences,
    effect_of,
)
from escalation.services import plans
from escalation.services.plans import ActionGiven, agree_plan, review_plan
from organisation.rules import PostKind, UnitTier
from sorp.lexicon import Level, Polarity, Rag
from sorp.rules.figures import Figure
from tests.assurance.factories import ActionFactory, ActionPlanFactory, EscalationFactory
from tests.escalation.test_plans import ROW, typed
from tests.factories import IndicatorFactory, RatingFactory, UnitFactory, UserFactory, holder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sorp_in_force")]
TODAY = date(2011, 11, 1)
WRITTEN = datetime(2011, 10, 28, 9, tzinfo=UTC)
RECRUIT = ActionGiven("Recruit two engineers", "Head of Highways", date(2011, 12, 1))


@pytest.fixture(autouse=True)
def _first_of_november():
    with time_machine.travel("2011-11-01T09:00:00+00:00", tick=False):
        yield


@pytest.fixture
def division():
    return UnitFactory(tier=UnitTier.DIVISION, parent=UnitFactory())


@pytest.fixture
def indicator(division):
    return IndicatorFactory(reference="PI-1", unit=division)


@pytest.fixture
def plan(indicator):
    return ActionPlanFactory(indicator=indicator, written_at=WRITTEN)


@pytest.fixture
def director(division):
    return holder(PostKind.DIRECTOR, unit=division)


def write(indicator, *, by=None, **said):
    usual = {"cause": "Two engineers left", "actions": [RECRUIT], "today": TODAY}
    return plans.write_plan(
        indicator=indicator, by=by or indicator.accountable_manager, **(usual | said)
    )


# Starts and changes -------------------------------------------------------------------------------


def test_a_plan_keeps_when_it_starts_and_what_it_changes(indicator):
    write(indicator)
    second = write(
        indicator,
        starts_on=date(2011, 11, 7),
        change=" One more engineer ",
        actions=[ActionGiven("Recruit three", "HR", date(2011, 12, 9), date(2011, 11, 8))],
    )

    kept = ActionPlan.objects.get(number=2)
    assert kept == second
    assert (kept.starts_on, kept.change) == (date(2011, 11, 7), "One more engineer")
    action = kept.actions.get()
    assert (action.starts_on, action.due_on) == (date(2011, 11, 8), date(2011, 12, 9))


@pytest.mark.parametrize(
    ("said", "field", "sentence"),
    [
        (
            {"actions": [ActionGiven("Train", "HR", date(2011, 12, 1), date(2011, 12, 2))]},
            "actions",
            "“Train” is due 1 December 2011, before it starts on 2 December 2011",
        ),
        (
            {"starts_on": date(2011, 12, 2)},
            "actions",
            "is due 1 December 2011, before the plan starts on 2 December 2011",
        ),
        (
            {
                "starts_on": date(2012, 4, 2),
                "actions": [ActionGiven("Train", "HR", date(2012, 5, 1))],
                "expected_recovery": Quarter(2011, 4),
            },
            "expected_recovery",
            "Q4 2011/12 ends before the plan starts on 2 April 2012",
        ),
    ],
)
def test_what_ends_before_it_starts_is_refused_in_words(indicator, said, field, sentence):
    with pytest.raises(Refused, match=sentence) as refusal:
        write(indicator, **said)

    assert refusal.value.field == field
    assert not ActionPlan.objects.exists()


def test_nobody_replaces_a_plan_they_have_not_seen(indicator, plan):
    officer = holder(PostKind.PERFORMANCE_OFFICER, name="A. Officer")
    write(indicator, cause="By the officer", seen=1, by=officer)

    with pytest.raises(Refused, match=r"A\. Officer wrote plan 2 on Tuesday 1 November") as refusal:
        write(indicator, cause="By the manager", seen=1)
    assert refusal.value.field == "seen"
    assert write(indicator, cause="By both", seen=2).number == 3


def test_a_button_pressed_twice_is_no_plan_that_was_not_seen(indicator):
    first = write(indicator, seen=0)

    assert write(indicator, seen=0) == first
    assert ActionPlan.objects.count() == 1


# Agreement and reviews ----------------------------------------------------------------------------


def people_of(indicator):
    division = indicator.unit
    return {
        "its manager": indicator.accountable_manager,
        "a performance officer": holder(PostKind.PERFORMANCE_OFFICER),
        "the division's director": holder(PostKind.DIRECTOR, unit=division),
        "the directorate's director": holder(PostKind.DIRECTOR, unit=division.parent),
        "another director": holder(PostKind.DIRECTOR),
        "another manager": holder(PostKind.ACCOUNTABLE_MANAGER),
        "a Member": holder(PostKind.MEMBER),
        "without a post": UserFactory(),
    }


def test_who_may_agree_a_plan_and_who_may_judge_it(indicator):
    EscalationFactory(indicator=indicator, level=Level.DIRECTORATE)
    plan = ActionPlanFactory(indicator=indicator, written_by=UserFactory(), written_at=WRITTEN)

    may = {}
    for who, person in people_of(indicator).items():
        for act, call in {
            "agree": lambda by: agree_plan(plan=plan, today=TODAY, by=by),
            "judge": lambda by: review_plan(
                plan=plan, level=Level.DIRECTORATE, sufficient=True, today=TODAY, by=by
            ),
        }.items():
            try:
                call(person)
                may.setdefault(act, set()).add(who)
            except PermissionDenied:
                pass

    over = {"a performance officer", "the directorate's director"}
    assert may == {"agree": over | {"the division's director"}, "judge": over}


def test_a_plan_is_agreed_once_by_the_first_who_does(indicator, plan, director):
    for by in (director, holder(PostKind.PERFORMANCE_OFFICER)):
        agree_plan(plan=plan, today=TODAY, by=by)

    plan.refresh_from_db()
    assert (plan.agreed_with, plan.agreed_on) == (director, TODAY)
    event = AuditEvent.objects.get(act="agreed action plan")
    assert (event.actor, event.detail) == (director, {"indicator": "PI-1", "number": 1})


def test_a_plan_is_not_agreed_by_its_writer_nor_before_it_was_written(indicator, director):
    officer = holder(PostKind.PERFORMANCE_OFFICER)
    plan = ActionPlanFactory(indicator=indicator, written_by=officer, written_at=WRITTEN)

    with pytest.raises(Refused, match="You wrote this plan, so somebody else has to agree it"):
        agree_plan(plan=plan, today=TODAY, by=officer)
    with pytest.raises(Refused, match="written on Friday 28 October 2011"):
        agree_plan(plan=plan, today=date(2011, 10, 27), by=director)
    plan.refresh_from_db()
    assert plan.agreed_with is None


def judge(plan, by, **said):
    usual = {"level": Level.DIVISION, "sufficient": True, "today": TODAY}
    return review_plan(plan=plan, by=by, **(usual | said))


def test_each_review_is_kept_and_the_same_one_once(indicator, plan, director):
    EscalationFactory(indicator=indicator, level=Level.DIVISION)

    for said in (
        {"sufficient": False, "words": "No costs"},
        {"sufficient": False, "words": "No costs"},
        {"words": "Costed now"},
    ):
        judge(plan, director, **said)

    assert list(plan.reviews.values_list("level", "sufficient", "words", "by")) == [
        ("division", False, "No costs", director.pk),
        ("division", True, "Costed now", director.pk),
    ]
    assert AuditEvent.objects.filter(act="reviewed action plan").count() == 2
    notice = Notice.objects.get()
    assert notice.recipient == indicator.accountable_manager
    assert notice.body == "The Divisional management team says: No costs"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"sufficient": False, "words": "  "}, "what is missing"),
        ({"level": Level.DIRECTORATE}, "not referred to the Directorate"),
    ],
)
def test_a_judgement_that_cannot_stand_is_refused(indicator, plan, said, sentence):
    EscalationFactory(indicator=indicator, level=Level.DIVISION)

    with pytest.raises(Refused, match=sentence):
        judge(plan, holder(PostKind.PERFORMANCE_OFFICER), **said)
    assert not PlanReview.objects.exists()


def test_a_superseded_plan_is_neither_agreed_nor_judged(indicator, plan, director):
    EscalationFactory(indicator=indicator, level=Level.DIVISION)
    write(indicator, cause="Something else")

    for act in (
        lambda: agree_plan(plan=plan, today=TODAY, by=director),
        lambda: judge(plan, director),
    ):
        with pytest.raises(Refused, match="later plan has replaced"):
            act()


# What differs, and what came afterwards -----------------------------------------------------------


def promise(description, owner="HR", due=1, start=None, done=None):
    def day(number):
        return date(2011, 12, number) if number else None

    return PlannedAction(description, owner, day(start), day(due), day(done))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([promise("Train")], [promise("train ")], [(ActionChange.KEPT, "")]),
        (
            [promise("Train")],
            [promise("Train", due=9)],
            [(ActionChange.CHANGED, "due 9 December 2011, later than 1 December 2011")],
        ),
        (
            [promise("Train", start=1)],
            [promise("Train", owner="Roads")],
            [(ActionChange.CHANGED, "Roads does it in place of HR; no start is given")],
        ),
        ([], [promise("Train")], [(ActionChange.ADDED, "")]),
        ([promise("Train")], [], [(ActionChange.DROPPED, "")]),
        ([promise("Train", done=1)], [], [(ActionChange.DONE, "")]),
        (
            [promise("Train"), promise("Train", due=2)],
            [promise("Train", due=2)],
            [
                (ActionChange.CHANGED, "due 2 December 2011, later than 1 December 2011"),
                (ActionChange.DROPPED, ""),
            ],
        ),
    ],
)
def test_what_became_of_each_action(before, after, expected):
    assert [(each.change, each.sentence) for each in action_differences(before, after)] == expected


def seen(picture):
    """ "70R 85A -" is 70 and red, then 85 and amber, then nothing."""
    letters = {"R": Rag.RED, "A": Rag.AMBER, "G": Rag.GREEN}
    return [
        Figure(quarter)
        if each == "-"
        else Figure(quarter, letters[each[-1]], value=Decimal(each[:-1]))
        for quarter, each in zip(
            Quarter(2011, 1).until(Quarter(2013, 4)), picture.split(), strict=False
        )
    ]


@pytest.mark.parametrize(
    ("picture", "expected", "polarity", "sentences"),
    [
        (
            "70R 72R",
            ExpectedRecovery(Quarter(2011, 4), Decimal(90)),
            Polarity.HIGHER,
            (
                "No result has come in for a quarter that ended after the plan was written.",
                "It expects 90% in Q4 2011/12, for which there is no result yet.",
                "It is expected back on target in Q4 2011/12, which has not been reported yet.",
            ),
        ),
        (
            "70R 72R 85A 91G",
            ExpectedRecovery(Quarter(2011, 4), Decimal(90)),
            Polarity.HIGHER,
            (
                "Before the plan it stood at 72% (red) in Q2 2011/12; it now stands at 91% (green)"
                " in Q4 2011/12, which is better.",
                "It expected 90% in Q4 2011/12, and 91% came: better than expected by 1%.",
                "It was expected back on target in Q4 2011/12, and was green then.",
            ),
        ),
        (
            "70R 72R 65R 91G",
            ExpectedRecovery(Quarter(2011, 3), Decimal(80)),
            Polarity.HIGHER,
            (
                "Before the plan it stood at 72% (red) in Q2 2011/12; it now stands at 91% (green)"
                " in Q4 2011/12, which is better.",
                "It expected 80% in Q3 2011/12, and 65% came: short of it by 15%.",
                "It was expected back on target in Q3 2011/12, and was first green in Q4 2011/12,"
                " which is later.",
            ),
        ),
        (
            "10R 12R 14R",
            ExpectedRecovery(Quarter(2011, 3), Decimal(8)),
            Polarity.LOWER,
            (
                "Before the plan it stood at 12% (red) in Q2 2011/12; it now stands at 14% (red)"
                " in Q3 2011/12, which is worse.",
                "It expected 8% in Q3 2011/12, and 14% came: short of it by 6%.",
                "It was expected back on target in Q3 2011/12, and has not been green since the"
                " plan.",
            ),
        ),
        (
            "- - 14R",
            ExpectedRecovery(None, None),
            Polarity.HIGHER,
            (
                "There was no result before the plan; since then it stands at 14% (red) in Q3 2011/12.",
            ),
        ),
        (
            "50A 60R 60R",
            ExpectedRecovery(None, Decimal(55)),
            Polarity.RANGE,
            (
                "Before the plan it stood at 60% (red) in Q2 2011/12; it now stands at 60% (red)"
                " in Q3 2011/12, the same.",
                "It expects 55%, and does not say by when.",
            ),
        ),
    ],
)
def test_what_came_after_a_plan_is_told_against_what_it_expected(
    picture, expected, polarity, sentences
):
    """The plan is of 28 October 2011: Q2 had ended, and Q3 was under way."""
    effect = effect_of(
        seen(picture),
        written_on=date(2011, 10, 28),
        expected=expected,
        polarity=polarity,
        decimals=0,
        unit="%",
    )

    assert effect.sentences == sentences
    assert [each.quarter for each in effect.before] == [Quarter(2011, 1), Quarter(2011, 2)]
    assert all(each.quarter >= Quarter(2011, 3) for each in effect.after)


# The pages ----------------------------------------------------------------------------------------


@pytest.fixture
def two_plans(indicator):
    """A plan of 28 October, and one that took its place today."""
    first = ActionPlanFactory(
        indicator=indicator, written_at=WRITTEN, is_latest=False, cause="A cold spring"
    )
    ActionFactory(plan=first, position=1, description="Grit more")
    second = ActionPlanFactory(
        indicator=indicator,
        number=2,
        cause="Two engineers left",
        change="It was not the weather",
        written_at=datetime(2011, 11, 1, 8, tzinfo=UTC),
    )
    ActionFactory(plan=second, position=1)
    return first, second


def words(response):
    return " ".join(response.content.decode().split())


def test_every_version_has_a_page_that_anybody_may_read(client, indicator, two_plans):
    RatingFactory(indicator=indicator, quarter=Quarter(2011, 2), rag=Rag.RED)
    client.force_login(holder(PostKind.STAFF))

    first, second = (
        words(client.get(reverse("plan_version", args=["PI-1", number]))) for number in (1, 2)
    )

    assert "A cold spring" in first
    assert ">Plan 2</a> took its place on 1 November 2011" in first
    assert "Superseded" in first
    assert "Overdue" not in first
    assert "It was not the weather" in second
    assert "Grit more</th>" in second
    assert ">Dropped<" in second
    assert ">Added<" in second
    assert "No result has come in" in second
    for page in (first, second):
        assert "Agree this plan" not in page
        assert "Say whether the plan is sufficient" not in page
    assert client.get(reverse("plan_version", args=["PI-1", 3])).status_code == 404


def test_the_chart_of_a_plan_marks_it(client, indicator, two_plans):
    RatingFactory(indicator=indicator, quarter=Quarter(2011, 2), rag=Rag.RED)
    client.force_login(holder(PostKind.STAFF))
    address = reverse("indicator_chart", args=["PI-1"])

    plain, marked = (client.get(address + query).content.decode() for query in ("", "?plan=2"))

    assert "Action plan 2 was written in Q3 2011/12." in marked
    assert "Action plan" not in plain
    assert client.get(f"{address}?plan=9").status_code == 404


def test_a_director_agrees_and_judges_on_the_page(client, indicator, two_plans, director):
    EscalationFactory(indicator=indicator, level=Level.DIVISION)
    client.force_login(director)
    page = reverse("plan_version", args=["PI-1", 2])
    assert "Agree this plan" in words(client.get(page))

    agreed = client.post(reverse("agree_plan", args=["PI-1", 2]), follow=True)
    assert "Plan 2 is agreed" in words(agreed)

    review = reverse("review_plan", args=["PI-1", 2])
    refused = client.post(review, {"level": "division", "sufficient": "no", "words": ""})
    assert "Say what is missing from the plan" in words(refused)
    assert "There is a problem" in words(refused)
    unsaid = client.post(review, {"level": "division", "words": "Kept words"})
    assert "Select whether the plan is sufficient" in words(unsaid)
    assert "Kept words" in words(unsaid)

    done = client.post(
        review, {"level": "division", "sufficient": "no", "words": "No costs"}, follow=True
    )
    assert "<strong>not sufficient</strong>. No costs" in words(done)
    assert PlanReview.objects.count() == 1


def test_the_page_of_a_plan_takes_as_many_queries_for_twenty_versions(
    client, indicator, django_assert_num_queries
):
    client.force_login(holder(PostKind.STAFF))

    def versions(numbers):
        for number in numbers:
            ActionPlan.objects.update(is_latest=False)
            plan = ActionPlanFactory(indicator=indicator, number=number, written_at=WRITTEN)
            ActionFactory(plan=plan, position=1)

    versions([1, 2])
    address = reverse("plan_version", args=["PI-1", 2])
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    versions(range(3, 21))
    with django_assert_num_queries(len(few)):
        client.get(reverse("plan_version", args=["PI-1", 20]))


def test_the_form_gives_back_what_was_typed_where_another_plan_came_between(
    client, indicator, plan
):
    """And the next press replaces that plan, since it stood on the page by then."""
    officer = holder(PostKind.PERFORMANCE_OFFICER, name="A. Officer")
    write(indicator, cause="By the officer", seen=1, by=officer)
    client.force_login(indicator.accountable_manager)
    address = reverse("write_plan", args=["PI-1"])
    mine = typed(ROW, cause="By the manager", change="More hands", seen="1")

    told = words(client.post(address, mine))
    assert "A. Officer wrote plan 2 on Tuesday 1 November 2011, while you were writing" in told
    assert "By the manager" in told
    assert 'name="seen" value="2"' in told

    client.post(address, mine | {"seen": "2"})
    latest = ActionPlan.objects.get(is_latest=True)
    assert (latest.number, latest.cause, latest.change) == (3, "By the manager", "More hands")


def test_the_form_asks_what_differs_from_the_plan_in_place(client, indicator, plan):
    client.force_login(indicator.accountable_manager)

    answer = client.post(reverse("write_plan", args=["PI-1"]), typed(ROW, seen="1", change=""))

    assert "Enter what has changed since plan 1" in words(answer)
    assert ActionPlan.objects.count() == 1


def test_a_row_that_is_due_before_it_starts_says_so_at_the_row(client, indicator):
    client.force_login(indicator.accountable_manager)
    started = {
        "actions-0-starts_on_day": "2",
        "actions-0-starts_on_month": "12",
        "actions-0-starts_on_year": "2011",
    }

    answer = client.post(reverse("write_plan", args=["PI-1"]), typed(ROW) | started)

    assert "Enter a day on or after the one on which it starts" in words(answer)
    assert "Recruit two engineers</textarea>" in words(answer)
    assert not ActionPlan.objects.exists()


def test_a_plan_with_a_start_is_written_by_the_form(client, indicator):
    client.force_login(indicator.accountable_manager)
    days = {
        "starts_on_day": "7",
        "starts_on_month": "11",
        "starts_on_year": "2011",
        "actions-0-starts_on_day": "8",
        "actions-0-starts_on_month": "11",
        "actions-0-starts_on_year": "2011",
    }

    client.post(reverse("write_plan", args=["PI-1"]), typed(ROW, seen="0") | days)

    plan = ActionPlan.objects.get()
    assert plan.starts_on == date(2011, 11, 7)
    assert plan.actions.get().starts_on == date(2011, 11, 7) + timedelta(1)
