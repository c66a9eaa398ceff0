"""Measuring a closed quarter, and the pages that say how far the SORP was kept."""

import csv
import io
from datetime import date

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.quarters import Quarter
from dashboards import tasks
from dashboards.queries.compliance_checks import quarters_to_measure
from dashboards.queries.compliance_summary import compliance_overview, compliance_sheet
from dashboards.services.compliance import NotClosed, measure_compliance, preview_compliance
from indicators.models.definitions import Indicator
from kcc_perf import scheduler
from organisation.rules import PostKind, UnitTier
from sorp.models.clauses import Clause
from sorp.models.findings import Finding
from sorp.models.statement import Version
from sorp.rules.checks import Check
from tests.dashboards.compliance import Q2, TODAY, closed_quarter, result, sign
from tests.factories import CouncilFactory, IndicatorFactory, UnitFactory, UserFactory, holder

pytestmark = pytest.mark.django_db
Q1 = Q2.previous()


@pytest.fixture(autouse=True)
def in_october():
    with time_machine.travel("2011-10-31 10:00 +0000", tick=False):
        yield


@pytest.fixture
def roads():
    return UnitFactory(name="Roads", code="roads")


@pytest.fixture
def lights(roads):
    return UnitFactory(name="Lights", code="lights", tier=UnitTier.DIVISION, parent=roads)


@pytest.fixture
def schools():
    return UnitFactory(name="Schools", code="schools")


@pytest.fixture
def officer(client):
    person = holder(PostKind.PERFORMANCE_OFFICER, unit=CouncilFactory())
    client.force_login(person)
    return person


@pytest.fixture
def council(sorp_in_force, roads, lights, schools):
    """Five indicators, of which the two of Lights gave no result, and one of Roads is not signed."""
    closed_quarter()
    for reference, unit in [("R-1", roads), ("R-2", roads), ("S-1", schools)]:
        revision = result(IndicatorFactory(reference=reference, unit=unit))
        if reference != "R-2":
            sign(revision)
    for reference in ("L-1", "L-2"):
        IndicatorFactory(reference=reference, unit=lights)


@pytest.fixture
def measured(council):
    return measure_compliance(quarter=Q2, today=TODAY, by=None)


def words(response):
    return " ".join(response.content.decode().split())


def line_of(sheet, check):
    return next(each for each in sheet.lines if each.requirement.check is check)


# Measuring


@pytest.mark.usefixtures("council")
def test_measuring_records_what_was_found_and_the_same_again_changes_nothing():
    first = measure_compliance(quarter=Q2, today=TODAY, by=None)

    assert first.first == Finding.objects.count() > 0
    assert measure_compliance(quarter=Q2, today=TODAY, by=None).changed is False


@pytest.mark.usefixtures("council")
def test_naming_a_manager_afterwards_does_not_mend_what_stood_at_the_close():
    indicator = Indicator.objects.get(reference="R-1")
    indicator.accountable_manager.appointments.update(ends_on=date(2011, 10, 1))
    measure_compliance(quarter=Q2, today=TODAY, by=None)
    indicator.accountable_manager = holder(PostKind.ACCOUNTABLE_MANAGER)
    indicator.save()

    measure_compliance(quarter=Q2, today=TODAY, by=None)

    found = Finding.objects.get(unit=indicator.unit, check_made="posts_filled", is_latest=True)
    assert [each["reference"] for each in found.detail] == ["R-1"]


@pytest.mark.usefixtures("council")
def test_a_preview_says_what_would_be_recorded_and_records_nothing():
    assert "recorded" in preview_compliance(quarter=Q2, today=TODAY).sentence
    assert not Finding.objects.exists()


@pytest.mark.usefixtures("sorp_in_force")
@pytest.mark.parametrize("key", ["2011-Q1", "2011-Q3"])
def test_a_quarter_that_is_not_closed_cannot_be_measured(key):
    with pytest.raises(NotClosed, match="close it first"):
        measure_compliance(quarter=Quarter.parse(key), today=TODAY, by=None)


@pytest.mark.usefixtures("council")
def test_the_command_measures_and_can_be_tried_first(capsys):
    call_command("record_compliance", "2011-Q2", dry_run=True)
    assert "Dry run, nothing was written: Q2 2011/12: " in capsys.readouterr().out
    assert not Finding.objects.exists()

    call_command("record_compliance", "2011-Q2")
    assert "recorded" in capsys.readouterr().out
    assert Finding.objects.exists()


@pytest.mark.usefixtures("sorp_in_force")
@pytest.mark.parametrize(
    ("key", "words"), [("2011-Q3", "is not closed"), ("2011", "is not a quarter")]
)
def test_the_command_refuses_in_words(key, words):
    with pytest.raises(CommandError, match=words):
        call_command("record_compliance", key)


@pytest.mark.usefixtures("council")
def test_the_task_measures_what_was_closed_and_run_twice_finds_nothing_new():
    assert tasks.measure_compliance() == 1
    assert tasks.measure_compliance() == 0
    assert quarters_to_measure() == []
    assert quarters_to_measure(again=True) == [Q2]


@pytest.mark.usefixtures("council")
def test_a_round_measures_a_quarter_soon_after_its_close_by_night_too():
    with time_machine.travel("2011-10-31 02:00 +0000", tick=False):
        scheduler.run_due()

    assert Finding.objects.exists()


@pytest.mark.usefixtures("measured")
def test_once_an_hour_the_latest_quarters_are_measured_again(monkeypatch):
    asked = []
    monkeypatch.setattr(tasks, "quarters_to_measure", lambda again: asked.append(again) or [])

    for moment in ("10:00", "10:59", "11:01"):
        with time_machine.travel(f"2011-11-01 {moment} +0000", tick=False):
            scheduler.run_due()

    assert asked == [True, True]


@pytest.mark.usefixtures("council")
def test_one_quarter_that_fails_stops_no_other(monkeypatch, caplog):
    closed_quarter(Q1)
    real = tasks.measure

    def measure(*, quarter, **rest):
        if quarter == Q1:
            raise RuntimeError("the disk is full")
        return real(quarter=quarter, **rest)

    monkeypatch.setattr(tasks, "measure", measure)

    assert tasks.measure_compliance() == 1
    assert "Q1 2011/12 was not measured" in caplog.text


def test_a_quarter_that_no_sorp_rules_is_passed_over(db):
    closed_quarter()

    assert tasks.measure_compliance() == 0


# Rolled up


@pytest.mark.usefixtures("measured")
def test_a_directorate_holds_its_divisions_and_the_council_all(officer):
    sheet = compliance_sheet(quarter=Q2, unit="", reader=officer)

    assert sheet.parts == ("Roads", "Schools")
    line = line_of(sheet, Check.RESULTS_PRESENT)
    assert [(name, tally.sentence) for name, tally in line.cells] == [
        ("Roads", "2 of 4 kept"),
        ("Schools", "1 of 1 kept"),
    ]
    assert line.whole.sentence == "3 of 5 kept"
    assert [each.reference for each in line.lapses] == ["L-1", "L-2"]


@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize(
    ("unit", "parts", "sentence"),
    [
        ("roads", ("Lights", "Roads itself"), "2 of 4 kept"),
        ("lights", (), "0 of 2 kept"),
        ("schools", (), "1 of 1 kept"),
    ],
)
def test_a_unit_is_shown_with_its_parts_and_what_is_its_own(officer, unit, parts, sentence):
    sheet = compliance_sheet(quarter=Q2, unit=unit, reader=officer)

    assert sheet.parts == parts
    line = line_of(sheet, Check.RESULTS_PRESENT)
    assert line.whole.sentence == sentence
    assert sum(tally.looked_at for _, tally in line.cells) in (0, line.whole.looked_at)


@pytest.mark.usefixtures("measured")
def test_the_overview_has_each_directorate_and_the_quarters_before():
    closed_quarter(Q1)
    measure_compliance(quarter=Q1, today=TODAY, by=None)

    overview = compliance_overview()

    assert overview.quarters == (Q2, Q1)
    assert [row.name for row in overview.directorates] == ["Roads", "Schools"]
    of_roads, of_schools = (dict(row.cells) for row in overview.directorates)
    # Looked at: results in time, there, signed off, by another, and posts filled; Roads failed the
    # first three.
    assert of_roads[Q2].sentence == "2 of 5 in full"
    assert of_schools[Q2].sentence == "5 of 5 in full"
    present = next(row for row in overview.requirements if row.code == "5.2")
    assert [tally.sentence for _, tally in present.cells] == ["3 of 5 kept", "0 of 5 kept"]


@pytest.mark.usefixtures("measured")
def test_a_reader_without_a_post_is_told_no_reference():
    sheet = compliance_sheet(quarter=Q2, unit="", reader=UserFactory())

    assert all(line.lapses == () for line in sheet.lines)
    assert line_of(sheet, Check.RESULTS_PRESENT).whole.lapses == 2


# Pages


@pytest.mark.usefixtures("officer", "measured")
def test_the_quarters_page_says_what_lapsed_and_what_follows(client):
    told = words(client.get(reverse("compliance_of_quarter", args=[Q2.key])))

    assert "3 of 5 kept" in told
    assert "no result, and no reason given" in told
    assert 'href="/indicators/L-1/"' in told
    assert "Consequence: The indicator is not rated" in told
    assert "Nothing to check" in told
    assert "against version 1 of the SORP" in told


@pytest.mark.usefixtures("officer", "measured")
def test_nothing_to_look_at_is_never_called_kept_nor_a_hundred_per_cent(client):
    page = words(client.get(reverse("compliance")))
    overview = compliance_overview()
    empty = [
        tally for row in overview.requirements for _, tally in row.cells if not tally.looked_at
    ]

    assert empty
    assert all(tally.per_cent is None and not tally.is_full for tally in empty)
    assert page.count("Nothing to check") == len(empty)


@pytest.mark.usefixtures("officer", "measured")
def test_the_overview_leads_to_each_directorate(client):
    told = words(client.get(reverse("compliance")))

    assert f'href="{reverse("compliance_of_quarter", args=[Q2.key])}?unit=roads"' in told
    assert "Across the council, " in told


@pytest.mark.usefixtures("officer")
def test_before_a_quarter_is_closed_the_page_says_what_will_appear(client):
    assert "No quarter is closed yet" in words(client.get(reverse("compliance")))


@pytest.mark.usefixtures("officer", "council")
def test_before_it_is_measured_the_pages_say_so_and_an_officer_may_measure(client):
    for address in (reverse("compliance"), reverse("compliance_of_quarter", args=[Q2.key])):
        assert "Not measured yet" in words(client.get(address))

    response = client.post(reverse("measure_compliance", args=[Q2.key]), follow=True)

    assert "findings recorded." in words(response)
    assert "3 of 5 kept" in words(response)


@pytest.mark.usefixtures("officer")
def test_where_no_sorp_rules_it_is_not_measured_and_it_is_said_why(client):
    closed_quarter()

    response = client.post(reverse("measure_compliance", args=[Q2.key]), follow=True)

    assert "No version of the SORP is in force for Q2 2011/12" in words(response)
    assert "Nothing is measured" in words(response)


@pytest.mark.usefixtures("measured")
def test_who_only_reads_has_no_button(client):
    client.force_login(holder(PostKind.STAFF))

    told = words(client.get(reverse("compliance_of_quarter", args=[Q2.key])))

    assert "3 of 5 kept" in told
    assert reverse("measure_compliance", args=[Q2.key]) not in told


@pytest.mark.usefixtures("officer", "measured")
@pytest.mark.parametrize("address", ["2011-Q3/", "2011-Q5/", "2011-Q2/?unit=nowhere"])
def test_what_there_is_not_is_not_found(client, address):
    assert client.get(reverse("compliance") + address).status_code == 404


@pytest.mark.usefixtures("officer", "measured")
def test_the_file_has_a_line_for_each_part_and_one_for_the_whole(client):
    response = client.get(reverse("compliance_csv", args=[Q2.key]))
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))
    present = [row for row in rows if row["check"] == "results_present"]

    assert [(row["unit"], row["looked_at"], row["kept"]) for row in present] == [
        ("Roads", "4", "2"),
        ("Schools", "1", "1"),
        ("The council", "5", "3"),
    ]
    assert present[-1]["not_kept"].startswith("L-1: no result")
    assert {row["sorp_version"] for row in rows} == {"1"}


@pytest.mark.usefixtures("officer", "measured")
def test_the_file_of_a_unit_is_that_units(client):
    address = reverse("compliance_csv", args=[Q2.key]) + "?unit=lights"
    rows = list(csv.DictReader(io.StringIO(client.get(address).content.decode())))

    assert {row["unit"] for row in rows} == {"Lights"}


@pytest.mark.usefixtures("officer", "sorp_in_force")
def test_a_clause_without_a_working_check_reads_not_yet_measured_and_is_not_counted(
    client, request
):
    clause = Clause.objects.get(check_made=Check.RESULTS_PRESENT)
    with connection.cursor() as cursor:  # as by somebody with the database in hand
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE sorp_clause DISABLE TRIGGER USER")
        else:
            cursor.execute("DROP TRIGGER sorp_clause_update_of_bound")
        Clause.objects.filter(pk=clause.pk).update(check_made="made_by_nobody")
    request.getfixturevalue("measured")
    of_quarter = reverse("compliance_of_quarter", args=[Q2.key])
    said = f"{clause.number} {clause.heading}: not yet measured"

    for address in (reverse("compliance"), of_quarter):
        assert said in client.get(address).content.decode()
    rows = csv.DictReader(
        io.StringIO(client.get(reverse("compliance_csv", args=[Q2.key])).content.decode())
    )
    (told,) = (row for row in rows if row["clause"] == clause.number)
    assert (told["check"], told["looked_at"], told["kept"]) == ("not yet measured", "", "")


@pytest.mark.usefixtures("officer", "sorp_in_force")
def test_queries_are_as_many_for_1_as_for_20(client):
    closed_quarter()
    asked = []
    for how_many in (1, 19):
        for _ in range(how_many):
            IndicatorFactory()
        measure_compliance(quarter=Q2, today=TODAY, by=None)
        counts = []
        for address in (reverse("compliance"), reverse("compliance_of_quarter", args=[Q2.key])):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            counts.append(len(queries))
        asked.append(counts)

    assert asked[0] == asked[1]
    assert max(asked[0]) <= 12


@pytest.mark.usefixtures("officer", "measured")
def test_a_finding_keeps_the_version_it_stands_against():
    assert set(Finding.objects.values_list("version", flat=True)) == {
        Version.objects.ruling(Q2).get().pk
    }
    assert Finding.objects.first().found_at.date() == date(2011, 10, 31)


@pytest.mark.usefixtures("sorp_in_force")
def test_the_sorp_leads_to_how_far_it_is_kept_for_those_who_signed_in(client):
    address = f'href="{reverse("compliance")}"'

    assert address not in words(client.get(reverse("sorp")))
    client.force_login(holder(PostKind.STAFF))
    assert address in words(client.get(reverse("sorp")))
