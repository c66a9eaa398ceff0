"""results.csv: what indicators came to in quarters that are open for results."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import PlainValidator

from core.dates import as_date
from core.figures import TypedFigure
from core.models.quarters import ReportingQuarter
from core.months import Month
from core.quarters import FinancialYear, Quarter, read_financial_year
from core.refusals import Refused
from core.tables.cells import (
    Period,
    QuarterKey,
    TypedCell,
    YesOrNo,
    choice,
    figure_in,
    line,
    prose,
)
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
from indicators.models.months import MonthlyFigure
from indicators.models.results import Revision
from indicators.queries.questions import unanswered_of
from indicators.queries.sign_off import may_change
from indicators.rules.entry import (
    FIGURES,
    NEVER_NEGATIVE,
    ResultGiven,
    marked_confidence,
)
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
from sorp.rules.patterns import YEAR

NO_FIGURE = "leave it empty and say why in not_available"
BESIDE_WITHHELD = "leave the other figures empty where one is withheld"


class ResultRow(TableRow):
    """What one indicator came to in one quarter or month, or why there is no figure."""

    reference: Reference
    quarter: Period = column_also_called("month")
    value: TypedCell = ""
    numerator: TypedCell = ""
    denominator: TypedCell = ""
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
    content: bytes,
    *,
    file: str,
    today: date,
    by: User | None = None,
    dry_run: bool = False,
    published: Callable[[str, Quarter], str] | None = None,
) -> Imported:
    """Every result of the file stands and is rated; others stay as they are.

    `published` says where the council had published the figure of a reference and quarter: what had
    been is signed off by that.

    Of a monthly indicator the file gives months, and the results that they make stand too.

    A row for a closed quarter is let stand where it says what is already said, and refused
    otherwise: that takes a revision, which says why. A figure that was awaited from its publisher is
    taken for its quarter, closed or not. Raises RefusedFileError.
    """
    work = Import(content, ResultRow, file=file)
    rows = work.once_each("reference", "quarter", to_blame="quarter")
    indicators = indicators_named(work.named("reference"))
    refuse_unknown_indicators(work, indicators)
    periods = _periods(work, indicators)
    calendar = _calendar(set(periods.values()), today, by)
    for partial_row in work.partial_rows:
        for what_to_do in _misplaced(partial_row, periods, indicators, calendar):
            work.refuse(partial_row, "quarter", what_to_do)
    latest = _latest(indicators.values())
    given: list[ResultToSubmit] = []
    sound = [
        (row, indicators[row.reference])
        for row in _by_quarter(work, rows, periods)
        if row.reference in indicators and row.quarter not in calendar.refusals
    ]
    taken_as_final: list[ResultRow] = []
    months = MonthsOfFile(work, latest, calendar.closed, today, by)
    months.know(list(indicators.values()))
    for row, indicator in sound:
        if isinstance(row.quarter, Month):
            found = _figures(work, row, indicator)
            if found is None:
                continue
            of_month = _as_read(work, row, found)
            if of_month is not None and _is_sound(work, of_month, indicator):
                says_figures = not {*FIGURES}.isdisjoint(row.filled)
                withheld = _is_withheld(found) if says_figures else None
                if _is_new_and_final(of_month, months.standing.get((indicator.pk, row.quarter))):
                    taken_as_final.append(row)
                months.take(of_month, row.quarter, indicator, withheld=withheld)
    for row, indicator in sound:
        if isinstance(row.quarter, Quarter):
            before = latest.get((indicator.pk, row.quarter))
            submission = _submission(work, row, row.quarter, indicator, before, months)
            if submission is not None:
                _weigh(work, row, submission, before, calendar, given)
                says_figure = not (submission.given.not_available or indicator.made_of_months)
                marked = submission.given.confidence is not Confidence.FINAL
                if says_figure and not marked and _is_new_and_final(row, before):
                    taken_as_final.append(row)
    by_row = {
        (indicator.pk, row.quarter) for row, indicator in sound if isinstance(row.quarter, Quarter)
    }
    if dry_run:
        _say_quarters(work, [row for row, _ in sound])
    if taken_as_final:
        many = len(taken_as_final)
        of = "figure is" if many == 1 else f"{many} figures are"
        told = f"empty, and the {of} new: taken as final"
        work.note(taken_as_final[0], "confidence", told)
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
        submissions = [*given, *made]
        if published is not None:
            submissions = [
                replace(each, published_as=published(each.indicator.reference, each.quarter)[:500])
                for each in submissions
            ]
        stored = submit_results(submissions=submissions, today=today, by=by)
        asked = unanswered_of(revision.pk for revision, is_new in stored if is_new)
        for revision, _ in stored:
            for each in asked.get(revision.pk, ()):
                result = revision.result
                work.ask(f"{result.indicator.reference} {result.quarter.key}", each.words)
    return work.outcome()


def _is_new_and_final(row: ResultRow, before: Revision | MonthlyFigure | None) -> bool:
    """Whether nobody says, or said, how firm a figure is."""
    has_figure = any(getattr(row, name) not in ("", None) for name in FIGURES)
    return has_figure and before is None and "confidence" not in row.filled


def _periods(
    work: Import[ResultRow], indicators: Mapping[str, Indicator]
) -> dict[int, Quarter | Month]:
    """Of which quarter or month each row speaks, by row; a fault where that cannot be told."""
    found: dict[int, Quarter | Month] = {}
    for row in work.partial_rows:
        said, indicator = row.cells.get("quarter"), indicators.get(row.cells.get("reference", ""))
        try:
            if said is not None and (period := _period(said, indicator)) is not None:
                found[row.row_number] = period
        except ValueError as reason:
            work.refuse(row, "quarter", reason)
    return found


def _period(
    said: Quarter | Month | FinancialYear, indicator: Indicator | None
) -> Quarter | Month | None:
    """A financial year is the quarter in which an annual figure is due in it. Raises ValueError."""
    if isinstance(said, Quarter) or indicator is None:
        return None if isinstance(said, FinancialYear) else said
    year = read_financial_year(said.key)
    if isinstance(said, Month):
        if year is None or indicator.pattern.every < YEAR:
            return said
        raise ValueError(
            f"{said.key} can be read in two ways: write {_due_in(year, indicator).key} for {year}, or"
            f" {said.quarter.key} for the quarter of {said}"
        )
    return _due_in(said, indicator)


def _due_in(year: FinancialYear, indicator: Indicator) -> Quarter:
    due = [quarter for quarter in year.quarters if indicator.pattern.due_in(quarter)]
    if len(due) != 1:
        raise ValueError(
            f"write the quarter, such as {year.quarters[-1].key}: no one result of"
            f" {indicator.reference} is due in {year}"
        )
    return due[0]


def _by_quarter(
    work: Import[ResultRow], rows: Iterable[ResultRow], periods: Mapping[int, Quarter | Month]
) -> Iterator[ResultRow]:
    """The rows with their years as quarters. One that then says the same as another is a fault."""
    first: dict[tuple[str, Quarter | Month], int] = {}
    for row in rows:
        period = periods.get(row.row_number)
        if period is None:
            continue
        number = first.setdefault((row.reference, period), row.row_number)
        if number == row.row_number:
            yield row.model_copy(update={"quarter": period})
        else:
            work.refuse(row, "quarter", f"remove this row or row {number}")


def _say_quarters(work: Import[ResultRow], rows: Iterable[ResultRow]) -> None:
    """Each quarter of the file in words, at the first row that names it."""
    said: set[Quarter] = set()
    for row in rows:
        if isinstance(row.quarter, Quarter) and row.quarter not in said:
            said.add(row.quarter)
            work.note(row, "quarter", f"read as {row.quarter.in_full}")


def _as_read(
    work: Import[ResultRow], row: ResultRow, found: dict[str, TypedFigure]
) -> ResultRow | None:
    """The row with its figures as numbers, as months take them, and why one is withheld; or None, with a fault."""
    reason = row.not_available
    for name, each in found.items():
        if each.number is None:
            if any(other.number is not None for other in found.values()):
                work.refuse(row, name, BESIDE_WITHHELD)
                return None
            reason = reason or each.withheld
    numbers = {name: found[name].number if name in found else None for name in FIGURES}
    marked = marked_confidence(found.values())
    firm = {"confidence": marked} if marked and "confidence" not in row.filled else {}
    return row.model_copy(update={**numbers, **firm, "not_available": reason})


def _is_withheld(found: Mapping[str, TypedFigure]) -> bool:
    return any(each.withheld for each in found.values())


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
    """What the row gives, with what stands of which it says nothing; or None, with a fault."""
    found = _figures(work, row, indicator)
    if found is None:
        return None
    made = None
    if indicator.made_of_months:
        as_read = _as_read(work, row, found)
        if as_read is None:
            return None
        months.take_for_last(as_read, quarter, indicator)
        wrong = list(of_months(as_read, quarter, indicator, months, withheld=_is_withheld(found)))
        made = months.made(indicator, quarter)
        for column, what_to_do in wrong:
            work.refuse(row, column, what_to_do)
        if wrong:
            return None
    try:
        said = {} if made is not None else _answer(row, quarter, found, before, indicator)
        marked = marked_confidence(found.values())
        if "confidence" in row.filled:
            if marked not in (None, row.confidence):
                raise Refused(
                    f"write {marked}, as the figure is marked, or leave out the mark",
                    field="confidence",
                )
            confidence = row.confidence
        else:
            confidence = marked or Confidence(before.confidence if before else Confidence.FINAL)
        given = ResultGiven(
            **(said if made is None else {name: getattr(made, name) for name in OF_MONTHS}),
            confidence=confidence if made is None else made.confidence,
            **{name: _kept(row, name, before) for name in KEPT},
        )
        as_revision(indicator, quarter, given)
    except ValueError as reason:
        at_figures = "numerator" if "numerator" in found else "value"
        field = reason.field if isinstance(reason, Refused) and reason.field else at_figures
        work.refuse(row, field, reason)
        return None
    for name, each in found.items():
        if each.told:
            work.note(row, name, each.told)
        if each.question:
            work.ask(f"{row.reference} {quarter.key}", each.question)
    return ResultToSubmit(indicator, quarter, given, late=row.late)


OF_MONTHS = ("value", "numerator", "denominator", "not_available", "withheld")
KEPT = ("definition_break", "data_quarter", "commentary", "management_action")


def _kept(row: ResultRow, name: str, before: Revision | None) -> Any:
    """What the row says; what stands, where its cell is empty or its column is left out."""
    if name in row.filled or before is None:
        return getattr(row, name)
    return getattr(before, name)


def _figures(
    work: Import[ResultRow], row: ResultRow, indicator: Indicator
) -> dict[str, TypedFigure] | None:
    """The figures of a row that are filled in, by column; None with a fault where one is none."""
    found: dict[str, TypedFigure] = {}
    sound = True
    for name in FIGURES:
        if text := getattr(row, name):
            unit = indicator.measure_unit if name == "value" else ""
            try:
                found[name] = figure_in(text, unit, absent=NO_FIGURE)
            except ValueError as reason:
                work.refuse(row, name, reason)
                sound = False
    return found if sound else None


def _answer(
    row: ResultRow,
    quarter: Quarter,
    found: dict[str, TypedFigure],
    before: Revision | None,
    indicator: Indicator,
) -> dict[str, Any]:
    """The figures, or why there are none, of a row and of what stands. Raises Refused, by column.

    A figure takes the place of the reason why there was none, and the reason that of a figure.
    """
    numbers = {name: each.number for name, each in found.items() if each.number is not None}
    withheld = next((each.withheld for each in found.values() if each.withheld), "")
    cleared = {name for name in FIGURES if name in row.filled and name not in found}
    if row.not_available and numbers:
        raise Refused(
            "leave this empty, or leave the figures empty: not both at once", field="not_available"
        )
    if withheld and numbers:
        name = next(name for name, each in found.items() if each.withheld)
        raise Refused(BESIDE_WITHHELD, field=name)
    if row.data_quarter is not None and row.data_quarter > quarter:
        raise Refused(f"write {quarter.key} or a quarter before it", field="data_quarter")
    if withheld:
        return {"not_available": row.not_available or withheld, "withheld": True}
    if row.not_available:
        still = bool(before and before.withheld and "value" not in cleared)
        return {"not_available": row.not_available, "withheld": still}
    stands = {} if before is None else {name: getattr(before, name) for name in FIGURES}
    kept = {
        name: numbers.get(name, None if name in cleared else stands.get(name)) for name in FIGURES
    }
    if not numbers:
        if before is not None and before.not_available and not cleared:
            if "not_available" in row.filled:
                raise Refused("write why there is none, or the figure", field="not_available")
            return {"not_available": before.not_available, "withheld": before.withheld}
        if kept["value"] is None and kept["numerator"] is None and kept["denominator"] is None:
            raise Refused(
                "write the value, or say in not_available why there is none", field="value"
            )
    elif "value" in numbers and not {"numerator", "denominator"} & {*numbers, *cleared}:
        _refuse_other_than_standing(numbers["value"], kept, indicator)
    elif "value" not in numbers:
        kept["value"] = None  # by its counts
    value, numerator, denominator = (kept[name] for name in FIGURES)
    if (numerator is None) != (denominator is None):
        missing = "numerator" if numerator is None else "denominator"
        raise Refused("write both the numerator and the denominator, or neither", field=missing)
    if denominator is not None and denominator < 0:
        raise Refused("write a denominator of 0 or more", field="denominator")
    if numerator is not None and denominator is not None and "value" in numbers:
        for column, what_to_do in _contradicted_value(
            numbers["value"], numerator, denominator, indicator
        ):
            raise Refused(what_to_do, field=column)
    worked_out = value_of(
        value if numerator is None else None,
        numerator,
        denominator,
        scale_of(indicator.measure_unit),
    )
    if worked_out is not None and worked_out < 0 and indicator.may_be_negative is False:
        column = "value" if numerator is None else "numerator"
        raise Refused(f"write 0 or more: {NEVER_NEGATIVE} (may_be_negative)", field=column)
    return {
        "value": value if numerator is None else None,
        "numerator": numerator,
        "denominator": denominator,
    }


def _refuse_other_than_standing(
    value: Decimal, kept: dict[str, Decimal | None], indicator: Indicator
) -> None:
    """Counts that stand define the value: another one alone would leave them saying otherwise."""
    numerator, denominator = kept["numerator"], kept["denominator"]
    if numerator is None or denominator is None:
        return
    for _ in _contradicted_value(value, numerator, denominator, indicator):
        raise Refused(
            f"write the numerator and the denominator too, or (clear) in both: {numerator.normalize():f}"
            f" and {denominator.normalize():f}, saved before, give another value",
            field="numerator",
        )


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
            + ("" if before else ", and nobody said anything about it"),
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
    row: PartialRow,
    periods: Mapping[int, Quarter | Month],
    indicators: Mapping[str, Indicator],
    calendar: _Calendar,
) -> Iterator[str]:
    """What to do about a quarter that takes no results, or in which the indicator is not measured."""
    spoken_of = periods.get(row.row_number)
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
        yield "value", "leave it empty: a denominator of 0 gives no value"
        return
    rounding = Decimal(5).scaleb(-indicator.decimals - 1)
    if abs(value - ratio) > rounding:
        yield (
            "value",
            f"correct the value or the figures it comes from: {numerator.normalize():f} /"
            f" {denominator.normalize():f} gives {ratio:.{indicator.decimals}f}, not"
            f" {value.normalize():f}",
        )


def _latest(indicators: Iterable[Indicator]) -> dict[tuple[int, Quarter], Revision]:
    rows = Revision.objects.latest_ones().select_related("result")
    known: Sequence[int] = [indicator.pk for indicator in indicators]
    if len(known) < 500:  # SQLite takes only so many parameters
        rows = rows.filter(result__indicator__in=known)
    return {(row.result.indicator_id, row.result.quarter): row for row in rows}
