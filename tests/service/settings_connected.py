"""The project's settings, with an app that asks the database something while it is loaded."""

from django.apps import AppConfig

from kcc_perf.settings import *  # noqa: F403


class AsksEarly(AppConfig):
    name = "tests.service"

    def ready(self):
        from django.db import connection

        connection.ensure_connection()


INSTALLED_APPS = [*INSTALLED_APPS, "tests.service.settings_connected.AsksEarly"]  # noqa: F405
