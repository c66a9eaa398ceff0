"""Import seats from seats.csv."""

from typing import Any

from assurance.importing import import_seats
from core.management.importing_command import ImportCommand
from core.tables.importing import Imported


class Command(ImportCommand):
    help = (
        "Import seats.csv (team,email,seat,directorate,from,to):"
        " all rows or none. Importing the same file again changes nothing."
    )
    noun = "seats"

    def import_content(self, content: bytes, *, file: str, options: dict[str, Any]) -> Imported:
        return import_seats(content, file=file, dry_run=options["dry_run"])
