"""The pages of variations: proposing, deciding, ending early, the register, and where they show."""

import re
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.quarters import Quarter
from core.services.quarters import open_quarter
from escalation.services.closing import close_quarter
from indicators.models.variations import Variation
from indicators.rules.entry import ResultGiven
from indicators.services.results import submit_result
from indicators.services.variations import agree_variation
from organisation.rules import PostKind
from sorp.models.clauses import Clause
from tests.factories import IndicatorFactory, TargetFactory, VariationFactory, holder

pytestmark = pytest.mark.django_db
OPEN = Quarter(2023, 1)
TYPED = {
    "what": "Referred up a quarter later",
    "reason": "The depot moves",
    "from_quarter": "2023-Q1",
    "until_quarter": "2023-Q4",
    "floor": "75",
    "trigger_0": "otherwise",
    "trigger_0_at_least": "3",
    "trigger_0_within": "4",
}


@pytest.fixture(autouse=True)
def in_july(db):
    with time_machine.travel("2023-07-20 10:00 +0100", tick=False):
        yield


@pytest.fixture
def indicator(sorp_in_force):
    indicator = TargetFactory(indicator=IndicatorFactory(title="Bins emptied on time")).indicator
    open_quarter(quarter=OPEN, today=date(2023, 7, 20), by=None)
    return indicator


@pytest.fixture
def officer():
    return holder(PostKind.PERFORMANCE_OFFICER, name="Perry Officer")


@pytest.fixture
def approver():
    return holder(PostKind.MANAGING_DIRECTOR, name="Max Director")


def proposing(indicator):
    return reverse("propose_variation", args=[indicator.reference])


def page_of(variation):
    return reverse("variation", args=[variation.indicator.reference, variation.pk])


def said(answer):
    return answer.content.decode()


def test_a_manager_proposes_and_the_page_says_who_decides(client, indicator):
    client.force_login(indicator.accountable_manager)
    form = said(client.get(proposing(indicator)))
    assert "Red for 2 of the last 2 rated quarters refers" in form
    assert "Red at division" not in form, "no trigger of another tier is offered"

    answer = client.post(proposing(indicator), TYPED, follow=True)

    variation = Variation.objects.get()
    assert answer.redirect_chain[-1][0] == page_of(variation)
    assert variation.differences == [
        "Floor standard 75%",
        "“Red for two quarters”: 3 of the last 4",
    ]
    assert "is waiting for somebody who approves the SORP" in said(answer)
    assert "Your decision" not in said(answer)


def test_only_what_was_chosen_to_be_judged_otherwise_is_asked_for(client, indicator):
    client.force_login(indicator.accountable_manager)
    address = proposing(indicator)
    choices = said(client.get(address))
    trigger = re.search(r'value="(trigger-[^"]*)"', choices)[1]
    assert "Select at least one thing" in said(client.get(f"{address}?go=on"))
    assert "Select from the list" in said(client.get(f"{address}?go=on&vary=nothing"))

    names = ("target", "floor", "method", "tolerance", "exit_quarters", "trigger_0", "trigger_1")
    asked = {
        vary: {
            name
            for name in names
            if f'name="{name}"' in said(client.get(f"{address}?go=on&vary={vary}"))
        }
        for vary in ("target", "method", "recovery", trigger)
    }
    assert asked == {
        "target": {"target", "floor"},
        "method": {"method", "tolerance"},
        "recovery": {"exit_quarters"},
        trigger: {"trigger_0"},
    }

    few = {name: TYPED[name] for name in ("what", "reason", "from_quarter", "until_quarter")}
    client.post(f"{address}?go=on&vary=target", few | {"target": "", "floor": "75"})
    assert Variation.objects.get().differences == ["Floor standard 75%"]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"reason": ""}, "Say why the SORP does not suit this indicator"),
        ({"until_quarter": ""}, "Select the last quarter judged differently"),
        ({"floor": "95"}, "no better than the target of 90"),
        ({"floor": "soft"}, "Enter the floor standard as a number, such as 75"),
        ({"trigger_0_at_least": "5"}, "cannot ask for 5 of the last 4 quarters"),
        ({"trigger_0_within": ""}, "enter both numbers of quarters"),
        ({"trigger_0_within": "99"}, "Enter a whole number of quarters from 1 to 16"),
        ({"trigger_0": ""}, "choose “Counts other quarters”, or clear the numbers"),
        ({"exit_quarters": "9"}, "Enter a whole number from 1 to 8"),
        (
            {"floor": "", "trigger_0": "", "trigger_0_at_least": "", "trigger_0_within": ""},
            "Say what is judged differently",
        ),
        ({"tolerance": "5"}, "belongs to the method of target and tolerance"),
        ({"from_quarter": "2019-Q1"}, "those before it are closed"),
        ({"clause": "99.9"}, "Version 1 of the SORP, which rules Q1 2023/24, has no clause “99.9”"),
        ({"clause": "4" * 50}, "must be 20 characters or fewer"),
        ({"what": "Later\x00", "reason": "Referred up a quarter later"}, "cannot be shown"),
        ({"method": "wish"}, "Select an answer from the list for “How is it rated?”"),
    ],
)
def test_what_may_not_stand_comes_back_with_all_that_was_typed(client, indicator, typed, told):
    client.force_login(indicator.accountable_manager)

    answer = client.post(proposing(indicator), TYPED | typed)

    assert answer.status_code == 200
    assert "There is a problem" in said(answer)
    assert told in said(answer)
    assert "Referred up a quarter later" in said(answer)
    assert not Variation.objects.exists()


def test_an_approver_agrees_on_the_page_and_the_indicators_pages_say_so(
    client, indicator, officer, approver
):
    variation = VariationFactory(indicator=indicator, proposed_by=officer)
    client.force_login(approver)
    assert "Your decision" in said(client.get(page_of(variation)))

    answer = client.post(
        page_of(variation), {"verdict": "agree", "decision": "Until it has moved"}, follow=True
    )

    assert "Agreed: Q1 2023/24 to Q4 2023/24 are judged by it" in said(answer)
    told = said(client.get(reverse("indicator", args=[indicator.reference])))
    assert "Judged differently from Q1 2023/24 until Q4 2023/24." in told
    client.force_login(indicator.accountable_manager)
    entry = said(client.get(reverse("enter_result", args=[OPEN.key, indicator.reference])))
    assert "Judged differently from Q1 2023/24" in entry
    assert "75%" in entry
    would_be = client.post(
        reverse("would_be", args=[OPEN.key, indicator.reference]), {"value": "76"}
    )
    assert "Amber" in said(would_be)
    listed = said(client.get(reverse("variations")))
    assert variation.what in listed
    assert "In force" in listed


def test_refusing_needs_a_reason_and_keeps_what_was_typed(client, indicator, officer, approver):
    variation = VariationFactory(indicator=indicator, proposed_by=officer)
    client.force_login(approver)

    answer = client.post(page_of(variation), {"verdict": "refuse", "decision": " "})
    assert "Say why it is refused" in said(answer)
    client.post(page_of(variation), {"verdict": "refuse", "decision": "The depot has moved"})

    variation.refresh_from_db()
    assert (variation.state, variation.decision) == ("refused", "The depot has moved")


def test_nobody_decides_who_proposed_it_answers_for_it_or_does_not_approve_the_sorp(
    client, indicator, officer, approver
):
    variation = VariationFactory(indicator=indicator, proposed_by=approver)
    others = (approver, indicator.accountable_manager, officer, holder(PostKind.DIRECTOR))
    for person in others:
        client.force_login(person)
        assert "Your decision" not in said(client.get(page_of(variation)))
        assert client.post(page_of(variation), {"verdict": "agree"}).status_code == 403

    variation.refresh_from_db()
    assert variation.state == "proposed"


@pytest.mark.parametrize("verdict", ["agree", "refuse"])
@pytest.mark.parametrize(("first", "stands"), [("agree", "agreed"), ("refuse", "refused")])
def test_a_decision_pressed_again_is_told_how_it_stands(
    client, indicator, officer, approver, first, stands, verdict
):
    variation = VariationFactory(indicator=indicator, proposed_by=officer)
    client.force_login(approver)
    client.post(page_of(variation), {"verdict": first, "decision": "The depot has moved"})

    answer = client.post(page_of(variation), {"verdict": verdict, "decision": "Late"}, follow=True)

    assert answer.redirect_chain == [(page_of(variation), 302)]
    assert f"It was {stands} already, by Max Director on 20 July 2023" in said(answer)
    variation.refresh_from_db()
    assert (variation.state, variation.decision) == (stands, "The depot has moved")


@pytest.mark.parametrize("until", ["2023-Q1", "2023-Q2"])
def test_an_ending_pressed_again_is_told_how_it_stands(client, indicator, officer, approver, until):
    variation = VariationFactory(indicator=indicator, proposed_by=officer)
    agree_variation(variation=variation, by=approver)
    client.force_login(officer)
    ending = {"until_quarter": until, "reason": "It has moved"}
    client.post(page_of(variation), ending)

    answer = client.post(page_of(variation), ending, follow=True)

    assert answer.redirect_chain == [(page_of(variation), 302)]
    assert f"The variation ends with {Quarter.parse(until)}" in said(answer)
    variation.refresh_from_db()
    assert variation.decision.count("Ended with") == 1


def test_who_may_neither_decide_nor_end_it_is_not_told_how_it_stands(
    client, indicator, officer, approver
):
    variation = VariationFactory(indicator=indicator, proposed_by=officer)
    agree_variation(variation=variation, by=approver)
    client.force_login(indicator.accountable_manager)

    for typed in ({"verdict": "agree"}, {"until_quarter": "2023-Q4"}):
        assert client.post(page_of(variation), typed).status_code == 403


def test_a_variation_may_depart_from_a_clause_that_the_sorp_has(client, indicator):
    client.force_login(indicator.accountable_manager)
    number = Clause.objects.earliest("position").number

    client.post(proposing(indicator), TYPED | {"clause": number})

    assert Variation.objects.get().clause == number


def test_figures_in_a_refusal_are_written_plainly(client, indicator, officer, approver):
    variation = VariationFactory(indicator=indicator, proposed_by=officer, floor=Decimal("80.5"))
    indicator.targets.update(target=Decimal(80))
    client.force_login(approver)

    page = said(client.post(page_of(variation), {"verdict": "agree", "decision": ""}))

    assert "no better than the target of 80: 80.5 is better" in page


def test_an_officer_ends_it_early_from_a_list_of_quarters_it_may_end_with(
    client, indicator, officer, approver
):
    variation = VariationFactory(indicator=indicator, proposed_by=officer)
    agree_variation(variation=variation, by=approver)
    submit_result(
        indicator=indicator,
        quarter=OPEN,
        given=ResultGiven(value=Decimal(76)),
        today=date(2023, 7, 20),
        by=None,
    )
    close_quarter(quarter=OPEN, today=date(2023, 7, 20), by=None)
    client.force_login(officer)
    form = said(client.get(page_of(variation)))
    assert "Q3 2023/24" in form
    assert 'value="2023-Q4"' not in form

    answer = client.post(
        page_of(variation), {"until_quarter": "2023-Q2", "reason": "It has moved"}, follow=True
    )

    assert "The variation ends with Q2 2023/24" in said(answer)
    variation.refresh_from_db()
    assert variation.until_quarter == Quarter(2023, 2)


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("", {"now"}),
        ("?state=ending", {"soon"}),
        ("?state=proposed", {"asked for"}),
        ("?state=to_come", {"later"}),
        ("?state=ended", {"before"}),
        ("?state=refused", {"refused"}),
        ("?state=", {"now", "soon", "asked for", "later", "before", "refused"}),
        ("?state=nonsense", {"now", "soon", "asked for", "later", "before", "refused"}),
    ],
)
def test_the_register_shows_those_asked_for(client, indicator, officer, approver, asked, shown):
    decided = {"decided_by": approver, "decided_on": date(2023, 1, 1)}
    rows = {
        "now": ((2023, 1), (2024, 1), {"state": "agreed"} | decided),
        "soon": ((2022, 4), (2023, 2), {"state": "agreed"} | decided),
        "asked for": ((2023, 1), (2023, 2), {}),
        "later": ((2023, 3), (2023, 4), {"state": "agreed"} | decided),
        "before": ((2022, 1), (2022, 2), {"state": "agreed"} | decided),
        "refused": ((2022, 1), (2022, 2), {"state": "refused"} | decided),
    }
    for what, (first, last, fields) in rows.items():
        VariationFactory(
            what=f"«{what}»",
            proposed_by=officer,
            from_quarter=Quarter(*first),
            until_quarter=Quarter(*last),
            **fields,
        )
    client.force_login(officer)

    listed = said(client.get(reverse("variations") + asked))

    expected = shown | ({"soon"} if asked == "" else set())  # what ends soon is in force still
    assert {what for what in rows if f"«{what}»" in listed} == expected


def test_an_indicators_variations_are_all_on_one_page(client, indicator, officer, approver):
    client.force_login(officer)
    address = reverse("variations_of", args=[indicator.reference])
    assert "always been judged by the SORP" in said(client.get(address))

    agree_variation(
        variation=VariationFactory(indicator=indicator, proposed_by=officer), by=approver
    )

    page = said(client.get(address))
    assert "Q1 2023/24 to Q4 2023/24" in page
    assert "In force." in page
    assert "Propose a variation" in page
    client.force_login(holder(PostKind.STAFF))
    assert "Propose a variation" not in said(client.get(address))


def test_the_register_takes_as_many_queries_for_twenty_as_for_one(client, sorp_in_force, officer):
    client.force_login(officer)
    counts = []
    for how_many in (1, 19):
        VariationFactory.create_batch(how_many, proposed_by=officer)
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("variations") + "?state=proposed")
        counts.append(len(asked))

    assert counts[0] == counts[1]
