"""What the plugin tells of a run in a copy: what each test reached, and that every run ends."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS = """
import pytest
from builtins import _reached_ as reached

@pytest.fixture(scope="module")
def council():
    reached("council")

@pytest.fixture
def row():
    reached("row")

def test_first(council, row):
    reached("first")

def test_second(council):
    reached("second")

def test_third():
    raise ValueError
"""


def run(folder, text, **environment):
    (folder / "test_it.py").write_text(text)
    return subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "--rootdir", folder),
            *("-p", "no:django", "-p", "no:cacheprovider", "-p", "tests.gates.plugin"),
            folder / "test_it.py",
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        check=False,
    )


def test_what_a_shared_fixture_reaches_counts_for_all_who_use_it(tmp_path):
    run(tmp_path, TESTS, GATE_REACH=str(tmp_path / "reach.json"))

    told = json.loads((tmp_path / "reach.json").read_text())
    assert [(name.split("::")[1], each["reached"], each["passed"]) for name, each in told.items()] == [
        ("test_first", ["council", "first", "row"], True),
        ("test_second", ["council", "second"], True),
        ("test_third", [], False),
    ]  # fmt: skip


def test_what_does_not_end_is_ended(tmp_path):
    done = run(tmp_path, "def test_it():\n    while True: ...\n", GATE_SECONDS="3")

    assert done.returncode == -signal.SIGXCPU
