"""The quarter on one page: the council tonight beside its last close, as far as each reader sees it."""

from __future__ import annotations

import html
import re
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
from dashboards.queries.open_quarter import MOST_UP, Shortened, open_quarter_sheet
from escalation.services.close_previews import update_all_close_previews
from escalation.services.closing import close_quarter
from indicators.models.calendar import CalendarDay
from indicators.models.results import Result
from indicators.rules.entry import ResultGiven
from indicators.rules.returns import ResultState
from indicators.services.results import submit_result
from organisation.models.people import User
from organisation.rules import PostKind, Sight, UnitTier
from sorp.lexicon import Rag, Step, Tier
from tests.assurance.factories import (
    ActionFactory,
    ActionPlanFactory,
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
    IndicatorFactory,
    OfficeSightFactory,
    TargetFactory,
    UnitFactory,
    holder,
)
from tests.reports.factories import EditionFactory

pytestmark = pytest.mark.django_db
Q1, Q2 = Quarter(2011, 1), Quarter(2011, 2)
TODAY = date(2011, 12, 1)
SECOND_RED = "Second red running: goes to PAT at the close, by clause 4.1"
# What stands on the page, and in which words.
PARTS = {
    "tonight": "1 newly red",
    "closed": "Before: Q1 2011/12, closed",
    "goes up": SECOND_RED,
    "missing": "1 would go up; 1 missing: Ada Martin",
    "plans": "Recruit two engineers Head of Highways: was due on 30 November 2011",
    "called in": "1 called in",
    "whom": "Reviews AS-4",
    "day of PAT": "Next PAT: Wednesday 14 December 2011",
    "published": "Q4 2022/23, published on 15 May 2023",
}
OFFICER = {*PARTS} - {"published", "whom"}


@pytest.fixture(autouse=True)
def in_december():
    with time_machine.travel("2011-12-01 10:00 +0000", tick=False):
        yield


def measured(reference, manager, unit):
    indicator = IndicatorFactory(
        reference=reference,
        title=f"Reviews {reference}",
        unit=unit,
        accountable_manager=manager,
        tier=Tier.DIRECTORATE,
    )
    return TargetFactory(indicator=indicator).indicator


def submit(indicator, quarter, rag):
    with TestCase.captureOnCommitCallbacks(execute=True):
        submit_result(
            indicator=indicator,
            quarter=quarter,
            given=ResultGiven(value=VALUES[rag]),
            today=TODAY,
            by=indicator.accountable_manager,
        )


@pytest.fixture
def council(db):
    """Red twice, red for the first time, one missing, one green; a late action, PAT to come, a report."""
    version_of(trigger("Red for two quarters", Rag.RED, 2, 2, clause="4.1"))
    unit = UnitFactory(code="ASC", name="Adult social care")
    manager = holder(PostKind.ACCOUNTABLE_MANAGER, unit=unit, name="Ada Martin")
    twice, once, silent, well = (measured(f"AS-{n}", manager, unit) for n in (1, 2, 3, 4))
    for quarter, rags in ((Q1, "RG-G"), (Q2, "RR-G")):
        open_quarter(quarter=quarter, today=TODAY, by=None)
        ReportingQuarter.objects.filter(quarter=quarter).update(begun_at=now())
        for indicator, letter in zip((twice, once, silent, well), rags, strict=True):
            if letter != "-":
                submit(indicator, quarter, {"R": Rag.RED, "G": Rag.GREEN}[letter])
        if quarter == Q1:
            close_quarter(quarter=quarter, today=TODAY, by=None)
    CalendarDay.objects.create(quarter=Q2, step=Step.CLOSE, due_on=date(2011, 12, 9))
    ActionFactory(plan=ActionPlanFactory(indicator=twice), due_on=date(2011, 11, 30))
    meeting = MeetingFactory(meets_on=date(2011, 12, 14), quarter=Q1)
    CallInFactory(meeting=meeting, indicator=well)
    EditionFactory(published=True)
    return twice


def page_of(client, reader):
    client.force_login(reader)
    response = client.get(reverse("open_quarter"))
    assert response.status_code == 200
    main = re.search(r"<main.*?</main>", response.content.decode(), re.S)[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def test_each_reader_finds_what_their_office_sees_and_nothing_more(client, council):
    """One table of people. A Member sees by the stage that the council set; by default what is published."""
    everyone = CouncilFactory()
    Result.objects.filter(indicator=council, quarter=Q2).update(state=ResultState.APPROVED)
    readers = {
        "the managing director": (holder(PostKind.MANAGING_DIRECTOR, unit=everyone), OFFICER),
        "the chair of PAT": (chair_of(TeamFactory()), OFFICER | {"whom"}),
        "a performance officer": (
            holder(PostKind.PERFORMANCE_OFFICER, unit=everyone),
            OFFICER | {"whom"},
        ),
        "the Leader, of whom nothing is said": (
            holder(PostKind.LEADER, unit=everyone),
            {"published", "day of PAT"},
        ),
        "the Cabinet Member who reads PAT's papers": (
            holder(PostKind.CABINET_MEMBER_PERFORMANCE, unit=everyone),
            {"published", "day of PAT", "called in", "whom"},
        ),
        "a Member who sees what is closed": (
            holder(PostKind.MEMBER, unit=everyone),
            {"closed", "plans", "day of PAT"},
        ),
        "a chair who sees what is signed off": (
            holder(PostKind.POSC_CHAIR, unit=everyone),
            {"closed", "goes up", "plans", "day of PAT"},
        ),
    }
    OfficeSightFactory(office=PostKind.MEMBER, sight=Sight.CLOSED)
    OfficeSightFactory(office=PostKind.POSC_CHAIR, sight=Sight.SIGNED_OFF)

    found = {
        who: {part for part, words in PARTS.items() if words in page_of(client, reader)}
        for who, (reader, _) in readers.items()
    }

    assert found == {who: expected for who, (_, expected) in readers.items()}


def test_tonight_is_counted_as_the_close_would_count_it(council):
    reader = holder(PostKind.MANAGING_DIRECTOR, unit=CouncilFactory())

    sheet = open_quarter_sheet(reader=reader, today=TODAY)

    assert dict(sheet.closed.counts) == {"green": 2, "amber": 0, "red": 1, "not_rated": 1}
    assert dict(sheet.tonight.counts) == {"green": 1, "amber": 0, "red": 2, "not_rated": 1}
    assert [each.step for each in sheet.days] == [Step.CLOSE]


def test_green_on_figures_that_are_too_old_is_not_counted_as_green_tonight(council):
    """As no closed quarter counts it."""
    indicator = measured("AS-5", council.accountable_manager, council.unit)
    with TestCase.captureOnCommitCallbacks(execute=True):
        submit_result(
            indicator=indicator,
            quarter=Q2,
            given=ResultGiven(value=VALUES[Rag.GREEN], data_quarter=Quarter(2009, 1)),
            today=TODAY,
            by=indicator.accountable_manager,
        )
    reader = holder(PostKind.MANAGING_DIRECTOR, unit=CouncilFactory())

    sheet = open_quarter_sheet(reader=reader, today=TODAY)

    assert dict(sheet.tonight.counts) == {"green": 1, "amber": 0, "red": 2, "not_rated": 2}


def test_it_is_marked_as_not_closed_and_never_public(client, council):
    text = page_of(client, holder(PostKind.DIRECTOR, unit=council.unit))

    assert "Now: Q2 2011/12, not closed" in text
    assert "Not closed. Worked out from the SORP’s rules" in text
    client.logout()
    assert client.get(reverse("open_quarter")).status_code == 302


def test_what_does_not_fit_on_one_side_of_paper_is_counted():
    every = list(range(MOST_UP + 5))

    short = Shortened.to(MOST_UP, every)

    assert (len(short.shown), short.more, short.all) == (MOST_UP, 5, len(every))
    assert Shortened.to(3, [1, 2, 3, 4]).more == 0, "one more takes no more room than its words"


def test_it_takes_as_many_queries_for_twenty_as_for_one(council):
    reader = holder(PostKind.MANAGING_DIRECTOR, unit=CouncilFactory())
    counts = []
    for more in (1, 19):
        for number in range(more):
            red = measured(f"BS-{more}-{number}", council.accountable_manager, council.unit)
            submit(red, Q2, Rag.RED)
            ActionFactory(plan=ActionPlanFactory(indicator=red), due_on=date(2011, 11, 30))
        with CaptureQueriesContext(connection) as asked:
            sheet = open_quarter_sheet(reader=User.objects.get(pk=reader.pk), today=TODAY)
            for each in sheet.goes_up.shown:
                str(each.indicator.accountable_manager)
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_on_an_empty_council_it_says_what_will_be_there(client):
    text = page_of(client, holder(PostKind.PERFORMANCE_OFFICER, unit=CouncilFactory()))

    assert "No quarter is open." in text
    assert "No quarter is closed yet." in text


def test_a_unit_of_the_council_is_its_directorate_on_the_sheet(council):
    division = UnitFactory(
        code="OP", tier=UnitTier.DIVISION, parent=council.unit, name="Older people"
    )
    measured("OP-1", council.accountable_manager, division)
    reader = holder(PostKind.MANAGING_DIRECTOR, unit=CouncilFactory())
    submit(council, Q2, Rag.RED)
    update_all_close_previews(by=None)

    (strip,) = open_quarter_sheet(reader=reader, today=TODAY).directorates.shown

    assert (strip.name, strip.note) == (
        "Adult social care",
        "1 would go up; 2 missing: Ada Martin",
    )
    assert strip.counts == {"green": 1, "amber": 0, "red": 2, "not_rated": 2}
