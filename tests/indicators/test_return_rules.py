"""What a return asks, how it reads what is typed, and which word stands beside each row."""

import io
import zipfile
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.figures import as_number
from core.quarters import Quarter
from indicators.rules.entry import QuarterRequirements, is_count, read_entry, read_figure
from indicators.rules.evidence import (
    EICAR,
    EMPTY,
    LARGEST,
    MACROS,
    PASSWORD,
    TOO_LARGE,
    VIRUS,
    WRONG_KIND,
    plain_name,
    refusal_of,
)
from indicators.rules.returns import (
    LONGEST_WHY,
    Horizon,
    Progress,
    TaskState,
    action_required,
    forecast_quarter,
    task_state,
)
from sorp.lexicon import Frequency, Polarity, Rag, RatingMethod
from sorp.rules.patterns import Pattern
from sorp.rules.thresholds import Thresholds

Q1 = Quarter(2011, 1)
FLOOR = Thresholds(
    method=RatingMethod.FLOOR, polarity=Polarity.HIGHER, target=Decimal(90), floor=Decimal(80)
)


@pytest.mark.parametrize(
    ("row", "word"),
    [
        (Progress(can_start=False), "Cannot start yet"),
        (Progress(), "Not started"),
        (Progress(has_draft=True), "In progress"),
        (Progress(has_draft=True, draft_has_problem=True), "In progress"),
        (Progress(has_draft=True, draft_is_complete=True), "Completed"),
        (
            Progress(has_draft=True, draft_is_complete=True, draft_has_problem=True),
            "There is a problem",
        ),
        (Progress(is_submitted=True), "Completed"),
        (Progress(is_submitted=True, is_returned=True), "There is a problem"),
        (Progress(is_submitted=True, is_returned=True, has_draft=True), "In progress"),
        (Progress(is_submitted=True, has_draft=True), "In progress"),
        (Progress(can_start=False, is_submitted=True), "Completed"),
    ],
)
def test_the_word_beside_a_row(row, word):
    assert task_state(row).label == word


def test_no_word_of_a_task_is_a_rag_status():
    words = " ".join(state.label.lower() for state in TaskState)

    assert not any(rag.label.lower() in words.split() for rag in Rag)


@pytest.mark.parametrize(
    ("rag", "on_amber", "required"),
    [
        (Rag.RED, True, True),
        (Rag.RED, False, True),
        (Rag.AMBER, True, True),
        (Rag.AMBER, False, False),
        (Rag.GREEN, True, False),
        (None, True, False),
    ],
)
def test_action_is_required(rag, on_amber, required):
    assert action_required(rag, on_amber) is required


@pytest.mark.parametrize(
    ("quarter", "pattern", "year_end"),
    [
        ("2011-Q1", Pattern(), "2011-Q4"),
        ("2011-Q3", Pattern(), "2011-Q4"),
        ("2011-Q4", Pattern(), "2012-Q4"),  # that year has ended: the next is asked about
        ("2011-Q2", Pattern(frequency=Frequency.HALF_YEARLY), "2011-Q4"),
        ("2011-Q4", Pattern(frequency=Frequency.HALF_YEARLY), "2012-Q4"),
        ("2011-Q4", Pattern(frequency=Frequency.ANNUAL), "2012-Q4"),
        ("2011-Q2", Pattern(frequency=Frequency.ANNUAL, due=(2,)), "2012-Q2"),
        ("2011-Q1", Pattern(due=(1, 2, 3)), "2011-Q3"),
        (
            "2012-Q3",
            Pattern(frequency=Frequency.TWO_YEARLY, first_due=Quarter(2012, 3)),
            "2014-Q3",
        ),
    ],
)
def test_the_years_end_is_the_last_quarter_due_in_the_year_of_the_next_result(
    quarter, pattern, year_end
):
    asked = forecast_quarter(Quarter.parse(quarter), Horizon.YEAR_END, pattern)
    assert asked.key == year_end


def test_a_value_once_given_for_the_next_quarter_was_of_the_next_that_is_due():
    half_yearly = Pattern(frequency=Frequency.HALF_YEARLY)
    assert forecast_quarter(Q1, Horizon.NEXT_QUARTER, half_yearly) == Quarter(2011, 2)


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("76.4", "%", "76.4"),
        ("76.4%", "%", "76.4"),
        ("1,250,000", "", "1250000"),
        ("£1,250", "£", "1250"),
        ("-£3", "£", "-3"),
        ("£1.2m", "£m", "1.2"),
        ("12 days", "days", "12"),
        ("+4", "", "4"),
        ("  ", "%", None),
    ],
)
def test_a_figure_is_read_as_people_write_it(text, unit, number):
    found = read_figure(text, what="the result", measure_unit=unit)

    assert found == (None if number is None else Decimal(number))


@pytest.mark.parametrize(
    "text",
    ["n/a", "1,2", "1 2", "12.5.3", "0x1F", "1e5", "12 %", "½", "--3", "£3", "3-4", "1,23,4"],
)
def test_a_figure_that_is_not_plain_is_refused(text):
    with pytest.raises(ValueError, match=r"number|full stop"):
        read_figure(text, what="the result", measure_unit="days")


@given(st.decimals(-999_999_999, 999_999_999, places=6))
def test_whatever_is_written_for_people_is_read_back_the_same(number):
    written = as_number(number).replace("\N{NO-BREAK SPACE}", " ")

    assert read_figure(written, what="the result") == number


@pytest.mark.parametrize(
    ("unit", "decimals", "counts"),
    [
        ("people", 0, True),
        ("", 0, True),
        ("%", 0, False),
        ("£m", 0, False),
        ("days", 1, False),
        ("percentage points", 0, False),
    ],
)
def test_what_counts_things(unit, decimals, counts):
    assert is_count(unit, decimals) is counts


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "value",
                "numerator",
                "denominator",
                "not_available",
                "confidence",
                "commentary",
                "next_quarter",
                "year_end",
            ]
        ),
        st.text(max_size=40),
    )
)
def test_nothing_that_can_be_typed_stops_the_reading(typed):
    asked = QuarterRequirements(Q1, "%", 1, FLOOR, year_end=Quarter(2011, 4))

    entry = read_entry(typed, asked)

    assert entry.rag is None or entry.figures_are_sound
    assert all(entry.problems.values())


@pytest.mark.parametrize(
    ("value", "rag"), [("90", Rag.GREEN), ("89.9", Rag.AMBER), ("80", Rag.AMBER), ("79.9", Rag.RED)]
)
def test_what_a_figure_would_be_rated(value, rag):
    entry = read_entry(
        {"value": value, "confidence": "final"}, QuarterRequirements(Q1, "%", 1, FLOOR)
    )

    assert entry.rag is rag
    assert bool(entry.problems) is (rag is not Rag.GREEN)


def test_a_colour_for_the_years_end_needs_a_reason_and_a_reason_a_colour():
    asked = QuarterRequirements(Q1, "%", 1, year_end=Quarter(2011, 4))
    typed = {"value": "1", "confidence": "final", "year_end_rag": "amber"}

    whole = read_entry(typed | {"year_end_why": " Two vacancies "}, asked)
    assert (whole.year_end.rag, whole.year_end.why) == (Rag.AMBER, "Two vacancies")
    assert not whole.problems

    assert read_entry(typed, asked).problems == {
        "year_end_why": "Say why you expect amber at the year’s end"
    }
    assert read_entry({**typed, "year_end_rag": "", "year_end_why": "x"}, asked).problems == {
        "year_end_rag": "Choose green, amber or red for the year’s end, or leave the reason empty"
    }
    assert "year_end_rag" in read_entry({**typed, "year_end_rag": "blue"}, asked).problems
    long = read_entry(typed | {"year_end_why": "x" * (LONGEST_WHY + 1)}, asked)
    assert "500 characters or fewer: there are 501" in long.problems["year_end_why"]


def test_where_the_years_end_is_not_asked_about_nothing_is_read_of_it():
    typed = {"value": "1", "confidence": "final", "year_end_rag": "amber", "year_end_why": "x"}
    found = read_entry(typed, QuarterRequirements(Q1, "%", 1))
    assert (found.year_end, found.problems) == (None, {})


# Evidence


def office(*parts, content=b"x", encrypted=False):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for part in parts:
            archive.writestr(part, content)
    made = bytearray(held.getvalue())
    if encrypted:  # the flag in the first entry of the central directory
        made[made.index(b"PK\x01\x02") + 8] |= 1
    return bytes(made)


TYPES = "[Content_Types].xml"


@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [
        ("a.pdf", b"%PDF-1.7\n%%EOF", ""),
        ("a.docx", office(TYPES, "word/document.xml"), ""),
        ("a.xlsx", office(TYPES, "xl/workbook.xml"), ""),
        ("a.csv", "£,ü\n1,2".encode(), ""),
        ("a.txt", "£ in an older coding".encode("cp1252"), ""),
        ("A.PNG", b"\x89PNG\r\n\x1a\n....", ""),
        ("a.jpeg", b"\xff\xd8\xff\xe0....", ""),
        ("a.exe", b"MZ", WRONG_KIND),
        ("a.pdf.html", b"%PDF-", WRONG_KIND),
        ("a.svg", b"<svg/>", WRONG_KIND),
        ("pdf", b"%PDF-", WRONG_KIND),
        ("a.pdf", b"", EMPTY),
        ("a.pdf", b"%PDF-" + b"x" * LARGEST, TOO_LARGE),
        ("a.txt", EICAR, VIRUS),
        ("a.pdf", b"<html>", "not the PDF"),
        ("a.png", b"GIF89a", "not the PNG"),
        ("a.txt", b"\x00\x01", "not the TXT"),
        ("a.docx", b"not a zip", "not the DOCX"),
        ("a.docx", office(TYPES, "xl/workbook.xml"), "not the DOCX"),
        ("a.xlsx", office(TYPES, "xl/workbook.xml", "xl/vbaProject.bin"), MACROS),
        ("a.pdf", b"%PDF-1.7 trailer << /Encrypt 5 0 R >>", PASSWORD),
        ("a.docx", office(TYPES, "word/document.xml", encrypted=True), PASSWORD),
        (
            "a.xlsx",
            bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"),
            PASSWORD,
        ),
    ],
)
def test_what_a_file_holds_decides_whether_it_is_kept(name, content, refusal):
    said = refusal_of(name, content)

    assert refusal in said
    assert bool(said) is bool(refusal)


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\me\\count.xlsx", "count.xlsx"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie x.pdf"),
        ('quote".csv', "quote .csv"),
        (".hidden.txt", "hidden.txt"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_the_name_of_a_file_leads_nowhere(given_name, kept):
    assert plain_name(given_name) == kept
