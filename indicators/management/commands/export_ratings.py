"""Export ratings as ratings.csv, from which anyone may replay the rules for escalation."""

from typing import Any

from django.core.management.base import CommandParser

from core.management.exporting_command import ExportingCommand
from core.quarters import Quarter
from indicators.exporting.ratings import ratings_csv


class Command(ExportingCommand):
    help = "Write the latest ratings of every quarter, or of one, as CSV."
    rows = "ratings"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("quarter", nargs="?", help="such as 2011-Q1; without it, every quarter")
        parser.add_argument(
            "--closed", action="store_true", help="only quarters that are closed, for replay_rules"
        )
        super().add_arguments(parser)

    def text(self, *, quarter: str | None, closed: bool, **options: Any) -> str:
        return ratings_csv(Quarter.parse(quarter) if quarter else None, closed_only=closed)
