"""Building a report: an edition frozen, its files drawn, kept and, where asked, published."""

from __future__ import annotations

from dataclasses import dataclass

from organisation.models import User
from reports import services
from reports.drawing.files import Tell, build_files
from reports.models import Edition
from sorp.lexicon import Quarter


@dataclass(frozen=True, slots=True)
class Built:
    """An edition with its files, and whether this build froze it."""

    edition: Edition
    files: dict[str, bytes]
    is_new: bool

    @property
    def sentence(self) -> str:
        """What a person is told."""
        edition = self.edition
        how = "frozen" if self.is_new else "already says the same"
        state = "published" if edition.is_published else "not published yet"
        return f"{edition.quarter}: edition {edition.number} {how}; {len(self.files)} files; {state}."


def build_report(
    *, quarter: Quarter, by: User | None, publish: bool = False, tell: Tell | None = None
) -> Built:
    """The report of a closed quarter is frozen, drawn and kept, and published where asked.

    Not one transaction: drawing takes seconds, and no table may stay locked meanwhile. Each step
    by itself may be repeated to no effect. A published edition that was drawn by an earlier
    release keeps the files it was published with.
    """
    edition, is_new = services.freeze_edition(quarter=quarter, by=by)
    files = kept_files(edition) if edition.is_published else {}
    if not files:
        files = build_files(edition, tell=tell)
        services.keep_files(edition=edition, files=files, by=by)
    if publish:
        edition = services.publish_edition(edition=edition, by=by)
    return Built(edition, files, is_new)


def kept_files(edition: Edition) -> dict[str, bytes]:
    """The files of an edition as they are kept; none where any is gone from the store."""
    from django.core.files.storage import default_storage

    found = {}
    for each in edition.files.all():
        if not default_storage.exists(each.path):
            return {}
        with default_storage.open(each.path) as file:
            found[each.name] = file.read()
    return found
