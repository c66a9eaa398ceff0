"""Submitting results and revising them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from types import MappingProxyType
from uuid import UUID

from django.db import IntegrityError, transaction
from django.dispatch import Signal

from core import audit
from core.clock import now
from core.models.audit import AuditEvent
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.refusals import Refused
from core.services.quarters import NotOpen, held_quarter, open_quarter
from indicators.models.definitions import Indicator
from indicators.models.ratings import Rating
from indicators.models.results import Result, Revision
from indicators.models.returns import Draft, Submission
from indicators.queries.due import awaited_in
from indicators.queries.returns import ReturnRow, entry_day, entry_days, return_rows
from indicators.queries.sign_off import may_change
from indicators.rules.entry import ResultGiven, what_changed
from indicators.rules.returns import ResultState
from indicators.services.forecasts import state_forecast
from indicators.services.months import store_months
from indicators.services.questions import Answers, answer_standing, ask, keep_questions
from indicators.services.rating import rate_quarter, rerate_from
from organisation.models.people import User

NO_ANSWERS: Answers = MappingProxyType({})
# Sent with `quarter` and `indicators` (their keys) when results are given or revised, within the
# transaction: apps above follow them up.
results_given = Signal()


class Locked(Refused):
    """The result is approved, so nobody changes it without a named exception."""

    def __init__(self, result: Result) -> None:
        super().__init__(
            f"{result.indicator.title} is {ResultState(result.state).label.lower()} for"
            f" {result.quarter}: ask whoever approved it to unlock it for you"
        )


@transaction.atomic
def submit_result(
    *,
    indicator: Indicator,
    quarter: Quarter,
    given: ResultGiven,
    today: date,
    by: User | None,
    late: bool = False,
    answers: Answers = NO_ANSWERS,
) -> tuple[Revision, bool]:
    """The result of an open quarter is as given, and rated. Returns it, and whether it is new.

    What is likely wrong with the figure is asked, and kept with it and with the `answers` given.

    Saying the same again changes nothing. Raises NotOpen where the quarter has not ended, or is
    closed and a revision is wanted instead; Locked where it is approved and not unlocked for this
    person; ValueError for figures that cannot be kept.
    """
    open_quarter(quarter=quarter, today=today, by=by)
    return _store_revision(
        indicator,
        quarter,
        given,
        by=by,
        late=late,
        reason="",
        after_close=False,
        answers=answers,
    )


@transaction.atomic
def revise_result(
    *,
    indicator: Indicator,
    quarter: Quarter,
    given: ResultGiven,
    reason: str,
    by: User | None,
    answers: Answers = NO_ANSWERS,
) -> tuple[Revision, bool]:
    """A result already given is corrected, with the reason. What was said before is kept.

    A closed quarter is judged anew under its own rules and thresholds; escalations follow when
    the quarter is next closed. Raises ValueError without a reason or where nothing was given yet,
    and Locked as submit_result does while the quarter is open.
    """
    if not reason.strip():
        raise ValueError("Say why the result is revised")
    state = held_quarter(quarter)
    if state is None:
        raise NotOpen(f"{quarter} was never open: submit its result first")
    if not state.is_closed and not _latest(indicator, quarter):
        raise ValueError(f"{indicator.reference} has no result for {quarter}: submit it first")
    return _store_revision(
        indicator,
        quarter,
        given,
        by=by,
        late=False,
        reason=reason,
        after_close=state.is_closed,
        answers=answers,
    )


def _latest(indicator: Indicator, quarter: Quarter) -> Revision | None:
    return (
        Revision.objects.select_for_update()
        .latest_ones()
        .filter(result__indicator=indicator, result__quarter=quarter)
        .first()
    )


def _store_revision(
    indicator: Indicator,
    quarter: Quarter,
    given: ResultGiven,
    *,
    by: User | None,
    late: bool,
    reason: str,
    after_close: bool,
    answers: Answers,
) -> tuple[Revision, bool]:
    # Held until the end: an approval waits for us, or we for it, and then find the result locked.
    result, _ = Result.objects.select_for_update().get_or_create(
        indicator=indicator, quarter=quarter
    )
    before = _latest(indicator, quarter)
    fields = as_revision(indicator, quarter, given)
    if before is not None and is_unchanged(before, fields):
        answer_standing(before, answers, by=by)
        return before, False
    if not after_close:
        refuse_locked([result], by=by)
    # Nobody has signed the new revision: it is signed off again, after a close too.
    if result.state != ResultState.SUBMITTED:
        Result.objects.filter(pk=result.pk).update(state=ResultState.SUBMITTED)
    if before is not None:
        Revision.objects.filter(pk=before.pk).update(is_latest=False)
    revision = next_revision(
        result, before, fields, by=by, late=late, reason=reason, after_close=after_close
    )
    key = (indicator.pk, quarter)
    fresh = {key: revision}
    asked = ask(fresh, [indicator])
    revision.save(force_insert=True)
    stood = {key: before} if before is not None else {}
    keep_questions(asked, fresh, stood, {key: answers}, by=by)
    ratings = rerate_from(indicator=indicator, quarter=quarter)
    rating = next((each for each in ratings if each.revision_id == revision.pk), None)
    audit.record_all([revision_event(revision, before, rating, by=by)])
    results_given.send(sender=Result, quarter=quarter, indicators=[indicator.pk])
    return revision, True


def refuse_locked(results: Iterable[Result], *, by: User | None) -> None:
    """Raises Locked where one of them is approved, unless it is unlocked for this person now."""
    for result in results:
        if not may_change(result=result, by=by):
            raise Locked(result)


def as_revision(indicator: Indicator, quarter: Quarter, given: ResultGiven) -> Revision:
    """What is given of a result, as a revision says it, not yet of any. Raises ValueError, in words."""
    of_another_quarter = given.data_quarter not in (None, quarter)
    if given.data_quarter is not None and given.data_quarter > quarter:
        raise ValueError(f"The figures cannot be for a quarter after {quarter}")
    return Revision(
        value=given.value_in(indicator.measure_unit),
        numerator=given.numerator,
        denominator=given.denominator,
        confidence=given.confidence,
        not_available=given.not_available.strip(),
        withheld=given.withheld,
        definition_break=given.definition_break,
        data_quarter=given.data_quarter if of_another_quarter else None,
        commentary=given.commentary.strip(),
        management_action=given.management_action.strip(),
    )


SAID = tuple(each.name for each in fields(ResultGiven))


def is_unchanged(before: Revision | None, fields: Revision) -> bool:
    """Whether what is now said of a result is what was said last."""
    return before is not None and all(
        getattr(before, name) == getattr(fields, name) for name in SAID
    )


def next_revision(
    result: Result,
    before: Revision | None,
    fields: Revision,
    *,
    by: User | None,
    late: bool,
    reason: str = "",
    after_close: bool = False,
) -> Revision:
    """What is said becomes the revision that follows the last, not yet stored.

    Once late, a result stays late. Whoever enters a result that another person answers for enters
    it on their behalf.
    """
    answers = result.indicator.accountable_manager_id
    fields.result = result
    fields.number = before.number + 1 if before else 1
    fields.late = late or bool(before and before.late)
    fields.after_close = after_close
    fields.reason = reason or (what_changed(before, fields, SAID) if before else "")
    fields.submitted_by = by
    fields.on_behalf_of_id = answers if by is not None and by.pk != answers else None
    fields.submitted_at = now()
    return fields


def revision_event(
    revision: Revision, before: Revision | None, rating: Rating | None, *, by: User | None
) -> AuditEvent:
    """What the record says of a revision, not yet written."""
    return audit.event(
        "revised result" if before else "submitted result",
        revision.result,
        by=by,
        revision=revision.number,
        value=str(revision.value),
        was=str(before.value) if before else None,
        reason=revision.reason,
        rag=(rating.rag or rating.not_rated) if rating else None,
    )


BATCH_SIZE = 500  # rows named in one statement


@dataclass(frozen=True, slots=True)
class ResultToSubmit:
    """One result to be submitted."""

    indicator: Indicator
    quarter: Quarter
    given: ResultGiven
    late: bool = False
    answers: Answers = field(default_factory=dict)  # to the questions about it
    published_as: str = ""  # where the council had published it, in words; nothing where it had not

    @property
    def key(self) -> tuple[int, Quarter]:
        return self.indicator.pk, self.quarter


@transaction.atomic
def submit_results(
    *, submissions: Sequence[ResultToSubmit], today: date, by: User | None
) -> list[tuple[Revision, bool]]:
    """Every result is as given, and rated. Returns each with whether it is new, in their order.

    What had been published, of a quarter that nobody was asked for, is signed off by that.
    Leaves what submit_result leaves for each in order of quarter, but that a quarter is rated once
    and not once a result, so no ratings stand between that were never anybody's last word.
    Raises NotOpen, Locked and ValueError as submit_result does, and ValueError for one result twice.
    """
    if len({each.key for each in submissions}) < len(submissions):
        raise ValueError("Submit each result once: an indicator has two for one quarter")
    for quarter in sorted({each.quarter for each in submissions}):
        open_quarter(quarter=quarter, today=today, by=by)
    results = _result_rows(submissions)
    latest = _latest_revisions(submissions)
    fresh: dict[tuple[int, Quarter], Revision] = {}
    for each in submissions:
        before, fields = latest.get(each.key), as_revision(each.indicator, each.quarter, each.given)
        if not is_unchanged(before, fields):
            fresh[each.key] = next_revision(
                results[each.key],
                before,
                fields,
                by=by,
                late=each.late,
                reason=each.published_as,
            )
    refuse_locked([results[key] for key in fresh], by=by)
    asked = ask(fresh, [each.indicator for each in submissions])
    _store(fresh, latest)
    if published := [each for each in submissions if each.published_as and each.key in fresh]:
        _sign_off_as_published(published)
    answers = {each.key: each.answers for each in submissions if each.answers}
    keep_questions(asked, fresh, latest, answers, by=by)
    for key, given in answers.items():
        if key not in fresh:
            answer_standing(latest[key], given, by=by)
    ratings = _rerate([each for each in submissions if each.key in fresh])
    audit.record_all(
        revision_event(revision, latest.get(key), ratings.get(revision.pk), by=by)
        for key, revision in fresh.items()
    )
    _send_results_given(fresh)
    return [
        (fresh[each.key], True) if each.key in fresh else (latest[each.key], False)
        for each in submissions
    ]


def _send_results_given(keys: Iterable[tuple[int, Quarter]]) -> None:
    """Once for each quarter, with the indicators of which it is the last that was given."""
    last: dict[int, Quarter] = {}
    for indicator, quarter in keys:
        last[indicator] = max(quarter, last.get(indicator, quarter))
    for quarter in sorted(set(last.values())):
        given = sorted(pk for pk, latest in last.items() if latest == quarter)
        results_given.send(sender=Result, quarter=quarter, indicators=given)


def _result_rows(submissions: Sequence[ResultToSubmit]) -> dict[tuple[int, Quarter], Result]:
    wanted_rows = Result.objects.filter(
        indicator__in={each.indicator.pk for each in submissions},
        quarter__in={each.quarter for each in submissions},
    ).select_related("indicator")
    found = {(row.indicator_id, row.quarter): row for row in wanted_rows}
    missing = [
        Result(indicator=each.indicator, quarter=each.quarter)
        for each in submissions
        if each.key not in found
    ]
    if not missing:
        return found
    # Another import may make one meanwhile.
    Result.objects.bulk_create(missing, batch_size=BATCH_SIZE, ignore_conflicts=True)
    return {(row.indicator_id, row.quarter): row for row in wanted_rows.all()}


def _latest_revisions(submissions: Sequence[ResultToSubmit]) -> dict[tuple[int, Quarter], Revision]:
    rows = (
        Revision.objects.latest_ones()
        .select_for_update(of=("self",))
        .filter(
            result__indicator__in={each.indicator.pk for each in submissions},
            result__quarter__in={each.quarter for each in submissions},
        )
        .select_related("result__indicator")
        .order_by("pk")
    )
    return {(row.result.indicator_id, row.result.quarter): row for row in rows}


def _store(
    fresh: dict[tuple[int, Quarter], Revision], latest: dict[tuple[int, Quarter], Revision]
) -> None:
    superseded = [latest[key].pk for key in fresh if key in latest]
    for start in range(0, len(superseded), BATCH_SIZE):
        some = superseded[start : start + BATCH_SIZE]
        Revision.objects.filter(pk__in=some).update(is_latest=False)
    Revision.objects.bulk_create(list(fresh.values()), batch_size=BATCH_SIZE)
    changed = [revision.result_id for revision in fresh.values()]
    for start in range(0, len(changed), BATCH_SIZE):
        some = changed[start : start + BATCH_SIZE]
        Result.objects.filter(pk__in=some).update(state=ResultState.SUBMITTED)


def _sign_off_as_published(submissions: Iterable[ResultToSubmit]) -> None:
    """They wait for nobody, unless their quarter was begun: then they are returns like others."""
    begun = set(
        ReportingQuarter.objects.filter(begun_at__isnull=False).values_list("quarter", flat=True)
    )
    by_quarter: dict[Quarter, list[int]] = defaultdict(list)
    for each in submissions:
        if each.quarter not in begun:
            by_quarter[each.quarter].append(each.indicator.pk)
    for quarter, indicators in by_quarter.items():
        Result.objects.filter(quarter=quarter, indicator__in=indicators).update(
            state=ResultState.AS_PUBLISHED
        )


def _rerate(submissions: Sequence[ResultToSubmit]) -> dict[int, Rating]:
    """Each quarter spoken of is rated, and those after it whose travel follows; by revision."""
    to_rate: dict[Quarter, set[int]] = defaultdict(set)
    first: dict[int, Quarter] = {}
    for each in submissions:
        to_rate[each.quarter].add(each.indicator.pk)
        first[each.indicator.pk] = min(each.quarter, first.get(each.indicator.pk, each.quarter))
    later_ratings = Rating.objects.latest_ones().filter(indicator__in=first)
    for indicator, quarter in later_ratings.values_list("indicator_id", "quarter"):
        if quarter > first[indicator]:
            to_rate[quarter].add(indicator)
    return {
        rating.revision_id: rating
        for quarter in sorted(to_rate)
        for rating in rate_quarter(quarter=quarter, by=None, indicators=to_rate[quarter])
        if rating.revision_id is not None
    }


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
        return _refuse_others(first, by)
    wanted = sorted(set(references))
    if not wanted:
        raise NotReady({"": "Complete an indicator first: there is nothing to submit"})
    try:
        with transaction.atomic():
            submission = Submission.objects.create(
                token=token,
                quarter=quarter,
                submitted_by=by,
                submitted_at=now(),
                results=len(wanted),
            )
    except IntegrityError:  # the same button, pressed twice at once
        return _refuse_others(Submission.objects.get(token=token), by)
    rows = _checked_rows(quarter, wanted, versions, today)
    _submit(rows, quarter, today, by)
    audit.record(
        "submitted return",
        submission,
        by=by,
        quarter=quarter.key,
        references=[row.indicator.reference for row in rows],
    )
    return submission


def _refuse_others(submission: Submission, by: User) -> Submission:
    if submission.submitted_by_id != by.pk:
        raise NotReady({"": "Check your own answers first: this was somebody else's return"})
    return submission


def _checked_rows(
    quarter: Quarter, wanted: Sequence[str], versions: Mapping[str, int] | None, today: date
) -> list[ReturnRow]:
    """The drafts, held until the end, and each as it is read. Raises NotReady."""
    held = {
        each.indicator_id: each
        for each in Draft.objects.select_for_update()
        .filter(quarter=quarter, indicator__reference__in=wanted)
        .order_by("pk")
    }
    indicators = list(
        Indicator.objects.filter(pk__in=held)
        .select_related("unit", "accountable_manager")
        .order_by("reference")
    )
    problems = dict.fromkeys(
        set(wanted) - {each.reference for each in indicators},
        "There is nothing left to submit: it was submitted or discarded after you checked it",
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
    awaited = awaited_in(quarter, on=today)
    submissions = []
    for row in rows:
        assert row.entry is not None
        assert row.draft is not None
        due = entry_day(days, row.indicator)
        # Where earlier figures stood in for this quarter's, that is still so.
        data_quarter = row.revision.data_quarter if row.revision else None
        given = ResultGiven.from_entry(row.entry, data_quarter)
        late = due is not None and today > due and row.indicator.pk not in awaited
        if row.entry.months:
            store_months(indicator=row.indicator, figures=row.entry.months, today=today, by=by)
        submissions.append(
            ResultToSubmit(row.indicator, quarter, given, late=late, answers=row.answers)
        )
    submit_results(submissions=submissions, today=today, by=by)
    for row in rows:
        assert row.entry is not None
        state_forecast(indicator=row.indicator, quarter=quarter, year_end=row.entry.year_end, by=by)
    Draft.objects.filter(pk__in=[row.draft.pk for row in rows if row.draft]).delete()
