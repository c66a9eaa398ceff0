"""Closed lists of words, each with a key for storage and a label for people. Pure."""

from __future__ import annotations

from enum import StrEnum


class Word(StrEnum):
    """A closed list of words: each has a key for storage and a label for people."""

    label: str

    def __new__(cls, key: str, label: str = "") -> Word:
        word = str.__new__(cls, key)
        word._value_ = key
        word.label = label
        return word

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Key and label of each word, in the order a person would expect them."""
        return [(word.value, word.label) for word in cls]


def mid_sentence(label: str) -> str:
    """A label as it stands inside a sentence; one that opens with an acronym keeps it."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def as_sentence(text: str) -> str:
    """Words with a full stop at their end, unless they end a sentence already."""
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."
