"""One council in either database: its report comes out the same to the byte, and verifies."""

import sys

import pytest

from tests import databases
from tests.service.processes import Service

pytestmark = pytest.mark.service


def built(folder, address, where):
    """The report of one small council's Q2 2011/12, from a migrated database at an address."""
    service = Service(
        folder,
        DATABASE_URL=address,
        REDIS_URL="",
        DJANGO_SETTINGS_MODULE="kcc_perf.settings",
    )
    service.run(sys.executable, "-m", "tests.service.report", str(where))
    return {path.name: path.read_bytes() for path in sorted(where.iterdir())}


def test_a_report_is_the_same_bytes_from_either_database(tmp_path, postgresql):
    folders = [tmp_path / name for name in ("one", "other")]
    for folder in folders:
        folder.mkdir()

    sqlite = databases.sqlite_copy(tmp_path / "council.sqlite3")
    from_sqlite = built(folders[0], sqlite, tmp_path / "sqlite")
    from_postgresql = built(folders[1], postgresql, tmp_path / "postgresql")

    assert {"report.pdf", "edition.json", "manifest.json"} <= set(from_sqlite)
    assert sorted(from_sqlite) == sorted(from_postgresql)
    different = [name for name in from_sqlite if from_sqlite[name] != from_postgresql[name]]
    assert not different
