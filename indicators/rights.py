"""Which indicators a person may see, answer for, plan for and direct.

Each rule is said once, as a reach. One row asks `holds`; a QuerySet asks `condition`: so a page,
a list and a service cannot come to different answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from core.clock import localdate
from core.words import Word
from organisation.permissions import Permission
from organisation.queries import tree_on
from organisation.rights import allowed, posts_of
from organisation.rules import DIRECTING, PostKind

if TYPE_CHECKING:
    from indicators.models.definitions import Indicator


class Scope(Word):
    """Whose indicators a right of a post reaches, as the page of who may do what says it."""

    EVERY = "every", "Every indicator"
    OWN = "own", "Those they are accountable for"
    UNITS = "units", "Those of their unit and of every unit below it"


# How far each right reaches, by the post that grants it: said here once. The QuerySets read it by
# `reach_of`, and so does the page. Which units' results a post signs off is
# SIGNERS of indicators/rules/sign_off.py.
SCOPES: Mapping[Permission, Mapping[PostKind, Scope]] = {
    # Of Members only those whom the council lets (`granted` of organisation/permissions.py).
    Permission.VIEW_PERFORMANCE: dict.fromkeys(PostKind, Scope.EVERY),
    Permission.SUBMIT_RESULT: {
        PostKind.ACCOUNTABLE_MANAGER: Scope.OWN,
        PostKind.DEPUTY: Scope.UNITS,
        PostKind.DIRECTORATE_OFFICER: Scope.UNITS,
        PostKind.PERFORMANCE_OFFICER: Scope.EVERY,
    },
    Permission.WRITE_PLAN: {
        PostKind.ACCOUNTABLE_MANAGER: Scope.OWN,
        PostKind.DIRECTORATE_OFFICER: Scope.UNITS,
        PostKind.PERFORMANCE_OFFICER: Scope.EVERY,
    },
    Permission.KEEP_DATA_QUALITY: {
        PostKind.ACCOUNTABLE_MANAGER: Scope.OWN,
        PostKind.DIRECTORATE_OFFICER: Scope.UNITS,
        PostKind.PERFORMANCE_OFFICER: Scope.EVERY,
    },
    Permission.PROPOSE_TARGETS: {
        PostKind.ACCOUNTABLE_MANAGER: Scope.OWN,
        PostKind.PERFORMANCE_OFFICER: Scope.EVERY,
    },
    # Never of what they proposed or answer for themselves: indicators/services/targets.py.
    Permission.APPROVE_TARGETS: {
        PostKind.DIRECTOR: Scope.UNITS,
        PostKind.MANAGING_DIRECTOR: Scope.UNITS,
        PostKind.DEPUTY_MANAGING_DIRECTOR: Scope.UNITS,
        PostKind.PERFORMANCE_OFFICER: Scope.EVERY,
    },
    # Who says it for a whole directorate submits it: indicators/services/rounds.py.
    Permission.PROPOSE_INDICATORS: {
        PostKind.ACCOUNTABLE_MANAGER: Scope.OWN,
        PostKind.DIRECTORATE_OFFICER: Scope.UNITS,
        PostKind.DIRECTOR: Scope.UNITS,
        PostKind.MANAGING_DIRECTOR: Scope.UNITS,
        PostKind.DEPUTY_MANAGING_DIRECTOR: Scope.UNITS,
        PostKind.PERFORMANCE_OFFICER: Scope.EVERY,
    },
}


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


def reach_of(user: Any, permission: Permission) -> Reach:
    """How far a right of `SCOPES` reaches for a person today, by all the posts they hold together.

    Whoever holds a right has it over what is in their own name, by whichever post they hold it.
    """
    if not allowed(user, permission):
        return NONE
    held = [(SCOPES[permission].get(kind), unit) for kind, unit in posts_of(user)]
    if any(scope is Scope.EVERY for scope, _ in held):
        return EVERY
    return Reach(
        accountable=user.pk,
        units=_including_below(unit for scope, unit in held if scope is Scope.UNITS),
    )


def visible_to(user: Any) -> Reach:
    """Every officer sees every indicator, and so does a Member whose office sees any result early.

    Which quarters of it they see: indicators/queries/sight.py.
    """
    return reach_of(user, Permission.VIEW_PERFORMANCE)


def answerable_by(user: Any) -> Reach:
    """Whose result a person may submit: for the centre every one, else their own."""
    return reach_of(user, Permission.SUBMIT_RESULT)


def own_of(user: Any) -> Reach:
    """What a person is accountable for, or stands in for as a deputy.

    A deputy answers for the indicators of the unit their post is in, and of those below it.
    """
    return Reach(accountable=user.pk, units=_units_of(user, PostKind.DEPUTY))


def directed_by(user: Any) -> Reach:
    """What belongs to the units a person directs, and to everything below them."""
    return Reach(units=_units_of(user, *DIRECTING))


def plannable_by(user: Any) -> Reach:
    """Whose action plan a person may write: for the centre every one, else their own."""
    return reach_of(user, Permission.WRITE_PLAN)


def data_quality_kept_by(user: Any) -> Reach:
    """Of whose data a person may write in the register: for the centre all, else their own."""
    return reach_of(user, Permission.KEEP_DATA_QUALITY)


def targets_proposed_by(user: Any) -> Reach:
    """Whose targets a person may propose: for the centre every one, else their own."""
    return reach_of(user, Permission.PROPOSE_TARGETS)


def targets_approved_by(user: Any) -> Reach:
    """Whose targets a person may approve: for the centre every one, else those they direct."""
    return reach_of(user, Permission.APPROVE_TARGETS)


def round_proposed_by(user: Any) -> Reach:
    """Of which indicators a person may say what becomes of them next year."""
    return reach_of(user, Permission.PROPOSE_INDICATORS)


def _units_of(user: Any, *kinds: PostKind) -> frozenset[int]:
    """The units where a person holds such a post today, with everything below them."""
    if not (user.is_authenticated and user.is_active):
        return frozenset()
    return _including_below(unit for kind, unit in posts_of(user) if kind in kinds)


def _including_below(units: Iterable[int]) -> frozenset[int]:
    held = list(units)
    if not held:
        return frozenset()
    tree = tree_on(localdate())
    return frozenset(below for unit in held for below in tree.below(unit))
