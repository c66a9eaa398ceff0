"""A scorecard that a council keeps in several files: read as one, asked about across them, taken whole."""

import html

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from core.quarters import Quarter
from indicators.forms.scorecards import ScorecardForm
from indicators.models.definitions import Indicator, Target
from indicators.models.results import Result, Revision
from indicators.models.scorecards import ScorecardUpload
from indicators.queries.records import record_of
from indicators.queries.sight import Seen
from indicators.scorecards import reading
from indicators.scorecards.bringing import (
    answer_scorecard,
    answers_of,
    keep_scorecard,
    try_scorecard,
    what_is_missing,
    write_scorecard,
)
from indicators.scorecards.reading import (
    LARGEST_SUM,
    NothingToRead,
    RefusedFiles,
    check_sizes,
    read_scorecard,
    sheets_of_each,
)
from indicators.scorecards.settling import (
    LEFT_OUT,
    ScorecardAnswers,
    asked_of,
    read_with,
    settled,
)
from organisation.rules import PostKind, Sight
from tests.factories import CouncilFactory, UnitFactory, holder
from tests.indicators.scorecard_layouts import workbook

HEAD = ["Ref", "Indicator", "Unit", "Good is", "Target", "Q1", "RAG"]
CALLS = ["A1", "Calls answered", "%", "High", 90, 91.5, "G"]
CLAIMS = ["B1", "Days to decide a claim", "Days", "Low", 20, 21, "A"]
TODAY = Quarter(2011, 2).first_day


def book(*rows, head=HEAD, title="Scorecard 2011/12", sheet="Performance"):
    return workbook(**{sheet: [[title], [], head, *rows]})


def bare(*rows, section=""):
    """A sheet without references, under a directorate's heading where one is given."""
    above = [[section]] if section else []
    return workbook(
        Performance=[["Scorecard 2011/12"], HEAD[1:], *above, *(row[1:] for row in rows)]
    )


PLACE = ("Place.xlsx", book(CALLS))
GROWTH = ("Growth.xlsx", book(CLAIMS))


def doubts_of(*files):
    return [
        (each.file, each.cell, each.field, each.why)
        for each in read_scorecard(files).doubts
        if each.field in ("title", "reference")
    ]


# Read as one


def test_a_workbook_a_directorate_is_one_scorecard():
    read = read_scorecard([PLACE, GROWTH])
    assert [(each.reference, each.file) for each in read.indicators] == [
        ("A1", "Place.xlsx"),
        ("B1", "Growth.xlsx"),
    ]
    assert read.files == ("Place.xlsx", "Growth.xlsx")


def test_sheets_of_one_name_in_two_files_are_two_parts_each_with_its_file():
    groups = [each.group for each in read_scorecard([PLACE, GROWTH]).indicators]
    assert groups == ["Place: Performance", "Growth: Performance"]
    assert [each.group for each in read_scorecard([PLACE]).indicators] == ["Performance"]


def test_a_file_a_quarter_is_one_history():
    first = book(["A1", "Calls answered", "%", "High", 90, 91.5, "G"])
    head = [*HEAD[:5], "Q2", "RAG"]
    second = book(["A1", "Calls answered", "%", "High", 90, 88, "A"], head=head)
    (item,) = read_scorecard([("one.xlsx", first), ("two.xlsx", second)]).indicators
    assert [(each.key, each.file) for each in item.results] == [
        ("2011-Q1", "one.xlsx"),
        ("2011-Q2", "two.xlsx"),
    ]


def test_the_same_figure_in_two_files_is_no_question():
    assert doubts_of(PLACE, ("Summary.xlsx", book(CALLS, CLAIMS))) == []


# Asked about across them


def test_one_reference_for_two_things_in_two_files_is_asked_about():
    other = ("Growth.xlsx", book(["A1", "Planning appeals lost", "%", "Low", 30, 20, "G"]))
    (doubt,) = doubts_of(PLACE, other)
    assert doubt[:3] == ("Growth.xlsx", "A4", "reference")
    assert doubt[3] == ("A1 is also at Performance!A4 of Place.xlsx for another indicator")


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (["Z9", "Calls answered", "%", "High", 90, 70, "R"], "another reference"),
        (["Z9", "Calls answered", "%", "High", 90, 91.5, "G"], "another reference"),
    ],
)
def test_one_title_under_two_references_in_two_files_is_asked_about(rows, why):
    (doubt,) = doubts_of(PLACE, ("Growth.xlsx", book(rows)))
    assert doubt[:3] == ("Growth.xlsx", "B4", "title")
    assert doubt[3] == f"the same title stands at Performance!B4 of Place.xlsx with {why}"


def test_one_title_without_a_reference_in_two_directorates_is_two_indicators_and_asked_about():
    files = [("a.xlsx", bare(CALLS, section="Place")), ("b.xlsx", bare(CALLS, section="Growth"))]
    assert len(read_scorecard(files).indicators) == 2
    (doubt,) = doubts_of(*files)
    assert doubt[0] == "b.xlsx"
    assert "of a.xlsx with other figures" in doubt[3]


def test_what_is_left_out_of_one_file_stays_in_the_other():
    """The same cell in both files: the question names its file, and so does its answer."""
    marked = ["A1", "Calls answered", "%", "High", 90, "91.5%†", "G"]
    files = sheets_of_each(
        [("a.xlsx", book(marked)), ("b.xlsx", book(["B1", "Bins missed", *marked[2:]]))]
    )
    read = read_with(files, ScorecardAnswers())
    asked = asked_of(read, ScorecardAnswers())
    assert [each.where for each in asked] == ["a.xlsx, Performance!F4", "b.xlsx, Performance!F4"]
    assert len({each.key for each in asked}) == 2
    answers = ScorecardAnswers(questions={asked[1].key: LEFT_OUT})
    kept = settled(read, answers).indicators
    assert [len(each.results) for each in kept] == [1, 0]


# What cannot be taken


def test_each_file_that_cannot_be_taken_is_named_with_what_to_do():
    files = [PLACE, ("Old.pdf", b"%PDF-1.7 \x00"), ("Empty.xlsx", b"")]
    with pytest.raises(RefusedFiles) as refusal:
        read_scorecard(files)
    assert [each.split(":")[0] for each in refusal.value.each] == ["Old.pdf", "Empty.xlsx"]
    assert "a PDF" in refusal.value.each[0]


def test_the_same_file_chosen_twice_is_told():
    with pytest.raises(RefusedFiles, match=r"Copy\.xlsx and Place\.xlsx are the same file"):
        read_scorecard([PLACE, ("Copy.xlsx", PLACE[1])])


def test_two_files_of_one_name_are_kept_apart():
    files = sheets_of_each([PLACE, ("Place.xlsx", GROWTH[1]), ("notes", b"a,b\n1,2\n")])
    assert [name for name, _ in files] == ["Place.xlsx", "Place (2).xlsx", "notes"]


@pytest.mark.parametrize(
    ("sizes", "says"),
    [
        ([1] * 21, "Choose 20 files at most, not 21"),
        ([LARGEST_SUM // 2, LARGEST_SUM // 2, 1], "more than 20 MB together"),
        ([1, 50 * 1024 * 1024], "b.xlsx: The selected file must be 10 MB or smaller"),
    ],
)
def test_there_is_a_limit_on_each_and_on_the_sum(sizes, says):
    names = [f"{letter}.xlsx" for letter in "abcdefghijklmnopqrstuvwxyz"]
    with pytest.raises(RefusedFiles, match=says):
        check_sizes(list(zip(names, sizes, strict=False)))


def test_as_much_as_the_sum_is_taken():
    check_sizes([("a.xlsx", LARGEST_SUM // 2), ("b.xlsx", LARGEST_SUM // 2)])


def test_the_box_tells_each_file_that_is_too_big(monkeypatch):
    monkeypatch.setattr(reading, "LARGEST_FILE", 10)
    form = ScorecardForm(
        {}, {"file": [SimpleUploadedFile("a.xlsx", b"x" * 11), SimpleUploadedFile("b.csv", b"x")]}
    )
    assert not form.is_valid()
    (error,) = form.errors["file"]
    assert error.startswith("a.xlsx: The selected file must be")


def test_all_files_have_the_time_of_one(monkeypatch):
    waits = []
    monkeypatch.setattr(reading, "sheets_of", lambda content, wait: waits.append(wait) or [])
    clock = iter([0, 0, 50, 70])
    monkeypatch.setattr(reading, "machine_clock", lambda: next(clock))
    sheets_of_each([("a", b"1"), ("b", b"2"), ("c", b"3")])
    assert waits == [60, 10, 1]


def test_the_command_reads_several_files_as_one(tmp_path):
    for name, content in (PLACE, GROWTH):
        (tmp_path / name).write_bytes(content)
    call_command(
        "read_scorecard",
        *(tmp_path / name for name, _ in (PLACE, GROWTH)),
        output=tmp_path / "out",
    )
    rows = (tmp_path / "out" / "results.csv").read_text(encoding="utf-8").splitlines()
    assert [row.split(",")[0] for row in rows[1:]] == ["A1", "B1"]


# Kept, answered and written


@pytest.fixture
def in_july():
    with time_machine.travel("2011-07-20 10:00 +0000", tick=False):
        yield


@pytest.fixture
def officer(in_july, sorp_in_force):
    UnitFactory(code="PLACE", name="Place")
    UnitFactory(code="GROWTH", name="Growth")
    return holder(PostKind.PERFORMANCE_OFFICER, unit=CouncilFactory(), name="Perry Office")


@pytest.fixture
def manager(officer):
    return holder(PostKind.ACCOUNTABLE_MANAGER, name="Mo Elder")


def said(manager, **more):
    units = {"Place: Performance": "PLACE", "Growth: Performance": "GROWTH"}
    return ScorecardAnswers(units=units, manager=manager.email, **more)


def written(upload, answers, officer):
    answer_scorecard(token=upload.token, answers=answers, answered=0, by=officer)
    return write_scorecard(token=upload.token, answered=1, by=officer, today=TODAY)


@pytest.mark.django_db
def test_several_files_are_chosen_at_once_and_written_together(client, officer, manager):
    client.force_login(officer)
    files = [SimpleUploadedFile(name, content) for name, content in (PLACE, GROWTH)]
    page = client.post(reverse("set_up_scorecards"), {"file": files}, follow=True)
    upload = ScorecardUpload.objects.get()
    assert upload.name == "Place.xlsx and 1 more"
    text = html.unescape(page.content.decode())
    assert "Growth.xlsx, Performance!B4" in text

    written(upload, said(manager), officer)

    assert {(each.reference, each.unit.code) for each in Indicator.objects.all()} == {
        ("A1", "PLACE"),
        ("B1", "GROWTH"),
    }
    assert Target.objects.get(indicator__reference="B1").reason.startswith(
        "As printed in Growth.xlsx, Performance!E4"
    )


@pytest.mark.django_db
def test_one_file_of_several_with_nothing_to_read_is_named(client, officer):
    minutes = ("Minutes.xlsx", workbook(Sheet1=[["Minutes of a meeting"]]))
    with pytest.raises(
        NothingToRead, match=r"Minutes\.xlsx has nothing that reads as an indicator"
    ):
        keep_scorecard(files=[PLACE, minutes], by=officer)
    client.force_login(officer)
    files = [SimpleUploadedFile(*PLACE), SimpleUploadedFile("Old.pdf", b"%PDF-1.7 \x00")]
    page = client.post(reverse("set_up_scorecards"), {"file": files})
    assert "Old.pdf: The selected file is a PDF" in html.unescape(page.content.decode())
    assert not ScorecardUpload.objects.exists()


@pytest.mark.django_db
def test_what_was_said_of_each_file_is_offered_for_the_next_of_its_headings(officer, manager):
    other = ["No.", "Measure", "Aim", "Target", "Q1"]
    odd = ("Odd.xlsx", book(["X1", "Calls", "High", 90, 91], head=other, sheet="Odd"))
    written(
        keep_scorecard(files=[PLACE], by=officer),
        ScorecardAnswers(
            units={"Performance": "PLACE"}, manager=manager.email, roles={"rag": "not read"}
        ),
        officer,
    )
    written(
        keep_scorecard(files=[odd], by=officer),
        ScorecardAnswers(units={"Odd": "GROWTH"}, manager=manager.email),
        officer,
    )
    both = answers_of(keep_scorecard(files=[PLACE, odd], by=officer))
    assert both.units == {"Performance": "PLACE", "Odd": "GROWTH"}
    assert both.roles == {"rag": "not read"}
    assert both.manager == manager.email


@pytest.mark.django_db
def test_a_file_is_known_again_by_itself_after_it_came_with_others(officer, manager):
    written(keep_scorecard(files=[PLACE, GROWTH], by=officer), said(manager), officer)
    assert answers_of(keep_scorecard(files=[GROWTH], by=officer)).manager == manager.email


@pytest.mark.django_db
def test_what_has_to_be_put_right_names_its_file(officer, manager):
    bad = ("Growth.xlsx", book(["B (2)", *CLAIMS[1:]]))
    upload = keep_scorecard(files=[PLACE, bad], by=officer)
    answer_scorecard(token=upload.token, answers=said(manager), answered=0, by=officer)
    trial = try_scorecard(ScorecardUpload.objects.get(), by=officer, today=TODAY)
    assert [each.places for each in trial.mendings] == [("Growth.xlsx, Performance!B4",)]


@pytest.mark.django_db
def test_a_part_of_either_file_that_nobody_placed_is_missing(officer, manager):
    upload = keep_scorecard(files=[PLACE, GROWTH], by=officer)
    answers = ScorecardAnswers(units={"Place: Performance": "PLACE"}, manager=manager.email)
    assert what_is_missing(read_with(upload.files, answers), answers) == [
        "Say whose these are: Growth: Performance"
    ]


# Where it had been published


@pytest.mark.django_db
def test_a_published_figure_says_in_which_file_and_by_whom_it_came_and_waits_for_nobody(
    officer, manager
):
    written(keep_scorecard(files=[PLACE, GROWTH], by=officer), said(manager), officer)
    assert set(Result.objects.values_list("state", flat=True)) == {"as_published"}
    assert Revision.objects.get(result__indicator__reference="B1").reason == (
        "As published in Growth.xlsx, Performance!F4"
    )
    (quarter,) = record_of(Indicator.objects.get(reference="B1"), Seen(Sight.EVERYTHING)).quarters
    assert quarter.summary == (
        "Entered by Perry Office on behalf of Mo Elder, as published in Growth.xlsx, Performance!F4."
    )
    assert quarter.entries[0].sentence.endswith("As published in Growth.xlsx, Performance!F4.")


@pytest.mark.django_db
def test_one_that_was_not_published_waits_for_its_signatures(officer, manager):
    upload = keep_scorecard(files=[PLACE, GROWTH], by=officer)
    written(upload, said(manager, published=False), officer)
    assert set(Result.objects.values_list("state", flat=True)) == {"submitted"}
    assert set(Revision.objects.values_list("reason", flat=True)) == {""}


@pytest.mark.django_db
def test_the_page_says_what_is_signed_off_before_anything_is_written(client, officer, manager):
    upload = keep_scorecard(files=[PLACE, GROWTH], by=officer)
    answer_scorecard(token=upload.token, answers=said(manager), answered=0, by=officer)
    client.force_login(officer)
    page = client.get(reverse("scorecard_check", args=[upload.token])).content.decode()
    assert "2 results count as signed off, as published in Place.xlsx and 1 more" in page
    assert not Result.objects.exists()
