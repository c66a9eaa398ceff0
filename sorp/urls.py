"""Addresses where the SORP is read, compared, drafted and consulted on."""

from django.urls import path

from sorp.views import consultation, drafting, first, statement

VERSION = "sorp/versions/<str:number>/"
EDIT = VERSION + "edit/"

urlpatterns = [
    path("sorp/", statement.sorp, name="sorp"),
    path("sorp/terms/", statement.terms, name="terms"),
    path("sorp/whole/", statement.sorp_whole, name="sorp_whole"),
    path("sorp/clauses/<slug:key>/", statement.sorp_clause, name="sorp_clause"),
    path("sorp/parts/<slug:part>/", statement.sorp_part, name="sorp_part"),
    path("sorp/first/", first.first_version, name="first_version"),
    path("sorp/versions/", statement.sorp_versions, name="sorp_versions"),
    path(VERSION, statement.sorp_version, name="sorp_version"),
    path(VERSION + "whole/", statement.sorp_whole, name="sorp_version_whole"),
    path(VERSION + "clauses/<slug:key>/", statement.sorp_clause, name="sorp_version_clause"),
    path(VERSION + "parts/<slug:part>/", statement.sorp_part, name="sorp_version_part"),
    path(VERSION + "differences/<str:other>/", statement.sorp_differences, name="sorp_differences"),
    path(VERSION + "consultation/", consultation.consultation, name="consultation"),
    path("sorp/draft/", drafting.new_draft, name="new_draft"),
    path(EDIT, drafting.edit_draft, name="edit_draft"),
    path(EDIT + "settings/", drafting.edit_settings, name="edit_settings"),
    path(EDIT + "trigger/preview/", drafting.preview_trigger, name="preview_trigger"),
    path(EDIT + "trigger/<int:pk>/preview/", drafting.preview_trigger, name="preview_trigger"),
    path(EDIT + "<str:part>/", drafting.draft_part, name="draft_part"),
    path(EDIT + "<str:part>/new/", drafting.edit_part, name="edit_part"),
    path(EDIT + "<str:part>/<int:pk>/", drafting.edit_part, name="edit_part"),
    path(EDIT + "<str:part>/<int:pk>/remove/", drafting.remove_part, name="remove_part"),
    path(EDIT + "<str:part>/<int:pk>/move/", drafting.move_part, name="move_part"),
]
