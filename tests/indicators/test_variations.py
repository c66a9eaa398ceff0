"""Variations: who proposes and agrees them, what is refused, and what they then judge otherwise."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from core.models.audit import AuditEvent
from core.models.notices import Notice
from core.quarters import Quarter
from core.services.quarters import open_quarter
from escalation.services.closing import close_quarter
from indicators import tasks
from indicators.models.ratings import Rating
from indicators.models.variations import Variation, VariedTrigger
from indicators.queries.entry import result_sheet
from indicators.queries.requirements import quarter_requirements
from indicators.queries.variations import variation_register, variations_in_state
from indicators.rules.entry import ResultGiven
from indicators.services.rating import rate_quarter
from indicators.services.results import revise_result, submit_result
from indicators.services.variations import (
    RefusedVariation,
    VariedWindow,
    agree_variation,
    end_variation,
    propose_variation,
    refuse_variation,
    remind_of_expiring_variations,
)
from organisation.rules import PostKind
from sorp.lexicon import Kind, Polarity, Rag, RatingMethod, Tier
from tests.factories import AppointmentFactory, IndicatorFactory, PostFactory, TargetFactory, holder

pytestmark = pytest.mark.django_db
TODAY = date(2017, 6, 1)
Q1, Q2, Q3, Q4 = (Quarter(2011, number) for number in (1, 2, 3, 4))


@pytest.fixture
def indicator(sorp_in_force):
    return TargetFactory(indicator=IndicatorFactory()).indicator


@pytest.fixture
def officer(db):
    return holder(PostKind.PERFORMANCE_OFFICER, name="Perry Officer")


@pytest.fixture
def approver(db):
    return holder(PostKind.MANAGING_DIRECTOR, name="Max Director")


def propose(indicator, by, **differently):
    given = {
        "what": "Judged by an easier floor while the depot moves",
        "reason": "The depot moves, so rounds start late until it has",
        "from_quarter": Q2,
        "until_quarter": Q4,
        "floor": Decimal(60),
    }
    return propose_variation(indicator=indicator, by=by, **(given | differently))


def agreed(indicator, by, approver, **differently):
    return agree_variation(variation=propose(indicator, by, **differently), by=approver)


def said(indicator, quarter, value):
    return submit_result(
        indicator=indicator,
        quarter=quarter,
        given=ResultGiven(value=Decimal(value)),
        today=TODAY,
        by=None,
    )


def rating_in(quarter):
    return Rating.objects.latest_ones().get(quarter=quarter)


# Who


def test_its_manager_and_the_performance_team_may_propose_and_nobody_else(indicator, officer):
    for person in (indicator.accountable_manager, officer):
        assert propose(indicator, person).proposed_by == person
    for person in (
        holder(PostKind.ACCOUNTABLE_MANAGER),
        holder(PostKind.MANAGING_DIRECTOR),
        holder(PostKind.MEMBER),
    ):
        with pytest.raises(PermissionDenied):
            propose(indicator, person)


def test_proposing_changes_nothing_until_somebody_else_agrees(indicator, officer, approver):
    said(indicator, Q1, 70)
    close_quarter(quarter=Q1, today=TODAY, by=None)
    said(indicator, Q2, 70)
    proposed = propose(indicator, officer)
    assert rating_in(Q2).rag == Rag.RED

    agree_variation(variation=proposed, by=approver, decision="Until the depot has moved")

    assert rating_in(Q2).rag == Rag.AMBER
    assert rating_in(Q2).variation == proposed
    assert rating_in(Q1).rag == Rag.RED
    assert rating_in(Q1).variation is None


def test_what_was_proposed_and_agreed_is_recorded_and_told_to_both(indicator, officer, approver):
    variation = agreed(indicator, officer, approver)

    acts = AuditEvent.objects.filter(subject_kind="indicators.Variation")
    assert [(each.act, each.actor) for each in acts.order_by("pk")] == [
        ("proposed variation", officer),
        ("agreed variation", approver),
    ]
    assert acts.earliest("pk").detail["floor"] == "60"
    asked = Notice.objects.filter(key__startswith=f"variation-proposed-{variation.pk}-")
    assert {each.recipient for each in asked} == {approver}
    told = Notice.objects.filter(key__startswith=f"variation-{variation.pk}-agreed")
    assert {each.recipient for each in told} == {officer, indicator.accountable_manager}


def test_a_button_pressed_twice_proposes_and_agrees_once(indicator, officer, approver):
    first = propose(indicator, officer, triggers=[VariedWindow("red-two-quarters", 3, 3)])
    again = propose(indicator, officer, triggers=[VariedWindow("red-two-quarters", 3, 3)])
    assert again == first

    agree_variation(variation=first, by=approver)
    agree_variation(variation=first, by=approver)

    assert Variation.objects.count() == 1
    assert AuditEvent.objects.filter(act="agreed variation").count() == 1


@pytest.mark.parametrize("act", [agree_variation, refuse_variation])
def test_neither_the_proposer_nor_the_accountable_manager_decides(act, indicator, officer):
    words = {"decision": "As I see it"}
    both = holder(PostKind.MANAGING_DIRECTOR)
    indicator.accountable_manager = both
    indicator.save()

    with pytest.raises(RefusedVariation, match="accountable manager, so somebody else"):
        act(variation=propose(indicator, officer), by=both, **words)
    for stranger in (officer, holder(PostKind.DIRECTOR), holder(PostKind.ACCOUNTABLE_MANAGER)):
        with pytest.raises(PermissionDenied):
            act(variation=propose(indicator, officer), by=stranger, **words)

    assert set(Variation.objects.values_list("state", flat=True)) == {"proposed"}


def test_an_approver_who_is_an_officer_too_does_not_agree_their_own_proposal(indicator):
    unit = indicator.unit
    both = holder(PostKind.PERFORMANCE_OFFICER, unit=unit)
    AppointmentFactory(user=both, post=PostFactory(kind=PostKind.MANAGING_DIRECTOR, unit=unit))
    proposed = propose(indicator, both)

    with pytest.raises(RefusedVariation, match="You proposed it"):
        agree_variation(variation=proposed, by=both)


@pytest.mark.both_databases
def test_the_database_refuses_a_variation_agreed_by_nobody_or_by_its_proposer(indicator, officer):
    row = propose(indicator, officer)
    for changed in (
        {"state": "agreed"},
        {"state": "agreed", "decided_by": officer, "decided_on": TODAY},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Variation.objects.filter(pk=row.pk).update(**changed)


# What is refused


REFUSED = {
    "nothing differs": ({"floor": None}, "Say what is judged differently", None),
    "no words": ({"what": "  "}, "Say in a sentence", "what"),
    "no reason": ({"reason": " "}, "Say why the SORP does not suit", "reason"),
    "ends before it begins": (
        {"until_quarter": Q1},
        "Choose Q2 2011/12 or a later",
        "until_quarter",
    ),
    "too long": ({"until_quarter": Quarter(2014, 2)}, "12 quarters at the most", "until_quarter"),
    "floor above target": ({"floor": Decimal(95)}, "no better than the target", "floor"),
    "tolerance alone": (
        {"tolerance": Decimal(5)},
        "belongs to the method of target and tolerance",
        "tolerance",
    ),
    "method without tolerance": ({"method": "tolerance"}, "by how many per cent", "tolerance"),
    "exit of nought": ({"exit_quarters": 0}, "1 to 8 green quarters", "exit_quarters"),
    "unknown trigger": (
        {"triggers": [VariedWindow("Purple for a week", 1, 1)]},
        "No trigger of version 1 of the SORP, which rules Q2 2011/12, has the key “Purple for a week”",
        "triggers",
    ),
    "m above n": (
        {"triggers": [VariedWindow("red-two-quarters", 3, 2)]},
        "cannot ask for 3 of the last 2 quarters",
        "triggers",
    ),
    "half a window": (
        {"triggers": [VariedWindow("red-two-quarters", 3)]},
        "give both how many quarters",
        "triggers",
    ),
    "too far back": (
        {"triggers": [VariedWindow("red-two-quarters", 3, 17)]},
        "16 quarters are the most",
        "triggers",
    ),
    "the same as the SORP": (
        {"triggers": [VariedWindow("red-two-quarters", 2, 2)]},
        "asks for 2 of the last 2 quarters already",
        "triggers",
    ),
    "twice": (
        {"triggers": [VariedWindow("red-two-quarters", n, 4) for n in (3, 4)]},
        "once only",
        "triggers",
    ),
    "another tier's": (
        {"triggers": [VariedWindow("red-at-division", 2, 2)]},
        "does not look at corporate indicators",
        "triggers",
    ),
}


@pytest.mark.parametrize(("given", "told", "field"), REFUSED.values(), ids=REFUSED)
def test_what_may_not_stand_is_refused_in_words(indicator, officer, given, told, field):
    with pytest.raises(RefusedVariation, match=told) as refusal:
        propose(indicator, officer, **given)

    assert refusal.value.field == field
    assert not Variation.objects.exists()
    assert not VariedTrigger.objects.exists()


def test_a_closed_quarter_is_not_varied(indicator, officer, approver):
    said(indicator, Q1, 95)
    waiting = propose(indicator, officer, from_quarter=Q1)
    close_quarter(quarter=Q1, today=TODAY, by=None)

    with pytest.raises(
        RefusedVariation, match=r"Q1 2011/12 is closed.*choose Q2 2011/12 or a later"
    ):
        propose(indicator, officer, from_quarter=Q1, floor=Decimal(50))
    with pytest.raises(RefusedVariation, match="Q1 2011/12 is closed"):
        agree_variation(variation=waiting, by=approver)


def test_two_agreed_variations_of_one_indicator_do_not_overlap(indicator, officer, approver):
    other = propose(indicator, officer, from_quarter=Q4, until_quarter=Quarter(2012, 2))
    agreed(indicator, officer, approver)

    with pytest.raises(RefusedVariation, match=r"Q2 2011/12 to Q4 2011/12 already has a variation"):
        agree_variation(variation=other, by=approver)
    with pytest.raises(RefusedVariation, match="already has a variation"):
        propose(indicator, officer, from_quarter=Q3, floor=Decimal(50))
    after = propose(
        indicator, officer, from_quarter=Quarter(2012, 1), until_quarter=Quarter(2012, 2)
    )
    assert agree_variation(variation=after, by=approver).state == "agreed"


def test_what_is_not_rated_by_a_target_has_no_target_varied(sorp_in_force, officer):
    ranged = IndicatorFactory(method=RatingMethod.RANGE, polarity=Polarity.RANGE)
    activity = IndicatorFactory(kind=Kind.ACTIVITY, method=RatingMethod.NONE)
    for indicator in (ranged, activity):
        with pytest.raises(RefusedVariation, match="is not rated by a target"):
            propose(indicator, officer)


def test_a_target_set_within_the_variation_must_agree_with_it(indicator, officer):
    TargetFactory(indicator=indicator, from_quarter=Q3, target=50, floor=40)

    with pytest.raises(RefusedVariation, match="no better than the target of 50"):
        propose(indicator, officer, floor=Decimal(60))


def test_refusing_says_why_and_changes_nothing_else(indicator, officer, approver):
    row = propose(indicator, officer)
    with pytest.raises(RefusedVariation, match="Say why it is refused"):
        refuse_variation(variation=row, decision=" ", by=approver)

    refuse_variation(variation=row, decision="The depot has moved", by=approver)

    row.refresh_from_db()
    assert (row.state, row.decision) == ("refused", "The depot has moved")
    with pytest.raises(RefusedVariation, match=r"refused already, by Max Director"):
        agree_variation(variation=row, by=holder(PostKind.DEPUTY_MANAGING_DIRECTOR))
    said(indicator, Q2, 70)
    assert rating_in(Q2).rag == Rag.RED


# What it judges otherwise


@pytest.mark.parametrize(
    ("differently", "value", "rag"),
    [
        ({"floor": Decimal(60)}, 70, Rag.AMBER),
        ({"floor": Decimal(60)}, 59, Rag.RED),
        ({"floor": None, "target": Decimal(85)}, 86, Rag.GREEN),
        ({"target": Decimal(65)}, 70, Rag.GREEN),
        ({"floor": None, "method": "tolerance", "tolerance": Decimal(25)}, 70, Rag.AMBER),
        ({"floor": None, "method": "tolerance", "tolerance": Decimal(5)}, 82, Rag.RED),
    ],
)
def test_a_result_is_rated_by_the_variation(indicator, officer, approver, differently, value, rag):
    variation = agreed(indicator, officer, approver, **differently)

    said(indicator, Q2, value)

    rating = rating_in(Q2)
    assert (rating.rag, rating.variation) == (rag, variation)
    sheet = result_sheet(indicator=indicator, quarter=Q2)
    assert sheet.variation == variation
    assert sheet.thresholds.target == rating.target
    assert quarter_requirements([indicator], Q2)[indicator.pk].thresholds == sheet.thresholds


def test_one_that_varies_only_triggers_leaves_ratings_as_the_sorp_has_them(
    indicator, officer, approver
):
    agreed(
        indicator,
        officer,
        approver,
        floor=None,
        triggers=[VariedWindow("red-two-quarters")],
    )

    said(indicator, Q2, 70)

    assert (rating_in(Q2).rag, rating_in(Q2).variation) == (Rag.RED, None)


def test_a_closed_quarter_keeps_what_it_was_judged_by_after_the_variation_ends(
    indicator, officer, approver
):
    variation = agreed(indicator, officer, approver, from_quarter=Q1, until_quarter=Q4)
    said(indicator, Q1, 70)
    close_quarter(quarter=Q1, today=TODAY, by=None)
    said(indicator, Q2, 70)

    end_variation(variation=variation, until_quarter=Q1, reason="The depot has moved", by=officer)
    revise_result(
        indicator=indicator,
        quarter=Q1,
        given=ResultGiven(value=Decimal(65)),
        reason="Counted twice",
        by=None,
    )

    assert (rating_in(Q1).rag, rating_in(Q1).variation) == (Rag.AMBER, variation)
    assert (rating_in(Q2).rag, rating_in(Q2).variation) == (Rag.RED, None)


def test_ending_early_is_for_those_who_do_not_answer_for_it_and_says_why(
    indicator, officer, approver
):
    variation = agreed(indicator, officer, approver)
    end = {"variation": variation, "until_quarter": Q3, "reason": "The depot has moved"}
    with pytest.raises(PermissionDenied):
        end_variation(**end, by=indicator.accountable_manager)
    with pytest.raises(RefusedVariation, match="Say why it ends early"):
        end_variation(**end | {"reason": " "}, by=officer)
    with pytest.raises(RefusedVariation, match="choose a quarter from Q2 2011/12 to Q3 2011/12"):
        end_variation(**end | {"until_quarter": Quarter(2012, 1)}, by=officer)

    end_variation(**end, by=officer)
    end_variation(**end, by=officer)

    variation.refresh_from_db()
    assert variation.until_quarter == Q3
    assert "Ended with Q3 2011/12 instead of Q4 2011/12 by Perry Officer" in variation.decision
    assert AuditEvent.objects.filter(act="ended variation").count() == 1


def test_its_differences_are_said_in_words(indicator, officer):
    variation = propose(
        indicator,
        officer,
        method="tolerance",
        tolerance=Decimal("7.500"),
        floor=None,
        target=Decimal("85.5"),
        exit_quarters=2,
        triggers=[
            VariedWindow("red-two-quarters", 3, 4),
            VariedWindow("amber-three-quarters"),
        ],
    )

    assert Variation.objects.get(pk=variation.pk).differences == [
        "Rated by target, and a tolerance of 7.5% of it",
        "Target 85.5%",
        "“Red for two quarters”: 3 of the last 4",
        "“Amber for three quarters” does not apply",
        "Recovers when green for 2 rated quarters running",
    ]


# Reminders


def test_those_concerned_are_told_once_in_its_last_quarter_and_again_if_its_end_moves(
    indicator, officer, approver
):
    variation = agreed(indicator, officer, approver)
    waiting = propose(
        indicator, officer, from_quarter=Quarter(2012, 1), until_quarter=Quarter(2012, 1)
    )
    before, last, weekend = date(2011, 12, 30), date(2012, 1, 5), date(2012, 1, 7)

    assert (
        remind_of_expiring_variations(today=before)
        == remind_of_expiring_variations(today=weekend)
        == 0
    )
    assert [remind_of_expiring_variations(today=last) for _ in range(2)] == [1, 0]
    with time_machine.travel("2012-01-09 10:00"):
        assert tasks.remind_of_expiring_variations() == tasks.remind_of_expiring_variations() == 0

    told = Notice.objects.filter(key__startswith="variation-ends-")
    assert {each.recipient for each in told} == {officer, indicator.accountable_manager}
    assert {each.subject for each in told} == {f"Variation ends with Q4 2011/12: {indicator.title}"}
    assert AuditEvent.objects.filter(act="told of a variation’s end").count() == 1
    end_variation(variation=variation, until_quarter=Q3, reason="It has moved", by=officer)
    assert remind_of_expiring_variations(today=date(2011, 11, 1)) == 1
    assert waiting.state == "proposed"


# Lists


def test_the_register_tells_those_in_force_from_those_ending_ended_and_to_come(
    indicator, officer, approver
):
    agreed(indicator, officer, approver, from_quarter=Q2, until_quarter=Q4)
    everything = variation_register(reader=officer)

    def stands(quarter):
        return [
            state
            for state in ("to_come", "in_force", "ending", "ended", "proposed")
            if variations_in_state(everything, state, now=quarter).exists()
        ]

    assert stands(Q1) == ["to_come"]
    assert stands(Q2) == ["in_force"]
    assert stands(Q3) == ["in_force", "ending"]
    assert stands(Q4) == ["in_force", "ending"]
    assert stands(Quarter(2012, 1)) == ["ended"]


def test_rating_asks_as_much_for_twenty_varied_indicators_as_for_one(
    sorp_in_force, officer, approver
):
    counts = []
    for how_many in (1, 20):
        for _ in range(how_many):
            indicator = TargetFactory(indicator=IndicatorFactory(tier=Tier.CORPORATE)).indicator
            agreed(indicator, officer, approver)
        open_quarter(quarter=Q2, today=TODAY, by=None)
        with CaptureQueriesContext(connection) as asked:
            rate_quarter(quarter=Q2, by=None)
        counts.append(len(asked))

    assert counts[0] == counts[1]
