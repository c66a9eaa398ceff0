"""Addresses for entering results."""

from django.urls import path

from indicators import views

urlpatterns = [
    path("returns/<str:quarter>/<str:reference>/", views.enter_result, name="enter_result"),
]
