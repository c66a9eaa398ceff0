"""How good forecasts turn out to be: each held against its result, and many taken together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from sorp.lexicon import Polarity, Rag

HUNDRED, TENTH = Decimal(100), Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Said:
    """What was forecast. A manager gives a value; the system an interval and chances as well."""

    value: Decimal
    lower: Decimal | None = None
    upper: Decimal | None = None
    chance_red: Decimal | None = None
    rag: Rag | None = None  # the colour that was thought likeliest


@dataclass(frozen=True, slots=True)
class Came:
    """What it came to, and against which target."""

    value: Decimal
    rag: Rag | None = None
    target: Decimal | None = None
    polarity: Polarity = Polarity.HIGHER


@dataclass(frozen=True, slots=True)
class Score:
    """One forecast held against its result. None where a question cannot be asked of it."""

    error: Decimal  # result less forecast, in the indicator's own unit
    percent: Decimal | None  # the size of the error, in per cent of the size of the target
    hopeful: Decimal | None  # by how much it was better than the result, in per cent of the target
    is_inside: bool | None  # whether the result was within the interval
    brier: Decimal | None  # (chance of red - 1 or 0) squared: 0 is perfect, 0.25 a coin tossed
    is_right: bool | None  # whether the colour was

    @property
    def size(self) -> Decimal:
        """How far off it was, either way."""
        return abs(self.error)


def score(said: Said, came: Came) -> Score:
    """How far off a forecast was."""
    error = came.value - said.value
    scale = abs(came.target) if came.target else None  # of a target of nought nothing is a share
    percent = abs(error) / scale * HUNDRED if scale else None
    better = {Polarity.HIGHER: -error, Polarity.LOWER: error}.get(came.polarity)
    return Score(
        error=error,
        percent=percent,
        hopeful=better / scale * HUNDRED if scale and better is not None else None,
        is_inside=_is_inside(said, came),
        brier=_brier(said, came),
        is_right=said.rag is came.rag if said.rag and came.rag else None,
    )


def _is_inside(said: Said, came: Came) -> bool | None:
    if said.lower is None or said.upper is None:
        return None
    return said.lower <= came.value <= said.upper


def _brier(said: Said, came: Came) -> Decimal | None:
    if said.chance_red is None or came.rag is None:
        return None
    return (said.chance_red - (came.rag is Rag.RED)) ** 2


@dataclass(frozen=True, slots=True)
class Tally:
    """Many scores taken together. Each mean says nothing where nothing could be asked."""

    scored: int = 0
    coverage: Decimal | None = None  # per cent of results within the interval
    percent: Decimal | None = None  # mean size of the error, in per cent of target
    hopeful: Decimal | None = None  # mean by which forecasts were better than results
    brier: Decimal | None = None
    right: Decimal | None = None  # per cent of colours that were right
    size: Decimal | None = None  # mean size of the error in the unit: of one indicator alone

    @classmethod
    def of(cls, scores: Iterable[Score]) -> Tally:
        known = list(scores)
        return cls(
            scored=len(known),
            coverage=_share(each.is_inside for each in known),
            percent=_mean(each.percent for each in known),
            hopeful=_mean(each.hopeful for each in known),
            brier=_mean(each.brier for each in known),
            right=_share(each.is_right for each in known),
            size=_mean(each.size for each in known),
        )

    @property
    def inside(self) -> int:
        """How many results were within the interval."""
        return round((self.coverage or 0) * self.scored / HUNDRED)

    @property
    def leaning(self) -> str:
        """Which way forecasts err on the whole, in per cent of target."""
        if self.hopeful is None:
            return ""
        size = abs(self.hopeful).quantize(TENTH)
        if not size:
            return "neither way"
        return f"{size}% too {'hopeful' if self.hopeful > 0 else 'cautious'}"


def _mean(numbers: Iterable[Decimal | None]) -> Decimal | None:
    known = [number for number in numbers if number is not None]
    return sum(known, Decimal(0)) / len(known) if known else None


def _share(truths: Iterable[bool | None]) -> Decimal | None:
    return _mean(None if truth is None else HUNDRED * truth for truth in truths)
