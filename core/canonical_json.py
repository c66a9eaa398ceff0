"""One text for one document: keys sorted, separators fixed, so that its SHA-256 means something."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import Any


def canonical(document: Any) -> bytes:
    """The document as UTF-8 JSON. Two documents that say the same give the same bytes.

    Figures are kept as text (`plain`), so no reader's floating point can alter them.
    """
    return (
        json.dumps(
            document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
        ).encode()
        + b"\n"
    )


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def plain(number: Decimal | None) -> str | None:
    """A figure in full, without exponent or empty decimals: 90, 76.4, 0. None stays None."""
    if number is None:
        return None
    return format(number.normalize(), "f") if number else "0"
