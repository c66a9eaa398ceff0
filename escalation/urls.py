"""Addresses of the register, the SORP in force, and closing a quarter."""

from django.urls import path

from escalation.views import quarters, register

urlpatterns = [
    path("escalations/", register.register, name="escalations"),
    path("sorp/", register.sorp, name="sorp"),
    path("quarters/", quarters.quarters, name="quarters"),
    path("quarters/<str:quarter>/close/", quarters.close, name="close_quarter"),
]
