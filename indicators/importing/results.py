"""results.csv: what indicators came to in quarters that are open for results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import PlainValidator

from core.dates import as_date
from core.models.quarters import ReportingQuarter
from core.months import Month
from core.quarters import Quarter
from core.tables.cells import QuarterKey, QuarterOrMonth, YesOrNo, choice, decimal, line, prose
from core.tables.importing import Import, Imported
from core.tables.reading import PartialRow
from core.tables.rows import TableRow, column_also_called, optional_column
from indicators.importing.definitions import (
    Reference,
    indicators_named,
    refuse_unknown_indicators,
)
from indicators.importing.months import MonthsOfFile, of_months
from indicators.models.definitions import Awaited, Indicator
from indicators.models.results import Revision
from indicators.queries.questions import unanswered_of
from indicators.queries.sign_off import may_change
from indicators.rules.entry import ResultGiven
from indicators.rules.rating import scale_of, value_of
from indicators.services.results import (
    ResultToSubmit,
    as_revision,
    is_unchanged,
    revise_result,
    submit_results,
)
from organisation.models.people import User
from sorp.lexicon import Confidence
from sorp.queries.ruling import NoVersionInForce, version_ruling

Figure = Annotated[Decimal, PlainValidator(decimal("leave it empty and say why in not_available"))]


class ResultRow(TableRow):
    """What one indicator came to in one quarter or month, or why there is no figure."""

    reference: Reference
    quarter: QuarterOrMonth = column_also_called("month")
    value: Figure | None = None
    numerator: Figure | None = None
    denominator: Figure | None = None
    confidence: Annotated[Confidence, PlainValidator(choice(Confidence))] = Confidence.FINAL
    not_available: Annotated[str, PlainValidator(line(300))] = ""
    definition_break: YesOrNo = False
    commentary: Annotated[str, PlainValidator(prose())] = ""
    management_action: Annotated[str, PlainValidator(prose())] = optional_column("")
    data_quarter: QuarterKey | None = optional_column()
    late: YesOrNo = optional_column(False)


@dataclass(frozen=True, slots=True)
class _Calendar:
    """Which of the file's quarters and months take results, what is said where they don't, and who asks."""

    closed: frozenset[Quarter]
    awaited: Mapping[tuple[int, Quarter], str]  # publishers of figures still to come, closed or not
    refusals: dict[Quarter | Month, str]
    by: User | None


def import_results(
    content: bytes, *, file: str, today: date, by: User | None = None, dry_run: bool = False
) -> Imported:
    """Every result of the file stands and is rated; others stay as they are.

    Of a monthly indicator the file gives months, and the results that they make stand too.

    A row for a closed quarter is let stand where it says what is already said, and refused
    otherwise: that takes a revision, which says why. A figure that was awaited from its publisher is
    taken for its quarter, closed or not. Raises RefusedFileError.
    """
    work = Import(content, ResultRow, file=file)
    rows = work.once_each("reference", "quarter", to_blame="quarter")
    indicators = indicators_named(work.named("reference"))
    refuse_unknown_indicators(work, indicators)
    calendar = _calendar(work.named("quarter"), today, by)
    for partial_row in work.partial_rows:
        for what_to_do in _misplaced(partial_row, indicators, calendar):
            work.refuse(partial_row, "quarter", what_to_do)
    latest = _latest(indicators.values())
    given: list[ResultToSubmit] = []
    sound = [
        (row, indicators[row.reference])
        for row in rows
        if row.reference in indicators and row.quarter not in calendar.refusals
    ]
    months = MonthsOfFile(work, latest, calendar.closed, today, by)
    months.know(list(indicators.values()))
    for row, indicator in sound:
        if isinstance(row.quarter, Month) and _is_sound(work, row, indicator):
            months.take(row, row.quarter, indicator)
    for row, indicator in sound:
        if isinstance(row.quarter, Quarter):
            before = latest.get((indicator.pk, row.quarter))
            submission = _submission(work, row, row.quarter, indicator, before, months)
            if submission is not None:
                _weigh(work, row, submission, before, calendar, given)
    by_row = {
        (indicator.pk, row.quarter) for row, indicator in sound if isinstance(row.quarter, Quarter)
    }
    with work.all_or_none(dry_run=dry_run):
        work.faults.refuse_if_any()
        months.store()
        made = list(months.results(by_row))
        came = [each for each in given if each.quarter in calendar.closed]
        for arrived in came:  # of a closed quarter, and awaited from its publisher
            revise_result(
                indicator=arrived.indicator,
                quarter=arrived.quarter,
                given=arrived.given,
                reason=f"Issued by {calendar.awaited[arrived.key]}",
                by=by,
            )
        given = [each for each in given if each.quarter not in calendar.closed]
        stored = submit_results(submissions=[*given, *made], today=today, by=by)
        asked = unanswered_of(revision.pk for revision, is_new in stored if is_new)
        for revision, _ in stored:
            for each in asked.get(revision.pk, ()):
                result = revision.result
                work.ask(f"{result.indicator.reference} {result.quarter.key}", each.words)
    return work.outcome()


def _is_sound(work: Import[ResultRow], row: ResultRow, indicator: Indicator) -> bool:
    found = list(_contradictions(row, indicator))
    for column, what_to_do in found:
        work.refuse(row, column, what_to_do)
    return not found


def _submission(
    work: Import[ResultRow],
    row: ResultRow,
    quarter: Quarter,
    indicator: Indicator,
    before: Revision | None,
    months: MonthsOfFile,
) -> ResultToSubmit | None:
    """What the row gives, or None with a fault for what contradicts what."""
    made, found = None, []
    if indicator.made_of_months:
        months.take_for_last(row, quarter, indicator)
        found, made = (
            list(of_months(row, quarter, indicator, months)),
            months.made(indicator, quarter),
        )
    for column, what_to_do in found:
        work.refuse(row, column, what_to_do)
    if found or (made is None and not _is_sound(work, row, indicator)):
        return None
    figures = row if made is None else made
    # A file that says nothing of management action takes none away.
    action = row.management_action or (before.management_action if before else "")
    try:
        given = ResultGiven(
            value=figures.value,
            numerator=figures.numerator,
            denominator=figures.denominator,
            confidence=figures.confidence,
            not_available=figures.not_available,
            definition_break=row.definition_break,
            data_quarter=row.data_quarter,
            commentary=row.commentary,
            management_action=action,
        )
        as_revision(indicator, quarter, given)
    except ValueError as reason:
        work.refuse(row, "value" if row.numerator is None else "numerator", reason)
        return None
    return ResultToSubmit(indicator, quarter, given, late=row.late)


def _weigh(
    work: Import[ResultRow],
    row: ResultRow,
    submission: ResultToSubmit,
    before: Revision | None,
    calendar: _Calendar,
    given: list[ResultToSubmit],
) -> None:
    """The row is new, changes what stands, or says the same; a closed quarter takes only that."""
    changed = not is_unchanged(
        before, as_revision(submission.indicator, submission.quarter, submission.given)
    )
    is_awaited = submission.key in calendar.awaited and not (before and before.value is not None)
    if changed and submission.quarter in calendar.closed and not is_awaited:
        work.refuse(
            row,
            "quarter",
            f"revise this result, with the reason, instead: {submission.quarter} is closed"
            + ("" if before else ", and nothing was said of it"),
        )
        return
    if changed and before is not None and not may_change(result=before.result, by=calendar.by):
        work.refuse(row, "value", "leave this row out, or have the result unlocked: it is approved")
        return
    if changed:
        given.append(submission)
    work.count(f"{row.reference} {row.quarter.key}", existed=before is not None, changed=changed)


def _calendar(spoken_of: Iterable[Quarter | Month], today: date, by: User | None) -> _Calendar:
    closed = {
        state.quarter
        for state in ReportingQuarter.objects.filter(state=ReportingQuarter.State.CLOSED)
    }
    refusals: dict[Quarter | Month, str] = {}
    for each in spoken_of:
        if each.last_day >= today:
            first = each.next().first_day
            refusals[each] = f"leave this row out until {as_date(first)}: {each} has not ended"
            continue
        try:
            version_ruling(each.quarter if isinstance(each, Month) else each)
        except NoVersionInForce as reason:
            refusals[each] = str(reason)
    awaited = {(row.indicator_id, row.quarter): row.publisher for row in Awaited.objects.all()}
    return _Calendar(frozenset(closed), awaited, refusals, by)


def _misplaced(
    row: PartialRow, indicators: dict[str, Indicator], calendar: _Calendar
) -> Iterator[str]:
    """What to do about a quarter that takes no results, or in which the indicator is not measured."""
    spoken_of = row.cells.get("quarter")
    if spoken_of is None:
        return
    if spoken_of in calendar.refusals:
        yield calendar.refusals[spoken_of]
    quarter = spoken_of.quarter if isinstance(spoken_of, Month) else spoken_of
    if indicator := indicators.get(row.cells.get("reference", "")):
        first, last = indicator.first_quarter, indicator.last_quarter
        if quarter < first:
            yield f"write a quarter from {first.key} on, the first it is measured in"
        elif last and quarter > last:
            yield f"write a quarter up to {last.key}, the last it is measured in"


def _contradictions(row: ResultRow, indicator: Indicator) -> Iterator[tuple[str, str]]:
    """What of a row's figures doesn't go together, with the column to blame."""
    value, numerator, denominator = row.value, row.numerator, row.denominator
    has_figures = any(each is not None for each in (value, numerator, denominator))
    if row.not_available and has_figures:
        yield "not_available", "leave this empty, or leave the figures empty: not both at once"
    elif not has_figures and not row.not_available:
        yield "value", "write the value, or say in not_available why there is none"
    elif (numerator is None) != (denominator is None):
        missing = "numerator" if numerator is None else "denominator"
        yield missing, "write both the numerator and the denominator, or neither"
    elif value is not None and numerator is not None and denominator is not None:
        yield from _contradicted_value(value, numerator, denominator, indicator)
    data_quarter = row.data_quarter
    if data_quarter is not None and isinstance(row.quarter, Quarter) and data_quarter > row.quarter:
        yield "data_quarter", f"write {row.quarter.key} or a quarter before it"


def _contradicted_value(
    value: Decimal, numerator: Decimal, denominator: Decimal, indicator: Indicator
) -> Iterator[tuple[str, str]]:
    """Figures that define the value, and a value that isn't theirs even when rounded."""
    ratio = value_of(None, numerator, denominator, scale_of(indicator.measure_unit))
    if ratio is None:
        yield "value", "leave it empty: a denominator of nought gives no value"
        return
    rounding = Decimal(5).scaleb(-indicator.decimals - 1)
    if abs(value - ratio) > rounding:
        yield (
            "value",
            f"mend the value or the figures it comes from: {numerator.normalize():f} /"
            f" {denominator.normalize():f} gives {ratio:.{indicator.decimals}f}, not"
            f" {value.normalize():f}",
        )


def _latest(indicators: Iterable[Indicator]) -> dict[tuple[int, Quarter], Revision]:
    rows = Revision.objects.latest_ones().select_related("result")
    known: Sequence[int] = [indicator.pk for indicator in indicators]
    if len(known) < 500:  # SQLite takes only so many parameters
        rows = rows.filter(result__indicator__in=known)
    return {(row.result.indicator_id, row.result.quarter): row for row in rows}
