"""What every app stands on, as Django loads it."""

from django.apps import AppConfig
from django.urls import register_converter

from core.converters import (
    DayConverter,
    QuarterConverter,
    ReferenceConverter,
    SpreadsheetConverter,
)


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        """Every app's addresses may name a quarter, a day, an indicator and a kind of file."""
        register_converter(QuarterConverter, "quarter")
        register_converter(DayConverter, "day")
        register_converter(ReferenceConverter, "reference")
        register_converter(SpreadsheetConverter, "spreadsheet")
