"""A meeting's pack as it is shown: the agenda, and the story of each item called in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from core.canonical_json import canonical
from core.charts.trend import QuarterPoint, Trend, trend_chart
from core.own_words import said_at_the_head
from core.pdf import PdfFacts
from core.quarters import Quarter
from indicators.rules.remarks import with_sentence
from reports.rendering.assets import in_colour, page_styles, print_styles
from reports.rendering.html import MARKS
from reports.rules.wording import Writer
from sorp.lexicon import Confidence, NotRated, Polarity, Rag, Travel
from sorp.rules.patterns import Pattern
from strategy.rules.savings import pounds

RECENT = 8
# What a team receives besides its agenda: by key of the pack, the heading of its chapter.
BESIDES = {
    "topics": "Customers, staff and support services",
    "risks": "High risks",
    "projects": "Projects",
    "savings": "Savings of the Medium Term Financial Plan",
}


@dataclass(frozen=True)
class AgendaItem:
    """One item on the agenda: why it is here, how it came about, its plan, what was decided before."""

    facts: Mapping[str, Any]

    def __getattr__(self, name: str) -> Any:
        try:
            return self.facts[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def kind(self) -> str:
        """What it is where it is no indicator: milestone, project, saving, risk or unit."""
        return str(self.facts.get("kind", ""))

    @property
    def anchor(self) -> str:
        return f"story-{self.facts['position']}"

    @cached_property
    def write(self) -> Writer:
        return Writer(self.facts["measure_unit"], self.facts["decimals"])

    @property
    def shown_value(self) -> str:
        return self.write.rated(self.facts)

    @property
    def limits(self) -> list[tuple[str, str]]:
        return [
            (label, self.write.limit(self.facts[key]))
            for key, label in (("target", "Target"), ("floor", "Floor standard"))
            if self.facts[key] is not None
        ]

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The latest quarters, this one first, with figures as they are written."""
        bare = Writer("", self.facts["decimals"])
        return [
            {
                **each,
                "value": bare.rated(each),
                "target": bare.limit(each["target"]) if each["target"] is not None else "",
                "marks": _marks(each),
            }
            for each in self.facts["history"][-RECENT:][::-1]
        ]

    @cached_property
    def trend(self) -> Trend:
        found = {each["quarter"]: each for each in self.facts["history"]}
        quarters = sorted(found)
        span = (
            Quarter.parse(quarters[0]).until(Quarter.parse(quarters[-1])) if quarters else iter(())
        )
        trend = Trend(
            name=f"story-{self.facts['position']}",
            title=self.facts["title"],
            points=tuple(_point(quarter, found.get(quarter.key)) for quarter in span),
            measure_unit=self.facts["measure_unit"],
            decimals=self.facts["decimals"],
            polarity=Polarity(self.facts["polarity"]),
            travel=Travel(self.facts["travel"]),
        )
        return with_sentence(trend, Pattern.load(self.facts.get("pattern", {})))

    @cached_property
    def chart(self) -> SafeString:
        return mark_safe(trend_chart(self.trend))  # noqa: S308 - svg.py escapes every text

    @property
    def sentence(self) -> str:
        return self.trend.sentence

    @property
    def open_escalations(self) -> list[dict[str, Any]]:
        return [
            {
                **each,
                "since": Quarter.parse(each["since"]),
                "opened_in": Quarter.parse(each["opened_in"]),
            }
            for each in self.facts["escalations"]
        ]

    @property
    def expected_recovery(self) -> Quarter | None:
        plan = self.facts["plan"]
        return (
            Quarter.parse(plan["expected_recovery"]) if plan and plan["expected_recovery"] else None
        )


@dataclass(frozen=True)
class ShownPack:
    """One pack's document, ready to be shown."""

    document: Mapping[str, Any]
    council: str
    notice: str
    frozen_on: date
    attached: Mapping[int, PdfFacts] = field(default_factory=dict)  # by the paper's position

    def __getattr__(self, name: str) -> Any:
        try:
            return self.document[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def title(self) -> str:
        return f"Pack of the {self.document['team']['name']}"

    @property
    def meets_on(self) -> date:
        return date.fromisoformat(self.document["meeting"]["date"])

    @property
    def tabled(self) -> list[dict[str, Any]]:
        """The papers, each with what is known of its file and the pages that are kept free for it."""
        found = []
        for each in self.document["papers"]:
            facts = self.attached.get(each["position"])
            pages = range(1, facts.pages + 1) if facts else ()
            found.append(
                {**each, "facts": facts, "pages": pages, "bookmark": attached_bookmark(each)}
            )
        return found

    @cached_property
    def stories(self) -> list[AgendaItem]:
        return [AgendaItem(each) for each in self.document["agenda"]]

    @cached_property
    def topics(self) -> list[dict[str, Any]]:
        """Indicators of customers, staff and support, with figures as they are written."""
        return [
            {**each, "indicators": [_written(line) for line in each["indicators"]]}
            for each in self.document.get("topics", [])
        ]

    @cached_property
    def savings(self) -> list[dict[str, Any]]:
        """Savings with their sums as they are written."""
        sums = ("amount", "delivered", "forecast")
        return [
            {**each, **{key: "–" if each[key] is None else pounds(each[key]) for key in sums}}
            for each in self.document.get("savings", [])
        ]

    @property
    def contents(self) -> list[tuple[str, str, int]]:
        found = [("agenda", "Agenda", 1)]
        if self.document.get("matters_arising"):
            found.append(("arising", "Matters arising", 1))
        found += [(each.anchor, f"{each.position}. {each.title}", 2) for each in self.stories]
        if self.document["late_milestones"]:
            found.append(("milestones", "Milestones that are late", 1))
        for key, text in BESIDES.items():
            if self.document.get(key):
                found.append((key, text, 1))
        if self.document["papers"]:
            found.append(("papers", "Papers", 1))
        return found


def attached_bookmark(paper: Mapping[str, Any]) -> str:
    """What the first page of a paper's file is called among the bookmarks."""
    return f"Attached to paper {paper['position']}: {paper['file']}"


def pack_page(shown: ShownPack, *, for_print: bool = False) -> str:
    """A whole page that needs nothing beside itself. The same document gives the same text."""
    text = canonical(shown.document).decode()
    styles = print_styles() if for_print else page_styles(text)
    styles = in_colour(styles, said_at_the_head().get("colour", ""))
    return render_to_string(
        "reports/pack.html",
        {"pack": shown, "styles": mark_safe(styles), "marks": MARKS, "for_print": for_print},  # noqa: S308 - our own
    )


def _written(line: Mapping[str, Any]) -> dict[str, Any]:
    write = Writer(line["measure_unit"], line["decimals"])
    parts = [
        {**part, "value": write.value(part["value"]) if part["value"] is not None else ""}
        for part in line["parts"]
    ]
    before = write.value(line["before"]) if line["before"] is not None else ""
    return {**line, "value": write.value(line["value"]), "before": before, "parts": parts}


def _marks(each: Mapping[str, Any]) -> tuple[str, ...]:
    letters = {
        "p": each["confidence"] == Confidence.PROVISIONAL,
        "e": each["confidence"] == Confidence.ESTIMATED,
        "b": each["definition_break"],
    }
    return tuple(letter for letter, is_true in letters.items() if is_true)


def _point(quarter: Quarter, each: Mapping[str, Any] | None) -> QuarterPoint:
    if each is None:
        return QuarterPoint(quarter)

    def number(key: str) -> Decimal | None:
        return None if each[key] is None else Decimal(each[key])

    return QuarterPoint(
        quarter,
        value=number("value"),
        rag=Rag(each["rag"]) if each["rag"] else None,
        not_rated=NotRated(each["not_rated"]) if each["not_rated"] else None,
        target=number("target"),
        floor=number("floor"),
        lower=number("lower"),
        upper=number("upper"),
        confidence=Confidence(each["confidence"]) if each["confidence"] else None,
        definition_break=each["definition_break"],
    )
