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
from core.tables.spreadsheets import as_csv as as_text
from dashboards.queries.dashboard_lines import (
    DashboardLine,
    quality_flags,
    sort_lines,
)
from escalation.models.close_previews import ClosePreview
from escalation.rules.close_preview import CloseAct, Consequence
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
    OfficeSightFactory,
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
    address = reverse("dashboard_file", args=[(unit or CouncilFactory()).code, "csv"])
    response = client.get(address, query)
    return list(csv.DictReader(io.StringIO(response.content.decode())))


def indicator(picture, **fields):
    made = IndicatorFactory(**fields)
    rated(made, picture)
    return made


def references(found):
    return [line.indicator.reference for line in found.lines]


# Counts that sum


def test_the_strips_of_the_parts_sum_to_the_whole(client, reader):
    one, other = UnitFactory(name="Roads"), UnitFactory(name="Schools")
    division = UnitFactory(tier=UnitTier.DIVISION, parent=one)
    indicator("GGR", unit=one)
    indicator("GGG", unit=division)
    indicator("GGA", unit=other)
    indicator("GG-", unit=other)
    indicator("---", unit=other, kind=Kind.DATA, method=RatingMethod.NONE)
    indicator("GGG", unit=CouncilFactory())

    found = board(client)

    assert {each.name: (*each.counts.values(), each.others) for each in found.strips} == {
        "Roads": (1, 0, 1, 0, 0),
        "Schools": (0, 1, 0, 1, 1),
        "The council itself": (1, 0, 0, 0, 0),
    }
    sums = [
        sum(each) for each in zip(*(each.counts.values() for each in found.strips), strict=True)
    ]
    assert sums == list(found.counts.values())
    assert len(found.lines) == 6
    assert found.counts_compared == {"green": 5, "amber": 0, "red": 0, "not_rated": 0}


def test_green_on_out_of_date_figures_is_counted_as_not_rated(client, reader):
    unit = IndicatorFactory().unit
    RatingFactory(indicator=Indicator.objects.get(unit=unit), quarter=Q3, stale=True)

    found = board(client, unit)

    assert found.counts == {"green": 0, "amber": 0, "red": 0, "not_rated": 1}
    assert references(board(client, unit, rag="green")) == []
    assert len(references(board(client, unit, rag="not_rated"))) == 1


# The rows


def test_every_row_leads_to_its_indicator_and_tells_its_course(client, reader):
    made = indicator("GRA", title="Potholes mended", reference="HT-01")

    shown = page(client)

    assert f'href="{reverse("indicator", args=[made.reference])}"' in shown
    for said in (
        *("Potholes mended", "HT-01", "85.0%", "target 90%", "was red"),
        "From 95.0% in Q1 2011/12 to 85.0% in Q3 2011/12; green in 1 of 3 rated quarters",
    ):
        assert said in shown, said


def test_the_same_indicators_are_shown_as_twelve_quarters_in_colour(client, reader):
    indicator("GR-", title="Potholes mended", reference="HT-01")

    shown = page(client, picture="")

    for said in (
        "Potholes mended, Q2 2011/12: Red, 70.0%",
        "Potholes mended, Q3 2011/12: Not rated, no result",
        "Potholes mended, Q4 2010/11: Not measured",
    ):
        assert said in shown, said


def test_what_the_manager_expects_stands_in_the_row_once_anybody_said_it(client, reader):
    made = indicator("GRA")
    assert "expected at year end" not in page(client)
    ManagersForecast.objects.create(
        indicator=made,
        made_in=Q3,
        horizon="year_end",
        rag="amber",
        why="Two vacancies until May",
    )

    assert "Amber expected at year end: Two vacancies until May" in page(client)


# Movers, escalations, confidence


def test_a_quarter_is_compared_with_the_one_asked_for(client, reader):
    indicator("RGG", reference="A-1")
    indicator("GGR", reference="B-1")

    assert [line.indicator.reference for line in board(client).worse] == ["B-1"]
    beside = board(client, compare="2011-Q1")
    assert [line.indicator.reference for line in beside.better] == ["A-1"]
    assert references(board(client, compare="2011-Q1", moved="better")) == ["A-1"]


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
    shown = page(client)
    for said in ("with PAT since", "with the directorate since", "No plan yet", "Plan: 1 overdue"):
        assert said in shown, said


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


# The open quarter


@pytest.fixture
def as_it_stands(mixed):
    """The quarter after, open: what its close would do is worked out, of A-1 a result is in."""
    quarter = Q3.next()
    ReportingQuarter.objects.create(quarter=quarter, begun_at=now())
    made = Indicator.objects.get(reference="A-1")
    RatingFactory(
        indicator=made,
        quarter=quarter,
        rag="green",
        revision=RevisionFactory(result__indicator=made, result__quarter=quarter),
    )
    for reference, verdict in (
        ("A-1", {"rag": "red", "is_given": True, "follows": [GOES_UP.dump()]}),
        ("B-1", {"not_rated": "no_result"}),
        ("C-1", {"not_rated": "no_result"}),
    ):
        ClosePreview.objects.create(
            indicator=Indicator.objects.get(reference=reference), quarter=quarter, **verdict
        )
    return quarter


GOES_UP = Consequence(
    CloseAct.OPENS, Level.PAT, "two-reds", "Second red running: goes to PAT, by clause 4.1"
)


def test_it_opens_on_the_open_quarter_as_its_close_would_judge_it(client, as_it_stands):
    found, shown = board(client), page(client)

    assert (found.quarter, found.compared) == (as_it_stands, Q3)
    assert {line.indicator.reference: line.now and line.now.words for line in found.lines} == {
        "A-1": "Red",
        "B-1": "Not rated, no result",
        "C-1": "Not rated, no result",
        "D-1": None,
        "E-1": None,
    }
    for said in (
        "Q4 2011/12, not closed",
        "Second red running: goes to PAT, by clause 4.1.",
        "Q3 2011/12, the same indicators",
        "results are in",
        "To come from",
    ):
        assert said in shown, said
    assert shown.index("To come from") < shown.index("Second red running")
    assert references(board(client, rag="red")) == ["A-1"]
    assert references(board(client, rag="green")) == []
    assert references(board(client, rag="not_rated")) == ["B-1", "C-1", "D-1"]
    assert "Q4 2011/12, not closed" in page(client, quarter="2011-Q3")


def test_who_has_not_submitted_is_said_whatever_the_filters(client, as_it_stands):
    found = board(client, text="nowhere")

    assert (found.completion.submitted, found.completion.due) == (1, 5)
    assert sum(len(theirs) for _, theirs in found.to_come) == 4


def test_a_unit_stands_beside_those_that_are_part_of_the_same(client, reader):
    roads = UnitFactory(name="Roads", parent=CouncilFactory())
    schools = UnitFactory(name="Schools", parent=CouncilFactory())
    indicator("GGR", unit=roads)
    indicator("GGG", unit=schools)

    response = client.get(reverse("dashboard", args=[roads.code]))

    strips = {each.name: each.counts["red"] for each in response.context["siblings"]}
    assert (strips["Roads"], strips["Schools"]) == (1, 0)
    alone = client.get(reverse("dashboard", args=[CouncilFactory().code]))
    assert alone.context["siblings"] == ()


def test_a_file_of_the_open_quarter_says_that_it_is_not_closed(client, as_it_stands):
    row = as_csv(client, sort="reference")[0]

    assert (row["quarter"], row["closed"], row["rag"]) == ("2011-Q4", "no", "red")
    assert row["follows"] == "Second red running: goes to PAT, by clause 4.1."


@pytest.mark.parametrize(
    ("sight", "opens_on", "asked"),
    [("closed", "2011-Q3", 404), ("submitted", "2011-Q3", 404), ("everything", "2011-Q4", 200)],
)
def test_a_member_is_shown_a_quarter_that_is_not_closed_only_where_the_council_shows_all_of_it(
    client, as_it_stands, sight, opens_on, asked
):
    OfficeSightFactory(sight=sight)
    client.force_login(holder(PostKind.MEMBER))
    address = reverse("dashboard", args=[CouncilFactory().code])

    assert client.get(address).context["board"].quarter.key == opens_on
    assert client.get(address, {"quarter": "2011-Q4"}).status_code == asked


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


def test_the_order_shown_is_marked_and_asked_for_again_is_turned_round(client, mixed):
    shown = page(client, sort="title", rag="red")

    assert re.findall(r'aria-current="true">([^<]*)</a> ·', shown) == ["title"]
    assert "?sort=-title&rag=red" in shown.replace("&amp;", "&")
    assert "?sort=reference&rag=red" in shown.replace("&amp;", "&")
    assert "title, turned round" in page(client, sort="-title")


# A file of what is shown


def test_the_file_has_every_quarter_that_is_shown(client, mixed):
    row = as_csv(client)[0]

    assert (row["rag_2011-Q1"], row["rag_2011-Q2"], row["rag_2011-Q3"]) == ("green", "green", "red")
    assert row["rag_2010-Q4"] == ""
    assert (row["moved"], row["escalated_to"], row["late"]) == ("Worse, was green", "pat", "no")
    assert (row["closed"], row["target"]) == ("yes", "90")


def test_the_workbook_has_the_rows_of_the_file(client, mixed):
    address = reverse("dashboard_file", args=[CouncilFactory().code, "xlsx"])

    told = as_text(client.get(address).content, file="x.xlsx").decode()

    assert [row["reference"] for row in csv.DictReader(io.StringIO(told))] == [
        row["reference"] for row in as_csv(client)
    ]


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
    asked, _ = {}, UnitFactory()  # none of those below is alone in the council
    for count in (1, 20, 1000):
        unit = council_of(count)
        for name, more in (("dashboard", ()), ("dashboard_file", ("csv",)), ("dashboards", None)):
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse(name, args=[] if more is None else [unit.code, *more]))
            asked[name, count] = len(queries)

    for name in ("dashboard", "dashboard_file", "dashboards"):
        assert len({asked[name, count] for count in (1, 20, 1000)}) == 1, asked


@pytest.mark.parametrize(
    ("kind", "where", "is_offered"),
    [
        (PostKind.DIRECTOR, "itself", True),
        (PostKind.DIRECTOR, "above", True),
        (PostKind.DIRECTOR, "beside", False),
        (PostKind.ACCOUNTABLE_MANAGER, "itself", False),
        (PostKind.PERFORMANCE_OFFICER, "above", True),
    ],
)
def test_who_may_name_an_acting_manager_of_a_unit_is_offered_it_on_its_dashboard(
    client, closed_quarters, kind, where, is_offered
):
    unit = council_of(1)
    units = {"itself": unit, "above": unit.parent, "beside": UnitFactory(parent=unit.parent)}
    client.force_login(holder(kind, unit=units[where]))

    assert (reverse("acting_manager") in page(client, unit)) is is_offered


def test_a_thousand_indicators_are_shown_sixty_at_a_time(client, reader):
    unit = council_of(1000)
    first = client.get(reverse("dashboard", args=[unit.code]), {"sort": "reference"})
    last = client.get(reverse("dashboard", args=[unit.code]), {"sort": "reference", "page": 17})

    assert [row.reference for row in first.context["rows"]][::59] == [
        f"{unit.code}-0000",
        f"{unit.code}-0059",
    ]
    assert [row.reference for row in last.context["rows"]][-1] == f"{unit.code}-0999"
    assert sum(first.context["board"].counts.values()) == 1000
    assert "page 17 of 17" in last.content.decode()
    assert len(as_csv(client, unit)) == 1000


# The index


def test_the_index_is_a_tree_of_strips_with_the_whole_council_as_a_picture(client, reader):
    roads = UnitFactory(name="Roads", parent=CouncilFactory())
    division = UnitFactory(name="Bridges", tier=UnitTier.DIVISION, parent=roads)
    indicator("GGR", unit=division, title="Potholes mended", reference="HT-01")
    indicator("GGG", unit=CouncilFactory(), title="Complaints", reference="CC-01")

    response = client.get(reverse("dashboards"))
    index, shown = response.context["index"], " ".join(response.content.decode().split())

    assert [(each.name, each.depth, each.counts["red"]) for each in index.strips][-2:] == [
        ("Roads", 1, 1),
        ("Bridges", 2, 1),
    ]
    assert [each.name for each in index.picture.groups] == ["The council itself", "Roads"]
    assert "Potholes mended, Q3 2011/12: Red, 70.0%" in shown


def test_the_index_says_of_each_unit_what_the_close_of_the_open_quarter_would_do(
    client, as_it_stands
):
    client.force_login(holder(PostKind.PERFORMANCE_OFFICER))
    index = client.get(reverse("dashboards")).context["index"]
    whole = next(each for each in index.strips if each.depth == 0)

    assert (index.quarter, index.open_quarter) == (Q3, as_it_stands)
    assert whole.note == "1 to PAT, 2 missing"
    client.force_login(holder(PostKind.MEMBER))
    OfficeSightFactory(sight="closed")
    index = client.get(reverse("dashboards")).context["index"]
    assert {each.note for each in index.strips} == {""}
