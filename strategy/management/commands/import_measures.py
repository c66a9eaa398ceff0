"""Import measures from measures.csv."""

from typing import Any

from core.management.importing_command import ImportCommand
from core.tables.importing import Imported
from strategy.importing.plan import import_measures


class Command(ImportCommand):
    help = (
        "Import measures.csv (priority,kind,indicator,wording and, if you like, from,to):"
        " all rows or none. Importing the same file again changes nothing."
    )
    noun = "measures"

    def import_content(self, content: bytes, *, file: str, options: dict[str, Any]) -> Imported:
        return import_measures(content, file=file, dry_run=options["dry_run"])
