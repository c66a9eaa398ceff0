"""Writing the register of data quality."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import date, datetime

from django.db import transaction

from core import audit
from core.clock import day_of, noon_of, now
from core.dates import as_date
from core.refusals import Refused
from indicators.models.data_quality import DataQualityEntry
from indicators.models.definitions import Indicator
from indicators.rights import data_quality_kept_by
from indicators.rules.data_quality import Risk
from organisation.models.people import User
from organisation.permissions import Permission
from organisation.rights import allowed


class CannotWriteEntry(Refused):
    """The entry cannot stand so. The message says what to do, and at which field."""


@dataclass(frozen=True, slots=True)
class DataQualityGiven:
    """What the register is to say of an indicator. Refuses at birth what contradicts itself."""

    source: str
    risk: Risk
    why: str
    checked_on: date | None = None
    checked_by: str = ""
    finding: str = ""
    mend: str = ""
    mend_due_on: date | None = None
    mended_on: date | None = None

    def __post_init__(self) -> None:
        for name in ("source", "why", "checked_by", "finding", "mend"):
            object.__setattr__(self, name, getattr(self, name).strip())
        if not self.source:
            raise CannotWriteEntry("Say where the figures come from", field="source")
        if not self.why:
            raise CannotWriteEntry("Say why you chose that risk", field="why")
        if self.checked_on is None and (self.checked_by or self.finding):
            raise CannotWriteEntry("Enter the day on which it was checked", field="checked_on")
        if self.checked_on is not None and not self.checked_by:
            raise CannotWriteEntry("Say who checked it", field="checked_by")
        if self.checked_on is not None and not self.finding:
            raise CannotWriteEntry("Say what was found, even if all was well", field="finding")
        if self.mend and self.mend_due_on is None:
            raise CannotWriteEntry("Say by when it is to be put right", field="mend_due_on")
        if not self.mend and (self.mend_due_on or self.mended_on):
            raise CannotWriteEntry("Say what is being done about it", field="mend")


@transaction.atomic
def write_data_quality(
    *,
    indicator: Indicator,
    given: DataQualityGiven,
    today: date,
    by: User,
    seen: int | None = None,
) -> tuple[DataQualityEntry, bool]:
    """The register says this of an indicator from now on. What it said before is kept.

    Returns the entry, and whether it is new: the same again changes nothing. `seen` is the number of
    the entry that this one was written over. Raises CannotWriteEntry where it is not this person's
    to write, somebody wrote meanwhile, or a day that has not come is said to be past.
    """
    if not data_quality_kept_by(by).holds(indicator):
        raise CannotWriteEntry(
            "Only its accountable manager or a performance officer can write in this register"
        )
    return _write(indicator, given, today, seen, by)


@transaction.atomic
def bring_finding(
    *, indicator: Indicator, given: DataQualityGiven, today: date, by: User
) -> tuple[DataQualityEntry, bool]:
    """What an auditor found stands in the register, as the auditor's entry."""
    if not allowed(by, Permission.DRAW_SAMPLES):
        raise CannotWriteEntry("Only an auditor can upload what an audit found")
    return _write(indicator, given, today, None, by)


def _write(
    indicator: Indicator, given: DataQualityGiven, today: date, seen: int | None, by: User
) -> tuple[DataQualityEntry, bool]:
    _refuse_days_to_come(given, today)
    Indicator.objects.select_for_update().get(pk=indicator.pk)
    rows = DataQualityEntry.objects.filter(indicator=indicator, is_latest=True)
    before = rows.first()
    if seen is not None and seen != (before.number if before else 0):
        raise CannotWriteEntry(
            "Somebody else wrote an entry while you were writing. Read it below, then save again"
        )
    changed = {
        each.name: {"was": str(getattr(before, each.name)) if before else None}
        | {"is": str(getattr(given, each.name))}
        for each in fields(given)
        if before is None or getattr(before, each.name) != getattr(given, each.name)
    }
    if before is not None and not changed:
        return before, False
    entry = _store(indicator, given, before, written_by=by, written_at=now())
    audit.record("wrote data quality entry", entry, by=by, entry=entry.number, **changed)
    return entry, True


@transaction.atomic
def bring_data_quality(
    *,
    indicator: Indicator,
    given: DataQualityGiven,
    number: int | None,
    written_by: User,
    written_on: date,
    today: date,
    by: User | None,
) -> tuple[DataQualityEntry, bool]:
    """An entry that was written elsewhere stands here, as its writer's and of its day.

    Without its number it is the next one, unless the latest says the same. Returns the entry, and
    whether it is new. Raises CannotWriteEntry where another entry has its number, one before it is
    missing, or a day that has not come is said to be past.
    """
    _refuse_days_to_come(given, today)
    if written_on > today:
        raise CannotWriteEntry(f"{as_date(written_on)} has not come yet", field="written_on")
    Indicator.objects.select_for_update().get(pk=indicator.pk)
    entries = {each.number: each for each in indicator.data_quality.all()}
    latest = entries.get(len(entries))
    same = entries.get(number) if number is not None else latest
    if same is not None and _is_said(given, same):
        return same, False
    if number is not None and number in entries:
        raise CannotWriteEntry(
            f"Entry {number} exists and says something else, and entries are never changed: "
            f"leave the number out to write the next",
            field="number",
        )
    if number is not None and number != len(entries) + 1:
        raise CannotWriteEntry(f"Entry {len(entries) + 1} comes first", field="number")
    if latest is not None and written_on < day_of(latest.written_at):
        raise CannotWriteEntry(
            f"Entry {latest.number} was written after that day: give a later one, or leave this out",
            field="written_on",
        )
    entry = _store(indicator, given, latest, written_by=written_by, written_at=noon_of(written_on))
    audit.record(
        "brought data quality entry", entry, by=by, entry=entry.number, written_by=written_by.email
    )
    return entry, True


def _is_said(given: DataQualityGiven, entry: DataQualityEntry) -> bool:
    return all(getattr(entry, each.name) == getattr(given, each.name) for each in fields(given))


def _refuse_days_to_come(given: DataQualityGiven, today: date) -> None:
    for field, day in (("checked_on", given.checked_on), ("mended_on", given.mended_on)):
        if day is not None and day > today:
            raise CannotWriteEntry(f"{as_date(day)} has not come yet", field=field)


def _store(
    indicator: Indicator,
    given: DataQualityGiven,
    before: DataQualityEntry | None,
    *,
    written_by: User,
    written_at: datetime,
) -> DataQualityEntry:
    """The latest entry from now on."""
    DataQualityEntry.objects.filter(indicator=indicator, is_latest=True).update(is_latest=False)
    return DataQualityEntry.objects.create(
        indicator=indicator,
        number=before.number + 1 if before else 1,
        **asdict(given),
        written_by=written_by,
        written_at=written_at,
    )
