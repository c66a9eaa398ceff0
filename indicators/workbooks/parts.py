"""The sheet of parts: a row for each part of each indicator that may be broken down, out and back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.quarters import Quarter
from core.tables.reading import CLEAR
from core.tables.workbooks import (
    TEMPLATE,
    RefusedWorkbook,
    WorkbookCell,
    WorkbookFault,
    WorkbookSheet,
)
from indicators.models.definitions import Indicator
from indicators.models.parts import Breakdown, Part, PartsRevision
from indicators.queries.grid import EntryRow
from indicators.queries.parts import breakdowns_given
from indicators.rules.entry import ANSWERS, with_standing
from indicators.rules.parts import (
    PartFigure,
    Whole,
    part_as_typed,
    questions_about_parts,
    read_part,
)
from indicators.workbooks.cell_parsing import answer_in
from indicators.workbooks.sheet_layout import (
    ASKED,
    IDENTITY,
    NOTES,
    WorkbookColumn,
    plain_heading,
)

PARTS = "Parts"
BY = WorkbookColumn("By", "By what the indicator is broken down.", 16)
PART = WorkbookColumn("Part", "The part. With the reference, the row is known by it.", 24)
PART_GIVEN = (
    WorkbookColumn("Reference", "The indicator's reference.", 12),
    WorkbookColumn("Indicator", "What is measured.", 42),
    BY,
    PART,
    WorkbookColumn("Unit", "What the figures count.", 10),
)
PART_ASKED = tuple(column for column in ASKED if column.key in ANSWERS)
PART_COLUMNS = PART_GIVEN + PART_ASKED
HEADINGS_WITHIN = 30  # rows


@dataclass(frozen=True, slots=True)
class PartsLine:
    """One indicator's parts by one dimension, as they stand, for a person's workbook."""

    line: EntryRow
    breakdown: Breakdown
    parts: tuple[Part, ...]
    figures: Mapping[str, PartFigure | None]  # by name of the part
    revision: PartsRevision | None

    @property
    def number(self) -> int:
        return self.revision.number if self.revision else 0

    @property
    def mark(self) -> str:
        """By which it is known again when the workbook comes back."""
        return f"{self.line.indicator.reference} {self.breakdown.dimension.key}"

    @property
    def standing(self) -> dict[str, dict[str, str]]:
        """What stands of each part, as it would have been typed."""
        return {name: dict(part_as_typed(each)) for name, each in self.figures.items()}


def parts_lines(lines: Sequence[EntryRow], quarter: Quarter) -> list[PartsLine]:
    """All parts of a person's return, in order. As many queries for two hundred as for one."""
    by_indicator = {line.indicator.pk: line for line in lines}
    given = breakdowns_given(by_indicator, quarter)
    revisions = {
        (row.indicator_id, row.dimension_id): row
        for row in PartsRevision.objects.filter(
            indicator__in=list(given), quarter=quarter, is_latest=True
        ).select_related("given_by")
    }
    return [
        PartsLine(
            line=line,
            breakdown=each.breakdown,
            parts=tuple(
                part for part in each.breakdown.dimension.parts.all() if part.name in each.figures
            ),
            figures=each.figures,
            revision=revisions.get((pk, each.breakdown.dimension_id)),
        )
        for pk, line in by_indicator.items()
        for each in given.get(pk, ())
        if each.figures  # a dimension may have no part yet
    ]


@dataclass(frozen=True, slots=True)
class FilledPart:
    """One row of the sheet that came back: what names it, and a cell for each answer."""

    reference: WorkbookCell
    by: WorkbookCell
    part: WorkbookCell
    answers: Mapping[str, WorkbookCell]

    @property
    def names(self) -> tuple[str, str, str]:
        cells = (self.reference, self.by, self.part)
        one, two, three = (" ".join(cell.as_text.split()).casefold() for cell in cells)
        return one, two, three

    @property
    def told(self) -> str:
        return " ".join(each.as_text.strip() for each in (self.reference, self.part))[:60]

    @property
    def says_nothing(self) -> bool:
        cells = (self.reference, self.by, self.part, *self.answers.values())
        return all(cell.is_empty for cell in cells)


def is_parts_heading(cells: Sequence[object]) -> bool:
    """Whether a row of cells heads the parts: no other table has a column By."""
    said = {plain_heading(each) for each in cells if isinstance(each, str)}
    return {plain_heading(each.heading) for each in (PART_GIVEN[0], BY, PART)} <= said


def filled_parts(sheets: Sequence[WorkbookSheet]) -> list[FilledPart]:
    """The rows of parts in a workbook that came back; none where the sheet was removed.

    Raises RefusedWorkbook for a heading that is there twice, or a sheet that goes on far below.
    """
    for sheet in sheets:
        if sheet.name in (NOTES, IDENTITY):
            continue
        for number, cells in enumerate(sheet.rows[:HEADINGS_WITHIN]):
            if is_parts_heading(cells):
                if sheet.is_long:
                    raise RefusedWorkbook(
                        WorkbookFault.TEMPLATE,
                        f"{TEMPLATE}. The sheet {sheet.name} goes on far below the table: "
                        f"remove what is there",
                    )
                return list(_rows(sheet, number))
    return []


def _rows(sheet: WorkbookSheet, headings_row: int) -> Iterator[FilledPart]:
    places: dict[str, int] = {}
    for position in range(len(sheet.rows[headings_row])):
        cell = sheet.cell(headings_row, position)
        heading = plain_heading(cell.as_text)
        if heading in places:
            first = sheet.cell(headings_row, places[heading]).at
            raise RefusedWorkbook(
                WorkbookFault.TEMPLATE,
                f"{TEMPLATE}. {first} and {cell.at} are both headed {cell.as_text.strip()}: remove"
                " one of the columns",
            )
        if heading:
            places[heading] = position
    asked = {
        column.key: places[plain_heading(column.heading)]
        for column in PART_ASKED
        if plain_heading(column.heading) in places
    }
    named = [places[plain_heading(each.heading)] for each in (PART_GIVEN[0], BY, PART)]
    for number in range(headings_row + 1, len(sheet.rows)):
        reference, by, part = (sheet.cell(number, place) for place in named)
        row = FilledPart(
            reference, by, part, {key: sheet.cell(number, place) for key, place in asked.items()}
        )
        if not row.says_nothing:
            yield row


@dataclass(frozen=True, slots=True)
class ChangedPart:
    """One part, as it was and as it would be, in words."""

    heading: str
    was: str
    will_be: str


@dataclass(frozen=True, slots=True)
class PartsChange:
    """One indicator's parts by one dimension that would be kept."""

    indicator_id: int
    dimension_id: int
    reference: str
    title: str
    by: str
    number: int  # of the revision that they were looked at beside
    typed: Mapping[str, Mapping[str, str]]  # by key of the part: all that would stand
    said: tuple[ChangedPart, ...]
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell of parts that cannot be kept, and what to do about it."""

    cell: str
    reference: str
    told: str


class PartsSorter:
    """Goes through the rows of parts of one workbook: what would change, and what cannot be kept."""

    def __init__(self, lines: Sequence[PartsLine], numbers: Mapping[str, int], user: int) -> None:
        self.lines, self.numbers, self.user = lines, numbers, user
        self.changes: list[PartsChange] = []
        self.rejected: list[BadCell] = []

    def sort(self, rows: Sequence[FilledPart], wholes: Mapping[int, Whole | None]) -> None:
        """Put every row where it belongs. `wholes` hold what the parts are parts of, by indicator."""
        found: dict[int, dict[str, FilledPart]] = defaultdict(dict)
        places = {
            tuple(" ".join(name.split()).casefold() for name in names): (place, names[2])
            for place, line in enumerate(self.lines)
            for names in (
                (line.line.indicator.reference, line.breakdown.dimension.name, part.name)
                for part in line.parts
            )
        }
        for row in rows:
            at = places.get(row.names)
            if at is None:
                self._reject(
                    row.part.at,
                    row.told,
                    f"{row.told} is no part of an indicator you answer for: write the reference, By"
                    " and Part as they were, or remove the row",
                )
            elif (first := found[at[0]].get(at[1])) is not None:
                self._reject(
                    row.part.at,
                    row.told,
                    f"{row.told} is also in {first.part.at}: keep one of the two rows",
                )
            else:
                found[at[0]][at[1]] = row
        for place, of_line in found.items():
            line = self.lines[place]
            self._take(line, of_line, wholes.get(line.line.indicator.pk))

    def _take(self, line: PartsLine, rows: Mapping[str, FilledPart], whole: Whole | None) -> None:
        """The parts of one grid: those of the sheet, and those that stand."""
        before = len(self.rejected)
        standing = line.standing
        typed = dict(standing)
        figures = dict(line.figures)
        for part in line.parts:
            row = rows.get(part.name)
            if row is None:
                continue
            sent = self._sent(row, line.line.indicator)
            typed[part.name] = with_standing(sent, standing[part.name], [str])
            try:
                figures[part.name] = read_figure_of(typed[part.name], line.line.indicator)
            except ValueError as reason:
                key = next((each for each in ANSWERS if sent.get(each)), "")
                cell = row.answers.get(key, row.part)
                self._reject(cell.at, line.line.indicator.reference, f"{part.name}: {reason}")
        changed = [part for part in line.parts if figures[part.name] != line.figures[part.name]]
        if len(self.rejected) > before or not changed:
            return
        if refusal := self._out_of_reach(line):
            self._reject(rows[changed[0].name].part.at, line.line.indicator.reference, refusal)
            return
        self.changes.append(
            PartsChange(
                indicator_id=line.line.indicator.pk,
                dimension_id=line.breakdown.dimension_id,
                reference=line.line.indicator.reference,
                title=line.line.indicator.title,
                by=line.breakdown.in_words,
                number=line.number,
                typed={
                    part.key: typed[part.name]
                    for part in line.parts
                    if figures[part.name] is not None
                },
                said=tuple(
                    ChangedPart(
                        part.name,
                        in_words(standing[part.name]),
                        in_words(typed[part.name]),
                    )
                    for part in changed
                ),
                questions=line_questions(line, figures, whole),
            )
        )

    def _sent(self, row: FilledPart, indicator: Indicator) -> dict[str, str]:
        """What the cells say: an empty one says nothing, and `(clear)` takes away."""
        sent = {}
        for column in PART_ASKED:
            cell = row.answers.get(column.key)
            if cell is None or cell.is_empty:
                continue
            try:
                is_clear = cell.as_text.strip().casefold() == CLEAR
                sent[column.key] = "" if is_clear else answer_in(cell, column, indicator)
            except ValueError as advice:
                self._reject(cell.at, indicator.reference, str(advice))
        return sent

    def _out_of_reach(self, line: PartsLine) -> str:
        """Why these parts may not be changed by this workbook, or nothing where they may."""
        reference = line.line.indicator.reference
        if line.line.is_locked:
            return (
                f"{reference} is approved, so its result is locked. Put the row back as it was, or"
                " have it unlocked first"
            )
        revision = line.revision
        if line.number != self.numbers.get(line.mark, 0) and revision is not None:
            by = revision.given_by
            if by is None or by.pk != self.user:
                who = by.name if by else "Somebody"
                return (
                    f"{who} gave parts of {reference} after this workbook was downloaded. Enter them"
                    " on their own page, where both can be seen, or download the workbook again"
                )
        return ""

    def _reject(self, cell: str, reference: str, told: str) -> None:
        self.rejected.append(BadCell(cell, reference, told))


def line_questions(
    line: PartsLine, figures: Mapping[str, PartFigure | None], whole: Whole | None
) -> tuple[str, ...]:
    """What is worth asking about what would stand."""
    return questions_about_parts(figures, whole, line.breakdown.about)


def read_figure_of(typed: Mapping[str, str], indicator: Indicator) -> PartFigure | None:
    """One part as it is read on its page. Raises ValueError, in words."""
    return read_part(
        typed,
        measure_unit=indicator.measure_unit,
        decimals=indicator.decimals,
        may_be_negative=indicator.may_be_negative is not False,
    )


def in_words(typed: Mapping[str, str]) -> str:
    """What stands of a part, on one line."""
    if typed.get("numerator"):
        return f"{typed['numerator']} of {typed.get('denominator', '')}"
    return typed.get("value") or typed.get("not_available") or "Not given"
