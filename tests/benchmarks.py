"""Measure what the goals ask for, as ratios within one run: `make bench`.

Machines drift, so each figure is the median of interleaved rounds, divided by that of a yardstick
measured beside it in the same run. The last run is kept in docs/benchmarks.md. `--quick` measures the
first year alone in fewer rounds, prints what it found and keeps nothing: `make bench-quick`.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.quarters import Quarter
    from indicators.models.definitions import Indicator

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
ROOT = Path(__file__).resolve().parent.parent
ROUNDS, QUICK_ROUNDS, QUICK_QUARTERS = 7, 3, 4
FEW, MANY, QUICK_MANY = 50, 1000, 200  # indicators


@dataclass(frozen=True)
class Figure:
    """One goal, what was measured, and whether that meets it."""

    goal: str
    measured: str
    met: bool


def medians(
    *acts: Callable[[], object], rounds: int, clock: Callable[[], float] = time.perf_counter
) -> list[float]:
    """The median time of each act in seconds, taken in turn so that drift falls on all alike."""
    taken: list[list[float]] = [[] for _ in acts]
    for act in acts:
        act()
    for _ in range(rounds):
        for times, act in zip(taken, acts, strict=True):
            began = clock()
            act()
            times.append(clock() - began)
    return [statistics.median(times) for times in taken]


def pages(rounds: int) -> list[Figure]:
    """P5: a published page, and a dashboard, against an empty view behind the same middleware."""
    from django.test import Client
    from django.urls import reverse

    from organisation.models.people import User

    client = Client()
    client.force_login(User.objects.get(email="imogen.sattar@wealdshire.example"))
    public = Client()
    board = reverse("dashboard", args=["GET"])
    empty, page, dashboard = medians(
        *[lambda: [public.get("/healthz") for _ in range(20)]],
        *[lambda: [public.get("/performance/indicators/CG-02/") for _ in range(20)]],
        *[lambda: [client.get(board) for _ in range(20)]],
        rounds=rounds,
    )
    return [
        Figure(
            "P5 published public page ≤ 1.3 × an empty view",
            f"{page / empty:.1f} × ({page * 50:.1f} ms against {empty * 50:.1f} ms)",
            page / empty <= 1.3,
        ),
        Figure(
            "P5 dashboard ≤ 10 × an empty view",
            f"{dashboard / empty:.1f} × ({dashboard * 50:.1f} ms)",
            dashboard / empty <= 10,
        ),
    ]


def closing(rounds: int) -> list[Figure]:
    """P1 in small: closing reads and decides; against one scan and one hash aggregate."""
    from django.db import connection, transaction

    from escalation.queries.evaluation import rules_by_quarter
    from escalation.rules.ladder import close
    from indicators.models.ratings import Rating
    from indicators.queries.histories import rag_histories
    from kcc_perf.demonstration.figures import LAST

    rules = rules_by_quarter()

    def evaluate() -> None:
        for history in rag_histories(until=LAST).values():
            close(history, [], rules, None)

    def scan() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT indicator_id, count(*), max(rag) FROM indicators_rating"
                " WHERE is_latest GROUP BY indicator_id"
            )
            cursor.fetchall()

    def reread() -> None:
        with transaction.atomic():
            list(Rating.objects.latest_ones())

    floor, fetched, whole = medians(scan, reread, evaluate, rounds=rounds)
    return [
        Figure(
            "P1 close, read and evaluated, ≤ 3 × one scan and one hash aggregate (1 M ratings)",
            f"{whole / floor:.0f} × at {Rating.objects.count():,} ratings"
            f" ({whole * 1000:.0f} ms; fetching them as objects takes {fetched * 1000:.0f} ms)",
            whole / floor <= 3,
        )
    ]


def drawing(built: float, pages_drawn: int, indicators: int) -> list[Figure]:
    """P3's figure at this size; the goal compares 200 with 1,000 indicators."""
    return [
        Figure(
            "P3 milliseconds a page at 1,000 indicators within 15 % of those at 200",
            f"{built / pages_drawn * 1000:.0f} ms a page at {indicators} indicators"
            f" ({pages_drawn} pages in {built:.1f} s); the two sizes are not yet compared",
            False,
        )
    ]


def workbooks(rounds: int) -> list[Figure]:
    """A manager's workbook, read and compared with what is saved: of 200 indicators and of twenty."""
    from indicators.workbooks.preview import preview
    from indicators.workbooks.writing import write_workbook
    from kcc_perf.demonstration.figures import LAST
    from tests.indicators.workbooks import manager_of

    few, many = manager_of(20), manager_of(200)
    small, large = write_workbook(few, LAST), write_workbook(many, LAST)
    twenty, whole, written = medians(
        lambda: preview(small, few, LAST),
        lambda: preview(large, many, LAST),
        lambda: write_workbook(many, LAST),
        rounds=rounds,
    )
    return [
        Figure(
            "A workbook of 200 rows read in ≤ 10 × what one of 20 takes",
            f"{whole / twenty:.1f} × ({whole:.2f} s against {twenty:.2f} s; written in {written:.2f} s)",
            whole / twenty <= 10,
        )
    ]


def looking_ahead(rounds: int, many: int) -> list[Figure]:
    """Early warning and the register of forecasts, at fifty indicators and at many: they are to be read.

    The two sizes cannot be taken in turn, so that what else the machine does would fall on one alone:
    what is measured is the processor's time in this process, without that of a database server.
    """
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    from organisation.models.people import User

    client = Client()
    client.force_login(User.objects.get(email="imogen.sattar@wealdshire.example"))
    addresses = {
        "Early warning": reverse("early_warning"),
        "How good forecasts have been": reverse("forecasts"),
        "Forecasts one by one": reverse("forecasts_one_by_one"),
        "As it stands": reverse("as_it_stands"),
    }
    times: dict[str, list[float]] = {name: [] for name in addresses}
    queries: dict[str, list[int]] = {name: [] for name in addresses}
    for how_many in (FEW, many):
        _topped_up(how_many)
        _opened()
        for name, address in addresses.items():
            assert client.get(address).status_code == 200
            with CaptureQueriesContext(connection) as asked:
                client.get(address)
            queries[name].append(len(asked))
            (page,) = medians(
                lambda at=address: [client.get(at) for _ in range(3)],  # type: ignore[misc]
                rounds=rounds,
                clock=time.process_time,
            )
            times[name].append(page / 3)
    return [
        Figure(
            f"{name} at {many:,} indicators ≤ 3 × what it takes at {FEW}, in as many queries",
            f"{large / small:.1f} × ({large * 1000:.0f} ms of processor time against"
            f" {small * 1000:.0f} ms; {queries[name][1]} queries against {queries[name][0]})",
            large / small <= 3 and queries[name][1] <= queries[name][0],
        )
        for name, (small, large) in times.items()
    ]


def standing(rounds: int, many: int) -> list[Figure]:
    """What the close would do, worked out after one result, against working out all of it."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from escalation.models.close_previews import ClosePreview
    from escalation.services.close_previews import (
        update_all_close_previews,
        update_close_previews,
    )

    touched = ClosePreview.objects.values_list("indicator", flat=True)[:1]
    with CaptureQueriesContext(connection) as asked:
        update_close_previews(indicators=touched)
    one, everything = medians(
        lambda: update_close_previews(indicators=touched),
        lambda: update_all_close_previews(by=None),
        rounds=rounds,
    )
    return [
        Figure(
            f"What the close would do, after one of {many:,} results, ≤ 1/10 of working out all",
            f"1/{everything / one:.0f} ({one * 1000:.0f} ms in {len(asked)} queries, against"
            f" {everything:.1f} s for all)",
            one <= everything / 10,
        )
    ]


def _opened() -> None:
    """The quarter after the last closed is open, and what its close would do is worked out."""
    from core.clock import now
    from core.queries import last_closed
    from core.services.quarters import open_quarter
    from escalation.services.close_previews import update_all_close_previews

    closed = last_closed()
    assert closed is not None
    ended = closed.next().next().first_day
    row = open_quarter(quarter=closed.next(), today=ended, by=None)
    row.begun_at = now()  # it is asked for: what is history is not looked ahead to
    row.save(update_fields=["begun_at"])
    update_all_close_previews(by=None)


def _topped_up(how_many: int) -> None:
    """So many indicators stand that were measured, rated, forecast and looked ahead from for three years."""
    from decimal import Decimal

    from django.utils.timezone import now

    from core.queries import last_closed
    from escalation.models.early_warning import EarlyWarning
    from indicators.models.definitions import Indicator
    from indicators.models.forecasts import SystemForecast
    from indicators.models.ratings import Rating
    from sorp.queries.ruling import version_ruling

    closed = last_closed()
    assert closed is not None
    version, like = version_ruling(closed), Indicator.objects.first()
    assert like is not None
    standing = Indicator.objects.count()
    made = Indicator.objects.bulk_create(
        Indicator(
            reference=f"BENCH-{number}", title=f"Indicator {number}", unit=like.unit,
            accountable_manager=like.accountable_manager, tier="corporate", kind="kpi",
            measure_unit="%", decimals=1, polarity="higher", method="floor",
            first_quarter=closed.back(19),
        )
        for number in range(standing, how_many)
    )  # fmt: skip
    quarters = list(closed.back(19).until(closed))

    def value_in(indicator: Indicator, quarter: Quarter) -> Decimal:
        return Decimal(75 + (indicator.pk * 7 + quarter.ordinal * 11) % 20)

    Rating.objects.bulk_create(
        (
            Rating(
                indicator=each, quarter=quarter, rated_at=now(), value=value_in(each, quarter),
                rag="green" if value_in(each, quarter) >= 90 else "amber"
                if value_in(each, quarter) >= 80 else "red",
                travel="no clear trend", method="floor", polarity="higher", target=Decimal(90),
                floor=Decimal(80), travel_method="regression", confidence="final",
                sorp_version=version,
            )
            for each in made
            for quarter in quarters
        ),
        batch_size=500,
    )  # fmt: skip
    SystemForecast.objects.bulk_create(
        (
            SystemForecast(
                indicator=each, made_in=quarter, for_quarter=quarter.next(), method="smoothing",
                quarters=8, value=Decimal(85), lower=Decimal(78), upper=Decimal(92),
                chance_red=Decimal("0.3"), chance_amber=Decimal("0.4"), chance_green=Decimal("0.3"),
            )
            for each in made
            for quarter in quarters[-13:]
        ),
        batch_size=500,
    )  # fmt: skip
    ratings = {
        row.indicator_id: row for row in Rating.objects.filter(quarter=closed, is_latest=True)
    }
    forecasts = {row.indicator_id: row for row in SystemForecast.objects.filter(made_in=closed)}
    EarlyWarning.objects.bulk_create(
        (
            EarlyWarning(
                indicator=each, closed=closed, known_until=closed, rating=ratings[each.pk],
                forecast=forecasts[each.pk], chance_red=Decimal("0.3"), soonest=1 + each.pk % 4,
                gap="5.0 percentage points short of target", follows=["PAT in Q1 2023/24"],
                inputs={"to_come": [{"rag": "red"}]},
            )
            for each in made
        ),
        batch_size=500,
    )  # fmt: skip


def run(*, quick: bool) -> list[Figure]:
    """Load the demonstration's figures, build and publish one report, and measure."""
    import pikepdf

    from kcc_perf.demonstration import figures
    from kcc_perf.demonstration.loading import publish
    from reports.services.editions import freeze_edition
    from reports.services.files import build_edition

    figures.found_the_council()
    quarters = list(figures.FIRST.until(figures.LAST))[: QUICK_QUARTERS if quick else None]
    for quarter in quarters:
        figures.report_quarter(quarter)
    officer = figures.officer()
    edition, _ = freeze_edition(quarter=quarters[-1], by=officer)
    began = time.perf_counter()
    files = build_edition(edition=edition, by=officer)
    built = time.perf_counter() - began
    publish(edition)
    with tempfile.NamedTemporaryFile(suffix=".pdf") as pdf:
        pdf.write(files["report.pdf"])
        pdf.flush()
        with pikepdf.open(pdf.name) as report:
            drawn = len(report.pages)
    rounds = QUICK_ROUNDS if quick else ROUNDS
    return [
        *closing(rounds),
        *pages(rounds),
        *workbooks(rounds),
        *drawing(built, drawn, len(edition.document["indicators"])),
        *looking_ahead(rounds, QUICK_MANY if quick else MANY),
        *standing(rounds, QUICK_MANY if quick else MANY),
    ]


def as_markdown(found: list[Figure], on: str, *, quick: bool) -> str:
    said = "A run of `make bench-quick`" if quick else "The last run of `make bench`"
    lines = [
        "# Benchmarks, in small: nothing is kept" if quick else "# Benchmarks",
        "",
        f"{said}: {date.today():%-d %B %Y}, Python"
        f" {platform.python_version()}, {os.cpu_count()} processors, {on},"
        f" with {os.getloadavg()[2]:.0f} at work on them in the last quarter of an hour.",
        "Ratios within one run, medians of interleaved rounds. What is not met is said.",
        "",
        "| goal | measured | met |",
        "|---|---|---|",
        *(f"| {each.goal} | {each.measured} | {'yes' if each.met else 'no'} |" for each in found),
        "",
    ]
    return "\n".join(lines)


def main() -> int:
    reads = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    reads.add_argument("--quick", action="store_true", help="in small, and keep nothing")
    quick = reads.parse_args().quick
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.test.utils import setup_databases, setup_test_environment, teardown_databases

    setup_test_environment()
    old = setup_databases(verbosity=0, interactive=False)
    try:
        with tempfile.TemporaryDirectory() as media:
            settings.MEDIA_ROOT = media
            found = run(quick=quick)
    finally:
        teardown_databases(old, verbosity=0)
    text = as_markdown(found, connection.vendor, quick=quick)
    if not quick:
        (ROOT / "docs" / "benchmarks.md").write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
