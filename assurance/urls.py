"""Addresses of PAT and DAT. They stand under /assurance/; what is set up about them, under /set-up/."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from assurance.views import (
    attendance,
    boards,
    documents,
    invitations,
    live,
    meetings,
    outcomes,
    rounds,
    set_up,
    teams,
)
from core.views.entities import spreadsheet_paths


class TeamWord(StringConverter):
    regex = "pat|dat"


class DocumentWord(StringConverter):
    regex = "brief|after|report"


register_converter(TeamWord, "assurance_team")
register_converter(DocumentWord, "meeting_document")

urlpatterns = [
    path("", teams.assurance, name="assurance"),
    path("actions/<int:action>/", outcomes.report_on_action, name="report_on_action"),
    path("<assurance_team:team>/", teams.team, name="assurance_team"),
    path(
        "<assurance_team:team>/round/<int:year>/<int:pk>/",
        rounds.challenge_in_round,
        name="challenge_in_round",
    ),
    path("<assurance_team:team>/plan/", teams.plan_meeting, name="plan_meeting"),
    path("<assurance_team:team>/year/", teams.plan_year, name="plan_year"),
    path("<assurance_team:team>/<day:day>/", meetings.meeting, name="meeting"),
    path("<assurance_team:team>/<day:day>/held/", meetings.hold_meeting, name="hold_meeting"),
    path(
        "<assurance_team:team>/<day:day>/meeting.ics",
        meetings.meeting_calendar,
        name="meeting_calendar",
    ),
    path("<assurance_team:team>/<day:day>/move/", meetings.move_meeting, name="move_meeting"),
    path("<assurance_team:team>/<day:day>/cancel/", meetings.cancel_meeting, name="cancel_meeting"),
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
        "<assurance_team:team>/<day:day>/packs/<int:number>/send/",
        meetings.send_pack,
        name="send_pack",
    ),
    path(
        "<assurance_team:team>/<day:day>/<meeting_document:kind>/",
        documents.meeting_document,
        name="meeting_document",
    ),
    path(
        "<assurance_team:team>/<day:day>/<meeting_document:kind>.docx",
        documents.document_in_word,
        name="document_in_word",
    ),
    path(
        "<assurance_team:team>/<day:day>/minutes.docx",
        documents.minutes_in_word,
        name="minutes_in_word",
    ),
    path("<assurance_team:team>/<day:day>/live/", live.live_meeting, name="live_meeting"),
    path("<assurance_team:team>/<day:day>/attendance/", attendance.attendance, name="attendance"),
    path(
        "<assurance_team:team>/<day:day>/apologies/",
        attendance.send_apologies,
        name="send_apologies",
    ),
    path(
        "<assurance_team:team>/<day:day>/<item:address>/invitation/",
        invitations.invitation,
        name="invitation",
    ),
    path("<assurance_team:team>/<day:day>/<item:address>/", outcomes.called_in, name="called_in"),
]

set_up_patterns = [
    path("set-up/teams/", set_up.set_up_teams, name="set_up_teams"),
    *spreadsheet_paths(set_up.TEAMS),
    path("set-up/teams/new/", set_up.new_team, name="set_up_teams_new"),
    path("set-up/teams/<assurance_team:team>/", set_up.set_up_team, name="set_up_team"),
    path(
        "set-up/teams/<assurance_team:team>/change/",
        set_up.change_team_page,
        name="set_up_teams_change",
    ),
    path("set-up/teams/<assurance_team:team>/end/", set_up.end_team_page, name="set_up_teams_end"),
    path(
        "set-up/teams/<assurance_team:team>/history/",
        set_up.team_history,
        name="set_up_teams_history",
    ),
    path("set-up/seats/", set_up.set_up_seats, name="set_up_seats"),
    *spreadsheet_paths(set_up.SEATS),
    path("set-up/seats/new/", set_up.new_seat, name="set_up_seats_new"),
    path("set-up/seats/<int:seat>/change/", set_up.change_seat_page, name="set_up_seats_change"),
    path("set-up/seats/<int:seat>/end/", set_up.end_seat_page, name="set_up_seats_end"),
    path("set-up/seats/<int:seat>/history/", set_up.seat_history, name="set_up_seats_history"),
]
