"""Looking at a closed quarter by every check that its SORP names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date

from indicators.models import ReportingQuarter
from reports.queries.compliance.ground import Ground, Seen, ground_of
from reports.queries.compliance.improvement import actions_on_time, red_has_action
from reports.queries.compliance.requirements import Requirement, requirements_of
from reports.queries.compliance.returns import (
    confidence_final,
    nobody_signs_own,
    results_present,
    returns_on_time,
    signed_off,
)
from reports.queries.compliance.standing import posts_filled, variations_in_date
from sorp.lexicon import Quarter
from sorp.models import Finding, Version
from sorp.rules.checks import Check, Found, Lapse

CHECKS: Mapping[Check, Callable[[Ground], Iterator[Seen]]] = {
    Check.RETURNS_ON_TIME: returns_on_time,
    Check.RESULTS_PRESENT: results_present,
    Check.SIGNED_OFF: signed_off,
    Check.RED_HAS_ACTION: red_has_action,
    Check.ACTIONS_ON_TIME: actions_on_time,
    Check.POSTS_FILLED: posts_filled,
    Check.VARIATIONS_IN_DATE: variations_in_date,
    Check.NOBODY_SIGNS_OWN: nobody_signs_own,
    Check.CONFIDENCE_FINAL: confidence_final,
}
# Who answers for an indicator is known of today alone: asked again later, whoever was named since
# would seem to have been there.
MADE_ONCE = frozenset({Check.POSTS_FILLED})
FOLLOWED = 2  # the latest closed quarters, which are looked at again every morning


def checks_to_make(quarter: Quarter) -> frozenset[Check]:
    """Every check, without those that are made once and were made of this quarter. One query."""
    made = Finding.objects.filter(quarter_start=quarter.first_day, check_made__in=MADE_ONCE)
    return frozenset(Check) - {Check(each) for each in made.values_list("check_made", flat=True)}


def look(
    *,
    row: ReportingQuarter,
    version: Version,
    today: date,
    checks: Collection[Check] = tuple(Check),
) -> list[Found]:
    """What the checks that a version asks for find in a closed quarter, unit by unit.

    In at most 24 queries, however many units and indicators there are.
    """
    requirements = [each for each in requirements_of(version) if each.check in checks]
    if not requirements:
        return []
    ground = ground_of(row=row, version=version, today=today)
    return [
        found
        for requirement in requirements
        for found in _by_unit(requirement, CHECKS[requirement.check](ground))
    ]


def _by_unit(requirement: Requirement, seen: Iterable[Seen]) -> Iterator[Found]:
    units: dict[int, list[Seen]] = {}
    for each in seen:
        units.setdefault(each.unit, []).append(each)
    for unit, members in units.items():
        lapses = tuple(Lapse(each.reference, each.lapse) for each in members if each.lapse)
        yield Found(requirement.check, requirement.clause, unit, len(members), lapses)


def quarters_to_measure(*, again: bool = False) -> list[Quarter]:
    """The closed quarters of which nothing was found yet, earliest first.

    `again` adds the two that were closed last: after a close, plans fall due and figures are
    revised.
    """
    closed = ReportingQuarter.objects.filter(state=ReportingQuarter.State.CLOSED)
    known = set(Finding.objects.values_list("quarter_start", flat=True).distinct().order_by())
    starts = list(closed.order_by("quarter_start").values_list("quarter_start", flat=True))
    wanted = {start for start in starts if start not in known}
    if again:
        wanted |= set(starts[-FOLLOWED:])
    return [Quarter.containing(start) for start in sorted(wanted)]
