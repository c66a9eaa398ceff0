"""What poor performance asks of a person: plans, actions, an appearance before a team."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from django.urls import reverse

from assurance.models import AgreedAction, CallIn, Meeting
from assurance.rules import MeetingState
from escalation.models import Action
from escalation.queries.wanting import WantedPlan, wanted_plans
from indicators.rules.calendar import in_full
from organisation.models import User
from organisation.queries import tree_on
from reports.queries.homes.needs import Need, Urgency, counted, few
from strategy.models import Milestone
from strategy.rules import MilestoneStatus

AHEAD = timedelta(days=14)  # an action is named before it is due, not only after


def without_plan(
    reader: User, today: date, *, directed: Iterable[int], runs_framework: bool
) -> Iterator[Need]:
    """The reader's own indicators that want an action plan; and, for directors and officers, how
    many of others' want one past the SORP's day. As many queries as `wanted_plans`."""
    wanted = wanted_plans(reader=reader)
    own = [each for each in wanted if each.indicator.accountable_manager_id == reader.pk]
    own.sort(
        key=lambda each: (
            -(each.level.height if each.level else -1),
            each.indicator.reference,
        )
    )

    def one(each: WantedPlan) -> Need:
        return Need(
            Urgency.OVERDUE if each.is_late(today) else Urgency.NOW,
            each.sentence,
            f"{'Write a plan for' if each.earlier is None else 'Revise the plan for'}"
            f" {each.indicator.reference}",
            reverse("write_plan", args=[each.indicator.reference]),
            each.due_on,
        )

    def rest(others: Sequence[WantedPlan]) -> Need:
        named = ", ".join(each.indicator.reference for each in others)
        late = any(each.is_late(today) for each in others)
        return Need(
            Urgency.OVERDUE if late else Urgency.NOW,
            f"{len(others)} more of your indicators are red or referred up without a plan: {named}.",
            "See them among the action plans",
            reverse("action_plans"),
        )

    yield from few(own, one, rest)
    over = _below(directed, today)
    late = [
        each
        for each in wanted
        if each not in own
        and each.is_late(today)
        and (runs_framework or each.indicator.unit_id in over)
    ]
    if late:
        yield Need(
            Urgency.NOW,
            f"{counted(len(late), 'action plan')} {'is' if len(late) == 1 else 'are'} overdue: the"
            f" {'indicator is' if len(late) == 1 else 'indicators are'} red or referred up, and the"
            " SORP’s day for a plan is past.",
            "See which",
            reverse("action_plans"),
        )


def _below(directed: Iterable[int], today: date) -> set[int]:
    """The units that somebody directs, with all below them."""
    directed = list(directed)
    if not directed:
        return set()
    tree = tree_on(today)
    return {below for unit in directed for below in tree.below(unit)}


def actions(reader: User, today: date) -> Iterator[Need]:
    """Actions that are overdue or due within a fortnight, where the reader's name is given.

    Plans and minutes name whoever acts as text, so they are found by name and by no post: a
    namesake sees them too, and the page says so.
    """
    named = {"owner__iexact": reader.name, "done_on__isnull": True, "due_on__lte": today + AHEAD}
    planned = Action.objects.filter(plan__is_latest=True, **named).select_related("plan__indicator")
    agreed = AgreedAction.objects.filter(**named).select_related(
        "call_in__indicator", "call_in__meeting__team"
    )
    found = [*(_promised(each, reader, today) for each in planned.order_by("due_on", "pk"))]
    found += [_agreed(each, reader, today) for each in agreed.order_by("due_on", "pk")]
    found.sort(key=lambda need: need.order)

    def rest(others: Sequence[Need]) -> Need:
        return Need(
            others[0].urgency,
            f"{counted(len(others), 'more action')} of yours "
            f"{'is' if len(others) == 1 else 'are'} overdue or due soon.",
            "See them among the action plans",
            reverse("action_plans"),
            others[0].day,
            is_by_name=True,
        )

    yield from few(found, lambda need: need, rest)


def _promised(action: Action, reader: User, today: date) -> Need:
    indicator = action.plan.indicator
    mine = indicator.accountable_manager_id == reader.pk
    address = (
        reverse("report_progress", args=[indicator.reference, action.position])
        if mine
        else reverse("indicator", args=[indicator.reference])
    )
    return _action(action.description, action.due_on, indicator.reference, address, mine, today)


def _agreed(action: AgreedAction, reader: User, today: date) -> Need:
    indicator, team = action.call_in.indicator, action.call_in.meeting.team
    mine = indicator.accountable_manager_id == reader.pk
    address = (
        reverse("report_on_action", args=[action.pk])
        if mine
        else reverse("indicator", args=[indicator.reference])
    )
    told = f"{action.what}, as agreed at {team.short}"
    return _action(told, action.due_on, indicator.reference, address, mine, today)


def _action(told: str, day: date, reference: str, address: str, mine: bool, today: date) -> Need:
    is_late = day < today
    due = "is due today" if day == today else f"{'was' if is_late else 'is'} due on {in_full(day)}"
    return Need(
        Urgency.OVERDUE if is_late else Urgency.SOON,
        f"Your action “{told}” {due}.",
        f"Say how far it has got ({reference})" if mine else f"See {reference}",
        address,
        day,
        is_by_name=True,
    )


def called_in(reader: User, today: date) -> Iterator[Need]:
    """The reader's indicators on the agenda of a meeting to come: the manager attends."""
    rows = (
        CallIn.objects.on_agenda()
        .filter(indicator__accountable_manager=reader, meeting__meets_on__gte=today)
        .exclude(meeting__state=MeetingState.HELD)
        .select_related("indicator", "meeting__team")
        .order_by("meeting__meets_on", "indicator__reference")
    )
    agendas: dict[Meeting, list[CallIn]] = {}
    for row in rows:
        agendas.setdefault(row.meeting, []).append(row)
    for meeting, there in agendas.items():
        titles = [f"“{each.indicator.title}”" for each in there]
        named = titles[0] if len(titles) == 1 else f"{', '.join(titles[:-1])} and {titles[-1]}"
        first = there[0]
        yield Need(
            Urgency.SOON,
            f"You answer for {named} before {meeting.team.short} on {in_full(meeting.meets_on)}.",
            f"See what {meeting.team.short} sees of {first.indicator.reference}",
            first.get_absolute_url(),
            meeting.meets_on,
        )


def late_milestones(reader: User, today: date) -> Iterator[Need]:
    """The reader's milestones that are overdue, or expected after their day."""
    rows = Milestone.objects.not_done_by(today).filter(accountable_manager=reader)
    late = [
        (each, status)
        for each in rows.order_by("due_on", "pk")
        if (status := each.status_on(today)).is_late
    ]

    def one(pair: tuple[Milestone, MilestoneStatus]) -> Need:
        milestone, status = pair
        day, forecast = milestone.due_on, milestone.forecast_on
        told = f"was due on {in_full(day)}"
        if status is MilestoneStatus.SLIPPING and forecast is not None:
            told = f"is due on {in_full(day)} and expected on {in_full(forecast)}"
        return Need(
            Urgency.OVERDUE if status is MilestoneStatus.OVERDUE else Urgency.NOW,
            f"Your milestone “{milestone.title}” {told}.",
            "Bring the milestone up to date",
            reverse("update_milestone", args=[milestone.pk]),
            day,
        )

    def rest(others: Sequence[tuple[Milestone, MilestoneStatus]]) -> Need:
        return Need(
            Urgency.NOW,
            f"{len(others)} more of your milestones are overdue or slipping.",
            "See them in the strategy",
            reverse("strategy"),
            others[0][0].due_on,
        )

    yield from few(late, one, rest)
