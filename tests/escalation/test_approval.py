"""Approving a version that drops rules: what stands by each is listed, asked about, and done."""

from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models.audit import AuditEvent
from core.quarters import Quarter
from core.refusals import Refused
from dashboards.queries.escalation_timeline import escalation_timeline
from escalation.models.escalations import Escalation
from escalation.models.exceptions import PositiveException, UnitEscalation
from escalation.models.successions import Succession
from escalation.queries.dropped import BY_THE_RULES, affected_by
from escalation.queries.evaluation import agreed_variations, as_varied
from escalation.rules.variations import Window
from escalation.services.approval import approve_with_answers, withdraw_with_answers
from escalation.services.closing import close_quarter
from indicators.models.variations import VariedTrigger
from indicators.rules.entry import ResultGiven
from indicators.services.results import submit_result
from indicators.services.variations import VariedWindow, agree_variation, propose_variation
from organisation.rules import UnitTier
from sorp.lexicon import Rag, Tier
from sorp.models.statement import Version
from sorp.services.consultation import open_consultation
from tests.escalation.conditions import aggregate, positive, trigger
from tests.escalation.versions import version_of
from tests.factories import VALUES, IndicatorFactory, TargetFactory, UnitFactory
from tests.sorp import people
from tests.sorp.versions import draft_like

pytestmark = pytest.mark.django_db
Q1, Q2, Q3, Q4 = (Quarter(2011, number) for number in (1, 2, 3, 4))
TODAY = date(2011, 12, 1)  # Q1 and Q2 are closed, and Q3 runs
LATER = date(2012, 5, 1)
RED_TWICE = trigger("Red twice", Rag.RED, 2, 2)
MANY_REDS = aggregate(3, name="Three reds in a division")
ON_TARGET = positive(0, name="On target")


def report(indicators, quarter, picture="RRRG"):
    for each, letter in zip(indicators, picture, strict=True):
        given = ResultGiven(value=VALUES[Rag.RED if letter == "R" else Rag.GREEN])
        submit_result(indicator=each, quarter=quarter, given=given, today=LATER, by=None)
    return close_quarter(quarter=quarter, today=LATER, by=None)


@pytest.fixture
def officer():
    return people.officer(name="Olive Officer")


@pytest.fixture
def director():
    return people.managing_director(name="Dinah Director")


@pytest.fixture
def indicators():
    """Three of one division, red in Q1 and Q2, and one that was green."""
    version_of(RED_TWICE, MANY_REDS, ON_TARGET, number="1")
    division = UnitFactory(tier=UnitTier.DIVISION, parent=UnitFactory(), name="Adult social care")
    return [
        TargetFactory(
            indicator=IndicatorFactory(
                unit=division, tier=Tier.DIVISION, reference=f"AS-{number}", title=f"AS {number}"
            )
        ).indicator
        for number in (1, 2, 3, 4)
    ]


@pytest.fixture
def draft(indicators, officer, director):
    """Version 2 in consultation for Q3: all three triggers are dropped, and others take their place."""
    one = Version.objects.get()
    varied = propose_variation(
        indicator=indicators[0],
        what="Two reds do not go to PAT",
        reason="The depot moves",
        from_quarter=Q1,
        until_quarter=Q4,
        triggers=[VariedWindow("Red twice", 3, 3)],
        by=officer,
    )
    agree_variation(variation=varied, by=director)
    report(indicators, Q1)
    report(indicators, Q2)
    draft = draft_like(one, drafted_by=officer)
    for number, row in enumerate(draft.trigger_rules.order_by("position")):
        tiers = [each.tier for each in row.tiers.all()]
        row.delete()
        row.pk, row._state.adding = None, True
        row.position, row.key, row.name = 20 + number, "", f"New {row.name.lower()}"
        if row.kind == "aggregate":
            row.count = 2
        row.save()
        row.tiers.bulk_create([row.tiers.model(trigger=row, tier=tier) for tier in tiers])
    draft.clauses.create(number="4", position=1, heading="Escalation", wording="As said.")
    for rag in Rag:
        draft.rag_definitions.create(rag=rag, clause="4", wording="As it is rated.")
    with time_machine.travel(date(2011, 11, 1)):
        return open_consultation(
            version=draft,
            from_quarter=Q3,
            until=date(2011, 11, 20),
            today=date(2011, 11, 1),
            by=officer,
        )


def approved(draft, by, answers):
    return approve_with_answers(
        version=draft,
        from_quarter=Q3,
        approved_on=TODAY,
        note="CMT",
        answers=answers,
        closed_until=Q2,
        today=TODAY,
        by=by,
    )


def answered(draft, *, carried):
    """An answer to everything: all as the rules have it, or all under the first rule on offer."""
    return {
        each.field: next(iter(each.alternatives)) if carried else BY_THE_RULES
        for each in affected_by(draft, from_quarter=Q3)
    }


def test_all_that_stands_by_what_is_dropped_is_listed_with_what_may_become_of_it(draft):
    listed = affected_by(draft, from_quarter=Q3)

    assert [each.description for each in listed] == [
        "The variation for AS-1 AS 1, agreed until Q4 2011/12: “Red twice”: 3 of the last 3",
        "AS-2 AS 2, referred to the Performance Assurance Team since Q2 2011/12 by “Red twice”",
        "AS-3 AS 3, referred to the Performance Assurance Team since Q2 2011/12 by “Red twice”",
        "Adult social care, referred to the Performance Assurance Team since Q1 2011/12 by"
        " “Three reds in a division”",
        "AS-4 AS 4, brought to the notice of the Performance Assurance Team since Q1 2011/12 by"
        " “On target”",
    ]
    assert [list(each.alternatives.values()) for each in listed] == [
        ["New red twice", "New on target"],
        ["New red twice"],
        ["New red twice"],
        ["New three reds in a division"],
        ["New on target"],
    ]


def test_it_is_refused_until_each_is_answered_and_nothing_is_kept(draft, director):
    answers = answered(draft, carried=True)
    events = AuditEvent.objects.count()
    for name in answers:
        for wrong in ("", "no-such-key"):
            with pytest.raises(Refused, match="Say what happens to this") as refused:
                approved(draft, director, answers | {name: wrong})
            assert refused.value.field == name
    draft.refresh_from_db()

    assert draft.state == Version.State.CONSULTATION
    assert AuditEvent.objects.count() == events
    assert not Succession.objects.exists()
    with pytest.raises(PermissionDenied):
        approved(draft, people.accountable_manager(), answers)


def test_left_to_the_rules_variations_and_referrals_end_when_the_version_rules(
    draft, director, indicators
):
    approved(draft, director, answered(draft, carried=False))

    closing = report(indicators, Q3)

    assert [each.indicator.reference for each in closing.opened] == ["AS-1"]
    assert [each.trigger for each in closing.exceptions.units_recovered] == [MANY_REDS.name]
    assert [each.trigger_key for each in closing.exceptions.units_referred] == [
        "new-three-reds-in-a-division"
    ]
    assert len(closing.exceptions.positive_ended) == len(closing.exceptions.positive) == 1
    assert Escalation.objects.open_ones().count() == 3


def test_carried_over_the_variation_holds_the_referral_stands_and_nothing_opens_anew(
    draft, director, officer, indicators
):
    approved(draft, director, answered(draft, carried=True))
    before = [list(m.objects.order_by("pk").values()) for m in (UnitEscalation, PositiveException)]

    closing = report(indicators, Q3)
    again = close_quarter(quarter=Q3, today=LATER, by=None)

    assert [each.indicator.reference for each in closing.opened] == ["AS-1"]  # three reds by now
    assert closing.opened[0].trigger_key == "new-red-twice"
    assert "3 of the last 3" in closing.opened[0].reason
    assert not closing.exceptions.changed
    assert not again.changed
    after = [list(m.objects.order_by("pk").values()) for m in (UnitEscalation, PositiveException)]
    assert after == before
    first, second = as_varied(agreed_variations()[indicators[0].pk][0])
    assert (first.from_quarter, first.until_quarter, first.triggers) == (
        Q1, Q2, {"Red twice": Window(3, 3)},
    )  # fmt: skip
    assert second.triggers == {"Red twice": Window(3, 3), "new-red-twice": Window(3, 3)}
    report(indicators, Q4, "GGGR")
    ended = UnitEscalation.objects.get()
    assert ended.recovered_in == Q4
    story = escalation_timeline(
        escalation=Escalation.objects.get(indicator=indicators[1]), reader=officer, today=LATER
    )
    assert "Continues under “New red twice”, from Q3 2011/12" in str(story)


def test_each_answer_is_on_record_and_once_it_rules_no_approval_is_withdrawn(draft, director):
    answers = answered(draft, carried=True)

    approved(draft, director, answers)

    told = AuditEvent.objects.filter(act="said what becomes of what a version drops")
    assert [each.actor for each in told] == [director] * len(answers)
    assert {each.detail["version"] for each in told} == {"2"}
    assert VariedTrigger.objects.filter(carried_by=draft).count() == 1
    assert Succession.objects.count() == 4
    with pytest.raises(Refused, match="is not waiting to come into force"):
        withdraw_with_answers(version=draft, reason="A slip", today=TODAY, by=director)
    assert Succession.objects.count() == 4


def test_until_it_rules_an_approval_can_be_withdrawn_and_nothing_of_it_is_left(draft, director):
    Version.objects.filter(pk=draft.pk).update(from_quarter=Q4)
    answers = {
        each.field: next(iter(each.alternatives)) for each in affected_by(draft, from_quarter=Q4)
    }
    approve_with_answers(
        version=draft,
        from_quarter=Q4,
        approved_on=TODAY,
        note="",
        answers=answers,
        closed_until=Q2,
        today=TODAY,
        by=director,
    )

    withdraw_with_answers(version=draft, reason="A slip", today=TODAY, by=director)

    assert not Succession.objects.exists()
    assert not VariedTrigger.objects.exclude(carried_by=None).exists()
    assert AuditEvent.objects.filter(act="took back what becomes of what a version drops").exists()


def test_two_referrals_of_a_unit_cannot_both_stand_under_one_trigger(draft, director):
    row = UnitEscalation.objects.get()
    row.pk, row._state.adding, row.trigger_key = None, True, "Red twice"
    row.save()
    asked = [each for each in affected_by(draft, from_quarter=Q3) if each.field.startswith("unit-")]
    assert len(asked) == 2

    with pytest.raises(Refused, match="Two things cannot both come under"):
        approved(draft, director, answered(draft, carried=True))

    draft.refresh_from_db()
    assert draft.state == Version.State.CONSULTATION


def test_a_reminder_that_is_dropped_is_asked_about_too(sorp_in_force, officer):
    draft = draft_like(sorp_in_force, drafted_by=officer)
    first = draft.reminder_rules.filter(step="entry", side="before").order_by("working_days")[1]
    draft.reminder_rules.filter(pk=first.pk).delete()

    [asked] = affected_by(draft, from_quarter=Q3)

    assert asked.description == (
        "The reminder to those whose turn it is of “Results submitted”, 5 working days before"
        " it is due"
    )
    assert [said for _, said in asked.answers] == [
        "Nobody gets it once version 2 is in force",
        "Another reminder replaces it: 1 working day before it is due",
        "Another reminder replaces it: 1 working day after it was due, then every 3 working "
        "days until"
        " it is done",
    ]


def test_a_version_that_only_renames_asks_nothing(sorp_in_force, officer):
    draft = draft_like(sorp_in_force, drafted_by=officer)
    for row in draft.trigger_rules.all():
        row.name = f"Formerly {row.name}"
        row.save()

    assert affected_by(draft, from_quarter=Q3) == []


def typed(draft, answers=(), **given):
    return {
        "from_quarter": "2011-Q3",
        "approved_on_day": "1",
        "approved_on_month": "12",
        "approved_on_year": "2011",
        "note": "In the long room",
        **dict(answers),
        **given,
    }


@time_machine.travel(TODAY)
def test_the_page_asks_keeps_what_was_typed_and_approves_once_all_is_answered(
    client, draft, director
):
    client.force_login(director)
    address = reverse("approve_version", args=["2"])
    answers = answered(draft, carried=True)
    asked = client.get(address).content.decode()
    for name in answers:
        assert f'name="{name}"' in asked
    *most, last = answers

    refused = client.post(address, typed(draft, {name: answers[name] for name in most}))

    page = refused.content.decode()
    assert "Say what happens to this: AS-4 AS 4" in page
    assert "In the long room" in page
    assert page.count("checked") == len(most)
    draft.refresh_from_db()
    assert draft.state == Version.State.CONSULTATION

    assert client.post(address, typed(draft, answers)).status_code == 302
    draft.refresh_from_db()
    assert draft.state == Version.State.IN_FORCE
    assert last in answers


def test_it_takes_as_many_queries_for_one_as_for_twenty(draft, indicators):
    with CaptureQueriesContext(connection) as few:
        affected_by(draft, from_quarter=Q3)
    row = Escalation.objects.get(indicator=indicators[1])
    for _ in range(20):
        row.pk, row._state.adding, row.indicator = None, True, IndicatorFactory(tier=Tier.DIVISION)
        row.save()
    with CaptureQueriesContext(connection) as many:
        found = affected_by(draft, from_quarter=Q3)

    assert len(found) == 25
    assert len(many) == len(few)
