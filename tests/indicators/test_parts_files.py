"""Parts of figures from files and back: all rows or none, silence erases nothing, exports come back in."""

from decimal import Decimal

import pytest
import time_machine
from django.core.management import call_command

from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.tables.rows import columns_of
from indicators.importing.parts import BreakdownRow, DimensionRow, PartRow, PartTargetRow
from indicators.models.definitions import Indicator
from indicators.models.parts import (
    Breakdown,
    Dimension,
    Part,
    PartResult,
    PartsRevision,
    PartTarget,
)
from tests.factories import IndicatorFactory, RevisionFactory

DIMENSIONS = """\
dimension,name,each_case_once,withheld_below,part,part_name
district,District,yes,5,ashford,Ashford
district,District,yes,5,dover,Dover
tenure,Tenure,no,0,owned,Owned
"""
BREAKDOWNS = """\
reference,dimension,values_add_up
PI-1,district,no
PI-2,district,yes
PI-2,tenure,no
"""
PART_TARGETS = """\
reference,dimension,part,from_quarter,target,floor,lower,upper,outer_lower,outer_upper,reason,approved_by
PI-1,district,dover,2011-Q1,70,60,,,,,Fewest are served there,Cabinet
"""
PARTS = """\
reference,quarter,dimension,part,value,numerator,denominator,not_available
PI-1,2011-Q1,district,ashford,,40,50,
PI-1,2011-Q1,district,dover,60,,,
PI-2,2011-Q1,district,ashford,<5,,,
PI-2,2011-Q1,tenure,owned,,,,Not asked
"""
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sorp_in_force")]


@pytest.fixture(autouse=True)
def _on_1_november_2011():
    with time_machine.travel("2011-11-01", tick=False):
        yield


@pytest.fixture
def run(tmp_path, capsys):
    """Run an import command on a text. Returns the exit code and the lines it printed."""

    def run(name, text, *options):
        path = tmp_path / f"{name}.csv"
        path.write_bytes(text.encode())
        try:
            call_command(f"import_{name}", path, *options)
            code = 0
        except SystemExit as leaving:
            code = leaving.code
        said = capsys.readouterr()
        return code, (said.out + said.err).splitlines()

    return run


@pytest.fixture
def measured(run):
    for reference in ("PI-1", "PI-2"):
        IndicatorFactory(reference=reference)
    assert run("dimensions", DIMENSIONS)[0] == 0
    assert run("breakdowns", BREAKDOWNS)[0] == 0
    assert run("part_targets", PART_TARGETS)[0] == 0


FILES = {
    "dimensions": (DIMENSIONS, 2),
    "breakdowns": (BREAKDOWNS, 3),
    "part_targets": (PART_TARGETS, 1),
    "parts": (PARTS, 4),
}

ROWS = {
    "dimensions": DimensionRow,
    "breakdowns": BreakdownRow,
    "part_targets": PartTargetRow,
    "parts": PartRow,
}


def everything():
    kinds = (Dimension, Part, Breakdown, PartTarget, PartsRevision, PartResult, ReportingQuarter)
    return {kind.__name__: list(kind.objects.order_by("pk").values()) for kind in kinds}


@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize("name", FILES)
def test_a_file_imported_twice_changes_nothing(run, name):
    text, rows = FILES[name]
    run(name, text)
    before = everything()

    code, said = run(name, "\ufeff" + text.replace("\n", "\r\n"))

    assert code == 0
    assert said[-1].endswith(f"0 new, 0 changed, {rows} unchanged.")
    assert everything() == before


@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize("name", FILES)
def test_what_is_exported_comes_back_in_and_is_exported_alike(run, name, tmp_path, capsys):
    run("parts", PARTS)

    def exported():
        call_command(f"export_{name}")
        return capsys.readouterr().out

    first = exported()
    assert run(name, first)[0] == 0

    assert exported() == first
    assert len(first.splitlines()) > 1
    assert first.splitlines()[0].split(",") == list(columns_of(ROWS[name]))


@pytest.mark.usefixtures("measured")
def test_a_dry_run_says_what_would_change_and_writes_nothing(run):
    run("parts", PARTS)
    before = everything()

    code, said = run("parts", PARTS.replace("40,50", "41,50"), "--dry-run")

    assert (code, said) == (
        0,
        [
            "changed: PI-1 2011-Q1 ashford",
            "worth a second look: PI-1 2011-Q1 by district: Dover has no counts, so nobody can tell"
            " whether fewer than 5 stand behind the figure. Can you give the numerator and"
            " denominator?",
            "parts.csv: parts: 0 new, 1 changed, 3 unchanged would follow; nothing was written.",
        ],
    )
    assert everything() == before


def standing(reference="PI-1"):
    rows = PartResult.objects.filter(
        revision__is_latest=True, revision__indicator__reference=reference
    )
    return {
        row.part.key: (row.value, row.numerator, row.denominator, row.not_available)
        for row in rows.select_related("part")
    }


HEADER = PARTS.splitlines()[0]


@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize(
    ("row", "stands"),
    [
        # Silence erases nothing: not in a row, and not of a part that has no row.
        ("ashford,,,,", (Decimal(80), 40, 50, "")),
        ("ashford,,45,,", (Decimal(90), 45, 50, "")),
        ("ashford,(clear),(clear),(clear),", None),
        ("ashford,75,(clear),(clear),", (Decimal(75), None, None, "")),
        ("ashford,[c],,,", (None, None, None, "")),
        ("ashford,(CLEAR),(clear),(clear),Lost", (None, None, None, "Lost")),
    ],
)
def test_an_empty_cell_leaves_what_was_said_and_clearing_takes_a_word(run, row, stands):
    run("parts", PARTS)

    code, _ = run("parts", f"{HEADER}\nPI-1,2011-Q1,district,{row}\n")

    assert code == 0
    assert standing().get("ashford") == stands
    assert standing()["dover"] == (60, None, None, "")


@pytest.mark.usefixtures("measured")
def test_figures_end_the_reason_why_there_were_none(run):
    run("parts", PARTS)

    assert run("parts", f"{HEADER}\nPI-2,2011-Q1,tenure,owned,12,,,\n")[0] == 0

    assert standing("PI-2")["owned"] == (12, None, None, "")


@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("PI-9,2011-Q1,district,dover,1,,,", "6:reference: import the indicator first"),
        ("PI-1,2011-Q1,ward,dover,1,,,", "6:dimension: add the dimension first: there is no ward"),
        ("PI-1,2011-Q1,district,deal,1,,,", "6:part: write one of ashford, dover, not 'deal'"),
        ("PI-1,2011-Q1,tenure,owned,1,,,", "6:dimension: PI-1 is not broken down by this"),
        ("PI-1,2011-Q1,district,dover,1,,,", "6:part: remove this row or row 3"),
        ("PI-1,2011-Q3,district,dover,1,,,", "6:quarter: Q3 2011/12 has not ended"),
        ("PI-1,2010-Q3,district,dover,1,,,", "6:quarter: revise these parts on their page"),
        ("PI-1,2011-Q2,district,dover,many,,,", "6:value: write a number in figures"),
        ("PI-1,2011-Q2,district,dover,,<5,20,", "6:numerator: leave the other cells empty"),
        (
            "PI-1,2011-Q2,district,dover,70,17,20,",
            "6:numerator: The numerator and denominator give",
        ),
        ("PI-1,2011-Q2,district,dover,,17,,", "6:numerator: Give both"),
        ("PI-1,2011-Q2,district,dover,7,,,Lost", "6:value: Give either figures or the reason"),
        ("PI-1,2011-Q2,district,dover,<5,,,Lost", "6:value: leave the other cells empty"),
        ("PI-1,2011-Q2,district,dover,70 (p),,,", "6:value: Write the number alone"),
        ('PI-1,2011-Q2,district,dover,"70,5",,,', "6:value: write a full stop"),
    ],
)
def test_a_bad_part_is_told_and_none_is_kept(run, row, fault):
    ReportingQuarter.objects.create(
        quarter=Quarter(2010, 3), state="closed", closed_at="2011-02-01T09:00Z"
    )
    before = everything()

    code, said = run("parts", PARTS + row + "\n")

    assert code == 1
    assert said[0].startswith(f"parts.csv:{fault}")
    assert everything() == before


@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize("trial", [["--dry-run"], []])
def test_parts_that_do_not_add_up_are_asked_about_and_not_refused(run, trial):
    RevisionFactory(
        result__indicator=Indicator.objects.get(reference="PI-1"),
        result__quarter=Quarter(2011, 2),
        value=Decimal(80),
        numerator=Decimal(80),
        denominator=Decimal(100),
    )
    rows = "PI-1,2011-Q2,district,ashford,,50,60,\nPI-1,2011-Q2,district,dover,,40,50,\n"

    code, said = run("parts", f"{HEADER}\n{rows}", *trial)

    assert code == 0
    asked = [line for line in said if line.startswith("worth a second look: PI-1 2011-Q2")]
    assert len(asked) == 2
    assert "numerators add up to 90, and the whole’s is 80" in asked[0]
    assert PartResult.objects.exists() is not bool(trial)


@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize(
    ("name", "row", "fault"),
    [
        (
            "dimensions",
            "district,District,no,5,deal,Deal",
            "5:each_case_once: write what row 2 says",
        ),
        ("dimensions", "district,District,yes,5,deal,Dover", "2:part_name: Give each part a name"),
        ("dimensions", "District,District,yes,5,deal,Deal", "5:dimension: use small letters"),
        ("dimensions", "age,Age,yes,101,old,Old", "5:withheld_below: write a whole number from 0"),
        ("breakdowns", "PI-1,ward,no", "5:dimension: add the dimension first"),
        (
            "part_targets",
            "PI-1,tenure,owned,2011-Q1,70,60,,,,,Why,Cabinet",
            "3:dimension: PI-1 is not broken down by tenure",
        ),
        (
            "part_targets",
            "PI-1,district,dover,2011-Q2,70,80,,,,,Why,Cabinet",
            "3:target: Give a floor standard no better",
        ),
        (
            "part_targets",
            "PI-1,district,dover,2010-Q2,70,60,,,,,Why,Cabinet",
            "3:from_quarter: Q2 2010/11 is closed",
        ),
    ],
)
def test_a_bad_row_of_the_other_files_is_told_and_nothing_is_kept(run, name, row, fault):
    ReportingQuarter.objects.create(
        quarter=Quarter(2010, 3), state="closed", closed_at="2011-02-01T09:00Z"
    )
    before = everything()

    code, said = run(name, FILES[name][0] + row + "\n")

    assert code == 1
    assert said[0].startswith(f"{name}.csv:{fault}")
    assert everything() == before
