"""What every app stands on, as Django loads it."""

from django.apps import AppConfig
from django.urls import register_converter

from core.converters import DayConverter, QuarterConverter


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        """Every app's addresses may name a quarter and a day."""
        register_converter(QuarterConverter, "quarter")
        register_converter(DayConverter, "day")
