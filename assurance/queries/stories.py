"""The stories of the indicators on a meeting's agenda, fetched together."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from assurance.models.meetings import CallIn, Decision, Meeting
from escalation.models.escalations import Escalation
from escalation.models.plans import ActionPlan
from indicators.models.ratings import Rating
from indicators.models.results import Revision
from organisation.queries import tree_on
from organisation.rules import UnitTier

QUARTERS = 16  # as many as direction of travel reads


@dataclass(frozen=True, slots=True)
class Stories:
    """What is known of each indicator on an agenda, by indicator."""

    call_ins: list[CallIn]
    histories: dict[int, list[Rating]]
    escalations: dict[int, list[Escalation]]
    commentaries: dict[int, tuple[str, str]]  # context, and management action
    plans: dict[int, ActionPlan]
    agreed_plans: set[int]
    earlier: dict[int, list[CallIn]]
    times_before: Counter[int]
    directorates: dict[int, str]  # by unit


def stories_of(meeting: Meeting) -> Stories:
    """Everything about what is called in to a meeting, however many indicators that is."""
    call_ins = list(
        CallIn.objects.on_agenda()
        .filter(meeting=meeting)
        .select_related(
            "meeting__team", "called_in_by", "indicator__unit", "indicator__accountable_manager"
        )
        .prefetch_related("challenges__raised_by", "decisions__agreed_plan", "agreed_actions")
    )
    wanted = [each.indicator_id for each in call_ins]
    earlier = _earlier(meeting, wanted)
    plans = ActionPlan.objects.filter(indicator__in=wanted, is_latest=True)
    return Stories(
        call_ins=call_ins,
        histories=_histories(meeting, wanted),
        escalations=_escalations(meeting, wanted),
        commentaries={
            indicator: (context, action)
            for indicator, context, action in Revision.objects.latest_ones()
            .filter(result__indicator__in=wanted, result__quarter_start=meeting.quarter_start)
            .values_list("result__indicator_id", "commentary", "management_action")
        },
        plans={
            plan.indicator_id: plan
            for plan in plans.select_related("written_by").prefetch_related("actions")
        },
        agreed_plans=set(
            Decision.objects.filter(agreed_plan__indicator__in=wanted).values_list(
                "agreed_plan_id", flat=True
            )
        ),
        earlier=earlier,
        times_before=Counter(
            {
                indicator: sum(each.meeting.team_id == meeting.team_id for each in before)
                for indicator, before in earlier.items()
            }
        ),
        directorates=_directorates(meeting),
    )


def _histories(meeting: Meeting, wanted: list[int]) -> dict[int, list[Rating]]:
    histories: dict[int, list[Rating]] = defaultdict(list)
    for rating in (
        Rating.objects.latest_ones()
        .filter(
            indicator__in=wanted,
            quarter_start__lte=meeting.quarter_start,
            quarter_start__gte=meeting.quarter.back(QUARTERS - 1).first_day,
        )
        .order_by("quarter_start")
    ):
        histories[rating.indicator_id].append(rating)
    return histories


def _escalations(meeting: Meeting, wanted: list[int]) -> dict[int, list[Escalation]]:
    found: dict[int, list[Escalation]] = defaultdict(list)
    rows = Escalation.objects.open_at(meeting.quarter).filter(indicator__in=wanted)
    for row in rows.select_related("sorp_version"):
        found[row.indicator_id].append(row)
    return found


def _earlier(meeting: Meeting, wanted: list[int]) -> dict[int, list[CallIn]]:
    """What was called in before, by either team: they share intelligence. Latest first."""
    found: dict[int, list[CallIn]] = defaultdict(list)
    rows = (
        CallIn.objects.on_agenda()
        .filter(indicator__in=wanted, meeting__meets_on__lt=meeting.meets_on)
        .select_related("meeting__team")
        .prefetch_related("decisions", "agreed_actions")
        .order_by("-meeting__meets_on", "meeting__team__code")
    )
    for row in rows:
        found[row.indicator_id].append(row)
    return found


def _directorates(meeting: Meeting) -> dict[int, str]:
    """Each unit's directorate as the council stood on the day of the meeting."""
    tree = tree_on(meeting.meets_on)
    found = {unit: tree.at_tier(unit, UnitTier.DIRECTORATE) for unit in tree.branches}
    return {unit: branch.name for unit, branch in found.items() if branch}
