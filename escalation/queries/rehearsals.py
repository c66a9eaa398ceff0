"""What a rehearsal reads: each indicator rated in the quarter, and the calendar of the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from core.clock import now
from core.models.audit import AuditEvent
from core.models.jobs import Job
from core.quarters import Quarter
from escalation.models.rehearsals import Rehearsal
from escalation.queries.evaluation import agreed_variations, as_varied
from escalation.queries.restatement_preview import as_episode, stored_escalations
from escalation.rules.rehearsals import RehearsedIndicator, rehearsed_days
from indicators.models.definitions import Indicator
from indicators.queries.calendar import calendar_of
from indicators.queries.histories import Point, rag_histories, value_series
from indicators.rules.travel import direction_of_travel
from organisation.queries import tree_on
from organisation.rules import UnitTier
from sorp.lexicon import Polarity, Tier, Travel, TravelMethod
from sorp.models.statement import Version
from sorp.queries.ruling import day_rules_of
from sorp.rules.figures import Figure

FINISHED = "finished a rehearsal"  # as the record has it, which stays when the rehearsal goes
REHEARSABLE = (
    Version.State.DRAFT,
    Version.State.CONSULTATION,
    Version.State.APPROVED,
    Version.State.IN_FORCE,
)


def rehearsable_versions() -> QuerySet[Version]:
    """The versions that may yet rule a quarter, those still being written first."""
    found = Version.objects.filter(state__in=REHEARSABLE).select_related("statement")
    return found.order_by("from_quarter", "number")


def rehearsed_indicators(
    *, quarter: Quarter, travel_method: TravelMethod
) -> list[RehearsedIndicator]:
    """Every indicator that was rated in a quarter, in order of reference.

    Its directorate is that of the quarter's last day. The queries are as many however many
    indicators there are.
    """
    histories = {
        pk: history
        for pk, history in rag_histories(until=quarter).items()
        if history[-1].quarter == quarter
    }
    stored = stored_escalations(histories)
    variations = agreed_variations(histories)
    series = value_series(until=quarter, indicators=histories)
    tree = tree_on(quarter.last_day)
    measured = Indicator.objects.filter(pk__in=histories).select_related("unit")
    return [
        RehearsedIndicator(
            reference=each.reference,
            title=each.title,
            directorate=(
                directorate.name
                if (directorate := tree.at_tier(each.unit_id, UnitTier.DIRECTORATE))
                else each.unit.name
            ),
            tier=Tier(each.tier),
            history=tuple(histories[each.pk]),
            travel=_travel(each, histories[each.pk][-1], series.get(each.pk, []), travel_method),
            recorded=tuple(as_episode(row) for row in stored.get(each.pk, ())),
            varied=tuple(
                spell for varied in variations.get(each.pk, ()) for spell in as_varied(varied)
            ),
        )
        for each in measured.order_by("reference")
    ]


def _travel(
    indicator: Indicator, figure: Figure, series: list[Point], method: TravelMethod
) -> Travel | None:
    """Its direction of travel by a method: as it was found, where that was the method."""
    if figure.value is None or figure.travel_method is method:
        return figure.travel
    return direction_of_travel(
        series,
        polarity=figure.polarity or Polarity(indicator.polarity),
        method=method,
        middle=figure.middle,
        pattern=figure.pattern,
    ).travel


def next_calendar(version: Version, after: Quarter) -> dict[str, Any]:
    """The days of the quarter after one by a version, beside those of the version that rules it.

    `{"quarter": "2012-Q1", "ruled_by": "1.0", "meets_on": "2012-06-18" or None, "days": […]}`
    """
    quarter = after.next()
    ruling = Version.objects.ruling(quarter).first()
    meeting = calendar_of(quarter).cabinet_meets_on
    return {
        "quarter": quarter.key,
        "ruled_by": ruling.number if ruling else None,
        "meets_on": meeting.isoformat() if meeting else None,
        "days": rehearsed_days(
            day_rules_of(version),
            day_rules_of(ruling) if ruling else (),
            quarter=quarter,
            cabinet_meets_on=meeting,
        ),
    }


@dataclass(frozen=True, slots=True)
class RehearsalLine:
    """One rehearsal in the list, with the job that does it, where it is not finished."""

    rehearsal: Rehearsal
    job: Job | None


def rehearsals_kept() -> list[RehearsalLine]:
    """Those not thrown away, newest first."""
    found = list(Rehearsal.objects.select_related("asked_by", "version__statement").defer("found"))
    unfinished = {each.job_key for each in found if each.finished_at is None}
    jobs = {job.key: job for job in Job.objects.filter(key__in=unfinished).order_by("pk")}
    return [RehearsalLine(each, jobs.get(each.job_key)) for each in found]


def job_of(rehearsal: Rehearsal) -> Job | None:
    """The latest job that was to do it."""
    return Job.objects.filter(key=rehearsal.job_key).order_by("-pk").first()


def last_finished() -> AuditEvent | None:
    """The last rehearsal that was done, as it is on record, whether or not it is still kept."""
    return AuditEvent.objects.filter(act=FINISHED).order_by("-pk").first()


def outlived_rehearsals() -> list[Rehearsal]:
    """Those asked for more than thirty days ago, which are to be thrown away."""
    asked_before = now() - Rehearsal.KEPT
    old = Rehearsal.objects.filter(asked_at__lt=asked_before).select_related("version")
    return list(old.defer("found"))
