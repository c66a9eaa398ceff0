"""Apply triggers to a rating history and write the escalations that follow. No database."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from core.kept_files import keep_file
from core.tables.faults import WHOLE_ROW, Fault, RefusedFileError
from core.tables.reading import content_of
from escalation.rules.rating_files import RatingFile, read_ratings
from escalation.rules.referrals import read_last_quarters, read_referrals
from escalation.rules.replay import (
    ReplayedEscalation,
    escalations_csv,
    replay_ratings,
    taken_from_april,
)
from escalation.rules.rule_files import DEFAULT_RULES, read_rules
from escalation.rules.variations import read_variations


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
        parser.add_argument(
            "--indicators",
            type=Path,
            help="an indicators.csv: what was open of an indicator ends after its last_quarter",
        )
        parser.add_argument("--output", type=Path, help="write here, and not on the screen")
        parser.add_argument(
            "--dry-run", action="store_true", help="check the files, and write nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            given = (
                *("ratings", "rules", "referred", "variations"),
                *("version_rules", "indicators"),
            )
            ratings, found = _replayed(*(options[name] for name in given))
            for reference in taken_from_april(ratings):
                self.stderr.write(
                    f"{ratings.name}: {reference} is taken for a total since April, since it rises"
                    " through every year and starts again each April; a column `basis` says "
                    "what it is"
                )
            self._answer(found, options["output"], dry_run=options["dry_run"])
        except RefusedFileError as refused:
            for fault in refused.faults:
                self.stderr.write(str(fault))
            sys.exit(1)

    def _answer(
        self, found: tuple[ReplayedEscalation, ...], output: Path | None, *, dry_run: bool
    ) -> None:
        count = f"{len(found)} escalation{'' if len(found) == 1 else 's'}"
        if dry_run:
            self.stdout.write(f"{count} would be written.")
        elif output is None:
            self.stdout.write(escalations_csv(found), ending="")
        else:
            try:
                keep_file(output, escalations_csv(found).encode())
            except OSError as error:
                advice = f"give a place that can be written to ({error.strerror})"
                raise RefusedFileError([Fault(str(output), 1, WHOLE_ROW, advice)]) from None
            self.stdout.write(f"{count} written to {output}.")


def _replayed(
    ratings: Path,
    rules: Path | None,
    referred: Path | None,
    variations: Path | None,
    version_rules: Sequence[str],
    indicators: Path | None,
) -> tuple[RatingFile, tuple[ReplayedEscalation, ...]]:
    """All files are read before any is refused, so that every fault is told at once."""
    faults: list[Fault] = []

    def read_or(read: Callable[[bytes, str], Any], path: Path | None, instead: Any) -> Any:
        try:
            return read(content_of(path), path.name) if path else instead
        except RefusedFileError as refused:
            faults.extend(refused.faults)
            return instead

    history = read_or(read_ratings, ratings, RatingFile(ratings.name, frozenset(), ()))
    in_force = read_or(read_rules, rules, DEFAULT_RULES)
    referrals = read_or(read_referrals, referred, {})
    varied = read_or(read_variations, variations, {})
    last_quarters = read_or(read_last_quarters, indicators, {})
    by_version = {}
    for given in version_rules:
        version, sign, file = given.partition("=")
        if not (version and sign and file):
            advice = "give a version and its file, such as 2=rules-2.json"
            faults.append(Fault("--version-rules", 1, WHOLE_ROW, advice))
        else:
            by_version[version] = read_or(read_rules, Path(file), DEFAULT_RULES)
    if faults:
        raise RefusedFileError(faults)
    return history, replay_ratings(history, in_force, referrals, varied, by_version, last_quarters)
