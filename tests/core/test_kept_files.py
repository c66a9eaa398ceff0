"""A file that is kept is whole and on the disk, or what stood there before still stands."""

import os
import resource
import signal
import subprocess
import sys
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from core.kept_files import NotKept, keep_file, store

ROOT = Path(__file__).resolve().parents[2]
CONTENT = b"what was published\n" * 10_000


@contextmanager
def full_disk(most=4096):
    """No file may grow beyond so many bytes: the system refuses the write, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def names(folder):
    return sorted(each.name for each in folder.iterdir())


@pytest.fixture(params=["nothing", "an empty file", "another file", "half of it"])
def before(request, tmp_path):
    """What may stand at the path already."""
    path = tmp_path / "report.pdf"
    stands = {"an empty file": b"", "another file": b"another", "half of it": CONTENT[:1000]}
    if request.param in stands:
        path.write_bytes(stands[request.param])
    return path


def test_whatever_stands_at_the_path_the_file_is_what_was_asked_for(before):
    keep_file(before, CONTENT)

    assert before.read_bytes() == CONTENT
    assert before.stat().st_mode & 0o777 == 0o644
    assert names(before.parent) == ["report.pdf"]


def test_a_full_disk_is_told_and_what_stood_there_stays(before):
    stood = before.read_bytes() if before.exists() else None

    with full_disk(), pytest.raises(OSError, match="too large"):
        keep_file(before, CONTENT)

    assert (before.read_bytes() if before.exists() else None) == stood
    assert names(before.parent) == ([] if stood is None else ["report.pdf"])


def test_a_disk_that_loses_what_it_was_given_is_found_out(before, monkeypatch):
    """It says that all was written, and gives back nothing."""
    stood = before.read_bytes() if before.exists() else None
    monkeypatch.setattr(os, "fsync", lambda descriptor: os.ftruncate(descriptor, 0))

    with pytest.raises(NotKept, match=r"reads back otherwise.*report\.pdf"):
        keep_file(before, CONTENT)

    assert (before.read_bytes() if before.exists() else None) == stood


def test_it_is_flushed_before_it_takes_its_place_and_the_folder_after(tmp_path, monkeypatch):
    done = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(
        os, "fsync", lambda it: (done.append(os.readlink(f"/proc/self/fd/{it}")), fsync(it))
    )
    monkeypatch.setattr(os, "replace", lambda *both: (done.append("renamed"), replace(*both)))

    keep_file(tmp_path / "report.pdf", CONTENT)

    beside, renamed, folder = done
    assert Path(beside).parent == tmp_path
    assert Path(beside).name != "report.pdf"
    assert (renamed, folder) == ("renamed", str(tmp_path))


def test_something_that_is_no_file_is_left_alone(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(OSError, match="not a file"):
        keep_file(tmp_path / "pipe", CONTENT)
    with pytest.raises(OSError, match="not a file"):
        keep_file(tmp_path, CONTENT)

    assert (tmp_path / "pipe").is_fifo()


KILLED = """
import os, signal, sys
from pathlib import Path
from core.kept_files import keep_file

os.replace = lambda *both: os.kill(os.getpid(), signal.SIGKILL)
keep_file(Path(sys.argv[1]), b"half of what was to come" * 1000)
"""


def test_a_process_that_is_killed_half_way_leaves_what_stood_there(before):
    stood = before.read_bytes() if before.exists() else None

    done = subprocess.run([sys.executable, "-c", KILLED, str(before)], cwd=ROOT, check=False)

    assert done.returncode == -signal.SIGKILL
    assert (before.read_bytes() if before.exists() else None) == stood


# What Django itself keeps: papers, evidence


def test_an_upload_is_kept_the_same_way(settings):
    with full_disk(), pytest.raises(OSError, match="too large"):
        store.save("papers/paper.pdf", ContentFile(CONTENT))
    assert names(settings.MEDIA_ROOT / "papers") == []

    assert store.save("papers/paper.pdf", ContentFile(CONTENT)) == "papers/paper.pdf"
    assert (settings.MEDIA_ROOT / "papers/paper.pdf").read_bytes() == CONTENT


def test_an_upload_of_a_name_that_is_taken_gets_another_and_harms_neither(settings):
    first = store.save("papers/paper.pdf", ContentFile(b"one"))
    second = store.save("papers/paper.pdf", ContentFile(b"two"))

    assert first != second
    assert (settings.MEDIA_ROOT / first).read_bytes() == b"one"
    assert (settings.MEDIA_ROOT / second).read_bytes() == b"two"


def test_a_name_that_was_taken_since_it_was_asked_for_is_left_to_whoever_took_it(settings):
    first = store.save("papers/paper.pdf", ContentFile(b"one"))
    second = store._save(first, ContentFile(b"two"))

    assert first != second
    assert (settings.MEDIA_ROOT / first).read_bytes() == b"one"
    assert (settings.MEDIA_ROOT / second).read_bytes() == b"two"


def test_the_store_gives_back_a_file_only_as_it_was_kept(settings):
    store.replace("editions/report.pdf", CONTENT)
    digest = sha256(CONTENT).hexdigest()

    assert store.read_back("editions/report.pdf", digest) == CONTENT
    assert store.read_back("editions/none.pdf", digest) is None
    (settings.MEDIA_ROOT / "editions/report.pdf").write_bytes(b"")
    assert store.read_back("editions/report.pdf", digest) is None
