"""Build a quarter's report: freeze an edition, draw its files and write them to a folder."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.quarters import Quarter
from reports.contents.edition import edition_contents
from reports.output import write_folder
from reports.schema import check_form
from reports.services.files import build_report


class Command(BaseCommand):
    help = (
        "Freeze the report of a closed quarter and write its files: HTML, PDF, CSV, JSON, manifest."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("quarter", help="a closed quarter, such as 2011-Q1")
        parser.add_argument("--output", type=Path, required=True, help="the folder to write to")
        parser.add_argument("--publish", action="store_true", help="publish the edition as well")
        parser.add_argument(
            "--dry-run", action="store_true", help="say whether it can be built; write nothing"
        )

    def handle(
        self, *args: Any, quarter: str, output: Path, publish: bool, dry_run: bool, **options: Any
    ) -> None:
        try:
            wanted = Quarter.parse(quarter)
            if dry_run:
                self._try(wanted)
                return
            built = build_report(quarter=wanted, by=None, publish=publish)
            write_folder(output, built.files)
        except ValueError as reason:
            raise CommandError(str(reason)) from None
        self.stdout.write(built.sentence)
        self.stdout.write(str(output.absolute() / "report.pdf"))

    def _try(self, quarter: Quarter) -> None:
        document = edition_contents(quarter=quarter, number=1, frozen_on=quarter.last_day)
        check_form(document)
        counts = document["counts"]
        self.stdout.write(
            f"{quarter} can be built: {len(document['indicators'])} indicators, of which"
            f" {counts['total']} are counted in the headline. Nothing was written."
        )
