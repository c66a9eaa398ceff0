"""Files that must be there tomorrow: written beside, flushed, renamed into place and read back."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path
from typing import cast

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, default_storage

from core.canonical_json import digest


class NotKept(OSError):
    """The disk took a file and gives back something else, so it is not kept."""


def keep_file(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """At this path stands this content, flushed to the disk and read back; or what stood there before.

    What stands there already is replaced and never trusted: a disk that was full, or a process that
    was killed, may have left it empty. Raises OSError where it cannot be written, NotKept where it
    reads back otherwise.
    """
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is not a file", str(path))
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}-")
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        beside.chmod(mode)
        # Before the renaming, so that what stood there is not lost to what cannot be read.
        _compare(beside, path, content)
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    flush_folder(path.parent)
    _compare(path, path, content)


def _compare(place: Path, path: Path, content: bytes) -> None:
    if digest(place.read_bytes()) != digest(content):
        raise NotKept(errno.EIO, "it reads back otherwise than it was written", str(path))


def flush_folder(folder: Path) -> None:
    """The names in a folder are on the disk: a renaming is not, until then."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class KeptFiles(FileSystemStorage):
    """The store of uploaded and published files: nothing in it is half of what was given to it."""

    def replace(self, name: str, content: bytes) -> None:
        """The store holds this content under this name, whatever it held there before."""
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        keep_file(path, content, mode=self._mode)

    def read_back(self, name: str, sha256: str) -> bytes | None:
        """What is kept under this name; None where that is nothing, or not what had this digest."""
        try:
            content = Path(self.path(name)).read_bytes()
        except OSError:
            return None
        return content if digest(content) == sha256 else None

    def _save(self, name: str, content: File) -> str:
        """Under a name that nobody else has taken; Django asks for it in `save`.

        The name is taken by an empty file. A process killed just then leaves that behind, and no
        row that names it.
        """
        while True:
            path = Path(self.path(name))
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
                break
            except FileExistsError:
                name = self.get_available_name(name)
        try:
            keep_file(path, b"".join(content.chunks()), mode=self._mode)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return name

    @property
    def _mode(self) -> int:
        return self.file_permissions_mode or 0o644


# Django's own store, by the type that it has: STORAGES in the settings names it.
store = cast(KeptFiles, default_storage)
