"""Finding one's way in an indicator's ratings, as an edition holds them: in order of quarter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any

from sorp.lexicon import Rag

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


def poor_run(ratings: Sequence[Mapping[str, Any]], quarter: str) -> tuple[str, int]:
    """What it has been for how many rated quarters running, up to this one: ("red", 4).

    Reds running are told as such; otherwise amber and red together as "amber or red". As in the
    triggers, quarters that are not rated are passed over and a definition break ends the run.
    ("", 0) where it is green, or was never rated.
    """
    known = [each for each in ratings if each["quarter"] <= quarter]
    breaks = [place for place, each in enumerate(known) if each["definition_break"]]
    rags = [each["rag"] for each in known[breaks[-1] if breaks else 0 :] if each["rag"]]
    poor = list(takewhile(lambda rag: rag != Rag.GREEN, reversed(rags)))
    reds = list(takewhile(lambda rag: rag == Rag.RED, poor))
    if not poor:
        return "", 0
    if len(reds) > 1 or len(reds) == len(poor):
        return "red", len(reds)
    return ("amber or red" if Rag.RED in poor else "amber"), len(poor)
