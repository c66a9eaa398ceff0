"""The headline counts and what changed since last quarter.

What is counted are key performance indicators: of kind *kpi*, in layer 1 or 2 of the report.
Five counts, which always sum to the number of indicators: green, amber, red, not rated, and green
on figures older than the indicator's declared lag, which may not be counted as green.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypedDict

from core.canonical_json import canonical
from reports.rules.history import Rating, in_quarter, rated_before
from sorp.lexicon import Travel

Indicator = Mapping[str, Any]
COUNTED = ("green", "amber", "red", "stale", "not_rated")
FOLLOWS = ("edition", "sentences")  # the sentences follow from the rest, and from the day
REPORTED_LEVELS = ("pat", "cabinet")


class Changes(TypedDict):
    """What is different from the quarter before. Each is a list of references, in order."""

    newly_red: list[str]
    newly_green: list[str]
    newly_escalated: list[str]
    no_longer_escalated: list[str]
    not_submitted: list[str]
    late: list[str]


def is_counted(indicator: Indicator) -> bool:
    return indicator["kind"] == "kpi" and indicator["layer"] in ("strategy", "core")


def counts(indicators: Iterable[Indicator], quarter: str) -> dict[str, int]:
    """How many are green, amber, red, green on old figures, and not rated; and the total."""
    found = Counter(_counted_as(in_quarter(each, quarter)) for each in indicators)
    return {**{key: found[key] for key in COUNTED}, "total": found.total()}


def _counted_as(rating: Rating | None) -> str:
    if rating is None or rating["rag"] is None:
        return "not_rated"
    return "stale" if rating["rag"] == "green" and rating["stale"] else rating["rag"]


def counts_by(
    indicators: Sequence[Indicator], quarter: str, group_of: Callable[[Indicator], str]
) -> list[dict[str, Any]]:
    """The same counts for each group, in the order in which groups first appear."""
    groups: dict[str, list[Indicator]] = {}
    for each in indicators:
        groups.setdefault(group_of(each), []).append(each)
    return [{"group": group, **counts(members, quarter)} for group, members in groups.items()]


def travel_counts(indicators: Iterable[Indicator], quarter: str) -> dict[str, int]:
    """How many travel each way. One of which nothing was said has not enough data."""
    ratings = (in_quarter(each, quarter) for each in indicators)
    found = Counter(
        rating["travel"] if rating else Travel.NOT_ENOUGH_DATA.value for rating in ratings
    )
    return {travel.value: found[travel.value] for travel in Travel}


def changes(indicators: Iterable[Indicator], quarter: str) -> Changes:
    """What is different from the quarter before, over every indicator of the report."""
    found = Changes(
        newly_red=[],
        newly_green=[],
        newly_escalated=[],
        no_longer_escalated=[],
        not_submitted=[],
        late=[],
    )
    for each in indicators:
        for change in _changes_of(each, quarter):
            found[change].append(each["reference"])  # type: ignore[literal-required]
    return found


def _changes_of(indicator: Indicator, quarter: str) -> list[str]:
    now, was = in_quarter(indicator, quarter), rated_before(indicator, quarter)
    rag, previous = (now or {}).get("rag"), (was or {}).get("rag")
    reported = [each for each in indicator["escalations"] if each["level"] in REPORTED_LEVELS]
    truths = {
        "newly_red": rag == "red" and previous != "red",
        "newly_green": rag == "green" and previous in ("amber", "red"),
        "newly_escalated": any(each["opened_in"] == quarter for each in reported),
        "no_longer_escalated": any(each["recovered_in"] == quarter for each in reported),
        "not_submitted": bool(now and now["not_rated"] == "no_result"),
        "late": bool(now and now["late"]),
    }
    return [change for change, is_true in truths.items() if is_true]


def is_referred_up(indicator: Indicator) -> bool:
    """Whether it stands in the third layer: escalated to PAT or Cabinet, and not recovered."""
    return any(
        each["level"] in REPORTED_LEVELS and is_open(each) for each in indicator["escalations"]
    )


def is_open(escalation: Mapping[str, Any]) -> bool:
    """Whether an escalation of an edition neither recovered nor ended with its indicator."""
    return escalation["recovered_in"] is None and escalation.get("ended_in") is None


def same_content(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two editions say the same, whatever their numbers and the days they were frozen."""

    def content(document: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in document.items() if key not in FOLLOWS}

    return canonical(content(one)) == canonical(content(other))
