"""Apply triggers to a rating history and write the escalations that follow. No database."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from core.kept_files import keep_file
from escalation.rules.rating_files import read_ratings
from escalation.rules.referrals import read_referrals
from escalation.rules.replay import Line, replay_ratings, write_lines
from escalation.rules.rule_files import (
    DEFAULT_RULES,
    Fault,
    RefusedFileError,
    read_rules,
    read_variations,
)


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
        parser.add_argument(
            "--version-rules",
            action="append",
            default=[],
            metavar="VERSION=FILE",
            help="the rules of one version of the SORP, for the quarters whose row names it; give it"
            " once for each version",
        )
        parser.add_argument(
            "--referred",
            type=Path,
            help="what export_escalations wrote: referrals by hand, which no rule gives, are taken"
            " from it",
        )
        parser.add_argument(
            "--variations",
            type=Path,
            help="what export_variations wrote: for these indicators other rules were agreed",
        )
        parser.add_argument("--output", type=Path, help="write here, and not on the screen")
        parser.add_argument(
            "--dry-run", action="store_true", help="check the files, and write nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            given = ("ratings", "rules", "referred", "variations", "version_rules")
            lines = _replayed(*(options[name] for name in given))
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


def _replayed(
    ratings: Path,
    rules: Path | None,
    referred: Path | None,
    variations: Path | None,
    version_rules: Sequence[str],
) -> tuple[Line, ...]:
    """All files are read before any is refused, so that every fault is told at once."""
    faults: list[Fault] = []

    def told(read: Callable[[bytes, str], Any], path: Path | None, instead: Any) -> Any:
        try:
            return read(_content(path), path.name) if path else instead
        except RefusedFileError as refused:
            faults.extend(refused.faults)
            return instead

    rows = told(read_ratings, ratings, ())
    in_force = told(read_rules, rules, DEFAULT_RULES)
    by_hand = told(read_referrals, referred, {})
    varied = told(read_variations, variations, {})
    by_version = {}
    for given in version_rules:
        version, sign, file = given.partition("=")
        if not (version and sign and file):
            advice = "give a version and its file, such as 2=rules-2.json"
            faults.append(Fault("--version-rules", 1, "1", advice))
        else:
            by_version[version] = told(read_rules, Path(file), DEFAULT_RULES)
    if faults:
        raise RefusedFileError(faults)
    return replay_ratings(rows, in_force, ratings.name, by_hand, varied, by_version)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        advice = f"give a file that can be read ({error.strerror})"
        raise RefusedFileError([Fault(str(path), 1, "1", advice)]) from None


def _written(path: Path, text: str) -> None:
    try:
        keep_file(path, text.encode())
    except OSError as error:
        advice = f"give a place that can be written to ({error.strerror})"
        raise RefusedFileError([Fault(str(path), 1, "1", advice)]) from None
