"""Scorecards of councils that merged: one history with provenance, added up only where that is declared."""

import html
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from core.quarters import Quarter
from indicators.importing.definitions import import_targets
from indicators.models.definitions import Indicator
from indicators.models.parts import Dimension, PartResult, PartsRevision, PartTarget
from indicators.models.ratings import Rating
from indicators.models.results import Result, Revision
from indicators.models.scorecards import ScorecardUpload
from indicators.queries.parts import breakdown_histories, given_before_merging
from indicators.scorecards.bringing import (
    answer_scorecard,
    answers_of,
    keep_scorecard,
    try_scorecard,
    write_scorecard,
)
from indicators.scorecards.facts import IndicatorRead, ResultRead, ScorecardRead
from indicators.scorecards.predecessors import Measure, figures_of, key_of, part_of, taken_apart
from indicators.scorecards.settling import ScorecardAnswers, read_with
from organisation.rules import PostKind
from tests.factories import CouncilFactory, IndicatorFactory, UnitFactory, holder
from tests.indicators.scorecard_layouts import workbook

TODAY = Quarter(2012, 2).first_day
A, B = "Ashdale District Council", "Birkmoor Borough Council"
HEAD = ["Ref", "Indicator", "Unit", "Good is", "Target", "Q1", "Q2"]
COUNTED_HEAD = [
    "Ref",
    "Indicator",
    "Unit",
    "Good is",
    "Period",
    "Numerator",
    "Denominator",
    "Value",
]


def result(key, value=None, of=None, **more):
    numerator, denominator = of or (None, None)
    return ResultRead(
        key,
        None if value is None else Decimal(value),
        None if numerator is None else Decimal(numerator),
        None if denominator is None else Decimal(denominator),
        **more,
    )


def item(*results, title="Fly-tips", unit="number", **fields):
    fields.setdefault("polarity", "lower")
    fields.setdefault("frequency", "quarterly")
    return IndicatorRead("X1", title, unit, results=list(results), **fields)


def measure(*items, own=None, areas=(A, B)):
    first = items[0]
    of_areas = dict(zip(areas, items, strict=False))
    return Measure(key_of(first), first.title, first.unit, of_areas, own, areas)


# What may be added up


def test_counts_behind_percentages_are_added_up_and_the_percentages_are_not():
    found = measure(
        item(result("2011-Q1", 90, (90, 100)), title="Calls answered", unit="%"),
        item(result("2011-Q1", 50, (150, 300)), title="Calls answered", unit="%"),
    )
    (added,) = found.added_up().values()
    assert (added.value, added.numerator, added.denominator) == (None, 240, 400)
    assert added.place == f"added up from what {A} and {B} had published"


def test_what_is_counted_is_added_up_figure_by_figure():
    found = measure(item(result("2011-Q1", 5), result("2011-Q2", 7)), item(result("2011-Q1", 6)))
    assert {key.key: each.value for key, each in found.added_up().items()} == {"2011-Q1": 11}


@pytest.mark.parametrize(
    ("items", "why"),
    [
        (
            [item(result("2011-Q1", 90), unit="%"), item(result("2011-Q1", 80), unit="%")],
            "no numerator and denominator",
        ),
        (
            [
                item(result("2011-Q1", 9), title="Average days to let a home"),
                item(result("2011-Q1", 8), title="Average days to let a home"),
            ],
            "averages are not averaged again",
        ),
        ([item(result("2011-Q1", 9), unit="days"), item(result("2011-Q1", 8))], "averages"),
        ([item(result("2011-Q1", 9))], f"{B} has no such measure"),
        ([item(result("2011-Q1", 9)), item(result("2011-Q2", 8))], "no quarter of which every"),
        (
            [item(result("2011-Q1", 9)), item(result("2011-Q1", 8), polarity="higher")],
            "do not agree on which way is better",
        ),
        (
            [item(result("2011-Q1", 9)), item(result("2011-Q1", 8), frequency="annual")],
            "at different times",
        ),
    ],
)
def test_what_cannot_be_added_up_says_why(items, why):
    found = measure(*items)
    assert why in found.why_not
    assert found.added_up() == {}


def test_a_provisional_figure_makes_the_sum_provisional():
    found = measure(
        item(result("2011-Q1", 5, confidence="provisional")), item(result("2011-Q1", 6))
    )
    (added,) = found.added_up().values()
    assert added.confidence == "provisional"


def test_three_months_make_the_quarter_of_a_part_and_two_do_not():
    months = [result(f"2011-0{month}", 4) for month in (4, 5, 6, 7, 8)]
    found = figures_of(item(*months, frequency="monthly"))
    assert {key.key: each.value for key, each in found.items()} == {"2011-Q1": 12}
    counted = [result(f"2011-0{month}", of=(1, 2)) for month in (4, 5, 6)]
    (made,) = figures_of(item(*counted, unit="%", frequency="monthly")).values()
    assert (made.numerator, made.denominator) == (3, 6)
    shares = [result(f"2011-0{month}", 50) for month in (4, 5, 6)]
    assert figures_of(item(*shares, unit="%", frequency="monthly")) == {}


def test_what_the_council_keeps_by_months_is_not_added_up_by_quarters():
    both = [item(result("2011-Q1", 5)), item(result("2011-Q1", 6))]
    assert "by months" in measure(*both, own=item(frequency="monthly")).why_not


def test_a_figure_with_counts_is_a_part_by_its_counts():
    part = part_of(result("2011-Q1", 33.3, (1, 3)), measure_unit="%", decimals=1)
    assert (part.numerator, part.denominator, round(part.value, 1)) == (1, 3, Decimal("33.3"))


def test_a_scorecard_is_taken_apart_by_whose_files_they_are():
    read = ScorecardRead(
        indicators=[
            item(result("2011-Q1", 5), file="a"),
            item(result("2011-Q1", 6), file="b", title="Fly-tips (number)"),
            item(result("2011-Q2", 7), file="own"),
            item(result("2011-Q2", 1), file="own", title="Trees planted"),
        ],
        areas={"a": A, "b": B},
    )
    apart = taken_apart(read)
    assert [each.title for each in apart.own.indicators] == ["Fly-tips", "Trees planted"]
    (found,) = apart.measures
    assert list(found.of_areas) == [A, B]
    assert found.own is apart.own.indicators[0]
    assert apart.addable == [found]
    assert apart.apart == []


# From the upload to the indicator's page


@pytest.fixture
def officer(sorp_in_force):
    UnitFactory(code="PLACE", name="Place")
    with time_machine.travel("2012-07-20 10:00 +0000", tick=False):
        yield holder(PostKind.PERFORMANCE_OFFICER, unit=CouncilFactory(), name="Perry Office")


@pytest.fixture
def manager(officer):
    return holder(PostKind.ACCOUNTABLE_MANAGER, name="Mo Elder")


def book(*rows, year="2011/12"):
    return workbook(Performance=[[f"Scorecard {year}"], [], HEAD, *rows])


ASHDALE = (
    "ashdale.xlsx",
    book(
        ["A1", "Fly-tips", "No.", "Low", 10, 5, 7],
        ["A2", "Calls answered", "%", "High", 90, 91, 93],
    ),
)
BIRKMOOR = (
    "birkmoor.xlsx",
    book(
        ["A1", "Calls answered", "%", "High", 80, 85, 86],
        ["A2", "Fly-tips", "No.", "Low", 20, 15, 9],
        ["A3", "Theatre visits", "No.", "High", 50, 60, 70],
    ),
)
OWN = ("own.xlsx", book(["F1", "Fly-tips", "No.", "Low", 25, 21], year="2012/13"))
TIPS = "fly-tips|number"


def said(manager, *own, **more):
    files = [ASHDALE, BIRKMOOR, *own]
    areas = {"ashdale.xlsx": A, "birkmoor.xlsx": B}
    read = read_with(ScorecardUpload.objects.latest("pk").files, ScorecardAnswers(areas=areas))
    units = {each.group: "PLACE" for each in read.indicators}
    assert len(read.files) == len(files)
    return ScorecardAnswers(
        units=units, manager=manager.email, areas=areas, others_are_right=True, **more
    )


def bring(officer, manager, *own, **more):
    upload = keep_scorecard(files=[ASHDALE, BIRKMOOR, *own], by=officer)
    answers = said(manager, *own, **more)
    answer_scorecard(token=upload.token, answers=answers, answered=0, by=officer)
    return write_scorecard(token=upload.token, answered=1, by=officer, today=TODAY)


def parts_of(indicator, quarter):
    rows = PartResult.objects.filter(
        revision__indicator=indicator, revision__quarter=quarter, revision__is_latest=True
    )
    return {each.part.name: each.value for each in rows.select_related("part")}


@pytest.mark.django_db
def test_each_councils_figures_stand_as_parts_with_file_and_cell(officer, manager):
    bring(officer, manager)

    tips = Indicator.objects.get(title="Fly-tips")
    assert parts_of(tips, Quarter(2011, 1)) == {A: 5, B: 15}
    assert parts_of(tips, Quarter(2011, 2)) == {A: 7, B: 9}
    assert [(each.quarter, each.reason, each.given_by.name) for each in given_before_merging(tips)][
        1
    ] == (
        Quarter(2011, 1),
        f"As published in ashdale.xlsx, Performance!F4 ({A}); birkmoor.xlsx, Performance!F5 ({B})",
        "Perry Office",
    )
    assert Dimension.objects.get().name == "Predecessor council"
    assert PartTarget.objects.get(indicator=tips, part__name=B).target == 20


@pytest.mark.django_db
def test_one_code_of_two_councils_is_two_things(officer, manager):
    """A1 is fly-tips here and calls there: titles say what is the same, codes do not."""
    bring(officer, manager)
    calls = Indicator.objects.get(title="Calls answered")
    assert parts_of(calls, Quarter(2011, 1)) == {A: 91, B: 85}
    assert Indicator.objects.count() == 3


@pytest.mark.django_db
def test_without_a_declaration_the_whole_council_has_no_history(officer, manager):
    bring(officer, manager)
    assert not Result.objects.exists()
    tips = Indicator.objects.get(title="Fly-tips")
    assert tips.first_quarter == Quarter(2011, 3)


@pytest.mark.django_db
def test_what_is_declared_comparable_is_added_up_with_its_provenance(officer, manager):
    bring(officer, manager, comparable=[TIPS])
    tips = Indicator.objects.get(title="Fly-tips")
    assert {
        row.result.quarter.key: (row.value, row.definition_break)
        for row in Revision.objects.select_related("result")
    } == {"2011-Q1": (20, False), "2011-Q2": (16, False)}
    assert tips.first_quarter == Quarter(2011, 1)
    assert {row.reason for row in Revision.objects.all()} == {
        f"Added up from what {A} and {B} had published"
    }
    assert set(Result.objects.values_list("state", flat=True)) == {"as_published"}


@pytest.mark.django_db
def test_what_is_added_up_and_has_no_target_is_named_before_it_is_written_and_one_can_be_brought(
    client, officer, manager
):
    upload = keep_scorecard(files=[ASHDALE, BIRKMOOR], by=officer)
    answers = said(manager, comparable=[TIPS])
    answer_scorecard(token=upload.token, answers=answers, answered=0, by=officer)
    client.force_login(officer)
    page = client.get(reverse("scorecard_check", args=[upload.token])).content.decode()
    assert "Added up, and without a target" in page
    assert "Fly-tips</li>" in page
    assert "Calls answered</li>" not in page

    write_scorecard(token=upload.token, answered=1, by=officer, today=TODAY)
    tips = Indicator.objects.get(title="Fly-tips")
    head = (
        "reference,from_quarter,target,floor,lower,upper,outer_lower,outer_upper,reason,approved_by"
    )
    rows = f"{head}\n{tips.reference},2011-Q1,15,18,,,,,Of the whole,Cabinet\n"
    import_targets(rows.encode(), file="targets.csv", by=officer)
    rated = Rating.objects.latest_ones().filter(indicator=tips).order_by("quarter")
    assert [each.rag for each in rated] == ["red", "amber"]


@pytest.mark.django_db
def test_percentages_without_counts_are_never_made_a_whole_even_if_declared(officer, manager):
    bring(officer, manager, comparable=["calls answered|%"])
    assert not Result.objects.exists()


@pytest.mark.django_db
def test_the_councils_own_first_figure_breaks_with_what_is_not_comparable(officer, manager):
    bring(officer, manager, OWN)
    tips = Indicator.objects.get(title="Fly-tips")
    (revision,) = Revision.objects.all()
    assert (tips.reference, tips.first_quarter) == ("F1", Quarter(2012, 1))
    assert (revision.value, revision.definition_break) == (21, True)
    assert parts_of(tips, Quarter(2011, 1)) == {A: 5, B: 15}


@pytest.mark.django_db
def test_the_councils_own_first_figure_goes_on_from_what_is_comparable(officer, manager):
    bring(officer, manager, OWN, comparable=[TIPS])
    rows = Revision.objects.order_by("result__quarter").values_list("value", "definition_break")
    assert list(rows) == [(20, False), (16, False), (21, False)]


@pytest.mark.django_db
def test_an_indicator_that_stands_under_the_title_is_that_one(officer, manager):
    standing = IndicatorFactory(
        reference="PI-7", title="Fly-tips", measure_unit="number", first_quarter=Quarter(2012, 1)
    )
    bring(officer, manager)
    assert parts_of(standing, Quarter(2011, 1)) == {A: 5, B: 15}


@pytest.mark.django_db
def test_a_history_before_an_indicators_first_quarter_is_asked_about(officer, manager):
    IndicatorFactory(
        reference="PI-7", title="Fly-tips", measure_unit="number", first_quarter=Quarter(2012, 1)
    )
    upload = keep_scorecard(files=[ASHDALE, BIRKMOOR], by=officer)
    answers = said(manager, comparable=[TIPS])
    answer_scorecard(token=upload.token, answers=answers, answered=0, by=officer)
    trial = try_scorecard(ScorecardUpload.objects.get(), by=officer, today=TODAY)
    (mending,) = trial.mendings
    assert mending.what_to_do.startswith(
        "PI-7 is measured from Q1 2012/13: make Q1 2011/12 its first quarter"
    )
    assert not PartsRevision.objects.exists()


@pytest.mark.django_db
def test_brought_again_nothing_changes(officer, manager):
    bring(officer, manager, comparable=[TIPS])
    before = (PartsRevision.objects.count(), Revision.objects.count(), Indicator.objects.count())
    bring(officer, manager, comparable=[TIPS])
    assert before == (
        PartsRevision.objects.count(),
        Revision.objects.count(),
        Indicator.objects.count(),
    )


@pytest.mark.django_db
def test_a_council_brought_later_stands_beside_the_others(officer, manager):
    bring(officer, manager)
    third = ("c.xlsx", book(["Z1", "Fly-tips", "No.", "Low", 10, 3, 4]))
    upload = keep_scorecard(files=[third], by=officer)
    answers = ScorecardAnswers(
        units={"Performance": "PLACE"},
        manager=manager.email,
        areas={"c.xlsx": "Coldwell"},
        others_are_right=True,
    )
    answer_scorecard(token=upload.token, answers=answers, answered=0, by=officer)
    write_scorecard(token=upload.token, answered=1, by=officer, today=TODAY)
    tips = Indicator.objects.get(title="Fly-tips")
    assert parts_of(tips, Quarter(2011, 1)) == {A: 5, B: 15, "Coldwell": 3}


@pytest.mark.django_db
def test_the_officer_says_whose_each_file_is_and_is_then_asked_what_is_comparable(
    client, officer, manager
):
    upload = keep_scorecard(files=[ASHDALE, BIRKMOOR], by=officer)
    client.force_login(officer)
    address = reverse("scorecard", args=[upload.token])
    page = client.get(address).content.decode()
    assert "ashdale.xlsx: of which council before the merger?" in page
    assert "What is comparable" not in page

    posted = {
        "answered": 0,
        "area_0": A,
        "area_1": f" {B} ",
        "manager": manager.email,
        "every_unit": "PLACE",
        "others_are_right": "on",
        "published": "on",
    }
    response = client.post(address, posted)
    assert response.url == address  # and not on to the check: there is more to ask
    page = html.unescape(client.get(address).content.decode())
    assert "What is comparable between the earlier councils" in page
    assert f"Added up figure by figure, Q1 2011/12 to Q2 2011/12: {A}, {B}" in page
    assert "Theatre visits: Ashdale District Council has no such measure" in page
    assert "Calls answered: its figures have no numerator and denominator" in page

    response = client.post(address, {**posted, "answered": 1, "every_comparable": "on"})
    assert response.url == reverse("scorecard_check", args=[upload.token])
    assert answers_of(ScorecardUpload.objects.get()).comparable == [TIPS]
    page = client.get(response.url).content.decode()
    assert "10 figures, each as a part of its indicator" in page
    assert not Indicator.objects.exists()


@pytest.mark.django_db
def test_the_indicators_page_shows_each_council_its_chart_and_where_its_figures_come_from(
    client, officer, manager
):
    bring(officer, manager)
    tips = Indicator.objects.get(title="Fly-tips")
    (history,) = breakdown_histories([tips.pk])[tips.pk]
    assert [each.name for each in history.parts] == [A, B]
    client.force_login(officer)
    page = html.unescape(client.get(reverse("indicator", args=[tips.address])).content.decode())
    assert "By predecessor council" in page
    assert "Where the figures of the earlier councils come from" in page
    assert "ashdale.xlsx, Performance!F4" in page
    assert f"{A}, Q1 2011/12 to Q2 2011/12" in page  # the chart's title
    assert "the dotted line is the whole" not in page


@pytest.mark.django_db
def test_what_contradicts_itself_is_left_out_and_told_with_its_cell(officer, manager):
    head = ["Ref", "Indicator", "Unit", "Good is", "Floor", "Target", "Q1", "Q2"]
    one = workbook(
        P=[["Scorecard 2011/12"], [], head, ["A1", "Calls answered", "%", "High", 80, 90, 91, 93]]
    )
    # A floor above the target, where higher is better.
    other = workbook(
        P=[["Scorecard 2011/12"], [], head, ["Z1", "Calls answered", "%", "High", 95, 90, 81, 83]]
    )
    upload = keep_scorecard(files=[("one.xlsx", one), ("two.xlsx", other)], by=officer)
    areas = {"one.xlsx": A, "two.xlsx": B}
    read = read_with(upload.files, ScorecardAnswers(areas=areas))
    answers = ScorecardAnswers(
        units={each.group: "PLACE" for each in read.indicators},
        manager=manager.email,
        areas=areas,
        others_are_right=True,
    )
    answer_scorecard(token=upload.token, answers=answers, answered=0, by=officer)
    trial = try_scorecard(ScorecardUpload.objects.get(), by=officer, today=TODAY)
    assert trial.mendings == []
    assert trial.parts == 4
    assert [each.places for each in trial.left] == [("two.xlsx, P!E4",)]
