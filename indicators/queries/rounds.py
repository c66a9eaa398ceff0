"""What may be asked of an annual round: its grid, how far each directorate has come, what is carried over."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from core.clock import day_of, localdate
from core.dates import as_date
from core.own_words import in_own_words, word
from core.quarters import Quarter
from indicators.models.definitions import Indicator, Target
from indicators.models.forecasts import SystemForecast
from indicators.models.ratings import Rating
from indicators.models.returns import ManagersForecast
from indicators.models.rounds import AnnualRound, RoundLine, RoundRemark, RoundReview, RoundTarget
from indicators.queries.forecasts import current_managers_forecasts, current_system_forecasts
from indicators.queries.sight import seen_by
from indicators.rights import Reach, round_proposed_by, targets_approved_by
from indicators.rules.definitions import LIMITS_OF
from indicators.rules.rounds import (
    LineAction,
    LineProgress,
    LineState,
    RemarkKind,
    Review,
    ReviewKind,
    carried_over_words,
    in_effect_from,
    last_quarter_before,
)
from indicators.rules.targets import Limits, limits_in_words
from organisation.models.bodies import Committee, Membership
from organisation.models.council import AssuranceTeams
from organisation.models.people import User
from organisation.permissions import Permission
from organisation.queries import council_facts, tree_on
from organisation.rights import allowed
from organisation.rules import BodyKind, Branch, Tree, UnitTier
from sorp.lexicon import RatingMethod
from sorp.rules.thresholds import LIMITS

YEARS_SHOWN = 3
# By whom a set is agreed: those that look at it beforehand do not.
DECIDING = (
    *(BodyKind.COUNTY_COUNCIL, BodyKind.CABINET, BodyKind.INFORMAL_CABINET),
    *(BodyKind.MANAGEMENT_TEAM, BodyKind.OTHER),
)


def latest_round() -> AnnualRound | None:
    """The round of the latest year for which one was opened."""
    return AnnualRound.objects.select_related("opened_by").first()


def measured_before(year: int) -> list[Indicator]:
    """What is measured up to the end of the year before, and so may be kept, changed or ended."""
    rows = Indicator.objects.in_use(last_quarter_before(year))
    return list(rows.select_related("unit", "accountable_manager").order_by("reference"))


def quarters_of(indicator: Indicator, year: int) -> tuple[Quarter, ...]:
    """From which quarters of a year a target is given: of what is counted from April, from each due."""
    if RatingMethod(indicator.method) is RatingMethod.NONE:
        return ()
    if indicator.pattern.restarts_in_april:
        return tuple(Quarter(year, number) for number in indicator.pattern.quarters_due)
    return (Quarter(year, 1),)


def directorate_of(tree: Tree, unit: int | None) -> Branch | None:
    """The directorate that a unit is of; of what is the whole council's, the council."""
    if unit is None:
        return None
    found = tree.at_tier(unit, UnitTier.DIRECTORATE)
    if found is not None:
        return found
    above = list(tree.above(unit))
    return tree.branches[above[-1]] if above else None


# The grid -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GridRow:
    """One indicator in the grid: its last years, what is expected of it, and what is proposed."""

    indicator: Indicator
    line: RoundLine | None
    targets: Mapping[Quarter, Limits]  # proposed; where nothing is yet, what stands
    stands: Mapping[Quarter, str]  # in words
    years: tuple[Rating | None, ...]  # the last figure of each of the last three years
    forecast: SystemForecast | None
    managers: ManagersForecast | None
    remarks: int
    unanswered: int
    may_type: bool

    @property
    def names(self) -> tuple[str, ...]:
        return LIMITS_OF[RatingMethod(self.indicator.method)]

    @property
    def quarters(self) -> tuple[Quarter, ...]:
        return tuple(self.targets)

    @property
    def version(self) -> int:
        return self.line.version if self.line else 0

    @property
    def is_open(self) -> bool:
        """Whether its directorate may still type."""
        return self.may_type and (self.line is None or self.line.is_draft)

    @property
    def proposed(self) -> list[tuple[Quarter, str]]:
        """What is proposed, in words."""
        unit = self.indicator.measure_unit
        return [
            (each, in_own_words(limits_in_words(limits, unit)))
            for each, limits in self.targets.items()
        ]


@dataclass(frozen=True, slots=True)
class RoundGrid:
    """What one directorate proposes for one year."""

    round: AnnualRound
    directorate: Branch
    rows: tuple[GridRow, ...]  # of what is measured
    new: tuple[GridRow, ...]  # of what is to be
    year_names: tuple[str, ...]
    may_submit: bool

    @property
    def lines(self) -> list[RoundLine]:
        return [each.line for each in (*self.rows, *self.new) if each.line is not None]

    @property
    def without_line(self) -> list[Indicator]:
        return [each.indicator for each in self.rows if each.line is None]

    @property
    def drafts(self) -> list[RoundLine]:
        return [each for each in self.lines if each.is_draft]

    @property
    def open_rows(self) -> list[GridRow]:
        return [each for each in (*self.rows, *self.new) if each.is_open]


def definition_proposed(line: RoundLine) -> dict[str, Any]:
    """What a new indicator is to be, by the names of its fields, as they hold it."""
    said = dict(line.definition)
    if said.get("tolerance") is not None:
        said["tolerance"] = Decimal(said["tolerance"])
    if said.get("next_review") is not None:
        said["next_review"] = date.fromisoformat(said["next_review"])
    return said


def proposed_indicator(line: RoundLine) -> Indicator:
    """The indicator as it stands; of a new one, as it is to be."""
    if line.indicator is not None:
        return line.indicator
    return Indicator(
        reference=line.reference,
        unit=line.unit,
        accountable_manager=line.manager,
        first_quarter=Quarter(line.round.year, 1),
        **definition_proposed(line),
    )


def round_grid(*, round: AnnualRound, directorate: Branch, tree: Tree, reader: User) -> RoundGrid:
    """The grid of one directorate. As many queries for twenty indicators as for one."""

    def is_theirs(unit: int | None) -> bool:
        found = directorate_of(tree, unit)
        return found is not None and found.unit == directorate.unit

    lines = [each for each in lines_of(round) if is_theirs(each.subject.unit_id)]
    measured = [each for each in measured_before(round.year) if is_theirs(each.unit_id)]
    rows, new = grid_rows(
        round, measured, lines, round_proposed_by(reader), with_figures=sees_figures(reader)
    )
    return RoundGrid(
        round,
        directorate,
        tuple(rows),
        tuple(new),
        tuple(Quarter(each, 1).financial_year for each in years_shown(round.year)),
        may_submit=may_submit_for(directorate.unit, reader),
    )


def sees_figures(reader: User) -> bool:
    """Whether results and what is expected of them stand beside what is proposed for this reader."""
    return seen_by(reader, ()).is_everything


def years_shown(year: int) -> list[int]:
    """The financial years beside which a round is looked at, the earliest first."""
    return [year - back for back in range(YEARS_SHOWN, 0, -1)]


def lines_of(round: AnnualRound) -> list[RoundLine]:
    """All that stands of a round, with what a page says of each. Two queries."""
    rows = RoundLine.objects.standing().filter(round=round)
    related = (
        *("indicator__unit", "indicator__accountable_manager", "unit", "manager"),
        *("body", "typed_by", "submitted_by", "recorded_by", "checked_by", "round"),
    )
    found = rows.select_related(*related).prefetch_related("targets")
    return list(found.order_by("reference"))


def grid_rows(
    round: AnnualRound,
    measured: Sequence[Indicator],
    lines: Sequence[RoundLine],
    reach: Reach,
    *,
    with_figures: bool,
) -> tuple[list[GridRow], list[GridRow]]:
    """What is measured, and what is to be, each with its line. Seven queries, however many they are.

    Without figures for those from whom the council keeps what is not published.
    """
    by_indicator = {each.indicator_id: each for each in lines if each.action != LineAction.NEW}
    shown = [
        each
        for each in measured
        if each.pk in by_indicator or each.is_measured_in(round.first_quarter)
    ]
    keys = [each.pk for each in shown]
    standing: dict[int, list[Target]] = defaultdict(list)
    last = Quarter(round.year, 4)
    for row in Target.objects.filter(indicator__in=keys, from_quarter__lte=last).order_by(
        "from_quarter"
    ):
        standing[row.indicator_id].append(row)
    years = _last_of_years(keys if with_figures else [], round.year)
    after = {
        pk: latest.quarter
        for pk, of_one in years.items()
        if (latest := next((each for each in reversed(of_one) if each), None)) is not None
    }
    ours = current_system_forecasts(after=after)
    theirs = current_managers_forecasts(after=after)
    counts = _remarks_of(lines)

    def row_of(indicator: Indicator, line: RoundLine | None) -> GridRow:
        pk = indicator.pk or 0
        said = theirs.get(pk, [])
        remarks, unanswered = counts.get(line.pk, (0, 0)) if line else (0, 0)
        found = _standing_targets(indicator, round.year, standing.get(pk, []))
        return GridRow(
            indicator,
            line,
            targets=_targets_of(indicator, round.year, line, found),
            stands={
                quarter: in_own_words(limits_in_words(limits, indicator.measure_unit))
                for quarter, limits in found.items()
            },
            years=tuple(years.get(pk, [None] * YEARS_SHOWN)),
            forecast=ours.get(pk),
            managers=said[0][1] if said else None,
            remarks=remarks,
            unanswered=unanswered,
            may_type=reach.holds(indicator),
        )

    new = [each for each in lines if each.action == LineAction.NEW]
    return (
        [row_of(each, by_indicator.get(each.pk)) for each in shown],
        [row_of(proposed_indicator(each), each) for each in new],
    )


def _last_of_years(indicators: Sequence[int], year: int) -> dict[int, list[Rating | None]]:
    """The last figure of each of the last three years, with what it was rated. One query."""
    asked = years_shown(year)
    rows = Rating.objects.latest_ones().filter(
        indicator__in=list(indicators),
        quarter__range=(Quarter(asked[0], 1), Quarter(asked[-1], 4)),
        value__isnull=False,
    )
    found: dict[int, list[Rating | None]] = {pk: [None] * YEARS_SHOWN for pk in indicators}
    for row in rows.select_related("indicator").order_by("quarter"):
        found[row.indicator_id][row.quarter.year - asked[0]] = row
    return found


def _standing_targets(
    indicator: Indicator, year: int, targets: Sequence[Target]
) -> dict[Quarter, Limits]:
    """What goes on unless something else is agreed; of what is counted from April, what was last year's."""
    found: dict[Quarter, Limits] = {}
    for quarter in quarters_of(indicator, year):
        stands = indicator.pattern.target_in(quarter, targets)
        if stands is None and indicator.pattern.restarts_in_april:
            stands = indicator.pattern.target_in(quarter.back(4), targets)
        found[quarter] = {name: getattr(stands, name) if stands else None for name in LIMITS}
    return found


def _targets_of(
    indicator: Indicator, year: int, line: RoundLine | None, stands: Mapping[Quarter, Limits]
) -> dict[Quarter, Limits]:
    if line is None:
        return dict(stands)
    proposed = {each.from_quarter: each.limits for each in line.targets.all()}
    nothing: Limits = dict.fromkeys(LIMITS)
    return {each: proposed.get(each, nothing) for each in quarters_of(indicator, year)}


def _remarks_of(lines: Sequence[RoundLine]) -> dict[int, tuple[int, int]]:
    """How many remarks each line has, and how many challenges nobody has answered. One query."""
    found: dict[int, tuple[int, int]] = {}
    for remark in RoundRemark.objects.filter(line__in=[each.pk for each in lines]):
        said, unanswered = found.get(remark.line_id, (0, 0))
        found[remark.line_id] = (said + 1, unanswered + remark.is_unanswered)
    return found


def last_year_targets(line: RoundLine) -> dict[Quarter, Limits]:
    """What is aimed at unless this line is agreed."""
    if line.indicator is None:
        return {}
    targets = list(line.indicator.targets.order_by("from_quarter"))
    return _standing_targets(line.indicator, line.round.year, targets)


# The whole council ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DirectorateProgress:
    """How far one directorate's set has come."""

    branch: Branch
    measured: int
    counts: Mapping[LineState, int]
    actions: Mapping[LineAction, int]
    challenged: int
    unanswered: int
    carried_over: int
    may_submit: bool

    @property
    def proposed(self) -> int:
        """Those of which something was said for the new year."""
        return sum(self.counts.values())

    @property
    def missing(self) -> int:
        """Those of which nothing was said yet."""
        return self.measured - (self.proposed - self.actions[LineAction.NEW])

    @property
    def drafts(self) -> int:
        return self.counts[LineState.DRAFT]

    @property
    def submitted(self) -> int:
        return self.proposed - self.drafts

    @property
    def recorded(self) -> int:
        return self.counts[LineState.RECORDED]

    @property
    def agreed(self) -> int:
        return self.counts[LineState.AGREED]

    @property
    def not_yet(self) -> int:
        """Those that nobody has agreed, whether something was said of them or not."""
        return self.missing + self.proposed - self.agreed

    @property
    def in_words(self) -> str:
        """What becomes of the set, by count: "12 kept, 2 changed, 1 ended, 1 new"."""
        told = {
            LineAction.KEEP: "kept",
            LineAction.CHANGE: "changed",
            LineAction.END: "ended",
            LineAction.NEW: "new",
        }
        return ", ".join(
            f"{self.actions[action]} {words}"
            for action, words in told.items()
            if self.actions[action]
        )


def directorates_of(round: AnnualRound, *, reader: User, today: date) -> list[DirectorateProgress]:
    """Each directorate that has something to propose, by name. As many queries for twenty as for one."""
    tree = tree_on(today)
    lines, measured = lines_of(round), measured_before(round.year)
    with_line = {each.indicator_id for each in lines if each.action != LineAction.NEW}
    shown = [
        each
        for each in measured
        if each.pk in with_line or each.is_measured_in(round.first_quarter)
    ]
    carried = (
        carried_over(Quarter.containing(today), shown)
        if today >= round.first_quarter.first_day
        else {}
    )
    counts = _remarks_of(lines)
    found: dict[int, Branch] = {}
    of_unit: dict[int, list[Indicator]] = defaultdict(list)
    lines_in: dict[int, list[RoundLine]] = defaultdict(list)
    for indicator in shown:
        if branch := directorate_of(tree, indicator.unit_id):
            found[branch.unit] = branch
            of_unit[branch.unit].append(indicator)
    for line in lines:
        if branch := directorate_of(tree, line.subject.unit_id):
            found[branch.unit] = branch
            lines_in[branch.unit].append(line)
    reach, may_propose = round_proposed_by(reader), allowed(reader, Permission.PROPOSE_INDICATORS)
    return [
        DirectorateProgress(
            branch,
            measured=len(of_unit[unit]),
            counts=Counter(LineState(each.state) for each in lines_in[unit]),
            actions=Counter(LineAction(each.action) for each in lines_in[unit]),
            challenged=sum(_is_challenged(each, counts) for each in lines_in[unit]),
            unanswered=sum(counts.get(each.pk, (0, 0))[1] for each in lines_in[unit]),
            carried_over=sum(each.pk in carried for each in of_unit[unit]),
            may_submit=may_propose and (reach.every or unit in reach.units),
        )
        for unit, branch in sorted(found.items(), key=lambda pair: pair[1].name)
    ]


def _is_challenged(line: RoundLine, counts: Mapping[int, tuple[int, int]]) -> bool:
    return bool(counts.get(line.pk, (0, 0))[0])


def may_submit_for(unit: int, user: User) -> bool:
    """Who speaks for a whole directorate: its director and its performance officer, and the centre."""
    reach = round_proposed_by(user)
    return reach.every or unit in reach.units


# What comes before a decision -----------------------------------------------------------------------


def committees_that_look(day: date) -> list[Committee]:
    """The committees of Members by which a set is seen before it is agreed."""
    rows = Committee.objects.existing_on(day).filter(kind=BodyKind.POSC)
    return list(rows.prefetch_related("units"))


def looks_at(committee: Committee, tree: Tree, unit: int | None) -> bool:
    """Whether a committee looks at a unit; one that names no units looks at all of them."""
    named = {each.pk for each in committee.units.all()}
    return not named or (unit is not None and not named.isdisjoint(tree.above(unit)))


def progress_of(round: AnnualRound, lines: Iterable[RoundLine]) -> dict[int, LineProgress]:
    """What was done with each line until now. As many queries for twenty lines as for one."""
    asked = list(lines)
    tree, committees = tree_on(localdate()), committees_that_look(localdate())
    counts = _remarks_of(asked)
    teams: list[Review] = []
    by_committee: dict[int | None, list[Review]] = defaultdict(list)
    for review in RoundReview.objects.filter(round=round):
        if review.kind == ReviewKind.TEAM:
            teams.append(Review(review.met_on))
        else:
            by_committee[review.body_id].append(Review(review.met_on))
    has_team = council_facts().teams is not AssuranceTeams.NONE
    found = {}
    for line in asked:
        unit = line.subject.unit_id
        reviewers: dict[str, Sequence[Review]] = {word("pat"): teams} if has_team else {}
        for each in committees:
            if looks_at(each, tree, unit):
                reviewers[each.name] = by_committee[each.pk]
        submitted = line.submitted_at if line.state != LineState.DRAFT else None
        found[line.pk] = LineProgress(
            line.reference,
            submitted_on=day_of(submitted) if submitted else None,
            unanswered=counts.get(line.pk, (0, 0))[1],
            reviewers=reviewers,
        )
    return found


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Who is to look at a round, and when it did."""

    name: str
    reviews: tuple[RoundReview, ...]


def reviewers_of(round: AnnualRound, today: date) -> list[Reviewer]:
    """The assurance team and each committee, with the days on which they looked at the round."""
    reviews = list(RoundReview.objects.filter(round=round).select_related("body", "recorded_by"))
    found = []
    if council_facts().teams is not AssuranceTeams.NONE:
        of_team = tuple(each for each in reviews if each.kind == ReviewKind.TEAM)
        found.append(Reviewer(word("pat"), of_team))
    for committee in committees_that_look(today):
        theirs = tuple(each for each in reviews if each.body_id == committee.pk)
        found.append(Reviewer(committee.name, theirs))
    return found


def committees_of(user: User, unit: int | None) -> list[Committee]:
    """The committees on which a person sits today that look at a unit."""
    today = localdate()
    held = Membership.objects.held_on(today).filter(user=user).values("body")
    rows = Committee.objects.existing_on(today).filter(kind=BodyKind.POSC, pk__in=held)
    found = list(rows.prefetch_related("units"))
    tree = tree_on(today) if found else None
    return [each for each in found if tree is not None and looks_at(each, tree, unit)]


def deciding_bodies(day: date) -> list[Committee]:
    """The bodies that may agree a set: no committee that only looks at it."""
    return list(Committee.objects.existing_on(day).filter(kind__in=DECIDING))


def may_check_round_minute(line: RoundLine, user: User, reach: Reach | None = None) -> bool:
    """Who approves targets there, but nobody who typed, submitted or recorded it, or answers for it."""
    reach = reach if reach is not None else targets_approved_by(user)
    subject = line.subject
    return reach.holds(subject) and user.pk not in (
        *(line.typed_by_id, line.submitted_by_id, line.recorded_by_id),
        subject.accountable_manager_id,
    )


# What follows from a line ---------------------------------------------------------------------------


def what_follows(line: RoundLine, closed: Quarter | None) -> list[str]:
    """What becomes so once a line is agreed now, in sentences."""
    year = line.round.year
    first = in_effect_from(year, closed)
    late = "" if first == Quarter(year, 1) else f", since {first.previous()} is closed"
    if line.action == LineAction.END:
        return [
            f"It is measured until {first.previous()}{late}, and no longer",
            "What is still referred up of it then ends at the first close after that, neither"
            " recovered nor open",
        ]
    subject = proposed_indicator(line)
    told = []
    if line.is_new:
        told.append(f"It is measured from {first}{late}")
    elif line.action == LineAction.CHANGE:
        when = f"on 1 April {year}" if first == Quarter(year, 1) and not late else "at once"
        told.append(f"Its definition changes {when}")
        if line.is_break:
            told.append(f"From {first} its figures compare no more with those before")
    for each in targets_to_set(line, subject, closed):
        told.append(
            f"From {each[0]}{late}: {in_own_words(limits_in_words(each[1], subject.measure_unit))}"
        )
    if not line.targets.all() and subject.method != RatingMethod.NONE:
        told.append("No target is set" if line.is_new else "What is aimed at stays as it is")
    return told


def what_was_done(line: RoundLine) -> list[str]:
    """What became so when a line was agreed, in sentences: by what stands now."""
    indicator = line.indicator
    if indicator is None:
        return []
    if line.action == LineAction.END:
        return [f"It is measured until {indicator.last_quarter}, and no longer"]
    told = [f"It is measured from {indicator.first_quarter}"] if line.is_new else []
    if line.action == LineAction.CHANGE:
        told.append(
            f"Its definition changed on {as_date(line.done_at)}"
            if line.done_at
            else f"Its definition changes on 1 April {line.round.year}"
        )
    for each in indicator.targets.filter(approved_by=line.by_minute).order_by("from_quarter"):
        limits = {name: getattr(each, name) for name in LIMITS}
        told.append(
            f"From {each.from_quarter}: {in_own_words(limits_in_words(limits, indicator.measure_unit))}"
        )
    return told or ["What is aimed at stays as it was"]


def targets_to_set(
    line: RoundLine, subject: Indicator, closed: Quarter | None
) -> list[tuple[Quarter, Limits]]:
    """From which quarter each target of a line would count if it were agreed now.

    None from a quarter that is closed: of what is counted from April it falls away, else it counts from
    the first that is not.
    """
    first = in_effect_from(line.round.year, closed)
    rows: list[RoundTarget] = sorted(line.targets.all(), key=lambda each: each.from_quarter)
    if subject.pattern.restarts_in_april:
        return [(each.from_quarter, each.limits) for each in rows if each.from_quarter >= first]
    return [(max(each.from_quarter, first), each.limits) for each in rows]


# What nobody agreed ---------------------------------------------------------------------------------


def carried_over(quarter: Quarter, indicators: Collection[Indicator]) -> dict[int, str]:
    """Of which indicators nobody has agreed what is aimed at in a quarter, in words, by indicator.

    Where a round was opened for its year: what was measured before the year, and for which no target was
    set from one of its quarters. Until then what was aimed at last year goes on; of what is counted from
    April nothing does. Three queries at most, and one where there is no round.
    """
    asked = [
        each
        for each in indicators
        if each.method != RatingMethod.NONE
        and each.first_quarter < Quarter(quarter.year, 1)
        and each.is_measured_in(quarter)
    ]
    if not asked or localdate() < Quarter(quarter.year, 1).first_day:
        return {}
    round = AnnualRound.objects.filter(year=quarter.year).first()
    if round is None:
        return {}
    keys = [each.pk for each in asked]
    set_anew = set(
        Target.objects.filter(
            indicator__in=keys, from_quarter__range=(round.first_quarter, quarter)
        ).values_list("indicator_id", flat=True)
    )
    without_target = set(
        RoundLine.objects.agreed()
        .filter(round=round, indicator__in=keys, targets__isnull=True)
        .exclude(action=LineAction.END)
        .values_list("indicator_id", flat=True)
    )
    # What is counted from April and agreed has a target only where one is due.
    agreed_by_quarter = set(
        RoundLine.objects.agreed()
        .filter(round=round, indicator__in=keys, targets__isnull=False)
        .exclude(targets__from_quarter__lte=quarter)
        .values_list("indicator_id", flat=True)
    )
    return {
        each.pk: carried_over_words(
            year=round.financial_year, has_target=not each.pattern.restarts_in_april
        )
        for each in asked
        if each.pk not in set_anew | without_target | agreed_by_quarter
    }


def carried_over_now(indicator: Indicator, quarter: Quarter | None = None) -> str:
    """What is said of an indicator's target where nobody agreed it for the year; "" where somebody did."""
    asked = quarter or Quarter.containing(localdate())
    return carried_over(asked, [indicator]).get(indicator.pk, "")


# What is due from whom ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RoundDue:
    """What a round asks of one person."""

    round: AnnualRound
    to_propose: int  # their indicators of which nothing was said yet
    to_submit: tuple[
        DirectorateProgress, ...
    ]  # directorates for which they speak, with drafts or gaps
    to_answer: int
    to_record: int
    to_check: int
    carried_over: int


def round_due_from(reader: User, today: date) -> RoundDue | None:
    """What the latest round asks of a person; None where there is none, or nothing is."""
    may_propose = allowed(reader, Permission.PROPOSE_INDICATORS)
    may_check = allowed(reader, Permission.APPROVE_TARGETS)
    if not (may_propose or may_check):
        return None
    round = latest_round()
    if round is None:
        return None
    runs = allowed(reader, Permission.MANAGE_FRAMEWORK)
    lines, measured = lines_of(round), measured_before(round.year)
    with_line = {each.indicator_id for each in lines if each.action != LineAction.NEW}
    own = [
        each
        for each in measured
        if each.accountable_manager_id == reader.pk
        and each.pk not in with_line
        and each.is_measured_in(round.first_quarter)
    ]
    submits = [
        each
        for each in (directorates_of(round, reader=reader, today=today) if may_propose else ())
        if each.may_submit and (each.missing or each.drafts)
    ]
    proposes, checks = round_proposed_by(reader), targets_approved_by(reader)
    asked = RoundRemark.objects.filter(
        line__round=round, kind=RemarkKind.CHALLENGE, answer=""
    ).exclude(line__state=LineState.WITHDRAWN)
    waiting = {each.pk: each for each in lines}
    to_answer = 0
    if may_propose:
        to_answer = sum(
            _is_own_to_answer(waiting[pk], proposes, reader, runs)
            for pk in asked.values_list("line_id", flat=True)
            if pk in waiting
        )
    due = RoundDue(
        round,
        to_propose=len(own),
        to_submit=tuple(submits) if not runs else (),
        to_answer=to_answer,
        to_record=sum(each.state == LineState.SUBMITTED for each in lines) if runs else 0,
        to_check=sum(
            each.state == LineState.RECORDED and may_check_round_minute(each, reader, checks)
            for each in lines
        ),
        carried_over=(
            len(carried_over(Quarter.containing(today), measured))
            if runs and today >= round.first_quarter.first_day
            else 0
        ),
    )
    counted = (due.to_propose, len(due.to_submit), due.to_answer, due.to_record, due.to_check)
    return due if any(counted) or due.carried_over else None


def _is_own_to_answer(line: RoundLine, reach: Reach, reader: User, runs: bool) -> bool:
    """Whether a challenge is this person's: for the centre, that may answer any, only of their own."""
    if runs:
        return line.subject.accountable_manager_id == reader.pk
    return reach.holds(line.subject)
