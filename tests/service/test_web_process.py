"""The web process: loaded once, forked; what must not be shared begins after the fork."""

import json
import os
import signal
import urllib.request

import pytest

from tests.service.processes import ROOT, Service, commands
from tests.services import PATIENCE, wait_until

WEB = commands()["web"].replace("deploy/gunicorn.py", "tests/service/telling_gunicorn.py")


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    """Real gunicorn, with two workers, embedded; the application connects while it is loaded."""
    folder = tmp_path_factory.mktemp("web")
    web = Service(
        folder,
        DATABASE_URL=f"sqlite:///{folder / 'empty.sqlite3'}",
        DJANGO_SETTINGS_MODULE="tests.service.settings_connected",
        STATIC_ROOT=str(folder),
        WEB_WORKERS="2",
        FACTS=str(folder / "facts"),
    )
    web.facts = folder / "facts"
    try:
        web.start("web", WEB)
        told(web, "worker, serving", 2)
        yield web
    finally:
        web.stop()


def told(web, moment, at_least):
    """What was told of a moment, once that was so many times."""

    def lines():
        text = web.facts.read_text() if web.facts.exists() else ""
        found = [fact for line in text.splitlines() if (fact := json.loads(line))]
        found = [fact for fact in found if fact["moment"] == moment]
        return found if len(found) >= at_least else None

    try:
        return wait_until(lines, f"{at_least} × {moment}")
    except AssertionError as waited:
        raise AssertionError(f"{waited}\n{web.logs()}") from None


def test_the_application_is_loaded_once_before_any_worker_is_forked(web):
    """So that a worker that is renewed answers at once, and not when it has loaded everything."""
    assert {fact["application_loaded"] for fact in told(web, "worker, forked", 2)} == {True}


def test_the_rounds_are_made_in_each_worker_and_never_in_the_master(web):
    """A thread does not survive a fork: one that began in the master would make its rounds there."""
    masters = told(web, "master, forking", 2)
    workers = told(web, "worker, serving", 2)

    assert [fact["threads"] for fact in masters] == [["MainThread"]] * len(masters)
    assert [fact["threads"].count("rounds") for fact in workers] == [1] * len(workers)
    assert not {fact["process"] for fact in workers} & {fact["process"] for fact in masters}


def test_no_connection_is_shared_between_processes(web):
    """Two processes that write on one line to the database garble each other's answers."""
    assert told(web, "master, about to fork", 2)[0]["connected"], "the test connects no more"
    assert {fact["connected"] for fact in told(web, "master, forking", 2)} == {False}
    assert {fact["connected"] for fact in told(web, "worker, forked", 2)} == {False}
    files = [os.readlink(each.path) for each in os.scandir(f"/proc/{web.running['web'].pid}/fd")]
    assert not [name for name in files if "sqlite3" in name]


def test_a_worker_that_ends_is_replaced_by_one_that_serves_and_makes_rounds(web):
    before = told(web, "worker, serving", 2)
    os.kill(before[-1]["process"], signal.SIGKILL)

    after = told(web, "worker, serving", len(before) + 1)[-1]

    assert after["process"] not in {fact["process"] for fact in before}
    assert after["threads"].count("rounds") == 1
    with urllib.request.urlopen(f"{web.address}/healthz", timeout=PATIENCE) as answer:
        assert answer.status == 200


def test_workers_are_renewed_thousands_of_requests_apart():
    """Else those that began together, and share the requests evenly, go together."""
    settings = {}
    exec((ROOT / "deploy/gunicorn.py").read_text(), settings)

    assert settings["max_requests_jitter"] >= 2000
    assert settings["max_requests"] > 0
