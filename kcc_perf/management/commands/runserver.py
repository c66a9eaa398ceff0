"""Serve on this machine, and do meanwhile what is due, as gunicorn's workers do in service."""

from whitenoise.runserver_nostatic.management.commands.runserver import Command as Runserver

from kcc_perf.due import start_rounds


class Command(Runserver):
    def get_handler(self, *args, **options):
        """Asked for once, in the process that serves, when the checks are through."""
        start_rounds()
        return super().get_handler(*args, **options)
