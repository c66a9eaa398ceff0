"""Bring every published figure in, close every quarter, and say what is false: `make published`.

The last run is kept in docs/published-figures.md. On a database of its own, by the import services.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
REPORT = Path(__file__).resolve().parents[2] / "docs" / "published-figures.md"


def main() -> int:
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.test.utils import setup_databases, setup_test_environment, teardown_databases

    setup_test_environment()
    old = setup_databases(verbosity=0, interactive=False)
    try:
        with tempfile.TemporaryDirectory() as media:
            settings.MEDIA_ROOT = media
            text, is_true = _run(connection.vendor)
    finally:
        teardown_databases(old, verbosity=0)
    REPORT.write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    return 0 if is_true else 1


def _run(database: str) -> tuple[str, bool]:
    from escalation.models.escalations import Escalation
    from tests.cases.published_council import colours_agreed, lived_through
    from tests.cases.published_figures import UNITS, every_series

    series = every_series()
    began = time.monotonic()
    found = lived_through(series, with_cases=True)
    taken = time.monotonic() - began
    agreed, differ = colours_agreed(series)
    first, last = found.closed[0], found.closed[-1]
    owed = sum(len(each.unpublished) for each in series)
    lines = [
        "# Published figures",
        "",
        f"The last run of `make published`: {date.today():%-d %B %Y}, {database}. Every series of"
        " `tests/data/` and every case of `tests/data/cases/`",
        "came in by the import services on one council, quarter by quarter, and each quarter from"
        f" {first} to {last} was closed on its day ({len(found.closed)} closes in {taken:.0f} s).",
        "A colour that was printed without its figure is taken for a figure that is not shown; where one"
        " of a month’s is not, its series is told by quarter.",
        "",
        "| from | series | figures |",
        "|---|---|---|",
        *(
            f"| {name} | {sum(e.unit == code for e in series)} |"
            f" {sum(len(e.figures) for e in series if e.unit == code):,} |"
            for code, name in UNITS.items()
        ),
        "",
        "| what may not be said | said |",
        "|---|---|",
        f"| *no result* where a figure was printed, or none was due ({owed} were due and not printed,"
        " and that is said of each) | "
        f"{sum('no result' in each for each in found.false)} times |",
        "| a total since April that met its profile in every quarter, on early warning | "
        f"{sum('met its profile' in each for each in found.false)} times |",
        "| another value than was printed, or in another quarter | "
        f"{sum('printed ' in each and 'kept as' in each for each in found.false)} times |",
        "| a referral for silence in a quarter whose figure was printed, or not due | "
        f"{sum('for silence' in each for each in found.false)} times |",
        "| silence that is not said | "
        f"{sum('it is not said' in each for each in found.false)} times |",
        "",
        f"{found.asked:,} questions were asked of what came in, and {Escalation.objects.count():,}"
        " referrals made. Of printed colours that stand beside a figure and a target,"
        f" {agreed} are given again and {differ} are not: where no tolerance is printed it is taken to"
        " be 10% of the target.",
        "",
        "| verdict | ratings |",
        "|---|---|",
        *(
            f"| {word.replace('_', ' ')} | {count:,} |"
            for word, count in found.verdicts.most_common()
        ),
        "",
        *(
            ["What was said and is not so:", "", *(f"- {each}" for each in found.false), ""]
            if found.false
            else []
        ),
    ]
    return "\n".join(lines), not found.false


if __name__ == "__main__":
    sys.exit(main())
