"""An annual round with everybody who has a part in it, for the tests of its services and its pages."""

from datetime import date
from decimal import Decimal

import time_machine

from core.quarters import Quarter
from indicators.models.rounds import RoundLine
from indicators.rules.rounds import ReviewKind
from indicators.services.rounds import (
    Typed,
    check_round_minute,
    open_round,
    propose_lines,
    record_review,
    record_round_minute,
    submit_lines,
)
from organisation.models.bodies import Committee, Membership
from organisation.models.units import Unit
from organisation.rules import PostKind
from sorp.rules.thresholds import LIMITS
from tests.factories import (
    LONG_AGO,
    CouncilFactory,
    IndicatorFactory,
    TargetFactory,
    UnitFactory,
    holder,
)

YEAR = 2024
Q1 = Quarter(YEAR, 1)
DAYS = {
    "proposals_by": date(2024, 1, 31),
    "challenged_by": date(2024, 2, 15),
    "seen_by": date(2024, 3, 5),
    "agreed_by": date(2024, 3, 25),
}
JANUARY = "2024-01-15 10:00"
FEBRUARY = "2024-02-20 10:00"
MARCH = "2024-03-14 10:00"
APRIL = "2024-04-02 10:00 +0100"


def people_of_a_round():
    """Everybody who may have a word in it, and some who may not, in and over one directorate."""
    council = CouncilFactory()
    unit = UnitFactory(code="HW", name="Highways")
    away = UnitFactory(code="LIB", name="Libraries")
    return {
        "manager": holder(PostKind.ACCOUNTABLE_MANAGER, unit=unit, name="Ann Manager"),
        "other manager": holder(PostKind.ACCOUNTABLE_MANAGER, unit=away, name="Bob Other"),
        "deputy": holder(PostKind.DEPUTY, unit=unit, name="Dot Deputy"),
        "director": holder(PostKind.DIRECTOR, unit=unit, name="Dee Director"),
        "other director": holder(PostKind.DIRECTOR, unit=away, name="Eve Elsewhere"),
        "directorate officer": holder(PostKind.DIRECTORATE_OFFICER, unit=unit, name="Dan Officer"),
        "managing director": holder(PostKind.MANAGING_DIRECTOR, unit=council, name="Max MD"),
        "officer": holder(PostKind.PERFORMANCE_OFFICER, unit=council, name="Perry Officer"),
        "second officer": holder(PostKind.PERFORMANCE_OFFICER, unit=council, name="Quinn Officer"),
        "member": holder(PostKind.MEMBER, unit=council, name="Mia Member"),
        "auditor": holder(PostKind.AUDITOR, unit=council, name="Una Auditor"),
        "staff": holder(PostKind.STAFF, unit=unit, name="Sam Staff"),
    }


def bodies_of_a_round(people):
    """Cabinet, which decides, and a committee that looks at Highways, on which a Member sits."""
    cabinet = Committee.objects.create(
        code="cabinet", name="Cabinet", kind="cabinet", starts_on=LONG_AGO
    )
    posc = Committee.objects.create(
        code="posc", name="Environment Committee", kind="posc", starts_on=LONG_AGO
    )
    posc.units.set([Unit.objects.get(code="HW")])
    Membership.objects.create(body=posc, user=people["member"], role="member", starts_on=LONG_AGO)
    return {"cabinet": cabinet, "posc": posc}


def indicator_of(people, reference, **otherwise):
    """One of Highways, rated by floor, whose target has been 90 and 80 since 2010/11."""
    return TargetFactory(
        indicator=IndicatorFactory(
            reference=reference,
            unit=Unit.objects.get(code="HW"),
            accountable_manager=people["manager"],
            **otherwise,
        )
    ).indicator


def limits(**given):
    return dict.fromkeys(LIMITS) | {name: Decimal(value) for name, value in given.items()}


def typed(indicator, action="keep", *, reason="Better", seen=None, **given):
    """What somebody types of one indicator: its numbers, where there are any, from the year's Q1."""
    numbers = {name: given.pop(name) for name in LIMITS if name in given}
    targets = {Q1: limits(**numbers)} if numbers else {}
    return Typed(indicator, action, reason, targets, seen=seen, **given)


def opened(people):
    with time_machine.travel(JANUARY, tick=False):
        return open_round(year=YEAR, by=people["officer"], **DAYS)


def submitted(round, people, *each):
    """These lines, typed by the manager and submitted by the director in January."""
    with time_machine.travel(JANUARY, tick=False):
        propose_lines(round=round, typed=each, by=people["manager"])
        submit_lines(round=round, directorate=Unit.objects.get(code="HW"), by=people["director"])
    return list(RoundLine.objects.filter(round=round).order_by("reference"))


def looked_at(round, people, bodies, *, pat="2024-02-10", posc="2024-03-01"):
    for kind, body, day in (
        (ReviewKind.TEAM, None, pat),
        (ReviewKind.COMMITTEE, bodies["posc"], posc),
    ):
        record_review(
            round=round,
            kind=kind,
            body=body,
            met_on=date.fromisoformat(day),
            note="",
            by=people["officer"],
        )


def minuted(lines, people, bodies, **otherwise):
    minute = {"body": bodies["cabinet"], "met_on": date(2024, 3, 12), "minute": "45"}
    return record_round_minute(lines=lines, by=people["officer"], **minute | otherwise)


def agreed(round, people, bodies, *each):
    """These lines, all the way to a minute that was checked in March."""
    lines = submitted(round, people, *each)
    with time_machine.travel(MARCH, tick=False):
        looked_at(round, people, bodies)
        minuted(lines, people, bodies)
        return check_round_minute(lines=lines, by=people["second officer"])
