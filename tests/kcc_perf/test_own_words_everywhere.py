"""No page prints a word of ours where a council has its own: templates are read, and every page is opened.

A sentence of ours that stands in a template goes through `{% word %}` or `|own`; one of Python's is
printed by a template that says `|own`, or is made with `word`. What people wrote is left alone.
"""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
import time_machine
from django.test import override_settings

from assurance.models.teams import Team
from core.own_words import OURS, spoken
from organisation.models.council import Council
from organisation.queries import council_facts, forget_council
from reports.rendering.html import report_page
from tests.kcc_perf.authorisation import TODAY, World, tries
from tests.reports.documents import public_edition
from tests.standing import for_a_module

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
OUR_WORDS = re.compile(
    r"\b(?:SORP|PAT|DAT|POSC|Bold Steps|[Ff]loor standard|[Ss]trategic plan"
    r"|[Ss]tatement of required practice|Performance Assurance Team|Delivery Assurance Team"
    r"|Policy Overview and Scrutiny Committee)s?\b(?![-\w./])"
)
THEIRS = {
    "sorp": "Rulebook",
    "sorp_in_full": "book of rules",
    "pat": "Panel",
    "pat_in_full": "Performance Panel",
    "dat": "Forum",
    "dat_in_full": "Delivery Forum",
    "posc": "Scrutiny",
    "posc_in_full": "Scrutiny Commission",
    "plan": "corporate plan",
    "floor": "lower limit",
}


# Templates -----------------------------------------------------------------------------------------

SPOKEN_FOR = re.compile(r"{#.*?#}|{%\s*terms\s*%}.*?{%\s*endterms\s*%}", re.DOTALL)
TAG = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
SAID_AS_OWN = re.compile(r"""(?:"[^"]*"|'[^']*')\|own\b""")
# The gallery shows the parts of pages to whoever builds them, and is no page of a service.
NOT_OF_THE_SERVICE = {"gallery.html"}


def printed_literally(template):
    """Words of ours that a template prints whatever the council calls them."""
    text = SPOKEN_FOR.sub(" ", template)
    tags = " ".join(SAID_AS_OWN.sub('""', tag) for tag in TAG.findall(text))
    return OUR_WORDS.findall(TAG.sub(" ", text)) + OUR_WORDS.findall(tags)


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<p>The SORP says</p>", ["SORP"]),
        ('<p>The {% word "sorp" %} says</p>', []),
        ('{% page_heading "The SORP" %}', ["SORP"]),
        ('{% page_heading "The SORP"|own caption="SORP" %}', ["SORP"]),
        ('{% page_heading "The SORP"|own %}', []),
        ("{% terms %}<p>Referred to PAT</p>{% endterms %}", []),
        ("{# The SORP #}<td>below the floor standard</td>", ["floor standard"]),
        ('{% include "sorp/clause.html" %}<a href="{% url "sorp" %}">PATH</a>', []),
        ("our strategic plan, Bold Steps", ["strategic plan", "Bold Steps"]),
    ],
)
def test_the_search_finds_a_word_that_is_printed_literally(template, found):
    assert printed_literally(template) == found


def test_no_template_prints_a_word_of_ours_literally():
    printed = {
        str(path.relative_to(ROOT)): printed_literally(path.read_text(encoding="utf-8"))
        for path in TEMPLATES
        if path.name not in NOT_OF_THE_SERVICE
    }

    assert len(printed) > 300
    assert {path: found for path, found in printed.items() if found} == {}


# Pages ---------------------------------------------------------------------------------------------

SHOWN_BY = ("alt", "title", "aria-label", "placeholder", "data-heading", "content", "value")


class Text(HTMLParser):
    """All that a page says: its text, and the attributes that are read out or shown."""

    def __init__(self):
        super().__init__()
        self.said, self.hidden = [], 0

    def handle_starttag(self, tag, attributes):
        self.hidden += tag in ("script", "style")
        of_an_input = dict(attributes).get("type") in ("hidden", "radio", "checkbox")
        self.said += [
            value
            for name, value in attributes
            if name in SHOWN_BY and value and not (of_an_input and name == "value")
        ]

    def handle_endtag(self, tag):
        self.hidden -= tag in ("script", "style")

    def handle_data(self, data):
        if not self.hidden:
            self.said.append(data)


def words_of_ours(html):
    """Each word of ours that a page says, with what stands around it."""
    text = Text()
    text.feed(html)
    said = " ".join(" ".join(text.said).split()).replace(TYPED, "")
    return {said[max(0, each.start() - 50) : each.end() + 30] for each in OUR_WORDS.finditer(said)}


def test_the_search_of_a_page_reads_what_is_shown_and_nothing_else():
    page = (
        '<a href="/SORP/" title="The DAT">About PAT</a><script>"SORP"</script>'
        '<input type="hidden" value="POSC"><input value="SORP">'
    )

    assert len(words_of_ours(page)) == 1
    assert all(word in words_of_ours(page).pop() for word in ("DAT", "PAT", "SORP"))
    assert words_of_ours("<p>Referred to the Panel</p>") == set()


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    """A council that has a word of its own for everything, from before anything else stood."""
    media = tmp_path_factory.mktemp("own-words")
    with (
        for_a_module(django_db_blocker),
        time_machine.travel(TODAY, tick=False),
        override_settings(MEDIA_ROOT=media),
    ):
        Council.objects.create(pk=Council.ONLY, name="Wealdshire", words=THEIRS)
        forget_council()
        with spoken(council_facts().said):
            built = World()
            Team.objects.update(name="A board of officers")  # as it was typed
        yield built
    forget_council()


# An edition is said in the words of the day on which it was built, whatever the council says since.
SAID_AS_BUILT = {
    *("latest_report", "public_report", "public_indicator", "public_priority", "open_data"),
    *("preview_report", "edition_sentences"),
}
TYPED = "Judged by an easier floor standard while the depot moves"  # by whoever proposed it
ASKED = sorted(
    {
        (row.route, row.whose, row.state)
        for row in tries()
        if row.method == "GET"
        and row.expected("performance_officer") == 200
        and row.route not in SAID_AS_BUILT
    }
)


def test_a_council_has_a_word_of_its_own_for_each_of_ours():
    assert THEIRS.keys() == OURS.keys()
    assert len(ASKED) > 200


@pytest.mark.django_db
@pytest.mark.parametrize(("route", "whose", "state"), ASKED, ids=lambda each: each or "any")
def test_no_page_says_a_word_of_ours(world, route, whose, state):
    forget_council()  # as no other test finds it
    with time_machine.travel(TODAY, tick=False):
        for address in world.addresses(route, whose, state):
            response = world.ask("performance_officer", "GET", address, route)
            if not response.headers.get("Content-Type", "").startswith("text/html"):
                continue

            assert words_of_ours(response.content.decode()) == set(), address


@pytest.mark.parametrize("for_print", [True, False])
def test_a_report_is_said_in_the_words_that_were_frozen_with_it(for_print):
    document = public_edition()
    rules = json.loads(
        OUR_WORDS.sub("a thing", json.dumps(document["sorp"]))
    )  # the council wrote it
    page = report_page({**document, "sorp": rules, "words": THEIRS}, for_print=for_print)

    assert words_of_ours(page) == set()
    assert "Panel" in page
