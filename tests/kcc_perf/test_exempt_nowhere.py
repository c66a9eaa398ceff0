"""A rare word in everything that is said of an exempt item, looked for behind every door by those who may not read it."""

import io
import logging
import zipfile

import pytest
import time_machine
from django.test import override_settings
from django.urls import reverse

from assurance.models.meetings import CallIn
from assurance.models.packs import MeetingDocument
from assurance.rules import Outcome
from core.clock import now
from core.rules.exemptions import Ground
from escalation.models.escalations import Handling
from sorp.lexicon import Level
from tests.assurance.factories import (
    AgreedActionFactory,
    ChallengeFactory,
    DecisionFactory,
    EscalationFactory,
    ItemExemptionFactory,
    LogCorrectionFactory,
    ManagersPaperFactory,
)
from tests.kcc_perf.authorisation import GROUPS, MEETS, ROLES, TODAY, World, tries
from tests.standing import for_a_module

pytestmark = pytest.mark.django_db
WORD = "Quillfeather"
READERS = {"performance_officer", "cabinet_member", "governance_chair", "pat_chair", "pat_ned"}
STRANGERS = [each for each in ROLES if each not in READERS]


@pytest.fixture(scope="module")
def media(tmp_path_factory):
    return tmp_path_factory.mktemp("exempt")


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, media):
    with for_a_module(django_db_blocker):
        with time_machine.travel(TODAY, tick=False), override_settings(MEDIA_ROOT=media):
            built = World()
            plant(built)
        yield built


@pytest.fixture(autouse=True)
def in_july(settings, media):
    settings.MEDIA_ROOT = media
    logging.disable(logging.CRITICAL)
    with time_machine.travel(TODAY, tick=False):
        yield
    logging.disable(logging.NOTSET)


def plant(world):
    """The word stands in every field that somebody may fill in of PAT's item, and its exemption stands."""
    call_in = _pats_item()
    CallIn.objects.filter(pk=call_in.pk).update(reason=f"{WORD} asks", why=f"{WORD} is red.")
    call_in.invitation.__class__.objects.filter(call_in=call_in).update(bring=f"Bring {WORD}")
    ManagersPaperFactory(
        call_in=call_in, cause=f"{WORD} left", obstacles=f"{WORD} stays", asked=f"Ask {WORD}"
    )
    challenge = ChallengeFactory(call_in=call_in, text=f"Why {WORD}?", answer=f"{WORD} says")
    decision = DecisionFactory(call_in=call_in, kind=Outcome.NO_ACTION, text=f"{WORD} stays on")
    AgreedActionFactory(
        call_in=call_in,
        what=f"Pay {WORD}",
        progress=f"{WORD} was paid",
        due_on=MEETS,
    )
    LogCorrectionFactory(call_in=call_in, text=f"{WORD} was wrong", challenge=challenge)
    LogCorrectionFactory(call_in=call_in, text=f"{WORD} was right")
    referred = EscalationFactory(indicator=call_in.indicator, level=Level.PAT)
    Handling.objects.create(
        escalation=referred,
        kind=Handling.Kind.NOTED,
        words=f"{decision.text} ({call_in.meeting})",
        handled_on=MEETS,
        by=world.people["pat_chair"],
    )
    for kind in ("after", "report"):
        MeetingDocument.objects.create(
            meeting=call_in.meeting,
            kind=kind,
            number=1,
            text=f"It met.\n\n# {call_in.title} ({call_in.reference})\n\nAbout {WORD}.\n\n# Money\n\n{WORD}.",
            written_by=world.people["pat_chair"],
            written_at=now(),
            issued_by=world.people["pat_chair"],
            issued_at=now(),
        )
    ItemExemptionFactory(
        call_in=call_in,
        ground=Ground.BUSINESS,
        reason=f"{WORD} is suing",
        proposed_on=MEETS,
        review_on=MEETS.replace(year=2024),
        proposed_by=world.people["pat_chair"],
    )


def _pats_item():
    return CallIn.objects.select_related("meeting__team", "indicator").get(
        indicator__reference="PAT-1"
    )


def said_in(response):
    """All text that an answer holds, that of the parts of a Word document or workbook too."""
    body = b"".join(response) if getattr(response, "streaming", False) else response.content
    if not body.startswith(b"PK"):
        return body.decode(errors="replace")
    with zipfile.ZipFile(io.BytesIO(body)) as parts:
        return " ".join(parts.read(each).decode(errors="replace") for each in parts.namelist())


ASKED = sorted(
    {
        (row.route, row.whose, row.state)
        for row in tries()
        if row.method == "GET"
        and any(row.expected(role) == 200 for role in STRANGERS)
        and row.route != "pack_html"
    }
)


def test_every_door_that_somebody_may_open_is_tried():
    assert len(ASKED) > 200
    assert {"called_in", "meeting", "minutes_in_word", "meeting_document", "assurance_team"} <= {
        route for route, _, _ in ASKED
    }
    assert set(STRANGERS) < GROUPS["everyone"]


@pytest.mark.parametrize(("route", "whose", "state"), ASKED, ids=lambda each: each or "any")
def test_no_page_file_or_answer_tells_who_may_not_read_it(world, route, whose, state):
    expected = [
        row
        for row in tries()
        if (row.route, row.whose, row.state, row.method) == (route, whose, state, "GET")
    ]
    roles = [role for role in STRANGERS if expected[0].expected(role) == 200]
    for address in world.addresses(route, whose, state):
        for role in roles:
            assert WORD not in said_in(world.ask(role, "GET", address, route)), (role, address)


def test_the_pdf_of_a_document_is_drawn_of_what_may_be_read(world, monkeypatch):
    monkeypatch.setattr(
        "reports.rendering.meeting_document.render_pdf", lambda html, **_: html.encode()
    )
    for kind in ("after", "report"):
        there = reverse("document_in_pdf", args=["pat", MEETS, kind])[1:]
        assert WORD not in said_in(world.ask("auditor", "GET", there)), kind
        assert WORD in said_in(world.ask("pat_chair", "GET", there)), kind


def test_no_page_of_its_escalation_repeats_what_was_decided(world):
    row = Handling.objects.get(words__contains=WORD).escalation
    places = [
        reverse("escalation", args=[row.pk]),
        reverse("deal_with_escalation", args=[row.pk]),
        reverse("indicator", args=[row.indicator.reference]),
    ]
    answers = [
        (role, there, world.ask(role, "GET", there[1:])) for there in places for role in STRANGERS
    ]

    assert sum(answer.status_code == 200 for _, _, answer in answers) > 10
    assert [(role, there) for role, there, answer in answers if WORD in said_in(answer)] == []


def test_those_who_may_read_it_do(world):
    item = _pats_item()
    for role in READERS:
        page = said_in(world.ask(role, "GET", item.get_absolute_url()[1:], "called_in"))
        assert page.count(WORD) > 8, role


def test_the_auditor_reads_the_title_the_ground_and_the_day_of_review(world):
    page = said_in(world.ask("auditor", "GET", _pats_item().get_absolute_url()[1:], "called_in"))

    assert _pats_item().title in page
    assert "Exempt: Schedule 12A, paragraph 3" in page
    assert "To be reviewed on 18 July 2024." in page


def test_a_search_finds_nothing_of_it(world):
    for role in [each for each in STRANGERS if each not in ("anonymous", "nobody")]:
        page = said_in(world.ask(role, "GET", reverse("find")[1:] + f"?q={WORD}"))
        assert "was paid" not in page, role
        assert f"Pay {WORD}" not in page, role
