"""How an act is refused."""

from __future__ import annotations


class Refused(ValueError):
    """An act that cannot stand: what to do about it, in words, and at which field of a form."""

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field
