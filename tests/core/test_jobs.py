"""Work that takes longer than a page may: asked for once, done once, whoever dies meanwhile."""

import time
from contextlib import closing
from datetime import timedelta

import psycopg2
import pytest
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils.timezone import now

from core import jobs, tasks
from core.models.audit import AuditEvent
from core.models.jobs import Job
from core.queries import recent_jobs
from organisation.models.people import User
from tests.factories import UserFactory
from tests.services import PATIENCE, wait_until

pytestmark = pytest.mark.both_databases

OWED, RUNNING, DONE, FAILED = Job.State


@pytest.fixture
def kind():
    """A kind of job that counts how often it was done; what it does can be replaced."""

    class Kind:
        name = "counting"
        runs = 0
        act = staticmethod(lambda progress: "Counted.")

        def __call__(self, *, progress):
            self.runs += 1
            return self.act(progress)

    made = Kind()
    jobs.work(made.name)(made)
    yield made
    del jobs._work_by_kind[made.name]


@pytest.fixture
def notified(monkeypatch):
    """The jobs of which a worker was notified, and none came."""
    told = []
    monkeypatch.setattr(jobs, "notify_worker", told.append)
    return told


def asked(by=None, key="count-1"):
    return jobs.request(kind="counting", key=key, arguments={}, by=by)


def died_at_work(**also):
    """A job whose worker took it and was never heard of again; its lease has run out."""
    fields = {"attempts": 1, "leased_until": now() - timedelta(seconds=1), **also}
    return Job.objects.create(kind="counting", key="count-1", state=RUNNING, **fields)


@pytest.mark.django_db
def test_a_worker_is_notified_once_its_row_is_there_to_be_found(
    kind, notified, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as callbacks:
        job = asked()
        assert notified == []
    for callback in callbacks:
        callback()

    assert notified == [job.pk]
    assert job.state == OWED


@pytest.mark.django_db
def test_asking_is_recorded_with_who_asked(kind, notified):
    officer = UserFactory()
    job = asked(by=officer)

    event = AuditEvent.objects.get()
    assert (event.act, event.actor, event.subject_key) == ("asked for a job", officer, str(job.pk))


@pytest.mark.django_db
def test_the_same_work_asked_for_twice_is_asked_for_once_and_names_the_first(kind, notified):
    first = asked()

    with pytest.raises(jobs.AlreadyAsked, match="already under way") as refusal:
        asked()

    assert refusal.value.job == first
    assert Job.objects.count() == AuditEvent.objects.count() == 1


@pytest.mark.django_db
def test_work_that_is_finished_may_be_asked_for_again(kind, notified):
    jobs.run(asked().pk)

    assert asked().state == OWED


@pytest.mark.django_db
def test_a_job_that_is_run_twice_is_done_once(kind, notified):
    job = asked()

    assert tasks.run_job(job.pk) is True
    assert tasks.run_job(job.pk) is False

    job.refresh_from_db()
    assert (job.state, job.message, kind.runs, job.attempts) == (DONE, "Counted.", 1, 1)
    assert job.finished_at is not None
    assert job.leased_until is None


@pytest.mark.django_db
def test_a_notification_that_was_lost_is_made_good_by_the_sweep(kind, notified):
    asked(key="count-1"), asked(key="count-2")

    assert tasks.run_pending_jobs() == 2
    assert tasks.run_pending_jobs() == 0
    assert kind.runs == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (
            ValueError("Q2 is still open: close it before Q3"),
            "Q2 is still open: close it before Q3",
        ),
        (
            RuntimeError("secret internals"),
            "Something went wrong with the service. The performance team can see what, in the log.",
        ),
    ],
)
def test_a_job_that_fails_says_why_in_words_meant_for_people(kind, notified, reason, told):
    def fail(progress):
        raise reason

    kind.act = fail
    job = asked()

    assert jobs.run(job.pk) is True

    job.refresh_from_db()
    assert (job.state, job.message) == (FAILED, told)
    assert jobs.run_pending() == 0


@pytest.mark.django_db
def test_a_job_of_a_kind_nobody_knows_fails_and_stops_no_other(kind, notified):
    stranger = Job.objects.create(kind="nobody's", key="nobody's")
    job = asked()

    assert jobs.run_pending() == 2

    stranger.refresh_from_db(), job.refresh_from_db()
    assert (stranger.state, job.state) == (FAILED, DONE)


@pytest.mark.django_db
def test_a_job_whose_worker_died_is_taken_up_by_another_when_its_lease_ends(kind):
    job = died_at_work(leased_until=now() + timedelta(minutes=1))
    assert jobs.run(job.pk) is False

    Job.objects.update(leased_until=now() - timedelta(seconds=1))
    assert jobs.run_pending() == 1

    job.refresh_from_db()
    assert (job.state, job.attempts, kind.runs) == (DONE, 2, 1)


@pytest.mark.django_db
def test_a_job_that_kills_its_workers_is_given_up_after_three(kind):
    job = died_at_work(attempts=3)

    jobs.run(job.pk)

    job.refresh_from_db()
    assert (job.state, kind.runs) == (FAILED, 0)
    assert job.message == "This stopped part-way three times. Start it again."


LOST = [
    OperationalError("server closed the connection unexpectedly"),
    InterfaceError("connection already closed"),
]


@pytest.mark.django_db
@pytest.mark.parametrize("reason", LOST, ids=lambda reason: type(reason).__name__)
def test_a_job_that_lost_the_database_is_pending_again_and_done_by_the_next(kind, notified, reason):
    def lose(progress):
        progress(1, 2, "Half-way")
        raise reason

    kind.act = lose
    job = asked()

    assert jobs.run(job.pk) is False
    job.refresh_from_db()
    assert (job.state, job.leased_until, job.finished_at) == (OWED, None, None)

    kind.act = lambda progress: "Counted."
    assert jobs.run_pending() == 1
    job.refresh_from_db()
    assert (job.state, job.message, job.attempts) == (DONE, "Counted.", 2)


@pytest.mark.django_db
def test_a_job_that_loses_the_database_each_time_is_given_up_after_three(kind, notified):
    def lose(progress):
        raise LOST[0]

    kind.act = lose
    job = asked()

    assert [jobs.run_pending() for _ in range(5)] == [0, 0, 0, 1, 0]

    job.refresh_from_db()
    assert (job.state, kind.runs) == (FAILED, 3)
    assert job.message == "This stopped part-way three times. Start it again."


@pytest.mark.django_db
def test_a_job_whose_end_could_not_be_written_down_is_pending_again(kind, notified, monkeypatch):
    def lose(*ended):
        raise LOST[1]

    job = asked()
    with monkeypatch.context() as patched:
        patched.setattr(jobs, "_finish", lose)
        assert jobs.run(job.pk) is False

    assert jobs.run(job.pk) is True
    job.refresh_from_db()
    assert (job.state, kind.runs) == (DONE, 2)


@pytest.mark.django_db
def test_a_database_that_stays_away_leaves_the_job_to_its_lease(
    kind, notified, monkeypatch, caplog
):
    """Nothing can be written, so nothing is: whoever comes once the lease is over does the job."""

    def lose(*asked):
        raise LOST[0]

    kind.act = lose
    job = asked()
    with monkeypatch.context() as patched:
        patched.setattr(jobs, "_this_attempt", lose)
        assert jobs.run(job.pk) is False

    job.refresh_from_db()
    assert job.state == RUNNING
    assert job.leased_until is not None
    assert "waits for its lease to end" in caplog.text


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_connection_cut_half_way_through_a_job_costs_only_time(kind, notified):
    """As when PostgreSQL is restarted, or hands over to another, with the job's transaction open."""

    def cut(progress):
        with transaction.atomic():
            UserFactory(name="Half done")
            with closing(psycopg2.connect(**connection.get_connection_params())) as other:
                other.cursor().execute(
                    "SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid]
                )
            UserFactory(name="Never reached")
        return "Counted."

    kind.act = cut
    job = asked()

    assert jobs.run(job.pk) is False
    job.refresh_from_db()
    assert job.state == OWED
    assert not User.objects.exists()

    kind.act = lambda progress: "Counted."
    assert jobs.run_pending() == 1
    job.refresh_from_db()
    assert (job.state, job.attempts) == (DONE, 2)


@pytest.mark.django_db
def test_progress_is_kept_on_the_row_and_keeps_the_lease(kind, notified, settings):
    settings.JOB_LEASE_SECONDS = 600
    seen = []

    def halfway(progress):
        Job.objects.update(leased_until=now())
        progress(3, 7, "Closing Q1 2011/12")
        seen.append(Job.objects.get())
        return "Closed."

    kind.act = halfway
    jobs.run(asked().pk)

    (job,) = seen
    assert (job.done, job.total, job.message, job.state) == (3, 7, "Closing Q1 2011/12", RUNNING)
    assert job.leased_until > now() + timedelta(seconds=500)


@pytest.mark.django_db
def test_a_worker_that_was_overtaken_has_no_say_in_how_the_job_ended(kind, notified):
    """It was slow, not dead: its lease ran out, another did the job, and then it woke."""

    def slow(progress):
        Job.objects.update(leased_until=now() - timedelta(seconds=1))
        kind.act = lambda progress: "Done by the second."
        assert jobs.run(progress.job_id) is True
        progress(1, 9, "Still at it")
        raise ValueError("Too late")

    kind.act = slow
    job = asked()

    assert jobs.run(job.pk) is False

    job.refresh_from_db()
    assert (job.state, job.message, job.done) == (DONE, "Done by the second.", 0)


@pytest.mark.django_db
def test_a_worker_that_was_overtaken_does_not_end_the_job_that_another_is_at(kind, notified):
    def slow(progress):
        Job.objects.update(attempts=2, leased_until=now() + timedelta(minutes=1))
        progress(1, 9, "Still at it")
        return "Done by the first."

    kind.act = slow
    job = asked()

    assert jobs.run(job.pk) is False

    job.refresh_from_db()
    assert (job.state, job.message, job.done) == (RUNNING, "", 0)


@pytest.mark.django_db
def test_a_broker_that_does_not_answer_delays_a_job_and_loses_nothing(
    kind, settings, monkeypatch, caplog, django_capture_on_commit_callbacks
):
    settings.JOB_BACKEND = "celery"

    def refuse(*args, **kwargs):
        raise ConnectionRefusedError

    monkeypatch.setattr("celery.current_app.send_task", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        asked()

    assert "No worker was notified" in caplog.text
    assert jobs.run_pending() == 1


@pytest.mark.django_db
def test_the_celery_lane_sends_the_number_of_the_job_and_nothing_else(kind, settings, monkeypatch):
    settings.JOB_BACKEND = "celery"
    sent = []
    monkeypatch.setattr(
        "celery.current_app.send_task", lambda name, args: sent.append((name, args))
    )

    jobs.notify_worker(7)

    assert sent == [("core.tasks.run_job", [7])]
    assert tasks.run_job.name == "core.tasks.run_job"


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_six_workers_at_once_do_one_job_once(kind, notified, at_once):
    kind.act = lambda progress: time.sleep(0.1) or "Counted."
    job = asked()

    did = at_once(lambda: jobs.run(job.pk))

    assert sorted(did) == [False] * 5 + [True]
    assert kind.runs == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_six_people_at_once_ask_for_the_same_work_and_one_job_is_pending(kind, notified, at_once):
    answers = at_once(lambda: asked())

    assert sum(isinstance(answer, jobs.AlreadyAsked) for answer in answers) == 5
    assert Job.objects.count() == AuditEvent.objects.count() == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_the_thread_lane_does_the_job_beside_the_page_that_asked(kind, settings):
    settings.JOB_BACKEND = "thread"
    job = asked()

    jobs.submit_to_thread(lambda: None).result(
        PATIENCE
    )  # one thread: what waited before it is done

    job.refresh_from_db()
    assert (job.state, kind.runs) == (DONE, 1)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_the_lease_is_kept_while_a_long_step_goes_on(kind, notified, settings):
    settings.JOB_LEASE_SECONDS = 0.6
    job = asked()

    def lease_end():
        return Job.objects.get(pk=job.pk).leased_until

    def long_step(progress):
        first = lease_end()
        wait_until(lambda: lease_end() > first, "the lease to be renewed")
        settings.JOB_LEASE_SECONDS = 2 * PATIENCE  # a machine that stands still loses no lease
        wait_until(lambda: lease_end() > now() + timedelta(seconds=PATIENCE), "and again")
        wait_until(lambda: now() > first, "the first to have run out")
        assert jobs.run_pending() == 0, "its lease ran out although its worker lives"
        return "Counted."

    kind.act = long_step

    assert jobs.run(job.pk) is True
    assert connection.vendor == "postgresql"
    job.refresh_from_db()
    assert (job.state, job.message, job.attempts) == (DONE, "Counted.", 1)


@pytest.mark.django_db
def test_finished_work_is_told_of_for_a_fortnight_and_unfinished_for_good():
    person = UserFactory()
    for key, days in (("new", 13), ("old", 15), ("under way", None)):
        Job.objects.create(
            kind="counting",
            key=key,
            state=RUNNING if days is None else DONE,
            requested_by=person,
            finished_at=now() - timedelta(days=days) if days else None,
        )

    assert [each.key for each in recent_jobs(person)] == ["under way", "new"]
