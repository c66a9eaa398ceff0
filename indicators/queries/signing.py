"""What waits for a signature, what of it changed, and who may change what is locked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from indicators.models import Indicator, Rating, Result, Revision, SignOff
from indicators.queries.ladders import ON_THE_LADDER, Ladders, ladders_on, offices_of, said_by
from indicators.queries.locks import may_change, unlocked_for
from indicators.queries.records import record_of
from indicators.queries.targets import LIMITS
from indicators.rules.entering import Entry
from indicators.rules.questions import Background, questions
from indicators.rules.returns import ResultState, Stage, Verdict, action_required
from indicators.rules.signing import (
    Changed,
    Rung,
    changes,
    first_things_first,
    refusal,
)
from organisation.clock import localdate
from organisation.models import User
from organisation.rules import Branch
from sorp.lexicon import Confidence, Quarter, Rag
from sorp.queries import version_ruling

__all__ = [
    "Line",
    "Sheet",
    "Waiting",
    "may_change",
    "record_of",
    "sheets_for",
    "unlocked_for",
    "waiting_for",
]

LOOKED_BACK = 16  # quarters over which a move is called usual
ASKED_AGAINST = 8  # earlier values beside which a manager's figure is questioned


@dataclass(frozen=True, slots=True)
class Line:
    """One result that waits for a signature, with what its approver looks at first."""

    indicator: Indicator
    revision: Revision
    rating: Rating | None
    before: Rating | None  # the quarter before it that has a value
    rung: Rung
    changes: tuple[str, ...]
    questions: tuple[str, ...]
    returned: SignOff | None  # when it was last sent back, and for what
    why_not: str  # why this person may not sign it, or nothing
    wants_action: bool

    @property
    def result(self) -> Result:
        return self.revision.result

    @property
    def rag(self) -> Rag | None:
        return Rag(self.rating.rag) if self.rating and self.rating.rag else None

    @property
    def lacks_action(self) -> bool:
        """Red, or amber where the SORP asks it, and nobody says what is being done."""
        return self.wants_action and not self.revision.management_action

    @property
    def is_ticked(self) -> bool:
        """Whether it is put forward for approval without a second look."""
        return not self.why_not and not self.lacks_action


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for one person at one stage of one quarter, most pressing first."""

    quarter: Quarter
    stage: Stage
    lines: tuple[Line, ...]

    def of_unit(self, unit: int) -> Waiting:
        return Waiting(
            self.quarter, self.stage, tuple(each for each in self.lines if each.rung.unit == unit)
        )

    @property
    def reds(self) -> int:
        return sum(each.rag is Rag.RED for each in self.lines)

    @property
    def ambers(self) -> int:
        return sum(each.rag is Rag.AMBER for each in self.lines)

    @property
    def changed(self) -> int:
        return sum(bool(each.changes) for each in self.lines)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A division or directorate, one quarter and stage: how much waits there for a signature."""

    quarter: Quarter
    stage: Stage
    unit: Branch
    waiting: int
    reds: int
    ambers: int


def waiting_for(user: User, quarter: Quarter, stage: Stage) -> Waiting:
    """What this person is to sign off, reds, ambers and changes first. Eight queries at most."""
    today = localdate()
    ladders, offices = ladders_on(today), offices_of(user, on=today)
    stands = [
        (each, rung)
        for each in _on_the_ladder(quarter)
        if (rung := ladders.awaits(each)) is not None
        and rung.stage is stage
        and any(office.signs(rung) for office in offices)
    ]
    if not stands:
        return Waiting(quarter, stage, ())
    ratings = _ratings(quarter, [each.result.indicator_id for each, _ in stands])
    returned = _returned([each.result_id for each, _ in stands])
    wants = _wants_action(quarter)
    lines = [
        _line(
            each,
            rung,
            ratings.get(each.result.indicator_id, []),
            returned.get(each.result_id),
            wants,
            refusal(
                state=ResultState(each.result.state),
                stage=stage,
                rungs=ladders.of(each),
                offices=offices,
                signer=user.pk,
                said_by=said_by(each),
            ),
        )
        for each, rung in stands
    ]
    lines.sort(
        key=lambda line: first_things_first(line.rag, line.changes, line.indicator.reference)
    )
    return Waiting(quarter, stage, tuple(lines))


def sheets_for(user: User, today: date) -> list[Sheet]:
    """Where something waits for this person, earliest quarter first. Five queries at most."""
    offices = offices_of(user, on=today)
    if not offices:
        return []
    ladders = ladders_on(today)
    piles: dict[tuple[Quarter, Stage, int], list[Revision]] = defaultdict(list)
    for each in _on_the_ladder():
        rung = ladders.awaits(each)
        if rung is not None and any(office.signs(rung) for office in offices):
            piles[each.result.quarter, rung.stage, rung.unit].append(each)
    rags = _rags([each for pile in piles.values() for each in pile])
    order = list(Stage)
    keys = sorted(piles, key=lambda key: (key[0], order.index(key[1]), _named(ladders, key[2])))
    return [
        Sheet(
            quarter=quarter,
            stage=stage,
            unit=ladders.tree.branches[unit],
            waiting=len(pile := piles[quarter, stage, unit]),
            reds=sum(rags.get(each.pk) == Rag.RED for each in pile),
            ambers=sum(rags.get(each.pk) == Rag.AMBER for each in pile),
        )
        for quarter, stage, unit in keys
    ]


def _named(ladders: Ladders, unit: int) -> str:
    return ladders.tree.branches[unit].name


def _on_the_ladder(quarter: Quarter | None = None) -> list[Revision]:
    rows = Revision.objects.latest_ones().filter(result__state__in=ON_THE_LADDER)
    if quarter is not None:
        rows = rows.filter(result__quarter_start=quarter.first_day)
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
        quarter_start__lte=quarter.first_day,
        quarter_start__gte=quarter.back(LOOKED_BACK).first_day,
    )
    of: dict[int, list[Rating]] = defaultdict(list)
    for rating in rows.order_by("quarter_start"):
        of[rating.indicator_id].append(rating)
    return of


def _rags(revisions: Iterable[Revision]) -> dict[int, str]:
    """The colour of each saying of a result, by revision."""
    rows = Rating.objects.latest_ones().filter(revision__in=list(revisions))
    # A later quarter's rating never has this one's revision: each is told by one row.
    return dict(rows.values_list("revision_id", "rag"))


def _returned(results: Sequence[int]) -> dict[int, SignOff]:
    rows = SignOff.objects.filter(revision__result__in=results, verdict=Verdict.RETURNED)
    in_order = rows.select_related("revision", "signed_by").order_by("signed_at", "id")
    return {each.revision.result_id: each for each in in_order}


def _wants_action(quarter: Quarter) -> frozenset[Rag]:
    version = version_ruling(quarter)
    return frozenset(rag for rag in Rag if action_required(rag, version.action_on_amber))


def _line(
    revision: Revision,
    rung: Rung,
    ratings: Sequence[Rating],
    returned: SignOff | None,
    wants: frozenset[Rag],
    why_not: str | None,
) -> Line:
    indicator = revision.result.indicator
    now_stands = next(
        (each for each in ratings if each.quarter_start == revision.result.quarter_start), None
    )
    earlier = [each for each in ratings if each is not now_stands]
    rag = Rag(now_stands.rag) if now_stands and now_stands.rag else None
    return Line(
        indicator=indicator,
        revision=revision,
        rating=now_stands,
        before=next((each for each in reversed(earlier) if each.value is not None), None),
        rung=rung,
        changes=changes(_seen(revision, rag, earlier)),
        questions=_questions(indicator, revision, now_stands, earlier),
        returned=returned,
        why_not=why_not or "",
        wants_action=rag in wants,
    )


def _seen(revision: Revision, rag: Rag | None, earlier: Sequence[Rating]) -> Changed:
    values: list[Decimal | None] = [each.value for each in earlier]
    return Changed(
        rag=rag,
        before=next((Rag(each.rag) for each in reversed(earlier) if each.rag), None),
        values=(*values, revision.value),
        confidence=Confidence(revision.confidence) if revision.value is not None else None,
        revision=revision.number,
        definition_break=revision.definition_break,
        not_available=revision.value is None,
    )


def _questions(
    indicator: Indicator, revision: Revision, rating: Rating | None, earlier: Sequence[Rating]
) -> tuple[str, ...]:
    """What the manager was asked about the figure: the approver is asked the same."""
    entry = Entry(
        numerator=revision.numerator,
        denominator=revision.denominator,
        worked_out=revision.value,
    )
    known = [each.value for each in reversed(earlier) if each.value is not None]
    limits = [getattr(rating, limit) for limit in LIMITS] if rating else []
    return questions(
        entry,
        Background(
            measure_unit=indicator.measure_unit,
            decimals=indicator.decimals,
            earlier=tuple(known[:ASKED_AGAINST]),
            limits=tuple(limit for limit in limits if limit is not None),
        ),
    )
