"""The council's own accounts let in whom a performance officer joined them to, and no forgery."""

import base64
import json
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.cache import cache

from core import audit
from core.models.audit import AuditEvent
from core.refusals import Refused
from organisation.models.accounts import CouncilAccount
from organisation.rules import PostKind
from organisation.services.accounts import join_council_account, part_council_account
from tests.factories import UserFactory, holder
from tests.kcc_perf.issuer import KEY_NAME, Issuer

pytestmark = pytest.mark.django_db
THERE, BACK, HOME = "/accounts/council/", "/accounts/council/back/", "/accounts/"


@pytest.fixture(scope="module")
def service():
    issuer = Issuer()
    yield issuer
    issuer.stop()


@pytest.fixture
def issuer(service, settings):
    service.calls_itself, service.answers, service.asked = None, {}, []
    settings.OIDC_ISSUER = service.address
    settings.SERVICE_ADDRESS = "http://testserver"
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "provider_class": "kcc_perf.single_sign_on.CouncilProvider",
            "APPS": [
                {
                    "provider_id": "council",
                    "name": "your council account",
                    "client_id": "our-client",
                    "secret": "a secret",
                    "settings": {"server_url": service.address},
                }
            ],
        }
    }
    return service


@pytest.fixture
def officer():
    return holder(PostKind.PERFORMANCE_OFFICER)


def begun(client):
    """A sign-in is begun: what the sign-in service is asked."""
    answer = client.get(THERE)
    assert answer.status_code == 302
    return {name: value[0] for name, value in parse_qs(urlsplit(answer.url).query).items()}


def came_back(client, issuer, token, asked):
    issuer.answers = {"access_token": "for nothing", "token_type": "Bearer", "id_token": token}
    return client.get(BACK, {"code": "once", "state": asked["state"]})


def joined(issuer, officer, person, subject="subject-1"):
    account = CouncilAccount.objects.create(issuer=issuer.address, subject=subject)
    return join_council_account(account=account, person=person, by=officer)


def is_signed_in(client):
    return "_auth_user_id" in client.session


def test_whoever_an_account_was_joined_to_is_signed_in(client, issuer, officer):
    person = UserFactory()
    joined(issuer, officer, person)
    asked = begun(client)

    answer = came_back(client, issuer, issuer.token(issuer.claims(asked["nonce"])), asked)

    assert (answer.status_code, answer.url) == (302, "/home/")
    assert client.session["_auth_user_id"] == str(person.pk)


def test_only_a_code_with_a_proof_of_who_asked_is_exchanged(client, issuer, officer):
    joined(issuer, officer, UserFactory())
    asked = begun(client)
    came_back(client, issuer, issuer.token(issuer.claims(asked["nonce"])), asked)

    assert asked["code_challenge_method"] == "S256"
    assert issuer.asked[0]["code"] == "once"
    assert len(issuer.asked[0]["code_verifier"]) >= 43
    assert issuer.asked[0]["redirect_uri"] == asked["redirect_uri"] == "http://testserver" + BACK


def test_what_stands_in_the_address_adds_nothing_to_what_is_asked(client, issuer):
    answer = client.get(THERE + "?scope=all&auth_params=prompt%3Dnone&process=connect")
    asked = parse_qs(urlsplit(answer.url).query)

    assert set(asked["scope"][0].split()) == {"openid", "profile", "email"}
    assert "prompt" not in asked


def of_another_key(issuer, claims):
    return issuer.token(claims, key=rsa.generate_private_key(public_exponent=65537, key_size=2048))


def unsigned(issuer, claims):
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'none', 'kid': KEY_NAME})}.{part(claims)}."


def signed_with_the_public_key(issuer, claims):
    """As if the published key were a secret that both sides share."""
    import hashlib
    import hmac

    public = issuer.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    head, body, _ = unsigned(issuer, claims).split(".")
    head = (
        base64.urlsafe_b64encode(json.dumps({"alg": "HS256", "kid": KEY_NAME}).encode())
        .rstrip(b"=")
        .decode()
    )
    mark = hmac.new(public, f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}.{base64.urlsafe_b64encode(mark).rstrip(b'=').decode()}"


def honest(issuer, claims):
    return issuer.token(claims)


AN_HOUR_AGO = -3600
FORGED = {
    "another issuer": ({"iss": "https://elsewhere.example"}, honest),
    "no issuer": ({"iss": None}, honest),
    "for another service": ({"aud": "another-client"}, honest),
    "for nobody": ({"aud": None}, honest),
    "for two services, made for the other": (
        {"aud": ["our-client", "another-client"], "azp": "another-client"},
        honest,
    ),
    "of another sign-in": ({"nonce": "of-another-sign-in"}, honest),
    "of no sign-in": ({"nonce": None}, honest),
    "expired": ({"exp": AN_HOUR_AGO}, honest),
    "without an end": ({"exp": None}, honest),
    "of nobody": ({"sub": None}, honest),
    "of a blank": ({"sub": " "}, honest),
    "not signed": ({}, unsigned),
    "signed with another key": ({}, of_another_key),
    "signed with the public key as a secret": ({}, signed_with_the_public_key),
    "no token": ({}, lambda issuer, claims: None),
    "not a token": ({}, lambda issuer, claims: "not.a.token"),
}


@pytest.mark.parametrize("kind", FORGED)
def test_a_forged_token_lets_nobody_in(kind, client, issuer, officer):
    joined(issuer, officer, UserFactory())
    different, made = FORGED[kind]
    if different.get("exp") == AN_HOUR_AGO:
        different = {"exp": int(time.time()) + AN_HOUR_AGO}
    asked = begun(client)

    claims = issuer.claims(asked["nonce"]) | different
    claims = {name: value for name, value in claims.items() if value is not None}
    answer = came_back(client, issuer, made(issuer, claims), asked)

    assert "You are not signed in" in answer.content.decode()
    assert not is_signed_in(client)


def test_a_token_that_came_once_does_not_serve_again(client, issuer, officer):
    joined(issuer, officer, UserFactory())
    asked = begun(client)
    token = issuer.token(issuer.claims(asked["nonce"]))
    came_back(client, issuer, token, asked)
    client.logout()

    same_way_back = came_back(client, issuer, token, asked)
    in_another_sign_in = came_back(client, issuer, token, begun(client))

    for answer in (same_way_back, in_another_sign_in):
        assert "You are not signed in" in answer.content.decode()
    assert not is_signed_in(client)


def test_a_service_that_calls_itself_otherwise_is_not_asked(client, issuer):
    issuer.calls_itself = "https://elsewhere.example"

    answer = client.get(THERE)

    assert "You are not signed in" in answer.content.decode()


def test_a_service_that_does_not_answer_is_said_in_words(client, issuer, settings):
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["settings"]["server_url"] = (
        "http://127.0.0.1:1"
    )

    answer = client.get(THERE)

    assert "Something went wrong between" in answer.content.decode()


def test_where_the_council_has_no_such_service_there_is_no_such_page(client, settings):
    settings.OIDC_ISSUER = ""

    assert client.get(THERE).status_code == client.get(BACK).status_code == 404
    assert "Sign in with" not in client.get("/accounts/sign-in/").content.decode()


def test_stopping_on_the_way_is_said(client, issuer):
    asked = begun(client)

    answer = client.get(BACK, {"error": "access_denied", "state": asked["state"]}, follow=True)

    assert "You stopped signing in" in answer.content.decode()


def test_a_new_account_waits_even_with_the_address_of_somebody_here(client, issuer, officer):
    person = UserFactory(email="amina.cole@council.example")
    joined(issuer, officer, person)
    asked = begun(client)
    claims = issuer.claims(asked["nonce"], sub="subject-2")  # the same address, another subject

    answer = came_back(client, issuer, issuer.token(claims), asked)

    assert answer.status_code == 403
    assert "not linked yet" in answer.content.decode()
    assert not is_signed_in(client)
    waiting = CouncilAccount.objects.waiting().get()
    assert (waiting.subject, waiting.email) == ("subject-2", person.email)


def test_the_same_account_under_another_address_is_still_the_same_person(client, issuer, officer):
    person = UserFactory(email="amina.cole@council.example")
    joined(issuer, officer, person)
    asked = begun(client)
    claims = issuer.claims(asked["nonce"], email="amina.shah@council.example")

    came_back(client, issuer, issuer.token(claims), asked)

    assert client.session["_auth_user_id"] == str(person.pk)


def test_whoever_may_no_longer_sign_in_may_not_by_an_account_either(client, issuer, officer):
    person = UserFactory()
    joined(issuer, officer, person)
    person.is_active = False
    person.save(update_fields=["is_active"])
    asked = begun(client)

    came_back(client, issuer, issuer.token(issuer.claims(asked["nonce"])), asked)

    assert not is_signed_in(client)


def test_coming_again_and_again_keeps_one_row(client, issuer):
    for _ in range(3):
        asked = begun(client)
        came_back(client, issuer, issuer.token(issuer.claims(asked["nonce"])), asked)

    assert CouncilAccount.objects.count() == 1


# Joining, on pages


def test_an_officer_joins_an_account_on_the_page(client, issuer, officer):
    account = CouncilAccount.objects.create(issuer=issuer.address, subject="s", name="A. Cole")
    person = UserFactory()
    client.force_login(officer)

    assert "A. Cole" in client.get("/set-up/accounts/").content.decode()
    client.post(f"/set-up/accounts/{account.pk}/join/", {"person": person.pk})

    account.refresh_from_db()
    assert (account.person, account.joined_by) == (person, officer)
    assert audit.history_of(account).first().act == "joined council account"


def test_somebody_of_the_same_address_is_offered_and_not_taken(client, issuer, officer):
    person = UserFactory(email="amina.cole@council.example")
    account = CouncilAccount.objects.create(issuer=issuer.address, subject="s", email=person.email)
    client.force_login(officer)

    page = client.get(f"/set-up/accounts/{account.pk}/join/").content.decode()

    assert f'<option value="{person.pk}" selected>' in page
    account.refresh_from_db()
    assert account.person is None


@pytest.mark.parametrize(
    ("typed", "said"),
    [("", "Choose the person whose account it is"), ("999999", "Choose somebody in the list")],
)
def test_nobody_is_asked_about_in_words(typed, said, client, issuer, officer):
    account = CouncilAccount.objects.create(issuer=issuer.address, subject="s")
    client.force_login(officer)

    page = client.post(f"/set-up/accounts/{account.pk}/join/", {"person": typed}).content.decode()

    assert said in page


def test_an_account_of_somebody_is_parted_before_it_is_joined_to_another(issuer, officer):
    account = joined(issuer, officer, UserFactory(name="Amina Cole"))

    with pytest.raises(Refused, match=r"linked to Amina Cole\. Unlink it first"):
        join_council_account(account=account, person=UserFactory(), by=officer)


def test_joining_twice_is_joining_once(issuer, officer):
    person = UserFactory()
    account = joined(issuer, officer, person)
    join_council_account(account=account, person=person, by=officer)

    assert AuditEvent.objects.filter(act="joined council account").count() == 1


def test_parting_an_account_signs_the_person_out(client, issuer, officer):
    account = joined(issuer, officer, UserFactory())
    asked = begun(client)
    came_back(client, issuer, issuer.token(issuer.claims(asked["nonce"])), asked)
    part_council_account(account=account, by=officer)

    assert client.get(HOME).status_code == 302  # to sign in
    assert CouncilAccount.objects.waiting().count() == 1
    cache.clear()


def test_the_page_of_accounts_asks_as_much_for_20_as_for_1(
    client, issuer, officer, django_assert_num_queries
):
    client.force_login(officer)
    joined(issuer, officer, UserFactory())
    client.get("/set-up/accounts/")
    with django_assert_num_queries(7) as for_one:
        client.get("/set-up/accounts/")
    for number in range(20):
        joined(issuer, officer, UserFactory(), subject=f"other-{number}")
    with django_assert_num_queries(len(for_one)):
        client.get("/set-up/accounts/")
