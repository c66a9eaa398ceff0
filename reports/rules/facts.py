"""Reading a document so that every fact that was read is known, with its place.

What is made from such a view cannot rest on anything that was not written down: there is no other
way to a fact. The length of a list is a fact too, and so is the absence of a key. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, overload

Facts = dict[str, Any]
ABSENT = "absent"


def viewed(document: Mapping[str, Any], read: Facts) -> FactsOf:
    """The document; whatever is read of it stands in `read` from then on, by its path.

    >>> read: Facts = {}
    >>> viewed({"edition": {"number": 1}}, read)["edition"]["number"], read
    (1, {'edition/number': 1})
    """
    return FactsOf(document, "", read)


def copied(value: Any) -> Any:
    """A plain copy of what is viewed: all of it is then read."""
    if isinstance(value, FactsOf):
        return {key: copied(each) for key, each in value.items()}
    if isinstance(value, RowsOf):
        return [copied(each) for each in value]
    return value


def fact_at(document: Any, path: str) -> Any:
    """What stands at a path. Raises LookupError where nothing does."""
    found = document
    for step in path.split("/"):
        if step == "length" and isinstance(found, list):
            return len(found)
        found = found[int(step)] if isinstance(found, list) else found[step]
    return found


NAMED_BY = ("reference", "quarter", "title", "slug", "name", "number", "group")


def place_in_words(document: Any, path: str) -> str:
    """Where a fact stands, for people: "indicators, HW-01, ratings, 2022-Q4, value"."""
    found, words = document, []
    for step in path.split("/"):
        if step == "length" and isinstance(found, list):
            words.append("how many")
        elif isinstance(found, list):
            found = found[int(step)]
            row = found if isinstance(found, Mapping) else {}
            words.append(
                next((str(row[key]) for key in NAMED_BY if key in row), str(int(step) + 1))
            )
        else:
            found = found.get(step)
            words.append(step.replace("_", " "))
    return ", ".join(words)


class FactsOf(Mapping[str, Any]):
    """An object of the document."""

    __slots__ = ("_at", "_read", "_rows")

    def __init__(self, rows: Mapping[str, Any], at: str, read: Facts) -> None:
        self._rows, self._at, self._read = rows, at, read

    def __getitem__(self, key: str) -> Any:
        if key not in self._rows:
            self._read[f"{self._at}{key}"] = ABSENT
            raise KeyError(f"{self._at}{key}")
        return _seen(self._rows[key], f"{self._at}{key}", self._read)

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


class RowsOf(Sequence[Any]):
    """A list of the document."""

    __slots__ = ("_at", "_read", "_rows")

    def __init__(self, rows: Sequence[Any], at: str, read: Facts) -> None:
        self._rows, self._at, self._read = rows, at, read

    @overload
    def __getitem__(self, place: int) -> Any: ...
    @overload
    def __getitem__(self, place: slice) -> list[Any]: ...
    def __getitem__(self, place: int | slice) -> Any:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        if place < 0:
            place += len(self)
        return _seen(self._rows[place], f"{self._at}{place}", self._read)

    def named(self, key: str, value: Any) -> Any:
        """The row that has this value under a key, which alone is then read of all of them.

        Raises LookupError where none has.
        """
        for place, row in enumerate(self._rows):
            if row.get(key) == value:
                found = self[place]
                _ = found[key]
                return found
        raise LookupError(f"no row of {self._at} has {key} {value}")

    def __len__(self) -> int:
        self._read[f"{self._at}length"] = len(self._rows)
        return len(self._rows)

    def __iter__(self) -> Iterator[Any]:
        return (self[place] for place in range(len(self)))

    def __reversed__(self) -> Iterator[Any]:
        return (self[place] for place in reversed(range(len(self))))


def _seen(value: Any, at: str, read: Facts) -> Any:
    if isinstance(value, Mapping):
        return FactsOf(value, f"{at}/", read)
    if isinstance(value, list):
        return RowsOf(value, f"{at}/", read)
    read[at] = value
    return value
