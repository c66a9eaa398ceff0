"""What is said of an indicator by its parts: the sentence above them, and each part's chart in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from core.charts.multiples import MOST, Multiples, Panel, PanelPoint, panel_description
from core.converters import address_of
from core.figures import as_number
from core.quarters import Quarter
from core.words import mid_sentence
from indicators.rules.parts import BreakdownHistory, PartHistory, PartPoint, load_breakdown
from sorp.lexicon import Basis
from sorp.rules.thresholds import LIMITS


@dataclass(frozen=True)
class BreakdownInWords:
    """An indicator by one dimension. The same from live rows and from an edition."""

    history: BreakdownHistory
    reference: str
    measure_unit: str
    decimals: int
    basis: str
    whole: Mapping[Quarter, Decimal | None]
    # What its edition holds: the sentence, and of each part its chart in words; else made now.
    sentence_held: str = ""
    charts_held: Mapping[str, str] = field(default_factory=dict)

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

    @cached_property
    def latest(self) -> list[tuple[PartHistory, PartPoint]]:
        found = ((part, part.in_quarter(self.quarter)) for part in self.history.parts)
        return [(part, point) for part, point in found if point is not None]

    @property
    def sentence(self) -> str:
        """Between which parts the figure lies, and how many are not shown."""
        return self.sentence_held or self.made_sentence

    @property
    def made_sentence(self) -> str:
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
        least, most = (self.written(point) for _, point in (low, high))
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

    def written(self, point: PartPoint) -> str:
        """As it is printed: on its own side of each bound by which it is rated."""
        assert point.figure.value is not None
        return as_number(
            point.figure.value,
            self.decimals,
            self.measure_unit,
            bounds=[getattr(point.figure, name) for name in LIMITS],
        )

    @property
    def multiples(self) -> Multiples:
        """Each part over the same quarters, for its chart."""
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
                    description=self.charts_held.get(part.key, ""),
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
            written=self.written(point),
        )

    @property
    def made_charts(self) -> dict[str, str]:
        """Each part's chart in words, by its key; nothing where no part has a value to show."""
        panels = self.multiples.panels
        if not any(point.value is not None for each in panels for point in each.points):
            return {}
        keys = [part.key for part in self.history.parts]
        return {key: panel_description(panel) for key, panel in zip(keys, panels, strict=True)}


def breakdown_of(
    indicator: Mapping[str, Any], row: Mapping[str, Any], **held: Any
) -> dict[str, Any]:
    """What a breakdown is made from, of an indicator and one of its breakdowns as an edition holds them."""
    return {
        "history": load_breakdown(row),
        "reference": indicator["reference"],
        "measure_unit": indicator["measure_unit"],
        "decimals": indicator["decimals"],
        "basis": indicator["basis"],
        "whole": {
            Quarter.parse(each["quarter"]): None
            if each["value"] is None
            else Decimal(each["value"])
            for each in indicator["ratings"]
        },
        **held,
    }
