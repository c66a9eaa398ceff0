"""dimensions.csv, breakdowns.csv, part_targets.csv and parts.csv: the parts of figures as files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import PlainValidator

from core.figures import TypedFigure
from core.quarters import Quarter
from core.queries import quarter_state
from core.refusals import Refused
from core.tables.cells import (
    Figure,
    QuarterKey,
    TypedCell,
    YesOrNo,
    figure_in,
    line,
    pattern,
    whole_number,
)
from core.tables.importing import Import, Imported
from core.tables.reading import SomeRow
from core.tables.rows import TableRow, optional_column
from indicators.importing.definitions import (
    Reference,
    indicators_named,
    refuse_unknown_indicators,
)
from indicators.models.definitions import Indicator
from indicators.models.parts import PART_KEY, Breakdown, Dimension, Part
from indicators.queries.parts import latest_parts, parts_sheet, whole_of
from indicators.rules.parts import COUNTS, FIGURES, PartFigure, numbers_of_part
from indicators.services.parts import (
    PartNamed,
    break_down,
    give_parts,
    save_dimension,
    set_part_target,
)
from organisation.models.people import User
from sorp.rules.thresholds import LIMITS

Key = Annotated[
    str, PlainValidator(pattern(PART_KEY, "use small letters, figures and hyphens, up to 40"))
]


class DimensionRow(TableRow):
    """One part of a dimension, and what all rows of the dimension say of it alike."""

    dimension: Key
    name: Annotated[str, PlainValidator(line(80))]
    each_case_once: YesOrNo
    withheld_below: Annotated[int, PlainValidator(whole_number(0, 100))]
    part: Key
    part_name: Annotated[str, PlainValidator(line(80))]
    is_used: YesOrNo = optional_column(True)


def import_dimensions(
    content: bytes, *, file: str, by: User | None = None, dry_run: bool = False
) -> Imported:
    """Every dimension of the file has the parts it names, in that order; others stay as they are.

    Parts of it that the file leaves out are no longer used, and keep their figures. Raises
    RefusedFileError.
    """
    work = Import(content, DimensionRow, file=file)
    rows = work.once_each("dimension", "part", to_blame="part")
    by_dimension: dict[str, list[DimensionRow]] = defaultdict(list)
    for row in rows:
        by_dimension[row.dimension].append(row)
    standing = set(Dimension.objects.values_list("key", flat=True))
    with work.all_or_none(dry_run=dry_run):
        for name, given in by_dimension.items():
            first = given[0]
            for row in given[1:]:
                for column in ("name", "each_case_once", "withheld_below"):
                    if getattr(row, column) != getattr(first, column):
                        work.refuse(
                            row, column, f"write what row {first.row_number} says of {name}"
                        )
            try:
                _, changed = save_dimension(
                    key=name,
                    name=first.name,
                    each_case_once=first.each_case_once,
                    withheld_below=first.withheld_below,
                    parts=[PartNamed(row.part, row.part_name, row.is_used) for row in given],
                    by=by,
                )
            except ValueError as reason:
                work.refuse(first, "part_name", reason)
            else:
                work.count(name, existed=name in standing, changed=changed)
    return work.outcome()


class BreakdownRow(TableRow):
    """That an indicator may be broken down by a dimension, and whether its results are counts."""

    reference: Reference
    dimension: Key
    values_add_up: YesOrNo


def import_breakdowns(
    content: bytes, *, file: str, by: User | None = None, dry_run: bool = False
) -> Imported:
    """Every indicator of the file may be broken down by the dimensions it names, besides its others.

    Raises RefusedFileError.
    """
    work = Import(content, BreakdownRow, file=file)
    rows = work.once_each("reference", "dimension", to_blame="dimension")
    places = _Places(work)
    wanted: dict[Indicator, dict[Dimension, bool]] = {}
    with work.all_or_none(dry_run=dry_run):
        for row in rows:
            indicator, dimension = places.indicator(row), places.dimension(row)
            if indicator is None or dimension is None:
                continue
            if indicator not in wanted:
                wanted[indicator] = places.breakdowns_of(indicator)
            before = wanted[indicator].get(dimension)
            wanted[indicator][dimension] = row.values_add_up
            name = f"{row.reference} by {row.dimension}"
            work.count(name, existed=before is not None, changed=before is not row.values_add_up)
        for indicator, dimensions in wanted.items():
            break_down(indicator=indicator, dimensions=dimensions, by=by)
    return work.outcome()


class PartTargetRow(TableRow):
    """What is aimed at in one part from a quarter on, and who agreed it."""

    reference: Reference
    dimension: Key
    part: Key
    from_quarter: QuarterKey
    target: Figure | None = None
    floor: Figure | None = None
    lower: Figure | None = None
    upper: Figure | None = None
    outer_lower: Figure | None = None
    outer_upper: Figure | None = None
    reason: Annotated[str, PlainValidator(line(500))]
    approved_by: Annotated[str, PlainValidator(line(200))]


def import_part_targets(
    content: bytes, *, file: str, by: User | None = None, dry_run: bool = False
) -> Imported:
    """Every target of a part is in force from its quarter; others stay. Raises RefusedFileError."""
    work = Import(content, PartTargetRow, file=file)
    rows = work.once_each("reference", "dimension", "part", "from_quarter", to_blame="from_quarter")
    places = _Places(work)
    with work.all_or_none(dry_run=dry_run):
        for row in rows:
            indicator, part = places.indicator(row), places.part(row)
            if indicator is None or part is None:
                continue
            existed = indicator.part_targets.filter(
                part=part, from_quarter=row.from_quarter
            ).exists()
            try:
                _, changed = set_part_target(
                    indicator=indicator,
                    part=part,
                    from_quarter=row.from_quarter,
                    reason=row.reason,
                    approved_by=row.approved_by,
                    by=by,
                    **{limit: getattr(row, limit) for limit in LIMITS},
                )
            except ValueError as reason:
                at = "from_quarter" if "closed" in str(reason) else "target"
                work.refuse(row, "dimension" if "broken down" in str(reason) else at, reason)
            else:
                name = f"{row.reference} {row.part} from {row.from_quarter.key}"
                work.count(name, existed=existed, changed=changed)
    return work.outcome()


class PartRow(TableRow):
    """What one part of a result came to, or why there is no figure."""

    reference: Reference
    quarter: QuarterKey
    dimension: Key
    part: Key
    value: TypedCell = ""
    numerator: TypedCell = ""
    denominator: TypedCell = ""
    not_available: Annotated[str, PlainValidator(line(300))] = optional_column("")


Grid = tuple[Indicator, Dimension, Quarter]


def import_parts(
    content: bytes, *, file: str, today: date, by: User | None = None, dry_run: bool = False
) -> Imported:
    """Every part of the file came to what it says; others stay as they are.

    An empty cell leaves what was said before, and `(clear)` takes it away. A row for a closed quarter
    is let stand where it says what is already said, and refused otherwise: that takes a revision,
    which says why. Raises RefusedFileError.
    """
    work = Import(content, PartRow, file=file)
    rows = work.once_each("reference", "quarter", "dimension", "part", to_blame="part")
    places = _Places(work)
    grids: dict[Grid, list[tuple[PartRow, Part]]] = defaultdict(list)
    for row in rows:
        indicator, part = places.indicator(row), places.part(row)
        if indicator is None or part is None:
            continue
        if places.breakdown(indicator, part.dimension) is None:
            work.refuse(row, "dimension", f"{indicator.reference} is not broken down by this")
            continue
        grids[indicator, part.dimension, row.quarter].append((row, part))
    with work.all_or_none(dry_run=dry_run):
        for grid, given in grids.items():
            _give(work, grid, given, places, today=today, by=by)
    return work.outcome()


def _give(
    work: Import[PartRow],
    grid: Grid,
    given: list[tuple[PartRow, Part]],
    places: _Places,
    *,
    today: date,
    by: User | None,
) -> None:
    """The parts of one result: those of the file, and those that stand."""
    indicator, dimension, in_quarter = grid
    before = latest_parts(indicator=indicator, dimension=dimension, quarter=in_quarter)
    standing = {each.part: each.figure for each in before.results.all()} if before else {}
    figures = dict(standing)
    for row, part in given:
        try:
            said = _figure_of(row, standing.get(part), indicator)
        except ValueError as reason:
            at = "numerator" if row.numerator else "value"
            field = reason.field if isinstance(reason, Refused) and reason.field else at
            work.refuse(row, field, reason)
            continue
        if said is None:
            figures.pop(part, None)
        else:
            figures[part] = said
        name = f"{indicator.reference} {in_quarter.key} {part.key}"
        is_changed = said != standing.get(part)
        work.count(name, existed=part in standing, changed=is_changed)
    if figures == standing:
        return
    state = quarter_state(in_quarter)
    first = given[0][0]
    if state is not None and state.is_closed:
        work.refuse(
            first,
            "quarter",
            f"revise these parts on their page, with the reason, instead: {in_quarter} is closed",
        )
        return
    breakdown = places.breakdown(indicator, dimension)
    assert breakdown is not None
    try:
        give_parts(breakdown=breakdown, quarter=in_quarter, figures=figures, today=today, by=by)
    except ValueError as reason:
        work.refuse(first, "quarter", reason)
        return
    whole = whole_of(indicator, in_quarter)
    sheet = parts_sheet(breakdown=breakdown, quarter=in_quarter, whole=whole)
    for question in sheet.questions:
        work.ask(f"{indicator.reference} {in_quarter.key} by {breakdown.in_words}", question)


NO_FIGURE = "leave it empty and say why in not_available"


def _figure_of(row: PartRow, before: PartFigure | None, indicator: Indicator) -> PartFigure | None:
    """What the row says of its part, together with what stands. Raises ValueError, in words.

    A figure takes the place of the reason why there was none, and that reason of a figure.
    """
    said = {name: getattr(row, name) for name in FIGURES}
    found = {name: _read(name, text, indicator) for name, text in said.items() if text}
    numbers = numbers_of_part(found)
    reason = row.not_available
    if numbers is None:
        if reason or len(found) > 1:
            raise ValueError("leave the other cells empty: its source withholds the figure")
        return PartFigure(is_withheld=True)
    cleared = {name for name in (*FIGURES, "not_available") if name in row.filled} - {*found}
    if not numbers and not reason and not cleared:
        return before
    kept = {name: numbers.get(name) for name in FIGURES}
    if before is not None and not reason:
        for name in COUNTS:
            if name not in numbers and name not in cleared:
                kept[name] = getattr(before, name)
        has_counts = any(kept[name] is not None for name in COUNTS)
        if not {"value"} & {*numbers, *cleared} and not has_counts:
            kept["value"] = before.value
        if "not_available" not in cleared and all(each is None for each in kept.values()):
            reason = before.not_available
    if not reason and all(each is None for each in kept.values()):
        return None
    return PartFigure.of(
        kept["value"],
        kept["numerator"],
        kept["denominator"],
        measure_unit=indicator.measure_unit,
        decimals=indicator.decimals,
        may_be_negative=indicator.may_be_negative is not False,
        not_available=reason,
    )


def _read(name: str, text: str, indicator: Indicator) -> TypedFigure:
    try:
        return figure_in(text, indicator.measure_unit if name == "value" else "", absent=NO_FIGURE)
    except ValueError as reason:
        raise Refused(str(reason), field=name) from None


Placed = BreakdownRow | PartTargetRow | PartRow


class _Places:
    """What a file's rows may name: indicators, dimensions, parts and breakdowns, fetched at once."""

    def __init__(self, work: Import[SomeRow]) -> None:
        self._refuse = work.refuse
        self.indicators: Mapping[str, Indicator] = indicators_named(work.named("reference"))
        refuse_unknown_indicators(work, self.indicators)
        dimensions = Dimension.objects.prefetch_related("parts")
        self.dimensions = {each.key: each for each in dimensions}
        self.parts = {
            (dimension.key, part.key): part
            for dimension in self.dimensions.values()
            for part in dimension.parts.all()
        }
        rows = Breakdown.objects.filter(
            indicator__in=[each.pk for each in self.indicators.values()], is_used=True
        )
        self.breakdowns = {
            (each.indicator_id, each.dimension_id): each
            for each in rows.select_related("indicator", "dimension")
        }

    def indicator(self, row: Placed) -> Indicator | None:
        return self.indicators.get(row.reference)

    def dimension(self, row: Placed) -> Dimension | None:
        found = self.dimensions.get(row.dimension)
        if found is None:
            advice = f"add the dimension first: there is no {row.dimension}"
            self._refuse(row, "dimension", advice)
        return found

    def part(self, row: PartTargetRow | PartRow) -> Part | None:
        dimension = self.dimension(row)
        if dimension is None:
            return None
        found = self.parts.get((dimension.key, row.part))
        if found is None:
            known = ", ".join(each.key for each in dimension.parts.all())
            self._refuse(row, "part", f"write one of {known}, not {row.part!r}")
        return found

    def breakdown(self, indicator: Indicator, dimension: Dimension) -> Breakdown | None:
        return self.breakdowns.get((indicator.pk, dimension.pk))

    def breakdowns_of(self, indicator: Indicator) -> dict[Dimension, bool]:
        return {
            each.dimension: each.values_add_up
            for (owner, _), each in self.breakdowns.items()
            if owner == indicator.pk
        }
