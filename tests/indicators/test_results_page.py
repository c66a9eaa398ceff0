"""The list of results, and a council's history brought as a spreadsheet."""

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.clock import now
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from indicators.models.results import Result, Revision
from indicators.rules.returns import ResultState
from organisation.rules import PostKind
from tests.factories import IndicatorFactory, RevisionFactory, TargetFactory, UnitFactory, holder

pytestmark = pytest.mark.django_db
HEAD = (
    "reference,quarter,value,numerator,denominator,confidence,not_available,definition_break,"
    "commentary"
)
FILE = f"{HEAD}\nPI-1,2010-Q4,91,,,final,,no,\nPI-1,2011-Q1,92,,,final,,no,\n"


@pytest.fixture
def officer(client, sorp_in_force):
    with time_machine.travel("2011-07-20 10:00 +0100", tick=False):
        found = holder(PostKind.PERFORMANCE_OFFICER, name="Ada Cole")
        client.force_login(found)
        yield found


def text_of(response):
    return " ".join(response.content.decode().split())


def test_history_that_is_brought_is_signed_off_by_whoever_brings_it_and_a_quarter_under_way_is_not(
    client, officer
):
    unit = UnitFactory(code="HW")
    indicator = IndicatorFactory(reference="PI-1", unit=unit, first_quarter=Quarter(2010, 1))
    TargetFactory(indicator=indicator)
    ReportingQuarter.objects.create(quarter=Quarter(2011, 1), begun_at=now())
    bring = reverse("set_up_results_bring")
    assert "they count as signed off by you" in text_of(client.get(bring))

    check = client.post(bring, {"file": SimpleUploadedFile("history.csv", FILE.encode())}).url
    assert not Result.objects.exists()
    client.post(check)

    states = {each.quarter: each.state for each in Result.objects.all()}
    assert states == {
        Quarter(2010, 4): ResultState.AS_PUBLISHED,
        Quarter(2011, 1): ResultState.SUBMITTED,
    }
    history = Revision.objects.get(result__quarter=Quarter(2010, 4))
    assert history.reason == "Brought as history in history.csv by Ada Cole"
    assert history.submitted_by == officer

    page = text_of(client.get(reverse("set_up_results"), {"state": "waits"}))
    assert "Q1 2011/12" in page
    assert "<strong>1</strong> result found" in page


def test_the_list_is_narrowed_and_takes_as_many_queries_for_one_as_for_twenty(
    client, officer, django_assert_max_num_queries
):
    address = reverse("set_up_results")
    assert "No result yet" in text_of(client.get(address))
    RevisionFactory(result__indicator__title="Potholes mended")
    with django_assert_max_num_queries(40) as one:
        client.get(address)
    for _ in range(19):
        RevisionFactory()
    with django_assert_max_num_queries(len(one)):
        client.get(address)

    found = text_of(client.get(address, {"text": "potholes", "quarter": "2011-Q1"}))
    assert "Potholes mended" in found
    assert "<strong>1</strong> result found" in found
