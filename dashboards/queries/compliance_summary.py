"""What was found of a quarter, and of the quarters before it, rolled up the tree for the pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from dashboards.queries.compliance_checks import (
    Requirement,
    UnmeasuredClause,
    requirements_of,
    unmeasured_clauses,
)
from indicators.models.definitions import Indicator
from organisation.models.people import User
from organisation.queries import tree_on
from organisation.rules import Branch, Tree, UnitTier
from sorp.models.findings import Finding
from sorp.models.statement import Version
from sorp.queries.ruling import NoVersionInForce, version_ruling
from sorp.rules.checks import Check, Overall, Tally, total

SHOWN = 6  # quarters in the trend


@dataclass(frozen=True, slots=True)
class NotKept:
    """One thing that did not keep to a requirement, as a reader may see it."""

    unit: str
    reference: str
    title: str
    words: str


@dataclass(frozen=True, slots=True)
class RequirementLine:
    """One requirement in a unit: the whole, each part, and what did not keep to it."""

    requirement: Requirement
    whole: Tally
    cells: tuple[tuple[str, Tally], ...]  # by the name of each part
    lapses: tuple[NotKept, ...]


@dataclass(frozen=True, slots=True)
class ComplianceSheet:
    """What was found of one quarter in one unit and below it."""

    quarter: Quarter
    version: Version | None
    unit: Branch | None
    choices: tuple[tuple[Branch, int], ...]  # units with findings, and how deep each stands
    parts: tuple[str, ...]
    lines: tuple[RequirementLine, ...]
    unmeasured: tuple[UnmeasuredClause, ...]
    found_at: datetime | None

    @property
    def overall(self) -> Overall:
        return Overall.of(line.whole for line in self.lines)

    @property
    def has_lapses(self) -> bool:
        return any(line.lapses for line in self.lines)


@dataclass(slots=True)
class _Findings:
    """The latest findings of a quarter: a tally for each check and unit."""

    tallies: dict[Check, dict[int, Tally]] = field(default_factory=lambda: defaultdict(dict))

    def of(self, check: Check, units: Iterable[int]) -> Tally:
        by_unit = self.tallies.get(check, {})
        return total(by_unit[unit] for unit in units if unit in by_unit)

    @property
    def units(self) -> set[int]:
        return {unit for by_unit in self.tallies.values() for unit in by_unit}


def compliance_sheet(*, quarter: Quarter, unit: str, reader: User) -> ComplianceSheet | None:
    """One quarter's findings in a unit, given by its code, or in the council where none is.

    In the structure of the quarter's last day. None for a code that no unit had.
    """
    tree = tree_on(quarter.last_day)
    coded = (each for each in tree.branches.values() if each.code == unit)
    top = next(coded, None) if unit else _council(tree)
    if unit and top is None:
        return None
    latest = Finding.objects.filter(is_latest=True, quarter=quarter)
    rows = list(latest.select_related("unit"))
    found = _as_findings(rows)
    version = _version_or_none(quarter)
    below = _below(tree, top, found)
    parts = _parts(tree, top, found, below)
    lapses = _lapses(rows, set(below), reader)
    lines = tuple(
        RequirementLine(
            requirement,
            found.of(requirement.check, below),
            tuple((name, found.of(requirement.check, units)) for name, units in parts),
            tuple(lapses[requirement.check]),
        )
        for requirement in (requirements_of(version) if version else ())
    )
    return ComplianceSheet(
        quarter=quarter,
        version=version,
        unit=top,
        choices=_choices(tree, found),
        parts=tuple(name for name, _ in parts),
        lines=lines,
        unmeasured=unmeasured_clauses(version) if version else (),
        found_at=max((row.found_at for row in rows), default=None),
    )


@dataclass(frozen=True, slots=True)
class TrendRow:
    """A requirement, or a unit, over the last quarters, newest first."""

    name: str
    code: str  # of the unit, or the clause's number
    cells: tuple[tuple[Quarter, Tally | Overall], ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """How far the SORP was kept of late: by directorate, and by requirement."""

    quarter: Quarter
    quarters: tuple[Quarter, ...]  # newest first
    overall: Overall
    directorates: tuple[TrendRow, ...]
    requirements: tuple[TrendRow, ...]
    unmeasured: tuple[UnmeasuredClause, ...]
    is_measured: bool


def compliance_overview() -> Overview | None:
    """The latest closed quarter and those before it; None where none is closed.

    In the structure of the latest quarter's last day, so that a directorate is followed by what
    is in it now.
    """
    closed = ReportingQuarter.objects.filter(state=ReportingQuarter.State.CLOSED)
    quarters = tuple(row.quarter for row in closed.order_by("-quarter")[:SHOWN])
    if not quarters:
        return None
    latest = quarters[0]
    tree, version = tree_on(latest.last_day), _version_or_none(latest)
    rows: dict[Quarter, list[Finding]] = {each: [] for each in quarters}
    for row in Finding.objects.filter(is_latest=True, quarter__in=quarters).defer("detail"):
        rows[row.quarter].append(row)
    by_quarter = {quarter: _as_findings(found) for quarter, found in rows.items()}
    wanted = requirements_of(version) if version else ()
    council = _council(tree)

    def tallies(units: Sequence[int], quarter: Quarter) -> list[Tally]:
        return [by_quarter[quarter].of(check, units) for check in Check]

    def everywhere(quarter: Quarter) -> list[int]:
        return _below(tree, council, by_quarter[quarter])

    return Overview(
        quarter=latest,
        quarters=quarters,
        overall=Overall.of(tallies(everywhere(latest), latest)),
        directorates=tuple(
            TrendRow(
                branch.name,
                branch.code,
                tuple((each, Overall.of(tallies(units, each))) for each in quarters),
            )
            for branch in _directorates(tree)
            if (units := list(tree.below(branch.unit)))
        ),
        requirements=tuple(
            TrendRow(
                each.heading,
                each.clause,
                tuple(
                    (quarter, by_quarter[quarter].of(each.check, everywhere(quarter)))
                    for quarter in quarters
                ),
            )
            for each in wanted
        ),
        unmeasured=unmeasured_clauses(version) if version else (),
        is_measured=bool(by_quarter[latest].tallies),
    )


def _as_findings(rows: Iterable[Finding]) -> _Findings:
    found = _Findings()
    for row in rows:
        if row.check_made in list(Check):
            found.tallies[Check(row.check_made)][row.unit_id] = Tally(row.looked_at, row.kept)
    return found


def _version_or_none(quarter: Quarter) -> Version | None:
    try:
        return version_ruling(quarter)
    except NoVersionInForce:
        return None


def _council(tree: Tree) -> Branch | None:
    tops = (each for each in tree.branches.values() if each.tier is UnitTier.COUNCIL)
    return next(tops, None)


def _directorates(tree: Tree) -> list[Branch]:
    found = [each for each in tree.branches.values() if each.tier is UnitTier.DIRECTORATE]
    return sorted(found, key=lambda each: each.name)


def _below(tree: Tree, top: Branch | None, found: _Findings) -> list[int]:
    """A unit and all under it. The council is everything, though a unit had no place that day."""
    if top is None or top.tier is UnitTier.COUNCIL:
        return sorted({*tree.branches, *found.units})
    return list(tree.below(top.unit))


def _parts(
    tree: Tree, top: Branch | None, found: _Findings, below: Iterable[int]
) -> list[tuple[str, list[int]]]:
    """The parts directly below with anything to look at, and what is the unit's own, at the end."""
    children = [tree.branches[each] for each in tree.children(top.unit)] if top else []
    named = [
        (branch.name, list(tree.below(branch.unit)))
        for branch in sorted(children, key=lambda each: each.name)
    ]
    parts = [(name, units) for name, units in named if found.units & set(units)]
    rest = (found.units & set(below)) - {unit for _, units in parts for unit in units}
    if parts and rest:
        parts.append((f"{top.name} itself" if top else "Elsewhere", sorted(rest)))
    return parts


def _choices(tree: Tree, found: _Findings) -> tuple[tuple[Branch, int], ...]:
    """Directorates, each followed by what is under it, as far as anything was looked at there."""

    def walk(branch: Branch, depth: int) -> Iterable[tuple[Branch, int]]:
        if not found.units & set(tree.below(branch.unit)):
            return
        yield branch, depth
        children = [tree.branches[each] for each in tree.children(branch.unit)]
        for child in sorted(children, key=lambda each: each.name):
            yield from walk(child, depth + 1)

    return tuple(each for branch in _directorates(tree) for each in walk(branch, 0))


def _lapses(rows: Iterable[Finding], units: set[int], reader: User) -> dict[Check, list[NotKept]]:
    """What did not keep to each check in these units, of what a reader may see."""
    told = [
        (Check(row.check_made), row.unit.name, each["reference"], each["words"])
        for row in rows
        if row.unit_id in units and row.check_made in list(Check)
        for each in row.detail
    ]
    titles = dict(
        Indicator.objects.visible_to(reader)
        .filter(reference__in={reference for _, _, reference, _ in told})
        .values_list("reference", "title")
    )
    found: dict[Check, list[NotKept]] = defaultdict(list)
    for check, unit, reference, words in sorted(told, key=lambda each: (each[1], each[2])):
        if reference in titles:
            found[check].append(NotKept(unit, reference, titles[reference], words))
    return found
