"""Savings as their pages show them: the lines and what they come to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString, mark_safe

from core.charts.shares import Share, shares_chart
from strategy.models.savings import Saving
from strategy.rules.savings import SavingPosition, SavingsTotal, pounds, total_of


@dataclass(frozen=True, slots=True)
class SavingSums:
    """What savings come to, in the words of a page."""

    total: SavingsTotal

    @property
    def sentence(self) -> str:
        """The sums in words, each of which adds up with those beside it."""
        total = self.total
        if not total.savings:
            return ""
        said = (
            f"{pounds(total.delivered)} delivered and {pounds(total.forecast)} forecast in all,"
            f" of {pounds(total.amount - total.amount_not_reported)}"
        )
        if total.not_reported == total.savings:
            return f"Nothing is reported yet of {pounds(total.amount)}."
        risky = f"; {pounds(total.at_risk)} of the forecast is at risk" if total.at_risk else ""
        unsaid = (
            f" Nothing is reported yet of a further {pounds(total.amount_not_reported)}."
            if total.not_reported
            else ""
        )
        return f"{said}{risky}.{unsaid}"


def sums(savings: Iterable[Saving]) -> SavingSums:
    return SavingSums(total_of((each.amount, each.position) for each in savings))


def saving_bar(amount: int, position: SavingPosition | None, *, small: bool = True) -> SafeString:
    """How much of a saving is delivered, still expected, at risk and short, as one bar."""
    if position is None:
        shares = [Share("Nothing reported", amount, "unknown")]
    else:
        shares = [
            Share("Delivered", position.delivered, "done"),
            Share(
                "Expected", position.forecast - position.delivered - position.at_risk, "expected"
            ),
            Share("At risk", position.at_risk, "at_risk"),
            Share("Short", max(amount - position.forecast, 0), "short"),
        ]
    return mark_safe(shares_chart(shares, written=pounds, small=small))  # noqa: S308 - svg.py escapes


@dataclass(frozen=True, slots=True)
class SavingLine:
    """A saving as one line of a list, as it stands today."""

    saving: Saving

    @property
    def bar(self) -> SafeString:
        return saving_bar(self.saving.amount, self.saving.position)


def savings_on(day: date) -> tuple[Saving, ...]:
    """The savings that the plan counts on on a day, those to ask about first."""
    rows = Saving.objects.standing_on(day).select_related("unit", "owner", "project", "indicator")
    return tuple(
        sorted(
            rows,
            key=lambda each: (not each.status.wants_attention, -each.amount, each.reference),
        )
    )
