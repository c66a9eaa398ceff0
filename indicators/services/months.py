"""Giving the figures of months, which are kept as they were given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import date

from django.db import transaction

from core import audit
from core.clock import now
from core.dates import as_date
from core.months import months_of
from core.refusals import Refused
from core.services.quarters import NotOpen
from indicators.models.definitions import Indicator
from indicators.models.months import MonthlyFigure
from indicators.queries.months import months_seen
from indicators.rules.entry import FIGURES, storage_refusal, what_changed
from indicators.rules.months import MonthFigure
from organisation.models.people import User

SAID = tuple(each.name for each in fields(MonthFigure) if each.name != "month")


class CannotGiveMonths(Refused):
    """A month cannot be kept as it was given. The message says what to do."""


class MonthsChanged(CannotGiveMonths):
    """Somebody else gave a month of the quarter since it was looked at."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody else entered a month of this quarter while you were writing. Check what "
            "is saved now, then enter yours again"
        )


@transaction.atomic
def store_months(
    *,
    indicator: Indicator,
    figures: Iterable[MonthFigure],
    today: date,
    by: User | None,
    reason: str = "",
    after_close: bool = False,
    seen: str | None = None,
) -> list[MonthlyFigure]:
    """Each of these months is as given; what was said of it before is kept. Returns what is new.

    The quarter's result is left as it is: `give_months` makes it follow. The same again changes
    nothing. `seen` says what stood when they were typed (`months_seen`). Raises NotOpen for a month
    that has not ended or in which the indicator is not measured, and CannotGiveMonths in words.
    """
    given = sorted(figures, key=lambda each: each.month)
    for each in given:
        _refuse(indicator, each, today)
    # Held until the end, so that two who give months of one indicator do so one after the other.
    Indicator.objects.select_for_update().get(pk=indicator.pk)
    months = [each.month for each in given]
    standing = {
        row.month: row
        for row in MonthlyFigure.objects.latest_ones().filter(indicator=indicator, month__in=months)
    }
    fresh = [
        each for each in given if each.month not in standing or standing[each.month].figure != each
    ]
    if fresh and seen is not None:
        quarter = fresh[0].month.quarter
        of_quarter = MonthlyFigure.objects.latest_ones().filter(
            indicator=indicator, month__in=months_of(quarter)
        )
        if seen != months_seen(of_quarter, quarter):
            raise MonthsChanged
    return [
        _store(indicator, each, standing.get(each.month), by, reason, after_close) for each in fresh
    ]


def _store(
    indicator: Indicator,
    figure: MonthFigure,
    before: MonthlyFigure | None,
    by: User | None,
    reason: str,
    after_close: bool,
) -> MonthlyFigure:
    if before is not None:
        MonthlyFigure.objects.filter(pk=before.pk).update(is_latest=False)
    row = MonthlyFigure.objects.create(
        indicator=indicator,
        month=figure.month,
        number=before.number + 1 if before else 1,
        value=figure.value,
        numerator=figure.numerator,
        denominator=figure.denominator,
        confidence=figure.confidence,
        not_available=figure.not_available,
        withheld=figure.withheld,
        commentary=figure.commentary,
        after_close=after_close,
        reason=(reason.strip() or what_changed(before.figure, figure, SAID)) if before else "",
        given_by=by,
        given_at=now(),
    )
    audit.record(
        "revised month" if before else "gave month",
        row,
        by=by,
        reference=indicator.reference,
        month=figure.month.key,
        revision=row.number,
        value=str(row.value),
        was=str(before.value) if before else None,
        reason=row.reason,
    )
    return row


def _refuse(indicator: Indicator, figure: MonthFigure, today: date) -> None:
    month = figure.month
    if not indicator.made_of_months:
        raise CannotGiveMonths(
            f"{indicator.reference} is not given by month: give its result for {month.quarter}"
        )
    if not month.has_ended(today):
        raise NotOpen(
            f"{month} has not ended: its figure can be given from {as_date(month.next().first_day)}"
        )
    first, last = indicator.first_quarter, indicator.last_quarter
    if month.quarter < first or (last is not None and month.quarter > last):
        raise NotOpen(f"{indicator.reference} is not measured in {month}")
    if not figure.is_figure and not figure.not_available:
        raise CannotGiveMonths(f"Give a figure for {month}, or say why there is none")
    if figure.is_figure and figure.not_available:
        raise CannotGiveMonths(
            f"Give either a figure for {month} or the reason why there is none, not both"
        )
    for name in FIGURES:
        if refusal := storage_refusal(name, getattr(figure, name)):
            raise CannotGiveMonths(f"{month}: {refusal}")
