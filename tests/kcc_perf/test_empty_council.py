"""The first day: a council with nothing in it but its first performance officer."""

import re
from html import unescape

import pytest
import time_machine
from django.core.management import call_command

from organisation.models.people import User

pytestmark = pytest.mark.django_db
LINK = re.compile(r'href="(/[^"#]*)')
MAIN = re.compile(r"<main.*?</main>", re.DOTALL)
# Pages of her work that stand in no menu, or are reached only once there is something to work on.
FIRST = ("/home/", "/returns/", "/people/", "/attestation/2011-Q1/", "/sign-off/", "/sorp/draft/")
ELSEWHERE = ("/accounts/sign-out/", "/static/")
HERS_BY_ANOTHER_POST = {"/sign-off/"}  # a director's


@pytest.fixture
def officer(client):
    with time_machine.travel("2011-07-20 10:00 +0100", tick=False):
        call_command("first_officer", "n.fenwick@council.example", "N. Fenwick")
        client.force_login(User.objects.get())
        yield client


def words_of(answer):
    if "html" not in answer.headers["Content-Type"]:
        return ""
    found = MAIN.search(answer.content.decode())
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[0])).split()) if found else ""


def walked(client):
    """Every page that links lead to from those, each with its answer."""
    found, to_come = {}, list(FIRST)
    while to_come:
        address = to_come.pop()
        if address in found or address.startswith(ELSEWHERE):
            continue
        found[address] = answer = client.get(address, follow=True)
        if "html" in answer.headers["Content-Type"]:
            to_come += [unescape(link) for link in LINK.findall(answer.content.decode())]
    return found


def test_on_an_empty_council_every_page_answers_and_none_sends_the_team_to_the_team(officer):
    pages = walked(officer)

    assert len(pages) > 30
    refused = {address for address, answer in pages.items() if answer.status_code != 200}
    assert refused == HERS_BY_ANOTHER_POST
    sent_to_herself = {
        address
        for address, answer in pages.items()
        if "performance team" in words_of(answer).replace("E-mail the performance team", "")
    }
    # A guide is read by several offices, and says what each does.
    sent = {address for address in sent_to_herself if not address.startswith("/help/")}
    assert sent <= {"/accessibility-statement/"}


def test_what_an_empty_council_cannot_do_yet_says_what_comes_first(officer):
    day = {"day": 5, "month": 9, "year": 2011}
    typed = {f"cabinet_meets_on_{part}": number for part, number in day.items()}

    begun = words_of(officer.post("/calendar/begin/", {"quarter": "2011-Q1", **typed}))

    assert "bring one into force first" in begun
    assert "begin it" in words_of(officer.get("/quarters/"))
    assert officer.get("/people/move/").url == "/people/"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/set-up/bodies/add/", "There is none yet. Leave this for now."),
        ("/set-up/themes/new/", "There is none yet. Leave this for now."),
        ("/set-up/success-factors/new/", "There is none yet. Add one first."),
        ("/close-to-dispatch/note/", "You can note hours for a quarter once it has begun."),
    ],
)
def test_a_question_with_nothing_to_choose_from_says_so(officer, address, said):
    assert said in words_of(officer.get(address))


def test_hours_are_asked_for_only_where_there_is_a_quarter_to_choose(officer):
    assert "How many hours" not in words_of(officer.get("/close-to-dispatch/note/"))
