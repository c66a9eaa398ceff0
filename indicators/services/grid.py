"""Saving rows of the grid: each is the draft that its own page would save."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.quarters import Quarter
from indicators.models.definitions import Indicator
from indicators.services.drafts import EditConflict, save_draft
from organisation.models.people import User

MEANWHILE = "Somebody else saved this row at the same moment: look at it, and save it again"


@dataclass(frozen=True, slots=True)
class RowToSave:
    """What a draft of one indicator is to hold, and over which version it was typed."""

    indicator: Indicator
    typed: Mapping[str, str]
    version: int
    is_complete: bool


def save_rows(*, rows: Iterable[RowToSave], quarter: Quarter, by: User) -> dict[int, str]:
    """Each row is a draft, by itself: what one refuses keeps none of the others back.

    Returns why a row is not saved, by the key of its indicator. Nothing that somebody else saved is
    overwritten.
    """
    refusals: dict[int, str] = {}
    for row in rows:
        try:
            save_draft(
                indicator=row.indicator,
                quarter=quarter,
                typed=row.typed,
                version=row.version,
                is_complete=row.is_complete,
                by=by,
            )
        except EditConflict:
            refusals[row.indicator.pk] = MEANWHILE
        except ValueError as refusal:
            refusals[row.indicator.pk] = str(refusal)
    return refusals
