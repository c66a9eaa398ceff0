"""The rounds that take beat's place in embedded mode."""

import importlib
import threading
from concurrent.futures import Future

import pytest
from django.core.management import get_commands, load_command_class

from core import jobs
from kcc_perf import scheduler, wsgi


def ended(*, by=None):
    future = Future()
    future.set_exception(by) if by else future.set_result(scheduler.Done(0, 0, 0))
    return future


def test_rounds_go_on_after_one_that_failed_and_end_with_the_process(monkeypatch, settings, caplog):
    settings.JOB_SWEEP_SECONDS = 0.001
    rounds = [
        lambda: ended(by=RuntimeError("no such table")),
        lambda: ended(),
        lambda: ended(by=OSError("disk full")),
    ]
    asked = []

    def submit_to_thread(act):
        asked.append(act)
        if len(asked) > len(rounds):
            raise RuntimeError("cannot schedule new futures after shutdown")
        return rounds[len(asked) - 1]()

    monkeypatch.setattr(jobs, "submit_to_thread", submit_to_thread)
    scheduler._tick()

    assert asked == [scheduler.run_due] * 4
    assert caplog.text.count("the next round tries again") == 2


@pytest.fixture
def threads(monkeypatch):
    """The threads that were started, none of which runs."""
    started = []
    monkeypatch.setattr(threading.Thread, "start", lambda thread: started.append(thread.name))
    return started


@pytest.mark.parametrize(("backend", "begun"), [("thread", ["rounds"]), ("celery", [])])
def test_rounds_are_made_where_no_beat_asks_for_what_is_due(settings, threads, backend, begun):
    settings.JOB_BACKEND = backend

    scheduler.start_rounds()

    assert threads == begun


def test_the_server_for_ones_own_machine_makes_rounds_once_it_serves(settings, threads):
    settings.JOB_BACKEND = "thread"
    command = load_command_class(get_commands()["runserver"], "runserver")
    command.nobody_can_begin = lambda: False
    assert threads == []

    command.get_handler(use_static_handler=False, insecure_serving=False)

    assert threads == ["rounds"]


def test_loading_the_application_starts_nothing(threads):
    """It is loaded in a process that is forked, and by checks and commands."""
    importlib.reload(wsgi)

    assert threads == []


def test_every_kind_of_job_is_known_to_a_process_that_is_no_worker():
    """The thread does jobs in the web process, where Celery never looks for tasks."""
    assert "close_quarter" in jobs._work_by_kind
