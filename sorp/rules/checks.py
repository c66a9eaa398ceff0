"""The checks by which the service tells whether a requirement of the SORP is kept. Pure.

A clause names one (`Clause.check_made`). What each looks at is in `reports/queries/compliance`;
how the counts are judged, and told, is here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from core.words import Word


class Check(Word):
    """A check that a clause may name, with what it counts as kept."""

    RETURNS_ON_TIME = "returns_on_time", "Results submitted by the day they were due"
    RESULTS_PRESENT = "results_present", "Results given, or a reason why not"
    SIGNED_OFF = "signed_off", "Results signed off by the directorate before the close"
    RED_HAS_ACTION = "red_has_action", "Poor results that say what is being done"
    ACTIONS_ON_TIME = "actions_on_time", "Planned and agreed actions done on time"
    POSTS_FILLED = "posts_filled", "Indicators whose accountable manager is in post"
    VARIATIONS_IN_DATE = (
        "variations_in_date",
        "Variations decided on, and reviewed before they end",
    )
    NOBODY_SIGNS_OWN = "nobody_signs_own", "Approvals by somebody other than the submitter"
    CONFIDENCE_FINAL = "confidence_final", "Results of the quarter before that have become final"


class TallyState(Word):
    """What a count says of a requirement. Where there was nothing to look at, it says nothing."""

    IN_FULL = "in_full", "Kept"
    NOT_IN_FULL = "not_in_full", "Not kept in full"
    NOTHING = "nothing", "Nothing to check"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many things were looked at, and how many of them kept to the requirement."""

    looked_at: int = 0
    kept: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.kept <= self.looked_at:
            raise ValueError("No more can keep to a requirement than were looked at")

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.looked_at + other.looked_at, self.kept + other.kept)

    @property
    def lapses(self) -> int:
        return self.looked_at - self.kept

    @property
    def state(self) -> TallyState:
        if not self.looked_at:
            return TallyState.NOTHING
        return TallyState.NOT_IN_FULL if self.lapses else TallyState.IN_FULL

    @property
    def is_full(self) -> bool:
        return self.state is TallyState.IN_FULL

    @property
    def per_cent(self) -> int | None:
        """To the nearest, but a hundred of all alone and nought of none; None with nothing due."""
        if not self.looked_at:
            return None
        nearest = (200 * self.kept + self.looked_at) // (2 * self.looked_at)
        return min(max(nearest, min(self.kept, 1)), 100 if self.kept == self.looked_at else 99)

    @property
    def sentence(self) -> str:
        """The count in words: "7 of 9 kept"."""
        if not self.looked_at:
            return TallyState.NOTHING.label
        return f"{self.kept} of {self.looked_at} kept"


def total(tallies: Iterable[Tally]) -> Tally:
    """All of them together."""
    return sum(tallies, Tally())


@dataclass(frozen=True, slots=True)
class Overall:
    """How many requirements were kept in full, of those for which there was something to look at."""

    in_full: int
    looked_at: int

    @classmethod
    def of(cls, tallies: Iterable[Tally]) -> Overall:
        states = Counter(each.state for each in tallies)
        return cls(
            states[TallyState.IN_FULL], states[TallyState.IN_FULL] + states[TallyState.NOT_IN_FULL]
        )

    @property
    def is_full(self) -> bool:
        return 0 < self.looked_at == self.in_full

    @property
    def sentence(self) -> str:
        if not self.looked_at:
            return TallyState.NOTHING.label
        return f"{self.in_full} of {self.looked_at} in full"


@dataclass(frozen=True, slots=True)
class Lapse:
    """One thing that did not keep to a requirement: its reference, and in what."""

    reference: str
    words: str


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one check came to in one unit: how many it looked at, and those that lapsed."""

    check: Check
    clause: str
    unit: int
    looked_at: int
    lapses: tuple[Lapse, ...] = ()

    @property
    def tally(self) -> Tally:
        return Tally(self.looked_at, self.looked_at - len(self.lapses))

    @property
    def detail(self) -> list[dict[str, str]]:
        """The lapses as they are kept, in the order of their references."""
        return [
            {"reference": each.reference, "words": each.words}
            for each in sorted(self.lapses, key=lambda one: (one.reference, one.words))
        ]
