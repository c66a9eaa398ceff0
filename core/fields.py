"""Fields of a model that hold a quarter or a month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any, TypedDict

from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Combinable

from core.months import Month
from core.quarters import Quarter

# What a column of quarters may hold. PostgreSQL keeps dates, SQLite their text.
IS_A_QUARTER = {
    "postgresql": (
        "EXTRACT(DAY FROM {column}) = 1 AND EXTRACT(MONTH FROM {column}) IN (1, 4, 7, 10)"
    ),
    "sqlite": (
        "{column} GLOB '[0-9][0-9][0-9][0-9]-0[147]-01'"
        " OR {column} GLOB '[0-9][0-9][0-9][0-9]-10-01'"
    ),
}

IS_A_MONTH = {
    "postgresql": "EXTRACT(DAY FROM {column}) = 1",
    "sqlite": "{column} GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]-01'",
}

_quarter_of = lru_cache(maxsize=1024)(Quarter.containing)


class Digits(TypedDict):
    """How many digits a decimal has, which several columns have alike."""

    max_digits: int
    decimal_places: int


class QuarterField(models.DateField):
    """A `Quarter`, kept as its first day, so that quarters sort and compare in the database too.

    Takes a quarter, its key (2011-Q1) or its first day, as a date or in ISO form. Any other day is
    refused, with ValidationError in Python and with IntegrityError by a check of the column.
    """

    description = "A quarter of the financial year"
    default_error_messages = {
        "invalid": "“%(value)s” is not a quarter: write it like 2011-Q1",
        "not_a_first_day": "%(value)s is not the first day of a quarter",
    }

    # For the checker of types: what may be assigned, what is read, what may be looked for.
    _pyi_private_set_type: Quarter | date | str | Combinable  # type: ignore[assignment]
    _pyi_private_get_type: Quarter  # type: ignore[assignment]
    _pyi_lookup_exact_type: Quarter | date | str  # type: ignore[assignment]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.has_default() and not callable(self.default):
            self.default = self.to_python(self.default)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """A default is written as a day, which migrations know how to write."""
        name, path, args, options = super().deconstruct()
        if isinstance(options.get("default"), Quarter):
            options["default"] = options["default"].first_day
        return name, path, args, options

    def db_check(self, connection: BaseDatabaseWrapper) -> str:
        column = connection.ops.quote_name(self.column)
        return IS_A_QUARTER[connection.vendor].format(column=column)

    def to_python(self, value: Any) -> Quarter | None:
        if value is None or isinstance(value, Quarter):
            return value
        if isinstance(value, str) and "Q" in value:
            try:
                return Quarter.parse(value)
            except ValueError as unread:
                message, about = self.error_messages["invalid"], {"value": value}
                raise ValidationError(message, "invalid", about) from unread
        day = super().to_python(value)
        quarter = _quarter_of(day)
        if quarter.first_day != day:
            message, about = self.error_messages["not_a_first_day"], {"value": day}
            raise ValidationError(message, "not_a_first_day", about)
        return quarter

    def from_db_value(self, value: date | None, *_: Any) -> Quarter | None:
        return None if value is None else _quarter_of(value)

    def get_prep_value(self, value: Any) -> Any:
        """The first day, from what `to_python` takes. An expression stays one."""
        value = super().get_prep_value(value)
        return value.first_day if isinstance(value, Quarter) else value

    def value_to_string(self, obj: models.Model) -> str:
        quarter = self.to_python(self.value_from_object(obj))
        return "" if quarter is None else quarter.key


class MonthField(models.DateField):
    """A `Month`, kept as its first day. Takes a month, its key (2019-10) or its first day."""

    description = "A month of the calendar"
    default_error_messages = {
        "invalid": "“%(value)s” is not a month: write it like 2019-10",
        "not_a_first_day": "%(value)s is not the first day of a month",
    }

    _pyi_private_set_type: Month | date | str | Combinable  # type: ignore[assignment]
    _pyi_private_get_type: Month  # type: ignore[assignment]
    _pyi_lookup_exact_type: Month | date | str  # type: ignore[assignment]

    def db_check(self, connection: BaseDatabaseWrapper) -> str:
        column = connection.ops.quote_name(self.column)
        return IS_A_MONTH[connection.vendor].format(column=column)

    def to_python(self, value: Any) -> Month | None:
        if value is None or isinstance(value, Month):
            return value
        if isinstance(value, str) and len(value) == 7:
            try:
                return Month.parse(value)
            except ValueError as unread:
                message, about = self.error_messages["invalid"], {"value": value}
                raise ValidationError(message, "invalid", about) from unread
        day = super().to_python(value)
        if day.day != 1:
            message, about = self.error_messages["not_a_first_day"], {"value": day}
            raise ValidationError(message, "not_a_first_day", about)
        return Month.containing(day)

    def from_db_value(self, value: date | None, *_: Any) -> Month | None:
        return None if value is None else Month.containing(value)

    def get_prep_value(self, value: Any) -> Any:
        """The first day, from what `to_python` takes. An expression stays one."""
        value = super().get_prep_value(value)
        return value.first_day if isinstance(value, Month) else value

    def value_to_string(self, obj: models.Model) -> str:
        month = self.to_python(self.value_from_object(obj))
        return "" if month is None else month.key
