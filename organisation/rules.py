"""Posts, tiers of units and the shape of the tree. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.words import Word


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
    DIRECTORATE_OFFICER = "directorate_officer"
    AUDITOR = "auditor"
    LEADER = "leader"
    CABINET_MEMBER_PERFORMANCE = "cabinet_member_performance"
    CABINET_MEMBER = "cabinet_member"
    CHAIR_GOVERNANCE_AUDIT = "chair_governance_audit"
    POSC_CHAIR = "posc_chair"
    MEMBER = "member"
    STAFF = "staff"

    @property
    def label(self) -> str:
        return {
            PostKind.LEADER: "Leader of the council",
            PostKind.CABINET_MEMBER_PERFORMANCE: "Cabinet Member for performance",
            PostKind.CABINET_MEMBER: "Cabinet Member",
            PostKind.CHAIR_GOVERNANCE_AUDIT: "Chair of Governance and Audit",
            PostKind.POSC_CHAIR: "POSC chair",
            PostKind.MEMBER: "Member",
            PostKind.DIRECTORATE_OFFICER: "Directorate’s performance officer",
        }.get(self, self.value.replace("_", " ").capitalize())

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(kind.value, kind.label) for kind in cls]


DIRECTING = (
    PostKind.DIRECTOR,
    PostKind.MANAGING_DIRECTOR,
    PostKind.DEPUTY_MANAGING_DIRECTOR,
)
ELECTED = (
    PostKind.MEMBER,
    PostKind.LEADER,
    PostKind.CABINET_MEMBER_PERFORMANCE,
    PostKind.CABINET_MEMBER,
    PostKind.POSC_CHAIR,
    PostKind.CHAIR_GOVERNANCE_AUDIT,
)


class Sight(Word):
    """From which stage of sign-off on Members see a result, besides all that is published.

    In order: whoever sees a result at one stage sees it at every later one.
    """

    NOTHING = "nothing", "Only what is published"
    CLOSED = "closed", "Once its quarter is closed"
    SIGNED_OFF = "signed_off", "Once its director has signed it off"
    SUBMITTED = "submitted", "Once it is submitted"
    EVERYTHING = "everything", "Before it is submitted"

    @property
    def depth(self) -> int:
        return list(Sight).index(self)


class BodyKind(StrEnum):
    """What sort of body it is, which says what is sent to it and who may ask it what."""

    COUNTY_COUNCIL = "county_council"
    CABINET = "cabinet"
    POSC = "posc"
    SCRUTINY_BOARD = "scrutiny_board"
    GOVERNANCE_AUDIT = "governance_audit"
    INFORMAL_CABINET = "informal_cabinet"
    MANAGEMENT_TEAM = "management_team"
    OTHER = "other"

    @property
    def label(self) -> str:
        return {
            BodyKind.COUNTY_COUNCIL: "County Council",
            BodyKind.CABINET: "Cabinet",
            BodyKind.POSC: "Policy Overview and Scrutiny Committee",
            BodyKind.SCRUTINY_BOARD: "Scrutiny Board",
            BodyKind.GOVERNANCE_AUDIT: "Governance and Audit Committee",
            BodyKind.INFORMAL_CABINET: "Informal Cabinet",
            BodyKind.MANAGEMENT_TEAM: "Management team of officers, such as CMT",
            BodyKind.OTHER: "Another body",
        }[self]

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(kind.value, kind.label) for kind in cls]


class MembershipRole(StrEnum):
    """In what part somebody sits on a body."""

    CHAIR = "chair"
    VICE_CHAIR = "vice_chair"
    MEMBER = "member"
    OFFICER = "officer"

    @property
    def label(self) -> str:
        return self.value.replace("_", " ").capitalize()

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(role.value, role.label) for role in cls]


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
    """The units of one day. Small enough (hundreds) to be walked in memory.

    What belonged to a unit that has closed belongs to the unit that took over from it, without being
    moved: an indicator keeps its unit, and is found under the other from its first day on. Asked of a
    day before that, the later unit is found to be what it was made of.
    """

    branches: Mapping[int, Branch]
    _children: Mapping[int | None, tuple[int, ...]] = field(repr=False)
    _heirs: Mapping[int, int] = field(
        default_factory=dict, repr=False
    )  # of units closed by this day
    _absorbed: Mapping[int, tuple[int, ...]] = field(default_factory=dict, repr=False)
    _forerunners: Mapping[int, tuple[int, ...]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(
        cls,
        branches: Iterable[Branch],
        *,
        closed: Mapping[int, int] | None = None,
        to_close: Mapping[int, int] | None = None,
    ) -> Tree:
        """A tree of these. Of units that closed before, and of those that will, which takes over."""
        by_unit = {branch.unit: branch for branch in branches}
        children: dict[int | None, list[int]] = {}
        for branch in by_unit.values():
            children.setdefault(branch.parent, []).append(branch.unit)
        heirs = closed or {}
        later = {unit: heir for unit, heir in (to_close or {}).items() if heir not in by_unit}
        return cls(
            by_unit,
            {parent: tuple(units) for parent, units in children.items()},
            heirs,
            _turned_round(heirs),
            _turned_round(later),
        )

    def below(self, unit: int) -> Iterator[int]:
        """The unit itself and everything under it, with closed units that it took over from."""
        yield unit
        for child in self._children.get(unit, ()):
            yield from self.below(child)
        for closed in self._absorbed.get(unit, ()):
            yield from self.below(closed)
        for forerunner in self._forerunners.get(unit, ()):
            yield from self.below(forerunner)

    def above(self, unit: int) -> Iterator[int]:
        """The unit itself and everything over it, nearest first. A circle ends the walk.

        Of a closed unit, the unit that took over from it and everything over that.
        """
        seen: set[int] = set()
        at: int | None = unit
        while at is not None and at not in seen:
            seen.add(at)
            if at in self.branches:
                yield at
                at = self.branches[at].parent
            else:
                at = self._heirs.get(at)

    def children(self, unit: int | None) -> tuple[int, ...]:
        return self._children.get(unit, ())

    def standing(self, unit: int) -> Branch | None:
        """The unit, or the one that took over from it; None where neither stands on this day."""
        return next((self.branches[each] for each in self.above(unit)), None)

    def forerunners(self, unit: int) -> tuple[int, ...]:
        """The units that this one, which does not stand yet, is to take over from."""
        return self._forerunners.get(unit, ())

    def at_tier(self, unit: int, tier: UnitTier) -> Branch | None:
        """The unit's own directorate, say, or None where it has none."""
        for each in self.above(unit):
            if self.branches[each].tier is tier:
                return self.branches[each]
        return None


def _turned_round(heirs: Mapping[int, int]) -> dict[int, tuple[int, ...]]:
    found: dict[int, tuple[int, ...]] = {}
    for unit, heir in sorted(heirs.items()):
        found[heir] = (*found.get(heir, ()), unit)
    return found


LEAST_CONTRAST = 4.5  # WCAG 2.2, 1.4.3


def contrast_with_white(colour: str) -> float:
    """How well white text is read on a colour written like #123c4a: 1 to 21, as WCAG counts it."""
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels
    )
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def darker(colour: str) -> str:
    """The same colour a third darker, for what is pressed."""
    return "#" + "".join(
        f"{int(colour[place : place + 2], 16) * 2 // 3:02x}" for place in (1, 3, 5)
    )
