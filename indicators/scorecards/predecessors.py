"""What the councils before a merger measured alike, and what of it may be added up for the whole. Pure.

A percentage is never averaged: without the counts behind it nobody knows how much each council weighs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from core.months import Month
from core.quarters import Quarter
from indicators.rules.parts import PartFigure
from indicators.scorecards.facts import IndicatorRead, ResultRead, ScorecardRead
from indicators.scorecards.periods import plain
from sorp.lexicon import Confidence, Frequency, Polarity

# Figures in these units are counts, unless the title says that they are spread over something.
COUNTED = frozenset(["number", "thousands", "£", "£000", "£m", "tonnes", "kg"])
SPREAD = re.compile(
    r"\b(averages?|avg|mean|median|per|rates?|ratio|score|index|satisfaction|time taken|typical|each)\b",
    re.IGNORECASE,
)
IN_BRACKETS = re.compile(r"[(\[][^()\[\]]{0,20}[)\]]")


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of the councils before: what each of them has of it, and what the new council has."""

    key: str
    title: str
    unit: str
    of_areas: Mapping[str, IndicatorRead]  # by the council's name, in order
    own: IndicatorRead | None = None  # of the whole council, where its own file was brought too
    areas: tuple[str, ...] = ()  # every council before of which a file was brought

    @property
    def any_one(self) -> IndicatorRead:
        return self.own or next(iter(self.of_areas.values()))

    @property
    def quarters(self) -> list[Quarter]:
        """Those of which any council before has a figure, earliest first."""
        return sorted({quarter for each in self.of_areas.values() for quarter in figures_of(each)})

    @property
    def are_counts(self) -> bool:
        """Whether its figures themselves may be added up."""
        return self.unit in COUNTED and not SPREAD.search(self.title)

    @property
    def why_not(self) -> str:
        """Why it cannot be added up for the whole council, as a sentence; nothing where it can."""
        lacking = [area for area in self.areas if area not in self.of_areas]
        if lacking:
            return (
                f"{' and '.join(lacking)} {'has' if len(lacking) == 1 else 'have'} no such measure"
            )
        ways = {each.polarity for each in self.of_areas.values()} & {
            Polarity.HIGHER,
            Polarity.LOWER,
        }
        if len(ways) > 1:
            return "the councils do not agree on which way is better"
        if len({each.frequency for each in self.of_areas.values()}) > 1:
            return "the councils measured it at different times"
        if self.own is not None and self.own.frequency == Frequency.MONTHLY:
            return "the council keeps it by months"
        shared = self._shared
        if not shared:
            return "there is no quarter of which every council has a figure"
        if not self.are_counts and not any(_has_counts(each) for each in shared.values()):
            return (
                "its figures have no numerator and denominator, and averages are not averaged again"
            )
        return ""

    @property
    def _shared(self) -> dict[Quarter, list[ResultRead]]:
        """What every council has of a quarter, by quarter."""
        figures = [figures_of(each) for each in self.of_areas.values()]
        every = sorted(set.intersection(*(set(each) for each in figures))) if figures else []
        return {quarter: [each[quarter] for each in figures] for quarter in every}

    def added_up(self) -> dict[Quarter, ResultRead]:
        """What the whole council came to, quarter by quarter, where that can be known.

        By the counts of every council; else, of what is counted itself, by the sum of the figures.
        """
        found: dict[Quarter, ResultRead] = {}
        if self.why_not:
            return found
        for quarter, given in self._shared.items():
            added = ResultRead(
                quarter.key, place=f"added up from what {' and '.join(self.of_areas)} had published"
            )
            if _has_counts(given):
                added.numerator, added.denominator = _counts_together(given)
            elif self.are_counts and all(each.value is not None for each in given):
                added.value = sum((each.value or Decimal(0) for each in given), Decimal(0))
            else:
                continue
            said = {each.confidence for each in given}
            for firmness in (Confidence.PROVISIONAL, Confidence.ESTIMATED):  # the weakest stands
                if firmness.value in said:
                    added.confidence = firmness.value
            found[quarter] = added
        return found


def _has_counts(given: Sequence[ResultRead]) -> bool:
    return all(each.numerator is not None and each.denominator is not None for each in given)


def _counts_together(given: Sequence[ResultRead]) -> tuple[Decimal, Decimal]:
    return (
        sum((each.numerator or Decimal(0) for each in given), Decimal(0)),
        sum((each.denominator or Decimal(0) for each in given), Decimal(0)),
    )


def figures_of(item: IndicatorRead) -> dict[Quarter, ResultRead]:
    """What one council has of each quarter. A quarter of months is what they make, where all are there."""
    if item.frequency != Frequency.MONTHLY:
        return {
            Quarter.parse(each.key): each
            for each in item.results
            if "Q" in each.key and _says_a_figure(each)
        }
    months = {each.key: each for each in item.results if "Q" not in each.key}
    found: dict[Quarter, ResultRead] = {}
    for quarter in sorted({Month.parse(key).quarter for key in months}):
        given = [each for key, each in months.items() if Month.parse(key).quarter == quarter]
        if len(given) == 3 and (made := _made_of(given, item)) is not None:
            found[quarter] = made
    return found


def _says_a_figure(result: ResultRead) -> bool:
    return result.value is not None or result.numerator is not None


def _made_of(given: Sequence[ResultRead], item: IndicatorRead) -> ResultRead | None:
    made = ResultRead(
        Month.parse(given[0].key).quarter.key, file=given[-1].file, place=given[-1].place
    )
    if _has_counts(given):
        made.numerator, made.denominator = _counts_together(given)
        return made
    is_counted = item.unit in COUNTED and not SPREAD.search(item.title)
    if is_counted and all(each.value is not None for each in given):
        made.value = sum((each.value or Decimal(0) for each in given), Decimal(0))
        return made
    return None


def part_of(result: ResultRead, *, measure_unit: str, decimals: int) -> PartFigure:
    """A figure of one council as a part of the whole's. Raises ValueError where it contradicts itself."""
    has_counts = result.numerator is not None and result.denominator is not None
    return PartFigure.of(
        None if has_counts else result.value,
        result.numerator if has_counts else None,
        result.denominator if has_counts else None,
        measure_unit=measure_unit,
        decimals=decimals,
    )


def key_of(item: IndicatorRead) -> str:
    """By what two councils' measures are known for the same: title and unit."""
    return f"{plain(IN_BRACKETS.sub('', item.title)).strip()}|{item.unit}"


@dataclass
class PredecessorsRead:
    """A scorecard taken apart: what is the whole council's own, and what each council before had."""

    own: ScorecardRead
    measures: list[Measure] = field(default_factory=list)

    @property
    def addable(self) -> list[Measure]:
        return [each for each in self.measures if not each.why_not]

    @property
    def apart(self) -> list[Measure]:
        """Those that stand beside one another only."""
        return [each for each in self.measures if each.why_not]


def taken_apart(read: ScorecardRead) -> PredecessorsRead:
    """What of a scorecard is the council's own, and the measures of the councils before it."""
    own = ScorecardRead(
        indicators=[each for each in read.indicators if not read.areas.get(each.file)],
        rule=read.rule,
        files=read.files,
        areas=read.areas,
        first_quarter=read.first_quarter,
        last_quarter=read.last_quarter,
    )
    areas = tuple(dict.fromkeys(area for area in read.areas.values() if area))
    found: dict[str, dict[str, IndicatorRead]] = {}
    for each in read.indicators:
        if area := read.areas.get(each.file):
            found.setdefault(key_of(each), {}).setdefault(area, each)
    own_by_key = {key_of(each): each for each in own.indicators}
    measures = [
        Measure(
            key,
            next(iter(of_areas.values())).title,
            next(iter(of_areas.values())).unit,
            {area: of_areas[area] for area in areas if area in of_areas},
            own_by_key.get(key),
            areas,
        )
        for key, of_areas in found.items()
    ]
    return PredecessorsRead(own, measures)


def references_of(
    measures: Sequence[Measure], used: Mapping[str, str]
) -> Iterator[tuple[Measure, str]]:
    """Each measure with its reference: the whole's own; else the one that all councils print; else ours.

    `used` has the references that stand, by the plain title of what stands under each: a measure
    under the title of one is that one.
    """
    taken = set(used.values()) | {each.own.reference for each in measures if each.own is not None}
    for each in measures:
        title = each.key.partition("|")[0]
        if each.own is not None:
            yield each, each.own.reference
            continue
        if title in used:
            yield each, used[title]
            continue
        printed = {item.reference for item in each.of_areas.values() if not item.reference_is_ours}
        own = printed.pop() if len(printed) == 1 and len(each.of_areas) == len(each.areas) else ""
        if not own or own in taken:
            own = _made(each.title, taken)
        taken.add(own)
        yield each, own


def _made(title: str, taken: set[str]) -> str:
    words = re.findall(r"[A-Za-z]+", IN_BRACKETS.sub("", title))
    letters = "".join(word[0] for word in words).upper()[:6]
    letters = letters if len(letters) > 1 else (("".join(words)[:5]).upper() or "PI")
    own, at = letters, 2
    while own in taken:
        own, at = f"{letters}-{at}", at + 1
    return own
