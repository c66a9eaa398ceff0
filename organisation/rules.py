"""Posts, tiers of units and the shape of the tree. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class UnitTier(StrEnum):
    """How high a unit stands. A unit's parent stands one or more tiers higher."""

    COUNCIL = "council"
    DIRECTORATE = "directorate"
    DIVISION = "division"
    TEAM = "team"

    @property
    def label(self) -> str:
        return self.value.capitalize()

    @property
    def depth(self) -> int:
        return list(UnitTier).index(self)

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(tier.value, tier.label) for tier in cls]


class PostKind(StrEnum):
    """The offices on which rights hang. People hold them between dates."""

    ACCOUNTABLE_MANAGER = "accountable_manager"
    DEPUTY = "deputy"
    DIRECTOR = "director"
    MANAGING_DIRECTOR = "managing_director"
    DEPUTY_MANAGING_DIRECTOR = "deputy_managing_director"
    PERFORMANCE_OFFICER = "performance_officer"
    CABINET_MEMBER = "cabinet_member"
    CHAIR_GOVERNANCE_AUDIT = "chair_governance_audit"
    POSC_CHAIR = "posc_chair"
    MEMBER = "member"
    STAFF = "staff"

    @property
    def label(self) -> str:
        return {
            PostKind.CABINET_MEMBER: "Cabinet Member",
            PostKind.CHAIR_GOVERNANCE_AUDIT: "Chair of Governance and Audit",
            PostKind.POSC_CHAIR: "POSC chair",
            PostKind.MEMBER: "Member",
        }.get(self, self.value.replace("_", " ").capitalize())

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(kind.value, kind.label) for kind in cls]


@dataclass(frozen=True, slots=True)
class Branch:
    """One unit's place in the tree on a given day."""

    unit: int
    code: str
    name: str
    tier: UnitTier
    parent: int | None


@dataclass(frozen=True, slots=True)
class Tree:
    """The units of one day. Small enough (hundreds) to be walked in memory."""

    branches: Mapping[int, Branch]
    _children: Mapping[int | None, tuple[int, ...]] = field(repr=False)

    @classmethod
    def of(cls, branches: Iterable[Branch]) -> Tree:
        by_unit = {branch.unit: branch for branch in branches}
        children: dict[int | None, list[int]] = {}
        for branch in by_unit.values():
            children.setdefault(branch.parent, []).append(branch.unit)
        return cls(by_unit, {parent: tuple(units) for parent, units in children.items()})

    def below(self, unit: int) -> Iterator[int]:
        """The unit itself and everything under it."""
        yield unit
        for child in self._children.get(unit, ()):
            yield from self.below(child)

    def above(self, unit: int) -> Iterator[int]:
        """The unit itself and everything over it, nearest first. A circle ends the walk."""
        seen: set[int] = set()
        at: int | None = unit
        while at is not None and at in self.branches and at not in seen:
            seen.add(at)
            yield at
            at = self.branches[at].parent

    def children(self, unit: int | None) -> tuple[int, ...]:
        return self._children.get(unit, ())

    def at_tier(self, unit: int, tier: UnitTier) -> Branch | None:
        """The unit's own directorate, say, or None where it has none."""
        for each in self.above(unit):
            if self.branches[each].tier is tier:
                return self.branches[each]
        return None
