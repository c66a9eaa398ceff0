"""The files kept with a result, and who may have them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from core.quarters import Quarter
from indicators.models.definitions import Indicator
from indicators.models.results import Revision
from indicators.models.returns import Evidence
from indicators.queries.sight import Seen, seen_by
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


def may_read_evidence(user: User, evidence: Evidence) -> bool:
    """Whoever sees the result that it bears out, those who sign that off among them."""
    indicator = evidence.indicator_id
    return Indicator.objects.visible_to(user).filter(pk=indicator).exists() and seen_by(
        user, [indicator]
    ).shows(indicator, evidence.quarter)


def evidence_of(indicator: Indicator, seen: Seen) -> list[Evidence]:
    """The files that stand with any result of an indicator that is seen, the latest quarter's first."""
    rows = Evidence.objects.filter(indicator=indicator, removed_at=None)
    rows = rows.select_related("uploaded_by").order_by("-quarter", "uploaded_at")
    return [each for each in rows if seen.shows(indicator.pk, each.quarter)]


def evidence_by_indicator(indicators: Iterable[int], quarter: Quarter) -> dict[int, list[Evidence]]:
    """The files that stand with the results of some indicators in one quarter, in one query."""
    found: dict[int, list[Evidence]] = defaultdict(list)
    for each in Evidence.objects.filter(
        indicator__in=list(indicators), quarter=quarter, removed_at=None
    ):
        found[each.indicator_id].append(each)
    return found
