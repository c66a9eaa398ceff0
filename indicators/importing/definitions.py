"""indicators.csv and targets.csv: what is measured, and what is aimed at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any

from pydantic import PlainValidator

from core.clock import localdate
from core.tables.cells import (
    Day,
    Figure,
    QuarterKey,
    Text,
    TypedCell,
    YesOrNo,
    choice,
    figure,
    line,
    pattern,
    prose,
    whole_number,
)
from core.tables.faults import shown
from core.tables.importing import Import, Imported
from core.tables.reading import SomeRow
from core.tables.rows import TableRow, columns_of, optional_column, passed_over_column
from indicators.models.definitions import PATTERN, REFERENCE, Indicator, Target
from indicators.rules.definitions import LARGEST_TOLERANCE, NO_RAG, SUITS
from indicators.services.definitions import define_indicator, redefine_indicator, set_target
from organisation.importing.people import email_address
from organisation.importing.units import Code
from organisation.models.people import Appointment, User
from organisation.models.units import Unit
from sorp.lexicon import (
    Basis,
    Frequency,
    Kind,
    Layer,
    MadeOfMonths,
    Polarity,
    RatingMethod,
    Tier,
    Topic,
)
from sorp.rules.patterns import Pattern, due_quarters
from sorp.rules.thresholds import LIMITS

Reference = Annotated[
    str,
    PlainValidator(pattern(REFERENCE, "use letters, figures, spaces inside and . - & /, up to 30")),
]


def indicators_named(references: set[str]) -> dict[str, Indicator]:
    """The indicators of these references, by reference."""
    found = Indicator.objects.select_related("unit", "accountable_manager", "successor", "checker")
    if len(references) < 500:  # SQLite takes only so many parameters
        found = found.filter(reference__in=references)
    return {indicator.reference: indicator for indicator in found}


def refuse_unknown_indicators(work: Import[SomeRow], indicators: Mapping[str, Indicator]) -> None:
    """A fault for each row, sound or not, whose reference is no indicator's."""
    for row in work.partial_rows:
        reference = row.cells.get("reference")
        if reference is not None and reference not in indicators:
            advice = (
                f"import the indicator first, or correct its reference: there is no {reference}"
            )
            work.refuse(row, "reference", advice)


def _due(text: str) -> str:
    """The quarters in which a result is due, written as they are kept: Q1 Q3, or 2024-Q3."""
    numbers, first = due_quarters(text)
    return first.key if first else " ".join(f"Q{number}" for number in numbers)


def _manager(text: str) -> str:
    """An e-mail address, or the title of an office: published files name no person."""
    return email_address(text) if "@" in text else line(200)(text)


Manager = Annotated[str, PlainValidator(_manager)]


class IndicatorRow(TableRow):
    """What is measured, by whom and how it is judged."""

    reference: Reference
    title: Annotated[str, PlainValidator(line(200))]
    unit: Code
    tier: Annotated[Tier, PlainValidator(choice(Tier))]
    kind: Annotated[Kind, PlainValidator(choice(Kind))]
    measure_unit: Annotated[str, PlainValidator(line(40))] = ""
    decimals: Annotated[int, PlainValidator(whole_number(0, 6))]
    polarity: Annotated[Polarity, PlainValidator(choice(Polarity))]
    frequency: Annotated[Frequency, PlainValidator(choice(Frequency))]
    basis: Annotated[Basis, PlainValidator(choice(Basis))]
    method: Annotated[RatingMethod, PlainValidator(choice(RatingMethod))]
    tolerance: Figure | None = None
    accountable_manager: Manager
    layer: Annotated[Layer, PlainValidator(choice(Layer))] = Layer.NONE
    seasonal: YesOrNo = False
    lag_quarters: Annotated[int, PlainValidator(whole_number(0, 20))] = 0
    definition: Annotated[str, PlainValidator(prose())] = ""
    source: Annotated[str, PlainValidator(prose())] = ""
    due: Annotated[str, PlainValidator(_due)] = optional_column("")
    made_of_months: Annotated[str, PlainValidator(choice(MadeOfMonths))] = optional_column("")
    may_be_negative: YesOrNo | None = optional_column()
    numerator_name: Annotated[str, PlainValidator(line(200))] = optional_column("")
    denominator_name: Annotated[str, PlainValidator(line(200))] = optional_column("")
    codes: Annotated[str, PlainValidator(line(300))] = optional_column("")
    topic: Annotated[str, PlainValidator(choice(Topic))] = optional_column("")
    data_provider: Annotated[str, PlainValidator(line(200))] = optional_column("")
    contributors: Annotated[str, PlainValidator(line(500))] = optional_column("")
    checker: Annotated[str, PlainValidator(email_address)] | None = optional_column()
    next_review: Day | None = optional_column()
    first_quarter: QuarterKey | None = optional_column()
    last_quarter: QuarterKey | None = optional_column()
    successor: Reference | None = optional_column()
    successor_is_comparable: YesOrNo = optional_column(False)
    break_from: QuarterKey | None = optional_column()
    reason: Annotated[str, PlainValidator(line(500))] = optional_column("")
    # A published report's own indicators.csv has these besides.
    directorate: Text = passed_over_column()
    commentary: Text = passed_over_column()
    management_action: Text = passed_over_column()


# Fields of a row that are not an indicator's own as they stand: they name something.
NAMED = (
    *("row_number", "reference", "unit", "accountable_manager", "checker"),
    *(column.field for column in columns_of(IndicatorRow).values() if column.is_passed_over),
    *("successor", "successor_is_comparable", "break_from", "reason"),
)


def import_indicators(
    content: bytes, *, file: str, by: User | None = None, dry_run: bool = False
) -> Imported:
    """Every indicator of the file is defined as it says; those it leaves out stay as they are.

    Of one that stands, an empty cell leaves what is said, and `(clear)` takes it away. A new one says
    in which quarter it is first measured. Raises RefusedFileError.
    """
    work = Import(content, IndicatorRow, file=file)
    rows = work.once_each("reference", to_blame="reference")
    standing = indicators_named({row.reference for row in rows})
    units = {unit.code: unit for unit in Unit.objects.all()}
    people = _people(work.named("accountable_manager"))
    with work.all_or_none(dry_run=dry_run):
        for row in rows:
            indicator = standing.get(row.reference)
            definition = _definition(row, indicator)
            found = list(_refusals(row, definition, indicator, units, people))
            for column, what_to_do in found:
                work.refuse(row, column, what_to_do)
            if not found:
                definition["unit"] = units[row.unit]
                definition["accountable_manager"] = people[row.accountable_manager][0]
                if indicator is None or "checker" in row.filled:
                    definition["checker"] = people[row.checker][0] if row.checker else None
                if indicator is not None and "successor" in work.columns:
                    definition |= _succession_kept(indicator, row)
                _settle(work, row, indicator, definition, by)
        if "successor" in work.columns:
            _settle_successors(work, rows, by)
    return work.outcome()


def _definition(row: IndicatorRow, indicator: Indicator | None) -> dict[str, Any]:
    """What the row says of an indicator, and of a new one what its empty cells mean.

    What another cell rules out goes with it: a tolerance where the method has none, and how months
    make a quarter where no figure is given by month.
    """
    said = row.filled if indicator else dict(row)
    definition = {name: cell for name, cell in said.items() if name not in NAMED}
    if "tolerance" not in row.filled and row.method is not RatingMethod.TOLERANCE:
        definition["tolerance"] = None
    if "made_of_months" not in row.filled and row.frequency is not Frequency.MONTHLY:
        definition["made_of_months"] = ""
    return definition


def _people(named: Iterable[str]) -> dict[str, list[User]]:
    """Whom a cell means: the person of an e-mail address; of an office, whoever holds it today."""
    known: dict[str, list[User]] = defaultdict(list)
    for user in User.objects.filter(is_active=True):
        known[user.email].append(user)
    if offices := {each for each in named if "@" not in each}:
        held = Appointment.objects.held_on(localdate()).filter(
            post__title__in=offices, user__is_active=True
        )
        for each in held.select_related("post", "user").order_by("user__email"):
            if each.user not in known[each.post.title]:
                known[each.post.title].append(each.user)
    return known


def _succession_kept(indicator: Indicator, row: IndicatorRow) -> dict[str, Any]:
    """What stands of its successor, where the row says the same; else none, until all rows are there."""
    named = indicator.successor.reference if indicator.successor else None
    if named is not None and named == row.successor:
        return {"successor_is_comparable": row.successor_is_comparable}
    return {"successor": None, "successor_is_comparable": False} if named else {}


def _settle_successors(
    work: Import[IndicatorRow], rows: Sequence[IndicatorRow], by: User | None
) -> None:
    """Once every row of the file stands, each is replaced by the one it names, which may come later."""
    known = indicators_named(
        {row.reference for row in rows} | {row.successor for row in rows if row.successor}
    )
    for row in rows:
        indicator = known.get(row.reference)
        if indicator is None or row.successor is None:
            continue
        if (successor := known.get(row.successor)) is None:
            work.refuse(
                row, "successor", f"name an indicator that exists: there is no {row.successor}"
            )
            continue
        try:
            redefine_indicator(
                indicator=indicator,
                by=by,
                reason=row.reason,
                successor=successor,
                successor_is_comparable=row.successor_is_comparable,
                is_first=row.reference in work.new,
            )
        except ValueError as reason:
            work.refuse(row, "successor", reason)


def _settle(
    work: Import[IndicatorRow],
    row: IndicatorRow,
    indicator: Indicator | None,
    definition: dict[str, Any],
    by: User | None,
) -> None:
    """The indicator is defined, defined anew or left as it is; or it is said why it can't be."""
    try:
        if indicator is None:
            define_indicator(reference=row.reference, by=by, **definition)
            work.count(row.reference, existed=False, changed=True)
            return
        changed = any(getattr(indicator, name) != value for name, value in definition.items())
        named = indicator.successor.reference if indicator.successor else None
        if changed:
            redefine_indicator(
                indicator=indicator,
                by=by,
                reason=row.reason,
                break_from=row.break_from,
                **definition,
            )
        changed = changed or ("successor" in work.columns and named != row.successor)
        work.count(row.reference, existed=True, changed=changed)
    except ValueError as reason:
        work.refuse(row, _to_blame(str(reason)), reason)


def _to_blame(reason: str) -> str:
    """The column at which to look first. The sentence itself names what contradicts what."""
    if "break_from" in reason or "compare no more" in reason:
        return "basis"
    if "it begins then or before" in reason:
        return "first_quarter"
    return "last_quarter" if "has a result for" in reason else "method"


def _refusals(
    row: IndicatorRow,
    definition: Mapping[str, Any],
    indicator: Indicator | None,
    units: dict[str, Unit],
    people: Mapping[str, Sequence[User]],
) -> Iterator[tuple[str, str]]:
    """What the database would refuse, in words, with the column to blame."""
    kind, method = row.kind, row.method
    if row.unit not in units:
        yield "unit", f"name a unit that exists: there is no {row.unit}"
    manager = row.accountable_manager
    if not (holders := people.get(manager)):
        advice = (
            f"import the person first: nobody has the address {manager}"
            if "@" in manager
            else f"write the e-mail address of whoever holds this office: nobody is {shown(manager)}"
        )
        yield "accountable_manager", advice
    elif len(holders) > 1:
        addresses = " or ".join(each.email for each in holders)
        yield "accountable_manager", f"write {addresses}: each of them is {shown(manager)}"
    if row.checker is not None and not people.get(row.checker):
        yield "checker", f"import the person first: nobody has the address {row.checker}"
    elif row.checker is not None and people[row.checker] == people.get(manager):
        yield "checker", "name somebody else: no manager checks their own indicator"
    if method not in NO_RAG.get(kind, tuple(RatingMethod)):
        allowed = " or ".join(NO_RAG[kind])
        yield "method", f"write {allowed}: an indicator of kind {kind} has no RAG status"
    elif row.polarity not in SUITS[method]:
        suited = " or ".join(SUITS[method])
        yield "polarity", f"write {suited}, or change the method: {method} needs it"

    def now(name: str) -> Any:
        """As it will be."""
        return definition[name] if name in definition else getattr(indicator, name)

    if row.successor is not None and now("last_quarter") is None:
        yield "last_quarter", "write its last quarter: what is replaced has ended"
    yield from _refusals_of_tolerance(row, now("tolerance"))
    try:
        Pattern.dated(**{name: now(name) for name in PATTERN})
    except ValueError as reason:
        yield _to_blame_for_pattern(row), str(reason)
    first, last = now("first_quarter"), now("last_quarter")
    if first is None:
        yield "first_quarter", "write the first quarter in which it is measured, such as 2019-Q1"
    elif last is not None and last < first:
        yield "last_quarter", "write a quarter that is not before the first"


def _to_blame_for_pattern(row: IndicatorRow) -> str:
    if row.frequency is Frequency.MONTHLY or row.made_of_months:
        return "made_of_months"
    return "due" if row.due or row.frequency is Frequency.TWO_YEARLY else "basis"


def _refusals_of_tolerance(
    row: IndicatorRow, tolerance: Decimal | None
) -> Iterator[tuple[str, str]]:
    if row.method is not RatingMethod.TOLERANCE:
        if tolerance is not None:
            yield "tolerance", f"leave it empty: the method {row.method} has no tolerance"
    elif tolerance is None:
        yield "tolerance", "write by how many per cent of the target amber may miss it, such as 10"
    elif not 0 <= tolerance <= LARGEST_TOLERANCE or tolerance != round(tolerance, 3):
        yield "tolerance", f"write a number from 0 to {LARGEST_TOLERANCE}, with 3 decimals at most"


class TargetRow(TableRow):
    """What is aimed at from a quarter on, and who agreed it."""

    reference: Reference
    from_quarter: QuarterKey
    target: TypedCell = ""
    floor: TypedCell = ""
    lower: TypedCell = ""
    upper: TypedCell = ""
    outer_lower: TypedCell = ""
    outer_upper: TypedCell = ""
    reason: Annotated[str, PlainValidator(line(500))]
    approved_by: Annotated[str, PlainValidator(line(200))]


def import_targets(
    content: bytes, *, file: str, by: User | None = None, dry_run: bool = False
) -> Imported:
    """Every target of the file is in force from its quarter; others stay as they are.

    An empty cell leaves what a target from the same quarter says, and `(clear)` takes it away: with
    it in every limit, nothing is aimed at any more from that quarter on. Raises RefusedFileError.
    """
    work = Import(content, TargetRow, file=file)
    rows = work.once_each("reference", "from_quarter", to_blame="from_quarter")
    indicators = indicators_named(work.named("reference"))
    refuse_unknown_indicators(work, indicators)
    standing = {
        (target.indicator_id, target.from_quarter): target
        for target in Target.objects.filter(
            indicator__in=[indicator.pk for indicator in indicators.values()]
        )
    }
    with work.all_or_none(dry_run=dry_run):
        for row in rows:
            if indicator := indicators.get(row.reference):
                target = standing.get((indicator.pk, row.from_quarter))
                _settle_target(work, row, indicator, target, by)
    return work.outcome()


def _settle_target(
    work: Import[TargetRow],
    row: TargetRow,
    indicator: Indicator,
    target: Target | None,
    by: User | None,
) -> None:
    """The target is set, or set otherwise, or left as it is; or it is said why it can't be."""
    limits: dict[str, Decimal | None] = {}
    for name in LIMITS:
        written = getattr(row, name)
        try:
            if written:
                limits[name] = figure(unit=indicator.measure_unit)(written)
            elif target is None or name in row.filled:
                limits[name] = None
        except ValueError as reason:
            work.refuse(row, name, reason)
            return
    if target is None and not any(name in row.filled for name in LIMITS):
        work.refuse(row, "target", "write the target, or (clear) for none from here on")
        return
    given: dict[str, Any] = {
        **limits,
        "from_quarter": row.from_quarter,
        "reason": row.reason,
        "approved_by": row.approved_by,
    }
    changed = target is None or any(getattr(target, name) != given[name] for name in given)
    try:
        if changed:
            set_target(indicator=indicator, by=by, **given)
        name = f"{row.reference} from {row.from_quarter.key}"
        work.count(name, existed=target is not None, changed=changed)
    except ValueError as reason:
        # The column at which to look first. The sentence itself names what contradicts what.
        by_method = {RatingMethod.FLOOR: "floor", RatingMethod.TOLERANCE: "target"}
        column = by_method.get(RatingMethod(indicator.method), "lower")
        work.refuse(row, "from_quarter" if "closed" in str(reason) else column, reason)
