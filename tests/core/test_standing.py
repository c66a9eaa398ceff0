"""What stands before a test is what it asks for, whatever the tests before it asked for or wrote."""

import pytest
from django.db import connection

from organisation.models.units import Unit
from sorp.models.statement import Version
from tests.factories import UnitFactory
from tests.standing import STANDING, for_a_module


@pytest.mark.django_db
def test_who_asks_for_no_sorp_finds_none():
    assert not Version.objects.exists()
    assert STANDING.version is None


@pytest.mark.parametrize("turn", ["first", "second", "third"])
def test_the_sorp_is_as_it_was_written_and_nothing_else_stands(sorp_in_force, turn):
    assert list(Version.objects.all()) == [sorp_in_force]
    assert sorp_in_force.clauses.count() > 20
    assert not Unit.objects.exists()
    UnitFactory()
    Version.objects.create(statement=sorp_in_force.statement, number="2")


def test_a_module_with_a_council_of_its_own_has_no_sorp_but_what_it_writes(
    django_db_setup, django_db_blocker
):
    with django_db_blocker.unblock():
        STANDING.write()
        with for_a_module(django_db_blocker):
            assert not Version.objects.exists()
            STANDING.write()
            assert not Version.objects.exists(), "it would be taken away with the module"
        assert not connection.in_atomic_block
