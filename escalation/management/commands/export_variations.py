"""Export what was agreed to count otherwise, as replay_rules reads it."""

from typing import Any

from core.management.exporting_command import ExportingCommand
from core.tables.writing import written
from escalation.queries.evaluation import agreed_variations, as_varied
from escalation.rules.variations import COLUMNS, variation_rows


class Command(ExportingCommand):
    help = "Write the agreed variations of triggers and of the exit rule, as CSV."
    rows = "rows"

    def text(self, **options: Any) -> str:
        agreed = [each for rows in agreed_variations().values() for each in rows]
        in_order = sorted(agreed, key=lambda each: (each.indicator.reference, each.from_quarter))
        return written(
            COLUMNS,
            (
                row
                for each in in_order
                for spell in as_varied(each)
                for row in variation_rows(each.indicator.reference, spell)
            ),
        )
