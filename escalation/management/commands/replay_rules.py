"""Apply triggers to a rating history and write the escalations that follow. No database."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from escalation.rules.documents import DEFAULT_RULES, read_rules
from escalation.rules.faults import Fault, RefusedFileError
from escalation.rules.replaying import Line, RatingRow, read_ratings, replay_ratings, write_lines


class Command(BaseCommand):
    """For back-tests of a change of rules, and for outsiders to check us: it needs no database."""

    help = "Apply the rules for escalation to a ratings.csv, and write the escalations as CSV."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--ratings", required=True, type=Path, help="a ratings.csv")
        parser.add_argument(
            "--rules",
            type=Path,
            help="a rules.json; without it, red 2 of 2 and amber 3 of 3 go to PAT",
        )
        parser.add_argument("--output", type=Path, help="write here, and not on the screen")
        parser.add_argument(
            "--dry-run", action="store_true", help="check both files, and write nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            lines = _replayed(options["ratings"], options["rules"])
            self._answer(lines, options["output"], dry_run=options["dry_run"])
        except RefusedFileError as refused:
            for fault in refused.faults:
                self.stderr.write(str(fault))
            sys.exit(1)

    def _answer(self, lines: tuple[Line, ...], output: Path | None, *, dry_run: bool) -> None:
        count = f"{len(lines)} escalation{'' if len(lines) == 1 else 's'}"
        if dry_run:
            self.stdout.write(f"{count} would be written.")
        elif output is None:
            self.stdout.write(write_lines(lines), ending="")
        else:
            _written(output, write_lines(lines))
            self.stdout.write(f"{count} written to {output}.")


def _replayed(ratings: Path, rules: Path | None) -> tuple[Line, ...]:
    """Both files are read before either is refused, so that every fault is told at once."""
    faults: list[Fault] = []
    rows: tuple[RatingRow, ...] = ()
    in_force = DEFAULT_RULES
    try:
        rows = read_ratings(_content(ratings), ratings.name)
    except RefusedFileError as refused:
        faults.extend(refused.faults)
    try:
        in_force = read_rules(_content(rules), rules.name) if rules else DEFAULT_RULES
    except RefusedFileError as refused:
        faults.extend(refused.faults)
    if faults:
        raise RefusedFileError(faults)
    return replay_ratings(rows, in_force, ratings.name)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        advice = f"give a file that can be read ({error.strerror})"
        raise RefusedFileError([Fault(str(path), 1, "1", advice)]) from None


def _written(path: Path, text: str) -> None:
    try:
        path.write_bytes(text.encode())
    except OSError as error:
        advice = f"give a place that can be written to ({error.strerror})"
        raise RefusedFileError([Fault(str(path), 1, "1", advice)]) from None
