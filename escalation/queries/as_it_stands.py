"""As it stands: what pages show of the close that has not come yet, for units, people and lists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, QuerySet

from core.quarters import Quarter
from escalation.models.close_previews import ClosePreview, UnitClosePreview
from escalation.queries.close_previews import (
    quarter_previewed,
    typed_results,
    work_out_close_previews,
)
from escalation.rights import sees_open_quarter
from escalation.rules.close_preview import PreviewCounts, counts_of_previews
from indicators.models.definitions import Indicator
from indicators.models.results import Revision
from indicators.queries.sight import Seen, seen_by
from indicators.rules.entry import Entry
from organisation.models.people import User
from organisation.models.units import Unit
from organisation.queries import tree_on
from organisation.rules import Tree
from sorp.queries.ruling import NoVersionInForce


@dataclass(frozen=True, slots=True)
class AsItStands:
    """A set of indicators in the quarter that is open: what its close would do, were it closed now."""

    quarter: Quarter
    previews: tuple[ClosePreview, ...]
    units: tuple[UnitClosePreview, ...] = ()  # of which something would follow

    @property
    def counts(self) -> PreviewCounts:
        return counts_of_previews(
            ((each.is_missing, each.consequences) for each in self.previews),
            sum(each.goes_up for each in self.units),
        )

    @property
    def worked_out_at(self) -> datetime:
        """When it was last found to stand otherwise than before. All of it is worked out each hour."""
        return max(each.worked_out_at for each in self.previews)

    @property
    def moves(self) -> list[ClosePreview]:
        """Those with which the close would do something: what goes up first, the highest level before."""
        return sorted((each for each in self.previews if each.moves), key=_pressing)

    @property
    def by_person(self) -> list[tuple[User, PreviewCounts]]:
        """A line for each accountable manager, by name."""
        found: dict[User, list[ClosePreview]] = defaultdict(list)
        for each in self.previews:
            found[each.indicator.accountable_manager].append(each)
        in_order = sorted(found, key=lambda person: (person.name, person.pk))
        return [
            (person, AsItStands(self.quarter, tuple(found[person])).counts) for person in in_order
        ]

    @property
    def to_come(self) -> list[ClosePreview]:
        """Those of which no result is there, though one is due."""
        return [each for each in self.previews if each.is_missing]


def _pressing(preview: ClosePreview) -> tuple[bool, bool, int, str]:
    first = preview.moves[0]
    opens = first.act == "opens"
    return not opens, preview.is_missing, -first.level.height, preview.indicator.reference


def as_it_stands(
    *,
    reader: User,
    indicators: QuerySet[Indicator],
    units: Collection[int] = (),
    quarter: Quarter | None = None,
) -> AsItStands | None:
    """How these indicators and units stand; None where no quarter is open, or it is not the reader's to see.

    Whoever knows the `quarter` that is looked ahead to may say so. The queries are as many for a
    thousand indicators as for one.
    """
    if not sees_open_quarter(reader):
        return None
    if quarter is None and (quarter := quarter_previewed()) is None:
        return None
    rows = ClosePreview.objects.of_quarter(quarter).filter(indicator__in=indicators)
    seen, kept = _shown_to(
        reader, rows.select_related("indicator__unit", "indicator__accountable_manager")
    )
    if not (found := tuple(kept)):
        return None
    if not seen.is_everything:
        units = ()  # what is said of a unit names results of every stage
    of_units = UnitClosePreview.objects.filter(quarter=quarter, unit__in=units)
    with_something = (each for each in of_units.select_related("unit") if each.follows)
    return AsItStands(quarter, found, tuple(with_something) if units else ())


@dataclass(frozen=True, slots=True)
class StandingLine:
    """One unit or one person, and what the close would do with theirs: 2 to PAT, 3 missing."""

    unit: Unit | None  # None for the reader's own
    stands: AsItStands


def lines_for(*, reader: User, directed: Sequence[Unit]) -> list[StandingLine]:
    """A line for what a person answers for, and one for each unit they direct."""
    if not sees_open_quarter(reader) or (quarter := quarter_previewed()) is None:
        return []
    found = []
    rows = Indicator.objects.own_of(reader)
    own = as_it_stands(reader=reader, indicators=rows, quarter=quarter)
    if own is not None:
        found.append(StandingLine(None, own))
    if directed:
        found += _lines_of_units(reader, quarter, directed)
    return found


def _lines_of_units(reader: User, quarter: Quarter, directed: Sequence[Unit]) -> list[StandingLine]:
    tree = tree_on(quarter.last_day)
    every = {each for unit in directed for each in tree.below(unit.pk)}
    rows = Indicator.objects.visible_to(reader).in_units(every)
    whole = as_it_stands(reader=reader, indicators=rows, units=every, quarter=quarter)
    return list(_lines(whole, directed, tree)) if whole is not None else []


def lines_of_parts(stands: AsItStands, unit: Unit | None) -> list[StandingLine]:
    """A line for each unit directly below one, or below the whole council; none where it has no parts."""
    tree = tree_on(stands.quarter.last_day)
    tops = [unit.pk] if unit else tree.children(None)
    parts = Unit.objects.filter(pk__in=[part for top in tops for part in tree.children(top)])
    return list(_lines(stands, parts.order_by("name"), tree))


def lines_of_units(stands: AsItStands, units: Iterable[Unit]) -> list[StandingLine]:
    """A line for each of these units, wherever it stands."""
    return list(_lines(stands, units, tree_on(stands.quarter.last_day)))


def _lines(stands: AsItStands, units: Iterable[Unit], tree: Tree) -> Iterator[StandingLine]:
    """What is known of a set of indicators, divided among units, each with all below it."""
    for unit in units:
        below = frozenset(tree.below(unit.pk))
        previews = tuple(each for each in stands.previews if each.indicator.unit_id in below)
        of_units = tuple(each for each in stands.units if each.unit_id in below)
        if previews:
            yield StandingLine(unit, AsItStands(stands.quarter, previews, of_units))


def in_unit(*, reader: User, unit: Unit) -> AsItStands | None:
    """How a unit and all below it stand in the open quarter, as far as a reader may see it."""
    quarter = quarter_previewed()
    if quarter is None or not sees_open_quarter(reader):
        return None
    below = frozenset(tree_on(quarter.last_day).below(unit.pk))
    rows = Indicator.objects.visible_to(reader).in_units(below)
    return as_it_stands(reader=reader, indicators=rows, units=below, quarter=quarter)


def stands_by_indicator(
    *, reader: User, indicators: Iterable[int], quarter: Quarter | None = None
) -> Mapping[int, ClosePreview]:
    """How each of some indicators stands in the open quarter; nothing where another `quarter` is meant."""
    if not sees_open_quarter(reader):
        return {}
    previewed = quarter_previewed()
    if quarter not in (None, previewed):
        return {}
    rows = ClosePreview.objects.of_quarter(previewed).filter(indicator__in=list(indicators))
    _, kept = _shown_to(reader, rows.select_related("indicator"))
    return {each.indicator_id: each for each in kept}


def last_worked_out(*, reader: User, quarter: Quarter) -> datetime | None:
    """When what the close of a quarter would do was last found otherwise; None where it is not shown."""
    if not sees_open_quarter(reader) or quarter != quarter_previewed():
        return None
    rows = ClosePreview.objects.of_quarter(quarter)
    found: datetime | None = rows.aggregate(latest=Max("worked_out_at"))["latest"]
    return found


def _shown_to(reader: User, rows: Iterable[ClosePreview]) -> tuple[Seen, list[ClosePreview]]:
    """What a reader sees, and of these previews those whose results have got as far as that."""
    previews = list(rows)
    seen = seen_by(reader, [each.indicator_id for each in previews])
    return seen, [each for each in previews if seen.shows(each.indicator_id, each.quarter)]


def of_typed(
    *,
    reader: User,
    quarter: Quarter,
    entries: Sequence[tuple[Indicator, Entry, Revision | None]],
) -> list[ClosePreview]:
    """What would follow from results that are typed and not submitted. Nothing is stored.

    Each with what stands of it. Nothing is said where no version of the SORP rules the quarter.
    """
    if not entries or not sees_open_quarter(reader) or quarter != quarter_previewed():
        return []
    try:
        typed = typed_results(quarter, entries)
        return work_out_close_previews(quarter, list(typed), typed) if typed else []
    except NoVersionInForce:
        return []
