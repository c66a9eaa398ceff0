"""Settings: what the environment says wrongly is refused, in words that say what to write."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
IN_SERVICE = {
    "PATH": os.environ["PATH"],
    "DEBUG": "no",
    "SECRET_KEY": "forty-characters-or-more-of-nobody-elses-own",
    "ALLOWED_HOSTS": "performance.council.example",
    "DATABASE_URL": "sqlite:///:memory:",
    "REDIS_URL": "",
    "JOB_BACKEND": "thread",
}


def check(**environment):
    """`manage.py check`, in a process of its own with this environment and no other."""
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={**IN_SERVICE, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_good_environment_is_let_in():
    done = check()

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is missing or short: set it to 40 characters or more"),
        ({"SECRET_KEY": "x" * 39}, "SECRET_KEY is missing or short"),
        ({"SECRET_KEY": "for-development-only-never-in-service"}, "SECRET_KEY is missing or short"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL cannot be read: write it like postgres://"),
        ({"DATABASE_URL": "nonsense://x/y"}, "use postgres:// or sqlite://"),
        ({"DATABASE_URL": "mysql://root@db/kcc"}, "use postgres:// or sqlite://"),
        ({"REDIS_URL": "localhost:6379"}, "REDIS_URL cannot be read: write it like redis://"),
        ({"DEBUG": "maybe"}, "DEBUG is 'maybe': write yes or no"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is empty: name the addresses"),
        ({"JOB_BACKEND": "fast"}, "JOB_BACKEND is 'fast': write thread or celery"),
        ({"JOB_BACKEND": "celery"}, "JOB_BACKEND is celery: set REDIS_URL too"),
        ({"JOB_LEASE_SECONDS": "soon"}, "JOB_LEASE_SECONDS is 'soon': write a number of seconds"),
        ({"JOB_LEASE_SECONDS": "nan"}, "JOB_LEASE_SECONDS is 'nan': write a number of seconds"),
        ({"JOB_SWEEP_SECONDS": "0"}, "JOB_SWEEP_SECONDS is '0': write a number of seconds"),
        (
            {"CLOSE_UNDO_MINUTES": "1441"},
            "CLOSE_UNDO_MINUTES is 1441: write minutes, 1440 (a day) at most",
        ),
        ({"PROXIES": "-1"}, "PROXIES is '-1': write a whole number"),
    ],
    ids=lambda value: value if isinstance(value, str) else "=".join(*value.items())[:40],
)
def test_a_wrong_environment_is_refused_in_words(environment, told):
    done = check(**environment)

    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("django.core.exceptions.ImproperlyConfigured: ")
    assert told in last


def test_no_refusal_repeats_a_secret():
    done = check(SECRET_KEY="short-but-secret", DATABASE_URL="mysql://root:password1@db/kcc")

    assert "short-but-secret" not in done.stderr.splitlines()[-1]
    assert "password1" not in done.stderr.splitlines()[-1]


def test_every_setting_that_is_read_is_explained_in_the_sample():
    sources = [ROOT / "kcc_perf/settings.py", ROOT / "kcc_perf/environment.py"]
    read = {
        name
        for source in sources
        for name in re.findall(
            r"""(?:env\.\w+|flag|seconds|whole)\(\s*["']([A-Z_]+)["']""", source.read_text()
        )
    }
    explained = set(re.findall(r"^#? ?([A-Z_]+)=", (ROOT / "dotenv-sample").read_text(), re.M))

    assert len(read) > 15
    assert read - explained == set()
