"""A home begins with up to four facts: each person's own, counted from what pages then show."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.clock import now
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.services.quarters import open_quarter
from dashboards.queries.home_page import home_page
from escalation.services.close_previews import update_all_close_previews
from escalation.services.closing import close_quarter
from indicators.models.results import Result
from indicators.rules.entry import ResultGiven
from indicators.rules.returns import ResultState
from indicators.services.results import submit_result
from organisation.rules import PostKind, UnitTier
from sorp.lexicon import Layer, Rag, Tier
from tests.assurance.factories import (
    AgreedActionFactory,
    CallInFactory,
    MeetingFactory,
    TeamFactory,
    chair_of,
)
from tests.escalation.conditions import trigger
from tests.escalation.versions import version_of
from tests.factories import (
    VALUES,
    CouncilFactory,
    TargetFactory,
    UnitFactory,
    UserFactory,
    holder,
)
from tests.reports.factories import EditionFactory

pytestmark = pytest.mark.django_db
Q1, Q2 = Quarter(2011, 1), Quarter(2011, 2)
TODAY = date(2011, 10, 20)


@pytest.fixture(autouse=True)
def on_the_day():
    with time_machine.travel("2011-10-20 10:00 +0100", tick=False):
        yield


@pytest.fixture
def division(db):
    version_of(trigger("Red for two quarters", Rag.RED, 2, 2, clause="4.1"))
    council = CouncilFactory()
    return UnitFactory(
        code="ASC", tier=UnitTier.DIVISION, parent=UnitFactory(parent=council), name="Adult care"
    )


@pytest.fixture
def manager(division):
    return holder(PostKind.ACCOUNTABLE_MANAGER, unit=division, name="Ada Martin")


def measured(division, manager, reference):
    return TargetFactory(
        indicator__reference=reference,
        indicator__unit=division,
        indicator__accountable_manager=manager,
        indicator__tier=Tier.DIVISION,
        indicator__layer=Layer.CORE,
    ).indicator


def submit(indicator, quarter, rag):
    open_quarter(quarter=quarter, today=TODAY, by=None)
    ReportingQuarter.objects.filter(quarter=quarter).update(begun_at=now())
    with TestCase.captureOnCommitCallbacks(execute=True):
        submit_result(
            indicator=indicator,
            quarter=quarter,
            given=ResultGiven(value=VALUES[rag]),
            today=TODAY,
            by=indicator.accountable_manager,
        )


@pytest.fixture
def second_red(division, manager):
    """AS-1 red in Q1, which is closed, and again in Q2, which is open; AS-2 and AS-3 still to give."""
    indicators = [measured(division, manager, f"AS-{number}") for number in (1, 2, 3)]
    for each, rag in zip(indicators, (Rag.RED, Rag.GREEN, Rag.AMBER), strict=True):
        submit(each, Q1, rag)
    close_quarter(quarter=Q1, today=TODAY, by=None)
    submit(indicators[0], Q2, Rag.RED)
    return indicators[0]


def facts_of(reader):
    found = home_page(reader=reader, today=TODAY).facts
    return found and [(each.figure, each.words, each.tone.value) for each in found.facts]


OPEN = ("1 of 3", "results in for Q2 2011/12", "none")
TO_PAT = ("1", "would go to PAT at the close", "red")
RED = ("1", "red in Q1 2011/12", "red")
COUNTED = {"red": 1, "amber": 1, "green": 1, "not_rated": 0}
NOTHING_LATE = ("0", "action plans and actions overdue", "green")


def test_each_home_begins_with_its_own_facts(second_red, division, manager):
    director = holder(PostKind.DIRECTOR, unit=division)
    officer = holder(PostKind.PERFORMANCE_OFFICER, unit=CouncilFactory())
    manager_facts = [OPEN, ("2", "to give for Q2 2011/12", "amber"), TO_PAT, RED]

    assert facts_of(manager) == manager_facts
    assert facts_of(director) == [OPEN, TO_PAT, RED, NOTHING_LATE]
    assert facts_of(officer) == [OPEN, TO_PAT, RED, NOTHING_LATE]


def test_what_was_sent_back_is_to_be_given_again(second_red, manager):
    Result.objects.filter(indicator=second_red, quarter=Q2).update(state=ResultState.RETURNED)
    assert facts_of(manager)[:2] == [
        ("0 of 3", "results in for Q2 2011/12", "none"),
        ("3", "to give for Q2 2011/12", "amber"),
    ]


def test_a_director_sees_each_part_as_it_stood_and_what_would_follow(second_red, division, client):
    director = holder(PostKind.DIRECTOR, unit=division.parent)
    strips = home_page(reader=director, today=TODAY).strips
    assert [(each.name, each.depth, each.counts, each.note) for each in strips] == [
        (division.parent.name, 0, COUNTED, "1 to PAT, 2 missing"),
        ("Adult care", 1, COUNTED, "1 to PAT, 2 missing"),
    ]
    client.force_login(director)
    assert "Your units" in client.get(reverse("home")).content.decode()


def test_a_chair_begins_with_what_is_before_the_next_meeting(second_red, division):
    team = TeamFactory()
    chair = chair_of(team)
    meeting = MeetingFactory(team=team, meets_on=date(2011, 11, 14), quarter=Q1)
    assert facts_of(chair) == [
        ("1", "may be called in", "none"),
        ("0", "called in", "none"),
        ("1", "undecided", "amber"),
        ("0", "agreed actions overdue", "green"),
    ]

    call_in = CallInFactory(meeting=meeting, indicator=second_red)
    AgreedActionFactory(call_in=call_in, due_on=date(2011, 10, 19))
    assert facts_of(chair) == [
        ("1", "may be called in", "none"),
        ("1", "called in", "none"),
        ("0", "undecided", "green"),
        ("1", "agreed action overdue", "red"),
    ]


@pytest.mark.parametrize("kind", [PostKind.MEMBER, PostKind.CABINET_MEMBER, None])
def test_members_and_whoever_holds_no_office_begin_with_what_is_published(second_red, kind):
    reader = holder(kind, unit=CouncilFactory()) if kind else UserFactory()
    assert facts_of(reader) is None

    edition = EditionFactory(published=True)
    counts = edition.public_document["counts"]
    worse = len(edition.public_document["changes"]["newly_red"])
    assert facts_of(reader) == [
        *((str(counts[each]), each, each) for each in ("red", "amber", "green")),
        (str(worse), "newly red since the quarter before", "red" if worse else "none"),
    ]


def test_before_anything_is_measured_there_is_nothing_to_count(client, division, manager):
    """And nobody is shown an empty frame, or a nought of nothing."""
    for reader in (manager, holder(PostKind.PERFORMANCE_OFFICER, unit=CouncilFactory())):
        assert facts_of(reader) is None
        client.force_login(reader)
        assert "kcc-facts" not in client.get(reverse("home")).content.decode()


def test_the_facts_take_as_many_queries_for_twenty_indicators_as_for_one(
    second_red, division, manager
):
    def counted(reader):
        with CaptureQueriesContext(connection) as queries:
            home_page(reader=reader, today=TODAY)
        return len(queries)

    director = holder(PostKind.DIRECTOR, unit=division)
    counted(manager), counted(director)  # what is asked once and kept
    few = counted(manager), counted(director)
    for number in range(4, 21):
        measured(division, manager, f"AS-{number}")
    update_all_close_previews(by=None)
    assert (counted(manager), counted(director)) == few


def test_each_fact_leads_to_a_page_that_opens(client, second_red, division, manager):
    people = [
        manager,
        holder(PostKind.DIRECTOR, unit=division),
        holder(PostKind.PERFORMANCE_OFFICER, unit=CouncilFactory()),
        chair_of(TeamFactory()),
    ]
    for reader in people:
        client.force_login(reader)
        for fact in home_page(reader=reader, today=TODAY).facts.facts:
            response = client.get(fact.address.partition("#")[0])
            assert response.status_code == 200, (reader.name, fact)
