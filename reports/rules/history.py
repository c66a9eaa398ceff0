"""Finding one's way in an indicator's ratings, as an edition holds them: in order of quarter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Rating = Mapping[str, Any]


def in_quarter(indicator: Mapping[str, Any], quarter: str) -> Rating | None:
    """How the indicator was judged in a quarter, or None where nothing was said of it."""
    return next(
        (each for each in reversed(indicator["ratings"]) if each["quarter"] == quarter), None
    )


def before(indicator: Mapping[str, Any], quarter: str) -> Sequence[Rating]:
    """Everything before a quarter, oldest first. Keys such as 2011-Q4 sort in order of time."""
    return [each for each in indicator["ratings"] if each["quarter"] < quarter]


def rated_before(indicator: Mapping[str, Any], quarter: str) -> Rating | None:
    """The last quarter before this one that has a RAG status: the *previous RAG*.

    An annual indicator's is that of the year before; a gap in the figures is passed over, and the
    page names the quarter it took.
    """
    return next((each for each in reversed(before(indicator, quarter)) if each["rag"]), None)
