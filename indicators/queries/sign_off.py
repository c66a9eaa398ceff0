"""Who signs off whose results: the stages of each unit, a person's offices, and what waits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Max

from core.clock import localdate, now
from core.quarters import Quarter
from indicators.models.definitions import Indicator
from indicators.models.months import MonthlyFigure
from indicators.models.questions import Question
from indicators.models.ratings import Rating
from indicators.models.results import Result, Revision
from indicators.models.returns import Evidence, SignOff, Unlock
from indicators.queries.evidence import evidence_by_indicator
from indicators.queries.months import months_given
from indicators.queries.questions import data_confidence_of
from indicators.rules.questions import DataConfidence, FigureQuestion, QuestionKey, cautions
from indicators.rules.returns import ResultState, Stage, Verdict, action_required
from indicators.rules.sign_off import (
    COUNCILS_OWN,
    DIRECTORS,
    Attention,
    ChangeFacts,
    MoveFacts,
    Office,
    SignOffStage,
    attention_to,
    changes,
    is_unlocked,
    odd_moves,
    sign_off_order,
    sign_off_refusal,
    sign_off_stages,
    stage_awaited,
)
from organisation.models.people import Appointment, User
from organisation.models.units import Unit
from organisation.queries import tree_on
from organisation.rules import Branch, PostKind, Tree, UnitTier
from sorp.lexicon import Confidence, Rag, Travel
from sorp.queries.ruling import version_ruling

# The states in which somebody's signature is awaited.
AWAITING_SIGN_OFF = (ResultState.SUBMITTED, ResultState.DIVISION_APPROVED)


@dataclass(frozen=True, slots=True)
class SignOffStructure:
    """The organisation of one day, as far as sign-off needs it."""

    tree: Tree
    directors: Mapping[int, Collection[int]]

    def of(self, revision: Revision) -> tuple[SignOffStage, ...]:
        """The stages that this revision passes. Its result and indicator must be fetched."""
        unit = revision.result.indicator.unit_id
        return sign_off_stages(self.tree, unit, self.directors, submitters_of(revision))

    def stage_awaited(self, revision: Revision) -> SignOffStage | None:
        """The stage at which it waits now, or None where nobody need sign."""
        return stage_awaited(ResultState(revision.result.state), self.of(revision))


def sign_off_structure(day: date) -> SignOffStructure:
    """Who directs which unit on a day."""
    rows = Appointment.objects.held_on(day).filter(post__kind__in=DIRECTORS)
    directors: dict[int, set[int]] = defaultdict(set)
    for unit, user in rows.values_list("post__unit_id", "user_id"):
        directors[unit].add(user)
    return SignOffStructure(tree_on(day), directors)


def offices_of(user: User, *, on: date) -> frozenset[Office]:
    """The posts by which a person signs off results on a day."""
    rows = Appointment.objects.held_on(on).filter(
        user=user, post__kind__in=DIRECTORS | COUNCILS_OWN
    )
    return frozenset(
        Office(PostKind(kind), unit) for kind, unit in rows.values_list("post__kind", "post__unit")
    )


def signs_at(stage: Stage, unit: Unit, offices: Iterable[Office]) -> bool:
    """Whether one of these offices signs off at a stage for a unit."""
    is_councils = unit.tier == UnitTier.COUNCIL
    sign_off_stage = SignOffStage(stage, unit.pk, COUNCILS_OWN if is_councils else DIRECTORS)
    return any(office.signs(sign_off_stage) for office in offices)


def submitters_of(revision: Revision) -> frozenset[int | None]:
    """Who submitted it, and on whose behalf: neither approves it."""
    return frozenset({revision.submitted_by_id, revision.on_behalf_of_id} - {None})


def unsigned(quarter: Quarter) -> int:
    """How many results of a quarter are not, or not yet, signed off all the way."""
    rows = Result.objects.filter(quarter=quarter)
    return rows.exclude(state__in=[each for each in ResultState if each.is_signed_off]).count()


def unlocked_for(*, results: Iterable[Result], user: User) -> frozenset[int]:
    """Which locked results this person may change now, by an exception in force."""
    moment = now()
    unlocks = Unlock.objects.filter(result__in=list(results), granted_to=user)
    rows = list(unlocks.filter(expires_at__gt=moment))
    if not rows:
        return frozenset()
    approved = dict(
        SignOff.objects.filter(
            revision__result__in=[each.result_id for each in rows], verdict=Verdict.APPROVED
        )
        .values_list("revision__result_id")
        .annotate(latest=Max("signed_at"))
    )
    return frozenset(
        each.result_id
        for each in rows
        if is_unlocked(
            now=moment,
            granted_at=each.granted_at,
            expires_at=each.expires_at,
            approved_at=approved.get(each.result_id),
        )
    )


def may_change(*, result: Result, by: User | None) -> bool:
    """Whether what is said of a result may be said anew by this person: unless it is locked."""
    if not ResultState(result.state).is_locked:
        return True
    return by is not None and result.pk in unlocked_for(results=[result], user=by)


QUARTERS_COMPARED = 16  # quarters over which a move is called usual


@dataclass(frozen=True, slots=True)
class SignOffLine:
    """One result that waits for a signature, with what its approver looks at first."""

    indicator: Indicator
    revision: Revision
    rating: Rating | None
    earlier: tuple[Rating, ...]  # of the quarters before, oldest first
    sign_off_stage: SignOffStage
    changes: tuple[str, ...]
    odd: tuple[str, ...]  # why it is looked at by itself, whatever its colour
    questions: tuple[Question, ...]  # what was asked about the figure, with what was answered
    cautions: tuple[FigureQuestion, ...]
    data_confidence: DataConfidence | None
    returned: SignOff | None  # when it was last sent back, and for what
    why_not: str  # why this person may not sign it, or nothing
    needs_action: bool
    evidence: tuple[Evidence, ...]
    months: tuple[MonthlyFigure, ...] = ()  # of which it is made, where it is monthly

    @property
    def result(self) -> Result:
        return self.revision.result

    @property
    def rag(self) -> Rag | None:
        return Rag(self.rating.rag) if self.rating and self.rating.rag else None

    @property
    def attention(self) -> Attention:
        """How it is looked at: by its colour where that is bad, else by how it moved.

        What was returned before is looked at by itself, however it moved.
        """
        has_figure = self.revision.value is not None
        is_odd = bool(self.odd) or self.returned is not None
        return attention_to(self.rag, has_figure=has_figure, is_odd=is_odd)

    @property
    def before(self) -> Rating | None:
        """The quarter before it that has a value."""
        return next((each for each in reversed(self.earlier) if each.value is not None), None)

    @property
    def year_before(self) -> Rating | None:
        """The same quarter of the year before, where that is not the quarter before already."""
        wanted = self.result.quarter.back(4)
        found = next((each for each in self.earlier if each.quarter == wanted), None)
        return found if found != self.before and found and found.value is not None else None

    @property
    def rating_key(self) -> str:
        """Which rating of its figure this is: another one means another target or rule."""
        return str(self.rating.pk) if self.rating else ""

    @property
    def lacks_action(self) -> bool:
        """Red, or amber where the SORP asks it, and nobody says what is being done."""
        return self.needs_action and not self.revision.management_action

    @property
    def may_go_together(self) -> bool:
        """Whether it may be approved in one act with its like: it moved as it usually does."""
        return not self.why_not and not self.attention.is_one_by_one


@dataclass(frozen=True, slots=True)
class ResultsToSign:
    """What waits for one person at one stage of one quarter, most pressing first."""

    quarter: Quarter
    stage: Stage
    lines: tuple[SignOffLine, ...]

    def of_unit(self, unit: int) -> ResultsToSign:
        return ResultsToSign(
            self.quarter,
            self.stage,
            tuple(each for each in self.lines if each.sign_off_stage.unit == unit),
        )

    @property
    def counts(self) -> dict[Attention, int]:
        """How many of each there are, in their order; none that has none."""
        found = ((each, sum(line.attention is each for line in self.lines)) for each in Attention)
        return {attention: count for attention, count in found if count}


@dataclass(frozen=True, slots=True)
class SignOffSheet:
    """A division or directorate, one quarter and stage: how much waits there for a signature."""

    quarter: Quarter
    stage: Stage
    unit: Branch
    waiting: int
    reds: int
    ambers: int


def results_to_sign(user: User, quarter: Quarter, stage: Stage) -> ResultsToSign:
    """What this person is to sign off, worst first, then what moved oddly.

    As many queries for twenty results as for one."""
    today = localdate()
    structure, offices = sign_off_structure(today), offices_of(user, on=today)
    awaiting = [
        (each, sign_off_stage)
        for each in _awaiting_sign_off(quarter)
        if (sign_off_stage := structure.stage_awaited(each)) is not None
        and sign_off_stage.stage is stage
        and any(office.signs(sign_off_stage) for office in offices)
    ]
    if not awaiting:
        return ResultsToSign(quarter, stage, ())
    ratings = _ratings(quarter, [each.result.indicator_id for each, _ in awaiting])
    evidence = evidence_by_indicator([each.result.indicator_id for each, _ in awaiting], quarter)
    returned = _returned([each.result_id for each, _ in awaiting])
    questions = _questions([each.pk for each, _ in awaiting])
    confidence = data_confidence_of(each.pk for each, _ in awaiting)
    amber_too = version_ruling(quarter).action_on_amber
    needing_action = frozenset(rag for rag in Rag if action_required(rag, amber_too))
    lines = [
        _line(
            each,
            sign_off_stage,
            ratings.get(each.result.indicator_id, []),
            returned.get(each.result_id),
            evidence.get(each.result.indicator_id, ()),
            needing_action,
            (questions.get(each.pk, []), confidence.get(each.pk)),
            sign_off_refusal(
                state=ResultState(each.result.state),
                stage=stage,
                stages=structure.of(each),
                offices=offices,
                signer=user.pk,
                submitters=submitters_of(each),
            ),
        )
        for each, sign_off_stage in awaiting
    ]
    months = months_given([line.indicator for line in lines], quarter)
    lines = [
        replace(line, months=tuple(months[line.indicator.pk]))
        if line.indicator.pk in months
        else line
        for line in lines
    ]
    lines.sort(
        key=lambda line: sign_off_order(line.attention, line.changes, line.indicator.reference)
    )
    return ResultsToSign(quarter, stage, tuple(lines))


def sign_off_sheets(user: User, today: date) -> list[SignOffSheet]:
    """Where something waits for this person, earliest quarter first."""
    offices = offices_of(user, on=today)
    if not offices:
        return []
    structure = sign_off_structure(today)
    piles: dict[tuple[Quarter, Stage, int], list[Revision]] = defaultdict(list)
    for each in _awaiting_sign_off():
        sign_off_stage = structure.stage_awaited(each)
        if sign_off_stage is not None and any(office.signs(sign_off_stage) for office in offices):
            piles[each.result.quarter, sign_off_stage.stage, sign_off_stage.unit].append(each)
    rags = _rags([each for pile in piles.values() for each in pile])
    order = list(Stage)
    keys = sorted(
        piles, key=lambda key: (key[0], order.index(key[1]), structure.tree.branches[key[2]].name)
    )
    return [
        SignOffSheet(
            quarter=quarter,
            stage=stage,
            unit=structure.tree.branches[unit],
            waiting=len(pile := piles[quarter, stage, unit]),
            reds=sum(rags.get(each.pk) == Rag.RED for each in pile),
            ambers=sum(rags.get(each.pk) == Rag.AMBER for each in pile),
        )
        for quarter, stage, unit in keys
    ]


def _awaiting_sign_off(quarter: Quarter | None = None) -> list[Revision]:
    rows = Revision.objects.latest_ones().filter(result__state__in=AWAITING_SIGN_OFF)
    if quarter is not None:
        rows = rows.filter(result__quarter=quarter)
    return list(
        rows.select_related(
            "result__indicator__unit",
            "result__indicator__accountable_manager",
            "submitted_by",
            "on_behalf_of",
        )
    )


def _ratings(quarter: Quarter, indicators: Sequence[int]) -> dict[int, list[Rating]]:
    """How each stands now and stood before, oldest first."""
    rows = Rating.objects.latest_ones().filter(
        indicator__in=indicators,
        quarter__lte=quarter,
        quarter__gte=quarter.back(QUARTERS_COMPARED),
    )
    of: dict[int, list[Rating]] = defaultdict(list)
    for rating in rows.order_by("quarter"):
        of[rating.indicator_id].append(rating)
    return of


def _rags(revisions: Iterable[Revision]) -> dict[int, str]:
    """The RAG status of each revision: `{revision.pk: "red"}`."""
    rows = Rating.objects.latest_ones().filter(revision__in=list(revisions))
    # A revision is of one quarter, so no two latest ratings have the same one.
    return dict(rows.values_list("revision_id", "rag"))


def _returned(results: Sequence[int]) -> dict[int, SignOff]:
    rows = SignOff.objects.filter(revision__result__in=results, verdict=Verdict.RETURNED)
    in_order = rows.select_related("revision", "signed_by").order_by("signed_at", "id")
    return {each.revision.result_id: each for each in in_order}


def _line(
    revision: Revision,
    sign_off_stage: SignOffStage,
    ratings: Sequence[Rating],
    returned: SignOff | None,
    evidence: Sequence[Evidence],
    needing_action: frozenset[Rag],
    asked: tuple[Sequence[Question], DataConfidence | None],
    why_not: str | None,
) -> SignOffLine:
    indicator, quarter = revision.result.indicator, revision.result.quarter
    current = next((each for each in ratings if each.quarter == quarter), None)
    earlier = tuple(each for each in ratings if each is not current)
    rag = Rag(current.rag) if current and current.rag else None
    return SignOffLine(
        indicator=indicator,
        revision=revision,
        rating=current,
        earlier=earlier,
        sign_off_stage=sign_off_stage,
        changes=changes(
            ChangeFacts(
                rag=rag,
                before=next((Rag(each.rag) for each in reversed(earlier) if each.rag), None),
                confidence=Confidence(revision.confidence) if revision.value is not None else None,
                revision=revision.number,
                definition_break=revision.definition_break,
                not_available=revision.value is None,
            )
        ),
        odd=odd_moves(_move_facts(revision, current, earlier, asked[0])),
        questions=tuple(asked[0]),
        cautions=tuple(cautions(revision.denominator, indicator.measure_unit)),
        data_confidence=asked[1],
        returned=returned,
        why_not=why_not or "",
        needs_action=rag in needing_action,
        evidence=tuple(evidence),
    )


def _move_facts(
    revision: Revision,
    current: Rating | None,
    earlier: Sequence[Rating],
    asked: Sequence[Question],
) -> MoveFacts:
    """A figure and those it may be compared with: of what goes by season, the same quarter's alone."""
    indicator, quarter = revision.result.indicator, revision.result.quarter
    by_season = indicator.pattern.is_by_season
    series = []
    if revision.value is not None and not revision.definition_break:
        whole = [each.definition_break for each in earlier]
        begin = len(whole) - whole[::-1].index(True) - 1 if True in whole else 0
        series = [
            (each.quarter, each.value)
            for each in earlier[begin:]
            if each.value is not None and not (by_season and each.quarter.number != quarter.number)
        ]
        series.append((quarter, revision.value))
    before = next((each for each in reversed(earlier) if each.value is not None), None)
    unknown = Travel.NOT_ENOUGH_DATA
    return MoveFacts(
        values=[value for _, value in series],
        quarters=[each for each, _ in series],
        questions=[(QuestionKey(each.key), bool(each.answer)) for each in asked],
        travel=Travel(current.travel) if current else unknown,
        travel_before=Travel(before.travel) if before else unknown,
        decimals=indicator.decimals,
        measure_unit=indicator.measure_unit,
    )


def _questions(revisions: Sequence[int]) -> dict[int, list[Question]]:
    """What was asked about each figure, answered or not."""
    found: dict[int, list[Question]] = defaultdict(list)
    for row in Question.objects.filter(revision__in=revisions).select_related("answered_by"):
        found[row.revision_id].append(row)
    return found
