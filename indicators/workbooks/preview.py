"""What was found in a workbook that came back, row by row and cell by cell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.quarters import Quarter
from core.tables.reading import CLEAR
from core.tables.workbooks import (
    TEMPLATE,
    RefusedWorkbook,
    WorkbookCell,
    WorkbookFault,
    WorkbookSheet,
    check,
    read_sheets,
)
from indicators.models.definitions import Indicator
from indicators.queries.grid import GIVEN_BY_MONTH, EntryRow
from indicators.queries.returns import is_overtaken
from indicators.rules.entry import ANSWERS, MONTHS, Entry, superseded
from indicators.rules.grid import is_given
from indicators.rules.parts import Whole
from indicators.rules.questions import questions
from indicators.workbooks.cell_parsing import answer_in, comparable, in_words, mark_of
from indicators.workbooks.parts import (
    FilledPart,
    PartsChange,
    PartsSorter,
    filled_parts,
    is_parts_heading,
    parts_lines,
)
from indicators.workbooks.sheet_layout import (
    ASKED,
    EXPECTED,
    IDENTITY,
    NAMES,
    NOTES,
    REFERENCE,
    SHEET,
    STATUS,
    VALUE,
    WorkbookColumn,
    is_given_heading,
    plain_heading,
    workbook_rows,
)
from indicators.workbooks.signature import Identity, identity_of, refuse_another
from organisation.models.people import User
from sorp.lexicon import Confidence


@dataclass(frozen=True, slots=True)
class ChangedAnswer:
    """One answer, as it was and as it would be."""

    heading: str
    was: str
    will_be: str


@dataclass(frozen=True, slots=True)
class RowChange:
    """One indicator's row that would be kept."""

    indicator_id: int
    reference: str
    title: str
    typed: Mapping[str, str]
    version: int
    is_complete: bool
    said: tuple[ChangedAnswer, ...]
    rag: str = ""
    not_rated: str = ""
    questions: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class UnchangedRow:
    """One indicator's row that would change nothing."""

    reference: str
    title: str


@dataclass(frozen=True, slots=True)
class Rejection:
    """One cell that cannot be kept, and what to do about it."""

    cell: str  # Return!H7
    reference: str
    told: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a workbook would do. While anything is rejected, nothing of it is kept."""

    accepted: tuple[RowChange, ...] = ()  # of which nothing was saved before
    changed: tuple[RowChange, ...] = ()
    unchanged: tuple[UnchangedRow, ...] = ()
    left_empty: tuple[UnchangedRow, ...] = ()
    rejected: tuple[Rejection, ...] = ()
    absent: tuple[UnchangedRow, ...] = ()  # whose rows are not in the workbook
    columns_absent: tuple[str, ...] = ()
    columns_not_read: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # what stays although its cell was emptied
    parts: tuple[PartsChange, ...] = ()

    @property
    def to_save(self) -> tuple[RowChange, ...]:
        return self.accepted + self.changed

    @property
    def can_be_saved(self) -> bool:
        return bool(self.to_save or self.parts) and not self.rejected


HEADINGS_WITHIN = 30  # rows: people put a note or two above the table
BY_HEADING = {
    plain_heading(column.heading): column for column in (*NAMES, *EXPECTED, STATUS, *ASKED)
}


@dataclass(frozen=True, slots=True)
class FilledRow:
    """One row of the table: its reference, and a cell for each answer whose column is there."""

    reference: WorkbookCell
    answers: Mapping[str, WorkbookCell]  # by the column's key

    @property
    def name(self) -> str:
        return self.reference.as_text.strip()

    @property
    def says_nothing(self) -> bool:
        return all(cell.is_empty for cell in self.answers.values())

    def at(self, key: str) -> str:
        """Where an answer stands; where its column was removed, the row's reference."""
        return self.answers.get(key, self.reference).at


@dataclass(frozen=True, slots=True)
class ReturnTable:
    """The table in a workbook that came back."""

    sheet: WorkbookSheet
    headings_row: int
    places: Mapping[str, int]  # column by heading, as it should be written
    strange: tuple[str, ...]  # headings that are not ours, whose columns are not read

    @property
    def missing(self) -> tuple[WorkbookColumn, ...]:
        """The answers whose columns are gone. What is saved for them stays."""
        return tuple(column for column in ASKED if column.heading not in self.places)

    def rows(self) -> Iterator[FilledRow]:
        """Every row below the headings in which something is said of an indicator."""
        present = [column for column in ASKED if column.heading in self.places]
        for number in range(self.headings_row + 1, len(self.sheet.rows)):
            row = FilledRow(
                self.sheet.cell(number, self.places[REFERENCE.heading]),
                {
                    column.key: self.sheet.cell(number, self.places[column.heading])
                    for column in present
                },
            )
            if not (row.reference.is_empty and row.says_nothing):
                yield row


def table_of(sheets: Sequence[WorkbookSheet]) -> ReturnTable:
    """The table of a workbook, wherever it was moved to. Raises RefusedWorkbook where there is none."""
    found = [
        (sheet, row)
        for sheet in sheets
        if sheet.name not in (NOTES, IDENTITY) and (row := _headings_row(sheet)) is not None
    ]
    if not found:
        raise RefusedWorkbook(
            WorkbookFault.TEMPLATE,
            f"{TEMPLATE}. No row in it has the headings {REFERENCE.heading} and {VALUE.heading}:"
            " put them back, or download the workbook again",
        )
    sheet, row = min(found, key=lambda each: each[0].name != SHEET)
    if sheet.is_long:
        raise RefusedWorkbook(
            WorkbookFault.TEMPLATE,
            f"{TEMPLATE}. The sheet {sheet.name} goes on far below the table: remove what is there",
        )
    return ReturnTable(sheet, row, *_places(sheet, row))


def _headings_row(sheet: WorkbookSheet) -> int | None:
    wanted = {plain_heading(REFERENCE.heading), plain_heading(VALUE.heading)}
    for number, cells in enumerate(sheet.rows[:HEADINGS_WITHIN]):
        headings = {plain_heading(each) for each in cells if isinstance(each, str)}
        if wanted <= headings and not is_parts_heading(cells):
            return number
    return None


def _places(sheet: WorkbookSheet, row: int) -> tuple[dict[str, int], tuple[str, ...]]:
    places: dict[str, int] = {}
    strange: list[str] = []
    for position in range(len(sheet.rows[row])):
        cell = sheet.cell(row, position)
        column = BY_HEADING.get(plain_heading(cell.as_text))
        if column is None:
            if not cell.is_empty and not is_given_heading(cell.as_text):
                strange.append(f"{cell.at} ({cell.as_text.strip()[:60]})")
            continue
        if column.heading in places:
            first = sheet.cell(row, places[column.heading]).at
            raise RefusedWorkbook(
                WorkbookFault.TEMPLATE,
                f"{TEMPLATE}. {first} and {cell.at} are both headed {column.heading}: remove one"
                " of the columns",
            )
        places[column.heading] = position
    return places, tuple(strange)


BY_MONTH = "This is given by month: put the cell back as it was, and give the months on the indicator’s page"
COLUMN_BY_KEY = {column.key: column for column in ASKED}


def preview(content: bytes, user: User, quarter: Quarter) -> Preview:
    """What this file would change of this person's return. Changes nothing.

    Raises RefusedWorkbook where the file as a whole cannot be taken.
    """
    check(content)
    sheets = read_sheets(content)
    identity = identity_of(sheets)
    refuse_another(identity, user=user, quarter=quarter)
    sorter = _RowSorter(user, quarter, identity, table_of(sheets), filled_parts(sheets))
    return sorter.preview()


@dataclass
class _RowSorter:
    """Goes through the rows of one workbook and sorts them."""

    user: User
    quarter: Quarter
    identity: Identity
    table: ReturnTable
    parts: Sequence[FilledPart]
    accepted: list[RowChange] = field(default_factory=list)
    changed: list[RowChange] = field(default_factory=list)
    unchanged: list[UnchangedRow] = field(default_factory=list)
    left_empty: list[UnchangedRow] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    taken_as_final: list[str] = field(default_factory=list)  # references

    def preview(self) -> Preview:
        lines = {line.indicator.reference: line for line in workbook_rows(self.user, self.quarter)}
        rows = self._rows_by_reference(lines)
        for reference, line in lines.items():
            if row := rows.get(reference):
                self._sort(line, row)
        self._tell_final()
        parts = self._parts_changed(list(lines.values()))
        absent = [_unchanged_row(line.indicator) for key, line in lines.items() if key not in rows]
        return Preview(
            tuple(self.accepted),
            tuple(self.changed),
            tuple(self.unchanged),
            tuple(self.left_empty),
            tuple(sorted(self.rejected, key=lambda each: _place(each.cell))),
            tuple(absent),
            tuple(column.heading for column in self.table.missing),
            self.table.strange,
            tuple(self.notes),
            parts,
        )

    def _parts_changed(self, lines: Sequence[EntryRow]) -> tuple[PartsChange, ...]:
        """The parts that would change; each of their cells that cannot be kept is rejected."""
        if not self.parts:
            return ()
        sorter = PartsSorter(parts_lines(lines, self.quarter), self.identity.parts, self.user.pk)
        wholes = {
            line.indicator.pk: Whole(
                line.revision.value, line.revision.numerator, line.revision.denominator
            )
            for line in lines
            if line.revision is not None
        }
        sorter.sort(self.parts, wholes)
        for each in sorter.rejected:
            self._reject(each.cell, each.reference, each.told)
        return tuple(sorter.changes)

    def _tell_final(self) -> None:
        """Of new figures of which nobody says how firm they are, that they are taken as final."""
        if self.taken_as_final:
            listed = ", ".join(self.taken_as_final)
            self.notes.append(f"Confidence is empty for what is new, so it is final: {listed}")

    def _rows_by_reference(self, lines: Mapping[str, EntryRow]) -> dict[str, FilledRow]:
        """Each indicator's one row. Rows that are nobody's, or somebody's twice, are rejected."""
        spelt = {reference.casefold(): reference for reference in lines}
        found: dict[str, list[FilledRow]] = defaultdict(list)
        for row in self.table.rows():
            reference = spelt.get(row.name.casefold())
            if reference is not None:
                found[reference].append(row)
            elif row.reference.is_empty:
                self._reject(
                    row.reference.at, "", "Write the indicator’s reference here, or empty the row"
                )
            else:
                self._reject(row.reference.at, row.name[:60], self._unknown(row.name[:60]))
        for reference, rows in found.items():
            for again in rows[1:]:
                self._reject(
                    again.reference.at,
                    reference,
                    f"{reference} is also in {rows[0].reference.at}: keep one of the two rows",
                )
        return {reference: rows[0] for reference, rows in found.items()}

    def _unknown(self, name: str) -> str:
        if name in self.identity.marks:
            return f"{name} is no longer yours to answer for, or not due: remove the row"
        return (
            f"{name} is not an indicator you answer for in {self.quarter}: write the reference as it"
            " was, or remove the row"
        )

    def _sort(self, line: EntryRow, row: FilledRow) -> None:
        """Put one indicator's row where it belongs."""
        saved = comparable(line.typed, line.indicator)
        typed = self._typed(line, row, saved)
        if typed is None:
            return
        differing = [key for key in COLUMN_BY_KEY if typed[key] != saved[key]]
        nothing = comparable({}, line.indicator)
        if not differing:
            kind = self.left_empty if saved == nothing else self.unchanged
            kind.append(_unchanged_row(line.indicator))
        elif refusal := self._out_of_reach(line):
            self._reject(row.at(differing[0]), line.indicator.reference, refusal)
        else:
            self._judge(line, row, saved, typed)

    def _typed(
        self, line: EntryRow, row: FilledRow, saved: Mapping[str, str]
    ) -> dict[str, str] | None:
        """What the row answers; or None, each cell that answers nothing readable being rejected.

        An empty cell leaves what is saved, and `(clear)` takes it away. A figure takes the place of
        the reason why there was none, that reason of a figure, and counts that of a value alone.
        """
        typed, before = dict(saved), len(self.rejected)
        emptied = []
        for key, cell in row.answers.items():
            column = COLUMN_BY_KEY[key]
            try:
                if cell.is_empty:
                    if saved[key] not in ("", column.empty):
                        emptied.append(key)
                elif cell.as_text.strip().casefold() == CLEAR:
                    typed[key] = column.empty
                else:
                    typed[key] = answer_in(cell, column, line.indicator)
            except ValueError as advice:
                self._reject(cell.at, line.indicator.reference, str(advice))
        give_way = superseded({key for key in ANSWERS if typed[key] and typed[key] != saved[key]})
        for key in emptied:
            if key in give_way:
                typed[key] = ""
            else:
                self.notes.append(
                    f"{row.at(key)} was emptied, and what is saved stays. Write (clear) to take it"
                    " away"
                )
        self._take_marks(row, typed)
        return typed if len(self.rejected) == before else None

    def _take_marks(self, row: FilledRow, typed: dict[str, str]) -> None:
        """How firm a figure says that it is, as in 85 (p), goes to where nothing else is chosen."""
        cell = row.answers.get("confidence")
        for key in ("value", "numerator", "denominator"):
            figure, marked = mark_of(typed[key])
            if marked is None:
                continue
            if cell is None or cell.is_empty:
                typed["confidence"] = marked.value
            if typed["confidence"] == marked:
                typed[key] = figure

    def _out_of_reach(self, line: EntryRow) -> str:
        """Why this result may not be changed by this workbook, or nothing where it may."""
        reference = line.indicator.reference
        if line.is_locked:
            return (
                f"{reference} is approved, so its result is locked. Put the row back as it was, or"
                " have it unlocked first"
            )
        if line.draft and is_overtaken(line.draft, line.revision):
            return (
                f"A result was submitted for {reference} after its draft was typed. Look at both on"
                " its own page, and keep one"
            )
        draft, revision = self.identity.marks.get(reference, (0, 0))
        mine = self.user.pk
        now_draft, now_revision = line.mark
        if now_draft != draft and line.draft and line.draft.saved_by_id != mine:
            return _overtaken(reference, line.draft.saved_by)
        if now_revision != revision and line.revision:
            by = line.revision.submitted_by
            if by is None or by.pk != mine:
                return _overtaken(reference, by)
        return ""

    def _judge(
        self, line: EntryRow, row: FilledRow, saved: Mapping[str, str], typed: Mapping[str, str]
    ) -> None:
        """Read a row that differs by the rules of the return, and keep it or reject its cells.

        A row with neither figure nor reason is not finished, which is no fault of a draft; nor is
        one that wants its management action: the return says so until it is there.
        """
        entry = line.read(typed)
        problems = dict(entry.problems)
        of_months = problems.pop(MONTHS, "")  # given on the indicator's page, and not here
        is_finished = is_given(typed, entry, by_month=line.is_by_month)
        if not is_finished:
            problems.pop("value", None)
        wants_action = entry.action_is_required and not entry.management_action
        problem = problems.pop("management_action", "") if wants_action else of_months
        problems |= {
            key: BY_MONTH
            if key in GIVEN_BY_MONTH
            else "The year’s end is not asked about here with this quarter’s result: empty this cell"
            for key in line.not_asked
            if typed[key] != saved[key]
        }
        for key, told in problems.items():
            self._reject(row.at(key), line.indicator.reference, told)
        if not problems:
            change = self._change(line, saved, typed, entry, is_finished=is_finished)
            is_new = saved == comparable({}, line.indicator)
            cell = row.answers.get("confidence")
            says_nothing = (cell is None or cell.is_empty) and entry.confidence is Confidence.FINAL
            if is_new and says_nothing and entry.has_figures and not line.is_by_month:
                self.taken_as_final.append(line.indicator.reference)
            kind = self.accepted if is_new else self.changed
            kind.append(replace(change, problem=problem))

    def _change(
        self,
        line: EntryRow,
        saved: Mapping[str, str],
        typed: Mapping[str, str],
        entry: Entry,
        *,
        is_finished: bool,
    ) -> RowChange:
        """A row that can be kept, with what a draft of it needs to be saved."""
        draft, revision = line.mark
        return RowChange(
            indicator_id=line.indicator.pk,
            reference=line.indicator.reference,
            title=line.indicator.title,
            typed={**line.typed, **typed, "seen": str(revision)},
            version=draft,
            is_complete=is_finished,
            said=_said(saved, typed),
            rag=str(entry.rag or ""),
            not_rated=str(entry.not_rated or "") if is_finished else "",
            questions=tuple(each.words for each in questions(entry, line.background)),
        )

    def _reject(self, cell: str, reference: str, told: str) -> None:
        self.rejected.append(Rejection(cell, reference, told))


def _said(saved: Mapping[str, str], typed: Mapping[str, str]) -> tuple[ChangedAnswer, ...]:
    return tuple(
        ChangedAnswer(column.heading, in_words(saved[key], column), in_words(typed[key], column))
        for key, column in COLUMN_BY_KEY.items()
        if typed[key] != saved[key]
    )


def _overtaken(reference: str, by: User | None) -> str:
    who = by.name if by else "Somebody"
    return (
        f"{who} saved something for {reference} after this workbook was downloaded. Enter it on"
        " its own page, where both can be seen, or download the workbook again"
    )


def _unchanged_row(indicator: Indicator) -> UnchangedRow:
    return UnchangedRow(indicator.reference, indicator.title)


def _place(cell: str) -> tuple[int, int, str]:
    """Cells in the order in which a person comes upon them: by row, then by column."""
    place = cell.rpartition("!")[2]
    letters = place.rstrip("0123456789")
    return int(place[len(letters) :] or 0), len(letters), letters
