"""What a version of the SORP requires that the service checks."""

from __future__ import annotations

from dataclasses import dataclass

from sorp.models import Clause, Version
from sorp.rules.checks import Check


@dataclass(frozen=True, slots=True)
class Requirement:
    """A clause with a check: who is responsible, and what follows where it is not kept."""

    check: Check
    clause: str
    heading: str
    responsible: str
    consequence: str


def requirements_of(version: Version) -> tuple[Requirement, ...]:
    """The clauses of a version that name a check, in their order. One query.

    Where two name the same, the first is the requirement. A check that the service does not know
    is not made.
    """
    found: dict[Check, Requirement] = {}
    for row in Clause.objects.filter(version=version).exclude(check_made=""):
        if row.check_made in list(Check):
            check = Check(row.check_made)
            found.setdefault(
                check,
                Requirement(check, row.number, row.heading, row.responsible, row.consequence),
            )
    return tuple(found.values())
