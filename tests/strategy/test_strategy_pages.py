"""The strategy's pages: what they show, to whom, and what a form keeps."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from core.models.audit import AuditEvent
from core.models.quarters import ReportingQuarter
from organisation.rules import PostKind
from tests.factories import Q1, UserFactory, holder, rated
from tests.strategy.factories import MeasureFactory, MilestoneFactory, PriorityFactory, ThemeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _first_of_september():
    with time_machine.travel("2011-09-01T09:00:00+01:00", tick=False):
        yield


@pytest.fixture
def priority(sorp_in_force):
    """A priority with green figures for the closed quarter and a milestone overdue."""
    measure = MeasureFactory(priority__name="Safer roads")
    rated(measure.indicator, "G")
    ReportingQuarter.objects.create(quarter=Q1, state="closed", closed_at="2011-08-01T09:00Z")
    MilestoneFactory(
        priority=measure.priority,
        title="Resurface the bypass",
        due_on=date(2011, 8, 1),
        accountable_manager=holder(PostKind.ACCOUNTABLE_MANAGER),
    )
    measure.priority.themes.add(ThemeFactory(name="Getting about"))
    return measure.priority


def test_the_strategy_shows_three_statements_and_no_colour_for_the_priority(client, priority):
    client.force_login(holder(PostKind.STAFF))

    page = client.get(reverse("strategy")).content.decode()

    for sentence in ("Its one indicator: 1 green", "1 overdue", "Not yet evaluated", "Q1 2011/12"):
        assert sentence in page
    assert "kcc-rag--green" not in page


def test_the_priority_page_shows_rating_milestone_and_evaluation(client, priority):
    client.force_login(holder(PostKind.STAFF))

    page = client.get(reverse("priority", args=[priority.slug])).content.decode()

    assert "kcc-rag--green" in page
    for words in ("Resurface the bypass", "Overdue", "1 August 2011", "Not yet evaluated"):
        assert words in page
    assert reverse("update_milestone", args=[priority.milestones.get().pk]) not in page


def test_the_strategy_before_anything_is_set_says_what_will_appear(client):
    client.force_login(holder(PostKind.STAFF))

    assert "No strategy is set yet" in client.get(reverse("strategy")).content.decode()


def test_who_sees_the_strategy_and_who_updates_a_milestone(client, priority):
    milestone = priority.milestones.get()
    pages = {
        "strategy": reverse("strategy"),
        "priority": reverse("priority", args=[priority.slug]),
        "milestone": reverse("update_milestone", args=[milestone.pk]),
    }
    people = {
        "nobody": None,
        "without a post": UserFactory(),
        "its manager": milestone.accountable_manager,
        "another manager": holder(PostKind.ACCOUNTABLE_MANAGER),
        "a performance officer": holder(PostKind.PERFORMANCE_OFFICER),
        "a Member": holder(PostKind.MEMBER),
    }

    seen = {}
    for who, person in people.items():
        client.logout()
        if person:
            client.force_login(person)
        seen[who] = {name: client.get(address).status_code for name, address in pages.items()}

    assert seen == {
        "nobody": {"strategy": 302, "priority": 302, "milestone": 302},
        "without a post": {"strategy": 403, "priority": 403, "milestone": 403},
        "its manager": {"strategy": 200, "priority": 200, "milestone": 200},
        "another manager": {"strategy": 200, "priority": 200, "milestone": 404},
        "a performance officer": {"strategy": 200, "priority": 200, "milestone": 200},
        "a Member": {"strategy": 403, "priority": 403, "milestone": 403},
    }


def test_a_priority_that_is_not_is_not_found(client):
    client.force_login(holder(PostKind.STAFF))

    assert client.get(reverse("priority", args=["nowhere"])).status_code == 404


def typed(**said):
    parts = {}
    for name in ("forecast_on", "done_on"):
        day, month, year = said.get(name, ("", "", ""))
        parts |= {f"{name}_day": day, f"{name}_month": month, f"{name}_year": year}
    return parts | {"progress": said.get("progress", "")}


def test_a_milestone_is_updated_by_its_form(client, priority):
    milestone = priority.milestones.get()
    client.force_login(milestone.accountable_manager)
    address = reverse("update_milestone", args=[milestone.pk])

    response = client.post(address, typed(done_on=("30", "8", "2011")), follow=True)

    milestone.refresh_from_db()
    assert milestone.done_on == date(2011, 8, 30)
    assert "is up to date" in response.content.decode()
    assert AuditEvent.objects.first().act == "updated milestone"


@pytest.mark.parametrize(
    ("said", "sentence", "kept"),
    [
        ({"done_on": ("31", "2", "2011")}, "as a real day, month and year", 'value="31"'),
        ({"done_on": ("x", "y", "z")}, "as a real day, month and year", 'value="y"'),
        ({"done_on": ("1", "10", "2011")}, "cannot be in the future", 'value="10"'),
        ({"forecast_on": ("1", "10", "2011")}, "Say why", 'value="2011"'),
        ({"progress": "long " * 101}, "500 characters or fewer", "long long"),
    ],
)
def test_a_milestones_form_says_what_to_do_and_keeps_what_was_typed(
    client, priority, said, sentence, kept
):
    milestone = priority.milestones.get()
    client.force_login(milestone.accountable_manager)

    response = client.post(reverse("update_milestone", args=[milestone.pk]), typed(**said))

    page = response.content.decode()
    assert response.status_code == 200
    assert sentence in page
    assert kept in page
    assert "There is a problem" in page
    assert not AuditEvent.objects.filter(act="updated milestone").exists()


@pytest.mark.parametrize("how_many", [1, 20])
def test_the_strategy_page_takes_as_many_queries_for_20_priorities_as_for_1(
    client, how_many, django_assert_max_num_queries
):
    theme = ThemeFactory()
    for _ in range(how_many):
        PriorityFactory().themes.add(theme)
    client.force_login(holder(PostKind.STAFF))

    with django_assert_max_num_queries(20):
        client.get(reverse("strategy"))
