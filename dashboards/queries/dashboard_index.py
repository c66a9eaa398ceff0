"""The index of dashboards: a strip for every unit, and the whole council as one picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from core.quarters import Quarter
from core.queries import last_closed
from escalation.queries.as_it_stands import as_it_stands, lines_of_units
from indicators.models.definitions import Indicator
from indicators.queries.own_units import own_unit
from indicators.queries.pictures import (
    CouncilPicture,
    UnitStrip,
    council_picture,
    grouped_by_unit,
    unit_strips,
)
from indicators.queries.sight import seen_by
from organisation.models.people import User
from organisation.models.units import Unit
from organisation.queries import tree_on
from organisation.rules import Branch, Tree, UnitTier
from sorp.lexicon import Tier

LARGEST_PICTURE = 300  # indicators; of more, those of the corporate tier are shown


@dataclass(frozen=True, slots=True)
class DashboardIndex:
    """Every unit with how it stands, and every indicator by quarter."""

    strips: tuple[UnitStrip, ...]
    quarter: Quarter | None  # the last closed, of which the strips and the picture speak
    open_quarter: Quarter | None  # of which the notes speak, for whoever sees it
    picture: CouncilPicture | None
    is_corporate_only: bool  # the picture, where there are too many for one
    own: Unit | None

    @property
    def has_units(self) -> bool:
        return bool(self.strips)


def index_of_dashboards(*, reader: User, today: date) -> DashboardIndex:
    """The tree as it stands today, with what a reader may see; as many queries for any number of units."""
    tree, quarter = tree_on(today), last_closed()
    branches = list(in_order(tree))
    rows = Indicator.objects.visible_to(reader).select_related("unit").order_by("reference")
    measured = list(rows.in_use(quarter or Quarter.containing(today)))
    seen = seen_by(reader, [each.pk for each in measured])
    stands = as_it_stands(reader=reader, indicators=rows, units=list(tree.branches))
    notes = {}
    if stands is not None:
        units = Unit.objects.filter(pk__in=list(tree.branches))
        lines = lines_of_units(stands, units)
        notes = {line.unit.pk: line.stands.counts.short_line for line in lines if line.unit}
    shown = measured
    if is_too_many := len(measured) > LARGEST_PICTURE:
        shown = [each for each in measured if each.tier == Tier.CORPORATE]
    directorates = [branch for _, branch in branches if branch.tier is UnitTier.DIRECTORATE]
    return DashboardIndex(
        strips=unit_strips(
            branches,
            measured,
            quarter=quarter or Quarter.containing(today),
            tree=tree,
            seen=seen,
            notes=notes,
        ),
        quarter=quarter,
        open_quarter=stands.quarter if stands else None,
        picture=council_picture(
            grouped_by_unit(shown, directorates, tree, otherwise="The council itself"),
            quarter=quarter,
            seen=seen,
        )
        if quarter is not None and shown
        else None,
        is_corporate_only=is_too_many,
        own=own_unit(reader, on=today),
    )


def in_order(tree: Tree, unit: int | None = None, depth: int = 0) -> Iterator[tuple[int, Branch]]:
    """Every unit with its depth, each followed by what is below it, by name."""
    for child in sorted(tree.children(unit), key=lambda each: tree.branches[each].name):
        yield depth, tree.branches[child]
        yield from in_order(tree, child, depth + 1)
