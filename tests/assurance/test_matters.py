"""What DAT looks at: milestones, projects, savings, risks and services are called in as indicators are."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from assurance.models.matters import MATTERS, answered_by, matter_at
from assurance.models.meetings import CallIn
from assurance.queries.boards import call_in_board
from assurance.queries.matters import state_of, states_of
from assurance.queries.meetings import meeting_sheet
from assurance.queries.pack_document import pack_document
from assurance.queries.threads import thread_of
from assurance.rules import CallInVerdict, Eligibility, MatterKind, Outcome, ThreadStep
from assurance.services import call_ins, meetings, outcomes, packs
from core.models.notices import Notice
from core.refusals import Refused
from escalation.models.escalations import Handling
from escalation.models.exceptions import PositiveException, UnitEscalation
from organisation.rules import PostKind
from reports.packs import render_pack
from sorp.lexicon import Layer, Level
from sorp.models.statement import Version
from strategy.rules.projects import Confidence, ProjectKind
from strategy.services.projects import rebaseline
from tests.assurance.factories import (
    CallInFactory,
    DecisionFactory,
    EscalationFactory,
    MeetingFactory,
    TeamFactory,
    chair_of,
)
from tests.factories import (
    AppointmentFactory,
    IndicatorFactory,
    PostFactory,
    UserFactory,
    holder,
    rated,
)
from tests.strategy.factories import (
    MeasureFactory,
    MilestoneFactory,
    ProjectFactory,
    ProjectReportFactory,
    RebaseliningFactory,
    RiskAssessmentFactory,
    RiskFactory,
    SavingFactory,
    SavingUpdateFactory,
)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("sorp_in_force", "on_the_day_of_the_meeting"),
]
DAY = date(2011, 11, 14)


@pytest.fixture
def team():
    return TeamFactory(dat=True)


@pytest.fixture
def meeting(team):
    return MeetingFactory(team=team)


@pytest.fixture
def chair(team):
    return chair_of(team)


def late_milestone(**given):
    return MilestoneFactory(title="Open the new library", **given)  # due on 30 September 2011


def doubtful_project(**given):
    project = ProjectFactory(name="New depot", lead=UserFactory(), **given)
    ProjectReportFactory(project=project, confidence=Confidence.LOW)
    return project


def short_saving(**given):
    saving = SavingFactory(title="Fewer offices", **given)
    SavingUpdateFactory(saving=saving, forecast=60_000)
    return saving


def red_risk(**given):
    risk = RiskFactory(title="Bridge closes", appetite=9, **given)
    RiskAssessmentFactory(risk=risk, likelihood=5, impact=4)
    return risk


def referred_service(**given):
    unit = IndicatorFactory().unit
    holder(PostKind.DIRECTOR, unit=unit)
    UnitEscalation.objects.create(
        unit=unit,
        level=Level.PAT,
        trigger="Many reds",
        trigger_key="many-reds",
        sorp_version=Version.objects.first(),
        since="2011-Q2",
        opened_in="2011-Q2",
        reason="Four of its nine indicators are red",
        **given,
    )
    return unit


MADE = {
    MatterKind.MILESTONE: late_milestone,
    MatterKind.PROJECT: doubtful_project,
    MatterKind.SAVING: short_saving,
    MatterKind.RISK: red_risk,
    MatterKind.UNIT: referred_service,
}
OTHERS = list(MADE)


def board(meeting, chair):
    return call_in_board(team=meeting.team, meeting=meeting, reader=chair)


@pytest.mark.parametrize(
    ("kind", "eligibility", "why"),
    [
        (MatterKind.MILESTONE, Eligibility.LATE, "Overdue: 45 days late on 14 November 2011"),
        (
            MatterKind.PROJECT,
            Eligibility.LOW_CONFIDENCE,
            "Confidence: its lead says low, the rule says cannot tell",
        ),
        (
            MatterKind.SAVING,
            Eligibility.SHORT,
            "Forecast to fall short by £40,000, of £100,000",
        ),
        (
            MatterKind.RISK,
            Eligibility.HIGH_RISK,
            "Over appetite: scores 20, and up to 9 is accepted",
        ),
    ],
)
def test_dat_is_offered_what_is_late_in_doubt_short_or_over_appetite(
    kind, eligibility, why, meeting, chair
):
    matter = MADE[kind]()

    (line,) = board(meeting, chair).lines

    assert (line.matter, line.kind, line.eligibility) == (matter, kind, eligibility)
    assert line.why[0].startswith(why)


def test_dat_is_not_offered_what_goes_well(meeting, chair):
    MilestoneFactory(due_on=date(2012, 3, 31))
    MilestoneFactory(due_on=date(2011, 9, 30), done_on=date(2011, 9, 1), said_on=date(2011, 9, 1))
    SavingUpdateFactory()
    RiskAssessmentFactory(risk=RiskFactory(appetite=12), likelihood=2, impact=2)
    ProjectReportFactory(
        project=ProjectFactory(lead=UserFactory(), baseline_finish=date(2012, 3, 31)),
        as_at=date(2011, 11, 1),
        forecast_finish=date(2012, 3, 31),
    )

    assert board(meeting, chair).lines == ()


def test_of_indicators_dat_is_offered_those_that_measure_the_plan_and_pat_all(meeting, chair):
    other, measured = IndicatorFactory(layer=Layer.CORE), IndicatorFactory(layer=Layer.CORE)
    rated(other, "AR")
    rated(measured, "AR")
    MeasureFactory(indicator=measured)
    late_milestone()
    pat = MeetingFactory()

    assert [line.indicator for line in board(meeting, chair).lines if line.indicator] == [measured]
    assert {line.matter for line in board(pat, chair_of(pat.team)).lines} == {other, measured}


def test_both_teams_are_offered_red_risks_and_pat_no_milestones(meeting, chair):
    risk, milestone = red_risk(), late_milestone()
    pat = MeetingFactory()

    assert {line.matter for line in board(meeting, chair).lines} == {risk, milestone}
    assert {line.matter for line in board(pat, chair_of(pat.team)).lines} == {risk}


def test_a_team_reads_what_the_other_team_and_the_levels_below_made_of_it():
    pat = MeetingFactory()
    indicator = IndicatorFactory(layer=Layer.CORE)
    rated(indicator, "AR")
    escalation = EscalationFactory(indicator=indicator, level=Level.DIRECTORATE)
    Handling.objects.create(
        escalation=escalation,
        kind=Handling.Kind.NOTED,
        words="Two posts filled",
        handled_on=date(2011, 10, 20),
        by=UserFactory(),
    )
    earlier = CallInFactory(
        indicator=indicator,
        meeting=MeetingFactory(team=TeamFactory(dat=True), meets_on=date(2011, 10, 31)),
    )
    DecisionFactory(call_in=earlier, text="Money is released")
    CallInFactory(  # more than a year ago
        indicator=IndicatorFactory(),
        meeting=MeetingFactory(team=TeamFactory(dat=True), meets_on=date(2010, 10, 31)),
    )

    (line,) = board(pat, chair_of(pat.team)).lines

    assert line.elsewhere == (
        "DAT, 31 October 2011: Money is released.",
        "Directorate management team: noted on 20 October 2011. Two posts filled.",
    )


def test_pat_is_offered_services_with_many_reds_what_is_silent_and_what_to_learn_from():
    pat = MeetingFactory()
    unit = referred_service()
    silent, well_done = (
        IndicatorFactory(reference="PI-1", layer=Layer.CORE),
        IndicatorFactory(reference="PI-2", layer=Layer.CORE),
    )
    rated(silent, "A-")
    rated(well_done, "GG")
    PositiveException.objects.create(
        indicator=well_done,
        level=Level.PAT,
        trigger="Green for long",
        trigger_key="green-long",
        sorp_version=Version.objects.first(),
        since="2011-Q1",
        opened_in="2011-Q2",
        reason="Green for eight quarters: share what works",
    )

    lines = {line.matter: line for line in board(pat, chair_of(pat.team)).lines}

    assert lines[unit].why == ("Four of its nine indicators are red",)
    assert lines[unit].eligibility is Eligibility.ESCALATED
    assert lines[silent].eligibility is Eligibility.SILENT
    assert lines[silent].why == ("No result came for Q2 2011/12; it was amber in Q1 2011/12",)
    assert lines[well_done].eligibility is Eligibility.WELL_DONE
    assert lines[well_done].why == ("Green for eight quarters: share what works",)


@pytest.mark.parametrize("kind", OTHERS)
def test_what_is_called_in_has_its_page_and_asks_whoever_answers_for_it(
    kind, meeting, chair, client
):
    matter = MADE[kind]()

    row = call_ins.call_in(meeting=meeting, matter=matter, reason="It matters", by=chair)

    assert (row.kind, row.matter, matter_at(row.address)) == (kind, matter, matter)
    answers = row.answered_by
    assert list(CallIn.objects.filter(answered_by(answers))) == [row]
    told = Notice.objects.get(recipient=answers)
    assert row.called in told.subject
    assert "you attend for this item" in told.body
    AppointmentFactory(user=answers, post=PostFactory(kind=PostKind.ACCOUNTABLE_MANAGER))
    client.force_login(answers)
    for page in (row.get_absolute_url(), row.invitation.get_absolute_url()):
        shown = client.get(page)
        assert shown.status_code == 200
        assert row.title in shown.content.decode()
    client.force_login(UserFactory())
    assert client.get(row.get_absolute_url()).status_code == 403


@pytest.mark.parametrize("kind", list(ProjectKind))
def test_each_kind_of_project_has_its_page_and_comes_before_dat(kind, meeting, chair, client):
    project = doubtful_project(kind=kind, objective="One depot in the place of three")
    client.force_login(chair)

    (line,) = board(meeting, chair).lines
    page = client.get(line.page).content.decode()

    assert line.matter == project
    for words in (kind.label, "One depot in the place of three"):
        assert words in page


def test_a_project_that_nobody_leads_is_not_called_in_before_somebody_does(meeting, chair):
    project = ProjectFactory(name="New depot", lead=None)

    with pytest.raises(Refused, match="Nobody answers for “New depot”: say who leads it"):
        call_ins.call_in(meeting=meeting, matter=project, reason="It matters", by=chair)

    assert not CallIn.objects.exists()


def test_called_in_again_it_asks_whoever_answers_by_then(meeting, chair):
    project = doubtful_project()
    first, second = project.lead, UserFactory()
    call_ins.call_in(meeting=meeting, matter=project, by=chair)
    call_ins.withdraw(meeting=meeting, matter=project, reason="Too soon", by=chair)
    project.lead = second
    project.save()

    row = call_ins.call_in(meeting=meeting, matter=project, by=chair)

    assert (row.answerer, row.answered_by) == (second, second)
    asked = Notice.objects.filter(subject__contains="calls in")
    assert {each.recipient for each in asked} == {first, second}


def test_a_milestone_goes_from_late_to_re_baselined_to_did_it_work_on_one_thread(meeting, chair):
    milestone = late_milestone()
    row = call_ins.call_in(meeting=meeting, matter=milestone, by=chair)
    outcomes.challenge(call_in=row, text="Why so late?", answer="Flood", today=DAY, by=chair)
    outcomes.decide(call_in=row, kind=Outcome.NO_ACTION, text="Re-baseline it", today=DAY, by=chair)
    outcomes.agree_action(
        call_in=row, what="Find a site", owner="Ann", due_on=date(2011, 12, 1), today=DAY, by=chair
    )
    rebaseline(
        what=milestone,
        becomes=date(2012, 3, 31),
        reason="The site was flooded.",
        approved_by="DAT",
        approved_on=DAY,
        today=DAY,
        by=holder(PostKind.PERFORMANCE_OFFICER),
    )
    milestone.refresh_from_db()

    thread = thread_of(milestone, teams=[meeting.team], today=DAY, reader=None)

    assert [each.step for each in thread.entries] == [
        ThreadStep.REBASELINED,
        ThreadStep.CALLED_IN,
        ThreadStep.ASKED,
        ThreadStep.CHALLENGED,
        ThreadStep.ANSWERED,
        ThreadStep.DECIDED,
        ThreadStep.PROMISED,
    ]
    assert thread.entries[0].title == "Re-baselined from 30 September 2011 to 31 March 2012"
    assert thread.state_now == "On course on 14 November 2011"


def test_how_a_saving_stood_when_it_was_called_in_is_told_beside_how_it_stands(meeting, chair):
    saving = short_saving()
    call_ins.call_in(meeting=meeting, matter=saving, by=chair)
    SavingUpdateFactory(
        saving=saving, forecast=100_000, said_at=datetime(2011, 12, 1, 9, tzinfo=UTC)
    )

    thread = thread_of(saving, teams=[meeting.team], today=date(2011, 12, 2), reader=None)

    assert thread.worked == (
        "When it was called in: forecast to fall short by £40,000. Now: on course."
    )


@pytest.mark.parametrize("kind", OTHERS)
def test_how_each_stands_is_said_as_it_was_known_on_a_day(kind):
    matter = MADE[kind]()
    said = {
        MatterKind.MILESTONE: "Overdue: 45 days late on 14 November 2011",
        MatterKind.PROJECT: "Low confidence, says its lead",
        MatterKind.SAVING: "Forecast to fall short by £40,000",
        MatterKind.RISK: (
            "20 of 25, high (red): very likely (5) × serious (4). Over appetite: scores 20, and up "
            "to 9 is accepted"
        ),
        MatterKind.UNIT: "Referred to Performance Assurance Team",
    }
    known_from = {
        MatterKind.MILESTONE: "On course on 30 June 2011",
        MatterKind.PROJECT: "Nothing is reported yet",
        MatterKind.SAVING: "Nothing reported yet",
        MatterKind.RISK: "Not assessed; a score up to 9 is accepted",
        MatterKind.UNIT: "Not referred",
    }

    assert state_of(matter, DAY) == said[kind]
    assert state_of(matter, date(2011, 6, 30)) == known_from[kind]


def test_the_pack_holds_how_it_stands_what_was_said_and_what_came_of_it(meeting, chair):
    milestone = late_milestone()
    RebaseliningFactory(milestone=milestone, was=date(2011, 6, 30), becomes=date(2011, 9, 30))
    row = call_ins.call_in(meeting=meeting, matter=milestone, by=chair)
    outcomes.decide(call_in=row, kind=Outcome.NO_ACTION, text="Report monthly", today=DAY, by=chair)
    frozen, _ = packs.freeze_pack(meeting=meeting, by=chair)
    pack = render_pack(pack=frozen)

    (told,) = pack.document["agenda"]
    assert (told["kind"], told["title"]) == ("milestone", "Open the new library")
    assert told["state"] == "Overdue: 45 days late on 14 November 2011"
    assert [each["title"] for each in told["said"]] == [
        "Re-baselined from 30 June 2011 to 30 September 2011"
    ]
    for words in ("Milestone called in", "Overdue: 45 days late", "Report monthly", "Flood"):
        assert (words in pack.html) == (words != "Flood")


def test_what_a_meeting_left_comes_back_whatever_it_is(team, meeting, chair):
    following = MeetingFactory(team=team, meets_on=date(2011, 12, 12))
    rows = [
        call_ins.call_in(meeting=meeting, matter=make(), reason="It matters", by=chair)
        for make in MADE.values()
    ]
    for row in rows:
        outcomes.decide(call_in=row, kind=Outcome.NOT_REACHED, today=DAY, by=chair)

    meetings.hold_meeting(meeting=meeting, today=DAY, by=chair)

    assert {each.matter for each in following.call_ins.all()} == {each.matter for each in rows}
    assert all(each.came_from in rows for each in following.call_ins.all())


def posted(*items, verdict="called_in", reason=""):
    return {"items": [each.address for each in items], "several": verdict, "reason": reason}


def address_of_board(meeting):
    return reverse("call_in_board", args=["dat", meeting.meets_on])


def test_the_chair_calls_in_several_at_once(client, meeting, chair):
    late_milestone(), short_saving(), red_risk()
    client.force_login(chair)
    first, second, third = board(meeting, chair).lines

    client.post(address_of_board(meeting), posted(first, third))

    decided = {each.matter: each.verdict for each in CallIn.objects.all()}
    assert decided == {first.matter: "called_in", third.matter: "called_in"}
    assert [line.matter for line in board(meeting, chair).undecided] == [second.matter]


def test_several_are_declined_with_one_reason_or_none_is(client, meeting, chair):
    late_milestone(), short_saving()
    client.force_login(chair)
    lines = board(meeting, chair).lines

    page = client.post(address_of_board(meeting), posted(*lines, verdict="declined"))

    assert "Say why it is declined" in page.content.decode()
    assert page.content.decode().count(" checked") == 2
    assert not CallIn.objects.exists()
    client.post(
        address_of_board(meeting), posted(*lines, verdict="declined", reason="Heard in October")
    )
    assert [(each.verdict, each.reason) for each in CallIn.objects.all()] == [
        (CallInVerdict.DECLINED, "Heard in October")
    ] * 2


@pytest.mark.parametrize(
    ("items", "said"),
    [([], "Tick what you decide on"), (["milestone:99999"], "can no longer be decided here")],
)
def test_deciding_on_nothing_or_on_what_is_gone_says_so(client, meeting, chair, items, said):
    late_milestone(), short_saving()
    client.force_login(chair)

    page = client.post(
        address_of_board(meeting), {"items": items, "several": "called_in", "reason": "Mine"}
    )

    assert said in page.content.decode()
    assert "Mine" in page.content.decode()
    assert not CallIn.objects.exists()


def test_the_board_is_narrowed_by_kind_reason_and_what_is_decided(client, meeting, chair):
    milestone, saving = late_milestone(), short_saving()
    call_ins.call_in(meeting=meeting, matter=saving, by=chair)
    client.force_login(chair)

    def shown(**asked):
        page = client.get(address_of_board(meeting), asked)
        return {row.line.matter for row in page.context["rows"]}

    assert shown() == {milestone, saving}
    assert shown(kind="milestone") == {milestone}
    assert shown(why="short") == {saving}
    assert shown(decided="no") == {milestone}
    assert shown(decided="yes") == {saving}
    assert shown(kind="milestone", decided="yes") == set()
    assert shown(kind="nonsense") == {milestone, saving}


def test_anything_that_stands_can_be_called_in_for_a_reason(client, meeting, chair):
    on_course = MilestoneFactory(title="Plant trees", due_on=date(2012, 3, 31))
    client.force_login(chair)
    asked = {"exceptional-item": f"milestone:{on_course.pk}", "exceptional-reason": ""}

    page = client.post(address_of_board(meeting), asked)
    assert "Say why you call it in" in page.content.decode()
    client.post(address_of_board(meeting), asked | {"exceptional-reason": "The mayor asked"})

    row = CallIn.objects.get()
    assert (row.matter, row.eligibility, row.why) == (
        on_course,
        Eligibility.STATED_REASON,
        "The mayor asked",
    )


@pytest.mark.parametrize("how_many", [1, 20])
def test_board_meeting_and_pack_take_as_many_queries_for_20_as_for_1(
    how_many, meeting, chair, django_assert_num_queries
):
    for make in (late_milestone, short_saving, red_risk, doubtful_project):
        for _ in range(how_many):
            matter = make()
            CallInFactory(
                meeting=meeting,
                indicator=None,
                answerer=chair,
                **{next(kind for kind in MADE if MADE[kind] is make).value: matter},
            )

    with django_assert_num_queries(30):
        lines = board(meeting, chair).lines
    assert len(lines) == 4 * how_many
    with django_assert_num_queries(16):
        sheet = meeting_sheet(meeting, known_on=DAY, reader=chair)
        assert all(line.state and line.call_in.answered_by for line in sheet.agenda)
    with django_assert_num_queries(34):
        document = pack_document(meeting, known_on=DAY)
    assert len(document["agenda"]) == 4 * how_many


def test_states_are_asked_for_together(django_assert_num_queries):
    milestones = [late_milestone() for _ in range(3)]

    with django_assert_num_queries(2):
        assert len(states_of(milestones, DAY)) == 3


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("call_in_is_of_one_thing", lambda: {"milestone": late_milestone()}),
        ("call_in_is_of_one_thing", lambda: {"indicator": None, "answerer": UserFactory()}),
        (
            "call_in_has_somebody_who_answers",
            lambda: {"indicator": None, "milestone": late_milestone()},
        ),
    ],
)
def test_the_database_refuses_a_call_in_of_two_things_of_none_or_of_nobodys(name, given):
    fields = given()

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        CallInFactory(**fields)

    assert not CallIn.objects.exists()


@pytest.mark.both_databases
@pytest.mark.parametrize("kind", OTHERS)
def test_the_database_refuses_two_call_ins_of_one_thing_to_a_meeting(kind):
    given = {"indicator": None, kind.value: MADE[kind](), "answerer": UserFactory()}
    row = CallInFactory(**given)

    with pytest.raises(IntegrityError), transaction.atomic():
        CallInFactory(meeting=row.meeting, **given)


def test_every_kind_has_a_table_and_a_column():
    assert set(MATTERS) == set(MatterKind)
    assert {each.name for each in CallIn._meta.get_fields()} >= {each.value for each in MatterKind}
