"""What was found in a workbook that came back, row by row and cell by cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """One answer, as it was and as it would be."""

    heading: str
    was: str
    will_be: str


@dataclass(frozen=True, slots=True)
class Change:
    """One indicator's row that would be kept."""

    indicator_id: int
    reference: str
    title: str
    typed: Mapping[str, str]
    version: int
    is_complete: bool
    said: tuple[Said, ...]
    rag: str = ""
    not_rated: str = ""
    questions: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """One indicator's row that would change nothing."""

    reference: str
    title: str


@dataclass(frozen=True, slots=True)
class Rejection:
    """One cell that cannot be kept, and what to do about it."""

    cell: str  # Return!H7
    reference: str
    told: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a workbook would do. While anything is rejected, nothing of it is kept."""

    accepted: tuple[Change, ...] = ()  # of which nothing was saved before
    changed: tuple[Change, ...] = ()
    unchanged: tuple[Standing, ...] = ()
    left_empty: tuple[Standing, ...] = ()
    rejected: tuple[Rejection, ...] = ()
    absent: tuple[Standing, ...] = ()  # whose rows are not in the workbook
    columns_absent: tuple[str, ...] = ()
    columns_not_read: tuple[str, ...] = ()

    @property
    def to_save(self) -> tuple[Change, ...]:
        return self.accepted + self.changed

    @property
    def can_be_saved(self) -> bool:
        return bool(self.to_save) and not self.rejected
