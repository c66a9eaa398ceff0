"""Back-tests: asked for, done by a job, and kept as evidence on the draft they were made for.

Nothing here changes an escalation or a rule. The replay takes longer than a page may, so that
asking writes a row that is owed; until it is finished the row holds no result, whoever dies
meanwhile, and once it is finished another run changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from django.db import transaction

from core import audit, jobs
from core.clock import localdate, now
from core.queries import last_closed
from core.refusals import Refused
from escalation.models.backtests import Backtest
from escalation.queries.backtests import indicator_records, rules_of, rules_tried
from escalation.queries.evaluation import rules_by_quarter
from escalation.rules.backtests import backtest, differences
from escalation.rules.rule_files import rules_document
from escalation.rules.triggers import Rules
from organisation.models.people import User
from sorp.models.statement import Version

MOST_UPDATES = 40  # how often, at most, a run says how far it has come
Progress = Callable[[int, int, str], None]


@transaction.atomic
def request_backtest(*, name: str, rules: Rules, version: Version | None, by: User) -> Backtest:
    """These rules are to be replayed over all closed quarters, and a job is owed that does it.

    Asking for the same while it is not finished gives the back-test already asked for, and rings
    for it again where its job had failed. Raises Refused where there is nothing to replay, or no
    name to find it by again.
    """
    if not name.strip():
        raise Refused("Give the back-test a name so that you can find it again", field="name")
    if last_closed() is None:
        raise Refused("No quarter is closed yet, so there is no history to replay")
    tried = rules_document(rules)
    found = Backtest.objects.filter(
        name=name.strip(), rules=tried, version=version, finished_at__isnull=True
    ).first()
    if found is None:
        found = Backtest.objects.create(
            name=name.strip(), rules=tried, version=version, asked_by=by, asked_at=now()
        )
        audit.record(
            "asked for a back-test",
            found,
            by=by,
            rules=tried,
            version=version.number if version else None,
        )
    with suppress(jobs.AlreadyAsked):  # a button pressed twice
        jobs.request(kind=Backtest.JOB, key=found.job_key, arguments={"backtest": found.pk}, by=by)
    return found


def run_backtest(
    *, asked: Backtest, progress: Progress = lambda done, total, doing: None
) -> Backtest:
    """The rules asked about are replayed, and what was found stands with them.

    Run again once it is finished, it changes nothing; of two runs at once the first to finish
    writes. Raises ValueError, in words, where there is no history or a quarter that no SORP rules.
    """
    if asked.finished_at is not None:
        return asked
    until = last_closed()
    if until is None:
        raise Refused("No quarter is closed yet, so there is no history to replay")
    progress(0, 1, "Reading every closed quarter")
    found = backtest(
        indicator_records(until=until, today=localdate()),
        rules_by_quarter(),
        rules_tried(asked),
        until=until,
        progress=_now_and_then(progress),
    )
    _finish(asked, found)
    asked.refresh_from_db()
    return asked


@transaction.atomic
def _finish(asked: Backtest, found: dict[str, object]) -> None:
    written = Backtest.objects.filter(pk=asked.pk, finished_at__isnull=True).update(
        found=found, finished_at=now()
    )
    if written:
        audit.record("finished a back-test", asked, by=asked.asked_by, summary=found["summary"])


def _now_and_then(progress: Progress) -> Callable[[int, int], None]:
    """Said no more than forty times, since each time is a row written."""

    def report(done: int, total: int) -> None:
        step = max(total // MOST_UPDATES, 1)
        if done % step == 0 or done == total:
            progress(done, total, "Replaying the history of each indicator")

    return report


@transaction.atomic
def keep_as_evidence(*, backtest: Backtest, version: Version, by: User) -> Backtest:
    """The back-test stands with a version that is being written or talked over, for good.

    It may have tried other rules than the version now holds: the record says so, and the page
    says in what. Keeping it again changes nothing. Raises Refused for one not finished, one kept
    with another version, or a version that is settled.
    """
    row = Backtest.objects.select_for_update().get(pk=backtest.pk)
    if row.is_evidence and row.version_id == version.pk:
        return row
    if row.is_evidence:
        raise Refused(f"This back-test is kept already, as evidence on {row.version}")
    if row.finished_at is None:
        raise Refused("This back-test is not finished: keep it once it has a result")
    if version.state not in (Version.State.DRAFT, Version.State.CONSULTATION):
        raise Refused(
            f"{version} is settled: evidence is kept on a version still in draft or consultation"
        )
    row.version, row.is_evidence = version, True
    row.save(update_fields=["version", "is_evidence"])
    audit.record(
        "kept a back-test as evidence",
        row,
        by=by,
        version=version.number,
        differs=differences(rules_of(version), rules_tried(row)),
    )
    return row
