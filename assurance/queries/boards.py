"""The call-in board: what a chair may call in to a meeting, and why each is here."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db.models import Q

from assurance.models.matters import (
    Matter,
    address_of_matter,
    answers_for,
    kind_of,
    page_of,
    reference_of,
    title_of,
    unit_of,
)
from assurance.models.meetings import CallIn, Decision, Meeting
from assurance.models.teams import Team
from assurance.queries.exemptions import as_read_by
from assurance.queries.matters import (
    Eligible,
    eligible_for_delivery,
    eligible_risks,
    eligible_services,
    states_of,
)
from assurance.queries.seats import looks_at_delivery
from assurance.rights import takes_part
from assurance.rules import (
    CallInVerdict,
    Eligibility,
    MatterKind,
    RatedQuarter,
    TeamCode,
    eligibility,
    eligibility_sentence,
)
from core.clock import localdate
from core.dates import as_date
from core.quarters import Quarter
from core.words import as_sentence
from escalation.models.escalations import Escalation
from escalation.models.exceptions import PositiveException
from escalation.models.plans import ActionPlan
from escalation.queries.exceptions import directors_of
from indicators.models.definitions import Indicator
from indicators.models.ratings import Rating
from indicators.queries.months import LatestMonth, latest_months
from indicators.rules.remarks import state_now
from organisation.models.people import User
from organisation.models.units import Unit
from organisation.queries import tree_on
from organisation.rules import Tree, UnitTier
from sorp.lexicon import Layer, Level, NotRated, Rag
from strategy.models.plan import Measure, Milestone, Project
from strategy.models.risks import Risk
from strategy.models.savings import Saving

YEAR = timedelta(days=366)  # so long another team's look at something is told
LOOKED_BACK = 8  # quarters; enough to find the last rated one before a gap


@dataclass(frozen=True, slots=True)
class BoardLine:
    """One matter on the board: its state, why it is here, and what was decided about it.

    What has ratings, levels and plans is an indicator; of anything else they are empty.
    """

    matter: Matter
    eligibility: Eligibility
    why: tuple[str, ...]
    state_now: str  # how it stands, in words: an indicator in the meeting's quarter
    times_before: int
    call_in: CallIn | None
    answers: User | None
    directorate: str  # empty for what belongs to the whole council
    rank: int  # the higher, the sooner it is looked at
    rag: Rag | None = None
    not_rated: str = ""
    previous_rag: Rag | None = None
    levels: tuple[Level, ...] = ()
    plan_number: int | None = None
    plan_is_agreed: bool = False
    has_management_action: bool = False  # said with the quarter's result
    latest_month: LatestMonth | None = None  # provisional, after the meeting's quarter
    elsewhere: tuple[str, ...] = ()  # what the other team and the levels below did, as sentences

    @property
    def kind(self) -> MatterKind:
        return kind_of(self.matter)

    @property
    def indicator(self) -> Indicator | None:
        return self.matter if isinstance(self.matter, Indicator) else None

    @property
    def title(self) -> str:
        return title_of(self.matter)

    @property
    def reference(self) -> str:
        return reference_of(self.matter)

    @property
    def address(self) -> str:
        return address_of_matter(self.matter)

    @property
    def page(self) -> str:
        return page_of(self.matter)

    @property
    def is_called_in(self) -> bool:
        return self.call_in is not None and self.call_in.verdict == CallInVerdict.CALLED_IN

    @property
    def plan_in_words(self) -> str:
        if self.indicator is None:
            return ""
        if self.plan_number is None:
            return (
                "Management action given, no action plan"
                if self.has_management_action
                else "No action plan yet"
            )
        if self.plan_is_agreed:
            return f"Action plan {self.plan_number}, agreed"
        return f"Action plan {self.plan_number}, not yet agreed"

    @property
    def before_in_words(self) -> str:
        words = {0: "First time here", 1: "Second time here", 2: "Third time here"}
        return words.get(self.times_before, f"Called in {self.times_before} times before")


@dataclass(frozen=True, slots=True)
class CallInBoard:
    """What may be called in to a meeting; and what was, though no rule made it eligible."""

    meeting: Meeting
    quarter: Quarter
    lines: tuple[BoardLine, ...]

    def line(self, matter: Matter) -> BoardLine | None:
        return next((line for line in self.lines if line.matter == matter), None)

    @property
    def undecided(self) -> tuple[BoardLine, ...]:
        return tuple(line for line in self.lines if line.call_in is None)


@dataclass(frozen=True, slots=True)
class _BoardFacts:
    """What the board knows, by indicator; of call-ins, by what they are about."""

    histories: dict[int, dict[Quarter, Rating]]
    escalations: dict[int, list[Escalation]]
    well_done: dict[int, str]
    called_in: dict[Matter, CallIn]
    times_before: Counter[tuple[MatterKind, int]]
    plans: dict[int, ActionPlan]
    agreed_plans: set[int]
    tree: Tree
    other_teams: dict[Matter, CallIn]  # what another team called in last, within the year

    def elsewhere(self, matter: Matter) -> tuple[str, ...]:
        """What the other team made of it last, and what each other level to which it is referred did last."""
        found = []
        row = self.other_teams.get(matter)
        if row is not None:
            decisions = list(row.decisions.all())
            decided = decisions[-1].text if decisions else row.withheld
            said = f": {decided}" if decided else ""
            found.append(f"{row.meeting.team.short}, {as_date(row.meeting.meets_on)}{said}")
        for each in self.escalations.get(matter.pk, []) if isinstance(matter, Indicator) else []:
            handlings = list(each.handlings.all())
            if handlings and each.level != Level.PAT:  # a team's own: in its log, and told above
                last = handlings[-1]
                did = f"{each.get_level_display()}: {last.get_kind_display().lower()} on {as_date(last.handled_on)}"
                found.append(f"{did}. {last.words}" if last.words else did)
        return tuple(as_sentence(each) for each in found)

    def directorate(self, unit: Unit | None) -> str:
        branch = self.tree.at_tier(unit.pk, UnitTier.DIRECTORATE) if unit else None
        return branch.name if branch else ""

    def before(self, matter: Matter) -> int:
        return self.times_before[kind_of(matter), matter.pk]


def call_in_board(*, team: Team, meeting: Meeting, reader: User | None) -> CallInBoard:
    """Each eligible matter with why it is here, most serious first, in the same queries for any number.

    The team that looks at performance is offered indicators and services; the one that looks at
    delivery milestones, projects and savings, and of indicators those that measure the plan; both
    are offered risks. A reader without a part in the meeting sees an empty board; no reader (the system) sees all.
    """
    quarter = meeting.quarter
    if reader is not None and not takes_part(reader, team):
        return CallInBoard(meeting, quarter, ())
    for_performance, for_delivery = team.code == TeamCode.PAT, looks_at_delivery(team)
    indicators = Indicator.objects.in_use(quarter)
    if not for_performance:
        measured = Measure.objects.standing_on(meeting.meets_on).values("indicator")
        indicators = indicators.filter(
            Q(pk__in=measured) | Q(pk__in=meeting.call_ins.values("indicator"))
        )
    facts = _board_facts(meeting, quarter, reader)
    lines = [
        line
        for each in indicators.select_related("unit__parent", "accountable_manager").order_by(
            "reference"
        )
        if (line := _line(each, quarter, facts)) is not None
    ]
    # What was decided at a meeting that is held was decided without the months that came later.
    latest = {} if meeting.is_held else latest_months([_indicator(line) for line in lines])
    lines = [
        replace(line, latest_month=month)
        if (month := latest.get(line.matter.pk)) and month.month.quarter > quarter
        else line
        for line in lines
    ]
    day = min(localdate(), meeting.meets_on)
    others: list[Eligible] = [*eligible_risks(day)]
    if for_performance:
        others += eligible_services({Level.PAT}, day)
    if for_delivery:
        others += eligible_for_delivery(day)
    lines += _other_lines(others, facts, day)
    if not for_performance:  # what its board is for comes before what only measures it
        lines.sort(key=lambda line: (line.indicator is not None, _gravity(line)))
        return CallInBoard(meeting, quarter, tuple(lines))
    return CallInBoard(meeting, quarter, tuple(sorted(lines, key=_gravity)))


def _indicator(line: BoardLine) -> Indicator:
    assert isinstance(line.matter, Indicator)
    return line.matter


def _board_facts(meeting: Meeting, quarter: Quarter, reader: User | None) -> _BoardFacts:
    histories: dict[int, dict[Quarter, Rating]] = defaultdict(dict)
    for rating in (
        Rating.objects.latest_ones()
        .filter(
            quarter__lte=quarter,
            quarter__gte=quarter.back(LOOKED_BACK),
        )
        .select_related("revision")
    ):
        histories[rating.indicator_id][rating.quarter] = rating
    escalations: dict[int, list[Escalation]] = defaultdict(list)
    open_ones = Escalation.objects.open_at(quarter).select_related("sorp_version")
    for row in open_ones.prefetch_related("handlings"):
        escalations[row.indicator_id].append(row)
    well_done = PositiveException.objects.filter(level=Level.PAT, opened_in__lte=quarter).filter(
        Q(ended_in__isnull=True) | Q(ended_in__gt=quarter)
    )
    earlier = CallIn.objects.on_agenda().filter(
        meeting__team=meeting.team_id, meeting__meets_on__lt=meeting.meets_on
    )
    plans = ActionPlan.objects.filter(is_latest=True)
    agreed = Decision.objects.filter(agreed_plan__is_latest=True)
    decided = meeting.call_ins.with_matters().select_related("called_in_by")
    elsewhere = (
        CallIn.objects.on_agenda()
        .exclude(meeting__team=meeting.team_id)
        .filter(meeting__meets_on__range=(meeting.meets_on - YEAR, meeting.meets_on))
        .with_matters()
        .select_related("meeting__team", "invitation__deputy")
        .prefetch_related("decisions")
        .order_by("meeting__meets_on")
    )
    others = as_read_by(elsewhere, reader)
    return _BoardFacts(
        histories=histories,
        escalations=escalations,
        well_done={each.indicator_id: each.reason for each in well_done},
        called_in={row.matter: row for row in decided},
        times_before=Counter(
            (kind, key)
            for row in earlier.values_list(*(f"{kind}_id" for kind in MatterKind))
            for kind, key in zip(MatterKind, row, strict=True)
            if key is not None
        ),
        plans={plan.indicator_id: plan for plan in plans},
        agreed_plans=set(agreed.values_list("agreed_plan_id", flat=True)),
        tree=tree_on(meeting.meets_on),
        other_teams={row.matter: row for row in others if not row.is_nameless},
    )


def _line(indicator: Indicator, quarter: Quarter, facts: _BoardFacts) -> BoardLine | None:
    ratings = facts.histories.get(indicator.pk, {})
    history = [
        RatedQuarter(each, Rag(rating.rag) if rating.rag else None, rating.definition_break)
        for each, rating in sorted(ratings.items())
    ]
    open_ones = sorted(
        facts.escalations.get(indicator.pk, []),
        key=lambda row: Level(row.level).height,
        reverse=True,
    )
    decided = facts.called_in.get(indicator)
    now, before = ratings.get(quarter), ratings.get(quarter.previous())
    found = eligibility(
        history,
        quarter=quarter,
        escalated=bool(open_ones),
        in_report=indicator.layer != Layer.NONE,
        silent=now is not None and now.not_rated == NotRated.NO_RESULT,
        well_done=indicator.pk in facts.well_done,
    )
    if found is None and decided is None:
        return None
    plan = facts.plans.get(indicator.pk)
    rag = Rag(now.rag) if now and now.rag else None
    height = max((Level(row.level).height for row in open_ones), default=-1)
    return BoardLine(
        matter=indicator,
        eligibility=found or Eligibility.STATED_REASON,
        why=_why(found, open_ones, history, quarter, decided, facts.well_done.get(indicator.pk)),
        state_now=state_now([rating for _, rating in sorted(ratings.items())]),
        times_before=facts.before(indicator),
        call_in=decided,
        answers=indicator.accountable_manager,
        directorate=facts.directorate(indicator.unit),
        rank=10 * height + (rag.severity if rag else 0),
        rag=rag,
        not_rated=now.not_rated if now else NotRated.NO_RESULT.value,
        previous_rag=Rag(before.rag) if before and before.rag else None,
        levels=tuple(Level(row.level) for row in open_ones),
        plan_number=plan.number if plan else None,
        plan_is_agreed=bool(plan and plan.pk in facts.agreed_plans),
        has_management_action=bool(now and now.revision and now.revision.management_action),
        elsewhere=facts.elsewhere(indicator),
    )


def _why(
    found: Eligibility | None,
    open_ones: Iterable[Escalation],
    history: list[RatedQuarter],
    quarter: Quarter,
    decided: CallIn | None,
    well_done: str | None,
) -> tuple[str, ...]:
    """The highest escalation's own sentence; else the rule's; else the chair's stated reason."""
    reasons = tuple(row.reason for row in open_ones)
    if reasons:
        return reasons
    if found is Eligibility.WELL_DONE and well_done:
        return (well_done,)
    if found is not None:
        return (eligibility_sentence(found, history, quarter),)
    return (decided.why,) if decided else ()


def _other_lines(eligible: Iterable[Eligible], facts: _BoardFacts, day: date) -> list[BoardLine]:
    """What is no indicator: what may be called in, and what the chair decided about though no rule names it."""
    found: dict[Matter, Eligible] = {}
    for each in eligible:
        found.setdefault(each.matter, each)
    besides = [
        each for each in facts.called_in if not isinstance(each, Indicator) and each not in found
    ]
    states = states_of(besides, day)
    answering = directors_of([each for each in (*found, *besides) if isinstance(each, Unit)])
    lines = [
        (each.matter, each.eligibility, each.why, each.state, each.rank) for each in found.values()
    ]
    lines += [
        (each, Eligibility.STATED_REASON, facts.called_in[each].why, states[each], 0)
        for each in besides
    ]
    return [
        BoardLine(
            matter=matter,
            eligibility=why_here,
            why=(why,),
            state_now="" if state == why else state,
            times_before=facts.before(matter),
            call_in=facts.called_in.get(matter),
            answers=next(iter(answering.get(matter.pk, ())), None)
            if isinstance(matter, Unit)
            else answers_for(matter),
            directorate=facts.directorate(unit_of(matter)),
            rank=rank,
            elsewhere=facts.elsewhere(matter),
        )
        for matter, why_here, why, state, rank in lines
    ]


@dataclass(frozen=True, slots=True)
class Offered:
    """Things of one kind that the chair may call in for a reason of their own."""

    heading: str  # "Milestones"
    choices: tuple[tuple[str, str], ...]  # address, and what it is called


def offered_besides(meeting: Meeting, *, reader: User) -> tuple[Offered, ...]:
    """What could come before a team and is not called in to this meeting, by kind.

    Any indicator that the reader sees and any service; before the team that looks at delivery, what
    is not finished of the plan, projects, savings and risks too.
    """
    called_in = {each.matter for each in meeting.call_ins.on_agenda().with_matters()}
    day = min(localdate(), meeting.meets_on)
    indicators = Indicator.objects.visible_to(reader).in_use(meeting.quarter)
    standing = Unit.objects.filter(pk__in=tree_on(meeting.meets_on).branches)
    found: list[tuple[str, Iterable[Matter]]] = []
    if looks_at_delivery(meeting.team):
        found += [
            ("Milestones", Milestone.objects.not_done_by(day)),
            ("Projects", Project.objects.standing_on(day)),
            ("Savings", Saving.objects.standing_on(day)),
            ("Risks", Risk.objects.standing_on(day)),
        ]
    found += [
        ("Indicators", indicators.order_by("reference")),
        ("Services", standing.order_by("name")),
    ]
    return tuple(
        Offered(heading, choices)
        for heading, matters in found
        if (
            choices := tuple(
                (
                    address_of_matter(each),
                    " ".join(filter(None, (reference_of(each), title_of(each)))),
                )
                for each in matters
                if each not in called_in
            )
        )
    )


def _gravity(line: BoardLine) -> tuple[int, str, str]:
    """Highest level first, then red before amber before the rest, then by reference and title."""
    return -line.rank, line.reference, line.title
