"""Build a quarter's report: freeze an edition, draw its files and write them to a folder."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.clock import now
from core.quarters import Quarter
from organisation.models.people import User
from organisation.permissions import Permission
from reports.contents.edition import edition_contents
from reports.models import Edition
from reports.output import write_folder
from reports.schema import check_form
from reports.services.files import build_report
from reports.services.publishing import approve_edition, check_edition, publish_edition


class Command(BaseCommand):
    help = (
        "Freeze the report of a closed quarter and write its files: HTML, PDF, CSV, JSON, manifest."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("quarter", help="a closed quarter, such as 2011-Q1")
        parser.add_argument("--output", type=Path, required=True, help="the folder to write to")
        parser.add_argument("--note", default="", help="what it corrects, where one was published")
        parser.add_argument(
            "--publish",
            action="store_true",
            help="publish the edition as well, in the name of two people",
        )
        parser.add_argument("--checked-by", help="who checked it, by e-mail address")
        parser.add_argument("--approved-by", help="who else approved it, by e-mail address")
        parser.add_argument(
            "--dry-run", action="store_true", help="say whether it can be built; write nothing"
        )

    def handle(
        self,
        *args: Any,
        quarter: str,
        output: Path,
        note: str,
        publish: bool,
        checked_by: str | None,
        approved_by: str | None,
        dry_run: bool,
        **options: Any,
    ) -> None:
        try:
            wanted = Quarter.parse(quarter)
            if dry_run:
                self._try(wanted)
                return
            people = (
                (
                    self._person(checked_by, "--checked-by", Permission.MANAGE_FRAMEWORK),
                    self._person(approved_by, "--approved-by", Permission.SECOND),
                )
                if publish
                else None
            )
            built = build_report(quarter=wanted, by=None, note=note)
            if people:
                built = replace(built, edition=self._publish(built.edition, *people))
            write_folder(output, built.files)
        except ValueError as reason:
            raise CommandError(str(reason)) from None
        self.stdout.write(built.sentence)
        self.stdout.write(str(output.absolute() / "report.pdf"))

    def _person(self, email: str | None, option: str, permission: Permission) -> User:
        if not email:
            raise ValueError(f"Say with {option} who did: publishing takes two people")
        person = User.objects.filter(email=email, is_active=True).first()
        if person is None or not person.may(permission):
            raise ValueError(
                f"{email} may not do this: give {option} somebody whose post allows it"
            )
        return person

    def _publish(self, edition: Edition, checked_by: User, approved_by: User) -> Edition:
        check_edition(edition=edition, by=checked_by)
        approve_edition(edition=edition, publish_at=now(), by=approved_by)
        return publish_edition(edition=edition)

    def _try(self, quarter: Quarter) -> None:
        document = edition_contents(quarter=quarter, number=1, frozen_on=quarter.last_day)
        check_form(document)
        counts = document["counts"]
        self.stdout.write(
            f"{quarter} can be built: {len(document['indicators'])} indicators, of which"
            f" {counts['total']} are counted in the headline. Nothing was written."
        )
