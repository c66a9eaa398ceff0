"""The results of quarters that are made of months."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from core.quarters import Quarter
from core.services.quarters import held_quarter
from indicators.models.definitions import Indicator
from indicators.models.months import MonthlyFigure
from indicators.models.results import Revision
from indicators.queries.months import made_quarter, months_given
from indicators.rules.entry import ResultGiven
from indicators.rules.months import MonthFigure, QuarterOfMonths
from indicators.services.months import CannotGiveMonths, store_months
from indicators.services.questions import Answers
from indicators.services.results import (
    NO_ANSWERS,
    refuse_locked,
    revise_result,
    submit_result,
)
from organisation.models.people import User


def result_of_months(made: QuarterOfMonths, before: Revision | None) -> ResultGiven:
    """What months make of a quarter, with the words that were said of it before."""
    return ResultGiven(
        value=made.value,
        numerator=made.numerator,
        denominator=made.denominator,
        confidence=made.confidence,
        not_available=made.not_available,
        withheld=made.withheld,
        definition_break=before.definition_break if before else False,
        data_quarter=before.data_quarter if before else None,
        commentary=before.commentary if before else "",
        management_action=before.management_action if before else "",
    )


@transaction.atomic
def give_months(
    *,
    indicator: Indicator,
    quarter: Quarter,
    figures: Iterable[MonthFigure],
    today: date,
    by: User | None,
    reason: str = "",
    seen: str | None = None,
    said: ResultGiven | None = None,
    answers: Answers = NO_ANSWERS,
) -> tuple[list[MonthlyFigure], Revision | None]:
    """These months of a quarter are as given, and its result, where there is one, follows.

    Returns the months that are new, and the revision of the result, if there is a new one. Before
    a result is submitted the months stand alone. In a closed quarter they are a revision, with the
    reason, and the result is judged anew; `said` is then the whole result, where more than its
    months is revised. Raises as store_months, submit_result and revise_result do.
    """
    given = list(figures)
    if any(each.month.quarter != quarter for each in given):
        raise CannotGiveMonths(f"Give months of {quarter} only")
    state = held_quarter(quarter)
    is_closed = bool(state and state.is_closed)
    before = (
        Revision.objects.latest_ones()
        .filter(result__indicator=indicator, result__quarter=quarter)
        .select_related("result__indicator")
        .first()
    )
    if is_closed and not reason.strip():
        raise CannotGiveMonths("Say why the months are revised: the quarter is closed")
    if before is not None and not is_closed:
        refuse_locked([before.result], by=by)
    fresh = store_months(
        indicator=indicator,
        figures=given,
        today=today,
        by=by,
        reason=reason,
        after_close=is_closed,
        seen=seen,
    )
    if not (fresh or said) or (before is None and not is_closed):
        return fresh, None
    made = made_quarter(indicator, quarter, months_given([indicator], quarter)[indicator.pk])
    result = said or (result_of_months(made, before) if made else None)
    if result is None:
        return fresh, None
    if is_closed:
        revision, is_new = revise_result(
            indicator=indicator,
            quarter=quarter,
            given=result,
            reason=reason,
            by=by,
            answers=answers,
        )
    else:
        revision, is_new = submit_result(
            indicator=indicator,
            quarter=quarter,
            given=result,
            today=today,
            by=by,
            answers=answers,
        )
    return fresh, revision if is_new else None
