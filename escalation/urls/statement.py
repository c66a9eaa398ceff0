"""Addresses where the SORP is read, compared, consulted on and approved."""

from django.urls import path

from escalation.views import register

urlpatterns = [
    path("sorp/", register.sorp, name="sorp"),
]
