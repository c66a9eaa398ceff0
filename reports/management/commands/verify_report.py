"""Check a published folder: digests, colours, counts and escalations. Needs no database."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reports.verification import verify_folder


class Command(BaseCommand):
    help = "Work out everything in a report's folder again, and name whatever differs."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="the folder that build_report wrote")
        parser.add_argument("--redraw", action="store_true", help="draw the PDF again as well")

    def handle(self, *args: Any, folder: Path, redraw: bool, **options: Any) -> None:
        try:
            differences = verify_folder(folder, redraw=redraw)
        except ValueError as reason:
            raise CommandError(str(reason)) from None
        if not differences:
            self.stdout.write(
                f"{folder}: as published. Every digest, colour, count and escalation follows from"
                " its inputs."
            )
            return
        for difference in differences:
            self.stderr.write(str(difference))
        sys.exit(1)
