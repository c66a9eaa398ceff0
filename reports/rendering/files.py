"""Every file of an edition, drawn from its public document, with the manifest that seals them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings

from core.canonical_json import canonical, digest
from reports.models import Edition
from reports.pdf import render_pdf
from reports.rendering.assets import pictures
from reports.rendering.csvs import tables
from reports.rendering.html import report_page

MANIFEST, SEAL = "manifest.json", "manifest.sha256"
PRODUCT = "kcc-perf"
Tell = Callable[[int, int, str], object]


def build_files(edition: Edition, *, tell: Tell | None = None) -> dict[str, bytes]:
    """The edition's public files by name. The same edition gives the same bytes."""
    return files_of(edition.public_document, version=settings.PRODUCT_VERSION, tell=tell)


def files_of(
    document: Mapping[str, Any], *, version: str, tell: Tell | None = None
) -> dict[str, bytes]:
    """The files of a public document, by name, without a database: `{"edition.json": b"…", …}`."""
    say = tell or (lambda done, total, doing: None)
    say(0, 4, "Writing the data files")
    files = {"edition.json": canonical(document), **tables(document)}
    say(1, 4, "Drawing the web page")
    files["report.html"] = report_page(document).encode()
    say(2, 4, "Drawing the PDF")
    files["report.pdf"] = report_pdf(document)
    say(3, 4, "Sealing the files")
    return sealed(files, document, version=version)


def report_pdf(document: Mapping[str, Any]) -> bytes:
    return render_pdf(
        report_page(document, for_print=True),
        held=pictures(),
        identifier=digest(canonical(document))[:32],
    )


def sealed(
    files: Mapping[str, bytes], document: Mapping[str, Any], *, version: str
) -> dict[str, bytes]:
    """The files with their manifest, and the manifest's own digest beside it."""
    manifest = manifest_of(files, document, version=version)
    seal = f"{digest(manifest)}  {MANIFEST}\n".encode()
    return {**files, MANIFEST: manifest, SEAL: seal}


def manifest_of(files: Mapping[str, bytes], document: Mapping[str, Any], *, version: str) -> bytes:
    """What the folder holds, and by which edition and release it was drawn."""
    content = {
        "product": PRODUCT,
        "version": version,
        "council": document["council"],
        "quarter": document["quarter"],
        "edition": document["edition"]["number"],
        "files": {
            name: {"sha256": digest(content), "bytes": len(content)}
            for name, content in sorted(files.items())
        },
    }
    return (json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()
