"""Addresses of the register, of action plans, and of closing a quarter."""

from django.urls import path

from escalation.views import handling, plan_versions, plans, quarters, register

urlpatterns = [
    path("escalations/", register.register, name="escalations"),
    path("escalations/units/", register.units_referred, name="units_referred"),
    path("escalations/better/", register.better_than_target, name="better_than_target"),
    path(
        "escalations/<int:pk>/handle/", handling.deal_with_escalation, name="deal_with_escalation"
    ),
    path("escalations/plans/", plan_versions.action_plans, name="action_plans"),
    path("escalations/plans/<str:reference>/", plans.write_plan, name="write_plan"),
    path(
        "escalations/plans/<str:reference>/<int:number>/",
        plan_versions.plan_version,
        name="plan_version",
    ),
    path(
        "escalations/plans/<str:reference>/<int:number>/agree/",
        plan_versions.agree_plan,
        name="agree_plan",
    ),
    path(
        "escalations/plans/<str:reference>/<int:number>/review/",
        plan_versions.review_plan,
        name="review_plan",
    ),
    path(
        "escalations/plans/<str:reference>/actions/<int:position>/",
        plans.report_progress,
        name="report_progress",
    ),
    path("quarters/", quarters.quarters, name="quarters"),
    path("quarters/<str:quarter>/close/", quarters.close, name="close_quarter"),
]
