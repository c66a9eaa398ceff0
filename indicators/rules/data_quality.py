"""The register of data quality: how risky a figure is, and when its data must be checked again."""

from __future__ import annotations

from datetime import date

from core.words import Word

CHECKED_EVERY = 1  # year


class Risk(Word):
    """How likely it is that an indicator's figures are wrong, in the eyes of whoever answers for it."""

    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"

    @property
    def rank(self) -> int:
        """Nought for the highest: the worst stands first."""
        return {Risk.HIGH: 0, Risk.MEDIUM: 1, Risk.LOW: 2}[self]


def year_before(day: date) -> date:
    """The same day of the year before; 28 February for a leap day."""
    try:
        return day.replace(year=day.year - CHECKED_EVERY)
    except ValueError:
        return day.replace(year=day.year - CHECKED_EVERY, day=28)


def is_unchecked(checked_on: date | None, today: date) -> bool:
    """Whether data were never checked, or not within the year up to today."""
    return checked_on is None or checked_on < year_before(today)


def is_mend_overdue(mend_due_on: date | None, mended_on: date | None, today: date) -> bool:
    """Whether what was to be mended is past its day and not said to be done."""
    return mend_due_on is not None and mended_on is None and mend_due_on < today
