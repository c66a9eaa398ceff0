"""Import projects from projects.csv."""

from typing import Any

from core.management.importing_command import ImportCommand
from core.tables.importing import Imported
from strategy.importing.projects import import_projects


class Command(ImportCommand):
    help = (
        "Import projects.csv (code,programme,name and, if you like, description,from,to):"
        " all rows or none. Importing the same file again changes nothing."
    )
    noun = "projects"

    def import_content(self, content: bytes, *, file: str, options: dict[str, Any]) -> Imported:
        return import_projects(content, file=file, dry_run=options["dry_run"])
