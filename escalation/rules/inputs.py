"""What the evaluator was given, written so that it can be read back and evaluated again.

Observations, triggers, rules and episodes are frozen dataclasses of plain words, quarters and exact
numbers. Each is written as an object of its fields, those left at their default left out; so a field
that a later release adds does not change what was written before it.
"""

from __future__ import annotations

import types
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from sorp.lexicon import Quarter, Word

Kept = TypeVar("Kept")


def written(value: Any) -> Any:
    """A value as JSON has it. Numbers are written exactly, without noughts that say nothing."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Quarter):
        return value.key
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, str):
        return str(value.value) if isinstance(value, Word) else value
    if isinstance(value, frozenset):
        return sorted(written(each) for each in value)
    if isinstance(value, Mapping):
        return {str(key): written(each) for key, each in value.items()}
    if isinstance(value, Sequence):
        return [written(each) for each in value]
    if is_dataclass(value):
        return {
            each.name: written(getattr(value, each.name))
            for each in fields(value)
            if each.init and getattr(value, each.name) != _default(each)
        }
    raise TypeError(f"{type(value).__name__} is not written into explanations")


def read_as(kind: type[Kept], stored: Any) -> Kept:
    """What was written of a dataclass, as it was. Raises ValueError where it cannot have been."""
    if not isinstance(stored, Mapping):
        raise ValueError(f"a {kind.__name__} is written as an object of its fields")
    hints = _hints(cast(Hashable, kind))
    if unknown := sorted(set(stored) - set(hints)):
        raise ValueError(f"a {kind.__name__} has no {', '.join(unknown)}")
    try:
        return kind(**{name: _read(hints[name], each) for name, each in stored.items()})
    except (TypeError, ArithmeticError) as reason:
        raise ValueError(f"this is not a {kind.__name__}: {reason}") from None


@cache
def _hints(kind: Hashable) -> dict[str, Any]:
    return get_type_hints(kind)


def _default(each: Field[Any]) -> Any:
    if each.default_factory is not MISSING:
        return each.default_factory()
    return each.default


def _read(hint: Any, stored: Any) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        return _read_one_of(get_args(hint), stored)
    if get_origin(hint) in (frozenset, tuple):
        of = get_args(hint)[0]
        return get_origin(hint)(_read(of, each) for each in stored)
    if hint is Quarter:
        return Quarter.parse(stored)
    if is_dataclass(hint) and isinstance(hint, type):
        return read_as(hint, stored)
    if isinstance(hint, type) and issubclass(hint, Word | Decimal):
        return hint(stored)
    return stored


def _read_one_of(hints: Sequence[Any], stored: Any) -> Any:
    """A red status and a missing result are words of two lists: the one that knows the word reads it."""
    if stored is None:
        return None
    refused: ValueError | None = None
    for hint in hints:
        if hint is type(None):
            continue
        try:
            return _read(hint, stored)
        except ValueError as reason:
            refused = reason
    raise refused or ValueError(f"{stored!r} cannot be read")
