"""The form of an edition's JSON, checked before it is frozen and again by whoever verifies it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

SCHEMA = Path(__file__).with_name("edition.schema.json")
MOST_TOLD = 5


class NotAnEdition(ValueError):
    """A document does not have the form of an edition. Says where, and what is wrong there."""


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def check_form(document: Mapping[str, Any]) -> None:
    """The document has the form of an edition. Raises NotAnEdition."""
    wrong = sorted(_validator().iter_errors(document), key=lambda each: list(map(str, each.path)))
    if wrong:
        told = "; ".join(
            f"{'/'.join(map(str, each.absolute_path)) or 'the document'}: {each.message[:160]}"
            for each in wrong[:MOST_TOLD]
        )
        raise NotAnEdition(f"The edition does not have the form it should: {told}")
