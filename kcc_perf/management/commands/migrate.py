"""Django's command of this name, but for a database that it cannot bring up to date."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as Migrate

from kcc_perf.older_databases import OLDER_DATABASE, is_older


class Command(Migrate):
    def execute(self, *args: Any, **options: Any) -> Any:
        """Before the checks, which would say the same among much else."""
        if is_older(options["database"]):
            raise CommandError(OLDER_DATABASE)
        return super().execute(*args, **options)
