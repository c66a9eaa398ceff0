"""The demonstration's files, as the imports and services take them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
Row = dict[str, str]


def content(name: str) -> bytes:
    return (HERE / name).read_bytes()


def rows(name: str) -> list[Row]:
    return list(csv.DictReader(io.StringIO(content(name).decode("utf-8-sig"), newline="")))


def part(name: str, belongs: Callable[[Row], bool]) -> bytes:
    """Those rows of a file that belong, as a file of their own."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows(name)[0]))
    writer.writeheader()
    writer.writerows(row for row in rows(name) if belongs(row))
    return out.getvalue().encode()


def document(name: str) -> dict[str, Any]:
    return json.loads(content(name))
