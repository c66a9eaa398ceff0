"""The key by which a rule or a clause is known, whatever it is called, numbered or worded."""

import zlib
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models
from django.db.models import Model
from django.utils.text import slugify

LONGEST_KEY = 100


def key_made_of(*words: object) -> str:
    """Words as a key: lower case, joined by hyphens. Words with no letter of ours give a checksum."""
    text = " ".join(str(word) for word in words if str(word))
    return slugify(text)[:LONGEST_KEY] or f"key-{zlib.crc32(text.encode()):08x}"


class KeyField(models.CharField):
    """A key that a row is given when it is first written, from what it then says of itself.

    It is copied from version to version and never changes after, so that whatever refers to a row
    finds it again in the next version, renamed, moved or reworded as it may be.
    """

    def __init__(self, *args: Any, made_of: Iterable[str] = (), **options: Any) -> None:
        self.made_of = tuple(made_of)
        options.update(max_length=LONGEST_KEY, blank=True, editable=False)
        super().__init__(*args, **options)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.CharField", args, options

    def pre_save(self, model_instance: Model, add: bool) -> str:
        if not getattr(model_instance, self.attname):
            text = (getattr(model_instance, name) for name in self.made_of)
            setattr(model_instance, self.attname, key_made_of(*text))
        return getattr(model_instance, self.attname)
