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
# A worker is renewed now and then, not all at once, so that no leak grows for ever.
max_requests, max_requests_jitter = 2000, 400
worker_tmp_dir = "/dev/shm"  # noqa: S108 memory: a heartbeat must not wait for a disk
accesslog = None  # the proxy in front keeps one; two would hold the same personal data twice
errorlog = "-"
loglevel = os.environ.get("LOG_LEVEL", "info").lower()
control_socket_disable = True  # nobody is to steer it from beside
