"""The databases that tests are given: migrated, never stale, and each one's own."""

import sqlite3
from contextlib import closing

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests import databases

pytestmark = pytest.mark.both_databases


@pytest.fixture
def tree(tmp_path):
    """An app whose migration imports a module, which imports another."""
    files = {
        "app/migrations/0001_first.py": "from app import rules\n",
        "app/rules.py": "import app.words\n",
        "app/words.py": "WORDS = 1\n",
        "app/views.py": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def digest(tree):
    return databases.digest_of([tree / "app/migrations"], tree)


@pytest.mark.parametrize(
    "changed",
    ["app/migrations/0001_first.py", "app/migrations/0002.py", "app/rules.py", "app/words.py"],
)
def test_a_change_of_what_a_migration_is_made_from_makes_another_template(tree, changed):
    before = digest(tree)
    assert digest(tree) == before

    with (tree / changed).open("a") as file:
        file.write("# changed\n")

    assert digest(tree) != before


def test_a_change_of_what_no_migration_imports_makes_none(tree):
    before = digest(tree)

    (tree / "app/views.py").write_text("# changed\n")

    assert digest(tree) == before


def test_the_database_of_a_test_is_migrated_as_far_as_the_migrations_go(db):
    executor = MigrationExecutor(connection)

    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []


def test_a_copy_is_changed_alone(tmp_path):
    one, other = (
        databases.sqlite_copy(tmp_path / name).removeprefix("sqlite:///") for name in "ab"
    )
    with closing(sqlite3.connect(one)) as line:
        line.execute("DROP TABLE django_migrations")

    with closing(sqlite3.connect(other)) as line:
        assert line.execute("SELECT count(*) FROM django_migrations").fetchone()[0]
