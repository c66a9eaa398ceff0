"""Before a quarter is closed, the page says what that would do, and does none of it."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from core.models.audit import AuditEvent
from core.models.jobs import Job
from core.models.notices import Notice
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from escalation.models.escalations import Escalation
from escalation.services.closing import preview_close
from indicators.models.ratings import Rating
from organisation.rules import PostKind
from tests.factories import IndicatorFactory, RevisionFactory, TargetFactory, holder, rated

pytestmark = pytest.mark.django_db
ADDRESS = "/quarters/2011-Q2/close/"


@pytest.fixture(autouse=True)
def in_july():
    with time_machine.travel("2011-07-20 10:00 +0000", tick=False):
        yield


@pytest.fixture
def officer(sorp_in_force):
    return holder(PostKind.PERFORMANCE_OFFICER)


@pytest.fixture
def about_to_be_red_twice(officer):
    """Red in Q1, which is closed; Q2 is over and its result is red too."""
    with time_machine.travel("2011-10-20 10:00 +0000", tick=False):
        indicator = IndicatorFactory()
        TargetFactory(indicator=indicator)
        rated(indicator, "R")
        ReportingQuarter.objects.create(quarter=Quarter(2011, 2))
        RevisionFactory(
            result__indicator=indicator,
            result__quarter=Quarter(2011, 2),
            value=70,
        )
        yield indicator


def test_the_page_says_what_would_follow_and_changes_nothing(
    client, officer, about_to_be_red_twice
):
    client.force_login(officer)
    kept = [model.objects.count() for model in (Escalation, Rating, AuditEvent, Notice, Job)]

    previewed = preview_close(quarter=Quarter(2011, 2), today=date(2011, 10, 20))
    page = " ".join(client.get(ADDRESS).content.decode().split())

    assert "<strong>1</strong> escalation will open: 1 to the Performance Assurance Team" in page
    assert "Red in Q1 2011/12 and Q2 2011/12" in page
    assert len(previewed.opened) == 1
    assert kept == [
        model.objects.count() for model in (Escalation, Rating, AuditEvent, Notice, Job)
    ]
    assert ReportingQuarter.objects.get().state == "open"


def test_confirming_asks_for_the_close(client, officer, about_to_be_red_twice):
    client.force_login(officer)

    response = client.post(ADDRESS)

    assert response.url == reverse("quarters")
    assert Job.objects.get().arguments["quarter"] == "2011-Q2"


def test_a_quarter_that_has_not_ended_cannot_be_closed_and_says_so(client, officer):
    client.force_login(officer)

    response = client.get("/quarters/2011-Q2/close/".replace("2011-Q2", "2011-Q3"), follow=True)

    assert "has not ended" in response.content.decode()
