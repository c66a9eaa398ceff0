"""An indicator by its parts as it is shown: small charts, a table, and what is withheld in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from core.charts.multiples import panel_charts
from core.figures import DECIMALS, as_number, decimals_of
from core.quarters import Quarter
from indicators.rules.parts import PartHistory, PartPoint, counts_written
from reports.rules.parts import BreakdownInWords, breakdown_of
from sorp.lexicon import Rag
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
class ShownBreakdown(BreakdownInWords):
    """An indicator by one dimension as pages show it: small charts, and a table of the latest quarters."""

    @property
    def quarters(self) -> tuple[Quarter, ...]:
        """The latest quarters, as the table heads its columns: oldest first."""
        return self.history.quarters[-TABLED:]

    @property
    def has_targets(self) -> bool:
        return any(each.is_rated for each in self.rows)

    @property
    def has_whole(self) -> bool:
        """Whether the whole has a figure in any quarter that is drawn."""
        return any(self.whole.get(each) is not None for each in self.history.quarters)

    @property
    def has_counts(self) -> bool:
        return any(each.counts for each in self.rows)

    @cached_property
    def rows(self) -> list[PartRow]:
        charts = panel_charts(self.multiples) or [""] * len(self.history.parts)
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
        return PartCell(self.written(point), is_figure=True, revised=point.figure.revised)

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


def breakdowns_shown(facts: Mapping[str, Any], said: Mapping[str, str]) -> list[ShownBreakdown]:
    """An indicator's breakdowns as its edition holds them, with what it says of them."""
    return [
        ShownBreakdown(
            **breakdown_of(
                facts,
                each,
                sentence_held=said.get(f"parts-{row}", ""),
                charts_held={
                    part["part"]: said.get(f"part-chart-{row}-{place}", "")
                    for place, part in enumerate(each["parts"], start=1)
                },
            )
        )
        for row, each in enumerate(facts.get("parts", ()), start=1)
    ]
