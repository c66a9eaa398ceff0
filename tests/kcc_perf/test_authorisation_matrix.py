"""Every door, tried by everybody: tests/authorisation_matrix.csv says who is answered how."""

import logging
import re

import pytest
import time_machine
from django.test import override_settings

from tests.kcc_perf import authorisation
from tests.kcc_perf.authorisation import GROUPS, ROLES, SIGN_IN, TODAY, World, routes, tries
from tests.standing import for_a_module

pytestmark = pytest.mark.django_db
TRIES = tries()


@pytest.fixture(scope="module")
def media(tmp_path_factory):
    return tmp_path_factory.mktemp("media")


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, media):
    """Built once: nothing that is tried outlasts its try, and nothing outlasts the module."""
    with for_a_module(django_db_blocker):
        with time_machine.travel(TODAY, tick=False), override_settings(MEDIA_ROOT=media):
            built = World()
        yield built


@pytest.fixture(autouse=True)
def in_july(settings, media):
    settings.MEDIA_ROOT = media
    logging.disable(logging.CRITICAL)  # a refusal is what is asked for here, thousands of times
    with time_machine.travel(TODAY, tick=False):
        yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("row", TRIES, ids=str)
def test_everybody_is_answered_as_the_matrix_says(world, row):
    for address in world.addresses(row.route, row.whose, row.state):
        answers = {role: world.told(role, row.method, address, row.route) for role in ROLES}

        assert answers == {role: row.expected(role) for role in ROLES}, f"{row.method} /{address}"


def methods_of(world, address):
    """GET and POST, as far as a view takes them: it says so when it is asked for another."""
    response = world.ask("performance_officer", "DELETE", address)
    if response.status_code != 405:
        return {"GET", "POST"}
    return {"GET", "POST"} & set(re.split(r",\s*", response["Allow"]))


def test_every_route_is_in_the_matrix_with_every_method_it_takes(world):
    """Whoever adds a route says here who may use it, before anybody does."""
    covered = {(row.route, row.method) for row in TRIES}
    uncovered = set()
    for name, address in routes():
        filled = re.sub(
            r"<(?:\w+:)?(\w+)>", lambda match: str(authorisation.NOTHING[match[1]]), address
        )
        uncovered |= {
            f"{name or address} {method}"
            for method in methods_of(world, filled)
            if (name, method) not in covered
        }

    assert sorted(uncovered) == [], "add these to tests/authorisation_matrix.csv"


def test_the_matrix_names_no_route_that_is_gone():
    assert sorted({row.route for row in TRIES} - {name for name, _ in routes()}) == []


def test_every_role_is_let_in_somewhere_and_refused_somewhere():
    for role in ROLES:
        answers = {row.expected(role) for row in TRIES}
        assert 200 in answers, role
        assert answers & {403, SIGN_IN}, role


HIDDEN = [row for row in TRIES if row.not_found and row.method == "GET" and row.whose]


@pytest.mark.parametrize("row", HIDDEN, ids=str)
def test_what_is_hidden_is_answered_as_what_does_not_exist(world, row):
    hidden = world.addresses(row.route, row.whose, row.state)
    absent = world.addresses(row.route, "nothing", "")
    for role in sorted(row.not_found)[:2]:
        for one, other in zip(hidden, absent, strict=True):
            answers = [world.ask(role, "GET", address) for address in (one, other)]

            assert [each.status_code for each in answers] == [404, 404], (role, one)
            assert _body(answers[0]) == _body(answers[1]), (role, one)


def _body(response):
    return re.sub(rb'(csrfmiddlewaretoken" value=")[^"]*', rb"\1", response.content)


def test_own_and_other_are_told_apart_wherever_a_right_goes_by_unit_or_person():
    """A door that answers a manager for their own matter says what it does for another's."""
    by_person = {"manager", "deputy", "division_director", "directorate_director"}
    owns = {
        (row.route, row.method)
        for row in TRIES
        if row.whose == "own" and {row.expected(role) for role in by_person} > {200}
    }

    assert owns <= {(row.route, row.method) for row in TRIES if row.whose == "other"}


def test_there_are_twelve_roles_and_more():
    assert len(ROLES) >= 12
    assert all(members <= set(ROLES) for members in GROUPS.values())
