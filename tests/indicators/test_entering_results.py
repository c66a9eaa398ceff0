"""A manager enters a result: what is accepted, what is refused in words, and who may."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from escalation.services import close_quarter
from indicators.models import Rating, Revision
from indicators.services import ResultGiven, submit_result
from organisation.models import AuditEvent
from organisation.rules import PostKind
from sorp.lexicon import Quarter
from tests.factories import IndicatorFactory, TargetFactory, UserFactory, holder

pytestmark = pytest.mark.django_db
Q1 = Quarter(2011, 1)
ENTERED = {"value": "85", "confidence": "final", "seen": "0"}


@pytest.fixture(autouse=True)
def in_july():
    with time_machine.travel("2011-07-20 10:00 +0000", tick=False):
        yield


@pytest.fixture
def indicator(sorp_in_force):
    indicator = IndicatorFactory()
    TargetFactory(indicator=indicator)
    return indicator


def address(indicator, quarter=Q1):
    return reverse("enter_result", args=[quarter.key, indicator.reference])


def enter(client, indicator, *, quarter=Q1, **fields):
    client.force_login(indicator.accountable_manager)
    return client.post(address(indicator, quarter), ENTERED | fields)


def page_of(response):
    return response.content.decode()


def test_a_result_is_kept_rated_recorded_and_told(client, indicator):
    response = enter(client, indicator, commentary="Fewer staff in June.")

    assert response.status_code == 302
    assert Revision.objects.get().commentary == "Fewer staff in June."
    assert Rating.objects.get().rag == "amber"
    event = AuditEvent.objects.get(act="submitted result")
    assert (event.actor, event.detail["value"]) == (indicator.accountable_manager, "85.000000")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("85.5", "85.5"),
        (" 85.5 % ", "85.5"),
        ("1,250", "1250"),
        ("−3.5", "-3.5"),
        (".5", "0.5"),
        ("0", "0"),
    ],
)
def test_a_number_may_be_written_as_people_write_it(client, indicator, typed, kept):
    enter(client, indicator, value=typed)

    assert Revision.objects.get().value == Decimal(kept)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"value": ""}, "Enter the result for Q1 2011/12, or say why there is none"),
        ({"value": "eighty"}, "Enter the result as a number, like 76.4 or 1,250"),
        ({"value": "12,5"}, "Enter the result as a number, like 76.4 or 1,250"),
        ({"value": "1e999"}, "Enter the result as a number, like 76.4 or 1,250"),
        ({"value": "NaN"}, "Enter the result as a number, like 76.4 or 1,250"),
        ({"value": "9" * 40}, "Enter the result as a number, like 76.4 or 1,250"),
        ({"value": "1234567890"}, "count in thousands or millions instead"),
        ({"value": "", "numerator": "3"}, "Give both the numerator and the denominator"),
        ({"value": "90", "numerator": "1", "denominator": "2"}, "give 50"),
        ({"value": "85", "not_available": "No data"}, "not both"),
        ({"confidence": ""}, "Say how firm the figure is"),
        ({"commentary": "x" * 4001}, "4,000"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words_and_nothing_typed_is_lost(
    client, indicator, fields, told
):
    response = enter(client, indicator, commentary=fields.pop("commentary", "Kept."), **fields)

    page = page_of(response)
    assert response.status_code == 200
    assert told in page.replace("&#x27;", "'") or told.replace(",", "") in page
    assert "There is a problem" in page
    assert "<title>Error: " in page.replace("\n", "")
    for typed in fields.values():
        assert typed in page
    assert not Revision.objects.exists()


def test_counts_define_the_value_and_a_zero_denominator_is_no_value(client, indicator):
    enter(client, indicator, value="", numerator="0", denominator="0")

    assert Revision.objects.get().value is None
    assert Rating.objects.get().not_rated == "no_value"


def test_no_figure_with_a_reason_is_not_rated(client, indicator):
    enter(client, indicator, value="", not_available="The system was down")

    assert Rating.objects.get().not_rated == "no_result"


def test_saying_the_same_again_changes_nothing(client, indicator):
    enter(client, indicator)
    response = enter(client, indicator, seen="1")

    assert response.status_code == 302
    assert Revision.objects.count() == 1


def test_a_second_saver_is_shown_both_and_loses_nothing(client, indicator):
    enter(client, indicator, value="85")

    response = enter(client, indicator, value="91", commentary="Mine", seen="0")

    page = page_of(response)
    assert response.status_code == 409
    assert "85" in page
    assert "91" in page
    assert "Mine" in page
    assert Revision.objects.get().value == 85


def test_a_quarter_that_has_not_ended_takes_no_result(client, indicator):
    response = enter(client, indicator, quarter=Quarter(2011, 2))

    assert response.status_code == 403
    assert "has not ended" in page_of(response)


def test_a_closed_quarter_takes_none_from_its_manager(client, indicator):
    enter(client, indicator)
    close_quarter(quarter=Q1, today=date(2011, 7, 20), by=None)

    response = enter(client, indicator, value="91", seen="1")

    assert response.status_code == 403
    assert "is closed" in page_of(response)
    assert Revision.objects.get().value == 85


def test_a_closed_quarter_takes_a_revision_with_its_reason_from_the_centre(client, indicator):
    enter(client, indicator)
    close_quarter(quarter=Q1, today=date(2011, 7, 20), by=None)
    client.force_login(holder(PostKind.PERFORMANCE_OFFICER))
    revised = ENTERED | {"value": "91", "seen": "1"}

    refused = client.post(address(indicator), revised)
    accepted = client.post(address(indicator), revised | {"reason": "Miscounted"})

    assert "Say why the result is revised" in page_of(refused)
    assert accepted.status_code == 302
    assert Rating.objects.latest_ones().get().rag == "green"
    assert Rating.objects.filter(is_latest=False).get().rag == "amber"
    assert Revision.objects.latest_ones().get().reason == "Miscounted"


def test_who_may_enter_a_result(client, indicator):
    unit = indicator.unit
    people = {
        "nobody": None,
        "somebody without a post": UserFactory(),
        "its manager": indicator.accountable_manager,
        "another manager": holder(PostKind.ACCOUNTABLE_MANAGER),
        "a deputy of its unit": holder(PostKind.DEPUTY, unit=unit),
        "a deputy elsewhere": holder(PostKind.DEPUTY),
        "its director": holder(PostKind.DIRECTOR, unit=unit),
        "a Member": holder(PostKind.MEMBER),
        "a performance officer": holder(PostKind.PERFORMANCE_OFFICER),
    }

    answers = {}
    for who, person in people.items():
        client.logout()
        if person:
            client.force_login(person)
        answers[who] = client.get(address(indicator)).status_code

    assert answers == {
        "nobody": 302,
        "somebody without a post": 403,
        "its manager": 200,
        "another manager": 404,
        "a deputy of its unit": 200,
        "a deputy elsewhere": 404,
        "its director": 403,
        "a Member": 403,
        "a performance officer": 200,
    }


@pytest.mark.parametrize("quarters", [1, 4])
def test_the_page_takes_as_many_queries_however_much_history_there_is(
    client, indicator, quarters, django_assert_max_num_queries
):
    for back in range(1, quarters + 1):
        submit_result(
            indicator=indicator,
            quarter=Q1.back(back),
            given=ResultGiven(value=Decimal(90)),
            today=date(2011, 7, 20),
            by=None,
        )
    client.force_login(indicator.accountable_manager)

    with django_assert_max_num_queries(14):
        client.get(address(indicator))


@pytest.mark.parametrize("key", ["2011-Q5", "2011", "nonsense", "9999-Q1"])
def test_an_address_that_names_no_quarter_leads_nowhere(client, indicator, key):
    client.force_login(indicator.accountable_manager)

    assert client.get(f"/returns/{key}/{indicator.reference}/").status_code == 404
