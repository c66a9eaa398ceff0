"""How the figures of months make a quarter's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from core.months import Month, listed, months_of
from core.quarters import Quarter
from indicators.rules.rating import RATIO
from sorp.lexicon import Confidence, MadeOfMonths

LONGEST_REASON = 300
FIRMNESS = (Confidence.FINAL, Confidence.PROVISIONAL, Confidence.ESTIMATED)  # firmest first


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthFigure:
    """What is said of one month: its figure or why there is none, and what happened."""

    month: Month
    value: Decimal | None = None  # as it is kept: by its counts, where they are given
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    confidence: Confidence = Confidence.FINAL
    not_available: str = ""
    withheld: bool = False  # there is a figure, and it is not shown; `not_available` says why
    commentary: str = ""

    @property
    def has_counts(self) -> bool:
        return self.numerator is not None and self.denominator is not None

    @property
    def is_figure(self) -> bool:
        """Whether it has a value, or counts of which the denominator is nought."""
        return self.value is not None or self.has_counts


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarterOfMonths:
    """What the months of a quarter make of it, in the parts that a result has."""

    quarter: Quarter
    made: MadeOfMonths
    value: Decimal | None = None  # none where its counts define it
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    confidence: Confidence = Confidence.FINAL
    not_available: str = ""
    withheld: bool = False  # there is a figure of the quarter, and it is not shown
    used: tuple[Month, ...] = ()  # the months of which the figure is made
    lacking: tuple[Month, ...] = ()  # those of which it should be made, and is not

    @property
    def in_words(self) -> str:
        """Of which months the quarter is made, and which it lacks, as a sentence."""
        if not self.used:
            return f"{self.not_available}."
        if self.made is MadeOfMonths.LAST:
            told = f"The figure is that of {self.used[-1]}"
        else:
            weighted = ", by their denominators" if self.numerator is not None else ""
            kind = "sum" if self.made is MadeOfMonths.SUM else "mean"
            several = len(self.used) > 1
            told = (
                f"The figure is the {kind} of {listed(self.used)}{weighted}"
                if several
                else f"The figure is that of {self.used[0]} alone"
            )
        if self.lacking:
            return f"{told}: there is none for {listed(self.lacking)}, so it is provisional."
        return f"{told}."


def quarter_of_months(
    quarter: Quarter, made: MadeOfMonths, figures: Iterable[MonthFigure]
) -> QuarterOfMonths | None:
    """What these months make of their quarter; None where nothing is said of any of them.

    *Sum*: of all three; a sum that lacks a month is no figure of the quarter, however near it may
    be to one, so there is none. *Mean*: of the months there are; by their denominators where each
    of them has its counts, so that a month with many cases counts for more, else each month alike.
    *Last*: the figure of the last month there is; what the others were does not matter.

    A mean or a last month that lacks a month which should be in it is provisional, however firm
    the others are; else the quarter is as firm as the least firm of the months it is made of.

    A month that is withheld has a figure which we are not shown. So has the quarter where it is the
    last month that counts, where a sum lacks nothing but withheld months, or where all that is said
    of any month is that it is withheld. A mean is of the months that are shown.
    Nothing is rounded here: `value_of` does that, once, when the result is kept.
    """
    said = {each.month: each for each in figures}
    months = [said.get(each) for each in months_of(quarter)]
    given = [each for each in months if each is not None]
    if not given:
        return None
    there = [each for each in given if each.is_figure]
    absent = tuple(
        month
        for month, each in zip(months_of(quarter), months, strict=True)
        if each is None or not each.is_figure
    )
    if not there:
        return QuarterOfMonths(
            quarter=quarter,
            made=made,
            not_available=_why_none(given),
            withheld=all(each.withheld for each in given),
            lacking=absent,
        )
    withheld = [each for each in given if each.withheld]
    if made is MadeOfMonths.SUM:
        return _sum(quarter, there, absent, withheld)
    if made is MadeOfMonths.LAST:
        last = there[-1]
        if withheld and withheld[-1].month > last.month:
            return QuarterOfMonths(
                quarter=quarter,
                made=made,
                not_available=withheld[-1].not_available,
                withheld=True,
                lacking=tuple(each for each in absent if each > last.month),
            )
        after = tuple(each for each in absent if each > last.month)
        return _made(quarter, made, [last], after, counts=[last] if last.has_counts else [])
    return _made(
        quarter, made, there, absent, counts=there if all(e.has_counts for e in there) else []
    )


def _sum(
    quarter: Quarter,
    there: list[MonthFigure],
    absent: tuple[Month, ...],
    withheld: list[MonthFigure],
) -> QuarterOfMonths:
    uncounted = tuple(each.month for each in there if each.value is None)
    lacking = tuple(sorted({*absent, *uncounted}))
    if lacking:
        is_withheld = set(lacking) <= {each.month for each in withheld}
        why = (
            f"{listed(lacking)} {'is' if len(lacking) == 1 else 'are'} withheld"
            if is_withheld
            else f"there is no figure for {listed(lacking)}"
        )
        return QuarterOfMonths(
            quarter=quarter,
            made=MadeOfMonths.SUM,
            not_available=f"The quarter is the sum of its months, and {why}",
            withheld=is_withheld,
            lacking=lacking,
        )
    return _made(quarter, MadeOfMonths.SUM, there, (), counts=[])


def _made(
    quarter: Quarter,
    made: MadeOfMonths,
    used: list[MonthFigure],
    lacking: tuple[Month, ...],
    *,
    counts: list[MonthFigure],
) -> QuarterOfMonths:
    values = [each.value for each in used if each.value is not None]
    total = sum(values, Decimal(0))
    value = None
    if not counts and values:
        value = total if made is MadeOfMonths.SUM else RATIO.divide(total, Decimal(len(values)))
    firmness = max(FIRMNESS.index(each.confidence) for each in used)
    if lacking:
        firmness = max(firmness, FIRMNESS.index(Confidence.PROVISIONAL))
    numerators = [each.numerator for each in counts if each.numerator is not None]
    denominators = [each.denominator for each in counts if each.denominator is not None]
    return QuarterOfMonths(
        quarter=quarter,
        made=made,
        value=value,
        numerator=sum(numerators, Decimal(0)) if counts else None,
        denominator=sum(denominators, Decimal(0)) if counts else None,
        confidence=FIRMNESS[firmness],
        used=tuple(each.month for each in used),
        lacking=lacking,
    )


def _why_none(given: list[MonthFigure]) -> str:
    """The reasons that were given, each once; where they are the same, without the month."""
    reasons = {each.not_available for each in given}
    if len(reasons) == 1:
        return reasons.pop()
    said = "; ".join(f"{each.month}: {each.not_available}" for each in given)
    return said if len(said) <= LONGEST_REASON else f"{said[: LONGEST_REASON - 1]}…"
