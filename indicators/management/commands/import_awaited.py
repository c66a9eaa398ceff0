"""Import figures that their publishers have not issued from awaited.csv."""

from typing import Any

from core.clock import localdate
from core.management.importing_command import ImportCommand
from core.tables.importing import Imported
from indicators.importing.awaited import import_awaited


class Command(ImportCommand):
    help = (
        "Import awaited.csv (reference,quarter,publisher,until): figures that their publishers have"
        " not issued, which until the end of a day are neither late nor missing."
    )
    noun = "awaited figures"

    def import_content(self, content: bytes, *, file: str, options: dict[str, Any]) -> Imported:
        return import_awaited(content, file=file, today=localdate(), dry_run=options["dry_run"])
