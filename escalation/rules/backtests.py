"""Back-tests: other rules replayed over every closed quarter, beside those that ruled it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from statistics import fmean, median
from typing import Any, TypeGuard

from core.quarters import Quarter
from escalation.rules.ladder import Episode, replay, with_end
from escalation.rules.referrals import as_known_at
from escalation.rules.triggers import Rules
from escalation.rules.variations import Varied, varied_rules
from sorp.lexicon import Level, Rag, Tier
from sorp.rules.conditions.base import Condition, listed
from sorp.rules.conditions.status import Status
from sorp.rules.differences import Group, rules_between
from sorp.rules.figures import Figure

RulesByQuarter = Callable[[Quarter], Rules]


@dataclass(frozen=True, slots=True)
class IndicatorRecord:
    """One indicator: how it was rated quarter by quarter, and what is on record of it."""

    reference: str
    title: str
    directorate: str
    tier: Tier
    history: tuple[Figure, ...]
    varied: tuple[Varied, ...] = ()
    recorded: tuple[Episode, ...] = ()  # opened by the rules
    referred: tuple[Episode, ...] = ()  # referred up by a person, past what the rules ask
    last_measured: Quarter | None = None  # where a quarter after it was closed

    def replayed(self, rules_for: RulesByQuarter) -> tuple[Episode, ...]:
        """Every escalation that these rules open along its history, oldest first."""
        return self._replayed(rules_for, ())

    def _replayed(
        self, rules_for: RulesByQuarter, recorded: Sequence[Episode]
    ) -> tuple[Episode, ...]:
        last, history = self.last_measured, self.history
        if last is not None:
            history = tuple(with_end(history, last, last.next()))
        varied = varied_rules(rules_for, self.varied)
        return replay(history, varied, self.tier, recorded, last_measured=last)

    def replayed_beside_referrals(self, rules_for: RulesByQuarter) -> tuple[Episode, ...]:
        """The same beside the referrals on record: while one is open, no rule opens another."""
        if not self.referred or not self.history:
            return self.replayed(rules_for)
        referrals = as_known_at(self.referred, self.history[-1].quarter)
        found = self._replayed(rules_for, referrals)
        places = {(each.level, each.opened_in) for each in referrals}
        return tuple(each for each in found if (each.level, each.opened_in) not in places)


def always(rules: Rules) -> RulesByQuarter:
    """The same rules in every quarter."""
    return lambda quarter: rules


@dataclass(frozen=True, slots=True)
class UnmatchedEscalation:
    """An escalation that one set of rules opens and the other doesn't."""

    episode: Episode
    within: Episode | None  # the other side's escalation that stood open at the same time


@dataclass(frozen=True, slots=True)
class Matching:
    """What becomes of one indicator's escalations under other rules."""

    same: tuple[tuple[Episode, Episode], ...]
    moved: tuple[tuple[Episode, Episode], ...]  # open or recovered in another quarter
    gained: tuple[UnmatchedEscalation, ...]
    lost: tuple[UnmatchedEscalation, ...]


def matched(before: Sequence[Episode], after: Sequence[Episode]) -> Matching:
    """What was, beside what would have been, level by level."""
    pairs = [
        pair
        for level in Level
        for pair in _paired(
            [each for each in before if each.level is level],
            [each for each in after if each.level is level],
        )
    ]
    stood = {id(was) for was, _ in pairs}
    stands = {id(now) for _, now in pairs}
    return Matching(
        same=tuple((was, now) for was, now in pairs if _spell(was) == _spell(now)),
        moved=tuple((was, now) for was, now in pairs if _spell(was) != _spell(now)),
        gained=tuple(_unmatched(each, before) for each in after if id(each) not in stands),
        lost=tuple(_unmatched(each, after) for each in before if id(each) not in stood),
    )


def last_open(episode: Episode) -> int:
    """The last quarter at whose close it stood open, counted; beyond all where it still is."""
    if episode.left_in is None:
        return Quarter(2200, 4).ordinal
    return max(episode.left_in.ordinal - 1, episode.opened_in.ordinal)


def _paired(
    before: Sequence[Episode], after: Sequence[Episode]
) -> Iterator[tuple[Episode, Episode]]:
    """As many pairs as can be: both sides are in order, and none overlaps its own neighbour."""
    was_at = now_at = 0
    while was_at < len(before) and now_at < len(after):
        was, now = before[was_at], after[now_at]
        if _overlap(was, now):
            yield was, now
            was_at, now_at = was_at + 1, now_at + 1
        elif was.opened_in < now.opened_in:
            was_at += 1
        else:
            now_at += 1


def _overlap(one: Episode, other: Episode) -> bool:
    if one.level is not other.level:
        return False
    begins = max(one.opened_in.ordinal, other.opened_in.ordinal)
    return begins <= min(last_open(one), last_open(other))


def _spell(episode: Episode) -> tuple[Quarter, Quarter | None]:
    return episode.opened_in, episode.recovered_in


def _unmatched(episode: Episode, others: Sequence[Episode]) -> UnmatchedEscalation:
    beside = (other for other in others if _overlap(episode, other))
    return UnmatchedEscalation(episode, next(beside, None))


MONTHS = 3  # of a quarter
Replays = Sequence[Sequence[Episode]]  # for each indicator, in their order


def by_level(
    before: Replays, after: Replays, matchings: Sequence[Matching]
) -> list[dict[str, Any]]:
    """For each level: how many escalations there were and would have been, and what changed."""
    return [
        {
            "level": level.value,
            "before": len(_to(level, before)),
            "after": len(_to(level, after)),
            "gained": sum(_of(level, (x.episode for x in each.gained)) for each in matchings),
            "lost": sum(_of(level, (x.episode for x in each.lost)) for each in matchings),
            "moved": sum(_of(level, (was for was, _ in each.moved)) for each in matchings),
            "same": sum(_of(level, (was for was, _ in each.same)) for each in matchings),
        }
        for level in Level
    ]


def by_quarter(
    before: Replays, after: Replays, quarters: Sequence[Quarter]
) -> list[dict[str, Any]]:
    """PAT's load: how many reach it in each quarter, how many a month that is, and stand open.

    Escalations open when a quarter is closed, so a month's load is its quarter's by three.
    """
    was, would_be = _to(Level.PAT, before), _to(Level.PAT, after)
    return [
        {
            "quarter": quarter.key,
            "before": _load(was, quarter),
            "after": _load(would_be, quarter),
        }
        for quarter in quarters
    ]


def by_directorate(
    subjects: Sequence[IndicatorRecord],
    before: Replays,
    after: Replays,
    matchings: Sequence[Matching],
) -> list[dict[str, Any]]:
    """Escalations to PAT by directorate, in the order of the directorates' names."""
    rows: dict[str, dict[str, Any]] = {}
    for subject, was, would_be, matching in zip(subjects, before, after, matchings, strict=True):
        row = rows.setdefault(
            subject.directorate,
            {"directorate": subject.directorate, "indicators": 0}
            | dict.fromkeys(("before", "after", "gained", "lost", "open_before", "open_after"), 0),
        )
        row["indicators"] += 1
        row["before"] += _of(Level.PAT, was)
        row["after"] += _of(Level.PAT, would_be)
        row["gained"] += _of(Level.PAT, (each.episode for each in matching.gained))
        row["lost"] += _of(Level.PAT, (each.episode for each in matching.lost))
        row["open_before"] += _of(Level.PAT, (each for each in was if each.is_open))
        row["open_after"] += _of(Level.PAT, (each for each in would_be if each.is_open))
    return [rows[name] for name in sorted(rows)]


def time_to_recover(before: Replays, after: Replays) -> list[dict[str, Any]]:
    """For each level: how many quarters from opening to recovery, and how many are open still."""
    return [
        {
            "level": level.value,
            "before": _recovery(_to(level, before)),
            "after": _recovery(_to(level, after)),
        }
        for level in Level
    ]


def _to(level: Level, replays: Replays) -> list[Episode]:
    return [each for episodes in replays for each in episodes if each.level is level]


def _of(level: Level, episodes: Iterable[Episode]) -> int:
    return sum(each.level is level for each in episodes)


def _load(episodes: Iterable[Episode], quarter: Quarter) -> dict[str, int | float]:
    known = [each for each in episodes if each.opened_in <= quarter]
    opened = sum(each.opened_in == quarter for each in known)
    return {
        "opened": opened,
        "a_month": round(opened / MONTHS, 2),
        "open": sum(last_open(each) >= quarter.ordinal for each in known),
    }


def _recovery(episodes: Iterable[Episode]) -> dict[str, int | float | None]:
    known = list(episodes)
    took = [
        each.recovered_in.ordinal - each.opened_in.ordinal
        for each in known
        if each.recovered_in is not None
    ]
    return {
        "recovered": len(took),
        "median": float(median(took)) if took else None,
        "mean": round(fmean(took), 2) if took else None,
        "still_open": sum(each.is_open for each in known),
    }


MOST_NAMED = 10  # in the sentence; the list below it names them all


def agreement(subjects: Sequence[IndicatorRecord], in_force: RulesByQuarter) -> dict[str, Any]:
    """How many escalations are on record, each that the replay gives otherwise, and one sentence."""
    found = [difference for subject in subjects for difference in _differences(subject, in_force)]
    recorded = sum(len(each.recorded) for each in subjects)
    referred = sum(len(each.referred) for each in subjects)
    return {
        "recorded": recorded,
        "referred_by_people": referred,
        "differences": found,
        "sentence": " ".join(_sentences(recorded, referred, found)),
    }


def _differences(subject: IndicatorRecord, in_force: RulesByQuarter) -> Iterator[dict[str, Any]]:
    replayed = subject.replayed_beside_referrals(in_force)
    if set(map(_facts, subject.recorded)) == set(map(_facts, replayed)):
        return
    restated = any(each.restated for each in subject.recorded)
    for sentence in _differences_in_words(matched(subject.recorded, replayed)):
        yield {
            "reference": subject.reference,
            "title": subject.title,
            "restated": restated,
            "sentence": sentence,
        }


def _facts(episode: Episode) -> tuple[object, ...]:
    return (
        episode.level,
        episode.trigger_key,
        episode.all_met,
        episode.since,
        episode.opened_in,
        episode.recovered_in,
        episode.relapse,
    )


def _differences_in_words(matching: Matching) -> Iterator[str]:
    for was, now in (*matching.moved, *matching.same):
        if _facts(was) != _facts(now):
            yield f"On record {_in_words(was)}; by the rules {_in_words(now)}."
    for each in matching.lost:
        yield f"On record {_in_words(each.episode)}; the rules open none."
    for each in matching.gained:
        yield f"By the rules {_in_words(each.episode)}; there is none on record."


def _in_words(episode: Episode) -> str:
    end = f"recovered in {episode.recovered_in}" if episode.recovered_in else "still open"
    if episode.ended_in is not None:
        end = f"ended in {episode.ended_in}, no longer measured"
    relapse = ", as a relapse" if episode.relapse else ""
    return (
        f"to the {episode.level.label} by “{episode.trigger}” in {episode.opened_in}{relapse}"
        f" (counted from {episode.since}), {end}"
    )


def _named(found: Sequence[dict[str, Any]]) -> str:
    """The indicators by their references; beyond ten, how many more the list holds."""
    names = list(dict.fromkeys(each["reference"] for each in found))
    more = len(names) - MOST_NAMED
    named = names[:MOST_NAMED] + ([f"{more:,} more"] if more > 0 else [])
    return listed(named, "and")


def _sentences(recorded: int, referred: int, found: Sequence[dict[str, Any]]) -> Iterator[str]:
    unexplained = [each for each in found if not each["restated"]]
    explained = len(found) - len(unexplained)
    if not found:
        on_record = {0: "no escalation, and none is", 1: "exactly the one escalation"}.get(
            recorded, f"exactly the {recorded:,} escalations"
        )
        yield f"Replaying the rules in force gives {on_record} on record."
    elif unexplained:
        yield (
            f"Replaying the rules in force does not give what is on record for"
            f" {_named(unexplained)}: look at each below before relying on this back-test."
        )
    if explained:
        restated = [each for each in found if each["restated"]]
        but = "Apart from these, it" if unexplained else "Replaying the rules in force"
        yield (
            f"{but} differs from what is on record only where a revised result restated it, which"
            f" takes nothing back: {_named(restated)}."
        )
    if referred:
        was = "1 escalation was" if referred == 1 else f"{referred:,} escalations were"
        yield f"{was} referred up by a person, not by a rule, and left out."


REDS = range(1, 5)
AMBERS = range(1, 7)


@dataclass(frozen=True, slots=True, order=True)
class RunLengths:
    """So many quarters of red running, or so many of amber or worse."""

    red: int
    amber: int


RUN_LENGTHS = tuple(RunLengths(red, amber) for red in REDS for amber in AMBERS)


def rules_with_runs(tried: Rules, cell: RunLengths) -> Rules:
    """The rules tried, as far as they refer to PAT, with runs as long as the cell has them."""
    for_pat = [each for each in tried.triggers if each.level is Level.PAT]
    lengths = {Rag.RED: cell.red, Rag.AMBER: cell.amber}
    varied = [
        replace(each, at_least=lengths[each.status], within=lengths[each.status])
        if _looks_for_a_colour(each)
        else each
        for each in for_pat
    ]
    for status, length in lengths.items():
        if not any(_looks_for_a_colour(each) and each.status is status for each in for_pat):
            name = f"{status.label} for {length} quarters running"
            varied.append(
                Status(name=name, status=status, at_least=length, within=length, level=Level.PAT)
            )
    return replace(tried, triggers=tuple(varied))


def _looks_for_a_colour(trigger: Condition) -> TypeGuard[Status]:
    """Whether it asks for nothing but a RAG status, for so many quarters."""
    return isinstance(trigger, Status) and trigger.movement is None


def run_lengths_of(rules: Rules) -> RunLengths | None:
    """The cell in which these rules stand; None where they ask PAT's runs in another way."""
    found: dict[Rag, set[tuple[int, int]]] = {Rag.RED: set(), Rag.AMBER: set()}
    for each in rules.triggers:
        if each.level is Level.PAT and _looks_for_a_colour(each):
            found[each.status].add((each.at_least, each.within))
    if any(len(asked) != 1 for asked in found.values()):
        return None
    red, amber = (next(iter(found[status])) for status in (Rag.RED, Rag.AMBER))
    if red[0] != red[1] or amber[0] != amber[1]:
        return None
    cell = RunLengths(red[0], amber[0])
    return cell if cell in RUN_LENGTHS else None


class Grid:
    """What each cell comes to, added up indicator by indicator."""

    def __init__(self, tried: Rules, until: Quarter) -> None:
        self.until = until
        self.tried = tried
        self.rules = {cell: always(rules_with_runs(tried, cell)) for cell in RUN_LENGTHS}
        self.opened = dict.fromkeys(RUN_LENGTHS, 0)
        self.open_at_ends = dict.fromkeys(RUN_LENGTHS, 0)

    def add(self, subject: IndicatorRecord) -> None:
        """One indicator is counted in every cell.

        A run longer than its longest is never met, however much longer: so cells beyond that are
        replayed once for all. After a relapse a trigger may ask for fewer, which is allowed for.
        """
        spare = 1 + self.tried.relapse_shortens_by
        reds = _longest_run(subject.history, Rag.RED) + spare
        ambers = _longest_run(subject.history, Rag.AMBER) + spare
        replayed: dict[RunLengths, tuple[int, int]] = {}
        for cell in RUN_LENGTHS:
            least = RunLengths(min(cell.red, max(reds, 1)), min(cell.amber, max(ambers, 1)))
            if least not in replayed:
                replayed[least] = self._counted(subject.replayed(self.rules[least]))
            opened, open_at_ends = replayed[least]
            self.opened[cell] += opened
            self.open_at_ends[cell] += open_at_ends

    def _counted(self, episodes: Iterable[Episode]) -> tuple[int, int]:
        """How many were opened, and in how many quarters' ends one stood open."""
        to_pat = [each for each in episodes if each.level is Level.PAT]
        last = self.until.ordinal
        stood = sum(min(last_open(each), last) - each.opened_in.ordinal + 1 for each in to_pat)
        return len(to_pat), stood

    def document(self, quarters: int) -> list[dict[str, int | float]]:
        """Each cell: escalations to PAT in all the history, and how many stood open on average."""
        return [
            {
                "red": cell.red,
                "amber": cell.amber,
                "opened": self.opened[cell],
                "open_on_average": round(self.open_at_ends[cell] / max(quarters, 1), 2),
            }
            for cell in RUN_LENGTHS
        ]


def _longest_run(history: Iterable[Figure], status: Rag) -> int:
    """The most rated quarters running at this status or worse, whatever breaks lie between."""
    rated = (each.rag.at_or_worse_than(status) for each in history if each.rag is not None)
    return max((sum(1 for _ in run) for counts, run in groupby(rated) if counts), default=0)


def in_sentences(rules: Rules) -> list[str]:
    """The rules as sentences: each trigger in its order, then the exit, then relapses."""
    return [sentence for group in _groups(rules) for sentence in group.rules.values()]


def differences(before: Rules, after: Rules) -> list[str]:
    """What the second set of rules has otherwise than the first. Triggers go by their keys."""
    return [each.sentence for each in rules_between(_groups(before), _groups(after))]


def _groups(rules: Rules) -> tuple[Group, Group]:
    return (
        Group(
            "Triggers",
            {each.key: each.sentence for each in rules.triggers},
            is_ordered=True,
            names={each.key: each.name for each in rules.triggers},
        ),
        Group("Recovery", {"Recovery": _exit(rules), "Relapse": _relapse(rules)}),
    )


def summary(found: Mapping[str, Any]) -> list[str]:
    """What a back-test found, PAT first, in a few sentences that can stand by themselves."""
    pat = next(each for each in found["levels"] if each["level"] == Level.PAT.value)
    quarters = [Quarter.parse(key) for key in found["quarters"]]
    last = found["load"][-1]
    return [
        f"Over the {_counted(len(quarters), 'quarter')} from {quarters[0]} to {quarters[-1]}, the"
        f" rules tried would have referred indicators to PAT {_times(pat['after'])}; those in"
        f" force then did so {_times(pat['before'])}.",
        _changes_in_words(pat),
        f"PAT would have been sent {_a_month(found, 'after')} a month on average instead of"
        f" {_a_month(found, 'before')}, and would have {last['after']['open']:,} open at the end of"
        f" {quarters[-1]} instead of {last['before']['open']:,}.",
        *_other_levels(found["levels"]),
    ]


def _exit(rules: Rules) -> str:
    if rules.exit_quarters == 1:
        return "An escalation recovers when the latest rated quarter is green."
    return (
        f"An escalation recovers when the last {rules.exit_quarters} rated quarters are all green."
    )


def _relapse(rules: Rules) -> str:
    if not rules.relapse_within:
        return "No escalation counts as a relapse."
    fewer = rules.relapse_shortens_by
    sooner = f", and its trigger asks for {_counted(fewer, 'quarter')} fewer" if fewer else ""
    within = _counted(rules.relapse_within, "quarter")
    return f"An escalation within {within} of a recovery is a relapse{sooner}."


def _changes_in_words(pat: Mapping[str, int]) -> str:
    if not (pat["gained"] or pat["lost"] or pat["moved"]):
        return "For PAT nothing would have been different: none gained, none lost, none moved."
    return (
        f"{pat['gained']:,} would be gained and {pat['lost']:,} lost; {pat['moved']:,}"
        f" would open or recover in another quarter, and {pat['same']:,} would be the same."
    )


def _other_levels(levels: list[dict[str, Any]]) -> Iterator[str]:
    changes = [
        f"{each['gained']:,} gained and {each['lost']:,} lost at the {_level_in_a_sentence(Level(each['level']))}"
        for each in levels
        if each["level"] != Level.PAT.value and (each["gained"] or each["lost"])
    ]
    if changes:
        yield f"At other levels: {'; '.join(changes)}."


def _level_in_a_sentence(level: Level) -> str:
    """A team of managers is written small, PAT and Cabinet as the names they are."""
    return level.label.lower() if level in (Level.DIVISION, Level.DIRECTORATE) else level.label


def _a_month(found: Mapping[str, Any], side: str) -> str:
    opened = sum(each[side]["opened"] for each in found["load"])
    return f"{opened / (3 * len(found['load'])):.1f}"


def _times(number: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(number, f"{number:,} times")


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


Progress = Callable[[int, int], None]


def backtest(
    subjects: Sequence[IndicatorRecord],
    in_force: RulesByQuarter,
    tried: Rules,
    *,
    until: Quarter,
    progress: Progress = lambda done, total: None,
) -> dict[str, Any]:
    """What the rules tried would have done, beside those that ruled each quarter up to `until`.

    `progress` is called with how many indicators are done, and of how many. Raises ValueError where there is no history.
    """
    begun = [each.history[0].quarter for each in subjects if each.history]
    if not begun:
        raise ValueError("No indicator was rated in any closed quarter: there is nothing to replay")
    before, after, matchings = [], [], []
    grid = Grid(tried, until)
    for done, subject in enumerate(subjects, start=1):
        before.append(subject.replayed(in_force))
        after.append(subject.replayed(always(tried)))
        matchings.append(matched(before[-1], after[-1]))
        grid.add(subject)
        progress(done, len(subjects))
    quarters = list(min(begun).until(until))
    found = {
        "quarters": [each.key for each in quarters],
        "indicators": len(subjects),
        "levels": by_level(before, after, matchings),
        "load": by_quarter(before, after, quarters),
        "directorates": by_directorate(subjects, before, after, matchings),
        "recovery": time_to_recover(before, after),
        "grid": grid.document(len(quarters)),
        "cells": {
            "before": _as_cell(run_lengths_of(in_force(until))),
            "after": _as_cell(run_lengths_of(tried)),
        },
        **_changes(subjects, matchings),
        "agreement": agreement(subjects, in_force),
        "differences": differences(in_force(until), tried),
        "not_replayed": [each.name for each in tried.triggers if not each.refers_an_indicator],
    }
    return {"summary": summary(found), **found}


def _as_cell(cell: RunLengths | None) -> dict[str, int] | None:
    return {"red": cell.red, "amber": cell.amber} if cell else None


def _changes(
    subjects: Sequence[IndicatorRecord], matchings: Sequence[Matching]
) -> dict[str, list[dict[str, Any]]]:
    """What is gained, lost and moved, each with its indicator, in the order of the indicators."""
    found: dict[str, list[dict[str, Any]]] = {"gained": [], "lost": [], "moved": []}
    for subject, matching in zip(subjects, matchings, strict=True):
        whose = {
            "reference": subject.reference,
            "title": subject.title,
            "directorate": subject.directorate,
        }
        found["gained"] += [whose | _unmatched_in_document(each) for each in matching.gained]
        found["lost"] += [whose | _unmatched_in_document(each) for each in matching.lost]
        found["moved"] += [
            whose
            | {
                "level": was.level.value,
                "before": _spell_in_document(was),
                "after": _spell_in_document(now),
            }
            for was, now in matching.moved
        ]
    return found


def _spell_in_document(episode: Episode) -> dict[str, str | None]:
    return {
        "opened_in": episode.opened_in.key,
        "recovered_in": episode.recovered_in.key if episode.recovered_in else None,
    }


def _unmatched_in_document(each: UnmatchedEscalation) -> dict[str, Any]:
    episode = each.episode
    return {
        "level": episode.level.value,
        "trigger": episode.trigger,
        "trigger_key": episode.trigger_key,
        "since": episode.since.key,
        **_spell_in_document(episode),
        "relapse": episode.relapse,
        "reason": episode.reason,
        "within": _spell_in_document(each.within) if each.within else None,
    }
