"""deploy/gunicorn.py as it stands, telling beside what is so in the master and in each worker.

One line of JSON for each moment, in the file that FACTS names.
"""

import json
import os
import sys
import threading
from pathlib import Path

exec(Path("deploy/gunicorn.py").read_text())
_hooks = dict(globals())


def _tell(moment, **also):
    from django.db import connections

    facts = {
        "moment": moment,
        "process": os.getpid(),
        "threads": [thread.name for thread in threading.enumerate()],
        "application_loaded": "kcc_perf.urls" in sys.modules,
        "connected": any(each.connection for each in connections.all(initialized_only=True)),
        **also,
    }
    with open(os.environ["FACTS"], "a") as out:
        out.write(json.dumps(facts) + "\n")


def pre_fork(server, worker):
    _tell("master, about to fork")
    _hooks.get("pre_fork", lambda *both: None)(server, worker)
    _tell("master, forking")


def post_fork(server, worker):
    _hooks.get("post_fork", lambda *both: None)(server, worker)
    _tell("worker, forked")


def post_worker_init(worker):
    _hooks.get("post_worker_init", lambda one: None)(worker)
    _tell("worker, serving")
