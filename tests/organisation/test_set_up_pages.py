"""Who we are, set up on pages: the council, units, people, posts and bodies."""

import io
import re
from datetime import date

import pytest
import time_machine
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from core.models.audit import AuditEvent
from core.refusals import Refused
from organisation.models.bodies import Committee, Membership
from organisation.models.council import AssuranceTeams, Council
from organisation.models.people import Appointment, User
from organisation.models.units import Unit
from organisation.queries import council_facts
from organisation.rules import PostKind, UnitTier, contrast_with_white
from organisation.services.council import describe_council
from organisation.services.invitations import invite_by_email
from organisation.services.units import close_unit, place_unit, take_back
from tests.factories import CouncilFactory, UnitFactory, UserFactory, holder

pytestmark = pytest.mark.django_db
PASSWORD = "three odd words here"


@pytest.fixture(autouse=True)
def in_february(settings):
    settings.SERVICE_ADDRESS = "https://performance.council.example"
    with time_machine.travel("2011-02-01 10:00 +0000", tick=False):
        yield


@pytest.fixture
def officer(client):
    person = holder(PostKind.PERFORMANCE_OFFICER, unit=CouncilFactory(), name="Ada Smith")
    client.force_login(person)
    return person


def text(response):
    return " ".join(response.content.decode().split())


def day(name, written):
    year, month, number = written.split("-")
    return {f"{name}_day": number, f"{name}_month": month, f"{name}_year": year}


def confirmed(client, address, data):
    """Look at what changes, and say yes to it."""
    shown = client.post(address, data)
    page = text(shown)
    assert shown.status_code == 200, shown
    assert "Nothing has been done yet" in page, page
    found = re.search(r'name="confirmed" value="(\w+)"', page)
    return page, client.post(address, data | {"confirmed": found[1]}, follow=True)


# Units


def test_a_unit_is_added_renamed_and_moved_and_each_change_is_shown_first(client, officer):
    UnitFactory(code="ROADS", name="Roads")
    waste = UnitFactory(code="WASTE", name="Waste")
    added = client.post(
        "/set-up/units/add/",
        {"name": "North", "code": "N", "tier": "division", "parent": "ROADS"}
        | day("starts_on", "2011-01-01"),
        follow=True,
    )
    assert "North is added from 1 January 2011" in text(added)

    page, done = confirmed(
        client, "/set-up/unit/N/rename/", {"name": "Far North"} | day("starts_on", "2011-02-01")
    )
    assert "Name from 1 February 2011" in page
    assert "keep the structure they had then" in page
    assert "Far North is its name from 1 February 2011" in text(done)

    page, done = confirmed(
        client, "/set-up/unit/N/move/", {"parent": "WASTE"} | day("starts_on", "2011-04-01")
    )
    assert "Part of, from 1 April 2011" in page
    assert Unit.objects.get(code="N").placements.get(ends_on=None).parent == waste
    assert "Far North" in text(client.get("/set-up/unit/N/"))
    assert "Placed unit: Far North" in text(client.get("/set-up/unit/N/history/"))


def test_a_code_that_is_used_comes_back_with_what_was_typed_and_why(client, officer):
    UnitFactory(code="ROADS", name="Roads")

    answer = client.post(
        "/set-up/units/add/",
        {"name": "Highways", "code": "roads", "tier": "division", "parent": "ROADS"}
        | day("starts_on", "2011-01-01"),
    )

    assert answer.status_code == 200
    assert "roads is a unit’s code already: a code is never used again" in text(answer)
    assert 'value="Highways"' in answer.content.decode()


NO_DAY = {f"ends_on_{part}": "" for part in ("day", "month", "year")}


def test_what_is_to_come_for_a_unit_is_taken_back_until_its_day(client, officer):
    roads = UnitFactory(code="ROADS", name="Roads")
    north = UnitFactory(code="N", name="North", tier=UnitTier.DIVISION, parent=roads)
    why = {"reason": "Council decided otherwise"}
    assert client.get("/set-up/unit/N/take-back/").status_code == 404
    place_unit(unit=north, name="Far North", parent=roads, starts_on=date(2011, 4, 1), by=officer)
    assert "It is called Far North from 1 April 2011." in text(client.get("/set-up/unit/N/"))

    shown, done = confirmed(client, "/set-up/unit/N/take-back/", why)

    assert "North is called Far North from 1 April 2011" in shown
    assert "take back" not in text(done).lower().replace("taken back", "")
    assert north.placements.get(ends_on=None).name == "North"
    close_unit(unit=north, ends_on=date(2011, 3, 31), successor=None, by=officer)
    shown, _ = confirmed(client, "/set-up/unit/N/take-back/", why)
    assert "closes on 31 March 2011" in shown
    assert "take each back on its own page" in shown
    assert north.placements.get().ends_on is None
    assert "Council decided otherwise" in text(client.get("/set-up/unit/N/history/"))


def test_nothing_is_taken_back_once_its_day_has_come_or_where_the_unit_above_closes(officer):
    above, below = UnitFactory(code="ABOVE"), UnitFactory(code="OTHER")
    unit = UnitFactory(code="N", name="North", tier=UnitTier.DIVISION, parent=above)
    with pytest.raises(Refused, match="No change is planned for North"):
        take_back(unit=unit, reason="Why", by=officer)
    place_unit(unit=unit, name="North", parent=below, starts_on=date(2011, 4, 1), by=officer)
    close_unit(unit=above, ends_on=date(2011, 3, 31), successor=None, by=officer)

    with pytest.raises(Refused, match="closes on 31 March 2011"):
        take_back(unit=unit, reason="Why", by=officer)
    assert unit.placements.get(ends_on=None).parent == below


def test_what_changed_since_it_was_shown_is_shown_anew_before_it_is_done(client, officer):
    unit = UnitFactory(code="ROADS", name="Roads")
    data = {"name": "Streets"} | day("starts_on", "2011-04-01")
    page = text(client.post("/set-up/unit/ROADS/rename/", data))
    seen = re.search(r'name="confirmed" value="(\w+)"', page)[1]
    place_unit(unit=unit, name="Lanes", parent=unit.parent, starts_on=date(2011, 1, 1), by=officer)

    again = text(client.post("/set-up/unit/ROADS/rename/", data | {"confirmed": seen}))

    assert "so the preview below is new" in again
    assert "Lanes" in again
    assert not unit.placements.filter(name="Streets").exists()


def test_changing_something_brings_back_what_was_typed(client, officer):
    UnitFactory(code="ROADS", name="Roads")
    data = {"name": "Streets"} | day("starts_on", "2011-04-01")

    page = text(client.post("/set-up/unit/ROADS/rename/", data | {"change": "yes"}))

    assert 'value="Streets"' in page
    assert 'value="2011"' in page


@pytest.mark.parametrize(
    ("address", "data", "told"),
    [
        ("units/add/", {"name": "N", "code": "a b"}, "Use letters, figures, hyphens"),
        ("units/add/", {"name": ""}, "Enter the day from which it exists"),
        ("unit/ROADS/rename/", {"name": "X"} | day("starts_on", "2011-02-30"), "as a real day"),
        ("unit/ROADS/rename/", {"name": "X"} | day("starts_on", "2001-01-01"), "give a later day"),
        ("unit/NORTH/move/", {"parent": "NORTH"}, "Select an answer from the list"),
        ("unit/NORTH/move/", {"parent": "ROADS"}, "It is part of Roads already"),
        ("unit/ROADS/merge/", {"units": ["ROADS"]}, "Give the new unit a name"),
    ],
)
def test_bad_input_is_told_beside_its_field_and_stays(client, officer, address, data, told):
    roads = UnitFactory(code="ROADS", name="Roads")
    UnitFactory(code="NORTH", name="North", tier=UnitTier.DIVISION, parent=roads)
    before = AuditEvent.objects.count()

    page = text(client.post(f"/set-up/{address}", data))

    assert "There is a problem" in page
    assert told in page
    assert AuditEvent.objects.count() == before


def test_a_closed_unit_and_the_council_are_not_changed(client, officer):
    roads = UnitFactory(code="ROADS")
    roads.placements.update(ends_on=date(2010, 12, 31))

    for act in ("rename", "move", "merge", "split", "close"):
        assert client.get(f"/set-up/unit/ROADS/{act}/").status_code == 404
    for act in ("move", "merge", "split", "close"):
        assert client.get(f"/set-up/unit/KCC/{act}/").status_code == 404
    assert "Closed on 31 December 2010" in text(client.get("/set-up/unit/ROADS/"))


# People


def invitation(**given):
    return {
        "name": "Bo Jones",
        "email": "bo@council.example",
        "kind": "director",
        "unit": "ROADS",
        "way": "email",
    } | given | day("starts_on", "2011-02-01")  # fmt: skip


def test_somebody_invited_comes_in_by_the_link_once_and_for_three_days(client, officer):
    UnitFactory(code="ROADS", name="Roads")

    done = client.post("/set-up/people/invite/", invitation(), follow=True)

    assert "Bo Jones is invited: an e-mail went to bo@council.example" in text(done)
    (letter,) = mail.outbox
    assert letter.to == ["bo@council.example"]
    assert "Director, Roads" in letter.body
    assert "until 4 February 2011 (3 days)" in letter.body
    link = re.search(r"https://performance\.council\.example(/accounts/\S+)", letter.body)[1]
    guest = Client()
    form = guest.get(link, follow=True)
    chosen = {"password1": PASSWORD, "password2": PASSWORD}
    guest.post(form.redirect_chain[-1][0], chosen)
    assert Client().login(email="bo@council.example", password=PASSWORD)
    again = Client().get(link, follow=True)
    assert 'name="password1"' not in again.content.decode()


def test_where_no_e_mail_is_set_up_the_letter_comes_first_and_nobody_is_said_to_be_written_to(
    client, officer, settings
):
    UnitFactory(code="ROADS")
    person = UserFactory(name="Al", email="al@council.example")
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"

    for address in ("/set-up/people/invite/", f"/set-up/person/{person.pk}/invite/"):
        asked = text(client.get(address))
        assert "This service cannot send e-mail yet" in asked
        assert 'value="letter"' in asked
        assert 'value="email"' not in asked
        refused = text(client.post(address, invitation()))
        assert "went to" not in refused
    with pytest.raises(Refused, match="This service cannot send e-mail yet"):
        invite_by_email(person=person, by=officer)
    assert not User.objects.filter(email="bo@council.example").exists()


def test_no_post_and_no_kind_of_body_is_chosen_for_anybody(client, officer):
    assert '<option value="" selected>Choose a post</option>' in text(
        client.get("/set-up/people/invite/")
    )
    assert '<option value="" selected>Choose a kind</option>' in text(
        client.get("/set-up/bodies/add/")
    )
    answer = client.post(
        "/set-up/bodies/add/",
        {"name": "Cabinet", "code": "CAB"} | day("starts_on", "2011-02-01"),
    )
    assert "Choose what kind of body it is" in text(answer)


def test_a_second_unit_or_body_of_a_name_is_asked_about_and_two_are_told_apart(client, officer):
    UnitFactory(code="AC", name="Adult Care")
    unit = {"name": "adult care", "code": "AC2", "tier": "directorate", "parent": "KCC"}
    unit |= day("starts_on", "2011-02-01")
    body = {"name": "Cabinet", "code": "CAB", "kind": "cabinet"} | day("starts_on", "2011-02-01")
    client.post("/set-up/bodies/add/", body)

    for address, given, code in (
        ("/set-up/units/add/", unit, "AC"),
        ("/set-up/bodies/add/", body | {"code": "CAB2"}, "CAB"),
    ):
        assert f"exists already, with the code {code}: use that" in text(
            client.post(address, given)
        )
        assert client.post(address, given | {"is_another": "on"}).status_code == 302

    asked = text(client.get("/set-up/people/invite/"))
    assert "Adult Care (AC)" in asked
    assert "adult care (AC2)" in asked


def test_renaming_the_council_says_that_its_unit_keeps_its_name_and_where_that_is_changed(
    client, officer
):
    asked = client.post(
        "/set-up/council/",
        {"name": "Bramley Borough Council", "colour": "#005ea5", "teams": "both"},
    )
    assert "own unit is still called" in text(asked)
    describe_council(
        name="Bramley Borough Council",
        colour="#005ea5",
        words={},
        teams=AssuranceTeams.BOTH,
        by=officer,
    )

    assert "/set-up/unit/KCC/rename/" in text(client.get("/set-up/council/"))


def test_the_link_is_dead_after_three_days(client, officer):
    UnitFactory(code="ROADS")
    client.post("/set-up/people/invite/", invitation())
    link = re.search(r"example(/accounts/\S+)", mail.outbox[0].body)[1]

    with time_machine.travel("2011-02-04 10:01 +0000", tick=False):
        assert 'name="password1"' not in Client().get(link, follow=True).content.decode()


def test_a_letter_is_printed_by_an_act_and_holds_a_link_that_serves(client, officer):
    UnitFactory(code="ROADS")
    page = client.post("/set-up/people/invite/", invitation(way="letter"), follow=True)
    assert mail.outbox == []
    assert "Make the letter" in text(page)
    person = User.objects.get(email="bo@council.example")

    letter = text(client.post(f"/set-up/person/{person.pk}/letter/"))

    link = re.search(r"https://performance\.council\.example(/accounts/[^<\s]+)", letter)[1]
    assert 'name="password1"' in Client().get(link, follow=True).content.decode()
    assert AuditEvent.objects.filter(act="invited person", detail__way="letter").exists()


def test_where_the_post_refuses_nobody_is_registered_and_it_is_said(client, officer, monkeypatch):
    UnitFactory(code="ROADS")

    def refuse(*args, **kwargs):
        raise OSError("no post today")

    monkeypatch.setattr("organisation.services.invitations.send_mail", refuse)
    page = text(client.post("/set-up/people/invite/", invitation()))

    assert "The e-mail to bo@council.example could not be sent" in page
    assert not User.objects.filter(email="bo@council.example").exists()


def test_one_person_has_one_address_and_a_namesake_is_asked_about(client, officer):
    UnitFactory(code="ROADS")
    UserFactory(name="Bo Jones", email="bo.jones@council.example")

    page = text(client.post("/set-up/people/invite/", invitation()))
    assert "Bo Jones is registered already, as bo.jones@council.example" in page
    assert "This is somebody else of the same name" in page
    assert not User.objects.filter(email="bo@council.example").exists()

    client.post("/set-up/people/invite/", invitation(is_another="on"))
    assert User.objects.filter(name="Bo Jones").count() == 2

    page = text(
        client.post("/set-up/people/invite/", invitation(name="Cy", email="BO@council.example"))
    )
    assert "bo@council.example is Bo Jones’s: a person has one address" in page


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"unit": ""}, "Select of which unit?"),
        ({"kind": "performance_officer"}, "A performance officer is the council’s"),
        ({"kind": "auditor", "unit": "KCC"}, "an auditor’s post always has one"),
        ({"kind": "directorate_officer", "unit": "KCC"}, "Choose the directorate"),
        (day("ends_on", "2011-01-01"), "The last day cannot be before the first"),
        ({"email": "nobody"}, "Enter an e-mail address"),
    ],
)
def test_a_post_that_cannot_be_is_refused_in_words(client, officer, given, told):
    UnitFactory(code="ROADS")

    page = text(client.post("/set-up/people/invite/", invitation(**given)))

    assert told in page or told.replace("Select of", "Select an answer to “Of") in page
    assert "Bo Jones" in page
    assert not User.objects.filter(email="bo@council.example").exists()


def test_somebody_disabled_is_out_at_the_next_click_and_in_again_when_enabled(client, officer):
    person = holder(PostKind.DIRECTOR)
    theirs = Client()
    theirs.force_login(person)
    assert theirs.get("/home/").status_code == 200

    client.post(f"/set-up/person/{person.pk}/disable/", {"reason": "Lost laptop"})

    assert theirs.get("/home/").status_code == 302
    assert not Client().login(email=person.email, password="correct horse battery")
    client.post(f"/set-up/person/{person.pk}/enable/", {"reason": "Found"})
    assert Client().login(email=person.email, password="correct horse battery")


def test_nobody_disables_themselves_or_the_last_officer(client, officer):
    page = text(client.post(f"/set-up/person/{officer.pk}/disable/", {"reason": "Tired"}))

    assert "You cannot disable yourself" in page


def test_a_change_of_name_and_address_is_on_record(client, officer):
    person = UserFactory(name="Bo", email="bo@council.example")

    client.post(
        f"/set-up/person/{person.pk}/change/", {"name": "Bo Jones", "email": "bj@council.example"}
    )

    history = text(client.get(f"/set-up/person/{person.pk}/history/"))
    assert "Was: bo@council.example. Email: bj@council.example" in history
    assert "Renamed person" in history
    acts = text(client.get(f"/set-up/person/{officer.pk}/acts/"))
    assert "Changed address: Bo Jones" in acts


# Posts


def test_what_a_post_allows_is_shown_before_somebody_holds_it(client, officer):
    UnitFactory(code="ROADS", name="Roads")
    person = UserFactory(name="Bo Jones")
    data = {"person": person.pk, "kind": "directorate_officer", "unit": "ROADS"}

    page, _ = confirmed(client, "/set-up/posts/appoint/", data | day("starts_on", "2011-02-01"))

    assert "Submit results." in page
    assert "Begin and close quarters" not in page
    assert Appointment.objects.get(user=person).post.kind == PostKind.DIRECTORATE_OFFICER


def test_a_last_day_is_set_and_it_is_said_where_nobody_follows(client, officer):
    person = holder(PostKind.DIRECTOR, name="Dee")
    held = person.appointments.get()

    page, _ = confirmed(client, f"/set-up/posts/{held.pk}/end/", day("ends_on", "2011-03-31"))

    assert "Nobody holds" in page
    held.refresh_from_db()
    assert held.ends_on == date(2011, 3, 31)
    page = text(client.post(f"/set-up/posts/{held.pk}/end/", day("ends_on", "2001-01-01")))
    assert "The last day cannot be before the first" in page


def test_the_last_who_may_manage_the_framework_does_not_end_her_own_post(client, officer):
    officer.set_password("correct horse battery")
    officer.save()
    client.force_login(officer)
    held = officer.appointments.get()
    address, last = f"/set-up/posts/{held.pk}/end/", day("ends_on", "2011-03-31")
    refusal = (
        "Nobody could manage the framework after that day:"
        f" {officer.name} is the only performance officer who can sign in then"
    )

    assert refusal in text(client.post(address, last))
    invited = holder(PostKind.PERFORMANCE_OFFICER)
    invited.set_unusable_password()
    invited.save()
    assert refusal in text(client.post(address, last))
    held.refresh_from_db()
    assert held.ends_on is None

    invited.set_password("correct horse battery")
    invited.save()
    confirmed(client, address, last)
    held.refresh_from_db()
    assert held.ends_on == date(2011, 3, 31)


def test_a_last_day_is_taken_back_unless_the_post_is_held_again(client, officer):
    person = holder(PostKind.STAFF)
    held = person.appointments.get()
    address = f"/set-up/posts/{held.pk}/end/"
    confirmed(client, address, day("ends_on", "2011-03-31"))

    shown, done = confirmed(client, address, NO_DAY)

    assert "No last day" in shown
    assert f"{person.name} stays {held.post.title}" in text(done)
    confirmed(client, address, day("ends_on", "2011-03-31"))
    held.post.appointments.create(user=person, starts_on=date(2011, 6, 1))
    for refused in (NO_DAY, day("ends_on", "2011-06-01")):
        assert "holds it again from 1 June 2011" in text(client.post(address, refused))
    assert held.post.appointments.get(pk=held.pk).ends_on == date(2011, 3, 31)


# Bodies


def test_a_body_is_added_with_members_and_portfolios_and_ended(client, officer):
    roads = UnitFactory(code="ROADS", name="Roads")
    member = holder(PostKind.CABINET_MEMBER, name="Cllr Fox")
    client.post(
        "/set-up/bodies/add/",
        {"name": "Cabinet", "code": "CAB", "kind": "cabinet"} | day("starts_on", "2011-01-01"),
    )
    client.post(
        "/set-up/body/CAB/add/",
        {
            "person": member.pk,
            "role": "chair",
            "portfolio": "Highways",
            "units": ["ROADS"],
        }
        | day("starts_on", "2011-01-01"),
    )

    page = text(client.get("/set-up/bodies/"))
    assert "Cllr Fox" in page
    place = Membership.objects.get()
    assert (place.portfolio, list(place.units.all())) == ("Highways", [roads])
    second = client.post(
        "/set-up/body/CAB/add/",
        {"person": officer.pk, "role": "chair"} | day("starts_on", "2011-01-01"),
    )
    assert "Cllr Fox chairs Cabinet for some of these days" in text(second)

    client.post(f"/set-up/members/{place.pk}/portfolio/", {"portfolio": "Waste"})
    shown, _ = confirmed(client, "/set-up/body/CAB/end/", day("ends_on", "2011-05-01"))
    assert "These places end with it: Cllr Fox" in shown
    place.refresh_from_db()
    assert (place.portfolio, place.ends_on) == ("Waste", date(2011, 5, 1))
    assert "Changed portfolio" in text(client.get("/set-up/body/CAB/history/"))

    stays = f"/set-up/members/{place.pk}/end/"
    assert "Cabinet ends on 1 May 2011" in text(client.post(stays, NO_DAY))
    shown, _ = confirmed(client, "/set-up/body/CAB/end/", NO_DAY)
    assert "Take away the last day of each one" in shown
    _, done = confirmed(client, stays, NO_DAY)
    assert "Cllr Fox stays on Cabinet" in text(done)
    confirmed(client, stays, day("ends_on", "2011-05-01"))
    client.post(
        "/set-up/body/CAB/add/",
        {"person": officer.pk, "role": "chair"} | day("starts_on", "2011-05-02"),
    )
    assert f"{officer.name} chairs Cabinet from 2 May 2011" in text(client.post(stays, NO_DAY))


def test_a_body_is_called_otherwise_by_form_or_by_file_and_what_it_was_stays_on_record(
    client, officer
):
    UnitFactory(code="ROADS")
    file = SimpleUploadedFile("bodies.csv", BODIES.encode())
    client.post(client.post("/set-up/bodies/spreadsheet/", {"file": file}).url)

    client.post(
        "/set-up/body/CMT/change/",
        {"name": "Corporate Board", "kind": "management_team", "units": ["ROADS"]},
    )
    assert Committee.objects.get(code="CMT").name == "Corporate Board"
    assert "CMT" in text(client.get("/set-up/body/CMT/history/"))

    again = BODIES.replace("CMT,CMT,", "CMT,Management Board,")
    file = SimpleUploadedFile("bodies.csv", again.encode())
    client.post(client.post("/set-up/bodies/spreadsheet/", {"file": file}).url)
    assert Committee.objects.get(code="CMT").name == "Management Board"
    changes = AuditEvent.objects.filter(act="changed committee").order_by("pk")
    assert [(each.detail["was"]["name"], each.detail["becomes"]["name"]) for each in changes] == [
        ("CMT", "Corporate Board"),
        ("Corporate Board", "Management Board"),
    ]


BODIES = "code,name,kind,units,from,to\r\nCAB,Cabinet,cabinet,,2011-01-01,\r\nCMT,CMT,management_team,ROADS,2011-01-01,\r\n"
MEMBERS = "body,email,role,portfolio,units,from,to\r\nCAB,fox@council.example,chair,Highways,ROADS,2011-01-01,\r\n"


def test_bodies_and_their_members_come_by_file_and_go_out_as_the_same(client, officer):
    UnitFactory(code="ROADS")
    holder(PostKind.MEMBER, email="fox@council.example")
    for key, content in (("bodies", BODIES), ("members", MEMBERS)):
        file = SimpleUploadedFile(f"{key}.csv", content.encode())
        client.post(client.post(f"/set-up/{key}/spreadsheet/", {"file": file}).url)
        assert client.get(f"/set-up/{key}/{key}.csv").content.decode() == content

    assert Committee.objects.count() == 2
    assert Membership.objects.get().portfolio == "Highways"


def test_a_member_who_is_not_here_is_named(client, officer):
    UnitFactory(code="ROADS")
    file = SimpleUploadedFile("bodies.csv", BODIES.encode())
    client.post(client.post("/set-up/bodies/spreadsheet/", {"file": file}).url)
    file = SimpleUploadedFile("members.csv", MEMBERS.encode())

    page = text(client.get(client.post("/set-up/members/spreadsheet/", {"file": file}).url))

    assert "invite fox@council.example first" in page


# The council


def picture(kind="PNG", size=(900, 300)):
    out = io.BytesIO()
    Image.new("RGB", size, "#ffffff").save(out, kind)
    return SimpleUploadedFile(f"logo.{kind.lower()}", out.getvalue())


def test_the_council_s_name_colour_and_words_stand_on_every_page(client, officer):
    words = {"sorp": "Rulebook", "pat": "Panel", "pat_in_full": "Performance Panel"}
    data = {"name": "Wealdshire", "colour": "7A1F3D", "teams": "one"} | words

    page, _ = confirmed(client, "/set-up/council/", data)

    assert "“SORP”" in page
    home = text(client.get("/set-up/"))
    assert "Wealdshire" in home
    assert "The Rulebook" in home
    assert "SORP" not in home
    assert "/council/colour/7a1f3d.css" in home
    assert "--kcc-brand:#7a1f3d" in client.get("/council/colour/7a1f3d.css").content.decode()
    assert "Rulebook" in text(Client().get("/"))
    assert "Described council" in text(client.get("/set-up/council/history/"))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"colour": "ffee00"}, "choose a darker colour"),
        ({"colour": "red"}, "six letters and figures"),
        ({"name": ""}, "Enter an answer to “What is the council called?”"),
        ({"sorp": "x" * 61}, "must be 60 characters or fewer"),
    ],
)
def test_what_the_council_cannot_say_of_itself_is_refused_in_words(client, officer, given, told):
    page = text(
        client.post("/set-up/council/", {"name": "W", "colour": "", "teams": "both"} | given)
    )

    assert told in page
    assert not Council.objects.exists()


def test_a_logo_is_drawn_anew_and_served_at_its_own_address(client, officer):
    client.post("/set-up/council/logo/", {"logo": picture("JPEG"), "description": "A white horse"})

    facts = council_facts()
    page = text(client.get("/set-up/"))
    assert f'src="/council/logo/{facts.logo}.png" alt="A white horse"' in page
    served = Client().get(f"/council/logo/{facts.logo}.png")
    assert Image.open(io.BytesIO(served.content)).size == (400, 133)
    assert "immutable" in served["Cache-Control"]
    client.post("/set-up/council/logo/remove/")
    assert Client().get(f"/council/logo/{facts.logo}.png").status_code == 404


@pytest.mark.parametrize(
    ("file", "told"),
    [
        (SimpleUploadedFile("logo.png", b"<svg onload='x'/>"), "cannot be read as a picture"),
        (SimpleUploadedFile("logo.png", b"x" * 600_000), "500 kB or smaller"),
        (picture(size=(2400, 10)), "at most 2,000 pixels"),
    ],
    ids=["no picture", "too large", "too wide"],
)
def test_what_is_no_logo_is_refused_in_words(client, officer, file, told):
    file.seek(0)

    page = text(client.post("/set-up/council/logo/", {"logo": file, "description": "A horse"}))

    assert told in page
    assert not Council.objects.exists()


@pytest.mark.parametrize(
    ("colour", "least", "most"),
    [("#000000", 20.9, 21), ("#ffffff", 1, 1), ("#123c4a", 11.8, 12), ("#767676", 4.5, 4.6)],
)
def test_contrast_is_counted_as_wcag_counts_it(colour, least, most):
    assert least <= contrast_with_white(colour) <= most
