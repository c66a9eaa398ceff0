"""What is wrong with a file, and what to do about it: one line each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LONGEST_SHOWN = 40
WHOLE_ROW = "row"  # stands for the column where no one cell is to blame


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to put right. Rows are counted as a spreadsheet counts them: the header is 1."""

    file: str
    row: int
    column: str
    what_to_do: str

    def __str__(self) -> str:
        return f"{self.file}:{self.row}:{self.column}: {self.what_to_do}"


class RefusedFileError(Exception):
    """A file is refused whole, and nothing of it is kept. Holds every fault found, in order."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: fault.row))
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def lines(self, *, most: int) -> Iterator[str]:
        """The faults as people read them: so many, then how many more there are."""
        yield from (str(fault) for fault in self.faults[:most])
        if len(self.faults) > most:
            yield f"... and {len(self.faults) - most:,} more"


class Faults:
    """The faults of one file as they are found, so that all are told at once.

    Of one cell only the first is kept: what else is wrong with it may follow from that.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.called: dict[str, str] = {}  # columns that the file calls otherwise: by their name
        self._found: dict[tuple[int, str], Fault] = {}

    def add(self, row: int, column: str, what_to_do: str) -> None:
        column = self.called.get(column, column)
        self._found.setdefault((row, column), Fault(self.file, row, column, what_to_do))

    def refuse_if_any(self) -> None:
        """Raises RefusedFileError where anything was found."""
        if self._found:
            raise RefusedFileError(self)

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._found.values())


def shown(written: object) -> str:
    """A cell, or a value of a document, as it may stand in one line of a message, cut short."""
    quoted = repr(written[: LONGEST_SHOWN + 1] if isinstance(written, str) else written)
    return quoted if len(quoted) <= LONGEST_SHOWN else quoted[: LONGEST_SHOWN - 1] + "…'"
