"""Addresses where a draft of the SORP is written."""

from django.urls import path

from escalation.views import drafting, drafting_parts

EDIT = "sorp/versions/<str:number>/edit/"

urlpatterns = [
    path("sorp/draft/", drafting.new_draft, name="new_draft"),
    path(EDIT, drafting.edit_draft, name="edit_draft"),
    path(EDIT + "settings/", drafting_parts.edit_settings, name="edit_settings"),
    path(EDIT + "trigger/preview/", drafting_parts.preview_trigger, name="preview_trigger"),
    path(
        EDIT + "trigger/<int:pk>/preview/", drafting_parts.preview_trigger, name="preview_trigger"
    ),
    path(EDIT + "<str:part>/new/", drafting_parts.edit_part, name="edit_part"),
    path(EDIT + "<str:part>/<int:pk>/", drafting_parts.edit_part, name="edit_part"),
    path(EDIT + "<str:part>/<int:pk>/remove/", drafting_parts.remove_part, name="remove_part"),
    path(EDIT + "<str:part>/<int:pk>/move/", drafting_parts.move_part, name="move_part"),
]
