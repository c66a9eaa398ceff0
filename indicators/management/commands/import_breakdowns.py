"""Import breakdowns from breakdowns.csv."""

from typing import Any

from core.management.importing_command import ImportCommand
from core.tables.importing import Imported
from indicators.importing.parts import import_breakdowns


class Command(ImportCommand):
    help = (
        "Import breakdowns.csv (reference,dimension,values_add_up):"
        " all rows or none. Importing the same file again changes nothing."
    )
    noun = "breakdowns"

    def import_content(self, content: bytes, *, file: str, options: dict[str, Any]) -> Imported:
        return import_breakdowns(content, file=file, dry_run=options["dry_run"])
