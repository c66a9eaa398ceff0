"""What may be asked of targets: those in force, those that lack, those that wait, and what they would do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from core.own_words import in_own_words
from core.quarters import Quarter
from core.queries import last_closed, open_quarters
from indicators.models.definitions import Indicator, Target
from indicators.models.ratings import Rating
from indicators.models.target_proposals import TargetProposal
from indicators.queries.calendar import latest_open_quarter
from indicators.queries.histories import targets_in_force, thresholds_of
from indicators.queries.rounds import carried_over
from indicators.rights import Reach, targets_approved_by, targets_proposed_by
from indicators.rules.targets import Limits, ProposalState, limits_in_words
from organisation.models.people import User
from organisation.permissions import Permission
from organisation.rights import allowed
from sorp.lexicon import NotRated, Rag, RatingMethod
from sorp.rules.patterns import YEAR
from sorp.rules.thresholds import LIMITS, rate

SHOWN_BACK = 3 * YEAR  # quarters in which a last result is looked for
MOST_SHOWN = 4  # of the last results of an indicator


def measured_by_target(quarter: Quarter) -> QuerySet[Indicator]:
    """Those in use in a quarter that a target, or a range, is set for."""
    return Indicator.objects.in_use(quarter).exclude(method=RatingMethod.NONE)


def without_target(quarter: Quarter, rows: Iterable[Indicator] | None = None) -> list[Indicator]:
    """Of those that are rated by one, which have none for a quarter. Two queries.

    What is counted from April asks for one only in the quarters in which it is due.
    """
    asked = list(rows if rows is not None else measured_by_target(quarter))
    found = targets_in_force(quarter, [each.pk for each in asked])
    return [
        each
        for each in asked
        if not _has_target(each, found.get(each.pk))
        and (not each.pattern.restarts_in_april or quarter.number in each.pattern.quarters_due)
    ]


def _has_target(indicator: Indicator, target: Target | None) -> bool:
    try:
        thresholds = thresholds_of(indicator, target)
    except ValueError:
        return False  # its definition was changed since: it says nothing that rates
    return thresholds is not None and thresholds.has_target


@dataclass(frozen=True, slots=True)
class TargetLine:
    """One indicator in the list: what is aimed at now, and what waits to be approved."""

    indicator: Indicator
    target: Target | None
    said: str
    waiting: int
    carried_over: str = ""  # where nobody agreed it for the year


def target_lines(indicators: Iterable[Indicator], quarter: Quarter) -> list[TargetLine]:
    """What is aimed at in a quarter, an indicator a line. Six queries at most beside the rows."""
    asked = list(indicators)
    found = targets_in_force(quarter, [each.pk for each in asked])
    counts: dict[int, int] = defaultdict(int)
    for pk in TargetProposal.objects.waiting().values_list("indicator_id", flat=True):
        counts[pk] += 1
    carried = carried_over(quarter, asked)
    return [
        TargetLine(
            each,
            target := found.get(each.pk),
            target_in_words(each, target),
            counts[each.pk],
            carried.get(each.pk, ""),
        )
        for each in asked
    ]


def target_in_words(indicator: Indicator, target: Target | TargetProposal | None) -> str:
    """What is aimed at, in words; nothing where no target is set."""
    if target is None:
        return ""
    limits = {name: getattr(target, name) for name in LIMITS}
    return in_own_words(limits_in_words(limits, indicator.measure_unit))


def quarters_offered(*, most: int = 8) -> list[Quarter]:
    """Those from which a target may be set: none that is closed, up to two years on."""
    closed = last_closed()
    first = closed.next() if closed else min(open_quarters(), default=latest_open_quarter())
    return list(first.until(first.back(1 - most)))


@dataclass(frozen=True, slots=True)
class ColourThen:
    """What a result was rated, and what it would be under another target."""

    quarter: Quarter
    value: Decimal
    was: Rag | NotRated
    becomes: Rag | NotRated

    @property
    def differs(self) -> bool:
        return self.was != self.becomes

    @property
    def in_words(self) -> str:
        if not self.differs:
            return f"{self.quarter}: stays {self.was.label.lower()}"
        return f"{self.quarter}: {self.was.label.lower()}, would be {self.becomes.label.lower()}"


def last_ratings(indicators: Iterable[int], *, before: Quarter) -> dict[int, list[Rating]]:
    """The ratings of the last three years that have a value, latest first, by indicator. One query."""
    rows = Rating.objects.latest_ones().filter(
        indicator__in=list(indicators), quarter__gte=before.back(SHOWN_BACK), value__isnull=False
    )
    found: dict[int, list[Rating]] = defaultdict(list)
    for each in rows.order_by("-quarter"):
        found[each.indicator_id].append(each)
    return found


def colours_under(
    indicator: Indicator, limits: Limits, from_quarter: Quarter, ratings: Sequence[Rating]
) -> list[ColourThen]:
    """The colours of the last results, and those they would have with these numbers; latest first.

    Of what is counted from April, only of the same quarter: others had targets of their own. Nothing
    where the numbers do not rate.
    """
    try:
        thresholds = thresholds_of(indicator, Target(**{name: limits.get(name) for name in LIMITS}))
    except ValueError:
        return []
    if thresholds is None:
        return []
    found = [
        ColourThen(each.quarter, each.value, _verdict(each), rate(each.value, thresholds))
        for each in ratings
        if each.value is not None and indicator.pattern.comparable(from_quarter, each.quarter)
    ]
    return found[:MOST_SHOWN]


def _verdict(rating: Rating) -> Rag | NotRated:
    return Rag(rating.rag) if rating.rag else NotRated(rating.not_rated)


@dataclass(frozen=True, slots=True)
class ProposedLine:
    """One proposed target, with what stands now and what it would make of the last results."""

    proposal: TargetProposal
    said: str
    stands: str
    colours: list[ColourThen]


def proposed_lines(proposals: Iterable[TargetProposal]) -> list[ProposedLine]:
    """What is proposed, and the last results under both. Queries by quarter, not by proposal."""
    rows = list(proposals)
    if not rows:
        return []
    ratings = last_ratings({row.indicator_id for row in rows}, before=latest_open_quarter())
    in_force = {
        quarter: targets_in_force(quarter, {row.indicator_id for row in rows})
        for quarter in {row.from_quarter for row in rows}
    }
    return [
        ProposedLine(
            row,
            target_in_words(row.indicator, row),
            target_in_words(row.indicator, in_force[row.from_quarter].get(row.indicator_id)),
            colours_under(
                row.indicator, row.limits, row.from_quarter, ratings.get(row.indicator_id, [])
            ),
        )
        for row in rows
    ]


def waiting_within(reach: Reach) -> QuerySet[TargetProposal]:
    """Those that wait, of the indicators within somebody's reach."""
    rows = TargetProposal.objects.waiting().filter(
        indicator__in=Indicator.objects.filter(reach.condition)
    )
    related = ("indicator__unit", "indicator__accountable_manager", "proposed_by", "recorded_by")
    return rows.select_related(*related).order_by("indicator__reference", "from_quarter")


def may_propose_target(indicator: Indicator, user: User) -> bool:
    """Its accountable manager, and the performance officers."""
    return targets_proposed_by(user).holds(indicator)


def may_approve_target(proposal: TargetProposal, user: User, reach: Reach | None = None) -> bool:
    """Who directs its unit or runs the framework, but neither its proposer nor who answers for it.

    Of many, `reach` is how far the right reaches (`targets_approved_by`), asked once.
    """
    reach = reach if reach is not None else targets_approved_by(user)
    return reach.holds(proposal.indicator) and user.pk not in (
        proposal.proposed_by_id,
        proposal.indicator.accountable_manager_id,
    )


def may_record_minute(user: User) -> bool:
    """Who runs the framework has the minutes of bodies before them."""
    return allowed(user, Permission.MANAGE_FRAMEWORK)


def may_check_minute(proposal: TargetProposal, user: User, reach: Reach | None = None) -> bool:
    """Anybody who may approve or record, but not who recorded this one."""
    reach = reach if reach is not None else targets_approved_by(user)
    return reach.holds(proposal.indicator) and user.pk not in (
        proposal.recorded_by_id,
        proposal.indicator.accountable_manager_id,
    )


def waiting_for(user: User) -> list[TargetProposal]:
    """Those that wait for this person's word: to be approved, or their minute to be checked."""
    if not allowed(user, Permission.APPROVE_TARGETS):
        return []
    reach = targets_approved_by(user)
    return [
        row
        for row in waiting_within(reach)
        if (
            may_check_minute(row, user, reach)
            if row.state == ProposalState.RECORDED
            else may_approve_target(row, user, reach)
        )
    ]
