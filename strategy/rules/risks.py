"""What a risk scores, and what its score is called. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from core.words import Word

MOST = 5  # of likelihood, and of impact
LARGEST_SCORE = MOST * MOST
# The bands of Kent County Council's own register: low to 6, medium 8 to 15, high from 16.
RED_FROM, AMBER_FROM = 16, 8
LIKELIHOOD = {1: "Very unlikely", 2: "Unlikely", 3: "Possible", 4: "Likely", 5: "Very likely"}
IMPACT = {1: "Minor", 2: "Moderate", 3: "Significant", 4: "Serious", 5: "Major"}


class RiskLevel(Word):
    """How high a risk stands by its score."""

    HIGH = "high", "High"
    MEDIUM = "medium", "Medium"
    LOW = "low", "Low"

    @property
    def colour(self) -> str:
        """The colour in which registers draw it, by name."""
        return {RiskLevel.HIGH: "red", RiskLevel.MEDIUM: "amber", RiskLevel.LOW: "green"}[self]


@dataclass(frozen=True, slots=True)
class Score:
    """Likelihood times impact, each from 1 to 5."""

    likelihood: int
    impact: int

    def __post_init__(self) -> None:
        if not (1 <= self.likelihood <= MOST and 1 <= self.impact <= MOST):
            raise ValueError(f"Likelihood and impact go from 1 to {MOST}")

    @property
    def value(self) -> int:
        return self.likelihood * self.impact

    @property
    def level(self) -> RiskLevel:
        if self.value >= RED_FROM:
            return RiskLevel.HIGH
        return RiskLevel.MEDIUM if self.value >= AMBER_FROM else RiskLevel.LOW

    @property
    def words(self) -> str:
        """16 of 25, high (red): likely (4) × serious (4)."""
        return (
            f"{self.value} of {LARGEST_SCORE}, {self.level.label.lower()} ({self.level.colour}):"
            f" {LIKELIHOOD[self.likelihood].lower()} ({self.likelihood})"
            f" × {IMPACT[self.impact].lower()} ({self.impact})"
        )


def against_appetite(score: Score | None, appetite: int | None) -> str:
    """Whether a risk scores more than is accepted, in a sentence without a full stop."""
    if appetite is None:
        return "No appetite is set"
    if score is None:
        return f"Not assessed; a score up to {appetite} is accepted"
    if score.value > appetite:
        return f"Over appetite: scores {score.value}, and up to {appetite} is accepted"
    return f"Within appetite: scores {score.value}, and up to {appetite} is accepted"
