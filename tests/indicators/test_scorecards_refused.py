"""Scorecards that cannot be taken, and what in one is asked about: in words, with the cell named."""

import io
import zipfile
from decimal import Decimal
from itertools import permutations

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from core.tables.workbooks import LOCKED_STREAM, OLD_OFFICE, RefusedWorkbook, WorkbookFault
from indicators.scorecards.cell_figures import figure_written, target_in
from indicators.scorecards.explaining import Rated, explain, polarity_by_statuses
from indicators.scorecards.facts import ScorecardReader
from indicators.scorecards.grids import GridCell, Place, grids_of, rag_of_colour, range_of
from indicators.scorecards.periods import Context, Period, context_of, heading_period
from indicators.scorecards.reading import LARGEST_FILE, NothingToRead, read_scorecard
from indicators.scorecards.settling import ScorecardAnswers, asked_of, settled
from indicators.scorecards.vocabulary import (
    Role,
    heading,
    meaning_of,
    polarity_named,
    status_named,
    unit_in_title,
)
from sorp.lexicon import Polarity, Rag
from tests.indicators.scorecard_layouts import Put, known, plain, saved, sheet_of, workbook

HEAD = ["Ref", "Indicator", "Target", "Q1", "Q2", "RAG"]
TITLE = ["Scorecard 2022/23"]


def one(*rows, name="scorecard.xlsx", **more):
    return [(name, workbook(Scorecard=[TITLE, [], HEAD, *rows], **more))]


def fault_of(name, content):
    with pytest.raises(RefusedWorkbook) as refusal:
        read_scorecard([(name, content)])
    return refusal.value.fault, str(refusal.value)


# Files as a whole


def zipped(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()


def unpacked(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def small():
    return one(["A1", "Calls answered (%)", 90, 91, 92, "G"])[0][1]


@pytest.mark.parametrize(
    ("content", "fault", "says"),
    [
        (b"", WorkbookFault.EMPTY, "empty"),
        (b" \r\n ", WorkbookFault.EMPTY, "empty"),
        (b"%PDF-1.7 \x00", WorkbookFault.WRONG_TYPE, "a PDF"),
        (
            b"<html><table><tr><td>Ref</td></tr></table></html>",
            WorkbookFault.WRONG_TYPE,
            "web page",
        ),
        (b"\x7fELF\x00\x00\x00", WorkbookFault.WRONG_TYPE, "kind that is not known"),
        (b"PK\x03\x04 cut short", WorkbookFault.UNREADABLE, "damaged"),
        (OLD_OFFICE + bytes(600) + LOCKED_STREAM, WorkbookFault.PASSWORD, "password"),
        (OLD_OFFICE + "WordDocument".encode("utf-16-le"), WorkbookFault.WRONG_TYPE, ".docx"),
        (OLD_OFFICE + bytes(2000), WorkbookFault.UNREADABLE, "could not be read"),
        (zipped({"other.txt": b"x"}), WorkbookFault.WRONG_TYPE, "not known"),
        (zipped({"xl/workbook.bin": b"x"}), WorkbookFault.WRONG_TYPE, ".xlsb"),
        (zipped({"xl/workbook.xml": b"<x/>"}), WorkbookFault.UNREADABLE, "could not be read"),
        (
            zipped(
                {
                    "mimetype": b"x",
                    "content.xml": b"<x/>",
                    "META-INF/manifest.xml": b"<encryption-data/>",
                }
            ),
            WorkbookFault.PASSWORD,
            "password",
        ),
    ],
    ids=lambda each: repr(each)[:24],
)
def test_a_file_that_cannot_be_taken_is_refused_in_words(content, fault, says):
    found, told = fault_of("file", content)
    assert found is fault
    assert says in told


def test_a_file_of_50_mb_is_refused_by_its_size_alone(tmp_path, capsys):
    content = bytes(LARGEST_FILE + 1)
    assert fault_of("big.xlsx", content)[0] is WorkbookFault.TOO_BIG
    path = tmp_path / "big.xlsx"
    with path.open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    with pytest.raises(SystemExit):
        call_command("read_scorecard", path, output=tmp_path / "out")
    assert "big.xlsx: The selected file must be 10 MB or smaller" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_bomb_is_refused_without_being_unpacked():
    parts = unpacked(small()) | {"xl/worksheets/sheet2.xml": b"0" * 40_000_000}
    fault, told = fault_of("bomb.xlsx", zipped(parts))
    assert fault is WorkbookFault.UNSAFE
    assert "expands to far more" in told


def test_a_workbook_with_a_dtd_is_refused():
    parts = unpacked(small())
    parts["xl/workbook.xml"] = b'<!DOCTYPE x [<!ENTITY a "b">]>' + parts["xl/workbook.xml"]
    assert fault_of("dtd.xlsx", zipped(parts))[0] is WorkbookFault.UNSAFE


@pytest.mark.parametrize(
    "rows",
    [
        [["Minutes of a meeting"], ["Present:", "Cllr A", "Cllr B"]],
        [["Name", "Telephone"], ["A", "01622"], ["B", "01233"]],
        [[1, 2, 3], [4, 5, 6]],
    ],
)
def test_a_file_with_nothing_that_reads_as_an_indicator_says_where_it_begins(rows):
    with pytest.raises(NothingToRead) as refusal:
        read_scorecard([("minutes.xlsx", workbook(Sheet1=rows))])
    assert "nothing that reads as an indicator" in str(refusal.value)
    assert "Sheet1!A1" in str(refusal.value)


def test_the_command_refuses_in_one_line_and_writes_nothing(tmp_path, capsys):
    path = tmp_path / "minutes.xlsx"
    path.write_bytes(workbook(Sheet1=[["Minutes"]]))
    with pytest.raises(SystemExit) as ended:
        call_command("read_scorecard", path, output=tmp_path / "out")
    assert ended.value.code == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "out").exists()
    with pytest.raises(CommandError):
        call_command("read_scorecard", str(path))


def test_the_command_writes_the_columns_of_the_import_commands(tmp_path, capsys):
    path = tmp_path / "scorecard.xlsx"
    path.write_bytes(small())
    call_command("read_scorecard", path, output=tmp_path / "out")
    first = {each.name: each.read_text().splitlines()[0] for each in (tmp_path / "out").iterdir()}
    assert first["published_status.csv"] == "reference,quarter,rag"
    assert first["doubts.csv"] == "file,sheet,cell,field,read_as,sure,why"
    assert first["results.csv"].startswith(
        "reference,quarter,value,numerator,denominator,confidence"
    )
    assert first["targets.csv"].startswith("reference,from_quarter,target,floor,lower,upper")
    assert first["indicators.csv"].startswith("reference,title,unit,tier,kind,measure_unit")
    assert "1 indicators, 2 results" in capsys.readouterr().out


# What in a file is asked about


def asked(files, of):
    return [each for each in read_scorecard(files).doubts if each.field == of]


def test_two_indicators_of_one_reference_are_asked_about_at_the_second():
    files = one(
        ["A1", "Calls answered (%)", 90, 91, 92, "G"], ["A1", "Homes built", 30, 20, 31, "G"]
    )
    (doubt,) = asked(files, "reference")
    assert doubt.cell == "A5"
    assert doubt.read_as == "A1-2"
    assert "Scorecard!A4" in doubt.why


def test_one_title_on_two_sheets_with_other_figures_is_asked_about():
    rows = [TITLE, [], ["Indicator", "Target", "Q1"], ["Complaints answered in time", 90, 91]]
    other = [*rows[:3], ["Complaints answered in time", 90, 71]]
    (doubt,) = asked([("two.xlsx", workbook(Highways=rows, Housing=other))], "title")
    assert (doubt.sheet, doubt.cell) == ("Housing", "A4")
    assert "Highways!A4" in doubt.why


def test_the_same_indicator_on_two_sheets_with_the_same_figures_is_one():
    rows = [TITLE, [], ["Indicator", "Target", "Q1"], ["Complaints answered in time", 90, 91]]
    read = read_scorecard([("two.xlsx", workbook(Highways=rows, Summary=rows))])
    assert len(read.indicators) == 1
    assert not [each for each in read.doubts if each.field == "title"]


def test_a_mark_that_no_note_explains_is_asked_about_and_one_that_a_note_explains_is_not():
    files = one(
        ["A1", "Calls answered (%)", 90, "91%†", "92%*", "G"],
        [],
        [None, "* excludes Christmas Eve"],
    )
    (doubt,) = asked(files, "value")
    assert doubt.cell == "D4"


def test_a_note_that_says_provisional_makes_the_figure_provisional():
    files = one(["A1", "Calls answered (%)", 90, "91%", "92%*", "G"], [], ["* provisional"])
    results = {each.key: each.confidence for each in read_scorecard(files).indicators[0].results}
    assert results == {"2022-Q1": "", "2022-Q2": "provisional"}


def test_a_formula_that_nobody_has_worked_out_is_asked_about():
    (doubt,) = asked(one(["A1", "Calls answered (%)", 90, 91, "=D4+1", "G"]), "value")
    assert doubt.cell == "E4"
    assert "worked out" in doubt.why


def test_without_a_year_nothing_is_guessed_and_the_year_is_asked_for():
    rows = [["Scorecard"], [], HEAD, ["A1", "Calls answered (%)", 90, 91, 92, "G"]]
    read = read_scorecard([("scorecard.xlsx", workbook(Sheet1=rows))])
    assert read.indicators[0].results == []
    assert any("which year" in each.why for each in read.doubts)


def test_a_polarity_that_the_printed_statuses_contradict_is_asked_about():
    head = ["Ref", "Indicator", "Good is", "Target", "Q1", "RAG"]
    rows = [
        TITLE,
        [],
        head,
        ["A1", "Days to relet", "High", 20, 25, "R"],
        ["A2", "Calls answered", "High", 90, 95, "G"],
    ]
    (doubt,) = asked([("s.xlsx", workbook(Sheet1=rows))], "polarity")
    assert doubt.cell == "C4"


def test_a_printed_count_that_its_rows_contradict_is_asked_about():
    files = one(
        ["A1", "Calls answered (%)", 90, 91, 92, "G"],
        ["A2", "Homes built", 30, 20, 10, "R"],
        [],
        ["Of the 2 indicators, 2 are green, 0 amber and 0 red."],
    )
    read = read_scorecard(files)
    (doubt,) = [each for each in read.doubts if each.field == "status"]
    assert doubt.cell == "A7"
    assert [count.agrees for count in read.counts] == [False]


def test_a_letter_on_the_wrong_ground_is_asked_about():
    files = one(["A1", "Calls answered (%)", 90, 91, 92, Put("G", fill="FF0000")])
    (doubt,) = asked(files, "status")
    assert doubt.cell == "F4"


def test_hidden_sheets_rows_and_columns_are_not_read():
    book = openpyxl.Workbook()
    rows = [
        TITLE,
        [],
        [*HEAD, "Q3"],
        ["A1", "Calls answered (%)", 90, 91, 92, "G", 99],
        ["A2", "Old measure", 1, 1, 1, "G", 1],
    ]
    sheet_of(book, "Seen", rows, hidden_rows=(5,), hidden_columns=("G",))
    sheet_of(
        book, "Unseen", [TITLE, [], HEAD, ["B1", "Drafts", 1, 1, 1, "G"]]
    ).sheet_state = "hidden"
    read = read_scorecard([("hidden.xlsx", saved(book))])
    assert [(item.reference, len(item.results)) for item in read.indicators] == [("A1", 2)]


# The order of columns does not matter


def facts_of(read):
    return {
        item.reference: (
            item.title,
            item.polarity,
            [(each.key, each.value) for each in item.results],
            [(each.from_quarter, each.target) for each in item.targets],
            [(each.key, each.rag) for each in item.statuses],
        )
        for item in read.indicators
    }


def test_columns_in_another_order_say_the_same():
    columns = ["Ref", "Indicator", "Polarity", "Annual target", "Q1 2022/23", "Q2 2022/23", "RAG"]
    lines = [
        [
            item.reference,
            item.title,
            "High",
            plain(item.target),
            *(plain(item.figures[key]) for key in ("2022-Q1", "2022-Q2")),
            item.status(item.figures["2022-Q2"]),
        ]
        for item in known()[:3]
    ]
    orders = list(permutations(range(7)))[:: 5040 // 8]
    said = []
    for order in orders:
        rows = [
            ["Corporate scorecard"],
            [columns[at] for at in order],
            *([line[at] for at in order] for line in lines),
        ]
        read = read_scorecard([("order.xlsx", workbook(Sheet1=rows))])
        said.append(
            {
                reference: (*facts[:3], facts[3], facts[4])
                for reference, facts in facts_of(read).items()
            }
        )
    assert said[0]["CG 1"][2] == [
        ("2022-Q1", known()[0].figures["2022-Q1"]),
        ("2022-Q2", known()[0].figures["2022-Q2"]),
    ]
    for each in said[1:]:
        assert {
            key: (facts[0], facts[1], sorted(facts[2]), facts[3], facts[4])
            for key, facts in each.items()
        } == {
            key: (facts[0], facts[1], sorted(facts[2]), facts[3], facts[4])
            for key, facts in said[0].items()
        }


# Words


@pytest.mark.parametrize(
    ("text", "span", "number", "year", "role"),
    [
        ("Q1 2018/19 Value", "quarter", 1, 2018, Role.VALUE),
        ("2023-24 Q3 Actual", "quarter", 3, 2023, Role.VALUE),
        ("Quarter 2 Target", "quarter", 2, None, Role.TARGET),
        ("Jan - Mar 2022", "quarter", 4, 2021, None),
        ("Q4 (Jan - Mar)", "quarter", 4, None, None),
        ("Status Q1", "quarter", 1, None, Role.STATUS),
        ("Apr-23", "month", 4, 2023, None),
        ("31/12/2023", "quarter", 3, 2023, None),
        ("2021/22 Outturn", "year", 0, 2021, Role.VALUE),
        ("Target 22/23", "year", 0, 2022, Role.TARGET),
        ("H1 2022/23", "half_year", 1, 2022, None),
        ("2022 Apr", "month", 4, 2022, None),
    ],
)
def test_a_heading_is_taken_apart_into_period_and_role(text, span, number, year, role):
    found = heading(text)
    assert found.period == Period(span, number, year)
    assert found.role is role


@pytest.mark.parametrize(
    "text", ["Marketing", "Decreased spend", "90% of calls", "Maybe", "Augmented"]
)
def test_words_that_hold_a_months_letters_name_no_period(text):
    assert heading_period(text)[0] is None


@pytest.mark.parametrize(
    ("texts", "context"),
    [
        (
            ["Scorecard 2023/24", "Position at the end of Quarter 3 (Scrutiny, 6 February 2024)"],
            (2023, 3),
        ),
        (["Monitoring 2021-22", "Policy Committee, June 2022", "Q4 return"], (2021, 4)),
        (["Performance as at 31 December 2023"], (2023, 3)),
        (["Report to Cabinet 12 May 2022", "Fourth Quarter 2021/22"], (2021, 4)),
    ],
)
def test_the_year_and_quarter_are_those_of_the_figures_not_of_a_meeting(texts, context):
    found = context_of(texts)
    assert (found.year, found.current.number) == context


def test_a_days_meeting_alone_says_nothing_of_the_year():
    assert context_of(["Extract of 14 February 2024"]) == Context()


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("£221.5k", "221500", "£"),
        ("2.26m", "2260000", ""),
        ("9,549", "9549", ""),
        ("19.03%*", "19.03", "%"),
        ("12.5 days", "12.5", "days"),
        ("(3.2)", "-3.2", ""),
        ("85% ▲", "85", "%"),
        ("1.2 days*", "1.2", "days"),
        ("£1.2m", "1200000", "£"),
    ],
)
def test_figures_as_people_type_them(text, number, unit):
    found = figure_written(text)
    assert (found.number, found.unit) == (Decimal(number), unit)


@pytest.mark.parametrize(
    ("text", "target", "polarity"),
    [
        ("18.49% or more", "18.49", Polarity.HIGHER),
        ("No more than 373", "373", Polarity.LOWER),
        ("≥ 95%", "95", Polarity.HIGHER),
        ("<5%", "5", Polarity.LOWER),
        ("£160k or less", "160000", Polarity.LOWER),
        ("Under 20 days", "20", Polarity.LOWER),
        ("60%", "60", None),
    ],
)
def test_targets_as_people_type_them(text, target, polarity):
    found = target_in(GridCell(Place("f", "s", 0, 0), text))
    assert (found.number, found.polarity) == (Decimal(target), polarity)


@pytest.mark.parametrize(
    ("text", "rag"),
    [
        ("G", Rag.GREEN),
        ("On target", Rag.GREEN),
        ("Green ●", Rag.GREEN),
        ("Close to target", Rag.AMBER),
        ("Warning", Rag.AMBER),
        ("ALERT", Rag.RED),
        ("Data only", None),
        ("–", None),
    ],
)
def test_words_of_statuses(text, rag):
    assert status_named(text) == (rag, True)


@pytest.mark.parametrize(
    ("text", "rag"),
    [
        ("on or above target", Rag.GREEN),
        ("within 10% of target", Rag.AMBER),
        ("more than 10% below target", Rag.RED),
        ("Target slightly missed (within 10%)", Rag.AMBER),
        ("Target not achieved", Rag.RED),
        ("floor standard achieved but target missed", Rag.AMBER),
        ("floor standard not achieved", Rag.RED),
        ("Data only or no figure", None),
    ],
)
def test_what_the_lines_of_a_key_mean(text, rag):
    assert meaning_of(text) is rag


@pytest.mark.parametrize(
    ("text", "polarity"),
    [
        ("Bigger is better", Polarity.HIGHER),
        ("Aim to Minimise", Polarity.LOWER),
        ("Low", Polarity.LOWER),
        ("Increase", Polarity.HIGHER),
        ("Neither", Polarity.NONE),
        ("-", Polarity.NONE),
        ("Maintain", Polarity.RANGE),
    ],
)
def test_which_way_is_better_in_councils_words(text, polarity):
    assert polarity_named(text) is polarity


@pytest.mark.parametrize(
    ("title", "unit"),
    [
        ("Council Tax collected (%)", "%"),
        ("Footfall (number)", "number"),
        ("% of calls answered", "%"),
        ("Spend £000", "£000"),
        ("Average days to relet", "days"),
        ("Potholes repaired in 28 calendar days", ""),
    ],
)
def test_units_that_titles_name(title, unit):
    assert unit_in_title(title) == unit


@pytest.mark.parametrize(
    ("colour", "rag"),
    [
        ("92D050", Rag.GREEN),
        ("FFC000", Rag.AMBER),
        ("FFFF00", Rag.AMBER),
        ("C00000", Rag.RED),
        ("FFC7CE", Rag.RED),
        ("D9D9D9", None),
        ("BDD7EE", None),
        ("", None),
    ],
)
def test_colours_that_people_mean_by_a_status(colour, rag):
    assert rag_of_colour(colour) is rag


def test_a_rule_is_the_plainest_that_explains_as_many():
    def case(value, rag, floor=None):
        return Rated(Decimal(value), Decimal(100), floor, rag, Polarity.HIGHER)

    assert explain([case(101, Rag.GREEN), case(95, Rag.AMBER), case(80, Rag.RED)]).amount == 10
    assert explain([case(101, Rag.GREEN), case(99, Rag.RED)]).method == "none"
    with_floor = [case(99, Rag.AMBER, Decimal(98)), case(97, Rag.RED, Decimal(98))]
    assert explain(with_floor).method == "floor"
    assert explain([]) is None


def test_statuses_tell_which_way_is_better_only_where_they_agree():
    def case(value, rag):
        return Rated(Decimal(value), Decimal(100), None, rag, "")

    assert polarity_by_statuses([case(120, Rag.RED), case(90, Rag.GREEN)]) is Polarity.LOWER
    assert polarity_by_statuses([case(120, Rag.GREEN), case(90, Rag.GREEN)]) is None
    assert polarity_by_statuses([case(100, Rag.GREEN)]) is None


# Whatever is written is read or asked about, and never ends in an error


@given(st.text(max_size=60))
@settings(max_examples=200)
def test_any_text_can_be_read_as_a_figure_a_target_or_a_heading(text):
    figure_written(text)
    heading(text)
    target_in(GridCell(Place("f", "s", 0, 0), text))
    status_named(text)
    polarity_named(text)
    context_of([text])


@given(st.decimals(min_value=-99_999_999, max_value=99_999_999, places=2, allow_nan=False))
@settings(max_examples=100)
def test_a_number_written_with_commas_is_read_back(number):
    assert figure_written(f"{number:,}").number == number


@given(
    st.lists(
        st.tuples(st.integers(0, 7), st.integers(0, 7), st.text(max_size=12)),
        min_size=1,
        max_size=40,
    )
)
@settings(max_examples=60)
def test_any_cells_make_a_grid_that_can_be_read(cells):
    sheet = {
        "name": "S",
        "is_hidden": False,
        "merged": [],
        "hidden_rows": [],
        "hidden_columns": [],
        "before": [],
        "cells": [
            {"row": row, "column": column, "text": text} for row, column, text in cells if text
        ],
    }
    reader = ScorecardReader()
    reader.add(grids_of([sheet], "f"), "f")
    reader.finish()


def test_places_of_a_question_are_written_as_a_spreadsheet_writes_them():
    def place(row, column):
        return Place("f", "s", row, column)

    assert range_of([place(4, 1), place(8, 1)]) == "B5:B9"
    assert range_of([place(4, 26)]) == "AA5"
    assert str(place(0, 0)) == "s!A1"


# A target printed once, and codes before titles

YEARS = ["Ref", "Indicator", "Good is", "Target", "Q1 2021/22", "Q2 2021/22", "Q1 2022/23"]


def of_years(*rows):
    sheet = workbook(Scorecard=[["Scorecard"], [], YEARS, *rows])
    return read_scorecard([("scorecard.xlsx", sheet)]), sheet


def test_a_target_printed_once_beside_several_years_is_asked_about_once():
    read, _ = of_years(
        ["A1", "Calls answered (%)", "High", 90, 91, 92, 93],
        ["A2", "Bins missed (number)", "Low", 20, 19, 21, 22],
    )
    (doubt,) = [each for each in read.doubts if each.field == "from_quarter"]
    assert (doubt.cell, doubt.read_as, doubt.options) == ("D4:D5", "2022-Q1", ("2021-Q1",))
    assert [each.targets[0].from_quarter for each in read.indicators] == ["2022-Q1", "2022-Q1"]


def test_whoever_answers_says_from_which_year_it_holds_for_all_of_them():
    rows = [
        ["A1", "Calls answered (%)", "High", 90, 91, 92, 93],
        ["A2", "Bins missed (number)", "Low", 20, 19, 21, 22],
    ]
    read, _ = of_years(*rows)
    (asked,) = asked_of(read, ScorecardAnswers())
    assert asked.choices == (
        ("as read", "From Q1 2022/23, as read"),
        ("2021-Q1", "From Q1 2021/22"),
    )
    answers = ScorecardAnswers(questions={asked.key: "2021-Q1"})
    assert [each.targets[0].from_quarter for each in settled(read, answers).indicators] == [
        "2021-Q1",
        "2021-Q1",
    ]


def test_of_one_year_nothing_is_asked_about_its_target():
    read = read_scorecard(one(["A1", "Calls answered (%)", 90, 91, 92, "G"]))
    assert [each for each in read.doubts if each.field == "from_quarter"] == []


@pytest.mark.parametrize(
    ("titles", "references"),
    [
        (["PL04 Percentage of appeals lost", "PL05 Number of appeals"], ["PL04", "PL05"]),
        (["HS 1 Homes let", "HS 2 Homes repaired", "Rent collected"], ["HS 1", "HS 2", None]),
        (["PM10 Level at the roadside", "PM25 Level at the roadside"], [None, None]),
        (["AQ10 Level at the roadside", "Homes let", "Rent collected"], [None, None, None]),
        (["BV12 Days lost", "BV12 Homes let"], [None, None]),
    ],
)
def test_codes_before_titles_are_taken_off_where_they_are_clearly_codes(titles, references):
    head = ["Indicator", "Target", "Q1", "Q2"]
    rows = [[title, 90, 91 + at, 92] for at, title in enumerate(titles)]
    sheet = workbook(Scorecard=[["Scorecard 2022/23"], [], head, *rows])
    read = read_scorecard([("scorecard.xlsx", sheet)])
    assert [
        None if each.reference_is_ours else each.reference for each in read.indicators
    ] == references
    for each, title, reference in zip(read.indicators, titles, references, strict=True):
        assert each.title == (title.removeprefix(f"{reference} ") if reference else title)
