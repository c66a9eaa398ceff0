"""Parts of a figure: how each is read, whether they add up to the whole, and which are too few to show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from core.canonical_json import plain
from core.figures import DECIMALS, TypedFigure, as_number, decimals_of
from core.quarters import Quarter
from core.words import Word
from indicators.rules.entry import storage_refusal, typed_figure
from indicators.rules.rating import scale_of, value_of
from sorp.lexicon import NotRated, Rag
from sorp.rules.figures import Figure, dump_figure, load_figure
from sorp.rules.thresholds import LIMITS, Thresholds, rate

COUNTS = ("numerator", "denominator")
FIGURES = ("value", *COUNTS)
LONGEST_REASON = 300
NOTHING = Decimal(0)


class Withheld(Word):
    """Why a part that has a figure is not shown."""

    TOO_FEW = "too_few", "Too few"
    PROTECTING = "protecting", "Another part could be worked out from it"
    BY_SOURCE = "by_source", "By its source"

    def words(self, fewer_than: int) -> str:
        """The same as a page says it in the figure's place."""
        return {
            Withheld.TOO_FEW: f"withheld: fewer than {fewer_than}",
            Withheld.PROTECTING: "withheld: another part could be worked out",
            Withheld.BY_SOURCE: "withheld by its source",
        }[self]


@dataclass(frozen=True, slots=True)
class PartFigure:
    """What is given of one part in one quarter. Refuses what contradicts itself (ValueError)."""

    value: Decimal | None = None  # as it is kept: by its counts where they are given
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    not_available: str = ""
    is_withheld: bool = False  # by whoever issued it: there is a figure, and we do not know it

    def __post_init__(self) -> None:
        for name in FIGURES:
            if refusal := storage_refusal(name, getattr(self, name)):
                raise ValueError(refusal)
        if (self.numerator is None) != (self.denominator is None):
            raise ValueError("Give both the numerator and the denominator, or neither")
        if self.denominator is not None and self.denominator < 0:
            raise ValueError("Give a denominator of 0 or more")
        if len(self.not_available) > LONGEST_REASON:
            raise ValueError(f"Give the reason in {LONGEST_REASON} characters or fewer")
        said = [self.has_figures, bool(self.not_available), self.is_withheld]
        if sum(said) > 1:
            raise ValueError("Give either figures or the reason why there are none, not both")
        if not any(said):
            raise ValueError("Give a figure, or say why there is none")

    @classmethod
    def of(
        cls,
        value: Decimal | None,
        numerator: Decimal | None,
        denominator: Decimal | None,
        *,
        measure_unit: str,
        decimals: int,
        may_be_negative: bool = True,
        not_available: str = "",
        is_withheld: bool = False,
    ) -> PartFigure:
        """A part as it is kept. One value written beside its counts must be theirs, as rounded."""
        given = cls(value, numerator, denominator, not_available, is_withheld)
        kept = value_of(value, numerator, denominator, scale_of(measure_unit))
        if kept is not None and kept < 0 and not may_be_negative:
            raise ValueError("Enter a result of 0 or more: there cannot be fewer than none")
        if numerator is not None and value is not None:
            if kept is None:
                raise ValueError("Leave the value empty: a denominator of 0 gives none")
            if abs(kept - value) > Decimal(1).scaleb(-decimals):
                raise ValueError(
                    f"The numerator and denominator give {as_number(kept, decimals)}: leave the"
                    " value empty, or correct whichever is wrong"
                )
        return replace(given, value=kept)

    @property
    def has_figures(self) -> bool:
        return any(getattr(self, name) is not None for name in FIGURES)

    @property
    def counts(self) -> str:
        return counts_written(self.numerator, self.denominator)


def counts_written(numerator: Decimal | None, denominator: Decimal | None) -> str:
    """Counts as a page prints them: 80 of 1,250; nothing where there are none."""
    if numerator is None or denominator is None:
        return ""
    one, other = (as_number(each, decimals_of(each, DECIMALS)) for each in (numerator, denominator))
    return f"{one} of {other}"


def numbers_of_part(
    found: Mapping[str, TypedFigure | None],
) -> dict[str, Decimal | None] | None:
    """The numbers that were read of a part; None where one is withheld. Raises ValueError.

    Of a part nothing can be said but its figures, so what marks one is left to its writer to take off.
    """
    if any(each is not None and each.withheld for each in found.values()):
        return None
    for each in found.values():
        if each is not None and (each.question or each.mark):
            raise ValueError("Write the number alone: nothing beside it is kept of a part")
    return {name: each.number if each else None for name, each in found.items()}


def part_as_typed(figure: PartFigure | None) -> Iterator[tuple[str, str]]:
    """What stands of a part as it would have been typed. A value that its counts give need not be."""
    if figure is None:
        return
    for name in COUNTS if figure.numerator is not None else ("value",):
        number = getattr(figure, name)
        if number is not None:
            yield name, as_number(number, decimals_of(number, DECIMALS))
    if figure.is_withheld:
        yield "value", "[c]"
    if figure.not_available:
        yield "not_available", figure.not_available


Typed = Mapping[str, str]


def read_part(
    typed: Typed, *, measure_unit: str, decimals: int, may_be_negative: bool = True
) -> PartFigure | None:
    """One row of the grid, or None where nothing was typed. Raises ValueError, in words."""
    words = {name: typed.get(name, "").strip() for name in (*FIGURES, "not_available")}
    if not any(words.values()):
        return None
    found = {
        name: typed_figure(
            words[name],
            what="the result" if name == "value" else f"the {name}",
            measure_unit=measure_unit if name == "value" else "",
        )
        for name in FIGURES
    }
    figures = numbers_of_part(found)
    if figures is None:
        if sum(bool(each) for each in words.values()) > 1:
            raise ValueError("Leave the other boxes empty: its source withholds the figure")
        return PartFigure(is_withheld=True)
    return PartFigure.of(
        figures["value"],
        figures["numerator"],
        figures["denominator"],
        measure_unit=measure_unit,
        decimals=decimals,
        may_be_negative=may_be_negative,
        not_available=words["not_available"],
    )


@dataclass(frozen=True, slots=True)
class Whole:
    """The figure that the parts are parts of, as far as it is known."""

    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None

    @property
    def counts(self) -> str:
        return counts_written(self.numerator, self.denominator)


@dataclass(frozen=True, slots=True)
class PartsOf:
    """What is known of a breakdown beyond its figures: how they add up, and what is too few to show."""

    measure_unit: str = ""
    decimals: int = 0
    each_case_once: bool = True  # so that what is counted of the parts adds up to the whole's
    values_add_up: bool = False  # the values themselves are counts
    fewer_than: int = 5  # counts from 1 to less than this are withheld; nought withholds nothing

    @property
    def adds_up(self) -> tuple[str, ...]:
        """Which of the figures of all parts together are the whole's."""
        if not self.each_case_once:
            return ()
        return (*COUNTS, "value") if self.values_add_up else COUNTS

    @property
    def is_share(self) -> bool:
        return self.measure_unit.strip() == "%"


Parts = Mapping[str, PartFigure | None]  # by name, in order; None where nothing was given


def questions_about_parts(parts: Parts, whole: Whole | None, about: PartsOf) -> tuple[str, ...]:
    """Sentences to be weighed by whoever gave the parts. They ask, and never block."""
    known = {name: each for name, each in parts.items() if each is not None and each.has_figures}
    if not known:
        return ()
    found: list[str] = []
    if whole is not None:
        for figure in about.adds_up:
            found += _of_sum(figure, known, parts, whole, about)
        found += _of_place(known, parts, whole, about)
    if about.is_share:
        found += [
            f"{name}: the numerator, {_written(each.numerator, 'numerator', about)}, is above the"
            f" denominator, {_written(each.denominator, 'denominator', about)}. Is this right?"
            for name, each in known.items()
            if each.numerator is not None
            and each.denominator is not None
            and each.numerator > each.denominator
        ]
    bare = [name for name, each in known.items() if not _counts_of(each, about)]
    if bare and about.fewer_than:
        found.append(
            f"{_listed(bare)} {'has' if len(bare) == 1 else 'have'} no counts, so nobody can tell"
            f" whether fewer than {about.fewer_than} stand behind the figure. Can you give the"
            " numerator and denominator?"
        )
    return tuple(found)


def _of_sum(
    figure: str, known: Mapping[str, PartFigure], parts: Parts, whole: Whole, about: PartsOf
) -> Iterator[str]:
    """Whether the parts are more than the whole or, where none is lacking, other than it."""
    expected = getattr(whole, figure)
    given = [getattr(each, figure) for each in known.values()]
    if expected is None or any(each is None for each in given):
        return
    total = sum(given, NOTHING)
    is_complete = len(known) == len(parts)
    room = _rounding(about, len(given)) if figure == "value" else NOTHING
    if abs(total - expected) <= room or (not is_complete and total < expected):
        return
    written, wanted = (_written(each, figure, about) for each in (total, expected))
    noun = "results" if figure == "value" else f"{figure}s"
    yield (
        f"The parts’ {noun} add up to {written}, and the whole’s is {wanted}."
        " Is a part missing, or counted twice?"
    )


def _rounding(about: PartsOf, how_many: int) -> Decimal:
    """How far rounded values may differ from their rounded sum; whole numbers not at all."""
    if not about.decimals:
        return NOTHING
    return Decimal(5).scaleb(-about.decimals - 1) * (how_many + 1)


def _of_place(
    known: Mapping[str, PartFigure], parts: Parts, whole: Whole, about: PartsOf
) -> Iterator[str]:
    """A rate of the whole lies between those of its parts."""
    values = [each.value for each in known.values() if each.value is not None]
    lacks = len(values) < len(parts) or not about.each_case_once or about.values_add_up
    if lacks or whole.value is None or min(values) <= whole.value <= max(values):
        return
    low, high, value = (
        _written(each, "value", about) for each in (min(values), max(values), whole.value)
    )
    yield (
        f"The whole, {value}, does not lie between its parts, which go from {low} to {high}."
        " Is this right?"
    )


def _written(number: Decimal, figure: str, about: PartsOf) -> str:
    if figure != "value":
        return as_number(number, decimals_of(number, DECIMALS))
    return as_number(number, about.decimals, about.measure_unit)


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def withheld_parts(parts: Parts, about: PartsOf) -> dict[str, Withheld]:
    """Which parts are not to be shown, and why.

    Counts from 1 to less than `fewer_than` are withheld: of those counted, of those they are counted
    among and, of a percentage, of the rest. Where the parts add up to a whole that everybody knows,
    one withheld part, or several that are together too few, could be worked out: then the smallest
    of the others are withheld as well, until that is no longer so.
    """
    found: dict[str, Withheld] = {}
    for name, each in parts.items():
        if each is None:
            continue
        if each.is_withheld:
            found[name] = Withheld.BY_SOURCE
        elif any(0 < count < about.fewer_than for count in _counts_of(each, about).values()):
            found[name] = Withheld.TOO_FEW
    if not found or not about.each_case_once:
        return found
    sizes = {
        name: _counts_of(each, about)
        for name, each in parts.items()
        if each is not None and each.has_figures
    }
    shown = sorted(
        (name for name in sizes if name not in found),
        # A part of nobody hides nothing, so it comes last.
        key=lambda name: (
            not any(sizes[name].values()),
            min(sizes[name].values(), default=NOTHING),
        ),
    )
    while shown and not _hides(found, sizes, about):
        found[shown.pop(0)] = Withheld.PROTECTING
    return found


def _hides(
    withheld: Mapping[str, Withheld], sizes: Mapping[str, Mapping[str, Decimal]], about: PartsOf
) -> bool:
    """Whether what is left of the whole without the parts that are shown says nothing of one part."""
    if len(withheld) < 2:
        return False
    together: dict[str, Decimal] = {}
    for name in withheld:
        for kind, count in sizes.get(name, {}).items():
            together[kind] = together.get(kind, NOTHING) + count
    return not any(0 < count < about.fewer_than for count in together.values())


def _counts_of(figure: PartFigure, about: PartsOf) -> dict[str, Decimal]:
    """What of a part is a count of cases, by which count it is; nothing where there is none."""
    found: dict[str, Decimal] = {}
    if figure.numerator is not None and figure.denominator is not None:
        found = {"numerator": figure.numerator, "denominator": figure.denominator}
        if about.is_share and figure.numerator <= figure.denominator:
            found["rest"] = figure.denominator - figure.numerator
    elif about.values_add_up and figure.value is not None:
        found = {"value": figure.value}
    return found


def judge_part(
    figure: PartFigure, withheld: Withheld | None, thresholds: Thresholds | None
) -> tuple[Rag | None, NotRated | None]:
    """The status of a part, or why it has none. Only one with a target of its own is rated.

    What is withheld is never rated: a colour says on which side of its target it lies.
    """
    if withheld is not None:
        return None, NotRated.WITHHELD
    if figure.value is None:
        return None, NotRated.NO_RESULT if figure.not_available else NotRated.NO_VALUE
    if thresholds is None:
        return None, NotRated.NO_TARGET
    verdict = rate(figure.value, thresholds)
    return (verdict, None) if isinstance(verdict, Rag) else (None, verdict)


@dataclass(frozen=True, slots=True)
class PartPoint:
    """One part in one quarter, as it may be shown: what is withheld has no figure and no count."""

    figure: Figure
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    not_available: str = ""
    withheld: Withheld | None = None

    @property
    def quarter(self) -> Quarter:
        return self.figure.quarter


def point_of(
    given: PartFigure,
    quarter: Quarter,
    *,
    withheld: Withheld | None,
    thresholds: Thresholds | None,
    revised: bool = False,
) -> PartPoint:
    """A part in a quarter as it may be shown, rated by its own target where it has one."""
    rag, not_rated = judge_part(given, withheld, thresholds)
    is_shown = withheld is None
    return PartPoint(
        Figure(
            quarter=quarter,
            value=given.value if is_shown else None,
            rag=rag,
            not_rated=not_rated,
            revised=revised,
            **(thresholds.judged_by if thresholds else {}),
        ),
        numerator=given.numerator if is_shown else None,
        denominator=given.denominator if is_shown else None,
        not_available=given.not_available,
        withheld=withheld,
    )


@dataclass(frozen=True, slots=True)
class PartHistory:
    """One part in all the quarters in which it was given, oldest first."""

    key: str
    name: str
    points: tuple[PartPoint, ...]

    def in_quarter(self, quarter: Quarter) -> PartPoint | None:
        return next((each for each in self.points if each.quarter == quarter), None)


@dataclass(frozen=True, slots=True)
class PartsRevised:
    """That the parts of a quarter were given otherwise after it was closed, and why."""

    quarter: Quarter
    reason: str
    on: date


@dataclass(frozen=True, slots=True)
class BreakdownHistory:
    """An indicator by one dimension, as it may be shown."""

    key: str
    name: str
    each_case_once: bool
    values_add_up: bool
    fewer_than: int
    parts: tuple[PartHistory, ...]
    revised: tuple[PartsRevised, ...] = ()  # oldest first

    @property
    def quarters(self) -> tuple[Quarter, ...]:
        """Those in which any part was given, oldest first."""
        return tuple(sorted({point.quarter for part in self.parts for point in part.points}))


# What of a part's figure is written: what it is rated by, and that it was revised.
WRITTEN = (
    *("quarter", "value", "rag", "not_rated", *LIMITS, "method", "tolerance", "polarity"),
    "revised",
)


def dump_breakdown(history: BreakdownHistory) -> dict[str, Any]:
    """A breakdown as an edition has it, which `load_breakdown` reads again.

    `{"dimension": "district", "name": "District", "parts": [{"part": "dover", "figures": […]}], …}`.
    What is withheld was left out of the history, so that it is nowhere in the document.
    """
    return {
        "dimension": history.key,
        "name": history.name,
        "each_case_once": history.each_case_once,
        "values_add_up": history.values_add_up,
        "fewer_than": history.fewer_than,
        "parts": [
            {
                "part": part.key,
                "name": part.name,
                "figures": [
                    {
                        **dump_figure(point.figure, WRITTEN),
                        "numerator": plain(point.numerator),
                        "denominator": plain(point.denominator),
                        "not_available": point.not_available,
                        "withheld": str(point.withheld.value) if point.withheld else None,
                    }
                    for point in part.points
                ],
            }
            for part in history.parts
        ],
        "revisions": [
            {"quarter": each.quarter.key, "reason": each.reason, "said_on": each.on.isoformat()}
            for each in history.revised
        ],
    }


def load_breakdown(written: Mapping[str, Any]) -> BreakdownHistory:
    """The breakdown that was written. Raises ValueError where a figure of it cannot have been."""
    return BreakdownHistory(
        key=written["dimension"],
        name=written["name"],
        each_case_once=written["each_case_once"],
        values_add_up=written["values_add_up"],
        fewer_than=written["fewer_than"],
        parts=tuple(
            PartHistory(
                part["part"], part["name"], tuple(_load_point(each) for each in part["figures"])
            )
            for part in written["parts"]
        ),
        revised=tuple(
            PartsRevised(
                Quarter.parse(each["quarter"]),
                each["reason"],
                date.fromisoformat(each["said_on"]),
            )
            for each in written["revisions"]
        ),
    )


def _load_point(written: Mapping[str, Any]) -> PartPoint:
    counts = {name: written[name] for name in COUNTS}
    return PartPoint(
        load_figure({name: written[name] for name in WRITTEN}),
        **{name: None if each is None else Decimal(each) for name, each in counts.items()},
        not_available=written["not_available"],
        withheld=Withheld(written["withheld"]) if written["withheld"] else None,
    )


def wrong_parts(history: BreakdownHistory, *, measure_unit: str) -> Iterator[str]:
    """What of a breakdown cannot be so: a status not earned, or a figure that should be withheld."""
    about = PartsOf(
        measure_unit=measure_unit,
        values_add_up=history.values_add_up,
        fewer_than=history.fewer_than,
    )
    for part in history.parts:
        for point in part.points:
            for wrong in _wrong_point(point, about):
                yield f"{part.name} in {point.quarter} {wrong}"
    if not history.each_case_once:
        return
    for quarter in history.quarters:
        given = [each for part in history.parts if (each := part.in_quarter(quarter)) is not None]
        hidden = [each for each in given if each.withheld is not None]
        if len(hidden) == 1 and any(each.figure.value is not None for each in given):
            yield f"in {quarter} one part alone is withheld, so that it could be worked out"


def _wrong_point(point: PartPoint, about: PartsOf) -> Iterator[str]:
    figure, counts = point.figure, (point.numerator, point.denominator)
    if point.withheld is not None:
        if figure.rag is not None or any(each is not None for each in (figure.value, *counts)):
            yield "is withheld, and something of it is shown"
        return
    given = PartFigure(figure.value, *counts) if figure.value is not None else None
    if given is not None and any(
        0 < count < about.fewer_than for count in _counts_of(given, about).values()
    ):
        yield f"shows fewer than {about.fewer_than}"
    if point.numerator is not None and figure.value != value_of(
        None, *counts, scale_of(about.measure_unit)
    ):
        yield "is not what its counts give"
    earned = None
    if figure.value is not None and figure.method is not None:
        earned = rate(figure.value, figure.thresholds)
    if (earned if isinstance(earned, Rag) else None) is not figure.rag:
        yield "is not what its figures make it"
