"""What follows where an indicator is measured no longer than a quarter, or goes on after all: in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from core.clock import localdate
from core.dates import as_date
from core.quarters import Quarter
from core.queries import last_closed
from escalation.models.escalations import Escalation
from escalation.models.plans import Action
from indicators.models.definitions import Indicator
from strategy.models.plan import Measure


def consequences(indicator: Indicator, *, last_quarter: Quarter | None) -> Iterator[str]:
    if last_quarter is None:
        yield "Results are asked for again, as if it had no last quarter."
        return
    after = last_quarter.next()
    yield f"Results are asked for until {last_quarter}, and not from {after} on."
    drafts = indicator.drafts.filter(quarter__gt=last_quarter).order_by("quarter")
    for draft in drafts:
        yield f"What was typed for {draft.quarter} and not submitted stays a draft."
    closed = last_closed()
    ends_in = after if closed is None or after > closed else closed.next()
    levels = [
        each.get_level_display()
        for each in Escalation.objects.open_ones().filter(indicator=indicator).order_by("id")
    ]
    if levels:
        yield (
            f"Referred up to {', '.join(levels)}: that ends at the close of {ends_in}, without "
            f"recovering."
        )
    undone = Action.objects.filter(
        plan__indicator=indicator, plan__is_latest=True, done_on__isnull=True
    ).count()
    if undone:
        yield f"{undone} action{'' if undone == 1 else 's'} of its plan stay on record as not done."
    measures = Measure.objects.filter(indicator=indicator).standing_on(localdate())
    for measure in measures.select_related("priority"):
        yield f"“{measure.priority}” is judged by it: add another measure there, or end that one."
    for move in indicator.moves.to_come().select_related("unit", "manager"):
        yield f"It was to move {move.in_words} on {as_date(move.from_day)}: that move is cancelled."
    yield "What is published stays as it is."
