"""Export what was agreed to count otherwise, as replay_rules reads it."""

from typing import Any

from core.management.exporting_command import ExportingCommand
from escalation.exporting import variations_csv


class Command(ExportingCommand):
    help = "Write the agreed variations of triggers and of the exit rule, as CSV."
    rows = "rows"

    def text(self, **options: Any) -> str:
        return variations_csv()
