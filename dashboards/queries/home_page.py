"""What needs a person when they sign in, most pressing first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from django.db.models import QuerySet
from django.utils import timezone

from assurance.models.teams import Team
from core.models.jobs import Job
from core.quarters import Quarter
from core.queries import open_quarters, recent_jobs
from dashboards.queries.next_steps import (
    Need,
    Urgency,
    actions,
    asked_of_officers,
    attestations,
    called_in,
    late_milestones,
    meetings,
    not_submitted,
    returns,
    sign_offs,
    teams_of,
    without_plan,
)
from indicators.models.definitions import Indicator
from indicators.queries.calendar import CalendarSheet, calendar_of
from organisation.models.people import Post, User
from organisation.models.units import Unit
from organisation.permissions import Permission
from organisation.queries import posts_held, units_directed_by
from organisation.rights import allowed

__all__ = ["Home", "Need", "Urgency", "home"]

RECENT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Home:
    """What needs one person now, and where else they may want to go."""

    reader_key: str
    posts: tuple[Post, ...]
    needs: tuple[Need, ...]
    directs: tuple[Unit, ...]
    answers_in: tuple[Unit, ...]  # where indicators are in their name
    sits_on: tuple[Team, ...]
    jobs: tuple[Job, ...]
    runs_framework: bool
    signs_off: bool
    submits: bool
    recent_notices: int

    @property
    def by_urgency(self) -> list[tuple[Urgency, list[Need]]]:
        return [(urgency, list(each)) for urgency, each in groupby(self.needs, _urgency)]

    @property
    def has_a_place_of_work(self) -> bool:
        """Whether there are pages that are this person's work, whatever needs them now."""
        by_post = self.runs_framework or self.signs_off or self.submits
        return bool(by_post or self.directs or self.answers_in or self.sits_on)

    @property
    def has_matched_by_name(self) -> bool:
        return any(each.is_by_name for each in self.needs)


def _urgency(need: Need) -> Urgency:
    return need.urgency


def home(*, reader: User, today: date) -> Home:
    """Everything on a person's home page. The queries grow with the open quarters, nothing else."""
    quarters: dict[object, CalendarSheet] = {each: calendar_of(each) for each in open_quarters()}
    sheets = list(quarters.values())
    runs_framework = allowed(reader, Permission.MANAGE_FRAMEWORK)
    directed = units_directed_by(reader, on=today)
    teams = teams_of(reader, today)
    needs = [
        *returns(reader, sheets, today),
        *attestations(reader, sheets, today),
        *sign_offs(reader, sheets, today),
        *not_submitted(directed, sheets, today),
        *without_plan(reader, today, directed=directed, runs_framework=runs_framework),
        *actions(reader, today),
        *called_in(reader, today),
        *late_milestones(reader, today),
        *meetings(reader, teams, today),
        *(asked_of_officers(sheets, today) if runs_framework else ()),
    ]
    since = timezone.make_aware(datetime.combine(today, time())) - RECENT
    return Home(
        reader_key=str(reader.pk),
        posts=tuple(posts_held(reader, on=today)),
        needs=tuple(sorted(needs, key=lambda need: need.order)),
        directs=tuple(Unit.objects.filter(pk__in=directed)) if directed else (),
        answers_in=tuple(_answers_in(reader, today)),
        sits_on=tuple(teams),
        jobs=tuple(recent_jobs(reader)),
        runs_framework=runs_framework,
        signs_off=allowed(reader, Permission.SIGN_OFF),
        submits=allowed(reader, Permission.SUBMIT_RESULT),
        recent_notices=reader.notices.filter(owed_at__gte=since).count(),
    )


def _answers_in(reader: User, today: date) -> QuerySet[Unit]:
    """The units with indicators for which a person answers in this quarter."""
    own = Indicator.objects.in_use(Quarter.containing(today)).filter(accountable_manager=reader)
    return Unit.objects.filter(pk__in=own.values("unit")).order_by("name")
