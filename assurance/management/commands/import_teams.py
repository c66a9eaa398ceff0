"""Import assurance teams from teams.csv."""

from typing import Any

from assurance.importing import import_teams
from core.management.importing_command import ImportCommand
from core.tables.importing import Imported


class Command(ImportCommand):
    help = (
        "Import teams.csv (team,name,chaired_by and, if you like, neds,terms,from,to):"
        " all rows or none. Importing the same file again changes nothing."
    )
    noun = "assurance teams"

    def import_content(self, content: bytes, *, file: str, options: dict[str, Any]) -> Imported:
        return import_teams(content, file=file, dry_run=options["dry_run"])
