"""Import the register of data quality from data_quality.csv."""

from typing import Any

from core.clock import localdate
from core.management.importing_command import ImportCommand
from core.tables.importing import Imported
from indicators.importing.data_quality import import_data_quality


class Command(ImportCommand):
    help = (
        "Import data_quality.csv, the register of data quality entry by entry: all rows or none. No"
        " entry that stands is changed."
    )
    noun = "entries of the register"

    def import_content(self, content: bytes, *, file: str, options: dict[str, Any]) -> Imported:
        return import_data_quality(
            content, file=file, today=localdate(), dry_run=options["dry_run"]
        )
