"""Say by the exit status whether a process of ours is well: healthy.py web|worker|beat."""

import http.client
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

STILL_FRESH = 5 * 60  # seconds; beat writes its schedule after every task, twice a minute


def web() -> bool:
    """It answers, its database is migrated and its cache keeps what it is given."""
    port = int(os.environ.get("BIND", "127.0.0.1:8000").rpartition(":")[2])
    host = os.environ.get("ALLOWED_HOSTS", "localhost").partition(",")[0].strip().lstrip(".")
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    line.request("GET", "/readyz", headers={"Host": host})
    return line.getresponse().status == 200


def worker() -> bool:
    """It answers through the broker, which the process alone would not show."""
    name = os.environ.get("WORKER_NAME", f"celery@{socket.gethostname()}")
    ping = ["celery", "-A", "kcc_perf", "inspect", "ping", "--timeout", "5", "--destination", name]
    return subprocess.run(ping, capture_output=True, check=False).returncode == 0  # noqa: S603


def beat() -> bool:
    """It has sent something lately: a clock that hangs is not alive."""
    schedule = Path(os.environ["BEAT_SCHEDULE_FILE"])
    written = [path.stat().st_mtime for path in schedule.parent.glob(schedule.name + "*")]
    return bool(written) and time.time() - max(written) < STILL_FRESH


if __name__ == "__main__":
    try:
        is_well = {"web": web, "worker": worker, "beat": beat}[sys.argv[1]]()
    except (OSError, http.client.HTTPException) as reason:
        sys.exit(f"{sys.argv[1]}: {reason}")
    sys.exit(0 if is_well else f"{sys.argv[1]} is not well")
