"""A second step at sign-in: added, asked for, lost and taken away; and where one is signed in."""

import time
from datetime import UTC, datetime

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core.management import CommandError, call_command
from django.test import Client

from core import audit
from kcc_perf.second_factor import SecondFactorAdapter
from kcc_perf.sign_ins import device_of
from organisation.rules import PostKind
from tests.assurance.factories import SeatFactory
from tests.factories import UserFactory, holder

pytestmark = pytest.mark.django_db
START = datetime(2011, 7, 20, 9, tzinfo=UTC)
PASSWORD = "correct horse battery"
ADD, CODE, ACCOUNT = "/accounts/second-step/add/", "/accounts/code/", "/accounts/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def officer():
    return holder(PostKind.PERFORMANCE_OFFICER)


def sign_in(client, person, **about):
    return client.post("/accounts/sign-in/", {"login": person.email, "password": PASSWORD}, **about)


def code_of(secret):
    """What an app on a phone would show now."""
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))


def add_second_step(client):
    """On the pages, the password asked for again; returns the secret that the phone keeps."""
    asked = client.get(ADD)
    assert asked.url == f"/accounts/confirm/?next={ADD.replace('/', '%2F')}"
    assert client.post(asked.url, {"password": PASSWORD}).url == ADD
    secret = client.get(ADD).context["form"].secret
    answer = client.post(ADD, {"code": code_of(secret)})
    assert answer.status_code == 302, answer.content.decode()
    return secret


def test_a_second_step_is_added_and_asked_for_at_the_next_sign_in(client, officer, clock):
    sign_in(client, officer)
    secret = add_second_step(client)
    client.post("/accounts/sign-out/")
    clock.shift(60)

    assert sign_in(client, officer).url == CODE
    assert "_auth_user_id" not in client.session
    client.post(CODE, {"code": code_of(secret)})
    assert client.session["_auth_user_id"] == str(officer.pk)


@pytest.mark.parametrize(
    ("typed", "said"),
    [("", "Enter a code"), ("000000", "That code is not right"), ("x" * 400, "code")],
)
def test_a_wrong_code_lets_nobody_in(typed, said, client, officer, clock):
    sign_in(client, officer)
    add_second_step(client)
    client.post("/accounts/sign-out/")
    sign_in(client, officer)

    page = client.post(CODE, {"code": typed}).content.decode()

    assert said in page
    assert "_auth_user_id" not in client.session


def test_a_code_serves_once(client, officer, clock):
    sign_in(client, officer)
    secret = add_second_step(client)
    client.post("/accounts/sign-out/")
    clock.shift(60)
    code = code_of(secret)
    sign_in(client, officer)
    client.post(CODE, {"code": code})
    another = Client()
    sign_in(another, officer)
    another.post(CODE, {"code": code})

    assert "_auth_user_id" not in another.session


def test_a_lost_phone_is_replaced_by_a_recovery_code_which_serves_once(client, officer, clock):
    sign_in(client, officer)
    add_second_step(client)
    page = client.get("/accounts/recovery-codes/")
    code = page.context["unused_codes"][0]
    assert code in page.content.decode()
    assert code in client.get("/accounts/recovery-codes/file/").content.decode()
    client.post("/accounts/sign-out/")

    sign_in(client, officer)
    client.post(CODE, {"code": code})
    assert client.session["_auth_user_id"] == str(officer.pk)
    client.post("/accounts/sign-out/")
    sign_in(client, officer)
    client.post(CODE, {"code": code})
    assert "_auth_user_id" not in client.session


def test_phone_and_codes_lost_an_officer_takes_the_step_away_and_all_sign_ins_end(
    client, officer, clock
):
    person = UserFactory()
    theirs = Client()
    sign_in(theirs, person)
    add_second_step(theirs)
    client.force_login(officer)

    assert person.name in client.get("/set-up/accounts/").content.decode()
    client.post(f"/set-up/accounts/second-step/{person.pk}/forget/")

    assert theirs.get(ACCOUNT).status_code == 302
    assert sign_in(Client(), person).url == "/home/"
    assert audit.history_of(person).first().act == "forgot second factor"


def test_the_only_officer_has_it_taken_away_by_a_command(officer, clock, capsys):
    theirs = Client()
    sign_in(theirs, officer)
    add_second_step(theirs)

    call_command("forget_second_factor", officer.email.upper())

    assert "now signs in without a second step" in capsys.readouterr().out
    with pytest.raises(CommandError, match="has no second step"):
        call_command("forget_second_factor", officer.email)
    with pytest.raises(CommandError, match="Nobody here has the address"):
        call_command("forget_second_factor", "nobody@council.example")


def test_the_secret_lies_encrypted_in_the_database(client, officer, clock, settings):
    sign_in(client, officer)
    secret = add_second_step(client)
    kept = Authenticator.objects.get(type="totp").data["secret"]

    assert secret not in kept
    assert SecondFactorAdapter().decrypt(kept) == secret
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key, of forty characters and more"
    assert SecondFactorAdapter().decrypt(kept) == secret
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(ValueError, match="SECRET_KEY was changed"):
        SecondFactorAdapter().decrypt(kept)


# Where the council makes it a duty

PEOPLE = {
    "performance officer": (lambda: holder(PostKind.PERFORMANCE_OFFICER), True),
    "Cabinet Member": (lambda: holder(PostKind.CABINET_MEMBER_PERFORMANCE), True),
    "seat on a team": (lambda: SeatFactory().user, True),
    "manager": (lambda: holder(PostKind.ACCOUNTABLE_MANAGER), False),
    "Member": (lambda: holder(PostKind.MEMBER), False),
}


@pytest.mark.parametrize("who", PEOPLE)
def test_whoever_reads_exempt_papers_or_manages_the_framework_adds_one_first(
    who, client, settings, clock, sorp_in_force
):
    made, is_asked = PEOPLE[who]
    person = made()
    settings.SECOND_FACTOR_REQUIRED = True
    sign_in(client, person)

    assert client.get("/calendar/").status_code == (302 if is_asked else 200)
    if is_asked:
        assert client.get("/calendar/").url == ADD
        assert client.post("/notices/preferences/", {"how": "daily"}).url == ADD
        add_second_step(client)
        assert client.get("/calendar/").status_code == 200


def test_where_it_is_no_duty_nobody_is_asked(client, officer, sorp_in_force):
    sign_in(client, officer)

    assert client.get("/calendar/").status_code == 200


# Sign-ins


def test_a_person_ends_another_of_their_sign_ins_and_not_somebody_else_s(client, officer):
    elsewhere, stranger = Client(HTTP_USER_AGENT=FIREFOX), Client()
    sign_in(elsewhere, officer)
    sign_in(stranger, UserFactory())
    sign_in(client, officer)
    page = client.get(ACCOUNT)
    assert "Firefox on Windows" in page.content.decode()
    listed = {each["device"]: each for each in page.context["sign_ins"]}
    assert len(listed) == 2

    answer = client.post(
        f"/accounts/sign-ins/{listed['Firefox on Windows']['row'].pk}/end/", follow=True
    )

    assert "Signed out: Firefox on Windows" in answer.content.decode()
    assert elsewhere.get(ACCOUNT).status_code == 302
    theirs = stranger.get(ACCOUNT).context["sign_ins"][0]["row"].pk
    assert client.post(f"/accounts/sign-ins/{theirs}/end/").status_code == 404
    assert stranger.get(ACCOUNT).status_code == 200


def test_ending_the_sign_in_one_is_in_asks_to_sign_out(client, officer):
    sign_in(client, officer)
    this = client.get(ACCOUNT).context["sign_ins"][0]["row"].pk

    assert client.post(f"/accounts/sign-ins/{this}/end/").url == "/accounts/sign-out/"


def test_a_sign_in_ends_after_twelve_hours_however_busy(client, officer, clock):
    sign_in(client, officer)
    for _ in range(12 * 3):
        clock.shift(20 * 60)
        assert client.get(ACCOUNT).status_code == 200
    clock.shift(1)

    assert client.get(ACCOUNT).status_code == 302


def test_a_disabled_person_is_out_at_the_next_click(client, officer):
    sign_in(client, officer)
    assert client.get(ACCOUNT).status_code == 200
    officer.is_active = False
    officer.save(update_fields=["is_active"])

    assert client.get(ACCOUNT).status_code == 302
    assert "_auth_user_id" not in Client().session
    assert sign_in(Client(), officer).url == "/accounts/inactive/"


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (FIREFOX, "Firefox on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14) Version/17 Safari/605.1", "Safari on Mac"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/142 Safari/537 Edg/142", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19 like Mac OS X) Safari/604", "Safari on iPhone"),
        ("", "A device that does not say what it is"),
    ],
)
def test_a_device_is_named_as_people_call_it(agent, device):
    assert device_of(agent) == device
