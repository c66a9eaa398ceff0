"""What a careless or hostile visitor does, and that it comes to nothing."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from assurance.models.meetings import Challenge
from assurance.services.outcomes import challenge
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.services.quarters import NotOpen
from escalation.services.closing import close_quarter
from indicators.rules.entry import ResultGiven
from indicators.services.results import submit_result
from organisation.rules import PostKind
from tests.assurance.factories import CallInFactory, chair_of
from tests.factories import IndicatorFactory, TargetFactory, UserFactory, holder

pytestmark = pytest.mark.django_db
RESET = "/accounts/password/reset/"


def test_asking_for_a_password_tells_nobody_whose_addresses_we_know(client, mailoutbox):
    UserFactory(email="known@council.example")

    answers = [
        client.post(RESET, {"email": email}) for email in ("known@council.example", "no@x.example")
    ]

    assert [(answer.status_code, answer.url) for answer in answers] == [
        (302, "/accounts/password/reset/sent/")
    ] * 2
    assert [message.to for message in mailoutbox] == [["known@council.example"]]


def test_nobody_opens_a_quarter_from_before_those_that_are_closed(sorp_in_force):
    """Else it would stand open before them, and no later quarter could ever be closed."""
    indicator = IndicatorFactory()
    TargetFactory(indicator=indicator)
    result = {"indicator": indicator, "given": ResultGiven(value=Decimal(85)), "by": None}
    today = date(2011, 10, 20)
    submit_result(quarter=Quarter(2011, 1), today=today, **result)
    close_quarter(quarter=Quarter(2011, 1), today=today, by=None)

    with pytest.raises(NotOpen, match="results are taken for Q2 2011/12 and later"):
        submit_result(quarter=Quarter(2010, 4), today=today, **result)

    assert ReportingQuarter.objects.count() == 1


@pytest.mark.parametrize("key", ["1900-Q1", "1949-Q4", "2151-Q1", "2200-Q4"])
def test_a_quarter_out_of_reach_leads_nowhere(client, sorp_in_force, key):
    officer = holder(PostKind.PERFORMANCE_OFFICER)
    unit = officer.appointments.get().post.unit
    indicator = IndicatorFactory()
    client.force_login(officer)

    addresses = [
        f"/returns/{key}/{indicator.reference}/",
        f"/dashboards/{unit.code}/?quarter={key}",
        f"/dashboards/{unit.code}/dashboard.csv?quarter={key}",
        f"/performance/{key}/",
    ]

    assert {client.get(address).status_code for address in addresses} == {404}


@pytest.mark.parametrize("path", ["/indicators/%00/", "/performance/2011-Q1/files/%00", "/x%00y/"])
def test_an_address_with_a_nul_leads_nowhere(client, sorp_in_force, path):
    client.force_login(holder(PostKind.PERFORMANCE_OFFICER))

    assert client.get(path).status_code == 404


def test_a_unit_of_measure_is_shown_as_text(client, sorp_in_force):
    with time_machine.travel("2011-07-20 10:00 +0000", tick=False):
        indicator = IndicatorFactory(measure_unit="<img src=x onerror=alert(9)>")
        client.force_login(indicator.accountable_manager)

        page = client.get(f"/returns/2011-Q1/{indicator.reference}/").content.decode()

    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_what_was_typed_while_a_session_ended_comes_back(client, sorp_in_force):
    indicator = IndicatorFactory()

    response = client.post(
        reverse("write_plan", args=[indicator.reference]), {"cause": "Half an hour of <thought>"}
    )

    page = response.content.decode()
    assert response.status_code == 403
    assert "You have been signed out" in page
    assert "Half an hour of &lt;thought&gt;" in page


def test_a_page_with_something_to_tell_one_reader_is_kept_by_no_cache(client, sorp_in_force):
    """The banner after signing out must not stand on a page that everyone is given."""
    person = holder(PostKind.MEMBER)
    client.post("/accounts/sign-in/", {"login": person.email, "password": "correct horse battery"})

    answer = client.post("/accounts/sign-out/")
    page = client.get(answer.url)

    assert "signed out" in page.content.decode()
    assert "public" not in page.headers["Cache-Control"]
    assert "ETag" not in page.headers


def test_a_button_pressed_twice_says_a_thing_once(sorp_in_force):
    with time_machine.travel("2011-11-14 10:00 +0000", tick=False):
        call_in = CallInFactory()
        chair = chair_of(call_in.meeting.team)
        said = {
            "call_in": call_in,
            "text": "Why so late?",
            "today": call_in.meeting.meets_on,
            "by": chair,
        }

        assert challenge(**said) == challenge(**said)

    assert Challenge.objects.count() == 1


@pytest.mark.parametrize("path", ["/performance/indicators/NONE/", "/performance/2031-Q1/", "/x/"])
def test_an_address_that_leads_nowhere_says_so_kindly(client, path):
    answer = client.get(path)

    assert answer.status_code == 404
    assert "Page not found</h1>" in answer.content.decode()


UNREADABLE = [
    ("application/x-www-form-urlencoded; charset=utf-16", b"login=a"),
    ("multipart/form-data", b"--x\r\nno boundary was given"),
    ("multipart/form-data; boundary=caf\u00e9", b"x"),
    ("multipart/form-data; boundary=" + "x" * 300, b"x"),
    ("application/x-www-form-urlencoded", b"&a=b" * 3000),  # more fields than any form has
]


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("address", ["/accounts/sign-in/", "/escalations/plans/HW-01/", "/no/"])
@pytest.mark.parametrize(("kind", "body"), UNREADABLE, ids=range(len(UNREADABLE)))
def test_a_form_that_cannot_be_read_is_answered_in_words(
    client, settings, debug, address, kind, body
):
    """With debugging on, as the demonstration has it, the page of errors would stumble again."""
    settings.DEBUG = debug
    IndicatorFactory(reference="HW-01")
    client.force_login(holder(PostKind.PERFORMANCE_OFFICER))

    response = client.generic("POST", address, body, kind)

    assert response.status_code == 400
    assert "We could not understand that request" in response.content.decode()
    assert response.headers["Cache-Control"] == "no-store"
    assert "Content-Security-Policy" in response.headers


def test_a_form_that_can_be_read_is_read_as_before(client):
    response = client.post("/accounts/sign-in/", {"login": "nobody@council.example"})

    assert response.status_code == 200
    assert "nobody@council.example" in response.content.decode()
