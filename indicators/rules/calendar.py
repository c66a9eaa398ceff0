"""A quarter's dated steps: planned from its end and from Cabinet's meeting. Pure.

The chain is that of R-COM-12: quarter end, entry, sign-off, close, PAT, the Cabinet Member's
brief, publication, meeting.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from core.dates import in_full
from core.quarters import Quarter
from core.working_days import (
    clear_days_between,
    in_days,
    is_working_day,
    latest_publication_day,
    working_day_after,
    working_day_before,
    working_days_between,
)
from organisation.rules import PostKind, UnitTier
from sorp.lexicon import CountedFrom, Step, Tier
from sorp.rules.calendar import DayRule

CLEAR_DAYS = 5  # between publication and meeting (SI 2012/2089; R-COM-02, read strictly)
LONGEST = 366  # days from a quarter's end to anything that belongs to it


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """The day by which one step is due, for one tier or, where none is named, for all."""

    step: Step
    tier: Tier | None
    due_on: date

    @property
    def order(self) -> tuple[int, date, int]:
        tier = -1 if self.tier is None else list(Tier).index(self.tier)
        return list(Step).index(self.step), self.due_on, -tier

    def __str__(self) -> str:
        return f"{self.step.label}, {self.tier.label.lower()}" if self.tier else self.step.label


def back_plan(
    *, quarter: Quarter, cabinet_meets_on: date, rules: Iterable[DayRule]
) -> tuple[PlannedDay, ...]:
    """Every step's day, in the order of the work."""
    planned = (
        PlannedDay(rule.step, rule.tier, rule.day(quarter.last_day, cabinet_meets_on))
        for rule in rules
    )
    return tuple(sorted(planned, key=lambda each: each.order))


@dataclass(frozen=True, slots=True)
class MovedDay:
    """A step's day as the quarter begins, and the day that the SORP's rule gave where that was past."""

    planned: PlannedDay
    by_rule: date

    @property
    def is_moved(self) -> bool:
        return self.planned.due_on != self.by_rule


def begun_plan(
    *, quarter: Quarter, cabinet_meets_on: date, rules: Iterable[DayRule], today: date
) -> tuple[MovedDay, ...]:
    """Every step's day for a quarter begun today: none is past, so nobody is late when first asked.

    Where results were due before today, whatever is counted from the quarter's end is counted from
    today instead, up to the first of the later steps still to come. A later step that is past comes
    with the step before it.
    """
    known = list(rules)
    by_rule = {
        (rule.step, rule.tier): rule.day(quarter.last_day, cabinet_meets_on) for rule in known
    }
    entry = [day for (step, _), day in by_rule.items() if step is Step.ENTRY]
    is_late = any(day < today for day in entry)
    first = working_day_after(today, 0)
    of_meeting = (
        by_rule[rule.step, rule.tier] for rule in known if rule.counted_from is CountedFrom.CABINET
    )
    latest = max(first, min((day for day in of_meeting if day >= first), default=cabinet_meets_on))
    found: list[MovedDay] = []
    reached = before = first
    for day in back_plan(quarter=quarter, cabinet_meets_on=cabinet_meets_on, rules=known):
        if found and found[-1].planned.step is not day.step:
            before = reached
        rule = next(each for each in known if (each.step, each.tier) == (day.step, day.tier))
        due_on = day.due_on
        if is_late and rule.counted_from is CountedFrom.QUARTER_END:
            due_on = max(due_on, min(working_day_after(today, rule.working_days), latest))
        if due_on < today:
            due_on = before
        found.append(MovedDay(PlannedDay(day.step, day.tier, due_on), day.due_on))
        reached = max(reached, due_on)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step's day, and the working days it has after what it waits for."""

    planned: PlannedDay
    after: str  # what it waits for: "the quarter’s end", or the step before, in quotation marks
    after_on: date
    slack: int

    @property
    def step(self) -> Step:
        return self.planned.step

    @property
    def tier(self) -> Tier | None:
        return self.planned.tier

    @property
    def due_on(self) -> date:
        return self.planned.due_on

    @property
    def waits_for_close(self) -> bool:
        """Whether it comes after the close, so that its day may still move when that is done."""
        return list(Step).index(self.step) > list(Step).index(Step.CLOSE)

    @property
    def slack_in_words(self) -> str:
        if self.slack == 0:
            return f"The same working day as {self.after}"
        if self.slack < 0:
            return f"{in_days(-self.slack)} before {self.after}: too early"
        return f"{in_days(self.slack)} after {self.after}"


def step_lines(quarter: Quarter, planned: Iterable[PlannedDay]) -> tuple[StepLine, ...]:
    """Each step with its slack: the working days since the last day of the step before it."""
    found: list[StepLine] = []
    before, before_on = "the quarter’s end", quarter.last_day
    for step, days in _by_step(planned):
        found += [
            StepLine(day, before, before_on, working_days_between(before_on, day.due_on))
            for day in days
        ]
        before, before_on = f"“{step.label}”", max(day.due_on for day in days)
    return tuple(found)


def _by_step(planned: Iterable[PlannedDay]) -> list[tuple[Step, list[PlannedDay]]]:
    of_step: dict[Step, list[PlannedDay]] = {}
    for day in sorted(planned, key=lambda each: each.order):
        of_step.setdefault(day.step, []).append(day)
    return list(of_step.items())


def warnings(steps: Sequence[StepLine]) -> tuple[str, ...]:
    """What is wrong with a calendar, each as a sentence that says what to do."""
    found = [_too_early(line) for line in steps if line.due_on < line.after_on]
    found += [
        f"{line.planned}: {in_full(line.due_on)} is not a working day. Choose another day"
        for line in steps
        if not is_working_day(line.due_on)
    ]
    publication = next((line for line in steps if line.step is Step.PUBLICATION), None)
    meeting = next((line for line in steps if line.step is Step.MEETING), None)
    if publication and meeting:
        found += _too_few_clear_days(publication.due_on, meeting.due_on)
    return tuple(found)


def _too_early(line: StepLine) -> str:
    gap = in_days(-line.slack) if line.slack else "days"
    return (
        f"{line.planned}: {in_full(line.due_on)} is {gap} before {line.after}"
        f" ({in_full(line.after_on)}). Give it a later day, bring forward what comes before it, or"
        " ask for a later Cabinet meeting"
    )


def _too_few_clear_days(publication: date, meeting: date) -> list[str]:
    clear = clear_days_between(publication, meeting)
    if clear >= CLEAR_DAYS:
        return []
    return [
        f"Publishing on {in_full(publication)} leaves {clear} clear"
        f" day{'' if clear == 1 else 's'} before Cabinet meets on {in_full(meeting)}, and"
        f" {CLEAR_DAYS} are needed: publish by {in_full(latest_publication_day(meeting))}"
    ]


def refusal_of_day(quarter: Quarter, day: date) -> str | None:
    """Why a day cannot be one of a quarter's, or None where it can."""
    if day <= quarter.last_day:
        return f"{in_full(day)} is before {quarter} has ended: choose a later day"
    if (day - quarter.last_day).days > LONGEST:
        return f"{in_full(day)} is more than a year after {quarter} ended: check the year"
    if not is_working_day(day):
        sooner, later = working_day_before(day, 0), working_day_after(day, 0)
        return f"{in_full(day)} is not a working day: choose {in_full(sooner)} or {in_full(later)}"
    return None


# Whose step each is, by the post they hold. A director's own is that of the unit's tier.
STEPS_OF: Mapping[PostKind, frozenset[Step]] = {
    PostKind.PERFORMANCE_OFFICER: frozenset(Step),
    PostKind.DIRECTORATE_OFFICER: frozenset({Step.ENTRY}),
    PostKind.ACCOUNTABLE_MANAGER: frozenset({Step.ENTRY}),
    PostKind.DEPUTY: frozenset({Step.ENTRY}),
    PostKind.MANAGING_DIRECTOR: frozenset({Step.PAT, Step.MEETING}),
    PostKind.DEPUTY_MANAGING_DIRECTOR: frozenset({Step.PAT, Step.MEETING}),
    PostKind.LEADER: frozenset({Step.BRIEF, Step.PUBLICATION, Step.MEETING}),
    PostKind.CABINET_MEMBER_PERFORMANCE: frozenset({Step.BRIEF, Step.PUBLICATION, Step.MEETING}),
    PostKind.CABINET_MEMBER: frozenset({Step.BRIEF, Step.PUBLICATION, Step.MEETING}),
    PostKind.CHAIR_GOVERNANCE_AUDIT: frozenset({Step.PUBLICATION, Step.MEETING}),
    PostKind.POSC_CHAIR: frozenset({Step.PUBLICATION, Step.MEETING}),
    PostKind.MEMBER: frozenset({Step.PUBLICATION, Step.MEETING}),
    PostKind.AUDITOR: frozenset(),  # looks on, and does nothing by a day
}
SIGNS_OFF = {
    UnitTier.TEAM: Step.DIVISION,
    UnitTier.DIVISION: Step.DIVISION,
    UnitTier.DIRECTORATE: Step.DIRECTORATE,
    UnitTier.COUNCIL: Step.DIRECTORATE,
}


def own_steps(
    steps: Iterable[StepLine],
    posts: Iterable[tuple[PostKind, UnitTier]],
    tiers: Iterable[Tier],
) -> tuple[StepLine, ...]:
    """One person's own among a quarter's steps, by the posts held and the tiers answered for."""
    held, answered_for = list(posts), set(tiers)
    wanted: set[Step] = set()
    for kind, tier in held:
        wanted |= {SIGNS_OFF[tier]} if kind is PostKind.DIRECTOR else STEPS_OF.get(kind, set())
    sees_all = any(kind is PostKind.PERFORMANCE_OFFICER for kind, _ in held)
    return tuple(
        line
        for line in steps
        if line.step in wanted
        and (sees_all or line.step is not Step.ENTRY or _answers(line.tier, answered_for))
    )


def _answers(tier: Tier | None, answered_for: set[Tier]) -> bool:
    return bool(answered_for) if tier is None else tier in answered_for
