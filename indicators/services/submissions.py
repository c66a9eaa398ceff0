"""Many results at once, as from a file: what submit_result promises, in a few queries a quarter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from indicators.models import Indicator, Rating, Result, Revision
from indicators.rules.returns import ResultState
from indicators.services.quarters import open_quarter
from indicators.services.rating import rate_quarter
from indicators.services.results import (
    ResultGiven,
    as_kept,
    event_of,
    next_revision,
    refuse_locked,
    says_the_same,
)
from organisation import audit
from organisation.models import User
from sorp.lexicon import Quarter

AT_ONCE = 500  # rows named in one statement


@dataclass(frozen=True, slots=True)
class Submission:
    """One result to be submitted."""

    indicator: Indicator
    quarter: Quarter
    given: ResultGiven
    late: bool = False

    @property
    def key(self) -> tuple[int, date]:
        return self.indicator.pk, self.quarter.first_day


@transaction.atomic
def submit_results(
    *, submissions: Sequence[Submission], today: date, by: User | None
) -> list[tuple[Revision, bool]]:
    """Every result is as given, and rated. Returns each with whether it is new, in their order.

    Leaves what submit_result leaves for each in order of quarter, but that a quarter is rated once
    and not once a result, so no ratings stand between that were never anybody's last word.
    Raises NotOpen, Locked and ValueError as submit_result does, and ValueError for one result twice.
    """
    if len({each.key for each in submissions}) < len(submissions):
        raise ValueError("Submit each result once: an indicator has two for one quarter")
    for quarter in sorted({each.quarter for each in submissions}):
        open_quarter(quarter=quarter, today=today, by=by)
    results = _results(submissions)
    latest = _latest(submissions)
    said = {each.key: as_kept(each.indicator, each.quarter, each.given) for each in submissions}
    fresh = {
        each.key: next_revision(
            results[each.key], latest.get(each.key), said[each.key], by=by, late=each.late
        )
        for each in submissions
        if not says_the_same(latest.get(each.key), said[each.key])
    }
    refuse_locked([results[key] for key in fresh], by=by)
    _store(fresh, latest)
    ratings = _rerate([each for each in submissions if each.key in fresh])
    audit.record_all(
        event_of(revision, latest.get(key), ratings.get(revision.pk), by=by)
        for key, revision in fresh.items()
    )
    return [
        (fresh[each.key], True) if each.key in fresh else (latest[each.key], False)
        for each in submissions
    ]


def _results(submissions: Sequence[Submission]) -> dict[tuple[int, date], Result]:
    Result.objects.bulk_create(
        [
            Result(indicator=each.indicator, quarter_start=each.quarter.first_day)
            for each in submissions
        ],
        batch_size=AT_ONCE,
        ignore_conflicts=True,
    )
    rows = Result.objects.filter(
        indicator__in={each.indicator.pk for each in submissions},
        quarter_start__in={each.quarter.first_day for each in submissions},
    ).select_related("indicator")
    return {(row.indicator_id, row.quarter_start): row for row in rows}


def _latest(submissions: Sequence[Submission]) -> dict[tuple[int, date], Revision]:
    rows = (
        Revision.objects.latest_ones()
        .select_for_update(of=("self",))
        .filter(
            result__indicator__in={each.indicator.pk for each in submissions},
            result__quarter_start__in={each.quarter.first_day for each in submissions},
        )
        .select_related("result__indicator")
        .order_by("pk")
    )
    return {(row.result.indicator_id, row.result.quarter_start): row for row in rows}


def _store(
    fresh: dict[tuple[int, date], Revision], latest: dict[tuple[int, date], Revision]
) -> None:
    superseded = [latest[key].pk for key in fresh if key in latest]
    for start in range(0, len(superseded), AT_ONCE):
        some = superseded[start : start + AT_ONCE]
        Revision.objects.filter(pk__in=some).update(is_latest=False)
    Revision.objects.bulk_create(list(fresh.values()), batch_size=AT_ONCE)
    changed = [revision.result_id for revision in fresh.values()]
    for start in range(0, len(changed), AT_ONCE):
        some = changed[start : start + AT_ONCE]
        Result.objects.filter(pk__in=some).update(state=ResultState.SUBMITTED)


def _rerate(submissions: Sequence[Submission]) -> dict[int, Rating]:
    """Each quarter spoken of is rated, and those after it whose travel follows; by revision."""
    spoken_of: dict[Quarter, set[int]] = defaultdict(set)
    first: dict[int, Quarter] = {}
    for each in submissions:
        spoken_of[each.quarter].add(each.indicator.pk)
        first[each.indicator.pk] = min(each.quarter, first.get(each.indicator.pk, each.quarter))
    standing = Rating.objects.latest_ones().filter(indicator__in=first)
    for indicator, start in standing.values_list("indicator_id", "quarter_start"):
        if (quarter := Quarter.containing(start)) > first[indicator]:
            spoken_of[quarter].add(indicator)
    return {
        rating.revision_id: rating
        for quarter in sorted(spoken_of)
        for rating in rate_quarter(quarter=quarter, by=None, indicators=spoken_of[quarter])
        if rating.revision_id is not None
    }
