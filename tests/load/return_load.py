"""Two heavy loads on the return, on PostgreSQL: `python -m tests.load.return_load`.

50 sessions save one result 40 times each: no update may be lost, and every collision must be told.
200 forms are each submitted five times at once: there must be 200 submissions. Set DATABASE_URL to
a PostgreSQL server; a database of its own is made there and dropped again. SESSIONS, SAVES, FORMS
and PRESSES change the sizes. Between two saves a session types for up to a second (TYPING, in
milliseconds): far busier than people are. Ends with 1 where a promise is broken.
"""

# ruff: noqa: T201 it is a program, and tells what it measured
from __future__ import annotations

import os
import random
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import quantiles
from uuid import uuid4

SIZES = {"SESSIONS": 50, "SAVES": 40, "FORMS": 200, "PRESSES": 5, "TYPING": 1000}


def size(name: str) -> int:
    return int(os.environ.get(name, SIZES[name]))


def main() -> int:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from django.db import connection
    from django.test.runner import DiscoverRunner

    if connection.vendor != "postgresql":
        print("Set DATABASE_URL to a PostgreSQL server: SQLite has no row locks", file=sys.stderr)
        return 2
    runner = DiscoverRunner(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        return _saves() | _presses()
    finally:
        runner.teardown_databases(databases)


def _council(how_many: int):
    """A manager with so many indicators, under the default SORP."""
    from datetime import date

    from core.quarters import Quarter
    from organisation.rules import PostKind
    from sorp.services.seeding import seed_default_statement
    from tests.factories import IndicatorFactory, TargetFactory, UnitFactory, holder

    seed_default_statement(from_quarter=Quarter(2010, 1), approved_on=date(2010, 4, 1), by=None)
    unit = UnitFactory()
    manager = holder(PostKind.ACCOUNTABLE_MANAGER, unit=unit)
    made = [
        TargetFactory(indicator=IndicatorFactory(accountable_manager=manager, unit=unit)).indicator
        for _ in range(how_many)
    ]
    return manager, made


def _save(indicator, by, value, version):
    from core.quarters import Quarter
    from indicators.services.drafts import save_draft

    return save_draft(
        indicator=indicator,
        quarter=Quarter(2011, 1),
        typed={"value": value, "confidence": "final", "seen": "0"},
        version=version,
        is_complete=not value.startswith("session"),
        by=by,
    )


def _together(act, how_many):
    """Run an act so many times, each in a thread and with a connection of its own."""
    from django.db import connection

    barrier = threading.Barrier(how_many)

    def one(number):
        barrier.wait(60)
        try:
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(how_many) as pool:
        return list(pool.map(one, range(how_many)))


def _saves() -> int:
    from indicators.models.returns import Draft
    from indicators.services.drafts import EditConflict

    sessions, saves, typing = size("SESSIONS"), size("SAVES"), size("TYPING") / 1000
    manager, (indicator,) = _council(1)

    def session(number):
        kept, met, times, version = [], 0, [], 0
        for turn in range(saves):
            while len(kept) == turn:
                began = time.perf_counter()
                try:
                    draft = _save(indicator, manager, f"session {number}, {turn}", version)
                except EditConflict as clash:
                    version, met = clash.saved.version, met + 1
                    times.append(time.perf_counter() - began)
                else:
                    times.append(time.perf_counter() - began)
                    version = draft.version
                    kept.append(version)
                    time.sleep(random.random() * typing)
        return kept, met, times

    began = time.perf_counter()
    answers = _together(session, sessions)
    took = time.perf_counter() - began
    versions = sorted(version for kept, _, _ in answers for version in kept)
    lost = sessions * saves - len(set(versions))
    is_whole = versions == list(range(versions[0], versions[0] + sessions * saves))
    is_last = Draft.objects.get(indicator=indicator).version == versions[-1]
    times = sorted(each for _, _, some in answers for each in some)
    print(
        f"{sessions} sessions x {saves} saves: {len(versions)} kept, {lost} lost,"
        f" {sum(met for _, met, _ in answers)} collisions told, in {took:.1f} s"
        f" (median {times[len(times) // 2] * 1000:.0f} ms, 95 %"
        f" {quantiles(times, n=20)[-1] * 1000:.0f} ms)"
    )
    return 0 if is_whole and is_last and not lost else 1


def _presses() -> int:
    from datetime import date

    from core.quarters import Quarter
    from indicators.models.results import Revision
    from indicators.models.returns import Draft, Submission
    from indicators.services.results import submit_return

    forms, presses = size("FORMS"), size("PRESSES")
    manager, made = _council(forms)
    for indicator in made:
        _save(indicator, manager, "92", 0)
    began = time.perf_counter()
    different = 0
    for indicator in made:
        token = uuid4()

        def press(_, token=token, indicator=indicator):
            return submit_return(
                quarter=Quarter(2011, 1),
                references=[indicator.reference],
                token=token,
                today=date(2011, 7, 20),
                by=manager,
            ).pk

        different += len(set(_together(press, presses))) - 1
    took = time.perf_counter() - began
    submissions = Submission.objects.count()
    results = Revision.objects.filter(result__indicator__in=made).count()
    left = Draft.objects.filter(indicator__in=made).count()
    print(
        f"{forms} forms x {presses} presses: {submissions} submissions, {results} results,"
        f" {left} drafts left, in {took:.1f} s"
    )
    return 0 if (submissions, results, left, different) == (forms, forms, 0, 0) else 1


if __name__ == "__main__":
    sys.exit(main())
