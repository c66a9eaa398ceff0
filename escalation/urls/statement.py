"""Addresses where the SORP is read, compared, consulted on and approved."""

from django.urls import path

from escalation.views import approving, consulting, statement

urlpatterns = [
    path("sorp/", statement.sorp, name="sorp"),
    path("sorp/terms/", statement.terms, name="terms"),
    path("sorp/versions/", statement.sorp_versions, name="sorp_versions"),
    path("sorp/versions/<str:number>/", statement.sorp_version, name="sorp_version"),
    path(
        "sorp/versions/<str:number>/differences/<str:other>/",
        statement.sorp_differences,
        name="sorp_differences",
    ),
    path("sorp/versions/<str:number>/consultation/", consulting.consultation, name="consultation"),
    path("sorp/versions/<str:number>/approve/", approving.approve_version, name="approve_version"),
]
