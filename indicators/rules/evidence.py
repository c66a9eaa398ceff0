"""Which files bear out a result: by what they hold, and not by what they are called alone."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import PurePosixPath

MOST_FILES = 5
MEGABYTE = 1024 * 1024
LARGEST = 5 * MEGABYTE
LONGEST_NAME = 200
KINDS = ("pdf", "docx", "xlsx", "csv", "txt", "png", "jpg")
MOST_PARTS, MOST_UNPACKED = 2000, 100 * MEGABYTE

NO_FILE = "Select a file"
WRONG_KIND = "The selected file must be a PDF, DOCX, XLSX, CSV, TXT, PNG or JPG"
NOT_WHAT_IT_SAYS = "The selected file is not the {kind} that its name says: save it as one again"
TOO_LARGE = "The selected file must be smaller than 5 MB"
EMPTY = "The selected file is empty"
VIRUS = "The selected file contains a virus"
MACROS = "The selected file contains macros: save it without them"
PASSWORD = "The selected file is password protected"  # noqa: S105 a sentence, not a secret
NOT_UPLOADED = "The selected file could not be uploaded – try again"
TOO_MANY = "You can keep up to 5 files with a result: remove one first"
TWICE = "The selected file is already kept with this result"

# The harmless file by which every scanner is tried (eicar.org), in two halves so as not to be it.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")  # how Office writes a file with a password, or an old one
PARTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}
ENCRYPTED_PDF = re.compile(rb"/Encrypt\s+\d+\s+\d+\s+R|/Encrypt\s*<<")
LEADS = {
    "pdf": (b"%PDF-",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpg": (b"\xff\xd8\xff",),
}


def plain_name(name: str) -> str:
    """The file's own name, without folders, control characters or whatever else may lead astray."""
    last = PurePosixPath(name.replace("\\", "/")).name
    clean = " ".join(re.sub(r"[^\w.,()&+\-' ]", " ", last).split()).lstrip(".")
    if len(clean) > LONGEST_NAME:
        stem, dot, ending = clean.rpartition(".")
        clean = f"{stem[: LONGEST_NAME - len(ending) - 1]}{dot}{ending}"
    return clean


def kind_of(name: str) -> str:
    """The kind by the name's ending, or nothing where it is none that is taken."""
    ending = PurePosixPath(name.lower()).suffix.removeprefix(".")
    ending = {"jpeg": "jpg"}.get(ending, ending)
    return ending if ending in KINDS else ""


def refusal_of(name: str, content: bytes) -> str:
    """Why a file cannot be kept, or nothing where it can."""
    kind = kind_of(name)
    if not kind:
        return WRONG_KIND
    if not content:
        return EMPTY
    if len(content) > LARGEST:
        return TOO_LARGE
    if EICAR in content:
        return VIRUS
    if kind in PARTS:
        return _refusal_of_office_file(kind, content)
    if kind in LEADS:
        if not content.startswith(LEADS[kind]):
            return NOT_WHAT_IT_SAYS.format(kind=kind.upper())
        return PASSWORD if kind == "pdf" and ENCRYPTED_PDF.search(content) else ""
    return "" if _is_text(content) else NOT_WHAT_IT_SAYS.format(kind=kind.upper())


def _refusal_of_office_file(kind: str, content: bytes) -> str:
    if content.startswith(OLE):
        return PASSWORD if b"E\0n\0c\0r\0y\0p\0t\0" in content else WRONG_KIND
    not_it = NOT_WHAT_IT_SAYS.format(kind=kind.upper())
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return not_it
    names = {part.filename for part in parts}
    if any(part.flag_bits & 0x1 for part in parts):
        return PASSWORD
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        return TOO_LARGE
    if not {"[Content_Types].xml", PARTS[kind]} <= names:
        return not_it
    return MACROS if any("vbaproject" in name.lower() for name in names) else ""


def _is_text(content: bytes) -> bool:
    if b"\0" in content:
        return False
    for coding in ("utf-8-sig", "cp1252"):
        try:
            content.decode(coding)
        except UnicodeDecodeError:
            continue
        return True
    return False
