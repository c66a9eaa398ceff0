"""Whether somebody who sees results from a stage of sign-off on sees one result. Pure."""

from __future__ import annotations

from indicators.rules.returns import ResultState
from organisation.rules import Sight


def is_shown(sight: Sight, *, is_closed: bool, state: ResultState | None) -> bool:
    """Whether a result is shown, by how early its reader sees results.

    `state` is how far it has got in sign-off; None where nothing is submitted. A closed quarter is closed
    whatever state its results are in: a revision that nobody has approved yet is part of it.
    """
    if sight is Sight.NOTHING:
        return False
    if is_closed or sight is Sight.EVERYTHING:
        return True
    if sight is Sight.SUBMITTED:
        return state is not None
    return sight is Sight.SIGNED_OFF and state is ResultState.APPROVED
