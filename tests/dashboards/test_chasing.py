"""Who has not submitted, named from the first day, and reminded by hand in words of one's own."""

import threading
import uuid
from datetime import date

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from core.clock import now
from core.models.audit import AuditEvent
from core.models.notices import Notice
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.services.notices import send_notice
from dashboards.queries.completion import completion_sheet
from indicators.models.chasing import SentReminder
from indicators.models.returns import Draft
from indicators.services.chasing import CannotRemind, remind_now
from organisation.rules import PostKind
from tests.factories import IndicatorFactory, RevisionFactory, holder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sorp_in_force")]
Q = Quarter(2011, 1)
TODAY = date(2011, 7, 1)
PAGE, REMIND = f"/completion/{Q.key}/", f"/completion/{Q.key}/remind/"


@pytest.fixture(autouse=True)
def first_day_of_july():
    with time_machine.travel("2011-07-01 10:00 +0100", tick=False):
        yield


@pytest.fixture
def officer():
    return holder(PostKind.PERFORMANCE_OFFICER, name="Ada Officer")


@pytest.fixture
def managers():
    """Two who have not submitted, of whom one has begun, and one who has."""
    ReportingQuarter.objects.create(quarter=Q)
    people = [holder(PostKind.ACCOUNTABLE_MANAGER, name=name) for name in ("Bea", "Cal", "Dee")]
    indicators = [
        IndicatorFactory(reference=f"PI-{n}", accountable_manager=each)
        for n, each in enumerate(people, start=1)
    ]
    Draft.objects.create(indicator=indicators[1], quarter=Q, typed={}, saved_by=people[1])
    RevisionFactory(result__indicator=indicators[2], result__quarter=Q, value=90)
    return people


def told(response):
    return " ".join(response.content.decode().split())


def send(people, *, by, batch=None, words="They are due."):
    return remind_now(
        quarter=Q,
        lacking={each: list(each.indicators.all()) for each in people},
        subject="Your results",
        words=words,
        batch=batch or uuid.uuid4(),
        by=by,
    )


def test_who_has_not_submitted_is_named_from_the_first_day_with_what_is_lacking(managers):
    sheet = completion_sheet(quarter=Q, today=TODAY)

    assert sheet.late == ()
    assert [
        (each.person.name, [(one.indicator.reference, one.progress.label) for one in each.owed])
        for each in sheet.outstanding
    ] == [("Bea", [("PI-1", "Not started")]), ("Cal", [("PI-2", "In progress")])]


@pytest.mark.parametrize("how_many", [1, 20])
def test_as_many_queries_for_twenty_people_as_for_one(
    how_many, officer, django_assert_max_num_queries
):
    ReportingQuarter.objects.create(quarter=Q)
    people = [IndicatorFactory().accountable_manager for _ in range(how_many)]
    send(people, by=officer)

    with django_assert_max_num_queries(20):
        sheet = completion_sheet(quarter=Q, today=TODAY)
        assert [one.how_it_went for each in sheet.outstanding for one in each.sent] == [
            "Not sent by e-mail yet"
        ] * how_many


@pytest.mark.parametrize(("ticked", "reminded"), [([0], ["Bea"]), ([0, 1], ["Bea", "Cal"])])
def test_those_ticked_are_reminded_in_the_words_that_were_edited(
    client, officer, managers, ticked, reminded
):
    client.force_login(officer)
    page = client.get(REMIND, {"person": [managers[n].pk for n in ticked]})
    form = page.context["form"]
    assert "Not all of your results for Q1 2011/12 are in." in form.initial["words"]

    client.post(
        REMIND,
        {
            "people": [managers[n].pk for n in ticked],
            "subject": "Potholes, today",
            "words": "I need it by noon.",
            "batch": form.initial["batch"],
        },
    )

    notices = Notice.objects.order_by("recipient__name")
    assert [each.recipient.name for each in notices] == reminded
    assert notices[0].subject == "Potholes, today"
    assert notices[0].body.startswith("I need it by noon.\n\nNot submitted for Q1 2011/12:\n- ")
    assert "(PI-1)" in notices[0].body
    assert "Ada Officer" in notices[0].body
    acts = AuditEvent.objects.filter(act="reminded by hand", actor=officer)
    assert acts.count() == len(reminded)
    again = client.get(REMIND).context["form"]
    assert (again.initial["subject"], again.initial["words"]) == (
        *("Potholes, today", "I need it by noon."),
    )


def test_all_are_ticked_where_nobody_was_chosen(client, officer, managers):
    client.force_login(officer)

    chosen = client.get(REMIND).context["form"].initial["people"]

    assert chosen == [managers[0].pk, managers[1].pk]


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"people": []}, "Select somebody to remind"),
        ({"people": ["nobody"]}, "has submitted since"),
        ({"subject": ""}, "Enter a subject"),
        ({"words": " "}, "Write the message"),
        ({"words": "x" * 4001}, "must be 4000 characters or fewer"),
    ],
)
def test_what_cannot_be_sent_is_refused_in_words_and_comes_back(
    client, officer, managers, changed, wrong
):
    client.force_login(officer)
    given = {
        "people": [managers[0].pk],
        "subject": "Today",
        "words": "By noon.",
        "batch": uuid.uuid4(),
    } | changed

    page = told(client.post(REMIND, given))

    assert wrong in page
    assert str(given["subject"]) in page
    assert not Notice.objects.exists()


def test_somebody_who_submitted_meanwhile_is_not_reminded(client, officer, managers):
    client.force_login(officer)
    given = {"people": [managers[2].pk], "subject": "Today", "words": "By noon."}

    page = told(client.post(REMIND, given | {"batch": uuid.uuid4()}))

    assert "Somebody you selected has submitted since" in page
    assert not Notice.objects.exists()


def test_one_press_sent_twice_reminds_nobody_twice(officer, managers):
    batch = uuid.uuid4()

    assert len(send(managers[:2], by=officer, batch=batch)) == 2
    assert send(managers[:2], by=officer, batch=batch) == []

    assert Notice.objects.count() == SentReminder.objects.count() == 2


def test_who_has_left_is_not_written_to(officer, managers):
    managers[0].is_active = False
    managers[0].save()

    assert [each.recipient.name for each in send(managers[:2], by=officer)] == ["Cal"]


def test_nobody_is_reminded_of_a_closed_quarter(client, officer, managers):
    ReportingQuarter.objects.update(state="closed", closed_at=now())

    with pytest.raises(CannotRemind, match="takes no results"):
        send(managers[:1], by=officer)
    client.force_login(officer)
    assert "Remind those ticked" not in told(client.get(PAGE))


def test_it_is_said_to_be_opened_only_once_its_link_was_followed_by_whom_it_went_to(
    client, officer, managers
):
    (sent,) = send(managers[:1], by=officer)
    client.force_login(officer)
    assert "not sent by e-mail yet" in told(client.get(PAGE))
    send_notice(notice_id=sent.notice_id)
    page = told(client.get(PAGE))
    assert "sent by e-mail" in page
    assert "; opened" not in page
    assert client.get(sent.notice.address).status_code == 404

    client.force_login(managers[1])
    assert client.get(sent.notice.address).status_code == 404
    client.force_login(managers[0])
    for _ in range(2):
        response = client.get(sent.notice.address)
        assert response.url == f"/returns/{Q.key}/"

    assert AuditEvent.objects.filter(act="opened a reminder").count() == 1
    client.force_login(officer)
    assert "; opened 1 July 2011" in told(client.get(PAGE))


@pytest.mark.both_databases
@pytest.mark.parametrize("change", [{"words": ""}, {"opened_at": "2011-06-30T09:00:00Z"}], ids=str)
def test_the_database_refuses_a_reminder_that_cannot_be(officer, managers, change):
    send(managers[:1], by=officer)

    with pytest.raises(IntegrityError), transaction.atomic():
        SentReminder.objects.update(**change)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_remind_once(officer, managers):
    batch, failed = uuid.uuid4(), []

    def act():
        try:
            send(managers[:2], by=officer, batch=batch)
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
    assert SentReminder.objects.count() == 2
