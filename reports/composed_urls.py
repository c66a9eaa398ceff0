"""Addresses of the composed pages, for those who sign in."""

from django.urls import path

from reports.views import dashboard, home, indicator

urlpatterns = [
    path("home/", home.home, name="home"),
    path("dashboards/", dashboard.dashboards, name="dashboards"),
    path("dashboards/<slug:unit>/", dashboard.dashboard, name="dashboard"),
    path("dashboards/<slug:unit>/dashboard.csv", dashboard.dashboard_csv, name="dashboard_csv"),
    path("indicators/<str:reference>/", indicator.indicator, name="indicator"),
]
