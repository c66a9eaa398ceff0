"""The lines of a table, each with what it says of one indicator and where. Pure.

One indicator may have one row, several (actual and target by turns; a row for each quarter), or a
table of its own under its title. Whatever the shape, what comes out is the same: names, and points,
each a role, a period and a cell.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from indicators.scorecards.grids import Grid, GridCell, TextAbove
from indicators.scorecards.periods import (
    Context,
    Period,
    context_of,
    heading_period,
    of_day,
    period_in,
    plain,
)
from indicators.scorecards.tables import Column, Table, find_tables, is_figure, period_of_cell
from indicators.scorecards.vocabulary import (
    COMPARATOR_TITLE,
    OF_PERIODS,
    TOTAL_TITLE,
    Role,
    heading,
    polarity_named,
    row_kind,
    status_named,
    title_and_kind,
)


@dataclass(frozen=True)
class Point:
    """One cell of one indicator: what it holds, of which period, under which headings."""

    role: Role
    period: Period | None
    cell: GridCell
    headings: tuple[GridCell, ...] = ()
    is_of_the_year: bool = False
    is_to_date: bool = False
    question: str = ""  # why the period is not sure


@dataclass
class Line:
    """One indicator as a table has it."""

    table: Table
    context: Context
    title: str
    title_cell: GridCell
    reference: str = ""
    reference_cell: GridCell | None = None
    section: str = ""
    unit_cell: GridCell | None = None
    polarity_cell: GridCell | None = None
    frequency_cell: GridCell | None = None
    commentary: str = ""
    points: list[Point] = field(default_factory=list)
    is_listed: bool = False  # a row for each period, rather than a column
    spans: frozenset[str] = frozenset()  # that the columns of its table have

    @property
    def has_figures(self) -> bool:
        return any(point.role is Role.VALUE for point in self.points)


def lines_of(
    grids: Sequence[Grid],
    file: str,
    elsewhere: Sequence[str] = (),
    roles: Mapping[str, Role] | None = None,
) -> list[Line]:
    """Every indicator of a file, table by table.

    Each sheet is tried with rows for columns too: what gives far more figures is how it is meant.
    `elsewhere` has texts from which the year may be known when the sheet does not say it.
    """
    found: list[Line] = []
    texts = [
        cell.line for grid in grids for each in (grid, grid.turned()) for cell in _first_lines(each)
    ]
    above: list[str] = []
    for grid in grids:
        if grid.is_text:
            continue
        above = [*(each.text for each in reversed(grid.above)), *above]
        further = [*texts, *elsewhere]
        lines = _lines_of_grid(grid, above, further, file, roles)
        turned = _lines_of_grid(grid.turned(), above, further, file, roles)
        if _weight(turned) > 1.5 * _weight(lines):
            lines = turned
        found += lines
    _take_codes_off(found)
    return found


FRONT_CODE = re.compile(
    r"(?P<code>(?P<letters>[A-Z]{2,5})[ -]?\d{1,3}[a-z]?) (?P<title>[A-Z%£].{5,})"
)
NO_CODES = frozenset(["COVID", "CO", "PM", "NO", "KS", "GCSE", "NVQ", "ISO", "M"])


def _take_codes_off(lines: Sequence[Line]) -> None:
    """Codes that stand before their titles with nothing between: PL04 Percentage of applications.

    One alone may be part of its title, as in PM10 Levels at the roadside. Where half the titles that have
    no code of their own begin with one, and no two with the same, they are codes.
    """
    bare = {id(line): line for line in lines if not line.reference}
    found = {
        key: match
        for key, line in bare.items()
        if (match := FRONT_CODE.fullmatch(line.title)) and match["letters"] not in NO_CODES
    }
    titles = {match["code"]: match["title"] for match in found.values()}
    is_clear = all(titles[match["code"]] == match["title"] for match in found.values())
    if len(titles) < 2 or len(found) * 2 < len(bare) or not is_clear:
        return
    for key, match in found.items():
        bare[key].reference, bare[key].title = match["code"], match["title"]


def _weight(lines: Sequence[Line]) -> int:
    """How much a way of reading a sheet makes of it: its indicators, and their figures that have a quarter."""
    return sum(
        1
        + sum(
            1
            for point in line.points
            if point.role is Role.VALUE and point.period is not None and is_figure(point.cell)
        )
        for line in lines
    )


def _first_lines(grid: Grid) -> list[GridCell]:
    if grid.is_text:
        return list(grid.every_cell())[:12]
    found: list[GridCell] = []
    if grid.name.startswith("table ") and not grid.rows:
        return found
    for row in grid.rows[:8]:
        cells = grid.distinct(row)
        if len(cells) > 2 or any(cell.number is not None for cell in cells):
            break
        if len(cells) == 2 and (grid.above or len(grid.columns) == 2):
            break  # a card of names and values, and no title
        found += cells
    return found


def _lines_of_grid(
    grid: Grid,
    above: Sequence[str],
    texts: Sequence[str],
    file: str,
    roles: Mapping[str, Role] | None,
) -> list[Line]:
    found: list[Line] = []
    for table in find_tables(grid, roles):
        context = context_for(table, above, texts, file)
        found += _Reader(table, context).lines()
    return found


def context_for(table: Table, above: Sequence[str], texts: Sequence[str], file: str) -> Context:
    """The year and quarter of a table: what stands over it, then its sheet's name, then the rest."""
    over = [cell.line for cell in table.above]
    name = re.sub(r"\.\w{2,5}$", "", file).replace("_", " ")
    return context_of([*over, *above, table.grid.name, *(t for t in texts if t not in over), name])


class _Reader:
    """Goes down the rows of one table."""

    def __init__(self, table: Table, context: Context) -> None:
        self.table, self.context = table, context
        self.grid = table.grid
        self.title = table.one(Role.TITLE)
        self.reference = table.one(Role.REFERENCE)
        self.kind = table.one(Role.KIND)
        self.periods = table.having(Role.PERIOD)
        self.area = table.one(Role.AREA)
        self.found: list[Line] = []
        self.by_name: dict[tuple[str, str], Line] = {}
        self.current: Line | None = None
        self.heading: GridCell | None = _own_heading(table)
        self.card = _card(table) if table.one(Role.TITLE) is None else {}
        if table.one(Role.TITLE) is None and (way := _way_above(table.grid)) is not None:
            self.card.setdefault(Role.POLARITY, way)
        if table.one(Role.TITLE) is None:
            self.heading = self.card.get(Role.TITLE) or _own_title(table) or self.heading
        self.section = ""
        if self.heading is not None and _names_a_section(self.heading.line):
            self.section = self.heading.line
        self.section_in_column = ""
        self.questions: dict[int, str] = {}
        self._settle_periods()
        self.own_area = self._own_area()
        self.spans = frozenset(
            column.period.span
            for column in table.columns
            if column.period and self._role(column) is Role.VALUE
        )

    def _role(self, column: Column) -> Role | None:
        if column.role is None and column.period is not None:
            return Role.VALUE
        return column.role

    # Periods of columns

    def _settle_periods(self) -> None:
        """Each column of figures has a period with its year, as far as anything says it."""
        whole = [
            column.period
            for column in self.table.columns
            if column.period and column.period.is_whole
        ]
        by_role: dict[tuple[Role, str], list[Column]] = {}
        for column in self.table.columns:
            role = self._role(column)
            if role in OF_PERIODS and column.period is not None and not column.period.is_whole:
                same = [
                    each
                    for each in whole
                    if each.span == column.period.span and each.number == column.period.number
                ]
                if same:
                    latest = max(each.year or 0 for each in same)
                    column.period = replace(column.period, year=latest)
                else:
                    by_role.setdefault((role, column.period.span), []).append(column)
        for columns in by_role.values():
            self._years_of(columns)
        self._current_of_columns()
        for column in self.table.columns:
            role = self._role(column)
            if role is Role.PREVIOUS and column.period is None and self.current_period is not None:
                column.role, column.period = Role.VALUE, _back(self.current_period, 1)
            elif (
                role is Role.YEAR_BEFORE
                and column.period is None
                and self.current_period is not None
            ):
                column.role, column.period = Role.VALUE, _back(self.current_period, 4)
            elif (
                role is Role.YEAR_BEFORE
                and column.period is not None
                and self.context.year is not None
            ):
                column.role, column.period = (
                    Role.VALUE,
                    column.period.in_year(self.context.year - 1),
                )
            elif role is Role.PREVIOUS and column.period is not None:
                column.role, column.period = Role.VALUE, self._before(column.period)
        self._share_periods()

    def _before(self, period: Period) -> Period:
        """The last one of its kind before the quarter that is reported."""
        if period.is_whole or self.context.year is None or self.current_period is None:
            return period
        here = period.in_year(self.context.year)
        if here.span in ("quarter", "month") and not _later(self.current_period, here):
            return period.in_year(self.context.year - 1)
        return here

    def _years_of(self, columns: list[Column]) -> None:
        """A run of quarters or months without a year ends in the year that the sheet reports."""
        year = self.context.year
        if year is None:
            return
        order = [_place_in_year(column.period) for column in columns if column.period]
        falls = len(order) > 1 and all(one > other for one, other in pairwise(order))
        at = year
        following: float | None = None
        for column in reversed(columns):
            assert column.period is not None
            here = _place_in_year(column.period)
            if following is not None and here > following and not falls:
                at -= 1
            following = here
            column.period = column.period.in_year(at)

    def _current_of_columns(self) -> None:
        """The quarter or month that the table reports: what the sheet says, or the latest with figures."""
        latest: Period | None = None
        periods: list[Period] = []
        for column in self.table.columns:
            if (
                self._role(column) is not Role.VALUE
                or column.period is None
                or not column.period.is_whole
            ):
                continue
            if column.period.span not in ("quarter", "month") or column.heading.is_of_the_year:
                continue
            periods.append(column.period)
            filled = any(is_figure(cell) or cell.line for cell in self._figures(column))
            if filled and (latest is None or _later(column.period, latest)):
                latest = column.period
        said = self.context.current
        self.current_question = ""
        if said is not None and said in periods:
            self.current_period: Period | None = said
        elif latest is not None:
            self.current_period = latest
        else:
            self.current_period = said
            self.current_question = self.context.question

    def _figures(self, column: Column) -> list[GridCell]:
        return [
            cell
            for cell in self.table.contents(column.index)
            if is_figure(cell) or re.search(r"\d", cell.line)
        ]

    def _share_periods(self) -> None:
        """A status beside each quarter is that quarter's: it takes the period of its neighbour."""
        columns = self.table.columns
        dated = [
            column
            for column in columns
            if self._role(column) is Role.VALUE
            and column.period is not None
            and not column.heading.is_of_the_year
        ]
        if len(dated) < 2:
            return
        for role in OF_PERIODS - {Role.VALUE}:
            bare = [
                column
                for column in columns
                if column.role is role
                and column.period is None
                and not column.heading.is_of_the_year
            ]
            if len(bare) < 2:
                continue
            is_before = bare[0].index < dated[0].index and len(bare) <= len(dated)
            for column in bare:
                left = [each for each in dated if each.index < column.index]
                right = [each for each in dated if each.index > column.index]
                near = right[0] if is_before and right else left[-1] if left else right[0]
                column.period = near.period

    def _own_area(self) -> str | None:
        """The council's own name among areas: that of the titles, or the one with most rows."""
        if self.area is None:
            return None
        times = Counter(
            plain(cell.line)
            for row in self.table.rows
            if (cell := self.grid.at(row, self.area.index)) is not None and not cell.is_blank
        )
        if len(times) < 2:
            return None
        above = " ".join(plain(cell.line) for cell in self.table.above)
        able = {
            name: count for name, count in times.items() if not COMPARATOR_TITLE.fullmatch(name)
        }
        named = [name for name in able if name in above]
        return max(named or able or times, key=lambda name: times[name])

    # Rows

    def lines(self) -> list[Line]:
        for row in self.table.rows:
            self._read_row(row)
        return [line for line in self.found if line.points or line.reference]

    def _read_row(self, row: int) -> None:
        cells = self.grid.distinct(row)
        if not cells:
            return
        title_cell = self._cell(row, self.title)
        kind_cell = self._cell(row, self.kind)
        if len(cells) == 1 and not self._is_value_row(row):
            self._take_heading(cells[0])
            return
        kind = row_kind(kind_cell.line) if kind_cell is not None else None
        title = title_cell.line if title_cell is not None else ""
        if title_cell is not None and kind is None and self.kind is None:
            kind = row_kind(title)
            if kind is not None:
                title = ""
            else:
                title, kind = title_and_kind(title)
        if self.area is not None and self.own_area is not None:
            area = self._cell(row, self.area)
            if area is not None and plain(area.line) != self.own_area:
                return
        reference_cell = self._cell(row, self.reference)
        if title and not self._is_indicator(title, row, cells):
            return
        line = self._line(row, title, title_cell, reference_cell, kind)
        if line is None:
            return
        self._take_names(line, row)
        self._take_points(line, row, kind)

    def _cell(self, row: int, column: Column | None) -> GridCell | None:
        if column is None:
            return None
        cell = self.grid.at(row, column.index)
        return None if cell is None or cell.is_blank else cell

    def _is_value_row(self, row: int) -> bool:
        """Whether the row has anything under a heading of figures."""
        return any(
            (cell := self._cell(row, column)) is not None and cell.spans[1] <= 2
            for column in self.table.columns
            if self._role(column) in OF_PERIODS
        )

    def _take_heading(self, cell: GridCell) -> None:
        """A row of one text is the heading of what follows; with a code beside it, an indicator."""
        words = cell.line
        if len(words) <= 160 and re.search("[A-Za-z]{3}", words):
            self.heading = cell
            if _names_a_section(words) and not TOTAL_TITLE.fullmatch(plain(words)):
                self.section = words
            self.current = None

    def _is_indicator(self, title: str, row: int, cells: Sequence[GridCell]) -> bool:
        words = plain(title)
        if not re.search(r"[a-z]{2}", words) or status_named(title)[1]:
            return False
        has_code = self._cell(row, self.reference) is not None
        if COMPARATOR_TITLE.fullmatch(words) or (TOTAL_TITLE.fullmatch(words) and not has_code):
            return False
        if re.match(r"total\b", words) and self.reference is not None and not has_code:
            return False
        if sum(1 for cell in cells if cell.is_total) >= 1 and not has_code:
            return False
        return self._is_value_row(row) or has_code or self.kind is not None

    def _line(
        self,
        row: int,
        title: str,
        title_cell: GridCell | None,
        reference_cell: GridCell | None,
        kind: Role | None,
    ) -> Line | None:
        """The indicator of a row: its own, or that of the rows above where the row names none."""
        is_one_of_many = self.kind is not None or kind is not None or bool(self.periods)
        if not title:
            if self.title is not None and self.current is None and self.heading is None:
                return None
            if self.current is not None:
                return self.current if is_one_of_many or self.title is None else None
            if self.heading is None or not is_one_of_many:
                return None
            title, title_cell = self.heading.line, self.heading
        elif (
            title_cell is not None
            and self.current is not None
            and (title_cell.place == self.current.title_cell.place)
        ):
            return self.current
        assert title_cell is not None
        code = _code(reference_cell) if reference_cell is not None else ""
        if not code and self.reference is None:
            code, title = _code_in_title(title)
        name = (plain(code), plain(title))
        if is_one_of_many and name in self.by_name:
            self.current = self.by_name[name]
            return self.current
        if not code and (named := self.card.get(Role.REFERENCE)) is not None:
            reference_cell, code = named, _code(named)
        line = Line(
            table=self.table,
            context=self.context,
            title=title.strip(" *†‡§#"),
            title_cell=title_cell,
            reference=code,
            reference_cell=reference_cell if code else None,
            section=self.section if self.heading is not title_cell else "",
            unit_cell=self.card.get(Role.UNIT),
            polarity_cell=self.card.get(Role.POLARITY),
            frequency_cell=self.card.get(Role.FREQUENCY),
            is_listed=bool(self.periods),
            spans=self.spans,
        )
        self.found.append(line)
        self.by_name[name] = line
        self.current = line
        return line

    def _take_names(self, line: Line, row: int) -> None:
        for column in self.table.columns:
            cell = self._cell(row, column)
            if cell is None:
                continue
            if column.role is Role.UNIT:
                line.unit_cell = line.unit_cell or cell
            elif column.role is Role.POLARITY:
                line.polarity_cell = line.polarity_cell or cell
            elif column.role is Role.FREQUENCY:
                line.frequency_cell = line.frequency_cell or cell
            elif column.role is Role.SECTION:
                self.section_in_column = cell.line
            elif column.role is Role.COMMENTARY and not line.commentary:
                line.commentary = cell.text.strip()
        line.section = self.section_in_column or line.section

    def _take_points(self, line: Line, row: int, kind: Role | None) -> None:
        if kind in (Role.OTHER, Role.TRAVEL, Role.COMMENTARY):
            return
        row_period, period_cells, question = self._period_of_row(row)
        if self.periods and row_period is None:
            return
        for column in self.table.columns:
            role = self._role(column)
            if role not in OF_PERIODS or role is None:
                continue
            cell = self.grid.at(row, column.index)
            if cell is None or (cell.is_blank and not cell.background and not cell.marks):
                continue
            if cell.spans[1] > 2 and not is_figure(cell):
                continue  # a remark across several columns
            if kind is not None and role is Role.VALUE:
                role = kind
            period = column.period
            is_current = False
            if row_period is not None:
                if period is None or (not period.is_whole and row_period.span == "year"):
                    period = period.in_year(row_period.year) if period is not None else row_period
                elif row_period.span in ("quarter", "month") and period.span == "year":
                    period = row_period
            elif period is None and role in (Role.VALUE, Role.NUMERATOR, Role.DENOMINATOR):
                period, is_current = self.current_period, True
                if (
                    column.heading.is_of_the_year
                    and not column.heading.is_to_date
                    and self.context.year is not None
                ):
                    period, is_current = Period("year", 0, self.context.year), False
            elif period is None and role is Role.STATUS and not column.heading.is_of_the_year:
                period, is_current = self.current_period, True
            elif period is None and role is Role.STATUS and self.context.year is not None:
                period = Period("year", 0, self.context.year)
            line.points.append(
                Point(
                    role,
                    period,
                    cell,
                    (*column.cells, *period_cells),
                    column.heading.is_of_the_year,
                    column.heading.is_to_date,
                    (period.question if period is not None else "")
                    or question
                    or (self.current_question if is_current else ""),
                )
            )

    def _period_of_row(self, row: int) -> tuple[Period | None, tuple[GridCell, ...], str]:
        if not self.periods:
            return None, (), ""
        cells = [cell for column in self.periods if (cell := self._cell(row, column)) is not None]
        if not cells:
            return None, (), ""
        if len(cells) == 1:
            period = period_of_cell(cells[0])
        else:
            dated = next((cell for cell in cells if cell.day is not None), None)
            if dated is not None and dated.day is not None:
                period = of_day(dated.day, dated.day_format)
            else:
                period, _ = heading_period(" ".join(cell.line for cell in cells))
        if period is not None and not period.is_whole:
            period = period.in_year(self.context.year)
        return period, tuple(cells), period.question if period is not None else ""


GENERIC = re.compile(
    r"(financial |reporting |the )?(year|quarter|period|month)( end(ed|ing)?)?|(quarterly |monthly |annual )?(performance )?(report|data|figures|results)|"
    r"report(ed)? (for|to)?|as at|position( at)?|(for|to|at)( the)?( end of)?|"
)


def _card(table: Table) -> dict[Role, GridCell]:
    """What stands over a table of one indicator, a name and a value in each row: Unit | Number."""
    found: dict[Role, GridCell] = {}
    grid = table.grid
    for row in reversed([each for each in grid.rows if each < table.header[0]]):
        cells = grid.distinct(row)
        if len(cells) > 3 or table.header[0] - row > 20:
            break
        if len(cells) == 2 and (role := heading(cells[0].line.rstrip(":")).role) in NAMED_ON_CARDS:
            found.setdefault(role, cells[1])
    return found


NAMED_ON_CARDS = (Role.TITLE, Role.REFERENCE, Role.UNIT, Role.POLARITY, Role.FREQUENCY)


def _own_title(table: Table) -> GridCell | None:
    """The line over a table that names its indicator; a line that names a period only does not."""
    grid = table.grid
    for row in reversed([each for each in grid.rows if each < table.header[0]]):
        cells = grid.distinct(row)
        if len(cells) > 2 or table.header[0] - row > 8:
            break
        for cell in cells[:1]:
            _, rest = period_in(cell.line)
            if len(cell.line) <= 160 and not GENERIC.fullmatch(rest.strip(" .,:-")):
                return cell
    return None


def _names_a_section(words: str) -> bool:
    """Whether a line over indicators is a directorate or a priority, and no title, key or remark."""
    period, _ = period_in(words)
    is_the_councils_name = re.search(r"\b(council|authority|county|borough)\b\W*$", words, re.I)
    return len(words) <= 90 and period is None and "=" not in words and not is_the_councils_name


def _own_heading(table: Table) -> GridCell | None:
    """The line right above a table, where it stands alone: its section, or its indicator."""
    grid = table.grid
    first = table.header[0]
    for row in reversed([each for each in grid.rows if each < first]):
        cells = grid.distinct(row)
        if not cells:
            continue
        if first - row > 3 or len(cells) != 1 or len(cells[0].line) > 160:
            break
        return cells[0]
    if grid.above and not any(grid.by_row.get(row) for row in grid.rows if row < first):
        for last in _titles_first(grid.above):
            if len(last.text) <= 160:
                return GridCell(last.place, last.text)
            break
    return None


def _titles_first(above: Sequence[TextAbove]) -> list[TextAbove]:
    """The lines over a table of a document, nearest first; but sentences after what may be a title.

    Between a heading and its table may stand a remark: Higher is better.
    """
    nearest = list(reversed(above))
    titles = [each for each in nearest if not each.text.rstrip().endswith((".", "!", "?", ":"))]
    return [*titles, *(each for each in nearest if each not in titles)]


def _way_above(grid: Grid) -> GridCell | None:
    """The line over a table of a document that says which way is better, and nothing else."""
    for each in reversed(grid.above):
        if len(each.text) <= 60 and polarity_named(each.text.strip(" .")) is not None:
            return GridCell(each.place, each.text.strip(" ."))
    return None


def _back(period: Period, quarters: int) -> Period:
    if period.year is None:
        return period
    if period.span == "month":
        months = period.year * 12 + period.number - 1 - (12 if quarters == 4 else 1)
        return Period("month", months % 12 + 1, months // 12)
    quarter = period.quarter.back(quarters)
    return Period("quarter", quarter.number, quarter.year)


def _place_in_year(period: Period | None) -> float:
    if period is None:
        return 0
    return (period.number - 4) % 12 if period.span == "month" else period.number


def _later(one: Period, other: Period) -> bool:
    def day(period: Period) -> tuple[int, int]:
        assert period.year is not None
        if period.span == "month":
            return period.year, period.number
        last = period.quarter.last_day
        return last.year, last.month

    return day(one) > day(other)


CODE_IN_TITLE = re.compile(
    r"([A-Z]{1,7}[ -]?\d{1,4}(?:\.\d{1,3})?[a-z]?)\s*(?:[:–—-]|\.\s)\s*(\S.{5,})"
)
NUMBER_IN_TITLE = re.compile(
    r"(?:(?:K?PI|LPI|Indicator|Measure) )(\d{1,3}[a-z]?)\s*[:–—.-]\s*(\S.{5,})", re.IGNORECASE
)


def _code_in_title(title: str) -> tuple[str, str]:
    """A code that stands before its title in the same cell."""
    if found := CODE_IN_TITLE.fullmatch(title) or NUMBER_IN_TITLE.fullmatch(title):
        return found[1], found[2]
    return "", title


def _code(cell: GridCell) -> str:
    words = cell.line.strip(" *†‡§")
    if re.fullmatch(r"-+|n/?a|tbc|new", plain(words)):
        return ""
    return words
