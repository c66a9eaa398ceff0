"""What is done about projects: reports on them, re-baselining, and what they depend on."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction

from core import audit
from core.clock import now
from core.dates import as_date
from core.refusals import Refused
from organisation.models.people import User
from organisation.permissions import Permission
from organisation.rights import allowed
from strategy.models.plan import Milestone, Project
from strategy.models.projects import Dependency, ProjectReport, Rebaselining
from strategy.rules.projects import Confidence
from strategy.services.plan import save_validated

REPORTED = (
    *("as_at", "started_on", "forecast_finish", "finished_on", "confidence"),
    *("spent", "forecast_cost", "achieved", "next_steps"),
)


@transaction.atomic
def report_project(
    *,
    project: Project,
    as_at: date,
    confidence: Confidence,
    started_on: date | None = None,
    forecast_finish: date | None = None,
    finished_on: date | None = None,
    spent: int | None = None,
    forecast_cost: int | None = None,
    achieved: str = "",
    next_steps: str = "",
    today: date,
    by: User | None,
) -> ProjectReport:
    """A project stands as reported, money in whole pounds. Each report is kept, with who made it and when.

    Its baseline stays: only an approved re-baselining moves it. Saying the same again changes and
    records nothing. Raises PermissionDenied for anybody but its lead and the performance officers;
    Refused, in words, for what cannot be so.
    """
    if by and not Project.objects.answerable_by(by).filter(pk=project.pk).exists():
        raise PermissionDenied(f"{project.lead or 'The performance team'} answers for this project")
    row = Project.objects.select_for_update().get(pk=project.pk)
    given = ProjectReport(
        project=row,
        as_at=as_at,
        started_on=started_on,
        forecast_finish=forecast_finish,
        finished_on=finished_on,
        confidence=confidence,
        spent=spent,
        forecast_cost=forecast_cost,
        achieved=achieved.strip(),
        next_steps=next_steps.strip(),
        said_by=by,
    )
    latest = row.reports.order_by("number").last()
    if latest and all(getattr(latest, name) == getattr(given, name) for name in REPORTED):
        return latest
    if not row.stands_on(today):
        raise Refused("It is not part of the plan today, so it takes no more reports")
    _refuse_report(given, latest, today)
    given.number = (latest.number if latest else 0) + 1
    given.said_at = now()
    given.save()
    audit.record(
        "reported on project",
        row,
        by=by,
        as_at=as_at.isoformat(),
        confidence={"was": latest.confidence if latest else "", "is": confidence.value},
    )
    return given


def _refuse_report(given: ProjectReport, latest: ProjectReport | None, today: date) -> None:
    """Say what of a report cannot be so, at its field. Raises Refused."""
    for field in ("as_at", "started_on", "finished_on"):
        day = getattr(given, field)
        if day is not None and day > today:
            raise Refused("That day has not come yet: enter it once it has", field=field)
    if latest and given.as_at < latest.as_at:
        said = f"It was last reported as at a later day, {as_date(latest.as_at)}"
        raise Refused(said, field="as_at")
    if given.finished_on and given.started_on and given.finished_on < given.started_on:
        raise Refused("It cannot finish before it starts", field="finished_on")
    if given.spent and given.forecast_cost is not None and given.spent > given.forecast_cost:
        said = "The forecast is for the whole project: it is at least what is spent"
        raise Refused(said, field="forecast_cost")


@transaction.atomic
def rebaseline(
    *,
    what: Project | Milestone,
    becomes: date,
    reason: str,
    approved_by: str,
    approved_on: date,
    today: date,
    by: User,
) -> Rebaselining:
    """A project’s baseline finish, or a milestone’s due date, is another from now on, as a body approved.

    The old day stays, with who approved, when and why; what stood on an earlier day is still told by
    the day that was promised then. Raises PermissionDenied for anybody but the performance officers,
    and for whoever leads or answers for it: nobody moves their own promise. Raises Refused where
    there is no day to move, where it is done, or where the day is the same.
    """
    model = type(what)
    row = model._default_manager.select_for_update().get(pk=what.pk)
    answers = row.lead if isinstance(row, Project) else row.accountable_manager
    if not allowed(by, Permission.MANAGE_FRAMEWORK) or by == answers:
        raise PermissionDenied(
            "Somebody of the performance team who does not answer for it does this"
        )
    field = "baseline_finish" if isinstance(row, Project) else "due_on"
    was: date | None = getattr(row, field)
    if was is None:
        raise Refused("It has no baseline finish yet: set one in the plan", field="becomes")
    if was == becomes:
        raise Refused(f"{as_date(was)} is its day already: enter another", field="becomes")
    if approved_on > today:
        raise Refused(
            "That day has not come yet: enter it once it is approved", field="approved_on"
        )
    if isinstance(row, Milestone) and row.done_on is not None:
        raise Refused("It is done, so its day stays", field="becomes")
    setattr(row, field, becomes)
    save_validated(row)
    made = Rebaselining.objects.create(
        project=row if isinstance(row, Project) else None,
        milestone=row if isinstance(row, Milestone) else None,
        number=row.rebaselinings.count() + 1,
        was=was,
        becomes=becomes,
        reason=reason.strip(),
        approved_by=approved_by.strip(),
        approved_on=approved_on,
        said_at=now(),
        said_by=by,
    )
    audit.record(
        f"re-baselined {row._meta.verbose_name}",
        row,
        by=by,
        day={"was": was.isoformat(), "is": becomes.isoformat()},
        approved_by=made.approved_by,
        approved_on=approved_on.isoformat(),
    )
    return made


@transaction.atomic
def depend_on(
    *,
    project: Project,
    what: str,
    on_project: Project | None = None,
    needed_by: date | None = None,
    met_on: date | None = None,
    starts_on: date | None = None,
    by: User | None,
) -> Dependency:
    """A project needs something from elsewhere, by a day where one is given."""
    if on_project is not None and on_project == project:
        raise Refused("A project cannot depend on itself: choose another", field="on_project")
    dependency = save_validated(
        Dependency(
            project=project,
            what=what.strip(),
            on_project=on_project,
            needed_by=needed_by,
            met_on=met_on,
            starts_on=starts_on,
        )
    )
    audit.record("added dependency", dependency, by=by, project=project.slug)
    return dependency
