"""Conditions: what a row of the SORP's triggers asks for, said in one plain sentence.

What is true of an indicator is not asked here: `escalation.rules` holds conditions against
histories. Each kind reads the same few fields:

=========  ==================================================================================
kind       reads
=========  ==================================================================================
status     status (red, or amber or worse) in `at_least` of the last `within` rated quarters;
           with `movement`, each of them also not improving, or worsening, by `compared_with`
worsening  `at_least` of the last `within` comparable results worse than the quarter before, or
           than the same quarter last year; with a status, at that status or worse as well
variance   the target missed by `percent` of it or more, in `at_least` of the last `within`
forecast   by the manager: the forecast for the year's end would be rated `status` or worse;
           by the system: the chance of `status` next quarter is `percent` or more
no_result  nothing submitted when due (or, *late*: nothing, or something late)
positive   green, and better than target by `percent` of it or more: an exception to learn from
aggregate  `count` or more, at `status` or worse, among the indicators of one unit of
           `unit_tier`, counted over the last `within` quarters
=========  ==================================================================================
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sorp.lexicon import (
    ComparedWith,
    ConditionKind,
    ForecastBy,
    Level,
    Movement,
    NotRated,
    Rag,
    Tier,
)

EVERY_TIER = frozenset(Tier)
LATE = "late"
MOST_QUARTERS = 16

REFERRED_TO = {
    Level.DIVISION: "its divisional management team",
    Level.DIRECTORATE: "its directorate management team",
    Level.PAT: "PAT",
    Level.CABINET: "Cabinet",
}


class RefusedCondition(ValueError):
    """A condition that is nonsense: what to give instead, and in which of its fields."""

    def __init__(self, sentence: str, *, field: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition for escalation, to which level it refers, and which tiers it looks at.

    Refuses nonsense at birth: a RefusedCondition says what to give instead, and in which field.
    """

    name: str
    status: Rag | NotRated | None
    at_least: int
    within: int
    level: Level
    tiers: frozenset[Tier] = EVERY_TIER
    kind: ConditionKind = ConditionKind.STATUS
    movement: Movement | None = None
    compared_with: ComparedWith | None = None
    percent: Decimal | None = None
    forecast_by: ForecastBy | None = None
    unit_tier: str = ""
    count: int | None = None
    or_late: bool = False
    clause: str = ""
    key: str = ""  # by which everything that refers to it does; its name, where none is given

    def __post_init__(self) -> None:
        if not self.key:
            object.__setattr__(self, "key", self.name)
        # "No result" is a kind of its own; older rules files say it by the status alone.
        if self.status is NotRated.NO_RESULT and self.kind is ConditionKind.STATUS:
            object.__setattr__(self, "kind", ConditionKind.NO_RESULT)
        for field, refusal in _refusals(self):
            raise RefusedCondition(f"“{self.name}”: {refusal}", field=field)

    @property
    def is_run(self) -> bool:
        """Whether it asks for quarters running, with none between that does not count."""
        return self.at_least == self.within

    @property
    def condition(self) -> str:
        """What must be true, in plain words: red for 2 of the last 2 rated quarters."""
        return _in_words(self)

    @property
    def sentence(self) -> str:
        """The whole condition in plain words."""
        condition = self.condition[0].upper() + self.condition[1:]
        if self.kind is ConditionKind.AGGREGATE:
            return f"{condition} refers the {self.unit_tier} to {_team(self.level)}."
        kinds = [tier.label.lower() for tier in Tier if tier in self.tiers]
        which = "an indicator" if self.tiers == EVERY_TIER else f"{_a(kinds)} indicator"
        if self.kind is ConditionKind.POSITIVE:
            return f"{condition} brings {which} to the notice of {REFERRED_TO[self.level]}."
        return f"{condition} refers {which} to {REFERRED_TO[self.level]}."


def listed(words: Sequence[str], conjunction: str) -> str:
    """Words in a row as a sentence has them: one, two or three."""
    if len(words) == 1:
        return words[0]
    return f"{', '.join(words[:-1])} {conjunction} {words[-1]}"


def _a(kinds: Sequence[str]) -> str:
    return f"a {listed(kinds, 'or')}"


def _team(level: Level) -> str:
    """Who hears of a whole unit."""
    if level in (Level.DIVISION, Level.DIRECTORATE):
        return f"its {level.label.lower()}"
    return REFERRED_TO[level]


def _in_words(asked: Condition) -> str:
    return {
        ConditionKind.STATUS: _status_in_words,
        ConditionKind.WORSENING: _worsening_in_words,
        ConditionKind.VARIANCE: _variance_in_words,
        ConditionKind.FORECAST: _forecast_in_words,
        ConditionKind.NO_RESULT: _no_result_in_words,
        ConditionKind.POSITIVE: _positive_in_words,
        ConditionKind.AGGREGATE: _aggregate_in_words,
    }[asked.kind](asked)


def _status_in_words(asked: Condition) -> str:
    said = status_in_words(asked.status)
    if asked.movement is not None and asked.compared_with is not None:
        said += f", and {_movement_in_words(asked.movement, asked.compared_with)},"
    return f"{said} {_window(asked, 'rated')}"


def _worsening_in_words(asked: Condition) -> str:
    assert asked.compared_with is not None
    said = f"worse than {asked.compared_with.label}"
    if asked.status is not None:
        said += f", and {status_in_words(asked.status)},"
    return f"{said} {_window(asked, 'comparable')}"


def _variance_in_words(asked: Condition) -> str:
    said = f"short of target by {plain(asked.percent)}% of it or more"
    if asked.status is not None:
        said += f", and {status_in_words(asked.status)},"
    return f"{said} {_window(asked, 'rated')}"


def _forecast_in_words(asked: Condition) -> str:
    said = status_in_words(asked.status)
    latest = asked.within == 1
    window = f", in {asked.at_least} of the last {asked.within} quarters with a forecast"
    if asked.forecast_by is ForecastBy.SYSTEM:
        chance = f"a chance of {plain(asked.percent)}% or more of {said} next quarter"
        return chance if latest else chance + window
    expected = f"forecast by its accountable manager to be {said} at the year’s end"
    return expected if latest else expected + window


def _no_result_in_words(asked: Condition) -> str:
    return f"no result{', or a late one,' if asked.or_late else ''} {_window(asked, 'due')}"


def _positive_in_words(asked: Condition) -> str:
    better = f"better than target by {plain(asked.percent)}% of it or more"
    return f"green and {better} {_window(asked, 'rated')}"


def _aggregate_in_words(asked: Condition) -> str:
    kinds = [tier.label.lower() for tier in Tier if tier in asked.tiers]
    which = "" if asked.tiers == EVERY_TIER else f" {listed(kinds, 'or')}"
    when = "in one quarter" if asked.within == 1 else f"over the last {asked.within} quarters"
    status = status_in_words(asked.status)
    times = "indicators" if asked.within == 1 else "results of indicators"
    return f"{asked.count} or more{which} {times} {status} in one {asked.unit_tier} {when}"


def status_in_words(status: Rag | NotRated | None) -> str:
    """A status as a sentence has it: red, amber or worse, no result."""
    if status is None:
        return "whatever its status"
    return status.label.lower() + (" or worse" if status is Rag.AMBER else "")


def _movement_in_words(movement: Movement, compared_with: ComparedWith) -> str:
    if compared_with is ComparedWith.TRAVEL:
        return movement.label
    better = "no better" if movement is Movement.NOT_BETTER else "worse"
    return f"{better} than {compared_with.label}"


def _window(asked: Condition, looked_at: str) -> str:
    if asked.within == 1:
        return f"in the latest {looked_at} quarter"
    return f"for {asked.at_least} of the last {asked.within} {looked_at} quarters"


def plain(number: Decimal | None) -> str:
    """A percentage without idle noughts: 10, 2.5."""
    return f"{(number or Decimal(0)).normalize():f}"


def _refusals(asked: Condition) -> Iterator[tuple[str, str]]:
    """What is nonsense, each with what to give instead."""
    if not 1 <= asked.at_least <= asked.within:
        yield (
            "at_least",
            f"it asks for {asked.at_least} of the last {asked.within} quarters: ask for at least 1,"
            " and for no more than it looks at",
        )
    if asked.within > MOST_QUARTERS:
        yield "within", f"it looks back {asked.within} quarters: {MOST_QUARTERS} are the most"
    if not asked.tiers:
        yield "tiers", "it looks at no tier of indicator: give it at least one"
    if asked.status not in STATUSES[asked.kind]:
        known = listed([status_in_words(each) for each in STATUSES[asked.kind]], "or")
        yield "status", f"a trigger of this kind looks for {known}"
    yield from _movement_refusals(asked)
    yield from _number_refusals(asked)


STATUSES: dict[ConditionKind, tuple[Rag | NotRated | None, ...]] = {
    ConditionKind.STATUS: (Rag.RED, Rag.AMBER),
    ConditionKind.WORSENING: (None, Rag.RED, Rag.AMBER),
    ConditionKind.VARIANCE: (None, Rag.RED, Rag.AMBER),
    ConditionKind.FORECAST: (Rag.RED, Rag.AMBER),
    ConditionKind.NO_RESULT: (NotRated.NO_RESULT,),
    ConditionKind.POSITIVE: (None, Rag.GREEN),
    ConditionKind.AGGREGATE: (Rag.RED, Rag.AMBER, NotRated.NO_RESULT),
}


def _movement_refusals(asked: Condition) -> Iterator[tuple[str, str]]:
    if (asked.movement is None) is not (asked.compared_with is None):
        yield "movement", "say both which way it moves and what that is compared with, or neither"
    if asked.kind is ConditionKind.WORSENING:
        if asked.movement is not Movement.WORSE or asked.compared_with in (
            None,
            ComparedWith.TRAVEL,
        ):
            yield (
                "compared_with",
                "compare each result with the quarter before, or with the same quarter last year",
            )
    elif asked.movement is not None and asked.kind is not ConditionKind.STATUS:
        yield "movement", "only a trigger that looks for a RAG status asks which way it moves"


def _number_refusals(asked: Condition) -> Iterator[tuple[str, str]]:
    needs_percent = asked.kind in (ConditionKind.VARIANCE, ConditionKind.POSITIVE) or (
        asked.forecast_by is ForecastBy.SYSTEM
    )
    if needs_percent and (asked.percent is None or not 0 <= asked.percent <= 1000):
        yield "percent", "give the per cent it needs, from 0 to 1,000"
    if asked.forecast_by is ForecastBy.SYSTEM and asked.percent and asked.percent > 100:
        yield "percent", "no chance is greater than 100%"
    if not needs_percent and asked.percent is not None:
        yield "percent", "leave the per cent empty: a trigger of this kind needs none"
    if (asked.kind is ConditionKind.FORECAST) is (asked.forecast_by is None):
        yield (
            "forecast_by",
            "say whose forecast is meant, where it looks for a forecast and only there",
        )
    if asked.or_late and asked.kind is not ConditionKind.NO_RESULT:
        yield "status", "only a trigger for missing results can count late ones"
    is_aggregate = asked.kind is ConditionKind.AGGREGATE
    if is_aggregate and (asked.count is None or asked.count < 2 or asked.at_least != 1):
        yield "count", "give how many indicators it takes, 2 or more, and leave “at least” at 1"
    if is_aggregate and asked.unit_tier not in UNIT_TIERS:
        yield "unit_tier", "say of which unit: division, directorate or council"
    if not is_aggregate and (asked.count is not None or asked.unit_tier):
        yield (
            "count",
            "only a trigger across a unit says how many indicators, and of which unit",
        )


UNIT_TIERS = ("division", "directorate", "council")
