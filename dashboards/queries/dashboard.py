"""A unit's dashboard: how its indicators stand in a quarter, open or closed, beside another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db.models import QuerySet
from django.urls import reverse

from core.figures import as_number
from core.quarters import Quarter
from core.queries import open_quarters
from dashboards.queries.dashboard_lines import (
    DashboardLine,
    QualityFlag,
    quality_flags,
    sort_lines,
)
from escalation.models.close_previews import ClosePreview
from escalation.models.escalations import Escalation
from escalation.models.plans import Action, ActionPlan
from escalation.queries.as_it_stands import AsItStands, lines_of_parts
from escalation.rules.close_preview import SHORT_NAMES
from indicators.models.definitions import Indicator
from indicators.models.returns import ManagersForecast
from indicators.queries.months import LatestMonth, latest_months
from indicators.queries.outstanding import Completion, completion
from indicators.queries.pictures import UnitStrip, unit_strips
from indicators.queries.rounds import carried_over
from indicators.queries.rows import IndicatorLine, indicator_rows
from indicators.queries.sight import Seen
from indicators.queries.standings import Standing, counts_of, standings
from indicators.rules.returns import Horizon
from organisation.models.people import User
from organisation.models.units import Unit
from organisation.queries import tree_on
from organisation.rules import Branch, Tree
from sorp.lexicon import Kind, Level, Rag
from sorp.rules.thresholds import bounds_of

SOON = timedelta(days=30)


def count(lines: Iterable[DashboardLine]) -> dict[str, int]:
    """How many of the lines stand how: see `counts_of`."""
    return counts_of((line.indicator, line.now) for line in lines)


def strips_by_part(
    *,
    unit: Unit,
    parts: Sequence[Unit],
    tree: Tree,
    lines: Sequence[DashboardLine],
    notes: Mapping[int, str],
    query: str,
) -> tuple[UnitStrip, ...]:
    """A strip for each part directly below, and one for the unit itself: they sum to the whole.

    Nothing where the unit has no parts: its one strip would only say the totals again.
    """
    if not parts:
        return ()
    part_of = {below: part.pk for part in parts for below in tree.below(part.pk)}
    members: dict[int, list[DashboardLine]] = {}
    for line in lines:
        members.setdefault(part_of.get(line.indicator.unit_id, unit.pk), []).append(line)
    strips = [
        _strip(
            part.name,
            reverse("dashboard", args=[part.code]) + query,
            members.get(part.pk, []),
            notes.get(part.pk, ""),
        )
        for part in parts
    ]
    if own := members.get(unit.pk):
        strips.append(_strip(f"{unit.name} itself", "", own, ""))
    return tuple(strips)


def _strip(name: str, address: str, lines: Sequence[DashboardLine], note: str) -> UnitStrip:
    others = sum(line.indicator.kind != Kind.KPI for line in lines)
    return UnitStrip(name, address, count(lines), note, others=others)


@dataclass(frozen=True, slots=True)
class EscalatedLine:
    """One indicator that is escalated: to where, since when, and how its plan stands today."""

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

    @property
    def marks(self) -> tuple[str, ...]:
        """Where it is and since when, and its plan, as a row has them."""
        first = self.escalations[0]
        return (f"with {SHORT_NAMES[Level(first.level)]} since {first.opened_in}", self.plan_words)


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


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A unit and all below it, as they stood at one quarter, or stand in the one that is open."""

    unit: Unit
    quarter: Quarter
    compared: Quarter  # the earlier quarter that it is shown beside
    lines: tuple[DashboardLine, ...]  # those that fit the filters, in the order asked for
    order: str
    parts: tuple[Unit, ...]  # the units directly below
    counts: dict[str, int]  # of the indicators that can be rated; sums to their number
    counts_compared: dict[str, int]  # the same indicators in the quarter it is shown beside
    strips: tuple[UnitStrip, ...]  # of its parts
    quality_flags: tuple[QualityFlag, ...]
    referred: tuple[EscalatedLine, ...]
    stands: AsItStands | None  # where the quarter is open and shown: what its close would do
    open_quarter: Quarter | None
    completion: Completion | None  # of the open quarter, for whoever sees what is not submitted
    carried_over: tuple[Indicator, ...] = ()  # whose target nobody agreed for the year under way
    carried_in: Quarter | None = None

    @property
    def worse(self) -> list[DashboardLine]:
        return [line for line in self.lines if line.got_worse]

    @property
    def better(self) -> list[DashboardLine]:
        return [line for line in self.lines if line.got_better]

    @property
    def without_plan(self) -> int:
        return sum(not each.has_plan for each in self.referred)

    @property
    def overdue_actions(self) -> int:
        return sum(len(each.overdue) for each in self.referred)

    @property
    def to_come(self) -> list[tuple[User, list[Indicator]]]:
        """Who has not submitted, and what: whoever has most to come first."""
        found: dict[User, list[Indicator]] = {}
        for each in self.completion.to_come if self.completion else ():
            found.setdefault(each.accountable_manager, []).append(each)
        return sorted(found.items(), key=lambda each: (-len(each[1]), each[0].name))


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
    compared: Quarter,
    shown: QuerySet[Indicator],
    tree: Tree,
    order: str = "",
    today: date,
    seen: Seen,
    stands: AsItStands | None = None,
) -> Dashboard:
    """Everything on a unit's dashboard but its rows, in a constant number of queries.

    All of it speaks of the indicators shown, that is, of those that fit the filters, and of the council
    as it stood on the day of the tree; only who has not submitted speaks of the whole unit as it stands
    today, and of the quarter now open: it is told to whoever sees what is not submitted. `stands` is given where the quarter is open: its close, run in private, is what is shown.
    """
    rows = list(shown)
    keys = [each.pk for each in rows]
    stood = standings(keys, first=compared, last=quarter)
    previews = previews_of(stands)
    escalations = open_escalations(keys, quarter)
    lines, order = sort_lines(
        (
            DashboardLine(
                each,
                as_previewed(stood.get((each.pk, quarter)), previews.get(each.pk)),
                stood.get((each.pk, compared)),
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
    notes = {
        each.unit.pk: each.stands.counts.line
        for each in (lines_of_parts(stands, unit) if stands and parts else ())
        if each.unit is not None
    }
    waiting = next(iter(open_quarters()), None) if seen.is_everything else None
    return Dashboard(
        unit=unit,
        quarter=quarter,
        compared=compared,
        lines=lines,
        order=order,
        parts=parts,
        counts=count(lines),
        counts_compared=counts_of((line.indicator, line.before) for line in lines),
        strips=strips_by_part(
            unit=unit,
            parts=parts,
            tree=tree,
            lines=lines,
            notes=notes,
            query="" if stands else f"?quarter={quarter.key}",
        ),
        quality_flags=quality_flags(lines),
        referred=referred(lines, escalations, today),
        stands=stands,
        open_quarter=waiting,
        completion=completion(quarter=waiting, units=list(tree_on(today).below(unit.pk)))
        if waiting
        else None,
        carried_over=tuple(line.indicator for line in lines if line.indicator.pk in carried),
        carried_in=carried_in,
    )


def previews_of(stands: AsItStands | None) -> dict[int, ClosePreview]:
    """What the close of the open quarter would do, by the key of the indicator."""
    return {each.indicator_id: each for each in stands.previews} if stands else {}


def as_previewed(standing: Standing | None, preview: ClosePreview | None) -> Standing | None:
    """How an indicator stands in the open quarter, by the verdict that its close would give."""
    if preview is None or not (preview.rag or preview.not_rated):
        return standing
    if standing is not None:
        return replace(
            standing, rag=preview.rag, not_rated=preview.not_rated, travel=preview.travel
        )
    return Standing(
        rag=preview.rag,
        not_rated=preview.not_rated,
        travel=preview.travel,
        value=None,
        confidence="",
        stale=False,
        definition_break=False,
        late=False,
        revised=False,
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


def _name(unit: Unit | Branch) -> str:
    return unit.name


def sibling_strips(
    *, unit: Unit, quarter: Quarter, reader: User, tree: Tree, seen: Seen
) -> tuple[UnitStrip, ...]:
    """The unit beside those that are part of the same, each with all below it; none where it is alone."""
    branch = tree.branches.get(unit.pk)
    if branch is None or branch.parent is None:
        return ()
    siblings = sorted((tree.branches[each] for each in tree.children(branch.parent)), key=_name)
    if len(siblings) < 2:
        return ()
    within = {below for each in siblings for below in tree.below(each.unit)}
    rows = Indicator.objects.visible_to(reader).in_units(within).in_use(quarter)
    return unit_strips(
        [(0, each) for each in siblings],
        rows,
        quarter=quarter,
        tree=tree,
        seen=seen,
        query=f"?quarter={quarter.key}",
    )


def dashboard_rows(
    board: Dashboard, lines: Sequence[DashboardLine], *, seen: Seen
) -> tuple[IndicatorLine, ...]:
    """The row of each of these lines, with what apps above indicators know of it.

    Where it is escalated and how its plan stands, what its manager expects at the year's end, the latest
    month of a quarter without a result, and while the quarter is open what its close would do. As many
    queries for one line as for all.
    """
    indicators = [line.indicator for line in lines]
    escalated = {each.line.indicator.pk: each.marks for each in board.referred}
    expected = year_end_forecasts(indicators, board.quarter)
    months = latest_months(indicators) if seen.is_everything else {}
    previews = previews_of(board.stands)
    carried = {each.pk for each in board.carried_over}
    marks: dict[int, tuple[str, ...]] = {}
    for each in indicators:
        found = list(escalated.get(each.pk, ()))
        if forecast := expected.get(each.pk):
            why = f": {forecast.why}" if forecast.why else ""
            found.append(f"{Rag(forecast.rag).label} expected at year end{why}")
        if (month := months.get(each.pk)) and month.month.quarter >= board.quarter:
            found.append(_month_words(each, month))
        if each.pk in carried:
            found.append("target carried over")
        marks[each.pk] = tuple(found)
    return indicator_rows(
        indicators,
        quarter=board.quarter,
        seen=seen,
        marks=marks,
        follows={
            pk: " ".join(f"{one.sentence.rstrip('.')}." for one in preview.moves)
            for pk, preview in previews.items()
        },
        verdicts={pk: each for pk, each in previews.items() if each.rag or each.not_rated},
    )


def year_end_forecasts(
    indicators: Iterable[Indicator], quarter: Quarter
) -> dict[int, ManagersForecast]:
    """What managers said in a quarter of where their indicators end the year, by indicator."""
    return {
        each.indicator_id: each
        for each in ManagersForecast.objects.filter(
            indicator__in=[each.pk for each in indicators],
            made_in=quarter,
            horizon=Horizon.YEAR_END,
            rag__in=list(Rag),
            is_latest=True,
        )
    }


def _month_words(indicator: Indicator, latest: LatestMonth) -> str:
    """The latest month of a quarter that has no result yet: "July 2011: 82.1%, provisional"."""
    if latest.figure.value is None:
        return f"{latest.month}: no figure"
    figure = as_number(
        latest.figure.value,
        indicator.decimals,
        indicator.measure_unit,
        bounds=bounds_of(latest.expected),
    )
    like = f", a quarter like it would be {latest.rag.label.lower()}" if latest.rag else ""
    return f"{latest.month}: {figure}, provisional{like}"
