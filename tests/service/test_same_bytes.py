"""One council in either database: its report comes out the same to the byte, and verifies."""

import pytest

from tests.service.processes import Service

pytestmark = pytest.mark.service


def built(folder, address, where):
    """The report of one small council's Q2 2011/12, from an empty database at an address."""
    service = Service(
        folder,
        DATABASE_URL=address,
        REDIS_URL="",
        DJANGO_SETTINGS_MODULE="kcc_perf.settings",
    )
    service.run("python", "manage.py", "migrate", "--verbosity", "0")
    service.run("python", "manage.py", "createcachetable")
    service.run("python", "-m", "tests.service.council")
    service.run("python", "manage.py", "close_quarter", "2011-Q2")
    service.run("python", "manage.py", "build_report", "2011-Q2", "--output", str(where))
    service.run("python", "manage.py", "verify_report", str(where))
    return {path.name: path.read_bytes() for path in sorted(where.iterdir())}


def test_a_report_is_the_same_bytes_from_either_database(tmp_path, postgresql):
    folders = [tmp_path / name for name in ("one", "other")]
    for folder in folders:
        folder.mkdir()

    from_sqlite = built(folders[0], f"sqlite:///{tmp_path}/council.sqlite3", tmp_path / "sqlite")
    from_postgresql = built(folders[1], postgresql, tmp_path / "postgresql")

    assert {"report.pdf", "edition.json", "manifest.json"} <= set(from_sqlite)
    assert sorted(from_sqlite) == sorted(from_postgresql)
    different = [name for name in from_sqlite if from_sqlite[name] != from_postgresql[name]]
    assert not different
