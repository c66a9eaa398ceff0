"""An indicator that ends while it is referred up is neither left open for good nor said to have recovered."""

import csv
import io
from decimal import Decimal

import pytest
from django.core.management import call_command

from core.quarters import Quarter
from escalation.models.escalations import Escalation, Explanation
from indicators.models.definitions import Indicator
from indicators.rules.entry import ResultGiven
from indicators.services.results import revise_result
from tests.cases.council import (
    close_each,
    found,
    import_on,
    kept,
    live_through,
    referred,
    told,
    with_cells,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sorp_in_force")]


def ended(reference):
    rows = Escalation.objects.filter(indicator__reference=reference).order_by("opened_in", "level")
    return [(row.level, row.ended_in.key if row.ended_in else None, row.is_open) for row in rows]


def exported(name, *options):
    out = io.StringIO()
    call_command(name, *options, stdout=out)
    return out.getvalue()


def test_what_was_referred_ends_at_the_first_close_after_the_last_quarter():
    """The case: red in each quarter of 2018/19, and then no longer measured."""
    found("retired", kept("retired-indicators.csv"), kept("retired-targets.csv"))
    live_through(kept("retired-results.csv"))
    import_on("2019-05-07", "indicators", kept("retired-then.csv"))

    close_each("2019-Q1", "2020-Q1")

    assert ("OLD-1", "pat") in {
        (each.indicator.reference, each.level) for each in Escalation.objects.all()
    }
    assert {(quarter, is_open) for _, quarter, is_open in ended("OLD-1")} == {("2019-Q1", False)}
    assert {recovered for *_, recovered in referred("OLD-1")} == {None}
    # It owes nothing in the quarters after its last.
    assert [key for key, _ in told("OLD-1")] == ["2018-Q1", "2018-Q2", "2018-Q3", "2018-Q4"]
    explanation = Explanation.objects.get(quarter="2019-Q1")
    assert explanation.outcome == "ended"
    assert explanation.sentence.startswith("No longer measured after Q4 2018/19, last red: so its")


def test_its_end_is_exported_and_replayed_from_the_files_alone(tmp_path):
    found("retired", kept("retired-then.csv"), kept("retired-targets.csv"))
    others = with_cells(kept("retired-indicators.csv"), reference="GOES-ON")
    import_on("2019-05-07", "indicators", others)
    import_on("2019-05-07", "targets", with_cells(kept("retired-targets.csv"), reference="GOES-ON"))
    live_through(
        kept("retired-results.csv")
        + "\n".join(f"GOES-ON,{each},90,,,final,,no," for each in ("2018-Q1", "2018-Q2", "2018-Q3"))
        + "\nGOES-ON,2018-Q4,90,,,final,,no,\nGOES-ON,2019-Q1,90,,,final,,no,\n"
    )

    told_of = {
        (row["reference"], row["level"], row["ended_in"], row["ended_as"])
        for row in csv.DictReader(io.StringIO(exported("export_escalations")))
    }
    assert ("OLD-1", "pat", "2019-Q1", "no_longer_measured") in told_of
    (tmp_path / "ratings.csv").write_text(exported("export_ratings"))
    (tmp_path / "indicators.csv").write_text(kept("retired-then.csv"))
    (tmp_path / "rules.json").write_text(exported("export_rules", "2019-Q1"))
    replayed = exported(
        "replay_rules",
        *("--ratings", str(tmp_path / "ratings.csv"), "--rules", str(tmp_path / "rules.json")),
        *("--indicators", str(tmp_path / "indicators.csv")),
    )
    assert {
        (row["reference"], row["level"], row["ended_in"], row["ended_as"])
        for row in csv.DictReader(io.StringIO(replayed))
    } == told_of


def test_one_that_turns_out_to_have_ended_in_a_closed_quarter_ends_at_the_next_close():
    """It had been chased for results that nobody owed; what that opened ends with the rest."""
    found("retired", kept("retired-indicators.csv"), kept("retired-targets.csv"))
    live_through(kept("retired-results.csv"), until="2019-Q2")
    assert any(trigger and opened == "2019-Q1" for _, trigger, opened, _ in referred("OLD-1"))
    import_on("2019-05-07", "indicators", kept("retired-then.csv"))

    close_each("2019-Q3", "2019-Q4")

    assert {(quarter, is_open) for _, quarter, is_open in ended("OLD-1")} == {("2019-Q3", False)}


def test_a_revision_after_the_end_that_makes_it_green_has_it_recovered_and_restated():
    found("retired", kept("retired-then.csv"), kept("retired-targets.csv"))
    live_through(kept("retired-results.csv"), until="2018-Q4")
    close_each("2019-Q1", "2019-Q1")
    revise_result(
        indicator=Indicator.objects.get(reference="OLD-1"),
        quarter=Quarter(2018, 4),
        given=ResultGiven(value=Decimal(85)),
        reason="Counted anew",
        by=None,
    )

    close_each("2019-Q2", "2019-Q2")

    rows = Escalation.objects.filter(indicator__reference="OLD-1", level="pat")
    assert {(row.recovered_in.key, row.ended_in, row.restated) for row in rows} == {
        ("2018-Q4", None, True)
    }
