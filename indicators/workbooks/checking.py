"""What is asked of a file before anything reads it as a workbook.

A workbook is a zip of XML. 0.7 MB of it can expand to 230 MB and hold a reader for minutes, so its
directory is judged first, then each part is unpacked no further than it said it would go.
The limits are those of OWASP ASVS 5.2.1 to 5.2.3 as this council's standards set them: 5 MB,
200 parts, 50 MB in all, 20 MB a part, 100 times its packed size.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator

from indicators.workbooks.refusals import Fault, Refused, damaged, wrong_type

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
    """The file is a workbook that is safe to read. Raises Refused, saying what to do."""
    if not content:
        raise Refused(Fault.EMPTY, "The selected file is empty")
    check_size(len(content))
    if content.startswith(OLD_OFFICE):
        raise _locked() if LOCKED_STREAM in content else wrong_type()
    if not content.startswith(b"PK"):
        raise wrong_type()
    try:
        entries = _directory(content)
        _judge(entries)
        for entry in entries:
            _judge_part(entry.filename, _unpacked(content, entry))
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, UnicodeError):
        raise damaged() from None
    except (ValueError, NotImplementedError, OverflowError) as reason:
        raise (reason if isinstance(reason, Refused) else damaged()) from None


def check_size(size: int) -> None:
    """Raises Refused where a file of so many bytes is more than is taken."""
    if size > LARGEST_FILE:
        raise Refused(
            Fault.TOO_BIG, f"The selected file must be {LARGEST_FILE // MB} MB or smaller"
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


def _unpacked(content: bytes, entry: zipfile.ZipInfo) -> bytes:
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
        raise Refused(
            Fault.UNSAFE,
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


def _too_many() -> Refused:
    return Refused(
        Fault.UNSAFE,
        f"The selected file has more than {MOST_PARTS} parts, far more than the workbook has."
        " Download the workbook again and copy your figures into it",
    )


def _bomb() -> Refused:
    return Refused(
        Fault.UNSAFE,
        "The selected file expands to far more than the workbook does. Download the workbook again"
        " and copy your figures into it",
    )


def _locked() -> Refused:
    return Refused(
        Fault.PASSWORD,
        "The selected file is password protected. Take the password off, save it and upload it"
        " again",
    )


def _with_macros() -> Refused:
    return Refused(
        Fault.UNSAFE,
        "The selected file has macros. Save it as an Excel workbook without them (.xlsx) and"
        " upload that",
    )


def _links_out() -> Refused:
    return Refused(
        Fault.UNSAFE,
        "The selected file draws on other files. Break the links (Data, then Edit links), save it"
        " and upload it again",
    )
