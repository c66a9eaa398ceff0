"""Targets that one proposes and another approves: by sign-in, or by a body's minute; singly and by grid."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now as this_moment

from core.models.audit import AuditEvent
from core.models.notices import Notice
from core.quarters import Quarter
from core.services.quarters import open_quarter
from escalation.services.closing import close_quarter
from indicators.models.definitions import Target
from indicators.models.ratings import Rating
from indicators.models.target_proposals import TargetProposal
from indicators.queries.targets import colours_under, last_ratings, without_target
from indicators.rules.entry import ResultGiven
from indicators.rules.targets import changed_limits, limits_in_words
from indicators.services.results import submit_result
from indicators.services.targets import (
    Proposed,
    RefusedTarget,
    approve_targets,
    check_minute,
    propose_targets,
    record_minute,
    refuse_targets,
    withdraw_target,
)
from organisation.rules import PostKind, UnitTier
from tests.factories import (
    CouncilFactory,
    IndicatorFactory,
    RatingFactory,
    TargetFactory,
    UnitFactory,
    holder,
)

pytestmark = pytest.mark.django_db
OPEN, TODAY = Quarter(2023, 1), date(2023, 7, 20)
LIST = "/set-up/targets/"


@pytest.fixture(autouse=True)
def in_july(db):
    with time_machine.travel("2023-07-20 10:00 +0100", tick=False):
        yield


@pytest.fixture
def people():
    """Everybody who may have a word in it, and some who may not, in and over one directorate."""
    council = CouncilFactory()
    unit = UnitFactory(code="HW", name="Highways")
    away = UnitFactory(code="LIB", name="Libraries")
    return {
        "manager": holder(PostKind.ACCOUNTABLE_MANAGER, unit=unit, name="Ann Manager"),
        "other manager": holder(PostKind.ACCOUNTABLE_MANAGER, unit=away, name="Bob Other"),
        "director": holder(PostKind.DIRECTOR, unit=unit, name="Dee Director"),
        "other director": holder(PostKind.DIRECTOR, unit=away, name="Eve Elsewhere"),
        "managing director": holder(PostKind.MANAGING_DIRECTOR, unit=council, name="Max MD"),
        "officer": holder(PostKind.PERFORMANCE_OFFICER, unit=council, name="Perry Officer"),
        "second officer": holder(PostKind.PERFORMANCE_OFFICER, unit=council, name="Quinn Officer"),
        "member": holder(PostKind.MEMBER, unit=council),
        "staff": holder(PostKind.STAFF, unit=unit),
    }


@pytest.fixture
def indicator(sorp_in_force, people):
    """Rated by floor; in 2010/11 its target became 90 with a floor of 80; Q1 2023/24 is open."""
    found = TargetFactory(
        indicator=IndicatorFactory(
            reference="HW1",
            unit=people["manager"].appointments.get().post.unit,
            accountable_manager=people["manager"],
        )
    ).indicator
    open_quarter(quarter=OPEN, today=TODAY, by=None)
    return found


def asked(indicator, quarter=OPEN, **limits):
    limits = limits or {"target": 95, "floor": 85}
    return Proposed(
        indicator,
        quarter,
        {name: None if value is None else Decimal(value) for name, value in limits.items()},
    )


def proposed(indicator, by, quarter=OPEN, **limits):
    (row,) = propose_targets(asked=[asked(indicator, quarter, **limits)], reason="Better", by=by)
    return row


def text(response):
    return " ".join(response.content.decode().split())


# Who may


def may(act):
    try:
        with transaction.atomic():
            act()
            transaction.set_rollback(True)
    except PermissionDenied:
        return False
    return True


def test_who_may_propose(indicator, people):
    found = {who for who, by in people.items() if may(lambda by=by: proposed(indicator, by))}

    assert found == {"manager", "officer", "second officer"}


@pytest.mark.parametrize(
    ("proposer", "approvers"),
    [
        ("manager", {"director", "managing director", "officer", "second officer"}),
        ("officer", {"director", "managing director", "second officer"}),
    ],
)
def test_who_may_approve_what_somebody_proposed(indicator, people, proposer, approvers):
    row = proposed(indicator, people[proposer])
    found = {
        who
        for who, by in people.items()
        if may(lambda by=by: approve_targets(proposals=[row], by=by))
    }

    assert found == approvers
    refusers = {
        who
        for who, by in people.items()
        if may(lambda by=by: refuse_targets(proposals=[row], decision="No", by=by))
    }
    assert refusers == approvers


def minuted(row, by, **otherwise):
    minute = {"body": "Cabinet", "met_on": date(2023, 7, 10), "minute": "45"}
    return record_minute(proposals=[row], by=by, **minute | otherwise)


def test_who_may_record_a_minute_and_who_may_check_it(indicator, people):
    row = proposed(indicator, people["officer"])
    recorders = {who for who, by in people.items() if may(lambda by=by: minuted(row, by))}
    assert recorders == {"officer", "second officer"}

    minuted(row, people["officer"])
    checkers = {
        who for who, by in people.items() if may(lambda by=by: check_minute(proposals=[row], by=by))
    }
    assert checkers == {"director", "managing director", "second officer"}


# Approving


def test_an_approved_target_stands_with_who_approved_it_and_rates_open_quarters_anew(
    indicator, people
):
    submit_result(
        indicator=indicator,
        quarter=OPEN,
        given=ResultGiven(value=Decimal(92)),
        today=TODAY,
        by=people["manager"],
    )
    row = proposed(indicator, people["manager"])
    assert Rating.objects.latest_ones().get(quarter=OPEN).rag == "green"
    assert not Target.objects.filter(from_quarter=OPEN).exists()

    approve_targets(proposals=[row], by=people["director"], decision="Agreed at DMT")
    approve_targets(proposals=[row], by=people["director"])

    target = Target.objects.get(from_quarter=OPEN)
    assert (target.target, target.floor, target.reason) == (95, 85, "Better")
    assert (target.approved_by, target.set_by) == ("Dee Director", people["director"])
    assert Rating.objects.latest_ones().get(quarter=OPEN).rag == "amber"
    row.refresh_from_db()
    assert (row.state, row.decided_by, row.decision) == (
        "approved",
        people["director"],
        "Agreed at DMT",
    )
    assert AuditEvent.objects.filter(act="approved target").count() == 1
    told = Notice.objects.get(recipient=people["manager"])
    assert told.subject == "The target you proposed for HW1 is approved"


def test_a_minute_that_one_recorded_and_another_checked_approves(indicator, people):
    row = proposed(indicator, people["officer"])
    minuted(row, people["officer"])
    assert not Target.objects.filter(from_quarter=OPEN).exists()

    check_minute(proposals=[row], by=people["second officer"])

    assert Target.objects.get(from_quarter=OPEN).approved_by == "Cabinet, 10 July 2023, minute 45"


def test_those_who_may_approve_are_told_once_of_all_that_was_proposed_together(indicator, people):
    second = IndicatorFactory(
        reference="HW2", unit=indicator.unit, accountable_manager=people["manager"]
    )
    propose_targets(
        asked=[asked(indicator), asked(second)], reason="A new year", by=people["officer"]
    )

    told = {each.recipient.name: each for each in Notice.objects.all()}
    assert set(told) == {"Dee Director", "Max MD", "Quinn Officer"}
    assert told["Dee Director"].subject == "2 targets proposed by Perry Officer wait for approval"
    assert "HW1" in told["Max MD"].body
    assert "target 95%, floor standard 85%" in told["Max MD"].body


def test_proposing_the_same_twice_is_one_proposal(indicator, people):
    first = proposed(indicator, people["manager"])

    assert proposed(indicator, people["manager"]) == first
    assert TargetProposal.objects.count() == 1
    assert Notice.objects.filter(recipient=people["director"]).count() == 1


def test_what_is_withdrawn_waits_no_more_and_another_may_be_proposed(indicator, people):
    row = proposed(indicator, people["manager"])
    with pytest.raises(PermissionDenied):
        withdraw_target(proposal=row, by=people["officer"])
    withdraw_target(proposal=row, by=people["manager"])
    withdraw_target(proposal=row, by=people["manager"])

    assert proposed(indicator, people["officer"], target=96, floor=85).pk != row.pk
    with pytest.raises(RefusedTarget, match="was withdrawn already, by Ann Manager"):
        approve_targets(proposals=[row], by=people["director"])


def test_what_is_refused_says_why_and_what_stood_is_aimed_at(indicator, people):
    row = proposed(indicator, people["manager"])
    with pytest.raises(RefusedTarget, match="Say why"):
        refuse_targets(proposals=[row], decision=" ", by=people["director"])
    refuse_targets(proposals=[row], decision="Too easy", by=people["director"])

    assert not Target.objects.filter(from_quarter=OPEN).exists()
    assert Notice.objects.get(recipient=people["manager"]).body == "Too easy"


def test_of_several_decided_together_all_stand_or_none(indicator, people):
    second = IndicatorFactory(
        reference="HW2", unit=indicator.unit, accountable_manager=people["director"]
    )
    rows = propose_targets(
        asked=[asked(indicator), asked(second)], reason="A new year", by=people["officer"]
    )

    with pytest.raises(PermissionDenied):
        approve_targets(proposals=rows, by=people["director"])  # who answers for the second

    assert not Target.objects.filter(from_quarter=OPEN).exists()


# What cannot be


def first_quarter_closed():
    close_quarter(quarter=OPEN, today=TODAY, by=None)


@pytest.mark.parametrize(
    ("limits", "quarter", "field", "told"),
    [
        ({"floor": 85}, OPEN, "target", "Enter the target"),
        ({"target": 80, "floor": 85}, OPEN, "floor", "no better than the target"),
        ({"target": 95, "lower": 85}, OPEN, "lower", "leave this empty"),
        ({"target": 90, "floor": 80}, Quarter(2010, 1), "target", "already"),
        ({"target": 95}, Quarter(1973, 4), "from_quarter", "is measured from"),
        ({"target": 95}, Quarter(2026, 1), "from_quarter", "ends in Q4 2024/25"),
    ],
)
def test_what_cannot_be_aimed_at_is_refused_in_words_at_its_field(
    indicator, people, limits, quarter, field, told
):
    indicator.last_quarter = Quarter(2024, 4)
    indicator.save()

    with pytest.raises(RefusedTarget, match=told) as refusal:
        proposed(indicator, people["officer"], quarter, **limits)

    assert refusal.value.field == field
    assert not TargetProposal.objects.exists()


@pytest.mark.parametrize(
    ("definition", "limits", "told"),
    [
        ({"method": "none", "kind": "data"}, {"target": 95}, "data only"),
        (
            {"method": "range", "polarity": "range"},
            {"lower": 5},
            "Enter the upper bound",
        ),
        (
            {"method": "range", "polarity": "range"},
            {"lower": 9, "upper": 5},
            "at or below the upper bound",
        ),
        (
            {"method": "range", "polarity": "range"},
            {"lower": 5, "upper": 9, "outer_lower": 6},
            "at or below the lower bound",
        ),
    ],
)
def test_the_numbers_suit_the_method(indicator, people, definition, limits, told):
    odd = IndicatorFactory(reference="X1", **definition)

    with pytest.raises(RefusedTarget, match=told):
        proposed(odd, people["officer"], **limits)


def test_a_closed_quarter_takes_no_target_though_it_was_proposed_before(indicator, people):
    row = proposed(indicator, people["manager"])
    first_quarter_closed()

    with pytest.raises(RefusedTarget, match="Q1 2023/24 is closed: set the target from Q2 2023/24"):
        approve_targets(proposals=[row], by=people["director"])
    with pytest.raises(RefusedTarget, match="is closed"):
        proposed(indicator, people["officer"], target=97, floor=85)

    row.refresh_from_db()
    assert row.state == "proposed"


def test_two_targets_from_one_quarter_do_not_wait_together(indicator, people):
    proposed(indicator, people["manager"])

    with pytest.raises(RefusedTarget, match="is already waiting, proposed by Ann Manager"):
        proposed(indicator, people["officer"], target=97, floor=85)
    with pytest.raises(RefusedTarget, match="only one target for each indicator"):
        propose_targets(asked=[asked(indicator)] * 2, reason="Twice", by=people["officer"])


@pytest.mark.parametrize(
    ("otherwise", "field"),
    [
        ({"body": " "}, "body"),
        ({"minute": ""}, "minute"),
        ({"met_on": date(2023, 7, 21)}, "met_on"),
    ],
)
def test_a_minute_is_recorded_whole_and_of_a_day_that_has_come(indicator, people, otherwise, field):
    row = proposed(indicator, people["officer"])

    with pytest.raises(RefusedTarget) as refusal:
        minuted(row, people["officer"], **otherwise)

    assert refusal.value.field == field


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "approved", "decided_by": "proposer"},
        {"state": "approved"},
        {"state": "recorded"},
        {"state": "recorded", "body": "Cabinet", "met_on": TODAY, "recorded_by": "officer"},
        {
            "state": "approved",
            "body": "Cabinet",
            "met_on": TODAY,
            "minute": "4",
            "recorded_by": "officer",
            "decided_by": "officer",
        },
        {"decided_by": "officer"},
        {"state": "wished"},
        {"reason": ""},
        {"lower": 9, "upper": 5},
        {"lower": 5, "outer_lower": 6},
        {"upper": 5, "outer_upper": 4},
    ],
    ids=str,
)
def test_the_database_refuses_a_proposal_that_cannot_be(indicator, people, wrong):
    named = {"proposer": people["manager"], "officer": people["officer"]}
    given = {
        name: named.get(value, value) if isinstance(value, str) else value
        for name, value in wrong.items()
    }
    if "decided_by" in given:
        given["decided_at"] = this_moment()

    with pytest.raises(IntegrityError), transaction.atomic():
        TargetProposal.objects.create(
            **{
                "indicator": indicator,
                "from_quarter": OPEN,
                "reason": "Why",
                "proposed_by": people["manager"],
            }
            | given
        )


@pytest.mark.both_databases
def test_the_database_lets_one_target_wait_from_a_quarter(indicator, people):
    row = proposed(indicator, people["manager"])
    row.pk, row._state.adding = None, True

    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


# What the last results would be


def test_the_last_results_are_shown_under_the_new_target_beside_the_old(indicator):
    for back, rag in ((1, "green"), (2, "amber"), (3, "red")):
        RatingFactory(indicator=indicator, quarter=OPEN.back(back), rag=rag)
    RatingFactory(indicator=indicator, quarter=OPEN.back(4), rag="", not_rated="no_result")
    ratings = last_ratings([indicator.pk], before=OPEN)[indicator.pk]

    found = colours_under(indicator, {"target": Decimal(96), "floor": Decimal(85)}, OPEN, ratings)

    assert [each.in_words for each in found] == [
        "Q4 2022/23: green, would be amber",
        "Q3 2022/23: stays amber",
        "Q2 2022/23: stays red",
    ]
    assert colours_under(indicator, {"target": Decimal(8), "floor": Decimal(9)}, OPEN, []) == []


def test_what_is_counted_from_april_is_compared_with_the_same_quarter_alone(indicator):
    indicator.basis = "year_to_date"
    for back in (1, 3, 4, 8):
        RatingFactory(indicator=indicator, quarter=OPEN.back(back))
    ratings = last_ratings([indicator.pk], before=OPEN)[indicator.pk]

    found = colours_under(indicator, {"target": Decimal(96)}, OPEN, ratings)

    assert [each.quarter.key for each in found] == ["2022-Q1", "2021-Q1"]


def test_who_lacks_a_target_is_told_by_the_pattern(indicator):
    none = IndicatorFactory(reference="N1")
    IndicatorFactory(reference="N2", method="none", kind="data")
    counted = IndicatorFactory(reference="N3", basis="year_to_date")
    TargetFactory(indicator=counted, from_quarter=Quarter(2022, 4))
    yearly = IndicatorFactory(reference="N4", basis="year_to_date", frequency="annual", due="Q4")

    assert without_target(OPEN) == [none, counted]
    assert without_target(Quarter(2023, 4)) == [none, counted, yearly]


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"target": Decimal("92.5"), "floor": Decimal(85)}, "target 92.5%, floor standard 85%"),
        ({"lower": Decimal(1), "upper": Decimal(2)}, "lower bound 1%, upper bound 2%"),
        ({}, "nothing is aimed at"),
    ],
)
def test_a_target_in_words(limits, words):
    assert limits_in_words(limits, "%") == words


def test_an_empty_box_leaves_what_stands():
    found = changed_limits({"target": Decimal(9), "floor": Decimal(8)}, {"target": Decimal(10)})

    assert (found["target"], found["floor"], found["upper"]) == (10, 8, None)


# The pages


@pytest.fixture
def signed_in(client, people):
    def as_(who):
        client.force_login(people[who])
        return client

    return as_


def confirmed(client, address, data):
    shown = client.post(address, data)
    return shown, client.post(address, data | {"confirmed": shown.context["preview"].digest})


def test_a_target_is_proposed_with_what_it_would_make_of_the_last_results(signed_in, indicator):
    RatingFactory(indicator=indicator, quarter=OPEN.previous(), rag="green")
    client = signed_in("manager")
    data = {"from_quarter": "2023-Q1", "target": "96 %", "floor": "85", "reason": "Ambition"}

    shown, done = confirmed(client, "/indicators/HW1/targets/propose/", data)

    page = text(shown)
    assert "target 90%, floor standard 80%, since Q1 2010/11" in page
    assert "target 96%, floor standard 85%" in page
    assert "Q4 2022/23: green, would be amber" in page
    assert done.url == "/indicators/HW1/targets/"
    assert TargetProposal.objects.get().target == 96
    assert "proposed by Ann Manager" in text(client.get(done.url))


@pytest.mark.parametrize(
    ("otherwise", "told"),
    [
        ({"target": ""}, "Enter the target"),
        ({"target": "ninety"}, "write a number in figures"),
        ({"target": "<5"}, "write the number alone"),
        ({"target": "9,5"}, "write"),
        ({"floor": "97"}, "no better than the target"),
        ({"reason": ""}, "Say why you set this target"),
        ({"from_quarter": "2010-Q1"}, "Select a quarter from the list"),
        ({"nothing": "on"}, "Clear the numbers, or leave this unticked"),
        ({"target": "", "floor": ""}, "or tick that there is no target"),
    ],
)
def test_a_target_that_cannot_be_comes_back_as_it_was_typed(signed_in, indicator, otherwise, told):
    client = signed_in("officer")
    data = {
        "from_quarter": "2023-Q1",
        "target": "96",
        "floor": "85.5",
        "reason": "Ambition of ours",
    }
    response = client.post("/indicators/HW1/targets/propose/", data | otherwise)

    page = text(response)
    assert told in page
    assert "There is a problem" in page
    for name, value in (data | otherwise).items():
        if name in ("target", "floor", "reason") and value:
            assert value.replace("<", "&lt;") in page, name
    assert not TargetProposal.objects.exists()


def test_nothing_may_be_aimed_at_any_more(signed_in, indicator, people):
    client = signed_in("officer")
    data = {"from_quarter": "2023-Q2", "nothing": "on", "reason": "Only watched from now on"}
    confirmed(client, "/indicators/HW1/targets/propose/", data)

    approve_targets(proposals=TargetProposal.objects.all(), by=people["director"])

    assert Target.objects.get(from_quarter=Quarter(2023, 2)).target is None


def decide(client, rows, verdict, **given):
    return client.post(
        "/targets/", {"proposals": [row.pk for row in rows], "verdict": verdict} | given
    )


def test_a_director_approves_several_together_seeing_both_colours(signed_in, indicator, people):
    RatingFactory(indicator=indicator, quarter=OPEN.previous(), rag="green")
    second = IndicatorFactory(
        reference="HW2", unit=indicator.unit, accountable_manager=people["manager"]
    )
    rows = propose_targets(
        asked=[asked(indicator, target=96, floor=85), asked(second)],
        reason="A new year",
        by=people["officer"],
    )
    client = signed_in("director")
    page = text(client.get("/targets/"))
    assert "would be" in page
    assert "Amber" in page

    decide(client, rows, "approve")

    assert Target.objects.filter(from_quarter=OPEN, approved_by="Dee Director").count() == 2
    assert "No target to approve" in text(client.get("/targets/"))


def test_a_cabinets_minute_is_recorded_by_one_officer_and_checked_by_another(
    signed_in, indicator, people
):
    row = proposed(indicator, people["officer"])
    client = signed_in("officer")
    page = text(client.get("/targets/"))
    assert "I approve them" not in page
    minute = {
        "body": "Cabinet",
        "met_on_day": "10",
        "met_on_month": "7",
        "met_on_year": "2023",
        "minute": "45",
    }
    decide(client, [row], "record", **minute)
    assert "Somebody else has to decide" in text(client.get("/targets/"))

    client = signed_in("second officer")
    assert "Cabinet, 10 July 2023, minute 45" in text(client.get("/targets/"))
    decide(client, [row], "check")

    assert Target.objects.get(from_quarter=OPEN).approved_by == "Cabinet, 10 July 2023, minute 45"


@pytest.mark.parametrize(
    ("verdict", "given", "told"),
    [
        ("", {}, "Select what is decided"),
        ("check", {}, "Select an answer from the list"),
        ("refuse", {}, "Say why they are refused"),
        ("record", {"body": "Cabinet of all"}, "Enter the number of the minute"),
        ("record", {"minute": "45 (a)"}, "Enter which body approved them"),
        (
            "record",
            {"body": "Cabinet", "minute": "45", "met_on_day": "31", "met_on_month": "6"}
            | {"met_on_year": "2023"},
            "as a real day",
        ),
    ],
)
def test_a_decision_that_lacks_something_says_what_and_keeps_what_was_typed(
    signed_in, indicator, people, verdict, given, told
):
    row = proposed(indicator, people["manager"])
    client = signed_in("officer")

    page = text(decide(client, [row], verdict, **given))

    assert told in page
    for value in given.values():
        assert f'value="{value}"' in page
    assert f'value="{row.pk}" id="id_proposals_0" checked' in page
    row.refresh_from_db()
    assert row.state == "proposed"


def test_all_that_are_shown_are_decided_on_by_one_tick_but_those_of_ones_own(
    signed_in, indicator, people
):
    theirs = [
        proposed(indicator, people["manager"]),
        proposed(indicator, people["manager"], Quarter(2023, 3), target=97, floor=85),
    ]
    own = proposed(indicator, people["officer"], Quarter(2023, 2))
    client = signed_in("officer")

    client.post("/targets/", {"everything": "on", "verdict": "approve"})

    states = dict(TargetProposal.objects.values_list("pk", "state"))
    assert states == {row.pk: "approved" for row in theirs} | {own.pk: "proposed"}


def test_nothing_chosen_is_asked_for_and_ones_own_are_told_apart(signed_in, indicator, people):
    theirs = proposed(indicator, people["manager"])
    own = proposed(indicator, people["officer"], Quarter(2023, 2))
    client = signed_in("officer")

    assert "Select at least one target" in text(client.post("/targets/", {"verdict": "approve"}))
    page = text(decide(client, [theirs, own], "approve"))
    assert "leave out your own" in page
    assert not Target.objects.filter(from_quarter__gte=OPEN).exists()


def test_a_decided_target_is_shown_with_who_decided_and_pressed_again_says_so(
    signed_in, indicator, people
):
    row = proposed(indicator, people["manager"])
    client = signed_in("director")
    address = f"/indicators/HW1/targets/{row.pk}/"
    done = client.post(address, {"proposals": row.pk, "verdict": "approve"}, follow=True)
    assert "Approved" in text(done)

    again = client.post(address, {"proposals": row.pk, "verdict": "approve"}, follow=True)

    assert "It was decided already" in text(again)
    assert AuditEvent.objects.filter(act="approved target").count() == 1


# The grid


def test_a_units_targets_are_proposed_in_a_grid_and_empty_boxes_leave_what_stands(
    signed_in, indicator, people
):
    lower = UnitFactory(code="HWB", tier=UnitTier.DIVISION, parent=indicator.unit)
    waits = IndicatorFactory(
        reference="HW2",
        unit=lower,
        method="tolerance",
        tolerance=5,
        polarity="lower",
        measure_unit="days",
        accountable_manager=people["manager"],
    )
    IndicatorFactory(reference="LIB1")
    client = signed_in("officer")
    page = text(client.get("/targets/units/HW/", {"year": "2023"}))
    assert "Target 90%, floor standard 80%, since Q1 2010/11" in page
    assert "LIB1" not in page
    data = {
        f"target-{indicator.pk}-2023-Q1": "92",
        f"floor-{indicator.pk}-2023-Q1": "82",
        f"target-{waits.pk}-2023-Q3": "12",
        "reason": "The year's plan",
    }

    shown, done = confirmed(client, "/targets/units/HW/?year=2023", data)

    assert "HW2, from Q3 2023/24" in text(shown)
    assert done.status_code == 302
    assert [
        (row.indicator.reference, row.from_quarter.key, row.target, row.floor)
        for row in TargetProposal.objects.all()
    ] == [("HW1", "2023-Q1", 92, 82), ("HW2", "2023-Q3", 12, None)]


def test_for_the_year_there_is_one_column_and_what_counts_from_april_is_named_apart(
    signed_in, indicator
):
    IndicatorFactory(reference="YTD", unit=indicator.unit, basis="year_to_date")
    page = text(signed_in("officer").get("/targets/units/HW/", {"year": "2024", "by": "year"}))

    assert "The year, from Q1 2024/25" in page
    assert "Q2 2024/25" not in page
    assert "each quarter has its own: YTD" in page


def test_of_a_grid_all_is_proposed_or_nothing_and_each_wrong_box_says_so(signed_in, indicator):
    client = signed_in("officer")
    key = f"target-{indicator.pk}-2023"
    data = {f"{key}-Q1": "lots", f"{key}-Q2": "91", "reason": "The year's plan"}

    page = text(client.post("/targets/units/HW/?year=2023", data))
    assert "HW1, Q1 2023/24, target: write a number in figures" in page
    assert 'value="lots"' in page
    floor = {f"floor-{indicator.pk}-2023-Q1": "99", f"{key}-Q1": "95"}
    page = text(client.post("/targets/units/HW/?year=2023", data | floor))
    assert "no better than the target" in page
    assert 'value="91"' in page
    assert not TargetProposal.objects.exists()
    page = text(client.post("/targets/units/HW/?year=2023", {"reason": "Nothing"}))
    assert "Nothing is changed" in page


def test_a_manager_has_the_grid_of_their_own_indicators_alone(signed_in, indicator, people):
    IndicatorFactory(reference="HW9", unit=indicator.unit)
    page = text(signed_in("manager").get("/targets/units/HW/"))

    assert "HW1" in page
    assert "HW9" not in page


# The list


def test_the_list_says_what_is_aimed_at_and_who_lacks_it(signed_in, indicator):
    IndicatorFactory(reference="N1", title="Nothing aimed at")
    client = signed_in("officer")

    page = text(client.get(LIST))
    assert "Target 90%, floor standard 80%" in page
    assert "No target is set" in page
    page = text(client.get(LIST, {"target": "lacks"}))
    assert "N1 Nothing aimed at" in page
    assert "<strong>1</strong> indicator found" in page


def test_the_set_up_page_counts_what_has_no_target_and_what_waits(signed_in, indicator, people):
    IndicatorFactory(reference="N1")
    proposed(indicator, people["manager"], Quarter(2023, 3))
    page = text(signed_in("officer").get("/set-up/"))

    assert "1 of 2 has no target for Q2 2023/24" in page
    assert "1 proposed target waits for somebody else to approve" in page
    assert LIST in page
    assert "/set-up/indicators/" in page


@pytest.mark.parametrize("address", [LIST, "/targets/", "/targets/units/KCC/?year=2023"])
def test_pages_ask_as_much_of_the_database_for_twenty_as_for_one(
    signed_in, indicator, people, address
):
    client = signed_in("second officer")

    def another(number):
        more = TargetFactory(
            indicator=IndicatorFactory(
                reference=f"Q{number}", accountable_manager=people["manager"]
            )
        ).indicator
        RatingFactory(indicator=more, quarter=OPEN.previous())
        proposed(more, people["officer"])

    another(0)
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for number in range(1, 20):
        another(number)
    with CaptureQueriesContext(connection) as twenty:
        client.get(address)

    assert len(twenty) == len(one) <= 20


# The spreadsheet


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_targets_that_are_taken_and_brought_back_change_nothing(signed_in, indicator, ending):
    client = signed_in("officer")
    taken = client.get(f"{LIST}targets.{ending}")
    file = SimpleUploadedFile(f"targets.{ending}", taken.content)

    page = client.get(client.post(f"{LIST}spreadsheet/", {"file": file}).url)

    assert "There is nothing to save" in text(page)


def test_a_row_of_a_file_carries_who_approved_it(signed_in, indicator):
    content = (
        b"reference,from_quarter,target,floor,lower,upper,outer_lower,outer_upper,reason,approved_by"
        b'\r\nHW1,2023-Q2,93,83,,,,,As agreed,"Cabinet, 10 July 2023, minute 45"\r\n'
    )
    client = signed_in("officer")
    file = SimpleUploadedFile("targets.csv", content)
    client.post(client.post(f"{LIST}spreadsheet/", {"file": file}).url)

    target = Target.objects.get(from_quarter=Quarter(2023, 2))
    assert target.approved_by == "Cabinet, 10 July 2023, minute 45"
