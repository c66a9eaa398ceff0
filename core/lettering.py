"""Which characters can be printed, and what is said of one that cannot. Pure.

Reports are printed in the fonts that are vendored with the product, so that the same edition gives
the same paper everywhere. A character that none of them holds would be an empty box in a public
document; so it is asked about where it is typed, and looked for again before an edition is frozen.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

# What the vendored fonts hold in both weights; a test compares it with the fonts themselves.
HELD = (
    "0020-007E 00A0-0131 0134-0148 014A-017E 018F 0192 01A0-01A1 01AF-01B0 01D4 01EA-01EB"
    " 01FA-021B 0237 0259 02BB-02BC 02C6-02C7 02DA 02DC-02DD 0300-0301 0303-0304 0308-0309 0323"
    " 0384-038A 038C 038E-03A1 03A3-03CE 03D1-03D2 03D6 0400-045F 0490-0491 04B0-04B1 1E0C-1E0D"
    " 1E24-1E25 1E44-1E45 1E5A-1E5B 1E62-1E63 1E6C-1E6D 1E80-1E85 1E92-1E93 1EA0-1EF9 2013-2014"
    " 2017-201A 201C-201E 2020 2022 2026 2032-2033 2039-203A 203C 2044 2070 2074-208E 20A1"
    " 20A3-20A4 20A6 20A9 20AB-20AC 20B9-20BA 2105 2113 2116 2122 2126 212E 2202 2206 220F"
    " 2211-2212 2215 221A 221E 222B 2248 2260 2264-2265 25CA"
)
# What nobody can see, and no font can show: not a letter that could be written otherwise.
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd\u202a-\u202e\u2066-\u2069]")
PRINTABLE = frozenset(
    chr(code)
    for stretch in HELD.split()
    for first, _, last in [stretch.partition("-")]
    for code in range(int(first, 16), int(last or first, 16) + 1)
) | frozenset("\n\r\t")
# What word processors put in place of a plain character, and what takes its place again.
PLAIN = str.maketrans(
    {
        "\u2010": "-",
        "\u2011": "-",
        "\u2015": "\u2014",
        "\u2007": "\u00a0",
        "\u2009": "\u00a0",
        "\u200a": "\u00a0",
        "\u202f": "\u00a0",
        "\u2002": " ",
        "\u2003": " ",
        "\u25cf": "\u2022",
        "\u25aa": "\u2022",
        "\uf0b7": "\u2022",
        "\u00ad": None,
        "\u200b": None,
        "\u200c": None,
        "\u200d": None,
        "\u2060": None,
        "\ufeff": None,
        "\ufe0f": None,
    }
)


def plain(text: str) -> str:
    """The text with letters and their accents as one character, and plain spaces and hyphens.

    Nothing that a reader would see as a difference is changed.
    """
    return unicodedata.normalize("NFC", text).translate(PLAIN)


def unprintable(text: str) -> str:
    """The characters of a text that cannot be printed, each once, in order of appearance."""
    return "".join(dict.fromkeys(each for each in plain(text) if each not in PRINTABLE))


def refusal_of(text: str) -> str:
    """What to do about a text that cannot be printed; nothing where it can."""
    found = unprintable(text)
    if not found:
        return ""
    named = " ".join(each if each.isprintable() else f"U+{ord(each):04X}" for each in found[:5])
    rest = f" and {len(found) - 5} more" if len(found) > 5 else ""
    them, letters = ("them", "these") if len(found) > 1 else ("it", "this")
    return (
        f"Write {letters} in letters that the report can print, or leave {them} out: {named}{rest}"
    )


def unprintable_in(document: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Each text of a document that cannot be printed: where it stands, and which characters.

    `("indicators/3/title", "你")`.
    """
    if isinstance(document, str):
        if found := unprintable(document):
            yield path, found
    elif isinstance(document, Mapping):
        for name, value in document.items():
            yield from unprintable_in(value, f"{path}/{name}".lstrip("/"))
    elif isinstance(document, Sequence):
        for place, value in enumerate(document):
            yield from unprintable_in(value, f"{path}/{place}")
