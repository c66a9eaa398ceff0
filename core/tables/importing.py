"""What every import has in common: its faults, what it changed, and all or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic

from django.db import transaction

from core.tables.faults import Faults
from core.tables.reading import PartialRow, SomeRow, read
from core.tables.rows import TableRow, column_named


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, or in a dry run would have done: by name, but for what stays as it is."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: int
    questions: tuple[str, ...] = ()  # what is worth a second look; nothing was refused for it

    notes: tuple[str, ...] = ()  # how a cell was read, where it was written in another way

    def __str__(self) -> str:
        return f"{len(self.new)} new, {len(self.changed)} changed, {self.unchanged} unchanged"


class Import(Generic[SomeRow]):
    """One import under way: its rows, everything found wrong so far, and what it has changed."""

    def __init__(self, content: bytes, model: type[SomeRow], *, file: str) -> None:
        self.model = model
        self.reading = reading = read(content, model, file=file)
        self.rows: tuple[SomeRow, ...] = reading.rows
        self.partial_rows: tuple[PartialRow, ...] = reading.partial_rows
        self.columns: frozenset[str] = reading.columns
        self.faults: Faults = reading.faults
        self.new: list[str] = []
        self.changed: list[str] = []
        self.unchanged = 0
        self.questions: list[str] = []
        self.notes: list[str] = []

    def refuse(self, row: TableRow | PartialRow, field: str, what_to_do: object) -> None:
        column = column_named(self.model, field)
        self.faults.add(row.row_number, column, " ".join(str(what_to_do).split()))

    def note(self, row: TableRow, field: str, told: str) -> None:
        """Say how a cell was read, or ask about it; nothing is refused for it."""
        column = column_named(self.model, field)
        self.notes.append(f"{self.faults.file}:{row.row_number}:{column}: {told}")

    def once_each(self, *key: str, to_blame: str) -> tuple[SomeRow, ...]:
        """The sound rows; a fault, naming the first, for each that says the same thing again."""
        return self.reading.once_each(*key, to_blame=to_blame)

    def named(self, field: str) -> set[Any]:
        """Every key that the file gives, whether or not the rest of its row could be read."""
        return {row.cells[field] for row in self.partial_rows if field in row.cells}

    @contextmanager
    def all_or_none(self, *, dry_run: bool) -> Iterator[None]:
        """Keep what is done inside, unless it is a dry run or anything was found wrong.

        Raises RefusedFileError with every fault: a dry run finds the same ones, because it does the
        same and undoes it.
        """
        with transaction.atomic():
            yield
            self.faults.refuse_if_any()
            if dry_run:
                transaction.set_rollback(True)

    def count(self, name: str, *, existed: bool, changed: bool) -> None:
        if not existed:
            self.new.append(name)
        elif changed:
            self.changed.append(name)
        else:
            self.unchanged += 1

    def ask(self, name: str, question: str) -> None:
        """Something to be weighed by whoever imports. It blocks nothing."""
        self.questions.append(f"{name}: {question}")

    def outcome(self) -> Imported:
        return Imported(
            new=tuple(self.new),
            changed=tuple(self.changed),
            unchanged=self.unchanged,
            questions=tuple(self.questions),
            notes=tuple(self.notes),
        )
