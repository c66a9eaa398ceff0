"""The project as Django loads it."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.core.checks import Tags, register
from django.utils.module_loading import autodiscover_modules

from core import own_words
from kcc_perf.older_databases import no_database_is_older


class KccPerfConfig(AppConfig):
    name = "kcc_perf"

    def ready(self) -> None:
        """Every app's kinds of job are known to this process, whichever backend does them.

        Celery's own discovery runs in its workers only; the thread, and the command that
        does what is due, need the tasks modules too, since importing them registers the work.
        """
        autodiscover_modules("tasks", "panels")
        from organisation.queries import council_facts  # no model can be imported before

        own_words.known_by(lambda: council_facts().said)
        register(no_database_is_older, Tags.database)
        from kcc_perf import sign_ins

        user_logged_in.connect(sign_ins.begin)
