"""The demonstration's plan, and its PAT and DAT, are made as the framework says."""

from collections import Counter, defaultdict
from itertools import combinations

import pytest

from core.quarters import Quarter
from sorp.lexicon import Rag
from strategy.rules.plan import Judgement, MeasureKind
from tests.kcc_perf.demonstration import (
    ASSURANCE,
    DELIVERY,
    EMAILS,
    INDICATORS,
    PEOPLE,
    STRATEGY,
    UNITS,
    at_pat,
    is_rated,
)


def test_seventeen_priorities_in_four_themes_under_three_aims():
    aims, themes = STRATEGY["aims"], STRATEGY["themes"]
    priorities = STRATEGY["priorities"]
    assert (len(aims), len(themes), len(priorities)) == (3, 4, 17)
    assert [each["number"] for each in priorities] == list(range(1, 18))
    aim_slugs, theme_slugs = ({each["slug"] for each in group} for group in (aims, themes))
    assert {slug for theme in themes for slug in theme["aims"]} == aim_slugs
    assert {slug for each in priorities for slug in each["themes"]} == theme_slugs


def test_every_strategic_indicator_measures_a_priority():
    linked = Counter()
    for priority in STRATEGY["priorities"]:
        assert priority["success_factors"]
        for measure in priority["measures"]:
            kind = MeasureKind(measure["kind"])
            if kind is MeasureKind.INDICATOR:
                linked[measure["reference"]] += 1
            else:
                assert measure["wording"]
    assert set(linked) <= set(INDICATORS)
    strategic = {ref for ref, row in INDICATORS.items() if row["layer"] == "strategy"}
    assert strategic <= set(linked)


def _milestones():
    projects = [each for programme in STRATEGY["programmes"] for each in programme["projects"]]
    for holder in STRATEGY["priorities"] + projects:
        yield from holder["milestones"]


def test_milestones_are_answered_for_and_say_why_they_are_late():
    for milestone in _milestones():
        assert milestone["accountable_manager"] in EMAILS
        late = (milestone["forecast_on"] or "") > milestone["due_on"]
        assert milestone["done_on"] or milestone["forecast_on"]
        assert milestone["progress"] or not late, milestone["title"]


def test_evaluations_use_words_of_the_lexicon():
    found = [each for priority in STRATEGY["priorities"] for each in priority["evaluations"]]
    assert len(found) >= 2
    assert all(each["judgement"] in set(Judgement) for each in found)


def _seats(team, kind):
    return [seat for seat in ASSURANCE["seats"] if (seat["team"], seat["kind"]) == (team, kind)]


def _today(seats):
    return [seat["email"] for seat in seats if seat["to"] is None]


@pytest.mark.parametrize("team", ASSURANCE["teams"], ids=lambda team: team["code"])
def test_a_team_is_made_up_as_the_framework_says(team):
    [chair] = _today(_seats(team["code"], "chair"))
    assert team["chaired_by"] in {row["post"] for row in PEOPLE if row["email"] == chair}
    directors = [seat for seat in _seats(team["code"], "director") if seat["to"] is None]
    directorates = {code for code, row in UNITS.items() if row["tier"] == "directorate"}
    assert Counter(seat["directorate"] for seat in directors) == dict.fromkeys(directorates, 1)
    for seat in directors:
        posts = [row for row in PEOPLE if row["email"] == seat["email"]]
        assert any(row["unit"].startswith(seat["directorate"]) for row in posts)
    neds = _today(_seats(team["code"], "ned"))
    assert len(neds) == 2
    assert all("staff" in {row["post"] for row in PEOPLE if row["email"] == ned} for ned in neds)


def test_nobody_sits_on_both_teams():
    by_team = defaultdict(set)
    for seat in ASSURANCE["seats"]:
        assert seat["email"] in EMAILS
        by_team[seat["team"]].add(seat["email"])
    assert all(not one & other for one, other in combinations(by_team.values(), 2))


def at_performance(meeting):
    """What was called in and is an indicator; DAT's are of what it looks at."""
    return [each for each in meeting["call_ins"] if "reference" in each]


def test_dat_calls_in_milestones_that_were_late_savings_and_projects_and_decides():
    milestones = {each["title"]: each for each in _milestones()}
    savings = {each["reference"] for each in DELIVERY["savings"]}
    projects = {each["slug"] for each in DELIVERY["projects"]}
    called = [
        (meeting, each)
        for meeting in ASSURANCE["meetings"]
        for each in meeting["call_ins"]
        if "reference" not in each
    ]
    kinds = Counter()
    for meeting, each in called:
        assert meeting["team"] == "dat"
        assert each["called_in_on"] < meeting["meets_on"]
        assert bool(each["decisions"]) == (meeting["state"] == "held")
        assert {said["by"] for said in each["challenges"]} <= set(meeting["attended"])
        if "milestone" in each:
            milestone = milestones[each["milestone"]]
            assert max(milestone["due_on"], milestone["forecast_on"]) > each["called_in_on"]
            kinds["milestone"] += 1
        elif "saving" in each:
            assert each["saving"] in savings
            kinds["saving"] += 1
        else:
            assert each["project"] in projects
            kinds["project"] += 1
    assert set(kinds) == {"milestone", "saving", "project"}


def test_what_leads_report_was_known_by_july_and_savings_add_up():
    for project in DELIVERY["projects"]:
        assert project["lead"] in EMAILS
        assert project["reports"]
        assert all(each["as_at"] < "2023-07-12" for each in project["reports"])
    for saving in DELIVERY["savings"]:
        assert saving["owner"] in EMAILS
        for each in saving["reports"]:
            assert each["delivered"] + each["at_risk"] <= each["forecast"] <= saving["amount"]
    for risk in DELIVERY["risks"]:
        assert risk["owner"] in EMAILS
        assert set(risk["indicators"]) <= set(INDICATORS)
        assert all(1 <= each["likelihood"] <= 5 for each in risk["assessments"])


def test_call_ins_are_of_indicators_that_are_escalated_or_red():
    for meeting in ASSURANCE["meetings"]:
        reported = Quarter.parse(meeting["quarter"])
        for call_in in at_performance(meeting):
            escalated = any(
                each.opened_in <= reported
                and (each.recovered_in is None or each.recovered_in > reported)
                for each in at_pat(call_in["reference"])
            )
            assert escalated or is_rated(Rag.RED)(call_in["reference"], reported), call_in[
                "reference"
            ]
            assert call_in["called_in_on"] < meeting["meets_on"]
            assert call_in["called_in_by"] in _today(_seats(meeting["team"], "chair"))


def test_a_held_meeting_heard_the_accountable_manager_and_decided():
    for meeting in ASSURANCE["meetings"]:
        for call_in in at_performance(meeting):
            plan = call_in["action_plan"]
            manager = INDICATORS[call_in["reference"]]["accountable_manager"]
            if meeting["state"] == "held":
                assert plan["author"] == manager
                assert manager in meeting["attended"]
                assert call_in["challenges"]
                assert call_in["decisions"]
                assert {each["by"] for each in call_in["challenges"]} <= set(meeting["attended"])
            if plan:
                assert plan["cause"]
                assert plan["actions"]
                Quarter.parse(plan["expected_recovery"])
            promised = (plan["actions"] if plan else []) + call_in["agreed_actions"]
            assert all(each["owner"] in EMAILS and each["due_on"] for each in promised)


def test_greens_worth_learning_from_are_green():
    greens = [
        (each, Quarter.parse(meeting["quarter"]))
        for meeting in ASSURANCE["meetings"]
        for each in meeting["greens"]
    ]
    assert {each["kind"] for each, _ in greens} == {"good_practice", "gold_plating"}
    for each, quarter in greens:
        assert is_rated(Rag.GREEN)(each["reference"], quarter)
        assert each["shared_with"] in INDICATORS


def test_what_is_promised_was_still_to_come():
    for meeting in ASSURANCE["meetings"]:
        for call_in in meeting["call_ins"]:
            plan = call_in.get("action_plan")
            for action in plan["actions"] if plan else []:
                assert call_in["called_in_on"] <= plan["submitted_on"] < meeting["meets_on"]
                assert action["due_on"] >= plan["submitted_on"], action
            for action in call_in["agreed_actions"]:
                assert action["due_on"] >= meeting["meets_on"], action
