"""Addresses of who we are: notices, and what is set up about units, people and bodies."""

from django.urls import path

from core.views.entities import spreadsheet_paths
from organisation.views import notices, units

urlpatterns = [
    path("notices/", notices.notices, name="notices"),
    path("notices/preferences/", notices.preferences, name="notice_preferences"),
    path("set-up/units/", units.units, name="set_up_units"),
    *spreadsheet_paths(units.UNITS),
    path("set-up/units/<slug:code>/history/", units.unit_history, name="set_up_unit_history"),
]
