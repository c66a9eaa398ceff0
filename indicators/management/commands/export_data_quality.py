"""Export the register of data quality, which import_data_quality takes back."""

from typing import Any

from core.management.exporting_command import ExportingCommand
from indicators.exporting.data_quality import data_quality_csv


class Command(ExportingCommand):
    help = "Write every entry of the register of data quality, as CSV."
    rows = "entries"

    def text(self, **options: Any) -> str:
        return data_quality_csv()
