"""Parts in the workbook: a sheet of their own goes out, comes back, and is refused as their page refuses."""

import io
from decimal import Decimal

import openpyxl
import pytest
import time_machine
from django.urls import reverse

from core.quarters import Quarter
from indicators.models.parts import PartResult, PartsRevision
from indicators.models.results import Result
from indicators.models.returns import Draft
from indicators.queries.parts import latest_parts
from indicators.rules.parts import PartFigure
from indicators.services.parts import give_parts
from indicators.workbooks.committing import NotSaved, commit_workbook, keep_preview
from indicators.workbooks.parts import PART_COLUMNS
from indicators.workbooks.preview import preview
from indicators.workbooks.writing import write_workbook
from tests.factories import IndicatorFactory, RevisionFactory, TargetFactory, UserFactory
from tests.indicators.factories import BreakdownFactory, DimensionFactory, districts
from tests.indicators.workbooks import Filled, manager_of

pytestmark = pytest.mark.django_db
Q1 = Quarter(2011, 1)
HEADINGS = [column.heading for column in PART_COLUMNS]


@pytest.fixture(autouse=True)
def in_july():
    with time_machine.travel("2011-07-20 10:00 +0000", tick=False):
        yield


@pytest.fixture
def answerer(sorp_in_force):
    districts("Ashford", "Dover", "Swale")
    manager = manager_of(2)
    BreakdownFactory(indicator=manager.indicators.first())
    return manager


@pytest.fixture
def breakdown(answerer):
    return answerer.indicators.first().breakdowns.get()


class FilledParts(Filled):
    """A workbook in whose sheet of parts cells are filled in: `dover="70"`, or by their headings."""

    def part(self, name, **answers):
        sheet = self.book["Parts"]
        row = next(row for row in sheet.iter_rows(min_row=5) if row[3].value == name)
        columns = {"value": "Result", "numerator": "Numerator", "denominator": "Denominator"}
        columns["why"] = "Not available because"
        for key, answer in answers.items():
            row[HEADINGS.index(columns[key])].value = answer
        return self


def workbook_of(manager):
    return FilledParts(write_workbook(manager, Q1))


def save(manager, filled):
    content = filled.content
    found = preview(content, manager, Q1)
    upload = keep_preview(found=found, content=content, name="r.xlsx", quarter=Q1, by=manager)
    commit_workbook(token=upload.token, by=manager)
    return found


def stands(breakdown):
    revision = latest_parts(
        indicator=breakdown.indicator, dimension=breakdown.dimension, quarter=Q1
    )
    return {
        each.part.key: (each.value, each.numerator, each.not_available, each.is_withheld)
        for each in (revision.results.all() if revision else ())
    }


def give(breakdown, by, **figures):
    parts = {part.key: part for part in breakdown.dimension.parts.all()}
    give_parts(
        breakdown=breakdown,
        quarter=Q1,
        figures={parts[key]: PartFigure(Decimal(value)) for key, value in figures.items()},
        today=Q1.next().first_day.replace(day=20),
        by=by,
    )


def test_a_sheet_of_parts_goes_out_where_anything_is_broken_down(answerer, breakdown):
    give(breakdown, answerer, dover=70)

    book = openpyxl.load_workbook(io.BytesIO(write_workbook(answerer, Q1)))

    sheet = book["Parts"]
    assert [cell.value for cell in sheet[4]] == HEADINGS
    reference = breakdown.indicator.reference
    assert [[cell.value for cell in row][:6] for row in sheet.iter_rows(min_row=5)] == [
        [reference, breakdown.indicator.title, "District", part, "%", value]
        for part, value in (("Ashford", None), ("Dover", 70), ("Swale", None))
    ]
    assert {sheet["A5"].protection.locked, sheet["D6"].protection.locked} == {True}
    assert not sheet["F5"].protection.locked


def test_without_a_breakdown_there_is_no_sheet_of_parts(sorp_in_force):
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(manager_of(1), Q1)))

    assert book.sheetnames == ["Return", "Notes", "Identity"]


def test_a_dimension_without_a_part_has_no_rows(answerer):
    BreakdownFactory(
        indicator=answerer.indicators.last(), dimension=DimensionFactory(key="ward", name="Ward")
    )

    sheet = openpyxl.load_workbook(io.BytesIO(write_workbook(answerer, Q1)))["Parts"]

    assert sheet.max_row == 4 + 3


def test_where_no_dimension_has_a_part_there_is_no_sheet(sorp_in_force):
    manager = manager_of(1)
    BreakdownFactory(indicator=manager.indicators.get())

    assert "Parts" not in openpyxl.load_workbook(io.BytesIO(write_workbook(manager, Q1))).sheetnames


def test_parts_come_back_are_looked_at_and_stand_once_saved(answerer, breakdown):
    filled = workbook_of(answerer)
    filled.part("Ashford", numerator=80, denominator=100)
    filled.part("Dover", value="75.5%").part("Swale", why="Not collected")

    found = preview(filled.content, answerer, Q1)
    assert not PartsRevision.objects.exists()
    save(answerer, filled)

    (change,) = found.parts
    assert [(each.heading, each.was, each.will_be) for each in change.said] == [
        ("Ashford", "Not given", "80 of 100"),
        ("Dover", "Not given", "75.5"),
        ("Swale", "Not given", "Not collected"),
    ]
    assert stands(breakdown) == {
        "ashford": (80, 80, "", False),
        "dover": (Decimal("75.5"), None, "", False),
        "swale": (None, None, "Not collected", False),
    }
    assert not Draft.objects.exists()


def test_the_same_workbook_again_and_one_that_nobody_touched_change_nothing(answerer, breakdown):
    give(breakdown, answerer, ashford=80, dover=70)

    assert preview(workbook_of(answerer).content, answerer, Q1).parts == ()


def test_an_empty_cell_leaves_what_stands_and_clear_takes_it_away(answerer, breakdown):
    give(breakdown, answerer, ashford=80, dover=70, swale=60)
    filled = workbook_of(answerer)
    filled.part("Ashford", value=None).part("Dover", value="(clear)").part("Swale", value="<5")

    save(answerer, filled)

    assert stands(breakdown) == {
        "ashford": (80, None, "", False),
        "swale": (None, None, "", True),
    }


def test_rows_and_the_sheet_itself_may_be_taken_out_and_what_stands_stays(answerer, breakdown):
    give(breakdown, answerer, ashford=80, dover=70)
    fewer, none = workbook_of(answerer), workbook_of(answerer)
    fewer.part("Dover", value=71)
    fewer.book["Parts"].delete_rows(5)
    del none.book["Parts"]

    assert preview(none.content, answerer, Q1).parts == ()
    save(answerer, fewer)

    assert stands(breakdown)["ashford"] == (80, None, "", False)
    assert stands(breakdown)["dover"] == (71, None, "", False)


@pytest.mark.parametrize(
    ("answers", "cell", "told"),
    [
        ({"value": "many"}, "F", "Enter the result as a number"),
        ({"value": "70,5"}, "F", "Write a full stop for the decimal point"),
        ({"value": "85 (p)"}, "F", "Write the number alone"),
        ({"numerator": 8}, "G", "Give both the numerator and the denominator"),
        ({"value": 70, "numerator": 8, "denominator": 10}, "F", "The numerator and denominator"),
        ({"value": 70, "why": "Lost"}, "F", "Give either figures or the reason"),
        ({"value": "<5", "why": "Lost"}, "F", "Leave the other boxes empty"),
        ({"denominator": -4, "numerator": 2}, "G", "Give a denominator of 0 or more"),
        ({"value": True}, "F", "Enter the result as a number, not TRUE"),
    ],
)
def test_what_a_part_cannot_be_is_refused_at_its_cell_and_nothing_is_kept(
    answerer, breakdown, answers, cell, told
):
    filled = workbook_of(answerer).part("Dover", **answers)

    found = preview(filled.content, answerer, Q1)

    assert [each.cell for each in found.rejected] == [f"Parts!{cell}6"]
    assert told in found.rejected[0].told
    assert not found.can_be_saved


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda sheet: sheet.__setitem__("D6", "Deal"), "Deal is no part of an indicator you"),
        (lambda sheet: sheet.__setitem__("A6", "PI-999"), "is no part of an indicator you"),
        (lambda sheet: sheet.__setitem__("D6", "Ashford"), "Ashford is also in Parts!D5"),
        (lambda sheet: sheet.__setitem__("D6", None), "is no part of an indicator you"),
    ],
)
def test_a_row_that_is_nobodys_or_there_twice_is_refused(answerer, breakdown, change, told):
    filled = workbook_of(answerer).part("Dover", value=70)
    change(filled.book["Parts"])

    found = preview(filled.content, answerer, Q1)

    assert told in found.rejected[0].told
    assert not found.can_be_saved


def test_parts_that_do_not_add_up_are_asked_about_and_kept(answerer, breakdown):
    RevisionFactory(
        result__indicator=breakdown.indicator,
        result__quarter=Q1,
        numerator=Decimal(170),
        denominator=Decimal(200),
        value=Decimal(85),
    )
    filled = workbook_of(answerer)
    for part in ("Ashford", "Dover", "Swale"):
        filled.part(part, numerator=50, denominator=60)

    found = save(answerer, filled)

    assert "add up to 150" in " ".join(found.parts[0].questions)
    assert len(stands(breakdown)) == 3


def test_what_somebody_else_gave_meanwhile_is_not_written_over(answerer, breakdown):
    filled = workbook_of(answerer).part("Dover", value=70)
    other = UserFactory(name="Beth Other")
    give(breakdown, other, dover=60)

    found = preview(filled.content, answerer, Q1)

    assert "Beth Other gave parts" in found.rejected[0].told
    assert stands(breakdown)["dover"][0] == 60


def test_what_was_given_between_looking_and_saving_stops_the_saving(answerer, breakdown):
    content = workbook_of(answerer).part("Dover", value=70).content
    found = preview(content, answerer, Q1)
    upload = keep_preview(found=found, content=content, name="r.xlsx", quarter=Q1, by=answerer)
    give(breakdown, UserFactory(), dover=60)

    with pytest.raises(NotSaved, match="Somebody gave the parts of"):
        commit_workbook(token=upload.token, by=answerer)

    assert stands(breakdown)["dover"][0] == 60


def test_parts_of_an_approved_result_are_locked_in_the_sheet_and_refused(answerer, breakdown):
    RevisionFactory(result__indicator=breakdown.indicator, result__quarter=Q1)
    before = workbook_of(answerer).part("Dover", value=70)
    Result.objects.update(state="approved")

    sheet = workbook_of(answerer).book["Parts"]
    found = preview(before.content, answerer, Q1)

    assert sheet["F6"].protection.locked
    assert "is approved, so its result is locked" in found.rejected[0].told


def test_the_page_shows_what_would_change_and_saves_it(client, answerer, breakdown):
    client.force_login(answerer)
    content = io.BytesIO(workbook_of(answerer).part("Dover", value=70).content)
    content.name = "return.xlsx"

    looked = client.post(reverse("workbook", args=[Q1.key]), {"file": content}, follow=True)
    saved = client.post(looked.redirect_chain[-1][0], follow=True)

    page = " ".join(looked.content.decode().split())
    assert "1 indicator whose parts would change" in page
    assert "Save these parts" in page
    assert "The parts of 1 indicator saved from return.xlsx" in saved.content.decode()
    assert PartResult.objects.get().value == 70


@pytest.mark.parametrize("how_many", [1, 8])
def test_the_sheet_takes_as_many_queries_for_one_as_for_many(
    sorp_in_force, how_many, django_assert_max_num_queries
):
    districts("Ashford", "Dover")
    manager = manager_of(1)
    for _ in range(how_many):
        indicator = IndicatorFactory(
            unit=manager.indicators.first().unit, accountable_manager=manager
        )
        TargetFactory(indicator=indicator)
        BreakdownFactory(indicator=indicator)
    with django_assert_max_num_queries(40):
        write_workbook(manager, Q1)
