"""The report as tables: RFC 4180, UTF-8, and no text that a spreadsheet would take for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from escalation.rules.replay import COLUMNS as ESCALATION_COLUMNS
from indicators.rules.parts import Withheld

RUNS_IN_A_SPREADSHEET = ("=", "+", "-", "@", "\t", "\r", "\n")
RATING_COLUMNS = (
    "reference",
    "quarter",
    "value",
    "target",
    "floor",
    "rag",
    "not_rated",
    "method",
    "travel",
    "travel_method",
    "sorp_version",
    "confidence",
    "definition_break",
)
# Beyond architecture's columns: what a replay and a re-rating need besides.
FURTHER_COLUMNS = (
    "tier",
    "polarity",
    "tolerance",
    "lower",
    "upper",
    "outer_lower",
    "outer_upper",
    "stale",
    "late",
    "revised",
    "forecast",
    "chance_red",
    "chance_amber_or_worse",
)
NOT_FORESEEN = dict.fromkeys(("forecast", "chance_red", "chance_amber_or_worse"))
INDICATOR_COLUMNS = (
    "reference",
    "title",
    "unit",
    "tier",
    "kind",
    "measure_unit",
    "decimals",
    "polarity",
    "frequency",
    "basis",
    "method",
    "tolerance",
    "accountable_manager",
    "layer",
    "seasonal",
    "lag_quarters",
    "definition",
    "source",
    "directorate",
    "commentary",
    "management_action",
)
COUNT_COLUMNS = ("grouping", "group", "green", "amber", "red", "stale", "not_rated", "total")
FIGURES = {
    "value", "numerator", "denominator", "target", "floor", "lower", "upper", "outer_lower", "outer_upper", "tolerance",
}  # fmt: skip


PART_COLUMNS = (
    *("reference", "quarter", "dimension", "part", "value", "numerator", "denominator"),
    *("not_available", "part_name", "withheld", "rag", "not_rated", "method", "tolerance"),
    *("target", "floor", "lower", "upper", "outer_lower", "outer_upper", "polarity", "revised"),
)


def tables(document: Mapping[str, Any]) -> dict[str, bytes]:
    """Every CSV of an edition, by name; that of parts only where an indicator has any."""
    parts = {}
    if any(each.get("parts") for each in document["indicators"]):
        rows = (row for each in document["indicators"] for row in part_rows(each))
        parts["parts.csv"] = written(PART_COLUMNS, rows)
    return {
        "indicators.csv": written(INDICATOR_COLUMNS, _indicators(document)),
        "ratings.csv": written((*RATING_COLUMNS, *FURTHER_COLUMNS), _ratings(document)),
        "escalations.csv": written(ESCALATION_COLUMNS, _escalations(document)),
        "counts.csv": written(COUNT_COLUMNS, _counts(document)),
        **parts,
    }


def written(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Rows as CSV with a header. None is an empty cell, and yes and no are written out."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(column, row[column]) for column in columns])
    return out.getvalue().encode()


def _cell(column: str, value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and column not in FIGURES:
        return harmless(value)
    return value


def harmless(text: str) -> str:
    """Text that no spreadsheet runs. Figures are left alone: -3.2 is a number."""
    return f"'{text}" if text.startswith(RUNS_IN_A_SPREADSHEET) else text


def _indicators(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for each in document["indicators"]:
        latest = each["ratings"][-1] if each["ratings"] else {}
        yield {
            "management_action": "",  # editions frozen before it was asked for have none
            **each,
            "unit": each["unit"]["code"],
            "directorate": each["directorate"]["name"],
            "accountable_manager": each["accountable_manager"]["office"],
            "method": latest.get("method"),
            "tolerance": latest.get("tolerance"),
        }


def _ratings(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for each in document["indicators"]:
        for rating in each["ratings"]:
            yield {**NOT_FORESEEN, **rating, "reference": each["reference"], "tier": each["tier"]}


def _escalations(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for each in document["indicators"]:
        for escalation in each["escalations"]:
            yield {**escalation, "reference": each["reference"]}


def part_rows(indicator: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """An indicator's parts by each dimension, a row for each part and quarter."""
    for breakdown in indicator.get("parts", ()):
        for part in breakdown["parts"]:
            for figure in part["figures"]:
                hidden = Withheld(figure["withheld"]) if figure["withheld"] else None
                yield {
                    **figure,
                    "reference": indicator["reference"],
                    "dimension": breakdown["dimension"],
                    "part": part["part"],
                    "part_name": part["name"],
                    "withheld": hidden.words(breakdown["fewer_than"]) if hidden else "",
                }


def _counts(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    yield {
        "grouping": "all",
        "group": "All key performance indicators",
        **document["counts"],
    }
    for grouping in ("layer", "directorate"):
        for each in document[f"by_{grouping}"]:
            yield {"grouping": grouping, **each}
