"""Import results from results.csv."""

from typing import Any

from django.core.management.base import CommandParser

from core.clock import localdate
from core.management.importing_command import ImportCommand
from core.tables.importing import Imported
from indicators.importing.results import import_results


class Command(ImportCommand):
    help = (
        "Import results.csv (reference,quarter,value,numerator,denominator,confidence,"
        "not_available,definition_break,commentary; data_quarter and late may be added): all rows"
        " or none. Importing the same file again changes nothing."
    )
    noun = "results"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--as-history",
            action="store_true",
            help="results of quarters that nobody was asked for count as signed off, as they stand",
        )

    def import_content(self, content: bytes, *, file: str, options: dict[str, Any]) -> Imported:
        return import_results(
            content,
            file=file,
            today=localdate(),
            dry_run=options["dry_run"],
            published=(lambda reference, quarter: f"Brought as history in {file}")
            if options["as_history"]
            else None,
        )
