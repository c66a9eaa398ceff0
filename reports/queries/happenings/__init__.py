"""What happened to an indicator about one escalation: results, referral, plans, what was done."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from reports.queries.happenings.happening import Happening, Telling
from reports.queries.happenings.improving import told_of_handling, told_of_plans
from reports.queries.happenings.ladder import told_of_ladder
from reports.queries.happenings.results import told_of_results

__all__ = ["Happening", "Telling", "told_of"]


def told_of(telling: Telling) -> Iterator[Happening]:
    """Everything but the meetings, in no order."""
    return chain(
        told_of_results(telling),
        told_of_ladder(telling),
        told_of_plans(telling),
        told_of_handling(telling),
    )
