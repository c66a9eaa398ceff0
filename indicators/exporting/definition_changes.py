"""definition_changes.csv, as the import takes it back."""

from __future__ import annotations

from core.clock import day_of
from core.tables.writing import written_rows
from indicators.importing.definition_changes import DefinitionChangeRow
from indicators.models.definitions import DefinitionChange


def definition_changes_csv() -> str:
    """Each part of each version after the first, in order of reference, version and part."""
    rows = DefinitionChange.objects.select_related("indicator", "changed_by")
    return written_rows(
        DefinitionChangeRow,
        (
            {
                "reference": each.indicator.reference,
                "version": each.number,
                "part": part,
                "was": said["was"],
                "becomes": said["is"],
                "reason": each.reason,
                "break_from": each.break_from,
                "changed_by": each.changed_by.email if each.changed_by else None,
                "changed_on": day_of(each.changed_at),
            }
            for each in sorted(rows, key=lambda each: (each.indicator.reference, each.number))
            for part, said in sorted(each.changes.items())
        ),
    )
