"""Load the demonstration council: invented, with real published series where they fit."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from kcc_perf.demonstration.loading import PASSWORD, SIGN_INS, load
from organisation.models.people import User


class Command(BaseCommand):
    help = "Load the demonstration council through the services, into an empty database."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMONSTRATION:
            raise CommandError(
                "This is not a demonstration: set DEMONSTRATION=yes and a database of its own,"
                " as make demo does"
            )
        if User.objects.exists():
            raise CommandError("The database is not empty: load the demonstration into a new one")
        with transaction.atomic():
            loaded = load(tell=self._say)
        built = loaded.draw(tell=self._say)
        self._close(built)

    def _say(self, sentence: str) -> None:
        self.stdout.write(f"  {sentence}")
        self.stdout.flush()

    def _close(self, built: dict[str, Path]) -> None:
        write = self.stdout.write
        write("")
        write(f"The demonstration council is ready. Open {settings.SERVICE_ADDRESS}/")
        write("No sign-in is needed to read what is published. To see the rest, sign in as:")
        write("")
        for email, office in SIGN_INS:
            write(f"  {email:<46} {office}")
        write(f"  password for each: {PASSWORD}")
        write("")
        for title, path in built.items():
            write(f"{title}: {path}")
