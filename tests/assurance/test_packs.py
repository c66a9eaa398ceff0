"""Freezing a meeting's pack: what is in it, and that it never changes."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from assurance.models.packs import Pack
from assurance.queries.pack_document import pack_document
from assurance.rules import MeetingState, Outcome, SeatKind, pack_bytes, pack_digest
from assurance.services import outcomes, packs
from core.canonical_json import plain
from core.models.audit import AuditEvent
from core.quarters import Quarter
from core.refusals import Refused
from organisation.rules import PostKind, UnitTier
from sorp.lexicon import Layer, Level
from tests.assurance.factories import (
    ActionFactory,
    ActionPlanFactory,
    AgreedActionFactory,
    CallInFactory,
    ChallengeFactory,
    DecisionFactory,
    EscalationFactory,
    ManagersPaperFactory,
    MeetingFactory,
    PackFactory,
    PaperFactory,
    SeatFactory,
    TeamFactory,
    chair_of,
)
from tests.factories import (
    CouncilFactory,
    IndicatorFactory,
    ResultFactory,
    RevisionFactory,
    UnitFactory,
    holder,
    rated,
)
from tests.strategy.factories import MilestoneFactory

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("sorp_in_force"),
]
Q2 = Quarter(2011, 2)
DAY = date(2011, 11, 14)


@pytest.fixture
def meeting():
    return MeetingFactory()


@pytest.fixture
def chair(meeting):
    return chair_of(meeting.team)


def story(meeting, picture="ARR"):
    """A called-in indicator with everything that a pack can tell of it."""
    directorate = UnitFactory(name="Growth and Environment")
    division = UnitFactory(name="Highways", tier=UnitTier.DIVISION, parent=directorate)
    indicator = IndicatorFactory(title="Potholes repaired", unit=division, layer=Layer.CORE)
    rated(indicator, picture, since=Q2.back(len(picture) - 1))
    RevisionFactory(
        result=ResultFactory(indicator=indicator, quarter=Q2), commentary="A cold spring"
    )
    EscalationFactory(indicator=indicator, reason="Red in the last two quarters")
    EscalationFactory(indicator=indicator, level=Level.DIRECTORATE, reason="Red at directorate")
    plan = ActionPlanFactory(indicator=indicator, expected_value=Decimal("85.500000"))
    ActionFactory(plan=plan, description="Recruit", due_on=date(2011, 11, 1))
    earlier = CallInFactory(indicator=indicator, meeting=MeetingFactory(meets_on=date(2011, 9, 5)))
    DecisionFactory(call_in=earlier, text="Look again in November")
    AgreedActionFactory(call_in=earlier, what="Audit the crews", due_on=date(2011, 10, 1))
    call_in = CallInFactory(indicator=indicator, meeting=meeting, why="Red in both.")
    ChallengeFactory(call_in=call_in, text="Why?", answer="Cold")
    DecisionFactory(call_in=call_in, text="Plan agreed", agreed_plan=plan)
    AgreedActionFactory(call_in=call_in, what="Hire a crew", due_on=date(2011, 12, 1))
    return call_in


def test_the_document_tells_the_whole_story_of_each_called_in_indicator(meeting, chair):
    call_in = story(meeting)

    (told,) = pack_document(meeting, known_on=DAY)["agenda"]

    assert (told["position"], told["title"]) == (1, "Potholes repaired")
    assert (told["unit"], told["directorate"]) == ("Highways", "Growth and Environment")
    assert told["accountable_manager"] == call_in.indicator.accountable_manager.name
    assert (told["why"], told["eligibility_label"]) == ("Red in both.", "Red now")
    assert (told["rag"], told["previous_rag"], told["value"]) == ("red", "red", "70")
    assert told["commentary"] == "A cold spring"
    assert told["times_before"] == 1
    assert [(each["quarter"], each["rag"]) for each in told["history"]] == [
        ("2010-Q4", "amber"),
        ("2011-Q1", "red"),
        ("2011-Q2", "red"),
    ]
    assert told["history"][0]["target"] == "90"
    assert {each["level"]: each["reason"] for each in told["escalations"]} == {
        "pat": "Red in the last two quarters",
        "directorate": "Red at directorate",
    }
    assert told["challenges"][0]["answer"] == "Cold"
    assert told["decisions"] == [
        {
            "text": "Plan agreed",
            "agreed_plan": 1,
            "kind": "no_action",
            "kind_label": "No further action",
            "returns_on": None,
        }
    ]
    assert [(each["what"], each["state"]) for each in told["agreed_actions"]] == [
        ("Hire a crew", "open")
    ]
    (before,) = told["before"]
    assert (before["date"], before["decisions"]) == ("2011-09-05", ["Look again in November"])
    assert [(each["what"], each["state"]) for each in before["agreed_actions"]] == [
        ("Audit the crews", "overdue")
    ]


def test_the_document_says_whether_the_plan_is_agreed(meeting):
    story(meeting)

    plan = pack_document(meeting, known_on=DAY)["agenda"][0]["plan"]

    assert (plan["number"], plan["is_agreed"], plan["expected_value"]) == (1, True, "85.5")
    assert (plan["written_on"], plan["expected_recovery"]) == ("2011-11-07", None)
    assert [(each["description"], each["state_label"]) for each in plan["actions"]] == [
        ("Recruit", "Overdue")
    ]


def test_what_was_declined_or_withdrawn_is_not_on_the_agenda(meeting):
    for verdict in ("declined", "deferred", "withdrawn"):
        CallInFactory(meeting=meeting, verdict=verdict, reason="Explained")

    assert pack_document(meeting, known_on=DAY)["agenda"] == []


def test_the_document_names_who_attends_and_who_receives_it(meeting, chair):
    directorate = UnitFactory(name="Schools")
    director = SeatFactory(kind=SeatKind.DIRECTOR, unit=directorate).user
    SeatFactory(kind=SeatKind.NED, ends_on=date(2011, 11, 13))
    cabinet = holder(PostKind.CABINET_MEMBER_PERFORMANCE, unit=CouncilFactory())
    holder(PostKind.CABINET_MEMBER, unit=CouncilFactory())  # of another portfolio
    holder(PostKind.LEADER, unit=CouncilFactory())

    document = pack_document(meeting, known_on=DAY)

    assert document["attendees"] == [
        {"name": chair.name, "seat": "chair", "seat_label": "Chair", "directorate": None},
        {
            "name": director.name,
            "seat": "director",
            "seat_label": "Nominated director",
            "directorate": "Schools",
        },
    ]
    assert document["circulated_to"] == [
        {"name": cabinet.name, "post": "Cabinet Member for performance"}
    ]


def test_late_milestones_are_for_dat_alone(meeting):
    MilestoneFactory(title="Go live", due_on=date(2011, 10, 1))
    dats = MeetingFactory(team=TeamFactory(dat=True))

    assert pack_document(meeting, known_on=DAY)["late_milestones"] == []
    (line,) = pack_document(dats, known_on=DAY)["late_milestones"]
    assert (line["title"], line["status_label"]) == ("Go live", "Overdue")


@pytest.mark.parametrize(
    ("known_on", "states"),
    [
        (date(2011, 11, 9), []),  # the pack goes out before the milestone is due
        (date(2011, 11, 10), []),
        (date(2011, 11, 11), ["overdue"]),
        (date(2012, 1, 31), ["overdue"]),
    ],
)
def test_nothing_is_overdue_before_it_is_due_though_the_meeting_is_later(known_on, states):
    dats = MeetingFactory(team=TeamFactory(dat=True))
    MilestoneFactory(due_on=date(2011, 11, 10))
    MilestoneFactory(due_on=date(2011, 12, 1))  # due after the meeting, whenever it is frozen

    found = pack_document(dats, known_on=known_on)["late_milestones"]

    assert [line["status"] for line in found] == states


def test_the_document_is_plain_json_and_says_the_same_when_asked_again(meeting):
    story(meeting)
    PaperFactory(meeting=meeting)

    first, second = (pack_document(meeting, known_on=DAY) for _ in range(2))

    assert pack_bytes(first) == pack_bytes(second)
    assert json.loads(pack_bytes(first)) == first


@pytest.mark.parametrize("how_many", [1, 20])
def test_the_document_takes_as_many_queries_for_20_as_for_1(
    how_many, meeting, django_assert_num_queries
):
    for _ in range(how_many):
        story(meeting)

    with django_assert_num_queries(26):
        assert len(pack_document(meeting, known_on=DAY)["agenda"]) == how_many


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (None, None),
        ("70.000000", "70"),
        ("76.400000", "76.4"),
        ("1250", "1250"),
        ("100.0", "100"),
        ("-3.50", "-3.5"),
        ("0.000000", "0"),
        ("-0.000000", "0"),
        ("1E+3", "1000"),
    ],
)
def test_figures_are_written_plainly(number, written):
    assert plain(Decimal(number) if number is not None else None) == written


def test_freezing_keeps_the_document_its_digest_and_who_froze_it(meeting, chair):
    story(meeting)

    pack, is_new = packs.freeze_pack(meeting=meeting, by=chair)

    meeting.refresh_from_db()
    assert is_new
    assert meeting.state == MeetingState.PLANNED, "nobody was sent anything"
    kept = Pack.objects.get()
    assert (
        kept.sha256
        == pack_digest(kept.document)
        == pack_digest(pack_document(meeting, known_on=DAY))
    )
    assert (kept.number, kept.frozen_by, kept.drawn_at) == (1, chair, None)
    event = AuditEvent.objects.first()
    assert (event.act, event.detail["sha256"]) == ("froze pack", pack.sha256)


def test_freezing_twice_with_nothing_between_makes_one_pack(meeting, chair):
    story(meeting)
    first, _ = packs.freeze_pack(meeting=meeting, by=chair)

    second, is_new = packs.freeze_pack(meeting=meeting, by=chair)

    assert (second.pk, is_new) == (first.pk, False)
    assert AuditEvent.objects.filter(act="froze pack").count() == 1


def test_what_happens_after_freezing_is_in_the_next_pack_and_not_in_the_first(meeting, chair):
    call_in = story(meeting)
    first, _ = packs.freeze_pack(meeting=meeting, by=chair)
    before = pack_bytes(first.document)

    outcomes.decide(
        call_in=call_in,
        kind=Outcome.NO_ACTION,
        text="And weekly reports",
        today=meeting.meets_on,
        by=chair,
    )
    call_in.indicator.ratings.update(rag="green")
    second, is_new = packs.freeze_pack(meeting=meeting, by=chair)

    first.refresh_from_db()
    assert pack_bytes(first.document) == before
    assert (is_new, second.number) == (True, 2)
    assert second.document["agenda"][0]["decisions"][-1]["text"] == "And weekly reports"


def test_what_is_drawn_is_attached_once_and_for_good(chair, meeting):
    pack, _ = packs.freeze_pack(meeting=meeting, by=chair)

    for _ in range(2):
        packs.attach_rendering(pack=pack, html="<p>Pack</p>", pdf=b"%PDF")
    with pytest.raises(Refused, match="cannot change"):
        packs.attach_rendering(pack=pack, html="<p>Another</p>", pdf=b"%PDF")
    with pytest.raises(Refused, match="both"):
        packs.attach_rendering(pack=pack, html="<p>Pack</p>", pdf=b"")

    pack.refresh_from_db()
    assert (pack.html, bytes(pack.pdf)) == ("<p>Pack</p>", b"%PDF")
    assert pack.drawn_at is not None
    assert AuditEvent.objects.filter(act="drew pack").count() == 1


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("packs_count_from_one", {"number": 0}),
        ("pack_has_its_fingerprint", {"sha256": "x"}),
        ("pack_is_drawn_as_html_and_pdf_or_not_at_all", {"html": "<p>"}),
    ],
)
def test_the_database_itself_refuses(name, fields):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        PackFactory(**fields)


@pytest.mark.both_databases
def test_the_database_refuses_two_packs_of_one_number(meeting):
    PackFactory(meeting=meeting)

    with pytest.raises(IntegrityError), transaction.atomic():
        PackFactory(meeting=meeting)


def test_a_pack_holds_the_managers_paper_and_what_earlier_meetings_left_open(meeting, chair):
    call_in = story(meeting)
    for number, cause in ((1, "Frost"), (2, "Two engineers left")):
        ManagersPaperFactory(call_in=call_in, number=number, cause=cause)
    earlier = MeetingFactory(meets_on=date(2011, 10, 3))
    common = {"call_in__meeting": earlier, "call_in__indicator": call_in.indicator}
    open_one = AgreedActionFactory(**common, what="Recruit", due_on=date(2011, 11, 1))
    AgreedActionFactory(
        call_in=open_one.call_in, what="Ask", done_on=date(2011, 10, 10), evidence="A letter"
    )
    AgreedActionFactory(
        call_in=open_one.call_in,
        what="Settled",
        done_on=date(2011, 10, 10),
        evidence="A letter",
        judged="accepted",
        judged_by=chair,
        judged_on=date(2011, 10, 11),
    )

    document = pack_document(meeting, known_on=DAY)

    paper = document["agenda"][0]["managers_paper"]
    assert (paper["number"], paper["cause"]) == (2, "Two engineers left")
    assert [(each["what"], each["state"]) for each in document["matters_arising"]] == [
        ("Audit the crews", "overdue"),
        ("Recruit", "overdue"),
        ("Ask", "done"),
    ]
