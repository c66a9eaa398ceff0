"""Writing down what a close found: what opened, what recovered, what is restated."""

from __future__ import annotations

from django.urls import reverse

from escalation.models import Escalation
from escalation.queries.following import as_episode
from escalation.queries.varying import RulesOfEach
from escalation.rules import Episode
from escalation.rules.referrals import is_by_hand
from indicators.models import Indicator
from organisation import audit
from organisation.models import User
from organisation.services import owe_notice
from sorp.lexicon import Level, Quarter


def open_escalation(
    indicator: Indicator,
    episode: Episode,
    rules_of: RulesOfEach,
    recorded_in: Quarter,
    by: User | None,
) -> Escalation:
    """An escalation stands on record, with the variation it came under, and its manager is told."""
    recovered = episode.recovered_in
    row = Escalation.objects.create(
        indicator=indicator,
        level=episode.level,
        trigger=episode.trigger,
        all_met=list(episode.all_met),
        sorp_version_id=rules_of.version_in(episode.opened_in).pk,
        variation=rules_of.variation_in(indicator.pk, episode.opened_in),
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


def recover_escalation(row: Escalation, episode: Episode, by: User | None) -> Escalation:
    """An escalation has recovered, and its manager is told."""
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


def restate_escalation(
    row: Escalation, now_stands: Episode, rules_of: RulesOfEach, by: User | None
) -> Escalation:
    """What is recorded is restated: what it was stays in the audit event."""
    was = as_episode(row)
    row.since_start = now_stands.since.first_day
    row.opened_in_start = now_stands.opened_in.first_day
    recovered = now_stands.recovered_in
    row.recovered_in_start = recovered.first_day if recovered else None
    row.relapse, row.restated, row.reason = now_stands.relapse, True, now_stands.reason
    row.trigger, row.all_met = now_stands.trigger, list(now_stands.all_met)
    told = {}
    if row.referred_by is not None and not is_by_hand(row.trigger):
        # A rule asks for it now, from an earlier quarter: who referred it up stays on record.
        told = {"referred_by": str(row.referred_by)}
        row.referred_from = row.referred_by = None
    if now_stands.opened_in != was.opened_in:
        row.sorp_version_id = rules_of.version_in(now_stands.opened_in).pk
        row.variation = rules_of.variation_in(row.indicator_id, now_stands.opened_in)
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
        **told,
    )
    return row
