"""Export what is or was awaited, which import_awaited takes back."""

from typing import Any

from core.management.exporting_command import ExportingCommand
from indicators.exporting.awaited import awaited_csv


class Command(ExportingCommand):
    help = "Write the figures that are or were awaited from their publishers, as CSV."
    rows = "awaited figures"

    def text(self, **options: Any) -> str:
        return awaited_csv()
