"""The app's settings, and the one thing it does when the process starts."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"

    def ready(self):
        """The works that jobs ask for are registered, on whichever lane they are done."""
        from reports import tasks  # noqa: F401
