"""Terms of the SORP link to their meanings wherever a page says them."""

import re

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from core.quarters import Quarter
from kcc_perf.glossary import Glossary, linked
from sorp.models.statement import Version
from sorp.services.approval import bring_into_force
from tests.sorp.versions import version_like

TERMS = Glossary.of(
    ["PAT", "action plan", "target", "floor standard", "RAG status", "sign-off", "plan & do"]
)


def found(html, seen=None):
    """What is linked, each with its anchor."""
    said = linked(html, TERMS, "/t/", set() if seen is None else seen)
    return re.findall(r'<a class="govuk-link kcc-term" href="/t/#([^"]+)">([^<]*)</a>', said)


@pytest.mark.parametrize(
    ("html", "links"),
    [
        ("The target is missed", [("target", "target")]),
        ("The target, then the target", [("target", "target")]),
        ("Targets are set", [("target", "Targets")]),
        ("Action  plans", [("action-plan", "Action  plans")]),
        ("RAG statuses", [("rag-status", "RAG statuses")]),
        ("PAT meets", [("pat", "PAT")]),
        ("a pat on the back, and a spatula", []),
        ("targeted, on-target, retarget", []),
        (
            "the floor standard of the target",
            [("floor-standard", "floor standard"), ("target", "target")],
        ),
        ("plan &amp; do", [("plan-do", "plan &amp; do")]),
        ('<a href="#x">the target</a>', []),
        ("<h2>The target</h2><p>The target</p>", [("target", "target")]),
        ('<p title="the target">nothing</p>', []),
        ("<button>target</button>", []),
        ("<!-- target --><br/>", []),
        ("<p><a href='/'>x</a> target</p>", [("target", "target")]),
        ("", []),
    ],
)
def test_what_is_linked(html, links):
    assert found(html) == links


def test_the_first_on_a_page_is_linked_and_no_other():
    seen = set()

    assert found("the target", seen) == [("target", "target")]
    assert found("the target", seen) == []


def test_without_terms_nothing_is_linked():
    assert linked("the target", Glossary.of([]), "/t/", set()) == "the target"


MARKUP = st.lists(
    st.sampled_from(
        ["<p>", "</p>", "<a href='#'>", "</a>", "target ", "PAT ", "&lt;script&gt; ", "é ", "x"]
    )
).map("".join)


@given(html=MARKUP)
def test_linking_adds_links_and_changes_nothing_else(html):
    said = linked(html, TERMS, "/t/", set())

    assert re.sub(r'<a class="govuk-link kcc-term"[^>]*>([^<]*)</a>', r"\1", said) == html


# On a page


def drawn(rf, text, *, user_text=""):
    request = rf.get("/")
    template = Template("{% load kcc %}{% terms %}" + text + "{{ typed }}{% endterms %}")
    return template.render(Context({"request": request, "typed": user_text}))


@pytest.mark.django_db
def test_the_terms_are_those_of_the_version_in_force(rf, sorp_in_force):
    assert 'href="/sorp/terms/#pat"' in drawn(rf, "PAT meets")

    def change(new):
        new.terms.all().delete()
        new.terms.create(term="spade", meaning="What it is called")

    version_like(sorp_in_force, from_quarter=Quarter(2011, 1), change=change)
    bring_into_force(today=Quarter(2011, 1).first_day, by=None)

    assert drawn(rf, "PAT has a spade") == (
        'PAT has a <a class="govuk-link kcc-term" href="/sorp/terms/#spade">spade</a>'
    )


@pytest.mark.django_db
def test_what_people_typed_stays_as_harmless_as_it_was(rf, sorp_in_force):
    said = drawn(rf, "", user_text='<script>alert("PAT")</script>')

    assert "<script" not in said
    assert "&lt;script&gt;" in said


@pytest.mark.django_db
def test_before_a_version_is_in_force_pages_stand_without_links(rf):
    assert not Version.objects.exists()
    assert drawn(rf, "PAT meets") == "PAT meets"


@pytest.mark.django_db
def test_a_page_asks_once_which_version_is_in_force(rf, sorp_in_force, django_assert_num_queries):
    drawn(rf, "PAT meets")  # what a version's terms are is remembered from here on
    request = rf.get("/")
    template = Template("{% load kcc %}" + "{% terms %}PAT meets{% endterms %}" * 5)

    with django_assert_num_queries(1):
        said = template.render(Context({"request": request}))

    assert said.count("<a ") == 1
