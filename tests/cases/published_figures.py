"""Figures that councils published, as the files of one council: every series, told by what its rows say.

What a series speaks of is read from how its periods are printed: a quarter, a month, twelve months, a
half-year, a year, a survey, three years. Where no target is printed, the Scottish series get the median
of their first years; red begins 3% beyond it. Nothing here asks the product when a figure is due.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from statistics import median

from core.months import Month
from core.quarters import Quarter
from tests.indicators.published_forecasts import by_counts, counted_up

DATA = Path(__file__).resolve().parents[1] / "data"
MANAGER = "manager@field.example"
UNITS = {
    "KCC": "Kent, as published",
    "MBC": "Maidstone, as published",
    "SCO": "Scotland, year by year",
    "SCQ": "Scottish councils, quarter by quarter",
}
MEASURED_IN = {"%": "%", "count": "", "GBP": "£", "kg": "kg", "tonnes": "tonnes", "": ""}
FLOOR = {"higher": Decimal("0.97"), "lower": Decimal("1.03")}  # of the target
FIRST_ONES = 4  # years, or eight quarters, of which the target is the median


@dataclass(frozen=True, slots=True)
class Span:
    """What the figures of a series speak of, and in which quarters of a year they are due."""

    basis: str
    frequency: str
    due: str = ""

    @property
    def quarters(self) -> tuple[int, ...]:
        """The numbers of the quarters in which a figure is due, read from how it is written here."""
        named = tuple(int(each[1]) for each in self.due.split())
        return named or ((4,) if self.frequency == "annual" else (1, 2, 3, 4))


QUARTER, MONTH = Span("quarter", "quarterly"), Span("month", "monthly")
SNAPSHOT = Span("snapshot", "quarterly")
ROLLING = Span("rolling_12_months", "quarterly")
HALF_YEAR = Span("quarter", "half_yearly", "Q1 Q3")  # January to June stands in Q1, the rest in Q3
YEAR, CALENDAR_YEAR = Span("year_to_date", "annual", "Q4"), Span("calendar_year", "annual", "Q3")
SURVEY = Span("snapshot", "annual", "Q3")
THREE_YEARS = Span("rolling_36_months", "annual", "Q4")
OTHER_YEARS = Span("snapshot", "annual", "Q4")  # of two or four years together
SO_FAR = Span("year_to_date", "quarterly")


@dataclass(frozen=True, slots=True)
class Published:
    """One figure as it was printed, and for which quarter; of a month also which."""

    quarter: Quarter
    value: Decimal | None
    said: str = ""  # the colour that was printed, where one was
    target: Decimal | None = None
    month: Month | None = None
    is_of_nobody: bool = False  # printed as a division by nought


@dataclass(slots=True)
class Series:
    """One indicator as its publisher prints it."""

    reference: str
    name: str
    unit: str
    measured_in: str
    polarity: str
    span: Span
    figures: list[Published] = field(default_factory=list)
    middle: Decimal | None = None  # of a range that is good
    tolerance: int = 10

    @property
    def quarters(self) -> set[Quarter]:
        return {each.quarter for each in self.figures}

    @property
    def first(self) -> Quarter:
        return min(self.quarters)

    @property
    def last(self) -> Quarter:
        return max(self.quarters)

    @property
    def unpublished(self) -> set[Quarter]:
        """The quarters between its first and its last in which a figure is due and none was printed."""
        between = self.first.until(self.last)
        return {each for each in between if each.number in self.span.quarters} - self.quarters

    @property
    def targets(self) -> dict[Quarter, dict[str, Decimal]]:
        """What is aimed at from which quarter, where anything is."""
        printed: dict[Quarter, dict[str, Decimal]] = {}
        if not self.polarity:
            return {}
        if self.middle is not None:
            tenth = self.middle / 10
            limits = {"lower": self.middle - tenth, "upper": self.middle + tenth}
            outer = {"outer_lower": self.middle - 2 * tenth, "outer_upper": self.middle + 2 * tenth}
            return {self.first: limits | outer}
        for each in sorted(self.figures, key=lambda each: each.quarter):
            if each.target is not None:
                printed[each.quarter] = {"target": each.target}
        if printed or self.unit in ("KCC", "MBC"):
            return printed
        known = [each for each in self.figures if each.value is not None]
        if self.span == SO_FAR:  # a profile: the like quarters of the first two years
            found = {}
            for quarter in sorted(self.quarters):
                like = [e.value for e in known[:8] if e.quarter.number == quarter.number]
                found[quarter] = _aimed_at(like, self.polarity)
            return found
        return {self.first: _aimed_at([e.value for e in known[: self._first_ones]], self.polarity)}

    @property
    def _first_ones(self) -> int:
        return FIRST_ONES if self.span.frequency == "annual" else 2 * FIRST_ONES

    @property
    def method(self) -> str:
        if not self.targets:
            return "none"
        if self.middle is not None:
            return "range"
        return "tolerance" if self.unit in ("KCC", "MBC") else "floor"


def in_order(figure: Published) -> tuple[str, str]:
    """By quarter, and within it by month."""
    return figure.quarter.key, figure.month.key if figure.month else ""


def _aimed_at(values: Iterable[Decimal | None], polarity: str) -> dict[str, Decimal]:
    target = round(Decimal(median(each for each in values if each is not None)), 6)
    edges = [target, round(target * FLOOR[polarity], 6)]
    worse = min if polarity == "higher" else max
    return {"target": target, "floor": worse(edges)}


def every_series() -> list[Series]:
    """All there are, each with its reference."""
    return [
        *_of_papers("kent_published_results.csv", "KCC", "K"),
        *_of_papers("maidstone_published_results.csv", "MBC", "M"),
        *_of_papers("maidstone_complete_tables.csv", "MBC", "T"),
        *_of_years(),
        *_of_quarters(by_counts(), QUARTER, ""),
        *_of_quarters(counted_up(), SO_FAR, " since April"),
    ]


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _of_papers(name: str, unit: str, letter: str) -> Iterator[Series]:
    """A council's papers: one series for each name in each section, and for each span it is printed in."""
    found: dict[tuple[str, ...], Series] = {}
    for row in _rows(name):
        span, quarter, month = read_period(row["period"])
        key = (row["directorate_or_section"], row["indicator_name"], row["unit"], *vars_of(span))
        if key not in found:
            found[key] = Series(
                reference=f"{letter}{len(found) + 1:03}",
                name=row["indicator_name"],
                unit=unit,
                measured_in=MEASURED_IN[row["unit"]],
                polarity=row["polarity"],
                span=span,
            )
        series = found[key]
        printed = Published(
            quarter=quarter,
            value=Decimal(row["actual"]) if row["actual"] else None,
            said=row["published_rag"],
            target=Decimal(row["target"]) if row["target"] else None,
            month=month,
            is_of_nobody="division-by-zero" in row["notes"],
        )
        # Printed twice, and sometimes otherwise: the later print stands, but not over a figure without one.
        same = [e for e in series.figures if (e.quarter, e.month) == (quarter, month)]
        if same and printed.value is None:
            continue
        for each in same:
            series.figures.remove(each)
        series.figures.append(printed)
    for each in found.values():
        if each.span == MONTH and any(figure.value is None for figure in each.figures):
            _tell_by_quarter(each)
        yield each


def _tell_by_quarter(series: Series) -> None:
    """A month cannot be withheld: what was printed of the last month is how its quarter stood."""
    last = {each.quarter: each for each in sorted(series.figures, key=in_order)}
    series.span = SNAPSHOT
    series.figures = [replace(each, month=None) for each in last.values()]


def vars_of(span: Span) -> tuple[str, str, str]:
    return span.basis, span.frequency, span.due


def read_period(text: str) -> tuple[Span, Quarter, Month | None]:
    """What a printed period speaks of, and the quarter in which its figure stands."""
    if found := re.fullmatch(r"(\d{4})/\d\d Q([1-4])", text):
        return QUARTER, Quarter(int(found[1]), int(found[2])), None
    if found := re.fullmatch(r"(?:R12M to )(\d{4}-\d\d)", text):
        return ROLLING, Month.parse(found[1]).quarter, None
    if found := re.fullmatch(r"\d{4}-\d\d", text):
        month = Month.parse(text)
        return MONTH, month.quarter, month
    if found := re.fullmatch(r"(\d{4})/\d\d \(first report\)", text):
        return QUARTER, Quarter(int(found[1]), 1), None
    if found := re.fullmatch(r"(\d{4})/\d\d(?: \(in year\))?", text):
        return YEAR, Quarter(int(found[1]), 4), None
    if found := re.fullmatch(r"(\d{4})-\d\d to \1-(\d\d)", text):
        return HALF_YEAR, Quarter(int(found[1]), 1 if found[2] == "06" else 3), None
    if found := re.fullmatch(r"(\d{4}) survey", text):
        return SURVEY, Quarter(int(found[1]), 3), None
    if found := re.fullmatch(r"\d{4}", text):
        return CALENDAR_YEAR, Quarter(int(text), 3), None
    raise ValueError(f"No span is known for {text}")


def _of_years() -> Iterator[Series]:
    found: dict[tuple[str, Span], Series] = {}
    for row in _rows("lgbf_scotland_annual.csv"):
        first, last = int(row["period"][:4]), int(row["period"][:2] + row["period"][-2:])
        span = {1: YEAR, 3: THREE_YEARS}.get(last - first, OTHER_YEARS)
        share = Decimal(100) if "%" in row["unit"] else Decimal(1)
        key = row["indicator_code"], span
        if key not in found:
            more = f"/{last - first}" if span != YEAR else ""
            ranged = row["polarity"] == "range"
            found[key] = Series(
                reference=f"{row['indicator_code']}{more}",
                name=row["indicator_name"],
                unit="SCO",
                measured_in="%" if "%" in row["unit"] else "£" if "£" in row["unit"] else "",
                polarity=row["polarity"],
                span=span,
                middle=Decimal(row["goldilocks_midpoint"]) * share if ranged else None,
            )
        value = Decimal(row["value"]) * share
        found[key].figures.append(Published(Quarter(last - 1, 4), value))
    yield from found.values()


def _of_quarters(
    series_of: dict[tuple[str, str], list[tuple[Quarter, Decimal]]], span: Span, more: str
) -> Iterator[Series]:
    for (council, code), values in sorted(series_of.items()):
        letters = "YTD" if span == SO_FAR else "Q"
        yield Series(
            reference=f"{code}/{letters}/{council[:18].strip()}",
            name=f"Grant decisions in time, {council}{more}",
            unit="SCQ",
            measured_in="%",
            polarity="higher",
            span=span,
            figures=[Published(*each) for each in values],
        )


# As files ----------------------------------------------------------------------------------------


def units_csv() -> str:
    from tests.cases.council import kept  # series are read without a database, too

    rows = [(code, name, "directorate", "FCC") for code, name in UNITS.items()]
    return kept("units.csv").rstrip("\n") + "\n" + _lines(rows)


INDICATOR = [
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
    "due",
    "made_of_months",
    "may_be_negative",
    "first_quarter",
    "last_quarter",
]
TARGET = [
    "reference",
    "from_quarter",
    "target",
    "floor",
    "lower",
    "upper",
    "outer_lower",
    "outer_upper",
    "reason",
    "approved_by",
]
RESULT = (
    *("reference", "quarter", "value", "numerator", "denominator", "confidence"),
    *("not_available", "definition_break", "commentary"),
)


WITHHELD = "[c]"


def indicators_csv(series: Iterable[Series]) -> str:
    return _lines([INDICATOR, *(_defined(each) for each in series)])


def _defined(each: Series) -> list[object]:
    method = each.method
    kind = "data" if method == "none" else "kpi"
    below = any(e.value is not None and e.value < 0 for e in each.figures)
    monthly = each.span == MONTH
    return [
        *(each.reference, each.name[:200], each.unit, "corporate", kind, each.measured_in, 1),
        *(each.polarity or "none", each.span.frequency, each.span.basis, method),
        *(each.tolerance if method == "tolerance" else "", MANAGER, "core", "no", 0, "", ""),
        *(each.span.due, "last" if monthly else "", "yes" if below else ""),
        *(each.first.key, each.last.key),
    ]


def targets_csv(series: Iterable[Series]) -> str:
    rows = [
        [each.reference, quarter.key, *(limits.get(name, "") for name in TARGET[2:8]), "As published", "Cabinet"]
        for each in series
        for quarter, limits in sorted(each.targets.items())
    ]  # fmt: skip
    return _lines([TARGET, *rows])


def results_by_quarter(series: Iterable[Series]) -> dict[Quarter, str]:
    """The file of each quarter: all that was printed for it. After its months a quarter says it is all.

    Where a colour or a sentence was printed without its figure, there is one, and it is not shown.
    """
    rows: dict[Quarter, list[list[object]]] = defaultdict(list)
    for each in series:
        months = set()
        for figure in sorted(each.figures, key=in_order):
            key = figure.month.key if figure.month else figure.quarter.key
            cells = (WITHHELD, "", "") if figure.value is None else (f"{figure.value:f}", "", "")
            if figure.is_of_nobody:
                cells = ("", "0", "0")
            rows[figure.quarter].append([each.reference, key, *cells, *[""] * 4])
            months |= {figure.quarter} if figure.month else set()
        for quarter in months:
            rows[quarter].append(
                [each.reference, quarter.key, *[""] * 6, "No other month was printed."]
            )
    return {quarter: _lines([RESULT, *found]) for quarter, found in rows.items()}


def _lines(rows: Iterable[Iterable[object]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


# The cases, on the same council -------------------------------------------------------------------


def cases() -> list[tuple[str, str, str, dict[Quarter, str]]]:
    """Each kept case: its name, its indicators, its targets, and its results by quarter.

    Each is measured from its first result to its last; the one that ended is ended by a file of its own.
    """
    from tests.cases.council import by_quarter, kept, with_cells

    found = []
    for name in ("annual", "ytd", "zero", "retired", "reimport"):
        results = by_quarter(kept(f"{name}-{'first' if name == 'reimport' else 'results'}.csv"))
        cells = {"first_quarter": min(results).key, "last_quarter": max(results).key}
        if name == "retired":
            cells = {}
        if name == "annual":
            cells["due"] = "Q2"
        indicators = with_cells(kept(f"{name}-indicators.csv"), **cells)
        found.append((name, indicators, kept(f"{name}-targets.csv"), results))
    return found
