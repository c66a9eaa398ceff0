"""Addresses of the SORP, of escalations, plans and warnings."""

from escalation.urls import drafting, explanations, register, statement, warning

urlpatterns = [
    *register.urlpatterns,
    *statement.urlpatterns,
    *drafting.urlpatterns,
    *explanations.urlpatterns,
    *warning.urlpatterns,
]
