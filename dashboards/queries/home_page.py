"""What needs a person when they sign in, most urgent first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from operator import attrgetter

from django.utils import timezone

from assurance.models.teams import Team
from core.clock import localdate
from core.models.jobs import Job
from core.quarters import Quarter
from core.queries import last_closed, open_quarters, recent_jobs
from dashboards.queries.home_facts import (
    HomeFacts,
    facts_of_chair,
    facts_of_manager,
    facts_of_report,
    facts_of_units,
)
from dashboards.queries.next_steps import (
    NextStep,
    Urgency,
    action_steps,
    attestation_steps,
    called_in_steps,
    first_sorp_steps,
    meeting_steps,
    milestone_steps,
    officer_steps,
    overdue_return_steps,
    partner_steps,
    plan_steps,
    question_steps,
    return_steps,
    round_steps,
    second_steps,
    sign_off_steps,
    target_steps,
    teams_of,
)
from escalation.queries.as_it_stands import StandingLine, lines_for, lines_of_parts
from escalation.queries.plans import MissingPlan, missing_plans
from indicators.models.definitions import Indicator
from indicators.queries.calendar import CalendarSheet, calendar_of
from indicators.queries.pictures import UnitStrip, unit_strips
from indicators.queries.sight import seen_by
from organisation.models.people import Post, User
from organisation.models.units import Unit
from organisation.permissions import Permission
from organisation.queries import Portfolio, portfolios_on, posts_held, tree_on, units_directed_by
from organisation.rights import allowed, holds
from organisation.rules import ELECTED, Branch, UnitTier

RECENT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class HomePage:
    """What needs one person now, and where else they may want to go."""

    reader_key: str
    posts: tuple[Post, ...]
    next_steps: tuple[NextStep, ...]
    directs: tuple[Unit, ...]
    answers_in: tuple[Unit, ...]  # where indicators are in their name
    sits_on: tuple[Team, ...]
    jobs: tuple[Job, ...]
    runs_framework: bool
    signs_off: bool
    submits: bool
    sees_results: bool  # beyond what is published
    audits: bool
    recent_notices: int
    facts: HomeFacts | None
    strips_in: Quarter | None  # the last one closed, where there is anything to draw
    strips: tuple[UnitStrip, ...]  # their units as they stood then, with what would follow now
    portfolios: tuple[Portfolio, ...]  # the reader's own
    stands: tuple[StandingLine, ...]  # what the close of the open quarter would do with theirs

    @property
    def by_urgency(self) -> list[tuple[Urgency, list[NextStep]]]:
        grouped = groupby(self.next_steps, lambda step: step.urgency)
        return [(urgency, list(each)) for urgency, each in grouped]

    @property
    def has_a_place_of_work(self) -> bool:
        """Whether there are pages that are this person's work, whatever needs them now."""
        by_post = self.runs_framework or self.signs_off or self.submits or self.audits
        return bool(by_post or self.directs or self.answers_in or self.sits_on)

    @property
    def has_matched_by_name(self) -> bool:
        return any(each.is_by_name for each in self.next_steps)


def home_page(*, reader: User, today: date) -> HomePage:
    """Everything on a person's home page. The queries grow with the open quarters, nothing else."""
    quarters: dict[object, CalendarSheet] = {each: calendar_of(each) for each in open_quarters()}
    sheets = list(quarters.values())
    runs_framework = allowed(reader, Permission.MANAGE_FRAMEWORK)
    directed = units_directed_by(reader, on=today)
    teams = teams_of(reader, today)
    wanted = missing_plans(reader=reader)
    steps = [
        *return_steps(reader, sheets, today),
        *attestation_steps(reader, sheets, today),
        *question_steps(reader, today, runs_framework=runs_framework),
        *sign_off_steps(reader, sheets, today),
        *first_sorp_steps(reader),
        *second_steps(reader),
        *target_steps(reader),
        *partner_steps(reader),
        *round_steps(reader, today),
        *overdue_return_steps(directed, sheets, today),
        *plan_steps(reader, today, wanted=wanted, directed=directed, runs_framework=runs_framework),
        *action_steps(reader, today),
        *called_in_steps(reader, today),
        *milestone_steps(reader, today),
        *meeting_steps(reader, teams, today),
        *(officer_steps(sheets, today) if runs_framework else ()),
    ]
    answered_for = Indicator.objects.in_use(Quarter.containing(today)).filter(
        accountable_manager=reader
    )
    units = Unit.objects.filter(pk__in=directed) if directed else Unit.objects.none()
    if runs_framework:
        units = units | Unit.objects.filter(tier=UnitTier.COUNCIL)
    since = timezone.make_aware(datetime.combine(today, time())) - RECENT
    directs = list(units)
    stands = lines_for(reader=reader, directed=directs)
    closed = last_closed()
    strips = _strips(reader, directs, stands, closed) if directs and closed else ()
    return HomePage(
        reader_key=str(reader.pk),
        posts=tuple(posts_held(reader, on=today)),
        next_steps=tuple(sorted(steps, key=lambda step: step.order)),
        directs=tuple(Unit.objects.filter(pk__in=directed)) if directed else (),
        answers_in=tuple(Unit.objects.filter(pk__in=answered_for.values("unit")).order_by("name")),
        sits_on=tuple(teams),
        jobs=tuple(recent_jobs(reader)),
        runs_framework=runs_framework,
        signs_off=allowed(reader, Permission.SIGN_OFF),
        submits=allowed(reader, Permission.SUBMIT_RESULT),
        sees_results=allowed(reader, Permission.VIEW_PERFORMANCE),
        audits=allowed(reader, Permission.DRAW_SAMPLES),
        recent_notices=reader.notices.told().filter(owed_at__gte=since).count(),
        portfolios=tuple(portfolios_on(today, holder=reader)) if holds(reader, *ELECTED) else (),
        strips_in=closed if strips else None,
        strips=strips,
        stands=tuple(each for each in stands if each.unit is None or not strips),
        facts=_facts(reader, today, directs, stands, wanted),
    )


def _facts(
    reader: User,
    today: date,
    units: Sequence[Unit],
    stands: Sequence[StandingLine],
    wanted: Sequence[MissingPlan],
) -> HomeFacts | None:
    """What somebody's home begins with: as chair, for their units, for their indicators, or as a reader."""
    if (found := facts_of_chair(reader=reader, today=today)) is not None:
        return found
    if units:
        tree = tree_on(today)
        below = {each for unit in units for each in tree.below(unit.pk)}
        measured = Indicator.objects.visible_to(reader).in_use(Quarter.containing(today))
        return facts_of_units(
            units=units,
            indicators=set(measured.in_units(below).values_list("pk", flat=True)),
            stands=[each.stands for each in stands if each.unit is not None],
            wanted=wanted,
            today=today,
        )
    own = next((each.stands for each in stands if each.unit is None), None)
    return facts_of_manager(reader=reader, own=own) or facts_of_report()


def _strips(
    reader: User, units: Sequence[Unit], stands: Sequence[StandingLine], closed: Quarter
) -> tuple[UnitStrip, ...]:
    """Each unit somebody directs and the parts directly below it, as they stood at the last close.

    Beside each, what the close of the open quarter would do with it.
    """
    tree = tree_on(localdate())
    branches: list[tuple[int, Branch]] = []
    notes: dict[int, str] = {}
    for unit in units:
        if (branch := tree.branches.get(unit.pk)) is None:
            continue
        branches.append((0, branch))
        parts = sorted(
            (tree.branches[each] for each in tree.children(unit.pk)), key=attrgetter("name")
        )
        branches += [(1, part) for part in parts]
        for whole in (each for each in stands if each.unit == unit):
            for line in (whole, *lines_of_parts(whole.stands, unit)):
                if line.unit is not None:
                    notes[line.unit.pk] = line.stands.counts.line
    below = {each for _, branch in branches for each in tree.below(branch.unit)}
    indicators = list(Indicator.objects.visible_to(reader).in_use(closed).in_units(below))
    seen = seen_by(reader, [each.pk for each in indicators])
    return unit_strips(branches, indicators, quarter=closed, tree=tree, seen=seen, notes=notes)
