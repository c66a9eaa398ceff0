"""Two ways to run, one code: the service's own processes, driven over HTTP and through the broker."""

import re
import sqlite3
import sys
from contextlib import closing

import psycopg2
import pytest
from celery import Celery

from tests import databases
from tests.service.processes import Browser, Service
from tests.services import PATIENCE, wait_until

LEASE = 8  # seconds; a worker renews it three times in that


class Asker:
    """Asks the service's database, from outside."""

    def __init__(self, address):
        self.address = address

    def __call__(self, question):
        with closing(self.connect()) as line:
            cursor = line.cursor()
            cursor.execute(question)
            return [row[0] for row in cursor.fetchall()]

    def connect(self):
        if self.address.startswith("sqlite:///"):
            return sqlite3.connect(self.address.removeprefix("sqlite:///"), timeout=PATIENCE)
        return psycopg2.connect(self.address)

    def acts(self, act):
        return self(f"SELECT subject_name FROM core_auditevent WHERE act = '{act}' ORDER BY id")


def founded(folder, **environment):
    """A service with a migrated database and a small council in it; nothing runs yet."""
    service = Service(folder, **environment)
    service.ask = Asker(environment["DATABASE_URL"])
    service.run_process("migrate")
    service.environment["DJANGO_SETTINGS_MODULE"] = "kcc_perf.settings"
    service.officer = service.run(sys.executable, "-m", "tests.service.council").strip()
    return service


@pytest.fixture(scope="module")
def service(postgresql, redis_address, static_root, tmp_path_factory):
    """Web, worker and beat on PostgreSQL and Redis, as deploy/processes starts them."""
    service = founded(
        tmp_path_factory.mktemp("service"),
        DATABASE_URL=postgresql,
        REDIS_URL=redis_address,
        STATIC_ROOT=static_root,
        JOB_LEASE_SECONDS=str(LEASE),
        JOB_SWEEP_SECONDS="1",
    )
    try:
        for name in ("web", "worker", "beat"):
            service.start(name)
        service.wait_ready()
        yield service
    finally:
        service.stop()


@pytest.fixture
def broker(redis_address):
    with Celery(broker=redis_address, set_as_current=False) as app:
        yield app


def ask_to_close(service, quarter):
    browser = Browser(service)
    browser.sign_in(service.officer)
    return browser.post(f"/quarters/{quarter}/close/", browser.get("/quarters/"))


def job_state(service, quarter):
    return service.ask(
        f"SELECT state FROM core_job WHERE key = 'close-{quarter}' ORDER BY id DESC LIMIT 1"
    )


def wait_for_close(service, quarter):
    def finished():
        return job_state(service, quarter)[:1] in (["done"], ["failed"])

    try:
        wait_until(finished, f"the close of {quarter}")
    except AssertionError as waited:
        raise AssertionError(f"{waited}\n{service.logs()}") from None


def closed(service, quarter):
    """The service, with this quarter closed as people close it, if it was not."""
    if job_state(service, quarter) != ["done"]:
        ask_to_close(service, quarter)
        wait_for_close(service, quarter)
    assert job_state(service, quarter) == ["done"], service.logs()
    return service


@pytest.mark.service
def test_each_process_is_well_and_says_so(service):
    for name in ("web", "worker", "beat"):
        wait_until(lambda name=name: service.is_healthy(name), f"{name} to be well")
    assert not service.is_healthy("worker", WORKER_NAME="celery@nobody")
    assert not service.is_healthy("beat", BEAT_SCHEDULE_FILE="/nowhere/schedule")
    assert not service.is_healthy("web", BIND="127.0.0.1:9")


@pytest.mark.service
def test_a_quarter_asked_for_on_a_page_is_closed_by_the_worker(service):
    page = ask_to_close(service, "2011-Q2")
    wait_for_close(service, "2011-Q2")

    assert "is being closed" in page
    assert job_state(service, "2011-Q2") == ["done"]
    assert service.ask.acts("closed quarter") == ["Q1 2011/12", "Q2 2011/12"]
    opened = service.ask(
        "SELECT i.reference FROM escalation_escalation e JOIN indicators_indicator i"
        " ON i.id = e.indicator_id WHERE e.level = 'pat' ORDER BY 1"
    )
    assert opened == ["PI-1", "PI-2"]
    browser = Browser(service)
    browser.sign_in(service.officer)
    register = browser.get("/escalations/")
    assert "Seen in time 1" in register
    assert "Seen in time 3" not in register


@pytest.mark.service
def test_what_the_close_owed_is_sent_by_beat_and_worker_once(service):
    closed(service, "2011-Q2")
    wait_until(lambda: _all_notices_are_sent(service), "the notices to be sent")

    keys = service.ask("SELECT key FROM core_notice ORDER BY key")
    posted = re.findall(r"^Subject: .*referred to", service.post(), re.M)
    assert len(keys) == len(service.ask.acts("sent notice")) == len(posted) == 2


@pytest.mark.service
def test_a_close_that_is_delivered_twenty_times_is_one_close(service, broker):
    closed(service, "2011-Q2")
    (job,) = service.ask("SELECT id FROM core_job WHERE key = 'close-2011-Q2'")
    before = service.ask("SELECT count(*) FROM core_auditevent WHERE act <> 'sent notice'")

    for _ in range(20):
        broker.send_task("core.tasks.run_job", [job])
        broker.send_task("escalation.tasks.close_quarter", ["2011-Q2"])
    wait_until(lambda: _taken(broker, "escalation.tasks.close_quarter") == 20, "twenty closes")
    wait_until(lambda: _queue_is_empty(broker), "the queue to be empty")

    after = service.ask("SELECT count(*) FROM core_auditevent WHERE act <> 'sent notice'")
    assert after == before
    assert service.ask("SELECT count(*) FROM escalation_escalation WHERE level = 'pat'") == [2]


def _taken(broker, task):
    """How many of these tasks the worker has taken on."""
    answers = broker.control.inspect(timeout=2).stats() or {}
    return sum(answer["total"].get(task, 0) for answer in answers.values())


def _queue_is_empty(broker):
    with broker.connection_or_acquire() as line:
        client = line.default_channel.client
        return not client.llen("celery") and not client.hlen("unacked")


@pytest.mark.service
def test_a_worker_killed_half_way_through_a_close_costs_only_time(service):
    """The close is held half-way, at its first notice, and the worker is killed there.

    What the close before owed is sent first, or it would be that which waits.
    """
    closed(service, "2011-Q2")
    wait_until(lambda: _all_notices_are_sent(service), "the notices to be sent")
    with closing(service.ask.connect()) as other:
        other.cursor().execute("LOCK TABLE core_notice IN SHARE MODE")
        ask_to_close(service, "2011-Q3")
        wait_until(lambda: _waits_for_notices(service), "the close to be half-way")
        assert job_state(service, "2011-Q3") == ["running"]
        service.kill("worker")
        other.rollback()

    assert service.ask.acts("closed quarter") == ["Q1 2011/12", "Q2 2011/12"]
    service.start("worker")
    wait_for_close(service, "2011-Q3")

    assert job_state(service, "2011-Q3") == ["done"]
    attempts = service.ask("SELECT attempts FROM core_job WHERE key = 'close-2011-Q3'")
    assert attempts == [2]
    assert service.ask.acts("closed quarter") == ["Q1 2011/12", "Q2 2011/12", "Q3 2011/12"]
    opened = "SELECT count(*) FROM escalation_escalation WHERE opened_in = '2011-10-01'"
    assert service.ask(opened) == [1], "amber for three quarters, and nothing twice"
    wait_until(lambda: _all_notices_are_sent(service), "the notices to be sent")
    notices = service.ask("SELECT count(*) FROM core_notice")
    assert notices == [4]
    assert len(service.ask.acts("sent notice")) == 4


def _all_notices_are_sent(service):
    return not service.ask("SELECT key FROM core_notice WHERE sent_at IS NULL")


def _waits_for_notices(service):
    return service.ask(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        " AND wait_event_type = 'Lock' AND query LIKE '%core_notice%'"
    )


@pytest.mark.service
def test_a_job_of_which_no_worker_was_notified_is_made_good_by_beat(service):
    """The row alone, as when the broker was away when it was written."""
    closed(service, "2011-Q3")
    with closing(service.ask.connect()) as line:
        line.cursor().execute(
            "INSERT INTO core_job (kind, arguments, key, state, done, total, message,"
            " attempts, requested_at) VALUES ('close_quarter', '{\"quarter\": \"2011-Q4\"}',"
            " 'close-2011-Q4', 'pending', 0, 0, '', 0, now())"
        )
        line.commit()

    wait_for_close(service, "2011-Q4")

    assert job_state(service, "2011-Q4") == ["done"]


@pytest.fixture(scope="module")
def embedded(static_root, tmp_path_factory):
    """One web process on a SQLite file; no broker, no worker, no beat."""
    folder = tmp_path_factory.mktemp("embedded")
    service = founded(
        folder,
        DATABASE_URL=databases.sqlite_copy(folder / "kcc_perf.sqlite3"),
        REDIS_URL="",
        STATIC_ROOT=static_root,
        WEB_WORKERS="1",
        JOB_LEASE_SECONDS=str(LEASE),
        JOB_SWEEP_SECONDS="1",
    )
    try:
        service.start("web")
        service.wait_ready()
        yield service
    finally:
        service.stop()


def test_embedded_a_quarter_asked_for_on_a_page_is_closed_in_the_web_process(embedded):
    ask_to_close(embedded, "2011-Q2")
    wait_for_close(embedded, "2011-Q2")

    assert job_state(embedded, "2011-Q2") == ["done"], embedded.logs()
    assert embedded.ask.acts("closed quarter") == ["Q1 2011/12", "Q2 2011/12"]
    wait_until(lambda: len(embedded.ask.acts("sent notice")) == 2, "the notices to be sent")


def test_embedded_a_page_is_read_while_another_writes(embedded):
    """SQLite has one writer at a time, and a close writes for seconds: whoever reads waits for none."""
    browser = Browser(embedded)
    browser.sign_in(embedded.officer)
    with closing(embedded.ask.connect()) as writer:
        writer.execute("UPDATE django_session SET expire_date = datetime('now', '+20 minutes')")
        writer.commit()
        writer.execute("BEGIN IMMEDIATE")

        assert "What needs you" in browser.get("/home/")
        writer.rollback()


def test_embedded_what_a_process_that_died_left_is_taken_up_by_the_next(embedded):
    closed(embedded, "2011-Q2")
    embedded.kill("web")
    with closing(embedded.ask.connect()) as writer:  # the row as such a process leaves it
        writer.execute(
            "INSERT INTO core_job (kind, arguments, key, state, done, total, message,"
            " attempts, requested_at, leased_until) VALUES ('close_quarter',"
            " '{\"quarter\": \"2011-Q3\"}', 'close-2011-Q3', 'running', 0, 1, '', 1,"
            " datetime('now'), datetime('now', '+3 seconds'))"
        )
        writer.commit()

    embedded.start("web")
    wait_for_close(embedded, "2011-Q3")

    assert job_state(embedded, "2011-Q3") == ["done"], embedded.logs()
    attempts = embedded.ask("SELECT attempts FROM core_job WHERE key = 'close-2011-Q3'")
    assert attempts == [2]
