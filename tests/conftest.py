"""What every test may ask for. No test depends on how fast the machine is."""

import gc
import itertools
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import hypothesis
import pytest
from django.core.cache import cache
from django.db import connection

from tests import databases, services
from tests.standing import STANDING, seeded

hypothesis.settings.register_profile(
    "suite", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("suite")

MEDIA = itertools.count()
TESTS = itertools.count(1)
SWEPT_EVERY = 200  # tests of the database
BLOCKER = []  # what lets the database be asked, once there is one


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker):
    """In place of pytest-django's own: a copy of a database that is migrated already."""
    with django_db_blocker.unblock():
        take_away = databases.connect_to_a_copy(os.environ.get("PYTEST_XDIST_WORKER", "main"))
    BLOCKER.append(django_db_blocker)
    yield
    with BLOCKER.pop().unblock():
        STANDING.take_away()
        take_away()


@pytest.fixture(scope="session")
def _media(tmp_path_factory):
    return tmp_path_factory.mktemp("media")


@pytest.fixture(autouse=True)
def _media_of_its_own(settings, _media):
    """No test leaves a file behind, nor finds one that another left.

    Most keep no file: a folder is made by whoever does, since 8,000 folders take minutes.
    """
    settings.MEDIA_ROOT = _media / str(next(MEDIA))


@pytest.fixture(autouse=True)
def _cache_of_its_own():
    """No test finds what another kept: which hour's round was made, how often somebody signed in."""
    cache.clear()


@pytest.fixture
def sorp_in_force(db):
    """The default SORP, ruling every quarter from Q1 2010/11."""
    from sorp.models.statement import Version  # once Django is ready

    if STANDING.version is None:
        return seeded()
    return Version.objects.select_related("statement").get(pk=STANDING.version)


@pytest.fixture(autouse=True)
def _council_of_its_own():
    """No test finds what another's council was called; and none asks the database, unless it says more."""
    from organisation import queries  # once Django is ready

    queries._remembered[:] = [(float("inf"), None)]
    yield
    queries.forget_council()


# What lasts longest is begun first, so that neither process waits long for the other at the end.
LONGEST = (
    "tests/journeys/test_set_up.py",
    "tests/journeys/test_every_page.py",
    "tests/journeys/test_round.py",
    "tests/journeys/test_work.py",
    "tests/journeys/test_sorp.py",
    "tests/service/test_two_ways.py",
    "tests/kcc_perf/test_authorisation_matrix.py",
    "tests/kcc_perf/test_links.py",
    "tests/kcc_perf/test_own_words_everywhere.py",
    "tests/escalation/test_close_previews.py",
    "tests/escalation/test_taking_back.py",
    "tests/service/test_same_bytes.py",
    "tests/kcc_perf/test_rule_book_in_practice.py",
    "tests/escalation/test_close_against_plain.py",
)


def pytest_collection_modifyitems(items):
    """The longest files first; in each, what asks for the SORP last, so that it is written once."""
    places = {name: place for place, name in enumerate(LONGEST)}
    files: dict[str, int] = {}

    def place(item):
        file = item.nodeid.partition("::")[0]
        met = files.setdefault(file, len(files))
        return places.get(file, len(LONGEST)), met, "sorp_in_force" in item.fixturenames

    items.sort(key=place)


def pytest_collection_finish(session):
    """What is loaded by now stays to the end, so that no collection of waste walks it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def pytest_runtest_setup(item):
    """Tests that need row locks, or the servers, are left out where those are not, and say so."""
    if item.get_closest_marker("postgresql") and connection.vendor != "postgresql":
        pytest.skip("SQLite has no row locks: this runs where DATABASE_URL names PostgreSQL")
    if item.get_closest_marker("service") and (missing := services.missing()):
        said = f"{' and '.join(missing)} does not answer"
        if os.environ.get("REQUIRE_SERVICES") == "1":
            pytest.fail(f"{said}, and REQUIRE_SERVICES=1 asks for both")
        pytest.skip(said)
    if BLOCKER:
        with BLOCKER[0].unblock():
            stand_for(item)


def stand_for(item):
    """Before a test's own transaction begins, there is what it asks for around it, and nothing else."""
    marker = item.get_closest_marker("django_db")
    if marker is None and "db" not in item.fixturenames:
        return
    if next(TESTS) % SWEPT_EVERY == 0:
        STANDING.take_away()
        databases.clear_dead_rows()
    is_transactional = (marker and marker.kwargs.get("transaction")) or (
        "transactional_db" in item.fixturenames
    )
    if "sorp_in_force" in item.fixturenames and not is_transactional:
        STANDING.write()
    else:
        STANDING.take_away()


@pytest.fixture
def at_once():
    """Run an act in six threads that start together; returns what each returned or raised."""

    def run(act, threads=6):
        barrier = threading.Barrier(threads)

        def one(number):
            barrier.wait(services.PATIENCE)
            try:
                return act(number) if act.__code__.co_argcount else act()
            except Exception as reason:
                return reason
            finally:
                connection.close()

        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(one, range(threads)))

    return run
