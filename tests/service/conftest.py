"""Databases of the tests' own, made before and taken away after."""

import os
import subprocess
import sys
import uuid

import pytest
import redis

from tests import databases, services
from tests.service.processes import ROOT

CLAIM = "kcc_perf:claimed by tests"


@pytest.fixture(scope="session")
def static_root(tmp_path_factory):
    """The static files as a release gathers them: once, since compressing them takes a while."""
    folder = tmp_path_factory.mktemp("static")
    environment = {
        "PATH": os.environ["PATH"],
        "DEBUG": "no",
        "SECRET_KEY": "for-tests-only-and-long-enough-to-be-let-in",
        "ALLOWED_HOSTS": "localhost",
        "DATABASE_URL": "sqlite:///:memory:",
        "STATIC_ROOT": str(folder),
    }
    gather = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.run(gather, cwd=ROOT, env=environment, check=True)
    return str(folder)


@pytest.fixture(scope="module")
def postgresql():
    """The address of a new database, migrated and otherwise empty."""
    server = services.postgresql_address().rpartition("/")[0]
    address = f"{server}/kcc_service_{os.getpid()}_{uuid.uuid4().hex[:8]}"
    databases.postgresql_copy(address)
    try:
        yield address
    finally:
        databases.postgresql_drop(address)


@pytest.fixture(scope="module")
def redis_address():
    """The address of a database of Redis that was empty, and is again afterwards.

    One that holds anything is somebody's: it is passed over.
    """
    server = services.redis_server()
    for number in (*range(7, 16), *range(1, 7)):
        line = redis.Redis.from_url(f"{server}/{number}")
        if line.set(CLAIM, os.getpid(), nx=True, ex=3600):
            if line.dbsize() == 1:
                break
            line.delete(CLAIM)
        line.close()
    else:
        pytest.fail("No database of Redis from 1 to 15 is empty: the service tests need one")
    try:
        yield f"{server}/{number}"
    finally:
        line.flushdb()
        line.close()
