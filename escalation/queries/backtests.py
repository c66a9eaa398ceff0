"""What a back-test reads: every indicator's history, variations and record, and the rules tried."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from core.models.jobs import Job
from core.quarters import Quarter
from core.queries import last_closed
from escalation.models.backtests import Backtest
from escalation.queries.evaluation import (
    agreed_variations,
    as_varied,
    evaluator_rules,
    rules_by_quarter,
)
from escalation.queries.restatement_preview import as_episode, stored_escalations
from escalation.rules.backtests import IndicatorRecord, differences
from escalation.rules.rule_files import read_rules
from escalation.rules.triggers import Rules
from indicators.models.definitions import Indicator
from indicators.queries.histories import rag_histories
from organisation.models.people import User
from organisation.queries import tree_on
from organisation.rules import UnitTier
from sorp.lexicon import Tier
from sorp.models.statement import Version
from sorp.queries.ruling import version_rules


def indicator_records(*, until: Quarter, today: date) -> list[IndicatorRecord]:
    """Every indicator that was rated in a closed quarter, in order of reference.

    Its directorate is the one to which it belongs today. The queries are as many however many
    indicators there are.
    """
    histories = rag_histories(until=until)
    stored = stored_escalations(histories)
    variations = agreed_variations(histories)
    tree = tree_on(today)
    measured = Indicator.objects.filter(pk__in=histories).select_related("unit")
    return [
        IndicatorRecord(
            reference=each.reference,
            title=each.title,
            directorate=(
                directorate.name
                if (directorate := tree.at_tier(each.unit_id, UnitTier.DIRECTORATE))
                else each.unit.name
            ),
            tier=Tier(each.tier),
            history=tuple(histories[each.pk]),
            varied=tuple(
                spell for varied in variations.get(each.pk, ()) for spell in as_varied(varied)
            ),
            recorded=tuple(
                as_episode(row) for row in stored.get(each.pk, ()) if not row.referred_by_id
            ),
            referred=tuple(
                as_episode(row) for row in stored.get(each.pk, ()) if row.referred_by_id
            ),
            last_measured=each.last_quarter
            if each.last_quarter is not None and each.last_quarter < until
            else None,
        )
        for each in measured.order_by("reference")
    ]


def rules_tried(backtest: Backtest) -> Rules:
    """The rules of a back-test, as the evaluator reads them."""
    return read_rules(json.dumps(backtest.rules).encode(), "rules.json")


def rules_of(version: Version) -> Rules:
    """The rules for escalation that a version holds, whether in force or a draft."""
    return evaluator_rules(version_rules(version))


def evidence_on(version: Version) -> list[Backtest]:
    """The back-tests kept as evidence on a version, for those who comment on it or approve it."""
    return list(version.backtests.filter(is_evidence=True).order_by("finished_at"))


@dataclass(frozen=True, slots=True)
class BacktestLine:
    """One back-test in the list, with the job that does it, where it is not finished."""

    backtest: Backtest
    job: Job | None


def visible_backtests(*, reader: User) -> list[BacktestLine]:
    """Those the reader may see, newest first, each with its job where it is not finished."""
    found = list(
        Backtest.objects.visible_to(reader)
        .select_related("asked_by", "version__statement")
        .defer("found", "rules")
    )
    jobs = jobs_of(each for each in found if each.finished_at is None)
    return [BacktestLine(each, jobs.get(each.pk)) for each in found]


def jobs_of(backtests: Iterable[Backtest]) -> dict[int, Job]:
    """The latest job of each back-test, by the key of the back-test: `{3: Job}`."""
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
        return [f"Its triggers cannot be used as they are. {refusal}."]
