"""The register of data quality: what is known of each indicator's data, and what nobody checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch

from core.quarters import Quarter
from indicators.models.data_quality import DataQualityEntry
from indicators.models.definitions import Indicator
from indicators.rules.data_quality import Risk, is_mend_overdue, is_unchecked
from organisation.models.people import User

COLUMNS = (
    *("reference", "title", "unit", "accountable_manager", "source", "risk", "why"),
    *("checked_on", "checked_by", "finding", "mend", "mend_due_on", "mended_on"),
    *("unchecked_for_a_year", "written_by", "written_on"),
)


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """One indicator in the register, with what is said of it now."""

    indicator: Indicator
    entry: DataQualityEntry | None
    today: date

    @property
    def risk(self) -> Risk | None:
        return Risk(self.entry.risk) if self.entry else None

    @property
    def is_unchecked(self) -> bool:
        """Never checked, or not for a year."""
        return is_unchecked(self.entry.checked_on if self.entry else None, self.today)

    @property
    def is_mend_overdue(self) -> bool:
        entry = self.entry
        return entry is not None and is_mend_overdue(entry.mend_due_on, entry.mended_on, self.today)

    @property
    def order(self) -> tuple[object, ...]:
        """Unchecked first, then the highest risk; one of which nothing is said is as bad as high."""
        rank = self.risk.rank if self.risk else 0
        return not self.is_unchecked, rank, not self.is_mend_overdue, self.indicator.reference


def register(*, user: User, today: date, units: Iterable[int] | None = None) -> list[RegisterLine]:
    """Every indicator in use that this person sees, the most pressing first. Two queries."""
    rows = Indicator.objects.visible_to(user).in_use(Quarter.containing(today))
    if units is not None:
        rows = rows.in_units(units)
    latest = DataQualityEntry.objects.filter(is_latest=True).select_related("written_by")
    rows = rows.select_related("unit", "accountable_manager").prefetch_related(
        Prefetch("data_quality", latest, to_attr="latest_entries")
    )
    found = (
        RegisterLine(each, next(iter(getattr(each, "latest_entries", ())), None), today)
        for each in rows
    )
    return sorted(found, key=lambda line: line.order)


def register_line_of(indicator: Indicator, *, today: date) -> RegisterLine:
    """What the register says now of one indicator."""
    latest = DataQualityEntry.objects.filter(indicator=indicator, is_latest=True)
    return RegisterLine(indicator, latest.select_related("written_by").first(), today)


def entries_of(indicator: Indicator) -> list[DataQualityEntry]:
    """All that the register said of an indicator, latest first."""
    rows = DataQualityEntry.objects.filter(indicator=indicator).select_related("written_by")
    return list(rows.order_by("-number"))


def as_rows(lines: Iterable[RegisterLine]) -> Iterator[tuple[Any, ...]]:
    """The register as a table of `COLUMNS`."""
    for line in lines:
        entry = line.entry
        yield (
            line.indicator.reference,
            line.indicator.title,
            line.indicator.unit.code,
            line.indicator.accountable_manager.name,
            entry.source if entry else None,
            entry.risk if entry else None,
            entry.why if entry else None,
            entry.checked_on if entry else None,
            entry.checked_by if entry else None,
            entry.finding if entry else None,
            entry.mend if entry else None,
            entry.mend_due_on if entry else None,
            entry.mended_on if entry else None,
            line.is_unchecked,
            entry.written_by.name if entry else None,
            entry.written_at.date() if entry else None,
        )
