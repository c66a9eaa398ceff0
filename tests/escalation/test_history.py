"""A council's own earlier quarters closed in one act: looked at first, restartable, and nobody bothered."""

import html
import re
from datetime import date

import pytest
import time_machine
from django.urls import reverse
from django.utils.timezone import now

from core import jobs
from core.models.audit import AuditEvent
from core.models.jobs import Job
from core.models.notices import Notice
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.refusals import Refused
from escalation.models.early_warning import EarlyWarning
from escalation.models.escalations import Escalation
from escalation.queries.history import (
    closed_history,
    history_quarters,
    history_sentence,
    preview_history,
    standing_by_manager,
)
from escalation.services import history as services
from escalation.services.closing import CannotClose, close_quarter
from escalation.services.history import (
    close_history,
    close_of_history,
    request_history,
    tell_what_stands,
)
from escalation.services.plans import alert_to_missing_plans
from indicators.rules.entry import ResultGiven
from indicators.services.reminders import remind
from indicators.services.results import ResultToSubmit, submit_results
from organisation.rules import PostKind
from sorp.lexicon import Level, Rag
from sorp.queries.ruling import NoVersionInForce
from tests.factories import VALUES, IndicatorFactory, TargetFactory, holder

pytestmark = pytest.mark.django_db
TODAY = date(2012, 7, 20)
FIRST, LAST = Quarter(2011, 1), Quarter(2011, 4)
RAGS = {"R": Rag.RED, "A": Rag.AMBER, "G": Rag.GREEN}


@pytest.fixture(autouse=True)
def in_july(monkeypatch):
    """Q1 2012/13 has just ended: the four quarters before it are history."""
    monkeypatch.setattr(jobs, "notify_worker", lambda job: None)
    with time_machine.travel("2012-07-20 10:00 +0100", tick=False):
        yield


@pytest.fixture
def officer():
    return holder(PostKind.PERFORMANCE_OFFICER)


def brought(picture, *, since=FIRST, published="", **fields):
    """An indicator with a result a quarter, as a file brings them; "-" is none."""
    fields.setdefault("first_quarter", since)
    indicator = TargetFactory(indicator=IndicatorFactory(**fields), from_quarter=since).indicator
    quarters = since.until(since.back(1 - len(picture)))
    submit_results(
        submissions=[
            ResultToSubmit(
                indicator, quarter, ResultGiven(value=VALUES[RAGS[letter]]), published_as=published
            )
            for quarter, letter in zip(quarters, picture, strict=True)
            if letter != "-"
        ],
        today=TODAY,
        by=None,
    )
    return indicator


@pytest.fixture
def history(sorp_in_force):
    """One red at the end, one red at first and green since, one green throughout."""
    return [
        brought(picture, reference=reference)
        for reference, picture in {"PI-1": "GGRR", "PI-2": "RRGG", "PI-3": "GGGG"}.items()
    ]


def closed():
    rows = ReportingQuarter.objects.filter(state=ReportingQuarter.State.CLOSED)
    return [row.quarter for row in rows]


def text_of(response):
    words = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", response.content.decode(), flags=re.S)
    return " ".join(html.unescape(words).split())


# Which quarters are history


def test_quarters_with_figures_that_nobody_was_asked_for_are_history(history):
    assert history_quarters(TODAY) == list(FIRST.until(LAST))


def test_the_quarter_just_ended_is_none_and_neither_is_one_that_was_begun(sorp_in_force):
    brought("GGGGG")
    assert history_quarters(TODAY) == list(FIRST.until(LAST))
    ReportingQuarter.objects.filter(quarter=Quarter(2011, 3)).update(begun_at=now())
    assert history_quarters(TODAY) == [Quarter(2011, 1), Quarter(2011, 2)]


def test_a_quarter_between_of_which_nothing_came_belongs_to_them(sorp_in_force):
    brought("G--G")
    assert not ReportingQuarter.objects.filter(quarter=Quarter(2011, 2)).exists()
    assert history_quarters(TODAY) == list(FIRST.until(LAST))


def test_what_is_closed_is_history_no_more(history):
    close_quarter(quarter=FIRST, today=TODAY, by=None)
    assert history_quarters(TODAY)[0] == Quarter(2011, 2)


def test_without_figures_there_is_none(sorp_in_force):
    assert history_quarters(TODAY) == []


# What it would do, and does


def test_the_preview_says_what_the_closes_then_do(history, officer):
    brought("GG-G", reference="PI-4")
    found = preview_history(until=LAST, today=TODAY)

    closings = close_history(until=LAST, today=TODAY, by=officer)

    assert [each.opening for each in found.quarters] == [len(each.opened) for each in closings]
    assert [each.recovering for each in found.quarters] == [
        len(each.recovered) for each in closings
    ]
    assert [each.missing for each in found.quarters] == [0, 0, 1, 0]
    assert [each.results for each in found.quarters] == [4, 4, 3, 4]
    assert {(each.indicator.reference, each.episode.level) for each in found.standing} == {
        (row.indicator.reference, Level(row.level))
        for row in Escalation.objects.open_ones().select_related("indicator")
    }
    assert sum(each.opening for each in found.quarters) > 2
    assert found.quarters[0].counts == [(Rag.GREEN, 3), (Rag.AMBER, 0), (Rag.RED, 1)]


def test_every_page_says_since_of_the_close_that_referred_it_up(client, history, officer):
    client.force_login(officer)
    asked = client.get(f"{reverse('close_history')}?until={LAST.key}").content.decode()
    before = re.findall(r'data-heading="Since">(.*?)</td>', asked)

    close_history(until=LAST, today=TODAY, by=officer)

    rows = Escalation.objects.open_ones()
    assert any(row.since != row.opened_in for row in rows)
    assert sorted(html.unescape(each) for each in before) == sorted(
        str(row.opened_in) for row in rows
    )
    assert {str(row).rpartition(" since ")[2] for row in rows} == {
        str(row.opened_in) for row in rows
    }


def test_the_preview_of_what_is_left_reckons_with_what_was_closed_before(history, officer):
    close_history(until=Quarter(2011, 2), today=TODAY, by=officer)
    found = preview_history(until=LAST, today=TODAY)
    closings = close_history(until=LAST, today=TODAY, by=officer)
    assert [(each.opening, each.recovering) for each in found.quarters] == [
        (len(each.opened), len(each.recovered)) for each in closings
    ]


def test_every_quarter_is_closed_in_order_and_what_was_red_twice_is_referred_up(history, officer):
    closings = close_history(until=LAST, today=TODAY, by=officer)

    assert [each.quarter for each in closings] == list(FIRST.until(LAST)) == closed()
    pat = Escalation.objects.filter(level=Level.PAT).select_related("indicator")
    assert {(row.indicator.reference, row.opened_in, row.recovered_in) for row in pat} == {
        ("PI-1", LAST, None),
        ("PI-2", Quarter(2011, 2), Quarter(2011, 3)),
    }
    assert [each.row.quarter for each in closed_history()] == list(reversed(closed()))
    assert closed_history()[0].summary.startswith("Q4 2011/12 closed: ")


def test_as_far_as_was_chosen_and_the_rest_later(history, officer):
    close_history(until=Quarter(2011, 2), today=TODAY, by=officer)
    assert closed() == [Quarter(2011, 1), Quarter(2011, 2)]
    assert not Notice.objects.exists()
    close_history(until=LAST, today=TODAY, by=officer)
    assert closed() == list(FIRST.until(LAST))


def test_closing_again_changes_nothing(history, officer):
    close_history(until=LAST, today=TODAY, by=officer)
    before = (Escalation.objects.count(), Notice.objects.count(), AuditEvent.objects.count())
    assert close_history(until=LAST, today=TODAY, by=officer) == []
    assert before == (
        Escalation.objects.count(),
        Notice.objects.count(),
        AuditEvent.objects.count(),
    )


@pytest.mark.both_databases
def test_killed_half_way_it_goes_on_from_there(history, officer, monkeypatch):
    """The work dies at the third quarter; the job is taken up again and closes the rest."""
    request_history(until=LAST, today=TODAY, by=officer)
    whole = services.close_of_history

    def dies(*, quarter, today, by):
        if quarter == Quarter(2011, 3):
            raise KeyboardInterrupt
        return whole(quarter=quarter, today=today, by=by)

    monkeypatch.setattr(services, "close_of_history", dies)
    with pytest.raises(KeyboardInterrupt):
        jobs.run(Job.objects.get().pk)
    assert closed() == [Quarter(2011, 1), Quarter(2011, 2)]
    assert not Notice.objects.exists()

    monkeypatch.setattr(services, "close_of_history", whole)
    Job.objects.update(state=Job.State.PENDING)
    assert jobs.run(Job.objects.get().pk)

    assert closed() == list(FIRST.until(LAST))
    job = Job.objects.get()
    assert job.message.startswith("The quarters from Q1 2011/12 to Q4 2011/12 are closed: ")
    assert Notice.objects.count() == 1


def test_a_quarter_whose_close_fails_leaves_those_before_it_closed(history, officer, monkeypatch):
    def fails(*, quarter, by):
        if quarter == Quarter(2011, 2):
            raise CannotClose("Another close is running")
        return []

    monkeypatch.setattr("escalation.services.closing.rate_quarter", fails)
    with pytest.raises(CannotClose):
        close_history(until=LAST, today=TODAY, by=officer)
    assert closed() == [Quarter(2011, 1)]
    assert AuditEvent.objects.filter(act="closed quarter of history").count() == 1


# Who hears of it


def test_nobody_is_told_of_quarters_long_past_but_once_of_what_still_stands(history, officer):
    close_history(until=LAST, today=TODAY, by=officer)

    notice = Notice.objects.get()
    red = history[0]
    assert notice.recipient == red.accountable_manager
    assert notice.subject == "One of your indicators is referred up after Q4 2011/12"
    assert red.title in notice.body
    assert "Performance Assurance Team" in notice.body
    assert history[1].title not in notice.body


def test_a_manager_of_many_has_one_notice(sorp_in_force, officer):
    first = brought("GGRR")
    brought("GGRR", accountable_manager=first.accountable_manager, unit=first.unit)
    close_history(until=LAST, today=TODAY, by=officer)
    assert [each.subject for each in Notice.objects.all()] == [
        "2 of your indicators are referred up after Q4 2011/12"
    ]


def test_nobody_is_reminded_of_history_and_a_plan_is_asked_for_from_today(history, officer):
    close_history(until=LAST, today=TODAY, by=officer)
    before = Notice.objects.count()
    assert remind(today=TODAY) == 0
    assert alert_to_missing_plans(today=TODAY) == 0
    assert Notice.objects.count() == before


def test_what_is_likely_next_is_foreseen_from_the_last_quarter_alone(history, officer):
    close_history(until=LAST, today=TODAY, by=officer)
    assert set(EarlyWarning.objects.values_list("closed", flat=True)) == {LAST}


def test_a_quarter_closed_in_the_ordinary_way_tells_people_as_ever(history):
    for quarter in FIRST.until(LAST):
        close_quarter(quarter=quarter, today=TODAY, by=None)
    assert Notice.objects.filter(key__startswith="escalated-").count() > 1
    assert tell_what_stands(closed=LAST, by=holder(PostKind.PERFORMANCE_OFFICER)) == []


def test_one_quarter_is_closed_as_history_with_its_record(history, officer):
    close_of_history(quarter=FIRST, today=TODAY, by=officer)
    closing = close_of_history(quarter=Quarter(2011, 2), today=TODAY, by=officer)
    assert (closing.newly_closed, closing.tells) == (True, False)
    event = AuditEvent.objects.filter(act="closed quarter of history").first()
    assert (event.actor_name, event.detail["summary"]) == (officer.name, closing.sentence)
    assert standing_by_manager(closing.opened).keys() == {history[1].accountable_manager}


def test_what_was_done_is_said_whole_after_a_second_run_too(history, officer):
    close_history(until=Quarter(2011, 2), today=TODAY, by=officer)
    close_history(until=LAST, today=TODAY, by=officer)
    assert (Escalation.objects.count(), Escalation.objects.open_ones().count()) == (2, 1)
    assert history_sentence(since=FIRST, until=LAST) == (
        "The quarters from Q1 2011/12 to Q4 2011/12 are closed: 2 referred up, 1 of them again."
        " 1 is referred up after Q4 2011/12."
    )


# Asking for it


def test_asking_owes_a_job_and_twice_is_once(history, officer):
    job = request_history(until=LAST, today=TODAY, by=officer)
    assert (job.kind, job.arguments["since"], job.arguments["until"]) == (
        "close_history",
        "2011-Q1",
        "2011-Q4",
    )
    with pytest.raises(jobs.AlreadyAsked):
        request_history(until=LAST, today=TODAY, by=officer)


@pytest.mark.parametrize("until", [Quarter(2010, 4), Quarter(2012, 1)])
def test_a_quarter_that_is_not_of_the_history_is_refused(history, officer, until):
    with pytest.raises(Refused, match="Choose a quarter from Q1 2011/12 to Q4 2011/12"):
        request_history(until=until, today=TODAY, by=officer)


def test_where_nothing_is_open_it_is_refused_in_words(sorp_in_force, officer):
    with pytest.raises(Refused, match="No quarter of history is open"):
        request_history(until=LAST, today=TODAY, by=officer)


def test_where_no_sorp_rules_a_quarter_it_is_refused_before_anything_is_done(
    history, officer, client, monkeypatch
):
    def none_rules(quarter):
        raise NoVersionInForce(quarter)

    monkeypatch.setattr("escalation.queries.history.version_ruling", none_rules)
    with pytest.raises(Refused, match="Q1 2011/12"):
        request_history(until=LAST, today=TODAY, by=officer)
    client.force_login(officer)
    page = client.get(reverse("close_history"))
    assert "Nothing can be closed until that is done" in text_of(page)
    assert closed() == []


# The page


def test_the_page_says_what_it_will_do_then_does_it_and_says_what_it_did(client, history, officer):
    client.force_login(officer)
    page = text_of(client.get(reverse("close_history")))
    assert "What closing up to Q4 2011/12 would do" in page
    assert "Close these 4 quarters" in page
    assert "1 person is told once which indicators are then referred up" in page
    assert not closed()

    shorter = text_of(client.get(reverse("close_history"), {"until": "2011-Q2"}))
    assert "Close these 2 quarters" in shorter
    assert (
        "Nobody is told which indicators are referred up until you close the later quarters"
        in shorter
    )

    page = client.post(reverse("close_history"), {"until": "2011-Q4"}, follow=True)
    assert "The history is being closed" in text_of(page)
    assert "Your history is being closed now" in text_of(page)
    assert "Close these" not in text_of(page)
    assert jobs.run_pending() == 1

    page = text_of(client.get(reverse("close_history")))
    assert "No quarter of history is open" in page
    assert "What was done" in page
    assert "The quarters from Q1 2011/12 to Q4 2011/12 are closed" in page
    assert closed() == list(FIRST.until(LAST))


def test_a_quarter_that_is_none_of_those_listed_is_told_beside_the_box(client, history, officer):
    client.force_login(officer)
    page = client.post(reverse("close_history"), {"until": "2031-Q1"})
    assert "Choose one of the quarters listed" in text_of(page)
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (PostKind.PERFORMANCE_OFFICER, 200),
        (PostKind.ACCOUNTABLE_MANAGER, 403),
        (PostKind.DIRECTOR, 403),
        (PostKind.MEMBER, 403),
    ],
)
def test_performance_officers_alone_close_history(client, history, kind, status):
    client.force_login(holder(kind))
    assert client.get(reverse("close_history")).status_code == status


def test_the_page_asks_as_many_questions_for_one_indicator_as_for_twenty(
    client, sorp_in_force, officer, django_assert_max_num_queries
):
    client.force_login(officer)
    brought("GGRR")
    with django_assert_max_num_queries(200) as one:
        client.get(reverse("close_history"))
    for _ in range(19):
        brought("GGRR")
    with django_assert_max_num_queries(len(one)):
        client.get(reverse("close_history"))


# What came as it had been published


def test_what_had_been_published_waits_for_nobody(sorp_in_force):
    indicator = brought("GR", published="As published in scorecard.xlsx, Place!F4")
    result = indicator.results.get(quarter=FIRST)
    assert result.state == "as_published"
    revision = result.revisions.get()
    assert revision.reason == "As published in scorecard.xlsx, Place!F4"


def test_of_a_quarter_that_was_begun_it_is_a_return_like_others(sorp_in_force):
    ReportingQuarter.objects.create(quarter=FIRST, begun_at=now())
    indicator = brought("G", published="As published in scorecard.xlsx, Place!F4")
    assert indicator.results.get().state == "submitted"


def test_whoever_says_it_anew_has_it_signed_again(sorp_in_force):
    indicator = brought("GG", published="As published in scorecard.xlsx")
    submit_results(
        submissions=[ResultToSubmit(indicator, FIRST, ResultGiven(value=VALUES[Rag.RED]))],
        today=TODAY,
        by=indicator.accountable_manager,
    )
    assert [each.state for each in indicator.results.order_by("quarter")] == [
        "submitted",
        "as_published",
    ]


def test_the_close_counts_what_was_published_as_signed_off(sorp_in_force, officer):
    brought("G", published="As published in scorecard.xlsx")
    brought("G")
    assert preview_history(until=FIRST, today=TODAY).quarters[0].unsigned == 1
    assert close_history(until=FIRST, today=TODAY, by=officer)[0].unsigned == 1
