"""How the import commands speak: one line per fault, exit 1, nothing written; or what was done."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandParser

from core.tables.faults import RefusedFileError
from core.tables.importing import Imported
from core.tables.reading import content_of

MOST_LINES = 100


class ImportCommand(ABC, BaseCommand):
    """Imports one file whole, or tells everything that is wrong with it and imports nothing."""

    noun: ClassVar[str]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a CSV file: UTF-8, with a row of column names")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would change, and write nothing"
        )

    @abstractmethod
    def import_content(self, content: bytes, *, file: str, options: dict[str, Any]) -> Imported:
        """Import what the file holds, through the services. Raises RefusedFileError."""

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            imported = self.import_content(content_of(path), file=path.name, options=options)
        except RefusedFileError as refused:
            for line in refused.lines(most=MOST_LINES):
                self.stderr.write(line)
            sys.exit(1)
        if options["dry_run"]:
            self._write(
                [
                    *(f"new: {name}" for name in imported.new),
                    *(f"changed: {name}" for name in imported.changed),
                ]
            )
        self._write(imported.notes)
        self._write([f"worth a second look: {each}" for each in imported.questions])
        closing = " would follow; nothing was written." if options["dry_run"] else "."
        self.stdout.write(f"{path.name}: {self.noun}: {imported}{closing}")

    def _write(self, lines: Sequence[str]) -> None:
        for line in lines[:MOST_LINES]:
            self.stdout.write(line)
        if len(lines) > MOST_LINES:
            self.stdout.write(f"... and {len(lines) - MOST_LINES:,} more")
