"""Export dimensions as dimensions.csv, which import_dimensions takes back."""

from typing import Any

from core.management.exporting_command import ExportingCommand
from indicators.exporting.parts import dimensions_csv


class Command(ExportingCommand):
    help = "Write dimensions as CSV."
    rows = "parts of dimensions"

    def text(self, **options: Any) -> str:
        return dimensions_csv()
