"""Submitting results and revising them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from django.db import transaction

from indicators.models import Indicator, Rating, Result, Revision
from indicators.queries import quarter_state
from indicators.queries.signing import may_change
from indicators.rules import Entry, scale_of, value_of
from indicators.rules.figures import SMALLEST, unkeepable
from indicators.rules.returns import ResultState
from indicators.services.quarters import NotOpen, open_quarter
from indicators.services.rating import rerate_from
from organisation import audit
from organisation.clock import now
from organisation.models import AuditEvent, User
from sorp.lexicon import Confidence, Quarter


class Locked(ValueError):
    """The result is approved, so nobody changes it without a named exception."""

    def __init__(self, result: Result) -> None:
        super().__init__(
            f"{result.indicator.title} is {ResultState(result.state).label.lower()} for"
            f" {result.quarter}: ask whoever approved it to unlock it for you"
        )


@dataclass(frozen=True, slots=True)
class ResultGiven:
    """What a manager says of one quarter. Refuses nonsense at birth, in words (ValueError)."""

    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    confidence: Confidence = Confidence.FINAL
    not_available: str = ""
    definition_break: bool = False
    data_quarter: Quarter | None = None
    commentary: str = ""
    management_action: str = ""

    @classmethod
    def by(cls, entry: Entry, data_quarter: Quarter | None = None) -> ResultGiven:
        """An entry without problems, as a result that can be submitted. Raises ValueError."""
        by_ratio = entry.numerator is not None
        return cls(
            value=None if by_ratio else entry.value,
            numerator=entry.numerator,
            denominator=entry.denominator,
            confidence=entry.confidence,
            not_available=entry.not_available,
            definition_break=entry.definition_break,
            data_quarter=data_quarter,
            commentary=entry.commentary,
            management_action=entry.management_action,
        )

    def __post_init__(self) -> None:
        for name in ("value", "numerator", "denominator"):
            _refuse_unkeepable(name, getattr(self, name))
        has_figures = self.value is not None or self.numerator is not None
        if self.not_available and has_figures:
            raise ValueError("Give either a value or the reason why there is none, not both")
        if not self.not_available and not has_figures:
            raise ValueError("Give a value, or say why there is none")
        if (self.numerator is None) != (self.denominator is None):
            raise ValueError("Give both the numerator and the denominator, or neither")

    def value_in(self, measure_unit: str) -> Decimal | None:
        """The value itself: by its numerator and denominator where given, to six decimals."""
        value = value_of(self.value, self.numerator, self.denominator, scale_of(measure_unit))
        if value is None:
            return None
        _refuse_unkeepable("value", kept := value.quantize(SMALLEST, ROUND_HALF_EVEN))
        return kept


def _refuse_unkeepable(name: str, number: Decimal | None) -> None:
    if refusal := unkeepable(name, number):
        raise ValueError(refusal)


@transaction.atomic
def submit_result(
    *,
    indicator: Indicator,
    quarter: Quarter,
    given: ResultGiven,
    today: date,
    by: User | None,
    late: bool = False,
) -> tuple[Revision, bool]:
    """The result of an open quarter is as given, and rated. Returns it, and whether it is new.

    Saying the same again changes nothing. Raises NotOpen where the quarter has not ended, or is
    closed and a revision is wanted instead; Locked where it is approved and not unlocked for this
    person; ValueError for figures that cannot be kept.
    """
    open_quarter(quarter=quarter, today=today, by=by)
    return _say(indicator, quarter, given, by=by, late=late, reason="", after_close=False)


@transaction.atomic
def revise_result(
    *,
    indicator: Indicator,
    quarter: Quarter,
    given: ResultGiven,
    reason: str,
    by: User | None,
) -> tuple[Revision, bool]:
    """A result already given is corrected, with the reason. What was said before is kept.

    A closed quarter is judged anew under its own rules and thresholds; escalations follow when
    the quarter is next closed. Raises ValueError without a reason or where nothing was given yet,
    and Locked as submit_result does while the quarter is open.
    """
    if not reason.strip():
        raise ValueError("Say why the result is revised")
    state = quarter_state(quarter)
    if state is None:
        raise NotOpen(f"{quarter} was never open: submit its result first")
    if not state.is_closed and not _latest(indicator, quarter):
        raise ValueError(f"{indicator.reference} has no result for {quarter}: submit it first")
    return _say(
        indicator, quarter, given, by=by, late=False, reason=reason, after_close=state.is_closed
    )


def _latest(indicator: Indicator, quarter: Quarter) -> Revision | None:
    return (
        Revision.objects.select_for_update()
        .latest_ones()
        .filter(result__indicator=indicator, result__quarter_start=quarter.first_day)
        .first()
    )


def _say(
    indicator: Indicator,
    quarter: Quarter,
    given: ResultGiven,
    *,
    by: User | None,
    late: bool,
    reason: str,
    after_close: bool,
) -> tuple[Revision, bool]:
    # Held until the end: an approval waits for us, or we for it, and then find the result locked.
    result, _ = Result.objects.select_for_update().get_or_create(
        indicator=indicator, quarter_start=quarter.first_day
    )
    before = _latest(indicator, quarter)
    said = as_kept(indicator, quarter, given)
    if before is not None and says_the_same(before, said):
        return before, False
    if not after_close:
        refuse_locked([result], by=by)
    # Nobody has signed what is said now: it goes up the ladder again, after a close too.
    Result.objects.filter(pk=result.pk).update(state=ResultState.SUBMITTED)
    if before is not None:
        Revision.objects.filter(pk=before.pk).update(is_latest=False)
    revision = next_revision(
        result, before, said, by=by, late=late, reason=reason, after_close=after_close
    )
    revision.save(force_insert=True)
    ratings = rerate_from(indicator=indicator, quarter=quarter)
    rating = next((each for each in ratings if each.revision_id == revision.pk), None)
    audit.record_all([event_of(revision, before, rating, by=by)])
    return revision, True


def refuse_locked(results: Iterable[Result], *, by: User | None) -> None:
    """Raises Locked where one of them is approved, unless it is unlocked for this person now."""
    for result in results:
        if not may_change(result=result, by=by):
            raise Locked(result)


def says_the_same(before: Revision | None, said: dict[str, Any]) -> bool:
    """Whether what is now said of a result is what was said last."""
    return before is not None and all(getattr(before, name) == said[name] for name in said)


def next_revision(
    result: Result,
    before: Revision | None,
    said: dict[str, Any],
    *,
    by: User | None,
    late: bool,
    reason: str = "",
    after_close: bool = False,
) -> Revision:
    """The revision that follows the last, not yet stored. Once late, a result stays late.

    Whoever enters a result that another person answers for enters it on their behalf.
    """
    answers = result.indicator.accountable_manager_id
    return Revision(
        result=result,
        number=before.number + 1 if before else 1,
        late=late or bool(before and before.late),
        after_close=after_close,
        reason=reason or ("Corrected while the quarter was open" if before else ""),
        submitted_by=by,
        on_behalf_of_id=answers if by is not None and by.pk != answers else None,
        submitted_at=now(),
        **said,
    )


def as_kept(indicator: Indicator, quarter: Quarter, given: ResultGiven) -> dict[str, Any]:
    """What is given of a result, as the fields of a revision. Raises ValueError, in words."""
    of_another_quarter = given.data_quarter not in (None, quarter)
    if given.data_quarter is not None and given.data_quarter > quarter:
        raise ValueError(f"The figures cannot be for a quarter after {quarter}")
    return {
        "value": given.value_in(indicator.measure_unit),
        "numerator": given.numerator,
        "denominator": given.denominator,
        "confidence": given.confidence,
        "not_available": given.not_available.strip(),
        "definition_break": given.definition_break,
        "data_quarter_start": (
            given.data_quarter.first_day if given.data_quarter and of_another_quarter else None
        ),
        "commentary": given.commentary.strip(),
        "management_action": given.management_action.strip(),
    }


def event_of(
    revision: Revision, before: Revision | None, rating: Rating | None, *, by: User | None
) -> AuditEvent:
    """What the record says of a revision, not yet written."""
    return audit.event(
        "revised result" if before else "submitted result",
        revision.result,
        by=by,
        revision=revision.number,
        value=str(revision.value),
        was=str(before.value) if before else None,
        reason=revision.reason,
        rag=(rating.rag or rating.not_rated) if rating else None,
    )
