"""Escalations by triggers of every kind: in an edition that verifies, and in files that replay."""

import csv
from copy import deepcopy
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command

from core.quarters import Quarter
from escalation.models.escalations import Escalation
from escalation.services.closing import close_quarter
from indicators.models.definitions import Indicator
from indicators.rules.entry import ResultGiven, YearEndEntry
from indicators.services.forecasts import state_forecast
from indicators.services.results import submit_result
from organisation.models.people import User
from reports.contents.edition import edition_contents
from reports.rules.projection import public_form
from reports.schema import check_form
from reports.verification import wrong_figures
from sorp.lexicon import ComparedWith, Level, Movement, Polarity, Rag
from tests.escalation.conditions import (
    aggregate,
    by_manager,
    by_system,
    positive,
    silence,
    trigger,
    variance,
    worsening,
)
from tests.escalation.versions import version_of
from tests.factories import IndicatorFactory, TargetFactory, UserFactory

pytestmark = pytest.mark.django_db
TODAY = date(2017, 6, 1)
LAST = Quarter(2012, 1)
NAMED = {
    "Far from target": variance("12.5", level=Level.CABINET),
    "Sliding": worsening(2, 2, level=Level.DIRECTORATE),
    "Red and no better": trigger(
        status=Rag.RED,
        movement=Movement.NOT_BETTER,
        compared_with=ComparedWith.PREVIOUS,
        at_least=2,
        within=3,
    ),
    "Red foreseen": by_manager(level=Level.DIVISION),
    "Red likely": by_system(60, level=Level.CABINET),
    "Late": silence(2, 4, or_late=True),
    "Good": positive(5),
    "Many": aggregate(2, "council"),
}
# By reference: the figure of each quarter (late where it ends in L), and its forecast.
FIGURES = {
    "PI-1": ["70", "70", "95", "69", "95"],
    "PI-2": ["95", "94", "93", "95", "96"],
    "PI-3": ["95L", "95", "95L", "95", "95"],
    "PI-4": ["70", "89", "88", "95", "95"],
}
FORESEEN = {"PI-3": [None, Rag.RED, Rag.AMBER, Rag.GREEN, None]}


def named(name, asked):
    return replace(asked, name=name, key=name, clause="4.1")


@pytest.fixture
def council(db):
    """Five quarters of four indicators, closed by a version with a trigger of every kind."""
    version_of(
        *(named(name, asked) for name, asked in NAMED.items()),
        relapse_within=4,
        relapse_shortens_by=1,
    )
    manager = UserFactory()
    for reference in FIGURES:
        TargetFactory(
            indicator=IndicatorFactory(
                reference=reference,
                accountable_manager=manager,
                layer="core",
                polarity=Polarity.HIGHER,
            )
        )
    for place, quarter in enumerate(Quarter(2011, 1).until(LAST)):
        for reference, figures in FIGURES.items():
            report(reference, quarter, figures[place])
            expects(reference, quarter, FORESEEN.get(reference, [None] * 5)[place])
        close_quarter(quarter=quarter, today=TODAY, by=None)


def indicator(reference):
    return Indicator.objects.get(reference=reference)


def report(reference, quarter, figure):
    submit_result(
        indicator=indicator(reference),
        quarter=quarter,
        given=ResultGiven(value=Decimal(figure.removesuffix("L"))),
        today=TODAY,
        by=None,
        late=figure.endswith("L"),
    )


def expects(reference, quarter, rag):
    if rag is not None:
        state_forecast(
            indicator=indicator(reference),
            quarter=quarter,
            year_end=YearEndEntry(rag, "Two vacancies"),
            by=User.objects.first(),
        )


def rows(path):
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_the_close_escalates_by_each_kind(council):
    opened = {
        (row.indicator.reference, row.trigger, row.opened_in.key, row.relapse)
        for row in Escalation.objects.select_related("indicator")
    }
    assert opened == {
        ("PI-1", "Far from target", "2011-Q1", False),
        ("PI-1", "Far from target", "2011-Q4", True),
        ("PI-1", "Red and no better", "2011-Q4", False),
        ("PI-2", "Sliding", "2011-Q3", False),
        ("PI-3", "Red foreseen", "2011-Q2", False),
        ("PI-3", "Late", "2011-Q3", False),
        ("PI-4", "Far from target", "2011-Q1", False),
    }


def test_an_edition_holds_all_that_its_escalations_follow_from(council):
    document = edition_contents(quarter=LAST, number=1, frozen_on=TODAY)

    for form in (document, public_form(document)):
        check_form(form)
        assert list(wrong_figures(form)) == []
    (foreseen,) = [each for each in document["indicators"] if each["reference"] == "PI-3"]
    assert [each.get("forecast") for each in foreseen["ratings"]] == [
        None,
        "red",
        "amber",
        "green",
        None,
    ]


@pytest.mark.parametrize(
    ("reference", "place", "key", "said"),
    [
        ("PI-3", 1, "forecast", "green"),
        ("PI-3", 2, "late", False),
    ],
)
def test_what_an_escalation_rests_on_cannot_be_changed_unseen(council, reference, place, key, said):
    document = deepcopy(edition_contents(quarter=LAST, number=1, frozen_on=TODAY))
    (told,) = [each for each in document["indicators"] if each["reference"] == reference]
    told["ratings"][place][key] = said

    assert any(
        "are not those that the SORP's rules give" in each for each in wrong_figures(document)
    )


def test_where_no_trigger_reads_forecasts_an_edition_tells_none(db):
    version_of(named("Red", trigger(status=Rag.RED)))
    TargetFactory(indicator=IndicatorFactory(reference="PI-1", layer="core"))
    report("PI-1", LAST, "70")
    expects("PI-1", LAST, Rag.RED)
    close_quarter(quarter=LAST, today=TODAY, by=None)

    (told,) = edition_contents(quarter=LAST, number=1, frozen_on=TODAY)["indicators"]

    assert "forecast" not in told["ratings"][0]


def test_what_is_exported_replays_to_what_is_recorded(council, tmp_path):
    ratings, rules, recorded, replayed = (
        tmp_path / name for name in ("ratings.csv", "rules.json", "recorded.csv", "replayed.csv")
    )
    call_command("export_ratings", closed=True, output=ratings)
    call_command("export_rules", LAST.key, output=rules)
    call_command("export_escalations", output=recorded)

    call_command("replay_rules", ratings=ratings, rules=rules, output=replayed)

    assert rows(replayed) == rows(recorded)
    assert len(rows(recorded)) == 7
