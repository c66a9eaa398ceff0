"""Cleaning what was typed into a draft, or refusing it at its field."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model

from core.refusals import Refused

LONGEST = 10_000  # characters in one box; a clause longer than that is several


def clean_row(row: Model) -> None:
    """Strip every text of a row and check it. Raises Refused, at the field, for what cannot be kept."""
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if not isinstance(value, str):
            continue
        if "\x00" in value:
            raise Refused(f"Take the NUL character out of {_the(field)}", field=field.name)
        if len(value) > LONGEST:
            raise Refused(f"Make {_the(field)} {LONGEST:,} characters or fewer", field=field.name)
        setattr(row, field.attname, value.replace("\r\n", "\n").strip())
    try:
        row.clean_fields(exclude={"position"})
    except ValidationError as refusal:
        name, errors = next(iter(refusal.error_dict.items()))
        raise Refused(_advice(row._meta.get_field(name), errors[0]), field=name) from None


def _the(field: Any) -> str:
    return f"the {field.verbose_name}"


def _advice(field: Any, error: ValidationError) -> str:
    """What to do about what a field's own check refuses."""
    limit = (error.params or {}).get("limit_value")
    return {
        "blank": f"Enter {_the(field)}",
        "null": f"Enter {_the(field)}",
        "invalid": f"Enter {_the(field)} as a number",
        "invalid_choice": f"Choose {_the(field)} from those on offer",
        "max_length": f"Make {_the(field)} {limit} characters or fewer",
        "max_value": f"Give {_the(field)} as {limit} or less",
        "min_value": f"Give {_the(field)} as {limit} or more",
    }.get(error.code or "", f"Look again at {_the(field)}: {error.messages[0].rstrip('.')}")


def refuse_outside(value: int, *, least: int, most: int, field: str, what: str) -> None:
    """Raises Refused, at the field, for a number that is less than the least or more than the most."""
    if not least <= value <= most:
        raise Refused(f"Give {what}, from {least} to {most}", field=field)
