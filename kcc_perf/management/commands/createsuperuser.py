"""Django's command of this name, refused: nobody is a superuser here."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Refused: manage.py first_officer EMAIL NAME makes the first performance officer."

    def run_from_argv(self, argv: list[str]) -> None:
        super().run_from_argv(argv[:2])  # with whatever arguments it was called

    def handle(self, *args: Any, **options: Any) -> None:
        raise CommandError(
            "Nobody is a superuser here, because rights come from posts: manage.py "
            "first_officer EMAIL"
            " NAME makes the first performance officer"
        )
