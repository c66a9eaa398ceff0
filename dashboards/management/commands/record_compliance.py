"""Measure how far the SORP was kept in a closed quarter. The same service as the daily round."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.clock import localdate
from core.quarters import Quarter
from dashboards.services.compliance import measure_compliance, preview_compliance


class Command(BaseCommand):
    help = "Measure how far each requirement of the SORP was kept in a closed quarter."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("quarter", help="a closed quarter, such as 2011-Q1")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would be recorded; write nothing"
        )

    def handle(self, *args: Any, quarter: str, dry_run: bool, **options: Any) -> None:
        try:
            asked, today = Quarter.parse(quarter), localdate()
            if dry_run:
                told = preview_compliance(quarter=asked, today=today).sentence
                self.stdout.write(f"Dry run, nothing was written: {told}")
                return
            self.stdout.write(measure_compliance(quarter=asked, today=today, by=None).sentence)
        except ValueError as reason:
            raise CommandError(str(reason)) from None
