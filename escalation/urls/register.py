"""Addresses of the register, of action plans, and of closing a quarter."""

from django.urls import path

from escalation.views import plans, quarters, register

urlpatterns = [
    path("escalations/", register.register, name="escalations"),
    path("escalations/plans/<str:reference>/", plans.write_plan, name="write_plan"),
    path(
        "escalations/plans/<str:reference>/actions/<int:position>/",
        plans.report_progress,
        name="report_progress",
    ),
    path("quarters/", quarters.quarters, name="quarters"),
    path("quarters/<str:quarter>/close/", quarters.close, name="close_quarter"),
]
