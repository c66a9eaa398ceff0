"""An edition on its way to the public, by two people, at its time; and back, with everything it said."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from core.canonical_json import digest
from core.clock import localdate, now
from core.models.audit import AuditEvent
from core.models.jobs import Job
from core.models.notices import Notice
from core.models.quarters import ReportingQuarter
from dashboards.queries.home_page import home_page
from indicators.models.calendar import CalendarDay
from organisation.rules import PostKind
from reports import tasks
from reports.models import Edition, Withdrawal
from reports.services import publishing
from reports.services.publishing import (
    CannotPublish,
    CannotWithdraw,
    approve_edition,
    check_edition,
    publish_edition,
    send_back_edition,
    withdraw_edition,
)
from sorp.lexicon import Step
from tests.factories import holder
from tests.reports.documents import Q, edition_document
from tests.reports.factories import EditionFactory, EditionFileFactory
from tests.reports.publishing import approve, publish

pytestmark = pytest.mark.django_db
TOMORROW_AT_NINE = datetime(2023, 5, 16, 8, tzinfo=UTC)  # nine in the morning in British summer
SLIP = "A child in Farthing Lane"


@pytest.fixture(autouse=True)
def in_may():
    with time_machine.travel("2023-05-15 10:00 +0100", tick=False):
        yield


@pytest.fixture
def officer():
    return holder(PostKind.PERFORMANCE_OFFICER, name="Ada Builder")


@pytest.fixture
def other():
    return holder(PostKind.PERFORMANCE_OFFICER, name="Ben Approver")


@pytest.fixture
def edition():
    """A draft with a file, built by a command."""
    return EditionFileFactory().edition


def content_of(response):
    """Read to its end, as a browser does: only then is a file closed."""
    return b"".join(response) if response.streaming else response.content


def told(response):
    return " ".join(response.content.decode().split())


# Two people -----------------------------------------------------------------------------------


def test_what_one_checked_another_approves_and_it_is_published_at_its_time(edition, officer, other):
    check_edition(edition=edition, by=officer)
    approve_edition(edition=edition, publish_at=TOMORROW_AT_NINE, by=other)

    assert tasks.publish_due_editions() == 0
    with time_machine.travel("2023-05-16 08:59 +0100", tick=False):
        assert tasks.publish_due_editions() == 0
    with time_machine.travel("2023-05-16 09:00 +0100", tick=False):
        assert tasks.publish_due_editions() == 1
        assert tasks.publish_due_editions() == 0

    edition.refresh_from_db()
    assert edition.is_published
    assert edition.published_at == TOMORROW_AT_NINE
    assert (edition.checked_by, edition.approved_by, edition.published_by) == (
        *(officer, other),
        other,
    )
    acts = AuditEvent.objects.filter(subject_kind="reports.Edition").order_by("id")
    assert list(acts.values_list("act", "actor_name")) == [
        ("checked edition", "Ada Builder"),
        ("approved edition", "Ben Approver"),
        ("published edition", "The system"),
    ]


@pytest.mark.parametrize("did", ["checked", "built"])
def test_nobody_approves_what_they_checked_or_built(officer, other, did):
    edition = EditionFileFactory(edition__frozen_by=other if did == "built" else None).edition
    check_edition(edition=edition, by=officer)
    same = officer if did == "checked" else other

    with pytest.raises(CannotPublish, match=f"You {did} edition 1, so somebody else"):
        approve_edition(edition=edition, publish_at=now(), by=same)

    edition.refresh_from_db()
    assert edition.state == Edition.State.CHECKED


def test_nothing_is_approved_that_nobody_checked(edition, other):
    with pytest.raises(CannotPublish, match="has not been checked"):
        approve_edition(edition=edition, publish_at=now(), by=other)


def test_nothing_is_published_that_nobody_approved_or_before_its_time(edition, officer):
    with pytest.raises(CannotPublish, match="has not been approved"):
        publish_edition(edition=edition)

    approve(edition, by=officer, publish_at=TOMORROW_AT_NINE)
    with pytest.raises(CannotPublish, match="for a later time"):
        publish_edition(edition=edition)


@pytest.mark.both_databases
@pytest.mark.parametrize("who", ["checked_by", "frozen_by"])
def test_the_database_refuses_one_person_for_both(officer, other, who):
    edition = EditionFileFactory(edition__frozen_by=other).edition
    check_edition(edition=edition, by=officer)
    same = officer if who == "checked_by" else other

    with pytest.raises(DatabaseError, match="approved_by_another"), transaction.atomic():
        Edition.objects.filter(pk=edition.pk).update(
            state="approved", approved_at=now(), approved_by=same, publish_at=now()
        )


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "skipped",
    [
        {"state": "checked"},
        {"state": "approved"},
        {"state": "approved", "publish_at": TOMORROW_AT_NINE},
        {"state": "published"},
        {"publish_at": TOMORROW_AT_NINE},
    ],
    ids=str,
)
def test_the_database_refuses_a_step_that_says_not_who_or_when(edition, skipped):
    with pytest.raises(DatabaseError, match="one_step_after_another"), transaction.atomic():
        Edition.objects.filter(pk=edition.pk).update(**skipped)


def test_each_step_taken_twice_is_taken_once(edition, officer, other):
    for _ in range(2):
        check_edition(edition=edition, by=officer)
    for _ in range(2):
        approve_edition(edition=edition, publish_at=now(), by=other)
    for _ in range(2):
        publish_edition(edition=edition)
    for _ in range(2):
        withdraw_edition(edition=edition, reason="A slip", by=officer)

    acts = AuditEvent.objects.filter(subject_kind="reports.Edition").values_list("act", flat=True)
    assert sorted(acts) == [
        *("approved edition", "checked edition", "published edition"),
        "withdrew edition",
    ]


def test_approved_again_for_another_time_it_is_published_then(edition, officer, other):
    check_edition(edition=edition, by=officer)
    approve_edition(edition=edition, publish_at=now() + timedelta(hours=1), by=other)
    approve_edition(edition=edition, publish_at=TOMORROW_AT_NINE, by=other)

    with time_machine.travel("2023-05-15 12:00 +0100", tick=False):
        assert tasks.publish_due_editions() == 0


def test_what_is_sent_back_is_a_draft_again_and_is_not_published(edition, officer, other):
    approve(edition, by=officer, publish_at=TOMORROW_AT_NINE)

    with pytest.raises(CannotPublish, match="Say what is wrong"):
        send_back_edition(edition=edition, reason=" ", by=other)
    send_back_edition(edition=edition, reason="Page 3 names a school", by=other)

    with time_machine.travel("2023-05-17 09:00 +0100", tick=False):
        assert tasks.publish_due_editions() == 0
    edition.refresh_from_db()
    assert (edition.state, edition.checked_by, edition.publish_at) == ("draft", None, None)
    assert AuditEvent.objects.get(act="sent back edition").detail["reason"] == (
        "Page 3 names a school"
    )


def test_an_older_edition_that_was_to_be_published_is_set_back_by_a_newer(edition, officer):
    approve(edition, by=officer, publish_at=TOMORROW_AT_NINE)
    newer = EditionFactory(number=2)

    publishing.set_back_older(than=newer, by=officer)

    edition.refresh_from_db()
    assert edition.state == "draft"


def test_one_that_cannot_be_published_stops_no_other_and_whoever_approved_it_is_told(
    edition, officer, monkeypatch
):
    """The hand-made report bears out its sentences in its own quarter alone, which is another matter."""
    monkeypatch.setattr("reports.services.publishing.wrong_sentences", lambda document: ())
    later = EditionFileFactory(edition__report__quarter=Q.next()).edition
    approved = approve(edition, by=officer)
    approve(later, by=officer)
    default_storage.delete(edition.files.get().path)

    assert tasks.publish_due_editions() == 1
    assert tasks.publish_due_editions() == 0

    later.refresh_from_db()
    assert later.is_published
    notice = Notice.objects.get(recipient=approved.approved_by, subject__contains="could not")
    assert notice.subject == f"The report for {Q} could not be published"
    assert "build the report again" in notice.body


def test_a_correction_says_in_public_what_it_corrects(edition, officer, client):
    publish(edition, by=officer)
    silent = EditionFileFactory(edition__number=2).edition

    with pytest.raises(CannotPublish, match="say what this edition corrects"):
        check_edition(edition=silent, by=officer)

    note = "One depot had been counted twice."
    document = edition_document(edition={"number": 3, "frozen_on": "2023-05-15", "note": note})
    publish(EditionFileFactory(edition__number=3, edition__document=document).edition, by=officer)

    assert note in told(client.get("/"))
    assert client.get(f"/api/v1/reports/{Q.key}/").json()["edition"]["note"] == note


# Who is asked -----------------------------------------------------------------------------------


def waits_at_home(reader):
    steps = home_page(reader=reader, today=localdate()).next_steps
    return [each.address for each in steps if each.address.startswith("/reports/")]


def test_a_checked_report_stands_on_the_home_of_each_who_may_approve_it_and_each_is_told_once(
    officer, other
):
    edition = EditionFileFactory(edition__frozen_by=holder(PostKind.PERFORMANCE_OFFICER)).edition
    director = holder(PostKind.MANAGING_DIRECTOR, name="Mary Director")
    everybody = (officer, other, director, edition.frozen_by, holder(PostKind.DIRECTOR))
    assert [waits_at_home(each) for each in everybody] == [[]] * 5

    for _ in range(2):
        check_edition(edition=edition, by=officer)

    address = reverse("edition", args=[Q.key, edition.number])
    assert [waits_at_home(each) for each in everybody] == [[], [address], [address], [], []]
    told_of_it = Notice.objects.filter(subject=f"The report for {Q} is waiting for your approval")
    assert {each.recipient for each in told_of_it} == {other, director}
    assert told_of_it.count() == 2
    assert {each.address for each in told_of_it} == {address}

    send_back_edition(edition=edition, reason="A slip", by=other)
    assert waits_at_home(director) == []
    with time_machine.travel("2023-05-15 11:00 +0100", tick=False):
        check_edition(edition=edition, by=officer)
    assert told_of_it.filter(recipient=director).count() == 2
    approve_edition(edition=edition, publish_at=TOMORROW_AT_NINE, by=director)
    assert waits_at_home(other) == []


@pytest.mark.parametrize(
    ("others", "words"),
    [
        (("Mary Director",), "Mary Director can approve it. They get a notice."),
        (("Ann", "Bea", "Cy"), "Ann, Bea or Cy can approve it. They get a notice."),
        ((), "Nobody may approve it today who neither built nor checked it: appoint another"),
    ],
)
def test_whoever_checks_it_reads_who_may_approve_it(client, edition, officer, others, words):
    for name in others:
        holder(PostKind.MANAGING_DIRECTOR, name=name)
    client.force_login(officer)

    page = told(client.post(reverse("check_report", args=[Q.key, edition.number]), follow=True))

    assert words in page
    assert ", ".join(others[:1]) in page.split("Next: somebody else approves it")[1]


# Taking back ----------------------------------------------------------------------------------


@pytest.fixture
def slipped(officer):
    """A published edition that names a child, with its file."""
    document = edition_document()
    document["indicators"][0]["commentary"] = SLIP
    edition = EditionFactory(document=document)
    EditionFileFactory(
        edition=edition, size=len(SLIP), sha256=digest(SLIP.encode()), store=SLIP.encode()
    )
    return publish(edition, by=officer)


ADDRESSES = (
    *(f"/performance/{Q.key}/", f"/performance/{Q.key}/files/counts.csv"),
    *("/performance/indicators/HW-01/", "/performance/indicators/HW-01/figures.csv"),
    *("/performance/priorities/better-roads/", f"/api/v1/reports/{Q.key}/"),
)


@pytest.mark.both_databases
def test_what_is_withdrawn_is_gone_everywhere_and_its_digest_stays(
    slipped, officer, client, django_capture_on_commit_callbacks
):
    tags = {}
    for address in ADDRESSES:
        response = client.get(address)
        assert response.status_code == 200, address
        content_of(response)
        tags[address] = response["ETag"]
    path = slipped.files.get().path

    with django_capture_on_commit_callbacks(execute=True):
        withdraw_edition(edition=slipped, reason="It named a child by mistake.", by=officer)

    for address in ADDRESSES:
        for known in ({}, {"HTTP_IF_NONE_MATCH": tags[address]}):
            response = client.get(address, **known)
            assert response.status_code == 410, address
            page = response.content.decode()
            assert "It named a child by mistake." in page
            assert SLIP not in page
            assert slipped.public_sha256 in page
    for address in ("/", "/data/", "/api/v1/reports/"):
        response = client.get(address)
        assert response.status_code == 200
        assert SLIP not in response.content.decode()
    assert client.get("/api/v1/reports/").json()["withdrawn"][0]["sha256"] == slipped.public_sha256
    assert "It named a child by mistake." in client.get("/data/").content.decode()
    assert not default_storage.exists(path)
    kept = Edition.objects.get(pk=slipped.pk)
    assert (kept.document, kept.public_document) == ({}, {})
    assert (kept.sha256, kept.number) == (slipped.sha256, slipped.number)
    assert kept.files.get().sha256


@pytest.mark.usefixtures("slipped")
def test_officers_read_nothing_of_it_either(slipped, officer, client):
    withdraw_edition(edition=slipped, reason="A slip", by=officer)  # its files are still there
    client.force_login(officer)

    base = f"/reports/{Q.key}/1"
    for address in ("/files/counts.csv", "/sentences/", "/preview/"):
        response = client.get(base + address)
        assert response.status_code == 410, address
    assert client.get(f"{base}/").status_code == 200
    assert client.get("/reports/").status_code == 200


def test_a_process_that_died_before_it_took_the_files_leaves_them_to_the_next_round(
    slipped, officer, client
):
    withdraw_edition(edition=slipped, reason="A slip", by=officer)  # on commit nothing ran
    path = slipped.files.get().path
    assert default_storage.exists(path)
    assert client.get(ADDRESSES[1]).status_code == 410

    assert tasks.remove_withdrawn_files() == 1
    assert tasks.remove_withdrawn_files() == 0

    assert not default_storage.exists(path)
    assert Withdrawal.objects.get().files_gone_at is not None


def test_what_a_withdrawn_edition_had_corrected_does_not_stand_again(edition, officer, client):
    publish(edition, by=officer)
    document = edition_document(
        edition={"number": 2, "frozen_on": "2023-05-15", "note": "Potholes"}
    )
    second = EditionFileFactory(edition__number=2, edition__document=document).edition
    publish(second, by=officer)

    withdraw_edition(edition=second, reason="A slip", by=officer)

    assert client.get(f"/performance/{Q.key}/").status_code == 410
    document = edition_document(edition={"number": 3, "frozen_on": "2023-05-15", "note": "No slip"})
    third = EditionFileFactory(edition__number=3, edition__document=document).edition
    publish(third, by=officer)
    assert client.get(f"/performance/{Q.key}/").status_code == 200


def test_the_front_page_shows_the_report_before(slipped, officer, client):
    before = Q.previous()
    EditionFactory(published=True, report__quarter=before)

    withdraw_edition(edition=slipped, reason="A slip", by=officer)

    assert str(before) in told(client.get("/"))


@pytest.mark.parametrize(("reason", "wrong"), [("", "Say why"), ("  ", "Say why")])
def test_a_withdrawal_says_why(slipped, officer, reason, wrong):
    with pytest.raises(CannotWithdraw, match=wrong):
        withdraw_edition(edition=slipped, reason=reason, by=officer)
    assert not Withdrawal.objects.exists()


def test_what_was_not_published_is_not_withdrawn(edition, officer):
    with pytest.raises(CannotWithdraw, match="never published"):
        withdraw_edition(edition=edition, reason="A slip", by=officer)


# On pages -------------------------------------------------------------------------------------


@pytest.fixture
def base(edition):
    ReportingQuarter.objects.create(quarter=Q, state="closed", closed_at=now())
    return f"/reports/{Q.key}/1"


def test_two_people_take_a_report_to_the_public_on_pages(base, officer, other, client):
    client.force_login(officer)
    assert "The public cannot read it" in told(client.get(f"{base}/preview/"))
    client.post(f"{base}/check/")
    assert "You built or checked it" in told(client.get(f"{base}/"))
    response = client.post(f"{base}/approve/", {"when": "now"})
    assert "You checked edition 1, so somebody else has to approve it" in told(response)

    client.force_login(other)
    response = client.post(f"{base}/approve/", {"when": "now"}, follow=True)

    assert "is published: everyone may read it" in told(response)
    client.logout()
    assert client.get(f"/performance/{Q.key}/").status_code == 200


def test_the_calendars_day_is_offered_first(base, officer, other, client):
    CalendarDay.objects.create(quarter=Q, step=Step.PUBLICATION, due_on="2023-06-01")
    Edition.objects.get()
    check_edition(edition=Edition.objects.get(), by=officer)
    client.force_login(other)

    page = told(client.get(f"{base}/approve/"))
    assert "On the calendar’s day: Thursday 1 June 2023, 9 am" in page
    client.post(f"{base}/approve/", {"when": "calendar"})

    assert Edition.objects.get().publish_at == datetime(2023, 6, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({}, "Select when it is published"),
        ({"when": "calendar"}, "Select one of the times in the list"),
        ({"when": "at"}, "Enter the day on which it is published"),
        (
            {"when": "at", "day_day": "31", "day_month": "2", "day_year": "2023"},
            "Enter the day as a real day",
        ),
        (
            {"when": "at", "day_day": "1", "day_month": "5", "day_year": "2023", "hour": "9:00"},
            "Enter a later time",
        ),
        (
            {"when": "at", "day_day": "1", "day_month": "6", "day_year": "2023", "hour": "nine"},
            "Enter the hour as 9:00",
        ),
    ],
)
def test_a_time_that_cannot_be_is_refused_in_words(base, officer, other, client, given, wrong):
    check_edition(edition=Edition.objects.get(), by=officer)
    client.force_login(other)

    response = client.post(f"{base}/approve/", given)

    assert wrong in told(response)
    assert Edition.objects.get().state == "checked"


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"reason": ""}, "Say why it is withdrawn"),
        ({"reason": "Ask ada@example.org"}, "Take out the e-mail address"),
    ],
)
def test_a_public_reason_is_asked_for_and_holds_no_address(slipped, officer, client, given, wrong):
    client.force_login(officer)

    response = client.post(f"/reports/{Q.key}/1/withdraw/", given)

    assert wrong in told(response)
    assert given["reason"] in told(response)
    assert not Withdrawal.objects.exists()


def test_a_correction_is_built_with_its_note(base, officer, client):
    publish(Edition.objects.get(), by=officer)
    client.force_login(officer)

    assert "Say what this edition corrects" in told(client.post(f"/reports/{Q.key}/build/"))
    assert not Job.objects.exists()
    client.post(f"/reports/{Q.key}/build/", {"note": "One depot was counted twice."})

    assert Job.objects.get().arguments["note"] == "One depot was counted twice."


# Two at once ----------------------------------------------------------------------------------


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_two_who_publish_at_once_publish_once():
    edition = EditionFileFactory().edition
    approve(edition, by=holder(PostKind.PERFORMANCE_OFFICER))
    failed = []

    def act():
        try:
            publish_edition(edition=edition)
        except Exception as reason:
            failed.append(reason)
        finally:
            connection.close()

    threads = [threading.Thread(target=act) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert not failed
    assert AuditEvent.objects.filter(act="published edition").count() == 1
