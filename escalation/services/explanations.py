"""Explanations: told at the close, kept as they were told, and told anew where it was restated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Max

from core import audit
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from escalation.models.escalations import Escalation, Explanation
from escalation.queries.evaluation import RulesByIndicator
from escalation.queries.restatement_preview import as_episode
from escalation.rules.explanations import (
    Explained,
    ExplanationSubject,
    Inputs,
    dump_shown,
    explain,
    inputs_at,
    wants_explaining,
)
from escalation.rules.ladder import Episode
from indicators.models.definitions import Indicator
from indicators.models.ratings import Rating
from indicators.models.variations import Variation
from organisation.models.people import User
from sorp.lexicon import Tier
from sorp.rules.figures import Figure

Place = tuple[int, Quarter]  # an indicator, in a quarter
AT_A_TIME = 200


@dataclass(frozen=True, slots=True)
class ClosesToExplain:
    """Which closes are to be explained, of which indicators, and all that is known of them."""

    quarters: Mapping[int, Sequence[Quarter]]
    histories: Mapping[int, Sequence[Figure]]
    recorded: Mapping[int, Sequence[Escalation]]
    indicators: Mapping[int, Indicator]
    rules_of: RulesByIndicator

    def episodes(self, indicator: int, quarter: Quarter) -> list[Episode]:
        """What is recorded of an indicator, but for what a person referred up after this close."""
        return [
            as_episode(row)
            for row in self.recorded.get(indicator, ())
            if row.referred_by_id is None or row.opened_in < quarter
        ]


def explain_closes(*, closes: ClosesToExplain, by: User | None) -> list[Explanation]:
    """Each close that leaves something to explain is explained: a sentence and its whole document.

    What was told before is kept; where it is told otherwise now, it is told anew with the next
    number. Telling again what stands writes nothing. Returns what is new.
    """
    before = _told_before(closes)
    fresh: list[Explanation] = []
    for place, given in _inputs(closes, before):
        told = explain(given, _subject(place, given, closes))
        row = _row(place, told, before.get(place))
        if row is not None:
            fresh.append(row)
    _store(fresh, before)
    if fresh:
        _record(fresh, by)
    return fresh


def not_yet_told(revised: Mapping[int, Quarter]) -> set[int]:
    """Of the indicators revised, those judged anew since anything was last told of them."""
    told = dict(
        Explanation.objects.filter(indicator__in=revised)
        .values_list("indicator")
        .annotate(last=Max("told_at"))
    )
    rated = (
        Rating.objects.latest_ones()
        .filter(indicator__in=revised)
        .values_list("indicator")
        .annotate(last=Max("rated_at"))
    )
    return {pk for pk, last in rated if pk not in told or last > told[pk]}


def _told_before(closes: ClosesToExplain) -> dict[Place, Explanation]:
    quarters = {each for wanted in closes.quarters.values() for each in wanted}
    rows = Explanation.objects.filter(
        is_latest=True, indicator__in=closes.quarters, quarter__in=quarters
    )
    return {(row.indicator_id, row.quarter): row for row in rows}


def _inputs(
    closes: ClosesToExplain, before: Mapping[Place, object]
) -> Iterator[tuple[Place, Inputs]]:
    """The inputs of each close that leaves something to explain, or of which something was told."""
    for pk, quarters in sorted(closes.quarters.items()):
        history = closes.histories.get(pk, ())
        wanted = set(quarters)
        for end, closing in enumerate(history, start=1):
            if closing.quarter not in wanted:
                continue
            place = (pk, closing.quarter)
            recorded = closes.episodes(pk, closing.quarter)
            if wants_explaining(closing, recorded) or place in before:
                rules = closes.rules_of(pk)(closing.quarter)
                indicator = closes.indicators[pk]
                tier, last = Tier(indicator.tier), indicator.last_quarter
                yield place, inputs_at(history[:end], recorded, rules, tier, last)


def _subject(place: Place, given: Inputs, closes: ClosesToExplain) -> ExplanationSubject:
    pk, _ = place
    indicator = closes.indicators[pk]
    variation = closes.rules_of.variation_in(pk, given.quarter)
    return ExplanationSubject(
        reference=indicator.reference,
        title=indicator.title,
        version=closes.rules_of.version_in(given.quarter).number,
        variation=_variation(variation) if variation else None,
        figures=[dump_shown(each) for each in given.history],
        successor=str(indicator.successor or "") if given.last_measured else "",
    )


def _variation(variation: Variation) -> dict[str, Any]:
    assert variation.decided_on is not None
    return {
        "what": variation.what,
        "reason": variation.reason,
        "clause": variation.clause,
        "from": variation.from_quarter.key,
        "until": variation.until_quarter.key,
        "agreed_by": str(variation.decided_by),
        "agreed_on": variation.decided_on.isoformat(),
        "differences": list(variation.differences),
    }


def _row(place: Place, told: Explained, before: Explanation | None) -> Explanation | None:
    """What is to be kept, or None where the same stands already."""
    if before is not None and (before.sentence, before.document) == (told.sentence, told.document):
        return None
    return Explanation(
        indicator_id=place[0],
        quarter=place[1],
        number=before.number + 1 if before else 1,
        outcome=told.outcome,
        sentence=told.sentence,
        document=told.document,
    )


def _store(fresh: Sequence[Explanation], before: Mapping[Place, Explanation]) -> None:
    places = [(row.indicator_id, row.quarter) for row in fresh]
    superseded = [before[place].pk for place in places if place in before]
    if superseded:
        Explanation.objects.filter(pk__in=superseded).update(is_latest=False)
    Explanation.objects.bulk_create(fresh, batch_size=AT_A_TIME)


def _record(fresh: Sequence[Explanation], by: User | None) -> None:
    """One event for each quarter in which something was told."""
    for quarter in sorted({row.quarter for row in fresh}):
        closed = ReportingQuarter.objects.get(quarter=quarter)
        of_it = [row for row in fresh if row.quarter == quarter]
        anew = sum(row.number > 1 for row in of_it)
        audit.record("told why", closed, by=by, explanations=len(of_it), told_anew=anew)
