"""The project: settings, addresses, Celery and what every page shares. No app imports it."""

__version__ = "0.3.0"

from kcc_perf.celery import app as celery_app

__all__ = ["__version__", "celery_app"]
