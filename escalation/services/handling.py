"""What a level did with what was referred to it: noted it, agreed a plan, referred it up or back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import partial

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse

from core import audit
from core.clock import day_of, localdate
from core.dates import in_full
from core.quarters import Quarter
from core.queries import last_closed
from core.refusals import Refused
from core.services.notices import owe_notice
from escalation.models.escalations import Escalation, Handling
from escalation.models.plans import ActionPlan
from escalation.rights import may_deal_with
from escalation.rules.ladder import Origin
from escalation.rules.referrals import levels_above, levels_past, referral_name
from escalation.services.close_previews import update_close_previews
from escalation.services.plans import agree_plan
from indicators.models.definitions import Indicator
from indicators.models.ratings import Rating
from indicators.queries.outstanding import post_holders_on
from organisation.models.people import User
from organisation.queries import holders
from organisation.rules import PostKind, UnitTier
from sorp.lexicon import Level
from sorp.queries.ruling import version_ruling

Kind = Handling.Kind


@transaction.atomic
def deal_with(
    *, escalation: Escalation, kind: str, words: str = "", handled_on: date, today: date, by: User
) -> Handling:
    """A level noted what was referred to it, agreed its action plan, or sent it back with a reason.

    The escalation stays open: only the SORP's exit rule ends it. The same again is recorded
    once. Raises PermissionDenied for whoever does not speak for the level; Refused, in words.
    """
    if kind == Kind.REFERRED_UP:
        raise Refused("Say to which level it is referred up", field="level")
    row = _locked(escalation, by)
    words = words.strip()
    same = row.handlings.filter(kind=kind, words=words, handled_on=handled_on, by=by)
    if (again := same.first()) is not None:
        return again  # a button pressed twice
    _refuse_day(row, handled_on, today)
    if kind == Kind.SENT_BACK and not words:
        raise Refused("Say why it is sent back, and what is to come back", field="words")
    if kind == Kind.PLAN_AGREED:
        agree_plan(plan=_plan_in_place(row.indicator), today=handled_on, by=by)
    handling = _record_handling(row, kind, words, handled_on, by)
    if kind == Kind.SENT_BACK:
        _notify_manager(
            handling,
            f"{row.indicator.title} was sent back by the {row.get_level_display()}",
            f"{words} It stays referred to the {row.get_level_display()} until it recovers.",
        )
    return handling


@transaction.atomic
def refer_up(
    *,
    escalation: Escalation,
    words: str,
    level: Level | None = None,
    why_past: str = "",
    handled_on: date,
    today: date,
    by: User,
) -> Escalation:
    """What a level could not put right is referred to the next one, or past it for a reason.

    It opens there from the latest closed quarter, by no rule of the SORP, and recovers by the exit
    rule as any other does. Referring it again changes nothing. Raises PermissionDenied for whoever
    does not speak for the level; Refused where it has recovered, stands there already, no reason
    is given, or a level is passed over without one.
    """
    row = _locked(escalation, by)
    origin = Level(row.level)
    to = level or next(iter(levels_above(origin)), None)
    if to is None or to.height <= origin.height:
        raise Refused(f"Choose a level above the {origin.label}", field="level")
    words, why_past = words.strip(), why_past.strip()
    open_by_level = {
        Level(each.level): each
        for each in Escalation.objects.open_ones().filter(indicator=row.indicator)
    }
    past = levels_past(origin, to, open_by_level)
    reason = f"{words} {_past_levels(past)}: {why_past}" if past and why_past else words
    if (existing := open_by_level.get(to)) is not None:
        return _same_referral(existing, row, reason)
    _refuse_day(row, handled_on, today)
    if not words:
        raise Refused(f"Say why it is referred up to the {to.label}", field="words")
    if past and not why_past:
        raise Refused(
            f"Say why it goes p{_past_levels(past)[1:]}: only a rule may skip a level without a reason",
            field="why_past",
        )
    _record_handling(row, Kind.REFERRED_UP, f"To the {to.label}. {reason}", handled_on, by)
    return _open_above(row, to, reason, by)


def _past_levels(levels: Iterable[Level]) -> str:
    return f"Past the {' and the '.join(each.label for each in levels)}"


def _reason(origin: Escalation, reason: str) -> str:
    return f"{referral_name(Level(origin.level))}: {reason}"


def _locked(escalation: Escalation, by: User) -> Escalation:
    """The row, locked: two who press at once come one after the other."""
    row = (
        Escalation.objects.select_for_update(of=("self",))
        .select_related("indicator__unit", "indicator__accountable_manager")
        .get(pk=escalation.pk)
    )
    if not may_deal_with(Level(row.level), row.indicator, by):
        raise PermissionDenied(f"Only those who act for the {row.get_level_display()} can do this")
    if not row.is_open:
        raise Refused(f"{how_it_left(row)}: nothing is left to do")
    return row


def how_it_left(row: Escalation) -> str:
    """How what is not open any more came to be so, as a sentence begins."""
    if row.recovered_in is not None:
        return f"It recovered in {row.recovered_in}"
    return f"It is no longer measured, and ended in {row.ended_in}"


def _refuse_day(row: Escalation, handled_on: date, today: date) -> None:
    since = day_of(row.recorded_at)
    if handled_on > today:
        raise Refused("The day it was dealt with cannot be in the future", field="handled_on")
    if handled_on < since:
        raise Refused(
            f"It was referred on {in_full(since)}: enter that day or a later one",
            field="handled_on",
        )


def _plan_in_place(indicator: Indicator) -> ActionPlan:
    plan = ActionPlan.objects.filter(indicator=indicator, is_latest=True).first()
    if plan is None:
        raise Refused(
            f"There is no action plan to agree yet: {indicator.accountable_manager} has to "
            f"write one",
            field="kind",
        )
    return plan


def _record_handling(
    row: Escalation, kind: str, words: str, handled_on: date, by: User
) -> Handling:
    handling = Handling.objects.create(
        escalation=row, kind=kind, words=words, handled_on=handled_on, by=by
    )
    audit.record(
        "dealt with escalation",
        row,
        by=by,
        level=row.level,
        kind=Kind(kind).value,
        words=words,
        handled_on=handled_on.isoformat(),
    )
    return handling


def _same_referral(existing: Escalation, origin: Escalation, reason: str) -> Escalation:
    """The same referral, made by a button pressed twice. Raises Refused for any other."""
    if existing.referred_from_id == origin.pk and existing.reason == _reason(origin, reason):
        return existing
    raise Refused(
        f"It is referred to the {existing.get_level_display()} already, since {existing.opened_in}",
        field="level",
    )


def _open_above(origin: Escalation, to: Level, reason: str, by: User) -> Escalation:
    quarter = _latest_judged(origin)
    version = version_ruling(quarter)
    name = referral_name(Level(origin.level))
    row = Escalation.objects.create(
        indicator=origin.indicator,
        level=to,
        origin=Origin.MANUAL,
        trigger=name,
        all_met=[name],
        sorp_version=version,
        since=origin.since,
        opened_in=quarter,
        recorded_in=quarter,
        relapse=_is_relapse(origin.indicator, to, quarter, version.relapse_within),
        reason=_reason(origin, reason),
        variation=origin.variation,
        referred_from=origin,
        referred_by=by,
    )
    audit.record("referred up", row, by=by, referred_from=origin.level, reason=row.reason)
    for person in {origin.indicator.accountable_manager, *_recipients(to, origin.indicator)}:
        if person != by:
            owe_notice(
                key=f"referred-{row.pk}-{person.pk}",
                recipient=person,
                subject=f"{row.indicator.title} has been referred to the {to.label}",
                body=row.reason,
                address=reverse("escalation", args=[row.pk]),
            )
    transaction.on_commit(partial(update_close_previews, indicators=[origin.indicator_id]))
    return row


def _latest_judged(row: Escalation) -> Quarter:
    """The latest closed quarter in which the indicator was judged: what is referred up is known."""
    closed = last_closed()
    if closed is None:
        return row.opened_in
    rated = Rating.objects.latest_ones().filter(
        indicator=row.indicator,
        quarter__range=(row.opened_in, closed),
    )
    latest = rated.order_by("-quarter").values_list("quarter", flat=True).first()
    return latest or row.opened_in


def _is_relapse(indicator: Indicator, level: Level, quarter: Quarter, within: int) -> bool:
    """As the rules have it: it recovered at the same level no more than so many quarters before."""
    return Escalation.objects.filter(
        indicator=indicator,
        level=level,
        recovered_in__gte=quarter.back(within),
    ).exists()


def _recipients(level: Level, indicator: Indicator) -> Iterable[User]:
    """Who is owed a notice: the directorate's director; for PAT and Cabinet those who keep its minutes."""
    if level is not Level.DIRECTORATE:
        return holders(PostKind.PERFORMANCE_OFFICER, on=localdate())
    offices = post_holders_on(localdate())
    directorate = offices.tree.at_tier(indicator.unit_id, UnitTier.DIRECTORATE)
    return offices.holders.get((PostKind.DIRECTOR, directorate.unit), ()) if directorate else ()


def _notify_manager(handling: Handling, subject: str, body: str) -> None:
    row = handling.escalation
    owe_notice(
        key=f"sent-back-{handling.pk}",
        recipient=row.indicator.accountable_manager,
        subject=subject,
        body=body,
        address=reverse("escalation", args=[row.pk]),
    )
