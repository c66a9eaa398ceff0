"""How it was referred up, who was told, by which variation it was judged, and how it ended."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse

from escalation.models import Escalation
from escalation.rules.referrals import is_by_hand
from indicators.models import ReportingQuarter, Variation
from indicators.rules.calendar import in_full
from organisation.clock import day_of
from organisation.models import Notice
from reports.queries.happenings.happening import (
    NOTICE,
    RECOVERY,
    REFERRAL,
    VARIATION,
    Happening,
    Telling,
)
from reports.queries.happenings.results import explanation_address, explanations_of


def told_of_ladder(telling: Telling) -> Iterator[Happening]:
    """The referral with its trigger, those beside it, notices, variations and the recovery."""
    yield _opened(telling)
    yield from _beside(telling)
    yield from _notices(telling.escalation)
    yield from _variations(telling)
    yield from _recovered(telling)


def _opened(telling: Telling) -> Happening:
    row = telling.escalation
    explained = next(
        (each.sentence for each in explanations_of(telling) if each.quarter == row.opened_in), ""
    )
    told = [explained if explained and not is_by_hand(row.trigger) else row.reason]
    if not is_by_hand(row.trigger):
        told.append(f"The trigger is “{row.trigger}” of SORP version {row.sorp_version.number}.")
    if row.relapse:
        told.append(_relapse(telling))
    if row.restated:
        told.append("It was restated after a result was revised.")
    return Happening(
        date=day_of(row.recorded_at),
        rank=REFERRAL,
        title=f"Referred to the {row.get_level_display()} for {row.opened_in}",
        text=" ".join(told),
        by=f"Referred up by {row.referred_by}" if row.referred_by else "",
        href=explanation_address(row.indicator.reference, row.opened_in) if explained else "",
    )


def _relapse(telling: Telling) -> str:
    row = telling.escalation
    ended = [
        each.recovered_in
        for each in telling.others
        if each.level == row.level and each.recovered_in and each.recovered_in <= row.opened_in
    ]
    return f"It is a relapse: it had recovered in {max(ended)}." if ended else "It is a relapse."


def _beside(telling: Telling) -> Iterator[Happening]:
    """Where else the same indicator was referred while this stood."""
    for other in telling.others:
        day = day_of(other.recorded_at)
        if telling.reaches(day):
            yield Happening(
                date=day,
                rank=REFERRAL,
                title=f"Referred to the {other.get_level_display()} as well"
                if day >= day_of(telling.escalation.recorded_at)
                else f"Referred to the {other.get_level_display()} before",
                text=other.reason,
                by=f"Referred up by {other.referred_by}" if other.referred_by else "",
                href=reverse("escalation", args=[other.pk]),
            )


def _notices(row: Escalation) -> Iterator[Happening]:
    about = Q(key=f"escalated-{row.pk}") | Q(key__startswith=f"referred-{row.pk}-")
    for each in Notice.objects.filter(about).select_related("recipient").order_by("pk"):
        sent = (
            f"E-mailed on {in_full(day_of(each.sent_at))}."
            if each.sent_at
            else ("On their notices page.")
        )
        yield Happening(
            date=day_of(each.owed_at),
            rank=NOTICE,
            title=f"Notice to {each.recipient}",
            text=f"{each.subject}. {sent}",
        )


def _variations(telling: Telling) -> Iterator[Happening]:
    row = telling.escalation
    rows = Variation.objects.agreed().filter(
        indicator=row.indicator, until_quarter_start__gte=telling.begins.first_day
    )
    for each in rows.select_related("decided_by"):
        if each.decided_on is not None and (
            telling.ends is None or each.from_quarter <= telling.ends
        ):
            yield Happening(
                date=each.decided_on,
                rank=VARIATION,
                title=f"Variation agreed, from {each.from_quarter} to {each.until_quarter}",
                text=f"{each.what} {each.reason}",
                by=f"Agreed by {each.decided_by}",
            )


def _recovered(telling: Telling) -> Iterator[Happening]:
    row = telling.escalation
    if row.recovered_in is None:
        return
    closed = ReportingQuarter.objects.filter(quarter_start=row.recovered_in.first_day).first()
    yield Happening(
        date=day_of(closed.closed_at) if closed and closed.closed_at else telling.time.until,
        rank=RECOVERY,
        title=f"Recovered in {row.recovered_in}",
        text=f"It met the SORP’s exit rule, after {telling.time.working_days} working days at this"
        " level.",
    )
