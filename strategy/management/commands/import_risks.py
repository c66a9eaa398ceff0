"""Import risks from risks.csv."""

from typing import Any

from core.management.importing_command import ImportCommand
from core.tables.importing import Imported
from strategy.importing.risks import import_risks


class Command(ImportCommand):
    help = (
        "Import risks.csv (reference,title,owner and, if you like, unit,appetite,assessed,likelihood,impact,mitigation …):"
        " all rows or none. Importing the same file again changes nothing."
    )
    noun = "risks"

    def import_content(self, content: bytes, *, file: str, options: dict[str, Any]) -> Imported:
        return import_risks(content, file=file, dry_run=options["dry_run"])
