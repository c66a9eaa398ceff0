"""Reads the demonstration's files, and applies the product's own rules to them, for its tests."""

import csv
import json
import re
from collections import defaultdict
from decimal import Decimal
from functools import cache
from pathlib import Path

import kcc_perf
from core.quarters import Quarter
from escalation.rules.ladder import replay
from escalation.rules.triggers import Rules
from indicators.rules.rating import judge, scale_of, value_of
from indicators.rules.travel import direction_of_travel
from sorp.defaults.rules import TRIGGERS
from sorp.lexicon import (
    Frequency,
    Level,
    MadeOfMonths,
    NotRated,
    Polarity,
    Rag,
    RatingMethod,
    Tier,
    TravelMethod,
)
from sorp.rules.figures import Figure
from sorp.rules.patterns import Pattern
from sorp.rules.thresholds import Thresholds
from tests.escalation.conditions import trigger_of

FILES = Path(kcc_perf.__file__).parent / "demonstration"
PUBLISHED = Path(__file__).parents[1] / "data" / "lgbf_quarterly.csv"
FIRST, LAST_CLOSED, OPEN = Quarter(2019, 1), Quarter(2022, 4), Quarter(2023, 1)
CLOSED = list(FIRST.until(LAST_CLOSED))
LIMITS = ("target", "floor", "lower", "upper", "outer_lower", "outer_upper")
AREAS = {"1": "Aberdeen City", "2": "Fife", "3": "Renfrewshire", "4": "Highland"}
SIX_PLACES = Decimal("0.000001")


def rows(name):
    with (FILES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def document(name):
    return json.loads((FILES / name).read_text(encoding="utf-8"))


UNITS = {row["code"]: row for row in rows("units.csv")}
PEOPLE = rows("people.csv")
EMAILS = {row["email"] for row in PEOPLE}
INDICATORS = {row["reference"]: row for row in rows("indicators.csv")}
RESULTS = {(row["reference"], row["quarter"]): row for row in rows("results.csv")}
OPEN_RESULTS = {(row["reference"], row["quarter"]): row for row in rows("results_2023-Q1.csv")}
DRAFTS = {(row["reference"], row["quarter"]): row for row in rows("drafts_2023-Q1.csv")}
REVISIONS = rows("revisions.csv")
SUSPENSIONS = rows("suspensions.csv")
RETIREMENTS = {row["reference"]: row for row in rows("retirements.csv")}
AWAITED = {(row["reference"], row["quarter"]): row for row in rows("awaited.csv")}
MONTHS = rows("months.csv")
PROVENANCE = rows("provenance.csv")
STRATEGY = document("strategy.json")
ASSURANCE = document("assurance.json")
DELIVERY = document("delivery.json")
TARGETS = defaultdict(list)
for _row in rows("targets.csv"):
    TARGETS[_row["reference"]].append(_row)
STATES = dict(
    re.findall(
        r"^\| ([^|]+?) \| `([A-Z0-9-]+ \d{4}-Q\d)` \|$", (FILES / "README.md").read_text(), re.M
    )
)
RULES = Rules(
    tuple(
        trigger_of(
            default.name,
            NotRated.NO_RESULT if default.status == "no_result" else Rag(default.status),
            default.at_least,
            default.within,
            default.level,
            frozenset(default.tiers),
        )
        for default in TRIGGERS
    )
)


def number(text):
    return Decimal(text) if text else None


def value(row):
    unit = INDICATORS[row["reference"]]["measure_unit"]
    given = (number(row[name]) for name in ("value", "numerator", "denominator"))
    return value_of(*given, scale_of(unit))


@cache
def target_row(reference, key):
    earlier = [row for row in TARGETS[reference] if row["from_quarter"] <= key]
    return max(earlier, key=lambda row: row["from_quarter"], default=None)


def thresholds(reference, row):
    indicator = INDICATORS[reference]
    limits = {name: number(row[name]) if row else None for name in LIMITS}
    return Thresholds(
        RatingMethod(indicator["method"]),
        Polarity(indicator["polarity"]),
        tolerance=number(indicator["tolerance"]),
        **limits,
    )


@cache
def as_known(reference, key, at="2022-Q4"):
    """The result of a quarter with the revisions made by the time another was closed."""
    row = RESULTS.get((reference, key))
    for revision in REVISIONS:
        of_this = (revision["reference"], revision["quarter"]) == (reference, key)
        if of_this and revision["revised_in"] <= at:
            row = {**row, **{name: cell for name, cell in revision.items() if name in row}}
    return row


def suspended(reference, key):
    return any(
        row["reference"] == reference and row["from_quarter"] <= key <= row["until_quarter"]
        for row in SUSPENSIONS
    )


def pattern(reference):
    row = INDICATORS[reference]
    made = row["made_of_months"]
    return Pattern(
        frequency=Frequency(row["frequency"]),
        made_of_months=MadeOfMonths(made) if made else None,
    )


def is_measured(reference, quarter):
    last = RETIREMENTS.get(reference, {}).get("last_quarter", "9999-Q4")
    return INDICATORS[reference]["first_quarter"] <= quarter.key <= last


def verdict(reference, quarter, result):
    return judge(
        due=pattern(reference).due_in(quarter),
        suspended=suspended(reference, quarter.key),
        has_result=result is not None,
        value=value(result) if result else None,
        not_available=result["not_available"] if result else "",
        thresholds=thresholds(reference, target_row(reference, quarter.key)),
    )


def history(reference, results):
    return [
        Figure(quarter, *verdict(reference, quarter, result), _is_break(result))
        for quarter in CLOSED
        if is_measured(reference, quarter)
        for result in [results(reference, quarter.key)]
    ]


def _is_break(result):
    return bool(result) and result["definition_break"] == "yes"


@cache
def episodes(reference):
    return replay(history(reference, as_known), RULES, Tier(INDICATORS[reference]["tier"]))


def at_pat(reference):
    return [each for each in episodes(reference) if each.level is Level.PAT]


def travel(reference, last):
    middle = thresholds(reference, target_row(reference, last.key)).middle
    points = [
        (quarter, value(result) if result else None, _is_break(result))
        for quarter in FIRST.until(last)
        for result in [as_known(reference, quarter.key)]
    ]
    polarity = Polarity(INDICATORS[reference]["polarity"])
    return direction_of_travel(
        points, polarity=polarity, method=TravelMethod.REGRESSION, middle=middle
    ).travel


def is_rated(word):
    return lambda ref, q: word in verdict(ref, q, as_known(ref, q.key))
