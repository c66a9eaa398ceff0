"""Sign-off pages: who may, what waits and in what order, nothing lost, a constant number of queries."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.quarters import Quarter
from indicators.models.results import Result, Revision
from indicators.models.returns import SignOff, Unlock
from indicators.queries.records import record_of
from indicators.queries.sight import Seen
from indicators.queries.sign_off import results_to_sign, sign_off_sheets
from indicators.rules.entry import ResultGiven
from indicators.rules.returns import ResultState, Stage
from indicators.services.definitions import set_target
from indicators.services.results import revise_result, submit_result
from indicators.services.sign_off import approve_results, return_result, unlock_result
from organisation.rules import PostKind, Sight, UnitTier
from sorp.lexicon import Confidence
from tests.factories import (
    CouncilFactory,
    IndicatorFactory,
    TargetFactory,
    UnitFactory,
    UserFactory,
    holder,
)
from tests.guards import unguarded

pytestmark = pytest.mark.django_db
Q1 = Quarter(2011, 1)
TODAY = date(2011, 7, 20)


@pytest.fixture(autouse=True)
def in_july():
    with time_machine.travel("2011-07-20 10:00 +0000", tick=False) as traveller:
        yield traveller


@pytest.fixture
def division(sorp_in_force):
    return UnitFactory(
        code="HT", name="Highways", tier=UnitTier.DIVISION, parent=UnitFactory(code="GET")
    )


@pytest.fixture
def director(division):
    holder(PostKind.DIRECTOR, unit=division.parent)
    return holder(PostKind.DIRECTOR, unit=division, name="Dana Director")


def submitted(division, value="95", *, quarter=Q1, by=None, reference=None, **given):
    named = {"reference": reference} if reference else {}
    indicator = TargetFactory(indicator=IndicatorFactory(unit=division, **named)).indicator
    return say(indicator, value, quarter=quarter, by=by, **given)


def say(indicator, value, *, quarter=Q1, by=None, **given):
    revision, _ = submit_result(
        indicator=indicator,
        quarter=quarter,
        given=ResultGiven(value=Decimal(value), **given),
        today=TODAY,
        by=by or indicator.accountable_manager,
    )
    return revision.result


def sheet(quarter=Q1, stage="division", unit="HT"):
    return reverse("sign_off_sheet", args=[quarter.key, stage, unit])


def page_of(response):
    return response.content.decode()


def ticked(*results):
    seen = {f"seen_{each.pk}": each.revisions.latest("number").number for each in results}
    return {"approve": [each.pk for each in results], **seen}


# Who may


PEOPLE = [
    (PostKind.DIRECTOR, "division", 200),
    (PostKind.DIRECTOR, "directorate", 404),  # signs at the next stage
    (PostKind.DIRECTOR, "elsewhere", 404),
    (PostKind.MANAGING_DIRECTOR, "council", 404),
    (PostKind.DEPUTY_MANAGING_DIRECTOR, "council", 404),
    (PostKind.ACCOUNTABLE_MANAGER, "division", 403),
    (PostKind.DEPUTY, "division", 403),
    (PostKind.PERFORMANCE_OFFICER, "council", 403),
    (PostKind.CABINET_MEMBER, "council", 403),
    (PostKind.CHAIR_GOVERNANCE_AUDIT, "council", 403),
    (PostKind.POSC_CHAIR, "council", 403),
    (PostKind.MEMBER, "council", 403),
    (PostKind.STAFF, "division", 403),
    (None, None, 403),
]


@pytest.mark.parametrize(("kind", "place", "status"), PEOPLE)
def test_who_may_open_a_divisions_sheet_and_approve_on_it(client, division, kind, place, status):
    holder(PostKind.DIRECTOR, unit=division)
    result = submitted(division)
    where = {
        "division": division,
        "directorate": division.parent,
        "council": CouncilFactory(),
        "elsewhere": UnitFactory(),
        None: None,
    }[place]
    client.force_login(holder(kind, unit=where) if kind else UserFactory())

    assert client.get(sheet()).status_code == status
    posted = client.post(sheet(), ticked(result)).status_code
    assert posted == (302 if status == 200 else status)
    signed = Result.objects.get().state != ResultState.SUBMITTED
    assert signed is (status == 200)


@pytest.mark.parametrize(("kind", "place", "status"), PEOPLE)
def test_who_may_see_what_waits_for_them(client, division, kind, place, status):
    where = {"division": division, "council": CouncilFactory()}.get(place, division.parent)
    client.force_login(holder(kind, unit=where) if kind else UserFactory())

    assert client.get(reverse("sign_off")).status_code == (403 if status == 403 else 200)


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (PostKind.PERFORMANCE_OFFICER, 200),
        (PostKind.DIRECTOR, 403),
        (PostKind.MANAGING_DIRECTOR, 403),
        (PostKind.ACCOUNTABLE_MANAGER, 403),
        (PostKind.STAFF, 403),
        (PostKind.CABINET_MEMBER, 403),
    ],
)
def test_who_may_unlock(client, division, director, kind, status):
    result = submitted(division)
    approve_results(results=[result], stage=Stage.DIVISION, by=director, today=TODAY)
    client.force_login(holder(kind, unit=division.parent))
    address = reverse("unlock_result", args=[Q1.key, result.indicator.reference])

    assert client.get(address).status_code == status


def test_a_stranger_is_asked_to_sign_in(client, division):
    for address in (reverse("sign_off"), sheet()):
        assert client.get(address).status_code == 302


@pytest.mark.parametrize(
    "address",
    [
        "/sign-off/2011-Q9/division/HT/",
        "/sign-off/2011-Q1/team/HT/",
        "/sign-off/2011-Q1/division/X/",
    ],
)
def test_an_address_that_names_nothing_leads_nowhere(client, director, address):
    client.force_login(director)

    assert client.get(address).status_code == 404


# What waits


def test_the_worst_come_first_and_what_moved_oddly_before_the_other_greens(division, director):
    submitted(division, "95", reference="A-GREEN")
    odd = submitted(division, "95", quarter=Quarter(2010, 4), reference="B-ODD")
    submitted(division, "85", reference="C-AMBER")
    submitted(division, "70", reference="D-RED")
    say(odd.indicator, "0.95")  # a hundredth of it: asked about
    say(odd.indicator, "950")
    submitted(division, "96", reference="E-FIRM", confidence=Confidence.ESTIMATED)

    waiting = results_to_sign(director, Q1, Stage.DIVISION)

    assert [line.indicator.reference for line in waiting.lines] == [
        *("D-RED", "C-AMBER", "B-ODD", "E-FIRM", "A-GREEN")
    ]
    assert [(each.value, count) for each, count in waiting.counts.items()] == [
        *(("red", 1), ("amber", 1), ("odd", 1), ("steady", 2))
    ]
    assert waiting.lines[2].odd == ("It was asked about, and not answered",)
    assert waiting.lines[3].changes == ("Estimated, not final",)


def test_worse_than_before_is_told_with_what_it_was(division, director):
    result = submitted(division, "95", quarter=Quarter(2010, 4))
    say(result.indicator, "70")

    (line,) = results_to_sign(director, Q1, Stage.DIVISION).lines

    assert line.before.value == 95
    assert "Worse than before: was green" in line.changes


def test_each_stage_waits_for_its_own_director(division, director):
    above = holder(PostKind.DIRECTOR, unit=division.parent)
    result = submitted(division)

    assert not results_to_sign(above, Q1, Stage.DIRECTORATE).lines
    approve_results(results=[result], stage=Stage.DIVISION, by=director, today=TODAY)

    assert not results_to_sign(director, Q1, Stage.DIVISION).lines
    assert [each.unit.code for each in sign_off_sheets(above, TODAY)] == ["GET"]
    assert len(results_to_sign(above, Q1, Stage.DIRECTORATE).lines) == 1


def test_nothing_is_ticked_beforehand_and_each_row_shows_what_its_director_looks_at(
    client, division, director
):
    before = submitted(division, "95", quarter=Quarter(2010, 1), reference="RED")
    say(before.indicator, "95", quarter=Quarter(2010, 4))
    red = say(before.indicator, "0", commentary="Two crews left.")
    for reference in ("GREEN-1", "GREEN-2"):
        submitted(division, "95", reference=reference)
    client.force_login(director)

    shown = page_of(client.get(sheet()))

    assert " checked" not in shown
    row = shown[shown.index('id="line-RED"') : shown.index('id="line-GREEN-1"')]
    words = " ".join(re.sub(r"<[^>]+>", " ", row).split())
    for told in (
        *("0.0%", "Target 90%", "80%", "Q4 2010/11 95.0%", "A year ago 95.0%"),
        *("Worse than before: was green", "Not answered:", "Two crews left.", "No evidence files"),
        "No management action",
    ):
        assert told in words, told
    assert f'name="return" id="id_return_{red.pk}"' in row
    assert "<textarea" in row
    assert "Approve these 2 together" in shown


# How a sheet is answered


def test_what_is_ticked_is_approved_and_the_rest_waits(client, division, director):
    first, second = submitted(division), submitted(division)
    client.force_login(director)

    response = client.post(sheet(), ticked(first), follow=True)

    assert "1 result approved, and locked." in page_of(response)
    assert Result.objects.get(pk=first.pk).state == ResultState.DIVISION_APPROVED
    assert Result.objects.get(pk=second.pk).state == ResultState.SUBMITTED


def test_a_whole_division_is_approved_in_one_act_and_twice_is_once(client, division, director):
    results = [submitted(division) for _ in range(3)]
    client.force_login(director)

    first = client.post(sheet(), ticked(*results))
    again = client.post(sheet(), ticked(*results), follow=True)

    assert first.headers["Location"] == reverse("sign_off")
    assert "You had approved these already" in page_of(again)
    assert SignOff.objects.count() == 3


def test_one_is_returned_with_a_comment(client, division, director):
    result = submitted(division)
    client.force_login(director)

    typed = ticked(result) | {"approve": [], "return": [result.pk]}
    client.post(sheet(), typed | {f"comment_{result.pk}": "May’s figure"})

    assert Result.objects.get().state == ResultState.RETURNED
    assert SignOff.objects.get().comment == "May’s figure"


def test_nothing_is_lost_when_a_comment_is_missing(client, division, director):
    result, other, third = (submitted(division) for _ in range(3))
    client.force_login(director)
    typed = {"return": result.pk, f"comment_{other.pk}": "Half a thought", **ticked(third)}

    response = client.post(sheet(), typed)

    page = page_of(response)
    assert "<title>Error: " in page
    assert f"Say what needs to be corrected in {result.indicator.title}" in page
    assert f"You wrote why {other.indicator.title} goes back: tick Return as well" in page
    assert "Half a thought" in page
    rows = {
        each.line.result.pk: (each.is_approved, each.is_returned)
        for each in response.context["form"].rows
    }
    assert rows == {
        result.pk: (False, True),
        other.pk: (False, False),
        third.pk: (True, False),
    }
    assert not SignOff.objects.exists()


def test_approving_nothing_is_told(client, division, director):
    submitted(division)
    client.force_login(director)

    assert "Tick the results that you approve" in page_of(client.post(sheet(), {}))


def test_some_are_approved_and_one_is_returned_in_one_act(client, division, director):
    first, second, back = (submitted(division) for _ in range(3))
    client.force_login(director)
    approve = {"approve": [first.pk, second.pk]}
    typed = {"return": [back.pk], f"comment_{back.pk}": "May’s figure"}

    response = client.post(sheet(), ticked(first, second, back) | approve | typed, follow=True)

    assert "2 results approved, and locked. 1 returned: its manager has a notice." in page_of(
        response
    )
    assert Result.objects.get(pk=back.pk).state == ResultState.RETURNED
    assert SignOff.objects.count() == 3


def test_one_result_is_not_approved_and_returned(client, division, director):
    result = submitted(division)
    client.force_login(director)
    typed = {"return": [result.pk], f"comment_{result.pk}": "Or is it?"}

    response = client.post(sheet(), ticked(result) | typed)

    assert "approve it or return it, not both" in page_of(response)
    assert not SignOff.objects.exists()


def test_what_moved_as_usual_goes_together_but_for_what_is_returned_or_came_later(
    client, division, director
):
    red, *greens = (submitted(division, each) for each in ("70", "95", "96", "97"))
    back, first, second = greens
    came_later = submitted(division, "98")
    client.force_login(director)
    on_the_page = {
        name: value for name, value in ticked(red, *greens).items() if name.startswith("seen_")
    }
    typed = {"together": "yes", "return": [back.pk], f"comment_{back.pk}": "Recount it"}

    client.post(sheet(), on_the_page | typed)

    states = {each.pk: each.state for each in Result.objects.all()}
    waiting = ResultState.SUBMITTED
    assert (states[red.pk], states[came_later.pk]) == (waiting, waiting)
    assert states[back.pk] == ResultState.RETURNED
    assert states[first.pk] == states[second.pk] == ResultState.DIVISION_APPROVED


@pytest.mark.parametrize("number", ["1", "", "x"])
@pytest.mark.parametrize("act", ["approve", "return", "together"])
def test_what_was_corrected_meanwhile_is_looked_at_again(client, division, director, number, act):
    result, other = submitted(division), submitted(division)
    say(result.indicator, "96")
    client.force_login(director)
    typed = {"approve": [result.pk, other.pk]}
    if act == "return":
        typed = {"approve": [other.pk], "return": [result.pk], f"comment_{result.pk}": "Why?"}
    if act == "together":
        typed = {"approve": [], "together": "yes"}

    response = client.post(sheet(), ticked(other) | typed | {f"seen_{result.pk}": number})

    shown = page_of(response)
    assert f"{result.indicator.reference} Q1 2011/12 was corrected by" in shown
    if number == "1":
        assert "you had 95.0% before you, and it is 96.0% now. Look again, then decide" in shown
    assert "Changed since you opened this page." in shown
    assert f'name="seen_{result.pk}" value="2"' in shown
    assert not SignOff.objects.exists()
    rows = {each.line.result.pk: each for each in response.context["form"].rows}
    assert not rows[result.pk].is_approved
    assert rows[other.pk].is_approved is (act != "together")
    assert rows[result.pk].is_returned is (act == "return")


def test_what_was_rated_anew_meanwhile_is_looked_at_again(client, division, director):
    result = submitted(division)
    client.force_login(director)

    response = client.post(sheet(), ticked(result) | {f"rated_{result.pk}": "0"})

    assert "was rated again since you opened this page" in page_of(response)
    assert not SignOff.objects.exists()


def test_of_two_directors_at_once_the_second_is_told_who_was_quicker_and_keeps_their_ticks(
    client, division, director
):
    taken, mine = submitted(division), submitted(division)
    approve_results(results=[taken], stage=Stage.DIVISION, by=director, today=TODAY)
    client.force_login(holder(PostKind.DIRECTOR, unit=division))

    response = client.post(sheet(), ticked(taken, mine))

    quicker = "Dana Director approved it at 11:00 on 20 July 2011"
    assert f"{taken.indicator.reference} Q1 2011/12: {quicker}" in page_of(response)
    assert Result.objects.get(pk=mine.pk).state == ResultState.SUBMITTED
    (row,) = response.context["form"].rows
    assert (row.line.result.pk, row.is_approved) == (mine.pk, True)


def test_what_was_ticked_while_signed_out_is_back_after_signing_in_and_nothing_was_signed(
    client, division, director, in_july
):
    result, other = submitted(division), submitted(division)
    client.force_login(director)
    client.get(sheet())
    in_july.shift(31 * 60)  # the session has run out
    typed = ticked(result) | {"return": [other.pk], f"comment_{other.pk}": "Two are missing."}

    refused = client.post(sheet(), typed)
    client.force_login(director)
    back = client.get(sheet())

    assert refused.status_code == 403
    assert not SignOff.objects.exists()
    assert "nothing was signed off" in page_of(back)
    assert "Two are missing." in page_of(back)
    rows = {each.line.result.pk: each for each in back.context["form"].rows}
    assert rows[result.pk].is_approved
    assert rows[other.pk].is_returned
    assert "Two are missing." not in page_of(client.get(sheet()))  # once


@pytest.mark.parametrize("given", ["nonsense", "999999"])
def test_a_tick_for_what_does_not_exist_is_refused_in_words(client, division, director, given):
    submitted(division)
    client.force_login(director)

    response = client.post(sheet(), {"approve": [given]})

    assert response.status_code == 200
    assert "is no longer there" in page_of(response)


def test_anothers_result_slipped_in_approves_nothing(client, division, director):
    mine, anothers = submitted(division), submitted(UnitFactory(tier=UnitTier.DIVISION))
    client.force_login(director)

    response = client.post(sheet(), ticked(mine, anothers))

    assert f"{anothers.indicator.reference} Q1 2011/12: no division signs it" in page_of(response)
    assert not SignOff.objects.exists()


# Exceptions


def test_an_officer_unlocks_for_the_manager(client, division, director):
    result = submitted(division)
    approve_results(results=[result], stage=Stage.DIVISION, by=director, today=TODAY)
    client.force_login(holder(PostKind.PERFORMANCE_OFFICER, unit=CouncilFactory()))
    address = reverse("unlock_result", args=[Q1.key, result.indicator.reference])
    manager = result.indicator.accountable_manager

    refused = client.post(address, {"granted_to": manager.pk, "until": "2"})
    done = client.post(address, {"granted_to": manager.pk, "until": "2", "reason": "Late invoice"})

    assert "Say why it is unlocked" in page_of(refused)
    assert done.status_code == 302
    unlock = Unlock.objects.get()
    assert (unlock.granted_to, unlock.reason) == (manager, "Late invoice")
    assert unlock.expires_at.date() == date(2011, 7, 22)


def test_somebody_who_does_not_answer_for_it_cannot_be_chosen(client, division, director):
    result = submitted(division)
    approve_results(results=[result], stage=Stage.DIVISION, by=director, today=TODAY)
    client.force_login(holder(PostKind.PERFORMANCE_OFFICER, unit=CouncilFactory()))
    address = reverse("unlock_result", args=[Q1.key, result.indicator.reference])

    page = client.post(
        address, {"granted_to": UserFactory().pk, "until": "1", "reason": "A favour"}
    )

    assert "There is a problem" in page_of(page)
    assert not Unlock.objects.exists()


# The record


def test_the_record_tells_who_entered_approved_and_changed_it(division, director, in_july):
    manager = holder(PostKind.ACCOUNTABLE_MANAGER, unit=division, name="Mo Manager")
    deputy = holder(PostKind.DEPUTY, unit=division, name="Dee Deputy")
    above = holder(PostKind.DIRECTOR, unit=division.parent, name="Abe Above")
    indicator = TargetFactory(
        indicator=IndicatorFactory(unit=division, accountable_manager=manager)
    ).indicator
    say(indicator, "85", by=deputy)
    with unguarded(Revision):
        Revision.objects.update(on_behalf_of=manager)
    result = Result.objects.get()
    in_july.shift(60)
    return_result(result=result, stage=Stage.DIVISION, comment="Recount it", by=director)
    in_july.shift(60)
    revise_result(
        indicator=indicator,
        quarter=Q1,
        given=ResultGiven(value=Decimal(91)),
        reason="Nine were missed.",
        by=manager,
    )
    in_july.shift(60)
    result.refresh_from_db()
    approve_results(results=[result], stage=Stage.DIVISION, by=director, today=TODAY)
    approve_results(results=[result], stage=Stage.DIRECTORATE, by=above, today=TODAY)
    in_july.shift(60)
    unlock_result(
        result=result,
        granted_to=deputy,
        reason="Late invoice",
        expires_at=datetime(2011, 7, 20, 22, 59, tzinfo=UTC),
        by=holder(PostKind.PERFORMANCE_OFFICER, unit=CouncilFactory(), name="Olu Officer"),
    )

    (told,) = record_of(indicator, Seen(Sight.EVERYTHING)).quarters

    assert told.summary == (
        "Entered by Mo Manager, approved by Dana Director for the division and by Abe Above for"
        " the directorate; was 85.0%, became 91.0% because “Nine were missed”."
    )
    assert [each.sentence for each in told.entries] == [
        "Entered by Dee Deputy on behalf of Mo Manager: 85.0%.",
        "Returned by Dana Director for the division: “Recount it”",
        "Changed by Mo Manager: was 85.0%, became 91.0% because “Nine were missed”.",
        "Approved by Dana Director for the division.",
        "Approved by Abe Above for the directorate.",
        "Unlocked by Olu Officer for Dee Deputy until 20 July 2011, 23:59: “Late invoice”",
    ]


def test_the_record_tells_who_set_a_target(division, director):
    indicator = IndicatorFactory(unit=division)
    set_target(
        indicator=indicator,
        from_quarter=Q1,
        target=Decimal(90),
        floor=Decimal(80),
        reason="Business plan",
        approved_by="Cabinet",
        by=UserFactory(name="Olu Officer"),
    )

    assert [each.sentence for each in record_of(indicator, Seen(Sight.EVERYTHING)).definition] == [
        "Olu Officer set a target, because “Business plan”."
    ]


# How many queries


@pytest.mark.parametrize("what", ["sheet", "list", "approve"])
def test_a_page_asks_as_much_for_one_as_for_twenty(
    client, division, director, django_assert_max_num_queries, what
):
    from django.db import connection

    client.force_login(director)

    def asked():
        results = list(Result.objects.filter(state=ResultState.SUBMITTED))
        with CaptureQueriesContext(
            connection,
        ) as caught:
            if what == "sheet":
                client.get(sheet())
            elif what == "list":
                client.get(reverse("sign_off"))
            else:
                client.post(sheet(), ticked_already[len(results)])
        return len(caught)

    ticked_already = {}
    one = submitted(division, "70")
    ticked_already[1] = ticked(one)
    for_one = asked()
    twenty = [submitted(division, str(60 + number)) for number in range(20)]
    waiting = list(Result.objects.filter(state=ResultState.SUBMITTED))
    ticked_already[len(waiting)] = ticked(*waiting)
    assert len(twenty) == 20

    assert asked() <= for_one
