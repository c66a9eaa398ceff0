"""The report as tables: RFC 4180, UTF-8, and no text that a spreadsheet would take for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from core.quarters import Quarter
from escalation.rules.replay import COLUMNS as ESCALATION_COLUMNS
from indicators.rules.parts import Withheld
from sorp.lexicon import Basis, Frequency, NotRated
from sorp.rules.thresholds import LIMITS

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
# What files of earlier editions have not. Here as in every tuple of this file a column is added at
# the end and none is taken away: what was published is drawn again, byte for byte, to verify it.
ADDED_TO_INDICATORS = ("due", "made_of_months", "first_quarter")
OF_WHAT_ENDED = ("ended_in", "ended_as")  # only where something did
UNIT_COLUMNS = ("code", "name", "tier", "parent")
TARGET_COLUMNS = (
    *("reference", "from_quarter", "target", "floor", "lower", "upper"),
    *("outer_lower", "outer_upper", "reason", "approved_by"),
)
RESULT_COLUMNS = (
    *("reference", "quarter", "value", "numerator", "denominator", "confidence"),
    *("not_available", "definition_break", "commentary", "management_action"),
    *("data_quarter", "late"),
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


MONTH_COLUMNS = (
    *("reference", "month", "value", "confidence", "not_available", "withheld", "revised"),
)


def tables(document: Mapping[str, Any]) -> dict[str, bytes]:
    """Every CSV of an edition, by name; those of months and parts only where an indicator has any.

    units.csv, indicators.csv, targets.csv and results.csv are as the import commands take them. Who
    holds the offices that indicators.csv names is not published: people.csv is the reader's own.
    """
    parts: dict[str, bytes] = {}
    if any(each.get("parts") for each in document["indicators"]):
        rows = (row for each in document["indicators"] for row in part_rows(each))
        parts["parts.csv"] = written(PART_COLUMNS, rows)
    months: dict[str, bytes] = {}
    if any(each.get("months") for each in document["indicators"]):
        rows = (row for each in document["indicators"] for row in month_rows(each))
        months["months.csv"] = written(MONTH_COLUMNS, rows)
    imported: dict[str, bytes] = {}
    added: tuple[str, ...] = ()
    escalated: tuple[str, ...] = ESCALATION_COLUMNS
    if not any(row.get("ended_in") for row in _escalations(document)):
        escalated = tuple(each for each in ESCALATION_COLUMNS if each not in OF_WHAT_ENDED)
    if "units" in document:  # editions frozen before could not be imported
        added = ADDED_TO_INDICATORS
        imported = {
            "units.csv": written(UNIT_COLUMNS, document["units"]),
            "targets.csv": written(TARGET_COLUMNS, _targets(document)),
            "results.csv": written(RESULT_COLUMNS, _results(document)),
        }
    if any(each.get("last_quarter") for each in document["indicators"]):
        added = (*added, "last_quarter")
    return {
        "indicators.csv": written((*INDICATOR_COLUMNS, *added), _indicators(document)),
        "ratings.csv": written((*RATING_COLUMNS, *FURTHER_COLUMNS), _ratings(document)),
        "escalations.csv": written(escalated, _escalations(document)),
        "counts.csv": written(COUNT_COLUMNS, _counts(document)),
        **imported,
        **months,
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
        if "units" in document and each["frequency"] == Frequency.MONTHLY:
            # Its months are published without the counts that may weigh them in their quarter: to
            # whoever imports these files it is given by quarter.
            of_month = {"basis": "quarter"} if each["basis"] == Basis.MONTH else {}
            each = {**each, "frequency": "quarterly", "made_of_months": "", **of_month}
        yield {
            "management_action": "",  # editions frozen before it was asked for have none
            "due": "",
            "made_of_months": "",
            "last_quarter": "",
            "method": latest.get("method"),
            "tolerance": latest.get("tolerance"),
            **each,
            "unit": each["unit"]["code"],
            "directorate": each["directorate"]["name"],
            "accountable_manager": each["accountable_manager"]["office"],
        }


def _ratings(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for each in document["indicators"]:
        for rating in each["ratings"]:
            yield {**NOT_FORESEEN, **rating, "reference": each["reference"], "tier": each["tier"]}


def _targets(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What each indicator was judged by, from the first quarter in which it was just that."""
    said = {
        "reason": "As published with the report of " + str(Quarter.parse(document["quarter"])),
        "approved_by": document["council"],
    }
    for each in document["indicators"]:
        restarts = each["basis"] == Basis.YEAR_TO_DATE
        before: dict[str, Any] = dict.fromkeys(LIMITS)
        for rating in each["ratings"]:
            limits = {name: rating[name] for name in LIMITS}
            # A total since April has a target for each quarter, and takes over none.
            if limits != before or (restarts and any(limits.values())):
                yield {
                    **said,
                    **limits,
                    "reference": each["reference"],
                    "from_quarter": rating["quarter"],
                }
            before = limits


NOT_TOLD = "Not told in this report"
# What stands for a value where there is none: as the import reads it.
WITHOUT_VALUE: Mapping[str, Mapping[str, str]] = {
    NotRated.WITHHELD: {"value": "[c]"},
    NotRated.NO_VALUE: {"numerator": "0", "denominator": "0"},  # nobody was there to be counted
}


def _results(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What was said of each quarter in which anything was; in words, of the report's own quarter."""
    for each in document["indicators"]:
        for rating in each["ratings"]:
            in_words = each if rating["quarter"] == document["quarter"] else {}
            instead = WITHOUT_VALUE.get(rating["not_rated"] or "", {})
            why = ""
            if rating["value"] is None and not instead:
                why = in_words.get("not_available", "")
                if not why and not rating["definition_break"] and not rating["late"]:
                    continue  # nothing was said
            yield {
                "reference": each["reference"],
                "quarter": rating["quarter"],
                "value": rating["value"],
                "numerator": None,
                "denominator": None,
                "confidence": rating["confidence"],
                "not_available": "" if rating["value"] or instead else why or NOT_TOLD,
                "definition_break": rating["definition_break"],
                "commentary": in_words.get("commentary", ""),
                "management_action": in_words.get("management_action", ""),
                "data_quarter": each.get("data_quarters", {}).get(rating["quarter"]),
                "late": rating["late"],
                **instead,
            }


def _escalations(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for each in document["indicators"]:
        for escalation in each["escalations"]:
            yield {**dict.fromkeys(OF_WHAT_ENDED), **escalation, "reference": each["reference"]}


def month_rows(indicator: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Each month of a monthly indicator, oldest first."""
    for each in indicator.get("months", ()):
        yield {**each, "reference": indicator["reference"]}


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
