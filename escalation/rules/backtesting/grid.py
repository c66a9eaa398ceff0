"""The grid: how much PAT would have heard with runs of red and of amber of other lengths.

Each cell asks for red n quarters running and amber or worse m quarters running. What else refers
an indicator to PAT (a missing result, say) stays as in the rules tried, and so do its exit, its
tiers and its variations. Only PAT's triggers are replayed, since no level waits for another.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby

from escalation.rules.backtesting.matching import last_open
from escalation.rules.backtesting.subjects import Subject, always
from escalation.rules.ladder import Episode
from escalation.rules.triggers import Observation, Rules, Trigger
from sorp.lexicon import ConditionKind, Level, Quarter, Rag

REDS = range(1, 5)
AMBERS = range(1, 7)


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """So many quarters of red running, or so many of amber or worse."""

    red: int
    amber: int


CELLS = tuple(Cell(red, amber) for red in REDS for amber in AMBERS)


def rules_of_cell(tried: Rules, cell: Cell) -> Rules:
    """The rules tried, as far as they refer to PAT, with runs as long as the cell has them."""
    for_pat = [each for each in tried.triggers if each.level is Level.PAT]
    lengths = {Rag.RED: cell.red, Rag.AMBER: cell.amber}
    varied = [_run(each, lengths) if _looks_for_a_colour(each) else each for each in for_pat]
    for status, length in lengths.items():
        if not any(_looks_for_a_colour(each) and each.status is status for each in for_pat):
            name = f"{status.label} for {length} quarters running"
            varied.append(Trigger(name, status, length, length, Level.PAT))
    return replace(tried, triggers=tuple(varied))


def _run(trigger: Trigger, lengths: dict[Rag, int]) -> Trigger:
    assert isinstance(trigger.status, Rag)
    return replace(trigger, at_least=lengths[trigger.status], within=lengths[trigger.status])


def _looks_for_a_colour(trigger: Trigger) -> bool:
    """Whether it asks for nothing but a RAG status, for so many quarters."""
    return trigger.kind is ConditionKind.STATUS and trigger.movement is None


def cell_of(rules: Rules) -> Cell | None:
    """The cell in which these rules stand; None where they ask PAT's runs in another way."""
    found: dict[Rag, set[tuple[int, int]]] = {Rag.RED: set(), Rag.AMBER: set()}
    for each in rules.triggers:
        if each.level is Level.PAT and _looks_for_a_colour(each) and isinstance(each.status, Rag):
            found[each.status].add((each.at_least, each.within))
    if any(len(asked) != 1 for asked in found.values()):
        return None
    red, amber = (next(iter(found[status])) for status in (Rag.RED, Rag.AMBER))
    if red[0] != red[1] or amber[0] != amber[1]:
        return None
    cell = Cell(red[0], amber[0])
    return cell if cell in CELLS else None


class Grid:
    """What each cell comes to, added up indicator by indicator."""

    def __init__(self, tried: Rules, until: Quarter) -> None:
        self.until = until
        self.tried = tried
        self.rules = {cell: always(rules_of_cell(tried, cell)) for cell in CELLS}
        self.opened = dict.fromkeys(CELLS, 0)
        self.open_at_ends = dict.fromkeys(CELLS, 0)

    def add(self, subject: Subject) -> None:
        """One indicator is counted in every cell.

        A run longer than its longest is never met, however much longer: so cells beyond that are
        replayed once for all. After a relapse a trigger may ask for fewer, which is allowed for.
        """
        spare = 1 + self.tried.relapse_shortens_by
        reds = _longest_run(subject.history, Rag.RED) + spare
        ambers = _longest_run(subject.history, Rag.AMBER) + spare
        replayed: dict[Cell, tuple[int, int]] = {}
        for cell in CELLS:
            least = Cell(min(cell.red, max(reds, 1)), min(cell.amber, max(ambers, 1)))
            if least not in replayed:
                replayed[least] = self._counted(subject.replayed(self.rules[least]))
            opened, open_at_ends = replayed[least]
            self.opened[cell] += opened
            self.open_at_ends[cell] += open_at_ends

    def _counted(self, episodes: Iterable[Episode]) -> tuple[int, int]:
        """How many were opened, and in how many quarters' ends one stood open."""
        to_pat = [each for each in episodes if each.level is Level.PAT]
        last = self.until.ordinal
        stood = sum(min(last_open(each), last) - each.opened_in.ordinal + 1 for each in to_pat)
        return len(to_pat), stood

    def document(self, quarters: int) -> list[dict[str, int | float]]:
        """Each cell: escalations to PAT in all the history, and how many stood open on average."""
        return [
            {
                "red": cell.red,
                "amber": cell.amber,
                "opened": self.opened[cell],
                "open_on_average": round(self.open_at_ends[cell] / max(quarters, 1), 2),
            }
            for cell in CELLS
        ]


def _longest_run(history: Iterable[Observation], status: Rag) -> int:
    """The most rated quarters running at this status or worse, whatever breaks lie between."""
    rated = (each.rag.at_or_worse_than(status) for each in history if each.rag is not None)
    return max((sum(1 for _ in run) for counts, run in groupby(rated) if counts), default=0)
