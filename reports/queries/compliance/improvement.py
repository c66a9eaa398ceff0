"""Checks of what is done about poor performance: something, and by its day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from assurance.models import AgreedAction
from escalation.models import Action, ActionPlan, Escalation, PlanReview
from indicators.models import Rating
from indicators.rules.calendar import in_full
from indicators.rules.returns import action_required
from organisation.clock import day_of
from reports.queries.compliance.ground import Ground, Seen
from sorp.lexicon import Quarter, Rag

LOOKED_BACK = 16  # quarters over which a run of reds or ambers is followed


def red_has_action(ground: Ground) -> Iterator[Seen]:
    """What is red in the quarter, or escalated at its close, and whether anything is done. 5 queries.

    Amber is looked at too where the SORP asks it. A word on management action beside the result
    will do. So will an action plan written since the indicator was last referred up (or, where it
    was not, since its run of reds or ambers began), or an older one agreed or judged sufficient
    since, if that was by the day on which plans were due after the close. What this very close
    referred up without its being red or amber is looked at once that day is past.
    """
    poor, referred = _poor_at_close(ground), _referred_at_close(ground)
    plans = _plan_days({*poor, *referred})
    for pk in sorted({*poor, *referred}):
        indicator, revision = ground.measured[pk], ground.standing.get(pk)
        since = referred[pk] if pk in referred else poor[pk][1]
        is_said = revision is not None and bool(revision.management_action.strip())
        if is_said or any(since.last_day < day <= ground.plan_due_on for day in plans.get(pk, ())):
            yield Seen(indicator.unit_id, indicator.reference)
        elif pk in poor or since < ground.quarter or ground.today > ground.plan_due_on:
            stands = poor[pk][0].label.lower() if pk in poor else f"escalated since {since}"
            lapse = f"{stands}, with no word on management action and no action plan since"
            yield Seen(indicator.unit_id, indicator.reference, lapse)


def _poor_at_close(ground: Ground) -> dict[int, tuple[Rag, Quarter]]:
    """By indicator, its status at the close where that asks for action, and since which quarter.

    A plan written while the first quarter of the run was still under way is one of its time, so
    the run is told by the quarter before it began.
    """
    rows = Rating.objects.filter(
        quarter_start__lte=ground.quarter.first_day,
        quarter_start__gte=ground.quarter.back(LOOKED_BACK).first_day,
        indicator__in=ground.measured,
        rated_at__lte=ground.closed_at,
    ).order_by("quarter_start", "number")
    histories: dict[int, dict[Quarter, Rag | None]] = defaultdict(dict)
    for pk, start, rag in rows.values_list("indicator_id", "quarter_start", "rag"):
        histories[pk][Quarter.containing(start)] = Rag(rag) if rag else None
    on_amber = ground.version.action_on_amber
    return {
        pk: (rag, _run_began(history, on_amber).previous())
        for pk, history in histories.items()
        if (rag := history.get(ground.quarter)) and action_required(rag, on_amber)
    }


def _run_began(history: Mapping[Quarter, Rag | None], on_amber: bool) -> Quarter:
    """The first of the quarters running, to the last, that ask for action; the unrated are passed."""
    began = max(history)
    for quarter in sorted(history, reverse=True):
        rag = history[quarter]
        if rag is not None and not action_required(rag, on_amber):
            break
        if rag is not None:
            began = quarter
    return began


def _referred_at_close(ground: Ground) -> dict[int, Quarter]:
    """By indicator, the quarter in which the latest of its open escalations opened."""
    rows = Escalation.objects.open_at(ground.quarter).filter(
        indicator__in=ground.measured, recorded_in_start__lte=ground.quarter.first_day
    )
    return {row.indicator_id: row.opened_in for row in rows.order_by("opened_in_start")}


def _plan_days(indicators: set[int]) -> dict[int, list[date]]:
    """The days on which each had a plan written, agreed or judged sufficient. Two queries."""
    found: dict[int, list[date]] = defaultdict(list)
    for row in ActionPlan.objects.filter(indicator__in=indicators):
        found[row.indicator_id].append(day_of(row.written_at))
        if row.agreed_on:
            found[row.indicator_id].append(row.agreed_on)
    reviews = PlanReview.objects.filter(plan__indicator__in=indicators, sufficient=True)
    for pk, day in reviews.values_list("plan__indicator_id", "reviewed_on"):
        found[pk].append(day)
    return found


@dataclass(frozen=True, slots=True)
class _Promise:
    """An action with its day: what, by when, when it was done, and while which plan stood."""

    what: str
    due_on: date
    done_on: date | None
    stood_from: date | None = None
    stood_until: date | None = None  # the day on which a later plan took its place

    def stood_on(self, day: date) -> bool:
        return (self.stood_from is None or self.stood_from <= day) and (
            self.stood_until is None or day < self.stood_until
        )

    def is_looked_at(self, quarter: Quarter) -> bool:
        """Due in the quarter, or from before and still not done when it ended.

        An action that a later plan dropped or put off before its day is not promised any more.
        """
        if quarter.first_day <= self.due_on <= quarter.last_day:
            return self.stood_on(self.due_on)
        is_outstanding = self.done_on is None or self.done_on > quarter.last_day
        return (
            self.due_on < quarter.first_day and is_outstanding and self.stood_on(quarter.last_day)
        )

    @property
    def lapse(self) -> str:
        if self.done_on is not None and self.done_on <= self.due_on:
            return ""
        told = f"“{self.what}” was due on {in_full(self.due_on)}"
        return f"{told}, done on {in_full(self.done_on)}" if self.done_on else f"{told}, not done"


def actions_on_time(ground: Ground) -> Iterator[Seen]:
    """Actions of plans and of meetings whose day fell by the quarter's end. Three queries.

    Those due in the quarter, and those overdue from before and still not done when it ended. An
    action belongs to the plan that stood on its day: writing it anew afterwards mends nothing.
    """
    for pk, promise in [*_planned(ground), *_agreed(ground)]:
        if promise.is_looked_at(ground.quarter):
            indicator = ground.measured[pk]
            yield Seen(indicator.unit_id, indicator.reference, promise.lapse)


def _planned(ground: Ground) -> Iterator[tuple[int, _Promise]]:
    rows = Action.objects.filter(
        due_on__lte=ground.quarter.last_day, plan__indicator__in=ground.measured
    ).select_related("plan")
    actions = list(rows.order_by("plan__indicator__reference", "plan__number", "position"))
    later = _taken_over_on({each.plan.indicator_id for each in actions})
    for each in actions:
        yield (
            each.plan.indicator_id,
            _Promise(
                each.description,
                each.due_on,
                each.done_on,
                day_of(each.plan.written_at),
                later.get((each.plan.indicator_id, each.plan.number)),
            ),
        )


def _taken_over_on(indicators: set[int]) -> Mapping[tuple[int, int], date]:
    """By indicator and number, the day on which a plan was superseded."""
    rows: Sequence[ActionPlan] = list(
        ActionPlan.objects.filter(indicator__in=indicators, number__gt=1)
    )
    return {(row.indicator_id, row.number - 1): day_of(row.written_at) for row in rows}


def _agreed(ground: Ground) -> Iterator[tuple[int, _Promise]]:
    rows = AgreedAction.objects.filter(
        due_on__lte=ground.quarter.last_day, call_in__indicator__in=ground.measured
    ).select_related("call_in__meeting")
    for each in rows.order_by("call_in__indicator__reference", "due_on", "pk"):
        yield (
            each.call_in.indicator_id,
            _Promise(each.what, each.due_on, each.done_on, each.call_in.meeting.meets_on),
        )
