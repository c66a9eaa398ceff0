"""What is wrong with a file, and what to do about it: one line each, file:row:column: advice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

LONGEST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to put right in a file. The header is row 1."""

    file: str
    row: int
    column: str
    advice: str

    def __str__(self) -> str:
        return f"{self.file}:{self.row}:{self.column}: {self.advice}"


class RefusedFileError(Exception):
    """A file is refused whole, with every fault that was found in it."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def decoded(content: bytes, file: str) -> str:
    """The text of a UTF-8 file, without its byte-order mark. Raises RefusedFileError if it is not."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        row = before.count(b"\n") + 1
        column = str(error.start - before.rfind(b"\n"))
        raise RefusedFileError(
            [Fault(file, row, column, "save the file as UTF-8, then try again")]
        ) from None


def shown(cell: object) -> str:
    """A cell as it may stand in one line of a message, cut short if it is long."""
    text = repr(cell)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def not_whole(value: object, least: int, most: int) -> str | None:
    """What to write where this is no whole number within its bounds; None where it is one."""
    if type(value) is not int or value < least:
        return f"write a whole number, {least} or more, not {shown(value)}"
    if value > most:
        return f"write a whole number, {most} or less, not {shown(value)}"
    return None
