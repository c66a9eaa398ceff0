"""Lines to take on a portfolio: what is red, what is said of it, what is being done, by when and by whom.

Nothing here is invented: each sentence is made from figures by the maker that charts and the report
use, and what a manager wrote is quoted as theirs. It holds what the portfolio's holder may see, whoever
reads it: who prepares a Member finds the Member's own page.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from assurance.models.meetings import Decision
from core.charts.small import Sparkline
from core.charts.trend import Trend
from core.quarters import Quarter
from core.queries import last_closed
from dashboards.queries.indicator_story import CHARTED, trend_of
from dashboards.queries.open_quarter import Shortened
from escalation.models.plans import Action, ActionPlan
from escalation.queries.as_it_stands import AsItStands, as_it_stands
from indicators.models.definitions import Indicator
from indicators.models.ratings import Rating
from indicators.queries.standings import COUNTED
from indicators.rules.remarks import trend_sentence
from organisation.models.people import User
from organisation.models.units import Unit
from organisation.permissions import Permission
from organisation.queries import Portfolio, portfolios_on, tree_on
from organisation.rights import allowed, holds
from organisation.rules import DIRECTING, Tree
from reports.queries.editions import public_document, published_edition
from reports.rules.history import in_quarter, rated_before
from reports.rules.sentences import said_in
from reports.rules.wording import pattern_of
from reports.rules.wording import trend_of as reported_trend
from sorp.lexicon import Kind, Rag
from sorp.rules.patterns import Pattern
from strategy.queries.plan import PrioritySheet, strategy_sheet

MOST_LINES = 5  # in full, of one unit; the rest by their titles


@dataclass(frozen=True, slots=True)
class NextAction:
    """The next thing that a plan promises."""

    words: str
    owner: str
    due_on: date
    is_late: bool


@dataclass(frozen=True, slots=True)
class LineToTake:
    """One red indicator: what can be said of it, and who said it."""

    reference: str
    title: str
    was: Rag | None  # in the rated quarter before
    sentence: str
    commentary: str
    management_action: str
    said_by: str  # who wrote these two
    plan: str  # "Plan 2, agreed on 3 May 2023"; nothing where there is none
    action: NextAction | None
    answers: str
    spark: Sparkline | None  # its last quarters

    @property
    def is_newly_red(self) -> bool:
        return self.was is not Rag.RED


@dataclass(frozen=True, slots=True)
class UnitBrief:
    """One unit of a portfolio: how it stands, and the lines to take on what is red."""

    unit: Unit
    counts: Mapping[str, int]
    lines: Shortened  # of LineToTake, newly red first
    also_red: tuple[str, ...]  # titles beyond those
    recovered: tuple[str, ...]  # titles of what is green and was not


@dataclass(frozen=True, slots=True)
class PriorityBrief:
    """A priority that some of the portfolio's indicators measure, and what its evidence says."""

    slug: str
    name: str
    sentences: tuple[str, ...]
    needs_attention: bool


@dataclass(frozen=True, slots=True)
class PortfolioBrief:
    """A Member's lines to take, on the latest quarter that they may see."""

    portfolio: Portfolio
    quarter: Quarter | None
    is_published_only: bool  # the holder's office sees no more
    units: tuple[UnitBrief, ...]
    priorities: tuple[PriorityBrief, ...]
    stands: AsItStands | None  # the open quarter, as far as the holder sees it

    @property
    def wanting(self) -> list[PriorityBrief]:
        """The priorities whose evidence asks for somebody's attention."""
        return [each for each in self.priorities if each.needs_attention]

    @property
    def others(self) -> list[PriorityBrief]:
        return [each for each in self.priorities if not each.needs_attention]


def portfolios_open_to(reader: User, today: date) -> list[Portfolio]:
    """Those whose lines to take a person may read: their own; every one for who prepares Members."""
    if allowed(reader, Permission.MANAGE_FRAMEWORK) or holds(reader, *DIRECTING):
        return portfolios_on(today)
    return portfolios_on(today, holder=reader)


def portfolio_brief(portfolio: Portfolio, *, today: date) -> PortfolioBrief:
    """The lines to take of one portfolio."""
    holder = portfolio.holder
    if not allowed(holder, Permission.VIEW_PERFORMANCE):
        return _from_report(portfolio)
    return _from_last_close(portfolio, today)


# From what is closed ---------------------------------------------------------------------------


def _from_last_close(portfolio: Portfolio, today: date) -> PortfolioBrief:
    holder, quarter = portfolio.holder, last_closed()
    tree = tree_on(today)
    below = {each.pk: frozenset(tree.below(each.pk)) for each in portfolio.units}
    every = frozenset().union(*below.values()) if below else frozenset()
    measured = Indicator.objects.visible_to(holder).in_units(every)
    stands = as_it_stands(reader=holder, indicators=measured, units=every) if every else None
    if quarter is None:
        return PortfolioBrief(portfolio, None, False, (), (), stands)
    rows = measured.in_use(quarter).select_related("unit", "accountable_manager")
    indicators = list(rows.order_by("reference"))
    histories = _histories(indicators, quarter)
    lines = _lines(indicators, histories, today)
    units = tuple(
        _unit_brief(
            unit,
            [
                (each, histories.get(each.pk, ()))
                for each in indicators
                if each.unit_id in below[unit.pk] and each.kind == Kind.KPI
            ],
            lines,
        )
        for unit in portfolio.units
    )
    known = {each.reference for each in indicators}
    priorities = tuple(
        _priority_brief(each)
        for each in strategy_sheet(quarter=quarter, day=today).priorities
        if any(measure.reference in known for measure in each.indicators)
    )
    return PortfolioBrief(portfolio, quarter, False, units, priorities, stands)


def _priority_brief(sheet: PrioritySheet) -> PriorityBrief:
    said = sheet.statements
    evidence = (said.figures, said.milestones, said.evaluation)
    return PriorityBrief(
        sheet.slug,
        sheet.name,
        tuple(each.sentence for each in evidence),
        any(each.needs_attention for each in evidence),
    )


def _histories(indicators: Iterable[Indicator], quarter: Quarter) -> dict[int, tuple[Rating, ...]]:
    """The ratings of each up to a quarter, oldest first, as many as a chart shows."""
    rows = (
        Rating.objects.latest_ones()
        .filter(
            indicator__in=[each.pk for each in indicators],
            quarter__range=(quarter.back(CHARTED - 1), quarter),
        )
        .select_related("revision__submitted_by")
    )
    found: dict[int, list[Rating]] = defaultdict(list)
    for each in rows.order_by("quarter"):
        found[each.indicator_id].append(each)
    return {pk: tuple(ratings) for pk, ratings in found.items() if ratings[-1].quarter == quarter}


def _lines(
    indicators: Sequence[Indicator], histories: Mapping[int, tuple[Rating, ...]], today: date
) -> dict[int, LineToTake]:
    """A line for each red indicator, by its key."""
    red = {pk for pk, ratings in histories.items() if ratings[-1].rag == Rag.RED}
    plans = {
        each.indicator_id: each
        for each in ActionPlan.objects.filter(is_latest=True, indicator__in=red).prefetch_related(
            "actions"
        )
    }
    agreed = set(
        Decision.objects.filter(agreed_plan__in=[each.pk for each in plans.values()]).values_list(
            "agreed_plan_id", flat=True
        )
    )
    found = {}
    for each in indicators:
        if each.pk not in red:
            continue
        ratings, plan = histories[each.pk], plans.get(each.pk)
        trend, said = trend_of(each, ratings), ratings[-1].revision
        found[each.pk] = LineToTake(
            reference=each.reference,
            title=each.title,
            was=_before(ratings),
            sentence=trend_sentence(trend, each.pattern) if trend else "",
            commentary=said.commentary.strip() if said else "",
            management_action=said.management_action.strip() if said else "",
            said_by=str(said.submitted_by or "The performance team") if said else "",
            plan=_plan_in_words(plan, agreed) if plan else "",
            action=_next_action(plan.actions.all(), today) if plan else None,
            answers=f"{each.accountable_manager.name}, {each.unit.name}",
            spark=_spark(trend, each.pattern) if trend else None,
        )
    return found


def _spark(trend: Trend, pattern: Pattern) -> Sparkline:
    return Sparkline(trend.points, trend.measure_unit, trend.decimals, pattern.restarts_in_april)


def _before(ratings: Sequence[Rating]) -> Rag | None:
    """The last RAG status before the latest quarter's; none before a new definition."""
    if ratings[-1].definition_break:
        return None
    return next((Rag(each.rag) for each in reversed(ratings[:-1]) if each.rag), None)


def _plan_in_words(plan: ActionPlan, agreed: Collection[int | None]) -> str:
    """Whether a director agreed it, or a meeting did."""
    if plan.agreed_on is None and plan.pk not in agreed:
        return f"Action plan {plan.number}, not yet agreed"
    return f"Action plan {plan.number}, agreed"


def _next_action(actions: Iterable[Action], today: date) -> NextAction | None:
    undone = sorted(
        (each for each in actions if each.done_on is None),
        key=lambda each: (each.due_on, each.position),
    )
    if not undone:
        return None
    first = undone[0]
    return NextAction(first.description, first.owner, first.due_on, first.due_on < today)


def _unit_brief(
    unit: Unit,
    measured: Sequence[tuple[Indicator, tuple[Rating, ...]]],
    lines: Mapping[int, LineToTake],
) -> UnitBrief:
    counts = Counter(_counted(ratings[-1] if ratings else None) for _, ratings in measured)
    reds = [lines[each.pk] for each, _ in measured if each.pk in lines]
    recovered = [
        each.title
        for each, ratings in measured
        if ratings and ratings[-1].rag == Rag.GREEN and _before(ratings) in (Rag.RED, Rag.AMBER)
    ]
    return _brief(unit, counts, reds, recovered)


def _brief(
    unit: Unit, counts: Counter[str], reds: Sequence[LineToTake], recovered: Sequence[str]
) -> UnitBrief:
    in_order = sorted(reds, key=lambda each: (not each.is_newly_red, each.reference))
    shown = Shortened.to(MOST_LINES, in_order)
    return UnitBrief(
        unit=unit,
        counts={key: counts[key] for key in COUNTED},
        lines=shown,
        also_red=tuple(each.title for each in in_order[len(shown.shown) :]),
        recovered=tuple(recovered),
    )


def _counted(rating: Rating | None) -> str:
    if rating is None or not rating.rag or (rating.rag == Rag.GREEN and rating.stale):
        return "not_rated"
    return rating.rag


# From what is published ------------------------------------------------------------------------


def _from_report(portfolio: Portfolio) -> PortfolioBrief:
    """The same from the newest published report alone, in its own sentences."""
    edition = published_edition()
    if edition is None:
        return PortfolioBrief(portfolio, None, True, (), (), None)
    quarter = edition.quarter
    document = public_document(edition)
    said = said_in(document)
    tree = tree_on(quarter.last_day)
    by_unit = {each.pk: _codes_below(each, tree) for each in portfolio.units}
    told = [each for each in document["indicators"] if each["kind"] == Kind.KPI]
    units = tuple(
        _reported_unit(
            unit,
            [each for each in told if each["unit"]["code"] in by_unit[unit.pk]],
            quarter,
            said,
        )
        for unit in portfolio.units
    )
    every = {code for codes in by_unit.values() for code in codes}
    known = {each["reference"] for each in document["indicators"] if each["unit"]["code"] in every}
    priorities = tuple(
        PriorityBrief(
            each["slug"],
            each["title"],
            tuple(
                said[f"priorities/{each['slug']}"][kind]
                for kind in ("figures", "milestones", "evaluation")
                if kind in said.get(f"priorities/{each['slug']}", {})
            ),
            any(kind["needs_attention"] for kind in each["standing"].values()),
        )
        for each in document.get("priorities", ())
        if any(measure["reference"] in known for measure in each["indicators"])
    )
    return PortfolioBrief(portfolio, quarter, True, units, priorities, None)


def _codes_below(unit: Unit, tree: Tree) -> Collection[str]:
    below = (tree.branches.get(each) for each in tree.below(unit.pk))
    return {unit.code, *(branch.code for branch in below if branch is not None)}


def _reported_unit(
    unit: Unit,
    told: Sequence[Mapping[str, Any]],
    quarter: Quarter,
    said: Mapping[str, Mapping[str, str]],
) -> UnitBrief:
    counts: Counter[str] = Counter()
    reds, recovered = [], []
    for each in told:
        rating = in_quarter(each, quarter.key)
        rag = rating["rag"] if rating else None
        was = rated_before(each, quarter.key)
        is_stale = rating is not None and rag == Rag.GREEN and rating["stale"]
        counts["not_rated" if not rag or is_stale else rag] += 1
        if rag == Rag.GREEN and was and was["rag"] != Rag.GREEN:
            recovered.append(each["title"])
        if rag == Rag.RED:
            reds.append(_reported_line(each, quarter, was, said[f"indicators/{each['reference']}"]))
    return _brief(unit, counts, reds, recovered)


def _reported_line(
    told: Mapping[str, Any],
    quarter: Quarter,
    was: Mapping[str, Any] | None,
    said: Mapping[str, str],
) -> LineToTake:
    plan = told["plan"]
    undone = [each for each in (plan["actions"] if plan else ()) if not each["done_on"]]
    first = min(undone, key=lambda each: str(each["due_on"]), default=None)
    return LineToTake(
        reference=told["reference"],
        title=told["title"],
        was=Rag(was["rag"]) if was else None,
        sentence=said.get("chart", ""),
        commentary=told["commentary"].strip(),
        management_action=told.get("management_action", "").strip(),
        said_by=told["accountable_manager"]["office"],
        plan="Action plan published" if plan else "",
        action=NextAction(
            first["description"], first.get("owner", ""), date.fromisoformat(first["due_on"]), False
        )
        if first
        else None,
        answers=told["accountable_manager"]["office"],
        spark=_spark(reported_trend(told, quarter), pattern_of(told)),
    )
