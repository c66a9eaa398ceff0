"""One indicator as it is shown: its state, its figures, its chart and its words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from core.charts.small import Bullet, Sparkline
from core.charts.trend import Trend, trend_chart
from core.converters import address_of
from core.quarters import Quarter
from indicators.rules.remarks import as_charted
from reports.rendering.months import ShownMonths, months_shown
from reports.rendering.parts import ShownBreakdown, breakdowns_shown
from reports.rules.counting import is_referred_up
from reports.rules.history import rated_before
from reports.rules.sentences import CHART_WORDS, key_parts
from reports.rules.wording import (
    Writer,
    briefly,
    limits,
    marks_of,
    pattern_of,
    rating_of,
    trend_of,
)
from sorp.lexicon import (
    Basis,
    Frequency,
    Kind,
    Layer,
    Level,
    Polarity,
    Rag,
    RatingMethod,
    Tier,
)
from sorp.rules.patterns import Pattern

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
    said: Mapping[str, str] = field(default_factory=dict)  # its sentences, by key

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
        return rating_of(self.facts, self.quarter)

    @property
    def varied(self) -> list[str]:
        """The variation by which this quarter was judged, where there was one."""
        return self._numbered("varied")

    def _numbered(self, key: str) -> list[str]:
        """The sentences of a kind of which there may be several, in their order."""
        found = ((key_parts(name), text) for name, text in self.said.items())
        return [text for (kind, _), text in sorted(found) if kind == key]

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
    def was(self) -> str:
        """The last status before, where it was another: "Amber", "Red in Q1 2022/23"."""
        if self.previous is None or self.previous["rag"] == self.rating["rag"]:
            return ""
        when = f" in {self.previous_when}" if self.previous_when else ""
        return f"{Rag(self.previous['rag']).label}{when}"

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
    def _listed(self) -> Writer:
        return Writer("", self.facts["decimals"]) if self.listed_unit else self.write

    @property
    def listed_expected(self) -> str:
        """What was expected, beside the figure of a list: "target 90%", "range 3 to 5"."""
        expected = limits(self.rating, self._listed)
        return f"{expected[0][0].lower()} {expected[0][1]}" if expected else ""

    @cached_property
    def bullet(self) -> Bullet | None:
        """Its figure against what was expected, as a row of a list draws it; None without either."""
        point = self.trend.points[-1]
        if point.value is None:
            return None
        one_sided = self.trend.polarity in (Polarity.HIGHER, Polarity.LOWER)
        bullet = Bullet(
            value=point.value,
            polarity=self.trend.polarity,
            target=point.target if one_sided else None,
            floor=point.floor,
            floor_label="limit" if self.rating["method"] == RatingMethod.TOLERANCE else "",
            lower=point.lower,
            upper=point.upper,
            measure_unit=self.facts["measure_unit"],
            decimals=self.facts["decimals"],
        )
        return bullet if bullet.limits else None

    @cached_property
    def spark(self) -> Sparkline:
        """Its last quarters, up to this one, as a row of a list draws them."""
        return Sparkline(
            points=self.trend.points,
            measure_unit=self.facts["measure_unit"],
            decimals=self.facts["decimals"],
            restarts_in_april=self.pattern.restarts_in_april,
        )

    @property
    def target(self) -> str:
        """The first of what was expected, for a table with one column for it."""
        return self.limits[0][1] if self.limits else ""

    @property
    def explanation(self) -> str:
        return self.said.get("explanation", "")

    @property
    def in_doubt(self) -> str:
        """How far the figure can be relied on, in a sentence; nothing where nothing is in doubt."""
        held = self.facts.get("data_confidence")
        if held is None:
            return ""
        why = "the figure is an estimate"
        if count := held["unanswered"]:
            asked = (
                "1 question about this figure was"
                if count == 1
                else f"{count} questions about this figure were"
            )
            why = f"{asked} not answered"
        return f"Data confidence is {held['level']}: {why}."

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
        return replace(
            as_charted(trend_of(self.facts, self.quarter), self.pattern),
            name=address_of(self.facts["reference"]).replace(".", "-"),
            sentence=self.said.get("chart", ""),
            description=self.said.get(CHART_WORDS, ""),
        )

    @cached_property
    def pattern(self) -> Pattern:
        """What its figures speak of."""
        return pattern_of(self.facts)

    @cached_property
    def chart(self) -> SafeString:
        return mark_safe(trend_chart(self.trend))  # noqa: S308 - svg.py escapes every text

    @property
    def sentence(self) -> str:
        """Which way it moved. How it stands to its target is the explanation's to say."""
        return self.said.get("trend", "")

    @cached_property
    def breakdowns(self) -> list[ShownBreakdown]:
        """By its parts, where any were given; small numbers were withheld before it was frozen."""
        return breakdowns_shown(self.facts, self.said)

    @cached_property
    def by_month(self) -> ShownMonths | None:
        """What it came to in each month, where it is given by month."""
        return months_shown(self.facts)

    @property
    def months_told(self) -> str:
        """The months of this quarter, as a list in a sentence."""
        return self.by_month.of(self.quarter) if self.by_month else ""

    @property
    def is_referred_up(self) -> bool:
        return is_referred_up(self.facts)

    @property
    def referrals(self) -> list[str]:
        """Open escalations to PAT or Cabinet, the highest first, in words."""
        places = sorted(
            range(len(self.facts["escalations"])),
            key=lambda place: -Level(self.facts["escalations"][place]["level"]).height,
        )
        found = (self.said.get(f"referral-{place + 1}", "") for place in places)
        return [each for each in found if each]

    @property
    def state_now(self) -> str:
        """How it stands at the close, told before why it was referred up."""
        return self.said.get("state-now", "")

    @property
    def referral_history(self) -> list[str]:
        """Every escalation there was, latest first, at every level."""
        return self._numbered("escalation")[::-1]

    @property
    def now_known_told(self) -> list[str]:
        """Each figure of an earlier quarter that came since the last report."""
        return self._numbered("now-known")

    @property
    def ending(self) -> str:
        """That this is, or is to be, its last quarter, and what replaces it."""
        return self.said.get("ending", "")

    @property
    def awaited_told(self) -> str:
        return self.said.get("awaited", "")

    @property
    def carried_over(self) -> str:
        return self.said.get("carried-over", "")

    @property
    def definition_history(self) -> list[str]:
        """What its definition said before, latest change first."""
        return self._numbered("definition-change")[::-1]

    @property
    def actions_told(self) -> list[str]:
        """What its action plan promises, and what of it is done."""
        return self._numbered("action")

    @property
    def expected_recovery(self) -> str:
        return self.said.get("expected-recovery", "")

    @property
    def no_plan(self) -> str:
        """What is said where there is neither a plan nor a management action."""
        return self.said.get("no-plan", "")

    @property
    def revisions_told(self) -> list[str]:
        """Revisions of figures already published, latest first."""
        return self._numbered("revision")[::-1]

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
