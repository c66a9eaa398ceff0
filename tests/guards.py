"""The guards in force, and how a test alters a row that one of them keeps."""

from contextlib import contextmanager
from functools import cache

from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from core.sql_guards import Guard, GuardTable, UnguardTable, backwards
from core.sql_guards_released import forwards


@cache
def guards_in_force() -> dict[str, Guard]:
    """By table: what the latest migration about it says."""
    graph = MigrationLoader(None).graph
    in_order = dict.fromkeys(
        key for leaf in graph.leaf_nodes() for key in graph.forwards_plan(leaf)
    )
    found = {}
    for key in in_order:
        for operation in graph.nodes[key].operations:
            if isinstance(operation, GuardTable):
                found[operation.guard.table] = operation.guard
            elif isinstance(operation, UnguardTable):
                found.pop(operation.guard.table, None)
    return found


@cache
def model_of(table):
    (model,) = (each for each in apps.get_models() if each._meta.db_table == table)
    return model


@contextmanager
def unguarded(model):
    """Rows of a model may be altered, as by somebody with the database in hand; afterwards not."""
    guard = guards_in_force()[model._meta.db_table]
    with connection.cursor() as cursor:
        if (
            connection.vendor == "postgresql"
        ):  # drops no trigger of a table whose checks are put off
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in backwards(guard, connection.vendor):
            cursor.execute(statement)
        yield
        for statement in forwards(guard, connection.vendor):
            cursor.execute(statement)
