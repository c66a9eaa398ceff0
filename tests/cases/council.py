"""A council of one division, made of files as a council would import them, that closes its quarters in turn."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import time_machine

from core.months import Month
from core.quarters import Quarter
from core.working_days import working_day_after
from escalation.models.escalations import Escalation
from escalation.services.closing import close_quarter
from indicators.importing.definitions import import_indicators, import_targets
from indicators.importing.results import import_results
from indicators.models.ratings import Rating
from organisation.importing.people import import_people
from organisation.importing.units import import_units

FILES = Path(__file__).resolve().parents[1] / "data/cases"


def kept(name: str) -> str:
    return (FILES / name).read_text()


def with_cells(text: str, **cells: str) -> str:
    """The CSV with these columns added, or set, in every row."""
    rows = list(csv.DictReader(io.StringIO(text)))
    columns = list(dict.fromkeys([*rows[0], *cells]))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({**row, **cells} for row in rows)
    return out.getvalue()


def found(what: str, indicators: str, targets: str) -> None:
    """Units, people, one kind of indicator and its targets stand."""
    with time_machine.travel("2017-04-03", tick=False):
        import_units(
            kept("units.csv").encode(),
            file="units.csv",
            today=date(2017, 4, 3),
            starts_on=date(2008, 4, 1),
        )
        import_people(kept("people.csv").encode(), file="people.csv")
        import_indicators(indicators.encode(), file=f"{what}-indicators.csv")
        import_targets(targets.encode(), file=f"{what}-targets.csv")


def import_on(day: str, what: str, text: str) -> None:
    """A file of indicators or of targets is imported on a day."""
    read = {"indicators": import_indicators, "targets": import_targets}[what]
    with time_machine.travel(f"{day}T09:00:00+00:00", tick=False):
        read(text.encode(), file=f"{what}.csv")


def close_each(since: str, until: str) -> None:
    """The quarters are closed on their days, and nothing is submitted for them."""
    for quarter in Quarter.parse(since).until(Quarter.parse(until)):
        day = closes_on(quarter)
        with time_machine.travel(f"{day}T09:00:00+00:00", tick=False):
            close_quarter(quarter=quarter, today=day, by=None)


def closes_on(quarter: Quarter) -> date:
    return working_day_after(quarter.last_day, 20)


def by_quarter(results: str) -> dict[Quarter, str]:
    """The file cut into one for each of its quarters."""
    head, *rows = results.splitlines()
    files: dict[Quarter, str] = {}
    for row in rows:
        spoken_of = row.split(",")[1]
        quarter = Quarter.parse(spoken_of) if "Q" in spoken_of else Month.parse(spoken_of).quarter
        files[quarter] = f"{files.get(quarter, head)}\n{row}"
    return files


def live_through(results: str, *, until: str | None = None) -> None:
    """Each quarter's rows are imported in time, and the quarter is closed on its day."""
    files = by_quarter(results)
    for quarter in min(files).until(Quarter.parse(until) if until else max(files)):
        day = closes_on(quarter)
        with time_machine.travel(f"{day}T09:00:00+00:00", tick=False):
            if quarter in files:
                import_results(files[quarter].encode(), file="results.csv", today=day)
            close_quarter(quarter=quarter, today=day, by=None)


def told(reference: str) -> Iterator[tuple[str, str]]:
    """Each quarter with its verdict: a RAG status, or why there is none."""
    for rating in Rating.objects.latest_ones().filter(indicator__reference=reference):
        yield rating.quarter.key, rating.rag or rating.not_rated


def referred(reference: str) -> list[tuple[str, str, str, str | None]]:
    """Each escalation: to which level, by which trigger, when it opened, when it recovered."""
    rows = Escalation.objects.filter(indicator__reference=reference).order_by("opened_in", "level")
    return [
        (
            row.level,
            row.trigger,
            row.opened_in.key,
            row.recovered_in.key if row.recovered_in else None,
        )
        for row in rows
    ]
