"""Import what is measured from indicators.csv."""

from typing import Any

from core.management.importing_command import ImportCommand
from core.tables.importing import Imported
from indicators.importing.definitions import import_indicators


class Command(ImportCommand):
    help = (
        "Import indicators.csv (its columns are in the guide for operators; first_quarter and"
        " last_quarter may be added): all rows or none. Importing the same file again changes"
        " nothing."
    )
    noun = "indicators"

    def import_content(self, content: bytes, *, file: str, options: dict[str, Any]) -> Imported:
        return import_indicators(content, file=file, dry_run=options["dry_run"])
