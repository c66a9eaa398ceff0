"""What PAT's chair could call in on a quarter, had other escalations been open after its close."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from assurance.queries.boards import LOOKED_BACK
from assurance.rules import Eligibility, RatedQuarter, eligibility
from core.quarters import Quarter
from indicators.models.definitions import Indicator
from indicators.models.ratings import Rating
from sorp.lexicon import Layer, Rag


@dataclass(frozen=True, slots=True)
class RehearsedCallIn:
    """An indicator that could be called in, with why: then, now, or both."""

    indicator: Indicator
    then: Eligibility | None
    now: Eligibility | None

    @property
    def differs(self) -> bool:
        """Whether it could be called in the one way only."""
        return (self.then is None) is not (self.now is None)


@dataclass(frozen=True, slots=True)
class RehearsedCallIns:
    """All of them, what differs first."""

    lines: tuple[RehearsedCallIn, ...]

    @property
    def sentence(self) -> str:
        """How many could be called in, and how many of them could be as it was."""
        now = sum(each.now is not None for each in self.lines)
        both = sum(each.now is not None and each.then is not None for each in self.lines)
        only_then = sum(each.now is None for each in self.lines)
        sentence = f"The chair could call in {now} indicator{'' if now == 1 else 's'}"
        if now > both:
            sentence += f", {now - both} of them only under this version"
        if only_then:
            sentence += f"; {only_then} more could be called in then"
        return f"{sentence}."


def rehearsed_call_ins(
    *, quarter: Quarter, referred_then: Collection[str], referred_now: Collection[str]
) -> RehearsedCallIns:
    """Whatever could be called in on a quarter, given the references of what was referred up.

    Eligibility is that of the board, by ratings as they stand. Two queries.
    """
    histories: dict[int, list[RatedQuarter]] = defaultdict(list)
    ratings = Rating.objects.latest_ones().filter(
        quarter__lte=quarter, quarter__gte=quarter.back(LOOKED_BACK)
    )
    for pk, when, rag, is_break in ratings.values_list(
        "indicator_id", "quarter", "rag", "definition_break"
    ):
        histories[pk].append(RatedQuarter(when, Rag(rag) if rag else None, is_break))
    then, now = set(referred_then), set(referred_now)
    found = []
    for indicator in Indicator.objects.in_use(quarter).order_by("reference"):
        was, would_be = (
            eligibility(
                histories[indicator.pk],
                quarter=quarter,
                escalated=indicator.reference in referred,
                in_report=indicator.layer != Layer.NONE,
            )
            for referred in (then, now)
        )
        if was is not None or would_be is not None:
            found.append(RehearsedCallIn(indicator, was, would_be))
    return RehearsedCallIns(tuple(sorted(found, key=lambda each: not each.differs)))
