"""A council's file: whether it is safe to read, what kind it is, and what it says, read by a program apart.

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
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from time import monotonic as machine_clock
from typing import Any

from core.refusals import Refused
from core.tables.workbooks import (
    DECLARATION,
    LOCKED_STREAM,
    MB,
    OLD_OFFICE,
    RefusedWorkbook,
    WorkbookFault,
    unpacked_part,
)
from indicators.scorecards.facts import ScorecardRead, ScorecardReader
from indicators.scorecards.grids import Grid, grids_of
from indicators.scorecards.vocabulary import Role

LARGEST_FILE = 10 * MB
LARGEST_SUM = 20 * MB
MOST_FILES = 20
MOST_PARTS = 3_000
LARGEST_PART = 60 * MB
LARGEST_WHOLE = 150 * MB
LARGEST_RATIO = 150
SMALL = 200 * 1024
LONGEST_DIRECTORY = 1024 * 1024
END_OF_DIRECTORY = b"PK\x05\x06"
READER = Path(__file__).with_name("sandboxed_grids.py")
LONGEST_WAIT = 60  # seconds; its own limit of work comes first
TOO_MUCH, LOCKED = 3, 4
SAVE_AS = "save it as an Excel workbook (.xlsx) and upload that"

logger = logging.getLogger(__name__)


class NothingToRead(Refused):
    """No table of the files reads as one of indicators. Says what was looked for, and where."""


class RefusedFiles(Refused):
    """One or more of several files cannot be taken. Each sentence names its file."""

    def __init__(self, each: Sequence[str]) -> None:
        super().__init__(". ".join(each))
        self.each = tuple(each)


FilesRead = list[tuple[str, list[dict[str, Any]]]]


def read_scorecard(files: Sequence[tuple[str, bytes]]) -> ScorecardRead:
    """What the files say together, as one scorecard.

    Raises RefusedWorkbook for a file that cannot be taken, RefusedFiles where there are several, and
    NothingToRead where none of it reads as an indicator.
    """
    return read_sheets(sheets_of_each(files))


def sheets_of_each(files: Sequence[tuple[str, bytes]]) -> FilesRead:
    """The cells of each file, by a name of its own. All of them have the time that one has.

    Raises RefusedWorkbook for one alone; RefusedFiles, naming each that cannot be taken, for several.
    """
    if len(files) == 1:
        return [(files[0][0], sheets_of(files[0][1]))]
    check_sizes([(name, len(content)) for name, content in files])
    until = machine_clock() + LONGEST_WAIT
    found: FilesRead = []
    refused: list[str] = []
    first: dict[bytes, str] = {}
    for name, content in files:
        if content in first:
            refused.append(f"{name} and {first[content]} are the same file: choose it once")
            continue
        first[content] = name
        try:
            sheets = sheets_of(content, wait=max(until - machine_clock(), 1))
        except RefusedWorkbook as refusal:
            refused.append(f"{name}: {refusal}")
            continue
        names = {each for each, _ in found}
        found.append((_apart(name, names), sheets))
    if refused:
        raise RefusedFiles(refused)
    return found


def _apart(name: str, others: Collection[str]) -> str:
    """A name that no other file has: two in different folders may share one."""
    stem, dot, ending = name.rpartition(".")
    at, own = 2, name
    while own in others:
        own = f"{stem} ({at}){dot}{ending}" if dot else f"{name} ({at})"
        at += 1
    return own


def check_sizes(files: Sequence[tuple[str, int]]) -> None:
    """Raises RefusedFiles where there are too many, or one or all of them are more than is taken."""
    refused: list[str] = []
    if len(files) > MOST_FILES:
        refused.append(f"Choose {MOST_FILES} files at most, not {len(files)}")
    for name, size in files:
        try:
            check_size(size)
        except RefusedWorkbook as refusal:
            refused.append(f"{name}: {refusal}")
    if not refused and sum(size for _, size in files) > LARGEST_SUM:
        refused.append(
            f"The files are more than {LARGEST_SUM // MB} MB together. Take out pictures, or bring them"
            " in two goes"
        )
    if refused:
        raise RefusedFiles(refused)


def read_sheets(
    files: Sequence[tuple[str, Sequence[Mapping[str, Any]]]],
    *,
    year: int | None = None,
    roles: Mapping[str, Role] | None = None,
) -> ScorecardRead:
    """What sheets say that have been taken out of their files already. Raises NothingToRead."""
    reader = ScorecardReader(year=year, roles=roles)
    every: list[Grid] = []
    for name, sheets in files:
        grids = grids_of(sheets, name)
        reader.add(grids, name)
        every += grids
    found = reader.finish()
    if not found.indicators:
        raise NothingToRead(_nothing(", ".join(name for name, _ in files), every))
    return found


def _nothing(name: str, grids: Sequence[Grid]) -> str:
    cells = [cell for grid in grids for cell in grid.every_cell()]
    if not cells:
        return f"{name} has no cells with anything in them"
    return (
        f"{name} has nothing that reads as an indicator. It begins at {cells[0].place} with"
        f" '{cells[0].line[:40]}'. A table needs a row of headings, such as Indicator, Target and Q1 or"
        " Actual, above the figures"
    )


def sheets_of(content: bytes, *, wait: float = LONGEST_WAIT) -> list[dict[str, Any]]:
    """The cells of one file, sheet by sheet. Raises RefusedWorkbook, saying what to do."""
    kind = kind_of(content)
    try:
        told = subprocess.run(  # noqa: S603 our own program, with no argument from outside
            [sys.executable, "-I", "-B", "-X", "utf8", str(READER), kind],
            input=content,
            capture_output=True,
            timeout=wait,
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _unreadable() from None
    if told.returncode == TOO_MUCH:
        raise RefusedWorkbook(
            WorkbookFault.UNREADABLE,
            "The selected file holds far more text than a scorecard. Copy the sheets that matter into a"
            " new workbook and upload that",
        )
    if told.returncode == LOCKED:
        raise _locked()
    if told.returncode != 0:
        logger.info("A scorecard could not be read: %s, %s", told.returncode, told.stderr[-80:])
        raise _unreadable()
    sheets: list[dict[str, Any]] = json.loads(told.stdout)
    return sheets


def check_size(size: int) -> None:
    """Raises RefusedWorkbook where a file of so many bytes is more than is taken."""
    if size > LARGEST_FILE:
        raise RefusedWorkbook(
            WorkbookFault.TOO_BIG,
            f"The selected file must be {LARGEST_FILE // MB} MB or smaller. Take out pictures, or copy the"
            " sheets that matter into a new workbook",
        )


def kind_of(content: bytes) -> str:
    """What a file is by its content: xlsx, xls, ods, docx or csv. Raises RefusedWorkbook for another."""
    if not content.strip():
        raise RefusedWorkbook(WorkbookFault.EMPTY, "The selected file is empty")
    check_size(len(content))
    if content.startswith(OLD_OFFICE):
        if LOCKED_STREAM in content:
            raise _locked()
        if "WordDocument".encode("utf-16-le") in content:
            raise _other("an old Word document. Open it, save it as .docx")
        return "xls"
    if content.startswith(b"PK"):
        return _kind_of_zip(content)
    if content.startswith(b"%PDF"):
        raise _other(
            f"a PDF. Ask for the file it was made from, or copy its table and {SAVE_AS[:-16]}"
        )
    if re.match(rb"\s*<(!doctype|html|table|\?xml)", content[:200], re.IGNORECASE):
        raise _other(
            f"a web page under another name. Open it in your spreadsheet program, {SAVE_AS[:-16]}"
        )
    is_wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    if b"\x00" in content[:4096] and not is_wide:
        raise _other(
            "of a kind that is not known here. Use Excel (.xlsx, .xls), OpenDocument (.ods), CSV or Word (.docx)"
        )
    return "csv"


def _kind_of_zip(content: bytes) -> str:
    try:
        at = content.rfind(END_OF_DIRECTORY, max(0, len(content) - 65_557))
        if at < 0:
            raise _damaged()
        count, length = struct.unpack_from("<HL", content, at + 10)
        if count > MOST_PARTS or length > LONGEST_DIRECTORY:
            raise _bomb()
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
        kind = _judge(entries)
        for entry in entries:
            name = entry.filename.lower()
            part = unpacked_part(content, entry)
            if name.endswith((".xml", ".rels")) and DECLARATION.search(part):
                raise RefusedWorkbook(
                    WorkbookFault.UNSAFE,
                    "The selected file holds instructions that no spreadsheet program writes (a DTD). Copy"
                    " your figures into a new workbook",
                )
            if kind == "ods" and name == "meta-inf/manifest.xml" and b"encryption-data" in part:
                raise _locked()
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, UnicodeError):
        raise _damaged() from None
    except (ValueError, NotImplementedError, OverflowError) as reason:
        raise (reason if isinstance(reason, RefusedWorkbook) else _damaged()) from None
    return kind


def _judge(entries: Sequence[zipfile.ZipInfo]) -> str:
    """What the zip's directory alone can tell. Nothing has been unpacked yet."""
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise _locked()
    for entry in entries:
        expands = entry.file_size > SMALL and entry.file_size > LARGEST_RATIO * entry.compress_size
        if entry.file_size > LARGEST_PART or expands:
            raise _bomb()
    if sum(entry.file_size for entry in entries) > LARGEST_WHOLE:
        raise _bomb()
    names = [entry.filename.lower() for entry in entries]
    if len(set(names)) < len(names):
        raise _damaged()
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "word/document.xml" in names:
        return "docx"
    if "xl/workbook.bin" in names:
        raise _other("a binary Excel workbook (.xlsb). Open it, save it as .xlsx")
    if "content.xml" in names and "mimetype" in names:
        return "ods"
    raise _other(
        "of a kind that is not known here. Use Excel (.xlsx, .xls), OpenDocument (.ods), CSV or Word (.docx)"
    )


def _other(what: str) -> RefusedWorkbook:
    return RefusedWorkbook(WorkbookFault.WRONG_TYPE, f"The selected file is {what}")


def _locked() -> RefusedWorkbook:
    return RefusedWorkbook(
        WorkbookFault.PASSWORD,
        "The selected file is password protected. Take the password off, save it and upload it again",
    )


def _bomb() -> RefusedWorkbook:
    return RefusedWorkbook(
        WorkbookFault.UNSAFE,
        "The selected file expands to far more than a scorecard does. Copy your figures into a new"
        " workbook and upload that",
    )


def _damaged() -> RefusedWorkbook:
    return RefusedWorkbook(
        WorkbookFault.UNREADABLE,
        f"The selected file is damaged or incomplete. Open it in your own program, {SAVE_AS}",
    )


def _unreadable() -> RefusedWorkbook:
    return RefusedWorkbook(
        WorkbookFault.UNREADABLE,
        f"The selected file could not be read. Open it in your own program, {SAVE_AS}",
    )
