"""A24: what is exported comes back in, and gives the same again. Councils of several kinds."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import transaction
from django.urls import reverse

from core.canonical_json import digest
from core.models.audit import AuditEvent
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.tables.faults import RefusedFileError
from dashboards.exporting import ALWAYS, IMPORTED, all_files
from escalation.services.closing import close_quarter
from indicators.importing.definitions import import_indicators
from indicators.models.data_quality import DataQualityEntry
from indicators.models.definitions import Awaited, DefinitionChange, Indicator, Suspension
from indicators.models.ratings import Rating
from indicators.models.variations import Variation, VariedTrigger
from indicators.rules.data_quality import Risk
from indicators.rules.entry import ResultGiven
from indicators.services.awaited import say_awaited
from indicators.services.data_quality import DataQualityGiven, write_data_quality
from indicators.services.definitions import (
    redefine_indicator,
    retire_indicator,
    suspend_indicator,
)
from indicators.services.results import submit_result
from indicators.services.variations import VariedWindow, agree_variation, propose_variation
from organisation.exporting import people_csv
from organisation.importing.people import import_people
from organisation.importing.units import import_units
from organisation.models.people import User
from organisation.models.units import Unit
from organisation.rules import PostKind
from organisation.services.people import appoint, register_person
from organisation.services.units import place_unit
from reports.contents.edition import edition_contents
from reports.rendering.csvs import tables
from reports.rules.projection import public_form
from sorp.lexicon import Confidence
from sorp.services.seeding import seed_default_statement
from tests.cases.council import closes_on, found, import_on, kept, live_through, with_cells
from tests.reports.documents import indicator, public_edition

pytestmark = pytest.mark.django_db
FIRST, LATER = Quarter(2008, 1), "2026-07-01T09:00:00+00:00"
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
        for name in IMPORTED:
            if name in files:
                (folder / name).write_bytes(files[name])
                said = io.StringIO()
                call_command(f"import_{name.removesuffix('.csv')}", folder / name, stdout=said)
                assert name == "units.csv" or "0 changed, 0 unchanged" in said.getvalue()
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


def judged_otherwise() -> list[Quarter]:
    """A council that departs from its rules for a time, by leave, and knows how far to trust its figures."""
    quarterly = with_cells(
        kept("annual-indicators.csv"),
        frequency="quarterly",
        source="Cards",
        first_quarter="2017-Q4",
    )
    found("annual", quarterly, kept("annual-targets.csv"))
    measured = Indicator.objects.get()
    manager, officer = measured.accountable_manager, User.objects.get(email="team@field.example")
    approver = register_person(email="approver@field.example", name="An Approver", by=None)
    appoint(
        person=approver, kind=PostKind.MANAGING_DIRECTOR,
        unit=Unit.objects.get(tier="council"), starts_on=date(2008, 4, 1), by=None,
    )  # fmt: skip
    with time_machine.travel("2018-04-03T09:00:00+00:00", tick=False):
        suspend_indicator(
            indicator=measured, from_quarter=Quarter(2018, 4), until_quarter=Quarter(2019, 1),
            reason="A new system", approved_by="Cabinet", by=officer,
        )  # fmt: skip
        proposed = propose_variation(
            indicator=measured, what="Amber reaches down to 60", reason="A hard winter: =so",
            from_quarter=Quarter(2018, 2), until_quarter=Quarter(2019, 4), floor=Decimal(60),
            exit_quarters=2, triggers=[VariedWindow("red-two-quarters", 1, 1)], by=manager,
        )  # fmt: skip
        agree_variation(variation=proposed, decision="For two years,\nno longer", by=approver)
        for risk in (Risk.HIGH, Risk.LOW):
            write_data_quality(
                indicator=measured,
                given=DataQualityGiven(
                    source="Cards", risk=risk, why="Counted by hand",
                    checked_on=date(2018, 3, 1), checked_by="Audit", finding="- two in 100 wrong",
                    mend="Count twice", mend_due_on=date(2018, 9, 1),
                ),
                today=date(2018, 4, 3), by=manager,
            )  # fmt: skip
        say_awaited(
            indicator=measured, quarter=Quarter(2017, 4), publisher="The Department",
            until=date(2018, 5, 31), today=date(2018, 4, 3), by=officer,
        )  # fmt: skip
    quarters = list(Quarter(2017, 4).until(Quarter(2020, 1)))
    values = [None, 79, 62, None, None, None, 58, 81, 83, 84]
    for quarter, value in zip(quarters, values, strict=True):
        day = closes_on(quarter)
        with time_machine.travel(f"{day}T09:00:00+00:00", tick=False):
            if quarter == Quarter(2019, 3):
                redefine_indicator(
                    indicator=measured, source="A machine", title="Counted by machine",
                    reason="The cards were given up", by=officer,
                )  # fmt: skip
            if value is not None:
                given = ResultGiven(value=Decimal(value))
                submit_result(
                    indicator=measured, quarter=quarter, given=given, today=day, late=False, by=None
                )
            close_quarter(quarter=quarter, today=day, by=None)
    return quarters


def replaced() -> list[Quarter]:
    """An indicator that another replaces from a quarter on."""
    old = kept("annual-indicators.csv")
    both = with_cells(old, due="Q2", first_quarter="2017-Q1")
    found("annual", both, kept("annual-targets.csv"))
    first = Indicator.objects.get()
    second = kept("annual-indicators.csv").replace(first.reference, "ANNUAL-2")
    import_on("2019-04-02", "indicators", with_cells(second, due="Q2", first_quarter="2020-Q1"))
    with time_machine.travel("2019-04-02T09:00:00+00:00", tick=False):
        retire_indicator(
            indicator=first, last_quarter=Quarter(2019, 4), reason="Nobody read it", by=None,
            successor=Indicator.objects.get(reference="ANNUAL-2"),
        )  # fmt: skip
    head, *results = kept("annual-results.csv").splitlines()
    early = [row for row in results if row.split(",")[1] < "2020"]
    return lived("\n".join([head, *early]) + "\n")


def lived(results: str) -> list[Quarter]:
    live_through(results)
    closed = ReportingQuarter.objects.filter(state=ReportingQuarter.State.CLOSED)
    return sorted(closed.values_list("quarter", flat=True))


COUNCILS = [
    pytest.param(annual, marks=pytest.mark.long),
    counted_from_april,
    pytest.param(long_ago_ended, marks=pytest.mark.long),
    in_awkward_words,
    judged_otherwise,
    replaced,
]


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


def test_what_a_council_departed_from_is_in_its_files_and_what_follows_from_it(tmp_path):
    seed()
    judged_otherwise()

    files = exported(tmp_path / "all")

    assert set(files) - {*ALWAYS, "ratings.csv", "escalations.csv", "rules-1.json", "READ-ME.md"} == {
        "awaited.csv", "data_quality.csv", "definition_changes.csv", "suspensions.csv", "variations.csv",
    }  # fmt: skip
    said = {row["quarter"]: row["rag"] or row["not_rated"] for row in rows(files["ratings.csv"])}
    assert (said["2017-Q4"], said["2018-Q4"], said["2019-Q3"]) == (
        "no_result",
        "suspended",
        "green",
    )
    assert Rating.objects.filter(quarter=Quarter(2017, 4), not_rated="awaited").exists(), (
        "until its day"
    )
    assert said["2018-Q2"] == "amber", "by the floor of its variation"
    assert [row["part"] for row in rows(files["definition_changes.csv"])] == ["source", "title"]
    assert [row["opened_in"] for row in rows(files["escalations.csv"]) if row["level"] == "pat"]


EVERYTHING_ELSE = ("suspensions", "variations", "awaited", "data_quality", "definition_changes")
KEPT = (Suspension, Variation, VariedTrigger, Awaited, DataQualityEntry, DefinitionChange)


def test_importing_the_same_again_changes_nothing(tmp_path):
    seed()
    judged_otherwise()
    files = exported(tmp_path / "all")

    for name in EVERYTHING_ELSE:
        said = io.StringIO()
        with time_machine.travel(LATER, tick=False):
            call_command(f"import_{name}", tmp_path / "all" / f"{name}.csv", stdout=said)
        assert ": 0 new, 0 changed, " in said.getvalue().splitlines()[-1]

    assert exported(tmp_path / "after") == files


# Of which file, what in it is written otherwise, and what is then said of it.
CONTRADICTIONS = [
    ("suspensions", "2019-Q1", "2018-Q1", "suspensions.csv:2:until_quarter:"),
    ("suspensions", "2018-Q4", "2018-Q3", "from_quarter: Q3 2018/19 is closed"),
    ("suspensions", "ANN-1", "NO-1", "suspensions.csv:2:reference: import the indicator first"),
    ("variations", ",60,", ",61,", "what was agreed is not changed by a file: end it on its page"),
    ("variations", "approver@", "nobody@", "decided_by: import the person first"),
    ("variations", "2018-Q2", "2018-Q3", "from_quarter: Q3 2018/19 is closed"),
    ("data_quality", "Counted by hand", "Guessed", "number: Entry 1 exists and says something "
        "else"),
    ("data_quality", ",1,Cards", ",9,Cards", "number: Entry 3 comes first"),
    ("data_quality", "2018-03-01", "2031-03-01", "checked_on: 1 March 2031 has not come yet"),
    ("data_quality", ",Audit,", ",,", "checked_by: Say who checked it"),
    ("definition_changes", "A machine", "A clock", "version: Version 2 exists and says "
        "something else"),
    ("definition_changes", ",2,source", ",7,source", "version: Version 3 comes first"),
    ("definition_changes", ",source,", ",colour,", "part: name a part of the definition"),
]  # fmt: skip


def test_what_contradicts_what_stands_is_refused_and_nothing_is_kept(tmp_path):
    seed()
    judged_otherwise()
    files = exported(tmp_path / "all")
    before = {each._meta.label: list(each.objects.values_list()) for each in KEPT}

    for name, was, becomes, fault in CONTRADICTIONS:
        text = files[f"{name}.csv"].decode()
        assert was in text, f"{name}: {was}"
        path = tmp_path / f"{name}.csv"
        path.write_text(text.replace(was, becomes, 1), newline="")
        said = io.StringIO()
        with time_machine.travel(LATER, tick=False), pytest.raises(SystemExit):
            call_command(f"import_{name}", path, stdout=io.StringIO(), stderr=said)

        assert fault in said.getvalue()
    assert {each._meta.label: list(each.objects.values_list()) for each in KEPT} == before


def published(quarter: Quarter) -> Files:
    """The tables of a report's public edition."""
    document = edition_contents(quarter=quarter, number=1, frozen_on=date(2026, 1, 5))
    return tables(public_form(document))


OURS = """\
email,name,post,unit,from,to,title
own.reader@elsewhere.example,Own Reader,accountable_manager,COR-A,2008-04-01,,"Accountable manager, Division A"
"""


# Reports do not publish what was agreed otherwise as files that could be taken back.
IN_THEIR_OWN_WORDS = [
    annual,
    pytest.param(counted_from_april, marks=pytest.mark.long),
    pytest.param(long_ago_ended, marks=pytest.mark.long),
    in_awkward_words,
]


@pytest.mark.parametrize("council", IN_THEIR_OWN_WORDS, ids=lambda each: each.__name__)
def test_a_reader_of_the_published_files_gets_the_published_ratings(council, tmp_path):
    """With people of their own for the offices that are named, since no person is."""
    closed: list[Quarter] = []

    def live() -> Files:
        seed()
        closed.extend(council())
        return published(closed[-1])

    first = undone(live)
    assert b"manager@field.example" not in b"".join(first.values())
    (tmp_path / "back").mkdir()
    taken_back({**first, "people.csv": OURS.encode()}, tmp_path / "back", quarters=closed)

    second = published(closed[-1])

    assert {name: each.decode() for name, each in second.items()} == {
        name: each.decode() for name, each in first.items()
    }


def test_an_office_that_nobody_holds_is_told_in_one_line_with_what_to_write(tmp_path):
    seed()
    found("annual", kept("annual-indicators.csv"), kept("annual-targets.csv"))
    text = kept("annual-indicators.csv").replace("manager@field.example", "The X office")

    with pytest.raises(RefusedFileError) as refused:
        import_indicators(text.encode(), file="indicators.csv")

    assert str(refused.value) == (
        "indicators.csv:2:accountable_manager: write the e-mail address of whoever holds this office:"
        " nobody is 'The X office'"
    )


def test_an_office_that_two_people_hold_is_asked_about(tmp_path):
    seed()
    found("annual", kept("annual-indicators.csv"), kept("annual-targets.csv"))
    import_people(OURS.encode(), file="people.csv")
    text = kept("annual-indicators.csv").replace(
        "manager@field.example", '"Accountable manager, Division A"'
    )

    with pytest.raises(RefusedFileError) as refused:
        import_indicators(text.encode(), file="indicators.csv")

    assert "write manager@field.example or own.reader@elsewhere.example" in str(refused.value)


def test_export_all_goes_to_a_folder_of_its_own(tmp_path):
    seed()
    (tmp_path / "notes.txt").write_text("mine")

    with pytest.raises(CommandError, match="name a new folder, or an empty one"):
        call_command("export_all", tmp_path)

    assert [each.name for each in tmp_path.iterdir()] == ["notes.txt"]


def test_a_unit_in_two_rows_says_from_when_each_is_so(tmp_path):
    text = (
        "code,name,tier,parent,starts_on\nC,Council,council,,\nC,The Council,council,,2012-04-01\n"
    )

    with pytest.raises(RefusedFileError) as refused:
        import_units(text.encode(), file="units.csv", today=date(2020, 1, 1))

    assert str(refused.value) == (
        "units.csv:3:starts_on: give the day from which this is so, here and in row 2"
    )


def test_the_performance_officer_takes_the_same_along_as_one_archive(client):
    seed()
    found("annual", kept("annual-indicators.csv"), kept("annual-targets.csv"))
    officer = User.objects.get(email="team@field.example")
    client.force_login(officer)

    page = client.get(reverse("take_everything"))
    taken = client.post(reverse("take_everything"))

    assert "people.csv" in page.content.decode()
    with zipfile.ZipFile(io.BytesIO(taken.content)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == all_files()
    told = AuditEvent.objects.get(act="took everything as files")
    assert told.actor_id == officer.pk
    assert told.detail["files"]["people.csv"] == digest(people_csv().encode())


def test_what_is_given_by_month_is_published_as_what_is_told_of_it_a_figure_a_quarter():
    monthly = {"frequency": "monthly", "basis": "month", "made_of_months": "mean"}
    document = public_edition(indicators=[indicator("M-1", [91, 92, 93], target=90, floor=80)])
    document["indicators"][0] |= monthly

    (row,) = rows(tables(document)["indicators.csv"])

    assert [row[name] for name in monthly] == ["quarterly", "quarter", ""]
