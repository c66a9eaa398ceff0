"""Addresses of the composed pages, for those who sign in."""

from django.urls import path

from reports.views import completion, dashboard, home, indicator, revisions, who_may

urlpatterns = [
    path("home/", home.home, name="home"),
    path("dashboards/", dashboard.dashboards, name="dashboards"),
    path("dashboards/<slug:unit>/", dashboard.dashboard, name="dashboard"),
    path("dashboards/<slug:unit>/dashboard.csv", dashboard.dashboard_csv, name="dashboard_csv"),
    path("indicators/<str:reference>/", indicator.indicator, name="indicator"),
    path("indicators/<str:reference>/chart.svg", indicator.indicator_chart, name="indicator_chart"),
    path("completion/", completion.completions, name="completions"),
    path("completion/<str:quarter>/", completion.completion, name="completion"),
    path(
        "completion/<str:quarter>/completion.csv", completion.completion_csv, name="completion_csv"
    ),
    path("help/who-may-do-what/", who_may.who_may_do_what, name="who_may_do_what"),
    path("revisions/", revisions.revisions, name="revisions"),
    path("revisions/revisions.csv", revisions.revisions_csv, name="revisions_csv"),
    path("revisions/<str:quarter>/<str:reference>/", revisions.revision, name="revision"),
]
