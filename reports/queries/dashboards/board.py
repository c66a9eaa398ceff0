"""The dashboard as a whole: a unit and all below it, as they stood at one quarter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from indicators.models import Indicator, ManagersForecast, ReportingQuarter
from indicators.queries import last_closed
from indicators.queries.completion import Completion, completion
from organisation.models import Unit, User
from organisation.rules import Tree
from reports.queries.dashboards.counting import CountRow, count, counts_by_part
from reports.queries.dashboards.doubts import Doubt, doubts_about
from reports.queries.dashboards.lines import Line, Standing, described, standings
from reports.queries.dashboards.order import in_order
from reports.queries.dashboards.work import Referred, open_escalations, referred
from sorp.lexicon import Level, Quarter

SHOWN = 8  # quarters in the heatmap


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A unit and all below it, as they stood at one quarter."""

    unit: Unit
    quarter: Quarter
    quarters: tuple[Quarter, ...]  # of the heatmap, oldest first
    lines: tuple[Line, ...]  # those that fit the filters, in the order asked for
    order: str
    parts: tuple[Unit, ...]  # the units directly below
    counts: dict[str, int]  # of the indicators that can be rated; sums to their number
    by_part: tuple[CountRow, ...]  # the last row is the totals
    doubts: tuple[Doubt, ...]
    referred: tuple[Referred, ...]
    open_quarter: Quarter | None
    completion: Completion | None

    @property
    def worse(self) -> list[Line]:
        return [line for line in self.lines if line.got_worse]

    @property
    def better(self) -> list[Line]:
        return [line for line in self.lines if line.got_better]

    @property
    def escalated(self) -> list[Line]:
        return [line for line in self.lines if line.levels]

    @property
    def without_plan(self) -> int:
        return sum(not each.has_plan for each in self.referred)

    @property
    def overdue_actions(self) -> int:
        return sum(len(each.overdue) for each in self.referred)


@dataclass(frozen=True, slots=True)
class Cell:
    """One indicator in one quarter: what is seen, what is said."""

    quarter: Quarter
    standing: Standing | None
    description: str


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A line with its last quarters, and what its manager expects of the next."""

    line: Line
    cells: tuple[Cell, ...]
    forecast: ManagersForecast | None

    @property
    def latest(self) -> Cell:
        return self.cells[-1]

    @property
    def earlier(self) -> tuple[Cell, ...]:
        """The quarters before, latest first: on a phone, what is nearest is seen first."""
        return self.cells[-2::-1]


def indicators_of(*, unit: Unit, quarter: Quarter, reader: User, tree: Tree) -> QuerySet[Indicator]:
    """What is measured in a unit and below it in a quarter, as far as a reader may see it."""
    rows: QuerySet[Indicator] = (
        Indicator.objects.visible_to(reader).in_units(tree.below(unit.pk)).in_use(quarter)
    )
    return rows.select_related("unit", "accountable_manager")


def dashboard(
    *,
    unit: Unit,
    quarter: Quarter,
    shown: QuerySet[Indicator],
    tree: Tree,
    order: str = "",
    today: date,
) -> Dashboard:
    """Everything on a unit's dashboard but its heatmap, in a constant number of queries.

    All of it speaks of the indicators shown, that is, of those that fit the filters; only who has
    not submitted speaks of the whole unit, and of the quarter now open.
    """
    rows = list(shown)
    keys = [each.pk for each in rows]
    stood = standings(keys, first=quarter.previous(), last=quarter)
    escalations = open_escalations(keys, quarter)
    lines, order = in_order(
        (
            Line(
                each,
                stood.get((each.pk, quarter)),
                stood.get((each.pk, quarter.previous())),
                tuple(Level(one.level) for one in escalations.get(each.pk, ())),
            )
            for each in rows
        ),
        order,
    )
    parts = tuple(Unit.objects.filter(pk__in=tree.children(unit.pk)).order_by("name"))
    waiting = _open_quarter()
    return Dashboard(
        unit=unit,
        quarter=quarter,
        quarters=tuple(quarter.back(SHOWN - 1).until(quarter)),
        lines=lines,
        order=order,
        parts=parts,
        counts=count(lines),
        by_part=counts_by_part(unit=unit, parts=parts, tree=tree, lines=lines),
        doubts=doubts_about(lines),
        referred=referred(lines, escalations, today),
        open_quarter=waiting,
        completion=completion(quarter=waiting, units=list(tree.below(unit.pk)))
        if waiting
        else None,
    )


def heat_rows(lines: Sequence[Line], quarters: Sequence[Quarter]) -> tuple[HeatRow, ...]:
    """The lines of one page with every quarter of the heatmap, in two queries."""
    keys = [line.indicator.pk for line in lines]
    stood = standings(keys, first=quarters[0], last=quarters[-1])
    forecasts = {
        each.indicator_id: each
        for each in ManagersForecast.objects.filter(
            indicator__in=keys,
            made_in_start=quarters[-1].first_day,
            horizon="next_quarter",
            is_latest=True,
        )
    }
    return tuple(
        HeatRow(
            line,
            tuple(_cell(line, each, stood.get((line.indicator.pk, each))) for each in quarters),
            forecasts.get(line.indicator.pk),
        )
        for line in lines
    )


def _cell(line: Line, quarter: Quarter, standing: Standing | None) -> Cell:
    return Cell(quarter, standing, described(line.indicator, quarter, standing))


def _open_quarter() -> Quarter | None:
    """The quarter now taking results, where one is."""
    row = (
        ReportingQuarter.objects.filter(state=ReportingQuarter.State.OPEN)
        .order_by("quarter_start")
        .first()
    )
    return row.quarter if row else None


def quarter_to_show(asked: str | None) -> Quarter | None:
    """The quarter asked for in an address, else the latest one closed. Raises ValueError."""
    return Quarter.parse(asked) if asked else last_closed()
