"""Rows of results.csv that give a month, and rows of quarters that are made of months."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from core.figures import as_number
from core.months import Month, listed, months_of
from core.quarters import Quarter
from core.tables.importing import Import
from indicators.models.definitions import Indicator
from indicators.models.months import MonthlyFigure
from indicators.models.results import Revision
from indicators.queries.sign_off import may_change
from indicators.rules.entry import FIGURES, ResultGiven
from indicators.rules.months import MonthFigure, QuarterOfMonths, quarter_of_months
from indicators.rules.rating import scale_of, value_of
from indicators.services.monthly_results import result_of_months
from indicators.services.months import store_months
from indicators.services.results import ResultToSubmit
from organisation.models.people import User
from sorp.lexicon import MadeOfMonths

if TYPE_CHECKING:
    from indicators.importing.results import ResultRow

CLEAR = "(clear)"
OF_THE_QUARTER = ("management_action", "data_quarter", "definition_break", "late")


@dataclass
class MonthsOfFile:
    """The months that a file gives, beside those that stand, and the results that follow."""

    work: Import[ResultRow]
    latest: Mapping[tuple[int, Quarter], Revision]
    closed: frozenset[Quarter]
    today: date
    by: User | None
    standing: dict[tuple[int, Month], MonthlyFigure] = field(default_factory=dict)
    given: dict[Indicator, list[MonthFigure]] = field(default_factory=lambda: defaultdict(list))
    figures: dict[int, dict[Month, MonthFigure]] = field(default_factory=lambda: defaultdict(dict))

    def know(self, indicators: Sequence[Indicator]) -> None:
        """What stands of the months of these indicators."""
        monthly = [each.pk for each in indicators if each.made_of_months]
        if not monthly:
            return
        for row in MonthlyFigure.objects.latest_ones().filter(indicator__in=monthly):
            self.standing[row.indicator_id, row.month] = row
            self.figures[row.indicator_id][row.month] = row.figure

    def take(
        self, row: ResultRow, month: Month, indicator: Indicator, *, withheld: bool | None
    ) -> None:
        """One row of a month: it is new, changes what stands, or says the same.

        `withheld` is None where it says nothing of figures, so that what stands stays withheld.
        """
        before = self.standing.get((indicator.pk, month))
        if not indicator.made_of_months:
            self.work.refuse(
                row,
                "quarter",
                f"write the quarter, {month.quarter.key}: {indicator.reference} is given by quarter,"
                " not by month",
            )
            return
        for name in OF_THE_QUARTER:
            if getattr(row, name):
                self.work.refuse(
                    row, name, f"say this of the quarter, in a row for {month.quarter.key}"
                )
                return
        try:
            figure = _figure(row, month, indicator, before, withheld=withheld)
        except ValueError as reason:
            self.work.refuse(row, "value" if row.numerator is None else "numerator", reason)
            return
        changed = before is None or before.figure != figure
        result = self.latest.get((indicator.pk, month.quarter))
        if changed and month.quarter in self.closed:
            self.work.refuse(
                row,
                "quarter",
                f"revise this month, with the reason, on its page instead: {month.quarter} is closed",
            )
            return
        if changed and result is not None and not may_change(result=result.result, by=self.by):
            self.work.refuse(
                row, "value", "leave this row out, or have the result unlocked: it is approved"
            )
            return
        if changed:
            self.given[indicator].append(figure)
            self.figures[indicator.pk][month] = figure
        self.work.count(f"{row.reference} {month.key}", existed=before is not None, changed=changed)

    def take_for_last(self, row: ResultRow, quarter: Quarter, indicator: Indicator) -> None:
        """A quarter's figure is that of its last month, where that alone counts and none is known."""
        is_last = indicator.made_of_months == MadeOfMonths.LAST
        has_figure = row.value is not None or row.numerator is not None
        if not is_last or not has_figure or row.not_available:
            return
        if self.made(indicator, quarter) or self.is_before_the_first(indicator, quarter):
            return
        month = months_of(quarter)[-1]
        try:
            given = ResultGiven(
                value=row.value, numerator=row.numerator, denominator=row.denominator
            )
            value = given.value_in(indicator.measure_unit)
        except ValueError:
            return  # told of the row itself
        figure = MonthFigure(
            month=month,
            value=value,
            numerator=row.numerator,
            denominator=row.denominator,
            confidence=row.confidence,
        )
        self.given[indicator].append(figure)
        self.figures[indicator.pk][month] = figure

    def made(self, indicator: Indicator, quarter: Quarter) -> QuarterOfMonths | None:
        """What the months that stand and those of the file make of a quarter."""
        known = self.figures.get(indicator.pk, {})
        return quarter_of_months(
            quarter,
            MadeOfMonths(indicator.made_of_months),
            [known[month] for month in months_of(quarter) if month in known],
        )

    def is_before_the_first(self, indicator: Indicator, quarter: Quarter) -> bool:
        """Whether the quarter is over before the first month of which anything is known."""
        known = self.figures.get(indicator.pk)
        return bool(known) and min(known or ()) > months_of(quarter)[-1]

    def results(self, by_row: set[tuple[int, Quarter]]) -> Iterator[ResultToSubmit]:
        """The results that the months of the file make, of quarters for which it has no row.

        Of a quarter that has ended, where it has a result already, where all that it is made of is
        said, or where a later month is known, so that those that lack are not on their way. A sum that
        lacks a month is left to somebody who says why.
        """
        for indicator, figures in self.given.items():
            known = self.figures[indicator.pk]
            for quarter in sorted({each.month.quarter for each in figures}):
                made = self.made(indicator, quarter)
                if made is None or (indicator.pk, quarter) in by_row:
                    continue
                if quarter.last_day >= self.today:
                    continue
                before = self.latest.get((indicator.pk, quarter))
                is_said = all(month in known for month in months_of(quarter)) or (
                    bool(made.used) and not made.lacking
                )
                is_past = bool(made.used) and max(known).quarter > quarter
                if before or is_said or is_past:
                    yield ResultToSubmit(indicator, quarter, result_of_months(made, before))

    def store(self) -> None:
        """The months of the file stand."""
        for indicator, figures in self.given.items():
            store_months(indicator=indicator, figures=figures, today=self.today, by=self.by)


def _figure(
    row: ResultRow,
    month: Month,
    indicator: Indicator,
    before: MonthlyFigure | None,
    *,
    withheld: bool | None,
) -> MonthFigure:
    """What a row says of a month. Optional cells left empty leave what was said; a word clears."""
    given = ResultGiven(
        value=row.value,
        numerator=row.numerator,
        denominator=row.denominator,
        not_available=row.not_available,
    )
    filled = row.model_fields_set
    if withheld is None:
        withheld = bool(before and before.withheld and row.not_available)
    commentary = row.commentary if "commentary" in filled or before is None else before.commentary
    confidence = row.confidence if "confidence" in filled or before is None else before.confidence
    return MonthFigure(
        month=month,
        value=given.value_in(indicator.measure_unit),
        numerator=row.numerator,
        denominator=row.denominator,
        confidence=type(row.confidence)(confidence),
        not_available=row.not_available.strip(),
        withheld=withheld,
        commentary="" if commentary.strip() == CLEAR else commentary.strip(),
    )


def of_months(
    row: ResultRow,
    quarter: Quarter,
    indicator: Indicator,
    months: MonthsOfFile,
    *,
    withheld: bool,
) -> Iterator[tuple[str, str]]:
    """What is wrong with a row for a quarter that is made of months: column, what to do."""
    made = months.made(indicator, quarter)
    has_figures = any(getattr(row, name) is not None for name in FIGURES)
    if made is None:
        if months.is_before_the_first(indicator, quarter) or row.not_available:
            return
        how = MadeOfMonths(indicator.made_of_months).value
        yield (
            "quarter" if has_figures else "value",
            f"give {listed(months_of(quarter))} each a row of its own, such as"
            f" {months_of(quarter)[0].key}: {indicator.reference} is given by month, and its"
            f" quarter ({how}) does not tell them",
        )
        return
    value = value_of(made.value, made.numerator, made.denominator, scale_of(indicator.measure_unit))
    if (has_figures and not _is_the_same(row, value, indicator)) or (
        withheld and not made.withheld
    ):
        told = (
            f"make {as_number(value.normalize(), None, indicator.measure_unit)}"
            if value is not None
            else "make no figure"
        )
        column = next((name for name in FIGURES if getattr(row, name) is not None), "value")
        yield column, f"leave the figures empty: the months of {quarter.key} {told}"
    elif row.not_available and row.not_available != made.not_available:
        yield "not_available", f"leave this empty: the months of {quarter.key} say it"
    elif "confidence" in row.model_fields_set and row.confidence is not made.confidence:
        yield (
            "confidence",
            f"leave this empty: the months of {quarter.key} make it {made.confidence.value}",
        )


def _is_the_same(row: ResultRow, value: Decimal | None, indicator: Indicator) -> bool:
    if row.numerator is None and row.value is None:
        return False
    given = value_of(row.value, row.numerator, row.denominator, scale_of(indicator.measure_unit))
    return given == value
