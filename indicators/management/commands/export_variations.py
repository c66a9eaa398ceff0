"""Export what was agreed to count otherwise, as import_variations and replay_rules read it."""

from typing import Any

from core.management.exporting_command import ExportingCommand
from indicators.exporting.variations import variations_csv


class Command(ExportingCommand):
    help = "Write the agreed variations, as CSV."
    rows = "rows"

    def text(self, **options: Any) -> str:
        return variations_csv()
