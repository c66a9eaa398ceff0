"""Tasks that measure, and that hand over. Each may be run twice, to no further effect."""

from __future__ import annotations

import logging

from celery import shared_task

from core.clock import localdate
from core.quarters import Quarter
from dashboards.queries.compliance_checks import quarters_to_measure
from dashboards.services.compliance import measure_compliance as measure
from dashboards.services.leaving import make_due_departures
from sorp.queries.ruling import NoVersionInForce

logger = logging.getLogger(__name__)


@shared_task
def hand_over_due() -> int:
    """What leavers answered for is another's, from the day after their last."""
    return make_due_departures(today=localdate())


@shared_task
def measure_compliance(again: bool = True) -> int:
    """Measure how the SORP was kept in the closed quarters not yet measured; how many changed.

    `again` adds the two closed last, for what has fallen due or was revised since. A second run
    finds nothing different.
    """
    return sum(_measured(quarter) for quarter in quarters_to_measure(again=again))


def _measured(quarter: Quarter) -> bool:
    """One quarter, so that one that fails stops no other."""
    try:
        return measure(quarter=quarter, today=localdate(), by=None).changed
    except NoVersionInForce:
        return False  # nothing was required of it
    except Exception:
        logger.exception("How the SORP was kept in %s was not measured; it still will be", quarter)
        return False
