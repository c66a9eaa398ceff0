"""How a version is set out to be read: which clause each rule stands under. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TypeVar

Placed = TypeVar("Placed")


def home_of(number: str, clauses: Collection[str]) -> str:
    """The clause under which a rule of this number stands: 4.1.2, or 4.1, or 4; "" where there is none."""
    while number:
        if number in clauses:
            return number
        number = number.rpartition(".")[0]
    return ""


def under(clauses: Collection[str], rules: Iterable[tuple[str, Placed]]) -> dict[str, list[Placed]]:
    """Rules by the clause that each stands under, in their order; under "" those without one."""
    found: dict[str, list[Placed]] = {}
    for number, rule in rules:
        found.setdefault(home_of(number, clauses), []).append(rule)
    return found


def depth(number: str) -> int:
    """How deep a clause stands: 0 for a chapter such as 4, 1 for 4.1 and all below it."""
    return min(number.count("."), 1)
