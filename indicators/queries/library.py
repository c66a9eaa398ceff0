"""Definitions of national frameworks, to pick from: what they are, and which are measured here already."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import PlainValidator

from core.tables.cells import choice, line, whole_number
from core.tables.reading import content_of, read
from core.tables.rows import TableRow
from indicators.models.definitions import Indicator
from sorp.lexicon import Frequency, Polarity

FILE = Path(__file__).resolve().parents[1] / "library" / "national.csv"


class LibraryRow(TableRow):
    """One indicator of a national framework, as its framework publishes it."""

    framework: Annotated[str, PlainValidator(line(20))]
    code: Annotated[str, PlainValidator(line(30))]
    title: Annotated[str, PlainValidator(line(200))]
    measure_unit: Annotated[str, PlainValidator(line(40))] = ""
    decimals: Annotated[int, PlainValidator(whole_number(0, 6))]
    polarity: Annotated[Polarity, PlainValidator(choice(Polarity))]
    frequency: Annotated[Frequency, PlainValidator(choice(Frequency))]
    source: Annotated[str, PlainValidator(line(300))]

    @property
    def key(self) -> str:
        """Its code among the codes of an indicator: LGBF:CORP 04."""
        return f"{self.framework}:{self.code}"

    @property
    def as_typed(self) -> dict[str, Any]:
        """What the form of a new indicator begins with."""
        own = ("title", "measure_unit", "decimals", "polarity", "frequency", "source")
        return {name: getattr(self, name) for name in own} | {
            "reference": self.code,
            "codes": self.key,
        }


@cache
def library() -> tuple[LibraryRow, ...]:
    """Every definition that the product brings along, in the order of its file."""
    reading = read(content_of(FILE), LibraryRow, file=FILE.name)
    reading.faults.refuse_if_any()
    return reading.rows


def definition_of(key: str) -> LibraryRow | None:
    """The definition of a framework's code, such as LGBF:CORP 04; None where there is none."""
    return next((each for each in library() if each.key == key), None)


@dataclass(frozen=True, slots=True)
class LibraryLine:
    """One definition, with the indicators that are measured by it here."""

    row: LibraryRow
    measured_as: tuple[Indicator, ...]


def library_lines(text: str = "") -> list[LibraryLine]:
    """Those in whose title, code or source every word stands. One query."""
    words = text.casefold().split()
    found = [
        each
        for each in library()
        if all(word in f"{each.key} {each.title} {each.source}".casefold() for word in words)
    ]
    by_code: dict[str, list[Indicator]] = {}
    for indicator in Indicator.objects.exclude(codes=""):
        for code in indicator.codes.split(";"):
            by_code.setdefault(code.strip().casefold(), []).append(indicator)
    return [LibraryLine(each, tuple(by_code.get(each.key.casefold(), ()))) for each in found]
