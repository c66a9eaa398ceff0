"""Addresses. An address once issued is never re-used."""

from django.urls import include, path

from kcc_perf import doors

urlpatterns = [
    path("accounts/", include(doors.account_patterns)),
    path("healthz", doors.healthz, name="healthz"),
    path("readyz", doors.readyz, name="readyz"),
]
