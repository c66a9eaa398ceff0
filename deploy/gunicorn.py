"""How gunicorn serves. Two workers of four threads answer a council; more only where cores allow."""

import os

bind = os.environ.get("BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = 4
# A request may take this long; and this long do those under way have when a release stops us.
timeout = 60
graceful_timeout = int(os.environ.get("GRACEFUL_SECONDS", "30"))
keepalive = 5
# Loaded once and forked, so that a worker that is renewed answers at once.
preload_app = True
# A worker is renewed now and then, so that no leak grows for ever; thousands of requests apart,
# since workers that share the requests evenly would otherwise go together.
max_requests, max_requests_jitter = 4000, 4000
worker_tmp_dir = "/dev/shm"  # noqa: S108 memory: a heartbeat must not wait for a disk
accesslog = None  # the proxy in front keeps one; two would hold the same personal data twice
errorlog = "-"
loglevel = os.environ.get("LOG_LEVEL", "info").lower()
control_socket_disable = True  # nobody is to steer it from beside


def pre_fork(server: object, worker: object) -> None:
    """No connection to the database goes with a fork: two processes would garble one line."""
    from django.db import connections

    connections.close_all()


def post_worker_init(worker: object) -> None:
    """In each worker, since no thread lives through a fork."""
    from kcc_perf.scheduler import start_rounds

    start_rounds()
