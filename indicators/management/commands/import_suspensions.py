"""Import quarters in which indicators are not measured from suspensions.csv."""

from typing import Any

from core.management.importing_command import ImportCommand
from core.tables.importing import Imported
from indicators.importing.suspensions import import_suspensions


class Command(ImportCommand):
    help = (
        "Import suspensions.csv (reference,from_quarter,until_quarter,reason,approved_by): quarters in"
        " which an indicator is not measured, by agreement. All rows or none."
    )
    noun = "suspensions"

    def import_content(self, content: bytes, *, file: str, options: dict[str, Any]) -> Imported:
        return import_suspensions(content, file=file, dry_run=options["dry_run"])
