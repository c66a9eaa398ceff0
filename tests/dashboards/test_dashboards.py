"""Dashboards: counts that sum, filters and orders in the address, and a thousand indicators."""

import csv
import io
import re
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.clock import now
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from dashboards.queries.dashboard_lines import (
    ORDERS,
    DashboardLine,
    quality_flags,
    sort_lines,
)
from indicators.models.definitions import Indicator
from indicators.models.ratings import Rating
from indicators.models.returns import ManagersForecast
from indicators.queries.standings import Standing
from organisation.rules import PostKind, UnitTier
from sorp.lexicon import Kind, Level, RatingMethod, Tier, Travel
from sorp.models.statement import Version
from tests.assurance.factories import ActionFactory, ActionPlanFactory, EscalationFactory
from tests.factories import (
    CouncilFactory,
    IndicatorFactory,
    RatingFactory,
    RevisionFactory,
    UnitFactory,
    holder,
    rated,
)

Q3 = Quarter(2011, 3)
TODAY = date(2012, 2, 1)


@pytest.fixture(autouse=True)
def in_february():
    with time_machine.travel("2012-02-01 10:00 +0000", tick=False):
        yield


@pytest.fixture
def closed_quarters(sorp_in_force):
    for quarter in Quarter(2011, 1).until(Q3):
        ReportingQuarter.objects.create(quarter=quarter, state="closed", closed_at=now())


@pytest.fixture
def reader(client, closed_quarters):
    person = holder(PostKind.DIRECTOR, unit=CouncilFactory())
    client.force_login(person)
    return person


def board(client, unit=None, **query):
    response = client.get(reverse("dashboard", args=[(unit or CouncilFactory()).code]), query)
    assert response.status_code == 200
    return response.context["board"]


def page(client, unit=None, **query):
    response = client.get(reverse("dashboard", args=[(unit or CouncilFactory()).code]), query)
    return " ".join(response.content.decode().split())


def as_csv(client, unit=None, **query):
    response = client.get(reverse("dashboard_csv", args=[(unit or CouncilFactory()).code]), query)
    return list(csv.DictReader(io.StringIO(response.content.decode())))


def indicator(picture, **fields):
    made = IndicatorFactory(**fields)
    rated(made, picture)
    return made


def references(found):
    return [line.indicator.reference for line in found.lines]


# Counts that sum


def test_counts_sum_along_each_row_and_down_each_column(client, reader):
    one, other = UnitFactory(name="Roads"), UnitFactory(name="Schools")
    division = UnitFactory(tier=UnitTier.DIVISION, parent=one)
    indicator("GGR", unit=one)
    indicator("GGG", unit=division)
    indicator("GGA", unit=other)
    indicator("GG-", unit=other)
    indicator("---", unit=other, kind=Kind.DATA, method=RatingMethod.NONE)
    indicator("GGG", unit=CouncilFactory())

    found = board(client)
    *rows, total = found.by_part

    def numbers(row):
        return (row.red, row.amber, row.green, row.not_rated, row.others)

    assert {row.part.name: numbers(row) for row in rows} == {
        "Roads": (1, 0, 1, 0, 0),
        "Schools": (0, 1, 0, 1, 1),
        "The council": (0, 0, 1, 0, 0),
    }
    assert [row.is_unit_itself for row in rows] == [False, False, True]
    assert numbers(total) == tuple(map(sum, zip(*(numbers(row) for row in rows), strict=True)))
    assert total.all == len(found.lines) == 6
    assert total.rateable == sum(found.counts.values()) == 5


def test_green_on_out_of_date_figures_is_counted_as_not_rated(client, reader):
    unit = IndicatorFactory().unit
    RatingFactory(indicator=Indicator.objects.get(unit=unit), quarter=Q3, stale=True)

    found = board(client, unit)

    assert found.counts == {"green": 0, "amber": 0, "red": 0, "not_rated": 1}
    assert references(board(client, unit, rag="green")) == []
    assert len(references(board(client, unit, rag="not_rated"))) == 1


# The heatmap


def test_every_cell_says_its_indicator_quarter_colour_and_figure_and_leads_to_it(client, reader):
    made = indicator("GRA", title="Potholes mended", reference="HT-01")

    shown = page(client)

    assert f'href="{reverse("indicator", args=[made.reference])}"' in shown
    for said in [
        "Potholes mended, Q1 2011/12: Green, 95.0%",
        "Potholes mended, Q2 2011/12: Red, 70.0%",
        "Potholes mended, Q3 2011/12: Amber, 85.0%",
        "Potholes mended, Q4 2010/11: Not measured",
    ]:
        assert said in shown, said


def test_the_latest_quarter_comes_first_and_those_before_it_after_the_result(client, reader):
    indicator("GRA", title="Potholes mended", reference="HT-01")

    shown = page(client)

    order = ["Potholes mended, Q3 2011/12", "Potholes mended, Q2", "Potholes mended, Q1 2011/12"]
    places = [shown.index(words) for words in order]
    assert places == sorted(places)


def test_a_cell_without_a_result_says_why_it_is_not_rated(client, reader):
    indicator("GG-", title="Potholes mended")

    assert "Potholes mended, Q3 2011/12: Not rated, no result" in page(client)


def test_what_the_manager_expects_stands_beside_the_result_once_anybody_said_it(client, reader):
    made = indicator("GRA")
    indicator("GGG")
    assert "Manager expects" not in page(client)
    ManagersForecast.objects.create(
        indicator=made,
        made_in=Q3,
        horizon="year_end",
        rag="amber",
        why="Two vacancies until May",
    )

    shown = page(client)

    assert "Manager expects at year end" in shown
    assert re.search(r"Amber.*Two vacancies until May", shown, re.DOTALL)


# Movers, escalations, confidence


def test_a_mover_says_what_it_was_before(client, reader):
    indicator("GGR", title="Potholes mended")

    assert re.search(r"Red</span></strong> <span[^>]*>was green</span>.*Potholes", page(client))


def test_a_quarter_that_is_not_rated_is_no_movement(client, reader):
    indicator("GG-")
    indicator("G-G")

    found = board(client)

    assert found.worse == found.better == []


def test_escalations_show_the_highest_level_first_and_whether_the_plan_is_kept(client, reader):
    bare = EscalationFactory(
        indicator=indicator("GRR", reference="A-1"), level=Level.DIRECTORATE
    ).indicator
    kept = EscalationFactory(indicator=indicator("GRR", reference="B-1")).indicator
    late = EscalationFactory(indicator=indicator("GRR", reference="C-1")).indicator
    ActionFactory(plan=ActionPlanFactory(indicator=kept), due_on=date(2012, 2, 20))
    ActionFactory(plan=ActionPlanFactory(indicator=late), due_on=date(2012, 1, 31))

    found = board(client)

    assert [(each.line.indicator, each.plan_words) for each in found.referred] == [
        (kept, "Plan: 1 due in 30 days"),
        (late, "Plan: 1 overdue"),
        (bare, "No plan yet"),
    ]
    assert (found.without_plan, found.overdue_actions) == (1, 1)


def test_an_escalation_recovered_before_the_quarter_is_not_shown(client, reader):
    made = indicator("RRG")
    EscalationFactory(indicator=made, recovered_in=Q3)

    assert board(client).referred == ()
    assert len(board(client, quarter="2011-Q2").referred) == 1


STANDING = {
    "rag": "green",
    "not_rated": "",
    "value": Decimal(95),
    "travel": "steady",
    "confidence": "final",
    "stale": False,
    "definition_break": False,
    "late": False,
    "revised": False,
}


@pytest.mark.parametrize(
    ("said", "doubts"),
    [
        ({}, set()),
        ({"confidence": "provisional"}, {"provisional"}),
        ({"confidence": "estimated"}, {"estimated"}),
        ({"late": True}, {"late"}),
        ({"revised": True, "stale": True}, {"revised", "stale"}),
        ({"definition_break": True}, {"break"}),
    ],
)
def test_figures_are_open_to_doubt_for_as_many_reasons_as_there_are(said, doubts):
    line = DashboardLine(
        IndicatorFactory.build(accountable_manager=None), Standing(**STANDING | said), None
    )

    assert {each.key for each in quality_flags([line]) if each.lines} == doubts


def test_the_filter_finds_just_those_that_the_list_of_quality_flags_names(client, reader):
    late, revised = IndicatorFactory(reference="L-1"), IndicatorFactory(reference="R-1")
    RatingFactory(
        indicator=late,
        quarter=Q3,
        confidence="provisional",
        revision=RevisionFactory(result__indicator=late, result__quarter=Q3, late=True),
    )
    RatingFactory(
        indicator=revised,
        quarter=Q3,
        stale=True,
        definition_break=True,
        revision=RevisionFactory(
            result__indicator=revised,
            result__quarter=Q3,
            number=2,
            reason="Two forms were found",
        ),
    )
    indicator("GGG")

    for flag in board(client).quality_flags:
        named = [line.indicator.reference for line in flag.lines]
        assert references(board(client, confidence=flag.key)) == named, flag.key


# Filters


@pytest.fixture
def mixed(reader):
    """Four indicators that differ in everything that can be filtered by."""
    manager = holder(PostKind.ACCOUNTABLE_MANAGER, name="Ada Threlfall")
    indicator("GGR", reference="A-1", title="Potholes mended", accountable_manager=manager)
    indicator("GRA", reference="B-1", tier=Tier.DIVISION, layer="core")
    indicator("GGG", reference="C-1", definition="How many books are lent")
    indicator("GG-", reference="D-1")
    indicator("---", reference="E-1", kind=Kind.ACTIVITY, method=RatingMethod.NONE)
    EscalationFactory(indicator=Indicator.objects.get(reference="A-1"))
    return manager


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, "A-1 B-1 C-1 D-1 E-1"),
        ({"rag": "red"}, "A-1"),
        ({"rag": "amber"}, "B-1"),
        ({"rag": "green"}, "C-1"),
        ({"rag": "not_rated"}, "D-1"),
        ({"moved": "worse"}, "A-1"),
        ({"moved": "better"}, "B-1"),
        ({"escalated": "any"}, "A-1"),
        ({"escalated": "pat"}, "A-1"),
        ({"escalated": "cabinet"}, ""),
        ({"escalated": "no"}, "B-1 C-1 D-1 E-1"),
        ({"tier": "division"}, "B-1"),
        ({"kind": "activity"}, "E-1"),
        ({"layer": "core"}, "B-1"),
        ({"text": "pothole"}, "A-1"),
        ({"text": "b-1"}, "B-1"),
        ({"text": "BOOKS"}, "C-1"),
        ({"rag": "red", "moved": "better"}, ""),
        ({"rag": "purple"}, "A-1 B-1 C-1 D-1 E-1"),
        ({"accountable_manager": "999999"}, "A-1 B-1 C-1 D-1 E-1"),
        ({"accountable_manager": "x"}, "A-1 B-1 C-1 D-1 E-1"),
    ],
    ids=str,
)
def test_filters_narrow_the_page_and_the_file_alike(client, mixed, asked, found):
    shown = board(client, **asked, sort="reference")

    assert references(shown) == found.split()
    assert [row["reference"] for row in as_csv(client, **asked, sort="reference")] == found.split()
    rateable = [line for line in shown.lines if line.indicator.kind == Kind.KPI]
    assert sum(shown.counts.values()) == len(rateable)


def test_one_managers_indicators_can_be_shown_alone(client, mixed):
    assert references(board(client, accountable_manager=mixed.pk)) == ["A-1"]


def test_a_filter_that_is_not_offered_is_named_and_narrows_nothing(client, mixed):
    assert "Select an answer from the list" in page(client, rag="purple")


def test_filters_that_nothing_fits_say_how_to_take_them_off(client, mixed):
    shown = page(client, text="nowhere")

    assert "Nothing matches these filters" in shown
    assert "quarter=2011-Q3" in shown


def test_who_has_not_submitted_is_said_whatever_the_filters(client, mixed):
    ReportingQuarter.objects.create(quarter=Q3.next())

    assert board(client, text="nowhere").completion.due == 5
    assert "0 of 5" in page(client, text="nowhere")


# Orders


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("reference", "A-1 B-1 C-1 D-1 E-1"),
        ("-reference", "E-1 D-1 C-1 B-1 A-1"),
        ("rag", "A-1 B-1 C-1 D-1 E-1"),
        ("-rag", "E-1 D-1 C-1 B-1 A-1"),
        ("moved", "A-1 C-1 D-1 E-1 B-1"),
        ("title", "B-1 C-1 D-1 E-1 A-1"),
        ("nonsense", "A-1 B-1 C-1 D-1 E-1"),
    ],
)
def test_the_order_asked_for_is_that_of_the_page_and_of_the_file(client, mixed, asked, found):
    assert references(board(client, sort=asked)) == found.split()
    assert [row["reference"] for row in as_csv(client, sort=asked)] == found.split()


def test_what_travels_worst_stands_first():
    lines = [
        DashboardLine(
            IndicatorFactory.build(reference=each.name, accountable_manager=None),
            Standing(**STANDING | {"travel": each.value}),
            None,
        )
        for each in Travel
    ]

    in_turn, order = sort_lines(lines, "travel")

    assert order == "travel"
    assert [line.indicator.reference for line in in_turn][:1] == ["WORSENING"]
    assert [line.indicator.reference for line in in_turn][-1:] == ["NOT_ENOUGH_DATA"]


def test_headings_say_how_the_table_is_ordered_and_turn_it_round(client, mixed):
    shown = page(client, sort="title", rag="red")

    assert shown.count('aria-sort="ascending"') == 1
    assert shown.count('aria-sort="none"') == len(ORDERS) - 1
    assert "sort=-title" in shown
    assert "?sort=reference&rag=red" in shown.replace("&amp;", "&")
    assert 'aria-sort="descending"' in page(client, sort="-title")


# A file of what is shown


def test_the_file_has_every_quarter_that_is_shown(client, mixed):
    row = as_csv(client)[0]

    assert (row["rag_2011-Q1"], row["rag_2011-Q2"], row["rag_2011-Q3"]) == ("green", "green", "red")
    assert row["rag_2010-Q4"] == ""
    assert (row["moved"], row["escalated_to"], row["late"]) == ("Worse, was green", "pat", "no")


# A thousand indicators


def council_of(count):
    """A directorate with this many indicators, each rated in eight quarters, made in bulk."""
    unit = UnitFactory()
    manager = holder(PostKind.ACCOUNTABLE_MANAGER, unit=unit)
    made = Indicator.objects.bulk_create(
        IndicatorFactory.build(
            reference=f"{unit.code}-{number:04}",
            unit=unit,
            accountable_manager=manager,
            title=f"T {number}",
        )
        for number in range(count)
    )
    like = RatingFactory.build(indicator=made[0], sorp_version=None)
    fields = {
        name: getattr(like, name)
        for name in ("target", "floor", "method", "polarity", "travel", "travel_method", "rated_at")
    }
    ruling = Version.objects.latest("from_quarter")
    colours = (("green", 95), ("amber", 85), ("red", 70))
    Rating.objects.bulk_create(
        Rating(
            indicator=each,
            quarter=quarter,
            rag=(verdict := colours[(place + quarter.ordinal) % 3])[0],
            value=verdict[1],
            confidence="final",
            sorp_version=ruling,
            **fields,
        )
        for place, each in enumerate(made)
        for quarter in Q3.back(7).until(Q3)
    )
    return unit


def test_queries_are_as_many_for_1_as_for_20_and_for_1000_indicators(client, reader):
    asked = {}
    for count in (1, 20, 1000):
        unit = council_of(count)
        for name in ("dashboard", "dashboard_csv"):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                client.get(reverse(name, args=[unit.code]))
            asked[name, count] = len(queries)

    assert len({asked["dashboard", count] for count in (1, 20, 1000)}) == 1, asked
    assert len({asked["dashboard_csv", count] for count in (1, 20, 1000)}) == 1, asked


def test_a_thousand_indicators_are_shown_two_hundred_at_a_time(client, reader):
    unit = council_of(1000)
    first = client.get(reverse("dashboard", args=[unit.code]), {"sort": "reference"})
    last = client.get(reverse("dashboard", args=[unit.code]), {"sort": "reference", "page": 5})

    assert [row.line.indicator.reference for row in first.context["rows"]][::199] == [
        f"{unit.code}-0000",
        f"{unit.code}-0199",
    ]
    assert [row.line.indicator.reference for row in last.context["rows"]][-1] == f"{unit.code}-0999"
    assert sum(first.context["board"].counts.values()) == 1000
    assert "page 5 of 5" in last.content.decode()
    assert len(as_csv(client, unit)) == 1000
