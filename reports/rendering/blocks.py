"""One indicator as it is shown: its state, its figures, its chart and its words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from core.charts.trend import Trend, trend_chart
from core.converters import address_of
from core.quarters import Quarter
from indicators.rules.remarks import state_now, trend_sentence, with_sentence
from reports.rendering.parts import ShownBreakdown, breakdowns_shown
from reports.rules.wording import Writer, briefly, explained, limits, marks_of, point_of
from reports.rules.counting import REPORTED_LEVELS, is_referred_up
from reports.rules.history import in_quarter, rated_before
from sorp.lexicon import (
    Basis,
    Frequency,
    Kind,
    Layer,
    Level,
    NotRated,
    Polarity,
    RatingMethod,
    Tier,
    Travel,
)
from sorp.rules.patterns import Pattern

PATTERN = ("basis", "frequency", "due", "lag_quarters", "made_of_months", "seasonal")
RECENT = 6


@dataclass(frozen=True, slots=True)
class RatingLine:
    """One quarter of an indicator, as a row of a table."""

    quarter: Quarter
    value: str  # without its unit, which stands in the heading
    target: str
    rag: str | None
    not_rated: str | None
    marks: tuple[str, ...]
    late: bool
    stale: bool


@dataclass(frozen=True)
class IndicatorBlock:
    """One indicator in one quarter, from an edition's own facts. Everything shown is text."""

    facts: Mapping[str, Any]
    quarter: Quarter

    def __getattr__(self, name: str) -> Any:
        """The facts under their own names: reference, title, definition, commentary, plan …"""
        try:
            return self.facts[name]
        except KeyError:
            raise AttributeError(name) from None

    @cached_property
    def write(self) -> Writer:
        return Writer(self.facts["measure_unit"], self.facts["decimals"])

    @cached_property
    def rating(self) -> Mapping[str, Any]:
        """This quarter's verdict; where nothing at all was said, *not rated: no result*."""
        return in_quarter(self.facts, self.quarter.key) or {
            **dict.fromkeys(("value", "rag", "target", "floor", "lower", "upper", "tolerance")),
            **dict.fromkeys(("definition_break", "stale", "late", "revised"), False),
            "confidence": None,
            "method": RatingMethod.NONE.value,
            "not_rated": NotRated.NO_RESULT.value,
            "travel": Travel.NOT_ENOUGH_DATA.value,
            "polarity": self.facts["polarity"],
        }

    @property
    def varied(self) -> list[dict[str, str]]:
        """The variation by which this quarter was judged, where there was one."""
        return [
            {"what": each["what"], "until": str(Quarter.parse(each["until_quarter"]))}
            for each in self.facts.get("variations", ())
            if each["from_quarter"] <= self.quarter.key <= each["until_quarter"]
        ]

    @cached_property
    def previous(self) -> Mapping[str, Any] | None:
        """The last verdict before this quarter's that had a RAG status."""
        return rated_before(self.facts, self.quarter.key)

    @property
    def previous_when(self) -> str:
        """The quarter of the previous RAG, where it is not simply the quarter before."""
        if self.previous is None or self.previous["quarter"] == self.quarter.previous().key:
            return ""
        return str(Quarter.parse(self.previous["quarter"]))

    @property
    def speaks_of(self) -> str:
        """The stretch of time of this quarter's figure, where it is another than the quarter."""
        has_value = self.rating["value"] is not None
        return self.pattern.unless_the_quarter(self.quarter) if has_value else ""

    @property
    def value(self) -> str:
        return self.write.rated(self.rating)

    @property
    def limits(self) -> list[tuple[str, str]]:
        return limits(self.rating, self.write)

    @property
    def listed_unit(self) -> str:
        """The unit, where it is too long to stand beside each figure of a list."""
        unit = self.facts["measure_unit"]
        return "" if len(unit) <= 1 else unit

    @property
    def listed_value(self) -> str:
        return self._listed.rated(self.rating)

    @property
    def listed_target(self) -> str:
        expected = limits(self.rating, self._listed)
        return expected[0][1] if expected else ""

    @property
    def _listed(self) -> Writer:
        return Writer("", self.facts["decimals"]) if self.listed_unit else self.write

    @property
    def target(self) -> str:
        """The first of what was expected, for a table with one column for it."""
        return self.limits[0][1] if self.limits else ""

    @property
    def explanation(self) -> str:
        return explained(self.rating, self.write, self.facts["not_available"])

    @property
    def marks(self) -> tuple[str, ...]:
        return marks_of(self.rating)

    @property
    def anchor(self) -> str:
        return f"indicator-{address_of(self.facts['reference'])}"

    @cached_property
    def lines(self) -> list[RatingLine]:
        """The latest quarters, this one first."""
        found = {each["quarter"]: each for each in self.facts["ratings"]}
        first = self.quarter.back(RECENT - 1)
        wanted = [found.get(each.key) for each in first.until(self.quarter)]
        return [self._line(each) for each in reversed(wanted) if each is not None]

    @cached_property
    def all_lines(self) -> list[RatingLine]:
        """Every quarter there is, latest first: the chart's twin, and more."""
        return [self._line(each) for each in reversed(self.facts["ratings"])]

    def _line(self, rating: Mapping[str, Any]) -> RatingLine:
        bare = Writer("", self.facts["decimals"])
        expected = limits(rating, bare)
        return RatingLine(
            quarter=Quarter.parse(rating["quarter"]),
            value=bare.rated(rating),
            target=expected[0][1] if expected else "",
            rag=rating["rag"],
            not_rated=briefly(rating["not_rated"]),
            marks=marks_of(rating),
            late=rating["late"],
            stale=rating["stale"],
        )

    @property
    def lines_marks(self) -> str:
        """The letters that occur in the table of latest quarters, for the key above it."""
        letters = {mark for each in self.lines for mark in each.marks}
        if any(not each.value for each in self.lines):
            letters.add("x")
        return "".join(each for each in "perbx" if each in letters)

    @cached_property
    def trend(self) -> Trend:
        polarity = Polarity(self.rating["polarity"])
        found = {each["quarter"]: each for each in self.facts["ratings"]}
        first = Quarter.parse(min(found, default=self.quarter.key))
        trend = Trend(
            name=address_of(self.facts["reference"]).replace(".", "-"),
            title=self.facts["title"],
            points=tuple(
                point_of(quarter, found.get(quarter.key)) for quarter in first.until(self.quarter)
            ),
            measure_unit=self.facts["measure_unit"],
            decimals=self.facts["decimals"],
            polarity=polarity,
            travel=Travel(self.rating["travel"]),
            floor_label="Limit" if self.rating["method"] == RatingMethod.TOLERANCE else "Floor",
        )
        return with_sentence(trend, self.pattern)

    @cached_property
    def pattern(self) -> Pattern:
        """What its figures speak of."""
        return Pattern.load({name: self.facts[name] for name in PATTERN if name in self.facts})

    @cached_property
    def chart(self) -> SafeString:
        return mark_safe(trend_chart(self.trend))  # noqa: S308 - svg.py escapes every text

    @property
    def sentence(self) -> str:
        """Which way it moved. How it stands to its target is the explanation's to say."""
        return trend_sentence(self.trend, self.pattern, standing=False)

    @cached_property
    def breakdowns(self) -> list[ShownBreakdown]:
        """By its parts, where any were given; small numbers were withheld before it was frozen."""
        return breakdowns_shown(self.facts)

    @property
    def is_referred_up(self) -> bool:
        return is_referred_up(self.facts)

    @property
    def referrals(self) -> list[dict[str, Any]]:
        """Open escalations to PAT or Cabinet, the highest first, in words."""
        return [
            {
                **each,
                "level_label": Level(each["level"]).label,
                "since": Quarter.parse(each["since"]),
                "opened_in": Quarter.parse(each["opened_in"]),
            }
            for each in sorted(
                self.facts["escalations"], key=lambda each: -Level(each["level"]).height
            )
            if each["recovered_in"] is None and each["level"] in REPORTED_LEVELS
        ]

    @property
    def state_now(self) -> str:
        """How it stands at the close, told before why it was referred up."""
        return state_now(self.trend.points)

    @property
    def referral_history(self) -> list[dict[str, Any]]:
        """Every escalation there was, latest first, at every level."""
        return [
            {
                **each,
                "level_label": Level(each["level"]).label,
                "since": Quarter.parse(each["since"]),
                "opened_in": Quarter.parse(each["opened_in"]),
                "recovered_in": each["recovered_in"] and Quarter.parse(each["recovered_in"]),
            }
            for each in sorted(self.facts["escalations"], key=lambda each: each["opened_in"])[::-1]
        ]

    @property
    def expected_recovery(self) -> Quarter | None:
        plan = self.facts["plan"]
        return (
            Quarter.parse(plan["expected_recovery"]) if plan and plan["expected_recovery"] else None
        )

    @property
    def revisions_told(self) -> list[dict[str, Any]]:
        """Revisions of figures already published, latest first, with figures as they are written."""
        return [
            {
                **each,
                "quarter": Quarter.parse(each["quarter"]),
                "value": self.write.value(each["value"]),
                "was": self.write.value(each["was"]),
            }
            for each in reversed(self.facts["revisions"])
        ]

    @property
    def particulars(self) -> list[tuple[str, str]]:
        """How the indicator is measured, in words."""
        return [
            ("Which way is better", Polarity(self.facts["polarity"]).label),
            ("How it is rated", RatingMethod(self.rating["method"]).label),
            (
                "How often",
                f"{Frequency(self.facts['frequency']).label}; due {self.pattern.due_in_words}",
            ),
            (
                "What one figure covers",
                f"{Basis(self.facts['basis']).label}. In {self.quarter}:"
                f" {self.pattern.speaks_of(self.quarter)}",
            ),
            ("Kind", Kind(self.facts["kind"]).label),
            ("Tier", Tier(self.facts["tier"]).label),
            ("Layer of the report", Layer(self.facts["layer"]).label),
        ]
