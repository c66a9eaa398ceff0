"""What every file of the plan has in common: how a part comes to stand as its row says."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from typing import Annotated, Any, TypeVar

from pydantic import PlainValidator

from core.tables.cells import line, pattern, prose, whole_number
from core.tables.importing import Import
from core.tables.rows import TableRow
from organisation.models.people import User
from strategy.models.plan import PlanPart
from strategy.queries.plan import differences
from strategy.rules.plan import SLUG, read_financial_year
from strategy.services.plan import change_part, end_part

SomeRow = TypeVar("SomeRow", bound=TableRow)
SomeModel = TypeVar("SomeModel", bound=PlanPart)
SLUG_OF_60 = pattern(
    rf"(?=.{{1,60}}$){SLUG}", "use small letters, figures and hyphens, up to 60 characters"
)


def slugs(text: str) -> tuple[str, ...]:
    """Codes separated by spaces or commas."""
    return tuple(SLUG_OF_60(each) for each in text.replace(",", " ").split())


Slug = Annotated[str, PlainValidator(SLUG_OF_60)]
Slugs = Annotated[tuple[str, ...], PlainValidator(slugs)]
Line = Annotated[str, PlainValidator(line(200))]
Prose = Annotated[str, PlainValidator(prose())]
Place = Annotated[int, PlainValidator(whole_number(1, 9_999))]
FinancialYear = Annotated[int, PlainValidator(read_financial_year)]


def settle(
    work: Import[SomeRow],
    row: SomeRow,
    part: PlanPart | None,
    given: dict[str, Any],
    add: Callable[..., PlanPart],
    by: User | None,
    *,
    and_then: Callable[[TableRow, PlanPart, User | None], bool] | None = None,
) -> None:
    """A part stands as its row says, or it is said why it cannot: an empty cell leaves what stands."""
    last_day = last_day_in(row)
    try:
        if part is None:
            made = add(**given, by=by)
            if and_then:
                and_then(row, made, by)
            if last_day is not None:
                end_part(part=made, ends_on=last_day, by=by)
            work.count(str(made), existed=False, changed=True)
            return
        said = {
            name: value
            for name, value in given.items()
            if name in row.filled and (value is not None or name not in ("position", "number"))
        }
        changed = bool(differences(part, said))
        row_now = change_part(part=part, by=by, **said)
        if and_then:
            changed |= and_then(row, row_now, by)
        if "ends_on" in row.filled and last_day != part.ends_on:
            end_part(part=part, ends_on=last_day, by=by)
            changed = True
        work.count(str(row_now), existed=True, changed=changed)
    except ValueError as reason:
        field = getattr(reason, "field", None)
        first = next(name for name in given if name in type(row).model_fields)
        work.refuse(row, field if field in type(row).model_fields else first, reason)


def given_in(row: TableRow, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def last_day_in(row: TableRow) -> date | None:
    """The last day that a row gives its part: the row of every part has that column."""
    found: date | None = getattr(row, "ends_on")  # noqa: B009 each kind of row declares it
    return found


def by_slug(model: type[SomeModel], *many: str) -> dict[str, SomeModel]:
    rows = model._default_manager.prefetch_related(*many)
    return {each.slug: each for each in rows}  # type: ignore[attr-defined] # each of these has one


def in_turn(rows: Iterable[SomeRow], standing: Collection[str] = ()) -> Sequence[SomeRow]:
    """What stands before what is new, and what ends before what takes its place."""
    return sorted(
        rows,
        key=lambda row: (
            getattr(row, "slug", None) not in standing,
            last_day_in(row) is None,
            row.row_number,
        ),
    )


def alike(rows: Iterable[tuple[Any, ...]]) -> dict[tuple[Any, ...], list[Any]]:
    """Parts by what they say: the same may have ended and be said anew."""
    found: dict[tuple[Any, ...], list[Any]] = {}
    for *key, part in rows:
        found.setdefault(tuple(key), []).append(part)
    return found


def same(alike: list[Any] | None, ends_on: date | None) -> Any:
    """The one that a row speaks of: that with its last day, or else the one that goes on, or else any."""
    for wanted in (ends_on, None):
        for each in alike or ():
            if each.ends_on == wanted:
                return each
    return alike[-1] if alike else None


def one(
    work: Import[SomeRow],
    row: SomeRow,
    field: str,
    slug: str | None,
    among: dict[str, SomeModel],
) -> SomeModel | None:
    found = among.get(slug or "")
    if slug is not None and found is None:
        work.refuse(row, field, f"name a {field} that exists: there is no {slug}")
    return found


def named(
    work: Import[SomeRow],
    row: SomeRow,
    field: str,
    given: Iterable[str],
    among: dict[str, SomeModel],
) -> list[SomeModel]:
    for slug in given:
        if slug not in among:
            work.refuse(row, field, f"name {field} that exist: there is no {slug}")
    return [among[slug] for slug in given if slug in among]


def one_of(
    work: Import[SomeRow],
    row: SomeRow,
    field: str,
    key: str | None,
    among: dict[str, Any],
    what: str,
) -> Any:
    """What a cell names, which may be of any kind; None where it names nothing, or nothing that there is."""
    found = among.get(key or "")
    if key and found is None:
        work.refuse(row, field, f"name {what} that exists: there is no {key}")
    return found
