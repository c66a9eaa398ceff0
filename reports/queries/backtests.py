"""What the pages of back-tests ask: which there are, how far one has come, what it tried."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from escalation.models import Backtest
from escalation.queries import rules_by_quarter
from escalation.queries.backtesting import rules_of, rules_tried
from escalation.rules import Rules
from escalation.rules.backtesting import differences
from indicators.queries import last_closed
from organisation.models import Job, User
from sorp.models import Version


@dataclass(frozen=True, slots=True)
class Listed:
    """One back-test in the list, with the job that does it, where it is not finished."""

    backtest: Backtest
    job: Job | None


def listed(*, reader: User) -> list[Listed]:
    """Those the reader may see, newest first. Two queries, however many."""
    found = list(
        Backtest.objects.visible_to(reader)
        .select_related("asked_by", "version__statement")
        .defer("found", "rules")
    )
    jobs = jobs_of(each for each in found if each.finished_at is None)
    return [Listed(each, jobs.get(each.pk)) for each in found]


def jobs_of(backtests: Iterable[Backtest]) -> dict[int, Job]:
    """The latest job of each back-test."""
    by_key = {each.job_key: each.pk for each in backtests}
    jobs = Job.objects.filter(key__in=by_key).order_by("pk")
    return {by_key[job.key]: job for job in jobs}


def rules_now() -> tuple[Version | None, Rules | None]:
    """The version that ruled the last closed quarter, with its rules. None where there is none."""
    closed = last_closed()
    if closed is None:
        return None, None
    version = Version.objects.ruling(closed).select_related("statement").first()
    return (version, rules_by_quarter()(closed)) if version else (None, None)


def unfinished_versions() -> list[Version]:
    """Those on which evidence can be kept: still in draft or in consultation."""
    return list(Version.objects.unfinished().select_related("statement").order_by("number"))


def differs_from(version: Version, backtest: Backtest) -> list[str]:
    """What was tried otherwise than a version now holds, in sentences; nothing where it is the same."""
    try:
        return differences(rules_of(version), rules_tried(backtest))
    except ValueError as refusal:  # a draft under way may hold what means nothing yet
        return [f"Its triggers cannot be read as they now are. {refusal}."]
