"""Counts that sum: every performance indicator is counted once, in one column and one row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from organisation.models import Unit
from organisation.rules import Tree
from reports.queries.dashboards.lines import Line, Standing
from sorp.lexicon import Kind

COUNTED = ("green", "amber", "red", "not_rated")


@dataclass(frozen=True, slots=True)
class CountRow:
    """One part of a unit: how many of its indicators stand how."""

    part: Unit | None  # None for the row of totals
    is_unit_itself: bool  # indicators of the unit and of none of its parts
    green: int
    amber: int
    red: int
    not_rated: int
    others: int  # activity and data-only indicators, which have no RAG status by design

    @property
    def rateable(self) -> int:
        return self.green + self.amber + self.red + self.not_rated

    @property
    def all(self) -> int:
        return self.rateable + self.others


def count(lines: Iterable[Line]) -> dict[str, int]:
    """How many are green, amber, red and not rated; they sum to the performance indicators.

    Green on figures older than the declared lag counts as not rated.
    """
    found = Counter(counts_as(line.now) for line in lines if line.indicator.kind == Kind.KPI)
    return {key: found.get(key, 0) for key in COUNTED}


def counts_as(standing: Standing | None) -> str:
    if standing is None or not standing.rag or (standing.rag == "green" and standing.stale):
        return "not_rated"
    return standing.rag


def counts_by_part(
    *, unit: Unit, parts: Sequence[Unit], tree: Tree, lines: Sequence[Line]
) -> tuple[CountRow, ...]:
    """A row for each part directly below, one for the unit itself, and the totals last.

    Nothing where the unit has no parts: its one row would only say the totals again.
    """
    if not parts:
        return ()
    part_of = {below: part.pk for part in parts for below in tree.below(part.pk)}
    members: dict[int, list[Line]] = {}
    for line in lines:
        members.setdefault(part_of.get(line.indicator.unit_id, unit.pk), []).append(line)
    rows = [_row(part, False, members.get(part.pk, [])) for part in parts]
    if own := members.get(unit.pk):
        rows.append(_row(unit, True, own))
    return (*rows, _row(None, False, lines))


def _row(part: Unit | None, is_unit_itself: bool, lines: Sequence[Line]) -> CountRow:
    others = sum(line.indicator.kind != Kind.KPI for line in lines)
    return CountRow(part, is_unit_itself, **count(lines), others=others)
