"""What every export has in common: the screen, or a file that is replaced whole."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.kept_files import keep_file


class ExportingCommand(ABC, BaseCommand):
    """Writes a text on the screen, or with --output to a file: all of it or nothing."""

    rows = "rows"  # what one line of the text is

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--output", type=Path, help="write here, and not on the screen")

    @abstractmethod
    def text(self, *args: Any, **options: Any) -> str:
        """The text to write. May raise ValueError with a sentence that says what to do."""

    def handle(self, *args: Any, output: Path | None, **options: Any) -> None:
        try:
            text = self.text(**options)
        except ValueError as reason:
            raise CommandError(str(reason)) from None
        if output is None:
            self.stdout.write(text, ending="")
            return
        try:
            keep_file(output, text.encode())
        except OSError as error:
            advice = f"give a file that can be written ({error.strerror})"
            raise CommandError(f"{output}: {advice}") from None
        self.stdout.write(f"{text.count(chr(10)) - 1} {self.rows} written to {output}.")
