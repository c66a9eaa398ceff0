"""Migrated databases for tests: copies of a template, which is migrated once for one state of the migrations.

Templates are kept under a digest of all that they are made from. A second run finds its own again; after
a change of a migration there is no such template yet, and it is made. `python -m tests.databases` makes
the demonstration council that journeys copy, so that it is there when they begin.
"""

from __future__ import annotations

import ast
import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from zlib import crc32

import django
import psycopg2
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT
from psycopg2.extras import DictCursor

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "var" / "tests"
PREFIX = "kcc_perf_template_"
DAYS_KEPT = 7  # a template that nothing was copied from for so long is dropped


@cache
def digest() -> str:
    """Of all that a migrated database is made from."""
    from django.apps import apps

    return digest_of([Path(app.path) / "migrations" for app in apps.get_app_configs()], ROOT)


def digest_of(folders: Iterable[Path], root: Path) -> str:
    """Of the migrations in these folders, our modules that they import, and the framework's release."""
    waiting = [path for folder in folders for path in folder.glob("*.py")]
    found: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        for node in ast.walk(ast.parse(path.read_bytes())):
            names = []
            if isinstance(node, ast.Import):
                names = [each.name for each in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{each.name}" for each in node.names)]
            for name in names:
                at = root.joinpath(*name.split("."))
                either = (at.with_suffix(".py"), at / "__init__.py")
                waiting += [each for each in either if each.exists()]
    told = sha256(django.get_version().encode())
    for path in sorted(found):
        # Checkouts that say the same share a template on one server.
        name = path.relative_to(root) if path.is_relative_to(root) else path
        told.update(name.as_posix().encode() + path.read_bytes())
    return told.hexdigest()[:16]


def migrate(address: str) -> None:
    """As an operator does, so that a template is what a council has."""
    environment = {
        **os.environ,
        "DATABASE_URL": address,
        "DEBUG": "yes",
        "REDIS_URL": "",
        "DJANGO_SETTINGS_MODULE": "kcc_perf.settings",
    }
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=ROOT,
        env=environment,
        check=True,
    )


@contextmanager
def alone(name: str) -> Iterator[None]:
    """No other process of this copy of the code is in here at the same time."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# SQLite


def sqlite_template() -> Path:
    """The migrated file, made if it is not there."""
    path = KEPT / f"{PREFIX}{digest()}.sqlite3"
    with alone("template"):
        if not path.exists():
            for older in KEPT.glob(f"{PREFIX}*"):
                older.unlink()
            making = path.with_suffix(".making")
            migrate(f"sqlite:///{making}")
            with closing(sqlite3.connect(making)) as line:
                line.execute("PRAGMA journal_mode = DELETE")  # one file, and no log beside it
            making.rename(path)
    return path


def sqlite_copy(path: Path) -> str:
    """A migrated database in a file of its own. Returns its address."""
    shutil.copyfile(sqlite_template(), path)
    return f"sqlite:///{path}"


# The demonstration council, loaded


def council_environment(folder: Path) -> dict[str, str]:
    """What the demonstration council in a folder is run with."""
    return {
        "DEBUG": "yes",
        "DEMONSTRATION": "yes",
        "DATABASE_URL": f"sqlite:///{folder / 'council.sqlite3'}",
        "MEDIA_ROOT": str(folder / "media"),
        "REDIS_URL": "",
        "JOB_BACKEND": "thread",
        "SECURE_COOKIES": "no",
        "ALLOWED_HOSTS": "127.0.0.1",
        "COUNCIL_NAME": "Wealdshire County Council",
        "DJANGO_SETTINGS_MODULE": "kcc_perf.settings",
    }


def loaded_council() -> Path:
    """A folder with its database and its files, to copy from.

    Loaded once; and again where anything has changed that the product is made of.
    """
    told = sha256()
    for path in product_files():
        told.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    folder = KEPT / f"council_{told.hexdigest()[:16]}"
    with alone("council"):
        if not folder.exists():
            for older in KEPT.glob("council_*"):
                shutil.rmtree(older)
            making = KEPT / "council_making"
            making.mkdir()
            sqlite_copy(making / "council.sqlite3")
            subprocess.run(
                [sys.executable, "manage.py", "load_demo"],
                cwd=ROOT,
                env={**os.environ, **council_environment(making)},
                check=True,
                stdout=subprocess.DEVNULL,
            )
            making.rename(folder)
    return folder


def product_files() -> list[Path]:
    """All files of the product but its tests: code, templates, styles, and the demonstration's figures."""
    folders = [path.parent for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests"]
    return sorted(
        path
        for folder in (*folders, ROOT / "templates", ROOT / "static")
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and "node_modules" not in path.parts
    )


# PostgreSQL


@contextmanager
def server(address: str) -> Iterator[DictCursor]:
    """A cursor on the server of an address, where databases can be made and dropped."""
    line = psycopg2.connect(f"{address.rpartition('/')[0]}/postgres")
    line.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
    try:
        with line.cursor() as cursor:
            yield cursor
    finally:
        line.close()


def postgresql_copy(address: str) -> None:
    """A migrated database at this address, whatever was there before.

    The template is made if it is not there; those long unused are dropped. One process at a time,
    since a template cannot be copied while anybody is in it.
    """
    template, name = f"{PREFIX}{digest()}", address.rpartition("/")[2]
    with server(address) as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [PREFIX])
        cursor.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE %s AND datname <> %s AND"
            " coalesce(shobj_description(oid, 'pg_database')::date, '-infinity') < current_date - %s",
            [f"{PREFIX}%", template, DAYS_KEPT],
        )
        for (unused,) in cursor.fetchall():
            cursor.execute(f'DROP DATABASE "{unused}" WITH (FORCE)')
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template])
        if not cursor.fetchone():
            making = f"{template}_making"
            cursor.execute(f'CREATE DATABASE "{making}"')
            migrate(f"{address.rpartition('/')[0]}/{making}")
            cursor.execute(f'ALTER DATABASE "{making}" RENAME TO "{template}"')
        cursor.execute("SELECT current_date")
        cursor.execute(f"COMMENT ON DATABASE \"{template}\" IS '{cursor.fetchone()[0]}'")
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        # Nothing of it outlives the run, so no commit waits for the disk.
        cursor.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')


def postgresql_drop(address: str) -> None:
    with server(address) as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{address.rpartition("/")[2]}" WITH (FORCE)')


def deletions(style: object, tables: Iterable[str], **options: object) -> list[str]:
    """In place of Django's TRUNCATE after a test of transactions, which makes a new file for each table
    and index: the few rows are deleted, with no guard and no foreign key asked."""
    return [
        "SET LOCAL session_replication_role = replica",
        "; ".join(f'DELETE FROM "{table}"' for table in tables),
    ]


def clear_dead_rows() -> None:
    """What tests rolled back lies in the tables until they are vacuumed, and whoever reads one walks past it.

    A server that vacuums by itself does so once a minute at most, and some do not at all.
    """
    from django.db import connection

    if connection.vendor != "postgresql" or connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_stat_user_tables WHERE n_dead_tup > 500")
        names = [f'"{name}"' for (name,) in cursor.fetchall()]
        if names:
            cursor.execute(f"VACUUM {', '.join(names)}")


# The tests' own connection


def connect_to_a_copy(worker: str) -> Callable[[], None]:
    """The connection is to a migrated database of this process alone. Returns what takes it away."""
    from django.db import connection

    connection.close()
    if connection.vendor == "sqlite":
        connection.settings_dict["NAME"] = "file:memorydb_default?mode=memory&cache=shared"
        connection.ensure_connection()
        with closing(sqlite3.connect(sqlite_template())) as template:
            template.backup(connection.connection)
        return lambda: None
    given = connection.settings_dict
    before = given["NAME"]
    # Named for the checkout too, since two of them may be tested on one server at once.
    given["NAME"] = f"test_{before}_{crc32(str(ROOT).encode()):08x}_{worker}"
    address = f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{given['NAME']}"
    postgresql_copy(address)
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        (is_superuser,) = cursor.fetchone()
    if is_superuser:
        connection.ops.sql_flush = deletions

    def take_away() -> None:
        connection.close()
        postgresql_drop(address)
        given["NAME"] = before

    return take_away


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    loaded_council()
