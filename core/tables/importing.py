"""What every import has in common: its faults, what it changed, and all or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from core.tables.faults import Faults
from core.tables.reading import Column, Row, read


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, or in a dry run would have done: by name, but for what stays as it is."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: int

    def __str__(self) -> str:
        return f"{len(self.new)} new, {len(self.changed)} changed, {self.unchanged} unchanged"


class Import:
    """One import under way: its rows, everything found wrong so far, and what it has changed."""

    def __init__(self, content: bytes, columns: Sequence[Column], *, file: str) -> None:
        reading = read(content, columns, file=file)
        self.rows: tuple[Row, ...] = reading.rows
        self.faults: Faults = reading.faults
        self.new: list[str] = []
        self.changed: list[str] = []
        self.unchanged = 0

    def refuse(self, row: Row, column: str, what_to_do: object) -> None:
        self.faults.add(row.number, column, " ".join(str(what_to_do).split()))

    def once_each(self, *key: str, to_blame: str) -> tuple[Row, ...]:
        """The sound rows; a fault, naming the first, for each that says the same thing again."""
        first: dict[tuple[Any, ...], int] = {}
        kept: list[Row] = []
        for row in self.rows:
            if any(column not in row.cells for column in key):
                continue
            named = tuple(row[column] for column in key)
            if first.setdefault(named, row.number) != row.number:
                words = ", ".join(
                    f"{column} {value}" for column, value in zip(key, named, strict=True)
                )
                self.refuse(
                    row, to_blame, f"remove this row or row {first[named]}: both give {words}"
                )
            elif row.sound:
                kept.append(row)
        return tuple(kept)

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

    def outcome(self) -> Imported:
        return Imported(tuple(self.new), tuple(self.changed), self.unchanged)


def named_in(rows: Iterable[Row], column: str) -> set[Any]:
    """Every key that a file gives, whether or not the rest of its row could be read."""
    return {row[column] for row in rows if column in row.cells}
