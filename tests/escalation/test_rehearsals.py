"""A rehearsal: asked for once, done once whoever dies, read on its page, thrown away; changes nothing."""

import html
import re
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now

from core import jobs
from core.models.audit import AuditEvent
from core.models.jobs import Job
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.refusals import Refused
from dashboards.queries.set_up import set_up
from escalation import tasks
from escalation.models.escalations import Escalation
from escalation.models.rehearsals import Rehearsal
from escalation.queries.rehearsals import rehearsals_kept, rehearsed_indicators
from escalation.services.closing import close_quarter
from escalation.services.rehearsals import (
    request_rehearsal,
    run_rehearsal,
    throw_away,
)
from organisation.rules import PostKind
from sorp.lexicon import Level, Travel, TravelMethod
from sorp.models.statement import Version
from tests.escalation.closed_quarters import closed_history, draft_of
from tests.escalation.test_closing import TODAY, measured, reported, submit
from tests.factories import IndicatorFactory, RatingFactory, TargetFactory, holder, rated

pytestmark = pytest.mark.django_db
LAST = Quarter(2011, 3)
MAY_CHANGE = {"escalation.Rehearsal", "core.Job", "core.AuditEvent"}


@pytest.fixture(autouse=True)
def in_july(monkeypatch):
    monkeypatch.setattr(jobs, "notify_worker", lambda job: None)
    with time_machine.travel("2012-07-20 10:00 +0100", tick=False):
        yield


@pytest.fixture
def officer():
    return holder(PostKind.PERFORMANCE_OFFICER)


@pytest.fixture
def history(sorp_in_force):
    """PI-1 red, red, green; PI-2 green, red, green; PI-3 green, green, red."""
    last = closed_history()
    calls = {"reference": "PI-3", "title": "Calls", "layer": "core"}
    rated(TargetFactory(indicator=IndicatorFactory(**calls)).indicator, "GGR")
    return last


@pytest.fixture
def draft(history):
    """A draft that refers to PAT whatever is red once."""
    return draft_of()


def acts():
    events = AuditEvent.objects.filter(subject_kind="escalation.Rehearsal").order_by("pk")
    return list(events.values_list("act", flat=True))


def everything_else():
    """Every row of every table of ours but those a rehearsal may write."""
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values())
        for model in apps.get_models(include_auto_created=True)
        if model._meta.label not in MAY_CHANGE
    }


def text_of(response):
    words = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", response.content.decode(), flags=re.S)
    return " ".join(html.unescape(words).split())


# Asking


def test_asking_owes_a_job_for_the_last_closed_quarter_and_is_recorded(draft, officer):
    rehearsal = request_rehearsal(version=draft, by=officer)

    job = Job.objects.get()
    assert (rehearsal.version, rehearsal.quarter, rehearsal.asked_by) == (draft, LAST, officer)
    assert rehearsal.found is None
    assert (job.kind, job.arguments) == ("rehearsal", {"rehearsal": rehearsal.pk})
    assert acts() == ["asked for a rehearsal"]


def test_asking_twice_is_asking_once_and_asks_again_where_the_job_failed(draft, officer):
    first = request_rehearsal(version=draft, by=officer)
    assert request_rehearsal(version=draft, by=officer) == first
    assert Job.objects.count() == 1

    Job.objects.update(state=Job.State.FAILED)

    assert request_rehearsal(version=draft, by=officer) == first
    assert Rehearsal.objects.count() == 1
    assert list(Job.objects.values_list("state", flat=True)) == ["pending", "failed"]


@pytest.mark.both_databases
def test_the_database_holds_one_unfinished_rehearsal_of_a_version_and_quarter(draft, officer):
    fields = {"version": draft, "quarter": LAST, "asked_by": officer}
    Rehearsal.objects.create(**fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        Rehearsal.objects.create(**fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        Rehearsal.objects.create(**fields, finished_at=now())


def test_of_two_who_ask_in_the_same_moment_the_second_gets_the_first_s(draft, officer, monkeypatch):
    first = request_rehearsal(version=draft, by=officer)
    monkeypatch.setattr("escalation.services.rehearsals._unfinished", lambda *given: None)

    assert request_rehearsal(version=draft, by=officer) == first
    assert acts() == ["asked for a rehearsal"]


def test_where_no_quarter_is_closed_it_is_refused_in_words(sorp_in_force, officer):
    with pytest.raises(Refused, match="No quarter is closed yet"):
        request_rehearsal(version=sorp_in_force, by=officer)

    assert not Rehearsal.objects.exists()


def test_a_superseded_version_is_refused(history, officer, sorp_in_force):
    sorp_in_force.state = Version.State.SUPERSEDED

    with pytest.raises(Refused, match="replaced and will not be in force again") as refusal:
        request_rehearsal(version=sorp_in_force, by=officer)
    assert refusal.value.field == "version"


def test_a_draft_that_cannot_be_read_is_refused_when_asked_for_and_when_run(
    draft, officer, monkeypatch
):
    rehearsal = request_rehearsal(version=draft, by=officer)

    def refuse(version):
        raise ValueError("“Red” asks for 3 of 2 quarters")

    monkeypatch.setattr("escalation.services.rehearsals.version_rules", refuse)

    with pytest.raises(Refused, match="cannot be rehearsed as it is now: “Red” asks for 3 of 2"):
        request_rehearsal(version=draft, by=officer)
    jobs.run_pending()

    rehearsal.refresh_from_db()
    assert rehearsal.found is None
    assert Job.objects.get().state == Job.State.FAILED
    assert "cannot be rehearsed as it is now" in Job.objects.get().message


# The job


def test_a_draft_is_rehearsed_and_says_what_it_would_do(draft, officer):
    rehearsal = request_rehearsal(version=draft, by=officer)

    assert jobs.run_pending() == 1

    rehearsal.refresh_from_db()
    job = Job.objects.get()
    assert job.state == Job.State.DONE
    assert job.message == "The rehearsal of Q3 2011/12 under version 2.0 is finished."
    assert (job.done, job.total) == (3, 3)
    assert [(row["reference"], row["against"]) for row in rehearsal.found["opened"]] == [
        ("PI-3", "only_now")
    ]
    assert rehearsal.found["ratings"] == {"red": 1, "amber": 0, "green": 2, "not_rated": 0}
    assert acts() == ["asked for a rehearsal", "finished a rehearsal"]


@pytest.mark.both_databases
def test_nothing_but_the_rehearsal_its_job_and_the_record_is_written(sorp_in_force, officer):
    """Quarters closed by the service itself: with notices, explanations, forecasts, warnings."""
    for picture in ("RRG", "GRR", "AAA"):
        last = reported_beside(picture)
    close_quarter(quarter=last, today=TODAY, by=None)
    version = draft_of()
    before = everything_else()
    assert sum(map(bool, before.values())) > 15

    for each in (version, sorp_in_force):
        request_rehearsal(version=each, by=officer)
    assert jobs.run_pending() == 2
    assert everything_else() == before

    for each in Rehearsal.objects.all():
        throw_away(rehearsal=each, by=officer)
    assert everything_else() == before
    assert not Rehearsal.objects.exists()


def reported_beside(picture):
    """One more indicator, reported in quarters of which all but the last are closed by the first."""
    indicator = measured()
    quarter = Quarter(2011, 1)
    if not ReportingQuarter.objects.exists():
        return reported(indicator, picture)
    for letter in picture[:-1]:
        RatingFactory(
            indicator=indicator,
            quarter=quarter,
            rag={"R": "red", "A": "amber", "G": "green"}[letter],
        )
        quarter = quarter.next()
    submit(indicator, quarter, picture[-1])
    return quarter


def test_the_version_that_ruled_gives_exactly_what_its_close_did(sorp_in_force, officer):
    last = reported(measured(), "RRG")
    other = measured()
    RatingFactory(indicator=other, quarter=Quarter(2011, 2), rag="red")
    submit(other, last, "R")
    close_quarter(quarter=last, today=TODAY, by=None)
    assert Escalation.objects.filter(opened_in=last).exists()
    rehearsal = request_rehearsal(version=sorp_in_force, by=officer)

    run_rehearsal(asked=rehearsal)

    rehearsal.refresh_from_db()
    rows = rehearsal.found["opened"] + rehearsal.found["recovered"]
    assert len(rows) >= 2
    assert {row["against"] for row in rows} == {"same"}
    assert rehearsal.found["travel"] == []


def test_a_run_that_was_killed_half_way_leaves_it_owed_and_another_finishes_it(draft, officer):
    class Killed(BaseException):
        pass

    def killed(done, total, doing=""):
        if done == 1 and total == 3:
            raise Killed

    rehearsal = request_rehearsal(version=draft, by=officer)
    Job.objects.update(state=Job.State.RUNNING, attempts=1, leased_until=now() - timedelta(days=1))
    before = everything_else()
    with pytest.raises(Killed):
        tasks.run_rehearsal_as_job(progress=killed, rehearsal=rehearsal.pk)

    rehearsal.refresh_from_db()
    assert (rehearsal.finished_at, rehearsal.found) == (None, None)
    assert everything_else() == before
    assert acts() == ["asked for a rehearsal"]

    assert jobs.run_pending() == 1

    rehearsal.refresh_from_db()
    assert rehearsal.found["indicators"] == 3
    assert acts().count("finished a rehearsal") == 1


def test_running_twice_or_twice_at_once_does_it_once(draft, officer):
    rehearsal = request_rehearsal(version=draft, by=officer)
    stale = Rehearsal.objects.get()
    run_rehearsal(asked=rehearsal)
    once = Rehearsal.objects.values().get()

    with time_machine.travel("2012-07-25", tick=False):
        run_rehearsal(asked=stale)
        told = tasks.run_rehearsal_as_job(progress=lambda *said: None, rehearsal=rehearsal.pk)

    assert told == "The rehearsal of Q3 2011/12 under version 2.0 is finished."
    assert Rehearsal.objects.values().get() == once
    assert acts().count("finished a rehearsal") == 1


def test_one_thrown_away_meanwhile_is_not_written(draft, officer):
    rehearsal = request_rehearsal(version=draft, by=officer)

    def thrown_away(done, total, doing=""):
        throw_away(rehearsal=rehearsal, by=officer)

    run_rehearsal(asked=rehearsal, progress=thrown_away)

    assert not Rehearsal.objects.exists()
    assert jobs.run_pending() == 1
    assert Job.objects.get().message == "This rehearsal was deleted."
    assert acts() == ["asked for a rehearsal", "threw away a rehearsal"]


# What it reads


def test_travel_is_found_by_the_version_s_method_where_that_is_another(sorp_in_force):
    indicator = measured()
    last = reported(indicator, "RRG")
    close_quarter(quarter=last, today=TODAY, by=None)

    def travel_by(method):
        [found] = rehearsed_indicators(quarter=last, travel_method=method)
        return found.figure.travel, found.travel

    assert travel_by(TravelMethod.REGRESSION) == (Travel.NOT_ENOUGH_DATA,) * 2
    assert travel_by(TravelMethod.PREVIOUS) == (Travel.NOT_ENOUGH_DATA, Travel.IMPROVING)


def test_it_asks_no_more_for_twenty_indicators_than_for_one(sorp_in_force, officer):
    last = rated(TargetFactory(indicator__reference="PX-0").indicator, "RRG")

    def queries_for(expected):
        with CaptureQueriesContext(connection) as queries:
            found = rehearsed_indicators(quarter=last, travel_method=TravelMethod.PREVIOUS)
        assert len(found) == expected
        return len(queries)

    for_one = queries_for(1)
    for place in range(1, 20):
        indicator = TargetFactory(indicator__reference=f"PX-{place}").indicator
        rated(indicator, "RR")
        RatingFactory(indicator=indicator, quarter=last, rag="green", value=Decimal(90))

    assert queries_for(20) == for_one <= 10


def test_progress_is_told_a_bounded_number_of_times(draft, officer):
    for number in range(4, 124):
        rated(IndicatorFactory(reference=f"PI-{number}", accountable_manager=officer), "GGG")
    told = []
    rehearsal = request_rehearsal(version=draft, by=officer)
    run_rehearsal(asked=rehearsal, progress=lambda *said: told.append(said))

    assert told[0] == (0, 1, "Reading Q3 2011/12")
    assert told[-1] == (123, 123, "Closing the quarter again for each indicator")
    assert len(told) <= 45


# Throwing away


def test_throwing_away_is_recorded_and_twice_is_once(draft, officer):
    rehearsal = request_rehearsal(version=draft, by=officer)
    same = Rehearsal.objects.get()
    throw_away(rehearsal=rehearsal, by=officer)
    throw_away(rehearsal=same, by=officer)

    assert not Rehearsal.objects.exists()
    assert acts() == ["asked for a rehearsal", "threw away a rehearsal"]


@pytest.mark.parametrize(("days", "gone"), [(29, 0), (30, 0), (31, 1)])
def test_after_thirty_days_it_goes_by_itself_and_once(draft, officer, days, gone):
    request_rehearsal(version=draft, by=officer)
    jobs.run_pending()

    with time_machine.travel(now() + timedelta(days=days), tick=False):
        assert tasks.throw_away_old_rehearsals() == gone
        assert tasks.throw_away_old_rehearsals() == 0

    assert Rehearsal.objects.count() == 1 - gone


# The pages


@pytest.fixture
def page(client, officer):
    client.force_login(officer)

    def get(name, *args):
        return client.get(reverse(name, args=args))

    return get


def test_an_officer_starts_one_reads_it_and_throws_it_away(client, page, draft):
    listed = text_of(page("set_up_rehearsal"))
    assert "Version 2.0 (draft)" in listed
    assert "No rehearsal is kept" in listed

    started = client.post(reverse("set_up_rehearsal"), {"version": draft.pk})
    rehearsal = Rehearsal.objects.get()
    assert started.url == reverse("rehearsal", args=[rehearsal.pk])
    assert "is being closed again as a rehearsal" in text_of(page("rehearsal", rehearsal.pk))
    jobs.run_pending()

    read = text_of(page("rehearsal", rehearsal.pk))
    assert "1 escalation would open under version 2.0, and did not." in read
    assert "Calls" in read
    assert "Only under this version" in read
    assert "kept until you delete it, or until 19 August 2012" in read
    assert "Finished" in text_of(page("set_up_rehearsal"))

    gone = client.post(reverse("throw_away_rehearsal", args=[rehearsal.pk]), follow=True)
    assert "is deleted. Nothing else has changed." in text_of(gone)
    assert page("rehearsal", rehearsal.pk).status_code == 404


def test_what_could_be_called_in_follows_what_would_stand_open(client, page, draft, officer):
    """What is green, and on record before PAT, would have recovered; what is red would be escalated."""
    indicator = TargetFactory(indicator__reference="PI-9", indicator__title="Potholes").indicator
    last = rated(indicator, "RRG")
    Escalation.objects.create(
        indicator=indicator,
        level=Level.PAT,
        trigger_key="red",
        trigger="Red",
        reason="Red twice.",
        sorp_version=Version.objects.exclude(pk=draft.pk).get(),
        since=last.back(2),
        opened_in=last.previous(),
        recorded_in=last,
    )
    rehearsal = request_rehearsal(version=draft, by=officer)
    jobs.run_pending()

    read = text_of(page("rehearsal", rehearsal.pk))

    assert "Potholes Referred up Not eligible" in read
    assert "Calls Red now Referred up" in read
    assert "The chair could call in 1 indicator; 1 more could be called in then." in read


def test_a_draft_changed_since_says_so(page, draft, officer):
    rehearsal = request_rehearsal(version=draft, by=officer)
    jobs.run_pending()
    assert "has been changed since" not in text_of(page("rehearsal", rehearsal.pk))

    Version.objects.filter(pk=draft.pk).update(edition=2)

    assert "Version 2.0 has been changed since." in text_of(page("rehearsal", rehearsal.pk))


def test_a_rehearsal_that_failed_says_why_and_can_be_started_again(client, page, draft, officer):
    rehearsal = request_rehearsal(version=draft, by=officer)
    Job.objects.update(state=Job.State.FAILED, message="The disk is full.")

    read = text_of(page("rehearsal", rehearsal.pk))
    assert "could not be finished. The disk is full." in read

    again = client.post(reverse("rehearsal", args=[rehearsal.pk]))
    assert again.url == reverse("rehearsal", args=[rehearsal.pk])
    jobs.run_pending()
    assert "would open under version 2.0" in text_of(page("rehearsal", rehearsal.pk))


def test_where_no_quarter_is_closed_the_page_says_so_and_takes_nothing(client, page, sorp_in_force):
    assert "No quarter is closed yet" in text_of(page("set_up_rehearsal"))

    refused = client.post(reverse("set_up_rehearsal"), {"version": sorp_in_force.pk})

    assert refused.status_code == 200
    assert "Come back once the first is closed" in text_of(refused)


@pytest.mark.parametrize(
    ("typed", "said"),
    [("", "Select the version to rehearse"), ("999", "from the list"), ("x", "from the list")],
)
def test_no_version_or_none_there_is_is_refused_in_words(client, page, draft, typed, said):
    refused = client.post(reverse("set_up_rehearsal"), {"version": typed})

    assert said in text_of(refused)
    assert not Rehearsal.objects.exists()


def test_the_list_asks_no_more_for_twenty_than_for_one(draft, officer):
    def queries_for(number):
        Rehearsal.objects.all().delete()
        for _ in range(number - 1):
            Rehearsal.objects.create(
                version=draft,
                quarter=LAST,
                asked_by=officer,
                finished_at=now(),
                found={"summary": []},
            )
        Rehearsal.objects.create(version=draft, quarter=LAST, asked_by=officer)
        with CaptureQueriesContext(connection) as queries:
            lines = rehearsals_kept()
            assert [str(each.rehearsal) for each in lines] == [
                "Q3 2011/12 under version 2.0"
            ] * number
            assert {each.rehearsal.asked_by.name for each in lines} == {officer.name}
        return len(queries)

    assert queries_for(1) == queries_for(20) <= 2


def test_the_page_asks_no_more_for_twenty_indicators_than_for_one(page, draft, officer):
    def queries_for(rehearsal):
        with CaptureQueriesContext(connection) as queries:
            assert page("rehearsal", rehearsal.pk).status_code == 200
        return len(queries)

    few = request_rehearsal(version=draft, by=officer)
    jobs.run_pending()
    page("rehearsal", few.pk)
    for_few = queries_for(few)
    for number in range(20):
        rated(TargetFactory(indicator__reference=f"PX-{number}").indicator, "GGR")
    many = request_rehearsal(version=draft, by=officer)
    jobs.run_pending()

    many.refresh_from_db()
    assert len(many.found["opened"]) == 21
    assert queries_for(many) == for_few


def test_the_step_of_the_set_up_counts_whether_one_was_run_though_it_is_thrown_away(draft, officer):
    def step():
        found = set_up(today=now().date()).steps
        return next(each for each in found if each.key == "rehearsal")

    assert step().missing == ["Q3 2011/12 has not been rehearsed under any version of the SORP"]
    assert ("Rehearse a quarter", reverse("set_up_rehearsal")) in step().pages

    rehearsal = request_rehearsal(version=draft, by=officer)
    jobs.run_pending()
    throw_away(rehearsal=rehearsal, by=officer)

    assert step().missing == []
    assert step().stands == "Q3 2011/12 was rehearsed under version 2.0 on 20 July 2012"
