"""Bring about what goes wrong, again and again, and say what came of it: `make faults`.

On PostgreSQL, Redis and nginx. The last run is kept in docs/faults.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tests.services import postgresql_address

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Fault:
    """What befalls the service, and what brings it about: a module here, or tests so many times."""

    what: str
    module: str = ""
    tests: tuple[str, ...] = ()
    turns: int = 1

    @property
    def command(self) -> list[str]:
        if self.module:
            return [sys.executable, "-m", self.module]
        plugins = ("-p", "no:cacheprovider", "-p", "tests.load.turns")
        return [sys.executable, "-m", "pytest", "-q", "--durations=0", *plugins, *self.tests]


TWO_WAYS, WEB = "tests/service/test_two_ways.py", "tests/service/test_web_process.py"
JOBS, FILES = "tests/core/test_jobs.py", "tests/core/test_kept_files.py"
FAULTS = (
    Fault(
        "fifty people save one return; the button is pressed five times at once",
        "tests.load.return_load",
    ),
    Fault("a thousand workbooks come back broken", "tests.load.workbook_mutations"),
    Fault("the disk is full", "tests.load.full_disk"),
    Fault(
        "a process is killed while it keeps a file",
        tests=(f"{FILES}::test_a_process_that_is_killed_half_way_leaves_what_stood_there",),
        turns=10,
    ),
    Fault(
        "the connection to the database is cut half-way through a job",
        tests=(f"{JOBS}::test_a_connection_cut_half_way_through_a_job_costs_only_time",),
        turns=20,
    ),
    Fault(
        "six workers take one job",
        tests=(f"{JOBS}::test_six_workers_at_once_do_one_job_once",),
        turns=20,
    ),
    Fault(
        "a worker is killed half-way through a close",
        tests=(f"{TWO_WAYS}::test_a_worker_killed_half_way_through_a_close_costs_only_time",),
    ),
    Fault(
        "a close is delivered twenty times",
        tests=(f"{TWO_WAYS}::test_a_close_that_is_delivered_twenty_times_is_one_close",),
    ),
    Fault(
        "the process that embeds everything dies and leaves a job",
        tests=(f"{TWO_WAYS}::test_embedded_what_a_process_that_died_left_is_taken_up_by_the_next",),
    ),
    Fault(
        "a worker of the web process ends",
        tests=(f"{WEB}::test_a_worker_that_ends_is_replaced_by_one_that_serves_and_makes_rounds",),
        turns=5,
    ),
    Fault(
        "twelve ask at once for a page that is slow",
        tests=("tests/service/test_front.py",),
        turns=5,
    ),
)


def brought_about(fault: Fault, environment: dict[str, str]) -> tuple[bool, str]:
    """Whether the service bore it, and the last line that was said of it."""
    began = time.monotonic()
    done = subprocess.run(
        fault.command,
        cwd=ROOT,
        env=environment | {"TURNS": str(fault.turns)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    said = done.stdout.strip().splitlines() or ["nothing was said"]
    sys.stdout.write(f"{fault.what}: {said[-1]} ({time.monotonic() - began:.0f} s)\n")
    if done.returncode:
        sys.stdout.write(f"{done.stdout}\n")
    sys.stdout.flush()
    return done.returncode == 0, said[-1].strip("= ")


def main() -> int:
    reads = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    reads.add_argument("--only", default="", help="those that are called so")
    given = reads.parse_args()
    address = postgresql_address()
    environment = {
        **os.environ,
        "DATABASE_URL": address,
        "TEST_DATABASE_URL": address,
        "REQUIRE_SERVICES": "1",
    }
    chosen = [fault for fault in FAULTS if given.only in fault.what]
    came = [(fault, *brought_about(fault, environment)) for fault in chosen]
    if not given.only:
        (ROOT / "docs/faults.md").write_text(
            "# Faults\n\n"
            f"The last run of `make faults`: {date.today():%-d %B %Y}, Python"
            f" {platform.python_version()}, {os.cpu_count()} processors.\n\n"
            "| what befell the service | what was said of it | borne |\n|---|---|---|\n"
            + "".join(
                f"| {fault.what} | {said} | {'yes' if borne else 'no'} |\n"
                for fault, borne, said in came
            )
        )
    return int(not all(borne for _, borne, _ in came))


if __name__ == "__main__":
    sys.exit(main())
