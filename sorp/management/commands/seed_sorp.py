"""Write the default SORP as rows, once."""

from django.core.management.base import BaseCommand, CommandError

from organisation.clock import localdate
from sorp.lexicon import Quarter
from sorp.services import seed_default_statement


class Command(BaseCommand):
    help = "Bring the default SORP into force from a quarter, unless a SORP already stands."

    def add_arguments(self, parser):
        parser.add_argument("quarter", help="the first quarter it rules, such as 2011-Q1")

    def handle(self, *args, quarter, **options):
        try:
            first = Quarter.parse(quarter)
        except ValueError as reason:
            raise CommandError(str(reason)) from None
        version, is_new = seed_default_statement(
            in_force_from=first, approved_on=localdate(), by=None
        )
        if is_new:
            self.stdout.write(f"{version} is in force from {first}.")
        else:
            self.stdout.write(f"A SORP already stands ({version}): nothing was changed.")
