"""A project as its page and its highlight report show it, and several on one timeline."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString, mark_safe

from core.charts.timeline import TimelineBar, TimelinePoint, timeline_chart
from strategy.models.plan import Project
from strategy.models.projects import Dependency, ProjectReport, Rebaselining
from strategy.models.risks import Risk
from strategy.models.savings import Saving
from strategy.queries.plan import MilestoneLine, milestone_line
from strategy.rules.projects import (
    Confidence,
    ProjectFacts,
    RuledConfidence,
    confidence_by_rule,
)


@dataclass(frozen=True, slots=True)
class ProjectPage:
    """Everything that is known of one project on a day."""

    project: Project
    day: date
    report: ProjectReport | None  # the latest
    reports: tuple[ProjectReport, ...]  # latest first
    milestones: tuple[MilestoneLine, ...]
    risks: tuple[Risk, ...]
    savings: tuple[Saving, ...]
    needs: tuple[Dependency, ...]
    needed_by: tuple[Dependency, ...]  # what other projects need of it
    rebaselinings: tuple[Rebaselining, ...]
    rule: RuledConfidence

    @property
    def said(self) -> Confidence | None:
        """How confident its lead is, as last reported; of one that has finished, nothing."""
        if self.report is None or self.report.finished_on is not None:
            return None
        return Confidence(self.report.confidence)

    @property
    def differ(self) -> bool:
        """Whether its lead and the rule say different things, so that somebody should ask."""
        return bool(self.said and self.rule.confidence and self.said != self.rule.confidence)

    @property
    def reasons_in_words(self) -> str:
        """Why the rule finds what it finds, in one sentence without a full stop."""
        first, *more = self.rule.reasons
        return "; ".join([first, *(f"{each[:1].lower()}{each[1:]}" for each in more)])

    @property
    def now_finish(self) -> date | None:
        return (self.report.finished_on or self.report.forecast_finish) if self.report else None

    @property
    def over_budget(self) -> int | None:
        """Whole pounds by which its cost is forecast over budget; below nought: under it."""
        if self.report is None or self.report.forecast_cost is None or self.project.budget is None:
            return None
        return self.report.forecast_cost - self.project.budget

    @property
    def under_budget(self) -> int:
        return -(self.over_budget or 0)

    @property
    def bar(self) -> TimelineBar:
        report = self.report
        return TimelineBar(
            name=self.project.name,
            start=(report.started_on if report else None) or self.project.baseline_start,
            finish=self.project.baseline_finish,
            now_finish=self.now_finish,
            points=tuple(
                TimelinePoint(
                    each.done_on or each.due_on,
                    "done" if each.done_on else "late" if each.status.is_late else "on_course",
                )
                for each in self.milestones
            ),
        )


def project_pages(*, day: date, among: Iterable[Project] | None = None) -> tuple[ProjectPage, ...]:
    """The pages of the projects that stand on a day, or of those that are given."""
    rows = Project.objects.standing_on(day)
    if among is not None:
        rows = Project.objects.filter(pk__in=[each.pk for each in among])
    told = rows.select_related("programme", "lead").prefetch_related(
        "reports__said_by",
        "rebaselinings__said_by",
        "milestones__accountable_manager",
        "milestones__priority",
        "milestones__updates__said_by",
        "milestones__rebaselinings",
        "risks__owner",
        "savings__owner",
        "dependencies__on_project",
        "needed_by_others__project",
    )
    return tuple(_page(each, day) for each in told)


def project_page(*, slug: str, day: date) -> ProjectPage | None:
    """One project’s page, or None where there is no such project; ended, as on its last day."""
    project = Project.objects.filter(slug=slug).first()
    if project is None:
        return None
    ended = project.ends_on if project.ends_on and project.ends_on < day else None
    return project_pages(day=ended or day, among=[project])[0]


def _page(project: Project, day: date) -> ProjectPage:
    reports = tuple(reversed(project.reports.all()))
    latest = reports[0] if reports else None
    milestones = tuple(
        milestone_line(each, day) for each in project.milestones.all() if each.stands_on(day)
    )
    risks = tuple(
        sorted(
            (each for each in project.risks.all() if each.stands_on(day)),
            key=lambda each: -(each.score.value if each.score else 0),
        )
    )
    needs = tuple(each for each in project.dependencies.all() if each.stands_on(day))
    facts = ProjectFacts(
        baseline_finish=project.baseline_finish,
        budget=project.budget,
        reported_as_at=latest.as_at if latest else None,
        forecast_finish=latest.forecast_finish if latest else None,
        finished_on=latest.finished_on if latest else None,
        forecast_cost=latest.forecast_cost if latest else None,
        milestones=tuple(each.status for each in milestones),
        risks_over_appetite=sum(each.is_over_appetite for each in risks),
        needs_overdue=sum(
            bool(each.needed_by and each.needed_by < day and each.met_on is None) for each in needs
        ),
    )
    return ProjectPage(
        project=project,
        day=day,
        report=latest,
        reports=reports,
        milestones=milestones,
        risks=risks,
        savings=tuple(each for each in project.savings.all() if each.stands_on(day)),
        needs=needs,
        needed_by=tuple(each for each in project.needed_by_others.all() if each.stands_on(day)),
        rebaselinings=tuple(reversed(project.rebaselinings.all())),
        rule=confidence_by_rule(facts, day),
    )


def timeline(pages: Iterable[ProjectPage], *, day: date) -> SafeString:
    """Projects on one timeline; nothing where no day of theirs is known."""
    drawn = timeline_chart([each.bar for each in pages], today=day, name="timeline")
    return mark_safe(drawn)  # noqa: S308 - svg.py escapes every text
