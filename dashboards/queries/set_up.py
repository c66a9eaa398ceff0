"""What a council sets up before its first quarter: each step, how far it has got, and what is missing.

Nothing is ticked off by hand: a step is as far as the facts are. Steps may be taken in any order and
left half done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef
from django.urls import reverse

from assurance.models.teams import Seat, Team
from assurance.queries.seats import misfits, not_as_the_council_says, seats_on, vacancies
from assurance.rules import TeamCode
from core.dates import as_date, in_full
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.queries import last_closed
from core.words import Word
from escalation.queries.history import history_quarters
from escalation.queries.rehearsals import last_finished
from indicators.models.definitions import Indicator, Target
from indicators.models.results import Result
from indicators.models.target_proposals import TargetProposal
from indicators.queries.calendar import quarters_to_begin
from indicators.queries.targets import measured_by_target, without_target
from organisation.models.bodies import Committee
from organisation.models.council import AssuranceTeams
from organisation.models.people import Appointment, User
from organisation.queries import council_facts, tree_on
from organisation.rules import BodyKind, PostKind, UnitTier
from sorp.models.statement import Version
from strategy.models.plan import Measure, Priority, Programme, SuccessFactor

NAMED = 3  # of what is missing: the rest is counted


class StepState(Word):
    """How far a step has got, in the words of a task list."""

    DONE = "done", "Completed"
    BEGUN = "begun", "In progress"
    NOT_BEGUN = "not_begun", "Not started"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to set up."""

    key: str
    title: str
    why: str  # what goes wrong without it, in a sentence
    stands: str  # what there is
    missing: Sequence[str]  # what there is not, each a sentence
    has_begun: bool
    pages: Sequence[tuple[str, str]]  # words and address of each page where it is done

    @property
    def state(self) -> StepState:
        if not self.has_begun:
            return StepState.NOT_BEGUN
        return StepState.BEGUN if self.missing else StepState.DONE


@dataclass(frozen=True, slots=True)
class SetUp:
    """All steps, in the order in which most councils take them."""

    steps: tuple[Step, ...]

    @property
    def done(self) -> int:
        return sum(step.state is StepState.DONE for step in self.steps)


def set_up(*, today: date) -> SetUp:
    """How far each step has got today."""
    return SetUp(tuple(step(today) for step in STEPS))


def _council(today: date) -> Step:
    facts = council_facts()
    own = len(facts.words)
    return Step(
        key="council",
        title="The council",
        why="Its name, look and words are on every page and in every report.",
        stands=f"{facts.name}, with {_count(own, 'word')} of its own" if own else facts.name,
        missing=[] if facts.is_said else ["Nobody has confirmed this name yet"],
        has_begun=facts.is_said,
        pages=_pages(
            ("Name, colour and words", "set_up_council"),
            ("Logo", "set_up_logo"),
            ("What Members see", "set_up_sights"),
        ),
    )


def _units(today: date) -> Step:
    tree = tree_on(today)
    directorates = [each for each in tree.branches.values() if each.tier is UnitTier.DIRECTORATE]
    missing = [] if directorates else ["There is no directorate yet"]
    return Step(
        key="units",
        title="Units",
        why="Every indicator and every dashboard belongs to a unit.",
        stands=_count(len(tree.branches), "unit"),
        missing=missing,
        has_begun=len(tree.branches) > 1,
        pages=_pages(
            ("Units", "set_up_units"),
        ),
    )


def _people(today: date) -> Step:
    held = Appointment.objects.held_on(today)
    directed = set(
        held.filter(post__kind=PostKind.DIRECTOR).values_list("post__unit_id", flat=True)
    )
    without = [
        each.name
        for each in tree_on(today).branches.values()
        if each.tier is UnitTier.DIRECTORATE and each.unit not in directed
    ]
    missing = list(_first([f"{each} has no director" for each in sorted(without)]))
    if not held.filter(post__kind=PostKind.ACCOUNTABLE_MANAGER).exists():
        missing.append("Nobody is an accountable manager")
    if not held.filter(
        post__kind__in=(PostKind.MANAGING_DIRECTOR, PostKind.DEPUTY_MANAGING_DIRECTOR)
    ).exists():
        missing.append("There is no managing director to approve the SORP")
    people = User.objects.filter(is_active=True)
    waiting = sum(not each.has_usable_password() for each in people)
    return Step(
        key="people",
        title="People and posts",
        why="People can do only what their posts allow: without a post nobody can submit, sign off or approve.",
        stands=_count(people.count(), "person", "people")
        + (f", of whom {waiting} cannot sign in yet" if waiting else ""),
        missing=missing,
        has_begun=people.count() > 1,
        pages=_pages(
            ("People", "set_up_people"),
            ("Posts", "set_up_posts"),
            ("How people sign in", "set_up_accounts"),
        ),
    )


def _bodies(today: date) -> Step:
    kinds = set(Committee.objects.values_list("kind", flat=True))
    missing = [] if BodyKind.CABINET in kinds else ["There is no Cabinet"]
    if BodyKind.POSC not in kinds:
        missing.append("There is no scrutiny committee (POSC)")
    return Step(
        key="bodies",
        title="Committees and other bodies",
        why="Members receive the report through them, and their meetings set the calendar.",
        stands=_count(Committee.objects.count(), "body", "bodies"),
        missing=missing,
        has_begun=bool(kinds),
        pages=_pages(("Committees and other bodies", "set_up_bodies")),
    )


def _teams(today: date) -> Step:
    teams = list(Team.objects.standing_on(today))
    wanted = council_facts().teams
    missing = list(not_as_the_council_says(today))
    standing = {team.code for team in teams}
    if wanted is not AssuranceTeams.NONE and TeamCode.PAT not in standing:
        missing.append("There is no PAT yet: nobody could call in what goes up to it")
    if wanted is AssuranceTeams.BOTH and TeamCode.DAT not in standing:
        missing.append("There is no DAT yet: nobody could call in a late milestone")
    for team in teams:
        seats = seats_on(team, today)
        found = (*vacancies(team, seats, today), *misfits(seats, today))
        missing += [f"{team.short}: {each}" for each in found]
    return Step(
        key="teams",
        title="PAT and DAT",  # said as PAT alone where the council has one team
        why="What is red for two quarters goes to PAT, so its seats have to be filled.",
        stands="The council has none"
        if wanted is AssuranceTeams.NONE
        else _count(len(teams), "team")
        + ", "
        + _count(Seat.objects.held_on(today).filter(team__in=teams).count(), "seat")
        + " held",
        missing=list(_first(missing)),
        has_begun=bool(teams) or wanted is AssuranceTeams.NONE,
        pages=_pages(("Teams and seats", "set_up_teams"), ("Seats", "set_up_seats")),
    )


def _sorp(today: date) -> Step:
    quarter = Quarter.containing(today)
    in_force = (
        Version.objects.filter(state=Version.State.IN_FORCE).order_by("-from_quarter").first()
    )
    has_draft = Version.objects.filter(state=Version.State.DRAFT).exists()
    stands = "None"
    if in_force is not None:
        stands = f"Version {in_force.number}, in force from {in_force.from_quarter}"
    elif has_draft:
        stands = "A draft, which somebody else has to approve"
    missing = [] if in_force else [f"No version is in force for {quarter}, so nothing can be rated"]
    return Step(
        key="sorp",
        title="The SORP",
        why="Its rules rate every figure and say what is referred up.",
        stands=stands,
        missing=missing,
        has_begun=bool(in_force or has_draft),
        pages=_pages(("The SORP", "sorp"), ("Write a draft", "new_draft"))
        if in_force
        else _pages(("The first version", "first_version")),
    )


def _plan(today: date) -> Step:
    priorities = Priority.objects.standing_on(today)
    measured = Measure.objects.standing_on(today).filter(priority=OuterRef("pk"))
    promised = SuccessFactor.objects.standing_on(today).filter(priority=OuterRef("pk"))
    without = [f"“{each.name}” has no measure" for each in priorities.filter(~Exists(measured))] + [
        f"“{each.name}” has no success factor yet" for each in priorities.filter(~Exists(promised))
    ]
    return Step(
        key="plan",
        title="The strategic plan",
        why="Its priorities are the first part of the report.",
        stands=_count(priorities.count(), "priority", "priorities")
        + ", "
        + _count(Programme.objects.standing_on(today).count(), "programme"),
        missing=list(_first(without)) if priorities else ["It has no priority yet"],
        has_begun=bool(priorities),
        pages=_pages(
            ("The plan", "set_up_plan"),
            ("Priorities", "set_up_priorities"),
            ("Programmes and projects", "set_up_programmes"),
            ("See the strategy page", "strategy"),
        ),
    )


def _indicators(today: date) -> Step:
    rows = Indicator.objects.in_use(Quarter.containing(today))
    in_post = Appointment.objects.held_on(today).filter(
        post__kind=PostKind.ACCOUNTABLE_MANAGER, user=OuterRef("accountable_manager")
    )
    unowned = rows.filter(~Exists(in_post))
    missing = [f"{each.reference} has no accountable manager in post" for each in unowned[:NAMED]]
    if overdue := rows.filter(next_review__lt=today).count():
        were = "was" if overdue == 1 else "were"
        missing.append(f"{_count(overdue, 'definition')} {were} due for review before today")
    return Step(
        key="indicators",
        title="Indicators",
        why="What is measured, by whom, and which way is better.",
        stands=_count(rows.count(), "indicator"),
        missing=missing if rows else ["There is none yet"],
        has_begun=bool(rows),
        pages=_pages(
            ("Indicators", "set_up_indicators"),
            ("Partners", "set_up_partners"),
            ("Your last scorecard", "set_up_scorecards"),
            ("Parts of figures", "set_up_dimensions"),
            ("Targets of parts", "set_up_part_targets"),
        ),
    )


def _targets(today: date) -> Step:
    quarter = Quarter.containing(today)
    rows = list(measured_by_target(quarter))
    without = without_target(quarter, rows)
    waiting = TargetProposal.objects.waiting().count()
    missing = [] if rows else ["There is no indicator to set one for"]
    if without:
        have = "has" if len(without) == 1 else "have"
        missing.append(f"{len(without)} of {len(rows)} {have} no target for {quarter}")
        missing += [f"{each.reference} has none" for each in without[:NAMED]]
    if waiting:
        wait = "waits" if waiting == 1 else "wait"
        missing.append(f"{_count(waiting, 'proposed target')} {wait} for somebody else to approve")
    return Step(
        key="targets",
        title="Targets",
        why="A figure without a target is not rated.",
        stands=_count(Target.objects.count(), "target"),
        missing=missing,
        has_begun=Target.objects.exists() or bool(waiting),
        pages=_pages(
            ("Targets", "set_up_targets"),
            ("Targets to approve", "waiting_targets"),
            ("Annual rounds", "set_up_round"),
        ),
    )


def _history(today: date) -> Step:
    quarters = Result.objects.values_list("quarter", flat=True).distinct().order_by("quarter")
    past = [each for each in quarters if each < Quarter.containing(today).previous()]
    stands = "No result of an earlier quarter"
    if past:
        stands = f"{_count(len(past), 'quarter')}, from {past[0]} to {past[-1]}"
    missing = []
    if len(past) < QUARTERS_FOR_A_TREND:
        missing.append(
            f"A direction of travel needs {QUARTERS_FOR_A_TREND} quarters: the first reports say"
            " “not enough data”"
        )
    never_closed = history_quarters(today)
    if never_closed:
        missing.append(
            f"{_count(len(never_closed), 'quarter')} not closed, from {never_closed[0]}: close "
            f"your history, so that repeated reds count"
        )
    return Step(
        key="history",
        title="History",
        why="Without earlier quarters nothing counts as repeatedly red, and there is no trend.",
        stands=stands,
        missing=missing,
        has_begun=bool(past),
        pages=_pages(
            ("Your last scorecard", "set_up_scorecards"),
            ("Results", "set_up_results"),
            ("Close your history", "close_history"),
        ),
    )


def _calendar(today: date) -> Step:
    begun = list(ReportingQuarter.objects.exclude(begun_at=None).order_by("quarter"))
    under_way = [row.quarter for row in begun if not row.is_closed]
    closed = [row.quarter for row in begun if row.is_closed][-1:]
    ended = [each for each in quarters_to_begin(today) if not closed or each > closed[0]][:1]
    stands = [*(f"{each} is closed" for each in closed), *(f"{each} is open" for each in under_way)]
    missing = []
    if not begun:
        missing = ["No quarter has begun, so nobody is asked for results"]
    elif ended:
        missing = [
            f"{ended[0]} has ended but has not been begun, so nobody is asked for its results"
        ]
    elif not under_way:
        coming = Quarter.containing(today)
        stands.append(f"{coming} can be begun once it has ended, on {in_full(coming.last_day)}")
    return Step(
        key="calendar",
        title="The calendar",
        why="It sets when managers are asked, when they are reminded and when they are late.",
        stands=", ".join(stands) or "No quarter has been begun",
        missing=missing,
        has_begun=bool(begun),
        pages=_pages(("The calendar", "calendar"), ("Begin a quarter", "begin_quarter")),
    )


def _rehearsal(today: date) -> Step:
    closed, rehearsed = last_closed(), last_finished()
    stands = f"{closed} is closed and can be rehearsed" if closed else "No quarter has been closed"
    missing = []
    if rehearsed is not None:
        quarter = Quarter.parse(rehearsed.detail["quarter"])
        stands = (
            f"{quarter} was rehearsed under version {rehearsed.detail['version']} on"
            f" {as_date(rehearsed.at)}"
        )
    elif closed is not None:
        missing = [f"{closed} has not been rehearsed under any version of the SORP"]
    else:
        missing = ["Try out a close before the first real one: nothing is saved"]
    return Step(
        key="rehearsal",
        title="A rehearsal",
        why="See what a close would rate, refer up and call in, before it counts.",
        stands=stands,
        missing=missing,
        has_begun=closed is not None,
        pages=_pages(
            ("Rehearse a quarter", "set_up_rehearsal"),
            ("Try out a close", "quarters"),
            ("Back-test the rules", "backtests"),
        ),
    )


QUARTERS_FOR_A_TREND = 8  # architecture of travel: fewer are "not enough data"
STEPS: tuple[Callable[[date], Step], ...] = (
    _council,
    _units,
    _people,
    _bodies,
    _teams,
    _sorp,
    _plan,
    _indicators,
    _targets,
    _history,
    _calendar,
    _rehearsal,
)


def _pages(*pages: tuple[str, str]) -> list[tuple[str, str]]:
    """The words and the address of each page. NoReverseMatch for one that there is not."""
    return [(words, reverse(name)) for words, name in pages]


def _first(missing: Sequence[str]) -> Iterator[str]:
    yield from missing[:NAMED]
    if len(missing) > NAMED:
        yield f"… and {len(missing) - NAMED} more"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
