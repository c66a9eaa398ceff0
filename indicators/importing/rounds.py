"""round.csv: what is proposed of each indicator for the year of the latest round."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Annotated

from django.core.exceptions import PermissionDenied
from pydantic import PlainValidator

from core.quarters import Quarter
from core.tables.cells import QuarterKey, Text, TypedCell, choice, figure, line
from core.tables.importing import Import, Imported
from core.tables.rows import TableRow, optional_column
from indicators.importing.definitions import Reference, indicators_named
from indicators.models.definitions import Indicator
from indicators.models.rounds import AnnualRound, RoundLine
from indicators.queries.rounds import latest_round, proposed_indicator, quarters_of
from indicators.rules.rounds import LineAction
from indicators.services.rounds import RefusedLine, Typed, propose_lines
from organisation.models.people import User
from sorp.rules.thresholds import LIMITS

NO_ROUND = "no round is open: the performance team opens one first"


class RoundRow(TableRow):
    """What is proposed of one indicator; of what is counted from April, a row for each quarter.

    The columns from `title` on are there to be read beside it, and are passed over when it comes back.
    """

    reference: Reference
    proposal: Annotated[LineAction, PlainValidator(choice(LineAction))] | None = None
    from_quarter: QuarterKey | None = None
    target: TypedCell = ""
    floor: TypedCell = ""
    lower: TypedCell = ""
    upper: TypedCell = ""
    outer_lower: TypedCell = ""
    outer_upper: TypedCell = ""
    reason: Annotated[str, PlainValidator(line(500))] = ""
    title: Text = optional_column("")
    unit: Text = optional_column("")
    manager: Text = optional_column("")
    stands: Text = optional_column("")
    three_years_ago: Text = optional_column("")
    two_years_ago: Text = optional_column("")
    last_year: Text = optional_column("")
    forecast: Text = optional_column("")
    state: Text = optional_column("")


def import_round(
    content: bytes, *, file: str, by: User | None = None, dry_run: bool = False
) -> Imported:
    """Every line of the file says what the file does, as a draft; those it leaves out stay as they are.

    A row without a proposal is passed over. A new indicator is proposed on its page: here only what it is
    to aim at is taken. Raises RefusedFileError.
    """
    work = Import(content, RoundRow, file=file)
    rows = work.once_each("reference", "from_quarter", to_blame="from_quarter")
    round = latest_round()
    by_reference: dict[str, list[RoundRow]] = defaultdict(list)
    for row in rows:
        if row.proposal is not None:
            by_reference[row.reference].append(row)
    known = indicators_named(set(by_reference))
    lines = _lines(round, set(by_reference)) if round else {}
    with work.all_or_none(dry_run=dry_run):
        for reference, told in by_reference.items():
            if round is None or by is None:
                work.refuse(told[0], "reference", NO_ROUND)
            else:
                _settle(work, round, told, known.get(reference), lines.get(reference), by)
    return work.outcome()


def _lines(round: AnnualRound, references: set[str]) -> dict[str, RoundLine]:
    rows = RoundLine.objects.standing().filter(round=round)
    found = rows.select_related("indicator", "unit", "manager", "round").prefetch_related("targets")
    return {each.reference: each for each in found if each.reference in references}


def _settle(
    work: Import[RoundRow],
    round: AnnualRound,
    rows: list[RoundRow],
    indicator: Indicator | None,
    line: RoundLine | None,
    by: User,
) -> None:
    """The line says what its rows say; or it is said why it can't."""
    first = rows[0]
    is_new = line is not None and line.is_new
    if indicator is None and not is_new:
        work.refuse(
            first,
            "reference",
            f"there is no indicator {first.reference}: correct it, or propose a new one on its page",
        )
        return
    if (first.proposal is LineAction.NEW) is not is_new:
        work.refuse(
            first,
            "proposal",
            "a new indicator is proposed on its page: write keep, change or end"
            if first.proposal is LineAction.NEW
            else "write new: it is not measured yet",
        )
        return
    if other := next((row for row in rows if row.proposal is not first.proposal), None):
        work.refuse(other, "proposal", f"write {first.proposal} in each row of {first.reference}")
        return
    subject = proposed_indicator(line) if line is not None and is_new else indicator
    assert subject is not None
    assert first.proposal is not None
    targets: dict[Quarter, dict[str, Decimal | None]] = {}
    for row in rows:
        limits = _limits(work, row, subject)
        if limits is None:
            return
        if any(value is not None for value in limits.values()):
            asked = quarters_of(subject, round.year)
            quarter = row.from_quarter or (asked[0] if asked else round.first_quarter)
            targets[quarter] = limits
    reason = next((row.reason for row in rows if row.reason), "")
    typed = Typed(
        subject,
        first.proposal.value,
        reason,
        {} if first.proposal is LineAction.END else targets,
        line=line if is_new else None,
    )
    try:
        changed = propose_lines(round=round, typed=[typed], by=by)
    except PermissionDenied as refusal:
        work.refuse(first, "reference", f"leave it out: {refusal}")
    except RefusedLine as refusal:
        column = "proposal" if refusal.field == "action" else refusal.field
        at = next((row for row in rows if row.from_quarter == refusal.quarter), first)
        work.refuse(at, column if column in RoundRow.model_fields else "proposal", refusal)
    except ValueError as refusal:
        work.refuse(first, "proposal", refusal)
    else:
        work.count(first.reference, existed=line is not None, changed=bool(changed))


def _limits(
    work: Import[RoundRow], row: RoundRow, subject: Indicator
) -> dict[str, Decimal | None] | None:
    """The numbers of one row; None where one could not be read, and it is said why."""
    limits: dict[str, Decimal | None] = {}
    for name in LIMITS:
        written = getattr(row, name)
        try:
            limits[name] = figure(unit=subject.measure_unit)(written) if written else None
        except ValueError as reason:
            work.refuse(row, name, reason)
            return None
    return limits
