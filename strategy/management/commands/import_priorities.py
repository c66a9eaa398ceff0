"""Import priorities from priorities.csv."""

from typing import Any

from core.management.importing_command import ImportCommand
from core.tables.importing import Imported
from strategy.importing.plan import import_priorities


class Command(ImportCommand):
    help = (
        "Import priorities.csv (code,name and, if you like, number,themes,sponsor,description,from,to):"
        " all rows or none. Importing the same file again changes nothing."
    )
    noun = "priorities"

    def import_content(self, content: bytes, *, file: str, options: dict[str, Any]) -> Imported:
        return import_priorities(content, file=file, dry_run=options["dry_run"])
