"""The workbook goes out, is filled in, and comes back: what is written, read, told and saved."""

import io
from decimal import Decimal

import openpyxl
import pytest
import time_machine

from core.models.audit import AuditEvent
from core.quarters import Quarter
from indicators.models.returns import Draft
from indicators.models.workbooks import WorkbookUpload
from indicators.services.drafts import save_draft
from indicators.workbooks.committing import NotSaved, commit_workbook, keep_preview
from indicators.workbooks.preview import preview
from indicators.workbooks.sheet_layout import quarters_before
from indicators.workbooks.writing import NothingDue, write_workbook
from sorp.lexicon import Rag
from tests.factories import IndicatorFactory, RatingFactory, TargetFactory, UserFactory
from tests.indicators.workbooks import COLUMNS, Filled, manager_of

pytestmark = pytest.mark.django_db
Q1 = Quarter(2011, 1)
FORMULA_LIKE = '=HYPERLINK("http://x","y")'


@pytest.fixture(autouse=True)
def in_july():
    with time_machine.travel("2011-07-20 10:00 +0000", tick=False):
        yield


@pytest.fixture
def answerer(sorp_in_force):
    return manager_of(3)


def saved_by(user, content, quarter=Q1):
    """Everything a workbook says is saved, as pressing the button would."""
    found = preview(content, user, quarter)
    upload = keep_preview(
        found=found, content=content, name="return.xlsx", quarter=quarter, by=user
    )
    return commit_workbook(token=upload.token, by=user)


# Out --------------------------------------------------------------------------------------------


def test_the_workbook_holds_a_row_for_each_indicator_with_what_is_known(answerer):
    indicator = answerer.indicators.first()
    RatingFactory(indicator=indicator, quarter=Q1.previous(), rag=Rag.AMBER)
    RatingFactory(indicator=indicator, quarter=Q1.back(4), rag=Rag.RED)

    sheet = openpyxl.load_workbook(io.BytesIO(write_workbook(answerer, Q1)))["Return"]

    assert [cell.value for cell in sheet[4]] == [column.heading for column in COLUMNS]
    assert [cell.value for cell in sheet[4]][3:11] == [str(each) for each in quarters_before(Q1)]
    past = [None, None, None, None, 70, None, None, 85]
    row = [indicator.reference, indicator.title, "%", *past, 90, 80]
    assert [cell.value for cell in sheet[5]][:13] == row
    assert sheet.max_row == 4 + 3


def test_the_workbook_is_locked_without_a_password_but_for_its_answers(answerer):
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(answerer, Q1)))
    sheet = book["Return"]

    assert sheet.protection.sheet
    assert not sheet.protection.password
    locked = [sheet.cell(5, number + 1).protection.locked for number in range(len(COLUMNS))]
    assert locked == [not column.is_asked for column in COLUMNS]
    assert sheet["A5"].fill.fgColor.rgb == "FFE7EAEE"
    assert book["Notes"].protection.sheet


def test_the_workbook_offers_lists_and_refuses_what_will_not_be_taken(answerer):
    sheet = openpyxl.load_workbook(io.BytesIO(write_workbook(answerer, Q1)))["Return"]

    rules = {
        str(each.sqref): (each.type, each.formula1)
        for each in sheet.data_validations.dataValidation
    }
    assert rules["T5:T7"] == ("list", '"Final,Provisional,Estimated"')
    assert rules["V5:V7"] == ("list", '"Yes,No"')
    assert rules["W5:W7"] == ("list", '"Green,Amber,Red"')
    assert rules["X5:X7"] == ("textLength", "500")
    assert rules["N5:N7"][0] == "decimal"
    assert rules["R5:R7"] == ("textLength", "4000")


def test_the_workbook_can_be_read_by_everybody(answerer):
    """One table a sheet under its headings, nothing merged, panes frozen, sheets named."""
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(answerer, Q1)))

    for name in ("Return", "Notes"):
        assert len(book[name].tables) == 1
        assert not book[name].merged_cells.ranges
    assert book["Return"].freeze_panes == "C5"
    assert book["Identity"].sheet_state == "veryHidden"
    assert book.properties.title == f"Return for Q1 2011/12: {answerer.name}"
    explained = {row[0].value for row in book["Notes"].iter_rows(min_row=2)}
    before = quarters_before(Q1)
    headings = {column.heading for column in COLUMNS} - {str(each) for each in before}
    assert explained == headings | {f"{before[0]} to {before[-1]}"}


def test_what_a_meeting_reads_is_printed_on_one_width_under_its_headings(answerer):
    sheet = openpyxl.load_workbook(io.BytesIO(write_workbook(answerer, Q1)))["Return"]

    assert sheet.print_area == "'Return'!$A$1:$S$7", "to the management action"
    assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0) or (
        sheet.page_setup.fitToHeight == 0
    )
    assert sheet.print_title_rows == "$4:$4"
    printed = COLUMNS[: [column.heading for column in COLUMNS].index("Management action") + 1]
    wide = sum(column.width for column in printed)
    assert wide <= 220, "A4 on its side holds about 150 characters: a third smaller is still read"


def test_a_percentage_shows_its_sign_without_being_multiplied(answerer):
    sheet = openpyxl.load_workbook(io.BytesIO(write_workbook(answerer, Q1)))["Return"]

    assert sheet["L5"].number_format == '#,##0.0"%"'


def test_text_that_looks_like_a_formula_stays_text(answerer):
    indicator = answerer.indicators.first()
    indicator.title = FORMULA_LIKE
    indicator.save()
    save_draft(
        indicator=indicator,
        quarter=Q1,
        typed={"value": "85", "confidence": "final", "commentary": "=1+1"},
        version=0,
        is_complete=True,
        by=answerer,
    )

    content = write_workbook(answerer, Q1)
    book = openpyxl.load_workbook(io.BytesIO(content))

    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    formulas = [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert formulas == ["Q5", "Q6", "Q7"], "none but the statuses"
    assert book["Return"]["B5"].value == FORMULA_LIKE
    assert book["Return"]["R5"].value == "=1+1"
    assert not book["Return"]._hyperlinks
    assert preview(content, answerer, Q1).unchanged[0].reference == indicator.reference


def test_whoever_has_nothing_due_is_given_no_workbook(sorp_in_force):
    with pytest.raises(NothingDue, match="no result to give for Q1 2011/12"):
        write_workbook(UserFactory(), Q1)


# Back -------------------------------------------------------------------------------------------


def test_an_untouched_workbook_changes_nothing(answerer):
    found = preview(write_workbook(answerer, Q1), answerer, Q1)

    assert len(found.left_empty) == 3
    assert not found.to_save
    assert not found.rejected


def test_what_is_filled_in_becomes_drafts_and_is_recorded(answerer):
    book = Filled(write_workbook(answerer, Q1))
    first, second, third = answerer.indicators.order_by("reference")
    book.answer(first, value=95.5, confidence="Provisional", commentary="Better.\nMuch better.")
    book.answer(
        second, numerator=1, denominator=4, management_action="Hire.", definition_break="Yes"
    )
    book.answer(third, not_available="The system was down")

    upload = saved_by(answerer, book.content)

    drafts = {each.indicator_id: each for each in Draft.objects.all()}
    assert drafts[first.pk].typed == {
        "value": "95.5",
        "confidence": "provisional",
        "commentary": "Better.\nMuch better.",
        "seen": "0",
    }
    assert drafts[second.pk].typed["definition_break"] == "on"
    assert drafts[third.pk].typed["not_available"] == "The system was down"
    assert all(each.is_complete and each.saved_by == answerer for each in drafts.values())
    assert (upload.saved, upload.found) == (3, {})
    uploaded = AuditEvent.objects.get(act="uploaded workbook")
    assert (uploaded.actor, uploaded.detail["to_save"]) == (answerer, 3)
    event = AuditEvent.objects.get(act="saved workbook")
    assert event.actor == answerer
    assert event.detail["references"] == [first.reference, second.reference, third.reference]


def test_a_preview_saves_nothing(answerer):
    book = Filled(write_workbook(answerer, Q1))
    book.answer(answerer.indicators.first(), value=95)

    preview(book.content, answerer, Q1)

    assert not Draft.objects.exists()


def test_the_same_file_again_changes_nothing(answerer):
    book = Filled(write_workbook(answerer, Q1))
    for indicator in answerer.indicators.all():
        book.answer(indicator, value=95, year_end_rag="Amber", year_end_why="Two vacancies")
    saved_by(answerer, book.content)
    before = list(Draft.objects.values("pk", "version", "saved_at"))

    found = preview(book.content, answerer, Q1)

    assert len(found.unchanged) == 3
    assert not found.to_save
    with pytest.raises(NotSaved, match="There is nothing to save"):
        saved_by(answerer, book.content)
    assert list(Draft.objects.values("pk", "version", "saved_at")) == before


def test_the_same_button_twice_saves_once(answerer):
    book = Filled(write_workbook(answerer, Q1))
    book.answer(answerer.indicators.first(), value=95)
    upload = saved_by(answerer, book.content)

    again = commit_workbook(token=upload.token, by=answerer)

    assert again.committed_at == upload.committed_at
    assert AuditEvent.objects.filter(act="saved workbook").count() == 1


def test_filling_in_more_of_the_same_workbook_adds_to_it(answerer):
    first, second, _ = answerer.indicators.order_by("reference")
    book = Filled(write_workbook(answerer, Q1))
    book.answer(first, value=95)
    saved_by(answerer, book.content)
    book.answer(second, value=85, management_action="Train.")

    found = preview(book.content, answerer, Q1)

    assert [each.reference for each in found.accepted] == [second.reference]
    assert [each.reference for each in found.unchanged] == [first.reference]


def test_a_changed_answer_is_shown_as_it_was_and_as_it_would_be(answerer):
    first = answerer.indicators.order_by("reference").first()
    book = Filled(write_workbook(answerer, Q1))
    book.answer(first, value=95)
    saved_by(answerer, book.content)
    book.answer(first, value=96, confidence="Estimated")

    (change,) = preview(book.content, answerer, Q1).changed

    assert [(each.heading, each.was, each.will_be) for each in change.said] == [
        ("Result", "95", "96"),
        ("Confidence", "Final", "Estimated"),
    ]


def test_red_without_management_action_is_saved_and_said_to_be_a_problem(answerer):
    first = answerer.indicators.order_by("reference").first()
    book = Filled(write_workbook(answerer, Q1))
    book.answer(first, value=50)

    (change,) = preview(book.content, answerer, Q1).accepted

    assert change.is_complete
    assert change.rag == "red"
    assert "what is being done" in change.problem


def test_a_row_without_figure_or_reason_is_saved_as_begun(answerer):
    first = answerer.indicators.order_by("reference").first()
    book = Filled(write_workbook(answerer, Q1))
    book.answer(first, commentary="Figures come on Friday.")

    saved_by(answerer, book.content)

    assert not Draft.objects.get().is_complete


def test_two_hundred_indicators_go_out_and_come_back_whole(
    sorp_in_force, django_assert_max_num_queries
):
    answerer = manager_of(200)
    indicators = list(answerer.indicators.order_by("reference"))
    with django_assert_max_num_queries(20):
        content = write_workbook(answerer, Q1)
    book = Filled(content)
    for number, indicator in enumerate(indicators):
        book.answer(
            indicator,
            value=round(40 + number * 0.3, 1),
            commentary=f"Row {number}: £1,250, “quoted”, é",
            management_action="Train.",
        )
    filled = book.content
    with django_assert_max_num_queries(25):
        found = preview(filled, answerer, Q1)
    upload = keep_preview(found=found, content=filled, name="r.xlsx", quarter=Q1, by=answerer)
    commit_workbook(token=upload.token, by=answerer)

    typed = dict(Draft.objects.values_list("indicator_id", "typed"))
    for number, indicator in enumerate(indicators):
        assert Decimal(typed[indicator.pk]["value"]) == Decimal(400 + number * 3) / 10
        assert typed[indicator.pk]["commentary"] == f"Row {number}: £1,250, “quoted”, é"
    again = preview(write_workbook(answerer, Q1), answerer, Q1)
    assert len(again.unchanged) == 200
    assert not again.rejected


# What happens meanwhile -------------------------------------------------------------------------


def test_somebody_else_saving_meanwhile_stops_all_of_it(answerer):
    first, second, _ = answerer.indicators.order_by("reference")
    book = Filled(write_workbook(answerer, Q1))
    book.answer(first, value=95)
    book.answer(second, value=96)
    found = preview(book.content, answerer, Q1)
    upload = keep_preview(found=found, content=b"", name="r.xlsx", quarter=Q1, by=answerer)
    other = UserFactory(name="Another Officer")
    theirs = {"value": "12", "confidence": "final"}
    save_draft(indicator=second, quarter=Q1, typed=theirs, version=0, is_complete=True, by=other)

    with pytest.raises(NotSaved, match=f"Another Officer saved {second.reference}"):
        commit_workbook(token=upload.token, by=answerer)

    assert Draft.objects.get().typed["value"] == "12"
    upload.refresh_from_db()
    assert upload.committed_at is None


def test_what_somebody_else_saved_since_the_download_is_not_overwritten(answerer):
    first = answerer.indicators.order_by("reference").first()
    book = Filled(write_workbook(answerer, Q1))
    book.answer(first, value=95)
    other = UserFactory(name="Another Officer")
    theirs = {"value": "12", "confidence": "final"}
    save_draft(indicator=first, quarter=Q1, typed=theirs, version=0, is_complete=True, by=other)

    (rejection,) = preview(book.content, answerer, Q1).rejected

    assert rejection.cell == "Return!N5"
    assert "Another Officer saved something" in rejection.told


def test_nobody_saves_what_somebody_else_uploaded(answerer):
    book = Filled(write_workbook(answerer, Q1))
    book.answer(answerer.indicators.first(), value=95)
    found = preview(book.content, answerer, Q1)
    upload = keep_preview(found=found, content=b"", name="r.xlsx", quarter=Q1, by=answerer)

    with pytest.raises(WorkbookUpload.DoesNotExist):
        commit_workbook(token=upload.token, by=UserFactory())


def test_what_nobody_saved_within_two_hours_is_forgotten(answerer):
    book = Filled(write_workbook(answerer, Q1))
    book.answer(answerer.indicators.first(), value=95)
    found = preview(book.content, answerer, Q1)
    kept = {"found": found, "content": b"", "name": "r.xlsx", "quarter": Q1, "by": answerer}
    upload = keep_preview(**kept)

    with time_machine.travel("2011-07-20 12:00:01 +0000", tick=False):
        with pytest.raises(NotSaved, match="more than two hours ago"):
            commit_workbook(token=upload.token, by=answerer)
        keep_preview(**kept)

    assert not WorkbookUpload.objects.filter(pk=upload.pk).exists()
    assert not Draft.objects.exists()


def test_other_indicators_of_other_people_are_not_in_it(answerer):
    TargetFactory(indicator=IndicatorFactory(reference="ZZ-1"))

    sheet = openpyxl.load_workbook(io.BytesIO(write_workbook(answerer, Q1)))["Return"]

    assert "ZZ-1" not in [row[0].value for row in sheet.iter_rows(min_row=5)]
