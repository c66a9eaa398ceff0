"""Files that are no workbook of ours, and workbooks with something wrong in them: told in words."""

import io
import re
import sys
import tracemalloc
import zipfile
import zlib
from collections import Counter
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from functools import cache
from types import SimpleNamespace

import openpyxl
import pytest
import time_machine

from core.quarters import Quarter
from core.tables import workbooks
from core.tables.workbooks import MB, RefusedWorkbook, WorkbookFault, check, read_sheets
from indicators.models.results import Result
from indicators.models.returns import Draft
from indicators.rules.entry import ResultGiven
from indicators.rules.returns import ResultState
from indicators.services.drafts import save_draft
from indicators.services.results import submit_result
from indicators.workbooks.preview import preview
from indicators.workbooks.writing import write_workbook
from tests.factories import UserFactory
from tests.indicators.workbooks import COLUMN_OF, Filled, manager_of, repacked
from tests.services import PATIENCE

Q1 = Quarter(2011, 1)
SHEET = "xl/worksheets/sheet1.xml"


def small_workbook():
    out = io.BytesIO()
    book = openpyxl.Workbook()
    book.active["A1"] = "Reference"
    book.save(out)
    return out.getvalue()


def zipped(parts, compression=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()


def with_part(name, part):
    return repacked(small_workbook(), lambda parts: parts | {name: part})


@cache
def bomb():
    """0.2 MB that expands to 230 MB: thousands of rows of the same cell."""
    sheet = b"<worksheet><sheetData>" + b"<row><c><v>1</v></c></row>" * 9_200_000
    return with_part(SHEET, sheet)


def lying_bomb():
    """A part that says it is small, and expands to 60 MB."""
    content = bytearray(with_part("xl/media/x.xml", b"0" * (60 * MB)))
    size = (60 * MB).to_bytes(4, "little")
    while (at := content.find(size)) >= 0:
        content[at : at + 4] = (1000).to_bytes(4, "little")
    return bytes(content)


def locked():
    stream = "EncryptedPackage".encode("utf-16-le")
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + stream


def with_flag_of_a_password():
    content = bytearray(small_workbook())
    at = content.find(b"PK\x01\x02")
    content[at + 8] |= 1
    return bytes(content)


EXTERNAL = b'<Relationships><Relationship Id="r1" Type="http://x/%s" Target="file:///c:/x" TargetMode="External"/></Relationships>'
TYPES_WITH_MACROS = b'<Types><Override PartName="/xl/workbook.xml" ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/></Types>'

REFUSED = {
    "nothing": (lambda: b"", WorkbookFault.EMPTY, "is empty"),
    "six megabytes": (lambda: b"PK" + b"0" * (6 * MB), WorkbookFault.TOO_BIG, "5 MB or smaller"),
    "a PDF": (lambda: b"%PDF-1.7 ...", WorkbookFault.WRONG_TYPE, "must be an Excel workbook"),
    "a CSV": (lambda: b"Reference,Result\nPI-1,95\n", WorkbookFault.WRONG_TYPE, "must be an Excel"),
    "an old .xls": (
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 99,
        WorkbookFault.WRONG_TYPE,
        "must be",
    ),
    "a Word document": (
        lambda: zipped({"[Content_Types].xml": b"<a/>", "word/document.xml": b"<a/>"}),
        WorkbookFault.WRONG_TYPE,
        "must be an Excel workbook",
    ),
    "an OpenDocument sheet": (
        lambda: zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}),
        WorkbookFault.WRONG_TYPE,
        "must be an Excel workbook",
    ),
    "a password": (locked, WorkbookFault.PASSWORD, "is password protected"),
    "an encrypted part": (with_flag_of_a_password, WorkbookFault.PASSWORD, "is password protected"),
    "a bomb": (bomb, WorkbookFault.UNSAFE, "expands to far more"),
    "a bomb that lies": (lying_bomb, WorkbookFault.UNREADABLE, "is damaged"),
    "fifty-one megabytes in all": (
        lambda: zipped(
            {"[Content_Types].xml": b"", "xl/workbook.xml": b""}
            | {f"xl/{n}.xml": bytes(range(1, 256)) * 4112 * 17 for n in range(3)}
        ),
        WorkbookFault.UNSAFE,
        "expands to far more",
    ),
    "three hundred parts": (
        lambda: zipped({f"xl/{n}.xml": b"" for n in range(300)}),
        WorkbookFault.UNSAFE,
        "more than 200 parts",
    ),
    "ten thousand parts": (
        lambda: zipped({f"xl/{n}.xml": b"" for n in range(10_000)}, zipfile.ZIP_STORED),
        WorkbookFault.UNSAFE,
        "more than 200 parts",
    ),
    "a DTD": (
        lambda: with_part(SHEET, b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x/>'),
        WorkbookFault.UNSAFE,
        "(a DTD)",
    ),
    "a DTD in another alphabet": (
        lambda: with_part(SHEET, "<!DOCTYPE x>".encode("utf-16")),
        WorkbookFault.UNSAFE,
        "(a DTD)",
    ),
    "macros": (lambda: with_part("xl/vbaProject.bin", b"x"), WorkbookFault.UNSAFE, "has macros"),
    "macros by its type": (
        lambda: with_part("[Content_Types].xml", TYPES_WITH_MACROS),
        WorkbookFault.UNSAFE,
        "has macros",
    ),
    "a link to another workbook": (
        lambda: with_part("xl/externalLinks/externalLink1.xml", b"<a/>"),
        WorkbookFault.UNSAFE,
        "draws on other files",
    ),
    "a relationship that leads outside": (
        lambda: with_part("xl/worksheets/_rels/sheet1.xml.rels", EXTERNAL % b"oleObject"),
        WorkbookFault.UNSAFE,
        "draws on other files",
    ),
    "its first half": (lambda: small_workbook()[:2000], WorkbookFault.UNREADABLE, "is damaged"),
    "no directory": (lambda: b"PK\x03\x04" + b"x" * 400, WorkbookFault.UNREADABLE, "is damaged"),
}


@contextmanager
def counted(monkeypatch):
    """How much is done inside, in calls and bytes: the same on a fast machine and a slow one."""
    work = Counter()

    class Unpacking:
        def __init__(self, *given):
            self.reader = zlib.decompressobj(*given)

        def decompress(self, *given):
            part = self.reader.decompress(*given)
            work["bytes unpacked"] += len(part)
            return part

        def __getattr__(self, name):
            return getattr(self.reader, name)

    told = SimpleNamespace(**{**vars(zlib), "decompressobj": Unpacking})
    monkeypatch.setattr(workbooks, "zlib", told)
    sys.setprofile(lambda frame, event, of: work.update(calls=event.endswith("call")))
    try:
        yield work
    finally:
        sys.setprofile(None)


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_is_no_safe_workbook_is_refused_before_it_is_read(name, monkeypatch):
    make, fault, told = REFUSED[name]
    content = make()

    with pytest.raises(RefusedWorkbook) as refused, counted(monkeypatch) as work:
        check(content)

    assert work["calls"] < 5000, "as many as for the directory of a workbook of 200 parts"
    assert work["bytes unpacked"] < MB
    assert refused.value.fault is fault
    assert told in str(refused.value)
    assert not re.search(r"\b(invalid|please|sorry|forbidden)\b", str(refused.value), re.IGNORECASE)


def test_a_bomb_is_refused_without_being_unpacked():
    content = bomb()
    assert len(content) < MB

    tracemalloc.start()
    with pytest.raises(RefusedWorkbook):
        check(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 2 * MB


def test_a_link_typed_in_a_cell_is_no_reason_to_refuse():
    check(with_part("xl/worksheets/_rels/sheet1.xml.rels", EXTERNAL % b"hyperlink"))


def test_a_cell_at_the_far_corner_costs_the_reader_its_life_and_nobody_else(monkeypatch, caplog):
    """XFD1048576 asks for a grid of 17 thousand million cells: the child may not have the memory."""
    far = b"<worksheet><sheetData><row r='1'><c r='A1'><v>1</v></c></row><row r='1048576'><c r='XFD1048576'><v>1</v></c></row></sheetData></worksheet>"
    content = with_part(SHEET, far)
    check(content)

    monkeypatch.setattr(workbooks, "LONGEST_WAIT", PATIENCE)

    with caplog.at_level("INFO"), pytest.raises(RefusedWorkbook, match="could not be read"):
        read_sheets(content)

    assert "A workbook could not be read: " in caplog.text, "it ended by itself, and was not ended"


def test_a_reader_that_takes_too_long_is_ended_and_the_file_refused(monkeypatch):
    monkeypatch.setattr(workbooks, "LONGEST_WAIT", 0.001)

    with pytest.raises(RefusedWorkbook, match="could not be read"):
        read_sheets(small_workbook())


# In the workbook --------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def in_july():
    with time_machine.travel("2011-07-20 10:00 +0000", tick=False):
        yield


@pytest.fixture
def answerer(sorp_in_force):
    return manager_of(3)


@pytest.fixture
def book(answerer):
    return Filled(write_workbook(answerer, Q1))


def refusal_of(content, user, quarter=Q1):
    with pytest.raises(RefusedWorkbook) as refused:
        preview(content, user, quarter)
    return refused.value


def references(rows):
    return [each.reference for each in rows]


def test_last_quarters_workbook_is_told_apart(answerer):
    refusal = refusal_of(write_workbook(answerer, Q1.previous()), answerer)

    assert refusal.fault is WorkbookFault.QUARTER
    assert "is the workbook for Q4 2010/11. Download the one for Q1 2011/12" in str(refusal)


def test_somebody_elses_workbook_is_told_apart(answerer, book):
    refusal = refusal_of(book.content, UserFactory())

    assert refusal.fault is WorkbookFault.PERSON
    assert f"is the workbook of {answerer.name}" in str(refusal)


@pytest.mark.parametrize("change", ["removed", "forged", "emptied"])
def test_a_workbook_that_was_not_made_here_is_told_apart(answerer, book, change):
    if change == "removed":
        del book.book["Identity"]
    else:
        book.book["Identity"]["B5"] = "e30:1:x" if change == "forged" else None

    refusal = refusal_of(book.content, answerer)

    assert refusal.fault is WorkbookFault.TEMPLATE
    assert str(refusal).startswith("The selected file must use the template")


def test_a_workbook_without_its_headings_is_told_apart(answerer, book):
    book.sheet["N4"] = "Figure"

    refusal = refusal_of(book.content, answerer)

    assert refusal.fault is WorkbookFault.TEMPLATE
    assert "the headings Reference and Result" in str(refusal)


def test_a_heading_twice_is_told_with_its_cells(answerer, book):
    book.sheet["AA4"] = "Result"

    assert "Return!N4 and Return!AA4 are both headed Result" in str(
        refusal_of(book.content, answerer)
    )


def test_rows_and_columns_may_stand_in_any_order(answerer, book):
    first, second, third = answerer.indicators.order_by("reference")
    rows = [[cell.value for cell in row] for row in book.sheet.iter_rows(min_row=4)]
    at = COLUMN_OF["value"] - 1
    rows[1][at], rows[2][at], rows[3][at] = 95, 96, 97
    for table in list(book.sheet.tables):
        del book.sheet.tables[table]
    for number, row in enumerate([rows[0], rows[3], rows[1], rows[2]]):
        for position, value in enumerate(reversed(row)):
            book.sheet.cell(4 + number, position + 1).value = value

    found = preview(book.content, answerer, Q1)

    values = {each.reference: each.typed["value"] for each in found.accepted}
    assert values == {first.reference: "95", second.reference: "96", third.reference: "97"}


def test_a_workbook_that_went_out_with_the_columns_of_before_is_read(answerer, book):
    """Last result and same quarter last year stood where eight quarters stand now."""
    book.answer(answerer.indicators.first(), value=95)
    book.sheet.delete_cols(4, 6)
    book.sheet["D4"], book.sheet["E4"] = "Last result", "Same quarter last year"

    found = preview(book.content, answerer, Q1)

    assert [each.typed["value"] for each in found.accepted] == ["95"]
    assert found.columns_not_read == ()


def test_a_renamed_sheet_is_found(answerer, book):
    book.answer(answerer.indicators.first(), value="ninety")
    book.sheet.title = "My figures"

    (rejection,) = preview(book.content, answerer, Q1).rejected

    assert rejection.cell.startswith("My figures!N")


def test_a_deleted_row_is_absent_and_said_to_be(answerer, book):
    first, second, third = answerer.indicators.order_by("reference")
    book.answer(third, value=95)
    book.sheet.delete_rows(book.row_of(second))

    found = preview(book.content, answerer, Q1)

    assert references(found.absent) == [second.reference]
    assert references(found.accepted) == [third.reference]
    assert references(found.left_empty) == [first.reference]


def test_a_deleted_column_leaves_what_is_saved(answerer, book):
    book.answer(answerer.indicators.first(), value=95)
    book.sheet.delete_cols(COLUMN_OF["commentary"])

    found = preview(book.content, answerer, Q1)

    assert found.columns_absent == ("Context",)
    assert len(found.accepted) == 1


def test_a_column_that_is_not_ours_is_not_read_and_said_not_to_be(answerer, book):
    book.sheet["AA4"] = "My notes"

    assert preview(book.content, answerer, Q1).columns_not_read == ("Return!AA4 (My notes)",)


def test_strange_doubled_and_missing_references_are_each_told_at_their_cell(answerer, book):
    first, second, third = answerer.indicators.order_by("reference")
    book.sheet["A5"] = "XX-9"
    book.sheet["A7"] = second.reference
    book.sheet["A8"], book.sheet["N8"] = None, 50

    found = preview(book.content, answerer, Q1)

    told = {each.cell: each.told for each in found.rejected}
    assert "XX-9 is not an indicator you answer for in Q1 2011/12" in told["Return!A5"]
    assert f"{second.reference} is also in Return!A6" in told["Return!A7"]
    assert "Write the indicator’s reference here" in told["Return!A8"]
    assert references(found.absent) == [first.reference, third.reference]
    assert not found.can_be_saved


@pytest.mark.parametrize(
    ("answers", "cell", "told"),
    [
        ({"value": "ninety"}, "N5", "Enter the result as a number"),
        ({"value": "n/a"}, "N5", "leave it empty and give the reason"),
        ({"value": date(2011, 4, 1)}, "N5", "This cell holds a date, 1 April 2011"),
        ({"value": True}, "N5", "as a number, not TRUE"),
        ({"value": 1e15}, "N5", "at most 9 figures before the decimal point"),
        ({"value": 1e300}, "N5", "Write the number alone"),
        ({"value": "=1/0"}, "N5", "a formula that was never worked out"),
        ({"numerator": 5}, "P5", "Give both the numerator and the denominator"),
        ({"numerator": 5, "denominator": -1}, "P5", "0 or more"),
        ({"numerator": 1, "denominator": 2, "value": 90}, "N5", "give 50"),
        ({"value": 5, "not_available": "No data"}, "U5", "not both"),
        ({"value": 95, "confidence": "Certain"}, "T5", "Choose one of these: Final, Provisional"),
        ({"value": 95, "definition_break": "perhaps"}, "V5", "Write Yes or No"),
        ({"value": 95, "commentary": "x" * 4001}, "R5", "Shorten this to 4,000"),
        ({"not_available": "x" * 301}, "U5", "Shorten this to 300"),
        ({"value": 95, "year_end_rag": "Amber"}, "X5", "Say why you expect amber"),
        ({"value": 95, "year_end_rag": "Blue"}, "W5", "Choose one of these: Green, Amber, Red"),
        ({"value": 95, "year_end_why": "Two vacancies"}, "W5", "or leave the reason empty"),
    ],
)
def test_a_cell_that_cannot_be_kept_is_named_with_what_to_do(answerer, book, answers, cell, told):
    book.answer(answerer.indicators.order_by("reference").first(), **answers)

    found = preview(book.content, answerer, Q1)

    assert [each.cell for each in found.rejected] == [f"Return!{cell}"]
    assert told in found.rejected[0].told
    assert not found.can_be_saved


def test_a_cell_that_shows_an_error_is_named_with_the_error(answerer, book):
    book.answer(answerer.indicators.order_by("reference").first(), value="#DIV/0!")
    assert book.sheet["N5"].data_type == "e"

    (rejection,) = preview(book.content, answerer, Q1).rejected

    assert rejection.cell == "Return!N5"
    assert "shows the error #DIV/0!" in rejection.told


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (95, "95"),
        (95.5, "95.5"),
        ("95.5", "95.5"),
        ("95.5 %", "95.5"),
        ("1,250", "1250"),
        ("−3.5", "-3.5"),
        (0.1 + 0.2, "0.3"),
        (0, "0"),
        (0.0000001, "0"),
    ],
)
def test_a_figure_is_read_however_it_was_written(answerer, book, typed, kept):
    book.answer(answerer.indicators.first(), value=typed)

    (change,) = preview(book.content, answerer, Q1).accepted

    assert change.typed["value"] == kept


def test_a_percentage_typed_with_its_sign_is_asked_about(answerer):
    first = answerer.indicators.order_by("reference").first()
    given = ResultGiven(value=Decimal(90))
    submit_result(
        indicator=first, quarter=Q1.previous(), given=given, today=date(2011, 7, 20), by=None
    )
    book = Filled(write_workbook(answerer, Q1))
    book.answer(first, value=0.764)

    (change,) = preview(book.content, answerer, Q1).accepted

    assert "a spreadsheet keeps 76.4% as 0.764" in change.questions[0]


def test_an_approved_result_is_locked_and_said_to_be(answerer):
    first = answerer.indicators.order_by("reference").first()
    submit_result(
        indicator=first,
        quarter=Q1,
        given=ResultGiven(value=Decimal(95)),
        today=date(2011, 7, 20),
        by=answerer,
    )
    Result.objects.update(state=ResultState.APPROVED)
    book = Filled(write_workbook(answerer, Q1))
    assert book.sheet["N5"].protection.locked
    assert references(preview(book.content, answerer, Q1).unchanged) == [first.reference]
    book.answer(first, value=96)

    (rejection,) = preview(book.content, answerer, Q1).rejected

    assert rejection.cell == "Return!N5"
    assert "is approved, so its result is locked" in rejection.told


def test_a_draft_overtaken_by_a_submission_is_not_settled_by_a_workbook(answerer):
    first = answerer.indicators.order_by("reference").first()
    typed = {"value": "95", "confidence": "final", "seen": "0"}
    save_draft(indicator=first, quarter=Q1, typed=typed, version=0, is_complete=True, by=answerer)
    given = ResultGiven(value=Decimal(90))
    submit_result(indicator=first, quarter=Q1, given=given, today=date(2011, 7, 20), by=None)
    book = Filled(write_workbook(answerer, Q1))
    book.answer(first, value=96)

    (rejection,) = preview(book.content, answerer, Q1).rejected

    assert "A result was submitted" in rejection.told


def test_a_broken_row_saves_nothing_of_the_others(answerer, book):
    first, second, _ = answerer.indicators.order_by("reference")
    book.answer(first, value=95)
    book.answer(second, value="ninety")

    found = preview(book.content, answerer, Q1)

    assert references(found.accepted) == [first.reference]
    assert not found.can_be_saved
    assert not Draft.objects.exists()
