"""The trail of a page: by its address, or where it is declared, and only through what its reader may open."""

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import Context
from django.urls import get_resolver, resolve

from kcc_perf.context import SIGNED_IN, SIGNED_OUT, entries_for, section_of
from kcc_perf.trails import CALLED, STANDS_UNDER, Step, trail
from organisation.permissions import Permission
from tests.kcc_perf.authorisation import routes

OFFICER = SimpleNamespace(is_authenticated=True, may=lambda permission: True)
READER = SimpleNamespace(is_authenticated=True, may={Permission.VIEW_PERFORMANCE}.__contains__)
NOBODY = AnonymousUser()
WHERE = [
    # An address, its reader, the names of the pages above it, and the entry of the menu it lies under.
    ("/home/", OFFICER, [], ""),
    ("/notices/preferences/", OFFICER, ["home", "notices"], "home"),
    ("/search/", OFFICER, ["home"], "home"),
    ("/early-warning/", READER, ["home", "escalations"], "escalations"),
    (
        "/forecasts/one-by-one/",
        READER,
        ["home", "escalations", "early_warning", "forecasts"],
        "escalations",
    ),
    ("/variations/", READER, ["home", "escalations"], "escalations"),
    ("/escalations/plans/", READER, ["home", "escalations"], "escalations"),
    ("/indicators/HT-12/", READER, ["home", "dashboards"], "dashboards"),
    ("/indicators/HT-12/variations/", READER, ["home", "dashboards", "indicator"], "dashboards"),
    ("/sorp/backtests/3/", READER, ["home", "sorp", "backtests"], "sorp"),
    ("/sorp/compliance/2011-Q2/", READER, ["home", "sorp", "compliance"], "sorp"),
    ("/set-up/units/add/", OFFICER, ["home", "set_up", "set_up_units"], "set_up"),
    (
        "/round/2024/of/GET/submit/",
        OFFICER,
        ["home", "set_up", "set_up_round", "annual_round", "round_grid"],
        "set_up",
    ),
    ("/round/2024/lines/3/", READER, ["home", "set_up_round", "annual_round"], "home"),
    (
        "/set-up/unit/hw/move/",
        OFFICER,
        ["home", "set_up", "set_up_units", "set_up_unit"],
        "set_up",
    ),
    ("/set-up/aims/3/change/", OFFICER, ["home", "set_up", "set_up_plan", "set_up_aims"], "set_up"),
    ("/quarters/2011-Q2/close/", OFFICER, ["home", "set_up", "quarters"], "set_up"),
    ("/quarters/2011-Q2/take-back/", OFFICER, ["home", "set_up", "quarters"], "set_up"),
    ("/quarters/2011-Q2/taken-back/3/", OFFICER, ["home", "set_up", "quarters"], "set_up"),
    ("/quarters/2011-Q2/taken-back/3/", READER, ["home"], "home"),
    ("/quarters/2011-Q2/close-early/", READER, ["home", "quarters"], "home"),
    (
        "/returns/2011-Q2/HT-12/evidence/",
        OFFICER,
        ["home", "returns", "my_return", "enter_result"],
        "returns",
    ),
    (
        "/assurance/pat/2011-11-14/board/",
        READER,
        ["home", "assurance", "assurance_team", "meeting"],
        "assurance",
    ),
    ("/performance/2011-Q2/", OFFICER, ["home", "reports"], "reports"),
    ("/", NOBODY, [], ""),
    ("/sorp/versions/", NOBODY, ["latest_report", "sorp"], "sorp"),
    ("/performance/2011-Q2/", NOBODY, ["latest_report"], "latest_report"),
    ("/accounts/password/reset/", NOBODY, ["latest_report", "account_login"], "account_login"),
    ("/set-up/units/add/", NOBODY, ["latest_report"], "latest_report"),
]


def trail_to(address, reader):
    entries = entries_for(reader) if reader.is_authenticated else SIGNED_OUT
    menu = {entry[1] for entry in entries}
    above = trail(resolve(address), path=address, user=reader, menu=menu)
    return [each.name for each in above], section_of(above, menu)


@pytest.mark.parametrize(("address", "reader", "above", "section"), WHERE)
def test_a_page_stands_under_what_it_belongs_to(address, reader, above, section):
    assert trail_to(address, reader) == (above, section)


def test_where_no_page_was_found_there_is_no_trail():
    assert trail(None, path="/nowhere/", user=OFFICER, menu=set()) == []


def test_the_address_of_a_step_is_that_of_the_same_unit():
    address = "/set-up/unit/hw/move/"
    above = trail(resolve(address), path=address, user=OFFICER, menu={"set_up"})

    assert above[-1].address == "/set-up/unit/hw/"


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ({"unit": SimpleNamespace(name="Highways")}, "Highways"),
        ({"about": SimpleNamespace(caption="Highways")}, "Highways"),
        ({}, "The unit"),
    ],
)
def test_a_step_is_called_what_its_page_or_the_one_below_calls_it(page, said):
    assert Step("set_up_unit", "/set-up/unit/hw/").words(Context(page)) == said


def test_a_list_of_an_entity_is_called_what_the_entity_is():
    assert Step("set_up_units", "/set-up/units/").words(Context()) == "Units"
    assert Step("set_up_units_bring", "/").words(Context()) == "Upload a spreadsheet"


def test_what_is_declared_names_pages_that_there_are():
    named = {name for name, _ in routes()}

    assert set(CALLED) <= named
    assert set(STANDS_UNDER) <= named
    assert {each for parents in STANDS_UNDER.values() for each in parents.split()} <= named
    assert {entry[1] for entry in (*SIGNED_IN, *SIGNED_OUT)} <= named
    assert get_resolver().reverse_dict
