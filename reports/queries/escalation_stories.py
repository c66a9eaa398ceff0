"""The story of one escalation: what happened to it, in order, as far as the reader may know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from escalation.models import ActionPlan, Escalation
from escalation.queries.plans import effect_afterwards, ratings_of
from escalation.queries.tiers import TimeInTier, times_in_tier
from escalation.queries.wanting import WantedPlan, wanted_plans
from escalation.rules.plans import Effect
from indicators.models import Rating
from organisation.models import User
from reports.charts import Trend
from reports.queries.happenings import Happening, Telling, told_of
from reports.queries.happenings.meetings import told_at_meetings
from reports.queries.stories import CHARTED, trend_with_plan

__all__ = ["EscalationStory", "Happening", "escalation_story"]


@dataclass(frozen=True, slots=True)
class EscalationStory:
    """One escalation, where it stands, and all that happened to it, earliest first."""

    escalation: Escalation
    time: TimeInTier
    happenings: tuple[Happening, ...]
    plan: ActionPlan | None
    effect: Effect | None  # of the plan in place
    wanted: WantedPlan | None
    others: tuple[Escalation, ...]  # of the same indicator, open now
    ratings: tuple[Rating, ...]
    trend: Trend | None

    @property
    def now(self) -> Rating | None:
        return self.ratings[-1] if self.ratings else None


def escalation_story(*, escalation: Escalation, reader: User, today: date) -> EscalationStory:
    """Everything on an escalation's page, in a constant number of queries.

    Meetings, what was asked there and what was decided are told to those who may read that team's
    papers, and to the accountable manager, who attends.
    """
    indicator = escalation.indicator
    ratings = tuple(ratings_of(indicator))
    plans = tuple(
        ActionPlan.objects.filter(indicator=indicator)
        .select_related("written_by", "agreed_with")
        .prefetch_related("actions", "reviews__by")
        .order_by("number")
    )
    plan = plans[-1] if plans else None
    others = tuple(
        Escalation.objects.filter(indicator=indicator)
        .exclude(pk=escalation.pk)
        .select_related("referred_by")
        .order_by("opened_in_start", "level")
    )
    time = times_in_tier([escalation], today=today)[escalation.pk]
    telling = Telling(escalation, time, plans, others)
    found = [*told_of(telling), *told_at_meetings(telling, reader)]
    return EscalationStory(
        escalation=escalation,
        time=time,
        happenings=tuple(sorted(found, key=lambda each: each.order)),
        plan=plan,
        effect=effect_afterwards(plan, indicator, ratings) if plan else None,
        wanted=next(_wanted(escalation, reader), None),
        others=tuple(each for each in others if each.recovered_in is None),
        ratings=ratings,
        trend=trend_with_plan(indicator, ratings[-CHARTED:], plan),
    )


def _wanted(escalation: Escalation, reader: User) -> Iterator[WantedPlan]:
    if escalation.recovered_in is None:
        yield from wanted_plans(reader=reader, indicator=escalation.indicator)
