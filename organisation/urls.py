"""Addresses of who we are: notices, and what is set up about units, people and bodies."""

from django.urls import path

from core.views.entities import spreadsheet_paths
from organisation.views import accounts, notices, units

urlpatterns = [
    path("notices/", notices.notices, name="notices"),
    path("notices/preferences/", notices.preferences, name="notice_preferences"),
    path("set-up/units/", units.units, name="set_up_units"),
    *spreadsheet_paths(units.UNITS),
    path("set-up/units/<slug:code>/history/", units.unit_history, name="set_up_unit_history"),
    path("set-up/accounts/", accounts.accounts, name="set_up_accounts"),
    path("set-up/accounts/<int:pk>/join/", accounts.join, name="join_council_account"),
    path("set-up/accounts/<int:pk>/part/", accounts.part, name="part_council_account"),
    path(
        "set-up/accounts/second-step/<int:pk>/forget/",
        accounts.forget,
        name="forget_second_factor",
    ),
]
