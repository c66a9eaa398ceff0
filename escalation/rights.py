"""Who may say what a level did with an escalation, and who may agree and judge an action plan.

A level's own people do: the director of the division for the division, of the directorate for the
directorate, whoever directs the whole council for PAT, which they chair. Performance officers, who
keep the minutes, may for every level, and nobody but they for Cabinet. Never the accountable
manager, at any level: nobody deals with their own poor performance (docs/adr/0029).
"""

from __future__ import annotations

from core.clock import localdate
from indicators.models.definitions import Indicator
from indicators.rights import EVERY, NONE, Reach, directed_by
from organisation.permissions import Permission
from organisation.queries import tree_on
from organisation.rights import Visitor, allowed, posts_of, sight_of
from organisation.rules import DIRECTING, Sight, UnitTier
from sorp.lexicon import Level


def speaks_for(level: Level, user: Visitor) -> Reach:
    """Of which indicators a person may record what a level did."""
    if allowed(user, Permission.MANAGE_FRAMEWORK):
        return EVERY
    if level is Level.DIVISION:
        return directed_by(user)
    if level is Level.DIRECTORATE:
        return _directed_from(user, UnitTier.COUNCIL, UnitTier.DIRECTORATE)
    if level is Level.PAT and _directed_from(user, UnitTier.COUNCIL).units:
        return EVERY
    return NONE


def may_deal_with(level: Level, indicator: Indicator, user: Visitor) -> bool:
    """Whether a person may say what a level did with what was referred to it about an indicator."""
    if user.pk == indicator.accountable_manager_id:
        return False
    return speaks_for(Level(level), user).holds(indicator)


def may_agree_plan(indicator: Indicator, user: Visitor) -> bool:
    """The directors over the indicator's unit, and the performance officers, agree its plan."""
    return may_deal_with(Level.DIVISION, indicator, user)


def _directed_from(user: Visitor, *tiers: UnitTier) -> Reach:
    """What belongs to the units of these tiers that a person directs, and all below them."""
    if not (user.is_authenticated and user.is_active):
        return NONE
    held = [unit for kind, unit in posts_of(user) if kind in DIRECTING]
    if not held:
        return NONE
    tree = tree_on(localdate())
    directed = [
        each for each in held if each in tree.branches and tree.branches[each].tier in tiers
    ]
    return Reach(units=frozenset(below for unit in directed for below in tree.below(unit)))


def sees_open_quarter(user: Visitor) -> bool:
    """Whether anything of what the close of an open quarter would do may be shown to a person.

    Officers are shown it. Whoever holds nothing but a Member's office sees what the council lets that
    office see, result by result, and nothing until it says so. The public never does.
    """
    return sight_of(user).depth > Sight.CLOSED.depth
