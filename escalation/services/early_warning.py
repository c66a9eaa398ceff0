"""Keeping what early warning tells: worked out at the close, and again as results arrive."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db import transaction

from core import audit
from core.clock import now
from core.quarters import Quarter
from core.queries import last_closed, quarter_state
from escalation.models.early_warning import EarlyWarning
from escalation.queries.early_warning import known_until, work_out_early_warnings
from escalation.queries.evaluation import RulesByIndicator
from indicators.models.definitions import Indicator
from indicators.services.forecasts import forecast_after
from organisation.models.people import User

# What makes one warning differ from another.
COMPARED_FIELDS = (
    *("known_until", "rating_id", "forecast_id", "silence", "gap", "leads"),
    *("chance_red", "soonest", "follows", "inputs"),
)


@transaction.atomic
def store_early_warnings(
    *,
    closed: Quarter,
    by: User | None,
    indicators: Iterable[int] | None = None,
    rules_of: RulesByIndicator | None = None,
) -> list[EarlyWarning]:
    """What early warning tells of each indicator in use, as of a closed quarter, is on record.

    Returns what is new. One that says the same as before is not kept again. A close hands in the rules
    that it has read. Raises ValueError for a quarter that is not closed.
    """
    row = quarter_state(closed)
    if row is None or not row.is_closed:
        raise ValueError(f"{closed} is not closed: look ahead from a closed quarter")
    in_use = Indicator.objects.in_use(closed).in_use(closed.next())  # what ends is foreseen no more
    measured = list(in_use if indicators is None else in_use.filter(pk__in=list(indicators)))
    before = {
        each.indicator_id: each
        for each in EarlyWarning.objects.filter(
            closed=closed, is_latest=True, indicator__in=[each.pk for each in measured]
        )
    }
    new = []
    for each in work_out_early_warnings(closed, measured, rules_of):
        earlier = before.get(each.indicator_id)
        if earlier is not None:
            if all(getattr(earlier, name) == getattr(each, name) for name in COMPARED_FIELDS):
                continue
            each.number = earlier.number + 1
        each.made_at = now()
        new.append(each)
    overtaken = [before[each.indicator_id].pk for each in new if each.number > 1]
    EarlyWarning.objects.filter(pk__in=overtaken).update(is_latest=False)
    made = EarlyWarning.objects.bulk_create(new, batch_size=500)
    if made:
        anew = sorted(each.indicator.reference for each in made if each.number > 1)
        audit.record("looked ahead", row, by=by, warnings=len(made), anew=anew)
    return made


def look_again(*, indicators: Iterable[int]) -> None:
    """A result has arrived of a quarter that is not closed, or another target: look ahead anew.

    A result takes the place of its forecast, and the quarter after it is forecast. Nothing is done
    while no quarter is closed. What is revised of a closed quarter is followed up by the next close.
    """
    closed, wanted = last_closed(), list(indicators)
    if closed is None or not wanted:
        return
    after: dict[Quarter, list[int]] = defaultdict(list)
    for pk, quarter in known_until(closed, wanted).items():
        after[quarter].append(pk)
    for quarter, of_quarter in sorted(after.items()):
        forecast_after(quarter=quarter, by=None, indicators=of_quarter)
    store_early_warnings(closed=closed, by=None, indicators=wanted)
