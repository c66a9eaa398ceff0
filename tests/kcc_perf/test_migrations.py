"""Migrations are only added, and a database from before the first of them is refused."""

import hashlib
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.core.management.commands.runserver import Command as DjangosRunserver
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from kcc_perf.management.commands import runserver
from kcc_perf.older_databases import MIGRATIONS, OLDER_DATABASE, TABLE

ROOT = Path(__file__).resolve().parents[2]
LIST = Path(__file__).with_name("migrations.sha256")


def wrong_with(text, root):
    """What of a tree is not as a list of digests has it, or is not on it, in sentences."""
    digests = dict(reversed(line.split("  ")) for line in text.splitlines())
    there = {
        path.relative_to(root).as_posix()
        for path in (*root.glob("*/migrations/0*.py"), *root.glob("core/sql_guards*.py"))
    }
    for name in sorted(there | digests.keys()):
        if name not in there:
            yield f"{name} was applied somewhere and is gone"
        elif name not in digests:
            yield f"{name} is not listed: run bin/list-migrations"
        elif hashlib.sha256((root / name).read_bytes()).hexdigest() != digests[name]:
            yield f"{name} was applied somewhere and has changed: put it back, and add a migration"


def test_no_migration_that_was_committed_changes_and_every_new_one_is_listed():
    assert not list(wrong_with(LIST.read_text(encoding="utf-8"), ROOT))


@pytest.fixture
def tree(tmp_path):
    """A small product whose migrations are on the list; returns its folder and a way to list."""
    for name in ("core/sql_guards.py", "bin/list-migrations"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    (tmp_path / "sorp/migrations").mkdir(parents=True)
    (tmp_path / "sorp/migrations/0001_first_tables.py").write_text("first\n")
    (tmp_path / "tests/kcc_perf").mkdir(parents=True)

    def found():
        subprocess.run(["bash", "bin/list-migrations"], cwd=tmp_path, check=True)
        listed = (tmp_path / "tests/kcc_perf/migrations.sha256").read_text(encoding="utf-8")
        return list(wrong_with(listed, tmp_path))

    assert found() == []
    return tmp_path, found


def test_a_migration_that_was_added_is_listed(tree):
    folder, found = tree
    (folder / "sorp/migrations/0002_more.py").write_text("more\n")

    assert found() == []


@pytest.mark.parametrize("name", ["sorp/migrations/0001_first_tables.py", "core/sql_guards.py"])
def test_one_that_changed_is_named_however_often_it_is_listed(tree, name):
    folder, found = tree
    (folder / name).write_text("otherwise\n")

    assert found() == found() != []
    assert f"{name} was applied somewhere and has changed" in found()[0]


def test_one_that_is_gone_is_named(tree):
    folder, found = tree
    (folder / "sorp/migrations/0001_first_tables.py").unlink()

    assert found() == ["sorp/migrations/0001_first_tables.py was applied somewhere and is gone"]


def test_one_that_nobody_listed_is_named(tree):
    folder, _ = tree

    assert len(list(wrong_with("", folder))) == 2


# An older database


def with_its_table():
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {TABLE} (id integer)")


def having_applied(migration):
    MigrationRecorder(connection).record_applied(*migration)


@pytest.fixture(params=["table", *sorted(MIGRATIONS)], ids=str)
def _an_older_database(db, request):
    having_applied(request.param) if request.param != "table" else with_its_table()


def found_by_check():
    return [each.msg for each in run_checks(databases=["default"]) if each.id == "kcc_perf.E001"]


@pytest.mark.usefixtures("_an_older_database")
def test_an_older_database_is_refused_by_migrate_by_the_checks_and_where_one_serves():
    with pytest.raises(CommandError) as refusal:
        call_command("migrate", verbosity=0)
    assert str(refusal.value) == OLDER_DATABASE
    assert found_by_check() == [OLDER_DATABASE]
    with pytest.raises(CommandError) as refusal:
        runserver.Command().check_migrations()
    assert str(refusal.value) == OLDER_DATABASE


@pytest.mark.django_db
def test_a_database_of_today_is_not(monkeypatch):
    looked = []
    monkeypatch.setattr(DjangosRunserver, "check_migrations", lambda self: looked.append(True))

    call_command("migrate", verbosity=0)
    runserver.Command().check_migrations()

    assert found_by_check() == []
    assert looked


def test_whoever_migrates_an_older_file_is_told_in_one_sentence_what_to_do(tmp_path):
    with sqlite3.connect(tmp_path / "older.sqlite3") as older:
        older.execute(f"CREATE TABLE {TABLE} (id integer)")
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "kcc_perf.settings",
        "DATABASE_URL": f"sqlite:///{tmp_path}/older.sqlite3",
        "DEBUG": "yes",
    }

    done = subprocess.run(
        [sys.executable, "manage.py", "migrate"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"CommandError: {OLDER_DATABASE}\n"
    assert OLDER_DATABASE.count(". ") == 0


@pytest.mark.django_db
def test_a_database_that_was_migrated_and_no_more_has_the_table_of_its_cache():
    """Without it nobody could choose a password: attempts are counted there."""
    assert "kcc_perf_cache" in connection.introspection.table_names()
