"""Addresses of reports. An address once issued is never re-used."""

from django.urls import path

import assurance.urls  # noqa: F401 - registers how a team and a document stand in an address
from reports.views import api, editions, meeting_documents, public

urlpatterns = [
    path(
        "assurance/<assurance_team:team>/<day:day>/<meeting_document:kind>.pdf",
        meeting_documents.document_in_pdf,
        name="document_in_pdf",
    ),
    path("", public.latest_report, name="latest_report"),
    path("performance/<quarter:quarter>/", public.public_report, name="public_report"),
    path(
        "performance/<quarter:quarter>/files/<str:name>", public.edition_file, name="edition_file"
    ),
    path(
        "performance/indicators/<reference:address>/",
        public.public_indicator,
        name="public_indicator",
    ),
    path(
        "performance/indicators/<reference:address>/figures.csv",
        public.public_indicator_csv,
        name="public_indicator_csv",
    ),
    path(
        "performance/indicators/<reference:address>/parts.csv",
        public.public_parts_csv,
        name="public_parts_csv",
    ),
    path(
        "performance/indicators/<reference:address>/months.csv",
        public.public_months_csv,
        name="public_months_csv",
    ),
    path("performance/priorities/<slug:slug>/", public.public_priority, name="public_priority"),
    path("data/", public.open_data, name="open_data"),
    path("api/v1/reports/", api.api_reports, name="api_reports"),
    # As text, so that what names no quarter is answered in JSON, as everything of the API is.
    path("api/v1/reports/<str:quarter>/", api.api_report, name="api_report"),
    path("api/v1/indicators/", api.api_indicators, name="api_indicators"),
    path("api/v1/indicators/<reference:address>/", api.api_indicator, name="api_indicator"),
    path("reports/", editions.reports, name="reports"),
    path("reports/plans/<int:small>/withdraw/", editions.withdraw_plan, name="withdraw_plan"),
    path("reports/<quarter:quarter>/build/", editions.build, name="build_report"),
    path("reports/<quarter:quarter>/<int:number>/", editions.edition, name="edition"),
    path(
        "reports/<quarter:quarter>/<int:number>/preview/", editions.preview, name="preview_report"
    ),
    path("reports/<quarter:quarter>/<int:number>/check/", editions.check, name="check_report"),
    path(
        "reports/<quarter:quarter>/<int:number>/approve/", editions.approve, name="approve_report"
    ),
    path(
        "reports/<quarter:quarter>/<int:number>/send-back/",
        editions.send_back,
        name="send_back_report",
    ),
    path(
        "reports/<quarter:quarter>/<int:number>/withdraw/",
        editions.withdraw,
        name="withdraw_report",
    ),
    path(
        "reports/<quarter:quarter>/<int:number>/sentences/",
        editions.sentences,
        name="edition_sentences",
    ),
    path(
        "reports/<quarter:quarter>/<int:number>/files/<str:name>",
        editions.draft_file,
        name="draft_file",
    ),
]
