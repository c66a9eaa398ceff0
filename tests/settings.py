"""The project's settings, but for what a test must not wait for, send or keep."""

import os

os.environ["DEBUG"] = "no"
os.environ["SECURE_COOKIES"] = "no"
os.environ["ALLOWED_HOSTS"] = "testserver,localhost,127.0.0.1"
os.environ.setdefault("SECRET_KEY", "for-tests-only-and-long-enough-to-be-let-in")
os.environ.setdefault("JOB_BACKEND", "thread")

from kcc_perf.settings import *  # noqa: F403 all of them, and then what differs

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
STORAGES = {
    **STORAGES,  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
WHITENOISE_AUTOREFRESH = True  # static files as they lie, without collecting them first
