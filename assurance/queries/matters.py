"""How what may come before a team stands on a day, in words: milestones, projects, savings, risks and services."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import prefetch_related_objects

from assurance.models.matters import Matter, kind_of
from assurance.rules import Eligibility, MatterKind
from core.clock import day_of
from core.dates import as_date
from escalation.models.exceptions import UnitEscalation
from escalation.queries.exceptions import directors_of
from indicators.models.definitions import Indicator
from indicators.models.ratings import Rating
from indicators.rules.remarks import state_now
from organisation.models.people import User
from organisation.models.units import Unit
from sorp.lexicon import Level
from strategy.models.plan import Milestone, Project
from strategy.models.risks import Risk
from strategy.models.savings import Saving
from strategy.queries.plan import late_milestones, milestone_line
from strategy.queries.projects import ProjectPage, project_pages
from strategy.rules.plan import MilestoneStatus
from strategy.rules.projects import Confidence
from strategy.rules.risks import against_appetite
from strategy.rules.savings import SavingStatus, pounds, saving_status, saving_words

# What is read of each to say how it stood on a day, and what was said of it.
READ: dict[MatterKind, tuple[str, ...]] = {
    MatterKind.INDICATOR: (),
    MatterKind.UNIT: ("escalations",),
    MatterKind.MILESTONE: ("updates__said_by", "rebaselinings"),
    MatterKind.PROJECT: ("reports__said_by", "rebaselinings"),
    MatterKind.SAVING: ("updates__said_by",),
    MatterKind.RISK: ("assessments__said_by",),
}


def states_of(matters: Iterable[Matter], day: date) -> dict[Matter, str]:
    """How each stood on a day, by what was known then, in the same few queries for any number.

    For example `{<Milestone>: "Overdue: 12 days late on 12 July 2023"}`: no full stop ends it, and it
    is empty where nothing was known. An indicator stands as its ratings are now.
    """
    by_kind: dict[MatterKind, list[Matter]] = defaultdict(list)
    for each in matters:
        by_kind[kind_of(each)].append(each)
    for kind, group in by_kind.items():
        prefetch_related_objects(group, *READ[kind])
    indicators = [each.pk for each in by_kind[MatterKind.INDICATOR]]
    histories: dict[int, list[Rating]] = defaultdict(list)
    if indicators:
        rows = Rating.objects.latest_ones().filter(indicator__in=indicators).order_by("quarter")
        for rating in rows:
            histories[rating.indicator_id].append(rating)
    return {
        each: state_now(histories[each.pk]) if isinstance(each, Indicator) else _on(each, day)
        for group in by_kind.values()
        for each in group
    }


def state_of(matter: Matter, day: date) -> str:
    """The same of one."""
    return states_of([matter], day)[matter]


def _on(matter: Unit | Milestone | Project | Saving | Risk, day: date) -> str:
    if isinstance(matter, Milestone):
        return milestone_line(matter, day).stands
    if isinstance(matter, Saving):
        said = matter.known_on(day)
        return saving_words(matter.amount, said.position if said else None)
    if isinstance(matter, Risk):
        assessed = matter.known_on(day)
        score = assessed.score if assessed else None
        appetite = against_appetite(score, matter.appetite)
        return f"{_begun(score.words)}. {appetite}" if score else appetite
    return _project_on(matter, day) if isinstance(matter, Project) else _unit_on(matter, day)


def _begun(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"


def _project_on(project: Project, day: date) -> str:
    said = [each for each in project.reports.all() if day_of(each.said_at) <= day]
    latest = max(said, key=lambda each: each.number, default=None)
    if latest is None:
        return "Nothing is reported yet"
    if latest.finished_on is not None and latest.finished_on <= day:
        return f"Finished on {as_date(latest.finished_on)}"
    words = f"{Confidence(latest.confidence).label} confidence, says its lead"
    if latest.forecast_finish is None:
        return words
    words += f"; forecast to finish on {as_date(latest.forecast_finish)}"
    moved = [each for each in project.rebaselinings.all() if day_of(each.said_at) > day]
    first = min(moved, key=lambda each: each.number, default=None)
    baseline = first.was if first else project.baseline_finish
    if baseline is None:
        return words
    days = (latest.forecast_finish - baseline).days
    if days > 0:
        return f"{words}, {days} day{'' if days == 1 else 's'} after its baseline"
    return f"{words}, by its baseline"


def _unit_on(unit: Unit, day: date) -> str:
    rows = [each for each in unit.escalations.all() if day_of(each.recorded_at) <= day]
    standing = [each for each in rows if each.recovered_in is None]
    if standing:
        return "; ".join(f"Referred to {Level(each.level).label}" for each in standing)
    return f"Not referred since {rows[-1].recovered_in}" if rows else "Not referred"


def answerer_of(matter: Matter) -> User | None:
    """Who answers for a service: its director, or the nearest over it. For anything else it says so itself."""
    if not isinstance(matter, Unit):
        return None
    return next(iter(directors_of([matter]).get(matter.pk, ())), None)


# Beside indicators, by level and RAG: one referred to PAT ranks from 20, one that is only red at -8.
REFERRED, WORST, BAD = 25, 15, 5


@dataclass(frozen=True, slots=True)
class Eligible:
    """Something that is no indicator and may be called in: why, how it stands, and how serious that is."""

    matter: Matter
    eligibility: Eligibility
    why: str  # a sentence without a full stop
    state: str
    rank: int  # the higher, the sooner it is looked at: as boards rank indicators by level and RAG


def eligible_for_delivery(day: date) -> tuple[Eligible, ...]:
    """What may be called in to the team that looks at delivery: what is late, in doubt or short.

    Milestones overdue or slipping; projects of low confidence, by their lead or by the rule, or of
    which the two say different things; savings at risk or forecast to fall short (Cabinet paper of
    20 June 2011, section 3c). A constant number of queries.
    """
    return (*_milestones(day), *_projects(day), *_savings(day))


def _milestones(day: date) -> list[Eligible]:
    lines = {each.pk: each for each in late_milestones(day=day)}
    rows = Milestone.objects.filter(pk__in=lines).select_related(
        "accountable_manager", "priority", "project"
    )
    return [
        Eligible(
            row,
            Eligibility.LATE,
            lines[row.pk].stands,
            lines[row.pk].stands,
            WORST if lines[row.pk].status is MilestoneStatus.OVERDUE else BAD,
        )
        for row in rows
    ]


def _projects(day: date) -> list[Eligible]:
    found = []
    for page in project_pages(day=day):
        why = _why_project(page)
        if why:
            is_low = Confidence.LOW in (page.said, page.rule.confidence)
            found.append(
                Eligible(
                    page.project,
                    Eligibility.LOW_CONFIDENCE,
                    why,
                    _project_on(page.project, day),
                    WORST if is_low else BAD,
                )
            )
    return found


def _why_project(page: ProjectPage) -> str:
    if Confidence.LOW in (page.said, page.rule.confidence) or page.differ:
        lead = f"its lead says {page.said.label.lower()}" if page.said else "its lead says nothing"
        words = page.reasons_in_words
        reasons = f"{words[:1].lower()}{words[1:]}"
        ruled = page.rule.words.lower()
        return f"Confidence: {lead}, the rule says {ruled} ({reasons})"
    return ""


def _savings(day: date) -> list[Eligible]:
    found = []
    rows = Saving.objects.standing_on(day).select_related("owner", "unit")
    for row in rows.prefetch_related("updates"):
        said = row.known_on(day)
        position = said.position if said else None
        status = saving_status(row.amount, position)
        if status.wants_attention:
            words = f"{saving_words(row.amount, position)}, of {pounds(row.amount)}"
            rank = WORST if status is SavingStatus.SHORT else BAD
            found.append(Eligible(row, Eligibility.SHORT, words, words, rank))
    return found


def eligible_risks(day: date) -> tuple[Eligible, ...]:
    """Risks of any register that are red or over appetite, which both teams receive (the same, 3c)."""
    found = []
    rows = Risk.objects.standing_on(day).select_related("owner", "unit")
    for row in rows.prefetch_related("assessments"):
        said = row.known_on(day)
        score = said.score if said else None
        over = bool(score and row.appetite is not None and score.value > row.appetite)
        if score and (score.level.colour == "red" or over):
            words = _begun(score.words)
            found.append(
                Eligible(
                    row,
                    Eligibility.HIGH_RISK,
                    against_appetite(score, row.appetite) if over else words,
                    words,
                    WORST if over and score.level.colour == "red" else BAD,
                )
            )
    return tuple(found)


def eligible_services(levels: set[Level], day: date) -> tuple[Eligible, ...]:
    """Services that stand referred to one of these levels because many of their indicators do poorly."""
    rows = UnitEscalation.objects.filter(
        recovered_in__isnull=True, level__in=[each.value for each in levels]
    )
    return tuple(
        Eligible(each.unit, Eligibility.ESCALATED, each.reason, _unit_on(each.unit, day), REFERRED)
        for each in rows.select_related("unit")
        .prefetch_related("unit__escalations")
        .order_by("unit__name", "pk")
    )
