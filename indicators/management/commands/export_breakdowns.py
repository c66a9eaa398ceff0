"""Export breakdowns as breakdowns.csv, which import_breakdowns takes back."""

from typing import Any

from core.management.exporting_command import ExportingCommand
from indicators.exporting.parts import breakdowns_csv


class Command(ExportingCommand):
    help = "Write breakdowns as CSV."
    rows = "breakdowns"

    def text(self, **options: Any) -> str:
        return breakdowns_csv()
