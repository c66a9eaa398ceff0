"""Closing a quarter: its results are rated, and escalations open, recover and are restated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from django.db import connection, transaction
from django.db.models import Model
from django.urls import reverse

from core import audit
from core.clock import now
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.queries import last_closed
from core.refusals import Refused
from core.services.notices import owe_notice
from core.services.quarters import open_quarter
from escalation.models.escalations import Escalation
from escalation.queries.evaluation import RulesByIndicator, rules_by_indicator
from escalation.queries.restatement_preview import (
    as_episode,
    revised_since_close,
    stored_escalations,
)
from escalation.rules.ladder import Episode, Origin, close, restate, with_end
from escalation.services.close_previews import drop_close_previews, update_all_close_previews
from escalation.services.early_warning import store_early_warnings
from escalation.services.exceptions import ExceptionChanges, close_exceptions
from escalation.services.explanations import ClosesToExplain, explain_closes, not_yet_told
from indicators.models.definitions import Indicator
from indicators.queries.histories import rag_histories
from indicators.queries.sign_off import unsigned
from indicators.services.awaited import judge_overdue_from_publishers
from indicators.services.forecasts import forecast_after
from indicators.services.rating import rate_quarter
from organisation.models.people import User
from sorp.lexicon import Level, Tier
from sorp.rules.figures import Figure


def open_escalation(
    indicator: Indicator,
    episode: Episode,
    rules_of: RulesByIndicator,
    recorded_in: Quarter,
    by: User | None,
    *,
    tells: bool = True,
) -> Escalation:
    """An escalation is recorded, with the variation it came under; its manager is owed a notice.

    Nobody is where it `tells` nobody: of a history that is closed long afterwards.
    """
    recovered = episode.recovered_in
    row = Escalation.objects.create(
        indicator=indicator,
        level=episode.level,
        trigger=episode.trigger,
        trigger_key=episode.trigger_key,
        all_met=list(episode.all_met),
        sorp_version_id=rules_of.version_in(episode.opened_in).pk,
        variation=rules_of.variation_in(indicator.pk, episode.opened_in),
        since=episode.since,
        opened_in=episode.opened_in,
        recovered_in=recovered,
        ended_in=episode.ended_in,
        recorded_in=recorded_in,
        relapse=episode.relapse,
        restated=episode.restated,
        reason=episode.reason,
    )
    audit.record("escalated", row, by=by, reason=row.reason, restated=row.restated)
    if tells:
        owe_notice(
            key=f"escalated-{row.pk}",
            recipient=indicator.accountable_manager,
            subject=f"{indicator.title} has been referred to the {Level(row.level).label}",
            body=f"{row.reason} You are the accountable manager. Write an action plan, or "
            f"update the one you have.",
            address=reverse("write_plan", args=[indicator.reference]),
        )
    return row


def recover_escalation(
    row: Escalation, episode: Episode, by: User | None, *, tells: bool = True
) -> Escalation:
    """An escalation has recovered; its manager is owed a notice, unless it `tells` nobody."""
    assert episode.recovered_in is not None
    row.recovered_in = episode.recovered_in
    row.save(update_fields=["recovered_in"])
    audit.record("recovered", row, by=by, recovered_in=episode.recovered_in.key)
    if tells:
        owe_notice(
            key=f"recovered-{row.pk}-{episode.recovered_in.key}",
            recipient=row.indicator.accountable_manager,
            subject=f"{row.indicator.title} is no longer referred to the {Level(row.level).label}",
            body=f"It met the SORP's exit rule in {episode.recovered_in}.",
            address=reverse("indicator", args=[row.indicator.reference]),
        )
    return row


def end_escalation(
    row: Escalation, quarter: Quarter, by: User | None, *, tells: bool = True
) -> Escalation:
    """What it is about is no longer measured: it ends, neither recovered nor open."""
    row.ended_in = quarter
    row.save(update_fields=["ended_in"])
    indicator = row.indicator
    audit.record("no longer measured", row, by=by, ended_in=quarter.key)
    if tells:
        owe_notice(
            key=f"ended-{row.pk}-{quarter.key}",
            recipient=indicator.accountable_manager,
            subject=f"{indicator.title} is no longer measured, nor referred to the"
            f" {Level(row.level).label}",
            body=f"Its last quarter was {indicator.last_quarter}. It did not recover, and its "
            f"record is kept.",
            address=reverse("indicator", args=[indicator.reference]),
        )
    return row


def restate_escalation(
    row: Escalation, restated: Episode, rules_of: RulesByIndicator, by: User | None
) -> Escalation:
    """What is recorded is restated: what it was stays in the audit event."""
    was = as_episode(row)
    row.since = restated.since
    row.opened_in = restated.opened_in
    recovered = restated.recovered_in
    row.recovered_in, row.ended_in = recovered, restated.ended_in
    row.relapse, row.restated, row.reason = restated.relapse, True, restated.reason
    row.trigger, row.trigger_key = restated.trigger, restated.trigger_key
    row.origin, row.all_met = restated.origin, list(restated.all_met)
    referral = {}
    if row.referred_by is not None and restated.origin is Origin.RULE:
        # A rule asks for it now, from an earlier quarter: who referred it up stays on record.
        referral = {"referred_by": str(row.referred_by)}
        row.referred_from = row.referred_by = None
    if restated.opened_in != was.opened_in:
        row.sorp_version_id = rules_of.version_in(restated.opened_in).pk
        row.variation = rules_of.variation_in(row.indicator_id, restated.opened_in)
    row.save()
    audit.record(
        "restated escalation",
        row,
        by=by,
        opened_in={"was": was.opened_in.key, "is": restated.opened_in.key},
        recovered_in={
            "was": was.recovered_in.key if was.recovered_in else None,
            "is": recovered.key if recovered else None,
        },
        ended_in={
            "was": was.ended_in.key if was.ended_in else None,
            "is": row.ended_in.key if row.ended_in else None,
        },
        reason={"was": was.reason, "is": restated.reason},
        **referral,
    )
    return row


ONE_CLOSE_AT_A_TIME = 20110620  # any number will do for the lock, as long as nobody else uses it


class CannotClose(Refused):
    """The quarter cannot be closed now. The message says what to do."""


@dataclass(slots=True)
class Closing:
    """What one close did."""

    quarter: Quarter
    tells: bool = True  # whether people are owed notices of what it did
    newly_closed: bool = False
    rated: int = 0
    unsigned: int = 0  # results that no directorate had signed off
    opened: list[Escalation] = field(default_factory=list)
    recovered: list[Escalation] = field(default_factory=list)
    ended: list[Escalation] = field(default_factory=list)  # with an indicator no longer measured
    restated: list[Escalation] = field(default_factory=list)
    exceptions: ExceptionChanges = field(default_factory=ExceptionChanges)
    made: list[Model] = field(default_factory=list)  # every row that it wrote anew, but for notices

    @property
    def changed(self) -> bool:
        escalated = bool(self.opened or self.recovered or self.ended or self.restated)
        return self.newly_closed or escalated or self.exceptions.changed

    @property
    def sentence(self) -> str:
        """What the close did, as a person reads it."""
        if not self.changed:
            return (
                f"{self.quarter} is already closed, and nothing has been revised since: no change."
            )
        again = "already closed; escalations updated after revisions"
        done = "closed" if self.newly_closed else again
        sentence = (
            f"{self.quarter} {done}: {len(self.opened)} referred up,"
            f" {len(self.recovered)} recovered, {len(self.restated)} restated."
        )
        if self.ended:
            one = len(self.ended) == 1
            whose = "its indicator is" if one else "their indicators are"
            sentence += f" {len(self.ended)} ended: {whose} no longer measured."
        if self.exceptions.changed:
            sentence += f" {_exceptions_in_words(self.exceptions)}"
        if self.unsigned:
            were = "result was" if self.unsigned == 1 else "results were"
            sentence += f" {self.unsigned} {were} not signed off."
        return sentence


def _exceptions_in_words(found: ExceptionChanges) -> str:
    """What the close did beside ordinary escalations, as one sentence."""
    counted = (
        (len(found.units_referred), "unit", "referred up for many poor indicators"),
        (len(found.units_recovered), "unit", "no longer referred up"),
        (len(found.positive), "indicator", "brought to notice for doing well"),
        (len(found.positive_ended), "indicator", "no longer doing so well"),
    )
    parts = [f"{n} {noun}{'' if n == 1 else 's'} {what}" for n, noun, what in counted if n]
    return f"Besides: {', '.join(parts)}."


@transaction.atomic
def close_quarter(*, quarter: Quarter, today: date, by: User | None, tells: bool = True) -> Closing:
    """The quarter takes no more results; each indicator is rated; escalations open and recover.

    Of a quarter of history it `tells` nobody, and nothing is foreseen from it: the quarters after it
    are known already. Idempotent. Raises CannotClose where the quarter has not ended, an earlier one is still open,
    or another close runs; NoVersionInForce where no SORP rules it.
    """
    refuse_two_at_once(quarter)
    _refuse_out_of_order(quarter)
    row = _lock_quarter(quarter, today, by)
    closing = Closing(quarter, tells)
    judge_overdue_from_publishers(today=today)
    rules_of = rules_by_indicator()
    closed = last_closed()
    if closed is not None:
        _restate_revised(closed, rules_of, closing, by)
    if not row.is_closed:
        ratings = rate_quarter(quarter=quarter, by=by)
        closing.rated = len(ratings)
        forecasts = forecast_after(quarter=quarter, by=by)  # before triggers that read forecasts
        closing.made += [*ratings, *forecasts]
        histories = _escalate(quarter, rules_of, closing, by)
        closing.exceptions = close_exceptions(
            quarter=quarter, by=by, tells=tells, rules_of=rules_of, histories=histories
        )
        closing.unsigned = unsigned(quarter)
        row.state, row.closed_at, row.closed_by = ReportingQuarter.State.CLOSED, now(), by
        row.save(update_fields=["state", "closed_at", "closed_by"])
        closing.newly_closed = True
        audit.record("closed quarter", row, by=by, summary=closing.sentence)
    elif quarter == closed:
        closing.exceptions = close_exceptions(quarter=quarter, by=by, rules_of=rules_of)
    if tells and quarter == last_closed():
        closing.made += store_early_warnings(closed=quarter, by=by, rules_of=rules_of)
    closing.made += [*closing.exceptions.units_referred, *closing.exceptions.positive]
    if closing.changed:
        drop_close_previews(quarter=quarter)
        # Of the next quarter, where its results arrive already.
        transaction.on_commit(partial(update_all_close_previews, by=by))
    return closing


def preview_close(*, quarter: Quarter, today: date) -> Closing:
    """What closing the quarter now would do. Everything is done, read, and undone.

    Raises what close_quarter raises.
    """
    with transaction.atomic():
        closing = close_quarter(quarter=quarter, today=today, by=None)
        transaction.set_rollback(True)
    return closing


def refuse_two_at_once(quarter: Quarter) -> None:
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
        ReportingQuarter.objects.filter(state=ReportingQuarter.State.OPEN, quarter__lt=quarter)
        .order_by("quarter")
        .first()
    )
    if earlier is not None:
        raise CannotClose(f"{earlier.quarter} is still open: close it before {quarter}")
    closed = last_closed()
    if closed is not None and closed.next() < quarter:
        raise CannotClose(f"{closed.next()} was never closed: close it before {quarter}")


def _lock_quarter(quarter: Quarter, today: date, by: User | None) -> ReportingQuarter:
    """The quarter's row, locked: a result being saved waits, and then finds the quarter closed."""
    row = ReportingQuarter.objects.filter(quarter=quarter).first()
    if row is None:
        try:
            row = open_quarter(quarter=quarter, today=today, by=by)
        except ValueError as reason:
            raise CannotClose(str(reason)) from None
    return ReportingQuarter.objects.select_for_update().get(pk=row.pk)


def _escalate(
    quarter: Quarter, rules_of: RulesByIndicator, closing: Closing, by: User | None
) -> dict[int, list[Figure]]:
    """What follows from the ratings of the quarter opens or recovers, and each is explained.

    Returns the histories it was judged by.
    """
    histories = rag_histories(until=quarter)
    stored = stored_escalations(histories)
    indicators = Indicator.objects.select_related("successor").in_bulk(list(histories))
    closed = {pk: history for pk, history in histories.items() if history[-1].quarter == quarter}
    for pk, history in sorted(closed.items()):
        rows, indicator = stored.get(pk, []), indicators[pk]
        episodes = [as_episode(row) for row in rows]
        outcome = close(history, episodes, rules_of(pk), Tier(indicator.tier))
        for episode in outcome.recovered:
            row = next(
                r
                for r in rows
                if (r.level, r.opened_in, r.recovered_in)
                == (episode.level, episode.opened_in, None)
            )
            closing.recovered.append(recover_escalation(row, episode, by, tells=closing.tells))
        for episode in outcome.opened:
            opened = open_escalation(indicator, episode, rules_of, quarter, by, tells=closing.tells)
            closing.opened.append(opened)
            closing.made.append(opened)
            stored.setdefault(pk, []).append(opened)
    closed |= _end_unmeasured(quarter, histories, stored, indicators, closing, by)
    asked = {pk: [quarter] for pk in closed}
    told = explain_closes(
        closes=ClosesToExplain(asked, closed, stored, indicators, rules_of), by=by
    )
    closing.made += told
    return histories


def _end_unmeasured(
    quarter: Quarter,
    histories: Mapping[int, Sequence[Figure]],
    stored: Mapping[int, Sequence[Escalation]],
    indicators: Mapping[int, Indicator],
    closing: Closing,
    by: User | None,
) -> dict[int, list[Figure]]:
    """What is open of an indicator whose last quarter is over ends. Returns their histories, to explain."""
    ended: dict[int, list[Figure]] = {}
    for pk, rows in sorted(stored.items()):
        last = indicators[pk].last_quarter
        if last is None or last >= quarter:
            continue
        for row in rows:
            if row.is_open:
                closing.ended.append(end_escalation(row, quarter, by, tells=closing.tells))
                known = [each for each in histories[pk] if each.quarter < quarter]
                ended[pk] = [*known, Figure(quarter)]
    return ended


def _restate_revised(
    closed: Quarter, rules_of: RulesByIndicator, closing: Closing, by: User | None
) -> None:
    """Where a closed quarter was judged anew, escalations follow, marked restated."""
    revised = revised_since_close()
    if not revised:
        return
    closing.made += forecast_after(quarter=closed, by=by)
    histories = rag_histories(until=closed, indicators=revised)
    stored = stored_escalations(histories)
    indicators = Indicator.objects.select_related("successor").in_bulk(list(histories))
    for pk, history in sorted(histories.items()):
        rows = stored.setdefault(pk, [])
        histories[pk] = history = [*with_end(history, indicators[pk].last_quarter, closed)]
        _restate(indicators[pk], history, rows, revised[pk], rules_of, closing, by)
    untold = not_yet_told(revised)
    asked = {pk: list(since.until(closed)) for pk, since in revised.items() if pk in untold}
    told = explain_closes(
        closes=ClosesToExplain(asked, histories, stored, indicators, rules_of), by=by
    )
    closing.made += told


def _restate(
    indicator: Indicator,
    history: Sequence[Figure],
    rows: list[Escalation],
    since: Quarter,
    rules_of: RulesByIndicator,
    closing: Closing,
    by: User | None,
) -> None:
    by_episode = {as_episode(row): row for row in rows}
    rules_for = rules_of(indicator.pk)
    tier, last = Tier(indicator.tier), indicator.last_quarter
    found = restate(history, list(by_episode), since, rules_for, tier, last)
    for change in found.changed:
        amended = restate_escalation(by_episode[change.was], change.now, rules_of, by)
        closing.restated.append(amended)
    for episode in found.opened:
        opened = open_escalation(
            indicator, episode, rules_of, history[-1].quarter, by, tells=closing.tells
        )
        closing.restated.append(opened)
        closing.made.append(opened)
        rows.append(opened)
