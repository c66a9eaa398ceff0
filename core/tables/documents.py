"""An object of a JSON document as a typed model: its fields are the keys, their types say how each is read.

Readers of values are given what JSON holds, and raise ValueError saying what to do. A fault in the
third object of a list is said of row 3; one of the document as a whole, of row 1.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from core.tables.faults import Faults, shown
from core.tables.reading import decoded


class DocumentObject(BaseModel):
    """An object of a document. One with a key that is not declared is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


SomeObject = TypeVar("SomeObject", bound=DocumentObject)


def read_document(content: bytes, model: type[SomeObject], *, file: str) -> SomeObject:
    """The document that a file holds. Raises RefusedFileError with everything to be put right."""
    faults = Faults(file)
    text = decoded(content, faults)
    faults.refuse_if_any()
    whole = next(iter(model.model_fields))  # named where no one key is to blame
    try:
        return model.model_validate(json.loads(text or "", object_pairs_hook=_each_key_once))
    except ValidationError as refused:
        for place, advice in refusals(refused, model):
            row = next((step + 1 for step in place if isinstance(step, int)), 1)
            column = next((step for step in reversed(place) if isinstance(step, str)), whole)
            faults.add(row, column, advice)
    except json.JSONDecodeError as error:
        faults.add(error.lineno, str(error.colno), f"write it as JSON: {error.msg.lower()}")
    except _RepeatedKeyError as error:
        faults.add(1, str(error), "write it as JSON, with each key once")
    except (ValueError, RecursionError):
        faults.add(1, whole, "write it as JSON, with no number that is too long")
    faults.refuse_if_any()
    raise AssertionError("What is refused has a fault")


def refusals(
    refused: ValidationError, model: type[DocumentObject]
) -> Iterator[tuple[tuple[int | str, ...], str]]:
    """Where each thing to be put right stands, and what to do about it."""
    for error in refused.errors(include_url=False, include_input=False):
        place = error["loc"]
        if error["type"] == "missing":
            yield place, "add this key"
        elif error["type"] == "extra_forbidden":
            known = ", ".join(_model_at(place[:-1], model).model_fields)
            yield (*place[:-1], shown(place[-1])), f"remove this key: the keys here are {known}"
        elif error["type"] == "model_type":
            known = ", ".join(_model_at(place, model).model_fields)
            yield place, f"write an object with these keys: {known}"
        else:
            reason = error["ctx"]["error"]
            field = getattr(reason, "field", None)
            yield (*place, field) if field else place, str(reason)


def _model_at(place: Iterable[int | str], model: type[DocumentObject]) -> type[DocumentObject]:
    """The model of the object that stands at a place."""
    for key in place:
        if isinstance(key, str):
            held = get_args(model.model_fields[key].annotation)
            model = next(each for each in held if issubclass(each, DocumentObject))
    return model


class _RepeatedKeyError(ValueError):
    """A key stands twice in one JSON object, so one of the two would be lost."""


def _each_key_once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _RepeatedKeyError(shown(key))
        found[key] = value
    return found


# Values, as JSON has them --------------------------------------------------------------------------

Value = Callable[[Any], Any]


def or_nothing(read: Value) -> Value:
    """The same, where null and an empty text say that there is none."""
    return lambda written: None if written in (None, "") else read(written)


def whole_number(least: int, most: int) -> Value:
    """A whole number between two others, both included."""

    def read(written: Any) -> int:
        if type(written) is not int or written < least:
            raise ValueError(f"write a whole number, {least} or more, not {shown(written)}")
        if written > most:
            raise ValueError(f"write a whole number, {most} or less, not {shown(written)}")
        return written

    return read


def one_of(words: Iterable[Any]) -> Value:
    """One of some words, written as its key."""
    by_key = {str(getattr(word, "value", word)): word for word in words}

    def read(written: Any) -> Any:
        if not isinstance(written, str) or written not in by_key:
            raise ValueError(f"write one of {', '.join(by_key)}, not {shown(written)}")
        return by_key[written]

    return read


def some_of(words: Iterable[Any]) -> Value:
    """A list of some words, one at least."""
    read_one = one_of(words)

    def read(written: Any) -> frozenset[Any]:
        if not isinstance(written, list) or not written:
            raise ValueError("give a list of at least one, or leave the key out")
        return frozenset(read_one(each) for each in written)

    return read


def one_line(most: int, *, least: int = 0) -> Value:
    """Words on one line, of so many characters at most."""

    def read(written: Any) -> str:
        if (
            not isinstance(written, str)
            or not written.isprintable()
            or len(written.strip()) < least
        ):
            raise ValueError(f"write it in words, on one line, not {shown(written)}")
        if len(written) > most:
            raise ValueError(f"write at most {most} characters, not {len(written):,}")
        return written

    return read


def true_or_false(written: Any) -> bool:
    if not isinstance(written, bool):
        raise ValueError(f"write true or false, not {shown(written)}")
    return written


def list_of(what: str, *, most: int) -> Value:
    """A list of one thing at least, and of so many at most; what each is, its own reader says."""

    def read(written: Any) -> list[Any]:
        if not isinstance(written, list) or not written:
            raise ValueError(f"give a list of at least one {what}")
        if len(written) > most:
            raise ValueError(f"give at most {most} {what}s, not {len(written):,}")
        return written

    return read
