"""The folder as a whole: which files there are, their digests, and what they are drawn from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from reports.drawing.csvs import tables
from reports.drawing.files import MANIFEST, SEAL, manifest_of, report_pdf
from reports.drawing.html import report_page
from reports.rules import canonical, digest
from reports.schema import NotAnEdition, check_form
from reports.verifying.differences import Difference
from reports.verifying.figures import wrong_figures

EDITION, PAGE, PDF = "edition.json", "report.html", "report.pdf"
TABLES = ("counts.csv", "escalations.csv", "indicators.csv", "ratings.csv")
EXPECTED = (EDITION, *TABLES, PAGE, PDF)


def verify_folder(folder: Path, *, redraw: bool = False) -> list[Difference]:
    """Everything in a published folder that is not as it should be; nothing where all is well.

    With `redraw` the PDF is drawn again too, which takes a while and the same release of the
    libraries. Raises ValueError where there is no such folder.
    """
    if not folder.is_dir():
        raise ValueError(f"There is no folder {folder}: give the one that build_report wrote")
    found = {each.name: each.read_bytes() for each in sorted(folder.iterdir()) if each.is_file()}
    extra = [
        Difference(each.name, "remove this folder: it is no part of the edition")
        for each in sorted(folder.iterdir())
        if not each.is_file()
    ]
    return [*extra, *_wrong_digests(found), *_wrong_content(found, redraw=redraw)]


def _wrong_digests(found: Mapping[str, bytes]) -> Iterator[Difference]:
    for name in (MANIFEST, SEAL):
        if name not in found:
            yield Difference(name, "is missing, so nothing shows that the files are as published")
    manifest = _loaded(found.get(MANIFEST, b"{}"))
    if MANIFEST in found and SEAL in found:
        seal = f"{digest(found[MANIFEST])}  {MANIFEST}\n".encode()
        if found[SEAL] != seal:
            yield Difference(
                _altered_of_two(found, manifest),
                f"{MANIFEST} and {SEAL} do not agree: one of the two was altered",
            )
    listed = manifest.get("files") if isinstance(manifest, dict) else None
    if not isinstance(listed, dict):
        yield Difference(MANIFEST, "has no list of files")
        return
    yield from _against(listed, found)


def _altered_of_two(found: Mapping[str, bytes], manifest: Any) -> str:
    """Which was altered, as far as can be told: a manifest that says what it should was not."""
    return SEAL if not list(_wrong_manifest(found, manifest)) else MANIFEST


def _against(listed: Mapping[str, Any], found: Mapping[str, bytes]) -> Iterator[Difference]:
    for name in sorted({*listed, *EXPECTED} - set(found)):
        yield Difference(name, "is missing")
    for name in sorted(set(found) - set(listed) - {MANIFEST, SEAL}):
        yield Difference(name, f"is not in {MANIFEST}: it is no part of the edition")
    for name in sorted(set(found) & set(listed)):
        entry = listed[name] if isinstance(listed[name], dict) else {}
        if entry.get("sha256") != digest(found[name]) or entry.get("bytes") != len(found[name]):
            yield Difference(name, f"is not as published: its SHA-256 is not that in {MANIFEST}")


def _wrong_content(found: Mapping[str, bytes], *, redraw: bool) -> Iterator[Difference]:
    if EDITION not in found:
        return
    document = _loaded(found[EDITION])
    if not isinstance(document, dict):
        yield Difference(EDITION, "is not JSON")
        return
    if canonical(document) != found[EDITION]:
        yield Difference(EDITION, "is not written as editions are: its keys or spaces were altered")
    try:
        check_form(document)
    except NotAnEdition as reason:
        yield Difference(EDITION, str(reason))
        return
    for what in wrong_figures(document):
        yield Difference(EDITION, what)
    yield from _wrong_drawings(document, found, redraw=redraw)
    yield from _wrong_manifest(found, _loaded(found.get(MANIFEST, b"{}")))


def _wrong_drawings(
    document: Mapping[str, Any], found: Mapping[str, bytes], *, redraw: bool
) -> Iterator[Difference]:
    """Each table and page says what the document says: drawn again, it comes out the same."""
    for name, content in tables(document).items():
        if name in found and found[name] != content:
            yield Difference(
                name, f"does not say what {EDITION} says, {_first(found[name], content)}"
            )
    manifest = _loaded(found.get(MANIFEST, b"{}"))
    version = manifest.get("version") if isinstance(manifest, dict) else None
    if version != settings.PRODUCT_VERSION:
        return  # another release may draw it otherwise; its digest was checked
    if PAGE in found and found[PAGE] != (page := report_page(document).encode()):
        yield Difference(PAGE, f"does not show what {EDITION} says, {_first(found[PAGE], page)}")
    if redraw and PDF in found and found[PDF] != report_pdf(document):
        yield Difference(PDF, f"drawn again from {EDITION}, it comes out otherwise")


def _wrong_manifest(found: Mapping[str, bytes], manifest: Any) -> Iterator[Difference]:
    """The manifest holds what follows from the other files, and nothing else."""
    document = _loaded(found.get(EDITION, b"{}"))
    if MANIFEST not in found or not isinstance(manifest, dict) or not isinstance(document, dict):
        return
    others = {name: each for name, each in found.items() if name not in (MANIFEST, SEAL)}
    try:
        expected = manifest_of(others, document, version=str(manifest.get("version")))
    except KeyError:
        return  # what is wrong with the edition was told already
    if found[MANIFEST] != expected:
        yield Difference(MANIFEST, "is not what follows from the other files")


def _first(one: bytes, other: bytes) -> str:
    """Where two texts first differ."""
    lines = zip(one.splitlines(), other.splitlines(), strict=False)
    for number, (was, now) in enumerate(lines, start=1):
        if was != now:
            return f"first in line {number}"
    return "in its length"


def _loaded(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None
