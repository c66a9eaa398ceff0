"""What is done about the strategy."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max, Model

from core import audit
from core.clock import localdate, now
from core.dates import as_date
from core.refusals import Refused
from indicators.models.definitions import Indicator
from organisation.models.people import User
from strategy.models.plan import (
    Aim,
    Evaluation,
    Evidence,
    Measure,
    Milestone,
    MilestoneUpdate,
    PlanPart,
    Priority,
    Programme,
    Project,
    SomePart,
    SuccessFactor,
    Theme,
)
from strategy.models.projects import Dependency
from strategy.queries.plan import differences, ends_with
from strategy.rules.plan import Judgement, MeasureKind

Row = TypeVar("Row", bound=Model)
PLACED = {Aim: "position", Theme: "position", Priority: "number"}
FIRST_DAY = {Evidence: "gathered_on", Evaluation: "judged_on"}  # of the others: starts_on
HELD_ASIDE = 32_767  # a place that nobody has, for the moment in which two change theirs


def save_validated(row: Row) -> Row:
    """Keep a row, saying in words what the database would refuse. Raises Refused."""
    refuse_taken(row)
    try:
        row.full_clean()
    except ValidationError as refusal:
        name, messages = next(iter(refusal.message_dict.items()))
        field = None if name == NON_FIELD_ERRORS else name
        raise Refused("; ".join(messages), field=field) from None
    row.save()
    return row


def refuse_taken(row: Model) -> None:
    """A short name or a reference is one row's for good; a place, a title and day, an indicator one's at a time."""
    others = type(row)._default_manager.exclude(pk=row.pk)
    reference = getattr(row, "reference", None)
    if reference and others.filter(reference=reference).exists():
        raise Refused(f"{reference} is taken: give this one another reference", field="reference")
    slug = getattr(row, "slug", None)
    if slug and others.filter(slug=slug).exists():
        raise Refused(f"{slug} is taken: choose another code", field="slug")
    if not isinstance(row, PlanPart) or row.ends_on is not None:
        return
    others = others.filter(ends_on=None)
    if place := PLACED.get(type(row)):
        taken = others.filter(**{place: getattr(row, place)}).first()
        if taken is not None:
            said = f"{getattr(row, place)} is already the place of “{taken}”: choose another"
            raise Refused(said, field=place)
    if isinstance(row, Milestone):
        whose = {"priority": row.priority, "project": row.project}
        if others.filter(title=row.title, due_on=row.due_on, **whose).exists():
            said = "There is already a milestone with that title for that day: give this one a different title"
            raise Refused(said, field="title")
    if isinstance(row, Measure):
        if others.filter(priority=row.priority, indicator=row.indicator or -1).exists():
            raise Refused(f"{row.indicator} measures {row.priority} already", field="indicator")
        alike = others.filter(priority=row.priority, kind=row.kind, wording=row.wording)
        if row.indicator is None and alike.exists():
            said = f"{row.priority} is already judged by “{row.wording}”: word this one differently"
            raise Refused(said, field="wording")
    if isinstance(row, Evidence):
        alike = others.filter(priority=row.priority, gathered_on=row.gathered_on, title=row.title)
        if alike.exists():
            said = "There is already evidence with that title and day: change it, or give this a different title"
            raise Refused(said, field="title")
    if isinstance(row, Evaluation):
        alike = others.filter(priority=row.priority, judged_on=row.judged_on)
        if alike.exists():
            said = f"{row.priority} was evaluated on that day already: change that, or end it first"
            raise Refused(said, field="judged_on")
    if isinstance(row, Dependency):
        alike = others.filter(project=row.project, what=row.what)
        if alike.exists():
            raise Refused(f"{row.project} depends on that already", field="what")
    if isinstance(row, SuccessFactor):
        alike = others.filter(priority=row.priority, by_year=row.by_year, wording=row.wording)
        if alike.exists():
            raise Refused(f"{row.priority} promises that already for that year", field="wording")


def _next_place(model: type[Aim | Theme | Priority]) -> int:
    place = PLACED[model]
    last = model._default_manager.filter(ends_on=None).aggregate(last=Max(place))["last"]
    return (last or 0) + 1


@transaction.atomic
def change_part(*, part: SomePart, by: User | None, **given: Any) -> SomePart:
    """A part of the plan says what is given, by its fields; as it was stays on record.

    The place of another becomes its own, and that one has the place that it had: two change places.
    Saying the same again changes and records nothing. Raises Refused, in words, for what the plan
    cannot be: a due date of a milestone is a promise, and stays once anything was said of it.
    """
    row = type(part)._default_manager.select_for_update().get(pk=part.pk)
    found = differences(row, given)
    if not found:
        return row
    if isinstance(row, Milestone) and "due_on" in found and row.updates.exists():
        raise Refused(
            "It already has an update, so what was promised moves only by an approved re-baselining",
            field="due_on",
        )
    if (
        isinstance(row, Project)
        and "baseline_finish" in found
        and row.baseline_finish is not None
        and (row.reports.exists() or row.rebaselinings.exists())
    ):
        raise Refused(
            "It already has a report, so its baseline moves only by an approved re-baselining, on"
            " the project’s page",
            field="baseline_finish",
        )
    first = FIRST_DAY.get(type(row), "starts_on")
    first_day = given.get(first, row.first_day)
    if type(row) in FIRST_DAY and first in found:
        _refuse_ahead(found[first][1], first)
    if first_day and row.ends_on and first_day > row.ends_on:
        raise Refused(f"It ends on {as_date(row.ends_on)}: it cannot begin after that", field=first)
    place = PLACED.get(type(row))
    if place in found and row.ends_on is None:
        _change_places(row, place, given[place])
    many = {field.name for field in row._meta.many_to_many}
    for name in found:
        if name not in many:
            setattr(row, name, found[name][1])
    save_validated(row)
    for name in many & set(found):
        getattr(row, name).set(given[name])
    audit.record(
        f"changed {row._meta.verbose_name}",
        row,
        by=by,
        **{
            name: {"was": _told(was), "is": _told(becomes)}
            for name, (was, becomes) in found.items()
        },
    )
    return row


def _change_places(row: PlanPart, place: str, wanted: int) -> None:
    other = type(row)._default_manager.filter(ends_on=None, **{place: wanted}).first()
    if other is None:
        return
    had = getattr(row, place)
    for one, number in ((row, HELD_ASIDE), (other, had)):
        setattr(one, place, number)
        one.save(update_fields=[place])


def _told(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str | int | list) else str(value or "")


@transaction.atomic
def end_part(*, part: SomePart, ends_on: date | None, by: User | None) -> SomePart:
    """A part of the plan has a last day, and so has all that belongs to it alone; or, without a day, it goes on.

    What was done, said and judged stays. What ended with it stays ended where it goes on again.
    Raises Refused before its first day, and where its place has been taken meanwhile.
    """
    row = type(part)._default_manager.select_for_update().get(pk=part.pk)
    if row.ends_on == ends_on:
        return row
    if ends_on is not None and row.first_day is not None and ends_on < row.first_day:
        said = f"It begins on {as_date(row.first_day)}: the last day cannot be before that"
        raise Refused(said, field="ends_on")
    if ends_on is not None:
        for each in ends_with(row, ends_on):
            _set_last_day(each, ends_on, by, ended_with=str(row))
    _set_last_day(row, ends_on, by)
    return row


def _set_last_day(row: PlanPart, ends_on: date | None, by: User | None, **why: str) -> None:
    was, row.ends_on = row.ends_on, ends_on
    if ends_on is None:
        try:
            refuse_taken(row)
        except Refused as taken:
            raise Refused(f"{taken}, or keep the last day", field="ends_on") from None
    row.save(update_fields=["ends_on"])
    audit.record(
        f"ended {row._meta.verbose_name}" if ends_on else f"let {row._meta.verbose_name} go on",
        row,
        by=by,
        ends_on=ends_on.isoformat() if ends_on else None,
        was=was.isoformat() if was else None,
        **why,
    )


@transaction.atomic
def state_aim(
    *,
    slug: str,
    name: str,
    position: int | None = None,
    description: str = "",
    starts_on: date | None = None,
    by: User | None,
) -> Aim:
    """The plan has an aim, in the place that is given or after those that there are."""
    aim = save_validated(
        Aim(
            slug=slug,
            position=position or _next_place(Aim),
            name=name,
            description=description,
            starts_on=starts_on,
        )
    )
    audit.record("stated aim", aim, by=by)
    return aim


@transaction.atomic
def state_theme(
    *,
    slug: str,
    name: str,
    aims: Iterable[Aim] = (),
    position: int | None = None,
    description: str = "",
    starts_on: date | None = None,
    by: User | None,
) -> Theme:
    """The plan has a theme, which serves these aims."""
    theme = save_validated(
        Theme(
            slug=slug,
            position=position or _next_place(Theme),
            name=name,
            description=description,
            starts_on=starts_on,
        )
    )
    theme.aims.set(aims)
    audit.record("stated theme", theme, by=by, aims=[aim.slug for aim in theme.aims.all()])
    return theme


@transaction.atomic
def state_priority(
    *,
    slug: str,
    name: str,
    themes: Iterable[Theme] = (),
    number: int | None = None,
    description: str = "",
    sponsor: str = "",
    starts_on: date | None = None,
    by: User | None,
) -> Priority:
    """Members have set a priority, which belongs to these themes, or stands alone."""
    priority = save_validated(
        Priority(
            slug=slug,
            number=number or _next_place(Priority),
            name=name,
            description=description,
            sponsor=sponsor,
            starts_on=starts_on,
        )
    )
    priority.themes.set(themes)
    audit.record(
        "stated priority", priority, by=by, themes=[each.slug for each in priority.themes.all()]
    )
    return priority


@transaction.atomic
def promise_success(
    *,
    priority: Priority,
    wording: str,
    by_year: int,
    starts_on: date | None = None,
    by: User | None,
) -> SuccessFactor:
    """By a financial year, given by the calendar year it begins in, something is delivered."""
    factor = save_validated(
        SuccessFactor(
            priority=priority,
            position=priority.success_factors.count() + 1,
            by_year=by_year,
            wording=wording.strip(),
            starts_on=starts_on,
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
    starts_on: date | None = None,
    by: User | None,
) -> Measure:
    """A priority is judged by an indicator, by evidence or by an evaluation."""
    if (kind is MeasureKind.INDICATOR) != (indicator is not None):
        said = "Choose an indicator only if the measure is an indicator"
        raise Refused(said, field="indicator")
    if indicator is None and not wording.strip():
        raise Refused("Say what it is judged by", field="wording")
    measure = save_validated(
        Measure(
            priority=priority,
            position=priority.measures.count() + 1,
            kind=kind,
            indicator=indicator,
            wording=wording.strip(),
            starts_on=starts_on,
        )
    )
    audit.record("added measure", priority, by=by, kind=kind.value, measure=str(measure))
    return measure


@transaction.atomic
def start_programme(
    *,
    slug: str,
    name: str,
    description: str = "",
    sponsor: str = "",
    starts_on: date | None = None,
    by: User | None,
) -> Programme:
    """A programme of change is under way."""
    programme = save_validated(
        Programme(
            slug=slug, name=name, description=description, sponsor=sponsor, starts_on=starts_on
        )
    )
    audit.record("started programme", programme, by=by)
    return programme


@transaction.atomic
def start_project(
    *,
    programme: Programme,
    slug: str,
    name: str,
    description: str = "",
    starts_on: date | None = None,
    by: User | None,
    **initiation: Any,
) -> Project:
    """A programme has a project, with what its initiation document says of it, by field.

    That is: kind, objective, scope, benefits, sponsor, lead, baseline_start, baseline_finish, budget.
    """
    project = save_validated(
        Project(
            programme=programme,
            slug=slug,
            name=name,
            description=description,
            starts_on=starts_on,
            **initiation,
        )
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
    starts_on: date | None = None,
    by: User | None,
) -> Milestone:
    """Something is to be done for a priority, or by a project, by a day."""
    if (priority is None) == (project is None):
        said = "Name the priority or the project that the milestone is for, not both"
        raise Refused(said, field="project" if priority else "priority")
    milestone = save_validated(
        Milestone(
            priority=priority,
            project=project,
            title=title.strip(),
            due_on=due_on,
            accountable_manager=accountable_manager,
            starts_on=starts_on,
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
            "The day it was done cannot be in the future: enter a forecast instead", field="done_on"
        )
    forecast_late = done_on is None and forecast_on is not None and forecast_on > row.due_on
    if forecast_late and not given["progress"]:
        raise Refused("Say why it will be late, and what is being done", field="progress")
    was = {name: getattr(row, name) for name in given}
    changed = [name for name in given if was[name] != given[name]]
    if not changed:
        return row
    if not row.stands_on(today):
        raise Refused("It is not part of the plan today, so it takes no more updates")
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
def hand_over_milestones(
    *, from_user: User, to_user: User, by: User | None, only: Collection[int] | None = None
) -> list[Milestone]:
    """Whatever one manager has still to do by a day is another's from now on. Returns it.

    What is done already keeps the name of who did it. `only` names some of it by its keys.
    """
    rows = Milestone.objects.select_for_update().filter(
        accountable_manager=from_user, done_on__isnull=True
    )
    if only is not None:
        rows = rows.filter(pk__in=only)
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
    """Something that is no figure was found out about a priority, by a day that has been."""
    _refuse_ahead(gathered_on, "gathered_on")
    evidence = save_validated(
        Evidence(
            priority=priority,
            gathered_on=gathered_on,
            title=title.strip(),
            finding=finding.strip(),
            source=source,
        )
    )
    audit.record("gave evidence", evidence, by=by, priority=priority.slug)
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
    """A formal evaluation has judged what was delivered for a priority, by a day that has been."""
    _refuse_ahead(judged_on, "judged_on")
    evaluation = save_validated(
        Evaluation(
            priority=priority,
            judged_on=judged_on,
            judgement=judgement,
            finding=finding.strip(),
            judged_by=judged_by,
        )
    )
    audit.record("evaluated", evaluation, by=by, priority=priority.slug, judgement=judgement.value)
    return evaluation


def _refuse_ahead(day: date, field: str) -> None:
    if day > localdate():
        raise Refused("That day has not come yet: enter it once it has", field=field)
