"""Import milestones from milestones.csv."""

from typing import Any

from core.management.importing_command import ImportCommand
from core.tables.importing import Imported
from strategy.importing.plan import import_milestones


class Command(ImportCommand):
    help = (
        "Import milestones.csv (title,priority,project,due,manager and, if you like, forecast,done,progress,from,to):"
        " all rows or none. Importing the same file again changes nothing."
    )
    noun = "milestones"

    def import_content(self, content: bytes, *, file: str, options: dict[str, Any]) -> Imported:
        return import_milestones(content, file=file, dry_run=options["dry_run"])
