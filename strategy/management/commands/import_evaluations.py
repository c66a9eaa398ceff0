"""Import evaluations from evaluations.csv."""

from typing import Any

from core.management.importing_command import ImportCommand
from core.tables.importing import Imported
from strategy.importing.plan import import_evaluations


class Command(ImportCommand):
    help = (
        "Import evaluations.csv (priority,judged,judgement,finding,by and, if you like, to):"
        " all rows or none. Importing the same file again changes nothing."
    )
    noun = "evaluations"

    def import_content(self, content: bytes, *, file: str, options: dict[str, Any]) -> Imported:
        return import_evaluations(content, file=file, dry_run=options["dry_run"])
