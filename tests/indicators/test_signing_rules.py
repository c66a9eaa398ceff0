"""The sign-off ladder by tables: who signs what, in what order, and what that makes of a result."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from core.quarters import Quarter
from indicators.rules.questions import QuestionKey
from indicators.rules.returns import ResultState as State
from indicators.rules.returns import Stage
from indicators.rules.sign_off import (
    LONGEST_UNLOCK,
    TRANSITIONS,
    Act,
    ChangeFacts,
    MoveFacts,
    Office,
    attention_to,
    changes,
    is_big_move,
    is_unlocked,
    odd_moves,
    sign_off_order,
    sign_off_refusal,
    sign_off_stages,
    stage_awaited,
    state_after,
    unlock_refusal,
)
from organisation.rules import Branch, PostKind, Tree, UnitTier
from sorp.lexicon import Confidence, Rag, Travel

COUNCIL, DIRECTORATE, DIVISION, TEAM, LOOSE_TEAM, LOOSE_DIVISION = 1, 2, 3, 4, 5, 6
TREE = Tree.of(
    [
        Branch(COUNCIL, "WCC", "The council", UnitTier.COUNCIL, None),
        Branch(DIRECTORATE, "GET", "Growth", UnitTier.DIRECTORATE, COUNCIL),
        Branch(DIVISION, "HT", "Highways", UnitTier.DIVISION, DIRECTORATE),
        Branch(TEAM, "NO", "Highways North", UnitTier.TEAM, DIVISION),
        Branch(LOOSE_TEAM, "PO", "Policy", UnitTier.TEAM, DIRECTORATE),
        Branch(LOOSE_DIVISION, "LE", "Legal", UnitTier.DIVISION, COUNCIL),
    ]
)
# People by number: 20 directs the directorate, 30 and 31 share the division, 60 has Legal.
DIRECTED = {DIRECTORATE: {20}, DIVISION: {30, 31}, LOOSE_DIVISION: {60}}
MANAGER, DEPUTY = 100, 101


def stages(unit, directed=DIRECTED, submitters=()):
    return [
        (sign_off_stage.stage.value, sign_off_stage.unit)
        for sign_off_stage in sign_off_stages(TREE, unit, directed, submitters)
    ]


@pytest.mark.parametrize(
    ("unit", "passes"),
    [
        (DIVISION, [("division", DIVISION), ("directorate", DIRECTORATE)]),
        (TEAM, [("division", DIVISION), ("directorate", DIRECTORATE)]),
        (DIRECTORATE, [("directorate", DIRECTORATE)]),
        (LOOSE_TEAM, [("directorate", DIRECTORATE)]),
        (COUNCIL, [("directorate", COUNCIL)]),
        (LOOSE_DIVISION, [("division", LOOSE_DIVISION), ("directorate", COUNCIL)]),
        (999, []),
    ],
)
def test_a_result_passes_the_units_above_its_own(unit, passes):
    assert stages(unit) == passes


@pytest.mark.parametrize(
    ("directed", "submitters", "passes"),
    [
        # A vacancy holds nobody up.
        ({DIRECTORATE: {20}}, [], [("directorate", DIRECTORATE)]),
        ({DIVISION: {30}}, [], [("division", DIVISION), ("directorate", COUNCIL)]),
        ({}, [], [("directorate", COUNCIL)]),
        # Nor does a director's own figure: the unit above signs it.
        ({DIRECTORATE: {20}, DIVISION: {30}}, [30], [("directorate", DIRECTORATE)]),
        (
            {DIRECTORATE: {20}, DIVISION: {30}},
            [20],
            [("division", DIVISION), ("directorate", COUNCIL)],
        ),
        # Of two who share a post, the other signs.
        (DIRECTED, [30], [("division", DIVISION), ("directorate", DIRECTORATE)]),
        (DIRECTED, [30, 31], [("directorate", DIRECTORATE)]),
    ],
)
def test_where_nobody_else_directs_a_unit_the_one_above_signs(directed, submitters, passes):
    assert stages(DIVISION, directed, submitters) == passes


BOTH = sign_off_stages(TREE, DIVISION, DIRECTED)
DIRECTORATE_ONLY = sign_off_stages(TREE, DIRECTORATE, DIRECTED)


@pytest.mark.parametrize(
    ("state", "act", "stage", "passes", "becomes"),
    [
        (State.SUBMITTED, Act.APPROVE, Stage.DIVISION, BOTH, State.DIVISION_APPROVED),
        (State.SUBMITTED, Act.APPROVE, Stage.DIRECTORATE, BOTH, None),
        (State.SUBMITTED, Act.APPROVE, Stage.DIRECTORATE, DIRECTORATE_ONLY, State.APPROVED),
        (State.SUBMITTED, Act.APPROVE, Stage.DIVISION, DIRECTORATE_ONLY, None),
        (State.SUBMITTED, Act.RETURN, Stage.DIVISION, BOTH, State.RETURNED),
        (State.SUBMITTED, Act.RETURN, Stage.DIRECTORATE, BOTH, None),
        (State.SUBMITTED, Act.RETURN, Stage.DIRECTORATE, DIRECTORATE_ONLY, State.RETURNED),
        (State.DIVISION_APPROVED, Act.APPROVE, Stage.DIRECTORATE, BOTH, State.APPROVED),
        (State.DIVISION_APPROVED, Act.APPROVE, Stage.DIVISION, BOTH, None),
        (State.DIVISION_APPROVED, Act.RETURN, Stage.DIRECTORATE, BOTH, State.RETURNED),
        (State.DIVISION_APPROVED, Act.RETURN, Stage.DIVISION, BOTH, None),
        # Its division has no director any longer, but had one when it approved.
        (State.DIVISION_APPROVED, Act.APPROVE, Stage.DIRECTORATE, DIRECTORATE_ONLY, State.APPROVED),
        (State.RETURNED, Act.APPROVE, Stage.DIVISION, BOTH, None),
        (State.RETURNED, Act.RETURN, Stage.DIVISION, BOTH, None),
        (State.APPROVED, Act.APPROVE, Stage.DIRECTORATE, BOTH, None),
        (State.APPROVED, Act.RETURN, Stage.DIRECTORATE, BOTH, None),
        (State.SUBMITTED, Act.SUBMIT, None, BOTH, State.SUBMITTED),
        (State.RETURNED, Act.SUBMIT, None, BOTH, State.SUBMITTED),
        (State.DIVISION_APPROVED, Act.SUBMIT, None, BOTH, State.SUBMITTED),
        (State.APPROVED, Act.SUBMIT, None, BOTH, State.SUBMITTED),
        (State.SUBMITTED, Act.APPROVE, Stage.DIRECTORATE, (), None),
    ],
)
def test_what_an_act_makes_of_a_result(state, act, stage, passes, becomes):
    assert state_after(state, act, stage, passes) is becomes


def test_no_result_is_approved_but_by_way_of_an_approval():
    into_locked = {key for key, state in TRANSITIONS.items() if state.is_locked}

    assert {act for _, act, _ in into_locked} == {Act.APPROVE}
    assert all(stage is not None for _, _, stage in into_locked)


def test_a_result_that_nobody_need_sign_awaits_no_rung():
    assert stage_awaited(State.APPROVED, BOTH) is None
    assert stage_awaited(State.RETURNED, BOTH) is None


DIRECTS_DIVISION = [Office(PostKind.DIRECTOR, DIVISION)]
DIRECTS_DIRECTORATE = [Office(PostKind.DIRECTOR, DIRECTORATE)]


@pytest.mark.parametrize(
    ("state", "stage", "offices", "signer", "submitters", "why_not"),
    [
        (State.SUBMITTED, Stage.DIVISION, DIRECTS_DIVISION, 30, [MANAGER], None),
        (State.SUBMITTED, Stage.DIVISION, DIRECTS_DIVISION, 30, [None], None),
        (State.SUBMITTED, Stage.DIVISION, DIRECTS_DIVISION, 30, [30], "you submitted it"),
        (State.SUBMITTED, Stage.DIVISION, DIRECTS_DIVISION, 30, [DEPUTY, 30], "for you"),
        (State.SUBMITTED, Stage.DIVISION, DIRECTS_DIRECTORATE, 20, [MANAGER], "another director"),
        (State.SUBMITTED, Stage.DIVISION, [], 30, [MANAGER], "another director"),
        (
            State.SUBMITTED,
            Stage.DIVISION,
            [Office(PostKind.MANAGING_DIRECTOR, DIVISION)],
            30,
            [MANAGER],
            "another director",
        ),
        (State.SUBMITTED, Stage.DIRECTORATE, DIRECTS_DIRECTORATE, 20, [MANAGER], "division signs"),
        (State.DIVISION_APPROVED, Stage.DIRECTORATE, DIRECTS_DIRECTORATE, 20, [MANAGER], None),
        (State.DIVISION_APPROVED, Stage.DIVISION, DIRECTS_DIVISION, 30, [MANAGER], "already"),
        (State.APPROVED, Stage.DIRECTORATE, DIRECTS_DIRECTORATE, 20, [MANAGER], "already"),
        (State.RETURNED, Stage.DIVISION, DIRECTS_DIVISION, 30, [MANAGER], "returned"),
    ],
)
def test_who_may_sign_and_why_others_may_not(state, stage, offices, signer, submitters, why_not):
    told = sign_off_refusal(
        state=state, stage=stage, stages=BOTH, offices=offices, signer=signer, submitters=submitters
    )

    assert told is None if why_not is None else why_not in told


@pytest.mark.parametrize(
    ("kind", "signs"),
    [
        (PostKind.MANAGING_DIRECTOR, True),
        (PostKind.DEPUTY_MANAGING_DIRECTOR, True),
        (PostKind.DIRECTOR, False),
        (PostKind.PERFORMANCE_OFFICER, False),
        (PostKind.CABINET_MEMBER, False),
    ],
)
def test_a_managing_director_signs_the_councils_own(kind, signs):
    (sign_off_stage,) = sign_off_stages(TREE, COUNCIL, DIRECTED)

    assert Office(kind, COUNCIL).signs(sign_off_stage) is signs


NOON = datetime(2011, 7, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("expires_at", "granted_to", "why_not"),
    [
        (NOON + HOUR, MANAGER, None),
        (NOON + LONGEST_UNLOCK, MANAGER, None),
        (NOON + LONGEST_UNLOCK + HOUR, MANAGER, "14 days at the longest"),
        (NOON, MANAGER, "in the future"),
        (NOON - HOUR, MANAGER, "in the future"),
        (NOON + HOUR, DEPUTY, "yourself"),
    ],
)
def test_an_exception_is_short_and_for_somebody_else(expires_at, granted_to, why_not):
    told = unlock_refusal(now=NOON, expires_at=expires_at, granted_to=granted_to, by=DEPUTY)

    assert told is None if why_not is None else why_not in told


@pytest.mark.parametrize(
    ("now", "approved_at", "in_force"),
    [
        (NOON, None, True),
        (NOON, NOON - HOUR, True),
        (NOON + 2 * HOUR, NOON + HOUR, False),  # used, and approved again
        (NOON + 3 * HOUR, NOON - HOUR, False),  # run out
        (NOON + 4 * HOUR, None, False),
    ],
)
def test_an_exception_ends_when_it_runs_out_or_is_used(now, approved_at, in_force):
    assert (
        is_unlocked(now=now, granted_at=NOON, expires_at=NOON + 3 * HOUR, approved_at=approved_at)
        is in_force
    )


def seen(**told):
    plain = {
        "rag": Rag.GREEN,
        "before": Rag.GREEN,
        "confidence": Confidence.FINAL,
        "revision": 1,
        "definition_break": False,
        "not_available": False,
    }
    return changes(ChangeFacts(**{**plain, **told}))


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({}, None),
        ({"rag": Rag.RED}, "Worse than before: was green"),
        ({"rag": Rag.RED, "before": Rag.AMBER}, "Worse than before: was amber"),
        ({"rag": Rag.AMBER, "before": Rag.RED}, None),
        ({"rag": None, "before": Rag.GREEN}, None),
        ({"rag": Rag.RED, "before": None}, None),
        ({"confidence": Confidence.PROVISIONAL}, "Provisional, not final"),
        ({"confidence": Confidence.ESTIMATED}, "Estimated, not final"),
        ({"confidence": None}, None),
        ({"revision": 2}, "Revised: this is version 2"),
        ({"definition_break": True}, "The definition changed"),
        ({"not_available": True}, "No figure"),
    ],
)
def test_what_changed_is_told_and_nothing_else(told, sentence):
    assert seen(**told) == ((sentence,) if sentence else ())


@pytest.mark.parametrize(
    ("values", "big"),
    [
        ([], False),
        ([80], False),
        ([80, 90], False),
        ([80, 81, 80, 81, 90], False),  # three steps do not tell what is usual
        ([80, 81, 80, 81, 80, 83], False),  # three times the usual step, and not more
        ([80, 81, 80, 81, 80, 84], True),
        ([80, 81, 80, 81, 80, 76], True),
        ([80, 80, 80, 80, 80, 80], False),
        ([80, 80, 80, 80, 80, 81], True),
    ],
)
def test_a_move_is_big_beside_the_usual_ones(values, big):
    assert is_big_move([Decimal(each) for each in values]) is big


def moved(values=(), *, questions=(), travel=Travel.NO_CLEAR_TREND, before=Travel.NO_CLEAR_TREND):
    quarters = list(Quarter(2008, 1).until(Quarter(2020, 4)))[: len(values)]
    return odd_moves(
        MoveFacts(
            values=[Decimal(each) for each in values],
            quarters=quarters,
            questions=questions,
            travel=travel,
            travel_before=before,
            decimals=1,
            measure_unit="%",
        )
    )


LEVEL = [90, 91, 89, 90, 92, 88, 91, 90]  # what is usual; four below all of it are a new level
NEW_LEVEL = "A new level: the 4 results since Q1 2010/11 all stand below what was usual"
DOUBTED = QuestionKey.SAME, False
ODD_MOVES = {
    "as usual": ({"values": [80, 81, 80, 81, 80, 81]}, ()),
    "far beyond the usual step": (
        {"values": [80, 81, 80, 81, 80, 84]},
        ("It moved by 4.0%, and it usually moves by 1.0%",),
    ),
    "after standing still": (
        {"values": [80, 80, 80, 80, 80, 81]},
        ("It moved by 1.0%, and it never moved before",),
    ),
    "three on a new level": ({"values": [*LEVEL, 86, 85, 86]}, ()),
    "the fourth, by which it is one": ({"values": [*LEVEL, 86, 85, 86, 85]}, (NEW_LEVEL,)),
    "the fifth, which is no news": ({"values": [*LEVEL, 86, 85, 86, 85, 86]}, ()),
    "a trend, which is no new level": (
        {
            "values": [*LEVEL, 86, 85, 86, 85],
            "travel": Travel.WORSENING,
            "before": Travel.WORSENING,
        },
        (),
    ),
    "now worsening": (
        {"travel": Travel.WORSENING},
        ("Worsening, which it was not a quarter before",),
    ),
    "asked about": ({"questions": [DOUBTED]}, ("It was asked about, and not answered",)),
    "asked and answered": (
        {"questions": [(QuestionKey.CHANGE, True)]},
        ("It was asked about, and answered",),
    ),
    "one of two answered": (
        {"questions": [(QuestionKey.CHANGE, True), DOUBTED]},
        ("It was asked about, and not answered",),
    ),
    "of its target, answered": ({"questions": [(QuestionKey.TARGET, True)]}, ()),
    "of its target, not answered": (
        {"questions": [(QuestionKey.TARGET, False)]},
        ("It was asked about, and not answered",),
    ),
}


@pytest.mark.parametrize(("facts", "reasons"), ODD_MOVES.values(), ids=ODD_MOVES)
def test_what_moved_oddly_is_told_in_words_and_once(facts, reasons):
    assert moved(**facts) == reasons


def test_the_worst_stand_first_and_greens_that_moved_oddly_before_the_other_greens():
    lines = [
        (attention_to(rag, has_figure=has_figure, is_odd=is_odd), changed, reference)
        for rag, has_figure, is_odd, changed, reference in [
            (Rag.GREEN, True, False, (), "H"),
            (None, True, False, (), "I"),  # an activity indicator as usual
            (Rag.GREEN, True, False, ("Revised: this is version 2",), "G"),
            (Rag.GREEN, True, True, (), "E"),
            (None, True, True, (), "F"),
            (None, False, False, ("No figure",), "D"),
            (Rag.AMBER, True, True, (), "C"),
            (Rag.RED, True, False, (), "B"),
            (Rag.RED, True, False, ("Worse than before: was green",), "A"),
        ]
    ]

    in_order = sorted(lines, key=lambda each: sign_off_order(*each))

    assert "".join(each[2] for each in in_order) == "ABCDEFGHI"
    assert [each[0].is_one_by_one for each in in_order] == [True] * 6 + [False] * 3
