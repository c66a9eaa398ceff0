"""What was read from a scorecard, as the files that the import commands take, with its doubts beside."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from indicators.scorecards.facts import IndicatorRead, ScorecardRead, quarter_of
from sorp.lexicon import Basis, Frequency, Kind, MadeOfMonths, Polarity, RatingMethod, Tier

COLUMNS = {
    "indicators.csv": (
        *("reference", "title", "unit", "tier", "kind", "measure_unit", "decimals", "polarity"),
        *("frequency", "basis", "method", "tolerance", "accountable_manager", "layer"),
        *("seasonal", "lag_quarters", "definition", "source", "first_quarter", "made_of_months"),
    ),
    "targets.csv": (
        *("reference", "from_quarter", "target", "floor", "lower", "upper"),
        *("outer_lower", "outer_upper", "reason", "approved_by"),
    ),
    "results.csv": (
        *("reference", "quarter", "value", "numerator", "denominator", "confidence"),
        *("not_available", "definition_break", "commentary"),
    ),
    "published_status.csv": ("reference", "quarter", "rag"),
    "doubts.csv": ("file", "sheet", "cell", "field", "read_as", "sure", "why"),
}


def files_of(read: ScorecardRead) -> dict[str, str]:
    """Each file's name and its text."""
    rows: dict[str, Iterable[Mapping[str, str]]] = {
        "indicators.csv": (indicator_row(each, read) for each in read.indicators),
        "targets.csv": target_rows(read.indicators),
        "results.csv": result_rows(read.indicators),
        "published_status.csv": (
            {"reference": item.reference, "quarter": status.key, "rag": status.rag}
            for item in read.indicators
            for status in item.statuses
            if status.rag
        ),
        "doubts.csv": (
            {
                "file": doubt.file,
                "sheet": doubt.sheet,
                "cell": doubt.cell,
                "field": doubt.field,
                "read_as": doubt.read_as,
                "sure": "no",
                "why": doubt.why,
            }
            for doubt in read.doubts
        ),
    }
    return {name: _written(COLUMNS[name], each) for name, each in rows.items()}


def _written(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def indicator_row(item: IndicatorRead, read: ScorecardRead) -> dict[str, str]:
    """An indicator as indicators.csv has it; whose it is and who answers for it, no scorecard says."""
    method = method_of(item, read)
    keys = [each.key for each in item.results] or [each.from_quarter for each in item.targets]
    is_monthly = item.frequency == Frequency.MONTHLY
    made_of_months = MadeOfMonths.SUM if item.unit == "number" else MadeOfMonths.MEAN
    return {
        "reference": item.reference,
        "title": item.title,
        "tier": Tier.CORPORATE,
        "kind": item.kind or Kind.KPI,
        "measure_unit": item.unit,
        "decimals": str(decimals_of(item)),
        "polarity": item.polarity or Polarity.NONE,
        "frequency": item.frequency or Frequency.QUARTERLY,
        "basis": item.basis
        or (Basis.MONTH if item.frequency == Frequency.MONTHLY else Basis.QUARTER),
        "method": method,
        "tolerance": _plain(read.rule.amount)
        if method == RatingMethod.TOLERANCE and read.rule
        else "",
        "layer": "core",
        "seasonal": "no",
        "lag_quarters": "0",
        "source": f"{item.file}, {item.place}",
        "first_quarter": min(quarter_of(key) for key in keys).key if keys else read.first_quarter,
        "made_of_months": made_of_months if is_monthly else "",
    }


def method_of(item: IndicatorRead, read: ScorecardRead) -> RatingMethod:
    """How it is rated: as its own levels have it, else as the printed statuses are best explained."""
    if item.kind == Kind.DATA:
        return RatingMethod.NONE
    if item.kind == Kind.ACTIVITY:
        return RatingMethod.EXPECTED_RANGE
    if item.polarity == Polarity.RANGE:
        has_ends = any(each.lower is not None and each.upper is not None for each in item.targets)
        return RatingMethod.RANGE if has_ends else RatingMethod.NONE
    if item.polarity == Polarity.NONE:
        return RatingMethod.NONE
    if any(each.floor is not None for each in item.targets) or read.rule is None:
        return RatingMethod.FLOOR
    return read.rule.rating_method


def decimals_of(item: IndicatorRead) -> int:
    figures = [each.value for each in item.results if each.value is not None]
    return (
        min(max((-int(each.normalize().as_tuple().exponent) for each in figures), default=0), 2)
        if any(each % 1 for each in figures)
        else 0
    )


def target_rows(items: Sequence[IndicatorRead]) -> Iterator[dict[str, str]]:
    for item in items:
        for each in item.targets:
            yield {
                "reference": item.reference,
                "from_quarter": each.from_quarter,
                "target": _plain(each.target),
                "floor": _plain(each.floor),
                "lower": _plain(each.lower),
                "upper": _plain(each.upper),
                "reason": f"As printed in {each.file}, {each.place}",
                "approved_by": f"As printed in {each.file}",
            }


def result_rows(items: Sequence[IndicatorRead]) -> Iterator[dict[str, str]]:
    for item in items:
        ordered = sorted(item.results, key=lambda each: each.key)
        for each in ordered:
            yield {
                "reference": item.reference,
                "quarter": each.key,
                "value": _plain(each.value),
                "numerator": _plain(each.numerator),
                "denominator": _plain(each.denominator),
                "confidence": each.confidence,
                "not_available": each.not_available,
                "commentary": item.commentary if each is ordered[-1] else "",
            }


def _plain(number: Decimal | None) -> str:
    return "" if number is None else f"{number.normalize():f}"
