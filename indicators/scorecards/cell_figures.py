"""What one cell says as a figure or as a target: the number, its unit, and what is written beside it. Pure.

Bare figures are read by `core.figures.read_figure`, as everywhere. What scorecards write besides,
£221.5k, 2.26m, 85% (102/120), "No more than 373", is taken off first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from core.figures import SUPPRESSED, NotAFigure, as_kept, read_figure
from indicators.scorecards.grids import RAISED, GridCell
from indicators.scorecards.periods import plain
from sorp.lexicon import Confidence, Polarity


@dataclass(frozen=True, slots=True)
class CellFigure:
    """A cell that was asked for a figure: the figure, or why there is none."""

    number: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    unit: str = ""
    absent: str = ""  # n/a, a dash, "Not surveyed": there is no figure
    withheld: str = ""  # there is one, and it is not shown
    confidence: Confidence | None = None
    marks: str = ""  # that a note may explain
    question: str = ""
    is_fraction: bool = False  # a plain number between nought and one, which could be a share
    is_percentage: bool = False
    status: str = ""  # that is written beside it: 92% (G)

    @property
    def is_blank(self) -> bool:
        return not (self.has_figure or self.absent or self.withheld or self.question)

    @property
    def has_figure(self) -> bool:
        return self.number is not None or self.numerator is not None


NO_FIGURE = re.compile(
    r"#?n/?a|n\.a\.?|na|nil return|-+|\.+|tbc|tba|tbd|x|\?|:|none|null|unknown|no data|data only|not available|not applicable|awaited|pending|"
    r"not due|no figure|no target|#ref!|#div/0!|#value!|#n/a|#name\?|#num!|nd|n/k|not set|not reported|see note.*|annual|not measured|\[?z\]?",
)
UNIT_AFTER = re.compile(
    r"(.*\d)\s*(days?|weeks?|months?|hours?|hrs?|mins?|minutes?|secs?|seconds?|years?|yrs?|tonnes?|kgs?|kg|people|cases|households|pts?|points?|"
    r"per cent|pp|visits|families|homes|applications|calls|incidents)\.?",
    re.IGNORECASE,
)
UNIT_WORDS = {
    "day": "days",
    "week": "weeks",
    "hr": "hours",
    "hrs": "hours",
    "hour": "hours",
    "min": "minutes",
    "mins": "minutes",
}
UNIT_WORDS |= {
    "minute": "minutes",
    "sec": "seconds",
    "secs": "seconds",
    "second": "seconds",
    "year": "years",
    "yr": "years",
    "yrs": "years",
}
UNIT_WORDS |= {"tonne": "tonnes", "kgs": "kg", "month": "months", "per cent": "%"}
COUNTED = {
    "people",
    "cases",
    "households",
    "pts",
    "pt",
    "points",
    "point",
    "pp",
    "visits",
    "families",
    "homes",
    "applications",
    "calls",
    "incidents",
}
SCALED = re.compile(
    r"([-(]?)(£?) ?([\d.,]+) ?(k|m|mn|bn|million|thousand|billion|mill)\)?", re.IGNORECASE
)
SCALES = {"k": 3, "thousand": 3, "m": 6, "mn": 6, "million": 6, "mill": 6, "bn": 9, "billion": 9}
OUT_OF = re.compile(r"(\d[\d,]*) ?(?:/|of|out of) ?(\d[\d,]*)")
WITH_COUNTS = re.compile(
    r"(.*?[\d%])\s*[(\[]\s*(?:n ?= ?)?(\d[\d,]*) ?(?:/|of|out of) ?(\d[\d,]*)[^()\[\]]*[)\]]",
    re.IGNORECASE,
)
COUNTS_WITH = re.compile(
    r"(\d[\d,]*) ?(?:/|of|out of) ?(\d[\d,]*)\s*[(=\[-]+\s*([\d.,]+ ?%)\s*[)\]]?", re.IGNORECASE
)
ARROWS = re.compile(
    "[\u2190-\u21ff\u25b2\u25bc\u25b3\u25bd\u2b06\u2b07\u27a1\u25cf\u25a0\u25c6\u2b24\U0001f534\U0001f7e0\U0001f7e1\U0001f7e2\ufe0f]+"
)
WITH_STATUS = re.compile(
    r"(.*[\d%])\s*[-–:]?\s*[(\[]?\s*\b(G|A|R|Green|Amber|Red|GREEN|AMBER|RED|green|amber|red)\s*[)\]]?"
)
FIRMNESS = re.compile(
    r"(.*\d\s?%?)\s*[(\[]?\s*\b(provisional|prov\.?|interim|unvalidated|draft|p|est\.?|estimated?|e)\s*[)\]]?",
    re.IGNORECASE,
)
MARKED = re.compile(r"(.*[\w%)])\s*([*†‡§#^~]+|[(\[]\d{1,2}[)\]])", re.IGNORECASE)
APPROXIMATE = re.compile(
    r"(?:c\.?|circa|approx\.?|approximately|~|about|est\.?)\s*(?=[£\d])", re.IGNORECASE
)


def figure_in(cell: GridCell | None) -> CellFigure:
    """The figure of a cell in a column of figures. Whatever cannot be told for sure has a question."""
    if cell is None or (cell.is_blank and not cell.marks):
        return CellFigure()
    if cell.is_unworked:
        return CellFigure(
            question="a formula that nobody has worked out: open the file, save it and send it again"
        )
    if cell.number is not None:
        return _of_number(cell)
    if cell.day is not None:
        return CellFigure(question=f"a date, {cell.text}, is where a figure is expected")
    found = figure_written(cell.text)
    return replace(found, marks=RAISED.sub("", found.marks) + cell.marks)


def _of_number(cell: GridCell) -> CellFigure:
    assert cell.number is not None
    number = cell.number.scaleb(2) if cell.is_percentage else cell.number
    unit = "%" if cell.is_percentage or cell.unit.startswith("%") else _unit_of_format(cell.unit)
    return CellFigure(
        number=trimmed(number),
        unit=unit,
        marks=cell.marks,
        is_fraction=not cell.is_percentage and Decimal(0) < abs(cell.number) <= 1,
        is_percentage=cell.is_percentage,
    )


def _unit_of_format(words: str) -> str:
    words = words.strip().lower()
    if words.startswith("£"):
        return "£"
    return UNIT_WORDS.get(words, words if words in set(UNIT_WORDS.values()) else "")


def trimmed(number: Decimal) -> Decimal:
    """A figure as it is kept, without the noughts of its reader."""
    kept = as_kept(number)
    return Decimal(f"{kept.normalize():f}") if kept else Decimal(0)


def figure_written(text: str) -> CellFigure:
    """The figure that somebody typed as text."""
    shown = re.sub(r"[\s\u00a0]+", " ", RAISED.sub("", text)).strip()
    marks = "".join(RAISED.findall(text))
    words = plain(shown)
    if not words:
        return CellFigure()
    if NO_FIGURE.fullmatch(words):
        return CellFigure(absent=shown)
    if words in SUPPRESSED or words in ("c", "[c]", "s"):
        return CellFigure(withheld=SUPPRESSED.get(words, "Confidential"))
    if re.fullmatch(r"[*†‡]+", shown):
        return CellFigure(
            withheld="Not shown",
            question=f"{shown} stands for a figure: is it withheld, or is there none?",
        )
    if re.fullmatch(r"nil|zero|nought", words):
        return CellFigure(
            absent=shown, question=f"{shown!r} may mean zero, or that there is no figure"
        )
    if not re.search(r"\d", shown):
        return CellFigure(absent=shown)
    shown = ARROWS.sub(" ", shown).strip()
    status = ""
    if found := WITH_STATUS.fullmatch(shown):
        shown, status = found[1].strip(), found[2]
    confidence: Confidence | None = None
    if found := APPROXIMATE.match(shown):
        shown, confidence = shown[found.end() :], Confidence.ESTIMATED
    if found := FIRMNESS.fullmatch(shown):
        shown = found[1].strip()
        is_estimate = found[2].lower().startswith("e")
        confidence = Confidence.ESTIMATED if is_estimate else Confidence.PROVISIONAL
    if found := MARKED.fullmatch(shown):
        shown, marks = found[1].strip(), marks + found[2]
        if more := FIRMNESS.fullmatch(shown):
            shown = more[1].strip()
            is_estimate = more[2].lower().startswith("e")
            confidence = Confidence.ESTIMATED if is_estimate else Confidence.PROVISIONAL
    return replace(_plain_figure(shown), marks=marks, confidence=confidence, status=status)


def _plain_figure(shown: str) -> CellFigure:
    if found := WITH_COUNTS.fullmatch(shown):
        inner = _plain_figure(found[1].strip())
        return replace(inner, numerator=_count(found[2]), denominator=_count(found[3]))
    if found := COUNTS_WITH.fullmatch(shown):
        inner = _plain_figure(found[3])
        return replace(inner, numerator=_count(found[1]), denominator=_count(found[2]))
    if found := OUT_OF.fullmatch(shown):
        return CellFigure(numerator=_count(found[1]), denominator=_count(found[2]))
    if found := SCALED.fullmatch(shown):
        try:
            number = read_figure(found[3]).number
        except NotAFigure:
            number = None
        if number is not None:
            exact = number.scaleb(SCALES[found[4].lower()])
            negative = found[1] in ("-", "(")
            return CellFigure(
                number=trimmed(-exact if negative else exact), unit="£" if found[2] else ""
            )
    unit = ""
    if re.search(r"%\)?$|per ?cent$", shown, re.IGNORECASE):
        unit = "%"
    elif "£" in shown:
        unit = "£"
    elif found := UNIT_AFTER.fullmatch(shown):
        shown, word = found[1].strip(), found[2].lower().rstrip(".")
        unit = "" if word in COUNTED else UNIT_WORDS.get(word, word)
        if unit == "%":
            shown += "%"
    try:
        read = read_figure(shown, unit if unit in ("%", "£") else "")
    except NotAFigure:
        if re.match(r"[<>≤≥]", shown) and unit:
            return CellFigure(withheld=shown)
        if len(re.findall(r"[A-Za-z]{2,}", shown)) >= 2:
            return CellFigure(absent=shown)
        return CellFigure(absent="", question=f"{shown[:40]!r} could not be read as a figure")
    if read.number is None:
        return CellFigure(withheld=read.withheld or shown, unit=unit)
    return CellFigure(
        number=trimmed(read.number),
        unit=unit,
        confidence={"p": Confidence.PROVISIONAL, "e": Confidence.ESTIMATED}.get(read.mark),
        question=read.question,
        is_fraction=not unit and Decimal(0) < abs(read.number) <= 1,
        is_percentage=unit == "%",
    )


def _count(written: str) -> Decimal:
    return Decimal(written.replace(",", ""))


@dataclass(frozen=True, slots=True)
class CellTarget:
    """A cell that was asked for a target: one figure, a range, or that there is none."""

    number: Decimal | None = None
    floor: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    unit: str = ""
    polarity: Polarity | None = None
    is_none: bool = False
    question: str = ""
    is_fraction: bool = False
    is_percentage: bool = False


AT_LEAST_AFTER = (
    r"(or (more|above|over|higher|better|greater)|and (above|over)|\+|min(imum)?\.?|at least|plus)"
)
AT_MOST_AFTER = r"(or (less|fewer|below|under|lower)|and (below|under)|max(imum)?\.?|at most)"
AT_LEAST_BEFORE = r"(at least|no less than|not less than|no fewer than|minimum( of)?|min\.?|more than|greater than|over|above|exceed|>=|=>|>|≥|higher than|not below)"
AT_MOST_BEFORE = r"(no more than|not more than|at most|maximum( of)?|max\.?|less than|fewer than|under|below|up to|<=|=<|<|≤|within|lower than|not above|not exceeding|no higher than)"
BOUND = re.compile(
    rf"(?:target:? ?)?(?P<least>{AT_LEAST_BEFORE})?(?P<most>{AT_MOST_BEFORE})? ?(?P<figure>[-£(]?\d.*?) ?(?P<after_least>{AT_LEAST_AFTER})?(?P<after_most>{AT_MOST_AFTER})?",
    re.IGNORECASE,
)
BETWEEN = re.compile(
    r"(?:between |from |range:? ?)?(£?[\d.,]+ ?%?) ?(?:-|–|—|to|and) ?(£?[\d.,]+ ?(?:%|days|weeks)?)",
    re.IGNORECASE,
)
TARGET_AND_FLOOR = re.compile(
    r"(?:target:? ?)?(£?[\d.,]+ ?%?)[ ,;(/]*(?:floor|floor standard|minimum)[: ]*(£?[\d.,]+ ?%?)\)?",
    re.IGNORECASE,
)


def target_in(cell: GridCell | None) -> CellTarget | None:
    """The target of a cell; None where it is blank."""
    if cell is None or cell.is_blank:
        return None
    if cell.is_unworked:
        return CellTarget(question="a formula that nobody has worked out")
    if cell.number is not None:
        found = _of_number(cell)
        return CellTarget(
            number=found.number,
            unit=found.unit,
            is_fraction=found.is_fraction,
            is_percentage=found.is_percentage,
        )
    text = re.sub(r"[\s\u00a0]+", " ", RAISED.sub("", cell.text)).strip().rstrip("*†‡§").strip()
    if not text or not re.search(r"\d", text) or NO_FIGURE.fullmatch(plain(text)):
        return CellTarget(is_none=True) if text or cell.text.strip() else None
    if found_both := TARGET_AND_FLOOR.fullmatch(text):
        target, floor = figure_written(found_both[1]), figure_written(found_both[2])
        return CellTarget(
            number=target.number,
            floor=floor.number,
            unit=target.unit or floor.unit,
            is_percentage=target.is_percentage,
        )
    if found_range := BETWEEN.fullmatch(text):
        low, high = figure_written(found_range[1]), figure_written(found_range[2])
        if low.number is not None and high.number is not None and low.number < high.number:
            return CellTarget(
                lower=low.number,
                upper=high.number,
                unit=low.unit or high.unit,
                polarity=Polarity.RANGE,
                is_percentage=low.is_percentage or high.is_percentage,
            )
    if bound := BOUND.fullmatch(text):
        read = figure_written(bound["figure"].strip())
        if read.number is not None:
            polarity = (
                Polarity.HIGHER
                if bound["least"] or bound["after_least"]
                else Polarity.LOWER
                if bound["most"] or bound["after_most"]
                else None
            )
            return CellTarget(
                number=read.number,
                unit=read.unit,
                polarity=polarity,
                is_fraction=read.is_fraction,
                is_percentage=read.is_percentage,
            )
    if dated := re.fullmatch(
        r"(£?[\d.,]+ ?(?:%|days|weeks)?) ?(?:(?:by|in|for|from|each|per|a|every|of) .*|[(\[].*)",
        text,
    ):
        read = figure_written(dated[1])
        if read.number is not None:
            return CellTarget(
                number=read.number,
                unit=read.unit,
                is_percentage=read.is_percentage,
                question=f"of {text[:50]!r} the figure alone was taken",
            )
    first = re.match(r"[£]?[\d.,]+ ?%?", text)
    if (
        first
        and (read := figure_written(first[0].rstrip("., "))).number is not None
        and len(text) > 60
    ):
        return CellTarget(
            is_none=True, question=f"the words {text[:40]!r}… hold a figure, which may be a target"
        )
    return CellTarget(is_none=True, question=f"{text[:60]!r} could not be read as a target")
