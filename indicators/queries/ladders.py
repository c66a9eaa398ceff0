"""Who signs off whose results today: the ladder of each unit, and the offices a person holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from indicators.models import Result, Revision
from indicators.rules.returns import ResultState, Stage
from indicators.rules.signing import COUNCILS_OWN, DIRECTORS, Office, Rung, ladder, rung_awaited
from organisation.models import Appointment, Unit, User
from organisation.queries import tree_on
from organisation.rules import PostKind, Tree, UnitTier
from sorp.lexicon import Quarter

# The states in which somebody's signature is awaited.
ON_THE_LADDER = (ResultState.SUBMITTED, ResultState.DIVISION_APPROVED)


@dataclass(frozen=True, slots=True)
class Ladders:
    """The organisation of one day, as far as sign-off needs it. Two queries."""

    tree: Tree
    directors: Mapping[int, Collection[int]]

    def of(self, revision: Revision) -> tuple[Rung, ...]:
        """The rungs that this saying of a result passes. Its indicator must be fetched."""
        unit = revision.result.indicator.unit_id
        return ladder(self.tree, unit, self.directors, said_by(revision))

    def awaits(self, revision: Revision) -> Rung | None:
        """The rung on which it stands now."""
        return rung_awaited(ResultState(revision.result.state), self.of(revision))


def ladders_on(day: date) -> Ladders:
    """Every unit's ladder on a day."""
    rows = Appointment.objects.held_on(day).filter(post__kind__in=DIRECTORS)
    directors: dict[int, set[int]] = defaultdict(set)
    for unit, user in rows.values_list("post__unit_id", "user_id"):
        directors[unit].add(user)
    return Ladders(tree_on(day), directors)


def offices_of(user: User, *, on: date) -> frozenset[Office]:
    """The posts by which a person signs off results on a day."""
    rows = Appointment.objects.held_on(on).filter(
        user=user, post__kind__in=DIRECTORS | COUNCILS_OWN
    )
    return frozenset(
        Office(PostKind(kind), unit) for kind, unit in rows.values_list("post__kind", "post__unit")
    )


def signs_at(stage: Stage, unit: Unit, offices: Iterable[Office]) -> bool:
    """Whether one of these offices signs off at a stage for a unit."""
    is_councils = unit.tier == UnitTier.COUNCIL
    rung = Rung(stage, unit.pk, COUNCILS_OWN if is_councils else DIRECTORS)
    return any(office.signs(rung) for office in offices)


def said_by(revision: Revision) -> frozenset[int | None]:
    """Who submitted it, and on whose behalf: neither approves it."""
    return frozenset({revision.submitted_by_id, revision.on_behalf_of_id} - {None})


def unsigned(quarter: Quarter) -> int:
    """How many results of a quarter are not, or not yet, signed off all the way."""
    rows = Result.objects.filter(quarter_start=quarter.first_day)
    return rows.exclude(state=ResultState.APPROVED).count()
