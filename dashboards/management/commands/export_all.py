"""Export the whole council as files: those that imports take back, and what follows from them."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.kept_files import keep_file
from dashboards.exporting import all_files

END_OF_ROW = b"\r\n"


class Command(BaseCommand):
    help = (
        "Write units, people, indicators, targets and results as the imports take them back, with"
        " ratings, escalations and the rules of each version of the SORP."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="a new folder, or an empty one")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would be written, and write nothing"
        )

    def handle(self, *args: Any, folder: Path, dry_run: bool, **options: Any) -> None:
        if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
            raise CommandError(f"{folder}: name a new folder, or an empty one")
        files = all_files()
        if not dry_run:
            try:
                folder.mkdir(parents=True, exist_ok=True)
                for name, content in files.items():
                    keep_file(folder / name, content)
            except OSError as error:
                advice = f"give a folder that can be written to ({error.strerror})"
                raise CommandError(f"{folder}: {advice}") from None
        for name, content in files.items():
            if name.endswith(".csv"):
                self.stdout.write(f"{name}: {content.count(END_OF_ROW) - 1} rows")
        closing = "would be written" if dry_run else "written"
        self.stdout.write(f"{len(files)} files {closing} to {folder}.")
