"""Whether chances are worth anything: against the record's own rate, and against last time's colour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.words import Word

HUNDRED = Decimal(100)
BANDS = 5  # of the reliability table, equally wide
ENOUGH = 20  # scored forecasts, below which nothing is known of how good they are
SHRUNK_BY = 16  # so many forecasts of its kind are counted with each indicator's own


@dataclass(frozen=True, slots=True)
class ScoredChance:
    """One chance of red that was given, and whether red came."""

    chance: Decimal
    was_red: bool
    red_before: bool | None = None  # whether the last colour known when it was given was red

    @property
    def off(self) -> Decimal:
        """The square of what the chance was off by."""
        return (self.chance - self.was_red) ** 2

    @property
    def off_by_last(self) -> Decimal | None:
        """The same of one who says that the colour stays; None where none was known."""
        return None if self.red_before is None else Decimal(self.red_before != self.was_red)

    def off_by_rate(self, rate: Decimal) -> Decimal:
        """The same of one who gives the same chance each time."""
        return (rate - self.was_red) ** 2


@dataclass(frozen=True, slots=True)
class Skill:
    """How much less chances were off than two who know nothing of forecasting, in per cent."""

    scored: int
    rate: Decimal | None = None  # per cent of results that were red
    over_rate: Decimal | None = None  # against saying each time as often as red came
    over_last: Decimal | None = None  # against saying each time the colour of last time

    @classmethod
    def of(cls, chances: Sequence[ScoredChance]) -> Skill:
        rate = red_rate(chances)
        if rate is None:
            return cls(0)
        with_last = [each for each in chances if each.off_by_last is not None]
        return cls(
            scored=len(chances),
            rate=rate * HUNDRED,
            over_rate=_less_by(chances, lambda each: each.off_by_rate(rate)),
            over_last=_less_by(with_last, lambda each: each.off_by_last or Decimal(0)),
        )

    @property
    def beats_both(self) -> bool:
        return all(each is not None and each > 0 for each in (self.over_rate, self.over_last))


def red_rate(chances: Sequence[ScoredChance]) -> Decimal | None:
    """The share of results that were red, from 0 to 1."""
    return Decimal(sum(each.was_red for each in chances)) / len(chances) if chances else None


def _less_by(
    chances: Sequence[ScoredChance], reference: Callable[[ScoredChance], Decimal]
) -> Decimal | None:
    """By how many per cent chances were off less than a reference; None where that was never off."""
    theirs = sum((reference(each) for each in chances), Decimal(0))
    ours = sum((each.off for each in chances), Decimal(0))
    return (1 - ours / theirs) * HUNDRED if theirs else None


@dataclass(frozen=True, slots=True)
class Band:
    """The chances between two per cents: what was said on the mean, and what came."""

    lower: int
    upper: int
    scored: int
    said: Decimal | None
    came: Decimal | None


def reliability(chances: Sequence[ScoredChance]) -> list[Band]:
    """Five bands, equally wide: of chances about 70%, seven in ten should have come."""
    bands: list[list[ScoredChance]] = [[] for _ in range(BANDS)]
    for each in chances:
        bands[min(int(each.chance * BANDS), BANDS - 1)].append(each)
    width = 100 // BANDS
    return [
        Band(
            lower=place * width,
            upper=(place + 1) * width,
            scored=len(band),
            said=sum((each.chance for each in band), Decimal(0)) / len(band) * HUNDRED
            if band
            else None,
            came=rate * HUNDRED if (rate := red_rate(band)) is not None else None,
        )
        for place, band in enumerate(bands)
    ]


class Unsaid(Word):
    """Why no chance is shown though one was worked out. Empty where it is shown."""

    TOO_FEW = "too_few", "Too few forecasts have been scored to say how good they are"
    NO_BETTER_THAN_RATE = (
        "rate",
        "Forecasts like this one have been no better than saying each time how often red comes",
    )
    NO_BETTER_THAN_LAST = (
        "last",
        "Forecasts like this one have been no better than “the same colour as last time”",
    )


def unsaid(own: Sequence[ScoredChance], like: Sequence[ScoredChance]) -> Unsaid | None:
    """Why a chance is not shown; None where it is, since chances like it have beaten both.

    `like` are those scored of every indicator forecast in the same way, `own` those of the indicator
    itself. A dozen quarters of one indicator say little by themselves: its own count with sixteen
    such as all of its kind have been on the mean.
    """
    if len(like) < ENOUGH:
        return Unsaid.TOO_FEW
    rate = red_rate(like)
    assert rate is not None

    def gained_on_rate(each: ScoredChance) -> Decimal | None:
        return each.off_by_rate(rate) - each.off

    def gained_on_last(each: ScoredChance) -> Decimal | None:
        return None if each.off_by_last is None else each.off_by_last - each.off

    if _gain(own, like, gained_on_rate) <= 0:
        return Unsaid.NO_BETTER_THAN_RATE
    if _gain(own, like, gained_on_last) <= 0:
        return Unsaid.NO_BETTER_THAN_LAST
    return None


def _gain(
    own: Sequence[ScoredChance],
    like: Sequence[ScoredChance],
    gained: Callable[[ScoredChance], Decimal | None],
) -> Decimal:
    """What was gained in one forecast: the indicator's own, drawn towards those of its kind."""
    of_own = [gain for each in own if (gain := gained(each)) is not None]
    of_like = [gain for each in like if (gain := gained(each)) is not None]
    if not of_like:
        return Decimal(0)
    mean = sum(of_like, Decimal(0)) / len(of_like)
    return (SHRUNK_BY * mean + sum(of_own, Decimal(0))) / (SHRUNK_BY + len(of_own))
