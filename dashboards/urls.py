"""Addresses of the composed pages, for those who sign in."""

from django.urls import path

from dashboards.views import (
    completion,
    compliance,
    dashboard,
    escalation,
    hand_over,
    home,
    indicator,
    leaving,
    permission_matrix,
    restructure,
    retirement,
    revisions,
    search,
    set_up,
)

urlpatterns = [
    path("home/", home.home, name="home"),
    path("search/", search.find, name="find"),
    path("dashboards/", dashboard.dashboards, name="dashboards"),
    path("dashboards/<slug:unit>/", dashboard.dashboard, name="dashboard"),
    path("dashboards/<slug:unit>/dashboard.csv", dashboard.dashboard_csv, name="dashboard_csv"),
    path("escalations/<int:pk>/", escalation.escalation, name="escalation"),
    path("indicators/<reference:address>/", indicator.indicator, name="indicator"),
    path("indicators/<reference:address>/end/", retirement.retire, name="retire_indicator"),
    path(
        "indicators/<reference:address>/chart.svg",
        indicator.indicator_chart,
        name="indicator_chart",
    ),
    path(
        "indicators/<reference:address>/parts.csv",
        indicator.indicator_parts_csv,
        name="indicator_parts_csv",
    ),
    path("completion/", completion.completions, name="completions"),
    path("completion/<quarter:quarter>/", completion.completion, name="completion"),
    path("completion/<quarter:quarter>/remind/", completion.remind, name="remind_people"),
    path(
        "completion/<quarter:quarter>/completion.csv",
        completion.completion_csv,
        name="completion_csv",
    ),
    path("sorp/compliance/", compliance.compliance, name="compliance"),
    path(
        "sorp/compliance/<quarter:quarter>/",
        compliance.compliance_of_quarter,
        name="compliance_of_quarter",
    ),
    path(
        "sorp/compliance/<quarter:quarter>/compliance.csv",
        compliance.compliance_csv,
        name="compliance_csv",
    ),
    path(
        "sorp/compliance/<quarter:quarter>/measure/",
        compliance.measure_compliance,
        name="measure_compliance",
    ),
    path("help/who-may-do-what/", permission_matrix.who_may_do_what, name="who_may_do_what"),
    path("set-up/", set_up.set_up, name="set_up"),
    path("set-up/unit/<slug:code>/merge/", restructure.merge_unit, name="set_up_merge_unit"),
    path("set-up/unit/<slug:code>/split/", restructure.split_unit, name="set_up_split_unit"),
    path("set-up/unit/<slug:code>/close/", restructure.close_unit, name="set_up_close_unit"),
    path("set-up/person/<int:pk>/leave/", leaving.leave, name="set_up_leave"),
    path("set-up/person/<int:pk>/stay/", leaving.stay, name="set_up_stay"),
    path("set-up/everything/", hand_over.take_everything, name="take_everything"),
    path("revisions/", revisions.revisions, name="revisions"),
    path("revisions/revisions.csv", revisions.revisions_csv, name="revisions_csv"),
    path("revisions/<quarter:quarter>/<reference:address>/", revisions.revision, name="revision"),
]
