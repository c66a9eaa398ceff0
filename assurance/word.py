"""A text with headings: as blocks for a page, and as a Word document."""

from __future__ import annotations

import io
from dataclasses import dataclass

from django.conf import settings
from docx import Document

from organisation.queries import council_name


@dataclass(frozen=True, slots=True)
class Block:
    """One heading or paragraph."""

    text: str
    is_heading: bool


def blocks_of(text: str) -> list[Block]:
    """Paragraphs stand apart by an empty line; one that begins with # is a heading."""
    return [
        Block(part.lstrip("# ").strip() if part.startswith("#") else part, part.startswith("#"))
        for part in (each.strip() for each in text.replace("\r\n", "\n").split("\n\n"))
        if part
    ]


def as_word(title: str, text: str) -> bytes:
    """The text under its title, with real headings, so that a screen reader finds its way."""
    document = Document()
    document.core_properties.title = title
    document.core_properties.author = council_name()
    document.core_properties.language = "en-GB"
    document.add_heading(title, level=1)
    if settings.DEMONSTRATION:
        document.add_paragraph("This is a demonstration. The council is invented.")
    for block in blocks_of(text):
        if block.is_heading:
            document.add_heading(block.text, level=2)
        else:
            document.add_paragraph(block.text)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
