"""The report as one HTML page: to stand alone, or to be printed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from core.canonical_json import canonical
from core.own_words import spoken
from reports.rendering.assets import in_colour, page_styles, print_styles
from reports.rendering.report import LICENCE, LICENCE_ADDRESS, Report

MARKS = (
    ("p", "provisional"),
    ("e", "estimated"),
    ("r", "revised after publication"),
    ("b", "break: the definition changed"),
    ("x", "not available"),
)


def report_page(document: Mapping[str, Any], *, for_print: bool = False) -> str:
    """A whole page that needs nothing beside itself. The same document gives the same text."""
    report = Report(document)
    styles = print_styles() if for_print else page_styles(canonical(document).decode())
    styles = in_colour(styles, document.get("colour", ""))
    with spoken(report.own_words):
        return render_to_string(
            "reports/document.html",
            {
                "report": report,
                "contents": contents_of(report),
                "styles": mark_safe(styles),  # noqa: S308 - our own style sheets
                "marks": MARKS,
                "licence": LICENCE,
                "licence_address": LICENCE_ADDRESS,
            },
        )


def contents_of(report: Report) -> list[tuple[str, str, int]]:
    """Where each part begins: its anchor, its words and its depth."""
    found = [
        ("summary", "Summary", 1),
        ("changes", "What changed since last quarter", 2),
        ("list", "Every key performance indicator", 1),
        ("strategic", "Layer 1: strategic priorities", 1),
        *((each.anchor, f"{each.number}. {each.title}", 2) for each in report.priorities),
    ]
    if report.other_strategic:
        found.append(("strategic-others", "Other strategic indicators", 2))
    found.append(("core", "Layer 2: core service performance", 1))
    for place, (name, _) in enumerate(report.directorates, start=1):
        found.append((f"directorate-{place}", name, 2))
    found.append(("referred", "Layer 3: poor performance referred up", 1))
    if report.activity or report.data_only:
        found.append(("context", "Activity and other data", 1))
    found.append(("method", "How to read and check this report", 1))
    return found
