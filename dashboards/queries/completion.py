"""How far a quarter's returns have got, unit by unit, and who is late: for the performance team."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from core.quarters import Quarter
from core.words import Word
from core.working_days import working_days_between
from indicators.models.chasing import SentReminder
from indicators.models.definitions import Indicator, Suspension
from indicators.models.results import Result
from indicators.models.returns import Draft
from indicators.queries.calendar import due_on
from indicators.queries.due import owed_in
from indicators.rules.returns import ResultState
from organisation.models.people import User
from organisation.queries import tree_on
from organisation.rules import Branch, Tree, UnitTier
from sorp.lexicon import Step, Tier


class Progress(Word):
    """How far one result has got, from nothing to approved."""

    NOT_STARTED = "not_started", "Not started"
    IN_PROGRESS = "in_progress", "In progress"
    RETURNED = "returned", "Returned"
    SUBMITTED = "submitted", "Submitted"
    DIVISION_APPROVED = "division_approved", "Division approved"
    APPROVED = "approved", "Approved"

    @property
    def waits_for_manager(self) -> bool:
        """Whether it is the accountable manager's turn."""
        return self in (Progress.NOT_STARTED, Progress.IN_PROGRESS, Progress.RETURNED)


@dataclass(frozen=True, slots=True)
class OwedResult:
    """One result that is due for the quarter: how far it has got, and by when it was to be in."""

    indicator: Indicator
    progress: Progress
    due_on: date | None
    days_late: int  # working days overdue; nought where it is in, is in time, or has no due date
    came_late: bool = False  # it was submitted after its day, as the report counts it

    @property
    def is_overdue(self) -> bool:
        """Whether its day is past and it is still the manager's turn."""
        return self.days_late > 0


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """One unit, or the whole: how many of its results stand at each step. They sum to its total."""

    branch: Branch | None  # None for the row of totals
    depth: int
    counts: dict[Progress, int]
    overdue: int
    came_late: int

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def in_hand(self) -> int:
        """How many the manager has submitted and nobody has sent back."""
        return sum(n for progress, n in self.counts.items() if not progress.waits_for_manager)

    @property
    def per_cent(self) -> int:
        """Rounded down, so that a hundred is only said when every result is in."""
        return 100 * self.in_hand // self.total if self.total else 0

    @property
    def cells(self) -> list[int]:
        return [self.counts[progress] for progress in Progress]


@dataclass(frozen=True, slots=True)
class Latecomer:
    """A person with results overdue now, the longest overdue first."""

    person: User
    owed: tuple[OwedResult, ...]


@dataclass(frozen=True, slots=True)
class OutstandingPerson:
    """Somebody who has not submitted all that is due, what each result lacks, and what they were sent."""

    person: User
    owed: tuple[OwedResult, ...]
    sent: tuple[SentReminder, ...] = ()

    @property
    def is_late(self) -> bool:
        return any(each.is_overdue for each in self.owed)


@dataclass(frozen=True, slots=True)
class CompletionSheet:
    """A quarter's returns: each unit's progress, the totals last, and who is late."""

    quarter: Quarter
    owed: tuple[OwedResult, ...]
    rows: tuple[ProgressRow, ...]
    late: tuple[Latecomer, ...]
    outstanding: tuple[OutstandingPerson, ...]  # whoever's turn it still is, late or not
    due_days: tuple[tuple[Tier, date], ...]  # by when each tier submits, where that is set

    @property
    def total(self) -> ProgressRow:
        return self.rows[-1]


def completion_sheet(*, quarter: Quarter, today: date) -> CompletionSheet:
    """Everything on the completion dashboard, in a constant number of queries.

    A result that is suspended, not due by its reporting pattern, or awaited from its publisher is not owed. Overdue means that the day
    by which its tier was to submit is past, and that it is still the manager's turn. Submitted late is
    what its revision says, which dashboards and reports count as well.
    """
    days = {tier: due_on(quarter, Step.ENTRY, tier) for tier in Tier}
    suspended = Suspension.objects.filter(from_quarter__lte=quarter).filter(
        Q(until_quarter__isnull=True) | Q(until_quarter__gte=quarter)
    )
    measured = (
        Indicator.objects.in_use(quarter)
        .exclude(pk__in=suspended.values("indicator"))
        .select_related("unit", "accountable_manager")
    )
    due = owed_in(quarter, measured, on=today)
    in_this_quarter = {"quarter": quarter}
    started = Draft.objects.filter(**in_this_quarter).values_list("indicator_id", flat=True)
    results = Result.objects.filter(**in_this_quarter, revisions__is_latest=True)
    reached = dict.fromkeys(started, Progress.IN_PROGRESS)
    came_late = set()
    for indicator, state, late in results.values_list("indicator_id", "state", "revisions__late"):
        reached[indicator] = _progress_of(ResultState(state))
        if late:
            came_late.add(indicator)
    owed = []
    for each in due:
        progress, day = reached.get(each.pk, Progress.NOT_STARTED), days[Tier(each.tier)]
        days_late = 0
        if day is not None and day < today and progress.waits_for_manager:
            # Overdue over a weekend is still overdue, though no working day has passed.
            days_late = max(working_days_between(day, today), 1)
        owed.append(OwedResult(each, progress, day, days_late, each.pk in came_late))
    return CompletionSheet(
        quarter=quarter,
        owed=tuple(owed),
        rows=tuple(_rows(owed, tree_on(today))),
        late=_latecomers(owed),
        outstanding=_outstanding_people(owed, quarter),
        due_days=tuple((tier, day) for tier, day in days.items() if day),
    )


def _progress_of(state: ResultState) -> Progress:
    return Progress.APPROVED if state.is_signed_off else Progress(state.value)


def _rows(owed: Iterable[OwedResult], tree: Tree) -> Iterable[ProgressRow]:
    """Each directorate with its divisions under it; what hangs elsewhere; and the totals."""
    by_unit: dict[int, list[OwedResult]] = {}
    for each in owed:
        by_unit.setdefault(each.indicator.unit_id, []).append(each)
    seen: set[int] = set()
    for unit, depth in _tiers(tree):
        inside = list(tree.below(unit))
        if depth == 0:
            seen.update(inside)
        if members := [each for one in inside for each in by_unit.get(one, ())]:
            yield _row(tree.branches[unit], depth, members)
    for unit in sorted(set(by_unit) - seen, key=lambda one: str(by_unit[one][0].indicator.unit)):
        branch = tree.branches.get(unit)
        if branch is not None:
            yield _row(branch, 0, by_unit[unit])
    yield _row(None, 0, [each for members in by_unit.values() for each in members])


def _tiers(tree: Tree) -> Iterable[tuple[int, int]]:
    """Directorates by name, each followed by its divisions."""

    def named(units: Iterable[int]) -> list[int]:
        return sorted(units, key=lambda unit: tree.branches[unit].name)

    directorates = [
        unit for unit, branch in tree.branches.items() if branch.tier is UnitTier.DIRECTORATE
    ]
    for directorate in named(directorates):
        yield directorate, 0
        for division in named(tree.children(directorate)):
            yield division, 1


def _row(branch: Branch | None, depth: int, members: list[OwedResult]) -> ProgressRow:
    found = Counter(each.progress for each in members)
    return ProgressRow(
        branch=branch,
        depth=depth,
        counts={progress: found[progress] for progress in Progress},
        overdue=sum(each.is_overdue for each in members),
        came_late=sum(each.came_late for each in members),
    )


def _outstanding_people(
    owed: Iterable[OwedResult], quarter: Quarter
) -> tuple[OutstandingPerson, ...]:
    """Everybody whose turn it still is, by name, with the reminders that somebody sent them."""
    by_person: dict[User, list[OwedResult]] = {}
    for each in owed:
        if each.progress.waits_for_manager:
            by_person.setdefault(each.indicator.accountable_manager, []).append(each)
    sent: dict[int, list[SentReminder]] = {}
    rows = SentReminder.objects.filter(quarter=quarter, recipient__in=list(by_person))
    for row in rows.select_related("notice", "sent_by"):
        sent.setdefault(row.recipient_id, []).append(row)
    people = [
        OutstandingPerson(person, tuple(each), tuple(sent.get(person.pk, ())))
        for person, each in by_person.items()
    ]
    return tuple(sorted(people, key=lambda one: (one.person.name, one.person.pk)))


def _latecomers(owed: Iterable[OwedResult]) -> tuple[Latecomer, ...]:
    """Everybody with something overdue, whoever has kept us waiting longest first."""
    by_person: dict[User, list[OwedResult]] = {}
    for each in owed:
        if each.is_overdue:
            by_person.setdefault(each.indicator.accountable_manager, []).append(each)
    found = [
        Latecomer(
            person,
            tuple(sorted(each, key=lambda one: (-one.days_late, one.indicator.reference))),
        )
        for person, each in by_person.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.owed[0].days_late, one.person.name)))
