"""Export the register of escalations, in the form in which replay_rules writes its own."""

from typing import Any

from core.management.exporting_command import ExportingCommand
from escalation.exporting import escalations_csv


class Command(ExportingCommand):
    help = "Write every escalation, open and recovered, as CSV."
    rows = "escalations"

    def text(self, **options: Any) -> str:
        return escalations_csv()
