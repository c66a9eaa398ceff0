"""Import aims from aims.csv."""

from typing import Any

from core.management.importing_command import ImportCommand
from core.tables.importing import Imported
from strategy.importing.plan import import_aims


class Command(ImportCommand):
    help = (
        "Import aims.csv (code,name and, if you like, place,description,from,to):"
        " all rows or none. Importing the same file again changes nothing."
    )
    noun = "aims"

    def import_content(self, content: bytes, *, file: str, options: dict[str, Any]) -> Imported:
        return import_aims(content, file=file, dry_run=options["dry_run"])
