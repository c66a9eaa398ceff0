"""Words that were wrong where somebody stumbled on them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core import mail
from django.urls import reverse

from indicators.forms.scorecards import field_in_words
from organisation.rules import PostKind
from tests.factories import IndicatorFactory, UserFactory, holder

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
APPS = (
    *("core", "organisation", "sorp", "indicators", "strategy", "escalation", "assurance"),
    *("reports", "dashboards", "kcc_perf"),
)
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


# The worst words once stood on pages. Each with what a busy person would say instead.
WORST = {
    r"\bnought\b": "say zero, or 0",
    r"\bbears? (it )?out\b": "say support",
    r"\bhangs? on\b": "say depends on",
    r"\bstretch of time\b": "say period",
    r"\bto be mended\b|\b[Mm]end (the|these|this|it|them)\b": "say correct, or put right",
    r"\b(serves?|served) (no longer|once|not)\b": "say no longer works, works once",
    r"\banew\b": "say again",
    r"\bmeanwhile\b": "say since, or while you were writing",
    r"\bwhereof\b|\bthereof\b|\bof it nothing\b|\bof which nothing\b": "say it straight on",
    r"\b(is|are|was|were) told of\b": "say gets a notice",
    r"\bstands? referred\b": "say is referred up",
    r"\bgoes? on from\b|\b[Ll]et each go on\b": "say continues",
    r"\b[Pp]lease\b": "ask plainly",
    r"\b[Ii]nvalid\b": "say what to do",
    r"\b[Ss]uccessfully\b": "say what was done",
}


# Columns, a council's own papers as they are read, the rules as they were agreed; and the reasons of
# triggers, which explanations that were kept are worked out from again.
NOT_SAID = {"migrations", "models", "scorecards", "defaults", "demonstration", "conditions"}


def words_of_templates() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "templates").rglob("*.*")):
        text = path.read_text(encoding="utf-8")
        text = re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", text, flags=re.DOTALL)
        yield str(path.relative_to(ROOT)), re.sub(r"<[^>]*>|{%[^\"]*?%}|{{.*?}}", " ", text)


def words_of_python() -> Iterator[tuple[str, str]]:
    """What code says to people: its strings, without docstrings, patterns and statements of SQL."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if NOT_SAID & set(path.parts):
                continue
            tree = ast.parse(path.read_text(encoding="utf-8"))
            silent = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
            for each in ast.walk(tree):
                if isinstance(each, ast.Constant) and id(each) not in silent:
                    said = each.value
                    if isinstance(said, str) and " " in said and "\\b" not in said:
                        yield f"{path.relative_to(ROOT)}:{each.lineno}", said


def test_the_worst_words_are_on_no_page():
    found = [
        f"{where}: “{bad[0]}”: {instead}"
        for where, text in (*words_of_templates(), *words_of_python())
        for pattern, instead in WORST.items()
        if (bad := re.search(pattern, text))
    ]

    assert found == []


def test_a_forgotten_password_is_answered_in_our_words_and_a_change_of_it_too(client, settings):
    settings.COUNCIL_NAME = "Wealdshire County Council"
    person = UserFactory(email="a.manager@council.example")
    client.post(reverse("account_reset_password"), {"email": person.email})
    (sent,) = mail.outbox
    assert sent.subject == "Choose a new password"
    assert sent.body.startswith("Somebody, probably you, asked for a new password")
    assert sent.body.endswith("Wealdshire County Council, performance management")

    client.force_login(person)
    person.set_password("three-random-words-now")
    person.save()
    client.login(email=person.email, password="three-random-words-now")
    given = {
        "oldpassword": "three-random-words-now",
        "password1": "other-random-words-now",
        "password2": "other-random-words-now",
    }
    page = client.post(reverse("account_change_password"), given, follow=True).content.decode()
    assert "Your password is changed." in page
    assert "successfully" not in page
