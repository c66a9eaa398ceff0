"""What every page is given."""

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import path

from kcc_perf.accessibility import facts
from kcc_perf.context import SIGNED_IN, SIGNED_OUT, entries_for, navigation, service
from organisation.permissions import Permission


def page(request):
    return HttpResponse()


urlpatterns = [
    path("", page, name="latest_report"),
    path("data/", page),  # found by its address, though it has no name
    path("home/", page, name="home"),
    path("escalations/", page, name="escalations"),
    path("sorp/", page, name="sorp"),
    path("desks/", page, name="dashboards"),  # found by its name, though it is elsewhere
    path("leave/", page, name="account_logout"),
    path("accessibility-statement/", page, name="accessibility_statement"),
]
pytestmark = pytest.mark.urls(__name__)


def given_to(rf, user, address="/"):
    request = rf.get(address)
    request.user = user
    return service(request)


def test_navigation_offers_only_pages_that_exist(rf):
    signed_out = given_to(rf, AnonymousUser())["navigation"]
    reader = SimpleNamespace(is_authenticated=True, may={Permission.VIEW_PERFORMANCE}.__contains__)
    signed_in = given_to(rf, reader)["navigation"]

    assert [(each["text"], each["address"]) for each in signed_out] == [
        ("Latest report", "/"),
        ("Data", "/data/"),
        ("SORP", "/sorp/"),
    ]
    assert [(each["text"], each["address"]) for each in signed_in] == [
        ("Home", "/home/"),
        ("Dashboards", "/desks/"),
        ("Escalation", "/escalations/"),
        ("SORP", "/sorp/"),
    ]


@pytest.mark.parametrize(
    ("where", "under", "current", "active"),
    [
        ("/", "", ["Latest report"], ["Latest report"]),
        ("/data/", "latest_report", ["Data"], ["Data"]),
        ("/data/2011-Q2/", "open_data", [], ["Data"]),
        ("/elsewhere/", "", [], []),
    ],
)
def test_navigation_marks_where_we_are_or_under_what(where, under, current, active):
    entries = list(navigation(where, SIGNED_OUT, under=under))

    assert [each["text"] for each in entries if each["current"]] == current
    assert [each["text"] for each in entries if each["active"]] == active


def test_navigation_is_in_the_order_of_the_work():
    assert [entry[0] for entry in SIGNED_IN] == [
        "Home",
        "Return",
        "Calendar",
        "Dashboards",
        "Escalation",
        "Assurance",
        "Strategy",
        "SORP",
        "Report",
        "Set up",
    ]


@pytest.mark.parametrize(
    ("granted", "offered"),
    [
        (set(), {"Latest report"}),
        ({Permission.SUBMIT_RESULT}, {"Return", "Latest report"}),
        (
            {Permission.VIEW_PERFORMANCE, Permission.MANAGE_FRAMEWORK},
            {"Dashboards", "Escalation", "Strategy", "Report", "Set up"},
        ),
    ],
)
def test_nobody_is_offered_what_they_would_be_refused(granted, offered):
    for_all = {entry[0] for entry in SIGNED_IN if len(entry) == 3}
    person = SimpleNamespace(may=granted.__contains__)

    assert {text for text, _, _ in entries_for(person)} == for_all | offered


def drawn(rf, template, **context):
    request = rf.get("/")
    request.user = AnonymousUser()
    return render_to_string(template, context, request=request)


@pytest.mark.parametrize("demonstration", [True, False])
def test_a_demonstration_says_that_the_council_is_invented(rf, settings, demonstration):
    settings.DEMONSTRATION = demonstration

    assert ("The council is invented." in drawn(rf, "404.html")) is demonstration


def test_every_page_names_itself_the_service_and_the_council(rf, settings):
    settings.COUNCIL_NAME = "Wealdshire County Council"

    html = drawn(rf, "404.html")

    assert (
        "<title>Page not found – Performance management – Wealdshire County Council</title>" in html
    )
    assert '<html lang="en-GB"' in html
    assert 'href="#main-content"' in html
    assert html.count("<h1") == 1


@pytest.mark.parametrize("template", ["400.html", "500.html"])
def test_pages_for_failures_need_to_know_nothing(template):
    html = render_to_string(template)

    assert html.count("<h1") == 1
    assert "<title>" in html
    assert "<title></title>" not in html


def test_a_refusal_gives_its_reason(rf):
    html = drawn(rf, "403.html", exception="Only the chair of PAT may call in an indicator.")
    assert "Only the chair of PAT may call in an indicator." in html


@pytest.mark.parametrize(
    "heading",
    [
        "Accessibility statement for performance management",
        "How accessible this service is",
        "Feedback and contact information",
        "Enforcement procedure",
        "Technical information about this service’s accessibility",
        "Compliance status",
        "Non-accessible content",
        "Non-compliance with the accessibility regulations",
        "Disproportionate burden",
        "Content that’s not within the scope of the accessibility regulations",
        "What we’re doing to improve accessibility",
        "Preparation of this accessibility statement",
    ],
)
def test_the_accessibility_statement_follows_the_model(rf, heading):
    assert f">{heading}<" in drawn(rf, "accessibility_statement.html", **facts())


def test_the_accessibility_statement_says_whom_to_ask_and_what_was_tested(rf, settings):
    html = drawn(rf, "accessibility_statement.html", **facts())

    assert f"mailto:{settings.CONTACT_EMAIL}" in html
    assert "Equality Advisory and Support Service" in html
    assert "No manual test with assistive technology has been done yet" in html
    for page_tested in facts()["pages_tested"]:
        assert page_tested in html
