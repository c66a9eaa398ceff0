"""Import bodies that meet from bodies.csv."""

from typing import Any

from core.management.importing_command import ImportCommand
from core.tables.importing import Imported
from organisation.importing.bodies import import_bodies


class Command(ImportCommand):
    help = (
        "Import bodies.csv (code,name,kind,from,to and, if you like, units): all rows or none."
        " Importing the same file again changes nothing."
    )
    noun = "bodies"

    def import_content(self, content: bytes, *, file: str, options: dict[str, Any]) -> Imported:
        return import_bodies(content, file=file, dry_run=options["dry_run"])
