"""Export parts as parts.csv, which import_parts takes back."""

from typing import Any

from django.core.management.base import CommandParser

from core.management.exporting_command import ExportingCommand
from core.quarters import Quarter
from indicators.exporting.parts import parts_csv


class Command(ExportingCommand):
    help = "Write parts as CSV, with all small numbers in it."
    rows = "parts"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("quarter", nargs="?", help="such as 2011-Q1; without it, every quarter")
        super().add_arguments(parser)

    def text(self, *, quarter: str | None, **options: Any) -> str:
        return parts_csv(Quarter.parse(quarter) if quarter else None)
