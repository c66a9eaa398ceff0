"""Replaying the rules on what is exported gives what is recorded: on four years of a council."""

import csv
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from escalation.models import Escalation
from kcc_perf.demonstration import figures

pytestmark = pytest.mark.django_db
TODAY = figures.date(2023, 7, 12)


def rows(path: Path):
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture
def four_years():
    """The demonstration's figures, submitted, revised and closed in order."""
    figures.found_the_council()
    for quarter in figures.FIRST.until(figures.LAST):
        figures.report_quarter(quarter)
    figures.open_the_present_quarter(TODAY)


def test_replay_rules_on_the_exported_ratings_equals_export_escalations(four_years, tmp_path):
    ratings, rules, recorded, replayed = (
        tmp_path / name for name in ("ratings.csv", "rules.json", "recorded.csv", "replayed.csv")
    )
    call_command("export_ratings", closed=True, output=ratings)
    call_command("export_rules", "2022-Q4", output=rules)
    call_command("export_escalations", output=recorded)

    call_command("replay_rules", ratings=ratings, rules=rules, output=replayed)

    assert rows(replayed) == rows(recorded)
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
