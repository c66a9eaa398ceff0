"""One row for one indicator, everywhere: its status, result, target and last twelve quarters.

Every list of indicators is made of these and drawn by `{% indicator_rows %}`, on a page as in a PDF.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol

from django.urls import reverse

from core.charts.small import MOST, Bullet, Sparkline
from core.charts.trend import QuarterPoint
from core.figures import DECIMALS, as_number, decimals_of
from core.quarters import Quarter
from indicators.models.definitions import Indicator
from indicators.queries.sight import Seen
from indicators.queries.standings import Standing, standings
from sorp.lexicon import Confidence, NotRated, Polarity, Rag, RatingMethod
from sorp.rules.thresholds import amber_limit, bounds_of


class UnstoredVerdict(Protocol):
    """How an indicator is rated where that is not stored as its rating: the preview of a close, say."""

    @property
    def rag(self) -> str: ...
    @property
    def not_rated(self) -> str: ...
    @property
    def travel(self) -> str: ...


@dataclass(frozen=True, slots=True)
class IndicatorLine:
    """One indicator as every list shows it. All of it can be printed as it stands."""

    key: int  # of the indicator
    reference: str
    title: str
    address: str
    unit: str
    quarter: Quarter
    rag: str
    not_rated: str
    was: str  # the status of the last rated quarter before, where it was another
    value: str  # as printed; empty where there is none
    last: str  # where there is none: the latest there was, "82.1% in Q4 2022/23"
    target: str  # "target 90%", "range 3 to 5"; empty where none is set
    bullet: Bullet | None  # None where there is nothing to compare
    spark: Sparkline
    travel: str
    marks: tuple[str, ...] = ()
    follows: str = ""  # what would follow from it, in a sentence

    @property
    def moved(self) -> int:
        """How many steps of RAG better (or, below nought, worse) than when it was last rated."""
        if not self.rag or not self.was:
            return 0
        return Rag(self.was).severity - Rag(self.rag).severity


Marks = Mapping[int, Sequence[str]]


def indicator_rows(
    indicators: Iterable[Indicator],
    *,
    quarter: Quarter,
    seen: Seen,
    marks: Marks | None = None,
    follows: Mapping[int, str] | None = None,
    verdicts: Mapping[int, UnstoredVerdict] | None = None,
) -> tuple[IndicatorLine, ...]:
    """A row for each of these indicators at a quarter, in their order, its last twelve quarters with it.

    Whoever calls hands in indicators that the reader may see, each with its unit fetched, and what apps
    above know of them by key: more `marks` in plain words, and what `follows`. Where a `verdict` is
    given it is shown for the quarter instead of the rating that is stored. Of quarters that the reader
    does not see, nothing is shown. Ratings are one query for any number of rows.
    """
    wanted = list(indicators)
    quarters = list(quarter.back(MOST - 1).until(quarter))
    stood = standings([each.pk for each in wanted], first=quarters[0], last=quarter)
    return tuple(
        _row(
            each,
            [
                (when, stood.get((each.pk, when)) if seen.shows(each.pk, when) else None)
                for when in quarters
            ],
            (verdicts or {}).get(each.pk) if seen.shows(each.pk, quarter) else None,
            tuple((marks or {}).get(each.pk, ())),
            (follows or {}).get(each.pk, ""),
        )
        for each in wanted
    )


def _row(
    indicator: Indicator,
    history: Sequence[tuple[Quarter, Standing | None]],
    verdict: UnstoredVerdict | None,
    marks: tuple[str, ...],
    follows: str,
) -> IndicatorLine:
    quarter, now = history[-1]
    said = verdict or now
    rag = said.rag if said else ""
    points = [_point(when, standing) for when, standing in _since_first(history)]
    if verdict is not None:
        points[-1] = replace(points[-1], rag=Rag(rag) if rag else None)
    spark = Sparkline(
        points=tuple(points),
        measure_unit=indicator.measure_unit,
        decimals=indicator.decimals,
        restarts_in_april=indicator.pattern.restarts_in_april,
    )
    before = next((each.rag for _, each in reversed(history[:-1]) if each and each.rag), "")
    return IndicatorLine(
        key=indicator.pk,
        reference=indicator.reference,
        title=indicator.title,
        address=reverse("indicator", args=[indicator.reference]),
        unit=indicator.unit.name,
        quarter=quarter,
        rag=rag,
        not_rated=said.not_rated if said else "",
        was=before if rag and before != rag else "",
        value=_value(indicator, now),
        last=_last(spark, now),
        target=target_words(indicator, now),
        bullet=_bullet(indicator, now),
        spark=spark,
        travel=_travel(said, history),
        marks=(*_own_marks(now, spark), *marks),
        follows=follows,
    )


FEWEST = 4  # quarters that a line is drawn over, however lately the indicator began


def _since_first(
    history: Sequence[tuple[Quarter, Standing | None]],
) -> Sequence[tuple[Quarter, Standing | None]]:
    """Without the quarters before the first that has a rating: it was not measured yet."""
    first = next((place for place, (_, each) in enumerate(history) if each), len(history))
    return history[min(first, len(history) - FEWEST) :]


def _point(quarter: Quarter, standing: Standing | None) -> QuarterPoint:
    if standing is None:
        return QuarterPoint(quarter)
    return QuarterPoint(
        quarter=quarter,
        value=standing.value,
        rag=Rag(standing.rag) if standing.rag else None,
        not_rated=NotRated(standing.not_rated) if standing.not_rated else None,
        target=standing.target,
        floor=amber_limit(standing),
        lower=standing.lower,
        upper=standing.upper,
        confidence=Confidence(standing.confidence) if standing.confidence else None,
        definition_break=standing.definition_break,
    )


def _last(spark: Sparkline, now: Standing | None) -> str:
    if (now is not None and now.value is not None) or not spark.known:
        return ""
    point = spark.known[-1]
    return f"{spark.written(point)} in {point.quarter}"


def _travel(
    said: UnstoredVerdict | None, history: Sequence[tuple[Quarter, Standing | None]]
) -> str:
    """Its direction of travel; where there is no result, that of the latest there was."""
    known = [each for _, each in history if each is not None and each.value is not None]
    if said is not None and (said.rag or not known):
        return said.travel
    return known[-1].travel if known else ""


def _value(indicator: Indicator, now: Standing | None) -> str:
    if now is None or now.value is None:
        return ""
    unit = indicator.measure_unit
    return as_number(now.value, indicator.decimals, unit, bounds=bounds_of(now))


def target_words(indicator: Indicator, now: Standing | None) -> str:
    """What was expected, as printed: "target 90%", "range 3 to 5 days"; empty where nothing was."""
    if now is None:
        return ""
    if now.lower is not None and now.upper is not None:
        lowest = as_number(now.lower, decimals_of(now.lower, DECIMALS))
        return f"range {lowest} to {_limit(indicator, now.upper)}"
    return "" if now.target is None else f"target {_limit(indicator, now.target)}"


def _limit(indicator: Indicator, limit: Decimal) -> str:
    return as_number(limit, decimals_of(limit, DECIMALS), indicator.measure_unit)


def _bullet(indicator: Indicator, now: Standing | None) -> Bullet | None:
    if now is None or now.value is None:
        return None
    bullet = Bullet(
        value=now.value,
        polarity=now.polarity,
        target=now.target if now.polarity in (Polarity.HIGHER, Polarity.LOWER) else None,
        floor=amber_limit(now),
        floor_label="limit" if now.method == RatingMethod.TOLERANCE else "",
        lower=now.lower,
        upper=now.upper,
        measure_unit=indicator.measure_unit,
        decimals=indicator.decimals,
    )
    return bullet if bullet.limits else None


def _own_marks(now: Standing | None, spark: Sparkline) -> Iterator[str]:
    """What is to be known of the figure before it is relied on, in plain words."""
    if now is None:
        return
    if now.confidence in (Confidence.PROVISIONAL, Confidence.ESTIMATED):
        yield Confidence(now.confidence).label.lower()
    if now.late:
        yield "late"
    if now.revised:
        yield "revised"
    if now.stale:
        yield "old figures"
    if now.definition_break:
        yield "new definition"
    if now.data_confidence and now.data_confidence.unanswered:
        yield (
            f"data confidence {now.data_confidence.level.label.lower()}: "
            f"{now.data_confidence.words}"
        )
    worst = {Polarity.HIGHER: "lowest", Polarity.LOWER: "highest"}.get(Polarity(now.polarity))
    if now.value is not None and worst and spark.extreme == worst:
        yield f"{worst} of {len(spark.known)} results"
