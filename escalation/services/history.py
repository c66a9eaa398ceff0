"""Closing the quarters that came with a council's own figures, all of them in one act.

Each quarter is one transaction: whoever takes the work up after it was stopped goes on with the first
that is open. Nobody is written to about a quarter long past. What stands at the end is what people are
told, once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.db import transaction
from django.urls import reverse

from core import audit, jobs
from core.models.jobs import Job
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.queries import last_closed
from core.refusals import Refused
from core.services.notices import owe_notice
from escalation.models.escalations import Escalation
from escalation.models.exceptions import UnitEscalation
from escalation.queries.exceptions import directors_of
from escalation.queries.history import (
    CLOSED_AS_HISTORY,
    history_quarters,
    preview_history,
    standing_by_manager,
)
from escalation.services.closing import Closing, close_quarter
from escalation.services.early_warning import store_early_warnings
from organisation.models.people import User
from sorp.lexicon import Level

CLOSE_HISTORY = "close_history"
TOLD = "told what stands after history"  # as the record has it
Progress = Callable[[int, int, str], None]


def request_history(*, until: Quarter, today: date, by: User) -> Job:
    """Every quarter of history up to one is to be closed, in order; a job is owed that does it.

    Raises Refused where there is none, or no SORP rules one of them; AlreadyAsked while it is done.
    """
    quarters = history_quarters(today)
    if not quarters:
        raise Refused("No quarter of history is open: there is nothing to close")
    if until not in quarters:
        raise Refused(f"Choose a quarter from {quarters[0]} to {quarters[-1]}", field="until")
    found = preview_history(until=until, today=today)
    if found.refusal:
        raise Refused(found.refusal, field="until")
    return jobs.request(
        kind=CLOSE_HISTORY,
        key=CLOSE_HISTORY,
        arguments={"since": quarters[0].key, "until": until.key, "by": by.pk},
        by=by,
    )


def close_history(
    *,
    until: Quarter,
    today: date,
    by: User,
    progress: Progress = lambda done, total, doing: None,
) -> list[Closing]:
    """Every quarter of history up to one is closed, in order. Returns what each close did.

    Once none is left, those who answer for what stands referred up are owed one notice, and what is
    likely next is foreseen. Run again it goes on where it stopped. Raises what close_quarter raises;
    what was closed by then stays closed.
    """
    quarters = [each for each in history_quarters(today) if each <= until]
    closings = []
    for at, quarter in enumerate(quarters):
        progress(at, len(quarters), f"Closing {quarter}")
        closings.append(close_of_history(quarter=quarter, today=today, by=by))
    closed = last_closed()
    if closed is not None and not history_quarters(today):
        tell_what_stands(closed=closed, by=by)
    return closings


@transaction.atomic
def close_of_history(*, quarter: Quarter, today: date, by: User) -> Closing:
    """One quarter of history is closed, and nobody is told. The record says what its close did."""
    closing = close_quarter(quarter=quarter, today=today, by=by, tells=False)
    if closing.newly_closed:
        row = ReportingQuarter.objects.get(quarter=quarter)
        audit.record(CLOSED_AS_HISTORY, row, by=by, summary=closing.sentence)
    return closing


@transaction.atomic
def tell_what_stands(*, closed: Quarter, by: User) -> list[User]:
    """Whoever answers for what stands referred up after the history is owed a notice. Returns them.

    A manager of their indicators, a director of a unit. What may follow next is foreseen from the last
    quarter closed. Once: and nobody is told where that quarter was closed in the ordinary way.
    """
    row = ReportingQuarter.objects.select_for_update().get(quarter=closed)
    acts = set(audit.history_of(row).values_list("act", flat=True))
    if CLOSED_AS_HISTORY not in acts or TOLD in acts:
        return []
    store_early_warnings(closed=closed, by=by)
    rows = Escalation.objects.open_ones().select_related("indicator__accountable_manager")
    told = []
    for person, standing in standing_by_manager(
        rows.order_by("indicator__reference", "opened_in", "pk")
    ).items():
        lines = [
            f"{each.indicator.title}: to the {Level(each.level).label}. {each.reason}"
            for each in standing
        ]
        many = len({each.indicator_id for each in standing})
        owe_notice(
            key=f"history-{closed.key}-{person.pk}",
            recipient=person,
            subject=f"{'One' if many == 1 else many} of your indicators "
            f"{'is' if many == 1 else 'are'} referred up after {closed}",
            body="The council’s earlier quarters were closed together. As of {closed} these are "
            "referred up:\n\n" + "\n".join(lines),
            address=reverse("escalations"),
        )
        told.append(person)
    units = list(UnitEscalation.objects.filter(recovered_in__isnull=True).select_related("unit"))
    directors = directors_of([each.unit for each in units])
    for referral in units:
        for person in directors[referral.unit_id]:
            owe_notice(
                key=f"unit-referred-{referral.pk}-{person.pk}",
                recipient=person,
                subject=f"{referral.unit.name} is referred to the {Level(referral.level).label}",
                body=f"{referral.reason} You are its director. Be ready to say what these have "
                f"in common, and what will be done about it.",
                address=reverse("units_referred"),
            )
            told.append(person)
    audit.record(TOLD, row, by=by, people=sorted({each.name for each in told}))
    return list(dict.fromkeys(told))
