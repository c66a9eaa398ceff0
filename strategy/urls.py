"""Addresses of the strategy. They stand under /strategy/; what is set up about it, under /set-up/;
projects, savings and risks have addresses of their own."""

from django.urls import path

from strategy.views import plan, projects, risks, savings, strategy

urlpatterns = [
    path("", strategy.strategy, name="strategy"),
    path("milestones/<int:milestone>/", strategy.update_milestone, name="update_milestone"),
    path(
        "milestones/<int:milestone>/re-baseline/",
        projects.rebaseline_milestone,
        name="rebaseline_milestone",
    ),
    path("programmes/<slug:slug>/", strategy.programme, name="programme"),
    path("<slug:slug>/", strategy.priority, name="priority"),
]

set_up_patterns = [
    path("set-up/plan/", plan.plan, name="set_up_plan"),
    *[each for pages in plan.PARTS for each in plan.part_paths(pages)],
]

delivery_patterns = [
    path("projects/", projects.projects, name="projects"),
    path("projects/<slug:project>/", projects.project, name="project"),
    path("projects/<slug:project>/highlight/", projects.highlight, name="highlight"),
    path("projects/<slug:project>/report/", projects.report_project, name="report_project"),
    path(
        "projects/<slug:project>/re-baseline/",
        projects.rebaseline_project,
        name="rebaseline_project",
    ),
    path("savings/", savings.savings, name="savings"),
    path("savings/<int:saving>/", savings.saving, name="saving"),
    path("savings/<int:saving>/report/", savings.report_saving, name="report_saving"),
    path("risks/", risks.risks, name="risks"),
    path("risks/<int:risk>/", risks.risk, name="risk"),
    path("risks/<int:risk>/assess/", risks.assess_risk, name="assess_risk"),
]
