"""Import people and the posts they hold from people.csv."""

from typing import Any

from core.management.importing_command import ImportCommand
from core.tables.importing import Imported
from organisation.importing.people import import_people


class Command(ImportCommand):
    help = (
        "Import people.csv (email,name,post,unit,from,to): all rows or none. Importing the same"
        " file again changes nothing."
    )
    noun = "posts held"

    def import_content(self, content: bytes, *, file: str, options: dict[str, Any]) -> Imported:
        return import_people(content, file=file, dry_run=options["dry_run"])
