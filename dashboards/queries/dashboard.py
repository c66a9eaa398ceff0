"""A unit's dashboard: counts that sum, what is escalated, and the heatmap of the last quarters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from core.quarters import Quarter
from core.queries import last_closed, open_quarters
from dashboards.queries.dashboard_lines import (
    DashboardLine,
    QualityFlag,
    quality_flags,
    sort_lines,
)
from escalation.models.escalations import Escalation
from escalation.models.plans import Action, ActionPlan
from indicators.models.definitions import Indicator
from indicators.models.returns import ManagersForecast
from indicators.queries.months import LatestMonth, latest_months
from indicators.queries.outstanding import Completion, completion
from indicators.queries.rounds import carried_over
from indicators.queries.sight import Seen
from indicators.queries.standings import Standing, cell_description, counts_of, standings
from indicators.rules.returns import Horizon
from organisation.models.people import User
from organisation.models.units import Unit
from organisation.queries import tree_on
from organisation.rules import Tree
from sorp.lexicon import Kind, Level, Rag


@dataclass(frozen=True, slots=True)
class PartCounts:
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


def count(lines: Iterable[DashboardLine]) -> dict[str, int]:
    """How many of the lines stand how: see `counts_of`."""
    return counts_of((line.indicator, line.now) for line in lines)


def counts_by_part(
    *, unit: Unit, parts: Sequence[Unit], tree: Tree, lines: Sequence[DashboardLine]
) -> tuple[PartCounts, ...]:
    """A row for each part directly below, one for the unit itself, and the totals last.

    Nothing where the unit has no parts: its one row would only say the totals again.
    """
    if not parts:
        return ()
    part_of = {below: part.pk for part in parts for below in tree.below(part.pk)}
    members: dict[int, list[DashboardLine]] = {}
    for line in lines:
        members.setdefault(part_of.get(line.indicator.unit_id, unit.pk), []).append(line)
    rows = [_row(part, False, members.get(part.pk, [])) for part in parts]
    if own := members.get(unit.pk):
        rows.append(_row(unit, True, own))
    return (*rows, _row(None, False, lines))


def _row(part: Unit | None, is_unit_itself: bool, lines: Sequence[DashboardLine]) -> PartCounts:
    others = sum(line.indicator.kind != Kind.KPI for line in lines)
    return PartCounts(part, is_unit_itself, **count(lines), others=others)


SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class EscalatedLine:
    """One indicator that is escalated: to where, why, and how its plan stands today."""

    line: DashboardLine
    escalations: tuple[Escalation, ...]  # highest level first
    has_plan: bool
    overdue: tuple[Action, ...]
    due_soon: tuple[Action, ...]

    @property
    def plan_words(self) -> str:
        """How the plan stands, in a few words."""
        if not self.has_plan:
            return "No plan yet"
        said = [f"{len(self.overdue)} overdue"] if self.overdue else []
        said += [f"{len(self.due_soon)} due in 30 days"] if self.due_soon else []
        return "Plan: " + ", ".join(said) if said else "Plan on course"


def open_escalations(
    indicators: Sequence[int], quarter: Quarter
) -> dict[int, tuple[Escalation, ...]]:
    """What stood open once a quarter was closed, highest level first: `{indicator.pk: (PAT's, …)}`."""
    stood = Escalation.objects.open_at(quarter).filter(indicator__in=list(indicators))
    found: dict[int, list[Escalation]] = {}
    for each in stood:
        found.setdefault(each.indicator_id, []).append(each)
    return {
        indicator: tuple(sorted(each, key=lambda one: -Level(one.level).height))
        for indicator, each in found.items()
    }


def referred(
    lines: Sequence[DashboardLine], escalations: dict[int, tuple[Escalation, ...]], today: date
) -> tuple[EscalatedLine, ...]:
    """The lines that are escalated with their plans, in two queries; highest level first."""
    escalated = [line for line in lines if line.indicator.pk in escalations]
    plans = {
        plan.indicator_id: list(plan.actions.all())
        for plan in ActionPlan.objects.filter(
            is_latest=True, indicator__in=[line.indicator.pk for line in escalated]
        ).prefetch_related("actions")
    }
    found = [
        _referred(line, escalations[line.indicator.pk], plans.get(line.indicator.pk), today)
        for line in escalated
    ]
    return tuple(sorted(found, key=lambda each: -Level(each.escalations[0].level).height))


def _referred(
    line: DashboardLine,
    escalations: tuple[Escalation, ...],
    actions: list[Action] | None,
    today: date,
) -> EscalatedLine:
    undone = [each for each in actions or [] if each.done_on is None]
    return EscalatedLine(
        line=line,
        escalations=escalations,
        has_plan=actions is not None,
        overdue=tuple(each for each in undone if each.due_on < today),
        due_soon=tuple(each for each in undone if today <= each.due_on <= today + SOON),
    )


SHOWN = 8  # quarters in the heatmap


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A unit and all below it, as they stood at one quarter."""

    unit: Unit
    quarter: Quarter
    quarters: tuple[Quarter, ...]  # of the heatmap, oldest first
    lines: tuple[DashboardLine, ...]  # those that fit the filters, in the order asked for
    order: str
    parts: tuple[Unit, ...]  # the units directly below
    counts: dict[str, int]  # of the indicators that can be rated; sums to their number
    by_part: tuple[PartCounts, ...]  # the last row is the totals
    quality_flags: tuple[QualityFlag, ...]
    referred: tuple[EscalatedLine, ...]
    open_quarter: Quarter | None
    completion: Completion | None
    carried_over: tuple[Indicator, ...] = ()  # whose target nobody agreed for the year under way
    carried_in: Quarter | None = None

    @property
    def worse(self) -> list[DashboardLine]:
        return [line for line in self.lines if line.got_worse]

    @property
    def better(self) -> list[DashboardLine]:
        return [line for line in self.lines if line.got_better]

    @property
    def escalated(self) -> list[DashboardLine]:
        return [line for line in self.lines if line.levels]

    @property
    def without_plan(self) -> int:
        return sum(not each.has_plan for each in self.referred)

    @property
    def overdue_actions(self) -> int:
        return sum(len(each.overdue) for each in self.referred)


@dataclass(frozen=True, slots=True)
class HeatmapCell:
    """One indicator in one quarter: what is seen, what is said."""

    quarter: Quarter
    standing: Standing | None
    description: str


@dataclass(frozen=True, slots=True)
class HeatmapRow:
    """A line with its last quarters, and what its manager expects of the next."""

    line: DashboardLine
    cells: tuple[HeatmapCell, ...]
    forecast: ManagersForecast | None
    latest_month: LatestMonth | None = None  # provisional, of a quarter with no result yet

    @property
    def latest(self) -> HeatmapCell:
        return self.cells[-1]

    @property
    def earlier(self) -> tuple[HeatmapCell, ...]:
        """The quarters before, latest first: on a phone, what is nearest is seen first."""
        return self.cells[-2::-1]


def indicators_of(*, unit: Unit, quarter: Quarter, reader: User, tree: Tree) -> QuerySet[Indicator]:
    """What is measured in a unit and below it in a quarter, as far as a reader may see it."""
    rows: QuerySet[Indicator] = (
        Indicator.objects.visible_to(reader).in_units(tree.below(unit.pk)).in_use(quarter)
    )
    return rows.select_related("unit", "accountable_manager")


def unit_dashboard(
    *,
    unit: Unit,
    quarter: Quarter,
    shown: QuerySet[Indicator],
    tree: Tree,
    order: str = "",
    today: date,
    seen: Seen,
) -> Dashboard:
    """Everything on a unit's dashboard but its heatmap, in a constant number of queries.

    All of it speaks of the indicators shown, that is, of those that fit the filters, and of the council
    as it stood on the day of the tree; only who has not submitted speaks of the whole unit as it stands
    today, and of the quarter now open: it is told to whoever sees what is not submitted.
    """
    rows = list(shown)
    keys = [each.pk for each in rows]
    stood = standings(keys, first=quarter.previous(), last=quarter)
    escalations = open_escalations(keys, quarter)
    lines, order = sort_lines(
        (
            DashboardLine(
                each,
                stood.get((each.pk, quarter)),
                stood.get((each.pk, quarter.previous())),
                tuple(Level(one.level) for one in escalations.get(each.pk, ())),
            )
            for each in rows
        ),
        order,
    )
    parts = parts_of(unit, tree)
    # Of a quarter of the year under way, its own; of an earlier one, what it is compared with now.
    carried_in = (
        quarter if quarter.year == Quarter.containing(today).year else Quarter.containing(today)
    )
    carried = carried_over(carried_in, rows)
    waiting = next(iter(open_quarters()), None) if seen.is_everything else None
    return Dashboard(
        unit=unit,
        quarter=quarter,
        quarters=tuple(quarter.back(SHOWN - 1).until(quarter)),
        lines=lines,
        order=order,
        parts=parts,
        counts=count(lines),
        by_part=counts_by_part(unit=unit, parts=parts, tree=tree, lines=lines),
        quality_flags=quality_flags(lines),
        referred=referred(lines, escalations, today),
        open_quarter=waiting,
        completion=completion(quarter=waiting, units=list(tree_on(today).below(unit.pk)))
        if waiting
        else None,
        carried_over=tuple(line.indicator for line in lines if line.indicator.pk in carried),
        carried_in=carried_in,
    )


def parts_of(unit: Unit, tree: Tree) -> tuple[Unit, ...]:
    """What is part of a unit on the day of a tree, by the names of that day.

    Of a unit that did not stand yet, what it was made of later.
    """
    keys = tree.children(unit.pk) or tree.forerunners(unit.pk)
    return tuple(
        sorted((of_its_day(each, tree) for each in Unit.objects.filter(pk__in=keys)), key=_name)
    )


def of_its_day(unit: Unit, tree: Tree) -> Unit:
    """The unit, called as it was called on the day of a tree."""
    branch = tree.branches.get(unit.pk)
    if branch is not None:
        unit.name = branch.name
    return unit


def _name(unit: Unit) -> str:
    return unit.name


def heatmap_rows(
    lines: Sequence[DashboardLine], quarters: Sequence[Quarter], *, seen: Seen
) -> tuple[HeatmapRow, ...]:
    """The lines of one page with every quarter of the heatmap, in as many queries for one as for all.

    A month of a quarter without a result is shown to whoever sees what is not submitted.
    """
    keys = [line.indicator.pk for line in lines]
    months = latest_months([line.indicator for line in lines]) if seen.is_everything else {}
    stood = standings(keys, first=quarters[0], last=quarters[-1])
    forecasts = {
        each.indicator_id: each
        for each in ManagersForecast.objects.filter(
            indicator__in=keys,
            made_in=quarters[-1],
            horizon=Horizon.YEAR_END,
            rag__in=list(Rag),
            is_latest=True,
        )
    }
    return tuple(
        HeatmapRow(
            line,
            tuple(
                HeatmapCell(each, standing, cell_description(line.indicator, each, standing))
                for each in quarters
                for standing in [stood.get((line.indicator.pk, each))]
            ),
            forecasts.get(line.indicator.pk),
            month
            if (month := months.get(line.indicator.pk)) and month.month.quarter >= quarters[-1]
            else None,
        )
        for line in lines
    )


def quarter_to_show(asked: str | None) -> Quarter | None:
    """The quarter asked for in an address, else the latest one closed. Raises ValueError."""
    return Quarter.parse(asked) if asked else last_closed()
