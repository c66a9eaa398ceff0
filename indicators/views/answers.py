"""What was answered for one indicator, as rows to be checked."""

from dataclasses import dataclass

from django.urls import reverse

from core.figures import as_number
from indicators.queries.returns import ReturnRow
from indicators.rules.returns import Horizon, forecast_quarters
from sorp.rules.thresholds import bounds_of


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, and where it can be changed."""

    key: str
    value: str
    href: str
    field: str
    is_prose: bool = False

    @property
    def is_missing(self) -> bool:
        return not self.value


@dataclass(frozen=True, slots=True)
class Answers:
    """One indicator's answers in the order of its page."""

    row: ReturnRow
    answers: tuple[Answer, ...]


def answers_of(row, quarter):
    """What the draft of a row says. Nothing that was asked for is left out, whether given or not."""
    entry, indicator = row.entry, row.indicator
    page = reverse("enter_result", args=[quarter.key, indicator.reference])

    def answer(field, key, value, *, is_prose=False):
        return Answer(key, value, f"{page}#id_{field}", field, is_prose)

    def figure(value):
        if value is None:
            return ""
        return as_number(value, None, indicator.measure_unit)

    rows = [answer(*_result(entry, indicator))]
    if entry.numerator is not None:
        counts = f"{as_number(entry.numerator)} of {as_number(entry.denominator)}"
        rows.append(answer("numerator", "Numerator and denominator", counts))
    if entry.not_available:
        rows.append(answer("not_available", "Why there is no figure", entry.not_available))
    else:
        rows.append(answer("confidence_0", "How firm", entry.confidence.label))
    if entry.definition_break:
        rows.append(answer("definition_break", "Definition", "Changed this quarter"))
    rows.append(answer("commentary", "Context", entry.commentary, is_prose=True))
    action = entry.management_action
    rows.append(answer("management_action", "Management action", action, is_prose=True))
    for horizon, forecast_for in _forecasts(indicator, quarter):
        given = entry.forecasts.get(horizon)
        told = f"{figure(given.value)}, {given.likelihood.label.lower()}" if given else ""
        rows.append(answer(str(horizon), f"Forecast for {forecast_for}", told))
    return Answers(row, tuple(rows))


def _result(entry, indicator):
    if entry.worked_out is None:
        reason = "No figure" if entry.not_available else "No value: the denominator is 0"
        return "value", "Result", reason
    figure = as_number(
        entry.worked_out,
        indicator.decimals,
        indicator.measure_unit,
        bounds=bounds_of(entry.expected),
    )
    return "numerator" if entry.numerator is not None else "value", "Result", figure


def _forecasts(indicator, quarter):
    for horizon, due in forecast_quarters(quarter, indicator.pattern).items():
        yield horizon, f"{due} (year end)" if horizon is Horizon.YEAR_END else str(due)
