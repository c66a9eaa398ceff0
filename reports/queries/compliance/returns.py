"""Checks of the return: in time, there, signed off, by another, and firm."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from escalation.models import ActionPlan
from indicators.models import CalendarDay, Revision, SignOff, Variation
from indicators.queries.calendar import rules_of
from indicators.rules.calendar import in_days, in_full
from indicators.rules.returns import Stage, Step, Verdict
from organisation.clock import day_of
from organisation.working_days import working_days_between
from reports.queries.compliance.ground import Ground, Seen
from sorp.lexicon import Confidence, CountedFrom


def returns_on_time(ground: Ground) -> Iterator[Seen]:
    """Results that were due, by the day on which each was first submitted. Two queries at most.

    Sent back and submitted again, a result was in time if it was so at first. Where no day was set
    for the quarter, the SORP's own count of working days after its end holds; of a result that was
    then loaded from a file, the file says whether it came late, since the loading may be years after.
    """
    fixed = _days_fixed(ground)
    by_tier = fixed or _days_by_rule(ground)
    if not by_tier:
        return
    for indicator in ground.due:
        due_on = by_tier.get(indicator.tier) or by_tier.get("") or max(by_tier.values())
        revision = ground.first.get(indicator.pk)
        if revision is not None and revision.submitted_by_id is None and not fixed:
            lapse = "recorded as late" if revision.late else ""
        else:
            lapse = _lateness(revision, due_on)
        yield Seen(indicator.unit_id, indicator.reference, lapse)


def _lateness(revision: Revision | None, due_on: date) -> str:
    if revision is None:
        return f"due on {in_full(due_on)}, and not submitted before the close"
    submitted_on = day_of(revision.submitted_at)
    if submitted_on <= due_on:
        return ""
    late = max(working_days_between(due_on, submitted_on), 1)
    return f"submitted on {in_full(submitted_on)}, {in_days(late)} late"


def _days_fixed(ground: Ground) -> dict[str, date]:
    """By tier, the day that was set for the quarter."""
    days = CalendarDay.objects.filter(quarter_start=ground.quarter.first_day, step=Step.ENTRY)
    return dict(days.values_list("tier", "due_on"))


def _days_by_rule(ground: Ground) -> dict[str, date]:
    """By tier, the day as the SORP counts it from the quarter's end; nothing where it does not."""
    end = ground.quarter.last_day
    return {
        rule.tier or "": rule.day(end, end)
        for rule in rules_of(ground.version)
        if rule.step is Step.ENTRY and rule.counted_from is CountedFrom.QUARTER_END
    }


def results_present(ground: Ground) -> Iterator[Seen]:
    """Results that were due, and whether anything was said of them by the close. No query.

    That there is no figure, and why, is a saying too: the SORP asks for one or the other.
    """
    for indicator in ground.due:
        lapse = "" if indicator.pk in ground.standing else "no result, and no word why"
        yield Seen(indicator.unit_id, indicator.reference, lapse)


def signed_off(ground: Ground) -> Iterator[Seen]:
    """Results as they stood at the close, and whether their directorate had approved them."""
    approved = set(
        SignOff.objects.filter(
            revision__in=[each.pk for each in ground.standing.values()],
            stage=Stage.DIRECTORATE,
            verdict=Verdict.APPROVED,
            signed_at__lte=ground.closed_at,
        ).values_list("revision_id", flat=True)
    )
    for pk, revision in ground.standing.items():
        indicator = ground.measured[pk]
        lapse = "" if revision.pk in approved else f"not signed off by {in_full(ground.closed_on)}"
        yield Seen(indicator.unit_id, indicator.reference, lapse)


def confidence_final(ground: Ground) -> Iterator[Seen]:
    """Figures of the quarter before, and whether they were final by this quarter's end. One query.

    A provisional figure is given a quarter to be made final, so it is looked at one quarter later.
    """
    said = Revision.objects.filter(
        result__quarter_start=ground.quarter.previous().first_day,
        result__indicator__in=ground.measured,
    ).order_by("number")
    by_then: dict[int, Revision] = {
        revision.result.indicator_id: revision
        for revision in said.select_related("result")
        if day_of(revision.submitted_at) <= ground.quarter.last_day
    }
    for pk, revision in sorted(by_then.items()):
        if revision.not_available:
            continue
        indicator = ground.measured[pk]
        firm = revision.confidence == Confidence.FINAL
        told = f"its figure for {ground.quarter.previous()} was still {revision.confidence}"
        yield Seen(indicator.unit_id, indicator.reference, "" if firm else told)


def nobody_signs_own(ground: Ground) -> Iterator[Seen]:
    """Every approval of the quarter, and whether it was given to the approver's own work.

    Of its results, of variations that begin in it, and of action plans agreed in it. Services and
    constraints refuse such approvals; this looks at what the rows say. Three queries.
    """
    yield from _signatures(ground)
    yield from _variations_agreed(ground)
    yield from _plans_agreed(ground)


def _signatures(ground: Ground) -> Iterator[Seen]:
    rows = SignOff.objects.filter(
        verdict=Verdict.APPROVED,
        revision__result__quarter_start=ground.quarter.first_day,
        revision__result__indicator__in=ground.measured,
    ).select_related("revision__result", "signed_by")
    for row in rows:
        indicator = ground.measured[row.revision.result.indicator_id]
        own = row.signed_by_id in _said_by(row.revision)
        lapse = f"{row.signed_by} approved a result of their own" if own else ""
        yield Seen(indicator.unit_id, indicator.reference, lapse)


def _said_by(revision: Revision) -> set[int | None]:
    return {revision.submitted_by_id, revision.on_behalf_of_id}


def _variations_agreed(ground: Ground) -> Iterator[Seen]:
    rows = Variation.objects.agreed().filter(
        from_quarter_start=ground.quarter.first_day, indicator__in=ground.measured
    )
    for row in rows.select_related("decided_by"):
        indicator = ground.measured[row.indicator_id]
        own = row.decided_by_id in (row.proposed_by_id, indicator.accountable_manager_id)
        lapse = f"{row.decided_by} agreed to a variation of their own" if own else ""
        yield Seen(indicator.unit_id, indicator.reference, lapse)


def _plans_agreed(ground: Ground) -> Iterator[Seen]:
    within = (ground.quarter.first_day, ground.quarter.last_day)
    rows = ActionPlan.objects.filter(agreed_on__range=within, indicator__in=ground.measured)
    for row in rows.select_related("agreed_with"):
        indicator = ground.measured[row.indicator_id]
        own = row.agreed_with_id in (row.written_by_id, indicator.accountable_manager_id)
        lapse = f"{row.agreed_with} agreed to a plan of their own" if own else ""
        yield Seen(indicator.unit_id, indicator.reference, lapse)
