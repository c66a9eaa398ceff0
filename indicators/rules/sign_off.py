"""Sign-off: who approves a result, in what order, and what state that leaves it in.

Submitted by the accountable manager or a dated deputy, approved by the division, approved by the
directorate, then in the quarter (architecture, 4, "Sign-off"). Approval locks. The approver is
never the person who submitted, nor the one on whose behalf it was submitted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import median

from core.words import Word
from indicators.rules.returns import ResultState, Stage
from organisation.rules import PostKind, Tree, UnitTier
from sorp.lexicon import Confidence, Rag

DIRECTORS = frozenset({PostKind.DIRECTOR})
COUNCILS_OWN = frozenset({PostKind.MANAGING_DIRECTOR, PostKind.DEPUTY_MANAGING_DIRECTOR})
# Whose posts sign off the results of a unit, by the unit's tier.
SIGNERS: Mapping[UnitTier, frozenset[PostKind]] = {
    UnitTier.DIVISION: DIRECTORS,
    UnitTier.DIRECTORATE: DIRECTORS,
    UnitTier.COUNCIL: COUNCILS_OWN,
}
# An exception is short, or it is a hole: two working weeks at the longest.
LONGEST_UNLOCK = timedelta(days=14)
# A move is big when it is more than this many times the usual one between two quarters.
BIG_MOVE = 3
FEWEST_MOVES = 4


class Act(Word):
    """What changes the state of a result."""

    SUBMIT = "submit", "Submitted"
    APPROVE = "approve", "Approved"
    RETURN = "return", "Returned"


@dataclass(frozen=True, slots=True)
class SignOffStage:
    """One stage that an indicator's results pass: whose unit it is, and which posts sign there."""

    stage: Stage
    unit: int
    posts: frozenset[PostKind]


@dataclass(frozen=True, slots=True)
class Office:
    """A post held today by somebody who may sign: its kind and its unit."""

    kind: PostKind
    unit: int

    def signs(self, sign_off_stage: SignOffStage) -> bool:
        return self.unit == sign_off_stage.unit and self.kind in sign_off_stage.posts


def sign_off_stages(
    tree: Tree,
    unit: int,
    directors: Mapping[int, Collection[int]],
    submitters: Collection[int | None] = (),
) -> tuple[SignOffStage, ...]:
    """The stages that a result of a unit passes, lowest first.

    A division's, or a team's in one, needs the division's director and then the directorate's;
    what belongs to a directorate itself needs the directorate's alone; the council's own is signed
    by the managing director or the deputy. `directors` are those who direct each unit today: where
    nobody does, or only whoever submitted the result, it goes to the unit above, so that neither a
    vacancy nor a director's own figure holds anybody up.
    """
    division = tree.at_tier(unit, UnitTier.DIVISION)
    directorate = tree.at_tier(unit, UnitTier.DIRECTORATE)
    council = tree.at_tier(unit, UnitTier.COUNCIL)
    stages = []
    if division is not None and _has_other_director(directors, division.unit, submitters):
        stages.append(SignOffStage(Stage.DIVISION, division.unit, SIGNERS[UnitTier.DIVISION]))
    if directorate is not None and _has_other_director(directors, directorate.unit, submitters):
        stages.append(
            SignOffStage(Stage.DIRECTORATE, directorate.unit, SIGNERS[UnitTier.DIRECTORATE])
        )
    elif council is not None:
        stages.append(SignOffStage(Stage.DIRECTORATE, council.unit, SIGNERS[UnitTier.COUNCIL]))
    return tuple(stages)


def _has_other_director(
    directors: Mapping[int, Collection[int]], unit: int, submitters: Collection[int | None]
) -> bool:
    return any(director not in submitters for director in directors.get(unit, ()))


def stage_awaited(state: ResultState, stages: Sequence[SignOffStage]) -> SignOffStage | None:
    """The stage at which a result now waits, or None where nobody need sign.

    A result that passed its division waits for the directorate. One whose division has no stage
    (any longer) waits there from the first.
    """
    if state is ResultState.SUBMITTED:
        return stages[0] if stages else None
    if state is ResultState.DIVISION_APPROVED:
        return next(
            (
                sign_off_stage
                for sign_off_stage in stages
                if sign_off_stage.stage is Stage.DIRECTORATE
            ),
            None,
        )
    return None


# What each act makes of each state. What is not here is refused.
TRANSITIONS: Mapping[tuple[ResultState, Act, Stage | None], ResultState] = {
    (ResultState.SUBMITTED, Act.APPROVE, Stage.DIVISION): ResultState.DIVISION_APPROVED,
    (ResultState.SUBMITTED, Act.APPROVE, Stage.DIRECTORATE): ResultState.APPROVED,
    (ResultState.DIVISION_APPROVED, Act.APPROVE, Stage.DIRECTORATE): ResultState.APPROVED,
    (ResultState.SUBMITTED, Act.RETURN, Stage.DIVISION): ResultState.RETURNED,
    (ResultState.SUBMITTED, Act.RETURN, Stage.DIRECTORATE): ResultState.RETURNED,
    (ResultState.DIVISION_APPROVED, Act.RETURN, Stage.DIRECTORATE): ResultState.RETURNED,
    # A new revision begins at the first stage again. Whether a locked result may be revised at all
    # is asked before this table is.
    **{(state, Act.SUBMIT, None): ResultState.SUBMITTED for state in ResultState},
}


def state_after(
    state: ResultState, act: Act, stage: Stage | None, stages: Sequence[SignOffStage]
) -> ResultState | None:
    """What an act at a stage makes of a result, or None where it is not that stage's turn."""
    if stage is not None:
        awaited = stage_awaited(state, stages)
        if awaited is None or awaited.stage is not stage:
            return None
    return TRANSITIONS.get((state, act, stage))


def sign_off_refusal(
    *,
    state: ResultState,
    stage: Stage,
    stages: Sequence[SignOffStage],
    offices: Collection[Office],
    signer: int,
    submitters: Collection[int | None],
) -> str | None:
    """Why this person may not sign this result at this stage, in words; None where they may."""
    awaited = stage_awaited(state, stages)
    if state is ResultState.RETURNED:
        return "it was returned and is not submitted again yet"
    if state is ResultState.APPROVED:
        return "it is approved already"
    if state is ResultState.AS_PUBLISHED:
        return "it came as it had been published, so nobody signs it"
    if awaited is None:
        return "no directorate stands above it: place its unit in the organisation first"
    if awaited.stage is not stage:
        return _not_its_turn(state, stage)
    if not any(office.signs(awaited) for office in offices):
        return "another director signs for that unit today"
    if signer in submitters:
        return "you submitted it, or it was submitted for you: somebody else approves it"
    return None


def _not_its_turn(state: ResultState, stage: Stage) -> str:
    if stage is Stage.DIRECTORATE:
        return "the division signs it off first"
    if state is ResultState.DIVISION_APPROVED:
        return "its division has signed it off already"
    return "no division signs it: it waits for the directorate"


def unlock_refusal(*, now: datetime, expires_at: datetime, granted_to: int, by: int) -> str | None:
    """Why an exception may not be granted so, in words; None where it may."""
    if granted_to == by:
        return "You cannot unlock a result for yourself: ask another performance officer"
    if expires_at <= now:
        return "Enter a time in the future"
    if expires_at - now > LONGEST_UNLOCK:
        return f"Unlock for {LONGEST_UNLOCK.days} days at the longest"
    return None


def is_unlocked(
    *, now: datetime, granted_at: datetime, expires_at: datetime, approved_at: datetime | None
) -> bool:
    """Whether an exception is in force: not run out, and not used up by an approval since."""
    return now < expires_at and (approved_at is None or granted_at >= approved_at)


# What a director looks at first


@dataclass(frozen=True, slots=True)
class ChangeFacts:
    """What of a result its approver should see: each a fact, and none of them a fault."""

    rag: Rag | None
    before: Rag | None
    values: Sequence[Decimal | None]  # oldest first, the one to be signed off last
    confidence: Confidence | None
    revision: int
    definition_break: bool
    not_available: bool


def changes(facts: ChangeFacts) -> tuple[str, ...]:
    """What changed, in a few words each: worse than before, a big move, revised, not yet firm."""
    changed = []
    if facts.rag and facts.before and facts.rag.severity > facts.before.severity:
        changed.append(f"Worse than before: was {facts.before.label.lower()}")
    if is_big_move(facts.values):
        changed.append("Moved more than it usually does")
    if facts.revision > 1:
        changed.append(f"Revised: this is version {facts.revision}")
    if facts.confidence in (Confidence.PROVISIONAL, Confidence.ESTIMATED):
        changed.append(f"{facts.confidence.label}, not final")
    if facts.definition_break:
        changed.append("The definition changed")
    if facts.not_available:
        changed.append("No figure")
    return tuple(changed)


def is_big_move(values: Sequence[Decimal | None]) -> bool:
    """Whether the last step is more than three times the median step of those before it.

    Needs four steps to know what is usual. A series that never moved makes any move a big one.
    """
    known = [value for value in values if value is not None]
    if not values or values[-1] is None:
        return False
    *before, last = [abs(later - earlier) for earlier, later in pairwise(known)] or [Decimal(0)]
    if len(before) < FEWEST_MOVES:
        return False
    return last > BIG_MOVE * median(before)


def sign_off_order(rag: Rag | None, changed: Sequence[str], reference: str) -> tuple[int, int, str]:
    """The order of a sign-off sheet: reds, ambers, then whatever changed, then the rest."""
    colour = {Rag.RED: 0, Rag.AMBER: 1}.get(rag, 2) if rag else 2
    return colour, 0 if changed else 1, reference
