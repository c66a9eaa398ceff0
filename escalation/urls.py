"""Addresses of escalations, explanations, plans and warnings; of back-tests, rehearsals and approving a version."""

from django.urls import path

from escalation.views import (
    approval,
    as_it_stands,
    backtests,
    early_warning,
    explanations,
    handling,
    history,
    plan_writing,
    plans,
    quarters,
    register,
    rehearsals,
    taking_back,
)

urlpatterns = [
    path("escalations/", register.register, name="escalations"),
    path("escalations/units/", register.units_referred, name="units_referred"),
    path("escalations/as-it-stands/", as_it_stands.as_it_stands, name="as_it_stands"),
    path("escalations/better/", register.better_than_target, name="better_than_target"),
    path(
        "escalations/<int:pk>/handle/", handling.deal_with_escalation, name="deal_with_escalation"
    ),
    path("escalations/plans/", plans.action_plans, name="action_plans"),
    path("escalations/actions/", plans.actions, name="actions"),
    path("escalations/actions/<int:pk>/link/", plans.link_action, name="link_action"),
    path("escalations/plans/<reference:address>/", plan_writing.write_plan, name="write_plan"),
    path(
        "escalations/plans/<reference:address>/draft/",
        plan_writing.keep_plan_draft,
        name="keep_plan_draft",
    ),
    path(
        "escalations/plans/<reference:address>/<int:number>/",
        plans.plan_version,
        name="plan_version",
    ),
    path(
        "escalations/plans/<reference:address>/<int:number>/agree/",
        plans.agree_plan,
        name="agree_plan",
    ),
    path(
        "escalations/plans/<reference:address>/<int:number>/review/",
        plans.review_plan,
        name="review_plan",
    ),
    path(
        "escalations/plans/<reference:address>/actions/<int:position>/",
        plans.report_progress,
        name="report_progress",
    ),
    path("quarters/", quarters.quarters, name="quarters"),
    path("quarters/<quarter:quarter>/history/", quarters.quarter_history, name="quarter_history"),
    path("quarters/history/", history.history, name="close_history"),
    path("quarters/<quarter:quarter>/close/", quarters.close, name="close_quarter"),
    path("quarters/<quarter:quarter>/close-early/", quarters.early_close, name="early_close"),
    path(
        "quarters/<quarter:quarter>/close-early/not-agreed/",
        quarters.not_agreed,
        name="refuse_early_close",
    ),
    path("quarters/<quarter:quarter>/take-back/", taking_back.take_back, name="take_back_close"),
    path(
        "quarters/<quarter:quarter>/taken-back/<int:pk>/",
        taking_back.taken_back,
        name="taken_back_close",
    ),
    path(
        "quarters/<quarter:quarter>/taken-back/<int:pk>/archive.json",
        taking_back.archive,
        name="taken_back_archive",
    ),
    path(
        "indicators/<reference:address>/explanations/",
        explanations.explanations,
        name="explanations",
    ),
    path(
        "indicators/<reference:address>/explanations/<quarter:quarter>/",
        explanations.explanation,
        name="explanation",
    ),
    path(
        "indicators/<reference:address>/explanations/<quarter:quarter>/<int:number>.json",
        explanations.explanation_json,
        name="explanation_json",
    ),
    path("early-warning/", early_warning.early_warning, name="early_warning"),
    path("sorp/versions/<str:number>/approve/", approval.approve_version, name="approve_version"),
    path("sorp/backtests/", backtests.backtests, name="backtests"),
    path("sorp/backtests/<int:pk>/", backtests.backtest, name="backtest"),
    path("sorp/backtests/<int:pk>/evidence/", backtests.keep_backtest, name="keep_backtest"),
    path("sorp/backtests/<int:pk>/backtest.json", backtests.backtest_json, name="backtest_json"),
    path("sorp/backtests/<int:pk>/changes.csv", backtests.backtest_csv, name="backtest_csv"),
    path("sorp/backtests/<int:pk>/rules.json", backtests.backtest_rules, name="backtest_rules"),
    path("set-up/rehearsal/", rehearsals.set_up_rehearsal, name="set_up_rehearsal"),
    path("set-up/rehearsal/<int:pk>/", rehearsals.rehearsal, name="rehearsal"),
    path(
        "set-up/rehearsal/<int:pk>/throw-away/",
        rehearsals.throw_away_rehearsal,
        name="throw_away_rehearsal",
    ),
]
