"""One thing that happened, and what is known of the escalation it is told about."""

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
from assurance.rights import may_read
from assurance.rules import CallInVerdict
from core.charts.trend import Trend
from core.clock import day_of
from core.figures import as_number
from core.models.notices import Notice
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.working_days import in_full
from dashboards.queries.indicator_story import CHARTED, trend_with_plan
from escalation.models.escalations import Escalation, Explanation
from escalation.models.plans import ActionPlan
from escalation.queries.plans import WantedPlan, effect_afterwards, ratings_of, wanted_plans
from escalation.queries.register import TimeInTier, times_in_tier
from escalation.rules.ladder import Origin
from escalation.rules.plans import Effect
from indicators.models.ratings import Rating
from indicators.models.variations import Variation
from organisation.models.people import User

# What comes first where two things bear the same day, and no hour says which did.
RESULT, REFERRAL, NOTICE, VARIATION, PLAN, HANDLING, MEETING, DECISION, ACTION, RECOVERY = range(10)


@dataclass(frozen=True, slots=True)
class Happening:
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
class Telling:
    """What the tellers share, fetched once."""

    escalation: Escalation
    time: TimeInTier
    plans: tuple[ActionPlan, ...]  # every version, in order
    others: tuple[Escalation, ...]

    @property
    def begins(self) -> Quarter:
        """Two quarters before the first that counted: what it was like before."""
        return self.escalation.since.back(2)

    @property
    def ends(self) -> Quarter | None:
        """The quarter after its recovery; None while it is open."""
        recovered = self.escalation.recovered_in
        return recovered.next() if recovered else None

    def reaches(self, day: datetime.date) -> bool:
        """Whether a day is within the story."""
        begins = self.begins.first_day
        return begins <= day and (self.ends is None or day <= self.ends.next().last_day)


def told_of_results(telling: Telling) -> Iterator[Happening]:
    """Each quarter as it was rated when it closed, and each time it was rated anew since.

    Three queries. What was explained at the close stands with the rating; of the quarter in which
    the escalation opened it stands with the referral instead.
    """
    indicator = telling.escalation.indicator
    explained = {row.quarter: row.sentence for row in explanations_of(telling)}
    closed = dict(
        ReportingQuarter.objects.filter(closed_at__isnull=False).values_list(
            "quarter_start", "closed_at"
        )
    )
    rows: dict[date, list[Rating]] = defaultdict(list)
    for row in _ratings(telling):
        rows[row.quarter_start].append(row)
    for start, ratings in rows.items():
        at = closed.get(start)
        stood = [each for each in ratings if at is None or each.rated_at <= at][-1:]
        since = [each for each in ratings if at is not None and each.rated_at > at]
        for place, rating in enumerate([*stood, *since]):
            quarter = rating.quarter
            told = "" if quarter == telling.escalation.opened_in else explained.get(quarter, "")
            yield Happening(
                date=day_of(rating.rated_at),
                rank=RESULT,
                title=_title(rating, is_revised=bool(place)),
                text=" ".join(each for each in (_why(rating, place), told) if each),
                by=_by(rating),
                rag=rating.rag,
                href=explanation_address(indicator.reference, quarter)
                if quarter in explained
                else "",
            )


def explanations_of(telling: Telling) -> Iterator[Explanation]:
    rows = Explanation.objects.filter(
        indicator=telling.escalation.indicator,
        is_latest=True,
        quarter_start__gte=telling.begins.first_day,
    )
    if telling.ends is not None:
        rows = rows.filter(quarter_start__lte=telling.ends.first_day)
    yield from rows


def explanation_address(reference: str, quarter: Quarter) -> str:
    """The page of what was explained at a quarter's close."""
    return reverse("explanation", args=[reference, quarter.key])


def _ratings(telling: Telling) -> Iterator[Rating]:
    rows = Rating.objects.filter(
        indicator=telling.escalation.indicator, quarter_start__gte=telling.begins.first_day
    )
    if telling.ends is not None:
        rows = rows.filter(quarter_start__lte=telling.ends.first_day)
    yield from rows.select_related("indicator", "revision__submitted_by").order_by(
        "quarter_start", "number"
    )


def _title(rating: Rating, *, is_revised: bool) -> str:
    told = f"{rating.quarter}{', rated anew' if is_revised else ''}: "
    if rating.value is None:
        return told + rating.get_not_rated_display().lower()
    return told + _figure(rating, rating.value)


def _why(rating: Rating, place: int) -> str:
    told = []
    if rating.target is not None and rating.value is not None:
        told.append(f"The target was {_figure(rating, rating.target)}.")
    if place and rating.revision is not None and rating.revision.reason:
        told.append(f"Revised: {rating.revision.reason}")
    return " ".join(told)


def _by(rating: Rating) -> str:
    revision = rating.revision
    return f"Submitted by {revision.submitted_by}" if revision and revision.submitted_by else ""


def _figure(rating: Rating, value: Decimal) -> str:
    indicator = rating.indicator
    return as_number(value, indicator.decimals, indicator.measure_unit)


def told_of_ladder(telling: Telling) -> Iterator[Happening]:
    """The referral with its trigger, those beside it, notices, variations and the recovery."""
    yield _opened(telling)
    yield from _beside(telling)
    yield from _notices(telling.escalation)
    yield from _variations(telling)
    yield from _recovered(telling)


def _opened(telling: Telling) -> Happening:
    row = telling.escalation
    explained = next(
        (each.sentence for each in explanations_of(telling) if each.quarter == row.opened_in), ""
    )
    is_by_rule = row.origin == Origin.RULE
    told = [explained if explained and is_by_rule else row.reason]
    if is_by_rule:
        told.append(f"The trigger is “{row.trigger}” of SORP version {row.sorp_version.number}.")
    if row.relapse:
        told.append(_relapse(telling))
    if row.restated:
        told.append("It was restated after a result was revised.")
    return Happening(
        date=day_of(row.recorded_at),
        rank=REFERRAL,
        title=f"Referred to the {row.get_level_display()} for {row.opened_in}",
        text=" ".join(told),
        by=f"Referred up by {row.referred_by}" if row.referred_by else "",
        href=explanation_address(row.indicator.reference, row.opened_in) if explained else "",
    )


def _relapse(telling: Telling) -> str:
    row = telling.escalation
    ended = [
        each.recovered_in
        for each in telling.others
        if each.level == row.level and each.recovered_in and each.recovered_in <= row.opened_in
    ]
    return f"It is a relapse: it had recovered in {max(ended)}." if ended else "It is a relapse."


def _beside(telling: Telling) -> Iterator[Happening]:
    """Where else the same indicator was referred while this stood."""
    for other in telling.others:
        day = day_of(other.recorded_at)
        if telling.reaches(day):
            yield Happening(
                date=day,
                rank=REFERRAL,
                title=f"Referred to the {other.get_level_display()} as well"
                if day >= day_of(telling.escalation.recorded_at)
                else f"Referred to the {other.get_level_display()} before",
                text=other.reason,
                by=f"Referred up by {other.referred_by}" if other.referred_by else "",
                href=reverse("escalation", args=[other.pk]),
            )


def _notices(row: Escalation) -> Iterator[Happening]:
    about = Q(key=f"escalated-{row.pk}") | Q(key__startswith=f"referred-{row.pk}-")
    for each in Notice.objects.filter(about).select_related("recipient").order_by("pk"):
        sent = (
            f"E-mailed on {in_full(day_of(each.sent_at))}."
            if each.sent_at
            else ("On their notices page.")
        )
        yield Happening(
            date=day_of(each.owed_at),
            rank=NOTICE,
            title=f"Notice to {each.recipient}",
            text=f"{each.subject}. {sent}",
        )


def _variations(telling: Telling) -> Iterator[Happening]:
    row = telling.escalation
    rows = Variation.objects.agreed().filter(
        indicator=row.indicator, until_quarter_start__gte=telling.begins.first_day
    )
    for each in rows.select_related("decided_by"):
        if each.decided_on is not None and (
            telling.ends is None or each.from_quarter <= telling.ends
        ):
            yield Happening(
                date=each.decided_on,
                rank=VARIATION,
                title=f"Variation agreed, from {each.from_quarter} to {each.until_quarter}",
                text=f"{each.what} {each.reason}",
                by=f"Agreed by {each.decided_by}",
            )


def _recovered(telling: Telling) -> Iterator[Happening]:
    row = telling.escalation
    if row.recovered_in is None:
        return
    closed = ReportingQuarter.objects.filter(quarter_start=row.recovered_in.first_day).first()
    yield Happening(
        date=day_of(closed.closed_at) if closed and closed.closed_at else telling.time.until,
        rank=RECOVERY,
        title=f"Recovered in {row.recovered_in}",
        text=f"It met the SORP’s exit rule, after {telling.time.working_days} working days at this"
        " level.",
    )


def told_of_plans(telling: Telling) -> Iterator[Happening]:
    """Each version of the plan written while it stood, its agreement, reviews, and what was done.

    The plan that was in place when it was referred is told of too, however old it is.
    """
    opened = day_of(telling.escalation.recorded_at)
    standing = [each for each in telling.plans if day_of(each.written_at) <= opened][-1:]
    for plan in telling.plans:
        if plan in standing or telling.reaches(day_of(plan.written_at)):
            yield from _plan(telling, plan)


def _plan(telling: Telling, plan: ActionPlan) -> Iterator[Happening]:
    address = reverse("plan_version", args=[telling.escalation.indicator.reference, plan.number])
    expects = (
        f" Recovery is expected in {plan.expected_recovery}." if plan.expected_recovery else ""
    )
    yield Happening(
        date=day_of(plan.written_at),
        rank=PLAN,
        title=f"Action plan {plan.number} was written",
        text=f"{plan.change or plan.cause}{expects}",
        by=str(plan.written_by),
        href=address,
    )
    if plan.agreed_on is not None:
        yield Happening(
            date=plan.agreed_on,
            rank=PLAN,
            title=f"Plan {plan.number} was agreed",
            by=str(plan.agreed_with),
            href=address,
        )
    for review in plan.reviews.all():
        judged = "sufficient" if review.sufficient else "not sufficient"
        yield Happening(
            date=review.reviewed_on,
            rank=PLAN,
            title=f"Plan {plan.number} was found {judged} by the {review.get_level_display()}",
            text=review.words,
            by=str(review.by),
            href=address,
        )
    for action in plan.actions.all():
        if action.done_on is not None and telling.reaches(action.done_on):
            late = ", late" if action.done_on > action.due_on else ""
            yield Happening(
                date=action.done_on,
                rank=ACTION,
                title=f"Done{late}: {action.description}",
                text=action.progress,
                by=action.owner,
                href=address,
            )


def told_of_handling(telling: Telling) -> Iterator[Happening]:
    """What the level did with it."""
    level = telling.escalation.get_level_display()
    for each in telling.time.handlings:
        yield Happening(
            date=each.handled_on,
            rank=HANDLING,
            title=f"{each.get_kind_display()} by the {level}",
            text=each.words,
            by=f"Recorded by {each.by}",
        )


def told_at_meetings(telling: Telling, reader: User) -> Iterator[Happening]:
    """The meetings that the reader may read of. The accountable manager reads of their own.

    What was deferred, declined or withdrawn is the chair's business with the team, and is told to
    those who read its papers only.
    """
    indicator = telling.escalation.indicator
    is_own = reader.pk == indicator.accountable_manager_id
    readable = {team.pk for team in Team.objects.all() if may_read(reader, team)}
    rows = CallIn.objects.filter(indicator=indicator).select_related(
        "meeting__team", "called_in_by", "indicator"
    )
    rows = rows.prefetch_related(
        "challenges__raised_by", "decisions__agreed_plan", "agreed_actions"
    )
    for row in rows.order_by("meeting__meets_on"):
        on_agenda = row.verdict == CallInVerdict.CALLED_IN
        if not (row.meeting.team_id in readable or (is_own and on_agenda)):
            continue
        if not telling.reaches(row.meeting.meets_on):
            continue
        yield _called(row, on_agenda)
        if on_agenda:
            yield from _discussed(row)


def _called(row: CallIn, on_agenda: bool) -> Happening:
    meeting = row.meeting
    day = f"{meeting.meets_on.day} {meeting.meets_on:%B %Y}"
    done = "Called in to" if on_agenda else f"{row.get_verdict_display()} by"
    return Happening(
        date=day_of(row.at),
        rank=HANDLING,
        title=f"{done} {meeting.team.short}, {day}",
        text=row.reason or row.why,
        by=str(row.called_in_by),
        href=row.get_absolute_url() if on_agenda else "",
    )


def _discussed(row: CallIn) -> Iterator[Happening]:
    meeting, address = row.meeting, row.get_absolute_url()
    challenges, decisions = list(row.challenges.all()), list(row.decisions.all())
    agreed = list(row.agreed_actions.all())
    if challenges or decisions or agreed:
        asked = " ".join(
            f"{each.raised_by} asked: {each.text}{f' Answer: {each.answer}' if each.answer else ''}"
            for each in challenges
        )
        yield Happening(
            date=meeting.meets_on,
            rank=MEETING,
            title=f"Discussed at {meeting.team.short}",
            text=asked,
            href=address,
        )
    for each in decisions:
        plan = f" Action plan {each.agreed_plan.number} is agreed." if each.agreed_plan else ""
        yield Happening(
            date=meeting.meets_on,
            rank=DECISION,
            title=f"Decided at {meeting.team.short}",
            text=f"{each.text}{plan}",
        )
    for action in agreed:
        yield Happening(
            date=meeting.meets_on,
            rank=ACTION,
            title=f"Agreed at {meeting.team.short}: {action.what}",
            text=f"By {action.due_on.day} {action.due_on:%B %Y}.",
            by=action.owner,
        )
        if action.done_on is not None:
            yield Happening(
                date=action.done_on,
                rank=ACTION,
                title=f"Done: {action.what}",
                text=action.progress,
                by=action.owner,
            )


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
    found = [
        *told_of_results(telling),
        *told_of_ladder(telling),
        *told_of_plans(telling),
        *told_of_handling(telling),
        *told_at_meetings(telling, reader),
    ]
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
