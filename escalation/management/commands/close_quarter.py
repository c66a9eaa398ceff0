"""Close a quarter: rate, escalate, recover. The same service as the Celery task."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.clock import localdate
from core.quarters import Quarter
from escalation.services.closing import close_quarter, preview_close


class Command(BaseCommand):
    help = "Close a quarter: rate every indicator, open and recover escalations."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("quarter", help="the quarter, such as 2011-Q1")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what closing would do, and change nothing"
        )

    def handle(self, *args: Any, quarter: str, dry_run: bool, **options: Any) -> None:
        try:
            asked, today = Quarter.parse(quarter), localdate()
            if dry_run:
                closing = preview_close(quarter=asked, today=today)
            else:
                closing = close_quarter(quarter=asked, today=today, by=None)
        except ValueError as reason:
            raise CommandError(str(reason)) from None
        sentence = (
            f"Dry run, nothing was changed: {closing.sentence}" if dry_run else closing.sentence
        )
        self.stdout.write(sentence)
