"""What was promised, whether it was judged enough, and what the level did."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from escalation.models import ActionPlan
from organisation.clock import day_of
from reports.queries.happenings.happening import (
    ACTION,
    HANDLING,
    PLAN,
    Happening,
    Telling,
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
