"""The demonstration carries real figures as they were published."""

import csv
from decimal import Decimal

from core.quarters import Quarter
from tests.kcc_perf.demonstration import (
    AREAS,
    CLOSED,
    DRAFTS,
    INDICATORS,
    OPEN_RESULTS,
    PROVENANCE,
    PUBLISHED,
    RESULTS,
    SIX_PLACES,
    as_known,
    target_row,
    value,
    verdict,
)


def test_real_figures_are_those_published():
    for published in PROVENANCE:
        key = published["reference"], published["quarter"]
        row = RESULTS.get(key) or OPEN_RESULTS.get(key) or DRAFTS[key]
        assert published["url"].startswith("http")
        if published["published_numerator"] and row["numerator"]:
            assert row["numerator"] == published["published_numerator"]
            assert row["denominator"] == published["published_denominator"]
            continue
        was = Decimal(published["published_value"])
        is_fraction = published["series"].startswith("LGBF")
        if is_fraction and INDICATORS[key[0]]["measure_unit"] == "%":
            was *= 100
        assert value(row) == was.quantize(SIX_PLACES), key


def test_published_targets_are_kept():
    for published in PROVENANCE:
        reference = published["reference"]
        if published["published_target"] and INDICATORS[reference]["kind"] == "kpi":
            ours = target_row(reference, published["quarter"])["target"]
            assert Decimal(ours) == Decimal(published["published_target"]), published


def test_published_colours_are_what_our_rules_give():
    checked = 0
    for published in PROVENANCE:
        reference, key = published["reference"], published["quarter"]
        if published["published_rag"]:
            rag, _ = verdict(reference, Quarter.parse(key), as_known(reference, key))
            assert rag == published["published_rag"].lower(), published
            checked += 1
    assert checked >= 5


def test_area_teams_carry_the_framework_as_it_was_published():
    with PUBLISHED.open(encoding="utf-8", newline="") as file:
        framework = {
            (row["indicator_code"], row["local_authority"], row["period"]): row
            for row in csv.DictReader(file)
        }
    for code, team in (("CORP 09", "WEL-1"), ("CORP 10", "WEL-2")):
        for area, council in AREAS.items():
            for quarter in CLOSED:
                period = f"{quarter.year}-{(quarter.year + 1) % 100:02d};Q{quarter.number}"
                there, here = (
                    framework[code, council, period],
                    RESULTS[f"{team}{area}", quarter.key],
                )
                for name in ("numerator", "denominator"):
                    assert Decimal(here[name]) == Decimal(there[name])


def test_each_indicator_says_which_of_its_figures_are_real():
    real = {row["reference"] for row in PROVENANCE} | {"WEL-01", "WEL-02"}
    says_real = {
        reference
        for reference, row in INDICATORS.items()
        if row["source"].startswith("Real figures")
    }
    assert says_real == real
