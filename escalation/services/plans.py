"""Writing an action plan, and saying how far its actions have got."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.dispatch import Signal
from django.urls import reverse

from core import audit
from core.clock import day_of, localdate, now
from core.dates import as_date, in_full
from core.models.notices import Notice
from core.quarters import Quarter
from core.queries import waiting_for_undo
from core.refusals import Refused
from core.services.notices import owe_notice
from core.working_days import is_working_day
from escalation.models.escalations import Escalation
from escalation.models.plans import Action, ActionPlan, PlanDraft, PlanReview
from escalation.queries.plans import MissingPlan, missing_plans
from escalation.rights import may_agree_plan, may_deal_with
from indicators.models.definitions import Indicator
from indicators.queries.outstanding import PostHolders, post_holders_on
from indicators.rights import plannable_by
from organisation.models.people import User
from organisation.queries import colleagues
from organisation.rules import PostKind
from sorp.lexicon import Level

plan_agreed = Signal()  # sent with `plan` and `by`, in the transaction that agrees it


@dataclass(frozen=True, slots=True)
class ActionGiven:
    """One thing a plan promises: who does what, from when, by when.

    Who does it is a person, by whose name it then goes, or somebody outside the council.
    """

    description: str
    owner: str
    due_on: date
    starts_on: date | None = None
    person: User | None = None

    @property
    def name(self) -> str:
        return self.person.name if self.person else self.owner.strip()


def may_write_plan(indicator: Indicator, user: User) -> bool:
    """The accountable manager writes the plan; a performance officer may on their behalf."""
    return plannable_by(user).holds(indicator)


def may_report_progress(action: Action, user: User) -> bool:
    """Whoever may write the plan, and whoever does the action, says how far it has got."""
    return action.person_id == user.pk or may_write_plan(action.plan.indicator, user)


@transaction.atomic
def write_plan(
    *,
    indicator: Indicator,
    cause: str,
    actions: Sequence[ActionGiven],
    barriers: str = "",
    help_wanted: str = "",
    expected_recovery: Quarter | None = None,
    expected_value: Decimal | None = None,
    starts_on: date | None = None,
    change: str = "",
    seen: int | None = None,
    today: date,
    by: User,
    at: datetime | None = None,
) -> ActionPlan:
    """What will be done about an indicator is as given. An earlier plan is superseded, and kept.

    `seen` is the number of the plan that the writer had before them, nought for none; without it
    nobody asks. Raises PermissionDenied for anybody but its accountable manager and the performance
    officers; Refused, in words, for a plan without a cause or an action, an action due before today,
    before its own start or the plan's, a recovery expected in a quarter that is over, or a plan that
    somebody else replaced meanwhile. What the writer had kept as a draft is the plan now, and no draft.
    """
    refuse_others(indicator, by)
    if not cause.strip():
        raise Refused("Say what causes the poor performance", field="cause")
    _refuse_empty_promises(actions, starts_on, today)
    _refuse_past_recovery(expected_recovery, starts_on, today)
    # The indicator's row is locked, so that two plans written at once are numbered one by one.
    Indicator.objects.select_for_update().get(pk=indicator.pk)
    before = ActionPlan.objects.filter(indicator=indicator, is_latest=True).first()
    given = {
        "cause": cause.strip(),
        "barriers": barriers.strip(),
        "help_wanted": help_wanted.strip(),
        "expected_recovery": expected_recovery,
        "expected_value": expected_value,
        "starts_on": starts_on,
    }
    if before is not None and _is_unchanged(before, given, actions):
        PlanDraft.objects.filter(indicator=indicator, saved_by=by).delete()
        return before  # a button pressed twice
    _refuse_unseen(before, seen)
    PlanDraft.objects.filter(indicator=indicator, saved_by=by).delete()
    return _supersede(indicator, before, {**given, "change": change.strip()}, actions, by, at)


def _supersede(
    indicator: Indicator,
    before: ActionPlan | None,
    given: Mapping[str, Any],
    actions: Sequence[ActionGiven],
    by: User,
    at: datetime | None,
) -> ActionPlan:
    ActionPlan.objects.filter(indicator=indicator, is_latest=True).update(is_latest=False)
    plan = ActionPlan.objects.create(
        indicator=indicator,
        number=before.number + 1 if before else 1,
        **given,
        written_by=by,
        written_at=at or now(),
    )
    _promise(plan, actions)
    audit.record(
        "wrote action plan",
        plan,
        by=by,
        indicator=indicator.reference,
        number=plan.number,
        actions=len(actions),
        on_behalf_of=None
        if by == indicator.accountable_manager
        else str(indicator.accountable_manager),
    )
    return plan


def _is_unchanged(
    plan: ActionPlan, given: Mapping[str, object], actions: Sequence[ActionGiven]
) -> bool:
    promised = [
        (each.description, each.owner, each.person_id, each.due_on, each.starts_on)
        for each in plan.actions.all()
    ]
    proposed = [
        (
            each.description.strip(),
            each.name,
            each.person.pk if each.person else None,
            each.due_on,
            each.starts_on,
        )
        for each in actions
    ]
    return promised == proposed and all(getattr(plan, name) == given[name] for name in given)


def refuse_others(indicator: Indicator, by: User) -> None:
    if not may_write_plan(indicator, by):
        raise PermissionDenied(f"{indicator.accountable_manager} answers for this indicator")


def _refuse_unseen(before: ActionPlan | None, seen: int | None) -> None:
    """Nobody replaces a plan that they have not had before them."""
    number = before.number if before else 0
    if seen is None or before is None or seen == number:
        return
    if seen > number:
        raise Refused(
            f"Somebody wrote plan {number} while you were writing. It is shown here and yours "
            f"is kept below. Put the two together, then save",
            field="seen",
        )
    raise Refused(
        f"{before.written_by} wrote plan {number} on {in_full(day_of(before.written_at))}, while"
        " you were writing. Yours is kept below. Read theirs, put the two together, then save",
        field="seen",
    )


def _refuse_empty_promises(
    actions: Sequence[ActionGiven], starts_on: date | None, today: date
) -> None:
    if not actions:
        raise Refused("Enter at least one action: who does what, by when", field="actions")
    for action in actions:
        name, due = f"“{action.description.strip()}”", as_date(action.due_on)
        if not action.description.strip() or not action.name:
            raise Refused("Say for each action what will be done and who does it", field="actions")
        if action.due_on < today:
            raise Refused(
                f"{name} is due {due}, which has passed: enter today or a later day",
                field="actions",
            )
        if action.starts_on is not None and action.due_on < action.starts_on:
            raise Refused(
                f"{name} is due {due}, before it starts on {as_date(action.starts_on)}: enter a "
                f"later day, or start it sooner",
                field="actions",
            )
        if starts_on is not None and action.due_on < starts_on:
            raise Refused(
                f"{name} is due {due}, before the plan starts on {as_date(starts_on)}: enter a "
                f"later day, or start the plan sooner",
                field="actions",
            )


def _refuse_past_recovery(expected: Quarter | None, starts_on: date | None, today: date) -> None:
    if expected is None:
        return
    if expected.last_day < today:
        raise Refused(
            f"{expected} is over: choose a quarter still to end", field="expected_recovery"
        )
    if starts_on is not None and expected.last_day < starts_on:
        raise Refused(
            f"{expected} ends before the plan starts on {as_date(starts_on)}: choose a later quarter",
            field="expected_recovery",
        )


def _promise(plan: ActionPlan, actions: Sequence[ActionGiven]) -> None:
    Action.objects.bulk_create(
        Action(
            plan=plan,
            position=position,
            description=action.description.strip(),
            owner=action.name,
            person=action.person,
            starts_on=action.starts_on,
            due_on=action.due_on,
        )
        for position, action in enumerate(actions, start=1)
    )


@transaction.atomic
def record_progress(
    *, action: Action, progress: str, done_on: date | None, today: date, by: User
) -> Action:
    """How far an action of the latest plan has got, and the day it was done, are as given.

    Saying the same again changes and records nothing. Raises PermissionDenied for anybody who may
    neither write the plan nor does the action; Refused for a day still to come or before it was promised, or an action of a plan that
    was superseded.
    """
    row = Action.objects.select_for_update(of=("self",)).get(pk=action.pk)
    if not may_report_progress(row, by):
        raise PermissionDenied(
            f"{row.owner} and those who may write the plan say how far it has got"
        )
    if not row.plan.is_latest:
        raise Refused("A later plan has replaced this one: record progress there")
    if done_on is not None and done_on != row.done_on:
        _refuse_day_done(row, done_on, today)
    if (row.progress, row.done_on) == (progress.strip(), done_on):
        return row
    was = row.done_on
    row.progress, row.done_on = progress.strip(), done_on
    row.save(update_fields=["progress", "done_on"])
    audit.record(
        "recorded progress",
        row,
        by=by,
        indicator=row.plan.indicator.reference,
        progress=row.progress,
        done_on=done_on.isoformat() if done_on else None,
        was=was.isoformat() if was else None,
    )
    return row


@transaction.atomic
def link_action(*, action: Action, person: User, by: User) -> Action:
    """An action that only gave a name is that person's: it is on their home page from now on.

    Linking it again changes nothing. Raises PermissionDenied for anybody but that person and those who
    may write the plan; Refused where it is somebody else's, or names nobody so called.
    """
    row = Action.objects.select_for_update(of=("self",)).get(pk=action.pk)
    if by != person and not may_write_plan(row.plan.indicator, by):
        raise PermissionDenied("This is for that person and those who may write the plan")
    if row.person_id == person.pk:
        return row
    if row.person_id is not None:
        raise Refused(f"It is {row.owner}’s: write a new plan to give it to somebody else")
    if person not in colleagues(on=localdate()).called(row.owner):
        raise Refused(f"It names {row.owner}, who is not {person.name}")
    row.person = person
    row.save(update_fields=["person"])
    audit.record(
        "linked action",
        row,
        by=by,
        indicator=row.plan.indicator.reference,
        owner=row.owner,
        person=person.name,
    )
    return row


@transaction.atomic
def hand_over_actions(
    *, from_user: User, to_user: User, by: User | None, only: Collection[int] | None = None
) -> list[Action]:
    """What one person still has to do by a plan in force, another has. Returns it.

    With it goes what gives their name and was linked to nobody. `only` names some of it by its keys.
    """
    rows = Action.objects.select_for_update(of=("self",)).standing().filter(done_on__isnull=True)
    if only is not None:
        rows = rows.filter(pk__in=only)
    moved = list(rows.of(from_user).select_related("plan__indicator"))
    for action in moved:
        action.owner, action.person = to_user.name, to_user
        action.save(update_fields=["owner", "person"])
        audit.record(
            "handed over action",
            action,
            by=by,
            indicator=action.plan.indicator.reference,
            was=from_user.name,
            now=to_user.name,
        )
    return moved


def _refuse_day_done(action: Action, done_on: date, today: date) -> None:
    """It is done on a day that has come, and not before there was anything to do."""
    if done_on > today:
        raise Refused("The day it was done cannot be in the future", field="done_on")
    written = day_of(action.plan.written_at)
    first = min(written, action.starts_on or written)
    if done_on < first:
        since = "this plan was written" if first == written else "it starts"
        raise Refused(
            f"{as_date(done_on)} is before {since}: enter {as_date(first)} or a later day",
            field="done_on",
        )


@transaction.atomic
def agree_plan(*, plan: ActionPlan, today: date, by: User) -> ActionPlan:
    """The plan in place is agreed, on a day, by a director over its unit or a performance officer.

    Whoever listens to `plan_agreed` acts with it, or it is not agreed: where the indicator is in a
    published report, the plan is published. Agreeing it again changes nothing. Raises PermissionDenied for anybody else, the accountable
    manager among them; Refused for who wrote it, and for a plan that was superseded.
    """
    row = _in_place(plan)
    may = may_agree_plan(row.indicator, by) or any(
        may_deal_with(Level(level), row.indicator, by) for level in _open_levels(row)
    )
    if not may:
        raise PermissionDenied("Only its directors and the performance officers can do this")
    if row.written_by_id == by.pk:
        raise Refused("You wrote this plan, so somebody else has to agree it")
    if row.agreed_with_id is not None:
        return row
    if today < (written := day_of(row.written_at)):
        raise Refused(f"It was written on {in_full(written)}: it cannot be agreed before that")
    row.agreed_with, row.agreed_on = by, today
    row.save(update_fields=["agreed_with", "agreed_on"])
    audit.record(
        "agreed action plan", row, by=by, indicator=row.indicator.reference, number=row.number
    )
    plan_agreed.send(sender=ActionPlan, plan=row, by=by)
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
        raise PermissionDenied(f"Only those who act for the {level.label} can do this")
    if row.written_by_id == by.pk:
        raise Refused("You wrote this plan, so somebody else has to review it")
    if level not in _open_levels(row):
        raise Refused(f"It is not referred to the {level.label}", field="level")
    words = words.strip()
    if not sufficient and not words:
        raise Refused("Say what is missing from the plan", field="words")
    given = {"level": level, "sufficient": sufficient, "words": words, "reviewed_on": today}
    if (again := row.reviews.filter(by=by, **given).first()) is not None:
        return again  # a button pressed twice
    review = PlanReview.objects.create(plan=row, by=by, **given)
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
        _owe_notice_to_manager(review)
    return review


def _in_place(plan: ActionPlan) -> ActionPlan:
    """The row, locked. Raises Refused where a later plan stands in its place."""
    row = (
        ActionPlan.objects.select_for_update(of=("self",))
        .select_related("indicator__accountable_manager")
        .get(pk=plan.pk)
    )
    if not row.is_latest:
        raise Refused("A later plan has replaced this one: look at that instead")
    return row


def _open_levels(plan: ActionPlan) -> set[str]:
    rows = Escalation.objects.open_ones().filter(indicator=plan.indicator)
    return set(rows.values_list("level", flat=True))


def _owe_notice_to_manager(review: PlanReview) -> None:
    indicator = review.plan.indicator
    owe_notice(
        key=f"insufficient-{review.pk}",
        recipient=indicator.accountable_manager,
        subject=f"Your action plan for {indicator.title} is not yet sufficient",
        body=f"The {review.get_level_display()} says: {review.words}",
        address=reverse("write_plan", args=[indicator.reference]),
    )


@transaction.atomic
def alert_to_missing_plans(*, today: date) -> int:
    """The accountable manager and the director over them are owed one notice of each plan that is
    missing and late. Returns how many are new.

    Once for each time that a plan is asked for: the day after, nothing more is owed. Nobody is
    written to on a day on which nobody works, nor while the last close can still be taken back: the
    next look, an hour later, makes up for it.
    """
    if not is_working_day(today) or waiting_for_undo():
        return 0
    late = [each for each in missing_plans(reader=None) if each.is_late(today)]
    keys = {
        _key(each, person): (each, person)
        for each, person in _recipients(late, post_holders_on(today))
    }
    owed = set(Notice.objects.filter(key__in=keys).values_list("key", flat=True))
    for key in keys.keys() - owed:
        _owe_notice_of(key, *keys[key])
    return len(keys.keys() - owed)


def _recipients(
    late: Iterable[MissingPlan], offices: PostHolders
) -> Iterable[tuple[MissingPlan, User]]:
    for each in late:
        manager = each.indicator.accountable_manager
        yield each, manager
        director = next(
            (
                person
                for person in offices.above(each.indicator.unit_id, PostKind.DIRECTOR)
                if person != manager
            ),
            None,
        )
        if director is not None:
            yield each, director


def _key(missing: MissingPlan, person: User) -> str:
    about = f"e{missing.escalation.pk}" if missing.escalation else f"q{missing.quarter.key}"
    return f"no-plan:{missing.indicator.pk}:{about}:{person.pk}"


def _owe_notice_of(key: str, missing: MissingPlan, person: User) -> None:
    is_own = person == missing.indicator.accountable_manager
    advice = (
        "Write it, or update the one you have."
        if is_own
        else f"{missing.indicator.accountable_manager} answers for it."
    )
    notice = owe_notice(
        key=key,
        recipient=person,
        kind=Notice.Kind.OVERDUE,
        subject=f"The action plan for {missing.indicator.title} is overdue",
        body=f"{missing.sentence} The SORP asked for a plan by {in_full(missing.due_on)}. {advice}",
        address=reverse("write_plan", args=[missing.indicator.reference])
        if is_own
        else reverse("action_plans"),
    )
    audit.record("alerted to a missing plan", notice, by=None, key=key)
