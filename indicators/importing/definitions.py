"""How the cells that several of the files share are read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.quarters import Quarter
from core.tables.cells import choice, decimal, line, parsed, pattern, prose, whole_number, yes_or_no
from core.tables.importing import Import, Imported, named_in
from core.tables.reading import Column, Row
from indicators.models.definitions import REFERENCE, Indicator, Target
from indicators.rules.rating import LIMITS
from indicators.services.definitions import define_indicator, redefine_indicator, set_target
from organisation.importing.people import email_address
from organisation.importing.units import CODE
from organisation.models.people import User
from organisation.models.units import Unit
from sorp.lexicon import Basis, Frequency, Kind, Layer, Polarity, RatingMethod, Tier

quarter = parsed(Quarter.parse)
reference = pattern(REFERENCE, "use letters, figures, full stops and hyphens, up to 30")


def indicators_named(references: set[str]) -> dict[str, Indicator]:
    """The indicators of these references, by reference."""
    found = Indicator.objects.select_related("unit", "accountable_manager")
    if len(references) < 500:  # SQLite takes only so many parameters
        found = found.filter(reference__in=references)
    return {indicator.reference: indicator for indicator in found}


def no_such_indicator(reference: str) -> str:
    return f"import the indicator first, or mend its reference: there is no {reference}"


COLUMNS = (
    Column("reference", reference, filled=True),
    Column("title", line(200), filled=True),
    Column("unit", CODE, filled=True),
    Column("tier", choice(Tier), filled=True),
    Column("kind", choice(Kind), filled=True),
    Column("measure_unit", line(40), empty=""),
    Column("decimals", whole_number(0, 6), filled=True),
    Column("polarity", choice(Polarity), filled=True),
    Column("frequency", choice(Frequency), filled=True),
    Column("basis", choice(Basis), filled=True),
    Column("method", choice(RatingMethod), filled=True),
    Column("tolerance", decimal()),
    Column("accountable_manager", email_address, filled=True),
    Column("layer", choice(Layer), empty=Layer.NONE),
    Column("seasonal", yes_or_no, empty=False),
    Column("lag_quarters", whole_number(0, 20), empty=0),
    Column("definition", prose(), empty=""),
    Column("source", prose(), empty=""),
    Column("first_quarter", quarter, optional=True),
    Column("last_quarter", quarter, optional=True),
)
AS_THEY_STAND = (  # columns whose cells are the indicator's own fields
    "title",
    "tier",
    "kind",
    "measure_unit",
    "decimals",
    "polarity",
    "frequency",
    "basis",
    "method",
    "tolerance",
    "layer",
    "seasonal",
    "lag_quarters",
    "definition",
    "source",
)
SUITS = {
    RatingMethod.FLOOR: (Polarity.HIGHER, Polarity.LOWER),
    RatingMethod.TOLERANCE: (Polarity.HIGHER, Polarity.LOWER),
    RatingMethod.RANGE: (Polarity.RANGE,),
    RatingMethod.EXPECTED_RANGE: tuple(Polarity),
    RatingMethod.NONE: tuple(Polarity),
}
NO_RAG = {
    Kind.ACTIVITY: (RatingMethod.EXPECTED_RANGE, RatingMethod.NONE),
    Kind.DATA: (RatingMethod.NONE,),
}
LARGEST_TOLERANCE = 999


def import_indicators(
    content: bytes, *, file: str, by: User | None = None, dry_run: bool = False
) -> Imported:
    """Every indicator of the file is defined as it says; those it leaves out stay as they are.

    Without the columns first_quarter and last_quarter, when an indicator is measured stays as it
    was, or is from the first quarter there is on. Raises RefusedFileError.
    """
    work = Import(content, COLUMNS, file=file)
    rows = work.once_each("reference", to_blame="reference")
    standing = indicators_named(named_in(rows, "reference"))
    units = {unit.code: unit for unit in Unit.objects.all()}
    people = {user.email: user for user in User.objects.filter(is_active=True)}
    with work.all_or_none(dry_run=dry_run):
        for row in rows:
            found = list(_refusals(row, units, people))
            for column, what_to_do in found:
                work.refuse(row, column, what_to_do)
            if not found:
                definition = _definition(row, units, people)
                _settle(work, row, standing.get(row["reference"]), definition, by)
    return work.outcome()


def _settle(
    work: Import, row: Row, indicator: Indicator | None, definition: dict[str, Any], by: User | None
) -> None:
    """The indicator is defined, defined anew or left as it is; or it is said why it can't be."""
    try:
        if indicator is None:
            define_indicator(reference=row["reference"], by=by, **definition)
            work.count(row["reference"], existed=False, changed=True)
            return
        changed = any(getattr(indicator, name) != value for name, value in definition.items())
        if changed:
            redefine_indicator(indicator=indicator, by=by, **definition)
        work.count(row["reference"], existed=True, changed=changed)
    except ValueError as reason:
        work.refuse(row, "method", reason)


def _definition(row: Row, units: dict[str, Unit], people: dict[str, User]) -> dict[str, Any]:
    definition = {name: row[name] for name in AS_THEY_STAND}
    definition["unit"] = units[row["unit"]]
    definition["accountable_manager"] = people[row["accountable_manager"]]
    if "first_quarter" in row.cells:
        first = row["first_quarter"]
        default = Indicator._meta.get_field("first_quarter").get_default()
        definition["first_quarter"] = first or default
    if "last_quarter" in row.cells:
        definition["last_quarter"] = row["last_quarter"]
    return definition


def _refusals(
    row: Row, units: dict[str, Unit], people: dict[str, User]
) -> Iterator[tuple[str, str]]:
    """What the database would refuse, in words, with the column to blame."""
    kind, method = row["kind"], row["method"]
    if row["unit"] not in units:
        yield "unit", f"name a unit that stands: there is no {row['unit']}"
    if row["accountable_manager"] not in people:
        advice = f"import the person first: nobody has the address {row['accountable_manager']}"
        yield "accountable_manager", advice
    if method not in NO_RAG.get(kind, tuple(RatingMethod)):
        allowed = " or ".join(NO_RAG[kind])
        yield "method", f"write {allowed}: an indicator of kind {kind} has no RAG status"
    elif row["polarity"] not in SUITS[method]:
        suited = " or ".join(SUITS[method])
        yield "polarity", f"write {suited}, or change the method: {method} needs it"
    yield from _refusals_of_tolerance(row)
    first, last = row.get("first_quarter"), row.get("last_quarter")
    if last is not None and last < (first or Quarter(1974, 1)):
        yield "last_quarter", "write a quarter that is not before the first"


def _refusals_of_tolerance(row: Row) -> Iterator[tuple[str, str]]:
    tolerance = row["tolerance"]
    if row["method"] is not RatingMethod.TOLERANCE:
        if tolerance is not None:
            yield "tolerance", f"leave it empty: the method {row['method']} has no tolerance"
    elif tolerance is None:
        yield "tolerance", "write by how many per cent of the target amber may miss it, such as 10"
    elif not 0 <= tolerance <= LARGEST_TOLERANCE or tolerance != round(tolerance, 3):
        yield "tolerance", f"write a number from 0 to {LARGEST_TOLERANCE}, with 3 decimals at most"


TARGET_COLUMNS = (
    Column("reference", reference, filled=True),
    Column("from_quarter", quarter, filled=True),
    *(Column(limit, decimal()) for limit in LIMITS),
    Column("reason", line(500), filled=True),
    Column("approved_by", line(200), filled=True),
)


def import_targets(
    content: bytes, *, file: str, by: User | None = None, dry_run: bool = False
) -> Imported:
    """Every target of the file is in force from its quarter; others stay as they are.

    A row without any number withdraws the target from its quarter on. Raises RefusedFileError.
    """
    work = Import(content, TARGET_COLUMNS, file=file)
    rows = work.once_each("reference", "from_quarter", to_blame="from_quarter")
    indicators = indicators_named(named_in(work.rows, "reference"))
    for row in work.rows:
        if "reference" in row.cells and row["reference"] not in indicators:
            work.refuse(row, "reference", no_such_indicator(row["reference"]))
    standing = {
        (target.indicator_id, target.from_quarter): target
        for target in Target.objects.filter(
            indicator__in=[indicator.pk for indicator in indicators.values()]
        )
    }
    with work.all_or_none(dry_run=dry_run):
        for row in rows:
            if indicator := indicators.get(row["reference"]):
                key = (indicator.pk, row["from_quarter"])
                _settle_target(work, row, indicator, standing.get(key), by)
    return work.outcome()


def _settle_target(
    work: Import, row: Row, indicator: Indicator, target: Target | None, by: User | None
) -> None:
    """The target is set, or set otherwise, or left as it is; or it is said why it can't be."""
    said = {name: row[name] for name in (*LIMITS, "reason", "approved_by")}
    changed = target is None or any(getattr(target, name) != said[name] for name in said)
    before = len(work.faults)
    if changed:
        try:
            set_target(indicator=indicator, from_quarter=row["from_quarter"], by=by, **said)
        except ValueError as reason:
            work.refuse(row, _to_blame(indicator, str(reason)), reason)
    if len(work.faults) == before:
        name = f"{row['reference']} from {row['from_quarter'].key}"
        work.count(name, existed=target is not None, changed=changed)


def _to_blame(indicator: Indicator, reason: str) -> str:
    """The column at which to look first. The sentence itself names what contradicts what."""
    if "closed" in reason:
        return "from_quarter"
    return {RatingMethod.FLOOR: "floor", RatingMethod.TOLERANCE: "target"}.get(
        RatingMethod(indicator.method), "lower"
    )
