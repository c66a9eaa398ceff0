"""Drawing an edition's files, and keeping them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from core import audit
from core.canonical_json import digest
from core.kept_files import store
from core.quarters import Quarter
from organisation.models.people import User
from reports.models import Edition, EditionFile
from reports.queries.editions import kept_files
from reports.rendering.files import Tell, build_files
from reports.services.editions import freeze_edition


@dataclass(frozen=True, slots=True)
class Built:
    """An edition with its files, and whether this build froze it."""

    edition: Edition
    files: dict[str, bytes]
    is_new: bool

    @property
    def sentence(self) -> str:
        """What a person is told, then and later: so nothing that publishing it would make untrue."""
        edition = self.edition
        how = "frozen" if self.is_new else "already says the same"
        told = f"{edition.quarter}: edition {edition.number} {how}; {len(self.files)} files"
        return f"{told}; {edition.state_in_words}." if edition.is_published else f"{told}."


def build_report(
    *, quarter: Quarter, by: User | None, note: str = "", tell: Tell | None = None
) -> Built:
    """The report of a closed quarter is frozen, drawn and kept. Others check and approve it.

    Not one transaction: drawing takes seconds, and no table may stay locked meanwhile. Each step
    by itself may be repeated to no effect.
    """
    edition, is_new = freeze_edition(quarter=quarter, by=by, note=note)
    files = build_edition(edition=edition, by=by, tell=tell)
    return Built(edition, files, is_new)


def build_edition(
    *, edition: Edition, by: User | None, tell: Tell | None = None
) -> dict[str, bytes]:
    """The edition's files, drawn and kept. A published edition keeps those it was published with,
    even where a later release would draw them otherwise."""
    files = kept_files(edition) if edition.is_published else {}
    if not files:
        files = build_files(edition, tell=tell)
        keep_files(edition=edition, files=files, by=by)
    return files


@transaction.atomic
def keep_files(*, edition: Edition, files: Mapping[str, bytes], by: User | None) -> bool:
    """The edition's files are kept as drawn. Returns whether any was new, or was kept badly.

    Drawing them again gives the same bytes, and then nothing is written: but for what does not read
    back as it was drawn, whatever stands at its path. Raises ValueError where a file of a published
    edition would come out otherwise than it was published; OSError where the disk does not keep it.
    """
    kept = {each.name: each for each in edition.files.all()}
    fresh = {
        name: content
        for name, content in files.items()
        if name not in kept
        or kept[name].sha256 != digest(content)
        or store.read_back(kept[name].path, digest(content)) is None
    }
    changed = sorted(
        name for name in fresh if name in kept and kept[name].sha256 != digest(fresh[name])
    )
    if changed and edition.is_published:
        raise ValueError(
            f"{', '.join(changed)} would not be what was published: keep the files of edition"
            f" {edition.number}, or freeze another edition"
        )
    for name, content in fresh.items():
        file = kept.get(name) or EditionFile(edition=edition, name=name)
        file.size, file.sha256 = len(content), digest(content)
        file.save()
        store.replace(file.path, content)
    if fresh:
        audit.record("kept files of edition", edition, by=by, files=sorted(fresh))
    return bool(fresh)
