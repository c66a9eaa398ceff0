"""Writing an edition's files to a folder, all or nothing."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from core.kept_files import flush_folder, keep_file

SEALS = ("manifest.json", "pack.json")  # what shows that a folder is one of ours


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """The folder holds just these files. Whoever looks meanwhile sees the old ones or the new.

    Raises ValueError where there is something else at that place, which is left alone.
    """
    folder = folder.absolute()
    if folder.exists() and not _is_ours(folder):
        raise ValueError(f"{folder} holds other things: name a new folder, or an empty one")
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        for name, content in files.items():
            keep_file(fresh / name, content)
        fresh.chmod(0o755)
        _put_in_place(fresh, folder)
        flush_folder(folder.parent)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    if not folder.is_dir():
        return False
    return not any(folder.iterdir()) or any((folder / name).is_file() for name in SEALS)


def _put_in_place(fresh: Path, folder: Path) -> None:
    """A folder that holds files cannot be renamed over, so the old one first steps aside."""
    if not folder.exists():
        fresh.rename(folder)
        return
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.old.", dir=folder.parent))
    folder.rename(aside / folder.name)
    try:
        fresh.rename(folder)
    except OSError:
        (aside / folder.name).rename(folder)
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
