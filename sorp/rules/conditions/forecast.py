"""A forecast that misses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from sorp.lexicon import ForecastBy, Rag
from sorp.rules.conditions.base import (
    ADVICE,
    NOT_READ,
    NOTHING,
    Between,
    Condition,
    History,
    OneOf,
    Shape,
    is_status_at_or_worse,
    one_of,
    plain,
    status_in_words,
)
from sorp.rules.figures import Figure


@dataclass(frozen=True, kw_only=True)
class Forecast(Condition):
    """By the manager: the year's end is expected to be at a status or worse.

    By the system: the chance of the status next quarter, where one is shown, is so many per cent or
    more.
    """

    kind, position = "forecast", 4
    label, short_label = "A forecast that misses", "a forecast"
    form_fields = ("forecast_by", "status", "percent")
    window_of = "forecast"
    threshold_field = "status"

    status: Rag = one_of(Rag.RED, Rag.AMBER)
    percent: Decimal | None = None  # of the system's forecasts only
    forecast_by: ForecastBy = one_of(*ForecastBy)

    @classmethod
    def shapes(cls) -> tuple[Shape, ...]:
        (whole,) = super().shapes()
        return (
            {**whole, "forecast_by": OneOf((ForecastBy.MANAGER,)), "percent": NOTHING},
            {**whole, "forecast_by": OneOf((ForecastBy.SYSTEM,)), "percent": Between(0, 100)},
        )

    def refusals(self) -> Iterator[tuple[str, str]]:
        yield from super().refusals()
        if self.forecast_by is not ForecastBy.SYSTEM:
            if self.percent is not None:
                yield NOT_READ["percent"]
        elif not Between(0, 1000).holds(self.percent):
            yield "percent", ADVICE["percent"]
        elif (self.percent or 0) > 100:
            yield "percent", "no chance is greater than 100%"

    @property
    def condition(self) -> str:
        said = status_in_words(self.status)
        if self.forecast_by is ForecastBy.SYSTEM:
            expected = f"a chance of {plain(self.percent)}% or more of {said} next quarter"
        else:
            expected = f"forecast by its accountable manager to be {said} at the year’s end"
        if self.within == 1:
            return expected
        return f"{expected}, in {self.at_least} of the last {self.within} quarters with a forecast"

    def in_window(self, history: History, at: int) -> bool:
        if self.forecast_by is ForecastBy.MANAGER:
            return history[at].forecast is not None
        return self._chance(history[at]) is not None

    def matches(self, history: History, at: int) -> bool:
        figure = history[at]
        if self.forecast_by is ForecastBy.MANAGER:
            return figure.forecast is not None and figure.forecast.at_or_worse_than(self.status)
        chance = self._chance(figure)
        return chance is not None and chance * 100 >= (self.percent or Decimal(0))

    def _chance(self, figure: Figure) -> Decimal | None:
        return figure.chance_red if self.status is Rag.RED else figure.chance_amber_or_worse

    def describe(self, figure: Figure) -> str:
        if self.forecast_by is ForecastBy.MANAGER:
            expected = figure.forecast.label.lower() if figure.forecast else ""
            return f"forecast by its accountable manager to be {expected} at the year’s end"
        chance = (self._chance(figure) or Decimal(0)) * 100
        return f"a chance of {plain(chance)}% of {status_in_words(self.status)} next quarter"

    def counting_implies(self, weaker: Condition) -> bool:
        return (
            isinstance(weaker, Forecast)
            and self.forecast_by is weaker.forecast_by
            and is_status_at_or_worse(self.status, weaker.status)
            and (self.percent or 0) >= (weaker.percent or 0)
        )

    @property
    def columns_read(self) -> tuple[str, ...]:
        if self.forecast_by is ForecastBy.MANAGER:
            return ("forecast",)
        return ("chance_red",) if self.status is Rag.RED else ("chance_amber_or_worse",)
