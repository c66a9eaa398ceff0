"""The whole council at a glance: a strip for each unit, and every indicator over twelve quarters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse

from core.charts.small import MOST
from core.quarters import Quarter
from indicators.models.definitions import Indicator
from indicators.queries.sight import Seen
from indicators.queries.standings import cell_description, counts_of, standings
from organisation.rules import Branch, Tree


@dataclass(frozen=True, slots=True)
class UnitStrip:
    """One line for one unit, or one priority: how its indicators stand, and what is to be said of it."""

    name: str
    address: str
    counts: Mapping[str, int]  # green, amber, red and not_rated
    note: str = ""
    depth: int = 0  # how far it is set in beneath those it belongs to
    others: int = 0  # activity and data-only indicators, which have no RAG status by design

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def unit_strips(
    branches: Iterable[tuple[int, Branch]],
    indicators: Iterable[Indicator],
    *,
    quarter: Quarter,
    tree: Tree,
    seen: Seen,
    notes: Mapping[int, str] | None = None,
    query: str = "",
) -> tuple[UnitStrip, ...]:
    """A strip for each of these units with all below it, in their order; one query for any number.

    Each unit comes with its depth. `notes` are what apps above say of a unit, by its key: "2 to PAT, 3
    missing". `query` is added to the address of its dashboard.
    """
    wanted = list(indicators)
    stood = standings([each.pk for each in wanted], first=quarter, last=quarter)
    by_unit: dict[int, list[Indicator]] = defaultdict(list)
    for each in wanted:
        by_unit[each.unit_id].append(each)
    found = []
    for depth, branch in branches:
        members = [each for unit in set(tree.below(branch.unit)) for each in by_unit[unit]]
        counts = counts_of(
            (each, stood.get((each.pk, quarter)) if seen.shows(each.pk, quarter) else None)
            for each in members
        )
        found.append(
            UnitStrip(
                name=branch.name,
                address=reverse("dashboard", args=[branch.code]) + query,
                counts=counts,
                note=(notes or {}).get(branch.unit, ""),
                depth=depth,
                others=len(members) - sum(counts.values()),
            )
        )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class PictureCell:
    """One indicator in one quarter: which shape and tint, and what it says to whoever does not see it."""

    key: str  # red, amber, green, not_rated; empty where it was not measured yet
    description: str


@dataclass(frozen=True, slots=True)
class PictureRow:
    reference: str
    title: str
    address: str
    cells: tuple[PictureCell, ...]


@dataclass(frozen=True, slots=True)
class PictureGroup:
    """The indicators of one directorate, or one priority."""

    name: str
    address: str
    rows: tuple[PictureRow, ...]


@dataclass(frozen=True, slots=True)
class CouncilPicture:
    """Indicators by quarters in groups: each cell a shape and a tint, and a link to its indicator."""

    quarters: tuple[Quarter, ...]  # oldest first
    groups: tuple[PictureGroup, ...]

    @property
    def size(self) -> int:
        return sum(len(group.rows) for group in self.groups)


Grouped = Sequence[tuple[str, str, Sequence[Indicator]]]  # name, address, indicators


def council_picture(grouped: Grouped, *, quarter: Quarter, seen: Seen) -> CouncilPicture:
    """The picture of these indicators up to a quarter, in the order given; ratings are one query.

    Whoever calls hands in what the reader may see. Of quarters that they do not see, nothing is shown.
    """
    quarters = tuple(quarter.back(MOST - 1).until(quarter))
    every = [each.pk for _, _, members in grouped for each in members]
    stood = standings(every, first=quarters[0], last=quarter)

    def cell(indicator: Indicator, when: Quarter) -> PictureCell:
        standing = stood.get((indicator.pk, when)) if seen.shows(indicator.pk, when) else None
        words = cell_description(indicator, when, standing)
        return PictureCell("" if standing is None else standing.rag or "not_rated", words)

    return CouncilPicture(
        quarters,
        tuple(
            PictureGroup(
                name,
                address,
                tuple(
                    PictureRow(
                        each.reference,
                        each.title,
                        reverse("indicator", args=[each.reference]),
                        tuple(cell(each, when) for when in quarters),
                    )
                    for each in members
                ),
            )
            for name, address, members in grouped
            if members
        ),
    )


def grouped_by_unit(
    indicators: Iterable[Indicator], units: Sequence[Branch], tree: Tree, *, otherwise: str
) -> Grouped:
    """Indicators under the unit of these that each belongs to; what belongs to none comes first."""
    unit_of = {below: branch.unit for branch in units for below in tree.below(branch.unit)}
    members: dict[int, list[Indicator]] = defaultdict(list)
    for each in indicators:
        members[unit_of.get(each.unit_id, 0)].append(each)
    own = [(otherwise, "", members[0])] if members[0] else []
    return [
        *own,
        *(
            (each.name, reverse("dashboard", args=[each.code]), members[each.unit])
            for each in units
        ),
    ]
