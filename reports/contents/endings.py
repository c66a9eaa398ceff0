"""What a report says of what is no longer measured, of figures that came late, and of definitions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.timezone import localtime

from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from escalation.models.escalations import Escalation
from indicators.models.definitions import Awaited, DefinitionChange, Indicator
from indicators.models.ratings import Rating
from indicators.models.results import Revision
from reports.rules.counting import REPORTED_LEVELS
from sorp.lexicon import Kind, Layer, NotRated, Tier


def as_successor(indicator: Indicator) -> dict[str, Any]:
    """What replaces an indicator; nothing where nothing does."""
    if indicator.successor is None:
        return {}
    return {
        "successor": {
            "reference": indicator.successor.reference,
            "title": indicator.successor.title,
            "is_comparable": indicator.successor_is_comparable,
        }
    }


def endings(indicators: Iterable[Indicator], quarter: Quarter) -> dict[int, dict[str, Any]]:
    """What else is said of each: its end, its definition's versions, a figure awaited or now known."""
    known = list(indicators)
    found: dict[int, dict[str, Any]] = {
        each.pk: {
            **({"last_quarter": each.last_quarter.key} if each.last_quarter else {}),
            **as_successor(each),
        }
        for each in known
    }
    keys = list(found)
    changes: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for change in DefinitionChange.objects.filter(indicator__in=keys):
        changes[change.indicator_id].append(_as_change(change))
    for pk, told in changes.items():
        found[pk]["definition_changes"] = told
    for row in Awaited.objects.filter(indicator__in=keys, quarter=quarter):
        found[row.indicator_id]["awaited"] = {
            "publisher": row.publisher,
            "until": row.until.isoformat(),
        }
    for pk, told in _now_known(keys, quarter).items():
        found[pk]["now_known"] = told
    return found


def _as_change(change: DefinitionChange) -> dict[str, Any]:
    return {
        "number": change.number,
        "changed_on": localtime(change.changed_at).date().isoformat(),
        "reason": change.reason,
        **({"break_from": change.break_from.key} if change.break_from else {}),
        "parts": [{"part": part, "was": was, "is": said} for part, was, said in change.parts],
    }


def _now_known(indicators: list[int], quarter: Quarter) -> dict[int, list[dict[str, str]]]:
    """The figures of earlier quarters that came, from their publisher, since the last close."""
    closed = {
        row.quarter: row.closed_at
        for row in ReportingQuarter.objects.filter(
            quarter__in=[quarter, quarter.previous()], closed_at__isnull=False
        )
    }
    since, until = closed.get(quarter.previous()), closed.get(quarter)
    if since is None or until is None:
        return {}
    rows = {
        (row.indicator_id, row.quarter): row.publisher
        for row in Awaited.objects.filter(indicator__in=indicators, quarter__lt=quarter)
    }
    first: dict[tuple[int, Quarter], datetime] = {}
    given = Revision.objects.filter(
        result__indicator__in=indicators,
        result__quarter__in={each for _, each in rows},
        value__isnull=False,
    ).order_by("number")
    for pk, of, at in given.values_list("result__indicator", "result__quarter", "submitted_at"):
        if at is not None:
            first.setdefault((pk, of), at)
    found: dict[int, list[dict[str, str]]] = defaultdict(list)
    for (pk, of), publisher in sorted(rows.items()):
        came_at = first.get((pk, of))
        if came_at is not None and since < came_at <= until:
            found[pk].append({"quarter": of.key, "publisher": publisher})
    return found


def no_longer_measured(quarter: Quarter) -> list[dict[str, Any]]:
    """Each indicator of the report that ended before its quarter, in order of reference.

    `said_in` is the quarter whose report says so, once: the first closed after the last quarter, or
    after it was said that it was the last.
    """
    referred = Escalation.objects.filter(level__in=REPORTED_LEVELS, opened_in__lte=quarter)
    ended = list(
        Indicator.objects.filter(last_quarter__lt=quarter)
        .filter(
            Q(layer__in=[Layer.STRATEGY, Layer.CORE])
            | Q(kind__in=[Kind.ACTIVITY, Kind.DATA], tier=Tier.CORPORATE)
            | Q(pk__in=referred.values("indicator"))
        )
        .select_related("successor")
        .order_by("reference")
    )
    if not ended:
        return []
    keys = [each.pk for each in ended]
    closes = sorted(
        (row.quarter, row.closed_at)
        for row in ReportingQuarter.objects.filter(quarter__lte=quarter)
        if row.closed_at is not None
    )
    latest: dict[int, Rating] = {}
    rated = Rating.objects.latest_ones().filter(indicator__in=keys, quarter__lte=quarter)
    for rating in rated.order_by("quarter"):
        own_last = next(each.last_quarter for each in ended if each.pk == rating.indicator_id)
        if own_last is not None and rating.quarter <= own_last and _says_something(rating):
            latest[rating.indicator_id] = rating
    levels: dict[int, set[str]] = defaultdict(set)
    for row in Escalation.objects.filter(indicator__in=keys, ended_in__lte=quarter):
        levels[row.indicator_id].add(row.level)
    said = {
        change.indicator_id: change
        for change in DefinitionChange.objects.filter(indicator__in=keys)
        if "last_quarter" in change.changes
    }
    return [
        _ended(each, latest.get(each.pk), levels[each.pk], said.get(each.pk), closes)
        for each in ended
    ]


def _says_something(rating: Rating) -> bool:
    return bool(rating.rag) or rating.not_rated in (
        *(NotRated.ABOVE, NotRated.WITHIN, NotRated.BELOW),
        NotRated.DATA_ONLY,
    )


def _ended(
    indicator: Indicator,
    last: Rating | None,
    levels: set[str],
    change: DefinitionChange | None,
    closes: list[tuple[Quarter, datetime]],
) -> dict[str, Any]:
    assert indicator.last_quarter is not None
    said_in = indicator.last_quarter.next()
    if change is not None:
        after = (each for each, at in closes if each >= said_in and at > change.changed_at)
        said_in = next(after, said_in)
    return {
        "reference": indicator.reference,
        "title": indicator.title,
        "last_quarter": indicator.last_quarter.key,
        "said_in": said_in.key,
        "last_status": (last.rag or last.not_rated) if last else "",
        **({"last_status_in": last.quarter.key} if last else {}),
        "referred_to": sorted(levels),
        "reason": change.reason if change else "",
        **as_successor(indicator),
    }
