"""Submitting results and revising them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any

from django.db import transaction

from indicators.models import Indicator, Rating, Result, Revision
from indicators.models.definitions import VALUE
from indicators.queries import quarter_state
from indicators.rules import scale_of, value_of
from indicators.services.quarters import NotOpen, open_quarter
from indicators.services.rating import rerate_from
from organisation import audit
from organisation.clock import now
from organisation.models import AuditEvent, User
from sorp.lexicon import Confidence, Quarter

SMALLEST = Decimal(1).scaleb(-VALUE["decimal_places"])
LARGEST = Decimal(10) ** (VALUE["max_digits"] - VALUE["decimal_places"])


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
    if number is None:
        return
    if not number.is_finite():
        raise ValueError(f"Give the {name} as an ordinary number, not {number}")
    if abs(number) >= LARGEST:
        raise ValueError(f"Give a {name} below {LARGEST:,}: count in thousands or millions instead")
    try:
        is_kept = number == number.quantize(SMALLEST)
    except InvalidOperation:
        is_kept = False
    if not is_kept and name in ("numerator", "denominator"):
        raise ValueError(f"Give the {name} with at most {VALUE['decimal_places']} decimals")


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
    closed and a revision is wanted instead; ValueError for figures that cannot be kept.
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
    the quarter is next closed. Raises ValueError without a reason or where nothing was given yet.
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
    result, _ = Result.objects.get_or_create(indicator=indicator, quarter_start=quarter.first_day)
    before = _latest(indicator, quarter)
    said = as_kept(indicator, quarter, given)
    if before is not None and says_the_same(before, said):
        return before, False
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
    """The revision that follows the last, not yet stored. Once late, a result stays late."""
    return Revision(
        result=result,
        number=before.number + 1 if before else 1,
        late=late or bool(before and before.late),
        after_close=after_close,
        reason=reason or ("Corrected while the quarter was open" if before else ""),
        submitted_by=by,
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
