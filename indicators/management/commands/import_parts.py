"""Import parts from parts.csv."""

from typing import Any

from core.clock import localdate
from core.management.importing_command import ImportCommand
from core.tables.importing import Imported
from indicators.importing.parts import import_parts


class Command(ImportCommand):
    help = (
        "Import parts.csv (reference,quarter,dimension,part,value,numerator,denominator,not_available):"
        " all rows or none. Importing the same file again changes nothing."
    )
    noun = "parts"

    def import_content(self, content: bytes, *, file: str, options: dict[str, Any]) -> Imported:
        return import_parts(content, file=file, today=localdate(), dry_run=options["dry_run"])
