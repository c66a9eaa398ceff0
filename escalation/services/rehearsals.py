"""Rehearsals: asked for, done by a job, read, and thrown away.

Nothing here changes what stands. What is found is worked out in memory and written once, in one row;
a run that dies half-way leaves that row unfinished, and another does it from the start.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from django.db import IntegrityError, transaction

from core import audit, jobs
from core.clock import now
from core.quarters import Quarter
from core.queries import last_closed
from core.refusals import Refused
from escalation.models.rehearsals import Rehearsal
from escalation.queries.evaluation import evaluator_rules
from escalation.queries.rehearsals import (
    FINISHED,
    REHEARSABLE,
    next_calendar,
    rehearsed_indicators,
)
from escalation.rules.rehearsals import rehearse
from organisation.models.people import User
from sorp.models.statement import Version
from sorp.queries.ruling import VersionInForce, version_rules

MOST_UPDATES = 40  # how often, at most, a run says how far it has come
Progress = Callable[[int, int, str], None]


@transaction.atomic
def request_rehearsal(*, version: Version, by: User) -> Rehearsal:
    """The last closed quarter is to be closed again, on paper, by a version; a job is owed that does it.

    Asking for the same while it is not finished gives the one already asked for, and notifies a
    worker again where its job had failed. Raises Refused where no quarter is closed, for a version
    that rules no quarter to come, and for a draft whose rules cannot be read yet.
    """
    quarter = last_closed()
    if quarter is None:
        raise Refused("No quarter is closed yet. Come back once the first is closed")
    if version.state not in REHEARSABLE:
        raise Refused(
            f"{version} has been replaced and will not be in force again: choose another",
            field="version",
        )
    _readable_rules(version)
    rehearsal = _unfinished(version, quarter)
    if rehearsal is None:
        try:
            with transaction.atomic():
                rehearsal = Rehearsal.objects.create(
                    version=version, quarter=quarter, asked_by=by, asked_at=now()
                )
        except IntegrityError:  # somebody else asked for it in the same moment
            rehearsal = Rehearsal.objects.get(
                version=version, quarter=quarter, finished_at__isnull=True
            )
        else:
            audit.record(
                "asked for a rehearsal",
                rehearsal,
                by=by,
                version=version.number,
                quarter=quarter.key,
            )
    with suppress(jobs.AlreadyAsked):  # a button pressed twice
        jobs.request(
            kind=Rehearsal.JOB,
            key=rehearsal.job_key,
            arguments={"rehearsal": rehearsal.pk},
            by=by,
        )
    return rehearsal


def _unfinished(version: Version, quarter: Quarter) -> Rehearsal | None:
    return Rehearsal.objects.filter(
        version=version, quarter=quarter, finished_at__isnull=True
    ).first()


def _readable_rules(version: Version) -> VersionInForce:
    try:
        return version_rules(version)
    except ValueError as refusal:  # a draft under way may hold what means nothing yet
        raise Refused(
            f"{version} cannot be rehearsed as it is now: {refusal}", field="version"
        ) from None


def run_rehearsal(
    *, asked: Rehearsal, progress: Progress = lambda done, total, doing: None
) -> None:
    """The quarter is closed again on paper, and what was found stands in the rehearsal's row.

    Run again once it is finished, it changes nothing; of two runs at once the first to finish
    writes, and of one thrown away meanwhile nothing is. Raises Refused where the draft's rules
    cannot be read any more.
    """
    if asked.finished_at is not None:
        return
    quarter, version = asked.quarter, Version.objects.get(pk=asked.version_id)
    progress(0, 1, f"Reading {quarter}")
    ruling = _readable_rules(version)
    found = rehearse(
        rehearsed_indicators(quarter=quarter, travel_method=ruling.travel_method),
        evaluator_rules(ruling),
        quarter=quarter,
        version=version.number,
        travel_method=ruling.travel_method,
        progress=_now_and_then(progress),
    )
    found |= {"edition": version.edition, "calendar": next_calendar(version, quarter)}
    _finish(asked, found)


@transaction.atomic
def _finish(asked: Rehearsal, found: dict[str, object]) -> None:
    written = Rehearsal.objects.filter(pk=asked.pk, finished_at__isnull=True).update(
        found=found, finished_at=now()
    )
    if written:
        audit.record(
            FINISHED,
            asked,
            by=asked.asked_by,
            version=found["version"],
            quarter=asked.quarter.key,
            summary=found["summary"],
        )


def _now_and_then(progress: Progress) -> Callable[[int, int], None]:
    """Said no more than forty times, since each time is a row written."""

    def report(done: int, total: int) -> None:
        step = max(total // MOST_UPDATES, 1)
        if done % step == 0 or done == total:
            progress(done, total, "Closing the quarter again for each indicator")

    return report


@transaction.atomic
def throw_away(*, rehearsal: Rehearsal, by: User | None) -> None:
    """The rehearsal is gone; that there was one stays on record. Throwing it away twice is once."""
    row = Rehearsal.objects.select_for_update().filter(pk=rehearsal.pk).first()
    if row is None:
        return
    audit.record("threw away a rehearsal", row, by=by)
    row.delete()
