"""The demonstration's files hang together."""

import csv
from collections import Counter, defaultdict
from datetime import timedelta
from decimal import Decimal

import pytest

from core.months import Month
from core.quarters import Quarter
from escalation.rules.ladder import replay
from indicators.rules.months import MonthFigure, quarter_of_months
from organisation.rules import PostKind, UnitTier
from sorp.lexicon import (
    Basis,
    Confidence,
    Frequency,
    Kind,
    Layer,
    MadeOfMonths,
    Polarity,
    Rag,
    RatingMethod,
    Tier,
)
from tests.kcc_perf.demonstration import (
    AREAS,
    AWAITED,
    CLOSED,
    DRAFTS,
    EMAILS,
    FILES,
    INDICATORS,
    MONTHS,
    OPEN,
    OPEN_RESULTS,
    PEOPLE,
    RESULTS,
    RETIREMENTS,
    REVISIONS,
    RULES,
    TARGETS,
    UNITS,
    as_known,
    episodes,
    history,
    is_measured,
    pattern,
    rows,
    thresholds,
    value,
    verdict,
)


@pytest.mark.parametrize("path", sorted(FILES.glob("*.csv")), ids=lambda path: path.name)
def test_each_file_is_a_clean_table(path):
    with path.open(encoding="utf-8", newline="") as file:
        heading, *lines = csv.reader(file)
    assert heading == list(dict.fromkeys(heading))
    assert lines
    assert all(len(line) == len(heading) for line in lines)
    assert all(cell == cell.strip() for line in lines for cell in line)
    assert len({tuple(line) for line in lines}) == len(lines)


def test_units_make_one_tree():
    council = [row for row in UNITS.values() if row["tier"] == "council"]
    assert len(council) == 1
    assert "invented" in council[0]["name"]
    for row in UNITS.values():
        tier = UnitTier(row["tier"])
        if tier is not UnitTier.COUNCIL:
            assert UnitTier(UNITS[row["parent"]]["tier"]).depth == tier.depth - 1


def test_people_hold_known_posts_at_addresses_nobody_can_own():
    assert len({row["name"] for row in PEOPLE}) == len(EMAILS)
    for row in PEOPLE:
        assert row["email"].endswith("@wealdshire.example")
        assert row["post"] in set(PostKind)
        assert row["unit"] in UNITS
        assert not row["to"] or row["from"] <= row["to"]
    held = {row["post"] for row in PEOPLE}
    # The demonstration's performance officer is the council's, and nobody audits it.
    assert set(PostKind) - held == {
        PostKind.DIRECTORATE_OFFICER,
        PostKind.AUDITOR,
        PostKind.LEADER,
    }


def test_every_directorate_and_division_has_a_director():
    directed = {row["unit"] for row in PEOPLE if row["post"] == "director" and not row["to"]}
    assert {code for code, row in UNITS.items() if row["tier"] in ("directorate", "division")} <= (
        directed
    )


def test_indicators_are_defined_in_words_of_the_lexicon():
    managers = {
        row["email"] for row in PEOPLE if row["post"] == "accountable_manager" and not row["to"]
    }
    closed_lists = {
        "tier": Tier,
        "kind": Kind,
        "polarity": Polarity,
        "frequency": Frequency,
        "basis": Basis,
        "method": RatingMethod,
        "layer": Layer,
    }
    for row in INDICATORS.values():
        assert row["unit"] in UNITS
        assert row["accountable_manager"] in managers
        assert row["definition"].endswith(".")
        assert row["source"].startswith(("Invented for the demonstration", "Real figures"))
        for name, words in closed_lists.items():
            assert row[name] in set(words), (row["reference"], name)
        assert (row["tier"] == "corporate") == (row["layer"] != "none")


def test_targets_are_for_known_indicators_and_can_rate():
    assert set(TARGETS) <= set(INDICATORS)
    for reference, of_one in TARGETS.items():
        quarters = [row["from_quarter"] for row in of_one]
        assert quarters == sorted(set(quarters))
        for row in of_one:
            assert Quarter.parse(row["from_quarter"]) <= OPEN
            assert row["reason"]
            assert row["approved_by"] in EMAILS
            assert thresholds(reference, row).has_target


def test_results_are_of_known_indicators_in_closed_quarters():
    assert len(RESULTS) == len(rows("results.csv"))
    for (reference, key), row in RESULTS.items():
        assert reference in INDICATORS
        assert Quarter.parse(key) in CLOSED
        assert row["confidence"] in set(Confidence)
        assert row["definition_break"] in ("yes", "no")
        assert (value(row) is None) == (bool(row["not_available"]) or row["denominator"] == "0")
        assert not (row["value"] and row["numerator"])


def test_open_results_are_of_known_indicators_in_the_open_quarter():
    due = [
        row
        for row in INDICATORS.values()
        if is_measured(row["reference"], OPEN) and pattern(row["reference"]).due_in(OPEN)
    ]
    begun = {**OPEN_RESULTS, **DRAFTS}
    assert len(begun) == len(OPEN_RESULTS) + len(DRAFTS), "a draft is not submitted as well"
    assert 0 < len(begun) < len(due) / 2, "most are still to be entered"
    for (reference, key), row in begun.items():
        assert INDICATORS[reference] in due
        assert key == OPEN.key
        assert value(row) is not None


def test_revisions_follow_a_result_and_say_why():
    for row in REVISIONS:
        first = RESULTS[row["reference"], row["quarter"]]
        assert row["reason"]
        assert value(row) != value(first)
        assert (row["after_close"] == "yes") == (row["revised_in"] > row["quarter"])
        assert Quarter.parse(row["revised_in"]) <= OPEN


def test_revisions_leave_the_escalations_as_they_were():
    for reference in {row["reference"] for row in REVISIONS}:
        as_first_said = history(reference, lambda ref, key: RESULTS.get((ref, key)))
        tier = Tier(INDICATORS[reference]["tier"])
        assert replay(as_first_said, RULES, tier) == episodes(reference)


def test_red_and_amber_say_what_happened_and_what_is_done():
    for (reference, key), row in RESULTS.items():
        rag, _ = verdict(reference, Quarter.parse(key), as_known(reference, key))
        if rag in (Rag.RED, Rag.AMBER):
            assert len(row["commentary"]) > 30, (reference, key)


def test_nobody_writes_the_same_commentary_twice():
    said = Counter(row["commentary"] for row in RESULTS.values() if row["commentary"])
    assert [text for text, times in said.items() if times > 1] == []


def test_team_results_add_up_to_the_county():
    for (reference, key), row in RESULTS.items():
        parts = {"WEL-01": "WEL-1", "WEL-02": "WEL-2"}.get(reference)
        if parts:
            teams = [RESULTS[f"{parts}{area}", key] for area in AREAS]
            for name in ("numerator", "denominator"):
                assert int(row[name]) == sum(int(team[name]) for team in teams)
        if reference == "HT-01" and row["numerator"]:
            north, south = RESULTS["HT-11", key], RESULTS["HT-12", key]
            assert int(row["numerator"]) == int(north["numerator"]) + int(south["numerator"])
            assert row["denominator"] == RESULTS["ACT-04", key]["value"]


def test_parts_add_up_to_the_whole_and_are_of_known_dimensions():
    known = {(row["dimension"], row["part"]) for row in rows("dimensions.csv")}
    broken_down = {(row["reference"], row["dimension"]) for row in rows("breakdowns.csv")}
    sums = Counter()
    for row in rows("parts.csv"):
        assert (row["dimension"], row["part"]) in known
        assert (row["reference"], row["dimension"]) in broken_down
        assert int(row["numerator"]) <= int(row["denominator"])
        for name in ("numerator", "denominator"):
            sums[row["reference"], row["quarter"], name] += int(row[name])

    assert {of: int(RESULTS[of[:2]][of[2]]) for of in sums} == sums


def test_months_make_the_quarters_that_the_results_give():
    by_quarter = defaultdict(list)
    for row in MONTHS:
        by_quarter[row["reference"], Month.parse(row["month"]).quarter].append(
            MonthFigure(
                month=Month.parse(row["month"]),
                value=Decimal(row["value"]),
                confidence=Confidence(row["confidence"]),
            )
        )
    monthly = {ref for ref, row in INDICATORS.items() if row["frequency"] == "monthly"}
    assert {ref for ref, _ in by_quarter} == monthly != set()
    for (reference, quarter), figures in by_quarter.items():
        made = quarter_of_months(
            quarter, MadeOfMonths(INDICATORS[reference]["made_of_months"]), figures
        )
        assert not made.lacking
        if (row := RESULTS.get((reference, quarter.key))) is not None:
            assert (made.value, made.confidence) == (Decimal(row["value"]), row["confidence"])
    assert {quarter for _, quarter in by_quarter} == {*CLOSED, OPEN}


def test_what_ends_is_replaced_by_what_begins_after_it():
    for reference, row in RETIREMENTS.items():
        last = Quarter.parse(row["last_quarter"])
        assert INDICATORS[row["successor"]]["first_quarter"] == last.next().key
        given = [Quarter.parse(key) for ref, key in {**RESULTS, **OPEN_RESULTS} if ref == reference]
        assert max(given) == last
        assert last.first_day.isoformat() < row["said_on"] < last.last_day.isoformat()


def test_what_is_awaited_comes_after_its_quarter_was_closed_and_before_its_day():
    for (reference, key), row in AWAITED.items():
        quarter = Quarter.parse(key)
        assert value(RESULTS[reference, key]) is not None
        closed = quarter.last_day + timedelta(days=30)
        assert closed.isoformat() < row["came_on"] <= row["until"]
        assert row["came_on"] < quarter.next().last_day.isoformat()
