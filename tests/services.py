"""Which of PostgreSQL and Redis do not answer: `python -m tests.services` prints their names.

And how long a test waits for what another process does.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import psycopg2
import redis

POSTGRESQL = "postgres://postgres@127.0.0.1:5432/postgres"
REDIS = "redis://127.0.0.1:6379/9"
PATIENCE = 300  # seconds, for what comes at once unless the machine is busy with other things
TO_CONNECT = 30  # a server that is not there refuses at once


def postgresql_address() -> str:
    """Where a PostgreSQL may be found on which databases can be made for tests."""
    named = os.environ.get("TEST_DATABASE_URL") or os.environ.get("DATABASE_URL", "")
    return named if named.startswith("postgres") else POSTGRESQL


def redis_server() -> str:
    """Where a Redis may be found, without the number of a database."""
    named = urlsplit(os.environ.get("TEST_REDIS_URL") or REDIS)
    return f"{named.scheme}://{named.netloc}"


def postgresql_answers(address: str) -> bool:
    try:
        psycopg2.connect(address, connect_timeout=TO_CONNECT).close()
    except psycopg2.OperationalError:
        return False
    return True


def redis_answers(address: str) -> bool:
    line = redis.Redis.from_url(
        address, socket_connect_timeout=TO_CONNECT, socket_timeout=TO_CONNECT
    )
    try:
        return bool(line.ping())
    except redis.RedisError:
        return False
    finally:
        line.close()


def missing() -> list[str]:
    """Which of the two do not answer."""
    answers = {
        "PostgreSQL": postgresql_answers(postgresql_address()),
        "Redis": redis_answers(redis_server()),
    }
    return [name for name, is_there in answers.items() if not is_there]


def wait_until(
    answer: Callable[[], object], what: str, seconds: float = PATIENCE, every: float = 0.1
) -> object:
    """What `answer` says once it says something. Fails, naming what was waited for."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if said := answer():
            return said
        time.sleep(every)
    raise AssertionError(f"Waited {seconds} seconds in vain for: {what}")


if __name__ == "__main__":
    sys.stdout.write(" and ".join(missing()))
