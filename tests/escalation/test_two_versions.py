"""Two versions of the SORP in one financial year: each quarter is judged by its own, for good."""

from datetime import date

import pytest
import time_machine

from core.quarters import Quarter
from escalation.models.escalations import Escalation
from escalation.services import closing
from indicators.models.ratings import Rating
from indicators.rules.entry import ResultGiven
from indicators.services.results import revise_result, submit_result
from sorp.lexicon import Rag
from sorp.models.statement import Version
from sorp.services.approval import approve_version, bring_into_force
from sorp.services.consultation import open_consultation
from tests.factories import VALUES, IndicatorFactory, TargetFactory
from tests.sorp import people
from tests.sorp.versions import draft_like

pytestmark = pytest.mark.django_db
Q1, Q2, Q3, Q4 = (Quarter(2011, number) for number in (1, 2, 3, 4))
RAGS = {"R": Rag.RED, "A": Rag.AMBER, "G": Rag.GREEN}


@pytest.fixture
def second(sorp_in_force):
    """A second version from Q3 2011/12 on, consulted on and approved: one red quarter is enough."""
    officer, director = people.officer(), people.managing_director()
    draft = draft_like(sorp_in_force, drafted_by=officer)
    draft.trigger_rules.filter(name="Red for two quarters").update(
        name="Red at once", at_least=1, within=1
    )
    open_consultation(
        version=draft,
        from_quarter=Q3,
        until=date(2011, 9, 15),
        today=date(2011, 9, 1),
        by=officer,
    )
    approved = approve_version(
        version=draft,
        from_quarter=Q3,
        approved_on=date(2011, 9, 20),
        note="",
        closed_until=Q1,
        today=date(2011, 9, 20),
        by=director,
    )
    bring_into_force(today=Q3.first_day, by=None)
    return approved


def report(indicator, picture):
    """A result a quarter from Q1 2011/12 on, each quarter closed six weeks after its end."""
    for quarter, letter in zip((Q1, Q2, Q3, Q4), picture, strict=False):
        day = date(quarter.next().first_day.year, quarter.next().first_day.month, 15)
        with time_machine.travel(day, tick=False):
            submit_result(
                indicator=indicator,
                quarter=quarter,
                given=ResultGiven(value=VALUES[RAGS[letter]]),
                today=day,
                by=None,
            )
            closing.close_quarter(quarter=quarter, today=day, by=None)


def at_pat():
    return [
        (each.opened_in, each.trigger, each.sorp_version.number)
        for each in Escalation.objects.filter(level="pat").order_by("opened_in")
    ]


@pytest.mark.parametrize(
    ("picture", "found"),
    [
        ("RG", []),  # one red under the first version refers nothing to PAT
        ("GGR", [(Q3, "Red at once", "2")]),  # one red under the second does
        ("RR", [(Q2, "Red for two quarters", "1")]),
        ("GRR", [(Q3, "Red at once", "2")]),
        ("RRGR", [(Q2, "Red for two quarters", "1"), (Q4, "Red at once", "2")]),
    ],
)
def test_each_quarter_is_judged_by_the_version_that_rules_it(second, picture, found):
    report(TargetFactory().indicator, picture)

    assert at_pat() == found


def test_every_rating_names_its_own_version(second):
    report(TargetFactory().indicator, "GGGG")

    ratings = Rating.objects.filter(is_latest=True).order_by("quarter")
    assert [each.sorp_version.number for each in ratings] == ["1", "1", "2", "2"]


def test_what_was_closed_before_is_restated_by_the_version_that_ruled_it(second):
    """A revision after the second version came in does not bring its rules into the past."""
    indicator = TargetFactory(indicator=IndicatorFactory()).indicator
    report(indicator, "GGG")

    for quarter in (Q1, Q2):
        revise_result(
            indicator=indicator,
            quarter=quarter,
            given=ResultGiven(value=VALUES[Rag.RED]),
            reason="Counted again",
            by=None,
        )
    closing.close_quarter(quarter=Q3, today=date(2012, 3, 1), by=None)

    restated = Escalation.objects.get(level="pat")
    assert (restated.opened_in, restated.trigger) == (Q2, "Red for two quarters")
    assert restated.sorp_version.number == "1"
    latest = Rating.objects.filter(is_latest=True, quarter__lt=Q3)
    assert {each.sorp_version.number for each in latest} == {"1"}


def test_which_version_rules_which_quarter_of_the_year(second):
    ruling = [Version.objects.ruling(each).first().number for each in (Q1, Q2, Q3, Q4)]

    assert ruling == ["1", "1", "2", "2"]
