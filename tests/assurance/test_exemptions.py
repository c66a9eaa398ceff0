"""An item is exempt once it is proposed, approved by somebody else, reviewed on its day, lifted with a reason."""

from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from assurance.models.exemptions import ItemExemption
from assurance.models.meetings import AgreedAction, CallIn
from assurance.models.packs import RedactedPack
from assurance.queries.boards import _board_facts
from assurance.queries.exemptions import actions_read_by, pack_read_by, reads_exempt, to_review
from assurance.rules import DocumentKind, Judged, Outcome, SeatKind
from assurance.services import exemptions, invitations, meetings, outcomes
from assurance.services.documents import write_document
from assurance.services.packs import attach_redaction, freeze_pack
from core.models.audit import AuditEvent
from core.models.jobs import Job
from core.models.notices import Notice
from core.refusals import Refused
from core.rules.exemptions import Ground, refused_section
from organisation.rules import PostKind
from reports.packs import pack_files, render_pack, render_redacted_pack
from tests.assurance.factories import (
    AgreedActionFactory,
    CallInFactory,
    DecisionFactory,
    InvitationFactory,
    ItemExemptionFactory,
    ManagersPaperFactory,
    MeetingFactory,
    SeatFactory,
    TeamFactory,
)
from tests.assurance.pages import address, text_of
from tests.factories import CouncilFactory, UserFactory, holder

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("sorp_in_force", "on_the_day_of_the_meeting"),
]
DAY, NEXT_YEAR = date(2011, 11, 14), date(2012, 11, 14)
WORD = "Quillfeather"
SAID = {"ground": Ground.BUSINESS, "reason": f"{WORD} negotiates", "review_on": NEXT_YEAR}


@pytest.fixture
def officer():
    return holder(PostKind.PERFORMANCE_OFFICER, unit=CouncilFactory())


@pytest.fixture
def auditor():
    return holder(PostKind.AUDITOR, unit=CouncilFactory())


@pytest.fixture
def exemption(call_in, officer):
    return exemptions.propose_exemption(call_in=call_in, today=DAY, by=officer, **SAID)


def test_it_is_proposed_and_the_chair_is_asked_in_no_word_of_it(exemption, call_in, chair, officer):
    assert (exemption.proposed_by, exemption.is_approved) == (officer, False)
    (asked,) = Notice.objects.filter(recipient=chair)
    assert asked.kind == Notice.Kind.TO_DECIDE
    assert WORD not in f"{asked.subject}{asked.body}"
    assert call_in.title not in asked.subject
    again = exemptions.propose_exemption(call_in=call_in, today=DAY, by=officer, **SAID)
    assert again == exemption
    assert AuditEvent.objects.filter(act="proposed exemption").count() == 1


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"reason": "  "}, "reason"),
        ({"review_on": DAY}, "review_on"),
        ({"ground": Ground.FOI}, "section"),
        ({"ground": Ground.FOI, "section": "25"}, "section"),
        ({"section": "43"}, "section"),
    ],
)
def test_what_does_not_go_together_is_refused_in_words(said, field, call_in, chair):
    with pytest.raises(Refused) as refusal:
        exemptions.propose_exemption(call_in=call_in, today=DAY, by=chair, **SAID | said)

    assert refusal.value.field == field
    assert not ItemExemption.objects.exists()


@pytest.mark.parametrize(
    ("ground", "section", "is_right"),
    [
        (Ground.FOI, "43", True),
        (Ground.FOI, "22A", True),
        (Ground.FOI, "20", False),
        (Ground.FOI, "", False),
        (Ground.CONTRACT, "", True),
        (Ground.CONTRACT, "43", False),
    ],
)
def test_a_section_goes_with_one_act(ground, section, is_right):
    assert (refused_section(ground, section) == "") is is_right


def test_somebody_else_approves_it(exemption, officer, chair):
    with pytest.raises(Refused, match="somebody else approves it"):
        exemptions.approve_exemption(exemption=exemption, today=DAY, by=officer)
    with pytest.raises(PermissionDenied):
        exemptions.approve_exemption(exemption=exemption, today=DAY, by=holder(PostKind.AUDITOR))

    for _ in range(2):
        row = exemptions.approve_exemption(exemption=exemption, today=DAY, by=chair)

    assert (row.approved_by, row.approved_on) == (chair, DAY)
    assert AuditEvent.objects.filter(act="approved exemption").count() == 1


def test_one_whose_day_has_come_before_it_was_approved_is_not_approved(exemption, chair):
    with pytest.raises(Refused, match="after today"):
        exemptions.approve_exemption(exemption=exemption, today=NEXT_YEAR, by=chair)


def test_it_is_kept_to_a_later_day_or_lifted_with_a_reason(exemption, chair, call_in, auditor):
    with pytest.raises(Refused, match="approve it"):
        exemptions.keep_exempt(exemption=exemption, review_on=NEXT_YEAR, today=DAY, by=chair)
    exemptions.approve_exemption(exemption=exemption, today=DAY, by=chair)
    later = date(2013, 11, 14)
    for _ in range(2):
        kept = exemptions.keep_exempt(
            exemption=exemption, review_on=later, today=NEXT_YEAR, by=chair
        )
    assert kept.review_on == later
    assert AuditEvent.objects.filter(act="kept exempt").count() == 1
    with pytest.raises(Refused, match="after today"):
        exemptions.keep_exempt(exemption=exemption, review_on=DAY, today=NEXT_YEAR, by=chair)
    with pytest.raises(Refused, match="no longer"):
        exemptions.lift_exemption(exemption=exemption, because=" ", today=NEXT_YEAR, by=chair)

    for _ in range(2):
        exemptions.lift_exemption(exemption=exemption, because="Signed", today=NEXT_YEAR, by=chair)

    assert AuditEvent.objects.filter(act="lifted exemption").count() == 1
    with pytest.raises(Refused, match="was lifted"):
        exemptions.keep_exempt(exemption=exemption, review_on=later, today=NEXT_YEAR, by=chair)


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": ""},
        {"review_on": date(2011, 11, 1)},
        {"ground": "embarrassing"},
        {"section": "43"},
        {"ground": Ground.FOI},
        {"approved_on": DAY},
        {"approved_on": NEXT_YEAR, "approved_by": "other"},
        {"approved_on": DAY, "approved_by": "proposer"},
        {"approved_by": "other"},
        {"lifted_on": DAY, "lifted_by": "other"},
        {"lifted_because": "Signed", "lifted_by": "other"},
    ],
)
def test_the_database_refuses_nonsense(wrong, call_in):
    people = {"proposer": UserFactory(), "other": UserFactory()}
    said = {
        name: people.get(each, each) if isinstance(each, str) else each
        for name, each in wrong.items()
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        ItemExemptionFactory(
            **{
                "call_in": call_in,
                "proposed_by": people["proposer"],
                "review_on": date(2012, 11, 1),
                **said,
            }
        )


@pytest.mark.both_databases
def test_an_item_has_one_standing_exemption(exemption, call_in):
    with pytest.raises(IntegrityError), transaction.atomic():
        ItemExemptionFactory(call_in=call_in)


def test_who_reads_an_exempt_item(call_in, chair, officer, auditor):
    deputy = UserFactory()
    InvitationFactory(
        call_in=call_in,
        deputy=deputy,
        deputy_reason="On leave",
        deputy_state="agreed",
        deputy_decided_by=chair,
    )
    council = CouncilFactory()
    readers = {
        "chair": chair,
        "seat": SeatFactory(team=call_in.meeting.team, kind=SeatKind.NED).user,
        "officer": officer,
        "Cabinet Member": holder(PostKind.CABINET_MEMBER_PERFORMANCE, unit=council),
        "Governance and Audit": holder(PostKind.CHAIR_GOVERNANCE_AUDIT, unit=council),
        "manager": call_in.answered_by,
        "deputy": deputy,
    }
    others = {
        "auditor": auditor,
        "another manager": holder(PostKind.ACCOUNTABLE_MANAGER),
        "director": holder(PostKind.DIRECTOR),
        "managing director": holder(PostKind.MANAGING_DIRECTOR, unit=council),
        "Leader": holder(PostKind.LEADER, unit=council),
        "nobody": UserFactory(),
    }

    assert {who for who, each in readers.items() if not reads_exempt(each, call_in)} == set()
    assert {who for who, each in others.items() if reads_exempt(each, call_in)} == set()


def test_no_act_on_an_exempt_item_leaves_a_word_in_the_record_or_in_a_message(
    exemption, call_in, chair, officer
):
    invitation = InvitationFactory(call_in=call_in)
    deputy, doer = UserFactory(), UserFactory()
    today = {"today": DAY, "by": chair}
    invitations.ask_to_bring(
        invitation=invitation, bring=f"The letter of {WORD}", bring_by=DAY, **today
    )
    invitations.ask_for_deputy(
        invitation=invitation, deputy=deputy, reason=f"{WORD} knows me", by=call_in.answered_by
    )
    invitations.decide_deputy(invitation=invitation, agrees=True, by=chair)
    invitations.write_managers_paper(call_in=call_in, cause=f"{WORD} left", by=chair)
    outcomes.challenge(call_in=call_in, text=f"Why {WORD}?", answer=f"{WORD} said", **today)
    outcomes.decide(call_in=call_in, kind=Outcome.STRENGTHEN_PLAN, text=f"Ask {WORD}", **today)
    action = outcomes.agree_action(
        call_in=call_in, what=f"Pay {WORD}", owner="", person=doer, due_on=DAY, **today
    )
    outcomes.complete_action(
        action=action, done_on=DAY, progress=f"{WORD} paid", evidence=f"{WORD}.pdf", **today
    )
    outcomes.judge_action(
        action=action, judged=Judged.NOT_ENOUGH, words=f"{WORD} wants more", **today
    )
    outcomes.correct_log(
        call_in=call_in, entry=action, text=f"It was not {WORD}", today=date(2011, 12, 1), by=chair
    )
    exemptions.lift_exemption(exemption=exemption, because=f"{WORD} agreed", **today)

    events = AuditEvent.objects.all()
    assert events.count() >= 11
    assert [each.act for each in events if WORD in f"{each.detail}{each.subject_name}"] == []
    told = Notice.objects.all()
    assert {each.recipient for each in told} >= {chair, call_in.answered_by, deputy, doer}
    assert [each.subject for each in told if WORD in each.subject + each.body] == []


def test_the_auditor_has_a_redacted_pack_of_the_same_source(exemption, call_in, chair, auditor):
    ManagersPaperFactory(call_in=call_in, cause=f"{WORD} left")
    pack, _ = freeze_pack(meeting=call_in.meeting, by=chair)

    assert pack_read_by(pack, chair) == pack.document
    left = pack_read_by(pack, auditor)
    assert WORD in str(pack.document)
    assert WORD not in str(left)
    assert left == pack_read_by(pack, None)
    html, pdf = pack_files(pack, left)
    assert WORD not in html
    assert exemption.line in html
    assert call_in.title in html
    whole = pack_files(pack)[1]
    assert pdf.startswith(b"%PDF")
    assert pdf != whole
    drawn = render_redacted_pack(pack=pack, reader=auditor)
    assert drawn == render_redacted_pack(pack=pack, reader=auditor)
    assert render_redacted_pack(pack=pack, reader=chair) is None


def test_what_became_exempt_after_a_pack_was_frozen_is_withheld_in_it_too(
    call_in, chair, auditor, officer
):
    ManagersPaperFactory(call_in=call_in, cause=f"{WORD} left")
    pack, _ = freeze_pack(meeting=call_in.meeting, by=chair)
    assert pack_read_by(pack, auditor) == pack.document

    exemptions.propose_exemption(call_in=call_in, today=DAY, by=officer, **SAID)

    assert WORD not in str(pack_read_by(pack, auditor))


def test_a_redacted_pack_is_attached_once_and_only_where_something_is_withheld(
    exemption, call_in, chair
):
    pack, _ = freeze_pack(meeting=call_in.meeting, by=chair)
    left = pack_read_by(pack, None)
    said = {"pack": pack, "html": "<p>Left</p>", "pdf": b"%PDF-1.7"}

    assert attach_redaction(document=left, **said) == attach_redaction(document=left, **said)
    with pytest.raises(Refused, match="Nothing is exempt"):
        attach_redaction(document=pack.document, **said)
    with pytest.raises(Refused, match="both"):
        attach_redaction(document=left, **said | {"pdf": b""})
    assert RedactedPack.objects.count() == 1


def test_a_brief_keeps_a_heading_for_what_is_exempt(exemption, call_in, chair):
    said = {"meeting": call_in.meeting, "kind": DocumentKind.BRIEF, "by": chair}
    with pytest.raises(Refused, match="Keep the heading “# Potholes repaired \\(PI-7\\)”"):
        write_document(text=f"{WORD} left.", **said)

    assert write_document(text=f"# Potholes repaired (PI-7)\n\n{WORD} left.", **said)


def test_what_is_to_be_approved_or_reviewed_stands_on_the_teams_page(
    exemption, call_in, chair, auditor, client
):
    team = call_in.meeting.team
    client.force_login(chair)
    page = text_of(client.get(team.get_absolute_url()))
    assert "Exempt items to be approved or reviewed" in page
    assert "is to be approved" in page
    exemptions.approve_exemption(exemption=exemption, today=DAY, by=chair)
    assert "Exempt items to be" not in text_of(client.get(team.get_absolute_url()))

    with time_machine.travel("2012-11-14T09:00:00+00:00", tick=False):
        client.force_login(chair)
        assert list(to_review(team, NEXT_YEAR)) == [exemption]
        assert "is to be reviewed" in text_of(client.get(team.get_absolute_url()))
        assert "Review whether it is still exempt" in text_of(client.get("/home/"))
        client.force_login(auditor)
        assert "Exempt items to be" not in text_of(client.get(team.get_absolute_url()))


def test_the_page_takes_it_through_and_keeps_what_was_typed(call_in, chair, officer, client):
    page = address("called_in", "PI-7")
    client.force_login(officer)
    typed = {
        "act": "exempt",
        "exempt-ground": "foi",
        "exempt-section": "99",
        "exempt-reason": f"{WORD} negotiates",
        "exempt-review_on_day": "14",
        "exempt-review_on_month": "11",
        "exempt-review_on_year": "2012",
    }
    refused = text_of(client.post(page, typed))
    assert "Enter a section of the Freedom of Information Act that exempts" in refused
    assert f"{WORD} negotiates" in refused
    assert 'value="99"' in refused
    assert client.post(page, typed | {"exempt-section": "43"}).status_code == 302
    assert "You proposed it: somebody else approves it" in text_of(client.get(page))

    client.force_login(chair)
    assert client.post(page, {"act": "approve"}).status_code == 302
    assert client.post(page, {"act": "lift"}).status_code == 200
    assert client.post(page, {"act": "lift", "lift-because": "Signed"}).status_code == 302
    assert not ItemExemption.objects.standing().exists()


def test_the_other_team_does_not_read_on_its_board_what_was_decided_of_an_exempt_item(
    call_in, chair, officer
):
    DecisionFactory(call_in=call_in, text=f"{WORD} stays")
    dat = MeetingFactory(team=TeamFactory(dat=True), meets_on=date(2011, 11, 28))
    director = SeatFactory(team=dat.team, kind=SeatKind.OFFICER).user
    matter = call_in.indicator
    CallInFactory(meeting=dat, indicator=matter)

    def told(reader):
        return _board_facts(dat, dat.quarter, reader).elsewhere(matter)

    assert any(WORD in each for each in told(director))
    exemption = exemptions.propose_exemption(call_in=call_in, today=DAY, by=officer, **SAID)
    assert not any(WORD in each for each in told(director))
    assert any(exemption.line in each for each in told(director))
    assert any(WORD in each for each in told(officer))


def test_the_auditor_opens_the_redacted_page_pdf_and_data_of_a_pack(
    exemption, call_in, chair, auditor, client
):
    ManagersPaperFactory(call_in=call_in, cause=f"{WORD} left")
    pack, _ = freeze_pack(meeting=call_in.meeting, by=chair)
    render_pack(pack=pack)

    client.force_login(auditor)
    page, data = (client.get(address(f"pack_{form}", 1)) for form in ("html", "json"))
    assert WORD not in text_of(page)
    assert exemption.line in text_of(page)
    assert WORD not in text_of(data)
    assert data.json()["redacted"] is True
    drawn = RedactedPack.objects.get()
    assert client.get(address("pack_pdf", 1)).content == bytes(drawn.pdf)
    client.force_login(chair)
    assert WORD in text_of(client.get(address("pack_html", 1)))
    assert client.get(address("pack_json", 1)).json() == pack.document


def test_what_became_exempt_after_it_was_drawn_is_drawn_again_and_nothing_whole_is_handed_out(
    call_in, chair, officer, auditor, client
):
    ManagersPaperFactory(call_in=call_in, cause=f"{WORD} left")
    pack, _ = freeze_pack(meeting=call_in.meeting, by=chair)
    render_pack(pack=pack)
    client.force_login(auditor)
    assert WORD in text_of(client.get(address("pack_html", 1)))

    exemptions.propose_exemption(call_in=call_in, today=DAY, by=officer, **SAID)

    for form in ("html", "pdf"):
        assert client.get(address(f"pack_{form}", 1)).status_code == 404
    (job,) = Job.objects.filter(kind="draw_redacted_pack")
    assert job.arguments == {"pack": pack.pk, "reader": auditor.pk}
    render_redacted_pack(pack=pack, reader=auditor)
    assert WORD not in text_of(client.get(address("pack_html", 1)))


def test_whoever_is_to_do_an_agreed_action_reads_that_action_alone(
    exemption, call_in, auditor, client
):
    doer = holder(PostKind.STAFF)
    mine = AgreedActionFactory(call_in=call_in, what="Write to the contractor", person=doer)
    AgreedActionFactory(call_in=call_in, what=f"Pay {WORD}")

    found = actions_read_by(AgreedAction.objects.all(), doer)
    assert list(found) == [mine]
    assert not actions_read_by(AgreedAction.objects.all(), auditor).exists()
    assert not actions_read_by(AgreedAction.objects.all(), None).exists()
    client.force_login(doer)
    page = text_of(client.get(f"/assurance/actions/{mine.pk}/"))
    assert "Write to the contractor" in page
    assert WORD not in page


def test_an_exemption_goes_along_to_the_meeting_that_an_item_is_left_for(
    exemption, call_in, chair, auditor, client
):
    following = MeetingFactory(team=call_in.meeting.team, meets_on=date(2011, 12, 12))
    outcomes.decide(
        call_in=call_in, kind=Outcome.DEFERRED, text=f"{WORD} was ill", today=DAY, by=chair
    )
    meetings.hold_meeting(meeting=call_in.meeting, today=DAY, by=chair)

    left = following.call_ins.get()
    assert WORD in left.why
    kept = left.exemptions.get()
    assert (kept.line, kept.proposed_by) == (exemption.line, exemption.proposed_by)
    assert not Notice.objects.filter(body__contains=WORD).exists()
    client.force_login(auditor)
    assert WORD not in text_of(client.get(left.get_absolute_url()))


def test_an_exemption_goes_along_from_a_meeting_that_is_cancelled(exemption, call_in, chair):
    CallIn.objects.filter(pk=call_in.pk).update(reason=f"{WORD} asked")
    following = MeetingFactory(team=call_in.meeting.team, meets_on=date(2011, 12, 12))

    meetings.cancel_meeting(meeting=call_in.meeting, reason="Snow", today=DAY, by=chair)

    carried = following.call_ins.get()
    assert carried.reason == f"{WORD} asked"
    assert carried.exemptions.get().line == exemption.line
    assert not Notice.objects.filter(body__contains=WORD).exists()


def test_what_an_item_went_to_is_exempt_with_it(call_in, officer):
    later = CallInFactory(
        meeting=MeetingFactory(team=call_in.meeting.team, meets_on=date(2011, 12, 12)),
        indicator=call_in.indicator,
        came_from=call_in,
        why=f"It comes back: {WORD}",
    )

    exemptions.propose_exemption(call_in=call_in, today=DAY, by=officer, **SAID)

    assert later.exemptions.get().ground == Ground.BUSINESS
