"""Replaying the rules on what is exported gives what is recorded: on four years of a council."""

import csv
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from core.quarters import Quarter
from escalation.models.escalations import Escalation
from indicators.models.definitions import Indicator
from indicators.services.variations import VariedWindow, agree_variation, propose_variation
from kcc_perf.demonstration import figures
from organisation.rules import PostKind
from tests.factories import holder
from tests.standing import for_a_module

pytestmark = [pytest.mark.django_db, pytest.mark.long]
TODAY = figures.date(2023, 7, 12)


def rows(path: Path):
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def four_years(django_db_setup, django_db_blocker):
    """The demonstration's figures, submitted, revised and closed in order. Undone after the module."""
    with for_a_module(django_db_blocker):
        figures.found_the_council()
        vary_some()
        for quarter in figures.FIRST.until(figures.LAST):
            figures.report_quarter(quarter)
        figures.open_the_present_quarter(TODAY)
        yield


def vary_some():
    """For some indicators amber for two quarters is enough, and two greens are asked to recover."""
    officer, approver = holder(PostKind.PERFORMANCE_OFFICER), holder(PostKind.MANAGING_DIRECTOR)
    for indicator in Indicator.objects.filter(method="floor").order_by("reference")[:12]:
        proposed = propose_variation(
            indicator=indicator,
            what="Looked at sooner, and for longer",
            reason="Members asked for it",
            from_quarter=figures.FIRST,
            until_quarter=Quarter.from_ordinal(figures.FIRST.ordinal + 9),
            exit_quarters=2,
            triggers=[VariedWindow("amber-three-quarters", 2, 2)],
            by=officer,
        )
        agree_variation(variation=proposed, by=approver)


def test_replay_rules_on_the_exported_ratings_equals_export_escalations(four_years, tmp_path):
    ratings, rules, variations, recorded, replayed, unvaried = (
        tmp_path / name
        for name in ("ratings.csv", "rules.json", "variations.csv", "a.csv", "b.csv", "c.csv")
    )
    call_command("export_ratings", closed=True, output=ratings)
    call_command("export_rules", "2022-Q4", output=rules)
    call_command("export_variations", output=variations)
    call_command("export_escalations", output=recorded)

    given = {"ratings": ratings, "rules": rules}
    call_command("replay_rules", **given, variations=variations, output=replayed)
    call_command("replay_rules", **given, output=unvaried)

    assert rows(replayed) == rows(recorded)
    varied = set(Escalation.objects.exclude(variation=None).values_list("pk", flat=True))
    assert varied, "some came under a variation"
    assert rows(unvaried) != rows(recorded)
    assert len(rows(recorded)) == Escalation.objects.count() > 50
    triggers = {row["trigger"] for row in rows(recorded)}
    assert {"Red for two quarters", "Amber for three quarters"} <= triggers
    assert {row["relapse"] for row in rows(recorded)} == {"yes", "no"}
    assert any(row["recovered_in"] for row in rows(recorded))


def test_replaying_other_ratings_gives_something_else(four_years, tmp_path):
    """So that the test above could fail."""
    ratings, recorded, replayed = (tmp_path / name for name in ("a.csv", "b.csv", "c.csv"))
    call_command("export_ratings", closed=True, output=ratings)
    call_command("export_escalations", output=recorded)
    ratings.write_text(ratings.read_text(encoding="utf-8").replace(",red,", ",green,"), "utf-8")

    call_command("replay_rules", ratings=ratings, output=replayed)

    assert rows(replayed) != rows(recorded)


def test_an_export_that_cannot_be_written_says_what_to_do(db, tmp_path):
    with pytest.raises(CommandError, match="give a file that can be written"):
        call_command("export_escalations", output=tmp_path / "nowhere" / "escalations.csv")
