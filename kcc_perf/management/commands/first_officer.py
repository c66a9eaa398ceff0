"""Make the first performance officer: for an empty database, or one whose officers have all left."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.urls import reverse

from core.clock import localdate
from organisation.importing.people import email_address
from organisation.importing.units import CODE
from organisation.services.invitations import password_link
from organisation.services.people import appoint_first_officer


class Command(BaseCommand):
    help = (
        "Make somebody performance officer of the council and print a link by which they choose a"
        " password. Where no unit stands yet, the council is founded too, by its COUNCIL_NAME."
        " Refused where a performance officer can sign in already."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the person's e-mail address")
        parser.add_argument("name", help="the person's name, in quotation marks")
        parser.add_argument(
            "--council-code",
            default="COUNCIL",
            metavar="CODE",
            help="the council's code in your units.csv (without it, COUNCIL)",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would be done, and write nothing"
        )

    def handle(
        self, *args: Any, email: str, name: str, council_code: str, dry_run: bool, **options: Any
    ) -> None:
        try:
            with transaction.atomic():
                appointment = appoint_first_officer(
                    email=email_address(email),
                    name=name,
                    council=settings.COUNCIL_NAME,
                    council_code=CODE(council_code),
                    today=localdate(),
                    by=None,
                )
                transaction.set_rollback(dry_run)
        except ValueError as reason:
            raise CommandError(str(reason)) from None
        person, unit = appointment.user, appointment.post.unit
        if dry_run:
            self.stdout.write(
                f"{person.name} would be performance officer of {unit.name} ({unit.code});"
                " nothing was written."
            )
            return
        self.stdout.write(
            f"{person.name} is performance officer of {unit.name} ({unit.code}) from"
            f" {appointment.starts_on}."
        )
        self.stdout.write(
            f"Once signed in, {person.name} sets the framework up at"
            f" {settings.SERVICE_ADDRESS}{reverse('set_up')}."
        )
        self.stdout.write("To choose a password, once and within three days, open:")
        self.stdout.write(password_link(person))
