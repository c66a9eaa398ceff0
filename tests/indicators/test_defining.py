"""Defining an indicator otherwise, and setting its target: what follows and what stays."""

from datetime import date
from decimal import Decimal

import pytest

from core.models.audit import AuditEvent
from core.quarters import Quarter
from escalation.services.closing import close_quarter
from indicators.models.ratings import Rating
from indicators.rules.entry import ResultGiven
from indicators.services.definitions import redefine_indicator, set_target, suspend_indicator
from indicators.services.results import submit_result
from sorp.lexicon import RatingMethod
from tests.factories import IndicatorFactory, TargetFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sorp_in_force")]
Q1, Q2 = Quarter(2011, 1), Quarter(2011, 2)
TODAY = date(2011, 11, 1)


@pytest.fixture
def indicator():
    """85 in both quarters, against a target of 90 and a floor of 80: amber. Q1 is closed."""
    indicator = IndicatorFactory()
    TargetFactory(indicator=indicator)
    for quarter in (Q1, Q2):
        submit_result(
            indicator=indicator,
            quarter=quarter,
            given=ResultGiven(value=Decimal(85)),
            today=TODAY,
            by=indicator.accountable_manager,
        )
    close_quarter(quarter=Q1, today=TODAY, by=None)
    return indicator


def rags(indicator):
    latest = Rating.objects.latest_ones().filter(indicator=indicator)
    return {rating.quarter.key: rating.rag or rating.not_rated for rating in latest}


def new_target(indicator, quarter, **limits):
    return set_target(
        indicator=indicator,
        from_quarter=quarter,
        reason="Too hard",
        approved_by="Cabinet",
        by=None,
        **limits,
    )


def test_a_new_target_changes_the_open_quarter_and_leaves_the_closed_one_its_colour(indicator):
    new_target(indicator, Q2, target=Decimal(84), floor=Decimal(80))

    assert rags(indicator) == {"2011-Q1": "amber", "2011-Q2": "green"}
    kept = Rating.objects.latest_ones().get(quarter=Q1)
    assert (kept.target, kept.floor) == (90, 80)


def test_a_target_from_a_closed_quarter_is_refused_in_words(indicator):
    with pytest.raises(ValueError, match="Q1 2011/12 is closed: set the target from Q2 2011/12"):
        new_target(indicator, Q1, target=Decimal(84), floor=Decimal(80))

    assert rags(indicator) == {"2011-Q1": "amber", "2011-Q2": "amber"}


def test_a_floor_better_than_the_target_is_refused_and_nothing_is_kept(indicator):
    with pytest.raises(ValueError, match="floor standard no better than the target"):
        new_target(indicator, Q2, target=Decimal(84), floor=Decimal(95))

    assert indicator.targets.count() == 1


def test_redefining_records_what_was_and_what_is_and_leaves_closed_quarters(indicator):
    redefine_indicator(
        indicator=indicator, method=RatingMethod.TOLERANCE, tolerance=Decimal(10), by=None
    )

    assert rags(indicator) == {"2011-Q1": "amber", "2011-Q2": "amber"}
    stored = {each.quarter.key: each.method for each in Rating.objects.latest_ones()}
    assert stored == {"2011-Q1": "floor", "2011-Q2": "tolerance"}
    event = AuditEvent.objects.get(act="redefined indicator")
    assert event.detail["method"] == {"was": "floor", "is": "tolerance"}


def test_redefining_to_what_it_is_already_records_nothing(indicator):
    redefine_indicator(indicator=indicator, title=indicator.title, by=None)

    assert not AuditEvent.objects.filter(act="redefined indicator").exists()


def test_a_suspended_indicator_is_not_rated_whatever_was_submitted(indicator):
    suspend_indicator(
        indicator=indicator,
        from_quarter=Q2,
        until_quarter=Q2,
        reason="The system is being replaced",
        approved_by="Director of Highways",
        by=None,
    )

    assert rags(indicator) == {"2011-Q1": "amber", "2011-Q2": "suspended"}


def test_a_closed_quarter_is_not_suspended_after_the_fact(indicator):
    with pytest.raises(ValueError, match="Q1 2011/12 is closed"):
        suspend_indicator(
            indicator=indicator,
            from_quarter=Q1,
            until_quarter=None,
            reason="It looks bad",
            approved_by="Nobody",
            by=None,
        )
