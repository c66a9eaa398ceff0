"""Take away the second step of somebody whose phone and recovery codes are lost."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from organisation.models.people import User
from organisation.services.accounts import forget_second_factor


class Command(BaseCommand):
    help = (
        "For a performance officer who can no longer come in, where nobody else can do it on the page"
        " How people sign in. The person is signed out everywhere and then signs in by password."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the person's e-mail address")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would be done, and write nothing"
        )

    def handle(self, *args: Any, email: str, dry_run: bool, **options: Any) -> None:
        person = User.objects.filter(email__iexact=email.strip()).first()
        if person is None:
            raise CommandError(f"Nobody here has the address {email}")
        with transaction.atomic():
            had_one = forget_second_factor(person=person, by=None)
            transaction.set_rollback(dry_run)
        if not had_one:
            raise CommandError(f"{person.name} has no second step")
        if dry_run:
            self.stdout.write(
                f"{person.name} would sign in without a second step; nothing was written."
            )
        else:
            self.stdout.write(f"{person.name} now signs in without a second step.")
