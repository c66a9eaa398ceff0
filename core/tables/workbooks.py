"""A workbook from outside: whether it is safe to read, and its cells, read by a program of its own.

The words in which a file is refused are those that a person reads beside the file box.
"""

from __future__ import annotations

import io
import json
import logging
import re
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from core.dates import as_date
from core.refusals import Refused

TEMPLATE = "The selected file must use the template"


class WorkbookFault(StrEnum):
    """What sort of thing is wrong with a file, so that tests and pages can tell them apart."""

    EMPTY = "empty"
    TOO_BIG = "too_big"
    WRONG_TYPE = "wrong_type"
    PASSWORD = "password"  # noqa: S105 a kind of fault, and nobody's password
    UNSAFE = "unsafe"
    UNREADABLE = "unreadable"
    TEMPLATE = "template"
    QUARTER = "quarter"
    PERSON = "person"


class RefusedWorkbook(Refused):
    """The file as a whole is refused, and nothing in it was kept."""

    def __init__(self, fault: WorkbookFault, told: str) -> None:
        super().__init__(told)
        self.fault = fault


def not_read() -> RefusedWorkbook:
    return RefusedWorkbook(
        WorkbookFault.UNREADABLE,
        "The selected file could not be read. Open it in your spreadsheet program, save it again"
        " as an Excel workbook (.xlsx) and upload that",
    )


def damaged() -> RefusedWorkbook:
    return RefusedWorkbook(
        WorkbookFault.UNREADABLE,
        "The selected file is damaged or incomplete. Save it again as an Excel workbook (.xlsx)"
        " and upload that",
    )


def wrong_type() -> RefusedWorkbook:
    return RefusedWorkbook(
        WorkbookFault.WRONG_TYPE,
        "The selected file must be an Excel workbook (.xlsx)",
    )


MB = 1024 * 1024
LARGEST_FILE = 5 * MB
MOST_PARTS = 200
LARGEST_PART = 20 * MB
LARGEST_WHOLE = 50 * MB
LARGEST_RATIO = 100
SMALL = 100 * 1024  # below it a part cannot hurt, and a sheet of blanks packs very well
LONGEST_DIRECTORY = 128 * 1024  # 200 entries take about 20 kB

OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # .xls, or any office file with a password
LOCKED_STREAM = "EncryptedPackage".encode("utf-16-le")
END_OF_DIRECTORY = b"PK\x05\x06"
LOCAL_HEADER = 30
DECLARATION = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
RELATIONSHIP = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
HYPERLINK = re.compile(rb"""Type\s*=\s*["'][^"']*/hyperlink["']""")
OUTSIDE = re.compile(rb"""TargetMode\s*=\s*["']External["']""", re.IGNORECASE)
FROM_ELSEWHERE = ("xl/externallinks/", "xl/connections", "xl/querytables/", "xl/embeddings/")


def check(content: bytes) -> None:
    """The file is a workbook that is safe to read. Raises RefusedWorkbook, saying what to do."""
    if not content:
        raise RefusedWorkbook(WorkbookFault.EMPTY, "The selected file is empty")
    check_size(len(content))
    if content.startswith(OLD_OFFICE):
        raise _locked() if LOCKED_STREAM in content else wrong_type()
    if not content.startswith(b"PK"):
        raise wrong_type()
    try:
        entries = _directory(content)
        _judge(entries)
        for entry in entries:
            _judge_part(entry.filename, unpacked_part(content, entry))
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, UnicodeError):
        raise damaged() from None
    except (ValueError, NotImplementedError, OverflowError) as reason:
        raise (reason if isinstance(reason, RefusedWorkbook) else damaged()) from None


def check_size(size: int) -> None:
    """Raises RefusedWorkbook where a file of so many bytes is more than is taken."""
    if size > LARGEST_FILE:
        raise RefusedWorkbook(
            WorkbookFault.TOO_BIG, f"The selected file must be {LARGEST_FILE // MB} MB or smaller"
        )


def _directory(content: bytes) -> list[zipfile.ZipInfo]:
    """The zip's entries, having looked at the directory's length before reading it."""
    at = content.rfind(END_OF_DIRECTORY, max(0, len(content) - 65_557))
    if at < 0:
        raise damaged()
    count, length = struct.unpack_from("<HL", content, at + 10)
    if count > MOST_PARTS or length > LONGEST_DIRECTORY:
        raise _too_many()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.infolist()


def _judge(entries: list[zipfile.ZipInfo]) -> None:
    """What the directory alone can tell. Nothing has been unpacked yet."""
    if len(entries) > MOST_PARTS:
        raise _too_many()
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise _locked()
    for entry in entries:
        if entry.file_size > LARGEST_PART or _expands_too_far(entry):
            raise _bomb()
    if sum(entry.file_size for entry in entries) > LARGEST_WHOLE:
        raise _bomb()
    names = [entry.filename.lower() for entry in entries]
    if any(name.endswith("vbaproject.bin") for name in names):
        raise _with_macros()
    if "[content_types].xml" not in names or "xl/workbook.xml" not in names:
        raise wrong_type()
    if len(set(names)) < len(names):
        raise damaged()
    if any(name.startswith(FROM_ELSEWHERE) for name in names):
        raise _links_out()


def _expands_too_far(entry: zipfile.ZipInfo) -> bool:
    return entry.file_size > SMALL and entry.file_size > LARGEST_RATIO * entry.compress_size


def unpacked_part(content: bytes, entry: zipfile.ZipInfo) -> bytes:
    """One part, unpacked to the size it gives for itself and not a byte beyond.

    Python's own reader stops there too, but says nothing; others would go on to the end.
    """
    name_length, extra_length = struct.unpack_from("<HH", content, entry.header_offset + 26)
    start = entry.header_offset + LOCAL_HEADER + name_length + extra_length
    packed = memoryview(content)[start : start + entry.compress_size]
    if entry.compress_type == zipfile.ZIP_STORED:
        part, is_whole = bytes(packed), True
    elif entry.compress_type == zipfile.ZIP_DEFLATED:
        reader = zlib.decompressobj(-zlib.MAX_WBITS)
        part = reader.decompress(packed, entry.file_size + 1)
        is_whole = reader.eof or (not part and not entry.file_size)
    else:
        raise damaged()
    if not is_whole or len(part) != entry.file_size or zlib.crc32(part) != entry.CRC:
        raise damaged()
    return part


def _judge_part(name: str, part: bytes) -> None:
    """What a part must not hold: a DTD, macros, or a way to another file."""
    is_xml = name.lower().endswith((".xml", ".rels", ".vml"))
    if DECLARATION.search(part) or (is_xml and b"\x00" in part):
        raise RefusedWorkbook(
            WorkbookFault.UNSAFE,
            "The selected file holds instructions that no spreadsheet program writes (a DTD)."
            " Download the workbook again and copy your figures into it",
        )
    if name == "[Content_Types].xml" and b"macroEnabled" in part:
        raise _with_macros()
    if name.lower().endswith(".rels") and any(_leads_outside(part)):
        raise _links_out()


def _leads_outside(part: bytes) -> Iterator[bool]:
    """For each relationship, whether it draws on another file. A web address typed in a cell
    becomes a hyperlink by itself: nothing is fetched for it, so it is let be."""
    for found in RELATIONSHIP.finditer(part):
        yield bool(OUTSIDE.search(found[0])) and not HYPERLINK.search(found[0])


def _too_many() -> RefusedWorkbook:
    return RefusedWorkbook(
        WorkbookFault.UNSAFE,
        f"The selected file has more than {MOST_PARTS} parts, far more than the workbook has."
        " Download the workbook again and copy your figures into it",
    )


def _bomb() -> RefusedWorkbook:
    return RefusedWorkbook(
        WorkbookFault.UNSAFE,
        "The selected file expands to far more than the workbook does. Download the workbook again"
        " and copy your figures into it",
    )


def _locked() -> RefusedWorkbook:
    return RefusedWorkbook(
        WorkbookFault.PASSWORD,
        "The selected file is password protected. Take the password off, save it and upload it"
        " again",
    )


def _with_macros() -> RefusedWorkbook:
    return RefusedWorkbook(
        WorkbookFault.UNSAFE,
        "The selected file has macros. Save it as an Excel workbook without them (.xlsx) and"
        " upload that",
    )


def _links_out() -> RefusedWorkbook:
    return RefusedWorkbook(
        WorkbookFault.UNSAFE,
        "The selected file draws on other files. Break the links (Data, then Edit links), save it"
        " and upload it again",
    )


logger = logging.getLogger(__name__)
READER = Path(__file__).with_name("sandboxed_reader.py")
LONGEST_WAIT = 30  # seconds; its own limit of 20 seconds of work comes first
TOO_MUCH = 3
ROWS_OF_A_RETURN = 2_100


@dataclass(frozen=True, slots=True)
class WorkbookCell:
    """One cell: where it stands, and what is in it."""

    at: str  # Return!H7
    content: Any = None  # None, str, bool, {"number": …} or {"date": …}
    error: str | None = None  # what it shows where it has no value: "#DIV/0!", or "" for a formula
    is_percentage: bool = False  # whether it shows its number a hundred times larger, with a sign

    @property
    def is_empty(self) -> bool:
        return self.error is None and (self.content is None or self.as_text.strip() == "")

    @property
    def number(self) -> str | None:
        return self.content.get("number") if isinstance(self.content, dict) else None

    @property
    def as_text(self) -> str:
        """What is in the cell, as a person would have typed it."""
        if self.content is None:
            return ""
        if isinstance(self.content, bool):
            return "TRUE" if self.content else "FALSE"
        if self.number is not None and self.is_percentage:
            return f"{Decimal(self.number) * 100:f}%"
        if isinstance(self.content, dict):
            return self.content.get("number") or shown_date(self.content["date"])
        return str(self.content)

    @property
    def is_date(self) -> bool:
        return isinstance(self.content, dict) and "date" in self.content


@dataclass(frozen=True, slots=True)
class WorkbookSheet:
    """One sheet, by rows from A1."""

    name: str
    rows: tuple[tuple[Any, ...], ...]
    without: dict[str, str]
    is_long: bool
    percentages: frozenset[str] = frozenset()

    def cell(self, row: int, column: int) -> WorkbookCell:
        """The cell at a row and column, both counted from nought."""
        place = f"{letters_of(column)}{row + 1}"
        cells = self.rows[row] if row < len(self.rows) else ()
        content = cells[column] if column < len(cells) else None
        return WorkbookCell(
            f"{self.name}!{place}", content, self.without.get(place), place in self.percentages
        )


def letters_of(position: int) -> str:
    """What a spreadsheet calls a column: A for 0, Z for 25, AA for 26."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def read_sheets(content: bytes, *, most_rows: int = ROWS_OF_A_RETURN) -> list[WorkbookSheet]:
    """Every sheet of a workbook that `check` has passed, each up to so many rows.

    Raises RefusedWorkbook where it cannot be read.
    """
    try:
        told = subprocess.run(  # noqa: S603 our own program, with no argument from outside
            [sys.executable, "-I", "-B", "-X", "utf8", str(READER), str(most_rows)],
            input=content,
            capture_output=True,
            timeout=LONGEST_WAIT,
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise not_read() from None
    if told.returncode == TOO_MUCH:
        raise RefusedWorkbook(
            WorkbookFault.UNREADABLE,
            "The selected file holds far more text than the workbook asks for. Download the"
            " workbook again and copy your figures into it",
        )
    if told.returncode != 0:
        logger.info("A workbook could not be read: %s, %s", told.returncode, told.stderr[-80:])
        raise not_read()
    return [
        WorkbookSheet(
            each["name"],
            tuple(tuple(row) for row in each["rows"]),
            each["without"],
            each["is_long"],
            frozenset(each["percentages"]),
        )
        for each in json.loads(told.stdout)
    ]


def shown_date(written: str) -> str:
    """1 April 2011, where a cell holds a date; a time of day as it is."""
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return written
    return as_date(moment)
