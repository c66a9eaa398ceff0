"""One box finds what the reader may see, the nearest first, and nothing else."""

from datetime import date

import pytest
import time_machine

from dashboards.queries.search import MOST, SHOWN, search
from organisation.rules import PostKind, UnitTier
from strategy.models.plan import Priority
from tests.assurance.factories import (
    ActionFactory,
    ActionPlanFactory,
    AgreedActionFactory,
    CallInFactory,
    MeetingFactory,
    SeatFactory,
    TeamFactory,
)
from tests.factories import IndicatorFactory, UnitFactory, UserFactory, holder

pytestmark = pytest.mark.django_db
TODAY = date(2011, 7, 20)
PAGE = "/search/"


@pytest.fixture(autouse=True)
def _in_july():
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def officer():
    return holder(PostKind.PERFORMANCE_OFFICER)


def titles(text, reader, kind=""):
    return {
        each.key: [found.title for found in each.found]
        for each in search(text, reader=reader, today=TODAY, kind=kind)
    }


def test_an_indicator_is_found_by_reference_title_code_definition_unit_and_manager(officer):
    unit = UnitFactory(name="Highways Maintenance")
    IndicatorFactory(
        reference="HT-12",
        title="Potholes repaired in 28 days",
        codes="LOF:1.2",
        definition="From the day of the report",
        unit=unit,
        accountable_manager=UserFactory(name="Amina Cole"),
    )

    for text in (
        "ht-12",
        "potholes",
        "28 potholes",
        "LOF:1.2",
        "day report",
        "maintenance",
        "cole",
    ):
        assert titles(text, officer)["indicators"] == ["HT-12 Potholes repaired in 28 days"], text
    assert "indicators" not in titles("potholes bridges", officer)


def test_the_reference_itself_comes_first_and_then_titles_with_the_words_together(officer):
    IndicatorFactory(reference="A-1", title="Calls answered", definition="Not of waste collected")
    IndicatorFactory(reference="B-1", title="Waste collected")
    IndicatorFactory(reference="waste collected", title="Recycling")

    assert [title.split(" ")[0] for title in titles("waste collected", officer)["indicators"]] == [
        "waste",
        "B-1",
        "A-1",
    ]


def test_people_units_priorities_and_clauses_are_found_too(officer, sorp_in_force):
    UserFactory(name="Rowan Weald")
    UserFactory(name="Rowan Gone", is_active=False)
    UnitFactory(name="Rowan Directorate", code="rowan", tier=UnitTier.DIRECTORATE)
    Priority.objects.create(slug="rowan", number=1, name="Rowan trees for every street")

    found = titles("rowan", officer)

    assert found["people"] == ["Rowan Weald"]
    assert found["units"] == ["Rowan Directorate"]
    assert found["priorities"] == ["Rowan trees for every street"]
    last = sorp_in_force.clauses.last()
    assert titles(last.number, officer)["clauses"][0] == f"Clause {last}"


@pytest.mark.parametrize(("seated", "kinds"), [(True, ["actions"]), (False, [])])
def test_what_a_team_agreed_is_found_by_those_who_read_its_papers(seated, kinds):
    team = TeamFactory(code="pat")
    call_in = CallInFactory(meeting=MeetingFactory(team=team))
    AgreedActionFactory(call_in=call_in, what="Recruit six planners")
    reader = SeatFactory(team=team).user if seated else holder(PostKind.MEMBER)

    assert list(titles("planners", reader)) == kinds


def test_an_action_of_the_latest_plan_is_found_and_of_an_earlier_one_is_not(officer):
    indicator = IndicatorFactory()
    before = ActionPlanFactory(indicator=indicator, number=1, is_latest=False)
    now = ActionPlanFactory(indicator=indicator, number=2)
    ActionFactory(plan=before, description="Hire a consultant")
    ActionFactory(plan=now, description="Hire two inspectors")

    assert titles("hire", officer)["actions"] == ["Hire two inspectors"]


def test_ten_of_a_kind_are_shown_and_the_rest_is_led_to(client, officer):
    for number in range(SHOWN + 1):
        IndicatorFactory(title=f"Bins emptied {number}")
    client.force_login(officer)

    page = client.get(PAGE, {"text": "bins"})
    whole = client.get(PAGE, {"text": "bins", "kind": "indicators"})

    assert f"{PAGE}?text=bins&amp;kind=indicators" in page.content.decode()
    assert len(page.context["kinds"][0].found) == SHOWN
    assert len(whole.context["kinds"][0].found) == SHOWN + 1
    assert MOST > SHOWN


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Search by reference, name or words"),
        ("x", "Enter two characters or more"),
        ("no such thing", "Nothing that you can see has all of these words: no such thing"),
        ("100%_'\"<script>", "&lt;script&gt;"),
        ("\0\0pot", "Nothing that you can see has all of these words: pot"),
        ("a" * 5000, "Nothing that you can see"),
    ],
)
def test_whatever_is_typed_is_answered_in_words(text, said, client, officer):
    client.force_login(officer)

    answer = client.get(PAGE, {"text": text, "kind": "nonsense"})

    assert answer.status_code == 200
    assert said in answer.content.decode()


def test_finding_asks_as_much_for_20_of_each_as_for_1(
    client, officer, sorp_in_force, django_assert_max_num_queries
):
    def one(number):
        plan = ActionPlanFactory(indicator=IndicatorFactory(title=f"Bins {number}"))
        ActionFactory(plan=plan, description=f"Bins {number}")
        UserFactory(name=f"Bins {number}")
        UnitFactory(name=f"Bins {number}")
        Priority.objects.create(slug=f"bins-{number}", number=number + 1, name=f"Bins {number}")

    client.force_login(officer)
    one(0)
    client.get(PAGE, {"text": "bins"})
    with django_assert_max_num_queries(30) as for_one:
        client.get(PAGE, {"text": "bins"})
    for number in range(1, 21):
        one(number)
    with django_assert_max_num_queries(len(for_one)):
        client.get(PAGE, {"text": "bins"})


def test_a_part_of_a_guide_is_found_by_its_words(officer):
    found = search("history closed", reader=officer, today=TODAY, kind="guides")

    assert [each.title for each in found[0].found][:1] == ["Close your history"]
    assert found[0].found[0].address == "/help/starting/close-your-history/"
