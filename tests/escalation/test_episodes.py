"""Opening, recovery, relapse and restatement, as pictures and as properties."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.quarters import Quarter
from escalation.rules.ladder import Episode, close, replay, restate
from escalation.rules.rule_files import DEFAULT_RULES
from escalation.rules.triggers import Rules, breaches, has_recovered
from sorp.lexicon import ForecastBy, Level, NotRated, Rag, Tier
from tests.escalation.conditions import trigger_of
from tests.escalation.pictures import FIRST, history, nth, place

RED = trigger_of("Red for two quarters", Rag.RED, 2, 2, Level.PAT)
AMBER = trigger_of("Amber for three quarters", Rag.AMBER, 3, 3, Level.PAT)
LADDER = Rules(
    (
        trigger_of("Red", Rag.RED, 1, 1, Level.DIVISION),
        trigger_of("Red or amber", Rag.AMBER, 2, 2, Level.DIRECTORATE),
        trigger_of("No result", NotRated.NO_RESULT, 1, 1, Level.DIRECTORATE),
        RED,
        AMBER,
        trigger_of("No result twice", NotRated.NO_RESULT, 2, 2, Level.PAT),
    )
)


def drawn(episodes, level=Level.PAT):
    """Each episode at a level as since:opened-recovered, with the places of its quarters."""
    return [
        f"{place(each.since)}:{place(each.opened_in)}-{place(each.recovered_in) or ''}"
        + ("r" if each.relapse else "")
        + ("*" if each.restated else "")
        for each in episodes
        if each.level is level
    ]


def escalated(picture, rules=DEFAULT_RULES):
    return replay(history(picture), rules, None)


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        ("", []),
        ("RG", []),
        ("RR", ["1:2-"]),
        ("RRG", ["1:2-3"]),
        ("RRA", ["1:2-"]),  # not red, and not recovered
        ("RRAAAR", ["1:2-"]),
        ("RRxxG", ["1:2-5"]),
        ("RRG-", ["1:2-3"]),
        ("RR-G", ["1:2-4"]),
        ("R-R", ["1:3-"]),
        ("R|RR", ["2:3-"]),
        ("RR|G", ["1:2-3"]),
        ("AAAG", ["1:3-4"]),
        ("ARAG", ["1:3-4"]),
        ("RRGRR", ["1:2-3", "4:5-r"]),
        ("RRGGGRR", ["1:2-3", "6:7-r"]),  # four quarters after recovery is still a relapse
        ("RRGGGGRR", ["1:2-3", "7:8-"]),  # five is not
        ("RRG--RR", ["1:2-3", "6:7-r"]),
        ("RRGRRGRR", ["1:2-3", "4:5-6r", "7:8-r"]),
    ],
)
def test_history_of_escalations_to_pat(picture, expected):
    assert drawn(escalated(picture)) == expected


def test_first_trigger_met_names_the_escalation_and_all_are_recorded():
    (episode,) = escalated("AGARR")
    assert (episode.trigger, episode.all_met) == (
        RED.name,
        ("red-two-quarters", "amber-three-quarters"),
    )
    (episode,) = escalated("AGARR", Rules((AMBER, RED)))
    assert (episode.trigger, episode.all_met) == (AMBER.name, (AMBER.name, RED.name))
    assert drawn([episode]) == ["3:5-"]


def test_each_level_of_the_ladder_opens_by_its_own_trigger():
    episodes = escalated("ARRxxG", LADDER)
    assert drawn(episodes, Level.DIVISION) == ["2:2-6"]
    assert drawn(episodes, Level.DIRECTORATE) == ["1:2-6"]
    assert drawn(episodes, Level.PAT) == ["2:3-6"]
    assert [each.level for each in episodes] == [Level.DIVISION, Level.DIRECTORATE, Level.PAT]


def test_silence_opens_by_its_own_trigger_and_leaves_only_by_a_green():
    episodes = escalated("Gxx-AG", LADDER)
    assert drawn(episodes, Level.DIRECTORATE) == ["2:2-6"]
    assert drawn(episodes, Level.PAT) == ["2:3-6"]
    assert episodes[0].reason.startswith("No result in Q2 2011/12, which meets “No result”")


def test_exit_may_ask_for_more_than_one_green():
    rules = replace(DEFAULT_RULES, exit_quarters=2)
    assert drawn(escalated("RRGAGG", rules)) == ["1:2-6"]
    assert drawn(escalated("RRG-G", rules)) == ["1:2-5"]


def test_what_recovers_in_a_quarter_does_not_open_again_in_it():
    two_of_three = Rules((trigger_of("Red twice in three", Rag.RED, 2, 3, Level.PAT),))
    assert drawn(escalated("RRG", two_of_three)) == ["1:2-3"]
    assert drawn(escalated("RRGR", two_of_three)) == ["1:2-3", "2:4-r"]


def test_trigger_for_other_tiers_opens_nothing():
    rules = Rules((replace(RED, tiers=frozenset({Tier.TEAM})),))
    assert replay(history("RR"), rules, Tier.CORPORATE) == ()
    assert drawn(replay(history("RR"), rules, Tier.TEAM)) == ["1:2-"]


def test_each_quarter_is_closed_by_the_rules_in_force_for_it():
    lax = Rules((replace(RED, at_least=4, within=4),))

    def rules_for(quarter):
        return DEFAULT_RULES if quarter >= nth(4) else lax

    assert drawn(replay(history("RRRRG"), rules_for, None)) == ["3:4-5"]


def test_gaps_in_a_history_are_quarters_of_which_nothing_is_known():
    rows = [each for each in history("RGRGR-GRR") if each.rag is not Rag.GREEN]
    assert drawn(replay(rows, DEFAULT_RULES, None)) == ["1:3-"]


def test_closing_a_quarter_again_gives_nothing_more():
    observations = history("RR")
    first = close(observations, (), DEFAULT_RULES, None)
    assert drawn(first.opened) == ["1:2-"]
    again = close(observations, first.episodes, DEFAULT_RULES, None)
    assert (again.opened, again.recovered) == ((), ())
    assert again.episodes == first.episodes

    green = close(history("RRG"), first.episodes, DEFAULT_RULES, None)
    assert drawn(green.recovered) == ["1:2-3"]
    again = close(history("RRG"), green.episodes, DEFAULT_RULES, None)
    assert (again.opened, again.recovered) == ((), ())


def test_closing_with_no_history_does_nothing():
    assert close((), (), DEFAULT_RULES, None).episodes == ()
    assert not restate((), (), FIRST, DEFAULT_RULES, None)


def test_close_refuses_what_was_recorded_later():
    with pytest.raises(ValueError, match="restate"):
        close(history("R"), escalated("RR"), DEFAULT_RULES, None)


def test_two_open_at_one_level_are_refused():
    (episode,) = escalated("RR")
    twice = (episode, replace(episode, opened_in=nth(3)))
    with pytest.raises(ValueError, match="only one"):
        close(history("RRR"), twice, DEFAULT_RULES, None)


def test_history_out_of_order_is_refused():
    with pytest.raises(ValueError, match="in order"):
        replay(history("RR")[::-1], DEFAULT_RULES, None)
    with pytest.raises(ValueError, match="once"):
        replay([*history("R"), *history("R")], DEFAULT_RULES, None)


@pytest.mark.parametrize(
    ("was", "revised", "from_place", "expected"),
    [
        # Nothing that matters changed.
        ("RRR", "RRA", 3, ["1:2-"]),
        # It would now have opened; it would now have recovered.
        ("RGA", "RRA", 2, ["1:2-*"]),
        ("RRR", "RRG", 3, ["1:2-3*"]),
        ("RGRG", "RRRG", 2, ["1:2-4*"]),
        # Recovered sooner; and then met a trigger again.
        ("RRAAG", "RRGAG", 3, ["1:2-3*"]),
        ("RRRRR", "RRGRR", 3, ["1:2-3*", "4:5-r*"]),
        # One unbroken spell is one escalation, which moves back.
        ("GRR", "RRR", 1, ["1:2-*"]),
        ("RGRRAG", "RRRRAG", 2, ["1:2-6*"]),
        # What recovers before the recorded one opened stands beside it, and makes it a relapse.
        ("RAGRR", "RRGRR", 2, ["1:2-3*", "4:5-r*"]),
        ("RAGGGGGRR", "RRGGGGGRR", 2, ["1:2-3*", "8:9-"]),
        # Its basis is gone: it stays until the exit rule holds, at once where it does.
        ("RR", "RG", 2, ["1:2-2*"]),
        ("RR", "RA", 2, ["1:2-"]),
        ("RRAG", "RAAG", 2, ["1:2-4"]),
        ("RRAA", "GRAA", 1, ["1:2-"]),
        ("RRAR", "RAGR", 2, ["1:2-3*"]),
        # A recorded recovery stays. What is poor none the less opens, in that very quarter.
        ("RRG", "RRR", 3, ["1:2-3", "2:3-r*"]),
        ("RRGA", "RRAA", 3, ["1:2-3", "1:3-r*"]),
        ("RRGG", "RR-G", 3, ["1:2-3"]),
    ],
)
def test_what_follows_from_a_revision(was, revised, from_place, expected):
    once = restate(history(revised), escalated(was), nth(from_place), DEFAULT_RULES, None)
    assert drawn(once.episodes) == expected
    for again_from in range(1, len(revised) + 1):
        again = restate(history(revised), once.episodes, nth(again_from), DEFAULT_RULES, None)
        assert not again


def test_recorded_recovery_stays_though_what_recovered_moves_back():
    recorded = escalated("RGRRG")
    recorded = restate(history("RGRRR"), recorded, nth(5), DEFAULT_RULES, None).episodes
    assert drawn(recorded) == ["3:4-5", "4:5-r*"]
    recorded = restate(history("RRRRR"), recorded, nth(2), DEFAULT_RULES, None).episodes
    assert drawn(recorded) == ["1:2-5*", "4:5-r*"]


def test_a_green_quarter_never_opens_whatever_came_before_it():
    """One red in three quarters: the red quarter opens, and the green ones after it do not."""
    rules = Rules((trigger_of("Red once in three", Rag.RED, 1, 3, Level.PAT),))
    recorded = escalated("RGG", rules)
    assert drawn(recorded) == ["1:1-2"]
    assert not restate(history("RGG"), recorded, nth(3), rules, None)


SHORTER = replace(DEFAULT_RULES, relapse_shortens_by=1)


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        ("RRGR", ["1:2-3", "4:4-r"]),  # one red is enough where two were asked for
        ("RRGAR", ["1:2-3", "5:5-r"]),
        ("RRGAA", ["1:2-3", "4:5-r"]),  # and two ambers where three were
        ("RRGA", ["1:2-3"]),
        ("RRGGGGR", ["1:2-3", "7:7-r"]),  # four quarters after the recovery
        ("RRGGGGGR", ["1:2-3"]),  # five are too many
        ("RRG--xR", ["1:2-3", "7:7-r"]),  # however few of them were rated
        ("R", []),  # nothing recovered before it
        ("RRGRGR", ["1:2-3", "4:4-5r", "6:6-r"]),
    ],
)
def test_a_relapse_shortens_the_way_up(picture, expected):
    assert drawn(escalated(picture, SHORTER)) == expected


def test_a_relapse_says_how_many_quarters_fewer_were_asked_and_why():
    _, relapse = escalated("RRGR", SHORTER)
    assert relapse.reason == (
        "Red in Q4 2011/12, which meets “Red for two quarters” (red in the latest rated quarter,"
        " one quarter fewer than usual because it recovered in Q3 2011/12)."
    )
    _, twice = escalated("RRGAAA", replace(DEFAULT_RULES, relapse_shortens_by=2))
    assert twice.reason == (
        "Amber in Q4 2011/12, which meets “Amber for three quarters” (amber or worse in the latest"
        " rated quarter, two quarters fewer than usual because it recovered in Q3 2011/12)."
    )


def test_a_relapse_that_meets_its_trigger_in_full_says_nothing_of_fewer_quarters():
    rules = replace(SHORTER, triggers=(replace(RED, at_least=1, within=1),))
    _, relapse = escalated("RGR", rules)
    assert relapse.relapse
    assert relapse.reason.endswith("(red in the latest rated quarter).")


def test_a_recovery_shortens_the_way_up_at_its_own_level_only():
    rules = replace(
        SHORTER, triggers=(RED, trigger_of("Red at DMT", Rag.RED, 2, 2, Level.DIRECTORATE))
    )
    recorded = replay(history("RRG"), rules, None)
    at_pat_only = tuple(each for each in recorded if each.level is Level.PAT)
    after = close(history("RRGR"), at_pat_only, rules, None)
    assert [each.level for each in after.opened] == [Level.PAT]


FORESEEN = trigger_of(
    "Red foreseen",
    Rag.RED,
    1,
    1,
    Level.PAT,
    kind="forecast",
    forecast_by=ForecastBy.MANAGER,
)


def test_what_still_meets_a_trigger_does_not_recover_and_so_never_flaps():
    """Green now, and forecast red at the year's end: referred up until the forecast is mended."""
    rules = Rules((RED, FORESEEN))
    picture = [
        replace(each, forecast=Rag.RED if foreseen == "R" else Rag.GREEN)
        for each, foreseen in zip(history("RRGGGG"), "GGRRGR", strict=True)
    ]
    assert drawn(replay(picture, rules, None)) == ["1:2-5", "6:6-r"]
    assert drawn(replay(picture, Rules((RED,)), None)) == ["1:2-3"]


def test_what_opened_where_a_recovery_did_not_follow_leaves_once_it_does():
    rules = Rules((trigger_of("Red twice in three", Rag.RED, 2, 3, Level.PAT),))
    recorded = restate(history("RRR"), escalated("RRG", rules), nth(3), rules, None).episodes
    assert drawn(recorded) == ["1:2-3", "1:3-r*"]
    after = restate(history("RRG"), recorded, nth(3), rules, None).episodes
    assert [(place(e.opened_in), place(e.recovered_in)) for e in after] == [(2, 3), (3, 3)]


def test_relapse_stays_a_relapse_though_it_moves_back():
    def rules_for(quarter):
        return replace(DEFAULT_RULES, relapse_within=4 if quarter >= nth(7) else 0)

    recorded = replay(history("RRGGARR"), rules_for, None)
    assert drawn(recorded) == ["1:2-3", "6:7-r"]
    after = restate(history("RRGGRRR"), recorded, nth(5), rules_for, None).episodes
    assert drawn(after) == ["1:2-3", "5:6-r*"]


def test_what_is_recorded_outlives_the_history_it_came_from():
    """Its quarter is missing from the history now, at the start or in the middle."""
    (episode,) = escalated("GRR")
    green = history("---G")[3:]
    assert drawn(restate(green, (episode,), nth(1), DEFAULT_RULES, None).episodes) == ["2:3-4*"]
    around = [history("G")[0], *green]
    assert drawn(restate(around, (episode,), nth(1), DEFAULT_RULES, None).episodes) == ["2:3-4*"]


def test_revised_and_revised_back_opens_again_and_says_so():
    """Only one that opened and recovered at once may share its quarter of opening."""
    recorded = escalated("RR")
    for picture, expected in [
        ("RG", ["1:2-2*"]),
        ("RR", ["1:2-2*", "1:2-r*"]),
        ("RG", ["1:2-2*", "1:2-2r*"]),
        ("RR", ["1:2-2*", "1:2-2r*", "1:2-r*"]),
    ]:
        recorded = restate(history(picture), recorded, nth(2), DEFAULT_RULES, None).episodes
        assert drawn(recorded) == expected


def test_restatement_pairs_what_was_recorded_with_what_it_has_become():
    (recorded,) = escalated("GRR")
    restatement = restate(history("RRR"), (recorded,), nth(1), DEFAULT_RULES, None)
    assert restatement.opened == ()
    (change,) = restatement.changed
    assert change.was == recorded
    assert change.now == replace(
        recorded,
        since=nth(1),
        opened_in=nth(2),
        restated=True,
        reason="Red in Q1 2011/12 and Q2 2011/12, which meets “Red for two quarters” "
        "(red for 2 of the last 2 rated quarters).",
    )


def test_reason_of_what_does_not_move_stays_as_it_was_given():
    rules = Rules((trigger_of("Red twice in three", Rag.RED, 2, 3, Level.PAT),))
    recorded = escalated("RARA", rules)
    after = restate(history("GRRA"), recorded, nth(1), rules, None).episodes
    assert after == recorded


# Properties. The other reading counts along plain lists and knows nothing of walks or rungs.

LETTERS = st.sampled_from([*"RRRRAAAGGGG-xnt", "|R", "|-"])
PICTURES = st.lists(LETTERS, max_size=14).map("".join)
TRIGGERS = st.builds(
    lambda number, status, at_least, more, level: (status, at_least, at_least + more, level),
    st.integers(),
    st.sampled_from([Rag.RED, Rag.AMBER, NotRated.NO_RESULT]),
    st.integers(1, 3),
    st.integers(0, 3),
    st.sampled_from([Level.DIRECTORATE, Level.PAT]),
)


@st.composite
def rule_books(draw):
    drawn_triggers = draw(st.lists(TRIGGERS, min_size=1, max_size=4))
    return Rules(
        tuple(trigger_of(f"T{i}", *each) for i, each in enumerate(drawn_triggers)),
        exit_quarters=draw(st.integers(1, 3)),
        relapse_within=draw(st.integers(0, 5)),
        relapse_shortens_by=draw(st.integers(0, 2)),
    )


@st.composite
def rules_by_quarter(draw):
    """One book of rules until some quarter, and perhaps another from then on."""
    before, after = draw(rule_books()), draw(rule_books())
    change = nth(draw(st.integers(1, 14)))
    return lambda quarter: before if quarter < change else after


@st.composite
def revisions(draw):
    """A history as it was closed, the same with one quarter revised, and which one."""
    cells = draw(st.lists(LETTERS, min_size=1, max_size=14))
    place_revised = draw(st.integers(0, len(cells) - 1))
    revised = [*cells]
    revised[place_revised] = draw(LETTERS)
    return history("".join(cells)), history("".join(revised)), nth(place_revised + 1)


def read_plainly(observations, rules_for):
    """All episodes as (level, name, since, opened, recovered, relapse, all met), read plainly."""
    found = []
    for level in (Level.DIRECTORATE, Level.PAT):
        spell, last_recovery = None, None
        for i, closing in enumerate(observations):
            rules = rules_for(closing.quarter)
            run = list(observations[: i + 1])
            breaks = [j for j, each in enumerate(run) if each.definition_break]
            run = run[breaks[-1] :] if breaks else run
            rated = [each for each in run if each.rag]
            since_recovery = (
                closing.quarter.ordinal - last_recovery.ordinal if last_recovery else NEVER.ordinal
            )
            fewer = rules.relapse_shortens_by if since_recovery <= rules.relapse_within else 0
            met = []
            for trigger in rules.triggers:
                if trigger.level is not level:
                    continue
                if trigger.status is NotRated.NO_RESULT:
                    seen = [
                        each
                        for each in run
                        if each.rag or each.not_rated not in (None, NotRated.NOT_DUE)
                    ]
                    bad = {each.quarter for each in seen if each.not_rated == "no_result"}
                else:
                    worst = {Rag.RED} if trigger.status is Rag.RED else {Rag.RED, Rag.AMBER}
                    seen = rated
                    bad = {each.quarter for each in rated if each.rag in worst}
                for less in (0, min(fewer, trigger.at_least - 1)):
                    looked_at = seen[-(trigger.within - less) :]
                    hits = [each.quarter for each in looked_at if each.quarter in bad]
                    if closing.quarter in bad and len(hits) >= trigger.at_least - less:
                        met.append((trigger.name, hits[0]))
                        break
            if spell:
                later = [each for each in rated if each.quarter > spell[3]]
                last = later[-rules.exit_quarters :]
                if (
                    closing.rag
                    and len(last) == rules.exit_quarters
                    and {each.rag for each in last} == {Rag.GREEN}
                    and not any(
                        each.not_rated == "no_result"
                        for each in run
                        if each.quarter > last[0].quarter
                    )
                ):
                    found.append((*spell[:4], closing.quarter, *spell[4:]))
                    spell, last_recovery = None, closing.quarter
                continue
            if met:
                relapse = since_recovery <= rules.relapse_within
                names = tuple(name for name, _ in met)
                spell = (level, met[0][0], met[0][1], closing.quarter, relapse, names)
        if spell:
            found.append((*spell[:4], None, *spell[4:]))
    return sorted(found, key=lambda each: (each[3], each[0].height))


def as_read(episodes):
    return [
        (e.level, e.trigger, e.since, e.opened_in, e.recovered_in, e.relapse, e.all_met)
        for e in episodes
    ]


@given(PICTURES, rules_by_quarter())
def test_replay_agrees_with_a_plain_reading_of_the_rules(picture, rules_for):
    observations = history(picture)
    episodes = replay(observations, rules_for, None)
    assert as_read(episodes) == read_plainly(observations, rules_for)


@given(PICTURES, rules_by_quarter(), st.integers(0, 14))
def test_closing_in_order_equals_closing_at_once(picture, rules_for, halfway):
    observations = history(picture)
    recorded: tuple[Episode, ...] = ()
    for end in range(1, len(observations) + 1):
        outcome = close(observations[:end], recorded, rules_for, None)
        assert close(observations[:end], outcome.episodes, rules_for, None).opened == ()
        kept = [each for each in recorded if not each.is_open]
        assert set(kept) <= set(outcome.episodes)
        recorded = outcome.episodes
    assert recorded == replay(observations, rules_for, None)

    half = replay(observations[:halfway], rules_for, None)
    if halfway < len(observations):
        start = observations[halfway].quarter
        assert recorded == replay(observations, rules_for, None, half, from_quarter=start)


@given(PICTURES, rules_by_quarter(), st.integers(1, 14))
def test_restating_what_nobody_revised_changes_nothing(picture, rules_for, from_place):
    observations = history(picture)
    recorded = replay(observations, rules_for, None)
    restatement = restate(observations, recorded, nth(from_place), rules_for, None)
    assert not restatement
    assert restatement.episodes == recorded


@given(PICTURES, rules_by_quarter())
def test_restating_from_nothing_is_replaying(picture, rules_for):
    observations = history(picture)
    after = restate(observations, (), FIRST, rules_for, None).episodes
    assert after == tuple(
        replace(each, restated=True) for each in replay(observations, rules_for, None)
    )


@given(revisions(), rules_by_quarter())
def test_restating_again_changes_nothing(revision, rules_for):
    was, revised, quarter = revision
    once = restate(revised, replay(was, rules_for, None), quarter, rules_for, None)
    again = restate(revised, once.episodes, quarter, rules_for, None)
    assert not again
    assert again.episodes == once.episodes


@given(revisions(), rules_by_quarter(), st.integers(1, 14))
def test_restating_from_an_earlier_quarter_says_the_same(revision, rules_for, earlier):
    was, revised, quarter = revision
    recorded = replay(was, rules_for, None)
    from_there = restate(revised, recorded, quarter, rules_for, None)
    from_before = restate(revised, recorded, min(quarter, nth(earlier)), rules_for, None)
    assert from_before == from_there


@given(revisions(), revisions(), rules_by_quarter())
def test_restatement_keeps_every_promise(first, second, rules_for):
    """After one revision, and after another on top of it."""
    was, revised, quarter = first
    recorded = replay(was, rules_for, None)
    recorded = promised(revised, recorded, quarter, rules_for)
    _, other, other_quarter = second
    by_quarter = {each.quarter: each for each in other}
    if other_quarter <= revised[-1].quarter:
        twice = [
            by_quarter[each.quarter] if each.quarter == other_quarter else each for each in revised
        ]
        promised(twice, recorded, other_quarter, rules_for)


def promised(revised, recorded, quarter, rules_for):
    restatement = restate(revised, recorded, quarter, rules_for, None)
    assert_nothing_is_taken_back(recorded, restatement)
    assert_one_open_at_a_time(restatement.episodes)
    until = {each.quarter: revised[: i + 1] for i, each in enumerate(revised)}

    def exit_holds(closing, opened_in):
        since = opened_in if opened_in < closing else None
        return has_recovered(until[closing], rules_for(closing).exit_quarters, since)

    recorded_recoveries = {(each.level, each.recovered_in) for each in recorded}
    for each in restatement.episodes:
        if each.recovered_in and (each.level, each.recovered_in) not in recorded_recoveries:
            assert exit_holds(each.recovered_in, each.opened_in), (
                "nothing leaves without the exit rule"
            )
        for closing in until:
            if max(each.opened_in.next(), quarter) <= closing < (each.recovered_in or NEVER):
                assert not exit_holds(closing, each.opened_in), (
                    "nothing stays once the exit rule holds"
                )
    for closing, known in until.items():
        for breach in breaches(known, rules_for(closing).triggers if closing >= quarter else ()):
            assert any(
                each.level is breach.trigger.level
                and each.opened_in <= closing <= (each.recovered_in or NEVER)
                for each in restatement.episodes
            ), "nothing that meets a trigger goes without"
    return restatement.episodes


NEVER = Quarter(2200, 4)


def assert_nothing_is_taken_back(recorded, restatement):
    changed = {change.was: change.now for change in restatement.changed}
    assert len(changed) == len(restatement.changed)
    left = list(restatement.episodes)
    for was in recorded:
        now = changed.get(was, was)
        left.remove(now)
        assert now.opened_in <= was.opened_in
        assert was.recovered_in is None or now.recovered_in <= was.recovered_in
        assert now.relapse or not was.relapse
        assert now.restated or now == was
    assert sorted(map(repr, left)) == sorted(map(repr, restatement.opened))
    assert all(each.restated for each in restatement.opened)


def assert_one_open_at_a_time(episodes):
    for level in Level:
        here = [each for each in episodes if each.level is level]
        for before, after in pairwise(here):
            assert before.recovered_in is not None
            assert before.recovered_in <= after.opened_in
            assert before.opened_in == before.recovered_in or before.opened_in < after.opened_in
