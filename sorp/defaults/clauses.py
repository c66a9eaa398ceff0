"""What one clause of the default SORP says, and of whom."""

from __future__ import annotations

from typing import NamedTuple


class DefaultClause(NamedTuple):
    """A clause: what is required, of whom, how that is monitored, what follows, how it is measured."""

    number: str
    heading: str
    wording: str
    responsible: str = ""
    monitored: str = ""
    consequence: str = ""
    check_made: str = ""
