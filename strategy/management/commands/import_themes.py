"""Import themes from themes.csv."""

from typing import Any

from core.management.importing_command import ImportCommand
from core.tables.importing import Imported
from strategy.importing.plan import import_themes


class Command(ImportCommand):
    help = (
        "Import themes.csv (code,name and, if you like, aims,place,description,from,to):"
        " all rows or none. Importing the same file again changes nothing."
    )
    noun = "themes"

    def import_content(self, content: bytes, *, file: str, options: dict[str, Any]) -> Imported:
        return import_themes(content, file=file, dry_run=options["dry_run"])
