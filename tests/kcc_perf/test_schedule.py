"""One list of what is done at times, read by beat, by the embedded rounds and by run_due alike."""

from concurrent.futures import Future

import pytest
import time_machine
from celery import current_app, shared_task
from celery.beat import Scheduler
from django.conf import settings as project
from django.core.management import call_command
from django.utils.module_loading import import_string

from core import jobs
from kcc_perf import schedule
from kcc_perf import scheduler as due
from kcc_perf.celery import app
from kcc_perf.schedule import ENTRIES, MORNING, Entry

looks = []


@shared_task(name=f"{__name__}.look")
def look():
    looks.append("look")
    return len(looks)


@shared_task(name=f"{__name__}.stumble")
def stumble():
    looks.append("stumble")
    raise RuntimeError("the disk is full")


LOOK, STUMBLE = look.name, stumble.name


@pytest.fixture(autouse=True)
def _nobody_has_looked():
    looks.clear()


@pytest.fixture
def listed(monkeypatch):
    """Put entries on the list, beside the one that does jobs."""

    def put(*entries):
        jobs_owed = next(each for each in ENTRIES if each.task.endswith("run_pending_jobs"))
        monkeypatch.setattr(schedule, "ENTRIES", (jobs_owed, *entries))

    return put


# Three readers


def by_beat():
    """Every entry that beat has, sent once as beat sends it."""
    beat = Scheduler(app=app, lazy=True)
    listed = schedule.beat_schedule(sweep_seconds=30, demonstration=False)
    beat.merge_inplace(listed)
    for name in listed:
        beat.apply_async(beat.schedule[name])


def by_the_rounds():
    """One round of the embedded service, and then its process ends."""
    asked = []

    def submit_to_thread(act):
        if asked:
            raise RuntimeError("cannot schedule new futures after shutdown")
        asked.append(act)
        made = Future()
        made.set_result(act())
        return made

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(jobs, "submit_to_thread", submit_to_thread)
        patched.setattr(due.time, "sleep", lambda seconds: None)
        due._tick()


def by_cron():
    call_command("run_due")


@pytest.mark.django_db
@pytest.mark.parametrize("reader", [by_beat, by_the_rounds, by_cron])
@pytest.mark.parametrize("minute", [None, 20])
def test_an_entry_added_to_the_list_is_done_by_each_who_reads_it(listed, reader, minute):
    listed(Entry("look again", LOOK, minute=minute))

    reader()

    assert looks == ["look"]


def test_beat_is_given_the_list_as_it_stands():
    assert [each["task"] for each in project.CELERY_BEAT_SCHEDULE.values()] == [
        each.task for each in ENTRIES
    ]


def test_each_entry_names_a_task_where_it_is_defined():
    for entry in ENTRIES:
        task = import_string(entry.task)
        assert task.name == entry.task
        assert entry.task in current_app.tasks
    assert len({each.name for each in ENTRIES}) == len(ENTRIES)


# When


def looked_at(*moments):
    """How often the look was done by rounds at these moments."""
    for moment in moments:
        with time_machine.travel(f"2011-07-14 {moment} +0100", tick=False):
            due.run_due()
    return len(looks)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("entry", "moments", "times"),
    [
        (Entry("look", LOOK), ["00:00", "00:00", "06:59", "23:59"], 4),
        (Entry("look", LOOK, minute=15), ["10:00", "10:30", "10:59"], 1),
        (Entry("look", LOOK, minute=15), ["10:59", "11:00", "12:30"], 3),
        (Entry("look", LOOK, minute=0, from_hour=MORNING), ["00:00", "06:59"], 0),
        (Entry("look", LOOK, minute=0, from_hour=MORNING), ["06:59", "07:00", "07:01"], 1),
        (Entry("look", LOOK, minute=0, from_hour=MORNING), ["22:00"], 1),
    ],
    ids=str,
)
def test_an_entry_is_done_from_its_hour_on_at_every_look_or_once_an_hour(
    listed, entry, moments, times
):
    listed(entry)

    assert looked_at(*moments) == times


def test_an_hour_without_a_minute_is_refused_since_beat_could_not_keep_it():
    with pytest.raises(ValueError, match="at which minute"):
        Entry("look", LOOK, from_hour=MORNING)


def test_beat_does_by_the_hour_what_the_rounds_do_by_the_hour():
    given = schedule.beat_schedule(sweep_seconds=30, demonstration=False)
    for entry in ENTRIES:
        when = given[entry.name]["schedule"]
        if entry.minute is None:
            assert when == 30
        else:
            assert (when.minute, when.hour) == ({entry.minute}, set(range(entry.from_hour, 24)))


def test_nobody_is_reminded_or_sent_a_digest_before_the_morning():
    early = {each.task for each in ENTRIES if each.from_hour < 7}

    assert early == {
        "core.tasks.run_pending_jobs",
        "core.tasks.send_owed_notices",
        "sorp.tasks.bring_into_force",
        "organisation.tasks.take_up_structure",
        "escalation.tasks.update_close_previews",
        "indicators.tasks.judge_overdue_from_publishers",
        "indicators.tasks.make_due_moves",
        "dashboards.tasks.hand_over_due",
        "indicators.tasks.make_due_round_lines",
        "dashboards.tasks.measure_compliance",
        "reports.tasks.request_missing_renderings",
        "reports.tasks.publish_due_editions",
        "reports.tasks.remove_withdrawn_files",
        "escalation.tasks.throw_away_old_rehearsals",
    }


def test_the_day_s_one_e_mail_goes_after_all_that_it_should_tell_of():
    order = [each.task for each in ENTRIES]
    digest = next(each for each in ENTRIES if each.task.endswith("digests"))

    for owing in ("remind", "remind_of_expiring_variations", "alert_to_missing_plans"):
        entry = next(each for each in ENTRIES if each.task.endswith(f".{owing}"))
        assert entry.minute < digest.minute
        assert order.index(entry.task) < order.index(digest.task)


# What fails


@pytest.mark.django_db
@pytest.mark.parametrize("minute", [None, 20])
def test_what_fails_stops_nothing_else_and_is_tried_again_at_the_next_look(listed, minute, caplog):
    listed(Entry("stumble", STUMBLE, minute=minute), Entry("look again", LOOK, minute=minute))

    with time_machine.travel("2011-07-14 10:00 +0100", tick=False):
        due.run_due()
        due.run_due()

    assert looks.count("stumble") == 2
    assert looks.count("look") == (2 if minute is None else 1)
    assert "Could not stumble; the next round tries again" in caplog.text


@pytest.mark.django_db
def test_a_cache_that_does_not_answer_stops_only_what_is_done_by_the_hour(
    listed, monkeypatch, caplog
):
    def refuse(*asked, **more):
        raise ConnectionError("no cache")

    monkeypatch.setattr(due.cache, "add", refuse)
    monkeypatch.setattr(due.cache, "delete", refuse)
    listed(Entry("stumble", STUMBLE, minute=20), Entry("look again", LOOK))

    due.run_due()

    assert looks == ["look"]


# The demonstration


def test_the_demonstration_writes_to_nobody_whoever_reads_the_list():
    given = schedule.beat_schedule(sweep_seconds=30, demonstration=True)

    assert {each.task for each in ENTRIES} - {each["task"] for each in given.values()} == {
        "core.tasks.send_owed_notices",
        "core.tasks.send_owed_digests",
    }
    assert [each.task for each in schedule.entries(demonstration=True)] == [
        each["task"] for each in given.values()
    ]
