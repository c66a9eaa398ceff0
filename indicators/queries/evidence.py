"""The files kept with a result, and who may have them."""

from __future__ import annotations

from core.quarters import Quarter
from indicators.models.definitions import Indicator
from indicators.models.results import Revision
from indicators.models.returns import Evidence
from organisation.models.people import User


def evidence_for(indicator: Indicator, quarter: Quarter) -> list[Evidence]:
    """The files that stand with one indicator's result, in the order in which they came."""
    rows = Evidence.objects.filter(indicator=indicator, quarter=quarter, removed_at=None)
    return list(rows.select_related("uploaded_by"))


def is_removable(evidence: Evidence) -> bool:
    """Whether the result has not been submitted since the file came."""
    return not Revision.objects.filter(
        result__indicator=evidence.indicator_id,
        result__quarter=evidence.quarter,
        submitted_at__gte=evidence.uploaded_at,
    ).exists()


def may_read_evidence(user: User, indicator: Indicator) -> bool:
    """Those who answer for the result, those who sign it off, and the centre: nobody else.

    Evidence may name people whom the figure does not.
    """
    one = Indicator.objects.filter(pk=indicator.pk)
    return one.answerable_by(user).exists() or one.directed_by(user).exists()
