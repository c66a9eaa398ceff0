"""Serve on this machine, and do meanwhile what is due, as gunicorn's workers do in service."""

from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.core.management.base import CommandError
from django.db import DEFAULT_DB_ALIAS, DatabaseError
from whitenoise.runserver_nostatic.management.commands.runserver import Command as Runserver

from core.clock import localdate
from kcc_perf.older_databases import OLDER_DATABASE, is_older
from kcc_perf.scheduler import start_rounds
from organisation.queries import officers_who_can_sign_in


class Command(Runserver):
    def check_migrations(self) -> None:
        if is_older(DEFAULT_DB_ALIAS):
            raise CommandError(OLDER_DATABASE)
        super().check_migrations()

    def get_handler(self, *args: Any, **options: Any) -> WSGIHandler:
        """Asked for once, in the process that serves, when the checks are through."""
        if self.nobody_can_begin():
            self.stdout.write(
                "No performance officer can sign in yet: manage.py first_officer EMAIL NAME makes"
                " the first, who sets the framework up at /set-up/."
            )
        start_rounds()
        return super().get_handler(*args, **options)

    def nobody_can_begin(self) -> bool:
        try:
            return not officers_who_can_sign_in(on=localdate())
        except DatabaseError:  # not migrated, which the checks have said
            return False
