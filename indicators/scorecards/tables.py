"""Where in a sheet the tables of indicators are, and what each of their columns holds. Pure.

A heading is read in as many rows as it has, merged or not. What a heading does not say, the shape
of what stands below it may: codes, colours, words such as Actual and Target.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from indicators.scorecards.grids import Grid, GridCell, Place, rag_of_colour
from indicators.scorecards.periods import Period, heading_period, of_day, plain
from indicators.scorecards.vocabulary import (
    COUNT_HEADING,
    NOTES,
    OF_PERIODS,
    Heading,
    Role,
    heading,
    polarity_named,
    row_kind,
    status_named,
)

FIGURE_LIKE = re.compile(r"[<>£(-]*\d[\d,. ]*(%|k|m|days)?\)?[*†‡]*")
CODE = re.compile(r"(?=.*\d)[A-Za-z&]{0,8}[A-Za-z0-9&./ -]{0,14}")
LONG_TEXT = 40


@dataclass
class Column:
    """One column of a table: its heading, in so many cells, and what it holds."""

    index: int
    heading: Heading
    cells: tuple[GridCell, ...]
    role: Role | None
    period: Period | None = None

    @property
    def text(self) -> str:
        return " ".join(cell.line for cell in self.cells)

    @property
    def key(self) -> str:
        """What its heading says besides its period: by this an answer about it is remembered."""
        return self.heading.rest if self.heading.period is not None else plain(self.text)


@dataclass
class Table:
    """A table of indicators: its headings, its columns, and the rows that stand below."""

    grid: Grid
    header: tuple[int, ...]
    rows: tuple[int, ...]
    columns: list[Column]
    above: list[GridCell] = field(default_factory=list)  # the lines over it, nearest first

    def having(self, role: Role) -> list[Column]:
        return [column for column in self.columns if column.role is role]

    def one(self, role: Role) -> Column | None:
        return next(iter(self.having(role)), None)

    def contents(self, column: int, most: int = 400) -> list[GridCell]:
        """The cells of a column below its heading that say anything; a merged one once."""
        seen: dict[Place, GridCell] = {}
        is_wide = len(self.columns) > 2
        for row in self.rows[:most]:
            cell = self.grid.at(row, column)
            if is_wide and len(self.grid.distinct(row)) == 1:
                continue  # a heading, or a note below
            if cell is not None and not cell.is_blank and not self._is_across(cell):
                seen.setdefault(cell.place, cell)
        return list(seen.values())

    def _is_across(self, cell: GridCell) -> bool:
        return cell.spans[1] >= max(3, len(self.columns) - 1)

    @cached_property
    def title(self) -> Column | None:
        return self.one(Role.TITLE)


def find_tables(grid: Grid, roles: Mapping[str, Role] | None = None) -> list[Table]:
    """Every table of indicators on a sheet, from the top.

    `roles` has what somebody said that columns hold, by their key.
    """
    blocks = _header_blocks(grid)
    tables: list[Table] = []
    for at, block in enumerate(blocks):
        end = blocks[at + 1][0] if at + 1 < len(blocks) else 10**9
        rows = tuple(_rows_below(grid, block[-1], end))
        if not rows:
            continue
        before = blocks[at - 1][-1] if at else -1
        for columns in _side_by_side(grid, rows, _columns(grid, block)):
            table = Table(grid, block, rows, columns)
            table.above = _lines_above(grid, block[0], before)
            _settle_roles(table)
            for column in columns:
                column.role = (roles or {}).get(column.key, column.role)
            if _holds_indicators(table):
                tables.append(table)
    return tables


def _side_by_side(
    grid: Grid, rows: tuple[int, ...], columns: list[Column]
) -> Iterator[list[Column]]:
    """The columns of each table in a row of headings: two that stand beside each other name two titles."""
    titles = [column for column in columns if column.role is Role.TITLE]
    texts = Counter(plain(column.text) for column in titles)
    if not any(times > 1 for times in texts.values()):
        yield columns
        return
    groups: list[list[Column]] = [[]]
    at = columns[0].index - 1
    for column in columns:
        is_gap = column.index > at + 1 or (
            not column.cells and not any(grid.at(row, column.index) for row in rows)
        )
        if is_gap and any(each.role is Role.TITLE for each in groups[-1]):
            groups.append([])
        if column.cells:
            groups[-1].append(column)
        at = column.index
    if all(any(each.role is Role.TITLE for each in group) for group in groups if group):
        yield from (group for group in groups if group)
    else:
        yield columns


def _header_blocks(grid: Grid) -> list[tuple[int, ...]]:
    headers = [row for row in grid.rows if _is_header(grid, row)]
    blocks: list[list[int]] = []
    for row in headers:
        is_next = bool(blocks) and row == _next_row(grid, blocks[-1][-1])
        if (is_next and not _is_whole(grid, row)) or (
            is_next and _is_group_row(grid, blocks[-1][0]) and len(blocks[-1]) < 3
        ):
            blocks[-1].append(row)
        else:
            blocks.append([row])
    for block in blocks:
        for _ in range(2):
            above = _row_before(grid, block[0])
            taken = any(above in other for other in blocks)
            if above is None or taken or block[0] - above > 1 or not _is_group_row(grid, above):
                break
            block.insert(0, above)
    return [tuple(block) for block in blocks]


def _next_row(grid: Grid, row: int) -> int | None:
    return next((each for each in grid.rows if each > row and grid.by_row[each]), None)


def _row_before(grid: Grid, row: int) -> int | None:
    return next((each for each in reversed(grid.rows) if each < row and grid.by_row[each]), None)


def heading_of(cell: GridCell) -> Heading:
    """What one cell says as a heading. A date is a period; a bare year is one."""
    if cell.day is not None:
        return Heading(None, of_day(cell.day, cell.day_format))
    return heading(cell.line)


def _is_header(grid: Grid, row: int) -> bool:
    cells = grid.distinct(row)
    if len(cells) < 2:
        return False
    known: set[tuple[Role | None, bool]] = set()
    good = 0
    for cell in cells:
        says = heading_of(cell)
        if says.says_something and not (cell.number is not None and says.period is None):
            good += 1
            known.add((says.role, says.period is not None))
        elif cell.number is not None or FIGURE_LIKE.fullmatch(cell.line):
            return False
    roles = {role for role, _ in known}
    periods = sum(1 for cell in cells if heading_of(cell).period is not None)
    if good < 2 or good / len(cells) < 0.5:
        return False
    useful = roles & (OF_PERIODS | {Role.TITLE, Role.PREVIOUS, Role.PERIOD, Role.KIND})
    return bool(useful) or periods >= 2


def _is_whole(grid: Grid, row: int) -> bool:
    """Whether a row of headings names a title by itself, and so begins another table."""
    return any(heading_of(cell).role is Role.TITLE for cell in grid.distinct(row))


def _is_group_row(grid: Grid, row: int) -> bool:
    """Whether a row says over several columns what they share: a quarter, a year, Actual."""
    cells = grid.distinct(row)
    if not cells or len(cells) > 30:
        return False
    first = min(grid.columns)
    width = len(grid.columns)
    says = 0
    for cell in cells:
        if cell.number is not None and heading_of(cell).period is None:
            return False
        if cell.place.column == first and len(cells) == 1:
            return False
        if cell.spans[1] >= max(width - 1, 2) and len(cells) == 1:
            return False
        if len(cell.line) > 60:
            return False
        says += heading_of(cell).says_something and cell.place.column != first
    return says > 0


def _columns(grid: Grid, block: tuple[int, ...]) -> list[Column]:
    found: list[Column] = []
    for index in grid.columns:
        cells: list[GridCell] = []
        for at, row in enumerate(block):
            cell = grid.at(row, index)
            if (cell is None or cell.is_blank) and at < len(block) - 1:
                cell = _from_left(grid, row, index, block)
            if (
                cell is not None
                and not cell.is_blank
                and cell.place not in {c.place for c in cells}
            ):
                cells.append(cell)
        says = _combined(cells)
        found.append(Column(index, says, tuple(cells), says.role, says.period))
    return found


def _from_left(grid: Grid, row: int, index: int, block: tuple[int, ...]) -> GridCell | None:
    """The heading that reaches over from the left where it was not merged: Quarter 1 over three columns."""
    below = grid.at(block[-1], index)
    if below is None or below.is_blank:
        return None
    for column in reversed([each for each in grid.columns if each < index]):
        cell = grid.at(row, column)
        if cell is not None and not cell.is_blank:
            says = heading_of(cell)
            if says.role in (Role.TITLE, Role.REFERENCE, Role.UNIT, Role.POLARITY, Role.COMMENTARY):
                return None
            under = grid.at(block[-1], column)
            if under is None or under.is_blank:
                return None
            is_merged = cell.spans[1] > 1
            return cell if says.says_something and not is_merged else None
    return None


def _combined(cells: Sequence[GridCell]) -> Heading:
    dated = next((cell for cell in cells if cell.day is not None), None)
    words = " ".join(cell.line for cell in cells if cell.day is None)
    says = heading(words)
    if says.role is None and len(cells) > 1:
        parts = [heading_of(cell) for cell in cells]
        role = next((part.role for part in reversed(parts) if part.role is not None), None)
        period = says.period or _joined([part.period for part in parts])
        says = Heading(
            role,
            period,
            any(part.is_of_the_year for part in parts),
            any(part.is_to_date for part in parts),
            words,
        )
    if dated is not None and dated.day is not None and says.period is None:
        period = of_day(dated.day, dated.day_format)
        says = Heading(says.role, period, says.is_of_the_year, says.is_to_date, says.rest)
    return says


def _joined(periods: Sequence[Period | None]) -> Period | None:
    known = [each for each in periods if each is not None]
    if not known:
        return None
    year = next((each.year for each in known if each.span == "year"), None)
    inner = next((each for each in known if each.span != "year"), known[0])
    return inner.in_year(year)


def _rows_below(grid: Grid, header: int, end: int) -> Iterator[int]:
    """The rows of a table, up to the notes, the key or the counts that follow it."""
    for row in grid.rows:
        if not header < row < end:
            continue
        cells = grid.distinct(row)
        if not cells:
            continue
        words = [plain(cell.line) for cell in cells]
        if len(cells) == 1 and NOTES.fullmatch(words[0]) and len(words[0]) < 60:
            return
        if sum(1 for each in words if COUNT_HEADING.fullmatch(each)) >= 2 and not any(
            cell.number is not None for cell in cells
        ):
            named = sum(1 for each in words if status_named(each)[0] is not None)
            if (
                len(set(words)) >= 3
                and named >= 2
                and len(words) - named <= 4
                and len(cells) >= 3
                and _is_count_row(cells)
            ):
                return
        yield row


def _is_count_row(cells: Sequence[GridCell]) -> bool:
    """A row of colours as headings, and of nothing that a row of an indicator would have."""
    return all(
        COUNT_HEADING.fullmatch(plain(cell.line))
        or heading_of(cell).role in (Role.OTHER, Role.SECTION, Role.STATUS, Role.AREA)
        or (not re.search(r"\d", cell.line) and len(cell.line) < 25)
        for cell in cells
    ) and len({plain(cell.line) for cell in cells}) == len(cells)


def _lines_above(grid: Grid, header: int, before: int) -> list[GridCell]:
    lines: list[GridCell] = []
    for row in reversed(grid.rows):
        if row >= header:
            continue
        cells = grid.distinct(row)
        if row > before or len(cells) <= 2:
            lines += cells
        if len(lines) > 60:
            break
    return lines


def _settle_roles(table: Table) -> None:
    """What headings leave open is settled by what stands below them."""
    contents = {column.index: table.contents(column.index) for column in table.columns}
    for column in table.columns:
        _settle_by_content(table, column, contents[column.index])
    if table.having(Role.TARGET) and bool(table.having(Role.LOWER)) != bool(
        table.having(Role.UPPER)
    ):
        for column in (*table.having(Role.LOWER), *table.having(Role.UPPER)):
            column.role = Role.FLOOR  # one bound beside a target: the least that is acceptable
    _settle_titles(table, contents)
    _settle_references(table, contents)


def _share(cells: Sequence[GridCell], test: object) -> float:
    assert callable(test)
    return sum(1 for cell in cells if test(cell)) / len(cells) if cells else 0.0


def is_figure(cell: GridCell) -> bool:
    return cell.number is not None or bool(FIGURE_LIKE.fullmatch(cell.line))


def _settle_by_content(table: Table, column: Column, cells: Sequence[GridCell]) -> None:
    if not cells:
        if column.role is not None and column.period is None and _is_coloured(table, column.index):
            column.role = Role.STATUS
        return
    kinds = Counter(row_kind(cell.line) for cell in cells)
    of_kind = sum(times for kind, times in kinds.items() if kind is not None)
    distinct = {kind for kind in kinds if kind is not None}
    figures = _share(cells, is_figure)
    if (
        column.role in (None, Role.KIND, Role.OTHER, Role.UNIT, Role.TITLE, Role.PERIOD, Role.VALUE)
        and of_kind / len(cells) >= 0.7
        and len(distinct) >= 2
        and figures < 0.2
    ):
        column.role = Role.KIND
        return
    if column.role is Role.KIND:
        column.role = None
    colours = _share(cells, lambda cell: status_named(cell.line)[0] is not None)
    ways = _share(
        cells,
        lambda cell: (
            polarity_named(cell.line) is not None and bool(re.search("[a-z]{2}", cell.line, re.I))
        ),
    )
    if plain(column.text) in ("green", "amber", "red"):
        if plain(column.text) != "amber" and _share(cells, _is_bound) >= 0.5:
            column.role = Role.TARGET if plain(column.text) == "green" else Role.FLOOR
    elif column.role is None and column.period is None:
        if colours >= 0.6 and len(cells) >= 2:
            column.role = Role.STATUS
        elif ways >= 0.8 and len({plain(cell.line) for cell in cells}) <= 4 and len(cells) >= 3:
            column.role = Role.POLARITY
        elif _share(cells, lambda cell: period_of_cell(cell) is not None) >= 0.8 and not figures:
            column.role = Role.PERIOD
    elif (
        column.role is Role.TRAVEL
        and ways >= 0.7
        and re.search("direction", column.text, re.I)
        and not re.search("travel", column.text, re.I)
    ):
        column.role = Role.POLARITY
    elif column.role is Role.VALUE and figures < 0.2:
        if colours >= 0.5:
            column.role = Role.STATUS
        elif _share(cells, lambda cell: len(cell.line) > LONG_TEXT) >= 0.4:
            column.role = Role.COMMENTARY
    elif column.role is Role.PERIOD:
        if _share(cells, lambda cell: period_of_cell(cell) is not None) < 0.5:
            column.role = Role.VALUE if figures >= 0.5 else None
    elif column.role is Role.STATUS and figures >= 0.7 and colours < 0.2:
        is_coloured = _share(cells, lambda cell: bool(cell.background)) > 0.5
        column.role = (
            Role.STATUS if is_coloured or len({c.line for c in cells}) <= 4 else Role.VALUE
        )


def _is_bound(cell: GridCell) -> bool:
    """Whether a cell says from where a colour begins: >= 90, under 80 %."""
    return bool(
        re.match(
            r"([<>≤≥=]+|under|over|below|above|at least|more than|less than)\s*\d", plain(cell.line)
        )
    )


def _is_coloured(table: Table, index: int) -> bool:
    """Whether a column without words is filled with the colours of statuses."""
    shades = [
        rag_of_colour(cell.background)
        for row in table.rows
        if (cell := table.grid.at(row, index)) is not None and cell.background
    ]
    return len(shades) >= 2 and sum(each is not None for each in shades) >= len(shades) / 2


def period_of_cell(cell: GridCell) -> Period | None:
    """The period that a cell of a column of periods names, if it names nothing else."""
    if cell.day is not None:
        return of_day(cell.day, cell.day_format)
    if cell.number is not None and not re.fullmatch(r"(19|20)\d\d", cell.line):
        return None
    period, rest = heading_period(cell.line)
    return period if len(rest) <= 14 else None


def _mean_length(cells: Sequence[GridCell]) -> float:
    return sum(len(cell.line) for cell in cells) / len(cells) if cells else 0.0


def _is_code_column(cells: Sequence[GridCell]) -> bool:
    return (
        bool(cells)
        and _share(
            cells,
            lambda cell: (
                len(cell.line) <= 14
                and bool(CODE.fullmatch(cell.line))
                and len(cell.line.split()) <= 3
            ),
        )
        >= 0.7
    )


def _settle_titles(table: Table, contents: dict[int, list[GridCell]]) -> None:
    named = [column for column in table.columns if column.role is Role.TITLE]
    for column in named:
        cells = contents[column.index]
        if _is_code_column(cells) and len(named) > 1 and not table.having(Role.REFERENCE):
            column.role = Role.REFERENCE
        elif not cells or _share(cells, is_figure) > 0.6:
            column.role = None
    named = [column for column in named if column.role is Role.TITLE]
    if len(named) > 1:
        preferred = re.compile(r"\b(indicator|measure|kpi|pi|title|name)\b")
        best = max(
            named,
            key=lambda column: (
                _mean_length(contents[column.index]) >= 8,
                bool(preferred.search(plain(column.text)))
                and "definition" not in plain(column.text),
                -column.index,
            ),
        )
        for column in named:
            if column is not best:
                column.role = Role.OTHER
    if named and not (len(named) == 1 and _is_code_column(contents[named[0].index])):
        return
    able = [
        column
        for column in table.columns
        if (
            column.role in (None, Role.SECTION, Role.PERIOD, Role.AREA, Role.OTHER)
            and not (column.role is Role.OTHER and column.heading.role is Role.OTHER)
        )
        and column.period is None
        and _share(contents[column.index], is_figure) < 0.2
        and len({cell.line for cell in contents[column.index]})
        >= max(1, len(contents[column.index]) // 3)
        and _mean_length(contents[column.index]) >= 8
        and _share(contents[column.index], lambda cell: len(cell.line) > 160) < 0.5
        and (
            column.role is not Role.PERIOD
            or _share(contents[column.index], lambda cell: period_of_cell(cell) is not None) < 0.5
        )
    ]
    if not able:
        return
    best = max(
        able,
        key=lambda column: (
            column.role is not Role.SECTION,
            min(_mean_length(contents[column.index]), 60),
        ),
    )
    if named and not table.having(Role.REFERENCE):
        named[0].role = Role.REFERENCE
    elif named:
        return
    best.role = Role.TITLE


def _settle_references(table: Table, contents: dict[int, list[GridCell]]) -> None:
    title = table.one(Role.TITLE)
    references = table.having(Role.REFERENCE)
    for column in references:
        cells = contents[column.index]
        is_text = _share(cells, lambda cell: len(cell.line) > 24) > 0.5
        if is_text and title is None:
            column.role, title = Role.TITLE, column
        elif is_text:
            column.role = Role.OTHER
    references = table.having(Role.REFERENCE)
    if len(references) > 1:
        best = max(
            references,
            key=lambda column: (len({cell.line for cell in contents[column.index]}), -column.index),
        )
        for column in references:
            if column is not best:
                column.role = Role.OTHER
    if not references and title is not None:
        for column in table.columns:
            is_before = column.index < title.index and column.role is None and column.period is None
            cells = contents[column.index]
            if (
                is_before
                and len(cells) >= 2
                and _is_code_column(cells)
                and len({c.line for c in cells}) >= 0.9 * len(cells)
            ):
                has_letters = (
                    _share(cells, lambda cell: bool(re.search("[A-Za-z]", cell.line))) > 0.5
                )
                if has_letters:
                    column.role = Role.REFERENCE
                    break


def _holds_indicators(table: Table) -> bool:
    has_figures = any(
        column.role in (Role.VALUE, Role.NUMERATOR)
        or (column.role is None and column.period is not None)
        for column in table.columns
    )
    has_names = (
        table.one(Role.TITLE) is not None
        or table.one(Role.KIND) is not None
        or table.one(Role.PERIOD) is not None
    )
    bare = [
        column
        for column in table.having(Role.VALUE)
        if column.period is None and not column.heading.is_of_the_year
    ]
    if table.one(Role.TITLE) is None and len(bare) > 1:
        return False  # indicators stand beside each other, and rows are periods: it is read turned
    return has_names and (
        has_figures
        or bool(table.having(Role.KIND))
        or (bool(table.having(Role.TARGET)) and bool(table.having(Role.STATUS)))
    )
