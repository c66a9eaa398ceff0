"""Owe the reminders of the day: for cron, where there is no beat."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from core.clock import localdate
from core.models.notices import Notice
from indicators.services.reminders import remind


class Command(BaseCommand):
    help = "Owe everybody the reminders that fall due up to today. Safe to run at any time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would be owed, and owe nothing"
        )

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        with transaction.atomic():
            before = set(Notice.objects.values_list("pk", flat=True)) if dry_run else set()
            count = remind(today=localdate())
            new = list(Notice.objects.exclude(pk__in=before)) if dry_run else []
            transaction.set_rollback(dry_run)
        for notice in new:
            self.stdout.write(f"{notice.recipient.email}: {notice.subject}")
        would_be = "would be" if dry_run else "are" if count != 1 else "is"
        self.stdout.write(f"{count} reminder{'' if count == 1 else 's'} {would_be} owed.")
