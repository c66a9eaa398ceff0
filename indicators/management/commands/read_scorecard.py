"""Read a council's own scorecard into files that the import commands take."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core.kept_files import keep_file
from core.refusals import Refused
from indicators.scorecards.reading import RefusedFiles, check_size, read_scorecard
from indicators.scorecards.writing import files_of


class Command(BaseCommand):
    help = (
        "Read a council's own scorecard, as it is kept (Excel, OpenDocument, CSV or Word), and write"
        " indicators.csv, targets.csv, results.csv, published_status.csv and doubts.csv. Nothing is"
        " imported; what is not sure is listed with its cell in doubts.csv."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", type=Path, nargs="+", help="the scorecard, in one file or several"
        )
        parser.add_argument("--output", type=Path, required=True, help="the folder to write into")

    def handle(self, *args: Any, **options: Any) -> None:
        paths: list[Path] = options["file"]
        folder: Path = options["output"]
        files: list[tuple[str, bytes]] = []
        for path in paths:
            try:
                check_size(path.stat().st_size)
                files.append((path.name, path.read_bytes()))
            except OSError as reason:
                self._refuse(f"{path.name}: {reason.strerror}")
            except Refused as reason:
                self._refuse(f"{path.name}: {reason}")
        try:
            found = read_scorecard(files)
        except RefusedFiles as reason:
            self._refuse(str(reason))
        except Refused as reason:
            self._refuse(f"{', '.join(path.name for path in paths)}: {reason}")
        for name, text in files_of(found).items():
            try:
                folder.mkdir(parents=True, exist_ok=True)
                keep_file(folder / name, text.encode())
            except OSError as reason:
                self._refuse(
                    f"{folder / name}: give a folder that can be written ({reason.strerror})"
                )
        results = sum(len(each.results) for each in found.indicators)
        self.stdout.write(
            f"{len(found.indicators)} indicators, {results} results, {len(found.doubts)} doubts in {folder}"
        )
        if found.rule is not None:
            self.stdout.write(f"Printed statuses: {found.rule}.")
        for each in found.unexplained[:20]:
            self.stdout.write(f"not explained: {each}")
        for words, cells in found.absent_by_words.items():
            places = ", ".join(each.place for each in cells[:20])
            self.stdout.write(f"no figure, “{words}”: {places}")
        for count in found.counts:
            printed = ", ".join(f"{times} {rag}" for rag, times in count.printed.items())
            own = ", ".join(f"{times} {rag}" for rag, times in count.own.items())
            agreed = "agrees with the rows" if count.agrees else f"the rows say {own}"
            self.stdout.write(f"printed at {count.place}: {printed}; {agreed}")

    def _refuse(self, told: str) -> None:
        self.stderr.write(f"{told}.")
        sys.exit(1)
