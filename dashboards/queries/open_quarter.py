"""The open quarter on one sheet: for the chief executive and the Leader, as far as each of them sees it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from assurance.models.meetings import AgreedAction, Meeting
from assurance.models.teams import Team
from assurance.queries.boards import call_in_board
from assurance.queries.exemptions import as_read_by
from assurance.queries.seats import looks_at_delivery
from assurance.rights import may_read, takes_part
from assurance.rules import MeetingState, TeamCode
from core.quarters import Quarter
from core.queries import last_closed
from escalation.models.close_previews import ClosePreview
from escalation.models.plans import Action
from escalation.queries.as_it_stands import AsItStands, as_it_stands
from escalation.queries.close_previews import quarter_previewed
from escalation.queries.plans import MissingPlan, missing_plans, overdue_actions
from escalation.rights import sees_open_quarter
from escalation.rules.close_preview import CloseAct
from indicators.models.definitions import Indicator
from indicators.models.results import Revision
from indicators.queries.calendar import calendar_of
from indicators.queries.pictures import UnitStrip
from indicators.queries.standings import COUNTED, counted_status, standings
from indicators.rules.calendar import StepLine
from indicators.rules.rating import stale
from organisation.models.people import User
from organisation.models.units import Unit
from organisation.permissions import Permission
from organisation.queries import tree_on
from organisation.rights import allowed, sight_of
from organisation.rules import Branch, Sight, UnitTier
from reports.queries.editions import public_document, published_edition
from reports.rules.sentences import said_in
from sorp.lexicon import Kind, Rag, Step
from strategy.queries.plan import late_milestones

# What of each list fits on one side of paper, beside all the others; the rest is counted.
MOST_DIRECTORATES, MOST_UP, MOST_UNITS, MOST_RECOVERING = 6, 5, 2, 3
MOST_PLANS, MOST_CALLED_IN, MOST_DAYS = 2, 3, 6
MOST_NAMED = 3  # of those whose results are missing in a directorate


@dataclass(frozen=True, slots=True)
class Shortened:
    """The first of a list, and how many more there are."""

    shown: tuple[Any, ...]
    more: int

    @classmethod
    def to(cls, most: int, every: Sequence[Any]) -> Shortened:
        """The first `most`; one more rather than the words that there is one more."""
        kept = len(every) if len(every) <= most + 1 else most
        return cls(tuple(every[:kept]), len(every) - kept)

    @property
    def all(self) -> int:
        return len(self.shown) + self.more


@dataclass(frozen=True, slots=True)
class QuarterCounts:
    """How many performance indicators stand how in a quarter; they sum to their number."""

    quarter: Quarter
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class PublishedQuarter:
    """The newest published report in short: all that is shown to whoever sees nothing more."""

    quarter: Quarter
    published_on: date
    counts: Mapping[str, int]
    headline: str
    changes: tuple[tuple[str, Shortened], ...]  # titles of what is newly red, recovered, referred


@dataclass(frozen=True, slots=True)
class NextMeeting:
    """An assurance team's next meeting, and what it has before it as far as the reader may know."""

    team: Team
    meeting: Meeting | None
    is_told: bool  # the reader is an officer, or reads the team's papers
    names_called_in: bool  # the reader reads the team's papers
    called_in: Shortened
    undecided: int = 0
    late_milestones: int = 0
    overdue_actions: int = 0


@dataclass(frozen=True, slots=True)
class OpenQuarterSheet:
    """The council as it stands tonight beside the last closed quarter, and what comes next."""

    quarter: Quarter | None  # open, and looked ahead to
    sees_results: bool  # besides what is published
    sees_open: bool
    sees_missing: bool
    published: PublishedQuarter | None
    closed: QuarterCounts | None
    tonight: QuarterCounts | None
    newly_red: int
    stands: AsItStands | None
    goes_up: Shortened
    units_up: Shortened
    recovers: Shortened
    directorates: Shortened  # each as it stands tonight, with whose results are missing
    results_missing: int
    late_plans: Shortened
    late_actions: Shortened
    meetings: tuple[NextMeeting, ...]
    days: tuple[StepLine, ...]


def open_quarter_sheet(*, reader: User, today: date) -> OpenQuarterSheet:
    """Everything on the sheet, in as many queries for a thousand indicators as for one.

    Whoever sees no more than what is published finds the published quarter there, and the days.
    """
    quarter, not_kept_from = quarter_previewed(), sight_of(reader) is Sight.EVERYTHING
    sees_results = allowed(reader, Permission.VIEW_PERFORMANCE)
    measured = Indicator.objects.visible_to(reader)
    stands = (
        as_it_stands(
            reader=reader,
            indicators=measured,
            units=list(Unit.objects.values_list("pk", flat=True)),
            quarter=quarter,
        )
        if quarter
        else None
    )
    last = last_closed() if sees_results else None
    before = _statuses_of_closed(last, reader) if last else {}
    now = _statuses_tonight(stands) if stands else {}
    moves = stands.moves if stands else []
    late_plans: list[MissingPlan] = []
    late_actions: list[Action] = []
    if sees_results:
        late_plans = [each for each in missing_plans(reader=reader) if each.is_late(today)]
        late_actions = list(overdue_actions(reader=reader, today=today))
    return OpenQuarterSheet(
        quarter=quarter,
        sees_results=sees_results,
        sees_open=sees_open_quarter(reader),
        sees_missing=not_kept_from,
        published=None if sees_results else _published(),
        closed=QuarterCounts(last, _counted(before.values())) if last else None,
        tonight=QuarterCounts(stands.quarter, _counted(now.values())) if stands else None,
        newly_red=sum(
            status == Rag.RED and before.get(pk) != Rag.RED for pk, status in now.items()
        ),
        stands=stands,
        goes_up=Shortened.to(MOST_UP, [each for each in moves if _does(each, CloseAct.OPENS)]),
        recovers=Shortened.to(
            MOST_RECOVERING, [each for each in moves if _does(each, CloseAct.RECOVERS)]
        ),
        units_up=Shortened.to(
            MOST_UNITS, [each for each in stands.units if each.goes_up] if stands else []
        ),
        directorates=Shortened.to(
            MOST_DIRECTORATES,
            _directorates(stands, now, today) if stands and not_kept_from else [],
        ),
        results_missing=len(stands.to_come) if stands else 0,
        late_plans=Shortened.to(MOST_PLANS, late_plans),
        late_actions=Shortened.to(MOST_PLANS, late_actions),
        meetings=tuple(_next_meetings(reader, today)),
        days=_days_to_come(quarter, today) if quarter else (),
    )


def _does(preview: ClosePreview, act: CloseAct) -> bool:
    """Whether this is what the close would do with it first. What silence would do is said with the counts."""
    return preview.moves[0].act is act and not preview.is_missing


def _counted(statuses: Iterable[str]) -> dict[str, int]:
    found = Counter(statuses)
    return {key: found.get(key, 0) for key in COUNTED}


def _statuses_of_closed(quarter: Quarter, reader: User) -> dict[int, str]:
    """How each performance indicator is counted in a closed quarter, by its key."""
    rows = Indicator.objects.visible_to(reader).in_use(quarter).filter(kind=Kind.KPI)
    keys = list(rows.values_list("pk", flat=True))
    stood = standings(keys, first=quarter, last=quarter)
    return {pk: counted_status(stood.get((pk, quarter))) for pk in keys}


def _statuses_tonight(stands: AsItStands) -> dict[int, str]:
    """The same of the open quarter. Green on figures that are too old is not counted as green."""
    given = Revision.objects.latest_ones().filter(
        result__quarter=stands.quarter, data_quarter__isnull=False, value__isnull=False
    )
    old = {
        pk
        for pk, speaks_of, lag in given.values_list(
            "result__indicator_id", "data_quarter", "result__indicator__lag_quarters"
        )
        if speaks_of is not None and stale(stands.quarter, speaks_of, lag)
    }
    return {
        each.indicator_id: "not_rated"
        if not each.rag or (each.rag == Rag.GREEN and each.indicator_id in old)
        else each.rag
        for each in stands.previews
        if each.indicator.kind == Kind.KPI and (each.rag or each.not_rated)
    }


def _directorates(stands: AsItStands, statuses: Mapping[int, str], today: date) -> list[UnitStrip]:
    """A strip for each directorate: how it stands tonight, what goes up, whose results are missing. Most reds first."""
    tree = tree_on(today)
    members: dict[str, list[ClosePreview]] = {}
    branches: dict[str, Branch] = {}
    for each in stands.previews:
        unit = each.indicator.unit_id
        branch = tree.at_tier(unit, UnitTier.DIRECTORATE) or tree.standing(unit)
        if branch is not None:
            branches[branch.code] = branch
            members.setdefault(branch.code, []).append(each)
    strips = [
        UnitStrip(
            name=branches[code].name,
            address=reverse("dashboard", args=[code]),
            counts=_counted(
                statuses[each.indicator_id] for each in found if each.indicator_id in statuses
            ),
            note=_directorate_note(found),
        )
        for code, found in members.items()
    ]
    return sorted(
        strips,
        key=lambda each: (-each.counts["red"], -each.counts["not_rated"], each.name),
    )


def _directorate_note(previews: Sequence[ClosePreview]) -> str:
    up = sum(bool(each.moves) and _does(each, CloseAct.OPENS) for each in previews)
    people = Counter(
        each.indicator.accountable_manager.name for each in previews if each.is_missing
    )
    said = [f"{up} would go up"] if up else []
    if people:
        named = [name for name, _ in people.most_common(MOST_NAMED)]
        more = len(people) - len(named)
        names = ", ".join(named) + (f" and {more} more" if more else "")
        said.append(f"{people.total()} missing: {names}")
    return "; ".join(said)


def _next_meetings(reader: User, today: date) -> Iterable[NextMeeting]:
    """Each standing team's next meeting. Who is called in is for those who read the team's papers."""
    is_officer = sight_of(reader) is Sight.EVERYTHING
    for team in Team.objects.standing_on(today):
        to_come = team.meetings.filter(meets_on__gte=today).exclude(state=MeetingState.HELD)
        meeting = to_come.select_related("team").order_by("meets_on").first()
        reads = may_read(reader, team)
        if meeting is None or not (is_officer or reads):
            yield NextMeeting(team, meeting, False, False, Shortened((), 0))
            continue
        called_in = as_read_by(
            meeting.call_ins.on_agenda()
            .with_matters()
            .select_related("meeting__team", "invitation__deputy")
            .order_by("at", "id"),
            reader,
        )
        owed = AgreedAction.objects.filter(
            call_in__meeting__team=team, done_on__isnull=True, due_on__lt=today
        )
        is_for_delivery, is_for_performance = looks_at_delivery(team), team.code == TeamCode.PAT
        yield NextMeeting(
            team=team,
            meeting=meeting,
            is_told=True,
            names_called_in=reads,
            called_in=Shortened.to(MOST_CALLED_IN, called_in),
            undecided=len(call_in_board(team=team, meeting=meeting, reader=None).undecided)
            if is_for_performance and (is_officer or takes_part(reader, team))
            else 0,
            late_milestones=len(late_milestones(day=today)) if is_for_delivery else 0,
            overdue_actions=owed.count(),
        )


def _days_to_come(quarter: Quarter, today: date) -> tuple[StepLine, ...]:
    """The next days of a quarter: of a step that has one for each tier, the last."""
    last: dict[Step, StepLine] = {}
    for each in calendar_of(quarter).steps:
        if each.step not in last or last[each.step].planned.due_on < each.planned.due_on:
            last[each.step] = each
    to_come = (each for each in last.values() if each.planned.due_on >= today)
    return tuple(sorted(to_come, key=lambda each: each.planned.due_on))[:MOST_DAYS]


CHANGES = (
    ("newly_red", "Newly red"),
    ("newly_green", "Recovered to green"),
    ("newly_escalated", "Newly referred to PAT or Cabinet"),
)


def _published() -> PublishedQuarter | None:
    edition = published_edition()
    if edition is None:
        return None
    document = public_document(edition)
    titles = {each["reference"]: each["title"] for each in document["indicators"]}
    counts = document["counts"]
    return PublishedQuarter(
        quarter=edition.quarter,
        published_on=edition.published_on,
        counts={
            **{key: counts[key] for key in ("green", "amber", "red")},
            "not_rated": counts["not_rated"] + counts["stale"],
        },
        headline=said_in(document)["summary"]["headline"],
        changes=tuple(
            (
                words,
                Shortened.to(
                    MOST_RECOVERING,
                    [titles[each] for each in document["changes"][key] if each in titles],
                ),
            )
            for key, words in CHANGES
        ),
    )
