"""Addresses of the strategy. They stand under /strategy/; what is set up about it, under /set-up/."""

from django.urls import path

from strategy.views import plan, strategy

urlpatterns = [
    path("", strategy.strategy, name="strategy"),
    path("milestones/<int:milestone>/", strategy.update_milestone, name="update_milestone"),
    path("programmes/<slug:slug>/", strategy.programme, name="programme"),
    path("<slug:slug>/", strategy.priority, name="priority"),
]

set_up_patterns = [
    path("set-up/plan/", plan.plan, name="set_up_plan"),
    *[each for pages in plan.PARTS for each in plan.part_paths(pages)],
]
