"""What may be asked about editions; dashboards, stories and homes are in modules beside it."""

from .editions import (
    all_editions,
    kept_files,
    latest_edition,
    public_document,
    public_file,
    published_edition,
    published_editions,
)

__all__ = [
    "all_editions",
    "kept_files",
    "latest_edition",
    "public_document",
    "public_file",
    "published_edition",
    "published_editions",
]
