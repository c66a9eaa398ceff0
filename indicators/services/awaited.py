"""Figures that their publisher has not issued: who says so, until which day, and what follows after it."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from core import audit
from core.dates import as_date
from core.quarters import Quarter
from core.queries import last_closed, quarter_state
from indicators.models.definitions import Awaited, Indicator
from indicators.models.ratings import Rating
from indicators.models.results import Revision
from indicators.queries.due import due_in
from indicators.services.rating import expectations_changed, rate_quarter
from organisation.models.people import User
from sorp.lexicon import NotRated
from sorp.rules.patterns import YEAR

LONGEST_AWAITED = 5 * YEAR  # quarters after its own: a later day is a slip of the pen


@transaction.atomic
def say_awaited(
    *,
    indicator: Indicator,
    quarter: Quarter,
    publisher: str,
    until: date,
    today: date,
    by: User | None,
    is_of_the_past: bool = False,
) -> tuple[Awaited, bool]:
    """A figure is awaited from its publisher: until the end of a day it is neither late nor silent.

    Said again, it names another publisher or day: what was said before is on the record. Returns it,
    and whether anything changed. Raises ValueError, saying what to do, where none is owed, one
    was given, the day is over, or the quarter was closed without it being awaited. With
    `is_of_the_past` its day may be over: it counts where the quarter is closed as of an earlier day.
    """
    if not publisher.strip():
        raise ValueError("Say who publishes the figure")
    before = Awaited.objects.filter(indicator=indicator, quarter=quarter).first()
    if before is not None and (before.publisher, before.until) == (publisher.strip(), until):
        return before, False
    if until < today and not is_of_the_past:
        raise ValueError(f"Enter {as_date(today)} or a later day: {as_date(until)} has passed")
    latest = quarter.back(-LONGEST_AWAITED).last_day
    if until > latest:
        raise ValueError(
            f"Enter {as_date(latest)} or an earlier day: {as_date(until)} is too late for the "
            f"figure of {quarter}"
        )
    if refusal := refusal_to_wait(indicator, quarter, before, today):
        raise ValueError(refusal)
    was = {"publisher": before.publisher, "until": str(before.until)} if before else None
    row = before or Awaited(indicator=indicator, quarter=quarter)
    row.publisher, row.until, row.said_by = publisher.strip(), until, by
    row.save()
    audit.record(
        "awaited from its publisher", row, by=by, publisher=row.publisher, until=str(until), was=was
    )
    _rate_again(row)
    expectations_changed.send(sender=Awaited, indicators=[row.indicator_id])
    return row, True


def refusal_to_wait(
    indicator: Indicator, quarter: Quarter, before: Awaited | None, today: date
) -> str:
    """Why it cannot be said of an indicator's quarter that its figure is awaited; empty where it can."""
    last = indicator.last_quarter
    if quarter < indicator.first_quarter or (last is not None and quarter > last):
        return f"{indicator.reference} is not measured in {quarter}"
    if before is None and not due_in(quarter, [indicator]):
        return f"No result of {indicator.reference} is due for {quarter}"
    if quarter.last_day >= today:
        return f"{quarter} has not ended: its figures are not due yet"
    if figure_given(indicator, quarter):
        return f"{indicator.reference} has a figure for {quarter}: it is not awaited"
    state = quarter_state(quarter)
    closed = last_closed()
    is_closed = bool(state and state.is_closed) or (closed is not None and quarter < closed)
    if is_closed and before is None:
        return (
            f"{quarter} is closed, and its figure was not marked as awaited: when it comes, the "
            f"performance team revises the result"
        )
    return ""


def figure_given(indicator: Indicator, quarter: Quarter) -> bool:
    """Whether what now stands of a quarter has a value."""
    return (
        Revision.objects.latest_ones()
        .filter(result__indicator=indicator, result__quarter=quarter, value__isnull=False)
        .exists()
    )


@transaction.atomic
def take_back_awaited(*, awaited: Awaited, by: User | None) -> None:
    """It was said in error: the figure is owed as any other. Raises ValueError once its quarter is closed."""
    state = quarter_state(awaited.quarter)
    if state is not None and state.is_closed:
        raise ValueError(
            f"{awaited.quarter} was closed with it awaited: name an earlier day instead, after"
            " which it is missing"
        )
    audit.record("no longer awaited", awaited, by=by, publisher=awaited.publisher)
    indicator, quarter = awaited.indicator_id, awaited.quarter
    awaited.delete()
    if Rating.objects.filter(indicator=indicator, quarter=quarter).exists():
        rate_quarter(quarter=quarter, by=by, indicators=[indicator])
    expectations_changed.send(sender=Awaited, indicators=[indicator])


def _rate_again(row: Awaited) -> None:
    """A rating that stands says from now on that the figure is awaited."""
    if Rating.objects.filter(indicator=row.indicator_id, quarter=row.quarter).exists():
        rate_quarter(quarter=row.quarter, by=None, indicators=[row.indicator_id])


@transaction.atomic
def judge_overdue_from_publishers(*, today: date) -> int:
    """What is still awaited after its day is *no result* from now on. Returns how many are.

    Of a closed quarter, escalations follow at the next close, marked restated. Run again it changes
    nothing.
    """
    over = Awaited.objects.filter(until__lt=today)
    still = {
        (each.quarter, each.indicator_id)
        for each in Rating.objects.latest_ones().filter(
            not_rated=NotRated.AWAITED, indicator__in=over.values("indicator")
        )
    }
    to_judge = sorted(set(over.values_list("quarter", "indicator_id")) & still)
    for quarter, indicator in to_judge:
        rate_quarter(quarter=quarter, by=None, indicators=[indicator])
        waited_for = over.get(quarter=quarter, indicator=indicator)
        audit.record("judged what its publisher did not issue", waited_for, by=None)
    if to_judge:
        judged = sorted({indicator for _, indicator in to_judge})
        expectations_changed.send(sender=Awaited, indicators=judged)
    return len(to_judge)
