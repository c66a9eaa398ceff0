"""An indicator's chart by itself, for pages that may not draw."""

import pytest
from django.urls import reverse

from organisation.rules import PostKind
from tests.factories import IndicatorFactory, UserFactory, holder, rated

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sorp_in_force")]


def test_the_chart_is_a_picture_for_whoever_may_see_the_indicator(client):
    indicator = IndicatorFactory(title='Potholes & "holes" <script>')
    rated(indicator, "RAG")
    address = reverse("indicator_chart", args=[indicator.reference])
    answers = {}
    for who, person in {
        "nobody": None,
        "somebody without a post": UserFactory(),
        "a Member": holder(PostKind.MEMBER),
        "staff": holder(PostKind.STAFF),
    }.items():
        client.logout()
        if person:
            client.force_login(person)
        answers[who] = client.get(address)

    assert {who: answer.status_code for who, answer in answers.items()} == {
        "nobody": 302,
        "somebody without a post": 403,
        "a Member": 403,
        "staff": 200,
    }
    picture = answers["staff"]
    assert picture["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert picture.content.startswith(b"<svg")
    assert b"<script" not in picture.content


def test_without_a_result_there_is_no_picture(client):
    client.force_login(holder(PostKind.STAFF))

    answer = client.get(reverse("indicator_chart", args=[IndicatorFactory().reference]))

    assert answer.status_code == 404
