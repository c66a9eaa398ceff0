"""Close a quarter: rate, escalate, recover. The same service as the Celery task."""

from django.core.management.base import BaseCommand, CommandError

from core.clock import localdate
from core.quarters import Quarter
from escalation.services.closing import close_quarter, preview_close


class Command(BaseCommand):
    help = "Close a quarter: rate every indicator, open and recover escalations."

    def add_arguments(self, parser):
        parser.add_argument("quarter", help="the quarter, such as 2011-Q1")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what closing would do, and change nothing"
        )

    def handle(self, *args, quarter, dry_run, **options):
        try:
            which = {"quarter": Quarter.parse(quarter), "today": localdate()}
            closing = preview_close(**which) if dry_run else close_quarter(**which, by=None)
        except ValueError as reason:
            raise CommandError(str(reason)) from None
        sentence = (
            f"Dry run, nothing was changed: {closing.sentence}" if dry_run else closing.sentence
        )
        self.stdout.write(sentence)
