"""Export the register of escalations, in the form in which replay_rules writes its own."""

from typing import Any

from core.management.exporting_command import ExportingCommand
from core.tables.writing import written
from escalation.queries.register import EXPORT_COLUMNS, exported_escalations


class Command(ExportingCommand):
    help = "Write every escalation, open and recovered, as CSV."
    rows = "escalations"

    def text(self, **options: Any) -> str:
        return written(
            EXPORT_COLUMNS,
            ([row[name] for name in EXPORT_COLUMNS] for row in exported_escalations()),
        )
