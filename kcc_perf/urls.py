"""Addresses. An address once issued is never re-used."""

from django.conf import settings
from django.urls import include, path

from assurance.urls import set_up_patterns as assurance_set_up
from kcc_perf import views
from strategy.urls import delivery_patterns
from strategy.urls import set_up_patterns as strategy_set_up

urlpatterns = [
    path("accounts/", include(views.account_patterns)),
    path("accessibility-statement/", views.accessibility_statement, name="accessibility_statement"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("", include("organisation.urls")),
    path("", include("indicators.urls")),
    path("", include("sorp.urls")),
    path("", include("escalation.urls")),
    path("strategy/", include("strategy.urls")),
    path("", include(strategy_set_up)),
    path("", include(delivery_patterns)),
    path("assurance/", include("assurance.urls")),
    path("", include(assurance_set_up)),
    path("", include("dashboards.urls")),
    path("", include("reports.urls")),
]

if settings.DEBUG:
    from kcc_perf.gallery import gallery

    urlpatterns.append(path("gallery/", gallery, name="gallery"))
