"""Closing a quarter: everything is rated, and what the SORP's rules say must go up, goes up.

It reads rating histories and asks the pure evaluator; nothing is decided here. Closing again
changes nothing, unless a rating was revised meanwhile: then what follows is restated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import connection, transaction
from django.urls import reverse

from escalation.models import Escalation
from escalation.queries import observations, rules_by_quarter
from escalation.queries.following import as_episode, revised_since_close, stored_escalations
from escalation.rules import Episode, Observation, RulesInForce, close, restate
from indicators.models import Indicator, ReportingQuarter
from indicators.queries import last_closed
from indicators.queries.ladders import unsigned
from indicators.services import open_quarter, rate_quarter
from organisation import audit
from organisation.clock import now
from organisation.models import User
from organisation.services import owe_notice
from sorp.lexicon import Level, Quarter, Tier
from sorp.queries import version_ruling

ONE_CLOSE_AT_A_TIME = 20110620  # any number will do for the lock, as long as nobody else uses it


class CannotClose(ValueError):
    """The quarter cannot be closed now. The message says what to do."""


@dataclass(slots=True)
class Closing:
    """What one close did."""

    quarter: Quarter
    newly_closed: bool = False
    rated: int = 0
    unsigned: int = 0  # results that no directorate had signed off
    opened: list[Escalation] = field(default_factory=list)
    recovered: list[Escalation] = field(default_factory=list)
    restated: list[Escalation] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        return self.newly_closed or bool(self.opened or self.recovered or self.restated)

    @property
    def sentence(self) -> str:
        """What a person is told."""
        if not self.changed:
            return (
                f"{self.quarter} is already closed, and nothing has been revised since: no change."
            )
        done = "closed" if self.newly_closed else "already closed; revisions followed up"
        told = (
            f"{self.quarter} {done}: {len(self.opened)} escalated, {len(self.recovered)} recovered,"
            f" {len(self.restated)} restated."
        )
        if self.unsigned:
            were = "result was" if self.unsigned == 1 else "results were"
            told += f" {self.unsigned} {were} not signed off."
        return told


@transaction.atomic
def close_quarter(*, quarter: Quarter, today: date, by: User | None) -> Closing:
    """The quarter takes no more results; each indicator is rated; escalations open and recover.

    Idempotent. Raises CannotClose where the quarter has not ended, an earlier one is still open,
    or another close runs; NoVersionInForce where no SORP rules it.
    """
    _refuse_two_at_once(quarter)
    _refuse_out_of_order(quarter)
    row = _hold(quarter, today, by)
    closing = Closing(quarter)
    rules_for = rules_by_quarter()
    closed = last_closed()
    if closed is not None:
        _restate_revised(closed, rules_for, closing, by)
    if not row.is_closed:
        closing.rated = len(rate_quarter(quarter=quarter, by=by))
        _escalate(quarter, rules_for, closing, by)
        closing.unsigned = unsigned(quarter)
        row.state, row.closed_at, row.closed_by = ReportingQuarter.State.CLOSED, now(), by
        row.save(update_fields=["state", "closed_at", "closed_by"])
        closing.newly_closed = True
        audit.record("closed quarter", row, by=by, summary=closing.sentence)
    return closing


def preview_close(*, quarter: Quarter, today: date) -> Closing:
    """What closing the quarter now would do. Everything is done, read, and undone.

    Raises what close_quarter raises.
    """
    with transaction.atomic():
        closing = close_quarter(quarter=quarter, today=today, by=None)
        transaction.set_rollback(True)
    return closing


def _refuse_two_at_once(quarter: Quarter) -> None:
    """SQLite lets in one writer at a time anyway; PostgreSQL is asked for a lock, or says no."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ONE_CLOSE_AT_A_TIME])
        if not cursor.fetchone()[0]:
            raise CannotClose(
                f"Another close is running, so {quarter} was left as it is. Look again in a minute."
            )


def _refuse_out_of_order(quarter: Quarter) -> None:
    earlier = (
        ReportingQuarter.objects.filter(
            state=ReportingQuarter.State.OPEN, quarter_start__lt=quarter.first_day
        )
        .order_by("quarter_start")
        .first()
    )
    if earlier is not None:
        raise CannotClose(f"{earlier.quarter} is still open: close it before {quarter}")
    closed = last_closed()
    if closed is not None and closed.next() < quarter:
        raise CannotClose(f"{closed.next()} was never closed: close it before {quarter}")


def _hold(quarter: Quarter, today: date, by: User | None) -> ReportingQuarter:
    """The quarter's row, locked: a result being saved waits, and then finds the quarter closed."""
    row = ReportingQuarter.objects.filter(quarter_start=quarter.first_day).first()
    if row is None:
        try:
            row = open_quarter(quarter=quarter, today=today, by=by)
        except ValueError as reason:
            raise CannotClose(str(reason)) from None
    return ReportingQuarter.objects.select_for_update().get(pk=row.pk)


def _escalate(quarter: Quarter, rules_for: RulesInForce, closing: Closing, by: User | None) -> None:
    histories = observations(until=quarter)
    stored = stored_escalations(histories)
    indicators = Indicator.objects.in_bulk(list(histories))
    version = version_ruling(quarter)
    for pk, history in sorted(histories.items()):
        if history[-1].quarter != quarter:
            continue
        rows = stored.get(pk, [])
        indicator = indicators[pk]
        outcome = close(history, [as_episode(row) for row in rows], rules_for, Tier(indicator.tier))
        for episode in outcome.recovered:
            row = next(r for r in rows if _is_of(r, episode) and r.recovered_in is None)
            closing.recovered.append(_recover(row, episode, by))
        for episode in outcome.opened:
            closing.opened.append(_open(indicator, episode, version.pk, quarter, by))


def _restate_revised(
    closed: Quarter, rules_for: RulesInForce, closing: Closing, by: User | None
) -> None:
    """Where a closed quarter was judged anew, escalations follow, marked restated."""
    revised = revised_since_close()
    if not revised:
        return
    histories = observations(until=closed, indicators=revised)
    stored = stored_escalations(histories)
    indicators = Indicator.objects.in_bulk(list(histories))
    for pk, history in sorted(histories.items()):
        _restate(indicators[pk], history, stored.get(pk, []), revised[pk], rules_for, closing, by)


def _restate(
    indicator: Indicator,
    history: Sequence[Observation],
    rows: list[Escalation],
    since: Quarter,
    rules_for: RulesInForce,
    closing: Closing,
    by: User | None,
) -> None:
    by_episode = {as_episode(row): row for row in rows}
    found = restate(history, list(by_episode), since, rules_for, Tier(indicator.tier))
    for change in found.changed:
        closing.restated.append(_amend(by_episode[change.was], change.now, by))
    for episode in found.opened:
        version = version_ruling(episode.opened_in)
        row = _open(indicator, episode, version.pk, history[-1].quarter, by)
        closing.restated.append(row)


def _is_of(row: Escalation, episode: Episode) -> bool:
    return row.level == episode.level and row.opened_in == episode.opened_in


def _open(
    indicator: Indicator, episode: Episode, version: int, recorded_in: Quarter, by: User | None
) -> Escalation:
    recovered = episode.recovered_in
    row = Escalation.objects.create(
        indicator=indicator,
        level=episode.level,
        trigger=episode.trigger,
        all_met=list(episode.all_met),
        sorp_version_id=version,
        since_start=episode.since.first_day,
        opened_in_start=episode.opened_in.first_day,
        recovered_in_start=recovered.first_day if recovered else None,
        recorded_in_start=recorded_in.first_day,
        relapse=episode.relapse,
        restated=episode.restated,
        reason=episode.reason,
    )
    audit.record("escalated", row, by=by, reason=row.reason, restated=row.restated)
    owe_notice(
        key=f"escalated-{row.pk}",
        recipient=indicator.accountable_manager,
        subject=f"{indicator.title} has been referred to the {Level(row.level).label}",
        body=f"{row.reason} You are the accountable manager. Write an action plan, or bring the"
        " one you have up to date.",
        address=reverse("write_plan", args=[indicator.reference]),
    )
    return row


def _recover(row: Escalation, episode: Episode, by: User | None) -> Escalation:
    assert episode.recovered_in is not None
    row.recovered_in_start = episode.recovered_in.first_day
    row.save(update_fields=["recovered_in_start"])
    audit.record("recovered", row, by=by, recovered_in=episode.recovered_in.key)
    owe_notice(
        key=f"recovered-{row.pk}-{episode.recovered_in.key}",
        recipient=row.indicator.accountable_manager,
        subject=f"{row.indicator.title} is no longer referred to the {Level(row.level).label}",
        body=f"It met the SORP's exit rule in {episode.recovered_in}.",
        address=reverse("indicator", args=[row.indicator.reference]),
    )
    return row


def _amend(row: Escalation, now_stands: Episode, by: User | None) -> Escalation:
    """What is recorded is restated: what it was stays in the audit event."""
    was = as_episode(row)
    row.since_start = now_stands.since.first_day
    row.opened_in_start = now_stands.opened_in.first_day
    recovered = now_stands.recovered_in
    row.recovered_in_start = recovered.first_day if recovered else None
    row.relapse, row.restated, row.reason = now_stands.relapse, True, now_stands.reason
    row.trigger, row.all_met = now_stands.trigger, list(now_stands.all_met)
    row.save()
    audit.record(
        "restated escalation",
        row,
        by=by,
        opened_in={"was": was.opened_in.key, "is": now_stands.opened_in.key},
        recovered_in={
            "was": was.recovered_in.key if was.recovered_in else None,
            "is": recovered.key if recovered else None,
        },
        reason={"was": was.reason, "is": now_stands.reason},
    )
    return row
