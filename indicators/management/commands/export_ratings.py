"""Export ratings as ratings.csv, from which anyone may replay the rules for escalation."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from indicators.exporting import ratings_csv
from organisation.csvfiles import replace_file
from sorp.lexicon import Quarter


class Command(BaseCommand):
    help = "Write the latest ratings of every quarter, or of one, as CSV."

    def add_arguments(self, parser):
        parser.add_argument("quarter", nargs="?", help="such as 2011-Q1; without it, every quarter")
        parser.add_argument("--output", type=Path, help="write here, and not on the screen")

    def handle(self, *args, quarter, output, **options):
        try:
            text = ratings_csv(Quarter.parse(quarter) if quarter else None)
        except ValueError as reason:
            raise CommandError(str(reason)) from None
        if output is None:
            self.stdout.write(text, ending="")
            return
        try:
            replace_file(output, text)
        except OSError as error:
            advice = f"give a file that can be written ({error.strerror})"
            raise CommandError(f"{output}: {advice}") from None
        self.stdout.write(f"{text.count(chr(10)) - 1} ratings written to {output}.")
