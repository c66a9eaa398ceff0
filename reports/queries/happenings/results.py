"""What was reported of the indicator, and what colour it made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from django.urls import reverse

from escalation.models import Explanation
from indicators.models import Rating, ReportingQuarter
from organisation.clock import day_of
from reports.queries.happenings.happening import RESULT, Happening, Telling
from sorp.figures import as_number
from sorp.lexicon import Quarter


def told_of_results(telling: Telling) -> Iterator[Happening]:
    """Each quarter as it was rated when it closed, and each time it was rated anew since.

    Three queries. What was explained at the close stands with the rating; of the quarter in which
    the escalation opened it stands with the referral instead.
    """
    indicator = telling.escalation.indicator
    explained = {row.quarter: row.sentence for row in explanations_of(telling)}
    closed = dict(
        ReportingQuarter.objects.filter(closed_at__isnull=False).values_list(
            "quarter_start", "closed_at"
        )
    )
    rows: dict[date, list[Rating]] = defaultdict(list)
    for row in _ratings(telling):
        rows[row.quarter_start].append(row)
    for start, ratings in rows.items():
        at = closed.get(start)
        stood = [each for each in ratings if at is None or each.rated_at <= at][-1:]
        since = [each for each in ratings if at is not None and each.rated_at > at]
        for place, rating in enumerate([*stood, *since]):
            quarter = rating.quarter
            told = "" if quarter == telling.escalation.opened_in else explained.get(quarter, "")
            yield Happening(
                date=day_of(rating.rated_at),
                rank=RESULT,
                title=_title(rating, is_revised=bool(place)),
                text=" ".join(each for each in (_why(rating, place), told) if each),
                by=_by(rating),
                rag=rating.rag,
                href=explanation_address(indicator.reference, quarter)
                if quarter in explained
                else "",
            )


def explanations_of(telling: Telling) -> Iterator[Explanation]:
    rows = Explanation.objects.filter(
        indicator=telling.escalation.indicator,
        is_latest=True,
        quarter_start__gte=telling.begins.first_day,
    )
    if telling.ends is not None:
        rows = rows.filter(quarter_start__lte=telling.ends.first_day)
    yield from rows


def explanation_address(reference: str, quarter: Quarter) -> str:
    """The page of what was explained at a quarter's close."""
    return reverse("explanation", args=[reference, quarter.key])


def _ratings(telling: Telling) -> Iterator[Rating]:
    rows = Rating.objects.filter(
        indicator=telling.escalation.indicator, quarter_start__gte=telling.begins.first_day
    )
    if telling.ends is not None:
        rows = rows.filter(quarter_start__lte=telling.ends.first_day)
    yield from rows.select_related("indicator", "revision__submitted_by").order_by(
        "quarter_start", "number"
    )


def _title(rating: Rating, *, is_revised: bool) -> str:
    told = f"{rating.quarter}{', rated anew' if is_revised else ''}: "
    if rating.value is None:
        return told + rating.get_not_rated_display().lower()
    return told + _figure(rating, rating.value)


def _why(rating: Rating, place: int) -> str:
    told = []
    if rating.target is not None and rating.value is not None:
        told.append(f"The target was {_figure(rating, rating.target)}.")
    if place and rating.revision is not None and rating.revision.reason:
        told.append(f"Revised: {rating.revision.reason}")
    return " ".join(told)


def _by(rating: Rating) -> str:
    revision = rating.revision
    return f"Submitted by {revision.submitted_by}" if revision and revision.submitted_by else ""


def _figure(rating: Rating, value: Decimal) -> str:
    indicator = rating.indicator
    return as_number(value, indicator.decimals, indicator.measure_unit)
