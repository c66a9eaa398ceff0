"""Explanations as pages show them: the latest of each quarter, and those it superseded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from core.quarters import Quarter
from escalation.models.escalations import Explanation
from escalation.rules.explanations import load_shown, wrong_explanation
from indicators.models.definitions import Indicator
from sorp.lexicon import Level
from sorp.rules.conditions.base import REFERRED_TO
from sorp.rules.figures import Figure


@dataclass(frozen=True, slots=True)
class ExplainedTrigger:
    """One trigger of an explanation: what it asks, what it found, and how far off it was."""

    name: str
    clause: str
    team: str
    asks: str
    counted: tuple[Quarter, ...]
    met: bool
    more_needed: int
    fewer: int

    @property
    def verdict(self) -> str:
        if self.met:
            return "Met"
        quarters = "quarter" if self.more_needed == 1 else "quarters"
        return f"Not met: {self.more_needed} more such {quarters} would meet it"


@dataclass(frozen=True, slots=True)
class ExplainedLevel:
    """One level of the ladder in an explanation: referred now, standing there, recovered or ended."""

    level: Level
    state: str
    opened_in: Quarter
    relapse: bool
    reason: str

    @property
    def words(self) -> str:
        if self.state == "opened":
            return "referred now, as a relapse" if self.relapse else "referred now"
        if self.state == "recovered":
            return f"referred in {self.opened_in}, and no longer"
        if self.state == "ended":
            return f"referred in {self.opened_in}, and ended: no longer measured"
        return f"since {self.opened_in}"


@dataclass(frozen=True)
class ExplanationPage:
    """An explanation with what its page needs, drawn from nothing but its document."""

    explanation: Explanation
    earlier: tuple[Explanation, ...]  # those of the same quarter that it superseded, latest first

    @property
    def document(self) -> Mapping[str, Any]:
        document: Mapping[str, Any] = self.explanation.document
        return document

    @property
    def figures(self) -> list[Figure]:
        """The quarters that it looked at, latest first. One that cannot be read is a difference."""
        found = []
        for shown in reversed(self.document["quarters"]):
            with suppress(ValueError):
                found.append(load_shown(shown))
        return found

    @property
    def triggers(self) -> list[ExplainedTrigger]:
        return [*_triggers(self.document["triggers"])]

    @property
    def levels(self) -> list[ExplainedLevel]:
        return [
            ExplainedLevel(
                level=Level(each["level"]),
                state=each["state"],
                opened_in=Quarter.parse(each["opened_in"]),
                relapse=each["relapse"],
                reason=each["reason"],
            )
            for each in self.document["levels"]
        ]

    @property
    def recovery(self) -> str:
        """What would have it recover, where it is referred up."""
        return self.document["recovery"]["needs"] or ""

    @cached_property
    def differences(self) -> list[str]:
        """What differs when it is worked out again from the inputs kept with it; nothing where all is well."""
        kept = self.explanation
        return list(
            wrong_explanation(outcome=kept.outcome, sentence=kept.sentence, document=self.document)
        )


def explanation_page(*, indicator: Indicator, quarter: Quarter) -> ExplanationPage | None:
    """The explanation of one close for one indicator; None where nothing was to be explained."""
    rows = list(
        Explanation.objects.filter(indicator=indicator, quarter=quarter).order_by("-number")
    )
    return ExplanationPage(rows[0], tuple(rows[1:])) if rows else None


def explanations_of(indicator: Indicator) -> QuerySet[Explanation]:
    """The latest explanation of each quarter, latest quarter first, without its document."""
    return (
        Explanation.objects.filter(indicator=indicator, is_latest=True)
        .defer("document")
        .order_by("-quarter")
    )


def latest_explanation(indicator: Indicator, *, until: Quarter) -> Explanation | None:
    """That of a quarter's close; None where nothing was to be explained of that quarter."""
    return explanations_of(indicator).filter(quarter=until).first()


def _triggers(checks: Sequence[Mapping[str, Any]]) -> Iterator[ExplainedTrigger]:
    for each in checks:
        yield ExplainedTrigger(
            name=each["name"],
            clause=each["clause"],
            team=REFERRED_TO[Level(each["level"])],
            asks=each["asks"],
            counted=tuple(Quarter.parse(quarter) for quarter in each["counted"]),
            met=each["met"],
            more_needed=each["more_needed"],
            fewer=each["fewer"],
        )
