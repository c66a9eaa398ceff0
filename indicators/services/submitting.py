"""Submitting a return: many completed drafts at once, all or none, and once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction

from indicators.models import Draft, Indicator, Submission
from indicators.queries.returns import ReturnRow, day_due, entry_days, return_rows
from indicators.services.forecasts import state_forecasts
from indicators.services.results import ResultGiven
from indicators.services.submissions import Submission as ToSubmit
from indicators.services.submissions import submit_results
from organisation import audit
from organisation.clock import now
from organisation.models import User
from sorp.lexicon import Quarter


class NotReady(ValueError):
    """Something of the return cannot be submitted as it is. Says what, by reference."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{key}: {what}" for key, what in problems.items()))
        self.problems = dict(problems)


@transaction.atomic
def submit_return(
    *,
    quarter: Quarter,
    references: Iterable[str],
    token: UUID,
    today: date,
    by: User,
    versions: Mapping[str, int] | None = None,
) -> Submission:
    """Each of these drafts is a submitted result, rated; or, where one cannot be, none is.

    The same token again returns the first submission and changes nothing. `versions` are those of
    the drafts as they were checked: what was changed since is not submitted unseen. Raises NotReady
    by reference, NotOpen, and Locked where a result is approved.
    """
    if (first := Submission.objects.filter(token=token).first()) is not None:
        return _own(first, by)
    wanted = sorted(set(references))
    if not wanted:
        raise NotReady({"": "Complete an indicator first: there is nothing to submit"})
    try:
        with transaction.atomic():
            submission = Submission.objects.create(
                token=token,
                quarter_start=quarter.first_day,
                submitted_by=by,
                submitted_at=now(),
                results=len(wanted),
            )
    except IntegrityError:  # the same button, pressed twice at once
        return _own(Submission.objects.get(token=token), by)
    rows = _rows(quarter, wanted, versions, today)
    _submit(rows, quarter, today, by)
    audit.record(
        "submitted return",
        submission,
        by=by,
        quarter=quarter.key,
        references=[row.indicator.reference for row in rows],
    )
    return submission


def _own(submission: Submission, by: User) -> Submission:
    if submission.submitted_by_id != by.pk:
        raise NotReady({"": "Check your own answers first: this was somebody else's return"})
    return submission


def _rows(
    quarter: Quarter, wanted: Sequence[str], versions: Mapping[str, int] | None, today: date
) -> list[ReturnRow]:
    """The drafts, held until the end, and each as it is read. Raises NotReady."""
    held = {
        each.indicator_id: each
        for each in Draft.objects.select_for_update()
        .filter(quarter_start=quarter.first_day, indicator__reference__in=wanted)
        .order_by("pk")
    }
    indicators = list(
        Indicator.objects.filter(pk__in=held)
        .select_related("unit", "accountable_manager")
        .order_by("reference")
    )
    problems = dict.fromkeys(
        set(wanted) - {each.reference for each in indicators},
        "There is nothing left to submit: it was submitted or discarded since you checked",
    )
    rows = list(return_rows(indicators, quarter, today=today, days=entry_days(quarter)))
    for row in rows:
        reference = row.indicator.reference
        if versions is not None and versions.get(reference) != held[row.indicator.pk].version:
            problems[reference] = "It was changed after you checked your answers: check it again"
        elif not row.is_ready:
            problems[reference] = row.problem or "Say first that you have completed it"
    if problems:
        raise NotReady(dict(sorted(problems.items())))
    return rows


def _submit(rows: Sequence[ReturnRow], quarter: Quarter, today: date, by: User) -> None:
    days = entry_days(quarter)
    submissions = []
    for row in rows:
        assert row.entry is not None
        assert row.draft is not None
        due = day_due(days, row.indicator)
        given = ResultGiven.by(row.entry, _data_quarter(row))
        late = due is not None and today > due
        submissions.append(ToSubmit(row.indicator, quarter, given, late=late))
    submit_results(submissions=submissions, today=today, by=by)
    for row in rows:
        assert row.entry is not None
        state_forecasts(
            indicator=row.indicator, quarter=quarter, forecasts=row.entry.forecasts, by=by
        )
    Draft.objects.filter(pk__in=[row.draft.pk for row in rows if row.draft]).delete()


def _data_quarter(row: ReturnRow) -> Quarter | None:
    """Where earlier figures stood in for this quarter's, that is still so."""
    start = row.revision.data_quarter_start if row.revision else None
    return Quarter.containing(start) if start else None
