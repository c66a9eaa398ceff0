"""A national figure that its publisher has not issued is neither late nor silent until the day stated."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from core.quarters import Quarter
from dashboards.queries.completion import completion_sheet
from escalation.services.closing import close_quarter
from indicators.importing.awaited import import_awaited
from indicators.importing.results import import_results
from indicators.models.definitions import Awaited, Indicator
from indicators.queries.outstanding import completion, missing_results
from indicators.rules.entry import ResultGiven
from indicators.services.awaited import (
    judge_overdue_from_publishers,
    say_awaited,
    take_back_awaited,
)
from indicators.services.results import revise_result
from organisation.rules import PostKind
from tests.cases.council import found, kept, live_through, referred, told
from tests.factories import holder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sorp_in_force")]

QUARTER = Quarter(2018, 2)
OFFICE = "the Office for National Statistics"


@pytest.fixture
def indicator():
    found("retired", kept("retired-indicators.csv"), kept("retired-targets.csv"))
    live_through(kept("retired-results.csv").replace(",60,", ",90,"), until="2018-Q1")
    return Indicator.objects.get(reference="OLD-1")


def say(indicator, *, until="2019-03-31", today="2018-10-10", quarter=QUARTER, publisher=OFFICE):
    with time_machine.travel(f"{today}T09:00:00+00:00", tick=False):
        return say_awaited(
            indicator=indicator,
            quarter=quarter,
            publisher=publisher,
            until=date.fromisoformat(until),
            today=date.fromisoformat(today),
            by=None,
        )


def close_on(day, quarter=QUARTER):
    with time_machine.travel(f"{day}T09:00:00+00:00", tick=False):
        return close_quarter(quarter=quarter, today=date.fromisoformat(day), by=None)


def test_until_its_day_nobody_is_asked_for_it_and_nothing_is_referred(indicator):
    say(indicator)

    with time_machine.travel("2018-10-25T09:00:00+00:00", tick=False):
        assert missing_results(QUARTER) == []
        assert completion(quarter=QUARTER).due == 0
        assert completion_sheet(quarter=QUARTER, today=date(2018, 10, 25)).owed == ()
    close_on("2018-10-29")

    assert dict(told("OLD-1"))["2018-Q2"] == "awaited"
    assert referred("OLD-1") == []


def test_after_its_day_it_is_missing_and_the_next_close_restates_what_follows(indicator):
    say(indicator)
    close_on("2018-10-29")

    with time_machine.travel("2019-03-31T22:00:00+00:00", tick=False):
        assert judge_overdue_from_publishers(today=date(2019, 3, 31)) == 0
    with time_machine.travel("2019-04-01T00:03:00+00:00", tick=False):
        assert judge_overdue_from_publishers(today=date(2019, 4, 1)) == 1
        assert judge_overdue_from_publishers(today=date(2019, 4, 1)) == 0
    closing = close_on("2019-04-02")

    assert dict(told("OLD-1"))["2018-Q2"] == "no_result"
    assert [(level, opened) for level, _, opened, _ in referred("OLD-1")] == [
        ("directorate", "2018-Q2")
    ]
    assert [row.restated for row in closing.restated] == [True]


def test_the_figure_rates_its_own_quarter_when_it_comes(indicator):
    say(indicator)
    close_on("2018-10-29")

    with time_machine.travel("2019-02-01T09:00:00+00:00", tick=False):
        revision, _ = revise_result(
            indicator=indicator,
            quarter=QUARTER,
            given=ResultGiven(value=Decimal(85)),
            reason=f"Issued by {OFFICE}",
            by=None,
        )
        assert judge_overdue_from_publishers(today=date(2019, 5, 1)) == 0

    assert dict(told("OLD-1"))["2018-Q2"] == "green"
    assert not revision.late
    assert not revision.is_revised


def test_the_day_may_be_moved_and_what_was_said_in_error_is_taken_back(indicator):
    say(indicator)
    _, changed = say(indicator)
    assert not changed
    row, changed = say(indicator, until="2019-06-30")
    assert changed
    assert row.until == date(2019, 6, 30)

    take_back_awaited(awaited=row, by=None)

    assert not Awaited.objects.exists()
    with time_machine.travel("2018-10-25T09:00:00+00:00", tick=False):
        assert [each.reference for each, _ in missing_results(QUARTER)] == ["OLD-1"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"until": "2018-10-09"}, "has passed"),
        ({"quarter": Quarter(2018, 1)}, "has a figure"),
        ({"quarter": Quarter(2018, 3)}, "has not ended"),
        ({"publisher": " "}, "Say who publishes"),
        ({"until": "2109-03-31"}, "Enter 30 September 2023 or an earlier day"),
    ],
)
def test_what_cannot_be_awaited_is_refused_in_words(indicator, given, words):
    with pytest.raises(ValueError, match=words):
        say(indicator, **given)


def test_a_quarter_closed_in_silence_is_not_said_to_be_awaited_afterwards(indicator):
    close_on("2018-10-29")

    with pytest.raises(ValueError, match="is closed, and its figure was not marked as awaited"):
        say(indicator, today="2018-11-05")


def test_figures_are_said_to_be_awaited_by_file_and_saying_it_again_changes_nothing(indicator):
    content = f"reference,quarter,publisher,until\nOLD-1,2018-Q2,{OFFICE},2019-03-31\n".encode()

    first = import_awaited(content, file="awaited.csv", today=date(2018, 10, 10))
    again = import_awaited(content, file="awaited.csv", today=date(2018, 10, 10))

    assert (len(first.new), len(again.new), len(again.changed)) == (1, 0, 0)
    assert Awaited.objects.get().publisher == OFFICE


def test_a_file_brings_what_was_awaited_for_its_quarter_after_the_close(indicator):
    say(indicator)
    close_on("2018-10-29")
    head = kept("retired-results.csv").splitlines()[0]

    with time_machine.travel("2019-02-01T09:00:00+00:00", tick=False):
        import_results(
            f"{head}\nOLD-1,2018-Q2,85,,,final,,no,\n".encode(),
            file="results.csv",
            today=date(2019, 2, 1),
        )

    assert dict(told("OLD-1"))["2018-Q2"] == "green"


def test_the_manager_says_it_on_the_return_and_may_take_it_back(client, indicator):
    client.force_login(holder(PostKind.PERFORMANCE_OFFICER))
    address = reverse("awaited", args=["2018-Q2", "OLD-1"])
    day = {"until_day": "31", "until_month": "3", "until_year": "2019"}
    with time_machine.travel("2018-10-10T09:00:00+00:00", tick=False):
        over = client.post(address, {"publisher": OFFICE, **day, "until_year": "2017"})
        assert "has passed" in over.content.decode()
        client.post(address, {"publisher": OFFICE, **day})
        page = client.get(reverse("enter_result", args=["2018-Q2", "OLD-1"])).content.decode()
        assert f"Awaited from {OFFICE} until 31 March 2019" in " ".join(page.split())
        client.post(address, {"take_back": "yes"})

    assert not Awaited.objects.exists()


def test_what_cannot_be_awaited_is_said_before_anything_is_typed(client, indicator):
    client.force_login(holder(PostKind.PERFORMANCE_OFFICER))
    with time_machine.travel("2018-10-10T09:00:00+00:00", tick=False):
        given = client.get(reverse("awaited", args=["2018-Q1", "OLD-1"])).content.decode()
        to_come = client.get(reverse("awaited", args=["2018-Q3", "OLD-1"])).content.decode()

    assert "OLD-1 has a figure for Q1 2018/19: it is not awaited." in given
    assert "Q3 2018/19 has not ended" in to_come
    assert "Mark as awaited</button>" not in given + to_come


def test_taken_back_twice_is_said_once_more_and_after_the_close_what_to_do(client, indicator):
    client.force_login(holder(PostKind.PERFORMANCE_OFFICER))
    address = reverse("awaited", args=["2018-Q2", "OLD-1"])
    say(indicator)
    with time_machine.travel("2018-10-10T09:00:00+00:00", tick=False):
        for _ in range(2):
            assert client.post(address, {"take_back": "yes"}).url.endswith("/2018-Q2/OLD-1/")
    say(indicator)
    close_on("2018-10-29")
    with time_machine.travel("2018-11-05T09:00:00+00:00", tick=False):
        refused = client.post(address, {"take_back": "yes"}, follow=True).content.decode()

    assert "name an earlier day instead" in refused
    assert f'value="{OFFICE}"' in refused
    assert Awaited.objects.exists()
