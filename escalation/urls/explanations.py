"""Addresses of explanations: why an indicator was, or was not, referred up."""

from django.urls import path

from escalation.views import explanations

urlpatterns = [
    path(
        "indicators/<str:reference>/explanations/", explanations.explanations, name="explanations"
    ),
    path(
        "indicators/<str:reference>/explanations/<str:quarter>/",
        explanations.explanation,
        name="explanation",
    ),
    path(
        "indicators/<str:reference>/explanations/<str:quarter>/<int:number>.json",
        explanations.explanation_json,
        name="explanation_json",
    ),
]
