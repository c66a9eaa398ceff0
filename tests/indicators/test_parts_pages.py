"""Parts of figures on pages: the grid of a return, what the performance team says, and what is shown."""

import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from indicators.models.parts import Breakdown, Dimension, PartsRevision
from indicators.models.returns import Draft
from indicators.queries.parts import latest_parts
from organisation.rules import PostKind
from tests.factories import (
    Q1,
    IndicatorFactory,
    RatingFactory,
    RevisionFactory,
    TargetFactory,
    holder,
)
from tests.indicators.factories import (
    BreakdownFactory,
    DimensionFactory,
    PartResultFactory,
    PartsRevisionFactory,
    PartTargetFactory,
    districts,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sorp_in_force")]


@pytest.fixture(autouse=True)
def in_july():
    with time_machine.travel("2011-07-20 10:00 +0000", tick=False):
        yield


@pytest.fixture
def breakdown():
    districts("Ashford", "Dover", "Swale")
    indicator = IndicatorFactory(reference="PI-1", title="Repairs in time")
    TargetFactory(indicator=indicator)
    return BreakdownFactory(indicator=indicator)


@pytest.fixture
def manager(client, breakdown):
    client.force_login(breakdown.indicator.accountable_manager)
    return client


@pytest.fixture
def officer(client):
    client.person = holder(PostKind.PERFORMANCE_OFFICER)
    client.force_login(client.person)
    return client


def grid(reference="PI-1", quarter=Q1, dimension="district"):
    return reverse("enter_parts", args=[quarter.key, reference, dimension])


def text_of(response):
    return " ".join(response.content.decode().replace("\N{NO-BREAK SPACE}", " ").split())


def stands(breakdown):
    revision = latest_parts(
        indicator=breakdown.indicator, dimension=breakdown.dimension, quarter=Q1
    )
    return {each.part.key: each.value for each in revision.results.all()} if revision else {}


# The grid


def test_parts_are_given_in_one_grid_and_come_back_in_it(manager, breakdown):
    typed = {
        "seen": "0",
        "ashford_numerator": "80",
        "ashford_denominator": "100",
        "dover_value": "75.5 %",
        "swale_not_available": "Not collected",
    }

    response = manager.post(grid(), typed, follow=True)

    assert response.redirect_chain == [(grid(), 302)]
    assert "kept 3 of 3 parts" in text_of(response)
    assert stands(breakdown) == {"ashford": 80, "dover": Decimal("75.5"), "swale": None}
    form = response.context["form"]
    assert form["ashford_numerator"].value() == "80"
    assert form["dover_value"].value() == "75.5"
    assert form["swale_not_available"].value() == "Not collected"


def test_what_was_typed_comes_back_with_what_is_wrong(manager, breakdown):
    response = manager.post(grid(), {"ashford_value": "many", "dover_value": "75"})

    assert "Ashford: Enter the result as a number" in text_of(response)
    assert response.context["form"]["ashford_value"].value() == "many"
    assert response.context["form"]["dover_value"].value() == "75"
    assert stands(breakdown) == {}


def test_parts_that_do_not_add_up_are_asked_about_and_kept(manager, breakdown):
    RevisionFactory(
        result__indicator=breakdown.indicator,
        numerator=Decimal(150),
        denominator=Decimal(200),
        value=Decimal(75),
    )
    typed = {
        f"{part}_{box}": number
        for part, numbers in {"ashford": (80, 100), "dover": (60, 70), "swale": (30, 30)}.items()
        for box, number in zip(("numerator", "denominator"), numbers, strict=True)
    }

    page = text_of(manager.post(grid(), typed | {"seen": "0"}, follow=True))

    assert "The whole is <strong>75.0%</strong>, 150 of 200." in page
    assert "numerators add up to 170, and the whole’s is 150" in page
    assert len(stands(breakdown)) == 3


def test_parts_are_held_beside_what_is_typed_of_the_whole_before_it_is_submitted(
    manager, breakdown
):
    Draft.objects.create(
        indicator=breakdown.indicator,
        quarter=Q1,
        typed={"numerator": "10", "denominator": "20"},
        saved_by=breakdown.indicator.accountable_manager,
    )

    page = manager.get(grid())

    assert "The whole is <strong>50.0%</strong>, 10 of 20" in text_of(page)


def test_the_result_s_page_leads_to_the_grid_and_keeps_what_was_typed(manager, breakdown):
    entry = reverse("enter_result", args=[Q1.key, "PI-1"])
    assert "By district: 0 of 3 parts given" in text_of(manager.get(entry))

    response = manager.post(entry, {"value": "85", "version": "0", "do": "parts-district"})

    assert response.url == grid()
    assert Draft.objects.get().typed["value"] == "85"


def test_the_check_of_all_answers_says_how_many_parts_are_given_and_asks_about_them(
    manager, breakdown
):
    manager.post(
        grid(),
        {
            "seen": "0",
            **{f"{part}_numerator": "80" for part in ("ashford", "dover", "swale")},
            **{f"{part}_denominator": "100" for part in ("ashford", "dover", "swale")},
        },
    )
    Draft.objects.create(
        indicator=breakdown.indicator,
        quarter=Q1,
        typed={"numerator": "190", "denominator": "200", "confidence": "final"},
        is_complete=True,
        saved_by=breakdown.indicator.accountable_manager,
    )

    page = text_of(manager.get(reverse("check_return", args=[Q1.key])))

    assert "Parts by district" in page
    assert "3 of 3 given" in page
    assert "numerators add up to 240, and the whole’s is 190" in page


def test_two_who_give_the_same_parts_are_told_and_nothing_is_lost(manager, breakdown):
    manager.post(grid(), {"seen": "0", "ashford_value": "80"})

    response = manager.post(grid(), {"seen": "0", "ashford_value": "90"})

    assert "Somebody else entered these parts while you were writing" in text_of(response)
    assert "Ashford: 80.0%" in text_of(response)
    assert response.context["form"]["ashford_value"].value() == "90"
    assert stands(breakdown) == {"ashford": 80}


def test_a_mistake_in_between_hides_nobody_elses_figures(manager, breakdown):
    manager.post(grid(), {"seen": "0", "ashford_value": "80"})

    response = manager.post(grid(), {"seen": "0", "ashford_value": "many"})

    assert response.context["number"] == 0
    assert "Somebody else" in text_of(manager.post(grid(), {"seen": "0", "ashford_value": "90"}))


def test_the_grid_keeps_what_was_given_before_in_sight(manager, breakdown):
    manager.post(grid(), {"seen": "0", "ashford_value": "80"})
    manager.post(grid(), {"seen": "1", "ashford_value": "90"})

    page = text_of(manager.get(grid()))

    assert "What was given before, 20 July 2011 (1)" in page
    assert "Ashford: 80.0%" in page
    assert "Changed: Ashford" in page


def test_a_closed_quarter_takes_a_revision_from_the_centre_with_the_reason(officer, breakdown):
    ReportingQuarter.objects.create(
        quarter=Q1, state="closed", closed_at=datetime(2011, 7, 18, tzinfo=UTC)
    )
    RevisionFactory(result__indicator=breakdown.indicator)

    without = officer.post(grid(), {"seen": "0", "ashford_value": "80"})
    assert "Say why the parts are revised" in text_of(without)
    officer.post(grid(), {"seen": "0", "ashford_value": "80", "reason": "Counted late"})

    assert PartsRevision.objects.get().after_close
    page = text_of(officer.get(reverse("indicator", args=["PI-1"])))
    assert "Q1 2011/12 was revised after it was closed: Counted late" in page


def test_a_manager_is_told_that_a_closed_quarter_takes_no_parts(manager, breakdown):
    ReportingQuarter.objects.create(
        quarter=Q1, state="closed", closed_at=datetime(2011, 7, 18, tzinfo=UTC)
    )

    assert manager.get(grid()).status_code == 403


@pytest.mark.parametrize("address", [grid(dimension="age"), grid(reference="PI-9")])
def test_a_grid_that_there_is_not_is_not_found(manager, address):
    assert manager.get(address).status_code == 404


# What the performance team says


def management(total, initial):
    return {"form-TOTAL_FORMS": str(total), "form-INITIAL_FORMS": str(initial)}


def test_a_dimension_is_added_with_its_parts_in_their_order(officer):
    said = {"name": "Age group", "each_case_once": "yes", "withheld_below": "10"}
    rows = {
        "form-0-name": "65 and over",
        "form-0-position": "2",
        "form-1-name": "Under 65",
        "form-1-position": "1",
    }

    response = officer.post(reverse("add_dimension"), said | management(4, 0) | rows)

    assert response.url == reverse("set_up_dimensions")
    dimension = Dimension.objects.get()
    assert (dimension.key, dimension.withheld_below) == ("age-group", 10)
    assert list(dimension.parts.values_list("key", "name")) == [
        ("under-65", "Under 65"),
        ("65-and-over", "65 and over"),
    ]
    page = text_of(officer.get(reverse("set_up_dimensions")))
    assert "Under 65, 65 and over." in page
    assert "Counts below 10 are withheld" in page


def test_parts_are_renamed_moved_and_set_aside(officer):
    districts("Ashford", "Dover")
    said = {"name": "District", "each_case_once": "yes", "withheld_below": "5"}
    rows = {
        "form-0-key": "ashford",
        "form-0-name": "Ashford and Tenterden",
        "form-0-position": "3",
        "form-0-is_used": "on",
        "form-1-key": "dover",
        "form-1-name": "Dover",
        "form-1-position": "1",
        "form-2-name": "Ashford",
    }

    address = reverse("dimension", args=["district"])
    seen = {"seen": officer.get(address).context["seen"]}

    officer.post(address, said | seen | management(6, 2) | rows)

    assert list(Dimension.objects.get().parts.values_list("key", "name", "is_used")) == [
        ("dover", "Dover", False),
        ("ashford", "Ashford and Tenterden", True),
        ("ashford-2", "Ashford", True),
    ]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"form-0-name": ""}, "Enter at least one part"),
        ({"form-1-name": "A"}, "A is there twice"),
        ({"name": ""}, "Enter what it is called"),
        ({"withheld_below": "few"}, "Enter a whole number from 0 to 100"),
        ({"form-0-position": "first"}, "Enter the place as a whole number"),
    ],
)
def test_a_dimension_that_cannot_be_is_told_and_comes_back(officer, changes, told):
    said = {"name": "Age", "each_case_once": "yes", "withheld_below": "5", "form-0-name": "A"}

    response = officer.post(reverse("add_dimension"), said | management(4, 0) | changes)

    assert told in text_of(response)
    assert not Dimension.objects.exists()


def test_two_who_change_a_dimension_at_once_are_told_and_neither_undoes_the_other(officer):
    dimension = districts("Ashford", "Dover")[0].dimension
    address = reverse("dimension", args=["district"])
    rows = {
        "form-0-key": "ashford",
        "form-0-name": "Ashford",
        "form-0-is_used": "on",
        "form-1-key": "dover",
        "form-1-name": "Dover",
        "form-1-is_used": "on",
    }
    said = {"name": "District", "each_case_once": "yes", "withheld_below": "5"}
    seen = {"seen": officer.get(address).context["seen"]}
    others = {"form-2-name": "Thanet", "withheld_below": "10"}
    officer.post(address, said | seen | management(6, 2) | rows | others)

    # Something else is wrong first, and only then is it told what was changed meanwhile.
    wrong = officer.post(address, said | seen | management(6, 2) | rows | {"name": ""})
    still = {"seen": wrong.context["seen"]}
    late = officer.post(address, said | still | management(6, 2) | rows)

    assert "Somebody else changed this while you were writing" in text_of(late)
    assert "Ashford, Dover, Thanet." in text_of(late)
    dimension.refresh_from_db()
    assert dimension.withheld_below == 10
    assert dimension.parts.filter(is_used=True).count() == 3
    again = {"seen": late.context["seen"]}
    assert officer.post(address, said | again | management(6, 2) | rows).status_code == 302


@pytest.mark.parametrize("name", ["District", "district"])
def test_a_dimension_pressed_twice_is_added_once(officer, name):
    said = {"name": "District", "each_case_once": "yes", "withheld_below": "5", "form-0-name": "A"}
    officer.post(reverse("add_dimension"), said | management(4, 0))

    again = officer.post(reverse("add_dimension"), said | management(4, 0) | {"name": name})

    assert f"there is a dimension called {name} already" in text_of(again)
    assert Dimension.objects.count() == 1


def test_two_who_say_by_what_an_indicator_is_broken_down_are_told(officer):
    indicator = IndicatorFactory(reference="PI-1")
    for key in ("district", "age"):
        DimensionFactory(key=key, name=key.capitalize())
    address = reverse("break_down", args=["PI-1"])
    officer.post(address, {"dimensions": ["age"], "values_add_up": "yes", "seen": ""})

    late = officer.post(address, {"dimensions": ["district"], "values_add_up": "yes", "seen": ""})

    assert "Somebody else changed this while you were writing" in text_of(late)
    assert "Broken down by age." in text_of(late)
    assert [each.dimension.key for each in indicator.breakdowns.filter(is_used=True)] == ["age"]


def test_an_indicator_is_said_to_be_broken_down(officer):
    indicator, district = IndicatorFactory(reference="PI-1"), DimensionFactory()
    address = reverse("break_down", args=["PI-1"])

    officer.post(address, {"dimensions": ["district"], "values_add_up": "yes", "seen": ""})
    page = officer.get(address)

    assert Breakdown.objects.get(indicator=indicator, dimension=district).values_add_up
    assert page.context["form"].initial == {"dimensions": ["district"], "values_add_up": "yes"}


def test_without_a_dimension_the_page_says_what_to_do(officer):
    IndicatorFactory(reference="PI-1")

    page = text_of(officer.get(reverse("break_down", args=["PI-1"])))

    assert "First say how figures can be broken down" in page


# What is expected of parts


def test_a_target_of_a_part_is_shown_then_set_and_has_a_history(officer, breakdown):
    dover = breakdown.dimension.parts.get(name="Dover")
    of_all = reverse("part_targets_of", args=["PI-1"])
    assert "No target of its own" in text_of(officer.get(of_all))
    address = reverse("target_of_part", args=["PI-1", dover.pk])
    said = {"from_quarter": "2011-Q2", "target": "70", "floor": "60", "reason": "Fewest served"}
    assert "Say who agreed it" in text_of(officer.post(address, said))
    said |= {"approved_by": "Cabinet"}

    shown = officer.post(address, said)
    assert "No target of its own</td>" in text_of(shown)
    assert "target 70%, floor standard 60%" in text_of(shown)
    assert not breakdown.indicator.part_targets.exists()
    seen = re.search(r'name="confirmed" value="(\w+)"', shown.content.decode())[1]
    officer.post(address, said | {"confirmed": seen})

    target = breakdown.indicator.part_targets.get()
    assert (target.part, target.target, target.set_by) == (dover, 70, officer.person)
    page = text_of(officer.get(of_all))
    assert "From Q2 2011/12: target 70%, floor standard 60%." in page
    assert "Fewest served (agreed by Cabinet)" in page
    every = text_of(officer.get(reverse("set_up_part_targets"), {"text": "dover"}))
    assert "District: Dover" in every
    assert "None found" in text_of(officer.get(reverse("set_up_part_targets"), {"text": "swale"}))
    history = text_of(officer.get(reverse("part_targets_history", args=["PI-1"])))
    assert "Set target of a part" in history


def test_what_a_target_of_a_part_cannot_be_is_said_at_its_field(officer, breakdown):
    dover = breakdown.dimension.parts.get(name="Dover")
    address = reverse("target_of_part", args=["PI-1", dover.pk])
    said = {"from_quarter": "2011-Q2", "reason": "Fewest served", "approved_by": "Cabinet"}

    for given, told in (
        ({"target": "60", "floor": "70"}, "There is a problem"),
        ({"target": "many"}, "There is a problem"),
        ({"target": "70", "from_quarter": "2009-Q1"}, "those before it are closed"),
    ):
        assert told in text_of(officer.post(address, said | given))
    assert not breakdown.indicator.part_targets.exists()
    breakdown.is_used = False
    breakdown.save()
    assert officer.get(address).status_code == 404


def test_dimensions_are_searched_and_their_history_is_told(officer):
    said = {"name": "District", "each_case_once": "yes", "withheld_below": "5", "form-0-name": "A"}
    officer.post(reverse("add_dimension"), said | management(4, 0))
    DimensionFactory(key="age", name="Age")

    found = text_of(officer.get(reverse("set_up_dimensions"), {"text": "dist"}))

    assert "District" in found
    assert "of Age" not in found
    told = text_of(officer.get(reverse("dimension_history", args=["district"])))
    assert "Added dimension: District" in told


# What is shown


@pytest.fixture
def given(breakdown):
    ashford, dover, swale = breakdown.dimension.parts.all()
    PartTargetFactory(indicator=breakdown.indicator, part=dover)
    RatingFactory(indicator=breakdown.indicator)
    revision = PartsRevisionFactory(indicator=breakdown.indicator)
    for part, (one, other) in {ashford: (3, 50), dover: (130, 200), swale: (45, 60)}.items():
        PartResultFactory(
            revision=revision,
            part=part,
            numerator=one,
            denominator=other,
            value=Decimal(100 * one) / other,
        )
    return breakdown


def test_the_indicator_s_page_draws_its_parts_and_withholds_the_few(client, given):
    client.force_login(holder(PostKind.STAFF))

    page = text_of(client.get(reverse("indicator", args=["PI-1"])))

    assert "By district" in page
    assert page.count("panel-PI-1-district-") > 3
    assert "withheld: fewer than 5" in page
    assert "withheld: another part could be worked out" in page
    assert "2 of 3 parts are withheld" in page
    assert "65.0%" in page
    assert "130 of 200" in page
    for hidden in ("6.0%", "75.0%", "3 of 50", "45 of 60"):
        assert hidden not in page


def test_the_csv_of_parts_withholds_as_the_page_does(client, given):
    client.force_login(holder(PostKind.STAFF))

    lines = client.get(reverse("indicator_parts_csv", args=["PI-1"])).content.decode().splitlines()

    assert lines[1].startswith(
        "PI-1,2011-Q1,district,ashford,,,,,Ashford,withheld: fewer than 5,,withheld"
    )
    assert lines[2].startswith("PI-1,2011-Q1,district,dover,65,130,200,,Dover,,amber,,floor,,70,60")


def test_an_indicator_without_parts_says_nothing_of_them(client):
    IndicatorFactory(reference="PI-1")
    client.force_login(holder(PostKind.STAFF))

    page = text_of(client.get(reverse("indicator", args=["PI-1"])))

    assert "Download its parts" not in page


def test_a_dimension_that_is_no_longer_used_is_not_shown(client, given):
    Breakdown.objects.update(is_used=False)
    client.force_login(holder(PostKind.STAFF))

    assert "By district" not in text_of(client.get(reverse("indicator", args=["PI-1"])))


def test_the_quarter_given_last_heads_the_table(client, given):
    revision = PartsRevisionFactory(indicator=given.indicator, quarter=Quarter(2011, 2))
    PartResultFactory(revision=revision, part=given.dimension.parts.last())
    client.force_login(holder(PostKind.STAFF))

    page = text_of(client.get(reverse("indicator", args=["PI-1"])))

    assert "In Q2 2011/12 only Swale is shown, at 80.0%." in page
    assert "not given" in page
