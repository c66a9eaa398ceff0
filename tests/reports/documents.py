"""A whole edition, made by hand and without a database: its verdicts by the rules themselves."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from core.canonical_json import plain
from core.quarters import Quarter
from escalation.rules.ladder import replay
from escalation.rules.rule_files import read_trigger
from escalation.rules.triggers import Rules
from indicators.rules.parts import (
    BreakdownHistory,
    PartFigure,
    PartHistory,
    PartPoint,
    PartsOf,
    PartsRevised,
    dump_breakdown,
    point_of,
    withheld_parts,
)
from indicators.rules.rating import judge
from indicators.rules.travel import direction_of_travel
from reports.contents.edition import _headline_figures
from reports.rules.projection import public_form
from reports.rules.sentences import written
from reports.rules.wording import pattern_of
from sorp.defaults import TITLE
from sorp.defaults.rules import RAG_DEFINITIONS, TRIGGERS
from sorp.lexicon import Polarity, Rag, RatingMethod, Tier, TravelMethod
from sorp.rules.figures import load_figure
from sorp.rules.thresholds import Thresholds
from strategy.rules.plan import RatedMeasure, statements

Q = Quarter(2022, 4)
ADDRESS = "rosalind.manager@council.example"
LIMITS = ("target", "floor", "lower", "upper", "outer_lower", "outer_upper", "tolerance")


def practice() -> dict[str, Any]:
    triggers = [
        {
            "key": each.key,
            "name": each.name,
            "clause": each.clause,
            "status": each.status,
            "at_least": each.at_least,
            "within": each.within,
            "level": each.level.value,
            "tiers": [tier.value for tier in each.tiers],
        }
        for each in TRIGGERS
    ]
    version = {
        "number": "1",
        "from_quarter": "2010-Q1",
        "travel_method": "regression",
        "exit_quarters": 1,
        "relapse_within": 4,
        "definitions": [
            {"rag": rag.value, "clause": clause, "wording": wording}
            for clause, rag, wording in RAG_DEFINITIONS
        ],
        "triggers": triggers,
    }
    return {"statement": TITLE, "versions": [version]}


def indicator(reference: str, values: list[Any], /, **given: Any) -> dict[str, Any]:
    """An indicator whose last value is for Q4 2022/23. None is no result.

    Limits are given by name; `per` gives a quarter's own facts by its place in the values.
    """
    limits = {name: given.pop(name, None) for name in LIMITS}
    tolerance = limits["tolerance"]
    per = given.pop("per", {})
    facts = {
        "reference": reference,
        "title": f"Indicator {reference}",
        "definition": "What is counted, and out of what.",
        "source": "Case system",
        "unit": {"code": "HW", "name": "Highways"},
        "directorate": {"code": "GET", "name": "Growth, Environment and Transport"},
        "tier": "corporate",
        "kind": "kpi",
        "layer": "core",
        "measure_unit": "%",
        "decimals": 1,
        "polarity": "higher",
        "frequency": "quarterly",
        "basis": "quarter",
        "seasonal": False,
        "lag_quarters": 0,
        "accountable_manager": {
            "office": "Accountable manager, Highways",
            "name": "Rosalind Manager",
            "email": ADDRESS,
        },
        "commentary": "",
        "not_available": "",
        "plan": None,
        "revisions": [],
        "method": "floor",
        "tolerance": None if tolerance is None else plain(Decimal(str(tolerance))),
        "first_quarter": "1974-Q1",
        **given,
    }
    facts["ratings"] = _ratings(facts, values, limits, per, given.get("method", "floor"))
    facts["escalations"] = escalations(facts)
    return facts


def _ratings(facts, values, limits, per, method) -> list[dict[str, Any]]:
    quarters = list(Q.back(len(values) - 1).until(Q))
    series, found = [], []
    for place, (quarter, value) in enumerate(zip(quarters, values, strict=True)):
        own = {
            **{
                name: None if each is None else plain(Decimal(str(each)))
                for name, each in limits.items()
            },
            "quarter": quarter.key,
            "value": None if value is None else plain(Decimal(str(value))),
            "method": method,
            "polarity": facts["polarity"],
            "travel_method": "regression",
            "confidence": None if value is None else "final",
            "definition_break": False,
            "stale": False,
            "late": False,
            "revised": False,
            "sorp_version": "1",
            **per.get(place, {}),
        }
        thresholds = load_figure(own).thresholds
        number = None if own["value"] is None else Decimal(own["value"])
        series.append((quarter, number, own["definition_break"]))
        rag, not_rated = judge(
            due=pattern_of(facts).due_in(quarter),
            suspended=False,
            has_result=number is not None,
            value=number,
            thresholds=thresholds,
        )
        travel = direction_of_travel(
            series,
            polarity=Polarity(facts["polarity"]),
            method=TravelMethod.REGRESSION,
            middle=thresholds.middle,
        )
        found.append(
            {
                **own,
                "rag": rag.value if rag else None,
                "not_rated": not_rated.value if not_rated else None,
                "travel": "not enough data" if number is None else travel.travel.value,
                "travel_quarters": 0 if number is None else travel.n,
            }
        )
    return found


def escalations(facts: dict[str, Any]) -> list[dict[str, Any]]:
    rules = Rules(tuple(read_trigger(each) for each in practice()["versions"][0]["triggers"]), 1, 4)
    history = [load_figure(each) for each in facts["ratings"]]
    found = [
        {
            "level": each.level.value,
            "origin": each.origin.value,
            "trigger": each.trigger,
            "trigger_key": each.trigger_key,
            "all_met": list(each.all_met),
            "since": each.since.key,
            "opened_in": each.opened_in.key,
            "recovered_in": each.recovered_in.key if each.recovered_in else None,
            "relapse": each.relapse,
            "restated": each.restated,
            "sorp_version": "1",
            "reason": each.reason,
        }
        for each in replay(history, rules, Tier(facts["tier"]))
    ]
    return sorted(found, key=lambda each: (each["opened_in"], each["level"]))


def by_district(**counts: list[tuple[int, int]]) -> dict[str, Any]:
    """The districts of a percentage, each with its numerators and denominators up to Q4 2022/23.

    Dover alone has a target of its own. What is too few to show is withheld by the rules.
    """
    about = PartsOf(measure_unit="%", decimals=1)
    target = Thresholds(
        method=RatingMethod.FLOOR, polarity=Polarity.HIGHER, target=Decimal(70), floor=Decimal(60)
    )
    quarters = list(Q.back(len(next(iter(counts.values()))) - 1).until(Q))
    points: dict[str, list[PartPoint]] = {name: [] for name in counts}
    for place, quarter in enumerate(quarters):
        given = {
            name: PartFigure.of(
                None, *(Decimal(each) for each in pairs[place]), measure_unit="%", decimals=1
            )
            for name, pairs in counts.items()
        }
        hidden = withheld_parts(given, about)
        for name, figure in given.items():
            limits = target if name == "dover" else None
            points[name].append(
                point_of(figure, quarter, withheld=hidden.get(name), thresholds=limits)
            )
    return dump_breakdown(
        BreakdownHistory(
            key="district",
            name="District",
            each_case_once=True,
            values_add_up=False,
            fewer_than=about.fewer_than,
            parts=tuple(
                PartHistory(name, name.capitalize(), tuple(each)) for name, each in points.items()
            ),
            revised=(PartsRevised(Q, "Dover was counted twice", date(2023, 5, 1)),),
        )
    )


POTHOLES = [91.2, 92, 90.4, 88, 89.5, None, 86, 84, 83, 80.1, 81.3, 82, 81, 78.2, 77, 76.4]


def month(key: str, value: str | None, **said: Any) -> dict[str, Any]:
    return {
        "month": key,
        "value": value,
        "confidence": "final",
        "not_available": "",
        "withheld": False,
        "revised": False,
        **said,
    }


MONTHS = [
    month("2022-10", "98.4", revised=True),
    month("2022-11", None, not_available="Fewer than 5", withheld=True),
    month("2022-12", None, not_available="The system was down"),
    month("2023-01", "98.5"),
    month("2023-02", "98.625"),
    month("2023-03", "98.75", confidence="provisional"),
]
COMMENTARY = """Two of the four gangs were short of staff from January, and **rain on 41 days** kept
the backlog from clearing.

- A third gang began in March
- Overtime was agreed until June
"""
PLAN = {
    "number": 2,
    "cause": "Two gangs short of staff and a wet winter.",
    "barriers": "The framework contract for surfacing ends in July.",
    "help_wanted": "",
    "expected_recovery": "2023-Q2",
    "expected_value": "88",
    "written_on": "2023-04-20",
    "actions": [
        {
            "position": 1,
            "description": "Recruit to the two vacant gangs",
            "owner": "Rosalind Manager",
            "due_on": "2023-05-31",
            "done_on": None,
            "progress": "Interviews held",
        },
        {
            "position": 2,
            "description": "Agree overtime until June",
            "owner": "Rosalind Manager",
            "due_on": "2023-04-14",
            "done_on": "2023-04-12",
            "progress": "",
        },
    ],
}
CARE = {
    "unit": {"code": "ASC-OP", "name": "Older People"},
    "directorate": {"code": "ASC", "name": "Adult Social Care"},
}


def indicators() -> list[dict[str, Any]]:
    """One of each state that a report must be able to show."""
    n = range(14)
    return [
        indicator("HW-01", POTHOLES, title="Potholes repaired in 28 days", target=90, floor=80,
                  parts=[by_district(
                      ashford=[(40, 50), (3, 50)],
                      dover=[(130, 200), (135, 200)],
                      swale=[(45, 60), (50, 60)],
                  )],
                  layer="strategy", commentary=COMMENTARY, plan=PLAN,
                  per={15: {"confidence": "provisional"}, 6: {"revised": True}},
                  revisions=[{"quarter": "2020-Q3", "number": 2, "value": "86", "was": "85.2",
                              "reason": "Late returns from one area", "confidence": "final",
                              "after_close": True, "said_on": "2021-03-02"}]),
        indicator("HW-02", [97 + i / 8 for i in n], title="Street lights working", target=97, floor=95,
                  frequency="monthly", basis="month", made_of_months="mean", months=MONTHS),
        indicator("HW-03", [8.1, 8, 7.9, 7.4, 7.6, 7, 6.9, 6.7, 6.6, 6.4, 6.2, 6], target=6, floor=7,
                  title="Days to answer a highway enquiry", measure_unit="days", polarity="lower"),
        indicator("AS-01", [88, 87, 86, 84, 83, 84, 82, 83.5, 83, 84, 86, 85.5], target=85,
                  tolerance=10, method="tolerance", title="Assessments within 28 days", **CARE),
        indicator("AS-02", [None, None, None, 61, None, None, None, 63, None, None, None, 64],
                  title="People satisfied with their care", target=66, floor=62, frequency="annual",
                  **CARE),
        indicator("AS-03", [71, 73, 74, 72, 75, 76, 74, 75, None, None], target=75, floor=70,
                  title="Reviews completed on time", not_available="The system was down.",
                  commentary="=HYPERLINK(\"http://evil.example\") was typed here.", **CARE),
        indicator("AS-04", [92, 93, 94, 95, 93, 94, 95, 96], target=90, floor=85, **CARE,
                  title="Safeguarding wishes met", per={7: {"stale": True}}, lag_quarters=1,
                  layer="strategy"),
        indicator("FI-01", [99, 98, 101, 104, 97, 103, 109, 111], method="range", polarity="range",
                  lower=95, upper=105, outer_lower=90, outer_upper=110, per={3: {"definition_break": True}},
                  title="Spend against budget",
                  directorate={"code": "COR", "name": "Corporate Services"}),
        indicator("FI-02", [4, 5, 3, 2], title="Invoices in dispute", measure_unit="", decimals=0,
                  polarity="lower", directorate={"code": "COR", "name": "Corporate Services"}),
        indicator("AC-01", [10250, 11020, 12100, 11800, 12500, 13100, 12950, 14010], kind="activity",
                  method="expected_range", polarity="none", lower=10000, upper=13500, decimals=0,
                  measure_unit="calls", title="Calls to the contact centre"),
        indicator("DA-01", [1510, 1530, 1545, 1550], kind="data", method="none", polarity="none",
                  decimals=0, measure_unit="thousand", title="People living in the county"),
        indicator("DV-09", [80, 78, 74, 73], tier="division", layer="none", target=85, floor=75,
                  title="Gully cleansing completed", decimals=0),
    ]  # fmt: skip


def priorities() -> list[dict[str, Any]]:
    def said(sentence: str, needs_attention: bool = False) -> dict[str, Any]:
        return {"sentence": sentence, "needs_attention": needs_attention}

    return [
        {
            "slug": "better-roads",
            "number": 1,
            "title": "Keep Kent’s roads safe and open",
            "description": "Members want roads that are safe all winter.",
            "sponsor": "Cabinet Member for Highways",
            "themes": ["Growth without gridlock"],
            "success_factors": [{"by": "2024/25", "wording": "a network with no backlog"}],
            "indicators": [{"reference": "HW-01", "wording": "Potholes repaired in 28 days"},
                           {"reference": "HW-02", "wording": "Street lights working"}],
            "other_measures": [{"kind": "evaluation", "wording": "Evaluation of the winter service"}],
            "milestones": [
                {"title": "Let the surfacing contract", "due_on": "2023-01-31",
                 "forecast_on": "2023-06-30", "done_on": None, "status": "overdue",
                 "progress": "Two bids received"},
                {"title": "Open the new depot", "due_on": "2022-11-30", "forecast_on": None,
                 "done_on": "2022-11-18", "status": "done_on_time", "progress": ""},
            ],
            "evidence": [{"gathered_on": "2023-02-01", "title": "Residents’ survey",
                          "finding": "Six in ten were *dissatisfied* with their street.",
                          "source": "Tracker survey"}],
            "evaluations": [],
            "standing": {"figures": said("Of 2 indicators: 1 green and 1 red", True),
                         "milestones": said("Of 2 milestones: 1 done on time and 1 overdue", True),
                         "evaluation": said("Not yet evaluated")},
        }
    ]  # fmt: skip


def units_of(given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The council, its directorates and the units that the indicators stand in."""
    council = {"code": "WCC", "name": "Wealdshire County Council", "tier": "council"}
    found = {"WCC": {**council, "parent": None}}
    for each in given:
        directorate = {**each["directorate"], "tier": "directorate", "parent": "WCC"}
        found.setdefault(directorate["code"], directorate)
    for each in given:
        division = {**each["unit"], "tier": "division", "parent": each["directorate"]["code"]}
        found.setdefault(division["code"], division)
    return list(found.values())


def priorities_of(given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The priorities, measured by those of the indicators that are there."""
    found, there = priorities(), {each["reference"]: each for each in given}
    for priority in found:
        lines = [each for each in priority["indicators"] if each["reference"] in there]
        measured = (there[each["reference"]]["ratings"][-1] for each in lines)
        said = statements(
            figures=[
                RatedMeasure(Rag(each["rag"]) if each["rag"] else None, each["stale"])
                for each in measured
            ],
            milestones=(),
            judgement=None,
        ).figures
        priority["indicators"] = lines
        priority["standing"]["figures"] = {
            "sentence": said.sentence,
            "needs_attention": said.needs_attention,
        }
    return found


def edition_document(**changes: Any) -> dict[str, Any]:
    """A full document that has the form it should, and agrees with itself."""
    given = changes.pop("indicators", None) or sorted(
        indicators(), key=lambda each: each["reference"]
    )
    document = {
        "schema": "quarterly-performance-report/1",
        "form": "full",
        "title": "Quarterly performance report",
        "council": "Wealdshire County Council",
        "notice": "This is a demonstration. The council is invented.",
        "quarter": Q.key,
        "quarter_closed_on": "2023-05-02",
        "edition": {"number": 1, "frozen_on": "2023-05-12"},
        "sorp": practice(),
        **_headline_figures(given, Q.key),
        "aims": [{"slug": "economy", "name": "Help the economy to grow", "description": ""}],
        "themes": [
            {
                "slug": "growth",
                "name": "Growth without gridlock",
                "description": "",
                "aims": ["Help the economy to grow"],
                "priorities": ["better-roads"],
            }
        ],
        "priorities": priorities_of(given),
        "indicators": given,
        "units": units_of(given),
        **changes,
    }
    return {**document, "sentences": written(document)}


def before_sentences(document: dict[str, Any]) -> dict[str, Any]:
    """The document as it would have been frozen before editions held their sentences."""
    return {key: value for key, value in document.items() if key != "sentences"}


def public_edition(**changes: Any) -> dict[str, Any]:
    return public_form(edition_document(**changes))
