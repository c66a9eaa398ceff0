"""An indicator by month as it is shown: a small chart, a table, and the months of one quarter in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from core.charts.months import MOST, MonthLine, MonthPoint, months_chart
from core.converters import address_of
from core.figures import as_number
from core.months import Month, months_of
from core.quarters import Quarter
from sorp.lexicon import Confidence, MadeOfMonths

TABLED = 12  # months
MADE = {
    MadeOfMonths.SUM: "The quarter’s figure is the sum of its months.",
    MadeOfMonths.MEAN: "The quarter’s figure is the mean of its months, by their denominators where"
    " there are any.",
    MadeOfMonths.LAST: "The quarter’s figure is that of its last month.",
}
LETTERS = {Confidence.PROVISIONAL: "p", Confidence.ESTIMATED: "e"}


@dataclass(frozen=True, slots=True)
class ShownMonth:
    """One month, as a row of a table."""

    month: Month
    number: Decimal | None
    text: str  # its figure with its unit, or what is said in its place
    marks: tuple[str, ...]

    @property
    def is_figure(self) -> bool:
        return self.number is not None

    @property
    def in_words(self) -> str:
        """July 2011 76.4% [p]."""
        return " ".join([str(self.month), self.text, *(f"[{mark}]" for mark in self.marks)])


@dataclass(frozen=True)
class ShownMonths:
    """The months of an indicator, oldest first."""

    reference: str
    title: str
    measure_unit: str
    made_of_months: str
    months: tuple[ShownMonth, ...]

    @property
    def made(self) -> str:
        return MADE[MadeOfMonths(self.made_of_months)]

    @property
    def tabled(self) -> tuple[ShownMonth, ...]:
        """The latest twelve, latest first."""
        return self.months[-TABLED:][::-1]

    def of(self, quarter: Quarter) -> str:
        """The months of one quarter, as a list in a sentence."""
        wanted = months_of(quarter)
        return "; ".join(each.in_words for each in self.months if each.month in wanted)

    @cached_property
    def chart(self) -> SafeString:
        shown = [each for each in self.months[-MOST:] if each.is_figure]
        line = MonthLine(
            name=address_of(self.reference).replace(".", "-"),
            title=f"{self.title} by month.",
            points=tuple(
                MonthPoint(each.month, each.number, each.text) for each in self.months[-MOST:]
            ),
            measure_unit=self.measure_unit,
            is_provisional=bool(shown) and "p" in shown[-1].marks,
        )
        return mark_safe(months_chart(line))  # noqa: S308 - svg.py escapes every text


def months_shown(facts: Mapping[str, Any]) -> ShownMonths | None:
    """An indicator's months as its edition holds them; None where it is not given by month."""
    if not facts.get("months"):
        return None
    return ShownMonths(
        reference=facts["reference"],
        title=facts["title"],
        measure_unit=facts["measure_unit"],
        made_of_months=facts["made_of_months"],
        months=tuple(_shown(each, facts) for each in facts["months"]),
    )


def _shown(month: Mapping[str, Any], facts: Mapping[str, Any]) -> ShownMonth:
    number = None if month["value"] is None else Decimal(month["value"])
    if number is not None:
        text = as_number(number, facts["decimals"], facts["measure_unit"])
    elif month["withheld"]:
        text = f"withheld: {month['not_available']}"
    else:
        text = month["not_available"] or "no cases"
    letter = LETTERS.get(Confidence(month["confidence"])) if number is not None else None
    marks = (*([letter] if letter else []), *(["r"] if month["revised"] else []))
    return ShownMonth(Month.parse(month["month"]), number, text, marks)
