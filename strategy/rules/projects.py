"""How likely a project is to deliver: as its lead says, and as its dates, money and risks say. Pure.

The two are put side by side and never averaged: where they differ, somebody should ask.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from core.dates import as_date
from core.words import Word
from strategy.rules.plan import MilestoneStatus
from strategy.rules.savings import pounds

LATE = timedelta(days=91)  # a quarter of a year late
OVER = 110  # per cent of the budget
SILENT = timedelta(days=92)  # after so long a report says nothing of today


class ProjectKind(Word):
    """What DAT looks at (Cabinet paper of 20 June 2011, section 3c)."""

    PLAN = "plan", "Delivery of the strategic plan"
    CHANGE = "change", "Change programme or key enabler"
    PID = "pid", "Programme with a project initiation document"
    CAPITAL = "capital", "Capital, property or land"
    BID = "bid", "Bid into the capital programme"
    RESTRUCTURE = "restructure", "Restructuring"
    IT = "it", "Information technology"


class Confidence(Word):
    """How likely it is that a project delivers what it is for, by its day and within its budget."""

    HIGH = "high", "High"
    MEDIUM = "medium", "Medium"
    LOW = "low", "Low"


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """What the rule looks at. What nobody has said is None."""

    baseline_finish: date | None
    budget: int | None
    reported_as_at: date | None = None
    forecast_finish: date | None = None
    finished_on: date | None = None
    forecast_cost: int | None = None
    milestones: tuple[MilestoneStatus, ...] = ()
    risks_over_appetite: int = 0
    needs_overdue: int = 0  # dependencies whose day is past and that are not met


@dataclass(frozen=True, slots=True)
class RuledConfidence:
    """What the rule finds, and why, in sentences without full stops. None: it cannot tell."""

    confidence: Confidence | None
    reasons: tuple[str, ...]

    @property
    def words(self) -> str:
        return self.confidence.label if self.confidence else "Cannot tell"


def confidence_by_rule(facts: ProjectFacts, today: date) -> RuledConfidence:
    """Low where the end or the cost is far off, medium where anything slips, high only where all is told.

    A project of which nobody has said enough is neither high nor low: the rule cannot tell, and says
    what is missing.
    """
    if facts.finished_on is not None and facts.finished_on <= today:
        return RuledConfidence(None, (f"It finished on {as_date(facts.finished_on)}",))
    low, medium = _low(facts, today), _medium(facts)
    if low:
        return RuledConfidence(Confidence.LOW, (*low, *medium))
    missing = _missing(facts, today)
    if medium:
        return RuledConfidence(Confidence.MEDIUM, (*medium, *missing))
    if missing:
        return RuledConfidence(None, missing)
    return RuledConfidence(Confidence.HIGH, ("It is forecast by its day and within its budget",))


def _low(facts: ProjectFacts, today: date) -> tuple[str, ...]:
    said = []
    if facts.baseline_finish is not None:
        if today > facts.baseline_finish:
            said.append(f"It was to finish by {as_date(facts.baseline_finish)} and has not")
        elif facts.forecast_finish and facts.forecast_finish - facts.baseline_finish > LATE:
            days = (facts.forecast_finish - facts.baseline_finish).days
            said.append(f"Its finish is forecast {days} days late")
    if facts.budget and facts.forecast_cost and facts.forecast_cost * 100 > facts.budget * OVER:
        over = pounds(facts.forecast_cost - facts.budget)
        said.append(f"Its cost is forecast {over} over budget, more than a tenth")
    return tuple(said)


def _medium(facts: ProjectFacts) -> tuple[str, ...]:
    said = []
    late = (facts.forecast_finish, facts.baseline_finish)
    if late[0] and late[1] and timedelta(0) < late[0] - late[1] <= LATE:
        said.append(f"Its finish is forecast {(late[0] - late[1]).days} days late")
    if facts.budget and facts.forecast_cost:
        over = facts.forecast_cost - facts.budget
        if over > 0 and facts.forecast_cost * 100 <= facts.budget * OVER:
            said.append(f"Its cost is forecast {pounds(over)} over budget")
    if behind := sum(each.is_late for each in facts.milestones):
        said.append(f"{behind} milestone{_s(behind)} overdue or slipping")
    if facts.risks_over_appetite:
        number = facts.risks_over_appetite
        said.append(f"{number} risk{_s(number)} over appetite")
    if facts.needs_overdue:
        number = facts.needs_overdue
        said.append(f"{number} thing{_s(number)} it depends on overdue")
    return tuple(said)


def _missing(facts: ProjectFacts, today: date) -> tuple[str, ...]:
    said = []
    if facts.baseline_finish is None:
        said.append("No baseline finish is set")
    if facts.reported_as_at is None:
        said.append("Nothing is reported yet")
    elif today - facts.reported_as_at > SILENT:
        said.append(f"Nothing is reported since {as_date(facts.reported_as_at)}")
    elif facts.forecast_finish is None:
        said.append("No finish is forecast")
    return tuple(said)


def _s(number: int) -> str:
    return "" if number == 1 else "s"
