"""Home, dashboards, indicator pages and the register: what they show, to whom, at what cost."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from core.clock import now
from core.models.jobs import Job
from core.quarters import Quarter
from escalation.models.escalations import Escalation
from escalation.services.closing import close_quarter
from indicators.models.definitions import Suspension
from indicators.models.results import Result
from indicators.queries.outstanding import completion
from indicators.rules.entry import ResultGiven
from indicators.rules.returns import ResultState
from indicators.services.results import revise_result, submit_result
from organisation.rules import PostKind
from sorp.lexicon import Kind, RatingMethod
from tests.factories import (
    AppointmentFactory,
    CouncilFactory,
    IndicatorFactory,
    TargetFactory,
    UserFactory,
    holder,
)

pytestmark = pytest.mark.django_db
Q1 = Quarter(2011, 1)
Q3 = Quarter(2011, 3)
TODAY = date(2012, 2, 1)
VALUES = {"G": 95, "A": 85, "R": 70}


@pytest.fixture(autouse=True)
def in_february():
    with time_machine.travel("2012-02-01 10:00 +0000", tick=False):
        yield


def closed(ratings, **fields):
    """An indicator with a run of results, one a quarter, before any of them is closed."""
    indicator = IndicatorFactory(**fields)
    TargetFactory(indicator=indicator)
    for letter, quarter in zip(ratings, Q1.until(Quarter(2011, 3)), strict=False):
        if letter != "-":
            submit_result(
                indicator=indicator,
                quarter=quarter,
                given=ResultGiven(value=Decimal(VALUES[letter])),
                today=TODAY,
                by=indicator.accountable_manager,
            )
    return indicator


def close_all(last=Q3):
    for quarter in Q1.until(last):
        close_quarter(quarter=quarter, today=TODAY, by=None)


def page(client, name, *args, **query):
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.fixture
def officer(sorp_in_force):
    return holder(PostKind.PERFORMANCE_OFFICER)


def test_a_dashboard_counts_every_rateable_indicator_once(client, officer):
    unit = closed("GGG").unit
    closed("GGA", unit=unit)
    closed("GGR", unit=unit)
    closed("GG-", unit=unit)
    closed("GGG", unit=unit, kind=Kind.DATA, method=RatingMethod.NONE)
    close_all()
    client.force_login(officer)

    board = client.get(reverse("dashboard", args=[unit.code])).context["board"]

    assert board.counts == {"green": 1, "amber": 1, "red": 1, "not_rated": 1}
    assert len(board.lines) == 5


def test_a_dashboard_holds_what_is_below_its_unit_and_nothing_beside_it(client, officer):
    inside, outside = closed("GGG"), closed("GGG")
    close_all()
    client.force_login(officer)

    own = page(client, "dashboard", inside.unit.code)
    whole = page(client, "dashboard", CouncilFactory().code)

    assert inside.title in own
    assert outside.title not in own
    assert inside.title in whole
    assert outside.title in whole


def test_a_dashboard_names_what_got_worse_and_what_got_better(client, officer):
    worse, better, same = closed("GGR"), closed("GRG"), closed("GGG")
    close_all()
    client.force_login(officer)

    board = client.get(reverse("dashboard", args=[CouncilFactory().code])).context["board"]

    assert [line.indicator for line in board.worse] == [worse]
    assert [line.indicator for line in board.better] == [better]
    assert same in [line.indicator for line in board.lines]


def test_a_dashboard_says_who_has_not_submitted(client, officer):
    submitted = closed("GGG")
    missing = closed("GG-")
    close_all(Quarter(2011, 2))
    client.force_login(officer)

    board = client.get(reverse("dashboard", args=[CouncilFactory().code])).context["board"]

    assert board.completion.missing == (missing,)
    assert board.completion.submitted == 1
    assert submitted not in board.completion.missing


def test_a_returned_result_is_not_in_on_the_dashboard_or_at_home(client, officer):
    closed("GGG")
    returned = closed("GGG")
    closed("GG-")
    close_all(Quarter(2011, 2))
    Result.objects.filter(indicator=returned, quarter=Q3).update(state=ResultState.RETURNED)
    client.force_login(officer)

    there = page(client, "dashboard", CouncilFactory().code)
    board = client.get(reverse("dashboard", args=[CouncilFactory().code])).context["board"]

    assert board.completion.returned == (returned,)
    assert "1 of 3</strong> results are in" in there
    assert "1 returned to its manager is not counted as in until submitted again" in there
    assert f"1 of 3 results for {Q3} is in" in page(client, "home")


def test_the_suspended_owe_nothing(client, officer):
    closed("GGG")
    suspended = closed("GG-")
    close_all(Quarter(2011, 2))
    Suspension.objects.create(
        indicator=suspended, from_quarter=Q3, reason="On hold", approved_by="PAT"
    )
    assert completion(quarter=Q3).to_come == ()
    assert completion(quarter=Q3).due == 1


def test_a_manager_comes_from_home_to_their_indicators_and_their_unit(client, sorp_in_force):
    indicator = IndicatorFactory()
    other = IndicatorFactory()
    manager = indicator.accountable_manager
    AppointmentFactory(user=manager, post__kind=PostKind.ACCOUNTABLE_MANAGER)
    client.force_login(manager)

    told = page(client, "home")

    there = reverse("dashboard", args=[indicator.unit.code])
    assert f'href="{there}"' in told
    assert f'href="{there}?accountable_manager={manager.pk}"' in told
    assert reverse("dashboard", args=[other.unit.code]) not in told


def test_the_sorp_says_the_trend_in_words_and_leads_to_its_terms(client, sorp_in_force):
    told = page(client, "sorp_part", "figures")

    assert "The trend over the last 16 quarters (regression)." in told
    assert f'href="{reverse("terms")}"' in page(client, "sorp")


def test_a_back_test_that_was_asked_for_is_led_to_from_home(client, officer):
    Job.objects.create(
        kind="backtest",
        key="backtest-7",
        arguments={"backtest": 7},
        state="done",
        requested_by=officer,
        finished_at=now(),
    )
    client.force_login(officer)

    assert f'href="{reverse("backtest", args=[7])}"' in page(client, "home")


def test_a_dashboard_can_be_read_at_an_earlier_quarter(client, officer):
    unit = closed("GRR").unit
    close_all()
    client.force_login(officer)

    board = client.get(reverse("dashboard", args=[unit.code]), {"quarter": "2011-Q1"}).context[
        "board"
    ]

    assert board.counts["green"] == 1
    assert board.referred == ()


def test_a_dashboard_as_csv_carries_the_same_lines(client, officer):
    indicator = closed("GGR", title="=HYPERLINK(1)")
    close_all()
    client.force_login(officer)

    response = client.get(reverse("dashboard_file", args=[indicator.unit.code, "csv"]))
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))

    assert [row["reference"] for row in rows] == [indicator.reference]
    assert rows[0]["title"] == "'=HYPERLINK(1)"
    assert (rows[0]["rag"], rows[0]["value"]) == ("red", "70")


@pytest.mark.parametrize("how_many", [1, 20])
def test_a_dashboard_takes_as_many_queries_however_many_indicators(
    client, officer, how_many, django_assert_max_num_queries
):
    first = closed("GAR")
    for _ in range(how_many - 1):
        closed("GAR", unit=first.unit)
    close_all()
    client.force_login(officer)

    with django_assert_max_num_queries(27):
        client.get(reverse("dashboard", args=[first.unit.code]))


def test_an_indicators_page_tells_its_story(client, officer):
    indicator = closed("RRG")
    close_all()
    revise_result(
        indicator=indicator,
        quarter=Quarter(2011, 3),
        given=ResultGiven(value=Decimal(96)),
        reason="Two forms were found",
        by=officer,
    )
    client.force_login(officer)

    told = page(client, "indicator", indicator.reference)

    for words in [
        "Red in Q1 2011/12 and Q2 2011/12",
        "recovered in Q3 2011/12",
        "Two forms were found",
        "after the quarter was closed",
        "Accountable manager",
        str(indicator.accountable_manager),
        "<svg",
    ]:
        assert words in told, words


def test_an_indicator_without_results_says_what_will_appear(client, officer):
    client.force_login(officer)

    assert "Not rated yet" in page(client, "indicator", IndicatorFactory().reference)


def test_the_register_shows_open_ones_and_filters_the_rest(client, officer):
    opened, recovered = closed("GRR"), closed("RRG")
    close_all()
    client.force_login(officer)

    shown = page(client, "escalations")
    everything = page(client, "escalations", state="")
    of_one = page(client, "escalations", state="", directorate=recovered.unit.code)

    assert opened.title in shown
    assert recovered.title not in shown
    assert recovered.title in everything
    assert opened.title not in of_one


@pytest.mark.parametrize("how_many", [1, 20])
def test_the_register_takes_as_many_queries_however_many_escalations(
    client, officer, how_many, django_assert_max_num_queries
):
    for _ in range(how_many):
        closed("GRR")
    close_all()
    assert Escalation.objects.count() == how_many
    client.force_login(officer)

    with django_assert_max_num_queries(29):  # one of them for the terms that link
        client.get(reverse("escalations"))


def test_who_may_read_the_composed_pages(client, officer):
    indicator = closed("GGG")
    close_all()
    people = {
        "nobody": None,
        "somebody without a post": UserFactory(),
        "a Member": holder(PostKind.MEMBER),
        "a manager": indicator.accountable_manager,
        "a performance officer": officer,
    }
    names = [
        ("home", []),
        ("dashboards", []),
        ("dashboard", [indicator.unit.code]),
        ("dashboard_file", [indicator.unit.code, "csv"]),
        ("indicator", [indicator.reference]),
        ("escalations", []),
        ("sorp_versions", []),
        ("quarters", []),
    ]

    answers = {}
    for who, person in people.items():
        client.logout()
        if person:
            client.force_login(person)
        answers[who] = {
            client.get(reverse(name, args=args)).status_code for name, args in names[:-1]
        }
        answers[who, "quarters"] = client.get(reverse("quarters")).status_code

    assert answers == {
        "nobody": {302},
        ("nobody", "quarters"): 302,
        "somebody without a post": {403},
        ("somebody without a post", "quarters"): 403,
        "a Member": {200, 403},
        ("a Member", "quarters"): 403,
        "a manager": {200},
        ("a manager", "quarters"): 403,
        "a performance officer": {200},
        ("a performance officer", "quarters"): 200,
    }


def test_the_sorp_page_says_each_trigger_in_a_sentence(client, officer):
    client.force_login(officer)

    told = page(client, "sorp")

    assert "Red for 2 of the last 2 rated quarters refers an indicator to PAT." in told
