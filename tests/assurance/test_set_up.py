"""PAT and DAT set up on pages and by file: what they are for, who sits on them, and what the papers' rules say."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from assurance import exporting, importing
from assurance.models.teams import Seat, Team
from assurance.queries.seats import misfits, seats_on, vacancies
from assurance.rules import SeatKind, TeamCode
from assurance.services.meetings import plan_meeting
from assurance.services.seats import change_seat, end_seat, seat
from assurance.services.teams import change_team, end_team, establish_team
from core.models.audit import AuditEvent
from core.quarters import Quarter
from core.refusals import Refused
from core.tables.faults import RefusedFileError
from dashboards.queries.set_up import StepState, set_up
from organisation.models.people import Appointment
from organisation.rules import PostKind, UnitTier
from tests.assurance.factories import MeetingFactory, SeatFactory, TeamFactory, chair_of
from tests.factories import AppointmentFactory, CouncilFactory, PostFactory, UnitFactory, holder

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
START, TODAY, END = date(2011, 6, 1), date(2011, 11, 14), date(2012, 3, 31)


@pytest.fixture(autouse=True)
def on_a_monday_in_november():
    with time_machine.travel("2011-11-14 10:00 +0000", tick=False):
        yield


@pytest.fixture
def pat():
    return TeamFactory()


@pytest.fixture
def officer(client):
    person = holder(PostKind.PERFORMANCE_OFFICER, unit=CouncilFactory())
    client.force_login(person)
    return person


def text(response):
    plain = re.sub(r"<[^>]*>", " ", response.content.decode())
    return " ".join(plain.replace("&#x27;", "'").split())


def day(name, value):
    return {f"{name}_day": value.day, f"{name}_month": value.month, f"{name}_year": value.year}


def send(client, address, data):
    """Fill in a form; where what would change is shown first, say yes to it."""
    response = client.post(address, data)
    if confirmed := re.search(r'name="confirmed" value="(\w+)"', response.content.decode()):
        response = client.post(address, {**data, "confirmed": confirmed[1]})
    return response


def the(team, **given):
    held = {
        "name": team.name,
        "chaired_by": PostKind(team.chaired_by),
        "neds": team.neds,
        "quorum": team.quorum,
        "meets_at": team.meets_at,
        "place": team.place,
        "terms": team.terms,
    }
    return {**held, **given}


# Teams


def test_a_team_is_established_with_its_terms_and_from_a_day(officer):
    team = establish_team(
        code=TeamCode.DAT, neds=3, terms="Milestones.", starts_on=START, by=officer
    )

    assert (team.name, team.chaired_by) == ("Delivery Assurance Team", "managing_director")
    assert (team.neds, team.terms, team.starts_on) == (3, "Milestones.", START)
    assert AuditEvent.objects.get().detail["neds"] == 3
    assert establish_team(code=TeamCode.DAT, by=officer) == team
    assert AuditEvent.objects.count() == 1


def test_a_changed_team_keeps_what_it_was_and_the_same_again_is_not_recorded(pat, officer):
    given = the(pat, chaired_by=PostKind.MANAGING_DIRECTOR, terms="Performance.")

    changed = change_team(team=pat, by=officer, **given)
    change_team(team=changed, by=officer, **given)

    event = AuditEvent.objects.get()
    assert (event.act, event.actor) == ("changed team", officer)
    assert event.detail == {
        "chaired_by": {"was": "deputy_managing_director", "is": "managing_director"},
        "terms": {"was": "", "is": "Performance."},
    }


def test_every_seat_ends_with_its_team_and_what_it_did_stays(pat, officer):
    held, ended = SeatFactory(team=pat), SeatFactory(team=pat, ends_on=TODAY)
    MeetingFactory(team=pat, meets_on=TODAY)

    end_team(team=pat, ends_on=END, by=officer)
    end_team(team=pat, ends_on=END, by=officer)

    for each in (held, ended, pat):
        each.refresh_from_db()
    assert (held.ends_on, ended.ends_on, pat.ends_on) == (END, TODAY, END)
    assert pat.meetings.count() == 1
    acts = AuditEvent.objects.filter(actor=officer).values_list("act", flat=True)
    assert sorted(acts) == ["ended seat", "ended team"]
    assert list(Team.objects.standing_on(END)) == [pat]
    assert not Team.objects.standing_on(END + timedelta(days=1)).exists()


def test_a_team_that_has_ended_wants_for_nobody_and_meets_no_more(pat):
    end_team(team=pat, ends_on=TODAY, by=None)
    pat.refresh_from_db()
    after = TODAY + timedelta(days=1)

    assert vacancies(pat, seats_on(pat, after), after) == ()
    with pytest.raises(Refused, match="There is no PAT on that day"):
        plan_meeting(team=pat, meets_on=after, quarter=Quarter(2011, 2), by=None)
    with pytest.raises(Refused, match="PAT ends on 14 November 2011") as refusal:
        seat(team=pat, user=holder(PostKind.STAFF), kind=SeatKind.NED, starts_on=START, by=None)
    assert refusal.value.field == "ends_on"


@pytest.mark.parametrize(
    ("ends_on", "sentence"),
    [
        (date(2011, 5, 31), "PAT exists from 1 June 2011"),
        (date(2011, 11, 13), "PAT meets on 14 November 2011"),
        (date(2011, 12, 31), "takes a seat after that, on 1 January 2012"),
    ],
)
def test_a_team_does_not_end_before_what_is_still_to_come(ends_on, sentence):
    pat = TeamFactory(starts_on=START)
    MeetingFactory(team=pat, meets_on=TODAY)
    SeatFactory(team=pat, starts_on=date(2012, 1, 1))

    with pytest.raises(Refused, match=sentence) as refusal:
        end_team(team=pat, ends_on=ends_on, by=None)

    assert refusal.value.field == "ends_on"
    assert not AuditEvent.objects.exists()


def test_a_team_that_ended_may_go_on(pat, officer):
    end_team(team=pat, ends_on=END, by=officer)
    assert end_team(team=pat, ends_on=None, by=officer).ends_on is None
    assert AuditEvent.objects.order_by("-id")[0].act == "let team go on"


def test_only_performance_officers_set_up_teams_and_seats(pat):
    director = holder(PostKind.DIRECTOR)
    held = SeatFactory(team=pat)

    for act in (
        lambda: establish_team(code=TeamCode.DAT, by=director),
        lambda: change_team(team=pat, by=director, **the(pat)),
        lambda: end_team(team=pat, ends_on=END, by=director),
        lambda: change_seat(seat=held, starts_on=START, ends_on=END, by=director),
    ):
        with pytest.raises(PermissionDenied):
            act()


# Seats


def test_a_seat_is_held_between_other_days_and_the_same_again_is_not_recorded(pat, officer):
    held = SeatFactory(team=pat, starts_on=START, ends_on=TODAY)

    changed = change_seat(seat=held, starts_on=date(2011, 7, 1), ends_on=None, by=officer)
    change_seat(seat=changed, starts_on=date(2011, 7, 1), ends_on=None, by=officer)

    event = AuditEvent.objects.get()
    assert event.act == "changed seat"
    assert event.detail == {
        "was": ["2011-06-01", "2011-11-14"],
        "becomes": ["2011-07-01", "no day"],
    }


def test_a_seat_is_not_changed_into_what_could_not_be_given(pat):
    ned = holder(PostKind.STAFF)
    first = seat(team=pat, user=ned, kind=SeatKind.NED, starts_on=START, ends_on=TODAY, by=None)
    seat(team=TeamFactory(dat=True), user=ned, kind=SeatKind.NED, starts_on=END, by=None)

    for given, sentence in (
        ({"starts_on": START, "ends_on": None}, "has a seat on DAT for some of these days"),
        ({"starts_on": END, "ends_on": START}, "The last day cannot be before the first"),
    ):
        with pytest.raises(Refused, match=sentence):
            change_seat(seat=first, **given, by=None)
    with pytest.raises(Refused, match="has a seat on DAT for some of these days"):
        end_seat(seat=first, ends_on=END, by=None)


@pytest.mark.parametrize("kind", [SeatKind.CHAIR, SeatKind.NED, SeatKind.DIRECTOR])
def test_a_chair_of_one_team_sits_on_the_other_as_an_officer_at_most(pat, kind):
    dat = TeamFactory(dat=True, chaired_by=PostKind.DEPUTY_MANAGING_DIRECTOR)
    chair = chair_of(pat)
    directorate = UnitFactory() if kind is SeatKind.DIRECTOR else None
    if directorate:
        AppointmentFactory(user=chair, post=PostFactory(kind=PostKind.DIRECTOR, unit=directorate))

    with pytest.raises(Refused, match=r"has a seat on PAT|is a director"):
        seat(team=dat, user=chair, kind=kind, unit=directorate, starts_on=START, by=None)
    assert seat(team=dat, user=chair, kind=SeatKind.OFFICER, starts_on=START, by=None).pk


def test_a_ned_holds_a_post_at_the_grass_roots(pat):
    leaver = Appointment.objects.get(user=holder(PostKind.STAFF))
    leaver.ends_on = leaver.starts_on
    leaver.save()

    with pytest.raises(Refused, match="holds no post") as refusal:
        seat(team=pat, user=leaver.user, kind=SeatKind.NED, starts_on=START, by=None)
    assert refusal.value.field == "user"


# What the papers' rules say


def against(team):
    seats = seats_on(team, TODAY)
    return (*vacancies(team, seats, TODAY), *misfits(seats, TODAY))


def leaves(user):
    Appointment.objects.filter(user=user).update(ends_on=date(2011, 11, 13))


def chair_leaves(pat):
    leaves(chair_of(pat))
    return "is chaired by the Deputy managing director, and {user} is not", chair_of(pat)


def director_moves(pat):
    directorate = UnitFactory()
    director = holder(PostKind.DIRECTOR, unit=directorate)
    SeatFactory(team=pat, user=director, kind=SeatKind.DIRECTOR, unit=directorate)
    leaves(director)
    return f"{{user}} is not a director in {directorate}", director


def ned_is_elected(pat):
    ned = SeatFactory(team=pat, kind=SeatKind.NED).user
    AppointmentFactory(user=ned, post=PostFactory(kind=PostKind.MEMBER))
    return "A non-executive director is front-line staff, and {user} is a director or a Member", ned


def ned_leaves(pat):
    ned = SeatFactory(team=pat, kind=SeatKind.NED).user
    leaves(ned)
    return "A non-executive director is front-line staff, and {user} holds no post", ned


def somebody_sits_on_both(pat):
    ned = SeatFactory(team=pat, kind=SeatKind.NED, ends_on=END).user
    SeatFactory(team=TeamFactory(dat=True), user=ned, kind=SeatKind.NED)
    return "{user} also has a seat on DAT: nobody may sit on both PAT and DAT", ned


def account_is_closed(pat):
    person = SeatFactory(team=pat).user
    person.is_active = False
    person.save()
    return "{user} has a seat but can no longer sign in", person


def nobody_is_nominated(pat):
    unit = UnitFactory(name="Schools")
    return f"{unit} has no nominated director", None


def a_third_ned(pat):
    for _ in range(3):
        SeatFactory(team=pat, kind=SeatKind.NED)
    return "3 people sit as non-executive directors, but there are 2 seats", None


@pytest.mark.parametrize(
    "happens",
    [
        chair_leaves,
        director_moves,
        ned_is_elected,
        ned_leaves,
        somebody_sits_on_both,
        account_is_closed,
        nobody_is_nominated,
        a_third_ned,
    ],
)
def test_what_the_rules_say_against_a_seat_is_said_aloud(pat, happens):
    chair_of(pat)
    sentence, user = happens(pat)

    found = against(pat)

    assert any(sentence.format(user=user) in each for each in found), found


def test_a_team_with_everybody_it_should_have_is_told_nothing(pat):
    chair_of(pat)
    for _ in range(2):
        SeatFactory(team=pat, kind=SeatKind.NED)
    for unit in {each.post.unit for each in Appointment.objects.all()}:
        if unit.tier == UnitTier.DIRECTORATE:
            director = holder(PostKind.DIRECTOR, unit=unit)
            SeatFactory(team=pat, user=director, kind=SeatKind.DIRECTOR, unit=unit)

    assert against(pat) == ()


@pytest.mark.parametrize(
    ("neds", "told"),
    [
        (0, None),
        (1, "One non-executive director’s seat is empty"),
        (2, "Both non-executive directors’ seats are empty"),
        (3, "3 non-executive directors’ seats are empty"),
    ],
)
def test_a_council_says_how_many_neds_it_seats(pat, neds, told):
    change_team(team=pat, by=None, **the(pat, neds=neds))
    pat.refresh_from_db()

    found = [each for each in against(pat) if "non-executive" in each]

    assert found == ([told] if told else [])


def test_the_step_of_setting_up_counts_teams_and_seats_and_says_what_is_amiss(pat):
    chair_of(pat)
    step = next(each for each in set_up(today=TODAY).steps if each.key == "teams")

    assert step.stands == "1 team, 1 seat held"
    assert "PAT: Both non-executive directors’ seats are empty" in step.missing
    assert step.state is StepState.BEGUN
    assert dict(step.pages) == {
        "Teams and seats": "/set-up/teams/",
        "Seats": "/set-up/seats/",
    }


# What the database refuses


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: TeamFactory(starts_on=END, ends_on=START), "team_ends_after_it_starts"),
        (lambda: TeamFactory(neds=13), "team_has_a_dozen_neds_at_most"),
        (lambda: SeatFactory(starts_on=END, ends_on=START), "seat_ends_after_it_starts"),
        (
            lambda: [SeatFactory(user=user, ends_on=END) for user in [holder(PostKind.STAFF)] * 2],
            "starts_on|one_seat_of_a_person_from_a_day",
        ),
        (
            lambda: [
                SeatFactory(user=user, kind=SeatKind.CHAIR, team=TeamFactory(code=code))
                for user in [holder(PostKind.MANAGING_DIRECTOR)]
                for code in TeamCode
            ],
            "user_id|nobody_but_officers_sits_on_both_teams",
        ),
    ],
)
def test_the_database_refuses_what_no_team_can_have(make, name):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        make()


# Pages


def test_teams_and_seats_are_set_up_on_pages_alone(client, officer):
    ned = holder(PostKind.STAFF, name="Grace Roots")
    new_team, new_seat = reverse("set_up_teams_new"), reverse("set_up_seats_new")
    team = {"code": "pat", "name": "Scrutiny of delivery", "chaired_by": "managing_director"}

    assert "No assurance team is set up" in text(client.get(reverse("set_up_teams")))
    assert (
        send(client, new_team, {**team, "neds": "1", "terms": "Looks at red."}).status_code == 302
    )
    seated = send(
        client, new_seat, {"team": "pat", "kind": "ned", "user": ned.pk, **day("starts_on", TODAY)}
    )

    assert seated.url == reverse("set_up_team", args=["pat"])
    page = text(client.get(seated.url))
    for words in ("Scrutiny of delivery", "Looks at red.", "Grace Roots", "There is no chair"):
        assert words in page
    assert "Looks at red." in text(client.get(reverse("assurance_team", args=["pat"])))
    assert "Grace Roots" in text(
        client.get(reverse("set_up_seats"), {"text": "grace", "when": "now"})
    )
    history = text(client.get(reverse("set_up_teams_history", args=["pat"])))
    assert "Established team: Scrutiny of delivery" in history
    assert "Seated: Grace Roots" in history


def test_a_team_has_the_name_and_the_chairs_post_of_the_papers_where_nothing_is_said(
    client, officer, pat
):
    page = client.get(reverse("set_up_teams_new"))
    assert page.content.decode().count('name="code"') == 1

    send(client, reverse("set_up_teams_new"), {"code": "dat", "neds": "2"})

    dat = Team.objects.get(code="dat")
    assert (dat.name, dat.chaired_by) == ("Delivery Assurance Team", "managing_director")
    assert client.get(reverse("set_up_teams_new")).status_code == 404


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"neds": "2"}, "Choose which team it is"),
        ({"code": "pat", "neds": ""}, "Enter how many seats there are for NEDs"),
        ({"code": "pat", "neds": "two"}, "Enter the number of seats for NEDs in figures"),
        ({"code": "pat", "neds": "13"}, "Enter a number of seats for NEDs from 0 to 12"),
        ({"code": "pat", "neds": "-1"}, "Enter a number of seats for NEDs from 0 to 12"),
        ({"code": "cmt", "neds": "2"}, "from the list"),
    ],
)
def test_what_no_team_can_be_is_said_at_its_field(client, officer, data, sentence):
    page = send(client, reverse("set_up_teams_new"), data)

    assert page.status_code == 200
    assert sentence in text(page)
    assert not Team.objects.exists()


def test_a_seat_is_shown_before_it_is_given_with_what_it_lets_its_holder_do(client, officer, pat):
    ned = holder(PostKind.ACCOUNTABLE_MANAGER)
    data = {"team": "pat", "kind": "ned", "user": ned.pk, **day("starts_on", TODAY)}

    assert "See what changes" in text(client.get(reverse("set_up_seats_new")))
    page = text(client.post(reverse("set_up_seats_new"), data))

    assert f"{ned} is an accountable manager: PAT may call in what they answer for" in page
    assert (
        "reads the papers of PAT, sees the call-in board and may ask questions of challenge" in page
    )
    assert not Seat.objects.exists()


BAD = [
    ({"kind": "ned", "user": "staff", **day("starts_on", TODAY)}, "Choose the team"),
    ({"team": "pat", "kind": "ned", **day("starts_on", TODAY)}, "Choose who is seated"),
    ({"team": "pat", "user": "staff", **day("starts_on", TODAY)}, "Choose the seat"),
    ({"team": "pat", "kind": "ned", "user": "staff"}, "Enter the first day"),
    ({"team": "pat", "kind": "ned", "user": "director", **day("starts_on", TODAY)}, "A "
        "non-executive director is front-line staff"),
    ({"team": "pat", "kind": "chair", "user": "staff", **day("starts_on", TODAY)}, "is chaired by the"),
    ({"team": "pat", "kind": "director", "user": "director", **day("starts_on", TODAY)}, "Choose a directorate"),
    (
        {"team": "pat", "kind": "ned", "user": "staff", **day("starts_on", TODAY), **day("ends_on", START)},
        "The last day cannot be before the first",
    ),
    ({"team": "pat", "kind": "ned", "user": "seated", **day("starts_on", TODAY)}, "has a seat on PAT"),
    ({"team": "dat", "kind": "ned", "user": "seated", **day("starts_on", TODAY)}, "has a seat "
        "on PAT"),
    ({"team": "dat", "kind": "chair", "user": "chair", **day("starts_on", TODAY)}, "has a seat "
        "on PAT"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "sentence"), BAD, ids=[said for _, said in BAD])
def test_what_no_seat_can_be_is_said_at_its_field(client, officer, pat, data, sentence):
    TeamFactory(dat=True, chaired_by=PostKind.DEPUTY_MANAGING_DIRECTOR)
    people = {
        "staff": holder(PostKind.STAFF).pk,
        "director": holder(PostKind.DIRECTOR).pk,
        "seated": SeatFactory(team=pat, kind=SeatKind.NED).user_id,
        "chair": chair_of(pat).pk,
    }
    before = Seat.objects.count()

    page = send(
        client,
        reverse("set_up_seats_new"),
        {**data, "user": people.get(data.get("user"), "")},
    )

    assert page.status_code == 200
    assert sentence in text(page)
    assert Seat.objects.count() == before


def test_another_chairs_post_says_whose_seat_no_longer_fits(client, officer, pat):
    chair = chair_of(pat)
    data = {"name": pat.name, "chaired_by": "managing_director", "neds": "2", "terms": ""}
    address = reverse("set_up_teams_change", args=["pat"])

    shown = text(client.post(address, data))

    assert f"{chair} chairs PAT and is not Managing director" in shown
    assert "Deputy managing director Managing director" in shown
    assert send(client, address, data).status_code == 302
    assert Team.objects.get().chaired_by == "managing_director"


def test_a_teams_end_says_which_seats_end_and_is_refused_in_words(client, officer, pat):
    held = SeatFactory(team=pat)
    address = reverse("set_up_teams_end", args=["pat"])

    shown = text(client.post(address, day("ends_on", END)))
    assert f"These seats end with it: {held.user.name}." in shown
    assert Seat.objects.get().ends_on is None
    assert send(client, address, day("ends_on", END)).status_code == 302
    assert "PAT’s last day is 31 March 2012" in text(
        client.get(reverse("assurance_team", args=["pat"]))
    )


def test_a_seats_days_are_changed_and_ended_after_a_preview(client, officer, pat):
    held = SeatFactory(team=pat)
    days = {**day("starts_on", START), **day("ends_on", END)}

    assert send(client, reverse("set_up_seats_change", args=[held.pk]), days).status_code == 302
    held.refresh_from_db()
    assert (held.starts_on, held.ends_on) == (START, END)
    shown = text(client.post(reverse("set_up_seats_end", args=[held.pk]), day("ends_on", TODAY)))
    assert "31 March 2012 14 November 2011" in shown
    send(client, reverse("set_up_seats_end", args=[held.pk]), day("ends_on", TODAY))
    held.refresh_from_db()
    assert held.ends_on == TODAY
    assert "Changed seat" in text(client.get(reverse("set_up_seats_history", args=[held.pk])))


@pytest.mark.parametrize("name", ["set_up_teams", "set_up_team", "set_up_seats"])
def test_a_page_asks_as_much_of_the_database_for_twenty_seats_as_for_one(
    client, officer, pat, name, django_assert_max_num_queries
):
    address = reverse(name, args=["pat"] if name == "set_up_team" else [])
    SeatFactory(team=pat)
    client.get(address)
    with django_assert_max_num_queries(20) as one:
        client.get(address)
    for _ in range(19):
        SeatFactory(team=pat)
    with django_assert_max_num_queries(len(one)):
        client.get(address)


def test_where_there_is_no_team_its_officer_is_led_to_set_one_up(client, officer):
    page = client.get(reverse("assurance"))

    assert "You have no seat" not in text(page)
    assert f'href="{reverse("set_up_teams")}"' in page.content.decode()


# Files


TEAMS = "team,name,chaired_by\n"
SEATS = "team,email,seat,directorate,from,to\n"


def bring(kind, content, **options):
    return getattr(importing, f"import_{kind}")(content.encode(), file=f"{kind}.csv", **options)


def test_teams_and_seats_that_are_taken_and_brought_back_change_nothing(pat):
    chair_of(pat)
    directorate = UnitFactory()
    director = holder(PostKind.DIRECTOR, unit=directorate)
    seat(
        team=pat, user=director, kind=SeatKind.DIRECTOR, unit=directorate, starts_on=START, by=None
    )
    change_team(team=pat, by=None, **the(pat, terms="Two\nlines, “quoted”"))
    end_team(team=establish_team(code=TeamCode.DAT, by=None), ends_on=END, by=None)
    acts = AuditEvent.objects.count()

    for kind, taken in (("teams", exporting.teams_csv()), ("seats", exporting.seats_csv())):
        done = bring(kind, taken)
        assert (done.new, done.changed) == ((), ())
        assert done.unchanged == 2

    assert AuditEvent.objects.count() == acts


def test_teams_and_seats_are_brought_into_a_council_that_has_none():
    ned = holder(PostKind.STAFF, email="ned@council.example")
    teams = f"{TEAMS[:-1]},neds,quorum,meets_at,place,terms,from,to\r\n"
    teams += "pat,Our team,managing_director,1,4,10:00,Sessions House,For red.,2011-04-01,\r\n"
    seats = f"{SEATS}pat,ned@council.example,ned,,2011-06-01,2012-03-31\n"

    assert bring("teams", teams).new == ("PAT",)
    assert bring("seats", seats).new == ("ned@council.example, Non-executive director on PAT",)

    assert Seat.objects.get().user == ned
    assert exporting.teams_csv() == teams.replace("\n", "\r\n").replace("\r\r\n", "\r\n")
    assert exporting.seats_csv() == seats.replace("\n", "\r\n")
    changed = bring("seats", seats.replace("2012-03-31", "(clear)"))
    assert len(changed.changed) == 1
    assert Seat.objects.get().ends_on is None


BAD_FILES = [
    ("teams", f"{TEAMS}cmt,A,managing_director\n", "team", "write one of pat, dat"),
    ("teams", f"{TEAMS}pat,A,mayor\n", "chaired_by", "write one of"),
    ("teams", f"{TEAMS}pat,A,staff\npat,B,staff\n", "team", "remove this row or row 2"),
    ("teams", "team,name,chaired_by,neds\npat,A,staff,99\n", "neds", "from 0 to 12"),
    (
        "teams",
        "team,name,chaired_by,from,to\ndat,A,staff,2012-01-01,2011-01-01\n",
        "to",
        "exists from 1 January 2012",
    ),
    ("seats", f"{SEATS}dat,ned@c.example,ned,,2011-06-01,\n", "team", "bring DAT first"),
    ("seats", f"{SEATS}pat,no@c.example,ned,,2011-06-01,\n", "email", "nobody has the address"),
    (
        "seats",
        f"{SEATS}pat,ned@c.example,director,NO,2011-06-01,\n",
        "directorate",
        "there is no NO",
    ),
    (
        "seats",
        f"{SEATS}pat,ned@c.example,director,,2011-06-01,\n",
        "directorate",
        "Choose a directorate",
    ),
    ("seats", f"{SEATS}pat,ned@c.example,chair,,2011-06-01,\n", "email", "is chaired by"),
    ("seats", f"{SEATS}pat,ned@c.example,ned,,2011-06-01,2011-05-01\n", "to", "cannot be before"),
    (
        "seats",
        f"{SEATS}pat,ned@c.example,ned,,2011-06-01,\npat,ned@c.example,ned,,2011-06-01,\n",
        "email",
        "remove this row or row 2",
    ),
]


@pytest.mark.parametrize(
    ("kind", "content", "column", "said"),
    BAD_FILES,
    ids=[f"{each[0]} {each[3]}" for each in BAD_FILES],
)
def test_what_cannot_stand_is_said_by_its_cell_and_nothing_is_written(
    pat, kind, content, column, said
):
    holder(PostKind.STAFF, email="ned@c.example")
    before = exporting.teams_csv(), exporting.seats_csv()

    with pytest.raises(RefusedFileError) as refused:
        bring(kind, content)

    (fault,) = refused.value.faults
    assert (fault.column, said in fault.what_to_do) == (column, True), fault
    assert (exporting.teams_csv(), exporting.seats_csv()) == before


def test_where_there_is_no_team_a_seat_leads_to_adding_one(client):
    client.force_login(holder(PostKind.PERFORMANCE_OFFICER))

    page = client.get("/set-up/seats/new/", follow=True)

    assert page.redirect_chain[-1][0] == "/set-up/teams/new/"
    assert "Add an assurance team first: every seat belongs to one." in page.content.decode()
