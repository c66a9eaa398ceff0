"""Write the default SORP as rows, once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from core.clock import localdate
from core.own_words import speak_as_council
from core.quarters import Quarter
from sorp.services.seeding import seed_default_statement


class Command(BaseCommand):
    help = "Bring the default SORP into force from a quarter, unless a SORP already stands."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("quarter", help="the first quarter it rules, such as 2011-Q1")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would be written, and write nothing"
        )

    def handle(self, *args: Any, quarter: str, dry_run: bool, **options: Any) -> None:
        try:
            first = Quarter.parse(quarter)
        except ValueError as reason:
            raise CommandError(str(reason)) from None
        speak_as_council()
        with transaction.atomic():
            version, is_new = seed_default_statement(
                from_quarter=first, approved_on=localdate(), by=None
            )
            transaction.set_rollback(dry_run)
        if is_new:
            would_be = "would be" if dry_run else "is"
            self.stdout.write(f"{version} {would_be} in force from {first}.")
        else:
            self.stdout.write(f"A SORP already stands ({version}): nothing was changed.")
