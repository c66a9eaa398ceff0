"""Addresses of PAT and DAT. They stand under /assurance/."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from assurance.views import boards, meetings, outcomes, teams


class TeamWord(StringConverter):
    regex = "pat|dat"


register_converter(TeamWord, "assurance_team")

urlpatterns = [
    path("", teams.assurance, name="assurance"),
    path("actions/<int:action>/", outcomes.report_on_action, name="report_on_action"),
    path("<assurance_team:team>/", teams.team, name="assurance_team"),
    path("<assurance_team:team>/plan/", teams.plan_meeting, name="plan_meeting"),
    path("<assurance_team:team>/<day:day>/", meetings.meeting, name="meeting"),
    path("<assurance_team:team>/<day:day>/held/", meetings.hold_meeting, name="hold_meeting"),
    path("<assurance_team:team>/<day:day>/freeze/", meetings.freeze_pack, name="freeze_pack"),
    path("<assurance_team:team>/<day:day>/papers/", meetings.table_paper, name="table_paper"),
    path("<assurance_team:team>/<day:day>/papers/<int:position>/", meetings.paper, name="paper"),
    path(
        "<assurance_team:team>/<day:day>/packs/<int:number>.html",
        meetings.pack,
        {"form": "html"},
        name="pack_html",
    ),
    path(
        "<assurance_team:team>/<day:day>/packs/<int:number>.pdf",
        meetings.pack,
        {"form": "pdf"},
        name="pack_pdf",
    ),
    path(
        "<assurance_team:team>/<day:day>/packs/<int:number>.json",
        meetings.pack,
        {"form": "json"},
        name="pack_json",
    ),
    path("<assurance_team:team>/<day:day>/board/", boards.call_in_board, name="call_in_board"),
    path(
        "<assurance_team:team>/<day:day>/<reference:address>/", outcomes.called_in, name="called_in"
    ),
]
