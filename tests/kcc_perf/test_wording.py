"""Words that were wrong where somebody stumbled on them."""

import re
from pathlib import Path

import pytest
from django.urls import reverse

from indicators.forms.scorecards import field_in_words
from organisation.rules import PostKind
from tests.factories import IndicatorFactory, holder

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
RETURN = "The results that you answer for"


def test_a_wrong_password_is_refused_in_the_words_of_the_form(client):
    page = client.post(
        reverse("account_login"), {"login": "nobody@council.example", "password": "wrong"}
    ).content.decode()

    assert "The e-mail address or the password is not right." in page
    assert "email address" not in page


@pytest.mark.parametrize(
    ("kind", "answers", "told"),
    [
        (PostKind.PERFORMANCE_OFFICER, False, False),
        (PostKind.PERFORMANCE_OFFICER, True, True),
        (PostKind.ACCOUNTABLE_MANAGER, False, True),
        (PostKind.DEPUTY, False, True),
    ],
)
def test_home_speaks_of_results_one_answers_for_to_whoever_may_have_some(
    client, sorp_in_force, kind, answers, told
):
    person = holder(kind)
    if answers:
        IndicatorFactory(accountable_manager=person)
    client.force_login(person)

    assert (RETURN in client.get("/home/").content.decode()) is told


def test_a_question_about_a_scorecard_names_no_field_of_ours():
    assert [field_in_words(each) for each in ("from_quarter", "polarity", "value")] == [
        "target",
        "which way is better",
        "value",
    ]


def test_the_word_beside_a_box_in_the_sign_off_table_has_room():
    """A label may be as wide as its cell less the box: where nothing holds the cell open, that is no word."""
    css = (ROOT / "static/css/kcc.css").read_text(encoding="utf-8")
    row = re.search(r"\.kcc-sign \{\s*display: grid;\s*grid-template-columns: (.*);", css)

    assert row is not None
    *_, decision = re.findall(r"(\d+)px", row[1])
    assert int(decision) - 2 * 44 - 10 >= 150  # "Approve" and "Return", each beside its box
