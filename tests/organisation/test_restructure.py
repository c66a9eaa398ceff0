"""Units renamed, moved, merged, split and closed from a day on: what moves, what ends, what is refused."""

from datetime import date

import pytest
import time_machine

from core.models.audit import AuditEvent
from core.refusals import Refused
from organisation.exporting import units_csv
from organisation.importing.units import import_units
from organisation.models.people import Appointment
from organisation.models.units import Placement, Unit
from organisation.queries import last_day_of, tree_on
from organisation.rules import Branch, PostKind, Tree, UnitTier
from organisation.services import units
from organisation.services.units import NewUnit
from tests.factories import CouncilFactory, UnitFactory, UserFactory, holder

pytestmark = pytest.mark.django_db
TODAY, BEFORE, AFTER = date(2011, 2, 1), date(2011, 3, 31), date(2011, 4, 1)


@pytest.fixture(autouse=True)
def in_february():
    with time_machine.travel("2011-02-01 10:00 +0000", tick=False):
        yield


@pytest.fixture
def council():
    return CouncilFactory()


@pytest.fixture
def roads(council):
    """A directorate with a division, a director and a manager."""
    unit = UnitFactory(code="ROADS", name="Roads")
    UnitFactory(code="NORTH", name="Roads North", tier=UnitTier.DIVISION, parent=unit)
    holder(PostKind.DIRECTOR, unit=unit, name="Dee")
    holder(PostKind.ACCOUNTABLE_MANAGER, unit=unit, name="Mo")
    return unit


@pytest.fixture
def waste(council):
    unit = UnitFactory(code="WASTE", name="Waste")
    UnitFactory(code="TIPS", name="Tips", tier=UnitTier.DIVISION, parent=unit)
    return unit


def by_code(code):
    return Unit.objects.get(code=code)


def merged(roads, waste, **options):
    return units.merge_units(
        units=[roads, waste],
        into=NewUnit("PLACE", "Place"),
        starts_on=AFTER,
        by=UserFactory(),
        **options,
    )


# From a day on


def test_what_is_settled_for_a_day_to_come_waits_for_it_and_then_comes_about_once(roads, council):
    units.place_unit(unit=roads, name="Highways", parent=council, starts_on=AFTER, by=None)
    roads.refresh_from_db()
    assert roads.name == "Roads"
    assert tree_on(AFTER).branches[roads.pk].name == "Highways"

    assert units.bring_units_up_to_date(today=BEFORE) == []
    assert units.bring_units_up_to_date(today=AFTER) == [roads]
    assert units.bring_units_up_to_date(today=AFTER) == []

    roads.refresh_from_db()
    assert roads.name == "Highways"
    assert AuditEvent.objects.filter(act="brought unit up to date").count() == 1


def test_a_unit_moves_with_all_that_is_part_of_it(roads, waste):
    north = by_code("NORTH")
    team = UnitFactory(tier=UnitTier.TEAM, parent=north)

    units.place_unit(unit=north, name="Roads North", parent=waste, starts_on=AFTER, by=None)

    assert set(tree_on(BEFORE).below(roads.pk)) == {roads.pk, north.pk, team.pk}
    assert set(tree_on(AFTER).below(waste.pk)) >= {north.pk, team.pk}


# Merging


def test_two_directorates_become_one_and_their_parts_are_its_own(roads, waste):
    place = merged(roads, waste)

    assert {each.code for each in tree_on(BEFORE).branches.values()} == {
        *("KCC", "ROADS", "NORTH", "WASTE", "TIPS"),
    }
    after = tree_on(AFTER)
    assert {each.code for each in after.branches.values()} == {"KCC", "PLACE", "NORTH", "TIPS"}
    assert {after.branches[each].code for each in after.children(place.pk)} == {"NORTH", "TIPS"}
    assert [last_day_of(each) for each in (roads, waste, place)] == [BEFORE, BEFORE, None]


def test_what_was_a_merged_unit_s_own_is_found_under_the_new_one_and_before_under_the_old(
    roads, waste
):
    place = merged(roads, waste)

    assert roads.pk in set(tree_on(AFTER).below(place.pk))
    assert tree_on(AFTER).at_tier(roads.pk, UnitTier.DIRECTORATE).code == "PLACE"
    assert tree_on(AFTER).standing(roads.pk).code == "PLACE"
    before = tree_on(BEFORE)
    assert before.standing(roads.pk).code == "ROADS"
    assert before.forerunners(place.pk) == (roads.pk, waste.pk)
    assert set(before.below(place.pk)) >= {roads.pk, waste.pk, by_code("TIPS").pk}


def test_posts_end_with_their_unit_and_go_along_where_that_is_wanted_but_for_directors(
    roads, waste
):
    place = merged(roads, waste, posts_go_along=True)

    assert set(
        Appointment.objects.filter(post__unit=roads).values_list("user__name", "ends_on")
    ) == {("Dee", BEFORE), ("Mo", BEFORE)}
    new = Appointment.objects.get(post__unit=place)
    assert (new.user.name, new.post.kind, new.starts_on, new.ends_on) == (
        *("Mo", PostKind.ACCOUNTABLE_MANAGER),
        *(AFTER, None),
    )
    assert "Place" in new.post.title


def test_a_unit_does_not_close_over_the_last_who_may_manage_the_framework(roads, waste):
    officer = holder(PostKind.PERFORMANCE_OFFICER, unit=roads, name="Ada")
    officer.set_password("correct horse battery")
    officer.save()

    with pytest.raises(Refused, match="Ada is the only performance officer"):
        merged(roads, waste)
    assert last_day_of(roads) is None

    merged(roads, waste, posts_go_along=True)
    assert last_day_of(roads) == BEFORE


def test_posts_do_not_go_along_unless_that_is_wanted(roads, waste):
    place = merged(roads, waste)

    assert not Appointment.objects.filter(post__unit=place).exists()


def test_one_of_the_merged_may_stay_and_take_over(roads, waste):
    units.merge_units(units=[roads, waste], into=roads, starts_on=AFTER, by=None)

    assert last_day_of(roads) is None
    assert waste.pk in set(tree_on(AFTER).below(roads.pk))


# Splitting and closing


def test_a_unit_is_split_and_its_parts_shared_out(roads):
    units.split_unit(
        unit=roads,
        into=[NewUnit("KEEP", "Upkeep"), NewUnit("BUILD", "Building", [by_code("NORTH")])],
        heir="KEEP",
        starts_on=AFTER,
        by=None,
    )

    after = tree_on(AFTER)
    assert after.branches[by_code("NORTH").pk].parent == by_code("BUILD").pk
    assert after.standing(roads.pk).code == "KEEP"
    assert after.branches[by_code("KEEP").pk].parent == CouncilFactory().pk


def test_a_unit_closes_and_another_takes_over(roads, waste):
    units.close_unit(unit=roads, ends_on=BEFORE, successor=waste, by=None)

    assert tree_on(AFTER).branches[by_code("NORTH").pk].parent == waste.pk
    event = AuditEvent.objects.filter(act="closed unit").get()
    assert event.detail == {"ends_on": "2011-03-31", "successor": "WASTE"}


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (lambda r, w: units.close_unit(unit=r, ends_on=BEFORE, successor=None, by=None), "Roads North is part of Roads"),
        (lambda r, w: units.close_unit(unit=r, ends_on=BEFORE, successor=r, by=None), "cannot take over from itself"),
        (lambda r, w: units.close_unit(unit=r, ends_on=date(2001, 1, 1), successor=w, by=None), "cannot be before that"),
        (lambda r, w: units.close_unit(unit=CouncilFactory(), ends_on=BEFORE, successor=w, by=None), "council itself does not close"),
        (lambda r, w: units.close_unit(unit=r, ends_on=BEFORE, successor=by_code("TIPS"), by=None), "cannot take over from a directorate"),
        (lambda r, w: units.merge_units(units=[r], into=NewUnit("X", "X"), starts_on=AFTER, by=None), "at least two units"),
        (lambda r, w: units.merge_units(units=[r, by_code("TIPS")], into=NewUnit("X", "X"), starts_on=AFTER, by=None), "units of one tier"),
        (lambda r, w: units.merge_units(units=[by_code("NORTH"), by_code("TIPS")], into=NewUnit("X", "X"), starts_on=AFTER, by=None), "parts of the same unit"),
        (lambda r, w: units.merge_units(units=[r, w], into=NewUnit("tips", "X"), starts_on=AFTER, by=None), "a code is never used again"),
        (lambda r, w: units.split_unit(unit=r, into=[NewUnit("X", "X")], heir="X", starts_on=AFTER, by=None), "at least two new units"),
        (lambda r, w: units.split_unit(unit=r, into=[NewUnit("X", "X"), NewUnit("Y", "Y", [by_code("TIPS")])], heir="X", starts_on=AFTER, by=None), "Tips is not part of Roads"),
        (lambda r, w: units.place_unit(unit=r, name="Roads", parent=by_code("NORTH"), starts_on=AFTER, by=None), "cannot be part of Roads North"),
        (lambda r, w: units.place_unit(unit=r, name="Roads", parent=r, starts_on=AFTER, by=None), "cannot be part of Roads"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_words_and_changes_nothing(roads, waste, act, told):
    before = list(Placement.objects.values_list()), AuditEvent.objects.count()

    with pytest.raises(ValueError, match=told):
        act(roads, waste)

    assert (list(Placement.objects.values_list()), AuditEvent.objects.count()) == before


def test_nothing_is_added_to_a_unit_that_closes_and_it_changes_no_more(roads, waste):
    units.close_unit(unit=roads, ends_on=BEFORE, successor=waste, by=None)

    for act in (
        lambda: units.found_unit(
            code="X", name="X", tier=UnitTier.DIVISION, parent=roads, starts_on=TODAY, by=None
        ),
        lambda: units.place_unit(unit=roads, name="Y", parent=None, starts_on=AFTER, by=None),
        lambda: units.close_unit(unit=roads, ends_on=BEFORE, successor=waste, by=None),
    ):
        with pytest.raises(
            ValueError, match=r"closes on 31 March 2011|name the unit it is part of"
        ):
            act()


def test_a_unit_is_part_of_nothing_that_does_not_stand_yet(roads, council):
    later = units.found_unit(
        code="L", name="Later", tier=UnitTier.DIRECTORATE, parent=council, starts_on=AFTER, by=None
    )

    with pytest.raises(Refused, match="exists only from 1 April 2011"):
        units.place_unit(
            unit=by_code("NORTH"), name="N", parent=later, starts_on=date(2011, 3, 1), by=None
        )


# Files


def test_a_structure_with_closed_units_comes_back_from_its_own_file(roads, waste):
    merged(roads, waste)
    told = units_csv()
    assert "ROADS,Roads,directorate,KCC,2009-04-01,2011-03-31,PLACE" in told

    again = import_units(told.encode(), file="units.csv", today=TODAY)
    assert (again.new, again.changed) == ((), ())

    Appointment.objects.all().delete()
    for model in (Placement, Unit):
        model.objects.update(**({"parent": None} if model is Placement else {"successor": None}))
    Placement.objects.all().delete()
    for tier in (UnitTier.DIVISION, UnitTier.DIRECTORATE, UnitTier.COUNCIL):
        for unit in Unit.objects.filter(tier=tier):
            unit.posts.all().delete()
            unit.delete()
    import_units(told.encode(), file="units.csv", today=TODAY)

    assert units_csv() == told


# The tree


def test_a_chain_of_successors_leads_to_the_one_that_stands():
    standing = Branch(3, "C", "C", UnitTier.COUNCIL, None)
    tree = Tree.of([standing], closed={1: 2, 2: 3})

    assert tree.standing(1) == standing
    assert set(tree.below(3)) == {1, 2, 3}
    assert tree.standing(9) is None


def test_units_of_a_day_are_asked_for_in_one_query(roads, waste, django_assert_num_queries):
    merged(roads, waste)
    with django_assert_num_queries(1):
        tree_on(AFTER)
