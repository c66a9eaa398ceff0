"""Projects: how they stand, by their lead and by rule; re-baselining on the record; a page, a timeline, a report to print."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core.charts.timeline import TimelineBar, timeline_chart
from core.models.audit import AuditEvent
from core.refusals import Refused
from organisation.rules import PostKind
from strategy.models.projects import Dependency
from strategy.queries.plan import late_milestones
from strategy.queries.projects import project_page
from strategy.rules.plan import MilestoneStatus
from strategy.rules.projects import Confidence, ProjectFacts, confidence_by_rule
from strategy.services.plan import change_part, update_milestone
from strategy.services.projects import depend_on, rebaseline, report_project
from tests.factories import CouncilFactory, holder
from tests.strategy.factories import (
    DependencyFactory,
    MilestoneFactory,
    ProjectFactory,
    ProjectReportFactory,
    RiskFactory,
    SavingFactory,
)

TODAY, FINISH = date(2011, 9, 30), date(2012, 3, 31)
SOUND = {
    "baseline_finish": FINISH,
    "budget": 1_000,
    "reported_as_at": TODAY,
    "forecast_finish": FINISH,
    "forecast_cost": 1_000,
}
LATE = (MilestoneStatus.OVERDUE, MilestoneStatus.SLIPPING, MilestoneStatus.ON_COURSE)


@pytest.mark.parametrize(
    ("otherwise", "confidence", "reason"),
    [
        ({}, Confidence.HIGH, "It is forecast by its day and within its budget"),
        (
            {"forecast_finish": FINISH + timedelta(1)},
            Confidence.MEDIUM,
            "Its finish is forecast 1 days late",
        ),
        (
            {"forecast_finish": FINISH + timedelta(92)},
            Confidence.LOW,
            "Its finish is forecast 92 days late",
        ),
        (
            {"baseline_finish": TODAY - timedelta(1)},
            Confidence.LOW,
            "It was to finish by 29 September 2011 and has not",
        ),
        ({"forecast_cost": 1_001}, Confidence.MEDIUM, "Its cost is forecast £1 over budget"),
        (
            {"forecast_cost": 1_101},
            Confidence.LOW,
            "Its cost is forecast £101 over budget, more than a tenth",
        ),
        ({"milestones": LATE}, Confidence.MEDIUM, "2 milestones overdue or slipping"),
        ({"risks_over_appetite": 1}, Confidence.MEDIUM, "1 risk over appetite"),
        ({"needs_overdue": 2}, Confidence.MEDIUM, "2 things it depends on overdue"),
        ({"baseline_finish": None}, None, "No baseline finish is set"),
        ({"reported_as_at": None}, None, "Nothing is reported yet"),
        ({"reported_as_at": date(2011, 6, 1)}, None, "Nothing is reported since 1 June 2011"),
        ({"forecast_finish": None}, None, "No finish is forecast"),
        ({"finished_on": TODAY}, None, "It finished on 30 September 2011"),
    ],
)
def test_the_rule_finds_a_confidence_and_says_why(otherwise, confidence, reason):
    found = confidence_by_rule(ProjectFacts(**{**SOUND, **otherwise}), TODAY)

    assert (found.confidence, found.reasons[0]) == (confidence, reason)


def test_what_nobody_has_said_is_neither_high_nor_low():
    assert confidence_by_rule(ProjectFacts(None, None), TODAY).confidence is None


def test_a_timeline_without_any_day_is_not_drawn_and_one_with_a_day_is_told_in_words():
    bar = TimelineBar("The depot", date(2011, 4, 1), FINISH, None)

    assert timeline_chart([TimelineBar("No day", None, None, None)], today=TODAY, name="t") == ""
    assert "The depot: from 1 April 2011, to 31 March 2012." in timeline_chart(
        [bar], today=TODAY, name="t"
    )


@pytest.mark.django_db
class TestReports:
    def report(self, project, by=None, **given):
        said = {"as_at": TODAY, "confidence": Confidence.HIGH, "today": TODAY}
        return report_project(project=project, by=by, **{**said, **given})

    def test_each_report_is_kept_and_saying_the_same_again_changes_nothing(self):
        project = ProjectFactory()
        self.report(project)
        acts = AuditEvent.objects.count()
        self.report(project)
        assert (project.reports.count(), AuditEvent.objects.count()) == (1, acts)

        self.report(project, confidence=Confidence.LOW)
        assert [each.confidence for each in project.reports.all()] == ["high", "low"]

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"as_at": TODAY + timedelta(1)}, "as_at"),
            ({"finished_on": TODAY + timedelta(1)}, "finished_on"),
            ({"started_on": TODAY, "finished_on": date(2011, 9, 1)}, "finished_on"),
            ({"spent": 2, "forecast_cost": 1}, "forecast_cost"),
        ],
    )
    def test_what_cannot_be_so_is_refused_at_its_field(self, given, field):
        with pytest.raises(Refused) as refused:
            self.report(ProjectFactory(), **given)
        assert refused.value.field == field

    def test_only_its_lead_and_the_performance_team_report_on_it(self):
        project = ProjectFactory(lead=holder(PostKind.ACCOUNTABLE_MANAGER))
        with pytest.raises(PermissionDenied):
            self.report(project, holder(PostKind.ACCOUNTABLE_MANAGER))
        self.report(project, project.lead)
        assert project.reports.count() == 1


@pytest.mark.django_db
class TestRebaselining:
    @pytest.fixture
    def officer(self):
        return holder(PostKind.PERFORMANCE_OFFICER, unit=CouncilFactory())

    def move(self, what, by, **given):
        said = {
            "becomes": date(2012, 6, 30),
            "reason": "The site was flooded",
            "approved_by": "Delivery board, minute 12",
            "approved_on": TODAY,
            "today": TODAY,
        }
        return rebaseline(what=what, by=by, **{**said, **given})

    def test_a_projects_baseline_moves_and_the_old_day_stays_with_who_approved(self, officer):
        project = ProjectFactory(baseline_finish=FINISH)

        made = self.move(project, officer)

        project.refresh_from_db()
        assert (made.was, made.becomes, made.approved_by) == (
            FINISH,
            date(2012, 6, 30),
            "Delivery board, minute 12",
        )
        assert project.baseline_finish == date(2012, 6, 30)
        assert AuditEvent.objects.latest("pk").act == "re-baselined project"

    def test_what_stood_on_an_earlier_day_is_told_by_the_day_promised_then(self, officer):
        milestone = MilestoneFactory(due_on=date(2011, 8, 31))
        with time_machine.travel("2011-10-15 12:00:00+00:00"):
            self.move(milestone, officer, today=date(2011, 10, 15), approved_on=date(2011, 10, 14))
        milestone.refresh_from_db()

        assert milestone.due_known_on(date(2011, 10, 14)) == date(2011, 8, 31)
        assert [each.pk for each in late_milestones(day=date(2011, 10, 14))] == [milestone.pk]
        assert late_milestones(day=date(2011, 10, 15)) == ()

    @pytest.mark.parametrize(
        ("given", "field"),
        [({"becomes": FINISH}, "becomes"), ({"approved_on": date(2011, 10, 1)}, "approved_on")],
    )
    def test_the_same_day_or_an_approval_to_come_is_refused(self, officer, given, field):
        with pytest.raises(Refused) as refused:
            self.move(ProjectFactory(baseline_finish=FINISH), officer, **given)
        assert refused.value.field == field

    def test_nobody_moves_the_promise_they_answer_for(self, officer):
        with pytest.raises(PermissionDenied):
            self.move(ProjectFactory(baseline_finish=FINISH, lead=officer), officer)
        with pytest.raises(PermissionDenied):
            self.move(MilestoneFactory(), holder(PostKind.DIRECTOR))

    def test_without_a_baseline_there_is_nothing_to_move(self, officer):
        with pytest.raises(Refused, match="no baseline finish yet"):
            self.move(ProjectFactory(), officer)

    def test_a_milestone_that_is_done_keeps_its_day(self, officer):
        milestone = MilestoneFactory()
        update_milestone(
            milestone=milestone,
            forecast_on=None,
            done_on=TODAY,
            progress="",
            today=TODAY,
            by=None,
        )
        with pytest.raises(Refused, match="done"):
            self.move(milestone, officer)

    def test_a_change_does_not_move_the_baseline_once_there_is_a_report(self):
        project = ProjectFactory(baseline_finish=FINISH)
        change_part(part=project, baseline_finish=date(2012, 4, 30), by=None)
        ProjectReportFactory(project=project)

        with pytest.raises(Refused) as refused:
            change_part(part=project, baseline_finish=FINISH, by=None)
        assert refused.value.field == "baseline_finish"


@pytest.mark.django_db
def test_a_project_does_not_depend_on_itself_nor_twice_on_the_same():
    project = ProjectFactory()
    depend_on(project=project, what="A site", by=None)

    for given in ({"what": "A site"}, {"what": "Itself", "on_project": project}):
        with pytest.raises(Refused):
            depend_on(project=project, by=None, **given)
    assert Dependency.objects.count() == 1


@pytest.fixture
def officer(client):
    person = holder(PostKind.PERFORMANCE_OFFICER, unit=CouncilFactory())
    client.force_login(person)
    return person


@pytest.mark.django_db
@time_machine.travel("2011-09-30 12:00:00+00:00")
def test_its_page_and_its_highlight_report_have_lead_and_rule_side_by_side(client, officer):
    project = ProjectFactory(
        name="The depot", baseline_finish=FINISH, budget=900_000, objective="One depot"
    )
    ProjectReportFactory(
        project=project, as_at=TODAY, forecast_finish=date(2012, 12, 31), forecast_cost=950_000
    )
    RiskFactory(project=project, title="Ground is poor")
    SavingFactory(project=project, title="Fewer leases")
    DependencyFactory(project=project, what="A new ledger", needed_by=date(2011, 9, 1))

    page = project_page(slug=project.slug, day=TODAY)
    assert (page.said, page.rule.confidence, page.differ) == (Confidence.HIGH, Confidence.LOW, True)
    for name in ("project", "highlight"):
        text = client.get(reverse(name, args=[project.slug])).content.decode()
        assert "Its lead and the rule differ." in text
        assert "£50,000 over" in text
        assert "Ground is poor" in text
    text = client.get(project.get_absolute_url()).content.decode()
    for words in ("One depot", "Fewer leases", "A new ledger", "overdue"):
        assert words in text
    assert "The depot" in client.get(reverse("projects")).content.decode()


@pytest.mark.django_db
def test_a_lead_reports_and_an_officer_rebaselines_on_the_page(client, officer):
    project = ProjectFactory(baseline_finish=FINISH, lead=holder(PostKind.ACCOUNTABLE_MANAGER))
    day = {"approved_on_day": 1, "approved_on_month": 8, "approved_on_year": 2011}
    typed = {
        "becomes_day": 30,
        "becomes_month": 6,
        "becomes_year": 2012,
        "approved_by": "Delivery board",
        "reason": "Flood",
        **day,
    }
    address = reverse("rebaseline_project", args=[project.slug])
    shown = client.post(address, typed)
    confirmed = shown.context["preview"].digest
    client.post(address, {**typed, "confirmed": confirmed})
    client.force_login(project.lead)
    client.post(
        reverse("report_project", args=[project.slug]),
        {
            "as_at_day": 1,
            "as_at_month": 8,
            "as_at_year": 2011,
            "confidence": "medium",
            "spent": "£1,000",
        },
    )

    text = client.get(project.get_absolute_url()).content.decode()
    assert "Was 31 March 2012 until re-baselined to 30 June 2012" in text
    assert "spent £1,000" in text


@pytest.mark.django_db
@pytest.mark.parametrize("how_many", [1, 20])
def test_the_timeline_asks_as_much_for_twenty_as_for_one(
    client, officer, django_assert_max_num_queries, how_many
):
    for _ in range(how_many):
        project = ProjectFactory(baseline_finish=FINISH)
        ProjectReportFactory(project=project)
        MilestoneFactory(priority=None, project=project)
    client.get(reverse("projects"))

    with django_assert_max_num_queries(28):
        client.get(reverse("projects"))
