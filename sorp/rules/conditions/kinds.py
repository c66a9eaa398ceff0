"""Every kind of condition there is, and a condition of any of them made of what is written flat.

Each module of this package is imported here, so a kind is known by standing in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from importlib import import_module
from itertools import chain
from pkgutil import iter_modules
from typing import Any

import sorp.rules.conditions as package
from sorp.rules.conditions.base import (
    COMMON_FIELDS,
    LEFT_OUT,
    NOT_READ,
    Between,
    Condition,
    OneOf,
    RefusedCondition,
)

for _each in iter_modules(package.__path__):
    import_module(f"{package.__name__}.{_each.name}")


def every_kind() -> list[type[Condition]]:
    """Each kind, in the order in which they are offered."""
    return sorted(Condition.KINDS.values(), key=lambda each: each.position)


def choices() -> list[tuple[str, str]]:
    """Each kind's word and what it looks for, as a form and a column have them."""
    return [(each.kind, each.label) for each in every_kind()]


def lines_of_the_guide() -> list[str]:
    """A line for each kind, as the table of `docs/guides/sorp.md` has it: its word and its keys."""
    return [
        f"| `{each.kind}` | {each.label} | {each.window_of} | {'; '.join(_keys_of(each))} |"
        for each in every_kind()
    ]


def _keys_of(kind: type[Condition]) -> Iterator[str]:
    """Each key that only some kinds read, with what it may hold in any of the kind's shapes."""
    for each in fields(kind):
        if each.name in COMMON_FIELDS:
            continue
        allowed = [shape[each.name] for shape in kind.shapes() if each.name in shape]
        numbers = [one for one in allowed if isinstance(one, Between)]
        words = [one.words for one in allowed if isinstance(one, OneOf)]
        held = [f"{one.least} to {one.most:,}" for one in numbers] or [
            str(getattr(word, "value", word)).lower()
            for word in dict.fromkeys(chain.from_iterable(words))
            if word is not None
        ]
        may_be_left_out = any(None in of_shape for of_shape in words)
        yield f"`{each.name}`: {', '.join(held)}{', or left out' if may_be_left_out else ''}"


def condition(kind: str = "status", **columns: Any) -> Condition:
    """A condition of a kind, of its columns (see `Columns`). What is left out is nothing.

    Raises RefusedCondition for nonsense, and for a column that the kind does not read.
    """
    if kind not in Condition.KINDS:
        raise RefusedCondition(
            f"“{columns.get('name')}”: choose a kind that there is", field="kind"
        )
    of_kind = Condition.KINDS[kind]
    reads = {each.name for each in fields(of_kind)}
    own: dict[str, Any] = {
        name: columns.get(name, LEFT_OUT.get(name)) for name in reads.difference(COMMON_FIELDS)
    }
    made = of_kind(**own, **{name: columns[name] for name in COMMON_FIELDS if name in columns})
    for name, (field, refusal) in NOT_READ.items():
        given = columns.get(name)
        if name not in reads and given is not None and given != LEFT_OUT.get(name):
            raise RefusedCondition(f"“{made.name}”: {refusal}", field=field)
    return made
