"""Import dimensions from dimensions.csv."""

from typing import Any

from core.management.importing_command import ImportCommand
from core.tables.importing import Imported
from indicators.importing.parts import import_dimensions


class Command(ImportCommand):
    help = (
        "Import dimensions.csv (dimension,name,each_case_once,withheld_below,part,part_name,is_used):"
        " all rows or none. Importing the same file again changes nothing."
    )
    noun = "dimensions"

    def import_content(self, content: bytes, *, file: str, options: dict[str, Any]) -> Imported:
        return import_dimensions(content, file=file, dry_run=options["dry_run"])
