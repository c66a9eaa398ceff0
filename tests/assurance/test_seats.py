"""Who may sit where, and that nobody sits on both teams at once."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from assurance.models.teams import Seat
from assurance.queries.seats import seats_on, vacancies
from assurance.rules import SeatKind
from assurance.services import seats
from core.models.audit import AuditEvent
from core.refusals import Refused
from organisation.rules import PostKind, UnitTier
from tests.assurance.factories import SeatFactory, TeamFactory, chair_of
from tests.factories import AppointmentFactory, CouncilFactory, UnitFactory, holder

pytestmark = pytest.mark.django_db
START = date(2011, 6, 1)


@pytest.fixture
def pat():
    return TeamFactory()


@pytest.fixture
def dat():
    return TeamFactory(dat=True)


def seat(team, user, kind=SeatKind.NED, **rest):
    return seats.seat(team=team, user=user, kind=kind, **{"starts_on": START, "by": None} | rest)


def test_seating_records_who_where_and_from_when(pat):
    officer, ned = holder(PostKind.PERFORMANCE_OFFICER), holder(PostKind.STAFF)

    row = seat(pat, ned, by=officer)

    assert list(seats_on(pat, START)) == [row]
    event = AuditEvent.objects.get()
    assert (event.act, event.actor) == ("seated", officer)
    assert event.detail == {
        "team": "pat",
        "kind": "ned",
        "directorate": None,
        "starts_on": "2011-06-01",
        "ends_on": None,
    }


@pytest.mark.parametrize("second", [SeatKind.NED, SeatKind.DIRECTOR])
def test_nobody_sits_on_both_teams_as_director_or_ned(pat, dat, second):
    directorate = UnitFactory()
    person = holder(PostKind.DIRECTOR, unit=directorate)
    seat(pat, person, SeatKind.DIRECTOR, unit=directorate)
    ned = holder(PostKind.STAFF)
    seat(pat, ned)

    who, unit = (person, directorate) if second is SeatKind.DIRECTOR else (ned, None)
    with pytest.raises(Refused, match="has a seat on PAT"):
        seat(dat, who, second, unit=unit)

    assert not Seat.objects.filter(team=dat).exists()


def test_a_seat_that_has_ended_leaves_the_other_team_free(pat, dat):
    ned = holder(PostKind.STAFF)
    seat(pat, ned, ends_on=date(2011, 12, 31))

    with pytest.raises(Refused, match="has a seat on PAT"):
        seat(dat, ned, starts_on=date(2011, 12, 31))
    assert seat(dat, ned, starts_on=date(2012, 1, 1)).pk


def test_an_officer_may_serve_both_teams(pat, dat):
    officer = holder(PostKind.PERFORMANCE_OFFICER)

    for team in (pat, dat):
        assert seat(team, officer, SeatKind.OFFICER).pk


def test_one_chair_at_a_time(pat):
    first = holder(PostKind.DEPUTY_MANAGING_DIRECTOR, unit=CouncilFactory())
    second = AppointmentFactory(post=first.appointments.get().post).user
    row = seat(pat, first, SeatKind.CHAIR)

    with pytest.raises(Refused, match="chairs PAT"):
        seat(pat, second, SeatKind.CHAIR, starts_on=START + timedelta(days=9))

    seats.end_seat(seat=row, ends_on=START + timedelta(days=8), by=None)
    assert seat(pat, second, SeatKind.CHAIR, starts_on=START + timedelta(days=9)).pk


def test_one_director_per_directorate_on_a_team_and_another_on_the_other(pat, dat):
    directorate = UnitFactory()
    division = UnitFactory(tier=UnitTier.DIVISION, parent=directorate)
    head, deputy = (
        holder(PostKind.DIRECTOR, unit=directorate),
        holder(PostKind.DIRECTOR, unit=division),
    )
    seat(pat, head, SeatKind.DIRECTOR, unit=directorate)

    with pytest.raises(Refused, match="is the director for"):
        seat(pat, deputy, SeatKind.DIRECTOR, unit=directorate)
    assert seat(dat, deputy, SeatKind.DIRECTOR, unit=directorate).pk


@pytest.mark.parametrize(
    ("kind", "post", "sentence"),
    [
        (SeatKind.CHAIR, PostKind.MANAGING_DIRECTOR, "chaired by the Deputy managing director"),
        (SeatKind.CHAIR, PostKind.STAFF, "chaired by the Deputy managing director"),
        (SeatKind.NED, PostKind.DIRECTOR, "A non-executive director is front-line staff"),
        (SeatKind.NED, PostKind.MEMBER, "A non-executive director is front-line staff"),
        (SeatKind.NED, PostKind.CABINET_MEMBER, "A non-executive director is front-line staff"),
        (SeatKind.DIRECTOR, PostKind.DIRECTOR, "Choose a directorate"),
    ],
)
def test_a_seat_needs_its_office(pat, kind, post, sentence):
    with pytest.raises(Refused, match=sentence):
        seat(pat, holder(post), kind)

    assert not Seat.objects.exists()
    assert not AuditEvent.objects.exists()


def test_a_director_speaks_for_a_directorate_of_their_own(pat):
    directorate, other = UnitFactory(), UnitFactory()
    division = UnitFactory(tier=UnitTier.DIVISION, parent=directorate)
    director = holder(PostKind.DIRECTOR, unit=directorate)

    with pytest.raises(Refused, match="is not a director in"):
        seat(pat, director, SeatKind.DIRECTOR, unit=other)
    with pytest.raises(Refused, match="is not a directorate"):
        seat(pat, director, SeatKind.DIRECTOR, unit=division)
    with pytest.raises(Refused, match="Choose a directorate"):
        seat(pat, holder(PostKind.STAFF), SeatKind.NED, unit=directorate)


def test_a_person_has_one_seat_on_a_team_at_a_time(pat):
    ned = holder(PostKind.STAFF)
    seat(pat, ned)

    with pytest.raises(Refused, match="has a seat on PAT"):
        seat(pat, ned, SeatKind.OFFICER)


def test_a_seat_does_not_end_before_it_starts(pat):
    with pytest.raises(Refused, match="before the first"):
        seat(pat, holder(PostKind.STAFF), ends_on=START - timedelta(days=1))
    row = seat(pat, holder(PostKind.STAFF))
    with pytest.raises(Refused, match="before the first"):
        seats.end_seat(seat=row, ends_on=START - timedelta(days=1), by=None)


def test_a_seat_that_ended_is_not_lengthened_into_another(pat, dat):
    ned = holder(PostKind.STAFF)
    row = seat(pat, ned, ends_on=date(2011, 12, 31))
    seat(dat, ned, starts_on=date(2012, 1, 1))

    with pytest.raises(Refused, match="has a seat on DAT"):
        seats.end_seat(seat=row, ends_on=date(2012, 6, 30), by=None)

    row.refresh_from_db()
    assert row.ends_on == date(2011, 12, 31)


@pytest.mark.parametrize("post", [PostKind.STAFF, PostKind.DIRECTOR, PostKind.CABINET_MEMBER])
def test_only_performance_officers_seat_people(pat, post):
    with pytest.raises(PermissionDenied):
        seat(pat, holder(PostKind.STAFF), by=holder(post))
    row = seat(pat, holder(PostKind.STAFF))
    with pytest.raises(PermissionDenied):
        seats.end_seat(seat=row, ends_on=START, by=holder(post))


def test_empty_seats_are_named(pat):
    schools, roads = UnitFactory(name="Schools"), UnitFactory(name="Roads")

    assert vacancies(pat, seats_on(pat, START), START) == (
        "There is no chair",
        "Roads has no nominated director",
        "Schools has no nominated director",
        "Both non-executive directors’ seats are empty",
    )

    chair_of(pat)
    for unit in (schools, roads):
        seat(pat, holder(PostKind.DIRECTOR, unit=unit), SeatKind.DIRECTOR, unit=unit)
    seat(pat, holder(PostKind.STAFF))

    names = vacancies(pat, seats_on(pat, START), START)
    assert [each for each in names if "non-executive" in each or "no chair" in each] == [
        "One non-executive director’s seat is empty"
    ]
    assert not [each for each in names if "Roads" in each or "Schools" in each]


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("name", "make"),
    [
        (
            "one_chair_of_a_team_at_a_time",
            lambda team: SeatFactory(team=team, kind="chair"),
        ),
        (
            "one_director_per_directorate_and_team",
            lambda team: SeatFactory(
                team=team, kind="director", unit=Seat.objects.get(kind="director").unit
            ),
        ),
        (
            "nobody_but_officers_sits_on_both_teams",
            lambda team: SeatFactory(
                team=TeamFactory(dat=True), kind="ned", user=Seat.objects.get(kind="director").user
            ),
        ),
        (
            "nobody_but_officers_sits_on_both_teams",
            lambda team: SeatFactory(
                team=TeamFactory(dat=True), kind="ned", user=Seat.objects.get(kind="ned").user
            ),
        ),
        (
            "one_seat_of_a_person_on_a_team",
            lambda team: SeatFactory(team=team, user=Seat.objects.get(kind="chair").user),
        ),
        (
            "a_director_alone_speaks_for_a_directorate",
            lambda team: SeatFactory(team=team, kind="director"),
        ),
        (
            "a_director_alone_speaks_for_a_directorate",
            lambda team: SeatFactory(team=team, unit=UnitFactory()),
        ),
        (
            "seat_ends_after_it_starts",
            lambda team: SeatFactory(team=team, ends_on=date(2000, 1, 1)),
        ),
        ("seat_is_of_a_known_kind", lambda team: SeatFactory(team=team, kind="guest")),
    ],
)
def test_the_database_itself_refuses(pat, name, make):
    chair_of(pat)
    SeatFactory(team=pat, kind="director", unit=UnitFactory())
    SeatFactory(team=pat, kind="ned")
    before = Seat.objects.count()

    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        make(pat)

    # SQLite names the columns of a unique index and not the index; PostgreSQL names it.
    assert name in str(refusal.value) or "UNIQUE constraint failed" in str(refusal.value)
    assert Seat.objects.count() == before
