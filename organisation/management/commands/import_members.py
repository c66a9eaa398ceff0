"""Import who sits on which body from members.csv."""

from typing import Any

from core.management.importing_command import ImportCommand
from core.tables.importing import Imported
from organisation.importing.bodies import import_memberships


class Command(ImportCommand):
    help = (
        "Import members.csv (body,email,role,from,to and, if you like, portfolio,units): all rows or"
        " none. Importing the same file again changes nothing."
    )
    noun = "places on bodies"

    def import_content(self, content: bytes, *, file: str, options: dict[str, Any]) -> Imported:
        return import_memberships(content, file=file, dry_run=options["dry_run"])
