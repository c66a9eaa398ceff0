"""The numbers of clauses: their form, their order, and which clause a rule stands under. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import TypeVar

Placed = TypeVar("Placed")
CLAUSE_NUMBER = re.compile(r"[0-9A-Za-z]+(?:[.-][0-9A-Za-z]+)*")


def order_of(number: str) -> tuple[tuple[int, int, str], ...]:
    """The order of clauses: 4, 4.2, 4.10, 5. What is no number comes after numbers, by letter."""
    return tuple(
        (0, int(each), "") if each.isdecimal() else (1, 0, each) for each in number.split(".")
    )


def containing_clause(number: str, clauses: Collection[str]) -> str:
    """The clause under which a rule of this number stands: 4.1.2, or 4.1, or 4; "" where there is none."""
    while number:
        if number in clauses:
            return number
        number = number.rpartition(".")[0]
    return ""


def by_clause(
    clauses: Collection[str], rules: Iterable[tuple[str, Placed]]
) -> dict[str, list[Placed]]:
    """Rules by the clause that each stands under, in their order; under "" those without one."""
    found: dict[str, list[Placed]] = {}
    for number, rule in rules:
        found.setdefault(containing_clause(number, clauses), []).append(rule)
    return found


def depth_of(number: str) -> int:
    """How deep a clause stands: 0 for a chapter such as 4, 1 for 4.1 and all below it."""
    return min(number.count("."), 1)
