"""Addresses of a person's notices."""

from django.urls import path

from organisation import views

urlpatterns = [
    path("notices/", views.notices, name="notices"),
    path("notices/preferences/", views.preferences, name="notice_preferences"),
]
