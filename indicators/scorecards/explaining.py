"""The rating rule that best explains the statuses a scorecard prints. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sorp.lexicon import Polarity, Rag, RatingMethod


@dataclass(frozen=True, slots=True)
class Rated:
    """A printed status with the figure and the target beside it."""

    value: Decimal
    target: Decimal
    floor: Decimal | None
    rag: Rag
    polarity: str

    @property
    def miss(self) -> Decimal:
        """By how much the target is missed, in the indicator's unit: nought or less where it is met."""
        gap = self.target - self.value
        return -gap if self.polarity == Polarity.LOWER else gap


@dataclass(frozen=True, slots=True)
class RatingRule:
    """How statuses seem to follow from figures, and how many of those printed it gives."""

    method: str  # floor, tolerance, points, or none for no amber
    amount: Decimal
    explained: int
    of: int

    def gives(self, case: Rated) -> bool:
        return self.status(case) is case.rag

    def status(self, case: Rated) -> Rag:
        if case.miss <= 0:
            return Rag.GREEN
        if self.method == "floor":
            if case.floor is None:
                return Rag.RED
            beyond = case.floor - case.value
            beyond = -beyond if case.polarity == Polarity.LOWER else beyond
            return Rag.AMBER if beyond <= 0 else Rag.RED
        if self.method == "tolerance":
            return Rag.AMBER if case.miss <= abs(case.target) * self.amount / 100 else Rag.RED
        if self.method == "points":
            return Rag.AMBER if case.miss <= self.amount else Rag.RED
        return Rag.RED

    @property
    def rating_method(self) -> RatingMethod:
        return RatingMethod.TOLERANCE if self.method == "tolerance" else RatingMethod.FLOOR

    def __str__(self) -> str:
        amount = f"{self.amount.normalize():f}"
        rule = {
            "floor": "green meets the target, amber holds the floor standard, red falls below it",
            "tolerance": f"green meets the target, amber misses it by up to {amount} % of it, red by more",
            "points": f"green meets the target, amber misses it by up to {amount} points, red by more",
            "none": "green meets the target, red misses it",
        }[self.method]
        return f"{rule}: {self.explained} of {self.of} printed statuses follow from this"


def _candidates(cases: Sequence[Rated]) -> Iterator[tuple[str, Decimal]]:
    if any(case.floor is not None for case in cases):
        yield "floor", Decimal(0)
    yield "none", Decimal(0)
    for amount in (10, 5, 2, 15, 20, 1, 3, 25):
        yield "tolerance", Decimal(amount)
    for amount in (5, 10, 2, 1, 3):
        yield "points", Decimal(amount)


def explain(cases: Sequence[Rated]) -> RatingRule | None:
    """The rule that gives the most of the printed statuses; the plainest of those that give as many."""
    best: RatingRule | None = None
    for method, amount in _candidates(cases):
        rule = RatingRule(method, amount, 0, len(cases))
        explained = sum(1 for case in cases if rule.gives(case))
        if best is None or explained > best.explained:
            best = RatingRule(method, amount, explained, len(cases))
    return best if cases else None


def polarity_by_statuses(cases: Sequence[Rated]) -> Polarity | None:
    """Which way is better, where printed statuses can be so in one way only.

    Green meets the target; amber and red miss it.
    """
    ways = set()
    for case in cases:
        if case.value == case.target:
            continue
        is_above = case.value > case.target
        ways.add(Polarity.HIGHER if is_above == (case.rag is Rag.GREEN) else Polarity.LOWER)
    return next(iter(ways)) if len(ways) == 1 else None
