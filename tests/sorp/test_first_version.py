"""A council's first SORP: proposed by one person, approved by another, in force from a quarter that may be past."""

import re
from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from core.models.audit import AuditEvent
from core.own_words import spoken
from core.quarters import Quarter
from core.refusals import Refused
from sorp import defaults
from sorp.models.keys import key_made_of
from sorp.models.statement import Authorship, Version
from sorp.services.approval import approve_first_version
from sorp.services.seeding import propose_default_statement, seed_default_statement
from tests.sorp import people

pytestmark = pytest.mark.django_db
PAST, TODAY = Quarter(2008, 1), date(2011, 10, 20)
PAGE = "/sorp/first/"
DAY = {"approved_on_day": "20", "approved_on_month": "10", "approved_on_year": "2011"}


@pytest.fixture(autouse=True)
def on_the_day():
    with time_machine.travel("2011-10-20 10:00 +0100", tick=False):
        yield


@pytest.fixture
def officer():
    return people.officer(name="Olive Officer")


@pytest.fixture
def director():
    return people.managing_director(name="Dinah Director")


def text(response):
    return " ".join(response.content.decode().split())


def approved(version, by, approved_on=TODAY):
    return approve_first_version(
        version=version, approved_on=approved_on, note="CMT", today=TODAY, by=by
    )


def test_two_people_bring_the_default_into_force_from_a_past_quarter_on_a_page(
    client, officer, director
):
    client.force_login(officer)
    assert "Dinah Director" not in text(client.get(PAGE))
    sent = client.post(PAGE, {"from_quarter": "Q1 2008/09"}, follow=True)
    assert "Version 1 is proposed from Q1 2008/09. It is not in force yet" in text(sent)
    assert "Dinah Director" in text(sent)
    assert "Approve version 1" not in text(sent)

    client.force_login(director)
    assert "Another quarter" not in text(client.get(PAGE))
    done = client.post(PAGE, DAY | {"act": "approve", "note": "Cabinet"}, follow=True)

    assert "Version 1 is approved and in force from Q1 2008/09" in text(done)
    version = Version.objects.get()
    assert (version.state, version.from_quarter) == (Version.State.IN_FORCE, PAST)
    assert (version.drafted_by, version.approved_by) == (officer, director)
    assert version.approval_note == "Cabinet"
    assert list(
        AuditEvent.objects.filter(actor__isnull=False).order_by("pk").values_list("act", "actor")
    ) == [
        ("proposed the default SORP", officer.pk),
        ("approved version of the SORP", director.pk),
    ]
    assert client.get(PAGE).url == "/sorp/versions/"


def test_what_is_proposed_says_what_the_command_would_bring_in(officer, director):
    by_page = approved(propose_default_statement(from_quarter=PAST, by=officer), director)
    rows = {
        name: getattr(by_page, name).count()
        for name in ("clauses", "trigger_rules", "level_duties")
    }

    assert all(rows.values())
    assert seed_default_statement(from_quarter=PAST, approved_on=TODAY, by=None) == (by_page, False)


def test_the_quarter_of_a_proposal_is_another_when_said_again(officer):
    propose_default_statement(from_quarter=Quarter(2010, 1), by=officer)
    colleague = people.officer(name="Otto Officer")

    version = propose_default_statement(from_quarter=PAST, by=colleague)

    assert Version.objects.get() == version
    assert version.from_quarter == PAST
    assert set(Authorship.objects.values_list("author", flat=True)) == {officer.pk, colleague.pk}


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "Enter the quarter from which it is to be in force"),
        ("last spring", "last spring"),
    ],
)
def test_a_quarter_that_is_none_is_asked_for_again_with_what_was_typed(
    client, officer, typed, told
):
    client.force_login(officer)

    page = text(client.post(PAGE, {"from_quarter": typed}))

    assert told in page
    assert typed in page
    assert not Version.objects.exists()


def test_nobody_approves_their_own_proposal_and_no_draft_edited_by_them(officer, director):
    version = propose_default_statement(from_quarter=PAST, by=officer)
    Authorship.objects.create(version=version, author=director)

    with pytest.raises(Refused, match="You wrote part of this version"):
        approved(version, director)
    with pytest.raises(PermissionDenied):
        approved(version, officer)
    with pytest.raises(PermissionDenied):
        propose_default_statement(from_quarter=PAST, by=director)


def test_it_is_approved_on_a_day_that_has_been_and_once(officer, director):
    version = propose_default_statement(from_quarter=PAST, by=officer)

    with pytest.raises(Refused, match="cannot be in the future"):
        approved(version, director, date(2011, 10, 21))
    approved(version, director)
    with pytest.raises(Refused, match="no longer a first draft"):
        approved(version, director)
    with pytest.raises(Refused, match="past its first draft"):
        propose_default_statement(from_quarter=Quarter(2009, 1), by=officer)


def test_from_a_quarter_to_come_it_waits_for_that_quarter(officer, director):
    version = propose_default_statement(from_quarter=Quarter(2011, 4), by=officer)

    assert approved(version, director).state == Version.State.APPROVED


def test_whoever_neither_proposes_nor_approves_is_refused(client):
    client.force_login(people.member())

    assert client.get(PAGE).status_code == 403


def test_where_nobody_may_approve_it_says_whom_to_appoint(client, officer):
    client.force_login(officer)

    assert "appoint the managing director" in text(client.get(PAGE))


def test_the_first_version_is_written_as_the_council_says_it():
    with spoken({"sorp": "Rulebook", "pat": "Panel", "dat": "Forum", "floor": "lower limit"}):
        version, _ = seed_default_statement(from_quarter=PAST, approved_on=TODAY, by=None)

    rows = (
        *version.clauses.values_list("heading", "wording", "monitored", "consequence"),
        *version.terms.values_list("term", "meaning"),
        *version.rag_definitions.values_list("wording"),
        *version.appetites.values_list("wording"),
        *version.level_duties.values_list("duty"),
    )
    said = " ".join(text for row in rows for text in row)
    for theirs, ours in {
        "Panel meets monthly": "PAT",
        "Forum": "DAT",
        "lower limit": "floor standard",
        "Rulebook": "SORP",
    }.items():
        assert theirs in said
        assert not re.search(rf"\b{ours}\b", said), ours
    assert [each.key for each in version.clauses.all()] == [
        key_made_of(each.heading) for each in defaults.CLAUSES
    ]
