"""The door for web servers."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kcc_perf.settings")
application = get_wsgi_application()

from django.conf import settings  # noqa: E402 settings can be read from here on

if settings.JOB_LANE == "thread":
    from kcc_perf import due

    due.start_rounds()
