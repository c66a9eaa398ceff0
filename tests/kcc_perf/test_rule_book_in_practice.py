"""The SORP on four years of the demonstration: a walk, two versions in a year, a back-test by hand."""

from collections import Counter
from datetime import date, timedelta

import pytest
from django.core.management import call_command

from core import clock
from core.quarters import Quarter
from dashboards.services.compliance import measure_compliance
from escalation.models.escalations import Escalation, Explanation
from escalation.models.exceptions import UnitEscalation
from escalation.rules.explanations import recompute
from escalation.rules.triggers import Rules
from escalation.services.backtests import request_backtest, run_backtest
from indicators.models.ratings import Rating
from kcc_perf.demonstration import figures, rule_book
from sorp.lexicon import Level, Rag
from sorp.models.findings import Finding
from sorp.models.statement import Version
from sorp.rules.checks import Check
from tests.escalation.conditions import trigger_of
from tests.kcc_perf.demonstration import (
    AWAITED,
    INDICATORS,
    RESULTS,
    SUSPENSIONS,
    is_measured,
    pattern,
)
from tests.standing import for_a_module

pytestmark = pytest.mark.django_db
TODAY = date(2023, 7, 12)
Q3, Q4 = Quarter(2022, 3), Quarter(2022, 4)


@pytest.fixture(scope="module", autouse=True)
def council(django_db_setup, django_db_blocker):
    """Sixteen quarters closed, the last of them under a second version. Undone after the module."""
    with for_a_module(django_db_blocker):
        figures.found_the_council()
        for quarter in figures.FIRST.until(figures.LAST):
            figures.report_quarter(quarter)
            if quarter == rule_book.AFTER:
                rule_book.write_the_second_version()
                rule_book.vary_by_agreement(quarter.last_day, quarter.next().last_day)
        figures.open_the_present_quarter(TODAY)
        yield


# One indicator, from its first red to its recovery


def test_affordable_homes_are_walked_from_the_first_red_to_recovery():
    told = Explanation.objects.filter(indicator__reference="PL-04", is_latest=True)
    walked = [
        (each.quarter.key, each.outcome, each.sentence)
        for each in told.filter(quarter__lt=date(2021, 4, 1)).order_by("quarter")
    ]

    assert walked == [
        (
            "2020-Q1",
            "not_escalated",
            "Red in Q1 2020/21: “Red for two quarters” (clause 4.1) asks for red for 2 of the last"
            " 2 rated quarters, and finds 1, so 1 more such quarter would refer it to PAT.",
        ),
        (
            "2020-Q2",
            "escalated",
            "Red in Q1 2020/21 and Q2 2020/21, which meets “Red for two quarters” (red for 2 of the"
            " last 2 rated quarters), so clause 4.1 of version 1 of the SORP refers it to PAT.",
        ),
        (
            "2020-Q3",
            "stands",
            "Amber in Q3 2020/21: it stays referred to PAT, as it has been since Q2 2020/21, until"
            " it is green in its next rated quarter.",
        ),
        (
            "2020-Q4",
            "recovered",
            "Green in Q4 2020/21, which meets the exit rule (green in the latest rated quarter), so"
            " it is no longer referred to PAT.",
        ),
    ]


def test_the_walk_is_what_the_register_holds():
    escalation = Escalation.objects.get(indicator__reference="PL-04")

    assert (escalation.level, escalation.trigger) == ("pat", "Red for two quarters")
    assert (escalation.since, escalation.opened_in) == (Quarter(2020, 1), Quarter(2020, 2))
    assert escalation.recovered_in == Quarter(2020, 4)


def test_every_red_amber_and_missing_result_is_explained_and_every_explanation_can_be_redone():
    judged = Rating.objects.latest_ones().filter(quarter__lte=Q4)
    in_question = judged.filter(rag__in=["red", "amber"]) | judged.filter(not_rated="no_result")
    explained = Explanation.objects.filter(is_latest=True)

    assert set(in_question.values_list("indicator", "quarter")) <= set(
        explained.values_list("indicator", "quarter")
    )
    assert set(explained.values_list("outcome", flat=True)) == set(Explanation.Outcome) - {
        Explanation.Outcome.ENDED  # nothing of the demonstration is no longer measured
    }
    for each in explained:
        again = recompute(each.document)
        assert (again.outcome, again.sentence) == (each.outcome, each.sentence), str(each)


# Two versions in one year


def test_two_versions_rule_in_one_year_and_each_quarter_is_judged_by_its_own():
    ruled = Counter(
        Rating.objects.latest_ones()
        .filter(quarter__gte=Quarter(2022, 1), quarter__lte=Q4)
        .values_list("quarter", "sorp_version__number")
    )

    assert ruled == {
        (Quarter(2022, 1), "1"): 69,
        (Quarter(2022, 2), "1"): 69,
        (Q3, "1"): 69,
        (Q4, "2"): 69,
    }
    assert [each.state for each in Version.objects.order_by("from_quarter")] == [
        "superseded",
        "in_force",
    ]


def test_what_the_second_version_adds_is_met_in_its_first_quarter_and_not_before():
    (unit,) = UnitEscalation.objects.all()
    added = Escalation.objects.filter(trigger="Worse for three quarters at directorate")

    assert (unit.unit.code, unit.level, unit.opened_in) == ("GET", "pat", Q4)
    # Growth, Environment and Transport's reds in Q4 2022/23, read off the results by hand.
    assert {each["reference"] for each in unit.counted} == {
        *("EW-01", "HT-01", "HT-12", "PL-02", "PL-11"),
    }
    assert all(each.opened_in == Q4 for each in added)


# A back-test, checked by hand
#
# Red for three quarters or amber for four, and nothing else, against the ratings as they stand
# (A amber, R red, G green, in order of quarter from Q1 2019/20; what is not rated left out):
#
#   opens where the fourth A-or-R in a row, or the third R in a row, stands; ends at the next G
#   ASC-01 GGAGGAGGGAG[AARR]R         Q3 2022/23, open        HO-01 ...G[ARAA]RRR        Q3 2021/22, open
#   CYP-01 [RRR]RRRARRRRRARRR         Q3 2019/20, open        PE-03 GGGG[AARA]           Q4 2022/23, open
#   EW-01  GGGG[AAAA]AAAARRRR         Q4 2020/21, open        PH-01 GGGG[RRR]ARAAG       Q1 2021/22, 5
#   EW-02  [AAAA]G                    Q4 2019/20, 1 quarter   PL-02 GGGG[RRR]RARRRRR     Q3 2020/21, open
#   FI-01  GGGG[AAAA]G                Q4 2020/21, 1           WEL-02 ...G[ARRA]G         Q2 2022/23, 1
#   FI-02  GGGG[RAAA]AG               Q4 2020/21, 2           WEL-11 ...[RAAA]RRRG       Q3 2021/22, 4
#   FI-03  [AAAA]                     Q4 2022/23, open        WEL-13 GGGGGGGGG[AAAA]AAR  Q1 2022/23, open
#   WEL-21 [AARR]RARRRARRRRG          Q4 2019/20, 11          WEL-22 [AAAA]G ... [ARRR]G Q4 2019/20, 1
#                                                                    and Q1 2022/23, 1
BY_HAND = {
    ("ASC-01", "2022-Q3"): None,
    ("CYP-01", "2019-Q3"): None,
    ("EW-01", "2020-Q4"): None,
    ("EW-02", "2019-Q4"): "2020-Q1",
    ("FI-01", "2020-Q4"): "2021-Q1",
    ("FI-02", "2020-Q4"): "2021-Q2",
    ("FI-03", "2022-Q4"): None,
    ("HO-01", "2021-Q3"): None,
    ("PE-03", "2022-Q4"): None,
    ("PH-01", "2021-Q1"): "2022-Q2",
    ("PL-02", "2020-Q3"): None,
    ("WEL-02", "2022-Q2"): "2022-Q3",
    ("WEL-11", "2021-Q3"): "2022-Q3",
    ("WEL-13", "2022-Q1"): None,
    ("WEL-21", "2019-Q4"): "2022-Q3",
    ("WEL-22", "2019-Q4"): "2020-Q1",
    ("WEL-22", "2022-Q1"): "2022-Q2",
}
SLOWER = Rules(
    (
        trigger_of("Red for three quarters", Rag.RED, 3, 3, Level.PAT),
        trigger_of("Amber for four quarters", Rag.AMBER, 4, 4, Level.PAT),
    )
)


@pytest.fixture(scope="module")
def found(council):
    with clock.at(TODAY):
        asked = request_backtest(
            name="Three reds or four ambers", rules=SLOWER, version=None, by=figures.officer()
        )
        return run_backtest(asked=asked).found


def at_pat(rows):
    return next(each for each in rows if each["level"] == "pat")


def test_the_totals_of_the_back_test_are_those_worked_out_by_hand(found):
    load = {each["quarter"]: each["after"] for each in found["load"]}
    opened = Counter(quarter for _, quarter in BY_HAND)

    assert at_pat(found["levels"])["after"] == len(BY_HAND) == 17
    assert {quarter: each["opened"] for quarter, each in load.items() if each["opened"]} == opened
    # One of the 17 escalated in Q1 2021/22, that is 1 / 3 a month; eight are open at the end.
    assert load["2021-Q1"]["a_month"] == pytest.approx(0.33, abs=0.005)
    assert load["2022-Q4"]["open"] == 8
    # Nine recovered, after 1, 1, 1, 1, 1, 2, 4, 5 and 11 quarters: 27 in all.
    assert at_pat(found["recovery"])["after"] == {
        "recovered": 9,
        "median": 1.0,
        "mean": 3.0,
        "still_open": 8,
    }


def test_the_grid_has_the_same_totals_in_its_cell(found):
    (cell,) = [each for each in found["grid"] if (each["red"], each["amber"]) == (3, 4)]

    assert cell["opened"] == 17
    # In order of quarter, as they stand at the end of each: 0 0 1 4 2 2 3 6 6 5 7 7 9 8 6 8.
    by_hand = [0, 0, 1, 4, 2, 2, 3, 6, 6, 5, 7, 7, 9, 8, 6, 8]
    assert [each["after"]["open"] for each in found["load"]] == by_hand
    assert cell["open_on_average"] == pytest.approx(74 / 16, abs=0.006)


def test_what_is_gained_and_lost_adds_up_with_what_is_on_record(found):
    level = at_pat(found["levels"])
    recorded = Escalation.objects.filter(level="pat")

    assert level["before"] == recorded.count()
    assert level["before"] - level["lost"] + level["gained"] == level["after"]
    assert level["lost"] == sum(each["level"] == "pat" for each in found["lost"])


def test_replaying_the_rules_in_force_equals_recorded_history_and_says_so(found):
    number = Escalation.objects.count()

    assert found["agreement"]["differences"] == []
    assert found["agreement"]["sentence"] == (
        f"Replaying the rules in force gives exactly the {number} escalations on record."
    )


# How well the SORP was kept


def test_what_is_counted_as_missing_is_what_the_files_do_not_give():
    suspended = {row["reference"] for row in SUSPENSIONS if _covers(row, Q3)}
    due = {
        reference
        for reference in INDICATORS
        if is_measured(reference, Q3)
        and pattern(reference).due_in(Q3)
        and reference not in suspended
        and (reference, Q3.key) not in AWAITED
    }
    missing = {reference for reference in due if (reference, Q3.key) not in RESULTS}
    day = Q3.last_day + timedelta(days=45)

    with clock.at(day):
        measure_compliance(quarter=Q3, today=day, by=None)

    found = Finding.objects.filter(quarter=Q3, check_made=Check.RESULTS_PRESENT, is_latest=True)
    assert sum(row.looked_at for row in found) == len(due)
    assert {each["reference"] for row in found for each in row.detail} == missing
    assert missing


def _covers(suspension, quarter):
    since = Quarter.parse(suspension["from_quarter"])
    until = suspension["until_quarter"]
    return since <= quarter and (not until or quarter <= Quarter.parse(until))


def test_nobody_ever_approved_a_result_of_their_own():
    for quarter in (Q3, Q4):
        day = quarter.last_day + timedelta(days=45)
        with clock.at(day):
            measure_compliance(quarter=quarter, today=day, by=None)

    rows = Finding.objects.filter(check_made=Check.NOBODY_SIGNS_OWN, is_latest=True)
    assert sum(row.looked_at for row in rows) > 200
    assert all(row.kept == row.looked_at for row in rows)


# What anybody can work out again from what is exported


def test_replaying_each_quarter_by_its_own_versions_rules_gives_what_is_recorded(tmp_path):
    paths = {name: tmp_path / f"{name}.csv" for name in ("ratings", "recorded", "replayed", "one")}
    ruled = {"1": tmp_path / "rules-1.json", "2": tmp_path / "rules-2.json"}
    variations = tmp_path / "variations.csv"
    call_command("export_ratings", closed=True, output=paths["ratings"])
    call_command("export_escalations", output=paths["recorded"])
    call_command("export_variations", output=variations)
    call_command("export_rules", Q3.key, output=ruled["1"])
    call_command("export_rules", Q4.key, output=ruled["2"])
    given = {"ratings": paths["ratings"], "variations": variations}

    by_version = [f"{version}={path}" for version, path in ruled.items()]
    call_command("replay_rules", **given, version_rules=by_version, output=paths["replayed"])
    call_command("replay_rules", **given, rules=ruled["2"], output=paths["one"])

    assert paths["replayed"].read_text("utf-8") == paths["recorded"].read_text("utf-8")
    assert paths["one"].read_text("utf-8") != paths["recorded"].read_text("utf-8")
