"""The call-in board's page: the chair's buttons, and what is kept when something is missing."""

from datetime import date

import pytest

from assurance.models.meetings import CallIn
from organisation.rules import PostKind
from sorp.lexicon import Layer
from tests.assurance.factories import EscalationFactory, SeatFactory
from tests.assurance.pages import address, text_of
from tests.factories import IndicatorFactory, holder, rated

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("sorp_in_force", "on_the_day_of_the_meeting"),
]
DAY = date(2011, 11, 14)


def test_the_board_says_why_each_is_here(client, chair, red):
    EscalationFactory(indicator=red, reason="Red in Q1 2011/12 and Q2 2011/12 (SORP 4.1)")
    client.force_login(chair)

    page = text_of(client.get(address("call_in_board")))

    for words in (
        "Red in Q1 2011/12 and Q2 2011/12 (SORP 4.1)",
        "No action plan yet",
        "First time",
    ):
        assert words in page


def test_the_chair_calls_in_defers_and_declines_by_the_boards_buttons(client, meeting, chair, red):
    client.force_login(chair)

    for verdict, said in (("deferred", "Next month"), ("declined", "Explained"), ("called_in", "")):
        response = client.post(
            address("call_in_board"),
            {"item": "PI-7", "PI-7-verdict": verdict, "PI-7-reason": said},
        )
        assert response.status_code == 302
        row = CallIn.objects.get()
        assert (row.verdict, row.reason, row.called_in_by) == (verdict, said, chair)


def test_the_board_keeps_a_reason_that_was_typed_and_says_what_is_missing(client, chair, red):
    client.force_login(chair)
    other = IndicatorFactory(reference="PI-8", layer=Layer.CORE)
    rated(other, "AR")

    page = text_of(
        client.post(
            address("call_in_board"),
            {"item": "PI-7", "PI-7-verdict": "declined", "PI-7-reason": " "},
        )
    )
    assert "There is a problem" in page
    assert "Say why it is declined" in page
    assert 'href="#id_PI-7-reason"' in page

    page = text_of(
        client.post(
            address("call_in_board"),
            {"item": "PI-7", "PI-7-verdict": "called_in", "PI-7-reason": "long " * 201},
        )
    )
    assert "long long" in page
    assert "1000 characters or fewer" in page
    assert not CallIn.objects.exists()


def test_the_chair_calls_in_a_green_for_a_stated_reason(client, chair):
    green = IndicatorFactory(reference="PI-9", layer=Layer.CORE)
    rated(green, "GG")
    client.force_login(chair)
    posted = {"exceptional-item": "PI-9", "exceptional-reason": ""}

    page = text_of(client.post(address("call_in_board"), posted))
    assert "Say why you call it in" in page
    assert '<option value="PI-9" selected>' in page

    client.post(address("call_in_board"), posted | {"exceptional-reason": "Worth copying"})
    assert CallIn.objects.get().why == "Worth copying"


def test_only_the_chair_posts_to_the_board(client, meeting, chair, red):
    posted = {"item": "PI-7", "PI-7-verdict": "called_in", "PI-7-reason": ""}
    for person in (SeatFactory(kind="ned").user, holder(PostKind.PERFORMANCE_OFFICER)):
        client.force_login(person)
        assert client.get(address("call_in_board")).status_code == 200
        assert "Only the chair decides" in text_of(client.get(address("call_in_board")))
        assert client.post(address("call_in_board"), posted).status_code == 403

    assert not CallIn.objects.exists()


def test_an_indicator_nobody_knows_is_not_found_on_the_board(client, chair):
    client.force_login(chair)

    response = client.post(address("call_in_board"), {"item": "none", "none-verdict": "called_in"})

    assert response.status_code == 404
