"""Measure how far the SORP was kept in a closed quarter. The same service as the daily round."""

from django.core.management.base import BaseCommand, CommandError

from core.clock import localdate
from core.quarters import Quarter
from dashboards.services import measure_compliance, preview_compliance


class Command(BaseCommand):
    help = "Measure how far each requirement of the SORP was kept in a closed quarter."

    def add_arguments(self, parser):
        parser.add_argument("quarter", help="a closed quarter, such as 2011-Q1")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would be recorded; write nothing"
        )

    def handle(self, *args, quarter, dry_run, **options):
        try:
            which = {"quarter": Quarter.parse(quarter), "today": localdate()}
            if dry_run:
                told = preview_compliance(**which).sentence
                self.stdout.write(f"Dry run, nothing was written: {told}")
                return
            self.stdout.write(measure_compliance(**which, by=None).sentence)
        except ValueError as reason:
            raise CommandError(str(reason)) from None
