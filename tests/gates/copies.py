"""Copies of the tree in which tests run: each with a database of its own, migrated beforehand."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.gates.mutants import Mutant
from tests.gates.reach import marked
from tests.gates.source import paths_of

SETTINGS = """from tests.settings import *
DATABASES["default"]["TEST"] = {"NAME": "database.sqlite3"}
"""
LEFT_OUT = shutil.ignore_patterns(
    ".*", "__pycache__", "*.pyc", "*.sqlite3*", "var", "node_modules", "staticfiles"
)
OUTSIDE = "not journey and not service and not postgresql"
# Tests about the code itself, which would notice a change by reading it and not by what it does.
ABOUT_THE_CODE = {"test_house.py"}


def test_files(root: Path) -> list[str]:
    """The files whose tests are run, the largest first."""
    found = [path for path in root.glob("tests/**/test_*.py") if path.name not in ABOUT_THE_CODE]
    in_order = sorted(found, key=lambda path: (-path.stat().st_size, path))
    return [path.relative_to(root).as_posix() for path in in_order]


class Copy:
    """One scratch copy of a tree, used by one process at a time."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root, self.folder = root, folder
        shutil.copytree(root, folder, ignore=LEFT_OUT)
        shutil.copy(Path(__file__).with_name("plugin.py"), folder / "gate_plugin.py")
        (folder / "gate_settings.py").write_text(SETTINGS)
        self.environment = {
            **{name: value for name, value in os.environ.items() if "REDIS" not in name},
            "DATABASE_URL": f"sqlite:///{folder}/migrated.sqlite3",
            "DEBUG": "yes",
            "TMPDIR": str(folder / "tmp"),
        }
        (folder / "tmp").mkdir()
        self.migrated = folder / "migrated.sqlite3"
        if not (
            folder / "tests/databases.py"
        ).exists():  # a tree whose tests migrate for themselves
            for command in (["migrate", "-v0"], ["createcachetable"]):
                self._python("manage.py", *command, check=True)

    def _python(self, *arguments: str, **options) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env={**self.environment, **options.pop("env", {})},
            capture_output=True,
            text=True,
            check=options.pop("check", False),
            **options,
        )

    def pytest(self, *arguments: str, **options) -> subprocess.CompletedProcess[str]:
        if self.migrated.exists():
            for left in self.folder.glob("database.sqlite3*"):
                left.unlink()
            shutil.copy(self.migrated, self.folder / "database.sqlite3")
        return self._python(
            *("-m", "pytest", "-q", "--tb=no", "-rfE", "-p", "no:cacheprovider"),
            *("-p", "gate_plugin", "--ds=gate_settings", "--reuse-db", "--no-migrations"),
            *("-o", "addopts=", "-m", OUTSIDE, *arguments),
            **options,
        )

    def reach(self, files: Iterable[str]) -> dict[str, dict]:
        """Run these test files with a mark at every place: how each test went, and what it reached."""
        for path in paths_of(self.root):
            inside = self.folder / path.relative_to(self.root)
            inside.write_text(marked(self.root, path))
        told = self.folder / "reach.json"
        done = self.pytest(*files, env={"GATE_REACH": str(told)})
        if done.returncode > 1:
            raise RuntimeError(f"The tests did not run: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        for path in paths_of(self.root):
            shutil.copy(path, self.folder / path.relative_to(self.root))
        return json.loads(told.read_text())

    def tried(self, mutant: Mutant, tests: Sequence[str], seconds: float) -> str:
        """The first of the tests that notices a mutant, "" where none does.

        A run that takes more than these seconds of the processor has noticed: it does not end.
        """
        path = self.folder / mutant.path
        kept = path.read_bytes()
        path.write_bytes(mutant.applied(kept))
        try:
            self._forget(path)
            limit = {"GATE_SECONDS": str(round(seconds))}
            done = self.pytest("-x", *tests, env=limit, timeout=20 * seconds)
        except subprocess.TimeoutExpired:
            return "it does not end"
        finally:
            path.write_bytes(kept)
            self._forget(path)
        if done.returncode == 0:
            return ""
        if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
            return "it does not end"
        named = re.search(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", done.stdout, re.MULTILINE)
        return named[1] if named else "it cannot be loaded"

    def _forget(self, path: Path) -> None:
        """Compiled code is told apart by size and second alone, which a mutant may share."""
        for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
            compiled.unlink()
