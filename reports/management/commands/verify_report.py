"""Check that a published folder agrees with itself: digests, colours, counts and escalations. Needs no database."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reports.verification import verify_folder

AS_PUBLISHED = "And it is what was published: manifest.json has the SHA-256 that you gave."
NOT_SHOWN = (
    "That the inputs are those that were published, this does not show: somebody could write a "
    "whole folder again. Give --published with the SHA-256 that the council published for it."
)


class Command(BaseCommand):
    help = "Work out everything in a report's folder again, and name whatever differs."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="the folder that build_report wrote")
        parser.add_argument(
            "--published",
            metavar="SHA256",
            help="the SHA-256 of manifest.json that the council published elsewhere: in a minute, a"
            " paper, on another site",
        )
        parser.add_argument("--redraw", action="store_true", help="draw the PDF again as well")

    def handle(
        self, *args: Any, folder: Path, published: str | None, redraw: bool, **options: Any
    ) -> None:
        try:
            differences = verify_folder(folder, redraw=redraw, published=published)
        except ValueError as reason:
            raise CommandError(str(reason)) from None
        if not differences:
            self.stdout.write(
                f"{folder}: consistent with itself. Every digest, colour, count and escalation"
                f" follows from its inputs. {AS_PUBLISHED if published else NOT_SHOWN}"
            )
            return
        for difference in differences:
            self.stderr.write(str(difference))
        sys.exit(1)
