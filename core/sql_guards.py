"""Rows that the database itself keeps as they are: SQL triggers for SQLite and PostgreSQL, from one description.

A migration lays a guard with `GuardTable(Guard(...))`, and the description stands in it for good: the
guard in force of a table is the one in the latest migration that lays one. What SQL a description
becomes is settled here. A database made last year and one made today must refuse the same, so this
file is on the list of `tests/kcc_perf/migrations.sha256` with the migrations themselves: other SQL is
another module, used by a new migration that lays the guards again.

SQLite drops a table's triggers when Django remakes the table, which most alterations do. A later
migration that alters a guarded table ends with `GuardTable` again; a test compares what stands in the
migrated database with what the guards say. One that must change guarded rows begins with
`UnguardTable` and ends with `GuardTable`.

What is not refused: whoever owns the tables may drop a trigger, or TRUNCATE on PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.migrations.operations.base import Operation

INTEGRITY = "integrity_constraint_violation"


@dataclass(frozen=True, slots=True)
class Unique:
    """Columns whose values no two rows share; `where` names those rows, if not all."""

    columns: tuple[str, ...]
    where: str = ""


@dataclass(frozen=True, slots=True)
class Guard:
    """Which columns of a table never change, and until when the others may.

    Conditions are SQL that both databases read, with `{row}` for the row: `{row}.drawn_at IS NOT
    NULL`. Where one looks at a row of another table, `{held}` after the WHERE holds that row against
    being changed meanwhile (FOR SHARE on PostgreSQL; SQLite has one writer at a time).
    """

    table: str
    sentence: str  # what the database says when it refuses; no apostrophe and no per cent sign
    never: tuple[str, ...]  # columns that never change
    free: tuple[str, ...] = ()  # columns that may change while the row is not closed
    closed: str = ""  # the condition under which nothing of a row changes any more
    # What INSERT OR REPLACE takes for the same row, besides the key.
    unique: tuple[Unique, ...] = ()
    deletable: bool = False  # whether a row may be deleted while it is not closed

    def __post_init__(self) -> None:
        if set("'%") & set(self.sentence):
            raise ValueError(f"The sentence of {self.table} is quoted in SQL as it is")
        if self.deletable and not self.closed:
            raise ValueError(f"Rows of {self.table} are deletable until what?")
        if "id" not in self.never:
            raise ValueError(f"A row of {self.table} keeps its key")

    @property
    def columns(self) -> set[str]:
        """Every column that was decided on."""
        return {*self.never, *self.free}


def forwards(guard: Guard, vendor: str) -> list[str]:
    """The statements that lay a guard on a table."""
    return list({"sqlite": _sqlite, "postgresql": _postgresql}[vendor](guard))


def backwards(guard: Guard, vendor: str) -> list[str]:
    """The statements that lift it, whether or not it still lies."""
    table = guard.table
    if vendor == "postgresql":
        return [
            f"DROP TRIGGER IF EXISTS {table}_stands ON {table}",
            f"DROP FUNCTION IF EXISTS {table}_stands()",
        ]
    return [
        f"DROP TRIGGER IF EXISTS {table}_stands_{act}" for act in ("insert", "update", "delete")
    ]


def _sqlite(guard: Guard) -> Iterator[str]:
    """One trigger for each act. OR REPLACE takes away whatever row is in the way of the new one and
    asks no trigger for deletes: so what would be in the way is looked for first."""
    table, refuse = guard.table, f"BEGIN SELECT RAISE(ABORT, '{guard.sentence}'); END"
    closed = guard.closed.replace("{held}", "")
    changed = _forbidden(guard, closed, "OLD.{0} IS NOT NEW.{0}")
    in_the_way = " OR ".join(
        "({})".format(" AND ".join(each))
        for each in (
            ["other.id = NEW.id"],
            *(
                [
                    *(f"other.{column} = NEW.{column}" for column in unique.columns),
                    *(unique.where.format(row=row) for row in ("other", "NEW") if unique.where),
                ]
                for unique in guard.unique
            ),
        )
    )
    there_is = f"EXISTS (SELECT 1 FROM {table} AS other WHERE"  # noqa: S608 names of ours alone
    yield (
        f"CREATE TRIGGER {table}_stands_insert BEFORE INSERT ON {table}"
        f" WHEN {there_is} {in_the_way}) {refuse}"
    )
    yield (
        f"CREATE TRIGGER {table}_stands_update BEFORE UPDATE ON {table}"
        f" WHEN {changed} OR {there_is} other.id <> OLD.id AND ({in_the_way})) {refuse}"
    )
    when = f" WHEN {closed.format(row='OLD')}" if guard.deletable else ""
    yield f"CREATE TRIGGER {table}_stands_delete BEFORE DELETE ON {table}{when} {refuse}"


def _postgresql(guard: Guard) -> Iterator[str]:
    """One function and one trigger. Compared as text: to jsonb 1.0 and 1 are equal, to a digest not."""
    table = guard.table
    refuse = f"RAISE EXCEPTION '{guard.sentence}' USING ERRCODE = '{INTEGRITY}';"
    closed = guard.closed.replace("{held}", " FOR SHARE")
    deleted = refuse
    if guard.deletable:
        deleted = f"IF {closed.format(row='OLD')} THEN {refuse} END IF; RETURN OLD;"
    changed = _forbidden(guard, closed, "OLD.{0}::text IS DISTINCT FROM NEW.{0}::text")
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


def _forbidden(guard: Guard, closed: str, differs: str) -> str:
    """Whether an update changes what stands."""
    said = " OR ".join(differs.format(column) for column in guard.never)
    if guard.closed and guard.free:
        moved = " OR ".join(differs.format(column) for column in guard.free)
        said = f"{said} OR (({moved}) AND ({closed.format(row='OLD')}))"
    return said


class StatementsByDatabase(Operation):
    """Statements of SQL that differ between SQLite and PostgreSQL, and those that undo them."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, done: dict[str, list[str]], undone: dict[str, list[str]]) -> None:
        self.done, self.undone = done, undone

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The models are as before."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        self._execute(self.done, schema_editor)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        self._execute(self.undone, schema_editor)

    def _execute(self, statements: dict[str, list[str]], schema_editor: Any) -> None:
        for statement in statements[schema_editor.connection.vendor]:
            schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        return "Statements of SQL"


VENDORS = ("sqlite", "postgresql")


class GuardTable(StatementsByDatabase):
    """From here on a table's rows stand as the guard says, whatever guarded them before."""

    def __init__(self, guard: Guard) -> None:
        self.guard = guard
        lifted = {vendor: backwards(guard, vendor) for vendor in VENDORS}
        laid = {vendor: lifted[vendor] + forwards(guard, vendor) for vendor in VENDORS}
        super().__init__(laid, lifted)

    def describe(self) -> str:
        return f"Guard {self.guard.table}"


class UnguardTable(StatementsByDatabase):
    """From here on a table's rows may be changed."""

    def __init__(self, guard: Guard) -> None:
        self.guard = guard
        laid = GuardTable(guard)
        super().__init__(laid.undone, laid.done)

    def describe(self) -> str:
        return f"Lift the guard of {self.guard.table}"
