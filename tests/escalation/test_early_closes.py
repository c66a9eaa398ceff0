"""Closing a quarter before its day, or with returns outstanding: by two people, with the reason."""

import threading
from datetime import date

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction

from core import jobs
from core.clock import now
from core.models.audit import AuditEvent
from core.models.jobs import Job
from core.models.notices import Notice
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from dashboards.queries.home_page import home_page
from escalation.models.early_closes import EarlyClose
from escalation.services.early_closes import (
    WantsAnother,
    agree_to_close,
    ask_to_close,
    refuse_to_close,
)
from indicators.models.calendar import CalendarDay
from indicators.models.results import Revision
from indicators.models.returns import Draft
from organisation.rules import PostKind
from sorp.lexicon import Step
from tests.factories import IndicatorFactory, RevisionFactory, TargetFactory, holder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sorp_in_force")]
Q2 = Quarter(2011, 2)
TODAY = date(2011, 10, 20)
WHY = "Cabinet meets a week early"
CLOSE, EARLY = "/quarters/2011-Q2/close/", "/quarters/2011-Q2/close-early/"


@pytest.fixture(autouse=True)
def in_october():
    with time_machine.travel("2011-10-20 10:00 +0100", tick=False):
        yield


@pytest.fixture
def officer():
    return holder(PostKind.PERFORMANCE_OFFICER, name="Ada Asker")


@pytest.fixture
def other():
    return holder(PostKind.PERFORMANCE_OFFICER, name="Ben Other")


@pytest.fixture
def missing(officer):
    """One indicator whose result is due and not in."""
    ReportingQuarter.objects.create(quarter=Q2)
    indicator = IndicatorFactory(reference="PI-1", title="Potholes")
    TargetFactory(indicator=indicator)
    return indicator


def ask(by, reason=WHY):
    return ask_to_close(quarter=Q2, reason=reason, today=TODAY, by=by)


def state():
    return ReportingQuarter.objects.get(quarter=Q2).state


def told(response):
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize(
    ("has_result", "day", "wants_another"),
    [
        (True, None, False),
        (True, "2011-10-20", False),  # the day itself is no day too early
        (True, "2011-10-19", False),
        (True, "2011-10-21", True),
        (False, None, True),
        (False, "2011-10-19", True),
    ],
)
def test_before_its_day_or_with_returns_outstanding_it_wants_another(
    officer, missing, has_result, day, wants_another
):
    if has_result:
        RevisionFactory(result__indicator=missing, result__quarter=Q2, value=95)
    if day:
        CalendarDay.objects.create(quarter=Q2, step=Step.CLOSE, due_on=day)

    job, early = ask(officer)

    assert (job is None, early is not None) == (wants_another, wants_another)


def test_another_agrees_and_then_it_is_closed(officer, other, missing):
    _, early = ask(officer)
    assert not Job.objects.exists()
    notice = Notice.objects.get(recipient=other)
    assert notice.subject == "Ada Asker asks you to agree to closing Q2 2011/12"
    assert WHY in notice.body
    assert "1 result is outstanding" in notice.body

    for _ in range(2):
        agree_to_close(early=early, by=other)
    jobs.run_pending()

    assert state() == "closed"
    early.refresh_from_db()
    assert (early.asked_by, early.answered_by, early.outstanding) == (officer, other, ["PI-1"])
    acts = AuditEvent.objects.filter(subject_kind="escalation.EarlyClose").order_by("id")
    assert list(acts.values_list("act", "actor_name")) == [
        ("asked to close early", "Ada Asker"),
        ("agreed to close early", "Ben Other"),
    ]
    assert Job.objects.count() == 1


def test_nobody_agrees_with_themselves(officer, missing):
    _, early = ask(officer)

    with pytest.raises(WantsAnother, match="You asked for it"):
        agree_to_close(early=early, by=officer)
    assert not Job.objects.exists()


@pytest.mark.both_databases
def test_the_database_refuses_one_person_for_both(officer, missing):
    ask(officer)

    with pytest.raises(DatabaseError, match="nobody_agrees_to_their_own"), transaction.atomic():
        EarlyClose.objects.update(state="agreed", answered_by=officer, answered_at=now())


def test_without_a_reason_nothing_is_asked(officer, missing):
    with pytest.raises(
        WantsAnother, match="Say why you want to close Q2 2011/12 now: 1 result is out"
    ):
        ask(officer, reason=" ")
    assert not EarlyClose.objects.exists()


def test_asking_twice_asks_once(officer, other, missing):
    _, first = ask(officer)
    _, again = ask(other, reason="Another reason")

    assert again == first
    assert EarlyClose.objects.get().reason == WHY


def test_what_is_not_agreed_stays_open_and_may_be_asked_again(officer, other, missing):
    _, early = ask(officer)
    with pytest.raises(WantsAnother, match="Say why not"):
        refuse_to_close(early=early, answer="", by=other)
    refuse_to_close(early=early, answer="Two returns come tomorrow", by=other)

    with pytest.raises(WantsAnother, match="Two returns come tomorrow"):
        agree_to_close(early=early, by=holder(PostKind.PERFORMANCE_OFFICER))
    assert Notice.objects.get(recipient=officer).body == "Two returns come tomorrow"
    assert state() == "open"
    _, again = ask(officer)
    assert again.pk != early.pk


def test_whoever_asked_may_take_it_back(officer, missing):
    _, early = ask(officer)

    refuse_to_close(early=early, answer="Not yet", by=officer)

    assert not EarlyClose.objects.waiting().exists()


def test_a_result_returned_between_asking_and_closing_leaves_it_open(officer, missing):
    """What stood in no way when it was asked may do so when the job's turn comes."""
    RevisionFactory(result__indicator=missing, result__quarter=Q2, value=95)
    job, _ = ask(officer)
    CalendarDay.objects.create(quarter=Q2, step=Step.CLOSE, due_on="2011-10-21")

    jobs.run_pending()

    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert "needs a reason and another person" in job.message
    assert state() == "open"


# On pages


def test_the_page_says_who_is_missing_what_would_follow_and_wants_a_reason(
    client, officer, other, missing
):
    Draft.objects.create(
        indicator=missing,
        quarter=Q2,
        typed={"value": "77", "commentary": "Half typed"},
        saved_by=missing.accountable_manager,
    )
    client.force_login(officer)

    page = told(client.get(CLOSE))
    for words in (missing.accountable_manager.name, "a draft", "will be recorded as no result"):
        assert words in page
    page = told(client.post(CLOSE, {"reason": ""}))
    assert "Say why you want to close it now" in page
    client.post(CLOSE, {"reason": WHY})
    assert WHY in told(client.get("/quarters/"))
    assert "You asked for it, so somebody else has to agree" in told(client.get(EARLY))

    client.force_login(other)
    assert missing.title in told(client.get(EARLY))
    client.post(EARLY)
    jobs.run_pending()

    assert state() == "closed"


def test_a_managing_director_may_be_the_other_person(client, officer, missing):
    ask(officer)
    client.force_login(holder(PostKind.MANAGING_DIRECTOR))

    client.post(EARLY)

    assert EarlyClose.objects.get().state == "agreed"


def test_what_is_asked_stands_on_the_home_of_whoever_may_agree_until_it_is_answered(
    officer, other, missing
):
    director = holder(PostKind.MANAGING_DIRECTOR)
    people = (officer, other, director, missing.accountable_manager)
    _, early = ask(officer)

    def asked():
        return [
            [
                step.sentence
                for step in home_page(reader=each, today=TODAY).next_steps
                if step.address == EARLY
            ]
            for each in people
        ]

    words = "Ada Asker asks you to agree to closing Q2 2011/12 early: “Cabinet meets a week early”"
    assert asked() == [[], [words], [words], []]

    agree_to_close(early=early, by=director)
    assert asked() == [[]] * 4


def test_whoever_asks_reads_who_may_agree_before_and_after(client, officer, missing):
    client.force_login(officer)
    assert "Nobody else may agree today: appoint another performance officer" in told(
        client.get(CLOSE)
    )
    holder(PostKind.MANAGING_DIRECTOR, name="Mary Director")
    holder(PostKind.PERFORMANCE_OFFICER, name="Ben Other")

    assert "Ben Other or Mary Director may agree." in told(client.get(CLOSE))
    page = told(client.post(CLOSE, {"reason": WHY}, follow=True))

    assert "once another person agrees: Ben Other or Mary Director. They get a notice." in page
    assert f"“{WHY}” Ben Other or Mary Director may agree." in page
    assert "somebody else has to agree: Ben Other or Mary Director" in told(client.get(EARLY))


def test_a_managing_director_comes_from_the_quarters_to_where_they_agree_and_closes_none(
    client, officer, missing
):
    client.force_login(holder(PostKind.MANAGING_DIRECTOR))
    assert client.get(CLOSE).status_code == 403
    ask(officer)

    page = client.get("/quarters/")

    assert f'href="{EARLY}"' in page.content.decode()
    for link in (CLOSE, "/quarters/2011-Q2/history/", "/calendar/begin/", "/quarters/history/"):
        assert f'href="{link}"' not in page.content.decode(), link
    for answer in (client.get(CLOSE), client.post(CLOSE)):
        assert (answer.status_code, answer.url) == (302, EARLY)
    assert not Job.objects.exists()


def test_the_work_is_theirs_who_asked_for_it_and_not_theirs_who_agreed(
    client, officer, other, missing
):
    _, early = ask(officer)
    agree_to_close(early=early, by=other)
    jobs.run_pending()

    shown = {}
    for person in (officer, other):
        client.force_login(person)
        shown[person] = "Work you asked for" in told(client.get("/home/"))
    assert shown == {officer: True, other: False}
    assert AuditEvent.objects.get(act="asked for a job").actor_name == "Ben Other"
    assert ReportingQuarter.objects.get().closed_by == other


def test_nothing_to_agree_to_is_not_found(client, other, missing):
    client.force_login(other)

    assert client.get(EARLY).status_code == 404


def test_a_draft_of_a_closed_quarter_is_offered_as_late_and_taken(client, officer, missing):
    manager = missing.accountable_manager
    Draft.objects.create(
        indicator=missing,
        quarter=Q2,
        typed={"value": "95", "commentary": "Half typed"},
        saved_by=manager,
    )
    ReportingQuarter.objects.update(state="closed", closed_at=now())
    address = "/returns/2011-Q2/PI-1/"

    client.force_login(manager)
    page = told(client.get(address))
    assert "Half typed" in page
    for _ in range(2):
        client.post(address + "offer-late/")
    assert "You offered it as late" in told(client.get(address))
    assert not Revision.objects.exists()

    client.force_login(officer)
    assert "Potholes, Q2 2011/12" in told(client.get("/quarters/"))
    assert 'value="95"' in told(client.get(address))
    given = {"value": "95", "confidence": "final", "commentary": "Half typed"}
    client.post(address, given | {"reason": "Came late"})

    assert Revision.objects.get().value == 95
    assert not Draft.objects.exists()
    assert Notice.objects.get(recipient=manager).body == "Taken: Came late"


def test_what_is_put_aside_is_told_to_whoever_typed_it(client, officer, missing):
    manager = missing.accountable_manager
    Draft.objects.create(
        indicator=missing, quarter=Q2, typed={"value": "77"}, saved_by=manager, offered_at=now()
    )
    ReportingQuarter.objects.update(state="closed", closed_at=now())
    client.force_login(officer)

    client.post("/returns/2011-Q2/PI-1/discard/")

    assert not Draft.objects.exists()
    assert "it was not taken" in Notice.objects.get(recipient=manager).body
    assert AuditEvent.objects.get(act="settled a late offer").detail["typed"] == {"value": "77"}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_ask_once(officer, other, missing):
    failed = []

    def act(by):
        try:
            ask(by)
        except Exception as reason:
            failed.append(reason)
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=[each]) for each in (officer, other)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert not failed
    assert EarlyClose.objects.count() == 1
