"""What the README promises of a machine with git, make and Python only, as far as it can be had without one."""

import os
import re
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from playwright._impl._driver import compute_driver_executable

ROOT = Path(__file__).resolve().parents[2]
# What every Debian has, since apt itself is linked to them.
IN_EVERY_DEBIAN = re.compile(
    r"(linux-vdso|ld-linux|libc|libm|libdl|librt|libpthread|libgcc_s|libstdc\+\+)[-.]"
)


def said_by(*command, path, **environment):
    return subprocess.run(
        command,
        cwd=ROOT,
        env={"PATH": str(path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def only(folder, *names):
    """A folder to stand as PATH, with these commands of the machine's and no others."""
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).symlink_to(shutil.which(name))
    return folder


def stand_in(folder, name, script):
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


# What is vendored


@pytest.fixture
def vendored(tmp_path):
    return Path(shutil.copytree(ROOT / "static/vendor", tmp_path / "vendor"))


@pytest.fixture
def without_npm(tmp_path):
    return only(
        tmp_path / "without-npm",
        *("sh", "cat", "diff", "dirname", "find", "rm", "mktemp", "sha256sum", "sort", "xargs"),
    )


def test_what_is_vendored_has_its_committed_digests_and_needs_no_npm(vendored, without_npm):
    said = said_by("sh", vendored / "build.sh", "--check-sums", path=without_npm)

    assert said.returncode == 0, said.stderr
    assert said.stdout.startswith("Left out: ")
    assert said.stdout.count("\n") == 1


def altered(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("name", "act"),
    [
        ("govuk-frontend.min.css", altered),
        ("govuk-frontend.min.js", altered),
        ("fonts/public-sans-latin-400-normal.woff2", altered),
        ("fonts/OFL.txt", altered),
        ("kcc.scss", altered),
        ("LICENSE-govuk-frontend.txt", Path.unlink),
        ("fonts/another.woff2", Path.touch),
    ],
)
def test_a_vendored_file_altered_lost_or_added_is_found_without_npm(
    vendored, without_npm, name, act
):
    act(vendored / name)

    said = said_by("sh", vendored / "build.sh", "--check-sums", path=without_npm)

    assert said.returncode == 1
    assert name in said.stderr


def test_the_script_refuses_what_it_was_not_taught(vendored, without_npm):
    """An unknown word once meant: rebuild in place and say ok, so that the check could not fail."""
    before = {path: path.read_bytes() for path in vendored.rglob("*") if path.is_file()}

    said = said_by("sh", vendored / "build.sh", "--chek", path=without_npm)

    assert said.returncode == 1
    assert {path: path.read_bytes() for path in vendored.rglob("*") if path.is_file()} == before


# The system's libraries


def asked_for(tmp_path, without=None, **environment):
    """The packages that bin/system-libraries asks an officer without root to install."""
    folder = tmp_path / f"without-{without}"
    stand_in(folder, "ldconfig", f"PATH=$PATH:/usr/sbin:/sbin; exec {KNOWN} | grep -v '{without}'")
    stand_in(folder, "id", "echo 1000")
    stand_in(folder, "sudo", "exit 1")
    if without == "jdk.compiler":
        stand_in(folder, "java", "echo java.base@17")
    said = said_by(
        *(ROOT / "bin/system-libraries", "test"),
        path=f"{folder}:{os.environ['PATH']}",
        **environment,
    )
    return set(said.stderr.partition("apt-get install ")[2].split())


KNOWN = shutil.which("ldconfig", path=f"{os.environ['PATH']}:/usr/sbin:/sbin") + " -p"


def test_all_that_the_browsers_driver_is_linked_to_is_asked_for(tmp_path):
    driver, _ = compute_driver_executable()
    listed = subprocess.run(["ldd", driver], capture_output=True, text=True, check=True).stdout
    linked = [
        name
        for name in re.findall(r"^\s*(\S+)", listed, re.MULTILINE)
        if not IN_EVERY_DEBIAN.match(Path(name).name)
    ]

    assert "not found" not in listed
    assert linked, "then nothing need be asked for: take libatomic1 off bin/system-libraries"
    lacking = asked_for(tmp_path)
    for name in linked:
        assert asked_for(tmp_path, without=name) - lacking, f"no package is asked for {name}"


@pytest.mark.parametrize(("required", "asked"), [("1", {"default-jdk-headless"}), ("0", set())])
def test_java_is_asked_for_only_where_nothing_may_be_left_out(tmp_path, required, asked):
    wanted = asked_for(tmp_path, without="jdk.compiler", REQUIRE_SERVICES=required)

    assert wanted & {"default-jdk-headless"} == asked


# What make test leaves out


@pytest.fixture
def tests_said_to_run(tmp_path):
    """What bin/test-everything says and runs, with stand-ins for the tools it calls and for Java."""
    path = only(
        tmp_path / "path",
        *("bash", "sh", "env", "dirname", "grep", "git", "head", "base64"),
        *("cat", "diff", "find", "rm", "mktemp", "sha256sum", "sort", "xargs"),
    )
    stand_in(path, "nginx", "exit 0")
    bin_folder = tmp_path / "bin"
    for name in ("ruff", "mypy", "lint-imports", "djlint"):
        stand_in(bin_folder, name, "exit 0")
    stand_in(
        bin_folder,
        "python",
        'case "$*" in "-m tests.services") printf %s "$UNANSWERED";;'
        f' "-m pytest "*) echo "$@";; -c*) exec {sys.executable} "$@";; esac',
    )

    def run(*, unanswered="", java=True, required="0"):
        stand_in(path, "java", "echo jdk.compiler@17" if java else "echo java.base@17")
        return said_by(
            *(ROOT / "bin/test-everything", bin_folder / "python"),
            path=path,
            UNANSWERED=unanswered,
            REQUIRE_SERVICES=required,
        )

    return run


NEEDS_JAVA = "veraPDF's verdict on the PDFs, which needs Java: apt-get install default-jdk-headless"
NOTHING_ANSWERS = "what needs PostgreSQL and Redis, since there was no answer"
WITHOUT_NPM = (
    "building what is vendored anew, which needs npm; every file has its committed digest."
)


@pytest.mark.parametrize(
    ("machine", "left_out", "runs_on_postgresql"),
    [
        ({}, [], True),
        ({"java": False}, [NEEDS_JAVA], True),
        ({"unanswered": "Redis"}, ["what needs Redis, since there was no answer"], True),
        ({"unanswered": "PostgreSQL"}, ["what needs PostgreSQL, since there was no answer"], False),
        (
            {"unanswered": "PostgreSQL and Redis", "java": False},
            [NOTHING_ANSWERS, NEEDS_JAVA],
            False,
        ),
    ],
)
def test_what_is_left_out_is_said_in_a_line_and_missed_where_it_is_required(
    tests_said_to_run, machine, left_out, runs_on_postgresql
):
    said = tests_said_to_run(**machine)

    lines = said.stdout.splitlines()
    assert [each for each in lines if each.startswith("Left out: ")] == [
        f"Left out: {each}" for each in (WITHOUT_NPM, *left_out)
    ]
    assert said.returncode == 0
    parts = {
        name.removeprefix("== "): ran for name, ran in pairwise(lines) if name.startswith("== ")
    }
    whole = parts["Tests on PostgreSQL" if runs_on_postgresql else "Tests on SQLite"]
    assert whole.endswith(
        "-m not journey and not long"
        if runs_on_postgresql
        else "-m not service and not journey and not long"
    )
    assert ("-m both_databases and not service" in parts["Tests on SQLite"]) == runs_on_postgresql
    timed = lines[lines.index("== How long each part took") + 1 :]
    assert [each.rsplit("  ", 1)[0].strip() for each in timed] == list(parts)[:-1]
    assert tests_said_to_run(**machine, required="1").returncode == (1 if left_out else 0)


# make bare


@pytest.mark.parametrize(
    ("person", "folder", "reason"),
    [
        ("1000", "new", "must be run as root"),
        ("0", "holds-something", "holds something else"),
    ],
)
def test_no_machine_is_made_by_others_than_root_or_over_what_is_there(
    tmp_path, person, folder, reason
):
    path = only(tmp_path / "path", "bash", "dirname", "grep", "ls", "realpath")
    stand_in(path, "id", f"echo {person}")
    kept = tmp_path / "holds-something" / "kept"
    kept.parent.mkdir()
    kept.touch()

    said = said_by(ROOT / "bin/bare", tmp_path / folder, path=path)

    assert said.returncode == 1
    assert said.stderr.startswith("bare: ")
    assert reason in said.stderr
    assert said.stderr.count("\n") == 1
    assert kept.exists()
    assert not (tmp_path / "new").exists()
