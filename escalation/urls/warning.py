"""The address of early warning."""

from django.urls import path

from escalation.views import warning

urlpatterns = [
    path("early-warning/", warning.early_warning, name="early_warning"),
]
