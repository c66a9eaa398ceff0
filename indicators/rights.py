"""Which indicators a person may see, answer for, plan for and direct.

Each rule is said once, as a reach. One row asks `holds`; a QuerySet asks `condition`: so a page,
a list and a service cannot come to different answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from core.clock import localdate
from organisation.permissions import Permission
from organisation.queries import tree_on
from organisation.rights import allowed, posts_of
from organisation.rules import PostKind

if TYPE_CHECKING:
    from indicators.models.definitions import Indicator

DIRECTING = (
    PostKind.DIRECTOR,
    PostKind.MANAGING_DIRECTOR,
    PostKind.DEPUTY_MANAGING_DIRECTOR,
)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a right reaches: every indicator, a person's own, those of some units, or none."""

    every: bool = False
    accountable: int | None = None  # whose own
    units: frozenset[int] = frozenset()

    def holds(self, indicator: Indicator) -> bool:
        """Whether this indicator is within reach."""
        return (
            self.every
            or (
                self.accountable is not None
                and indicator.accountable_manager_id == self.accountable
            )
            or indicator.unit_id in self.units
        )

    @property
    def condition(self) -> Q:
        """The same for a QuerySet of indicators."""
        if self.every:
            return Q()
        own = Q(accountable_manager=self.accountable) if self.accountable else Q(pk__in=[])
        return own | Q(unit__in=self.units) if self.units else own


EVERY, NONE = Reach(every=True), Reach()


def seen_by(user: Any) -> Reach:
    """Every signed-in officer and Member sees every indicator: nothing is hidden yet."""
    return EVERY if allowed(user, Permission.VIEW_PERFORMANCE) else NONE


def answered_by(user: Any) -> Reach:
    """Whose result a person may submit: for the centre every one, else their own."""
    if allowed(user, Permission.MANAGE_FRAMEWORK):
        return EVERY
    return own_of(user) if allowed(user, Permission.SUBMIT_RESULT) else NONE


def own_of(user: Any) -> Reach:
    """What a person is accountable for, or stands in for as a deputy.

    A deputy answers for the indicators of the unit their post is in, and of those below it.
    """
    return Reach(accountable=user.pk, units=_units_of(user, PostKind.DEPUTY))


def directed_by(user: Any) -> Reach:
    """What belongs to the units a person directs, and to everything below them."""
    return Reach(units=_units_of(user, *DIRECTING))


def planned_by(user: Any) -> Reach:
    """Whose action plan a person may write: for the centre every one, else their own."""
    if allowed(user, Permission.MANAGE_FRAMEWORK):
        return EVERY
    return Reach(accountable=user.pk) if allowed(user, Permission.WRITE_PLAN) else NONE


def _units_of(user: Any, *kinds: PostKind) -> frozenset[int]:
    """The units where a person holds such a post today, with everything below them."""
    if not (user.is_authenticated and user.is_active):
        return frozenset()
    held = [unit for kind, unit in posts_of(user) if kind in kinds]
    if not held:
        return frozenset()
    tree = tree_on(localdate())
    return frozenset(below for unit in held for below in tree.below(unit))
