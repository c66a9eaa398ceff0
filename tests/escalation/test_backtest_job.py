"""Back-tests as work that is owed: asked for once, done once whoever dies, and kept as evidence."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from core import jobs
from core.models.audit import AuditEvent
from core.models.jobs import Job
from core.quarters import Quarter
from core.queries import last_closed
from core.refusals import Refused
from escalation import tasks
from escalation.models.backtests import Backtest
from escalation.models.escalations import Escalation
from escalation.queries.backtests import indicator_records, rules_tried
from escalation.queries.evaluation import rules_by_quarter
from escalation.rules.rule_files import DEFAULT_RULES
from escalation.rules.triggers import Rules
from escalation.services.backtests import keep_as_evidence, request_backtest, run_backtest
from escalation.services.closing import close_quarter
from indicators.models.definitions import Indicator
from organisation.rules import PostKind
from sorp.lexicon import Level, Rag
from sorp.models.statement import Version
from tests.escalation.closed_quarters import FIRST, closed_history, draft_of
from tests.escalation.conditions import trigger_of
from tests.escalation.test_closing import TODAY, measured, reported
from tests.factories import IndicatorFactory, holder, rated

pytestmark = pytest.mark.django_db
ONE_RED = Rules(
    (trigger_of("Red for two quarters", Rag.RED, 1, 1, Level.PAT, key="red-two-quarters"),)
)


@pytest.fixture(autouse=True)
def in_july(monkeypatch):
    monkeypatch.setattr(
        jobs, "notify_worker", lambda job: None
    )  # nobody is notified: the sweep finds it
    with time_machine.travel("2012-07-20 10:00 +0100", tick=False):
        yield


@pytest.fixture
def officer():
    return holder(PostKind.PERFORMANCE_OFFICER)


@pytest.fixture
def history(sorp_in_force):
    return closed_history()


def asked(by, **fields):
    given = {"name": "One red", "rules": ONE_RED, "version": None, **fields}
    return request_backtest(**given, by=by)


def acts():
    """What was done, but for the SORP that had to be there first."""
    events = AuditEvent.objects.exclude(act__contains="SORP").order_by("pk")
    return list(events.values_list("act", flat=True))


# Asking


def test_asking_keeps_the_rules_owes_a_job_and_is_recorded(history, officer):
    backtest = asked(officer)

    job = Job.objects.get()
    assert (backtest.name, backtest.asked_by, backtest.finished_at) == ("One red", officer, None)
    assert rules_tried(backtest) == ONE_RED
    assert (job.kind, job.arguments, job.requested_by) == (
        "backtest", {"backtest": backtest.pk}, officer,
    )  # fmt: skip
    assert acts() == ["asked for a back-test", "asked for a job"]


def test_asking_for_the_same_twice_is_asking_once(history, officer):
    first, again = asked(officer), asked(officer)

    assert first == again
    assert Backtest.objects.count() == Job.objects.count() == 1
    assert asked(officer, rules=DEFAULT_RULES) != first


def test_asking_again_after_its_job_failed_rings_for_it_again(history, officer):
    backtest = asked(officer)
    Job.objects.update(state=Job.State.FAILED)

    assert asked(officer) == backtest
    assert list(Job.objects.values_list("state", flat=True)) == ["pending", "failed"]


def test_a_back_test_without_a_name_is_refused(history, officer):
    with pytest.raises(Refused, match="Give the back-test a name") as refusal:
        asked(officer, name="  ")

    assert refusal.value.field == "name"

    assert not Backtest.objects.exists()
    assert acts() == []


def test_before_a_quarter_is_closed_there_is_nothing_to_replay(sorp_in_force, officer):
    with pytest.raises(Refused, match="No quarter is closed yet"):
        asked(officer)
    unheard = Backtest.objects.create(name="One red", rules={}, asked_by=officer)

    with pytest.raises(Refused, match="No quarter is closed yet"):
        run_backtest(asked=unheard)


# The job


def test_the_job_writes_what_was_found_and_says_it(history, officer):
    backtest = asked(officer)

    assert jobs.run_pending() == 1

    backtest.refresh_from_db()
    job = Job.objects.get()
    assert job.state == Job.State.DONE
    assert job.message == f"“One red” is finished. {backtest.found['summary'][0]}"
    assert (job.done, job.total) == (2, 2)
    # PI-2 was red once: gained. PI-1 reaches PAT one quarter sooner: moved. DMT's are all lost.
    pat = next(each for each in backtest.found["levels"] if each["level"] == "pat")
    assert (pat["before"], pat["after"], pat["gained"], pat["lost"], pat["moved"]) == (
        1,
        2,
        1,
        0,
        1,
    )
    assert acts()[-1] == "finished a back-test"


def test_a_back_test_changes_nothing_that_stands(history, officer):
    before = list(Escalation.objects.values())
    asked(officer)
    jobs.run_pending()

    assert list(Escalation.objects.values()) == before


def test_running_twice_finds_it_finished_and_changes_nothing(history, officer):
    backtest = asked(officer)
    told = tasks.run_backtest_as_job(progress=lambda *said: None, backtest=backtest.pk)
    once = Backtest.objects.values().get()
    events = acts()

    with time_machine.travel("2012-08-20", tick=False):
        again = tasks.run_backtest_as_job(progress=lambda *said: None, backtest=backtest.pk)

    assert again == told
    assert Backtest.objects.values().get() == once
    assert acts() == events


def test_a_run_that_was_killed_half_way_leaves_it_owed_and_another_finishes_it(
    history, officer, settings
):
    """The worker is heard of no more after the first indicator: nothing is written of it."""

    class Killed(BaseException):
        pass

    def killed(done, total, doing=""):
        if done == 1 and total == 2:
            raise Killed

    backtest = asked(officer)
    job = Job.objects.get()
    Job.objects.update(state=Job.State.RUNNING, attempts=1, leased_until=now() - timedelta(days=1))
    with pytest.raises(Killed):
        tasks.run_backtest_as_job(progress=killed, backtest=backtest.pk)

    backtest.refresh_from_db()
    assert (backtest.finished_at, backtest.found) == (None, None)
    assert list(Job.objects.pending()) == [job]

    assert jobs.run_pending() == 1

    backtest.refresh_from_db()
    assert backtest.found["indicators"] == 2
    assert acts().count("finished a back-test") == 1


def test_of_two_runs_at_once_the_first_to_finish_writes(history, officer):
    backtest = asked(officer)
    stale = Backtest.objects.get()
    run_backtest(asked=backtest)
    found = Backtest.objects.values().get()

    run_backtest(asked=stale)

    assert Backtest.objects.values().get() == found
    assert acts().count("finished a back-test") == 1


def test_a_quarter_that_no_sorp_rules_fails_the_job_in_words(history, officer):
    rated(Indicator.objects.first(), "G", since=Quarter(2009, 4))
    asked(officer)

    jobs.run_pending()

    job = Job.objects.get()
    assert job.state == Job.State.FAILED
    assert job.message.startswith("No version of the SORP is in force for Q4 2009/10")
    assert Backtest.objects.get().finished_at is None


def test_progress_is_told_a_bounded_number_of_times(history, officer, monkeypatch):
    """A thousand indicators are not a thousand rows written."""
    for number in range(3, 123):
        rated(IndicatorFactory(reference=f"PI-{number}", accountable_manager=officer), "G")
    told = []
    run_backtest(asked=asked(officer), progress=lambda *said: told.append(said))

    assert told[0] == (0, 1, "Reading every closed quarter")
    assert told[-1] == (122, 122, "Replaying the history of each indicator")
    assert len(told) <= 45


# What it reads


def test_it_asks_no_more_for_twenty_indicators_than_for_two(history, officer):
    def queries_for(expected):
        with CaptureQueriesContext(connection) as queries:
            assert len(indicator_records(until=history, today=history.last_day)) == expected
        return len(queries)

    for_two = queries_for(2)
    for place in range(18):
        rated(IndicatorFactory(reference=f"PX-{place}", accountable_manager=officer), "RRG")

    assert queries_for(20) == for_two <= 9


def test_the_record_it_is_held_against_is_what_closing_wrote(sorp_in_force, officer):
    """Three quarters closed by the service itself: replaying them gives exactly what it wrote."""
    indicator = measured()
    last = reported(indicator, "RRG")
    close_quarter(quarter=last, today=TODAY, by=None)
    backtest = asked(officer, rules=rules_by_quarter()(last_closed()))

    run_backtest(asked=backtest)

    written = Escalation.objects.count()
    assert backtest.found["agreement"]["sentence"] == (
        "Replaying the rules in force gives exactly the one escalation on record."
    )
    assert backtest.found["agreement"]["recorded"] == written == 1
    assert backtest.found["gained"] == backtest.found["lost"] == backtest.found["moved"] == []


def test_what_a_person_referred_up_is_read_apart(history, officer):
    fields = {
        "sorp_version": Version.objects.get(), "trigger": "Referred", "reason": "It is grave",
        "since": FIRST, "opened_in": FIRST,
        "recorded_in": FIRST,
    }  # fmt: skip
    one, _ = Indicator.objects.order_by("reference")
    by_rule = Escalation.objects.create(
        indicator=one, level=Level.DIRECTORATE, trigger_key="red", **fields
    )
    Escalation.objects.create(
        indicator=one,
        level=Level.PAT,
        origin="manual",
        referred_from=by_rule,
        referred_by=officer,
        **fields,
    )

    subject, _ = indicator_records(until=history, today=history.last_day)

    assert [each.level for each in subject.recorded] == [Level.DIRECTORATE]
    assert [each.level for each in subject.referred] == [Level.PAT]


# Evidence


def test_it_is_kept_as_evidence_on_a_draft_with_whether_its_rules_differ(history, officer):
    version = draft_of()
    same = asked(officer, version=version)
    other = asked(officer, name="Defaults", rules=DEFAULT_RULES)
    jobs.run_pending()

    keep_as_evidence(backtest=same, version=version, by=officer)
    kept = keep_as_evidence(backtest=other, version=version, by=officer)

    assert (kept.is_evidence, kept.version) == (True, version)
    first, second = AuditEvent.objects.filter(act="kept a back-test as evidence").order_by("pk")
    assert (first.actor, first.detail["version"], first.detail["differs"]) == (officer, "2.0", [])
    assert second.detail["differs"][0].startswith("“Red for two quarters” is changed from:")


def test_keeping_it_twice_keeps_it_once(history, officer):
    version, backtest = draft_of(), asked(officer)
    jobs.run_pending()
    keep_as_evidence(backtest=backtest, version=version, by=officer)
    events = acts()

    keep_as_evidence(backtest=backtest, version=version, by=officer)

    assert acts() == events


def test_what_is_not_finished_is_no_evidence(history, officer):
    backtest = asked(officer)

    with pytest.raises(Refused, match="not finished"):
        keep_as_evidence(backtest=backtest, version=draft_of(), by=officer)


def test_evidence_on_one_version_is_not_taken_for_another(history, officer):
    first = draft_of("2.0")
    backtest = asked(officer)
    jobs.run_pending()
    keep_as_evidence(backtest=backtest, version=first, by=officer)

    with pytest.raises(Refused, match=r"kept already, as evidence on .* version 2\.0"):
        keep_as_evidence(backtest=backtest, version=draft_of("3.0"), by=officer)


def test_a_version_that_is_settled_takes_no_more_evidence(history, officer, sorp_in_force):
    backtest = asked(officer)
    jobs.run_pending()

    with pytest.raises(Refused, match="is settled"):
        keep_as_evidence(backtest=backtest, version=sorp_in_force, by=officer)

    assert not Backtest.objects.get().is_evidence


def test_only_evidence_is_seen_by_those_outside_the_performance_team(history, officer):
    staff, member = holder(PostKind.STAFF), holder(PostKind.MEMBER)
    backtest = asked(officer)
    jobs.run_pending()

    def seen(person):
        return list(Backtest.objects.visible_to(person))

    assert (seen(officer), seen(staff), seen(member)) == ([backtest], [], [])

    keep_as_evidence(backtest=backtest, version=draft_of(), by=officer)

    assert (seen(officer), seen(staff), seen(member)) == ([backtest], [backtest], [])
