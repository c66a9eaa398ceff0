"""Addresses of the strategy. They stand under /strategy/."""

from django.urls import path

from strategy import views

urlpatterns = [
    path("", views.strategy, name="strategy"),
    path("milestones/<int:milestone>/", views.update_milestone, name="update_milestone"),
    path("<slug:slug>/", views.priority, name="priority"),
]
