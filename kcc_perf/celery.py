"""The Celery application: `celery -A kcc_perf worker`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kcc_perf.settings")
app = Celery("kcc_perf")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
