"""A session lasts half an hour from page to page, and keeping it alive costs no page."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.models import Session
from django.db import OperationalError, connection
from django.db.models import QuerySet
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.utils.module_loading import import_string

from organisation.rules import PostKind
from tests.factories import holder

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]
HOME = "/home/"
START = datetime(2011, 7, 20, 9, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def officer(client, clock, sorp_in_force):
    """Somebody who signed in just now."""
    person = holder(PostKind.PERFORMANCE_OFFICER)
    client.force_login(person)
    client.get(HOME)
    return person


def writes_of(client, pages=1):
    """How often the sessions were written to while these pages were read."""
    with CaptureQueriesContext(connection) as captured:
        for _ in range(pages):
            assert client.get(HOME).status_code == 200
    return [
        each["sql"].split()[0]
        for each in captured
        if "django_session" in each["sql"] and not each["sql"].startswith("SELECT")
    ]


def test_twenty_pages_in_a_minute_write_nothing(client, officer, clock):
    clock.shift(59)

    assert writes_of(client, pages=20) == []


def test_a_page_after_a_minute_renews_the_session_once(client, officer, clock):
    clock.shift(60)

    assert writes_of(client, pages=5) == ["UPDATE"]
    assert Session.objects.get().expire_date == START + timedelta(minutes=31)


@pytest.mark.parametrize(
    ("pauses", "status"),
    [([20] * 6, 200), ([29, 29, 29], 200), ([31], 302), ([20, 20, 31], 302), ([0.5, 30], 302)],
    ids=str,
)
def test_a_session_lasts_half_an_hour_from_page_to_page(client, officer, clock, pauses, status):
    for minutes in pauses:
        clock.shift(timedelta(minutes=minutes))
        answer = client.get(HOME)

    assert answer.status_code == status


@pytest.fixture
def database_refuses(monkeypatch):
    def refuse(*asked, **fields):
        raise OperationalError("database is locked")

    monkeypatch.setattr(QuerySet, "_update", refuse)
    monkeypatch.setattr(QuerySet, "update", refuse)


def test_a_renewal_that_fails_fails_no_page_and_is_logged(
    client, officer, clock, database_refuses, caplog
):
    clock.shift(120)

    answer = client.get(HOME)

    assert answer.status_code == 200
    assert "was not renewed" in caplog.text
    assert client.session.session_key not in caplog.text


def middleware(view):
    return import_string("kcc_perf.middleware.RollingSessions")(view)


@pytest.fixture
def request_of(client, officer, rf, settings):
    """A request with the cookie of somebody who has signed in."""

    def make():
        request = rf.get("/")
        request.COOKIES[settings.SESSION_COOKIE_NAME] = client.session.session_key
        return request

    return make


def test_what_a_page_itself_writes_still_fails_loudly(request_of, database_refuses):
    def page(request):
        request.session["chosen"] = "amber"
        return HttpResponse("kept")

    with pytest.raises(SessionInterrupted):
        middleware(page)(request_of())


def test_what_a_page_itself_writes_is_kept_and_renews(client, request_of, clock):
    def page(request):
        request.session["chosen"] = "amber"
        return HttpResponse("kept")

    clock.shift(30)
    middleware(page)(request_of())

    assert client.session["chosen"] == "amber"
    assert Session.objects.get().expire_date == START + timedelta(seconds=30, minutes=30)


def test_a_renewal_takes_nothing_away_that_another_page_wrote_meanwhile(client, request_of, clock):
    def slow(request):
        request.session.get("chosen")  # read before the other page writes

        def quick(other):
            other.session["chosen"] = "amber"
            return HttpResponse("kept")

        middleware(quick)(request_of())
        return HttpResponse("seen")

    clock.shift(120)
    middleware(slow)(request_of())

    assert client.session["chosen"] == "amber"


def test_a_session_that_was_ended_elsewhere_is_not_brought_back(request_of, clock):
    def page(request):
        request.session.get("chosen")
        Session.objects.all().delete()  # signed out in another window meanwhile
        return HttpResponse("seen")

    clock.shift(120)
    answer = middleware(page)(request_of())

    assert answer.status_code == 200
    assert not Session.objects.exists()


def test_a_page_that_failed_renews_nothing(request_of, clock):
    clock.shift(120)
    middleware(lambda request: HttpResponse("broken", status=500))(request_of())

    assert Session.objects.get().expire_date == START + timedelta(minutes=30)


def test_a_reader_without_a_session_asks_the_database_for_none(client):
    with CaptureQueriesContext(connection) as captured:
        client.get("/accounts/sign-in/")

    assert not [each for each in captured if "django_session" in each["sql"]]
