"""CSV in and out: what is read, what is refused and in which words, and what never happens."""

import csv
import io
import re
from datetime import date
from decimal import Decimal
from typing import Annotated

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import Field, PlainValidator, ValidationError

from core.tables.cells import (
    Day,
    Figure,
    choice,
    decimal,
    iso_date,
    line,
    prose,
    whole_number,
    yes_or_no,
)
from core.tables.faults import Fault, RefusedFileError
from core.tables.reading import content_of, read, records
from core.tables.rows import TableRow, optional_column
from core.tables.writing import written
from organisation.rules import UnitTier

Short = Annotated[str, PlainValidator(line(20))]


class NoteRow(TableRow):
    code: Short
    value: Figure | None = None
    note: Annotated[str, PlainValidator(prose())] = ""
    extra: Short | None = optional_column()


class SpellRow(TableRow):
    begins: Day = Field(alias="from")
    ends: Day | None = Field(default=None, alias="to")


class OpenRow(SpellRow, extra="ignore"):
    """The same, of a file in which other columns may stand."""


def read_text(text, model=NoteRow):
    content = text if isinstance(text, bytes) else text.encode()
    return read(content, model, file="f.csv")


def told(text, model=NoteRow):
    return [str(fault) for fault in read_text(text, model).faults]


def cells(text):
    """What the cells of each row mean, of the columns that the file has."""
    reading = read_text(text)
    assert list(reading.faults) == []
    assert [row.row_number for row in reading.rows] == [
        row.row_number for row in reading.partial_rows
    ]
    found = [{name: cell for name, cell in row if name in reading.columns} for row in reading.rows]
    assert found == [dict(row.cells) for row in reading.partial_rows]
    return found


@pytest.mark.parametrize(
    "text",
    [
        "code,value,note\nA,1.5,fine\n",
        "code,value,note\r\nA,1.5,fine\r\n",
        "code,value,note\rA,1.5,fine",
        "\ufeffcode,value,note\nA,1.5,fine\n",
        '"code","value","note"\n"A","1.5","fine"',
        " code , value,note\n A ,\t1.50 , fine \n",
        "note,code,value\nfine,A,1.5\n\n,,\n",
    ],
)
def test_one_row_is_read_however_it_is_written(text):
    assert cells(text) == [{"code": "A", "value": Decimal("1.5"), "note": "fine"}]


def test_a_quoted_cell_holds_commas_quotation_marks_and_lines():
    [row] = cells('code,value,note\nA,,"one, ""two""\r\nthree"\n')

    assert row == {"code": "A", "value": None, "note": 'one, "two"\nthree'}


def test_rows_are_counted_as_a_spreadsheet_counts_them():
    """A cell of three lines is one row, and a blank row is a row."""
    assert told('code,value,note\nA,,"1\n2\n3"\n\nB,x,\n') == [
        "f.csv:4:value: write a number in figures, such as 12.5, not 'x'"
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "1:row: the file is empty: begin with a row of column names, code, value, note"),
        ("\ufeff", "1:row: the file is empty: begin with a row of column names, code, value, note"),
        ("\n\n", "1:row: the file is empty: begin with a row of column names, code, value, note"),
        ("code,value,note\n", "2:row: add a row: the file has column names and no rows"),
        ("code,value\nA,1\n", "1:note: add the column note to the first row"),
        ("code,value,note,n\nA,1,,\n", "1:'n': remove this column: we do not use it"),
        ("code,value,note,\nA,1,,\n", "1:'': give this column a name, or remove it"),
        ("code,value,note,code\nA,1,,A\n", "1:code: name the column code once only, not 2 times"),
        (
            "code;value;note\nA;1;\n",
            "1:row: separate the columns with commas, not with ';'",
        ),
        (
            "code,value,note\nA,1\n",
            "2:row: give 3 cells, as in the first row, not 2",
        ),
        (
            "code,value,note\nA,1,so, then\n",
            "2:row: give 3 cells, as in the first row, not 4: put quotation marks around a cell"
            " that holds a comma",
        ),
        (
            'code,value,note\nA,1,say "no"\n',
            "2:note: put quotation marks around the whole of the cell that begins 'say ', and write"
            ' each one inside it twice: ""',
        ),
        (
            'code,value,note\nA,1,"no\n',
            "2:note: close the quotation mark with which this cell begins",
        ),
        ("code,value,note\n,1,\n", "2:code: fill in this cell"),
        ("code,value,note\nA,,\x00\n", "2:note: take out the NUL character: it cannot be kept"),
        ("code,value,note\nA,,a\x07b\n", "2:note: take out the unseen character U+0007"),
        ("code,value,note\nA,,a\u202eb\n", "2:note: take out the unseen character U+202E"),
        (
            "code,value,note\nA,," + "x" * 1_000_000 + "\n",
            "2:note: shorten this cell to 100 kB or less",
        ),
        (
            "code,value,note\nA,," + "x" * 20_001 + "\n",
            "2:note: write at most 20,000 characters, not 20,001",
        ),
        ('code,value,note\n"A\nB",,\n', "2:code: write this on one line, without tabs"),
        (
            "code,value,note\nCaf\u00e9,,\n".encode("latin-1"),
            "2:row: save the file as UTF-8 (in a spreadsheet, “CSV UTF-8”)",
        ),
        (
            "code,value,note\nA,,\n".encode("utf-16"),
            "1:row: save the file as UTF-8 (in a spreadsheet, “CSV UTF-8”)",
        ),
        (b"x" * 20_000_001, "1:row: give a file of at most 20 MB: split this one"),
        (
            "code,value,note\n" + "A,,\n" * 100_000,
            "100001:row: give at most 100,000 rows in one file",
        ),
    ],
    ids=lambda given: repr(given)[:40],
)
def test_what_is_wrong_is_told_in_one_line_saying_what_to_do(text, fault):
    assert told(text) == [f"f.csv:{fault}"]


def test_a_misspelt_column_is_recognised():
    assert told("code,Value,note\nA,1,\n") == [
        "f.csv:1:'Value': rename this column value",
        "f.csv:1:value: add the column value to the first row",
    ]


def test_every_fault_of_a_file_is_told_at_once_and_sound_rows_are_still_read():
    reading = read_text("code,value,note\n,x,\nB,1,\nC,1,2,3\n")

    assert [(fault.row, fault.column) for fault in reading.faults] == [
        (2, "code"),
        (2, "value"),
        (4, "row"),
    ]
    assert [row.code for row in reading.rows] == ["B"]
    assert [dict(row.cells) for row in reading.partial_rows] == [
        {"note": ""},
        {"code": "B", "value": 1, "note": ""},
    ]


def test_a_column_may_have_a_name_that_no_field_can():
    [row] = read_text("from,to\n2011-04-01,\n", SpellRow).rows

    assert (row.begins, row.ends) == (date(2011, 4, 1), None)
    assert told("from,to\n1 April,2011-13-01\n", SpellRow) == [
        "f.csv:2:from: write a date like 2011-04-01, not '1 April'",
        "f.csv:2:to: write a date like 2011-04-01, not '2011-13-01'",
    ]


def test_a_row_says_which_of_its_cells_were_filled_in_and_cannot_be_changed():
    [row] = read_text("code,value,note,extra\nA,,fine,\n").rows

    assert row.model_fields_set == {"row_number", "code", "note"}
    with pytest.raises(ValidationError, match="frozen"):
        row.note = "better"


def test_columns_that_are_not_ours_are_let_be_where_the_row_says_so():
    text = "more,from,to,more\n=1,2011-04-01,,x\n"

    assert told(text, OpenRow) == []
    assert told(text, SpellRow) == ["f.csv:1:'more': remove this column: we do not use it"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", "0"),
        ("-0", "0"),
        ("12.5", "12.5"),
        ("-3", "-3"),
        (".5", "0.5"),
        ("007", "7"),
        ("999999999.999999", "999999999.999999"),
        ("1.5000000000", "1.5"),
        ("0000000000012", "12"),
    ],
)
def test_numbers_are_read_exactly(text, number):
    found = decimal()(text)

    assert found == Decimal(number)
    assert not found.is_signed() or found < 0


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("12,5", "write a full stop for the decimal point: '12.5', not '12,5'"),
        ("1,234", "write 1234 without separators between thousands, not '1,234'"),
        ("-1,234,567.8", "write -1234567.8 without separators between thousands"),
        ("1 234", "write 1234 without separators between thousands, not '1 234'"),
        ("n/a", "'n/a' is not a number: where there is no figure, leave it empty"),
        ("#DIV/0!", "'#DIV/0!' is not a number: where there is no figure, leave it empty"),
        ("-", "'-' is not a number: where there is no figure, leave it empty"),
        ("NaN", "'NaN' is not an ordinary number: where there is no figure, leave it empty"),
        ("-inf", "'-inf' is not an ordinary number: where there is no figure, leave it empty"),
        ("1e999", "write the number out in full, without an exponent, not '1e999'"),
        ("2.5E-3", "write the number out in full, without an exponent, not '2.5E-3'"),
        ("9" * 40, "write at most 9 figures before the decimal point, not 40"),
        ("0." + "3" * 40, "write at most 6 figures after the decimal point, not 40"),
        ("98.5%", "write the number alone, '98.5', without the % sign"),
        ("£120", "write the number alone, '120', without the £ sign"),
        ("(5)", "write a minus sign for a number below zero: '-5'"),
        ("−5", "write an ordinary hyphen for the minus sign: '-5'"),
        ("+5", "write the number without the plus sign: '5'"),
        ("٥", "write a number in figures, such as 12.5"),
        ("1_000", "write a number in figures, such as 12.5"),
        ("0x10", "write a number in figures, such as 12.5"),
        ("1.2.3", "write a number in figures, such as 12.5"),
        ("=1+1", "write a number in figures, such as 12.5"),
        (".", "'.' is not a number: where there is no figure, leave it empty"),
    ],
)
def test_each_way_to_write_a_number_wrong_has_its_own_advice(text, advice):
    with pytest.raises(ValueError, match=f"^{re.escape(advice)}"):
        decimal()(text)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (iso_date, "01/04/2011"),
        (iso_date, "20110401"),
        (iso_date, "2011-W14-1"),
        (iso_date, "2011-02-30"),
        (iso_date, "2011-4-1"),
        (yes_or_no, "TRUE"),
        (yes_or_no, "1"),
        (choice(UnitTier), "a division"),
        (choice(UnitTier), "department"),
        (whole_number(0, 6), "7"),
        (whole_number(0, 6), "-1"),
        (whole_number(0, 6), "1.0"),
        (whole_number(0, 6), "9" * 40),
    ],
)
def test_dates_words_and_whole_numbers_are_written_one_way(cell, text):
    with pytest.raises(ValueError, match=r"^write "):
        cell(text)


def test_dates_and_words_are_read():
    assert iso_date("2011-04-01") == date(2011, 4, 1)
    assert (yes_or_no("yes"), yes_or_no("No")) == (True, False)
    assert choice(UnitTier)("team") is choice(UnitTier)("Team") is UnitTier.TEAM
    assert whole_number(0, 6)("6") == 6


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("=SUM(A1)", "="),
        ("  =SUM(A1)", "="),
        ("\t=1", "="),
        ("'=SUM(A1)", "="),
        ("+44 1622", "+"),
        ("@name", "@"),
        ("-5 on last year", "-"),
        ("＝1", "＝"),
    ],
)
def test_text_that_a_spreadsheet_would_run_is_refused(text, sign):
    for column in ("code", "note"):
        row = {"code": "A", "note": ""} | {column: text}
        assert told(f"code,value,note\n{row['code']},,{row['note']}\n") == [
            f"f.csv:2:{column}: begins with {sign}, which a spreadsheet would run as a formula:"
            " begin with a letter or figure"
        ]


def test_commentary_may_begin_with_a_list_and_numbers_with_a_minus_sign():
    [row] = cells('code,value,note\nA,-5,"- one\n- two"\n')

    assert (row["value"], row["note"]) == (-5, "- one\n- two")


def test_what_is_written_is_harmless_and_typed():
    text = written(
        ["a", "b"],
        [
            ("=SUM(A1)", Decimal("-5.500000")),
            ("+1", Decimal("100")),
            ("@x", None),
            ("-x", True),
            ("\tx", 7),
            ("\rx", Decimal("1200.000000")),
            ("plain, with a comma", Decimal("1E+3")),
        ],
    )

    assert text == (
        "a,b\r\n'=SUM(A1),-5.5\r\n'+1,100\r\n'@x,\r\n'-x,yes\r\n'\tx,7\r\n\"'\rx\",1200\r\n"
        '"plain, with a comma",1000\r\n'
    )


def test_what_we_write_comes_back_as_it_was():
    text = written(["code", "value", "note"], [("A", Decimal("-1.25"), "- a list, of one")])

    assert cells(text) == [{"code": "A", "value": Decimal("-1.25"), "note": "- a list, of one"}]


@given(
    st.lists(st.lists(st.text(st.characters(exclude_characters="\x00")), min_size=1), min_size=1)
)
def test_records_reads_whatever_a_csv_writer_writes(rows):
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows)

    assert [list(record.cells) for record in records(out.getvalue())] == rows


@given(st.text(st.sampled_from('ab",\r\n')))
@example('"a""')
@example('a"b,"c\r\nd')
def test_records_ends_and_counts_up_whatever_the_text(text):
    found = list(records(text))

    assert [record.row for record in found] == list(range(1, len(found) + 1))


@given(st.binary(max_size=300))
@example(b"\xef\xbb\xbf")
@example(b"\xff\xfe")
@example(b'code,value,note\n"')
def test_no_bytes_raise_anything(content):
    reading = read(content, NoteRow, file="f.csv")

    assert all(isinstance(fault, Fault) for fault in reading.faults)


@given(st.data())
def test_a_file_with_one_byte_changed_is_read_or_refused_and_never_breaks(data):
    whole = bytearray('code,value,note\nA,12.5,"one, ""two"""\nB,-3,caf\u00e9\n'.encode())
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] = data.draw(st.integers(0, 255))

    for fault in read(bytes(whole), NoteRow, file="f.csv").faults:
        assert str(fault).startswith("f.csv:")
        assert "\n" not in str(fault)


@given(st.text(max_size=60) | st.decimals(allow_nan=True).map(str) | st.floats().map(str))
def test_no_number_is_read_that_the_database_would_change(text):
    try:
        number = decimal()(text)
    except ValueError:
        return
    assert abs(number) < 10**9
    assert number == round(number, 6) == Decimal(text)


def test_faults_beyond_the_most_are_counted():
    refused = RefusedFileError(Fault("f.csv", row, "a", "mend this") for row in range(250, 0, -1))

    lines = list(refused.lines(most=100))

    assert lines[0] == "f.csv:1:a: mend this"
    assert lines[-1] == "... and 150 more"
    assert len(lines) == 101


def test_a_file_that_is_not_there_is_told_as_a_fault(tmp_path):
    with pytest.raises(RefusedFileError, match=r"none\.csv:1:row: give a file that can be read"):
        content_of(tmp_path / "none.csv")
