"""The application as a web server runs it."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kcc_perf.settings")
application = get_wsgi_application()

# Every page's code, before a worker is forked: else the first reader of each worker waits for it.
import kcc_perf.urls  # noqa: E402, F401 needs the settings and the apps
