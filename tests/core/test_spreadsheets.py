"""Files of rows from whichever program: a workbook becomes the CSV that imports read, and back."""

import io
from datetime import date, datetime

import openpyxl
import pytest

from core.tables.faults import RefusedFileError
from core.tables.spreadsheets import as_csv, as_workbook
from core.tables.writing import written
from tests.indicators.workbooks import repacked


def workbook(*rows, before=()):
    book = openpyxl.Workbook()
    for name in before:
        book.create_sheet(name, 0)
    sheet = book.worksheets[-1]
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def lines(content):
    return as_csv(content, file="x.xlsx").decode().splitlines()


def faults(content):
    with pytest.raises(RefusedFileError) as refused:
        as_csv(content, file="x.xlsx")
    return str(refused.value)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("Roads", "Roads"),
        (12, "12"),
        (12.50, "12.5"),
        (True, "yes"),
        (date(2027, 4, 1), "2027-04-01"),
        (datetime(2027, 4, 1, 9, 30), "2027-04-01T09:30:00"),
        ("007", "007"),
        ("a, b", '"a, b"'),
        (None, ""),
    ],
)
def test_a_cell_is_read_as_somebody_would_have_typed_it(cell, text):
    assert lines(workbook(("code", "name"), ("x", cell)))[1] == f"x,{text}"


def test_a_csv_file_is_left_as_it_came():
    assert as_csv(b"code\r\nx\r\n", file="x.csv") == b"code\r\nx\r\n"


def test_rows_keep_their_numbers_and_columns_left_blank_at_the_right_are_no_columns():
    assert lines(workbook((), ("code", "name", None), (), ("x", "y", None))) == [
        ",",
        "code,name",
        ",",
        "x,y",
    ]


def test_the_first_sheet_that_has_a_row_is_read():
    assert lines(workbook(("code",), ("x",), before=["Notes"])) == ["code", "x"]


def test_a_cell_that_shows_an_error_is_named_by_its_place():
    assert "x.xlsx:2:B: type a value in place of a formula" in faults(
        workbook(("code", "value"), ("x", "=1/0"))
    )


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"PK\x03\x04nothing", "the selected file is damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "save the file as an Excel workbook"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "the selected file is password protected",
        ),
    ],
)
def test_what_is_no_workbook_that_can_be_read_is_refused_in_words(content, told):
    assert f"x.xlsx:1:row: {told}" in faults(content)


def test_a_bomb_is_refused_before_it_is_unpacked():
    bomb = repacked(workbook(("code",)), lambda parts: parts | {"xl/bomb.xml": b" " * 30_000_000})

    assert "expands to far more" in faults(bomb)


def test_a_workbook_of_ours_comes_back_as_the_same_rows():
    told = written(
        ["code", "value", "note"],
        [["007", 12.5, "=SUM(A1)"], ["1.10", 3, "two\nlines"], ["x", None, "‘quoted’"]],
    )

    assert lines(as_workbook(told, title="Units / of [everything]")) == told.splitlines()


def test_a_column_of_numbers_holds_numbers_and_no_other_cell_does():
    book = openpyxl.load_workbook(
        io.BytesIO(as_workbook("code,value\r\n007,12.5\r\n12,3\r\n", title="Units"))
    )
    assert [[cell.value for cell in row] for row in book.active] == [
        ["code", "value"],
        ["007", 12.5],
        ["12", 3],
    ]
