"""Export suspensions.csv, which import_suspensions takes back."""

from typing import Any

from core.management.exporting_command import ExportingCommand
from indicators.exporting.suspensions import suspensions_csv


class Command(ExportingCommand):
    help = "Write every suspension, as CSV."
    rows = "suspensions"

    def text(self, **options: Any) -> str:
        return suspensions_csv()
