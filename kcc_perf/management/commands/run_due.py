"""Do what is due: for cron, where there is no beat."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.models.jobs import Job
from core.models.notices import Notice
from kcc_perf.scheduler import counted, run_due


class Command(BaseCommand):
    help = "Do the jobs, and owe and send the notices, that are due. Safe to run at any time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="say what is owed, and do nothing"
        )

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        if dry_run:
            owed, unsent = Job.objects.pending().count(), Notice.objects.to_send_now().count()
            self.stdout.write(f"Owed: {counted(owed, 'job')}, {counted(unsent, 'notice')}.")
            return
        done = run_due()
        self.stdout.write(done.sentence)
        if done.notices_still_owed:
            raise CommandError(
                "Some notices were not sent; the log says why. Run this again later."
            )
