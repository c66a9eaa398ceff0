"""Addresses where a draft of the SORP is written."""

urlpatterns = []
