"""What somebody says about a scorecard that was read: once for many cells, and remembered for its shape. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from core.canonical_json import digest
from indicators.scorecards.facts import IndicatorRead, ScorecardRead, joined, said_of
from indicators.scorecards.grids import Doubt
from indicators.scorecards.periods import plain
from indicators.scorecards.reading import read_sheets
from indicators.scorecards.vocabulary import Role
from sorp.lexicon import Polarity

Sheets = Sequence[tuple[str, Sequence[Mapping[str, Any]]]]
AS_READ, LEFT_OUT = "as read", "left out"
NOT_READ = "not read"  # of a column


@dataclass
class ScorecardAnswers:
    """Everything that was said about one upload. Of files of one shape, the next begins with it."""

    year: int | None = None  # in which the financial year began, where no title says it
    roles: dict[str, str] = field(default_factory=dict)  # of columns, by their key
    units: dict[str, str] = field(default_factory=dict)  # the unit's code, by group
    manager: str = ""  # the e-mail address of whoever answers for all of it
    questions: dict[str, str] = field(default_factory=dict)  # what was said, by the question's key
    others_are_right: bool = False  # whatever is still asked is right as it was read
    published: bool = True  # the council had published it, or signed it off, as it stands
    areas: dict[str, str] = field(default_factory=dict)  # of which council before a file is
    comparable: list[str] = field(default_factory=list)  # measures of theirs that may be added up

    def with_more(self, other: ScorecardAnswers) -> ScorecardAnswers:
        """These, and of what they do not say what another says."""
        return replace(
            self,
            roles={**other.roles, **self.roles},
            units={**other.units, **self.units},
            manager=self.manager or other.manager,
        )

    @property
    def remembered(self) -> ScorecardAnswers:
        """What holds for the next file of the shape: not its year, and not what was said of its figures."""
        return ScorecardAnswers(
            roles=dict(self.roles),
            units=dict(self.units),
            manager=self.manager,
            published=self.published,
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing to settle: where it stands, what was taken meanwhile, what may be said."""

    key: str
    doubt: Doubt
    choices: tuple[tuple[str, str], ...]
    answer: str

    is_among_files: bool = False  # whether its file has to be named with its cell

    @property
    def where(self) -> str:
        doubt = self.doubt
        cell = f"{doubt.sheet}!{doubt.cell}" if doubt.sheet else doubt.cell
        return f"{doubt.file}, {cell}" if self.is_among_files else cell


def read_with(sheets: Sheets, answers: ScorecardAnswers) -> ScorecardRead:
    """The scorecard as it reads with the year and the columns that were settled. Raises NothingToRead.

    What councils kept apart before they merged is read apart: one code may mean two things.
    """
    roles = {
        key: Role.OTHER if role == NOT_READ else Role(role) for key, role in answers.roles.items()
    }
    by_area: dict[str, list[tuple[str, Sequence[Mapping[str, Any]]]]] = {}
    for name, of_file in sheets:
        by_area.setdefault(answers.areas.get(name, ""), []).append((name, of_file))
    read = joined(
        [read_sheets(files, year=answers.year, roles=roles) for files in by_area.values()]
    )
    read.areas = {name: area for name, _ in sheets if (area := answers.areas.get(name, ""))}
    return read


def groups_in(read: ScorecardRead) -> list[str]:
    return list(dict.fromkeys(item.group for item in read.indicators))


def asked_of(read: ScorecardRead, answers: ScorecardAnswers) -> list[Asked]:
    """Every question about the scorecard, with what was answered."""
    found: list[Asked] = []
    for doubt in read.doubts:
        of_file = f"{doubt.file}|" if len(read.files) > 1 else ""
        key = f"{of_file}{doubt.sheet}|{doubt.cell}|{doubt.field}|{doubt.why}"
        key = digest(key.encode())[:12]
        choices: tuple[tuple[str, str], ...] = ((AS_READ, _as_read(doubt)),)
        if doubt.field == "polarity":
            choices += (
                (Polarity.HIGHER.value, "Higher is better"),
                (Polarity.LOWER.value, "Lower is better"),
                (Polarity.NONE.value, "Neither: data only"),
            )
        elif doubt.field == "from_quarter":
            choices += tuple((key, f"From {said_of(key)}") for key in doubt.options)
        else:
            choices += ((LEFT_OUT, "Leave it out"),)
        answer = answers.questions.get(key, AS_READ if answers.others_are_right else "")
        found.append(Asked(key, doubt, choices, answer, len(read.files) > 1))
    return found


def _as_read(doubt: Doubt) -> str:
    if doubt.field == "from_quarter":
        return f"From {' or '.join(said_of(each) for each in doubt.read_as.split('; '))}, as read"
    read_as = doubt.read_as if len(doubt.read_as) <= 60 else doubt.read_as[:58] + "…"
    return f"Right as read: {read_as}" if read_as else "Leave it as it is"


def settled(read: ScorecardRead, answers: ScorecardAnswers) -> ScorecardRead:
    """The scorecard with what was left out taken away, and polarities as they were given."""
    items = [
        replace(
            item,
            results=list(item.results),
            targets=[replace(each) for each in item.targets],
            statuses=list(item.statuses),
        )
        for item in read.indicators
    ]
    for asked in asked_of(read, answers):
        if asked.answer in ("", AS_READ):
            continue
        if asked.doubt.field == "polarity":
            for item in items:
                if _is_at(asked.doubt, item.file, item.place, by_line=True):
                    item.polarity = asked.answer
            continue
        if asked.doubt.field == "from_quarter":
            for item in items:
                for target in item.targets:
                    if _is_at(asked.doubt, target.file, target.place):
                        target.from_quarter = asked.answer
            continue
        items = _without(items, asked.doubt)
    return replace(read, indicators=items)


def _without(items: list[IndicatorRead], doubt: Doubt) -> list[IndicatorRead]:
    kept: list[IndicatorRead] = []
    for item in items:
        if doubt.field in ("title", "reference"):
            if not _is_at(doubt, item.file, item.place, by_line=True):
                kept.append(item)
            continue
        if doubt.field == "value":
            item.results = [r for r in item.results if not _is_at(doubt, r.file, r.place)]
        elif doubt.field == "status":
            item.statuses = [s for s in item.statuses if not _is_at(doubt, s.file, s.place)]
        elif doubt.field == "quarter":
            keys = set(doubt.read_as.split("; "))
            if item.sheet == doubt.sheet:
                item.results = [
                    r for r in item.results if r.file != doubt.file or r.key not in keys
                ]
        else:
            for target in item.targets:
                if _is_at(doubt, target.file, target.place, by_line=True):
                    setattr(target, doubt.field, None)
        kept.append(item)
    return kept


CELLS = re.compile(r"([A-Z]+)([0-9]+)(?::([A-Z]+)([0-9]+))?")


def _is_at(doubt: Doubt, file: str, place: str, *, by_line: bool = False) -> bool:
    """Whether a place lies among a doubt's cells; or, by line, in a row or a column of theirs."""
    sheet, _, cell = place.rpartition("!")
    if doubt.file != file or doubt.sheet != sheet:
        return False
    if doubt.cell == cell:
        return True
    area, at = CELLS.fullmatch(doubt.cell), CELLS.fullmatch(cell)
    if area is None or at is None:
        return False
    top, bottom = int(area[2]), int(area[4] or area[2])
    left, right = _number(area[1]), _number(area[3] or area[1])
    row, column = int(at[2]), _number(at[1])
    if by_line:
        return top <= row <= bottom or (top == bottom and left <= column <= right and left != right)
    return top <= row <= bottom and left <= column <= right


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def shape_of(read: ScorecardRead) -> str:
    """A digest of a file's headings: those that a council makes anew each quarter share it."""
    headings = sorted({re.sub(r"[0-9]+", "", plain(each.key)) for each in read.columns})
    return digest("\n".join(headings).encode())
