"""Export targets of parts as part_targets.csv, which import_part_targets takes back."""

from typing import Any

from core.management.exporting_command import ExportingCommand
from indicators.exporting.parts import part_targets_csv


class Command(ExportingCommand):
    help = "Write targets of parts as CSV."
    rows = "targets of parts"

    def text(self, **options: Any) -> str:
        return part_targets_csv()
