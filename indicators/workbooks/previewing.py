"""What a workbook that came back would change, told before anything is changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from indicators.models import Indicator
from indicators.queries.asking import asked_of, backgrounds_of
from indicators.queries.returns import is_overtaken
from indicators.rules import Background, Entry, questions, read_entry
from indicators.workbooks.answers import answer_in, comparable, shown
from indicators.workbooks.checking import check
from indicators.workbooks.columns import ASKED
from indicators.workbooks.found import Change, Preview, Rejection, Said, Standing
from indicators.workbooks.identity import Identity, identity_of, refuse_another
from indicators.workbooks.reading import read_sheets
from indicators.workbooks.rows import Line, lines_for
from indicators.workbooks.table import Row, Table, table_of
from organisation.models import User
from sorp.lexicon import Quarter

ANSWERS = ("value", "numerator", "denominator", "not_available")
COLUMN_BY_KEY = {column.key: column for column in ASKED}


def preview(content: bytes, user: User, quarter: Quarter) -> Preview:
    """What this file would change of this person's return. Changes nothing.

    Raises Refused where the file as a whole cannot be taken.
    """
    check(content)
    sheets = read_sheets(content)
    identity = identity_of(sheets)
    refuse_another(identity, user=user, quarter=quarter)
    return _Judge(user, quarter, identity, table_of(sheets)).preview()


@dataclass
class _Judge:
    """Goes through the rows of one workbook and sorts them."""

    user: User
    quarter: Quarter
    identity: Identity
    table: Table
    accepted: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    unchanged: list[Standing] = field(default_factory=list)
    left_empty: list[Standing] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)

    def preview(self) -> Preview:
        lines = {line.indicator.reference: line for line in lines_for(self.user, self.quarter)}
        indicators = [line.indicator for line in lines.values()]
        self.asked = asked_of(indicators, self.quarter)
        self.backgrounds = backgrounds_of(indicators, self.quarter)
        rows = self._rows_by_reference(lines)
        for reference, line in lines.items():
            if row := rows.get(reference):
                self._sort(line, row)
        absent = [_standing(line.indicator) for key, line in lines.items() if key not in rows]
        return Preview(
            tuple(self.accepted),
            tuple(self.changed),
            tuple(self.unchanged),
            tuple(self.left_empty),
            tuple(sorted(self.rejected, key=lambda each: _place(each.cell))),
            tuple(absent),
            tuple(column.heading for column in self.table.missing),
            self.table.strange,
        )

    def _rows_by_reference(self, lines: Mapping[str, Line]) -> dict[str, Row]:
        """Each indicator's one row. Rows that are nobody's, or somebody's twice, are rejected."""
        spelt = {reference.casefold(): reference for reference in lines}
        found: dict[str, list[Row]] = defaultdict(list)
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

    def _sort(self, line: Line, row: Row) -> None:
        """Put one indicator's row where it belongs."""
        saved = comparable(line.typed, line.indicator)
        typed = self._typed(line, row, saved)
        if typed is None:
            return
        differing = [key for key in COLUMN_BY_KEY if typed[key] != saved[key]]
        nothing = comparable({}, line.indicator)
        if not differing:
            kind = self.left_empty if saved == nothing else self.unchanged
            kind.append(_standing(line.indicator))
        elif refusal := self._out_of_reach(line):
            self._reject(row.at(differing[0]), line.indicator.reference, refusal)
        else:
            self._judge(line, row, saved, typed)

    def _typed(self, line: Line, row: Row, saved: Mapping[str, str]) -> dict[str, str] | None:
        """What the row answers; or None, each cell that answers nothing readable being rejected."""
        typed, before = dict(saved), len(self.rejected)
        for key, cell in row.answers.items():
            try:
                typed[key] = answer_in(cell, COLUMN_BY_KEY[key], line.indicator)
            except ValueError as advice:
                self._reject(cell.at, line.indicator.reference, str(advice))
        return typed if len(self.rejected) == before else None

    def _out_of_reach(self, line: Line) -> str:
        """Why this result may not be changed by this workbook, or nothing where it may."""
        reference = line.indicator.reference
        if line.is_locked:
            return (
                f"{reference} is approved, so its result is locked. Put the row back as it was, or"
                " ask the performance team to unlock it"
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
        self, line: Line, row: Row, saved: Mapping[str, str], typed: Mapping[str, str]
    ) -> None:
        """Read a row that differs by the rules of the return, and keep it or reject its cells.

        A row with neither figure nor reason is not finished, which is no fault of a draft; nor is
        one that wants its management action: the return says so until it is there.
        """
        entry = read_entry(typed, self.asked[line.indicator.pk])
        problems = dict(entry.problems)
        is_finished = any(typed[key] for key in ANSWERS)
        if not is_finished:
            problems.pop("value", None)
        wants_action = entry.action_is_required and not entry.management_action
        problem = problems.pop("management_action", "") if wants_action else ""
        problems |= {
            key: "No forecast is asked for here with this quarter’s result: empty this cell"
            for key in line.not_asked
            if typed[key] != saved[key]
        }
        for key, told in problems.items():
            self._reject(row.at(key), line.indicator.reference, told)
        if not problems:
            change = self._change(line, saved, typed, entry, is_finished=is_finished)
            is_new = saved == comparable({}, line.indicator)
            kind = self.accepted if is_new else self.changed
            kind.append(replace(change, problem=problem))

    def _change(
        self,
        line: Line,
        saved: Mapping[str, str],
        typed: Mapping[str, str],
        entry: Entry,
        *,
        is_finished: bool,
    ) -> Change:
        """A row that can be kept, with what a draft of it needs to be saved."""
        draft, revision = line.mark
        return Change(
            indicator_id=line.indicator.pk,
            reference=line.indicator.reference,
            title=line.indicator.title,
            typed={**line.typed, **typed, "seen": str(revision)},
            version=draft,
            is_complete=is_finished,
            said=_said(saved, typed),
            rag=str(entry.rag or ""),
            not_rated=str(entry.not_rated or "") if is_finished else "",
            questions=_questions(entry, self.backgrounds[line.indicator.pk]),
        )

    def _reject(self, cell: str, reference: str, told: str) -> None:
        self.rejected.append(Rejection(cell, reference, told))


def _said(saved: Mapping[str, str], typed: Mapping[str, str]) -> tuple[Said, ...]:
    return tuple(
        Said(column.heading, shown(saved[key], column), shown(typed[key], column))
        for key, column in COLUMN_BY_KEY.items()
        if typed[key] != saved[key]
    )


def _questions(entry: Entry, background: Background) -> tuple[str, ...]:
    """What is worth asking of the figures. A percentage typed with its sign is told apart first."""
    value = entry.value
    if (
        background.measure_unit.strip() == "%"
        and value is not None
        and 0 < value <= 1
        and any(each > 10 for each in background.earlier)
    ):
        return (
            f"This is {value:f}%. A spreadsheet keeps 76.4% as 0.764: is the number meant without"
            " the sign?",
        )
    return questions(entry, background)


def _overtaken(reference: str, by: User | None) -> str:
    who = by.name if by else "Somebody"
    return (
        f"{who} saved something for {reference} after this workbook was downloaded. Enter it on"
        " its own page, where both can be seen, or download the workbook again"
    )


def _standing(indicator: Indicator) -> Standing:
    return Standing(indicator.reference, indicator.title)


def _place(cell: str) -> tuple[int, int, str]:
    """Cells in the order in which a person comes upon them: by row, then by column."""
    place = cell.rpartition("!")[2]
    letters = place.rstrip("0123456789")
    return int(place[len(letters) :] or 0), len(letters), letters
