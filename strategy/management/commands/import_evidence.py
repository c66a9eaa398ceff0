"""Import evidence from evidence.csv."""

from typing import Any

from core.management.importing_command import ImportCommand
from core.tables.importing import Imported
from strategy.importing.plan import import_evidence


class Command(ImportCommand):
    help = (
        "Import evidence.csv (priority,gathered,title,finding and, if you like, source,to):"
        " all rows or none. Importing the same file again changes nothing."
    )
    noun = "pieces of evidence"

    def import_content(self, content: bytes, *, file: str, options: dict[str, Any]) -> Imported:
        return import_evidence(content, file=file, dry_run=options["dry_run"])
