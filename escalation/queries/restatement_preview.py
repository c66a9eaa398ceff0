"""What the next close would restate, because results were revised after a close.

The close reads the same rows by the same rules, so that what a page shows is what is then done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F, Min, OuterRef, Subquery

from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.queries import last_closed
from escalation.models.escalations import Escalation
from escalation.queries.evaluation import rules_by_indicator
from escalation.rules.ladder import Change, Episode, Origin, restate, with_end
from indicators.models.definitions import Indicator
from indicators.models.ratings import Rating
from indicators.queries.histories import rag_histories
from sorp.lexicon import Level, Tier


@dataclass(frozen=True, slots=True)
class PendingRestatement:
    """One indicator whose escalations no longer agree with its ratings."""

    indicator: Indicator
    changed: tuple[Change, ...]
    opened: tuple[Episode, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """What a close would do now, in words."""
        return (
            *(_of_change(change) for change in self.changed),
            *(_of_opening(episode) for episode in self.opened),
        )


def pending_restatements(indicators: Iterable[int] | None = None) -> list[PendingRestatement]:
    """Where the next close would restate something. The queries are as many for all indicators as for one."""
    closed = last_closed()
    revised = revised_since_close()
    if indicators is not None:
        wanted = set(indicators)
        revised = {pk: since for pk, since in revised.items() if pk in wanted}
    if closed is None or not revised:
        return []
    histories = rag_histories(until=closed, indicators=revised)
    stored = stored_escalations(histories)
    measured = Indicator.objects.in_bulk(list(histories))
    rules_of = rules_by_indicator(histories)
    found = []
    for pk, history in sorted(histories.items()):
        episodes = [as_episode(row) for row in stored.get(pk, [])]
        tier, last = Tier(measured[pk].tier), measured[pk].last_quarter
        whole = with_end(history, last, closed)
        restated = restate(whole, episodes, revised[pk], rules_of(pk), tier, last)
        if restated.changed or restated.opened:
            found.append(PendingRestatement(measured[pk], restated.changed, restated.opened))
    return found


def revised_since_close() -> dict[int, Quarter]:
    """Indicators rated anew in a quarter after its close, with the earliest such quarter.

    By the key of the indicator: `{7: Quarter(2011, 2)}`.
    """
    closed_at = ReportingQuarter.objects.filter(
        quarter=OuterRef("quarter"), state=ReportingQuarter.State.CLOSED
    ).values("closed_at")
    rows = (
        Rating.objects.latest_ones()
        .filter(number__gt=1)
        .annotate(closed_at=Subquery(closed_at))
        .filter(rated_at__gt=F("closed_at"))
        .values("indicator")
        .annotate(earliest=Min("quarter"))
    )
    return {row["indicator"]: row["earliest"] for row in rows}


def stored_escalations(indicators: Mapping[int, Sequence[object]]) -> dict[int, list[Escalation]]:
    """The escalations of each indicator by its key, in order of opening: `{7: [Escalation, …]}`."""
    rows: dict[int, list[Escalation]] = {}
    for row in Escalation.objects.filter(indicator__in=indicators).order_by("opened_in"):
        rows.setdefault(row.indicator_id, []).append(row)
    return rows


def as_episode(row: Escalation) -> Episode:
    """A recorded escalation as the rules read it."""
    return Episode(
        level=Level(row.level),
        trigger=row.trigger,
        trigger_key=row.trigger_key,
        origin=Origin(row.origin),
        since=row.since,
        opened_in=row.opened_in,
        recovered_in=row.recovered_in,
        ended_in=row.ended_in,
        relapse=row.relapse,
        all_met=tuple(row.all_met),
        reason=row.reason,
        restated=row.restated,
    )


def _of_change(change: Change) -> str:
    was, now = change.was, change.now
    subject = f"Its escalation to the {was.level.label}, opened in {was.opened_in}, is restated"
    if now.recovered_in == now.opened_in:
        return f"{subject}: no trigger supports it now, so it recovers in the quarter in which it opened."
    parts = []
    if was.opened_in != now.opened_in:
        parts.append(f"it should have opened in {now.opened_in}")
    if was.recovered_in != now.recovered_in or was.ended_in != now.ended_in:
        parts.append(_ending_in_words(now))
    return f"{subject}: {' and '.join(parts) or now.reason.rstrip('.')}."


def _ending_in_words(now: Episode) -> str:
    if now.recovered_in:
        return f"it recovers in {now.recovered_in}"
    return f"it ends, no longer measured, in {now.ended_in}" if now.ended_in else "it is open"


def _of_opening(episode: Episode) -> str:
    ended = f", and recovered in {episode.recovered_in}" if episode.recovered_in else ""
    return (
        f"It should have been referred to the {episode.level.label} in {episode.opened_in}{ended}."
        f" {episode.reason}"
    )
