"""The app's settings, and the one thing it does when the process starts."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"

    def ready(self) -> None:
        """The works that jobs ask for are registered, whichever backend does them."""
        from reports import tasks  # noqa: F401
