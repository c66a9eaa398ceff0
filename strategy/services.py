"""What is done about the strategy."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Model

from core import audit
from core.clock import now
from core.refusals import Refused
from indicators.models.definitions import Indicator
from organisation.models.people import User
from strategy.models import (
    Aim,
    Evaluation,
    Evidence,
    Measure,
    Milestone,
    MilestoneUpdate,
    Priority,
    Programme,
    Project,
    SuccessFactor,
    Theme,
)
from strategy.rules import Judgement, MeasureKind

Row = TypeVar("Row", bound=Model)


def _save_validated(row: Row) -> Row:
    """Keep a row, saying in words what a constraint would refuse. Raises ValueError."""
    try:
        row.full_clean()
    except ValidationError as refusal:
        raise ValueError("; ".join(refusal.messages)) from None
    row.save()
    return row


@transaction.atomic
def state_aim(
    *, slug: str, position: int, name: str, description: str = "", by: User | None
) -> Aim:
    """The plan has an aim."""
    aim = _save_validated(Aim(slug=slug, position=position, name=name, description=description))
    audit.record("stated aim", aim, by=by)
    return aim


@transaction.atomic
def state_theme(
    *,
    slug: str,
    position: int,
    name: str,
    aims: Iterable[Aim],
    description: str = "",
    by: User | None,
) -> Theme:
    """The plan has a theme, which serves these aims."""
    theme = _save_validated(Theme(slug=slug, position=position, name=name, description=description))
    theme.aims.set(aims)
    audit.record("stated theme", theme, by=by, aims=[aim.slug for aim in theme.aims.all()])
    return theme


@transaction.atomic
def state_priority(
    *,
    slug: str,
    number: int,
    name: str,
    themes: Iterable[Theme],
    description: str = "",
    sponsor: str = "",
    by: User | None,
) -> Priority:
    """Members have set a priority, which belongs to these themes."""
    priority = _save_validated(
        Priority(slug=slug, number=number, name=name, description=description, sponsor=sponsor)
    )
    priority.themes.set(themes)
    audit.record(
        "stated priority", priority, by=by, themes=[each.slug for each in priority.themes.all()]
    )
    return priority


@transaction.atomic
def promise_success(
    *, priority: Priority, wording: str, by_year: int, by: User | None
) -> SuccessFactor:
    """By a financial year, given by the calendar year it begins in, something is delivered."""
    factor = _save_validated(
        SuccessFactor(
            priority=priority,
            position=priority.success_factors.count() + 1,
            by_year=by_year,
            wording=wording.strip(),
        )
    )
    audit.record("promised success", priority, by=by, wording=wording, by_year=by_year)
    return factor


@transaction.atomic
def measure_by(
    *,
    priority: Priority,
    kind: MeasureKind,
    indicator: Indicator | None = None,
    wording: str = "",
    by: User | None,
) -> Measure:
    """A priority is judged by an indicator, by evidence or by an evaluation."""
    if (kind is MeasureKind.INDICATOR) != (indicator is not None):
        raise ValueError("Name an indicator where the measure is one, and only there")
    measure = _save_validated(
        Measure(
            priority=priority,
            position=priority.measures.count() + 1,
            kind=kind,
            indicator=indicator,
            wording=wording.strip(),
        )
    )
    audit.record("added measure", priority, by=by, kind=kind.value, measure=str(measure))
    return measure


@transaction.atomic
def start_programme(
    *, slug: str, name: str, description: str = "", sponsor: str = "", by: User | None
) -> Programme:
    """A programme of change is under way."""
    programme = _save_validated(
        Programme(slug=slug, name=name, description=description, sponsor=sponsor)
    )
    audit.record("started programme", programme, by=by)
    return programme


@transaction.atomic
def start_project(
    *, programme: Programme, slug: str, name: str, description: str = "", by: User | None
) -> Project:
    """A programme has a project."""
    project = _save_validated(
        Project(programme=programme, slug=slug, name=name, description=description)
    )
    audit.record("started project", project, by=by, programme=programme.slug)
    return project


@transaction.atomic
def set_milestone(
    *,
    title: str,
    due_on: date,
    accountable_manager: User,
    priority: Priority | None = None,
    project: Project | None = None,
    by: User | None,
) -> Milestone:
    """Something is to be done for a priority, or by a project, by a day."""
    if (priority is None) == (project is None):
        raise ValueError("Name the priority or the project that the milestone is for, not both")
    milestone = _save_validated(
        Milestone(
            priority=priority,
            project=project,
            title=title.strip(),
            due_on=due_on,
            accountable_manager=accountable_manager,
        )
    )
    audit.record("set milestone", milestone, by=by, due_on=due_on.isoformat())
    return milestone


@transaction.atomic
def update_milestone(
    *,
    milestone: Milestone,
    forecast_on: date | None,
    done_on: date | None,
    progress: str,
    today: date,
    by: User | None,
) -> Milestone:
    """A milestone's forecast, its day of completion and its progress are as given.

    Its due date stays: what was promised is not changed by being late. Each update is kept, with who
    said it and when, so that what was known on a day can be told of that day. Saying the same again
    changes and records nothing. Raises PermissionDenied for anybody but its accountable manager
    and the performance officers; Refused, in words, for a completion in the future, or for a
    forecast beyond the due date without a word on why.
    """
    _refuse_others(milestone, by)
    row = Milestone.objects.select_for_update().get(pk=milestone.pk)
    given = {"forecast_on": forecast_on, "done_on": done_on, "progress": progress.strip()}
    if done_on is not None and done_on > today:
        raise Refused(
            "The day it was done cannot be in the future: give a forecast instead", field="done_on"
        )
    forecast_late = done_on is None and forecast_on is not None and forecast_on > row.due_on
    if forecast_late and not given["progress"]:
        raise Refused(
            "Say why it is forecast after its due date, and what is being done", field="progress"
        )
    was = {name: getattr(row, name) for name in given}
    changed = [name for name in given if was[name] != given[name]]
    if not changed:
        return row
    for name in changed:
        setattr(row, name, given[name])
    row.save(update_fields=changed)
    MilestoneUpdate.objects.create(
        milestone=row, number=row.updates.count() + 1, **given, said_at=now(), said_by=by
    )
    audit.record(
        "updated milestone",
        row,
        by=by,
        **{name: {"was": str(was[name] or ""), "is": str(given[name] or "")} for name in changed},
    )
    return row


@transaction.atomic
def hand_over_milestones(*, from_user: User, to_user: User, by: User | None) -> list[Milestone]:
    """Whatever one manager has still to do by a day is another's from now on. Returns it.

    What is done already keeps the name of who did it.
    """
    rows = Milestone.objects.select_for_update().filter(
        accountable_manager=from_user, done_on__isnull=True
    )
    moved = list(rows)
    for milestone in moved:
        milestone.accountable_manager = to_user
        milestone.save(update_fields=["accountable_manager"])
        audit.record(
            "handed over milestone", milestone, by=by, was=from_user.name, now=to_user.name
        )
    return moved


def _refuse_others(milestone: Milestone, by: User | None) -> None:
    if by is None:
        return
    if not Milestone.objects.answerable_by(by).filter(pk=milestone.pk).exists():
        raise PermissionDenied(f"{milestone.accountable_manager} answers for this milestone")


@transaction.atomic
def give_evidence(
    *,
    priority: Priority,
    gathered_on: date,
    title: str,
    finding: str,
    source: str = "",
    by: User | None,
) -> Evidence:
    """Something that is no figure was found out about a priority."""
    evidence = _save_validated(
        Evidence(
            priority=priority,
            gathered_on=gathered_on,
            title=title.strip(),
            finding=finding.strip(),
            source=source,
        )
    )
    audit.record("gave evidence", priority, by=by, title=title)
    return evidence


@transaction.atomic
def evaluate(
    *,
    priority: Priority,
    judged_on: date,
    judgement: Judgement,
    finding: str,
    judged_by: str,
    by: User | None,
) -> Evaluation:
    """A formal evaluation has judged what was delivered for a priority."""
    evaluation = _save_validated(
        Evaluation(
            priority=priority,
            judged_on=judged_on,
            judgement=judgement,
            finding=finding.strip(),
            judged_by=judged_by,
        )
    )
    audit.record("evaluated", priority, by=by, judgement=judgement.value)
    return evaluation
