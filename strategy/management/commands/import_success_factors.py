"""Import success factors from success_factors.csv."""

from typing import Any

from core.management.importing_command import ImportCommand
from core.tables.importing import Imported
from strategy.importing.plan import import_success_factors


class Command(ImportCommand):
    help = (
        "Import success_factors.csv (priority,by,wording and, if you like, from,to):"
        " all rows or none. Importing the same file again changes nothing."
    )
    noun = "success factors"

    def import_content(self, content: bytes, *, file: str, options: dict[str, Any]) -> Imported:
        return import_success_factors(content, file=file, dry_run=options["dry_run"])
