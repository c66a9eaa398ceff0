"""Rows, strips and the picture: what every list shows of an indicator, to whom, in how many queries."""

import re
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db import connection
from django.template import Context, Template
from django.test.utils import CaptureQueriesContext

from core.quarters import Quarter
from indicators.models.definitions import Indicator
from indicators.queries.pictures import council_picture, grouped_by_unit, unit_strips
from indicators.queries.rows import indicator_rows
from indicators.queries.sight import Seen
from organisation.queries import tree_on
from organisation.rules import Sight, UnitTier
from sorp.lexicon import Basis, Kind, Polarity, RatingMethod
from tests.factories import (
    CouncilFactory,
    IndicatorFactory,
    RatingFactory,
    RevisionFactory,
    UnitFactory,
    rated,
)

pytestmark = pytest.mark.django_db
Q1, Q3 = Quarter(2011, 1), Quarter(2011, 3)
EVERYTHING = Seen(Sight.EVERYTHING)


@pytest.fixture(autouse=True)
def ruled(sorp_in_force):
    pass


def indicator(picture="", **fields):
    made = IndicatorFactory(**fields)
    rated(made, picture)
    return made


def rows(**given):
    every = Indicator.objects.select_related("unit").order_by("reference")
    return indicator_rows(every, quarter=Q3, **{"seen": EVERYTHING, **given})


def drawn(**given):
    source = "{% load kcc %}{% indicator_rows rows caption='Every indicator' extra=extra %}"
    return Template(source).render(Context({"rows": rows(**given), "extra": None}))


def test_a_row_says_how_an_indicator_stands_and_stood():
    indicator("GAR", title="Potholes mended", reference="HT-01", unit=UnitFactory(name="Highways"))
    indicator("--", title="Books lent", reference="HT-02")

    first, second = rows()

    assert (first.rag, first.was, first.value, first.target) == (
        "red",
        "amber",
        "70.0%",
        "target 90%",
    )
    assert (first.unit, first.moved, first.address) == ("Highways", -1, "/indicators/HT-01/")
    assert [str(each.rag) for each in first.spark.known] == ["green", "amber", "red"]
    assert (second.rag, second.value, second.bullet, second.moved) == ("", "", None, 0)


def test_a_row_shows_twelve_quarters_and_none_before_the_indicator_was_measured():
    rated(indicator(reference="A-1"), "G" * 20, since=Q3.back(19))
    indicator("GGG", reference="B-1")

    assert [len(each.spark.points) for each in rows()] == [12, 4]


@pytest.mark.parametrize(
    ("fields", "rating", "target", "finding"),
    [
        (
            {"polarity": Polarity.LOWER, "measure_unit": "days", "decimals": 0},
            {"polarity": "lower", "value": 22, "target": 20, "floor": 25, "rag": "amber"},
            "target 20\xa0days",
            (Decimal(20), Decimal(25)),
        ),
        (
            {"method": RatingMethod.TOLERANCE, "tolerance": 10},
            {"method": "tolerance", "tolerance": 10, "value": 82, "floor": None, "rag": "amber"},
            "target 90%",
            (Decimal(90), Decimal(81)),
        ),
        (
            {"method": RatingMethod.RANGE, "polarity": Polarity.RANGE},
            {
                "method": "range",
                "polarity": "range",
                "value": 4,
                "rag": "green",
                "target": None,
                "floor": None,
                "lower": 3,
                "upper": 5,
            },
            "range 3 to 5%",
            (None, None),
        ),
    ],
    ids=["lower is better", "tolerance", "range"],
)
def test_a_row_compares_by_the_method_it_was_rated_by(fields, rating, target, finding):
    RatingFactory(indicator=IndicatorFactory(**fields), quarter=Q3, **rating)
    (row,) = rows()

    assert row.target == target
    assert (row.bullet.target, row.bullet.floor) == finding


def test_marks_say_what_is_to_be_known_before_a_figure_is_relied_on():
    made = indicator(reference="A-1")
    for place, value in enumerate((95, 94, 96, 93, 95, 94, 96)):
        RatingFactory(indicator=made, quarter=Q3.back(7 - place), value=value)
    RatingFactory(
        indicator=made,
        quarter=Q3,
        value=91,
        confidence="provisional",
        stale=True,
        revision=RevisionFactory(
            result__indicator=made, result__quarter=Q3, late=True, number=2, reason="Recounted"
        ),
    )

    (row,) = rows(marks={made.pk: ["to PAT"]}, follows={made.pk: "Recovers at the close."})

    assert row.marks == (
        *("provisional", "late", "revised", "old figures"),
        *("lowest of 8 results", "to PAT"),
    )
    assert row.follows == "Recovers at the close."


def test_a_verdict_that_is_not_stored_stands_in_the_place_of_the_rating():
    made = indicator("GGG")
    verdict = SimpleNamespace(rag="red", not_rated="", travel="worsening")

    (row,) = rows(verdicts={made.pk: verdict})

    assert (row.rag, row.was, row.travel) == ("red", "green", "worsening")


def test_of_a_quarter_that_its_reader_does_not_see_a_row_and_a_picture_show_nothing():
    made = indicator("GGR")
    closed = Seen(Sight.CLOSED, last_closed=Q3.previous(), open=frozenset({Q3}))
    verdict = SimpleNamespace(rag="red", not_rated="", travel="worsening")

    (row,) = rows(seen=closed, verdicts={made.pk: verdict})
    picture = council_picture([("All", "", [made])], quarter=Q3, seen=closed)
    (strip,) = unit_strips(
        [(0, tree_on(Q3.last_day).branches[made.unit_id])],
        [made],
        quarter=Q3,
        tree=tree_on(Q3.last_day),
        seen=closed,
    )

    assert (row.rag, row.value, row.was) == ("", "", "")
    assert [each.key for each in picture.groups[0].rows[0].cells][-3:] == ["green", "green", ""]
    assert strip.counts == {"green": 0, "amber": 0, "red": 0, "not_rated": 1}


def test_the_table_names_its_rows_and_columns_and_says_everything_in_words():
    indicator("GAR", title="Potholes <mended>", reference="HT-01", basis=Basis.QUARTER)
    table = drawn(follows={Indicator.objects.get().pk: "Goes to PAT at the close."})
    said = " ".join(re.sub(r"<[^>]*>", " ", table).split())

    assert '<caption class="govuk-table__caption govuk-visually-hidden">Every indicator' in table
    assert len(re.findall(r'<th scope="col"', table)) == 6
    assert len(re.findall(r'<th scope="row"', table)) == 1
    for words in (
        *("Red", "was amber", "Potholes &lt;mended&gt;", "HT-01", "70.0%", "target 90%"),
        "Goes to PAT at the close.",
        "70.0% misses the target of 90% and the floor standard of 80%.",
        "From 95.0% in Q1 2011/12 to 70.0% in Q3 2011/12; green in 1 of 3 rated quarters",
    ):
        assert words in said, words
    assert " id=" not in table


def test_strips_count_a_unit_with_all_below_it_and_carry_what_is_said_of_it():
    council, roads = CouncilFactory(), UnitFactory(name="Roads", parent=CouncilFactory())
    division = UnitFactory(name="Bridges", tier=UnitTier.DIVISION, parent=roads)
    indicator("GGR", unit=roads)
    indicator("GGG", unit=division)
    indicator("---", unit=division, kind=Kind.DATA, method=RatingMethod.NONE)
    tree = tree_on(Q3.last_day)
    branches = [(place, tree.branches[each.pk]) for place, each in enumerate((council, roads))]

    strips = unit_strips(
        branches,
        Indicator.objects.all(),
        quarter=Q3,
        tree=tree,
        seen=EVERYTHING,
        notes={roads.pk: "1 to PAT"},
    )
    html = Template("{% load kcc %}{% unit_strips strips %}").render(Context({"strips": strips}))
    said = " ".join(re.sub(r"<title>.*?</title>|<[^>]*>", " ", html).split())

    assert [(each.total, each.others, each.depth) for each in strips] == [(2, 1, 0), (2, 1, 1)]
    assert f'href="/dashboards/{roads.code}/"' in html
    assert "Roads 1 red , 1 green 1 to PAT" in said


def test_the_picture_has_a_cell_for_every_quarter_and_one_stop_of_the_keyboard_for_a_row():
    roads = UnitFactory(name="Roads", parent=CouncilFactory())
    indicator("GRA", title="Potholes mended", reference="HT-01", unit=roads)
    indicator("GGG", title="Complaints", reference="CC-01", unit=CouncilFactory())
    tree = tree_on(Q3.last_day)
    grouped = grouped_by_unit(
        Indicator.objects.order_by("reference"),
        [tree.branches[roads.pk]],
        tree,
        otherwise="The council itself",
    )
    picture = council_picture(grouped, quarter=Q3, seen=EVERYTHING)
    html = Template("{% load kcc %}{% council_picture picture label='Ratings' %}").render(
        Context({"picture": picture})
    )

    assert [each.name for each in picture.groups] == ["The council itself", "Roads"]
    assert {len(row.cells) for group in picture.groups for row in group.rows} == {12}
    links = re.findall(r'<a [^>]*href="/indicators/HT-01/"[^>]*>', html)
    assert [("tabindex" in each) for each in links] == [False, True, True, True]
    assert 'title="Potholes mended, Q2 2011/12: Red, 70.0%"' in html
    assert "Potholes mended, Q4 2010/11: Not measured" in html
    assert 'aria-label="Ratings: Roads"' in html


def test_rows_strips_and_the_picture_ask_as_often_for_20_indicators_as_for_one():
    asked = []
    for _ in range(2):
        while Indicator.objects.count() < (20 if asked else 1):
            indicator("GGR", unit=UnitFactory(parent=CouncilFactory()))
        every = list(Indicator.objects.select_related("unit"))
        tree = tree_on(Q3.last_day)
        with CaptureQueriesContext(connection) as queries:
            indicator_rows(every, quarter=Q3, seen=EVERYTHING)
            unit_strips(
                [(0, each) for each in tree.branches.values()],
                every,
                quarter=Q3,
                tree=tree,
                seen=EVERYTHING,
            )
            council_picture([("All", "", every)], quarter=Q3, seen=EVERYTHING)
        asked.append(len(queries))

    assert asked[0] == asked[1]
