"""Import dependencies from dependencies.csv."""

from typing import Any

from core.management.importing_command import ImportCommand
from core.tables.importing import Imported
from strategy.importing.projects import import_dependencies


class Command(ImportCommand):
    help = (
        "Import dependencies.csv (project,what and, if you like, on,needed_by,met,from,to):"
        " all rows or none. Importing the same file again changes nothing."
    )
    noun = "dependencies"

    def import_content(self, content: bytes, *, file: str, options: dict[str, Any]) -> Imported:
        return import_dependencies(content, file=file, dry_run=options["dry_run"])
