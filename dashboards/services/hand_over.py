"""Taking everything along as files."""

from __future__ import annotations

from collections.abc import Mapping

from core import audit
from core.canonical_json import digest
from organisation.models.people import User


def hand_over(*, files: Mapping[str, bytes], by: User) -> None:
    """Somebody takes everything as files: who, when, and which files, by their SHA-256."""
    audit.record(
        "took everything as files",
        by,
        by=by,
        files={name: digest(content) for name, content in files.items()},
    )
