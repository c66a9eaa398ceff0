"""What a report says of what is no longer measured, of figures that came late, and of definitions."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.utils.html import strip_tags

from core.quarters import Quarter
from indicators.models.definitions import Indicator, Target
from indicators.models.rounds import AnnualRound
from indicators.rules.entry import ResultGiven
from indicators.services.awaited import say_awaited
from indicators.services.definitions import redefine_indicator, retire_indicator
from indicators.services.results import revise_result
from reports.contents.edition import edition_contents
from reports.rendering.html import report_page
from reports.rendering.report import Report
from reports.rules.projection import public_form
from reports.schema import check_form
from reports.verification import wrong_figures
from tests.cases.council import close_each, found, import_on, kept, live_through
from tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sorp_in_force")]

HEAD, ROW = kept("retired-indicators.csv").splitlines()


def edition_of(quarter):
    document = edition_contents(
        quarter=Quarter.parse(quarter), number=1, frozen_on=date(2020, 6, 1)
    )
    check_form(document)
    check_form(public_form(document))
    assert list(wrong_figures(document)) == []
    return public_form(document)


def words(quarter):
    return " ".join(strip_tags(report_page(edition_of(quarter))).split())


def test_the_report_of_the_quarter_in_which_it_ended_says_so_once():
    new = ROW.replace("OLD-1", "NEW-1").removesuffix("2018-Q1,") + "2019-Q1,"
    found("retired", f"{HEAD}\n{ROW}\n{new}\n", kept("retired-targets.csv"))
    import_on("2018-01-05", "indicators", f"{HEAD}\n{ROW}\n{new}\n")
    live_through(kept("retired-results.csv"))
    with time_machine.travel("2019-05-07T09:00:00+00:00", tick=False):
        retire_indicator(
            indicator=Indicator.objects.get(reference="OLD-1"),
            last_quarter=Quarter(2018, 4),
            reason="Counters close",
            successor=Indicator.objects.get(reference="NEW-1"),
            by=None,
        )
    close_each("2019-Q1", "2019-Q2")

    sentence = "No longer measured after Q4 2018/19; last status red; its referral to"
    assert "No longer measured" not in words("2018-Q4")
    assert sentence in words("2019-Q1")
    assert "Replaced by NEW-1 Counter visits within ten minutes, whose figures are not" in words(
        "2019-Q1"
    )
    assert "No longer measured" not in words("2019-Q2")
    # Whoever looks it up is told by the latest report all the same.
    assert sentence in Report(edition_of("2019-Q2")).ended["OLD-1"]


def test_a_figure_that_was_awaited_is_reported_once_as_now_known():
    found("retired", f"{HEAD}\n{ROW}\n", kept("retired-targets.csv"))
    live_through(kept("retired-results.csv").replace(",60,", ",90,"), until="2018-Q1")
    indicator = Indicator.objects.get(reference="OLD-1")
    with time_machine.travel("2018-10-10T09:00:00+00:00", tick=False):
        say_awaited(
            indicator=indicator,
            quarter=Quarter(2018, 2),
            publisher="the ONS",
            until=date(2019, 3, 31),
            today=date(2018, 10, 10),
            by=None,
        )
    close_each("2018-Q2", "2018-Q2")
    with time_machine.travel("2018-12-03T09:00:00+00:00", tick=False):
        told_then = words("2018-Q2")
        revise_result(
            indicator=indicator,
            quarter=Quarter(2018, 2),
            given=ResultGiven(value=Decimal(85)),
            reason="Issued by the ONS",
            by=None,
        )
    live_through(
        "\n".join([*kept("retired-results.csv").splitlines()[:1], "OLD-1,2018-Q3,90,,,final,,no,"])
    )
    close_each("2018-Q4", "2018-Q4")

    assert "Awaited from the ONS until 31 March 2019." in told_then
    assert "Now known for Q2 2018/19: 85.0%, green. It was awaited from the ONS." in words(
        "2018-Q3"
    )
    assert "Now known" not in words("2018-Q4")


def test_the_public_sees_that_a_definition_changed_and_what_it_said(client):
    found("retired", f"{HEAD}\n{ROW}\n", kept("retired-targets.csv"))
    live_through(kept("retired-results.csv"), until="2018-Q1")
    with time_machine.travel("2018-08-01T09:00:00+00:00", tick=False):
        redefine_indicator(
            indicator=Indicator.objects.get(reference="OLD-1"),
            by=None,
            reason="Clearer",
            title="Visits within ten minutes",
        )

    block = Report(edition_of("2018-Q1")).blocks["OLD-1"]

    assert block.definition_history == [
        "Changed on 1 August 2018 (Clearer): title, which was “Counter visits within ten minutes”."
    ]


def test_what_nobody_agreed_for_the_year_is_said_to_be_carried_over_wherever_it_is_judged():
    found("retired", f"{HEAD}\n{ROW}\n", kept("retired-targets.csv"))
    live_through(kept("retired-results.csv"))
    sentence = (
        "What it was to aim at is carried over from the year before: nobody had agreed it for"
    )
    assert sentence not in words("2018-Q4")
    Indicator.objects.update(first_quarter=Quarter(2017, 1))
    Target.objects.update(from_quarter=Quarter(2017, 1))
    assert sentence not in words("2018-Q4")  # a council without a round says nothing of one

    days = ("proposals_by", "challenged_by", "seen_by", "agreed_by")
    AnnualRound.objects.create(
        year=2018, opened_by=UserFactory(), **dict.fromkeys(days, date(2018, 3, 1))
    )

    assert f"{sentence} 2018/19." in words("2018-Q4")
