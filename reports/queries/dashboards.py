"""A unit's own dashboard: what is measured there, how it stands and who has not submitted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from escalation.models import Escalation
from indicators.models import Indicator, Rating, ReportingQuarter
from indicators.queries import last_closed
from indicators.queries.completion import Completion, completion
from organisation.models import Unit, User
from organisation.queries import tree_on
from sorp.lexicon import Kind, Level, Quarter

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator on a dashboard: its rating in each quarter shown, and where it stands now."""

    indicator: Indicator
    ratings: tuple[Rating | None, ...]  # one a quarter, oldest first
    levels: tuple[Level, ...]  # to which it is referred now

    @property
    def now(self) -> Rating | None:
        return self.ratings[-1]

    @property
    def before(self) -> Rating | None:
        return self.ratings[-2] if len(self.ratings) > 1 else None

    @property
    def got_worse(self) -> bool:
        return self._moved() < 0

    @property
    def got_better(self) -> bool:
        return self._moved() > 0

    def _moved(self) -> int:
        """How many steps of RAG better (or, below nought, worse) than the quarter before."""
        order = {"red": 0, "amber": 1, "green": 2}
        if not self.now or not self.before or not self.now.rag or not self.before.rag:
            return 0
        return order[self.now.rag] - order[self.before.rag]


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A unit and all below it, as they stood at one quarter."""

    unit: Unit
    quarter: Quarter
    quarters: tuple[Quarter, ...]
    lines: tuple[Line, ...]
    parts: tuple[Unit, ...]  # the units directly below
    counts: dict[str, int]  # of the indicators that can be rated; sums to their number
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


def dashboard(
    *,
    unit: Unit,
    quarter: Quarter,
    reader: User,
    today: date,
    indicators: Iterable[int] | None = None,
) -> Dashboard:
    """Everything on a unit's dashboard, in a constant number of queries.

    Counts are of performance indicators only: activity and data-only ones have no RAG status. Green
    figures older than the declared lag count as not rated.
    """
    tree = tree_on(today)
    units = list(tree.below(unit.pk))
    shown = (
        Indicator.objects.visible_to(reader)
        .in_units(units)
        .in_use(quarter)
        .select_related("unit", "accountable_manager")
    )
    quarters = tuple(quarter.back(SHOWN - 1).until(quarter))
    rows = list(shown)
    ratings = _ratings(rows, quarters)
    levels = _levels(rows, quarter)
    lines = tuple(
        Line(
            indicator=each,
            ratings=tuple(ratings.get((each.pk, q)) for q in quarters),
            levels=levels.get(each.pk, ()),
        )
        for each in rows
    )
    waiting = _open_quarter(quarter)
    return Dashboard(
        unit=unit,
        quarter=quarter,
        quarters=quarters,
        lines=lines,
        parts=tuple(Unit.objects.filter(pk__in=tree.children(unit.pk)).order_by("name")),
        counts=count(lines),
        open_quarter=waiting,
        completion=completion(quarter=waiting, units=units) if waiting else None,
    )


def count(lines: Iterable[Line]) -> dict[str, int]:
    """How many are green, amber, red and not rated; they sum to the performance indicators."""
    counted = Counter(_counts_as(line.now) for line in lines if line.indicator.kind == Kind.KPI)
    return {key: counted.get(key, 0) for key in ("green", "amber", "red", "not_rated")}


def _counts_as(rating: Rating | None) -> str:
    if rating is None or not rating.rag or (rating.rag == "green" and rating.stale):
        return "not_rated"
    return rating.rag


def _ratings(
    rows: list[Indicator], quarters: tuple[Quarter, ...]
) -> dict[tuple[int, Quarter], Rating]:
    stored = Rating.objects.latest_ones().filter(
        indicator__in=[each.pk for each in rows],
        quarter_start__range=(quarters[0].first_day, quarters[-1].first_day),
    )
    return {(each.indicator_id, each.quarter): each for each in stored}


def _levels(rows: list[Indicator], quarter: Quarter) -> dict[int, tuple[Level, ...]]:
    stood = Escalation.objects.open_at(quarter).filter(indicator__in=[each.pk for each in rows])
    found: dict[int, list[Level]] = {}
    for indicator, level in stood.values_list("indicator_id", "level"):
        found.setdefault(indicator, []).append(Level(level))
    return {
        indicator: tuple(sorted(levels, key=lambda level: level.height))
        for indicator, levels in found.items()
    }


def _open_quarter(shown: Quarter) -> Quarter | None:
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
