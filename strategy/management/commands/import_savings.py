"""Import savings from savings.csv."""

from typing import Any

from core.management.importing_command import ImportCommand
from core.tables.importing import Imported
from strategy.importing.savings import import_savings


class Command(ImportCommand):
    help = (
        "Import savings.csv (reference,title,amount,unit,owner and, if you like, profile,project,indicator,as_at,delivered,forecast,at_risk …):"
        " all rows or none. Importing the same file again changes nothing."
    )
    noun = "savings"

    def import_content(self, content: bytes, *, file: str, options: dict[str, Any]) -> Imported:
        return import_savings(content, file=file, dry_run=options["dry_run"])
