"""Import the council's units from units.csv."""

from datetime import date
from typing import Any

from django.core.management.base import CommandParser

from core.clock import localdate
from core.management.importing_command import ImportCommand
from core.tables.importing import Imported
from organisation.importing.units import import_units


class Command(ImportCommand):
    help = (
        "Import units.csv (code,name,tier,parent and, if you like, starts_on): all rows or none."
        " Importing the same file again changes nothing."
    )
    noun = "units"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--starts-on",
            type=date.fromisoformat,
            metavar="DATE",
            help="from when the new units stand (without it, 1974-04-01) and the changed ones are"
            " so called and placed (without it, today)",
        )

    def import_content(self, content: bytes, *, file: str, options: dict[str, Any]) -> Imported:
        return import_units(
            content,
            file=file,
            today=localdate(),
            starts_on=options["starts_on"],
            dry_run=options["dry_run"],
        )
