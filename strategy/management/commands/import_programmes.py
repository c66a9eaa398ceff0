"""Import programmes from programmes.csv."""

from typing import Any

from core.management.importing_command import ImportCommand
from core.tables.importing import Imported
from strategy.importing.plan import import_programmes


class Command(ImportCommand):
    help = (
        "Import programmes.csv (code,name and, if you like, sponsor,description,from,to):"
        " all rows or none. Importing the same file again changes nothing."
    )
    noun = "programmes"

    def import_content(self, content: bytes, *, file: str, options: dict[str, Any]) -> Imported:
        return import_programmes(content, file=file, dry_run=options["dry_run"])
