"""Databases from before the tables were written anew, which cannot be brought up to date."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import Error
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

OLDER_DATABASE = (
    "This database was made before the first release and cannot be brought up to date: name a new one"
    " in DATABASE_URL, run migrate, and import its CSV files again (docs/guides/files.md)."
)
# What such a database has, and none made since. Their first migrations have the name of today's.
TABLE = "organisation_auditevent"
MIGRATIONS = {
    ("organisation", "0002_audit_append_only"),
    ("sorp", "0003_rule_book_lifecycle"),
}


def is_older(alias: str) -> bool:
    """Whether a database is one of those. Raises DatabaseError where it does not answer."""
    connection = connections[alias]
    if TABLE in connection.introspection.table_names():
        return True
    return not MIGRATIONS.isdisjoint(MigrationRecorder(connection).applied_migrations())


def no_database_is_older(databases: Sequence[str] | None = None, **kwargs: Any) -> list[Error]:
    """For `manage.py check --database default`."""
    older = (alias for alias in databases or () if is_older(alias))
    return [Error(OLDER_DATABASE, id="kcc_perf.E001", obj=alias) for alias in older]
