"""Import what definitions said before from definition_changes.csv."""

from typing import Any

from core.clock import localdate
from core.management.importing_command import ImportCommand
from core.tables.importing import Imported
from indicators.importing.definition_changes import import_definition_changes


class Command(ImportCommand):
    help = (
        "Import definition_changes.csv: what the definitions of indicators said before, who changed"
        " them, when and why. All rows or none. No version that stands is changed."
    )
    noun = "versions of definitions"

    def import_content(self, content: bytes, *, file: str, options: dict[str, Any]) -> Imported:
        return import_definition_changes(
            content, file=file, today=localdate(), dry_run=options["dry_run"]
        )
