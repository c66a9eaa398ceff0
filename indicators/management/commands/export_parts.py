"""Export parts as parts.csv, which import_parts takes back."""

from core.management.exporting_command import ExportingCommand
from core.quarters import Quarter
from indicators.exporting.parts import parts_csv


class Command(ExportingCommand):
    help = "Write parts as CSV, with all small numbers in it."
    rows = "parts"

    def add_arguments(self, parser):
        parser.add_argument("quarter", nargs="?", help="such as 2011-Q1; without it, every quarter")
        super().add_arguments(parser)

    def text(self, *, quarter, **options):
        return parts_csv(Quarter.parse(quarter) if quarter else None)
