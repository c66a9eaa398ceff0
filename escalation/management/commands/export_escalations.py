"""Export the register of escalations, in the form in which replay_rules writes its own."""

from core.management.exporting_command import ExportingCommand
from core.tables.writing import written
from escalation.queries.register import EXPORTED, exported_escalations


class Command(ExportingCommand):
    help = "Write every escalation, open and recovered, as CSV."
    rows = "escalations"

    def text(self, **options):
        return written(
            EXPORTED, ([row[name] for name in EXPORTED] for row in exported_escalations())
        )
