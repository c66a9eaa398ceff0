"""What stands in the database before a test begins: nothing, or the default SORP.

To write the SORP's rows takes longer than most tests do. They are written once, in a transaction around the tests
that ask for them, which stand together in each file; each test is rolled back to them. Whoever keeps a council of
their own for a whole module does so with `for_a_module`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from core.quarters import Quarter


class StandingSorp:
    """The default SORP, ruling every quarter from Q1 2010/11, in a transaction around tests."""

    def __init__(self) -> None:
        self.version: int | None = None
        self._around: transaction.Atomic | None = None

    def write(self) -> None:
        """It stands, unless a module keeps a council of its own."""
        if self._around is not None and connection.closed_in_transaction:
            self.take_away()  # a test has closed the connection, and the rows went with it
        if self._around is not None or connection.in_atomic_block:
            return
        around = transaction.atomic()
        around._from_testcase = True  # type: ignore[attr-defined] # as Django's: what is durable may be inside
        around.__enter__()
        self._around, self.version = around, seeded().pk
        connection.check_constraints()  # else the end of each test would ask it of these rows again

    def take_away(self) -> None:
        if self._around is None:
            return
        transaction.set_rollback(True)
        self._around.__exit__(None, None, None)
        self.version = self._around = None


STANDING = StandingSorp()


def seeded():
    """The default SORP, in force: its version."""
    from sorp.services.seeding import seed_default_statement  # once Django is ready

    version, _ = seed_default_statement(
        from_quarter=Quarter(2010, 1), approved_on=date(2010, 4, 1), by=None
    )
    return version


@contextmanager
def for_a_module(blocker: DjangoDbBlocker) -> Iterator[None]:
    """What is written inside stands for all tests of a module, and goes with it."""
    with blocker.unblock():
        STANDING.take_away()
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
