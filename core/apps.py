"""What every app stands on, as Django loads it."""

from typing import Any

from django.apps import AppConfig
from django.core.management import call_command
from django.db.models.signals import post_migrate
from django.urls import register_converter

from core.converters import (
    DayConverter,
    ItemConverter,
    QuarterConverter,
    ReferenceConverter,
    SpreadsheetConverter,
)


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        """Every app's addresses may name a quarter, a day, an indicator and a kind of file.

        A database that was migrated has its cache's table too, without which nobody could sign in.
        """
        post_migrate.connect(make_cache_table, sender=self)
        register_converter(QuarterConverter, "quarter")
        register_converter(DayConverter, "day")
        register_converter(ReferenceConverter, "reference")
        register_converter(ItemConverter, "item")
        register_converter(SpreadsheetConverter, "spreadsheet")


def make_cache_table(*, using: str, **sent: Any) -> None:
    """The table of the cache stands, where the cache is kept in the database."""
    call_command("createcachetable", database=using, verbosity=0)
