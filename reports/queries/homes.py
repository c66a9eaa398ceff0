"""What needs a person when they sign in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from assurance.models import Meeting, Seat, Team
from escalation.models import ActionPlan, Escalation
from indicators.models import Indicator, Revision
from indicators.queries import open_quarters
from organisation.models import Job, Post, Unit, User
from organisation.queries import posts_held, recent_jobs, units_directed_by
from organisation.rights import Permission, allowed
from sorp.lexicon import Frequency, Quarter


@dataclass(frozen=True, slots=True)
class Due:
    """One result a person has to submit, or has submitted, for a quarter that is open."""

    indicator: Indicator
    quarter: Quarter
    is_submitted: bool

    @property
    def state(self) -> str:
        return "Completed" if self.is_submitted else "Not started"


@dataclass(frozen=True, slots=True)
class Home:
    """What needs one person now, and where else they may want to go."""

    posts: tuple[Post, ...]
    due: tuple[Due, ...]
    escalations: tuple[Escalation, ...]
    without_plan: frozenset[int]
    directs: tuple[Unit, ...]
    sits_on: tuple[Team, ...]
    next_meetings: tuple[Meeting, ...]
    jobs: tuple[Job, ...]
    runs_framework: bool

    @property
    def submitted(self) -> int:
        return sum(each.is_submitted for each in self.due)

    @property
    def first_missing(self) -> Due | None:
        return next((each for each in self.due if not each.is_submitted), None)


def home(*, reader: User, today: date) -> Home:
    """Everything on a person's home page, in a constant number of queries."""
    own = Indicator.objects.answerable_by(reader)
    if allowed(reader, Permission.MANAGE_FRAMEWORK):
        own = own.filter(accountable_manager=reader)
    escalations = tuple(
        Escalation.objects.open_ones()
        .filter(indicator__accountable_manager=reader)
        .select_related("indicator", "sorp_version")
    )
    teams = tuple(Team.objects.filter(pk__in=_seats(reader, today)).order_by("-code"))
    planned = set(
        ActionPlan.objects.filter(
            indicator__in=[each.indicator_id for each in escalations]
        ).values_list("indicator_id", flat=True)
    )
    return Home(
        posts=tuple(posts_held(reader, on=today)),
        due=tuple(_due(own)),
        escalations=escalations,
        without_plan=frozenset(each.indicator_id for each in escalations) - planned,
        sits_on=teams,
        next_meetings=tuple(_next_meetings(teams, today)),
        directs=tuple(Unit.objects.filter(pk__in=units_directed_by(reader, on=today))),
        jobs=tuple(recent_jobs(reader)),
        runs_framework=allowed(reader, Permission.MANAGE_FRAMEWORK),
    )


def _seats(reader: User, today: date) -> list[int]:
    """The teams a person sits on; by office, both (Cabinet paper of 20 June 2011, section 3c)."""
    if allowed(reader, Permission.VIEW_PACKS):
        return list(Team.objects.values_list("pk", flat=True))
    return list(Seat.objects.held_on(today).filter(user=reader).values_list("team_id", flat=True))


def _next_meetings(teams: tuple[Team, ...], today: date) -> Iterator[Meeting]:
    planned = Meeting.objects.filter(team__in=teams, meets_on__gte=today).select_related("team")
    seen: set[int] = set()
    for meeting in planned.order_by("meets_on"):
        if meeting.team_id not in seen:
            seen.add(meeting.team_id)
            yield meeting


def _due(own) -> list[Due]:  # type: ignore[no-untyped-def]
    quarters = open_quarters()
    indicators = list(own.select_related("unit")) if quarters else []
    said = set(
        Revision.objects.latest_ones()
        .filter(
            result__quarter_start__in=[quarter.first_day for quarter in quarters],
            result__indicator__in=[each.pk for each in indicators],
        )
        .values_list("result__indicator_id", "result__quarter_start")
    )
    return [
        Due(each, quarter, (each.pk, quarter.first_day) in said)
        for quarter in quarters
        for each in indicators
        if Frequency(each.frequency).due_in(quarter) and _is_in_use(each, quarter)
    ]


def _is_in_use(indicator: Indicator, quarter: Quarter) -> bool:
    last = indicator.last_quarter_start
    return indicator.first_quarter_start <= quarter.first_day and (
        last is None or last >= quarter.first_day
    )
