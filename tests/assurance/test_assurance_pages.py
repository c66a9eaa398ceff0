"""PAT's and DAT's pages: what they show, who sees them, and what the forms keep."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from assurance import services
from assurance.models import AgreedAction, CallIn, Challenge, Decision, Meeting, Pack, Paper
from assurance.rules import MeetingState, Verdict
from organisation.rights import Permission
from organisation.rules import PostKind
from sorp.lexicon import Layer, Quarter
from tests.assurance.factories import (
    ActionFactory,
    ActionPlanFactory,
    AgreedActionFactory,
    CallInFactory,
    ChallengeFactory,
    DecisionFactory,
    EscalationFactory,
    MeetingFactory,
    PaperFactory,
    SeatFactory,
    TeamFactory,
    chair_of,
)
from tests.factories import IndicatorFactory, UserFactory, holder, rated

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sorp_in_force")]
DAY = date(2011, 11, 14)


@pytest.fixture(autouse=True)
def _on_the_day_of_the_meeting():
    with time_machine.travel("2011-11-14T09:00:00+00:00", tick=False):
        yield


@pytest.fixture
def meeting():
    return MeetingFactory()


@pytest.fixture
def chair(meeting):
    return chair_of(meeting.team)


@pytest.fixture
def red():
    """An indicator that went from amber to red in the meeting's quarter."""
    indicator = IndicatorFactory(reference="PI-7", title="Potholes repaired", layer=Layer.CORE)
    rated(indicator, "AR")
    return indicator


@pytest.fixture
def call_in(meeting, red):
    return CallInFactory(meeting=meeting, indicator=red)


def address(name, *more):
    return reverse(name, args=["pat", "2011-11-14", *more])


def text_of(response):
    return response.content.decode()


def test_the_teams_page_shows_seats_vacancies_meetings_and_what_is_owed(client, chair, call_in):
    overdue = AgreedActionFactory(call_in=call_in, what="Recruit", due_on=date(2011, 11, 13))
    MeetingFactory(meets_on=date(2011, 10, 10), state=MeetingState.HELD)
    MeetingFactory(meets_on=date(2011, 12, 12))
    client.force_login(chair)

    page = text_of(client.get(reverse("assurance_team", args=["pat"])))

    for words in (
        chair.name,
        "Both non-executive directors’ seats are empty",
        "14 November 2011",
        "12 December 2011",
        "10 October 2011",
        overdue.what,
        "Overdue",
        "1 indicator called in",
    ):
        assert words in page


def test_the_meetings_page_shows_agenda_papers_and_packs(client, meeting, chair, call_in):
    PaperFactory(meeting=meeting, title="Risks that have turned red")
    services.freeze_pack(meeting=meeting, by=chair)
    client.force_login(chair)

    page = text_of(client.get(address("meeting")))

    for words in ("Potholes repaired", "Red in Q2 2011/12.", "Risks that have", "being drawn"):
        assert words in page


def test_the_board_says_why_each_is_here(client, chair, red):
    EscalationFactory(indicator=red, reason="Red in Q1 2011/12 and Q2 2011/12 (SORP 4.1)")
    client.force_login(chair)

    page = text_of(client.get(address("call_in_board")))

    for words in (
        "Red in Q1 2011/12 and Q2 2011/12 (SORP 4.1)",
        "No action plan yet",
        "First time",
    ):
        assert words in page


def test_the_chair_calls_in_defers_and_declines_by_the_boards_buttons(client, meeting, chair, red):
    client.force_login(chair)

    for verdict, said in (("deferred", "Next month"), ("declined", "Explained"), ("called_in", "")):
        response = client.post(
            address("call_in_board"),
            {"reference": "PI-7", "PI-7-verdict": verdict, "PI-7-reason": said},
        )
        assert response.status_code == 302
        row = CallIn.objects.get()
        assert (row.verdict, row.reason, row.called_in_by) == (verdict, said, chair)


def test_the_board_keeps_a_reason_that_was_typed_and_says_what_is_missing(client, chair, red):
    client.force_login(chair)
    other = IndicatorFactory(reference="PI-8", layer=Layer.CORE)
    rated(other, "AR")

    page = text_of(
        client.post(
            address("call_in_board"),
            {"reference": "PI-7", "PI-7-verdict": "declined", "PI-7-reason": " "},
        )
    )
    assert "There is a problem" in page
    assert "Say why it is declined" in page
    assert 'href="#id_PI-7-reason"' in page

    page = text_of(
        client.post(
            address("call_in_board"),
            {"reference": "PI-7", "PI-7-verdict": "called_in", "PI-7-reason": "long " * 201},
        )
    )
    assert "long long" in page
    assert "1000 characters or fewer" in page
    assert not CallIn.objects.exists()


def test_the_chair_calls_in_a_green_for_a_stated_reason(client, chair):
    green = IndicatorFactory(reference="PI-9", layer=Layer.CORE)
    rated(green, "GG")
    client.force_login(chair)
    posted = {"exceptional-indicator": "PI-9", "exceptional-reason": ""}

    page = text_of(client.post(address("call_in_board"), posted))
    assert "Say why it is called in" in page
    assert '<option value="PI-9" selected>' in page

    client.post(address("call_in_board"), posted | {"exceptional-reason": "Worth copying"})
    assert CallIn.objects.get().why == "Worth copying"


def test_only_the_chair_posts_to_the_board(client, meeting, chair, red):
    posted = {"reference": "PI-7", "PI-7-verdict": "called_in", "PI-7-reason": ""}
    for person in (SeatFactory(kind="ned").user, holder(PostKind.PERFORMANCE_OFFICER)):
        client.force_login(person)
        assert client.get(address("call_in_board")).status_code == 200
        assert "Only the chair decides" in text_of(client.get(address("call_in_board")))
        assert client.post(address("call_in_board"), posted).status_code == 403

    assert not CallIn.objects.exists()


def test_an_indicator_nobody_knows_is_not_found_on_the_board(client, chair):
    client.force_login(chair)

    response = client.post(
        address("call_in_board"), {"reference": "none", "none-verdict": "called_in"}
    )

    assert response.status_code == 404


def test_a_called_in_indicators_page_tells_its_story(client, chair, call_in):
    plan = ActionPlanFactory(indicator=call_in.indicator, barriers="No market")
    ActionFactory(plan=plan, description="Recruit")
    earlier = CallInFactory(
        indicator=call_in.indicator, meeting=MeetingFactory(meets_on=date(2011, 10, 10))
    )
    DecisionFactory(call_in=earlier, text="Look again")
    ChallengeFactory(call_in=call_in, text="Why so long?", answer="Frost")
    client.force_login(chair)

    page = text_of(client.get(address("called_in", "PI-7")))

    for words in (
        "Red in Q2 2011/12.",
        "Q1 2011/12",
        "No market",
        "Recruit",
        "Decided: Look again",
        "Why so long?",
        "Frost",
        "Action plan 1 is agreed",
    ):
        assert words in page


def test_challenge_decision_and_action_are_recorded_by_their_forms(client, chair, call_in):
    plan = ActionPlanFactory(indicator=call_in.indicator)
    client.force_login(chair)
    page = address("called_in", "PI-7")

    client.post(
        page,
        {
            "act": "challenge",
            "challenge-text": "Why?",
            "challenge-answer": "Frost",
            "challenge-raised_by": chair.pk,
        },
    )
    client.post(page, {"act": "decision", "decision-text": "Agreed", "decision-agrees_plan": "on"})
    client.post(
        page,
        {
            "act": "action",
            "action-what": "Hire",
            "action-owner": "HR",
            "action-due_on_day": "1",
            "action-due_on_month": "12",
            "action-due_on_year": "2011",
        },
    )

    assert (Challenge.objects.get().text, Challenge.objects.get().answer) == ("Why?", "Frost")
    assert Decision.objects.get().agreed_plan == plan
    assert AgreedAction.objects.get().due_on == date(2011, 12, 1)


@pytest.mark.parametrize(
    ("posted", "sentence", "kept"),
    [
        (
            {
                "act": "challenge",
                "challenge-text": "Why?",
                "challenge-answer": "Frost",
                "challenge-raised_by": "",
            },
            "Select who asked",
            "Frost",
        ),
        (
            {"act": "challenge", "challenge-text": "Why?", "challenge-raised_by": "999999"},
            "Select who asked from the list",
            "Why?",
        ),
        ({"act": "decision", "decision-text": " "}, "Enter what was decided", "Decisions"),
        (
            {
                "act": "action",
                "action-what": "Hire",
                "action-owner": "",
                "action-due_on_day": "1",
                "action-due_on_month": "12",
                "action-due_on_year": "2011",
            },
            "Enter who will do it",
            'value="Hire"',
        ),
        (
            {
                "act": "action",
                "action-what": "Hire",
                "action-owner": "HR",
                "action-due_on_day": "1",
                "action-due_on_month": "11",
                "action-due_on_year": "2011",
            },
            "day of the meeting or later",
            'value="Hire"',
        ),
    ],
)
def test_the_forms_say_what_to_do_and_keep_what_was_typed(
    client, chair, call_in, posted, sentence, kept
):
    client.force_login(chair)

    response = client.post(address("called_in", "PI-7"), posted)

    page = text_of(response)
    assert response.status_code == 200
    assert "There is a problem" in page
    assert sentence in page
    assert kept in page
    assert page.count("govuk-error-message") == 1
    for model in (Challenge, Decision, AgreedAction):
        assert not model.objects.exists()


def test_an_act_nobody_knows_is_not_found(client, chair, call_in):
    client.force_login(chair)

    assert client.post(address("called_in", "PI-7"), {"act": "shout"}).status_code == 404


def test_what_was_declined_has_no_page_at_the_meeting(client, chair, call_in):
    call_in.verdict, call_in.reason = Verdict.DECLINED, "Explained"
    call_in.save()
    client.force_login(chair)

    assert client.get(address("called_in", "PI-7")).status_code == 404


def test_an_agreed_action_is_reported_on_by_its_manager(client, call_in):
    action = AgreedActionFactory(call_in=call_in)
    page = reverse("report_on_action", args=[action.pk])
    client.force_login(call_in.indicator.accountable_manager)
    day = {"done_on_day": "15", "done_on_month": "11", "done_on_year": "2011"}

    refused = text_of(client.post(page, {"progress": "Hired", **day}))
    assert "in the future" in refused
    assert "Hired" in refused

    client.post(page, {"progress": "Hired", **day, "done_on_day": "14"})
    action.refresh_from_db()
    assert action.done_on == DAY

    client.force_login(holder(PostKind.ACCOUNTABLE_MANAGER))
    assert client.get(page).status_code == 404


def test_a_meeting_is_planned_by_its_form(client, chair):
    client.force_login(chair)
    page = reverse("plan_meeting", args=["pat"])
    posted = {"meets_on_day": "12", "meets_on_month": "12", "meets_on_year": "2011"}

    assert client.post(page, posted | {"quarter": "2011-Q2"}).status_code == 302
    assert Meeting.objects.get(meets_on=date(2011, 12, 12)).quarter == Quarter(2011, 2)

    again = text_of(client.post(page, posted | {"quarter": "2011-Q2"}))
    assert "meets on that day already" in again
    assert 'value="12"' in again


def test_a_pack_is_frozen_and_read_in_each_form(client, meeting, chair, call_in):
    client.force_login(chair)
    client.post(address("freeze_pack"))
    client.post(address("freeze_pack"))
    pack = Pack.objects.get()

    assert client.get(address("pack_html", 1)).status_code == 404
    services.attach_drawn(pack=pack, html="<p>PAT</p>", pdf=b"%PDF-1.7")

    read = {form: client.get(address(f"pack_{form}", 1)) for form in ("html", "pdf", "json")}
    assert text_of(read["html"]) == "<p>PAT</p>"
    assert read["pdf"].content == b"%PDF-1.7"
    assert read["pdf"]["Content-Type"] == "application/pdf"
    assert read["json"].json() == pack.document


def test_a_paper_is_tabled_and_read(client, chair, meeting, tmp_path):
    client.force_login(chair)
    report = tmp_path / "report.pdf"
    report.write_bytes(b"%PDF-1.7 report")
    letter = tmp_path / "letter.doc"
    letter.write_bytes(b"Dear")

    with letter.open("rb") as file:
        page = text_of(client.post(address("table_paper"), {"title": "A letter", "file": file}))
    assert "must be a PDF" in page
    assert 'value="A letter"' in page
    page = text_of(client.post(address("table_paper"), {"title": "A letter", "text": ""}))
    assert "a text or a file" in page
    assert not Paper.objects.exists()

    with report.open("rb") as file:
        client.post(address("table_paper"), {"title": "The report", "file": file})
    response = client.get(address("paper", 1))
    assert b"".join(response.streaming_content) == b"%PDF-1.7 report"
    assert "attachment" in response["Content-Disposition"]


def test_a_meeting_is_recorded_as_held_on_its_day(client, chair, meeting):
    with time_machine.travel("2011-11-13T09:00:00+00:00", tick=False):
        client.force_login(chair)
        assert "The meeting was held" not in text_of(client.get(address("meeting")))

    client.force_login(chair)
    assert "The meeting was held" in text_of(client.get(address("meeting")))
    client.post(address("hold_meeting"))

    meeting.refresh_from_db()
    assert meeting.is_held


def test_who_sees_what_of_pat(client, meeting, chair, call_in):
    services.freeze_pack(meeting=meeting, by=chair)
    dat = TeamFactory(dat=True)
    people = {
        "the chair": chair,
        "a NED": SeatFactory(kind="ned").user,
        "a performance officer": holder(PostKind.PERFORMANCE_OFFICER),
        "the Cabinet Member": holder(PostKind.CABINET_MEMBER),
        "the Chair of Governance and Audit": holder(PostKind.CHAIR_GOVERNANCE_AUDIT),
        "DAT's chair": chair_of(dat),
        "a former NED": SeatFactory(kind="ned", ends_on=date(2011, 11, 13)).user,
        "a NED from tomorrow": SeatFactory(kind="ned", starts_on=date(2011, 11, 15)).user,
        "its manager": call_in.indicator.accountable_manager,
        "a director without a seat": holder(PostKind.DIRECTOR),
        "a Member": holder(PostKind.MEMBER),
        "without a post": UserFactory(),
        "nobody": None,
    }
    reading = {
        reverse("assurance_team", args=["pat"]),
        address("meeting"),
        address("called_in", "PI-7"),
        address("pack_json", 1),
    }
    taking_part = {address("call_in_board")}
    leading = {reverse("plan_meeting", args=["pat"]), address("table_paper")}

    seen = {}
    for who, person in people.items():
        client.logout()
        if person:
            client.force_login(person)
        pages = reading | taking_part | leading
        seen[who] = {page: client.get(page).status_code for page in pages}

    def answers(*may):
        allowed = set().union(*may)
        return {page: 200 if page in allowed else 403 for page in reading | taking_part | leading}

    everything = answers(reading, taking_part, leading)
    assert seen == {
        "the chair": everything,
        "a NED": answers(reading, taking_part),
        "a performance officer": everything,
        "the Cabinet Member": answers(reading),
        "the Chair of Governance and Audit": answers(reading),
        **{
            who: answers()
            for who in (
                "DAT's chair",
                "a former NED",
                "a NED from tomorrow",
                "its manager",
                "a director without a seat",
                "a Member",
                "without a post",
            )
        },
        "nobody": dict.fromkeys(everything, 302),
    }


def test_who_may_record_on_the_called_in_page(client, chair, call_in):
    page = address("called_in", "PI-7")
    people = {
        "a NED": SeatFactory(kind="ned").user,
        "the Cabinet Member": holder(PostKind.CABINET_MEMBER),
    }
    seen = {}
    for who, person in people.items():
        client.force_login(person)
        seen[who] = {
            act: client.post(page, {"act": act}).status_code
            for act in ("challenge", "decision", "action")
        }

    assert seen == {
        "a NED": {"challenge": 200, "decision": 403, "action": 403},
        "the Cabinet Member": {"challenge": 403, "decision": 403, "action": 403},
    }


def test_the_way_in_leads_to_the_one_team_or_offers_both(client, chair):
    TeamFactory(dat=True)

    client.force_login(chair)
    assert client.get(reverse("assurance")).url == reverse("assurance_team", args=["pat"])
    client.force_login(holder(PostKind.CABINET_MEMBER))
    page = text_of(client.get(reverse("assurance")))
    assert "Performance Assurance Team" in page
    assert "Delivery Assurance Team" in page
    client.force_login(holder(PostKind.MEMBER))
    assert client.get(reverse("assurance")).status_code == 403


def test_every_view_of_ours_says_who_may_use_it():
    from assurance.urls import urlpatterns

    assert {pattern.callback.permission for pattern in urlpatterns} <= set(Permission)


@pytest.mark.parametrize("shown", ["call_in_board", "meeting"])
def test_a_page_takes_as_many_queries_for_20_indicators_as_for_1(
    client, chair, meeting, shown, django_assert_max_num_queries
):
    client.force_login(chair)
    counts = []
    for how_many in (1, 19):
        for _ in range(how_many):
            indicator = IndicatorFactory(layer=Layer.CORE)
            rated(indicator, "AR")
            CallInFactory(meeting=meeting, indicator=indicator)
        with django_assert_max_num_queries(40) as captured:
            assert client.get(address(shown)).status_code == 200
        counts.append(len(captured))

    assert counts[0] == counts[1]


@pytest.mark.parametrize("address_of_nothing", ["2011-11-15", "2011-99-99"])
def test_a_meeting_that_is_not_is_not_found(client, chair, address_of_nothing):
    client.force_login(chair)

    assert client.get(f"/assurance/pat/{address_of_nothing}/").status_code == 404
