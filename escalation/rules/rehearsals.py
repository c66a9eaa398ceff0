"""What a rehearsal finds: a closed quarter closed again by other rules, beside what its close did.

Only that quarter is judged anew. What stood open before it stands as it is on record, the quarters
before it keep what was said of them, and statuses follow each indicator's own thresholds, which no
version of the SORP changes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from core.quarters import Quarter
from core.words import Word
from escalation.rules.ladder import CloseOutcome, Episode, Origin, close
from escalation.rules.triggers import Rules
from escalation.rules.variations import Varied, varied_rules
from sorp.lexicon import CountedFrom, Level, Rag, Tier, Travel, TravelMethod
from sorp.rules.calendar import DayRule
from sorp.rules.figures import Figure

IN_THE_REPORT = (Level.PAT, Level.CABINET)  # what stands open there is the report's third layer


class Against(Word):
    """How something that would have happened compares with the record."""

    ONLY_NOW = "only_now", "Only under this version"
    ONLY_THEN = "only_then", "Only as it was"
    SAME = "same", "As it was"


@dataclass(frozen=True, slots=True)
class RehearsedIndicator:
    """One indicator that was rated in the quarter, with all that its close depends on."""

    reference: str
    title: str
    directorate: str
    tier: Tier
    history: tuple[Figure, ...]  # as it was judged, ending with the quarter
    travel: Travel | None  # in the quarter, by the method of the version that is rehearsed
    recorded: tuple[Episode, ...] = ()
    varied: tuple[Varied, ...] = ()

    @property
    def figure(self) -> Figure:
        """What the quarter says of it."""
        return self.history[-1]


def before_close(recorded: Iterable[Episode], quarter: Quarter) -> tuple[Episode, ...]:
    """What was on record before a quarter was closed: what ended in it or later was open still."""
    return tuple(
        replace(
            each,
            recovered_in=_if_before(each.recovered_in, quarter),
            ended_in=_if_before(each.ended_in, quarter),
        )
        for each in recorded
        if each.opened_in < quarter
    )


def _if_before(ended: Quarter | None, quarter: Quarter) -> Quarter | None:
    return ended if ended is not None and ended < quarter else None


def open_after(recorded: Iterable[Episode], quarter: Quarter) -> frozenset[Level]:
    """The levels at which something stood open once a quarter was closed."""
    return frozenset(
        each.level
        for each in recorded
        if each.opened_in <= quarter and (each.left_in is None or each.left_in > quarter)
    )


@dataclass(frozen=True, slots=True)
class RehearsedClose:
    """What closing the quarter did to one indicator, and what it would have done."""

    indicator: RehearsedIndicator
    opened_then: tuple[Episode, ...]
    opened_now: tuple[Episode, ...]
    recovered_then: tuple[Episode, ...]
    recovered_now: tuple[Episode, ...]
    open_then: frozenset[Level]
    open_now: frozenset[Level]


def rehearse_close(indicator: RehearsedIndicator, rules: Rules, quarter: Quarter) -> RehearsedClose:
    """Close one indicator's quarter by the rules given, beside what is on record of its close.

    What a person referred up in the quarter stands either way: no rule did it. What a revision
    showed never to have been due (opened and recovered in the quarter) did not open.
    """
    record = indicator.recorded
    figures = (*indicator.history[:-1], replace(indicator.figure, travel=indicator.travel))
    outcome: CloseOutcome = close(
        figures,
        before_close(record, quarter),
        varied_rules(lambda _: rules, indicator.varied),
        indicator.tier,
    )
    by_hand = [each for each in record if each.origin is Origin.MANUAL]
    return RehearsedClose(
        indicator=indicator,
        opened_then=tuple(
            each
            for each in record
            if each.opened_in == quarter
            and each.left_in != quarter
            and each.origin is not Origin.MANUAL
        ),
        opened_now=outcome.opened,
        recovered_then=tuple(
            each for each in record if each.opened_in < quarter and each.recovered_in == quarter
        ),
        recovered_now=outcome.recovered,
        open_then=open_after(record, quarter),
        open_now=open_after(outcome.episodes, quarter)
        | open_after((each for each in by_hand if each.opened_in == quarter), quarter),
    )


def compared(then: Sequence[Episode], now: Sequence[Episode]) -> list[tuple[Against, Episode]]:
    """What opened (or recovered) at each level, then and now, in order of level.

    An escalation is the same where it is at the same level; then the record's own words stand.
    """
    was, would_be = ({each.level: each for each in side} for side in (then, now))
    found = []
    for level in Level:
        if level in was and level in would_be:
            found.append((Against.SAME, was[level]))
        elif level in was:
            found.append((Against.ONLY_THEN, was[level]))
        elif level in would_be:
            found.append((Against.ONLY_NOW, would_be[level]))
    return found


def rehearse(
    indicators: Sequence[RehearsedIndicator],
    rules: Rules,
    *,
    quarter: Quarter,
    version: str,
    travel_method: TravelMethod,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, Any]:
    """The quarter closed again for each indicator, as JSON has it, with what is to be said of it.

    `ratings` counts statuses; `travel`, `opened`, `recovered` and `third_layer` are rows of what
    compares how with the record, what differs first; `open` names the levels at which each
    indicator stands, then and now.
    """
    closes = []
    for done, indicator in enumerate(indicators, start=1):
        closes.append(rehearse_close(indicator, rules, quarter))
        progress(done, len(indicators))
    found = {
        "quarter": quarter.key,
        "version": version,
        "indicators": len(indicators),
        "ratings": _statuses(indicators),
        "travel_method": travel_method.value,
        "travel": [
            {
                **_named(each),
                "then": each.figure.travel.value if each.figure.travel else None,
                "now": each.travel.value if each.travel else None,
            }
            for each in indicators
            if each.travel is not each.figure.travel
        ],
        "retravelled": sum(
            each.figure.value is not None and each.figure.travel_method is not travel_method
            for each in indicators
        ),
        "opened": _rows(closes, lambda each: compared(each.opened_then, each.opened_now)),
        "recovered": _rows(closes, lambda each: compared(each.recovered_then, each.recovered_now)),
        "third_layer": _third_layer(closes),
        "open": {
            each.indicator.reference: {
                "then": _levels(each.open_then),
                "now": _levels(each.open_now),
            }
            for each in closes
            if each.open_then or each.open_now
        },
        "not_rehearsed": [each.name for each in rules.triggers if not each.refers_an_indicator],
    }
    return found | {"summary": summary(found, travel_method)}


def _statuses(indicators: Iterable[RehearsedIndicator]) -> dict[str, int]:
    counted = Counter(each.figure.rag for each in indicators)
    return {**{rag.value: counted[rag] for rag in Rag}, "not_rated": counted[None]}


def _named(indicator: RehearsedIndicator) -> dict[str, str]:
    return {
        "reference": indicator.reference,
        "title": indicator.title,
        "directorate": indicator.directorate,
    }


def _rows(
    closes: Iterable[RehearsedClose],
    of: Callable[[RehearsedClose], Iterable[tuple[Against, Episode]]],
) -> list[dict[str, Any]]:
    rows = [
        {
            **_named(each.indicator),
            "against": against.value,
            "level": episode.level.value,
            "trigger": episode.trigger,
            "opened_in": episode.opened_in.key,
            "relapse": episode.relapse,
            "reason": episode.reason,
        }
        for each in closes
        for against, episode in of(each)
    ]
    return sorted(rows, key=_what_differs_first)


def _third_layer(closes: Iterable[RehearsedClose]) -> list[dict[str, Any]]:
    """Each indicator before PAT or Cabinet once the quarter is closed, then or now."""
    rows = []
    for each in closes:
        then, now = (
            [level for level in IN_THE_REPORT if level in side]
            for side in (each.open_then, each.open_now)
        )
        if then or now:
            against = (
                Against.SAME if then and now else Against.ONLY_NOW if now else Against.ONLY_THEN
            )
            rows.append(
                {
                    **_named(each.indicator),
                    "against": against.value,
                    "then": _levels(then),
                    "now": _levels(now),
                }
            )
    return sorted(rows, key=_what_differs_first)


def _what_differs_first(row: Mapping[str, Any]) -> int:
    return list(Against).index(Against(row["against"]))


def _levels(levels: Iterable[Level]) -> list[str]:
    return [each.value for each in sorted(levels, key=lambda level: level.height)]


# In sentences -------------------------------------------------------------------------------------


def summary(found: Mapping[str, Any], travel_method: TravelMethod) -> list[str]:
    """What was found, in sentences; every count is one of a list beside it."""
    quarter, version = Quarter.parse(found["quarter"]), found["version"]
    return [
        _of_statuses(found["ratings"], quarter),
        _of_travel(found, travel_method),
        _of_changes(found["opened"], "escalation", f"would open under version {version}", "opened"),
        _of_changes(
            found["recovered"], "escalation", f"would recover under version {version}", "recovered"
        ),
        _of_changes(
            found["third_layer"],
            "indicator",
            "would stand in the report’s third layer, before PAT or Cabinet",
            "stood there",
        ),
    ]


def _of_statuses(ratings: Mapping[str, int], quarter: Quarter) -> str:
    words = ", ".join(f"{ratings[rag.value]} {rag.label.lower()}" for rag in Rag)
    return (
        f"{quarter} would be rated as it was: {words} and {ratings['not_rated']} not rated. Statuses"
        " follow each indicator’s own thresholds, which no version changes."
    )


def _of_travel(found: Mapping[str, Any], method: TravelMethod) -> str:
    if not found["retravelled"]:
        return "Directions of travel would be found by the method by which they were."
    differ = len(found["travel"])
    return (
        f"Directions of travel would be found by another method ({method.label.lower()}): of"
        f" {_count(found['retravelled'], 'figure')}, {differ} would travel otherwise."
    )


def _of_changes(rows: Sequence[Mapping[str, Any]], noun: str, would: str, did: str) -> str:
    """Such as "5 escalations would open under version 2.0: 4 that opened, and 1 that did not"."""
    counted = Counter(row["against"] for row in rows)
    same, only_now = counted[Against.SAME.value], counted[Against.ONLY_NOW.value]
    only_then = counted[Against.ONLY_THEN.value]
    if not same and not only_now:
        return f"No {noun} {would}; {only_then or 'none'} {did}."
    sentence = f"{_count(same + only_now, noun)} {would}"
    if not only_now:
        sentence += f", as {'it' if same == 1 else 'they'} did."
    elif not same:
        sentence += ", and did not." if only_now == 1 else ", none of which did."
    else:
        sentence += f": {same} that {did}, and {only_now} that did not."
    return f"{sentence} {only_then} that {did} would not." if only_then else sentence


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


# The calendar -------------------------------------------------------------------------------------


def rehearsed_days(
    rules: Iterable[DayRule],
    as_ruled: Iterable[DayRule],
    *,
    quarter: Quarter,
    cabinet_meets_on: date | None,
) -> list[dict[str, Any]]:
    """Each step of a quarter by the calendar of a version, beside the calendar that rules it.

    A day that hangs on Cabinet's meeting is said in words alone as long as that has no day.
    """
    now = {(each.step, each.tier): each for each in sorted(rules, key=lambda each: each.order)}
    then = {(each.step, each.tier): each for each in as_ruled}
    order = sorted({**then, **now}.items(), key=lambda item: item[1].order)

    def written(rule: DayRule | None) -> dict[str, Any] | None:
        if rule is None:
            return None
        known = rule.counted_from is CountedFrom.QUARTER_END
        day = (
            rule.day(quarter.last_day, cabinet_meets_on or quarter.last_day)
            if known or cabinet_meets_on
            else None
        )
        return {"words": rule.in_words, "due_on": day.isoformat() if day else None}

    rows = []
    for key, rule in order:
        was, would_be = written(then.get(key)), written(now.get(key))
        rows.append({"step": rule.name, "then": was, "now": would_be, "same": was == would_be})
    return rows
