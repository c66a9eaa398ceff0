"""Freeze the pack of a meeting as it stands, draw it and write it to a folder."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assurance.models.meetings import Meeting
from assurance.models.packs import Pack
from core.canonical_json import digest
from core.dates import as_date
from reports.output import write_folder
from reports.packs import render_pack


class Command(BaseCommand):
    help = "Draw the latest frozen pack of a PAT or DAT meeting as HTML and PDF, with its document."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("team", choices=["pat", "dat"])
        parser.add_argument("date", help="the day of the meeting, such as 2011-11-14")
        parser.add_argument("--output", type=Path, required=True, help="the folder to write to")
        parser.add_argument(
            "--dry-run", action="store_true", help="say which pack it would be; write nothing"
        )

    def handle(
        self, *args: Any, team: str, date: str, output: Path, dry_run: bool, **options: Any
    ) -> None:
        pack = self._pack(team, date)
        if dry_run:
            self.stdout.write(f"{pack} can be drawn. Nothing was written.")
            return
        drawn = render_pack(pack=pack)
        document = json.dumps(drawn.document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
        files = {
            "pack.html": drawn.html.encode(),
            "pack.pdf": drawn.drawn_pdf,
            "pack.json": document.encode(),
        }
        sums = "".join(f"{digest(each)}  {name}\n" for name, each in sorted(files.items()))
        try:
            write_folder(output, {**files, "SHA256SUMS": sums.encode()})
        except ValueError as reason:
            raise CommandError(str(reason)) from None
        self.stdout.write(f"{pack}: {len(files) + 1} files.")
        self.stdout.write(str(output.absolute() / "pack.pdf"))

    def _pack(self, team: str, day: str) -> Pack:
        try:
            meets_on = date.fromisoformat(day)
        except ValueError:
            raise CommandError(f"{day!r} is not a day: write it like 2011-11-14") from None
        meeting = Meeting.objects.filter(team__code=team, meets_on=meets_on).first()
        if meeting is None:
            raise CommandError(f"{team.upper()} does not meet on {as_date(meets_on)}")
        pack = meeting.packs.order_by("-number").first()
        if pack is None:
            raise CommandError(
                "No pack is frozen for this meeting: freeze it on the meeting's page"
            )
        return pack
