"""A24: what is exported comes back in, and gives the same again. Councils of several kinds."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction

from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from escalation.services.closing import close_quarter
from indicators.models.definitions import Indicator
from indicators.rules.entry import ResultGiven
from indicators.services.results import submit_result
from organisation.models.units import Unit
from organisation.services.people import register_person
from organisation.services.units import place_unit
from sorp.lexicon import Confidence
from sorp.services.seeding import seed_default_statement
from tests.cases.council import closes_on, found, kept, live_through, with_cells

pytestmark = pytest.mark.django_db
FIRST, LATER = Quarter(2008, 1), "2026-07-01T09:00:00+00:00"
IMPORTS = ("units", "people", "indicators", "targets", "results")
Files = Mapping[str, bytes]


@pytest.fixture(autouse=True)
def _files_of_the_tests_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def seed() -> None:
    seed_default_statement(from_quarter=FIRST, approved_on=date(2008, 4, 1), by=None)


def undone(act: Callable[[], Files]) -> Files:
    """What an act gives, in a database that is as empty afterwards as it was before."""
    with transaction.atomic():
        given = act()
        transaction.set_rollback(True)
    return given


def exported(folder: Path) -> Files:
    call_command("export_all", folder, stdout=io.StringIO())
    return {each.name: each.read_bytes() for each in sorted(folder.iterdir())}


def taken_back(files: Files, folder: Path, *, quarters: list[Quarter]) -> None:
    """The files are imported one after the other, and the same quarters closed."""
    seed()
    with time_machine.travel(LATER, tick=False):
        for name in IMPORTS:
            path = folder / f"{name}.csv"
            path.write_bytes(files[path.name])
            call_command(f"import_{name}", path, stdout=io.StringIO())
    for quarter in quarters:
        with time_machine.travel(f"{closes_on(quarter)}T09:00:00+00:00", tick=False):
            close_quarter(quarter=quarter, today=closes_on(quarter), by=None)


def rows(content: bytes) -> Iterator[dict[str, str]]:
    return csv.DictReader(io.StringIO(content.decode(), newline=""))


def annual() -> list[Quarter]:
    """An annual figure that comes in Q2."""
    found("annual", with_cells(kept("annual-indicators.csv"), due="Q2"), kept("annual-targets.csv"))
    return lived(kept("annual-results.csv"))


def counted_from_april() -> list[Quarter]:
    """Totals since April, with a target for each quarter; two units renamed meanwhile."""
    found("ytd", kept("ytd-indicators.csv"), kept("ytd-targets.csv"))
    for code, name, day in (
        ("COR", "Resources", "2019-04-01"),
        ("COR-A", "Property", "2019-06-01"),
    ):
        unit = Unit.objects.get(code=code)
        place_unit(
            unit=unit, name=name, parent=unit.parent, starts_on=date.fromisoformat(day), by=None
        )
    return lived(kept("ytd-results.csv"))


def long_ago_ended() -> list[Quarter]:
    """An indicator that was retired while it was referred up."""
    found("retired", kept("retired-indicators.csv"), kept("retired-targets.csv"))
    return lived(kept("retired-results.csv"))


def in_awkward_words() -> list[Quarter]:
    """Words that spreadsheets would run, lines as browsers send them, counts, and no figure at all."""
    quarterly = with_cells(kept("annual-indicators.csv"), frequency="quarterly", measure_unit="%")
    found("annual", quarterly, kept("annual-targets.csv"))
    measured = Indicator.objects.get()
    given = [
        ResultGiven(
            numerator=Decimal(61), denominator=Decimal(80), commentary='- one\r\n- two, "three"'
        ),
        ResultGiven(
            numerator=Decimal(0), denominator=Decimal(0), confidence=Confidence.PROVISIONAL
        ),
        ResultGiven(not_available="The system was down, again"),
        ResultGiven(
            value=Decimal("71.123456"),
            confidence=Confidence.ESTIMATED,
            definition_break=True,
            data_quarter=Quarter(2018, 3),
            commentary="Zażółć: £5; ’tis so",
            management_action="- mend it",
        ),
        ResultGiven(value=Decimal(-4), commentary="Below nought"),
    ]
    quarters = list(Quarter(2018, 1).until(Quarter(2019, 1)))
    for place, (quarter, each) in enumerate(zip(quarters, given, strict=True)):
        day = closes_on(quarter)
        with time_machine.travel(f"{day}T09:00:00+00:00", tick=False):
            submit_result(
                indicator=measured, quarter=quarter, given=each, today=day, late=place == 1, by=None
            )
            close_quarter(quarter=quarter, today=day, by=None)
    register_person(email="nobody@field.example", name="Holds No Post", by=None)
    return quarters


def lived(results: str) -> list[Quarter]:
    live_through(results)
    closed = ReportingQuarter.objects.filter(state=ReportingQuarter.State.CLOSED)
    return sorted(closed.values_list("quarter", flat=True))


COUNCILS = [annual, counted_from_april, long_ago_ended, in_awkward_words]


@pytest.mark.parametrize("council", COUNCILS, ids=lambda each: each.__name__)
def test_what_is_exported_comes_back_in_and_is_exported_the_same(council, tmp_path):
    closed: list[Quarter] = []

    def live() -> Files:
        seed()
        closed.extend(council())
        return exported(tmp_path / "first")

    first = undone(live)
    assert not Indicator.objects.exists()
    (tmp_path / "back").mkdir()
    taken_back(first, tmp_path / "back", quarters=closed)

    second = exported(tmp_path / "second")

    assert {name: each.decode() for name, each in second.items()} == {
        name: each.decode() for name, each in first.items()
    }
    assert list(rows(first["ratings.csv"]))
    assert "rules-1.json" in first
