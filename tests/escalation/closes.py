"""Quarters reported and closed on the day on which the council would have closed them."""

from __future__ import annotations

from datetime import date, timedelta

import time_machine

from core.quarters import Quarter
from core.working_days import working_day_after
from escalation.services.closing import close_quarter
from indicators.rules.entry import ResultGiven
from indicators.services.results import submit_result
from sorp.lexicon import Rag
from tests.factories import VALUES, IndicatorFactory, TargetFactory

RAGS = {"R": Rag.RED, "A": Rag.AMBER, "G": Rag.GREEN}
FIRST = Quarter(2011, 1)


def measured(**fields):
    """An indicator with a target of 90 and 80 as its floor."""
    return TargetFactory(indicator=IndicatorFactory(**fields)).indicator


def closes_on(quarter: Quarter) -> date:
    """The twentieth working day after a quarter."""
    return working_day_after(quarter.last_day, 20)


def report(quarter: Quarter, results, *, closing=True):
    """Each indicator's letter is its result; then the quarter is closed, on its day."""
    day = closes_on(quarter)
    with time_machine.travel(f"{day - timedelta(2)}T09:00:00+00:00", tick=False):
        for indicator, letter in results.items():
            submit_result(
                indicator=indicator,
                quarter=quarter,
                given=ResultGiven(value=VALUES[RAGS[letter]]),
                today=day,
                by=indicator.accountable_manager,
            )
    if closing:
        with time_machine.travel(f"{day}T09:00:00+00:00", tick=False):
            close_quarter(quarter=quarter, today=day, by=None)
    return day


def reported(indicator, picture, *, since=FIRST):
    """One indicator's picture, a quarter a letter, each closed. Returns the last quarter."""
    quarter = since
    for letter in picture:
        report(quarter, {indicator: letter})
        quarter = quarter.next()
    return quarter.previous()
