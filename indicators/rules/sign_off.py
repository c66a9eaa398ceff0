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

from core.figures import as_number
from core.quarters import Quarter
from core.words import Word
from indicators.rules.questions import QuestionKey
from indicators.rules.remarks import NewLevel, new_level
from indicators.rules.returns import ResultState, Stage
from organisation.rules import PostKind, Tree, UnitTier
from sorp.lexicon import Confidence, Rag, Travel

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


class Attention(Word):
    """How a result on a sign-off sheet is looked at, in the order in which it stands there."""

    RED = "red", "Red"
    AMBER = "amber", "Amber"
    NO_FIGURE = "no_figure", "No figure"
    ODD = "odd", "On target or not rated, but odd"
    STEADY = "steady", "The rest, which moved as they usually do"

    @property
    def in_a_count(self) -> str:
        """As it follows a number: 2 red, 1 without a figure, 9 as usual."""
        return {
            Attention.NO_FIGURE: "without a figure",
            Attention.ODD: "odd",
            Attention.STEADY: "as usual",
        }.get(self, self.label.lower())

    @property
    def is_one_by_one(self) -> bool:
        """Whether each is decided on by itself. The others may be approved together."""
        return self is not Attention.STEADY


@dataclass(frozen=True, slots=True)
class ChangeFacts:
    """What of a result its approver should see: each a fact, and none of them a fault."""

    rag: Rag | None
    before: Rag | None
    confidence: Confidence | None
    revision: int
    definition_break: bool
    not_available: bool


def changes(facts: ChangeFacts) -> tuple[str, ...]:
    """What changed, in a few words each: worse than before, revised, not yet firm."""
    changed = []
    if facts.rag and facts.before and facts.rag.severity > facts.before.severity:
        changed.append(f"Worse than before: was {facts.before.label.lower()}")
    if facts.revision > 1:
        changed.append(f"Revised: this is version {facts.revision}")
    if facts.confidence in (Confidence.PROVISIONAL, Confidence.ESTIMATED):
        changed.append(f"{facts.confidence.label}, not final")
    if facts.definition_break:
        changed.append("The definition changed")
    if facts.not_available:
        changed.append("No figure")
    return tuple(changed)


DIRECTED = frozenset({Travel.IMPROVING, Travel.WORSENING, Travel.RISING, Travel.FALLING})
# Questions that doubt how a figure moved. Whether its target is this year's says nothing of that.
ABOUT_THE_MOVE = frozenset(QuestionKey) - {QuestionKey.TARGET, QuestionKey.NOT_DUE}


@dataclass(frozen=True, slots=True)
class MoveFacts:
    """How a figure came to where it is: what it may be compared with, and what was asked about it."""

    values: Sequence[Decimal]  # comparable with one another, oldest first, this one last
    quarters: Sequence[Quarter]  # of each value
    questions: Sequence[tuple[QuestionKey, bool]] = ()  # asked about it, and whether answered
    travel: Travel = Travel.NOT_ENOUGH_DATA
    travel_before: Travel = Travel.NOT_ENOUGH_DATA
    decimals: int = 0
    measure_unit: str = ""


def odd_moves(facts: MoveFacts) -> tuple[str, ...]:
    """Why a figure is looked at by itself though it meets its target, in words; else nothing.

    It stepped more than three times as far as it usually does; or with this figure it first counts as
    worsening, or is first seen to have left the level of the eight or more before; or a question was
    asked about how it moved, or any that nobody answered.
    """
    found = []
    if is_big_move(facts.values):
        *before, last = _steps(facts.values)
        moved, usual = (
            as_number(each, facts.decimals, facts.measure_unit)
            for each in (last, Decimal(median(before)))
        )
        usually = "it never moved before" if not median(before) else f"it usually moves by {usual}"
        found.append(f"It moved by {moved}, and {usually}")
    if facts.travel is Travel.WORSENING and facts.travel_before is not Travel.WORSENING:
        found.append("Worsening, which it was not a quarter before")
    if (level := _level_first_seen(facts)) is not None:
        side = "below" if level.is_below else "above"
        found.append(
            f"A new level: the {level.results} results since {level.since} all stand {side} what"
            " was usual"
        )
    if not all(answered for _, answered in facts.questions):
        found.append("It was asked about, and not answered")
    elif any(key in ABOUT_THE_MOVE for key, _ in facts.questions):
        found.append("It was asked about, and answered")
    return tuple(found)


def _level_first_seen(facts: MoveFacts) -> NewLevel | None:
    """The new level of which the figures before this one did not tell yet; a trend is no new level."""
    if facts.travel in DIRECTED:
        return None
    now = new_level(facts.values, facts.quarters)
    return None if new_level(facts.values[:-1], facts.quarters[:-1]) else now


def is_big_move(values: Sequence[Decimal]) -> bool:
    """Whether the last step is more than three times the median step of those before it.

    Needs four steps to know what is usual. A series that never moved makes any move a big one.
    """
    *before, last = _steps(values) or [Decimal(0)]
    return len(before) >= FEWEST_MOVES and last > BIG_MOVE * median(before)


def _steps(values: Sequence[Decimal]) -> list[Decimal]:
    return [abs(later - earlier) for earlier, later in pairwise(values)]


def attention_to(rag: Rag | None, *, has_figure: bool, is_odd: bool) -> Attention:
    """How a result is looked at: by its colour where that is bad, else by how it moved."""
    if rag is Rag.RED:
        return Attention.RED
    if rag is Rag.AMBER:
        return Attention.AMBER
    if not has_figure:
        return Attention.NO_FIGURE
    return Attention.ODD if is_odd else Attention.STEADY


def sign_off_order(
    attention: Attention, changed: Sequence[str], reference: str
) -> tuple[int, int, str]:
    """The order of a sign-off sheet: worst first, then what moved oddly; what changed before the rest."""
    return list(Attention).index(attention), 0 if changed else 1, reference
