"""What is done about people, posts, units and committees: what changes, what is recorded, what is refused."""

from datetime import date

import pytest

from core.models.audit import AuditEvent
from core.refusals import Refused
from organisation.models.bodies import Committee
from organisation.models.people import Appointment, Post, User
from organisation.models.units import Placement, Unit
from organisation.queries import tree_on
from organisation.rules import BodyKind, PostKind, UnitTier
from organisation.services import bodies, people, units
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
START, LATER = date(2009, 4, 1), date(2011, 4, 1)


@pytest.fixture
def officer():
    return UserFactory()


@pytest.fixture
def council(officer):
    return units.found_unit(
        code="C", name="Council", tier=UnitTier.COUNCIL, parent=None, starts_on=START, by=officer
    )


def directorate(council, code="D", name="Families", by=None):
    return units.found_unit(
        code=code, name=name, tier=UnitTier.DIRECTORATE, parent=council, starts_on=START, by=by
    )


def acts():
    return list(AuditEvent.objects.order_by("id").values_list("act", flat=True))


def test_a_unit_is_founded_in_its_place_and_recorded(council, officer):
    unit = directorate(council, by=officer)

    tree = tree_on(START)
    assert tree.branches[unit.pk].parent == council.pk
    assert tree_on(date(2009, 3, 31)).branches == {}
    event = AuditEvent.objects.first()
    assert (event.act, event.actor, event.detail) == (
        "founded unit",
        officer,
        {"code": "D", "parent": "C"},
    )


@pytest.mark.parametrize(
    ("tier", "parent", "told"),
    [
        (UnitTier.COUNCIL, "C", "leave its parent empty"),
        (UnitTier.DIVISION, None, "name the unit it is part of"),
        (UnitTier.DIRECTORATE, "D", "cannot be part of Families, a directorate"),
    ],
)
def test_a_unit_is_not_founded_out_of_place(council, tier, parent, told):
    directorate(council)
    before = acts()
    above = Unit.objects.filter(code=parent).first()

    with pytest.raises(ValueError, match=told):
        units.found_unit(code="X", name="Other", tier=tier, parent=above, starts_on=START, by=None)

    assert not Unit.objects.filter(code="X").exists()
    assert acts() == before


@pytest.mark.parametrize("code", ["D", "d"])
def test_a_code_is_one_units_however_it_is_written(council, code):
    directorate(council)
    before = acts()

    with pytest.raises(Refused, match=f"{code} is a unit’s code already"):
        directorate(council, code=code, name="Roads")

    assert acts() == before


def test_a_unit_that_is_renamed_keeps_its_name_of_before_for_the_days_before(council, officer):
    unit = directorate(council)

    units.place_unit(
        unit=unit, name="Families and Care", parent=council, starts_on=LATER, by=officer
    )

    assert tree_on(date(2011, 3, 31)).branches[unit.pk].name == "Families"
    assert tree_on(LATER).branches[unit.pk].name == "Families and Care"
    event = AuditEvent.objects.first()
    assert (event.act, event.detail["was"], event.detail["name"]) == (
        "placed unit",
        "Families",
        "Families and Care",
    )


def test_placing_a_unit_where_it_stands_changes_nothing(council):
    unit = directorate(council)
    before = acts()

    units.place_unit(unit=unit, name="Families", parent=council, starts_on=LATER, by=None)

    assert Placement.objects.filter(unit=unit).count() == 1
    assert acts() == before


def test_a_unit_is_not_placed_otherwise_before_it_was_placed_at_all(council):
    unit = directorate(council)

    with pytest.raises(ValueError, match="give a later day for the change"):
        units.place_unit(unit=unit, name="Other", parent=council, starts_on=START, by=None)

    unit.refresh_from_db()
    assert unit.name == "Families"


def test_a_person_is_registered_by_an_address_that_is_theirs_however_it_is_cased(officer):
    person = people.register_person(email=" Ann@Council.Example ", name=" Ann ", by=officer)

    assert (person.email, person.name) == ("ann@council.example", "Ann")
    assert not person.has_usable_password()
    assert User.objects.get_by_natural_key("ANN@council.example") == person
    assert acts() == ["registered person"]


def test_a_person_who_is_renamed_keeps_the_old_name_in_the_record(officer):
    people.register_person(email="b@council.example", name="B", by=officer)
    was = officer.name

    people.rename_person(person=officer, name="Another Name", by=officer)

    registered, renamed = AuditEvent.objects.order_by("id")
    assert registered.actor_name == was
    assert (renamed.act, renamed.detail) == ("renamed person", {"was": was})


def appointed(council, person, *, starts_on=START, ends_on=None):
    return people.appoint(
        person=person,
        kind=PostKind.DIRECTOR,
        unit=council,
        starts_on=starts_on,
        ends_on=ends_on,
        by=None,
    )


def test_an_appointment_makes_the_post_where_there_was_none_and_is_recorded(council, officer):
    first, second = appointed(council, officer), appointed(council, UserFactory())

    assert first.post == second.post == Post.objects.get()
    assert first.post.title == "Director, Council"
    assert acts()[-2:] == ["appointed", "appointed"]


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "is_let_in"),
    [
        (date(2010, 1, 1), date(2010, 6, 1), False),  # inside
        (START, None, False),
        (date(2010, 12, 31), None, False),  # on its last day
        (date(2011, 1, 1), None, True),  # the day after
        (date(2009, 1, 1), START, False),  # until its first day
        (date(2009, 1, 1), date(2009, 3, 31), True),  # until the day before
    ],
)
def test_nobody_holds_one_post_twice_on_a_day(council, officer, starts_on, ends_on, is_let_in):
    appointed(council, officer, ends_on=date(2010, 12, 31))

    if is_let_in:
        appointed(council, officer, starts_on=starts_on, ends_on=ends_on)
    else:
        with pytest.raises(ValueError, match="already holds the post"):
            appointed(council, officer, starts_on=starts_on, ends_on=ends_on)

    assert Appointment.objects.count() == (2 if is_let_in else 1)


def test_nobody_leaves_a_post_before_they_come_to_it(council, officer):
    with pytest.raises(ValueError, match="cannot leave on"):
        appointed(council, officer, ends_on=date(2009, 3, 31))
    appointment = appointed(council, officer)
    with pytest.raises(ValueError, match="The last day cannot be before the first"):
        people.end_appointment(appointment=appointment, ends_on=date(2009, 3, 31), by=None)

    appointment.refresh_from_db()
    assert appointment.ends_on is None


def test_an_appointment_that_ends_is_held_on_its_last_day_and_not_after(council, officer):
    appointment = appointed(council, officer)

    people.end_appointment(appointment=appointment, ends_on=LATER, by=officer)

    assert Appointment.objects.held_on(LATER).exists()
    assert not Appointment.objects.held_on(date(2011, 4, 2)).exists()
    event = AuditEvent.objects.first()
    assert (event.act, event.detail) == (
        "ended appointment",
        {"ends_on": "2011-04-01", "was": None},
    )


def test_a_committee_is_established_and_recorded(officer):
    committee = bodies.establish_committee(
        code="cabinet", name="Cabinet", kind=BodyKind.CABINET, starts_on=START, by=officer
    )

    assert Committee.objects.get() == committee
    assert acts() == ["established committee"]
