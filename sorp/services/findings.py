"""Writing down how far the SORP was found to be kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import transaction

from core import audit
from core.quarters import Quarter
from organisation.models.people import User
from sorp.models.findings import Finding
from sorp.models.statement import Version
from sorp.rules.checks import Check, CheckResult

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class FindingsRecorded:
    """What one recording of a quarter's findings did."""

    quarter: Quarter
    first: int = 0  # findings where there was none before
    anew: int = 0  # findings that differ from what was found before, and stand in its place
    same: int = 0

    @property
    def changed(self) -> bool:
        return bool(self.first or self.anew)

    @property
    def sentence(self) -> str:
        if not self.changed:
            return f"{self.quarter}: nothing is different from what was found before."
        parts = [f"{_findings(self.first)} recorded"] if self.first else []
        parts += [f"{_findings(self.anew)} found again"] if self.anew else []
        return f"{self.quarter}: {' and '.join(parts)}."


@transaction.atomic
def record_findings(
    *,
    version: Version,
    quarter: Quarter,
    findings: Iterable[CheckResult],
    by: User | None,
    checks: Collection[Check] = tuple(Check),
) -> FindingsRecorded:
    """A quarter's findings are as given: one for each check and unit, against the clause.

    `findings` are all that `checks` found; the findings of other checks stay as they are. What differs
    from an earlier finding supersedes it, and the earlier one is kept; what has nothing to look at any
    more is found to have nothing. Where there never was anything to look at, nothing is written. The
    same again changes nothing.
    """
    Version.objects.select_for_update().get(pk=version.pk)  # two at once number one by one
    latest = Finding.objects.filter(quarter=quarter, is_latest=True)
    before = {_key(row): row for row in latest if row.check_made in checks}
    given = {(each.check.value, each.unit): each for each in findings}
    fresh: list[Finding] = []
    same = 0
    for key in sorted({*before, *given}):
        row = _as_row(version, quarter, key, given.get(key), before.get(key))
        if row is None:
            same += key in before
        else:
            fresh.append(row)
    superseded = [before[_key(row)].pk for row in fresh if _key(row) in before]
    Finding.objects.filter(pk__in=superseded).update(is_latest=False)
    Finding.objects.bulk_create(fresh, batch_size=500)
    recorded = FindingsRecorded(quarter, len(fresh) - len(superseded), len(superseded), same)
    if recorded.changed:
        audit.record(
            "recorded SORP compliance",
            version,
            by=by,
            quarter=quarter.key,
            first=recorded.first,
            anew=recorded.anew,
        )
    return recorded


def _key(row: Finding) -> Key:
    return row.check_made, row.unit_id


def _as_row(
    version: Version, quarter: Quarter, key: Key, found: CheckResult | None, before: Finding | None
) -> Finding | None:
    """What is to be written for one check and unit; None where all is as it was, or was nothing."""
    looked_at = found.looked_at if found else 0
    if before is None and not looked_at:
        return None
    row = Finding(
        version=version,
        clause=found.clause if found else before.clause if before else "",
        check_made=key[0],
        unit_id=key[1],
        quarter=quarter,
        looked_at=looked_at,
        kept=found.tally.kept if found else 0,
        detail=found.detail if found else [],
        number=before.number + 1 if before else 1,
    )
    return None if before and _contents(row) == _contents(before) else row


def _contents(row: Finding) -> tuple[object, ...]:
    return row.version_id, row.clause, row.looked_at, row.kept, row.detail


def _findings(count: int) -> str:
    return f"{count} finding" if count == 1 else f"{count} findings"
