"""Rights over indicators: one row and many are answered alike, and end with the post."""

from datetime import date

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from assurance.rights import SEATS, Act, may
from assurance.rules import SeatKind
from dashboards.queries.permission_matrix import posts_matrix, seats_matrix, who_can_see
from escalation.services.plans import may_write_plan
from indicators import rights
from indicators.models.definitions import Indicator
from indicators.queries.sign_off import offices_of, sign_off_structure
from indicators.rules.sign_off import sign_off_stages
from organisation.models.people import User
from organisation.permissions import GRANTS, Permission, granted
from organisation.rules import PostKind, Sight, UnitTier
from tests.assurance.factories import SeatFactory, TeamFactory
from tests.factories import (
    AppointmentFactory,
    CouncilFactory,
    IndicatorFactory,
    PostFactory,
    UnitFactory,
    UserFactory,
    holder,
)

pytestmark = pytest.mark.django_db
TODAY = date(2012, 2, 1)


@pytest.fixture(autouse=True)
def in_february():
    with time_machine.travel("2012-02-01 10:00 +0000", tick=False):
        yield


@pytest.fixture
def council():
    """Two directorates, a division and a team in the first, and an indicator in each."""
    council = CouncilFactory()
    roads, schools = UnitFactory(code="roads"), UnitFactory(code="schools")
    lights = UnitFactory(code="lights", tier=UnitTier.DIVISION, parent=roads)
    lamps = UnitFactory(code="lamps", tier=UnitTier.TEAM, parent=lights)
    units = {unit.code: unit for unit in (council, roads, schools, lights, lamps)}
    for code, unit in units.items():
        IndicatorFactory(reference=code.upper(), unit=unit)
    return units


RULES = {
    "visible_to": rights.visible_to,
    "answerable_by": rights.answerable_by,
    "own_of": rights.own_of,
    "directed_by": rights.directed_by,
}


def everybody(units):
    """A holder of every kind of post in every unit, and those who hold none."""
    for kind in PostKind:
        for unit in units.values():
            yield holder(kind, unit=unit)
    yield UserFactory()
    yield holder(PostKind.PERFORMANCE_OFFICER, unit=units["KCC"], is_active=False)
    yield from User.objects.filter(indicators__isnull=False)


def test_one_row_and_many_are_answered_alike_for_everybody(council):
    found = list(Indicator.objects.all())
    for person in everybody(council):
        for name, rule in RULES.items():
            listed = set(getattr(Indicator.objects, name)(person))
            reach = rule(person)
            assert listed == {each for each in found if reach.holds(each)}, (person, name)


@pytest.mark.parametrize("name", ["visible_to", "answerable_by", "directed_by"])
def test_whoever_is_not_signed_in_reaches_nothing(council, name):
    assert not getattr(Indicator.objects, name)(AnonymousUser())
    assert RULES[name](AnonymousUser()) == rights.NONE


def references(rows):
    return sorted(each.reference for each in rows)


@pytest.mark.parametrize(
    ("kind", "unit", "answers", "directs"),
    [
        (PostKind.DEPUTY, "lights", "LAMPS LIGHTS", ""),
        (PostKind.DEPUTY, "roads", "LAMPS LIGHTS ROADS", ""),
        (PostKind.DIRECTOR, "lights", "", "LAMPS LIGHTS"),
        (PostKind.DIRECTOR, "roads", "", "LAMPS LIGHTS ROADS"),
        (PostKind.MANAGING_DIRECTOR, "KCC", "", "KCC LAMPS LIGHTS ROADS SCHOOLS"),
        (PostKind.PERFORMANCE_OFFICER, "KCC", "KCC LAMPS LIGHTS ROADS SCHOOLS", ""),
        (PostKind.ACCOUNTABLE_MANAGER, "roads", "", ""),
        (PostKind.MEMBER, "KCC", "", ""),
    ],
)
def test_a_right_reaches_the_posts_unit_and_those_below(council, kind, unit, answers, directs):
    person = holder(kind, unit=council[unit])

    assert references(Indicator.objects.answerable_by(person)) == answers.split()
    assert references(Indicator.objects.directed_by(person)) == directs.split()


def test_a_plan_is_its_managers_to_write_or_the_centres(council):
    indicator = Indicator.objects.get(reference="LIGHTS")
    people = {
        "manager": indicator.accountable_manager,
        "officer": holder(PostKind.PERFORMANCE_OFFICER),
        "deputy": holder(PostKind.DEPUTY, unit=indicator.unit),
        "director": holder(PostKind.DIRECTOR, unit=indicator.unit),
        "other manager": Indicator.objects.get(reference="ROADS").accountable_manager,
    }

    assert {who for who, person in people.items() if may_write_plan(indicator, person)} == {
        "manager",
        "officer",
    }


# Access ends when it ends


def test_who_is_disabled_is_out_at_the_next_request(client):
    person = holder(PostKind.PERFORMANCE_OFFICER)
    client.force_login(person)
    assert client.get(reverse("home")).status_code == 200

    User.objects.filter(pk=person.pk).update(is_active=False)
    response = client.get(reverse("home"))

    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


def test_a_post_that_has_ended_opens_nothing_at_the_next_request(client):
    person = holder(PostKind.PERFORMANCE_OFFICER)
    client.force_login(person)
    address = reverse("quarters")
    assert client.get(address).status_code == 200

    person.appointments.update(ends_on=TODAY)
    assert client.get(address).status_code == 200  # the last day is included
    person.appointments.update(ends_on=date(2012, 1, 31))

    assert client.get(address).status_code == 403
    assert client.get(reverse("home")).status_code == 403


def test_a_post_opens_nothing_before_its_first_day(client):
    person = UserFactory()
    AppointmentFactory(
        user=person, post=PostFactory(kind=PostKind.MEMBER), starts_on=date(2012, 2, 2)
    )
    client.force_login(person)

    assert client.get(reverse("home")).status_code == 403
    with time_machine.travel("2012-02-02 09:00 +0000", tick=False):
        client.force_login(person)  # the night has ended the session
        assert client.get(reverse("home")).status_code == 200


def test_a_seat_that_has_ended_closes_the_papers_at_the_next_request(client):
    seat = SeatFactory()
    client.force_login(seat.user)
    address = reverse("assurance_team", args=["pat"])
    assert client.get(address).status_code == 200

    seat.ends_on = date(2012, 1, 31)
    seat.save()

    assert client.get(address).status_code == 403


# The matrix in words


def test_the_matrix_says_just_what_the_guards_read():
    matrix = posts_matrix()
    rows = dict(matrix.rows)

    assert list(rows) == [kind.label for kind in PostKind]
    for kind in PostKind:
        marks = dict(zip(Permission, rows[kind.label], strict=True))
        assert {each for each, mark in marks.items() if mark.is_allowed} == granted(
            kind, Sight.NOTHING
        ), kind


def test_a_scope_is_declared_for_just_the_posts_that_grant_the_right():
    for permission, scopes in rights.SCOPES.items():
        assert set(scopes) == {kind for kind in PostKind if permission in GRANTS[kind]}, permission


def test_no_reach_is_told_of_a_right_that_is_not_granted():
    told = [mark for _, marks in posts_matrix().rows for mark in marks if not mark.is_allowed]

    assert {mark.reach for mark in told} == {"", Sight.NOTHING.label}  # a Member’s, until they may


def signed_off_by(person):
    """What a person is asked to sign at some stage, nobody having submitted anything themselves."""
    day = sign_off_structure(TODAY)
    offices = offices_of(person, on=TODAY)
    return {
        each
        for each in Indicator.objects.all()
        for sign_off_stage in sign_off_stages(day.tree, each.unit_id, day.directors)
        if any(office.signs(sign_off_stage) for office in offices)
    }


GIVES = {
    Permission.SUBMIT_RESULT: lambda person: set(Indicator.objects.answerable_by(person)),
    Permission.WRITE_PLAN: lambda person: set(
        Indicator.objects.filter(rights.plannable_by(person).condition)
    ),
    Permission.KEEP_DATA_QUALITY: lambda person: set(
        Indicator.objects.filter(rights.data_quality_kept_by(person).condition)
    ),
    Permission.SIGN_OFF: signed_off_by,
}
BELOW = {
    "KCC": {"KCC", "ROADS", "SCHOOLS", "LIGHTS", "LAMPS"},
    "roads": {"ROADS", "LIGHTS", "LAMPS"},
    "schools": {"SCHOOLS"},
    "lights": {"LIGHTS", "LAMPS"},
    "lamps": {"LAMPS"},
}
# What the words of the page mean of somebody whose post is in a unit, and in whose name LAMPS is.
MEANS = {
    "": lambda unit: set(),
    "Every indicator": lambda unit: BELOW["KCC"],
    "Those they are accountable for": lambda unit: {"LAMPS"},
    "Those of their unit and of every unit below it": lambda unit: BELOW[unit] | {"LAMPS"},
    "Results of their division or directorate, except those they submitted": lambda unit: (
        BELOW[unit] if unit in ("roads", "schools", "lights") else set()
    ),
    "Results of their council, except those they submitted": lambda unit: (
        {"KCC"} if unit == "KCC" else set()
    ),
}


@pytest.mark.parametrize("kind", list(PostKind))
@pytest.mark.parametrize("unit", list(BELOW))
def test_the_reach_that_the_matrix_says_is_what_the_rows_give(council, kind, unit):
    for directed in ("roads", "schools", "lights"):
        holder(PostKind.DIRECTOR, unit=council[directed])
    person = holder(kind, unit=council[unit])
    Indicator.objects.filter(reference="LAMPS").update(accountable_manager=person)
    marks = dict(zip(Permission, dict(posts_matrix().rows)[kind.label], strict=True))

    for permission, given in GIVES.items():
        said = MEANS[marks[permission].reach](unit)
        assert {each.reference for each in given(person)} == said, permission


@pytest.mark.parametrize("kind", list(SeatKind))
def test_the_matrix_of_seats_says_what_a_seat_lets_its_holder_do(kind):
    unit = UnitFactory() if kind is SeatKind.DIRECTOR else None
    seat = SeatFactory(kind=kind, unit=unit)
    marks = dict(seats_matrix().rows)[f"{kind.label} of the team"]

    assert [mark.is_allowed for mark in marks] == [may(seat.user, seat.team, act) for act in Act]
    assert not any(may(seat.user, TeamFactory(dat=True), act) for act in Act)
    assert set(SEATS) == set(SeatKind)


def test_the_help_page_is_for_all_who_sign_in_with_a_post(client):
    client.force_login(holder(PostKind.STAFF))
    told = client.get(reverse("who_may_do_what")).content.decode()

    for permission in Permission:
        assert permission.words in told
    assert "Those they are accountable for" in told


# Who can see this?


def test_an_indicator_names_who_has_a_part_in_it_and_why(council):
    indicator = Indicator.objects.get(reference="LAMPS")
    director = holder(PostKind.DIRECTOR, unit=council["roads"])
    head = holder(PostKind.DIRECTOR, unit=council["lights"])
    deputy = holder(PostKind.DEPUTY, unit=council["lights"])
    chief = holder(PostKind.MANAGING_DIRECTOR, unit=council["KCC"])
    officer = holder(PostKind.PERFORMANCE_OFFICER, unit=council["KCC"])
    holder(PostKind.DIRECTOR, unit=council["schools"])
    holder(PostKind.DIRECTOR, unit=council["lights"], is_active=False)
    gone = holder(PostKind.DIRECTOR, unit=council["lights"])
    gone.appointments.update(ends_on=date(2012, 1, 31))

    readers = who_can_see(indicator=indicator, on=TODAY)

    assert [each.person for each in readers] == [
        indicator.accountable_manager,
        deputy,
        head,
        director,
        chief,
        officer,
    ]
    assert "submits its results" in readers[0].why


def test_an_indicators_page_says_who_can_see_it(client, council):
    client.force_login(holder(PostKind.STAFF))

    told = client.get(reverse("indicator", args=["LAMPS"])).content.decode()

    assert "Who can see this?" in told
    assert "Not the public." in told
    assert Indicator.objects.get(reference="LAMPS").accountable_manager.name in told
