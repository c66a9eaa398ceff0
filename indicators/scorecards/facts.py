"""What a scorecard says, fact by fact, each with its cell, and what only the council can settle. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from difflib import SequenceMatcher

from core.months import Month
from core.quarters import Quarter
from indicators.scorecards.cell_figures import CellFigure, figure_in, target_in, trimmed
from indicators.scorecards.explaining import Rated, RatingRule, explain, polarity_by_statuses
from indicators.scorecards.grids import Doubt, Grid, GridCell, Place, rag_of_colour, range_of
from indicators.scorecards.lines import Line, Point, lines_of
from indicators.scorecards.periods import Period, plain
from indicators.scorecards.statuses import Notes, PrintedCount, agrees, printed_counts
from indicators.scorecards.vocabulary import (
    ESTIMATED,
    LOWER_TITLE,
    PROVISIONAL,
    ROLLING,
    SINCE_APRIL,
    WAY_IN_TITLE,
    Role,
    frequency_named,
    polarity_named,
    status_named,
    unit_in_title,
    unit_named,
)
from sorp.lexicon import Basis, Confidence, Frequency, Kind, Polarity, Rag


@dataclass
class ResultRead:
    """One figure of one period, or why there is none."""

    key: str
    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    confidence: str = ""
    not_available: str = ""
    file: str = ""
    place: str = ""

    @property
    def when(self) -> str:
        return said_of(self.key)

    @property
    def figures(self) -> tuple[Decimal | None, Decimal | None]:
        return self.value, self.numerator


@dataclass
class TargetRead:
    """What is aimed at from a quarter on."""

    from_quarter: str
    target: Decimal | None = None
    floor: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    file: str = ""
    place: str = ""

    @property
    def since(self) -> str:
        return said_of(self.from_quarter)


@dataclass
class PrintedStatus:
    """A colour that stands beside a figure, or that it has none."""

    key: str
    rag: str
    place: str
    file: str = ""

    @property
    def when(self) -> str:
        return said_of(self.key)


@dataclass
class IndicatorRead:
    """An indicator as a scorecard has it."""

    reference: str
    title: str
    unit: str = ""
    polarity: str = ""
    frequency: str = ""
    basis: str = ""
    kind: str = ""
    section: str = ""
    file: str = ""
    sheet: str = ""
    group: str = ""  # what it stands under: its directorate's heading, its sheet or its file
    place: str = ""  # of its title
    reference_is_ours: bool = False
    commentary: str = ""
    results: list[ResultRead] = field(default_factory=list)
    targets: list[TargetRead] = field(default_factory=list)
    statuses: list[PrintedStatus] = field(default_factory=list)

    def result(self, key: str) -> ResultRead | None:
        return next((each for each in self.results if each.key == key), None)

    def target_in(self, quarter: Quarter) -> TargetRead | None:
        ruling = [each for each in self.targets if Quarter.parse(each.from_quarter) <= quarter]
        return max(ruling, key=lambda each: Quarter.parse(each.from_quarter)) if ruling else None


@dataclass(frozen=True)
class AbsentFigure:
    """A cell that says that there is no figure, in place of one: "n/a", a dash. Nothing is written of it."""

    words: str
    reference: str
    key: str
    file: str
    place: str

    @property
    def when(self) -> str:
        return said_of(self.key)


@dataclass
class CountRead:
    """A printed count beside our own."""

    place: str
    label: str
    printed: dict[str, int]
    own: dict[str, int]
    agrees: bool


@dataclass(frozen=True)
class ColumnRead:
    """What a heading was taken for, with an example of what stands below it."""

    key: str
    text: str
    role: str
    file: str
    place: str
    example: str


@dataclass
class ScorecardRead:
    """Everything that was read out of a council's files."""

    indicators: list[IndicatorRead] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    files: tuple[str, ...] = ()
    areas: dict[str, str] = field(default_factory=dict)  # of which council before each file is
    columns: list[ColumnRead] = field(default_factory=list)
    counts: list[CountRead] = field(default_factory=list)
    absent: list[AbsentFigure] = field(default_factory=list)
    rule: RatingRule | None = None
    unexplained: list[str] = field(default_factory=list)
    first_quarter: str = ""
    last_quarter: str = ""

    @property
    def absent_by_words(self) -> dict[str, list[AbsentFigure]]:
        """The cells without a figure, by what they say in its place."""
        found: dict[str, list[AbsentFigure]] = {}
        for each in self.absent:
            found.setdefault(each.words, []).append(each)
        return found

    @property
    def span(self) -> str:
        """Q1 2021/22 to Q4 2022/23: the quarters that its results speak of."""
        if not self.first_quarter:
            return ""
        return f"{said_of(self.first_quarter)} to {said_of(self.last_quarter)}"


@dataclass(frozen=True)
class RawDoubt:
    place: Place
    field: str
    read_as: str
    why: str
    group: str = ""
    options: tuple[str, ...] = ()


class ScorecardReader:
    """Reads the grids of one or more files into one scorecard.

    What somebody has said already helps: the year that no title gives, and what columns hold.
    """

    def __init__(self, *, year: int | None = None, roles: Mapping[str, Role] | None = None) -> None:
        self.elsewhere = [] if year is None else [f"{year}/{(year + 1) % 100:02d}"]
        self.roles = roles
        self.read = ScorecardRead()
        self.raw: list[RawDoubt] = []
        self.rated: list[tuple[IndicatorRead, Rated, str]] = []
        self.drafts: list[_Draft] = []
        self.files: list[str] = []
        self.printed: list[tuple[PrintedCount, str]] = []

    def add(self, grids: Sequence[Grid], file: str) -> None:
        self.files.append(file)
        notes = Notes.of(grids)
        lines = lines_of(grids, file, self.elsewhere, self.roles)
        self._keep_columns(lines)
        notes.statuses = {
            plain(point.cell.line)
            for line in lines
            for point in line.points
            if point.role is Role.STATUS
        }
        fractions = _tables_of_fractions(lines)
        coloured = _tables_of_colours(lines)
        for line in lines:
            draft = _Draft(
                self, line, notes, file, id(line.table) in fractions, id(line.table) in coloured
            )
            draft.read()
            self._keep(draft)
        of_rows = {
            point.cell.place for line in lines for point in line.points if point.role is Role.STATUS
        }
        if lines:
            self.printed += [(each, file) for each in printed_counts(grids, of_rows)]
        if (
            lines
            and all(line.context.year is None for line in lines)
            and not any(draft.indicator.results for draft in self.drafts)
        ):
            first = lines[0]
            cell = first.title_cell
            self.raw.append(
                RawDoubt(cell.place, "quarter", "", "nothing says which year these figures are for")
            )

    def _keep_columns(self, lines: Sequence[Line]) -> None:
        known = {each.key for each in self.read.columns}
        for table in {id(line.table): line.table for line in lines}.values():
            for column in table.columns:
                if not column.cells or not column.key or column.key in known:
                    continue
                known.add(column.key)
                role = column.role or (Role.VALUE if column.period is not None else None)
                below = table.contents(column.index, most=40)
                example = below[0].line[:60] if below else ""
                place = column.cells[-1].place
                self.read.columns.append(
                    ColumnRead(
                        column.key, column.text[:80], role or "", place.file, str(place), example
                    )
                )

    def doubt(
        self,
        place: Place,
        of: str,
        read_as: object,
        why: str,
        group: str = "",
        options: tuple[str, ...] = (),
    ) -> None:
        self.raw.append(RawDoubt(place, of, str(read_as), why, group, options))

    def _keep(self, draft: _Draft) -> None:
        """The draft is a new indicator, or more of one that another table has too."""
        own = draft.indicator
        for other in self.drafts:
            if not _is_same(draft, other):
                continue
            if draft.line.table is other.line.table or _contradicts(draft, other):
                continue
            other.take(draft)
            return
        self.drafts.append(draft)
        self.read.indicators.append(own)

    def finish(self) -> ScorecardRead:
        """References that are missing or stand twice are settled; statuses are held against figures."""
        self.read.files = tuple(dict.fromkeys(self.files))
        _name_groups(self.read.indicators)
        self._settle_references()
        for draft in self.drafts:
            draft.settle_polarity()
        self._explain()
        self._count()
        self.read.absent = [each for draft in self.drafts for each in draft.without_figure()]
        keys = [each.key for item in self.read.indicators for each in item.results]
        quarters = sorted(quarter_of(key) for key in keys)
        if quarters:
            self.read.first_quarter, self.read.last_quarter = quarters[0].key, quarters[-1].key
        self.read.doubts = bundled(self.raw)
        return self.read

    def _settle_references(self) -> None:
        used: dict[str, _Draft] = {}
        for draft in self.drafts:
            own = draft.indicator
            if not own.reference:
                continue
            key = _squashed(own.reference)
            if key in used:
                other = used[key]
                cell = draft.line.reference_cell or draft.line.title_cell
                at = 2
                while _squashed(f"{own.reference}-{at}") in used:
                    at += 1
                first = other.line.reference_cell or other.line.title_cell
                new = f"{own.reference}-{at}"
                self.doubt(
                    cell.place,
                    "reference",
                    new,
                    f"{own.reference} is also at {_seen_from(cell.place, first.place)} for another"
                    " indicator",
                )
                own.reference, key = new, _squashed(new)
            used[key] = draft
        by_title: dict[str, _Draft] = {}
        for draft in self.drafts:
            own = draft.indicator
            if not own.reference:
                own.reference_is_ours = True
                own.reference = _made_reference(own.title, used)
                used[_squashed(own.reference)] = draft
            same = by_title.setdefault(plain(own.title), draft)
            is_apart = same.line.table.grid is not draft.line.table.grid
            is_ours = own.reference_is_ours and same.indicator.reference_is_ours
            if is_apart and (is_ours or own.file != same.indicator.file):
                here, there = draft.line.title_cell.place, same.line.title_cell.place
                self.doubt(
                    here,
                    "title",
                    "another indicator of the same title",
                    f"the same title stands at {_seen_from(here, there)} with"
                    f" {'other figures' if is_ours else 'another reference'}",
                )

    def _explain(self) -> None:
        cases: list[tuple[_Draft, str, Rated]] = []
        for draft in self.drafts:
            own = draft.indicator
            for status in own.statuses:
                result = own.result(status.key)
                quarter = quarter_of(status.key)
                target = own.target_in(quarter)
                value = result.value if result is not None else None
                if (
                    status.rag
                    and value is not None
                    and target is not None
                    and target.target is not None
                ):
                    cases.append(
                        (
                            draft,
                            status.place,
                            Rated(
                                value, target.target, target.floor, Rag(status.rag), own.polarity
                            ),
                        )
                    )
        rule = explain([case for _, _, case in cases])
        self.read.rule = rule
        if rule is None:
            return
        for draft, place, case in cases:
            if not rule.gives(case):
                self.read.unexplained.append(
                    f"{draft.indicator.reference} at {place}: {case.value.normalize():f} against"
                    f" {case.target.normalize():f} is printed {case.rag.label.lower()}"
                )

    def _count(self) -> None:
        for printed, _file in self.printed:
            candidates = list(self._candidates(printed))
            held = next((each for each in candidates if agrees(printed.counts, each)), None)
            own = Counter(held if held is not None else candidates[0] if candidates else [])
            told = {rag.value: own[rag] for rag in (Rag.GREEN, Rag.AMBER, Rag.RED)}
            self.read.counts.append(
                CountRead(
                    str(printed.place),
                    printed.label,
                    {rag.value: times for rag, times in printed.counts.items()},
                    told,
                    held is not None,
                )
            )
            if held is None:
                words = ", ".join(f"{times} {rag}" for rag, times in told.items())
                self.doubt(
                    printed.place,
                    "status",
                    words,
                    "the count that is printed is not that of the rows",
                )

    def _candidates(self, printed: PrintedCount) -> Iterable[list[Rag]]:
        """The statuses that a printed count may count: of its label's part, its sheet, or all; of each period."""
        items = [draft for draft in self.drafts if draft.indicator.statuses]
        keys = Counter(
            status.key for draft in items for status in draft.indicator.statuses if status.rag
        )
        if not keys:
            return
        order = [key for key, _ in keys.most_common()]
        if printed.period is not None and printed.period.is_whole:
            order.sort(key=lambda key: key != printed.period.key if printed.period else False)
        label = plain(printed.label)
        groups: list[list[_Draft]] = []
        if label:
            groups.append(
                [
                    d
                    for d in items
                    if label in (plain(d.indicator.section), plain(d.line.table.grid.name))
                ]
            )
        groups += [
            items,
            [d for d in items if d.line.table.grid.name == printed.place.sheet],
            [d for d in items if d.indicator.frequency != Frequency.ANNUAL],
        ]
        sections = {plain(d.indicator.section) for d in items} | {
            d.line.table.grid.name for d in items
        }
        if not label:
            groups += [
                [
                    d
                    for d in items
                    if section in (plain(d.indicator.section), d.line.table.grid.name)
                ]
                for section in sorted(sections)
            ]
        for group in groups:
            if not group:
                continue
            yield [
                Rag(status.rag)
                for d in group
                for status in [_latest_status(d.indicator)]
                if status is not None and status.rag
            ]
            for key in order:
                yield [
                    Rag(status.rag)
                    for d in group
                    for status in d.indicator.statuses
                    if status.key == key and status.rag
                ]


def _latest_status(item: IndicatorRead) -> PrintedStatus | None:
    return max(item.statuses, key=lambda each: quarter_of(each.key), default=None)


def joined(reads: Sequence[ScorecardRead]) -> ScorecardRead:
    """Several scorecards beside one another: of councils that each kept their own."""
    if len(reads) == 1:
        return reads[0]
    rules = [each.rule for each in reads if each.rule is not None]
    columns: dict[str, ColumnRead] = {}
    for read in reads:
        for column in read.columns:
            columns.setdefault(column.key, column)
    quarters = [key for read in reads for key in (read.first_quarter, read.last_quarter) if key]
    found = ScorecardRead(
        indicators=[item for read in reads for item in read.indicators],
        doubts=[doubt for read in reads for doubt in read.doubts],
        files=tuple(file for read in reads for file in read.files),
        columns=list(columns.values()),
        counts=[count for read in reads for count in read.counts],
        absent=[each for read in reads for each in read.absent],
        rule=max(rules, key=lambda rule: rule.of, default=None),
        unexplained=[each for read in reads for each in read.unexplained],
        first_quarter=min(quarters, default=""),
        last_quarter=max(quarters, default=""),
    )
    _name_groups(found.indicators)
    return found


def _name_groups(items: Sequence[IndicatorRead]) -> None:
    """What each stands under. Where two files have a part of one name, each is named with its file."""
    files: dict[str, set[str]] = {}
    for item in items:
        item.group = item.section or item.sheet or item.file
        files.setdefault(item.group, set()).add(item.file)
    for item in items:
        if len(files[item.group]) > 1:
            item.group = f"{item.file.rpartition('.')[0] or item.file}: {item.group}"


def _seen_from(here: Place, there: Place) -> str:
    """A place as it is named beside another: with its file, where that is another one."""
    return str(there) if here.file == there.file else f"{there} of {there.file}"


def said_of(key: str) -> str:
    """Q4 2021/22, or May 2022: a period as people say it."""
    return str(Quarter.parse(key) if "Q" in key else Month.parse(key))


def quarter_of(key: str) -> Quarter:
    if "Q" in key:
        return Quarter.parse(key)
    year, month = key.split("-")
    return Period("month", int(month), int(year)).quarter


def _squashed(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _made_reference(title: str, used: dict[str, _Draft]) -> str:
    """A reference of our own: the first letters of the title's words, and a number where two share them."""
    words = re.findall(r"[A-Za-z0-9]+", re.sub(r"\(.*?\)", "", title))
    letters = (
        "".join(word[0] for word in words if word.lower() not in SMALL_WORDS).upper()[:6] or "PI"
    )
    if _squashed(letters) not in used and not letters[0].isdigit() and len(letters) > 1:
        return letters
    if len(letters) < 2:
        letters = "".join(words)[:5].upper() or "PI"
        if _squashed(letters) not in used and not letters[0].isdigit():
            return letters
    at = 2
    while _squashed(f"{letters}-{at}") in used:
        at += 1
    return f"{letters}-{at}"


SMALL_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "at",
        "by",
        "for",
        "from",
        "in",
        "of",
        "on",
        "or",
        "the",
        "to",
        "with",
        "per",
    ]
)


def _is_same(one: _Draft, other: _Draft) -> bool:
    a, b = one.indicator, other.indicator
    if a.reference and b.reference:
        like = SequenceMatcher(None, plain(a.title), plain(b.title)).ratio()
        return _squashed(a.reference) == _squashed(b.reference) and like > 0.6
    if a.reference or b.reference:
        return False
    if a.file != b.file and a.section and b.section and plain(a.section) != plain(b.section):
        return False  # each directorate has a workbook, and measures what others do too
    return plain(a.title) == plain(b.title)


def _contradicts(one: _Draft, other: _Draft) -> bool:
    for result in one.indicator.results:
        same = other.indicator.result(result.key)
        if same is not None and same.value is not None and result.value is not None:
            if same.value != result.value and not _is_rounding(same.value, result.value):
                return True
            if one.line.table.grid is other.line.table.grid:
                return True
    return False


def _is_rounding(one: Decimal, other: Decimal) -> bool:
    places = min(-int(one.as_tuple().exponent), -int(other.as_tuple().exponent))
    unit = Decimal(1).scaleb(-max(places, 0))
    return abs(one - other) <= unit / 2


def _tables_of_fractions(lines: Sequence[Line]) -> dict[int, bool]:
    """Tables whose percentages are plain numbers between nought and one, which were never formatted."""
    figures: dict[int, list[CellFigure]] = {}
    for line in lines:
        unit = (
            unit_named(line.unit_cell.line)
            if line.unit_cell is not None
            else unit_in_title(line.title)
        )
        if unit != "%":
            continue
        for point in line.points:
            if point.role in (Role.VALUE, Role.TARGET):
                read = figure_in(point.cell)
                if read.number is not None and not read.is_percentage:
                    figures.setdefault(id(line.table), []).append(read)
    return {
        table: True
        for table, each in figures.items()
        if len(each) >= 3
        and all(read.is_fraction or read.number == 0 for read in each)
        and len({read.number for read in each}) >= 3
    }


def _tables_of_colours(lines: Sequence[Line]) -> dict[int, str]:
    """Tables without a column of statuses, in which the colour of a figure says its status."""
    found: dict[int, str] = {}
    tables: dict[int, list[Point]] = {}
    has_status: set[int] = set()
    for line in lines:
        for point in line.points:
            if point.role is Role.STATUS:
                has_status.add(id(line.table))
            elif point.role is Role.VALUE and not point.cell.is_blank:
                tables.setdefault(id(line.table), []).append(point)
    for table, points in tables.items():
        if table in has_status:
            continue
        for look in ("background", "colour"):
            shades = [rag_of_colour(getattr(point.cell, look)) for point in points]
            named = {each for each in shades if each is not None}
            if len(named) >= 2 and sum(each is not None for each in shades) >= len(shades) / 5:
                found[table] = look
                break
    return found


class _Draft:
    """One line, on its way to an indicator."""

    def __init__(
        self,
        reader: ScorecardReader,
        line: Line,
        notes: Notes,
        file: str,
        is_of_fractions: bool,
        is_coloured: bool,
    ) -> None:
        self.reader, self.line, self.notes = reader, line, notes
        self.is_of_fractions, self.is_coloured = is_of_fractions, is_coloured
        self.indicator = IndicatorRead(
            reference=line.reference,
            title=line.title,
            section=line.section,
            file=file,
            sheet=line.table.grid.name,
            place=str(line.title_cell.place),
            commentary=line.commentary,
        )
        self.taken: list[_Draft] = []  # of the same indicator, in other tables
        self.hints: list[Polarity] = []
        self.polarity_cell: GridCell | None = line.polarity_cell
        self.target_cells: list[GridCell] = []
        self.value_unit = ""

    def read(self) -> None:
        self._choose_points()
        self._read_unit()
        self._read_frequency()
        self._read_results()
        self._read_targets()
        self._read_statuses()
        own = self.indicator
        facts: list[ResultRead | TargetRead | PrintedStatus] = [
            *own.results,
            *own.targets,
            *own.statuses,
        ]
        for fact in facts:
            fact.file = own.file
        title = self.line.title
        if ROLLING.search(title):
            self.indicator.basis = Basis.ROLLING_12_MONTHS
        elif SINCE_APRIL.search(title):
            self.indicator.basis = Basis.YEAR_TO_DATE

    def take(self, other: _Draft) -> None:
        """What another table says of the same indicator is added to what is known."""
        self.taken.append(other)
        own, more = self.indicator, other.indicator
        known = {
            each.key for each in own.results if each.value is not None or each.numerator is not None
        }
        own.results = [
            *(each for each in own.results if each.key in known),
            *(each for each in more.results if each.key not in known),
            *(
                each
                for each in own.results
                if each.key not in known and more.result(each.key) is None
            ),
        ]
        held = {each.key for each in own.statuses if each.rag}
        own.statuses = [each for each in own.statuses if each.rag] + [
            each for each in more.statuses if each.key not in held
        ]
        starts = {each.from_quarter for each in own.targets}
        own.targets = sorted(
            [*own.targets, *(each for each in more.targets if each.from_quarter not in starts)],
            key=lambda each: each.from_quarter,
        )
        self.hints += other.hints
        self.target_cells += other.target_cells
        self.polarity_cell = self.polarity_cell or other.polarity_cell
        own.unit = own.unit if own.unit not in ("", "number") else more.unit or own.unit
        own.basis = own.basis or more.basis
        own.reference = own.reference or more.reference

    # Which points are its results

    def _choose_points(self) -> None:
        values = [point for point in self.line.points if point.role is Role.VALUE]
        dated = [
            p
            for p in values
            if p.period is not None and p.period.span in ("quarter", "month", "half_year")
        ]
        plain_ones = [p for p in dated if not p.is_of_the_year]
        yearly = [
            p
            for p in values
            if (p.period is not None and p.period.span in ("year", "calendar_year"))
            or (p.is_of_the_year and not p.is_to_date)
        ]
        counts = [
            p
            for p in self.line.points
            if p.role is Role.NUMERATOR
            and p.period is not None
            and p.period.span in ("quarter", "month", "half_year")
        ]
        if _any_figure(plain_ones) or (not values and _any_figure(counts)):
            chosen = plain_ones
        elif _any_figure(yearly):
            chosen = yearly
        elif _any_figure(dated):
            chosen = [p for p in dated if p not in plain_ones]
        else:
            chosen = plain_ones or yearly
        months = [p for p in chosen if p.period is not None and p.period.span == "month"]
        if _any_figure(months):
            chosen = months
        self.chosen = [p for p in chosen if p.period is not None or p in yearly]
        self.is_annual = bool(self.chosen) and all(p in yearly for p in self.chosen)
        if self.is_annual:
            whole = [p for p in self.chosen if p.period is not None and p.period.span == "year"]
            year = self.line.context.year
            self.chosen = [
                p if p in whole else replace(p, period=Period("year", 0, year))
                for p in self.chosen
                if p in whole or year is not None
            ]

    # Names

    def _read_unit(self) -> None:
        line, own = self.line, self.indicator
        named = unit_named(line.unit_cell.line) if line.unit_cell is not None else ""
        in_title = unit_in_title(line.title)
        units = Counter(
            read.unit for p in self.chosen if (read := figure_in(p.cell)).has_figure and read.unit
        )
        in_targets = Counter(
            aimed.unit
            for p in line.points
            if p.role is Role.TARGET and (aimed := target_in(p.cell)) is not None and aimed.unit
        )
        in_cells = next((unit for unit, _ in (units or in_targets).most_common(1)), "")
        in_heading = ""
        for point in self.chosen[:1]:
            for cell in point.headings:
                if found := re.search(r"\((%|£|£m|£000s?|days)\)", cell.line):
                    in_heading = unit_named(found[1])
        self.value_unit = in_cells
        own.unit = named or in_title or in_cells or in_heading or "number"
        if in_cells == "%" and own.unit != "%" and not named:
            own.unit = "%"
        differs = in_cells in ("%", "£") and named in ("%", "£", "days") and in_cells != named
        if line.unit_cell is not None and differs:
            why = f"the figures beside it are in {in_cells}"
            self.reader.doubt(line.unit_cell.place, "unit", named, why)

    def _read_frequency(self) -> None:
        line, own = self.line, self.indicator
        spans = {p.period.span for p in self.chosen if p.period is not None}
        said = (
            frequency_named(line.frequency_cell.line) if line.frequency_cell is not None else None
        )
        title = plain(line.title)
        if said is not None:
            own.frequency = said
        elif self.is_annual:
            own.frequency = Frequency.ANNUAL
        elif "month" in spans:
            own.frequency = Frequency.MONTHLY
        elif "half_year" in spans:
            own.frequency = Frequency.HALF_YEARLY
        elif re.search(
            r"\((annual|yearly|annual survey|annual measure|reported annually)\)", title
        ):
            own.frequency = Frequency.ANNUAL
        elif spans or "quarter" in line.spans:
            own.frequency = Frequency.QUARTERLY
        elif "month" in line.spans:
            own.frequency = Frequency.MONTHLY
        elif "year" in line.spans:
            own.frequency = Frequency.ANNUAL
        else:
            own.frequency = Frequency.QUARTERLY

    # Figures

    def _scaled(
        self, number: Decimal | None, read: CellFigure, cell: GridCell, of: str
    ) -> Decimal | None:
        """A figure in the indicator's unit: a plain share of a percentage is one of a hundred."""
        own = self.indicator
        if number is None:
            return None
        if own.unit == "%" and not read.is_percentage:
            if self.is_of_fractions and abs(number) <= 1:
                return trimmed(number.scaleb(2))
            if read.is_fraction and self.value_unit == "%":
                self.reader.doubt(
                    cell.place,
                    of,
                    trimmed(number.scaleb(2)),
                    "a plain number among percentages",
                    "fraction",
                )
                return trimmed(number.scaleb(2))
        if own.unit == "£m" and read.unit == "£" and abs(number) >= 100_000:
            return trimmed(number.scaleb(-6))
        if own.unit == "£000" and read.unit == "£" and abs(number) >= 100_000:
            return trimmed(number.scaleb(-3))
        return number

    def _read_results(self) -> None:
        own = self.indicator
        found: dict[str, ResultRead] = {}
        for point in self.chosen:
            if point.period is None:
                continue
            if not point.period.is_whole:
                if figure_in(point.cell).has_figure:
                    self.reader.doubt(
                        point.cell.place,
                        "quarter",
                        "",
                        "nothing says which year this figure is of",
                        "year",
                    )
                continue
            read = figure_in(point.cell)
            result = self._result(point, read)
            if result is None:
                continue
            before = found.get(result.key)
            if before is not None and before.figures != result.figures:
                if before.value is None and before.numerator is None:
                    found[result.key] = result
                elif result.value is not None:
                    self.reader.doubt(
                        point.cell.place,
                        "value",
                        result.value,
                        f"another figure for {result.key} stands at {before.place}",
                    )
                continue
            found[result.key] = result
        for role, name in ((Role.NUMERATOR, "numerator"), (Role.DENOMINATOR, "denominator")):
            for point in self.line.points:
                if point.role is not role or point.period is None or not point.period.is_whole:
                    continue
                if point.is_of_the_year and not self.is_annual:
                    continue
                read = figure_in(point.cell)
                if read.number is None:
                    continue
                key = point.period.key
                if key in found:
                    setattr(found[key], name, read.number)
                elif (
                    not any(
                        p.role is Role.VALUE and p.period == point.period for p in self.line.points
                    )
                    and not self.is_annual
                ):
                    found[key] = ResultRead(key, place=str(point.cell.place))
                    setattr(found[key], name, read.number)
        own.results = [
            each
            for each in found.values()
            if each.value is not None or each.numerator is not None or each.not_available
        ]

    def without_figure(self) -> Iterator[AbsentFigure]:
        """Where a word stands for a figure that no other cell gives; of a year, each other quarter has none."""
        own = self.indicator
        said: set[str] = {each.key for each in own.results}
        for draft in (self, *self.taken):
            for point in () if draft.is_annual else draft.chosen:
                words, period = figure_in(point.cell).absent, point.period
                if words and period is not None and period.is_whole and period.key not in said:
                    said.add(period.key)
                    place = point.cell.place
                    yield AbsentFigure(
                        words, own.reference, period.key, draft.indicator.file, str(place)
                    )

    def _result(self, point: Point, read: CellFigure) -> ResultRead | None:
        assert point.period is not None
        place = point.cell.place
        self._weigh_marks(point.cell, read)
        if read.question:
            self.reader.doubt(
                place,
                "value",
                read.number if read.number is not None else "no figure",
                read.question,
            )
        if point.question and read.has_figure:
            heading = point.headings[-1].place if point.headings else place
            self.reader.doubt(heading, "quarter", point.period.key, point.question, "quarter")
        if point.period.span == "calendar_year" and read.has_figure:
            heading = point.headings[-1].place if point.headings else place
            self.reader.doubt(
                heading,
                "quarter",
                point.period.key,
                "a year alone: a calendar year, or one from April?",
                "year",
            )
        if read.withheld:
            return ResultRead(point.period.key, not_available=read.withheld[:200], place=str(place))
        if not read.has_figure:
            words = plain(read.absent)
            if (
                not read.absent
                or self.is_annual
                or len(words) > 40
                or not re.search("[a-z]{4}", words)
            ):
                return None
            if words in ("none", "null", "unknown", "data only", "no target", "annual"):
                return None
            return ResultRead(point.period.key, not_available=read.absent[:200], place=str(place))
        confidence = read.confidence or self._firmness(point, read)
        return ResultRead(
            point.period.key,
            value=self._scaled(read.number, read, point.cell, "value"),
            numerator=read.numerator,
            denominator=read.denominator,
            confidence=confidence or "",
            place=str(place),
        )

    def _weigh_marks(self, cell: GridCell, read: CellFigure) -> None:
        for mark in _marks(read.marks):
            if self.notes.explanation(mark, cell.place) is None and read.has_figure:
                self.reader.doubt(
                    cell.place,
                    "value",
                    read.number,
                    f"no note says what {mark} beside the figure means",
                )

    def _firmness(self, point: Point, read: CellFigure) -> Confidence | None:
        said = " ".join(
            self.notes.explanation(mark, point.cell.place) or "" for mark in _marks(read.marks)
        )
        said = said[:80] + " " + " ".join(cell.line for cell in point.headings)
        if PROVISIONAL.search(said):
            return Confidence.PROVISIONAL
        return Confidence.ESTIMATED if ESTIMATED.search(said) else None

    # Targets

    def _read_targets(self) -> None:
        own = self.indicator
        points = [
            p
            for p in self.line.points
            if p.role in (Role.TARGET, Role.FLOOR, Role.LOWER, Role.UPPER)
        ]
        if not self.is_annual and any(
            not p.is_of_the_year for p in points if p.role is Role.TARGET
        ):
            points = [p for p in points if not p.is_of_the_year]
        elif self.is_annual and any(
            p.is_of_the_year or (p.period and p.period.span == "year") for p in points
        ):
            points = [
                p for p in points if p.is_of_the_year or (p.period and p.period.span == "year")
            ]
        found: dict[Quarter, TargetRead] = {}
        for point in sorted(
            points,
            key=lambda p: (
                p.period is not None and p.period.span == "month",
                p.period.year or 0 if p.period else 0,
                p.period.number if p.period else 0,
            ),
        ):
            read = target_in(point.cell)
            if read is None:
                continue
            quarter = self._starts(point)
            if quarter is None:
                continue
            of = {
                Role.TARGET: "target",
                Role.FLOOR: "floor",
                Role.LOWER: "lower",
                Role.UPPER: "upper",
            }[point.role]
            if read.question:
                self.reader.doubt(
                    point.cell.place,
                    of,
                    read.number if read.number is not None else "no target",
                    read.question,
                )
            entry = found.setdefault(quarter, TargetRead(quarter.key, place=str(point.cell.place)))
            shape = CellFigure(
                read.number,
                unit=read.unit,
                is_fraction=read.is_fraction,
                is_percentage=read.is_percentage,
            )
            number = self._scaled(read.number, shape, point.cell, of)
            if number is not None and getattr(entry, of) is None:
                setattr(entry, of, number)
            for name in ("floor", "lower", "upper"):
                extra = getattr(read, name)
                if extra is not None and getattr(entry, name) is None:
                    setattr(entry, name, extra)
            if point.role is Role.TARGET:
                self.target_cells.append(point.cell)
                if read.polarity is not None:
                    self.hints.append(read.polarity)
        kept: list[TargetRead] = []
        for quarter in sorted(found):
            entry = found[quarter]
            levels = (entry.target, entry.floor, entry.lower, entry.upper)
            before = kept[-1] if kept else None
            held = (
                (before.target, before.floor, before.lower, before.upper) if before else (None,) * 4
            )
            if levels != held:
                kept.append(entry)
        own.targets = kept

    def _starts(self, point: Point) -> Quarter | None:
        """The quarter from which a target holds: its own, or the first of the year that is reported."""
        period = point.period
        if period is not None and period.is_whole:
            if period.span in ("year", "calendar_year"):
                return Quarter(period.financial_year, 1)
            return period.quarter
        periods = [
            p.period
            for p in self.line.points
            if p.role is Role.VALUE
            and p.period is not None
            and p.period.is_whole
            and not p.is_of_the_year
        ]
        if self.is_annual:
            years = [p.period.financial_year for p in self.chosen if p.period is not None]
            return Quarter(max(years), 1) if years else None
        current = self.line.context.current
        with_figures = [
            p.period
            for p in self.chosen
            if p.period is not None and p.period.is_whole and not figure_in(p.cell).is_blank
        ]
        year = (
            max(each.quarter for each in with_figures).year
            if with_figures
            else max(each.quarter for each in periods).year
            if periods
            else current.financial_year
            if current is not None
            else self.line.context.year
        )
        if year is None:
            return None
        of_year = [each.quarter for each in periods if each.quarter.year == year]
        starts = min(of_year) if of_year else Quarter(year, 1)
        years = sorted({each.quarter.year for each in with_figures})
        if point.role is Role.TARGET and len(years) > 1:
            firsts = {
                each: min(p.quarter for p in with_figures if p.quarter.year == each)
                for each in years
            }
            self.reader.doubt(
                point.cell.place,
                "from_quarter",
                starts.key,
                "the target is printed once, and beside it figures of several years: from when does it"
                " hold?",
                "target year",
                tuple(first.key for first in firsts.values() if first != starts),
            )
        return starts

    # Statuses

    def _read_statuses(self) -> None:
        own = self.indicator
        points = [p for p in self.line.points if p.role is Role.STATUS]
        with_words = [p for p in self.chosen if figure_in(p.cell).status]
        if not points and with_words:
            points = [replace(p, role=Role.STATUS) for p in with_words]
        elif not points and self.is_coloured:
            points = [replace(p, role=Role.STATUS) for p in self.chosen]
        elif not self.is_annual and any(not p.is_of_the_year for p in points):
            points = [
                p
                for p in points
                if not p.is_of_the_year and not (p.period and p.period.span == "year")
            ]
        elif self.is_annual:
            yearly = [
                p for p in points if p.is_of_the_year or (p.period and p.period.span == "year")
            ]
            points = yearly or points
        figured = [
            each.key for each in own.results if each.value is not None or each.numerator is not None
        ]
        found: dict[str, PrintedStatus] = {}
        for point in points:
            said = self._status_of(point)
            if said is None:
                continue
            rag, question = said
            key = self._status_key(point, figured)
            if key is None:
                if rag is not None:
                    self.reader.doubt(
                        point.cell.place,
                        "status",
                        rag.value,
                        "nothing says which quarter it is of",
                        "quarter",
                    )
                continue
            if question:
                self.reader.doubt(
                    point.cell.place,
                    "status",
                    rag.value if rag else "no status",
                    question,
                    question[-30:],
                )
            if (
                rag is not None
                and point.role is Role.STATUS
                and not self._is_dated(point)
                and key not in figured
                and figured
            ):
                self.reader.doubt(
                    point.cell.place,
                    "status",
                    rag.value,
                    f"there is no figure for {key}, of which it may speak",
                )
            found.setdefault(
                key, PrintedStatus(key, rag.value if rag else "", str(point.cell.place))
            )
        own.statuses = list(found.values())

    def _status_of(self, point: Point) -> tuple[Rag | None, str] | None:
        cell = point.cell
        if beside := figure_in(cell).status:
            return status_named(beside)[0], ""
        if self.is_coloured and point in [replace(p, role=Role.STATUS) for p in self.chosen]:
            shade = rag_of_colour(cell.background) or rag_of_colour(cell.colour)
            return (shade, "") if shade is not None else None
        read = self.notes.read(cell)
        return (read.rag, read.question) if read.is_said or read.rag is not None else None

    def _is_dated(self, point: Point) -> bool:
        return any(
            heading.day is not None or re.search(r"\d", heading.line) for heading in point.headings
        )

    def _status_key(self, point: Point, figured: Sequence[str]) -> str | None:
        period = point.period
        if self.is_annual:
            if (
                period is not None
                and period.is_whole
                and period.span in ("year", "calendar_year")
                and period.key in figured
            ):
                return period.key
            return (
                max(figured, key=quarter_of)
                if figured
                else (period.key if period is not None and period.is_whole else None)
            )
        if period is None or not period.is_whole:
            return max(figured, key=quarter_of) if figured else None
        is_answered = any(
            p.period == period and not figure_in(p.cell).is_blank for p in self.chosen
        )
        is_loose = not self._is_dated(point) and not is_answered
        if is_loose and period.key not in figured and len(figured) == 1:
            return figured[0]
        return period.key

    # Which way is better

    def settle_polarity(self) -> None:
        own = self.indicator
        rated = [
            Rated(result.value, target.target, target.floor, Rag(status.rag), "")
            for status in own.statuses
            if status.rag
            and (result := own.result(status.key)) is not None
            and result.value is not None
            and (target := own.target_in(quarter_of(status.key))) is not None
            and target.target is not None
        ]
        by_statuses = polarity_by_statuses(rated)
        levels = [
            each for each in own.targets if each.target is not None and each.floor is not None
        ]
        ways = {
            Polarity.HIGHER if each.floor < each.target else Polarity.LOWER  # type: ignore[operator]
            for each in levels
            if each.floor != each.target
        }
        has_target = any(each.target is not None for each in own.targets)
        has_range = any(each.lower is not None and each.upper is not None for each in own.targets)
        if has_range and not has_target:
            own.kind = Kind.ACTIVITY if not any(each.rag for each in own.statuses) else Kind.KPI
        else:
            own.kind = Kind.KPI if has_target else Kind.DATA
        said: Polarity | None = None
        if way := WAY_IN_TITLE.search(self.line.title):
            said = Polarity.LOWER if way["lower"] else Polarity.HIGHER
        if self.polarity_cell is not None:
            said = polarity_named(self.polarity_cell.line)
            if said is None:
                self.reader.doubt(
                    self.polarity_cell.place,
                    "polarity",
                    "none",
                    f"{self.polarity_cell.line[:40]!r} does not say which way is better",
                    "polarity",
                )
        if said is not None:
            own.polarity = said
            if (
                by_statuses is not None
                and said in (Polarity.HIGHER, Polarity.LOWER)
                and by_statuses is not said
            ):
                cell = self.polarity_cell or self.line.title_cell
                self.reader.doubt(
                    cell.place, "polarity", said.value, "its printed statuses say the opposite"
                )
            return
        if len(ways) == 1:
            own.polarity = next(iter(ways))
            if by_statuses is not None and by_statuses.value != own.polarity and self.target_cells:
                self.reader.doubt(
                    self.target_cells[0].place,
                    "polarity",
                    own.polarity,
                    "floor and statuses disagree on which way is better",
                )
            return
        hinted = {each for each in self.hints if each is not Polarity.RANGE}
        if len(hinted) == 1:
            own.polarity = next(iter(hinted))
        elif by_statuses is not None:
            own.polarity = by_statuses
        elif has_range:
            own.polarity = Polarity.RANGE if own.kind == Kind.KPI else Polarity.NONE
        elif not has_target:
            own.polarity = Polarity.NONE
        else:
            own.polarity = Polarity.LOWER if LOWER_TITLE.search(own.title) else Polarity.HIGHER
            self.reader.doubt(
                self.line.title_cell.place,
                "polarity",
                own.polarity,
                "nothing says which way is better",
                "polarity",
            )


def _any_figure(points: Sequence[Point]) -> bool:
    return any((read := figure_in(p.cell)).has_figure or bool(read.withheld) for p in points)


def _marks(written: str) -> list[str]:
    return re.findall(r"\*+|†+|‡+|§|#|\^|~|[(\[]?[\d⁰¹²³⁴-⁹]+[)\]]?|[a-z](?![a-z])", written)


def bundled(raw: Sequence[RawDoubt]) -> list[Doubt]:
    """Doubts of one kind in one column are one question, with the range of their cells."""
    kinds: dict[tuple[str, str, str, str], list[RawDoubt]] = {}
    for each in raw:
        kind = each.group or each.why
        kinds.setdefault((each.place.file, each.place.sheet, each.field, kind), []).append(each)
    groups: dict[tuple[str, str, str, int, str], list[RawDoubt]] = {}
    for (file, sheet, of, kind), same in kinds.items():
        is_across = len({each.place.row for each in same}) < len(
            {each.place.column for each in same}
        )
        for each in same:
            line = each.place.row if is_across else each.place.column
            groups.setdefault((file, sheet, of, line, kind), []).append(each)
    found: list[Doubt] = []
    for (file, sheet, of, _, _), same in groups.items():
        values = list(dict.fromkeys(each.read_as for each in same))
        found.append(
            Doubt(
                file,
                sheet,
                range_of([each.place for each in same]),
                of,
                "; ".join(values)[:400],
                same[0].why,
                tuple(sorted({option for each in same for option in each.options})),
            )
        )
    return found
