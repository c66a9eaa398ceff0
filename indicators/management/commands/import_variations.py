"""Import agreed variations from variations.csv."""

from typing import Any

from core.clock import localdate
from core.management.importing_command import ImportCommand
from core.tables.importing import Imported
from indicators.importing.variations import import_variations


class Command(ImportCommand):
    help = (
        "Import variations.csv: what was agreed to be judged otherwise than the SORP has it, for one"
        " indicator and for a time. All rows or none. No variation that stands is changed."
    )
    noun = "variations"

    def import_content(self, content: bytes, *, file: str, options: dict[str, Any]) -> Imported:
        return import_variations(content, file=file, today=localdate(), dry_run=options["dry_run"])
