"""Contradictions between triggers: what is named, what is not, and that it changes nothing."""

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.quarters import Quarter
from escalation.rules.ladder import replay
from escalation.rules.triggers import Rules
from sorp.defaults.rules import TRIGGERS
from sorp.lexicon import (
    ComparedWith,
    ForecastBy,
    Level,
    Movement,
    NotRated,
    Polarity,
    Rag,
    Tier,
    Travel,
)
from sorp.rules.conditions.base import Condition, RefusedCondition
from sorp.rules.contradictions import Fault, contradictions
from sorp.rules.figures import Figure
from tests.escalation.conditions import trigger_of
from tests.escalation.pictures import FIRST, LETTERS, history

RED, AMBER = Rag.RED, Rag.AMBER
PAT, CABINET, DIRECTORATE = Level.PAT, Level.CABINET, Level.DIRECTORATE


def status(rag, at_least, within, level=PAT, *, name="", clause="4.1", **more):
    return trigger_of(
        name=name or f"{rag} {at_least} of {within} to {level} {sorted(more)}",
        status=rag,
        at_least=at_least,
        within=within,
        level=level,
        clause=clause,
        **more,
    )


def variance(percent, at_least=2, within=2, rag=None, level=PAT):
    return trigger_of(
        f"Short by {percent}, {rag}",
        rag,
        at_least,
        within,
        level,
        kind="variance",
        percent=Decimal(percent),
    )


def worsening(at_least, within, compared=ComparedWith.PREVIOUS, rag=None):
    return trigger_of(
        f"Worse {at_least} of {within}, {compared}, {rag}",
        rag,
        at_least,
        within,
        PAT,
        kind="worsening",
        movement=Movement.WORSE,
        compared_with=compared,
    )


def forecast(rag, by=ForecastBy.SYSTEM, percent="60"):
    given_percent = Decimal(percent) if by is ForecastBy.SYSTEM else None
    return trigger_of(
        f"Forecast {rag} {by} {percent}",
        rag,
        1,
        1,
        PAT,
        kind="forecast",
        forecast_by=by,
        percent=given_percent,
    )


def missing(at_least, within, *, or_late=False, level=PAT):
    return trigger_of(
        f"Missing {at_least} of {within} {or_late} {level}",
        NotRated.NO_RESULT,
        at_least,
        within,
        level,
        kind="no_result",
        or_late=or_late,
    )


def positive(percent, at_least=1, within=1):
    return trigger_of(
        f"Better by {percent}",
        None,
        at_least,
        within,
        PAT,
        kind="positive",
        percent=Decimal(percent),
    )


def aggregate(count, within=1, rag=RED, unit="division", tiers=frozenset(Tier)):
    return trigger_of(
        f"{count} {rag} in {unit} over {within} {len(tiers)}",
        rag,
        1,
        within,
        PAT,
        kind="aggregate",
        unit_tier=unit,
        count=count,
        tiers=tiers,
    )


def moving(rag, at_least, within, movement, compared=ComparedWith.TRAVEL):
    return status(rag, at_least, within, movement=movement, compared_with=compared)


FEW = frozenset({Tier.DIVISION})


@pytest.mark.parametrize(
    ("later", "sooner", "follows"),
    [
        # runs
        (status(RED, 3, 3), status(RED, 2, 2), True),
        (status(RED, 2, 2), status(RED, 3, 3), False),
        (status(RED, 2, 2), status(AMBER, 2, 2), True),  # red is amber or worse
        (status(AMBER, 2, 2), status(RED, 2, 2), False),
        (status(RED, 2, 2), status(AMBER, 3, 3), False),  # the default: two reds come sooner
        # so many of so many
        (status(RED, 2, 2), status(RED, 2, 4), True),
        (status(RED, 2, 4), status(RED, 2, 2), False),
        (status(RED, 4, 6), status(RED, 2, 4), True),  # two of the four may lie before the last 4
        (status(RED, 4, 6), status(RED, 3, 4), False),
        (status(RED, 3, 4), status(RED, 2, 3), True),
        (status(RED, 1, 1), status(RED, 1, 2), True),
        (status(RED, 1, 2), status(RED, 1, 1), True),  # the quarter being closed must count
        (status(RED, 2, 4), status(RED, 1, 1), True),
        # which way it moves
        (moving(RED, 1, 1, Movement.WORSE), status(RED, 1, 1), True),
        (status(RED, 1, 1), moving(RED, 1, 1, Movement.WORSE), False),
        (moving(RED, 1, 1, Movement.WORSE), moving(AMBER, 1, 1, Movement.NOT_BETTER), True),
        (moving(RED, 1, 1, Movement.NOT_BETTER), moving(RED, 1, 1, Movement.WORSE), False),
        (
            moving(RED, 1, 1, Movement.WORSE, ComparedWith.PREVIOUS),
            moving(RED, 1, 1, Movement.WORSE),
            False,
        ),
        # worse results
        (worsening(3, 3), worsening(2, 2), True),
        (worsening(2, 2, rag=RED), worsening(1, 1), True),
        # with a status only rated quarters are looked at, so the windows reach back unlike
        (worsening(2, 2, rag=RED), worsening(2, 2), False),
        (worsening(2, 2), worsening(2, 2, rag=RED), False),
        (worsening(2, 2, rag=RED), worsening(2, 2, rag=AMBER), True),
        (worsening(2, 2), worsening(2, 2, ComparedWith.YEAR_BEFORE), False),
        # short of target
        (variance("10"), variance("5"), True),
        (variance("5"), variance("10"), False),
        (variance("10", rag=RED), variance("10"), True),
        (variance("10", rag=RED), status(RED, 2, 2), True),
        (variance("10", rag=RED), status(AMBER, 1, 2), True),
        (variance("10"), status(AMBER, 2, 2), False),  # within a tolerance it may be green
        (status(RED, 2, 2), variance("10", rag=RED), False),
        # forecasts
        (forecast(RED, percent="80"), forecast(RED, percent="60"), True),
        (forecast(RED, percent="60"), forecast(AMBER, percent="60"), True),
        (forecast(RED), forecast(RED, ForecastBy.MANAGER), False),
        (forecast(RED, ForecastBy.MANAGER), forecast(AMBER, ForecastBy.MANAGER), True),
        # missing results
        (missing(2, 2), missing(1, 1), True),
        (missing(1, 1), missing(1, 1, or_late=True), True),
        (missing(1, 1, or_late=True), missing(1, 1), False),
        (missing(1, 1), status(RED, 1, 1), False),
        # better than target, and many in one unit
        (positive("20"), positive("10"), True),
        (positive("10"), positive("20"), False),
        (positive("10"), status(AMBER, 1, 1), False),
        (aggregate(5), aggregate(3), True),
        (aggregate(3), aggregate(5), False),
        (aggregate(3, 1), aggregate(3, 4), True),
        (aggregate(3, 4), aggregate(3, 1), False),
        (aggregate(3), aggregate(3, rag=AMBER), True),
        (aggregate(3), aggregate(3, unit="directorate"), False),
        (aggregate(3), aggregate(3, tiers=FEW), False),
        (aggregate(3, tiers=FEW), aggregate(3), True),
        (aggregate(3, rag=NotRated.NO_RESULT), aggregate(3), False),
    ],
    ids=lambda each: each.name if isinstance(each, Condition) else "",
)
def test_when_one_condition_follows_from_another(later, sooner, follows):
    assert later.implies(sooner) is follows


TWO_REDS = status(RED, 2, 2, name="Red for two quarters", clause="4.1")


@pytest.mark.parametrize(
    ("rule", "fault", "said"),
    [
        (
            status(RED, 3, 3, name="Red for three quarters", clause="4.9"),
            Fault.NEVER_FIRST,
            "“Red for three quarters” (clause 4.9) can never be the first to be met: “Red for two"
            " quarters” (clause 4.1) refers indicators of every tier to PAT as soon or sooner",
        ),
        (
            status(RED, 2, 2, name="Reds", tiers=FEW),
            Fault.NEVER_FIRST,
            "refers division indicators to PAT",
        ),
        (
            status(RED, 2, 2, name="Reds"),
            Fault.REPEATED,
            "“Reds” (clause 4.1) repeats “Red for two quarters” (clause 4.1)",
        ),
        (
            status(RED, 1, 1, CABINET, name="Red once"),
            Fault.UPSIDE_DOWN,
            "“Red once” (clause 4.1) takes indicators of every tier to Cabinet more easily than"
            " “Red for two quarters” (clause 4.1) takes them to PAT",
        ),
        (
            status(RED, 3, 3, DIRECTORATE, name="Slow below", tiers=FEW),
            Fault.UPSIDE_DOWN,
            "“Red for two quarters” (clause 4.1) takes division indicators to PAT more easily",
        ),
        (
            status(AMBER, 3, 3, CABINET, name="RED  for two Quarters"),
            Fault.SAME_NAME,
            "Two triggers are called “RED  for two Quarters” (clause 4.1)",
        ),
    ],
)
def test_a_contradiction_is_named_with_the_rule_it_stands_against(rule, fault, said):
    (found,) = contradictions([TWO_REDS, rule])

    assert found.fault is fault
    assert said in found.sentence
    assert not found.is_warning
    assert found.concerns(TWO_REDS)
    assert found.concerns(rule)


@pytest.mark.parametrize(
    "rule",
    [
        status(RED, 2, 2, CABINET),  # as soon as PAT, not sooner
        status(RED, 4, 4, CABINET),
        status(RED, 1, 1, DIRECTORATE),
        moving(AMBER, 2, 2, Movement.WORSE),
        status(AMBER, 3, 3),
        variance("10", 1, 1),
        worsening(3, 3),
        missing(2, 2),
        positive("10"),
        aggregate(3),
    ],
    ids=lambda each: each.name,
)
def test_what_can_stand_together_is_not_named(rule):
    assert contradictions([TWO_REDS, rule]) == ()
    assert contradictions([rule, TWO_REDS]) == ()


def test_a_new_trigger_may_make_an_older_one_idle():
    found = contradictions([TWO_REDS, status(RED, 2, 3, name="Red for 2 of 3")], exit_quarters=2)

    assert [(each.fault, each.rule) for each in found] == [(Fault.NEVER_FIRST, TWO_REDS)]
    assert "“Red for 2 of 3” (clause 4.1) refers" in found[0].sentence


def test_a_higher_level_may_come_as_easily_where_the_lower_has_another_way():
    """Red once takes it to the directorate; that amber takes longer there is no contradiction."""
    below = [status(RED, 1, 1, DIRECTORATE), status(RED, 3, 3, DIRECTORATE, tiers=FEW)]

    faults = [each.fault for each in contradictions([*below, TWO_REDS])]

    assert faults == [Fault.NEVER_FIRST]  # the three reds below; nothing is upside down


def test_of_two_the_same_the_second_is_the_one_too_many():
    first, second = TWO_REDS, status(RED, 2, 2, name="Again", clause="4.8")

    (found,) = contradictions([first, second])

    assert (found.rule, found.against) == (second, first)
    assert found.sentence.endswith("Keep one")


def test_a_level_without_a_duty_is_a_warning_once():
    found = contradictions([TWO_REDS, status(AMBER, 3, 3)], duties=[DIRECTORATE])

    assert [(each.fault, each.is_warning) for each in found] == [(Fault.NO_DUTY, True)]
    assert "refers to PAT" in found[0].sentence
    assert contradictions([TWO_REDS], duties=[PAT]) == ()


@pytest.mark.parametrize(
    ("rule", "exit_quarters", "warned"),
    [
        (status(RED, 2, 2), 1, False),
        (status(RED, 2, 3), 1, True),
        (status(RED, 2, 3), 2, False),
        (status(RED, 2, 4), 2, True),
        (status(RED, 1, 2), 1, False),
        (status(RED, 1, 3), 1, False),
        (missing(2, 4), 1, False),
    ],
)
def test_a_trigger_that_counts_quarters_from_before_a_recovery_is_a_warning(
    rule, exit_quarters, warned
):
    found = contradictions([rule], exit_quarters=exit_quarters)

    assert [each.fault for each in found] == ([Fault.COUNTS_BACK] if warned else [])


def test_the_default_rules_contradict_nothing():
    given = [
        trigger_of(
            name=each.name,
            clause=each.clause,
            status=NotRated.NO_RESULT if each.status == "no_result" else Rag(each.status),
            at_least=each.at_least,
            within=each.within,
            level=each.level,
            tiers=frozenset(each.tiers),
        )
        for each in TRIGGERS
    ]

    assert [each.sentence for each in contradictions(given, exit_quarters=1)] == []


def test_nonsense_is_refused_at_a_field():
    with pytest.raises(RefusedCondition, match="asks for 3 of the last 2 quarters") as refusal:
        status(RED, 3, 2)

    assert refusal.value.field == "at_least"


# Properties --------------------------------------------------------------------------------------

TIERS = st.sets(st.sampled_from(list(Tier)), min_size=1).map(frozenset)
PERCENTS = st.sampled_from([Decimal(0), Decimal(10), Decimal(40)])
RAGS = st.sampled_from([RED, AMBER])
COMPARED = st.sampled_from([ComparedWith.PREVIOUS, ComparedWith.YEAR_BEFORE])
ASKED = {
    "status": st.one_of(
        st.fixed_dictionaries({"status": RAGS}),
        st.fixed_dictionaries(
            {
                "status": RAGS,
                "movement": st.sampled_from(list(Movement)),
                "compared_with": st.sampled_from(list(ComparedWith)),
            }
        ),
    ),
    "worsening": st.fixed_dictionaries(
        {
            "status": st.one_of(st.none(), RAGS),
            "movement": st.just(Movement.WORSE),
            "compared_with": COMPARED,
        }
    ),
    "variance": st.fixed_dictionaries({"status": st.one_of(st.none(), RAGS), "percent": PERCENTS}),
    "forecast": st.one_of(
        st.fixed_dictionaries({"status": RAGS, "forecast_by": st.just(ForecastBy.MANAGER)}),
        st.fixed_dictionaries(
            {"status": RAGS, "forecast_by": st.just(ForecastBy.SYSTEM), "percent": PERCENTS}
        ),
    ),
    "no_result": st.fixed_dictionaries(
        {"status": st.just(NotRated.NO_RESULT), "or_late": st.booleans()}
    ),
}


@st.composite
def rows(draw, kinds=tuple(ASKED)):
    """The fields of a trigger, from so few that one often follows from another."""
    kind = draw(st.sampled_from(kinds))
    within = draw(st.integers(1, 4))
    return {
        "kind": kind,
        "at_least": draw(st.integers(1, within)),
        "within": within,
        "level": draw(st.sampled_from([PAT, CABINET])),
        "tiers": draw(TIERS),
        **draw(ASKED[kind]),
    }


@st.composite
def rule_sets(draw):
    kinds = draw(st.lists(st.sampled_from(list(ASKED)), min_size=1, max_size=2))
    given_rows = draw(st.lists(rows(kinds), min_size=2, max_size=6))
    return [trigger_of(name=f"Rule {place}", **row) for place, row in enumerate(given_rows)]


@st.composite
def quarters_known(draw):
    """A history in which much is known: values, travel, lateness, forecasts, chances."""
    letters = draw(st.lists(st.sampled_from("RRAAGGx-ntd"), min_size=1, max_size=10))
    found = []
    for at, letter in enumerate(letters):
        rag, not_rated = LETTERS[letter]
        chance = draw(st.sampled_from([None, Decimal("0.1"), Decimal("0.5")]))
        found.append(
            Figure(
                Quarter.from_ordinal(FIRST.ordinal + at),
                rag,
                not_rated,
                definition_break=draw(st.integers(0, 9)) == 0,
                value=draw(st.sampled_from([None, 50, 60, 80, 95, 120])) if letter != "x" else None,
                target=Decimal(90),
                polarity=Polarity.HIGHER,
                travel=draw(st.sampled_from([None, *Travel])),
                late=draw(st.booleans()),
                forecast=draw(st.sampled_from([None, *Rag])),
                chance_red=chance,
                chance_amber_or_worse=None if chance is None else chance + Decimal("0.2"),
            )
        )
    return [
        each if each.value is None else replace(each, value=Decimal(each.value)) for each in found
    ]


def open_when(seen, conditions, tier, **rules):
    """Who is open when: each escalation's level, opening, recovery and whether it is a relapse."""
    given_rules = Rules(tuple(each for each in conditions), **rules)
    return [
        (each.level, each.opened_in, each.recovered_in, each.relapse)
        for each in replay(seen, given_rules, tier)
    ]


@given(
    quarters_known(),
    rule_sets(),
    st.sampled_from(list(Tier)),
    st.fixed_dictionaries(
        {"exit_quarters": st.integers(1, 3), "relapse_shortens_by": st.integers(0, 2)}
    ),
)
def test_to_leave_out_what_is_redundant_changes_no_escalation(seen, conditions, tier, rules):
    redundant = {
        each.rule.name
        for each in contradictions(conditions)
        if each.fault in (Fault.REPEATED, Fault.NEVER_FIRST)
    }
    kept = [each for each in conditions if each.name not in redundant]

    assert kept
    assert open_when(seen, kept, tier, **rules) == open_when(seen, conditions, tier, **rules)


@given(quarters_known(), rule_sets())
def test_what_follows_is_met_whenever_the_other_is(seen, conditions):
    for later in conditions:
        for sooner in conditions:
            if later.implies(sooner):
                for end in range(1, len(seen) + 1):
                    if later.met_at_end_of(seen[:end]):
                        assert sooner.met_at_end_of(seen[:end]), (later, sooner)


PLAIN = {"movement": None, "compared_with": None, "level": PAT, "tiers": frozenset(Tier)}


@given(rows(["status"]), rows(["status"]))
def test_where_one_status_does_not_follow_some_history_shows_it(one, other):
    """Of two plain triggers nothing is missed: the worst histories there are tell them apart."""
    later, sooner = (trigger_of(name="", **row | PLAIN) for row in (one, other))
    if later.implies(sooner):
        return
    # What counts is as mild as can be. The last counts; the rest lie early, late or between.
    letter = later.status.label[0]
    gaps = "G" * (later.within - later.at_least)
    early = letter * (later.at_least - 1)

    assert any(
        later.met_at_end_of(history(picture)) and not sooner.met_at_end_of(history(picture))
        for picture in (early + gaps + letter, gaps + early + letter)
    )


@given(st.text("RRAAGG-nx", max_size=14), rows(["status"]), st.integers(1, 3))
def test_without_the_warning_nothing_opens_on_what_was_recovered_from(picture, row, exit_quarters):
    rule = trigger_of(name="The rule", **row | PLAIN)
    if rule.at_least == 1 or contradictions([rule], exit_quarters=exit_quarters):
        return
    rules = Rules((rule,), exit_quarters)

    for before, after in pairwise(replay(history(picture), rules, None)):
        assert after.since > before.recovered_in
