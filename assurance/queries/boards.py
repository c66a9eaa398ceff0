"""The call-in board: what a chair may call in to a meeting, and why each is here."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from assurance.models.meetings import CallIn, Decision, Meeting
from assurance.models.teams import Team
from assurance.rights import takes_part
from assurance.rules import (
    CallInVerdict,
    Eligibility,
    RatedQuarter,
    eligibility,
    eligibility_sentence,
)
from core.quarters import Quarter
from escalation.models.escalations import Escalation
from escalation.models.plans import ActionPlan
from indicators.models.definitions import Indicator
from indicators.models.ratings import Rating
from indicators.queries.months import LatestMonth, latest_months
from indicators.rules.remarks import state_now
from organisation.models.people import User
from sorp.lexicon import Layer, Level, Rag

LOOKED_BACK = 8  # quarters; enough to find the last rated one before a gap


@dataclass(frozen=True, slots=True)
class BoardLine:
    """One indicator on the board: its state, why it is here, and what was decided about it."""

    indicator: Indicator
    rag: Rag | None
    not_rated: str
    previous_rag: Rag | None
    eligibility: Eligibility
    why: tuple[str, ...]
    state_now: str  # how it stands in the meeting's quarter, in words
    levels: tuple[Level, ...]
    times_before: int
    plan_number: int | None
    plan_is_agreed: bool
    call_in: CallIn | None
    has_management_action: bool = False  # said with the quarter's result
    latest_month: LatestMonth | None = None  # provisional, after the meeting's quarter

    @property
    def reference(self) -> str:
        return self.indicator.reference

    @property
    def is_called_in(self) -> bool:
        return self.call_in is not None and self.call_in.verdict == CallInVerdict.CALLED_IN

    @property
    def plan_in_words(self) -> str:
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

    def line(self, reference: str) -> BoardLine | None:
        return next((line for line in self.lines if line.reference == reference), None)

    @property
    def undecided(self) -> tuple[BoardLine, ...]:
        return tuple(line for line in self.lines if line.call_in is None)


@dataclass(frozen=True, slots=True)
class _BoardFacts:
    """What the board knows, by indicator."""

    histories: dict[int, dict[Quarter, Rating]]
    escalations: dict[int, list[Escalation]]
    called_in: dict[int, CallIn]
    times_before: Counter[int]
    plans: dict[int, ActionPlan]
    agreed_plans: set[int]


def call_in_board(*, team: Team, meeting: Meeting, reader: User | None) -> CallInBoard:
    """Each eligible indicator with why it is here, most serious first.

    A reader without a part in the meeting sees an empty board; no reader (the system) sees all.
    """
    quarter = meeting.quarter
    if reader is not None and not takes_part(reader, team):
        return CallInBoard(meeting, quarter, ())
    indicators = list(
        Indicator.objects.in_use(quarter)
        .select_related("unit__parent", "accountable_manager")
        .order_by("reference")
    )
    facts = _board_facts(meeting, quarter)
    lines = [line for each in indicators if (line := _line(each, quarter, facts)) is not None]
    # What was decided at a meeting that is held was decided without the months that came later.
    latest = {} if meeting.is_held else latest_months([line.indicator for line in lines])
    lines = [
        replace(line, latest_month=month)
        if (month := latest.get(line.indicator.pk)) and month.month.quarter > quarter
        else line
        for line in lines
    ]
    return CallInBoard(meeting, quarter, tuple(sorted(lines, key=_gravity)))


def _board_facts(meeting: Meeting, quarter: Quarter) -> _BoardFacts:
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
    for row in Escalation.objects.open_at(quarter).select_related("sorp_version"):
        escalations[row.indicator_id].append(row)
    earlier = CallIn.objects.on_agenda().filter(
        meeting__team=meeting.team_id, meeting__meets_on__lt=meeting.meets_on
    )
    plans = ActionPlan.objects.filter(is_latest=True)
    agreed = Decision.objects.filter(agreed_plan__is_latest=True)
    return _BoardFacts(
        histories=histories,
        escalations=escalations,
        called_in={
            row.indicator_id: row
            for row in meeting.call_ins.select_related("called_in_by", "indicator")
        },
        times_before=Counter(earlier.values_list("indicator_id", flat=True)),
        plans={plan.indicator_id: plan for plan in plans},
        agreed_plans=set(agreed.values_list("agreed_plan_id", flat=True)),
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
    decided = facts.called_in.get(indicator.pk)
    found = eligibility(
        history,
        quarter=quarter,
        escalated=bool(open_ones),
        in_report=indicator.layer != Layer.NONE,
    )
    if found is None and decided is None:
        return None
    now, before = ratings.get(quarter), ratings.get(quarter.previous())
    plan = facts.plans.get(indicator.pk)
    return BoardLine(
        indicator=indicator,
        rag=Rag(now.rag) if now and now.rag else None,
        not_rated=now.not_rated if now else "no_result",
        previous_rag=Rag(before.rag) if before and before.rag else None,
        eligibility=found or Eligibility.STATED_REASON,
        why=_why(found, open_ones, history, quarter, decided),
        state_now=state_now([rating for _, rating in sorted(ratings.items())]),
        levels=tuple(Level(row.level) for row in open_ones),
        times_before=facts.times_before[indicator.pk],
        plan_number=plan.number if plan else None,
        plan_is_agreed=bool(plan and plan.pk in facts.agreed_plans),
        call_in=decided,
        has_management_action=bool(now and now.revision and now.revision.management_action),
    )


def _why(
    found: Eligibility | None,
    open_ones: Iterable[Escalation],
    history: list[RatedQuarter],
    quarter: Quarter,
    decided: CallIn | None,
) -> tuple[str, ...]:
    """The highest escalation's own sentence; else the rule's; else the chair's stated reason."""
    reasons = tuple(row.reason for row in open_ones)
    if reasons:
        return reasons
    if found is not None:
        return (eligibility_sentence(found, history, quarter),)
    return (decided.why,) if decided else ()


def _gravity(line: BoardLine) -> tuple[int, int, str]:
    """Highest level first, then red before amber before the rest, then by reference."""
    height = max((level.height for level in line.levels), default=-1)
    return -height, -(line.rag.severity if line.rag else 0), line.reference
