"""Typed readers of the environment that refuse nonsense and say what to do."""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent
DEVELOPMENT_SECRET = "for-development-only-never-in-service"  # noqa: S105 refused outside DEBUG

env = environ.Env()
env.read_env(ROOT / ".env")


def flag(name: str, default: bool) -> bool:
    """Yes or no, written yes/no, true/false, on/off or 1/0. Raises ImproperlyConfigured."""
    text = env.str(name, default="yes" if default else "no").strip().lower()
    if text in {"yes", "true", "on", "1"}:
        return True
    if text in {"no", "false", "off", "0"}:
        return False
    raise ImproperlyConfigured(f"{name} is {text!r}: write yes or no")


def seconds(name: str, default: float) -> float:
    """A length of time above nought. Raises ImproperlyConfigured."""
    text = env.str(name, default=str(default))
    try:
        length = float(text)
    except ValueError:
        length = 0
    if not 0 < length <= 24 * 3600:
        raise ImproperlyConfigured(f"{name} is {text!r}: write a number of seconds, such as 30")
    return length


def whole(name: str, default: int) -> int:
    """A whole number, nought or more. Raises ImproperlyConfigured."""
    text = env.str(name, default=str(default))
    if not (text.isascii() and text.isdigit()):
        raise ImproperlyConfigured(f"{name} is {text!r}: write a whole number, such as 1")
    return int(text)


def minutes(name: str, default: int) -> int:
    """A length of time in whole minutes, a day at most; nought for none. Raises ImproperlyConfigured."""
    length = whole(name, default)
    if length > 24 * 60:
        raise ImproperlyConfigured(f"{name} is {length}: write minutes, 1440 (a day) at most")
    return length


def database() -> dict:
    """SQLite in the project's var/ folder, or whatever DATABASE_URL names.

    SQLite takes its write lock when a transaction begins (IMMEDIATE) and keeps a write-ahead
    log: without both, two writers at once are told "database is locked".
    """
    try:
        named = env.db_url("DATABASE_URL", default=f"sqlite:///{ROOT / 'var' / 'kcc_perf.sqlite3'}")
    except (ValueError, KeyError):
        named = {}
    if "ENGINE" not in named:
        raise ImproperlyConfigured(
            "DATABASE_URL cannot be read: write it like postgres://user:password@host:5432/name"
            " or sqlite:////full/path/to/file.sqlite3"
        )
    if named["ENGINE"].endswith("sqlite3"):
        Path(named["NAME"]).parent.mkdir(parents=True, exist_ok=True)
        named["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA foreign_keys=ON;"
                "PRAGMA mmap_size=134217728;PRAGMA journal_size_limit=27103364;PRAGMA cache_size=2000;"
            ),
        }
    elif named["ENGINE"].endswith("postgresql"):
        named["CONN_MAX_AGE"] = 60
        named["CONN_HEALTH_CHECKS"] = True
    else:
        raise ImproperlyConfigured(
            "DATABASE_URL names a database we do not run on: use postgres:// or sqlite://"
        )
    return named


def redis_address() -> str:
    """The broker's and cache's address, or nothing: then jobs run in the web process."""
    address = env.str("REDIS_URL", default="")
    if address and not address.startswith(("redis://", "rediss://", "unix://")):
        raise ImproperlyConfigured("REDIS_URL cannot be read: write it like redis://host:6379/0")
    return address


def job_backend(redis_url: str) -> str:
    """What does jobs: Celery where there is a broker, else a thread of the web process."""
    backend = env.str("JOB_BACKEND", default="celery" if redis_url else "thread")
    if backend not in {"thread", "celery"}:
        raise ImproperlyConfigured(f"JOB_BACKEND is {backend!r}: write thread or celery")
    if backend == "celery" and not redis_url:
        raise ImproperlyConfigured("JOB_BACKEND is celery: set REDIS_URL too, or write thread")
    return backend


def secret_key(debug: bool) -> str:
    """The key that signs sessions. In service it must be set, long and our own."""
    key = env.str("SECRET_KEY", default=DEVELOPMENT_SECRET)
    if not debug and (key == DEVELOPMENT_SECRET or len(key) < 40):
        raise ImproperlyConfigured(
            "SECRET_KEY is missing or short: set it to 40 characters or more of your own, or set"
            " DEBUG=yes on a machine that nobody else can reach"
        )
    return key


def allowed_hosts(debug: bool) -> list[str]:
    """The names under which the service may be reached. In service they must be named."""
    hosts = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if debug else [])
    if not hosts:
        raise ImproperlyConfigured(
            "ALLOWED_HOSTS is empty: name the addresses people will use, with commas between,"
            " such as performance.example.gov.uk"
        )
    return hosts
