"""An indicator by its parts as it is shown: small charts, a table, and what is withheld in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from core.charts.multiples import MOST, Multiples, Panel, PanelPoint, panel_charts
from core.converters import address_of
from core.figures import DECIMALS, as_number, decimals_of
from core.quarters import Quarter
from core.words import mid_sentence
from indicators.rules.parts import (
    BreakdownHistory,
    PartHistory,
    PartPoint,
    counts_written,
    load_breakdown,
)
from sorp.lexicon import Basis, Rag
from sorp.rules.thresholds import LIMITS

TABLED = 4  # quarters


@dataclass(frozen=True, slots=True)
class PartCell:
    """One part in one quarter, as a cell of the table."""

    text: str
    is_figure: bool
    revised: bool = False


@dataclass(frozen=True, slots=True)
class PartRow:
    """One part: its chart, its latest quarters, and how it stands to a target of its own."""

    name: str
    chart: SafeString
    cells: tuple[PartCell, ...]
    counts: str  # "80 of 100" in the latest quarter
    target: str
    rag: Rag | None
    is_rated: bool  # whether it has a target of its own


@dataclass(frozen=True)
class ShownBreakdown:
    """An indicator by one dimension. The same from live rows and from an edition."""

    history: BreakdownHistory
    reference: str
    measure_unit: str
    decimals: int
    basis: str
    whole: Mapping[Quarter, Decimal | None]

    @property
    def name(self) -> str:
        return self.history.name

    @property
    def in_words(self) -> str:
        return mid_sentence(self.history.name)

    @property
    def anchor(self) -> str:
        return f"by-{self.history.key}"

    @property
    def quarter(self) -> Quarter:
        """The latest in which any part was given."""
        return self.history.quarters[-1]

    @property
    def quarters(self) -> tuple[Quarter, ...]:
        """The latest quarters, as the table heads its columns: oldest first."""
        return self.history.quarters[-TABLED:]

    @cached_property
    def latest(self) -> list[tuple[PartHistory, PartPoint]]:
        found = ((part, part.in_quarter(self.quarter)) for part in self.history.parts)
        return [(part, point) for part, point in found if point is not None]

    @property
    def sentence(self) -> str:
        """Between which parts the figure lies, and how many are not shown."""
        shown = sorted(
            (
                (point.figure.value, place)
                for place, (_, point) in enumerate(self.latest)
                if point.figure.value is not None
            )
        )
        return f"{self._between([place for _, place in shown])}{self._withheld}"

    def _between(self, places: list[int]) -> str:
        if not places:
            return f"For {self.quarter} no part is shown."
        low, high = (self.latest[place] for place in (places[0], places[-1]))
        least, most = (self._written(point) for _, point in (low, high))
        if len(places) == 1:
            return f"In {self.quarter} only {low[0].name} is shown, at {least}."
        if least == most:
            return f"In {self.quarter} every part that is shown was {least}."
        return (
            f"In {self.quarter} the parts went from {least} ({low[0].name}) to {most}"
            f" ({high[0].name})."
        )

    @property
    def _withheld(self) -> str:
        hidden = sum(point.withheld is not None for _, point in self.latest)
        if not hidden:
            return ""
        of = len(self.latest)
        verb = "is" if hidden == 1 else "are"
        return f" {hidden} of {of} parts {verb} withheld, so that nobody can be recognised."

    @property
    def has_targets(self) -> bool:
        return any(each.is_rated for each in self.rows)

    @property
    def has_counts(self) -> bool:
        return any(each.counts for each in self.rows)

    @cached_property
    def rows(self) -> list[PartRow]:
        charts = panel_charts(self._multiples) or [""] * len(self.history.parts)
        return [
            self._row(part, chart) for part, chart in zip(self.history.parts, charts, strict=True)
        ]

    def _row(self, part: PartHistory, chart: str) -> PartRow:
        point = part.in_quarter(self.quarter)
        limits = [] if point is None else [getattr(point.figure, name) for name in LIMITS]
        return PartRow(
            name=part.name,
            chart=mark_safe(chart),  # noqa: S308 - svg.py escapes every text
            cells=tuple(self._cell(part.in_quarter(each)) for each in self.quarters),
            counts=counts_written(point.numerator, point.denominator) if point else "",
            target=self._target(point),
            rag=point.figure.rag if point else None,
            is_rated=any(each is not None for each in limits),
        )

    def _cell(self, point: PartPoint | None) -> PartCell:
        if point is None:
            return PartCell("not given", is_figure=False)
        if point.withheld is not None:
            return PartCell(point.withheld.words(self.history.fewer_than), is_figure=False)
        if point.figure.value is None:
            return PartCell(point.not_available or "no cases", is_figure=False)
        return PartCell(self._written(point), is_figure=True, revised=point.figure.revised)

    def _written(self, point: PartPoint) -> str:
        """As it is printed: on its own side of each bound by which it is rated."""
        assert point.figure.value is not None
        return as_number(
            point.figure.value,
            self.decimals,
            self.measure_unit,
            bounds=[getattr(point.figure, name) for name in LIMITS],
        )

    def _target(self, point: PartPoint | None) -> str:
        if point is None:
            return ""
        figure = point.figure
        if figure.target is not None:
            return self._limit(figure.target)
        if figure.lower is not None and figure.upper is not None:
            return f"{self._limit(figure.lower)} to {self._limit(figure.upper)}"
        return ""

    def _limit(self, value: Decimal) -> str:
        return as_number(value, decimals_of(value, DECIMALS), self.measure_unit)

    @property
    def _multiples(self) -> Multiples:
        last = self.quarter
        first = max(self.history.quarters[0], last.back(MOST - 1))
        over = list(first.until(last))
        return Multiples(
            panels=tuple(
                Panel(
                    name=f"{address_of(self.reference)}-{self.history.key}-{part.key}".replace(
                        ".", "-"
                    ),
                    title=f"{part.name}, {first} to {last}",
                    points=tuple(self._panel_point(part, each) for each in over),
                )
                for part in self.history.parts
            ),
            measure_unit=self.measure_unit,
            restarts_in_april=self.basis == Basis.YEAR_TO_DATE,
        )

    def _panel_point(self, part: PartHistory, quarter: Quarter) -> PanelPoint:
        point, whole = part.in_quarter(quarter), self.whole.get(quarter)
        if point is None or point.figure.value is None:
            hidden = point.withheld if point else None
            words = hidden.words(self.history.fewer_than) if hidden else ""
            return PanelPoint(quarter, whole=whole, withheld=words)
        return PanelPoint(
            quarter,
            value=point.figure.value,
            whole=whole,
            target=point.figure.target,
            rag=point.figure.rag,
            written=self._written(point),
        )


def breakdowns_shown(facts: Mapping[str, Any]) -> list[ShownBreakdown]:
    """An indicator's breakdowns as its edition holds them."""
    whole = {
        Quarter.parse(each["quarter"]): None if each["value"] is None else Decimal(each["value"])
        for each in facts["ratings"]
    }
    return [
        ShownBreakdown(
            load_breakdown(each),
            reference=facts["reference"],
            measure_unit=facts["measure_unit"],
            decimals=facts["decimals"],
            basis=facts["basis"],
            whole=whole,
        )
        for each in facts.get("parts", ())
    ]
