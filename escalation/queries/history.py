"""Quarters that came with figures and that nobody was asked for: what closing them would do, and did."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from core.models.audit import AuditEvent
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.queries import last_closed
from escalation.models.escalations import Escalation
from escalation.queries.evaluation import rules_by_indicator
from escalation.queries.restatement_preview import as_episode, stored_escalations
from escalation.rules.ladder import Episode, replay, with_end
from indicators.models.definitions import Indicator
from indicators.models.ratings import Rating
from indicators.models.results import Result
from indicators.models.returns import Draft
from indicators.queries.histories import rag_histories
from indicators.queries.outstanding import missing_results
from indicators.rules.returns import ResultState
from organisation.models.people import User
from sorp.lexicon import NotRated, Rag, Tier
from sorp.queries.ruling import NoVersionInForce, version_ruling
from sorp.rules.figures import Figure

CLOSED_AS_HISTORY = "closed quarter of history"  # as the record has it


def history_quarters(today: date) -> list[Quarter]:
    """The quarters of history that are not closed, earliest first.

    They are over, came with figures, and nobody was ever asked for their returns. Nothing past the
    first that was begun is history, and not the quarter just ended: that is asked for, or closed as
    any other. A quarter between them of which nothing came belongs to them.
    """
    rows = ReportingQuarter.objects.filter(state=ReportingQuarter.State.OPEN).order_by("quarter")
    just_ended = Quarter.containing(today).previous()
    last: Quarter | None = None
    for row in rows:
        if row.begun_at is not None or row.quarter >= just_ended:
            break
        last = row.quarter
    if last is None:
        return []
    closed = last_closed()
    return list((closed.next() if closed else rows[0].quarter).until(last))


@dataclass(frozen=True, slots=True)
class HistoryQuarter:
    """One quarter of history before it is closed: what came of it, and what did not."""

    quarter: Quarter
    results: int
    missing: int  # due and not there: recorded as no result
    unsigned: int
    drafts: int
    rags: dict[Rag, int]
    opening: int  # what would be referred up at its close
    recovering: int

    @property
    def counts(self) -> list[tuple[Rag, int]]:
        return [(rag, self.rags.get(rag, 0)) for rag in (Rag.GREEN, Rag.AMBER, Rag.RED)]


@dataclass(frozen=True, slots=True)
class StillReferred:
    """What would stand referred up once the history is closed."""

    indicator: Indicator
    episode: Episode


@dataclass(frozen=True, slots=True)
class HistoryPreview:
    """What closing the history up to a quarter would do. Nothing has been done."""

    quarters: tuple[HistoryQuarter, ...]
    standing: tuple[StillReferred, ...]
    is_all: bool  # whether no quarter of history is left open after it
    refusal: str  # why it cannot be closed, where it cannot

    @property
    def people(self) -> tuple[User, ...]:
        """Those who would be told what stands."""
        found = {each.indicator.accountable_manager for each in self.standing}
        return tuple(sorted(found, key=lambda each: (each.name, each.pk)))


def preview_history(*, until: Quarter, today: date) -> HistoryPreview:
    """What closing each quarter of history up to one would do, worked out from the ratings that stand.

    What is due and not there counts as no result, as it will once its quarter is closed.
    """
    quarters = history_quarters(today)
    chosen = [each for each in quarters if each <= until]
    refusal = ""
    try:
        missing = {each: [one for one, _ in missing_results(each)] for each in chosen}
        for each in chosen:
            version_ruling(each)
        episodes = _episodes(chosen, missing)
    except NoVersionInForce as reason:
        missing, episodes, refusal = {}, [], str(reason)
    results = list(
        Result.objects.filter(quarter__in=chosen, revisions__is_latest=True).values_list(
            "quarter", "state"
        )
    )
    per_quarter = Counter(quarter for quarter, _ in results)
    unsigned = Counter(
        quarter for quarter, state in results if not ResultState(state).is_signed_off
    )
    drafts = Counter(Draft.objects.filter(quarter__in=chosen).values_list("quarter", flat=True))
    rags = Counter(
        Rating.objects.latest_ones()
        .filter(quarter__in=chosen)
        .exclude(rag="")
        .values_list("quarter", "rag")
    )
    opening = Counter(episode.opened_in for _, episode in episodes)
    recovering = Counter(episode.recovered_in for _, episode in episodes)
    return HistoryPreview(
        quarters=tuple(
            HistoryQuarter(
                quarter=each,
                results=per_quarter[each],
                missing=len(missing.get(each, ())),
                unsigned=unsigned[each],
                drafts=drafts[each],
                rags={rag: rags[each, rag.value] for rag in Rag},
                opening=opening[each],
                recovering=recovering[each],
            )
            for each in chosen
        ),
        standing=tuple(
            StillReferred(indicator, episode) for indicator, episode in episodes if episode.is_open
        ),
        is_all=bool(chosen) and chosen[-1] == quarters[-1],
        refusal=refusal,
    )


def _episodes(
    quarters: Sequence[Quarter], missing: dict[Quarter, list[Indicator]]
) -> list[tuple[Indicator, Episode]]:
    """Every escalation there is once these quarters are closed, by reference."""
    if not quarters:
        return []
    last = quarters[-1]
    histories = rag_histories(until=last)
    for quarter, lacking in missing.items():
        for each in lacking:
            known = histories.setdefault(each.pk, [])
            if not any(figure.quarter == quarter for figure in known):
                known.append(Figure(quarter, not_rated=NotRated.NO_RESULT, pattern=each.pattern))
    stored = stored_escalations(histories)
    rules_of = rules_by_indicator(histories)
    measured = Indicator.objects.select_related("accountable_manager").in_bulk(list(histories))
    found = []
    for pk, history in histories.items():
        indicator = measured[pk]
        history.sort(key=lambda figure: figure.quarter)
        whole = with_end(history, indicator.last_quarter, last)
        fresh = [each for each in whole if each.quarter >= quarters[0]]
        if not fresh:
            continue
        found += [
            (indicator, episode)
            for episode in replay(
                whole,
                rules_of(pk),
                Tier(indicator.tier),
                [as_episode(row) for row in stored.get(pk, [])],
                from_quarter=fresh[0].quarter,
                last_measured=indicator.last_quarter,
            )
        ]
    return sorted(found, key=lambda each: (each[0].reference, each[1].opened_in))


@dataclass(frozen=True, slots=True)
class ClosedHistory:
    """A quarter of history that was closed, and what its close did, in a sentence."""

    row: ReportingQuarter
    summary: str


def closed_history() -> list[ClosedHistory]:
    """The quarters that were closed as history, latest first."""
    events = AuditEvent.objects.filter(
        act=CLOSED_AS_HISTORY, subject_kind=ReportingQuarter._meta.label
    )
    said = {event.subject_key: str(event.detail["summary"]) for event in events}
    rows = ReportingQuarter.objects.filter(pk__in=said).select_related("closed_by")
    return [ClosedHistory(row, said[str(row.pk)]) for row in rows.order_by("-quarter")]


def standing_by_manager(rows: Iterable[Escalation]) -> dict[User, list[Escalation]]:
    """What stands referred up, by whoever answers for it."""
    found: dict[User, list[Escalation]] = defaultdict(list)
    for row in rows:
        found[row.indicator.accountable_manager].append(row)
    return found


def history_sentence(*, since: Quarter, until: Quarter) -> str:
    """What closing the history from one quarter to another did, in a sentence."""
    opened = Escalation.objects.filter(recorded_in__gte=since, recorded_in__lte=until)
    over = opened.exclude(recovered_in__isnull=True, ended_in__isnull=True).count()
    stand = Escalation.objects.open_ones().count()
    which = f"{since} is" if since == until else f"The quarters from {since} to {until} are"
    return (
        f"{which} closed: {opened.count()} referred up, {over} of them again. {stand} "
        f"{'is' if stand == 1 else 'are'} referred up after {until}."
    )
