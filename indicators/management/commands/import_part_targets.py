"""Import targets of parts from part_targets.csv."""

from typing import Any

from core.management.importing_command import ImportCommand
from core.tables.importing import Imported
from indicators.importing.parts import import_part_targets


class Command(ImportCommand):
    help = (
        "Import part_targets.csv (reference,dimension,part,from_quarter,target,floor,lower,upper,outer_lower,outer_upper,reason,approved_by):"
        " all rows or none. Importing the same file again changes nothing."
    )
    noun = "targets of parts"

    def import_content(self, content: bytes, *, file: str, options: dict[str, Any]) -> Imported:
        return import_part_targets(content, file=file, dry_run=options["dry_run"])
