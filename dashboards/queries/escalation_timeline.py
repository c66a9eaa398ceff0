"""The timeline of one escalation: everything that happened to it, in the order of its days."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q
from django.urls import reverse

from assurance.models.meetings import CallIn
from assurance.models.teams import Team
from assurance.queries.exemptions import as_read_by
from assurance.rights import may_read
from assurance.rules import CallInVerdict, MeetingState
from core.charts.trend import Trend
from core.clock import day_of
from core.dates import as_date, as_moment, in_full
from core.figures import DECIMALS, as_number, decimals_of
from core.models.notices import Notice
from core.models.quarters import ReportingQuarter
from core.own_words import in_own_words, word
from core.quarters import Quarter
from dashboards.queries.indicator_story import CHARTED, trend_with_plan
from escalation.models.escalations import Escalation, Explanation
from escalation.models.plans import ActionPlan
from escalation.models.successions import Succession
from escalation.queries.plans import MissingPlan, effect_afterwards, missing_plans
from escalation.queries.register import TimeAtLevel, times_at_level
from escalation.queries.taken_back import closes_taken_back
from escalation.rules.ladder import Origin
from escalation.rules.plans import PlanEffect
from indicators.models.ratings import Rating
from indicators.models.variations import Variation
from indicators.rules.remarks import state_now
from organisation.models.people import User
from sorp.models.statement import Version
from sorp.rules.thresholds import bounds_of

# What comes first where two things bear the same day, and no hour says which did.
RESULT, REFERRAL, NOTICE, VARIATION, PLAN, HANDLING, MEETING, DECISION, ACTION, RECOVERY = range(10)


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """What the timeline shows of one event."""

    date: datetime.date
    rank: int
    title: str
    text: str = ""
    by: str = ""
    rag: str = ""
    href: str = ""

    @property
    def order(self) -> tuple[datetime.date, int, str]:
        return self.date, self.rank, self.title


@dataclass(frozen=True, slots=True)
class TimelineContext:
    """What every kind of event is found by, fetched once."""

    escalation: Escalation
    time: TimeAtLevel
    plans: tuple[ActionPlan, ...]  # every version, in order
    others: tuple[Escalation, ...]

    @property
    def begins(self) -> Quarter:
        """Two quarters before the first that counted: what it was like before."""
        return self.escalation.since.back(2)

    @property
    def ends(self) -> Quarter | None:
        """The quarter after it recovered or ended; None while it is open."""
        left = self.escalation.left_in
        return left.next() if left else None

    def reaches(self, day: datetime.date) -> bool:
        """Whether a day is within the timeline."""
        begins = self.begins.first_day
        return begins <= day and (self.ends is None or day <= self.ends.next().last_day)


def result_events(context: TimelineContext) -> Iterator[TimelineEvent]:
    """Each quarter as it was rated when it closed, and each time it was rated anew since.

    What was explained at the close stands with the rating; of the quarter in which the escalation
    opened it stands with the referral instead.
    """
    indicator = context.escalation.indicator
    explained = {row.quarter: row.sentence for row in _explanations(context)}
    closed = dict(
        ReportingQuarter.objects.filter(closed_at__isnull=False).values_list("quarter", "closed_at")
    )
    rated = Rating.objects.filter(indicator=indicator, quarter__gte=context.begins)
    if context.ends is not None:
        rated = rated.filter(quarter__lte=context.ends)
    rows: dict[Quarter, list[Rating]] = defaultdict(list)
    for row in rated.select_related("revision__submitted_by").order_by("quarter", "number"):
        rows[row.quarter].append(row)

    def figure(value: Decimal, by: Rating | None = None) -> str:
        return as_number(value, indicator.decimals, indicator.measure_unit, bounds=bounds_of(by))

    def limit(value: Decimal) -> str:
        return as_number(value, decimals_of(value, DECIMALS), indicator.measure_unit)

    for quarter, ratings in rows.items():
        at = closed.get(quarter)
        stood = [each for each in ratings if at is None or each.rated_at <= at][-1:]
        since = [each for each in ratings if at is not None and each.rated_at > at]
        for place, rating in enumerate([*stood, *since]):
            quarter, revision = rating.quarter, rating.revision
            text = []
            if rating.target is not None and rating.value is not None:
                text.append(f"The target was {limit(rating.target)}.")
            if place and revision is not None and revision.is_revised:
                text.append(f"Revised: {revision.reason}")
            if quarter in explained and quarter != context.escalation.opened_in:
                text.append(explained[quarter])
            yield TimelineEvent(
                date=day_of(rating.rated_at),
                rank=RESULT,
                title=f"{quarter}{', rated again' if place else ''}: "
                + (
                    rating.get_not_rated_display().lower()
                    if rating.value is None
                    else figure(rating.value, rating)
                ),
                text=" ".join(text),
                by=f"Submitted by {revision.submitted_by}"
                if revision and revision.submitted_by
                else "",
                rag=rating.rag,
                href=_explanation_address(indicator.reference, quarter)
                if quarter in explained
                else "",
            )


def taken_back_events(context: TimelineContext) -> Iterator[TimelineEvent]:
    """Each close of these quarters that was taken back: by whom, when and why. It counts nowhere."""
    for record in closes_taken_back():
        if record.quarter < context.begins or record.taken_back_at is None:
            continue
        if context.ends is not None and record.quarter > context.ends:
            continue
        yield TimelineEvent(
            date=day_of(record.taken_back_at),
            rank=RESULT,
            title=f"Close of {record.quarter} taken back",
            text=(
                f"It was closed at {as_moment(record.closed_at)} and opened again at "
                f"{as_moment(record.taken_back_at)}. What the close did counts for nothing."
                f" {record.reason}"
            ),
            by=f"Taken back by {record.taken_back_by}",
            href=reverse("taken_back_close", args=[record.quarter.key, record.pk]),
        )


def _explanations(context: TimelineContext) -> Iterator[Explanation]:
    rows = Explanation.objects.filter(
        indicator=context.escalation.indicator,
        is_latest=True,
        quarter__gte=context.begins,
    )
    if context.ends is not None:
        rows = rows.filter(quarter__lte=context.ends)
    yield from rows


def _explanation_address(reference: str, quarter: Quarter) -> str:
    """The page of what was explained at a quarter's close."""
    return reverse("explanation", args=[reference, quarter.key])


def referral_events(context: TimelineContext) -> Iterator[TimelineEvent]:
    """The referral with its trigger, those beside it, notices, variations and the recovery."""
    yield _referral_event(context)
    yield from _other_referral_events(context)
    yield from _notice_events(context.escalation)
    yield from _variation_events(context)
    yield from _succession_events(context.escalation)
    yield from _recovery_events(context)


def _referral_event(context: TimelineContext) -> TimelineEvent:
    row = context.escalation
    explained = next(
        (each.sentence for each in _explanations(context) if each.quarter == row.opened_in), ""
    )
    is_by_rule = row.origin == Origin.RULE
    told = [explained if explained and is_by_rule else row.reason]
    if is_by_rule:
        told.append(
            f"The trigger is “{row.trigger}” of {word('sorp')} version {row.sorp_version.number}."
        )
    if row.relapse:
        ended = [
            each.recovered_in
            for each in context.others
            if each.level == row.level and each.recovered_in and each.recovered_in <= row.opened_in
        ]
        told.append(
            f"It is a relapse: it had recovered in {max(ended)}." if ended else "It is a relapse."
        )
    if row.restated:
        told.append("It was restated after a result was revised.")
    return TimelineEvent(
        date=day_of(row.recorded_at),
        rank=REFERRAL,
        title=f"Referred to the {in_own_words(row.get_level_display())} for {row.opened_in}",
        text=" ".join(told),
        by=f"Referred up by {row.referred_by}" if row.referred_by else "",
        href=_explanation_address(row.indicator.reference, row.opened_in) if explained else "",
    )


def _other_referral_events(context: TimelineContext) -> Iterator[TimelineEvent]:
    """Where else the same indicator was referred while this stood."""
    for other in context.others:
        day = day_of(other.recorded_at)
        if context.reaches(day):
            yield TimelineEvent(
                date=day,
                rank=REFERRAL,
                title=f"Referred to the {in_own_words(other.get_level_display())} as well"
                if day >= day_of(context.escalation.recorded_at)
                else f"Referred to the {in_own_words(other.get_level_display())} before",
                text=other.reason,
                by=f"Referred up by {other.referred_by}" if other.referred_by else "",
                href=reverse("escalation", args=[other.pk]),
            )


def _notice_events(row: Escalation) -> Iterator[TimelineEvent]:
    about = Q(key=f"escalated-{row.pk}") | Q(key__startswith=f"referred-{row.pk}-")
    for each in Notice.objects.told().filter(about).select_related("recipient").order_by("pk"):
        sent = (
            f"E-mailed on {in_full(day_of(each.sent_at))}."
            if each.sent_at
            else ("On their notices page.")
        )
        yield TimelineEvent(
            date=day_of(each.owed_at),
            rank=NOTICE,
            title=f"Notice to {each.recipient}",
            text=f"{each.subject}. {sent}",
        )


def _variation_events(context: TimelineContext) -> Iterator[TimelineEvent]:
    row = context.escalation
    rows = Variation.objects.agreed().filter(
        indicator=row.indicator, until_quarter__gte=context.begins
    )
    for each in rows.select_related("decided_by"):
        if each.decided_on is not None and (
            context.ends is None or each.from_quarter <= context.ends
        ):
            yield TimelineEvent(
                date=each.decided_on,
                rank=VARIATION,
                title=f"Variation agreed, from {each.from_quarter} to {each.until_quarter}",
                text=f"{each.what} {each.reason}",
                by=f"Agreed by {each.decided_by}",
            )


def _succession_events(row: Escalation) -> Iterator[TimelineEvent]:
    """Under which other trigger it stands, where a version of the SORP dropped its own."""
    rows = Succession.objects.filter(escalation=row, version__state__in=Version.BINDING)
    for each in rows.select_related("version", "decided_by"):
        version = each.version
        yield TimelineEvent(
            date=day_of(each.decided_at),
            rank=VARIATION,
            title=f"Continues under “{each.trigger}”, from {version.from_quarter}",
            text=(
                f"Version {version.number} of the {word('sorp')} drops the trigger that "
                f"referred it up. It recovers by the exit rule, like any other."
            ),
            by=f"Decided by {each.decided_by}",
        )


def _recovery_events(context: TimelineContext) -> Iterator[TimelineEvent]:
    row = context.escalation
    if row.left_in is None:
        return
    closed = ReportingQuarter.objects.filter(quarter=row.left_in).first()
    day = day_of(closed.closed_at) if closed and closed.closed_at else context.time.until
    if row.recovered_in is None:
        told = _explanations(context)
        yield TimelineEvent(
            date=day,
            rank=RECOVERY,
            title=f"No longer measured: ended in {row.ended_in}",
            text=next((each.sentence for each in told if each.quarter == row.ended_in), "")
            or f"Its last quarter was {row.indicator.last_quarter}.",
        )
        return
    yield TimelineEvent(
        date=day,
        rank=RECOVERY,
        title=f"Recovered in {row.recovered_in}",
        text=f"It met the {word('sorp')}’s exit rule, after {context.time.working_days} working days at this"
        " level.",
    )


def plan_events(context: TimelineContext) -> Iterator[TimelineEvent]:
    """Each version of the plan written while it stood, its agreement, reviews, and what was done.

    The plan that was in place when it was referred is told of too, however old it is.
    """
    opened = day_of(context.escalation.recorded_at)
    standing = [each for each in context.plans if day_of(each.written_at) <= opened][-1:]
    for plan in context.plans:
        if plan in standing or context.reaches(day_of(plan.written_at)):
            yield from _events_of_plan(context, plan)


def _events_of_plan(context: TimelineContext, plan: ActionPlan) -> Iterator[TimelineEvent]:
    address = reverse("plan_version", args=[context.escalation.indicator.reference, plan.number])
    expects = (
        f" Recovery is expected in {plan.expected_recovery}." if plan.expected_recovery else ""
    )
    yield TimelineEvent(
        date=day_of(plan.written_at),
        rank=PLAN,
        title=f"Action plan {plan.number} was written",
        text=f"{plan.change or plan.cause}{expects}",
        by=str(plan.written_by),
        href=address,
    )
    if plan.agreed_on is not None:
        yield TimelineEvent(
            date=plan.agreed_on,
            rank=PLAN,
            title=f"Plan {plan.number} was agreed",
            by=str(plan.agreed_with),
            href=address,
        )
    for review in plan.reviews.all():
        judged = "sufficient" if review.sufficient else "not sufficient"
        yield TimelineEvent(
            date=review.reviewed_on,
            rank=PLAN,
            title=f"Plan {plan.number} was found {judged} by the {in_own_words(review.get_level_display())}",
            text=review.words,
            by=str(review.by),
            href=address,
        )
    for action in plan.actions.all():
        if action.done_on is not None and context.reaches(action.done_on):
            late = ", late" if action.done_on > action.due_on else ""
            yield TimelineEvent(
                date=action.done_on,
                rank=ACTION,
                title=f"Done{late}: {action.description}",
                text=action.progress,
                by=action.owner,
                href=address,
            )


def handling_events(context: TimelineContext) -> Iterator[TimelineEvent]:
    """What the level did with it."""
    level = in_own_words(context.escalation.get_level_display())
    for each in context.time.handlings:
        yield TimelineEvent(
            date=each.handled_on,
            rank=HANDLING,
            title=f"{each.get_kind_display()} by the {level}",
            text=each.words,
            by=f"Recorded by {each.by}",
        )


def meeting_events(context: TimelineContext, reader: User) -> Iterator[TimelineEvent]:
    """The meetings that the reader may read of. The accountable manager reads of their own.

    What was deferred, declined or withdrawn is the chair's business with the team, and is told to
    those who read its papers only.
    """
    indicator = context.escalation.indicator
    is_own = reader.pk == indicator.accountable_manager_id
    readable = {team.pk for team in Team.objects.all() if may_read(reader, team)}
    rows = (
        CallIn.objects.filter(indicator=indicator)
        .exclude(meeting__state=MeetingState.CANCELLED)
        .select_related(
            "meeting__team", "called_in_by", "indicator__accountable_manager", "invitation__deputy"
        )
    )
    rows = rows.prefetch_related(
        "challenges__raised_by", "decisions__agreed_plan", "agreed_actions"
    )
    for row in as_read_by(rows.order_by("meeting__meets_on"), reader):
        if row.is_nameless:
            continue
        on_agenda = row.verdict == CallInVerdict.CALLED_IN
        if not (row.meeting.team_id in readable or (is_own and on_agenda)):
            continue
        if not context.reaches(row.meeting.meets_on):
            continue
        yield _call_in_event(row, on_agenda)
        if on_agenda:
            yield from _discussion_events(row)


def _call_in_event(row: CallIn, on_agenda: bool) -> TimelineEvent:
    meeting = row.meeting
    day = as_date(meeting.meets_on)
    done = "Called in to" if on_agenda else f"{row.get_verdict_display()} by"
    return TimelineEvent(
        date=day_of(row.at),
        rank=HANDLING,
        title=f"{done} {meeting.team.short}, {day}",
        text=row.reason or row.why,
        by=str(row.called_in_by),
        href=row.get_absolute_url() if on_agenda else "",
    )


def _discussion_events(row: CallIn) -> Iterator[TimelineEvent]:
    meeting, address = row.meeting, row.get_absolute_url()
    challenges, decisions = list(row.challenges.all()), list(row.decisions.all())
    agreed = list(row.agreed_actions.all())
    if challenges or decisions or agreed:
        asked = " ".join(
            f"{each.asked_by} asked: {each.text}{f' Answer: {each.answer}' if each.answer else ''}"
            for each in challenges
        )
        yield TimelineEvent(
            date=meeting.meets_on,
            rank=MEETING,
            title=f"Discussed at {meeting.team.short}",
            text=asked,
            href=address,
        )
    for each in decisions:
        plan = f" Action plan {each.agreed_plan.number} is agreed." if each.agreed_plan else ""
        yield TimelineEvent(
            date=meeting.meets_on,
            rank=DECISION,
            title=f"Decided at {meeting.team.short}",
            text=f"{each.text}{plan}",
        )
    for action in agreed:
        yield TimelineEvent(
            date=meeting.meets_on,
            rank=ACTION,
            title=f"Agreed at {meeting.team.short}: {action.what}",
            text=f"By {as_date(action.due_on)}.",
            by=action.owner,
        )
        if action.done_on is not None:
            yield TimelineEvent(
                date=action.done_on,
                rank=ACTION,
                title=f"Done: {action.what}",
                text=action.progress,
                by=action.owner,
            )


@dataclass(frozen=True, slots=True)
class EscalationTimeline:
    """One escalation, where it stands, and all that happened to it, earliest first."""

    escalation: Escalation
    time: TimeAtLevel
    events: tuple[TimelineEvent, ...]
    plan: ActionPlan | None
    effect: PlanEffect | None  # of the plan in place
    wanted: MissingPlan | None
    others: tuple[Escalation, ...]  # of the same indicator, open now
    ratings: tuple[Rating, ...]
    trend: Trend | None

    @property
    def now(self) -> Rating | None:
        return self.ratings[-1] if self.ratings else None

    @property
    def state_now(self) -> str:
        """How the indicator stands today, in words."""
        return state_now(self.ratings)


def escalation_timeline(*, escalation: Escalation, reader: User, today: date) -> EscalationTimeline:
    """Everything on an escalation's page, in a constant number of queries.

    Meetings, what was asked there and what was decided are told to those who may read that team's
    papers, and to the accountable manager, who attends.
    """
    indicator = escalation.indicator
    ratings = tuple(Rating.objects.latest_ones().filter(indicator=indicator).order_by("quarter"))
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
        .order_by("opened_in", "level")
    )
    time = times_at_level([escalation], today=today)[escalation.pk]
    context = TimelineContext(escalation, time, plans, others)
    wanted = missing_plans(reader=reader, indicator=indicator) if escalation.is_open else ()
    found = [
        *result_events(context),
        *taken_back_events(context),
        *referral_events(context),
        *plan_events(context),
        *handling_events(context),
        *meeting_events(context, reader),
    ]
    return EscalationTimeline(
        escalation=escalation,
        time=time,
        events=tuple(sorted(found, key=lambda each: each.order)),
        plan=plan,
        effect=effect_afterwards(plan, indicator) if plan else None,
        wanted=next(iter(wanted), None),
        others=tuple(each for each in others if each.is_open),
        ratings=ratings,
        trend=trend_with_plan(indicator, ratings[-CHARTED:], plan),
    )
