"""Guards of rows that may go, once the database itself holds the reason: a guard with a release.

`core.sql_guards` keeps rows for good, and what SQL it makes is settled for good. Here a guard also
says when it lets go, and of what: columns that may be emptied, or rows that may be taken away, while
a condition holds that no ordinary act brings about. This file too is on the list of
`tests/kcc_perf/migrations.sha256`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core import sql_guards
from core.sql_guards import VENDORS, Guard, GuardTable, StatementsByDatabase, backwards


@dataclass(frozen=True, slots=True)
class ReleasedGuard(Guard):
    """A guard that lets go while a condition holds, such as that the row was withdrawn.

    `released` is SQL as `closed` is. While it holds, the columns `emptied` may change, and, where
    the row `may_go`, it may be deleted.
    """

    released: str = ""
    emptied: tuple[str, ...] = ()
    may_go: bool = False

    def __post_init__(self) -> None:
        Guard.__post_init__(self)
        if not self.released or not (self.emptied or self.may_go):
            raise ValueError(f"When is a row of {self.table} released, and what of it?")

    @property
    def columns(self) -> set[str]:
        """Every column that was decided on."""
        return {*self.never, *self.free, *self.emptied}


def forwards(guard: Guard, vendor: str) -> list[str]:
    """The statements that lay a guard on a table, with a release or without."""
    if not isinstance(guard, ReleasedGuard):
        return sql_guards.forwards(guard, vendor)
    return list({"sqlite": _sqlite, "postgresql": _postgresql}[vendor](guard))


def _sqlite(guard: ReleasedGuard) -> Iterator[str]:
    insert, _, _ = sql_guards.forwards(guard, "sqlite")
    yield insert
    in_the_way = insert.split(" WHERE ", 1)[1].rsplit(") BEGIN SELECT RAISE", 1)[0]
    refuse = f"BEGIN SELECT RAISE(ABORT, '{guard.sentence}'); END"
    changed = _forbidden(guard, "", "OLD.{0} IS NOT NEW.{0}")
    there_is = f"EXISTS (SELECT 1 FROM {guard.table} AS other WHERE"  # noqa: S608 names of ours alone
    yield (
        f"CREATE TRIGGER {guard.table}_stands_update BEFORE UPDATE ON {guard.table}"
        f" WHEN {changed} OR {there_is} other.id <> OLD.id AND ({in_the_way})) {refuse}"
    )
    kept = _kept_from_deletion(guard, "")
    when = f" WHEN {kept}" if kept else ""
    yield f"CREATE TRIGGER {guard.table}_stands_delete BEFORE DELETE ON {guard.table}{when} {refuse}"


def _postgresql(guard: ReleasedGuard) -> Iterator[str]:
    table = guard.table
    refuse = f"RAISE EXCEPTION '{guard.sentence}' USING ERRCODE = '{sql_guards.INTEGRITY}';"
    kept = _kept_from_deletion(guard, " FOR SHARE")
    deleted = f"IF {kept} THEN {refuse} END IF; RETURN OLD;" if kept else refuse
    changed = _forbidden(guard, " FOR SHARE", "OLD.{0}::text IS DISTINCT FROM NEW.{0}::text")
    yield (
        f"CREATE FUNCTION {table}_stands() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF TG_OP = 'DELETE' THEN {deleted} END IF;"
        f" IF {changed} THEN {refuse} END IF;"
        " RETURN NEW; END $$"
    )
    yield (
        f"CREATE TRIGGER {table}_stands BEFORE UPDATE OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {table}_stands()"
    )


def _condition(text: str, held: str) -> str:
    return text.replace("{held}", held).format(row="OLD")


def _kept_from_deletion(guard: ReleasedGuard, held: str) -> str:
    """When a row may not be deleted; nothing where it never may."""
    kept = [_condition(guard.closed, held)] if guard.deletable else []
    if guard.may_go:
        kept.append(f"NOT ({_condition(guard.released, held)})")
    return " AND ".join(f"({each})" for each in kept)


def _forbidden(guard: ReleasedGuard, held: str, differs: str) -> str:
    """Whether an update changes what stands."""
    parts = [differs.format(column) for column in guard.never]
    if guard.emptied:
        emptied = " OR ".join(differs.format(column) for column in guard.emptied)
        parts.append(f"(({emptied}) AND NOT ({_condition(guard.released, held)}))")
    if guard.closed and guard.free:
        moved = " OR ".join(differs.format(column) for column in guard.free)
        parts.append(f"(({moved}) AND ({_condition(guard.closed, held)}))")
    return " OR ".join(parts)


class GuardReleasedTable(GuardTable):
    """From here on a table's rows stand as the guard says, until it lets go."""

    def __init__(self, guard: ReleasedGuard) -> None:
        self.guard = guard
        lifted = {vendor: backwards(guard, vendor) for vendor in VENDORS}
        laid = {vendor: lifted[vendor] + forwards(guard, vendor) for vendor in VENDORS}
        StatementsByDatabase.__init__(self, laid, lifted)
