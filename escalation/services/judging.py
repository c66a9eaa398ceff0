"""Agreeing an action plan, and judging at each review whether it is enough."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse

from escalation.models import ActionPlan, Escalation, PlanReview
from escalation.rights import may_agree_plan, may_deal_with
from indicators.rules.calendar import in_full
from organisation import audit
from organisation.clock import day_of
from organisation.models import User
from organisation.services import owe_notice
from sorp.lexicon import Level
from strategy.services import Refused


@transaction.atomic
def agree_plan(*, plan: ActionPlan, today: date, by: User) -> ActionPlan:
    """The plan in place is agreed, on a day, by a director over its unit or a performance officer.

    Agreeing it again changes nothing. Raises PermissionDenied for anybody else, the accountable
    manager among them; Refused for who wrote it, and for a plan that was superseded.
    """
    row = _in_place(plan)
    may = may_agree_plan(row.indicator, by) or any(
        may_deal_with(Level(level), row.indicator, by) for level in _levels(row)
    )
    if not may:
        raise PermissionDenied("This is for the directors over it and the performance officers")
    if row.written_by_id == by.pk:
        raise Refused("You wrote this plan: somebody else agrees it")
    if row.agreed_with_id is not None:
        return row
    if today < (written := day_of(row.written_at)):
        raise Refused(f"It was written on {in_full(written)}: it cannot be agreed before that")
    row.agreed_with, row.agreed_on = by, today
    row.save(update_fields=["agreed_with", "agreed_on"])
    audit.record(
        "agreed action plan", row, by=by, indicator=row.indicator.reference, number=row.number
    )
    return row


@transaction.atomic
def review_plan(
    *, plan: ActionPlan, level: Level, sufficient: bool, words: str = "", today: date, by: User
) -> PlanReview:
    """A level judged the plan in place sufficient, or not, and then why not.

    Each review is kept; the same judgement on the same day is one. Raises PermissionDenied for
    whoever does not speak for the level; Refused where the indicator is not referred to it, where
    its writer judges it, where it was superseded, or where no reason is given.
    """
    row = _in_place(plan)
    level = Level(level)
    if not may_deal_with(level, row.indicator, by):
        raise PermissionDenied(f"This is for those who speak for the {level.label}")
    if row.written_by_id == by.pk:
        raise Refused("You wrote this plan: somebody else judges it")
    if level not in _levels(row):
        raise Refused(f"It is not referred to the {level.label}", field="level")
    words = words.strip()
    if not sufficient and not words:
        raise Refused("Say what is missing from the plan", field="words")
    said = {"level": level, "sufficient": sufficient, "words": words, "reviewed_on": today}
    if (again := row.reviews.filter(by=by, **said).first()) is not None:
        return again  # a button pressed twice
    review = PlanReview.objects.create(plan=row, by=by, **said)
    audit.record(
        "reviewed action plan",
        row,
        by=by,
        indicator=row.indicator.reference,
        number=row.number,
        level=level.value,
        sufficient=sufficient,
        words=words,
    )
    if not sufficient:
        _ask_for_more(review)
    return review


def _in_place(plan: ActionPlan) -> ActionPlan:
    """The row, locked. Raises Refused where a later plan stands in its place."""
    row = (
        ActionPlan.objects.select_for_update(of=("self",))
        .select_related("indicator__accountable_manager")
        .get(pk=plan.pk)
    )
    if not row.is_latest:
        raise Refused("A later plan supersedes this one: look at that instead")
    return row


def _levels(plan: ActionPlan) -> set[str]:
    rows = Escalation.objects.open_ones().filter(indicator=plan.indicator)
    return set(rows.values_list("level", flat=True))


def _ask_for_more(review: PlanReview) -> None:
    indicator = review.plan.indicator
    owe_notice(
        key=f"insufficient-{review.pk}",
        recipient=indicator.accountable_manager,
        subject=f"Your action plan for {indicator.title} is not yet sufficient",
        body=f"The {review.get_level_display()} says: {review.words}",
        address=reverse("write_plan", args=[indicator.reference]),
    )
