"""What stands in the way of closing a quarter in the ordinary way, and who asked to close it all the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from core.dates import in_full
from core.quarters import Quarter
from core.queries import quarter_state
from escalation.models.early_closes import EarlyClose
from indicators.models.definitions import Indicator
from indicators.models.returns import Draft
from indicators.queries.calendar import due_on
from indicators.queries.outstanding import completion
from organisation.models.people import User
from organisation.permissions import Permission
from organisation.queries import people_who_may
from organisation.rights import allowed
from sorp.lexicon import Step


@dataclass(frozen=True, slots=True)
class OutstandingReturn:
    """A result that is not in: whose, and whether anything was typed or sent back."""

    indicator: Indicator
    has: str  # "nothing typed yet", "a draft", "returned and not submitted again"


@dataclass(frozen=True, slots=True)
class CloseObstacles:
    """Why closing a quarter now wants a reason and a second person; nothing where it does not."""

    quarter: Quarter
    due_on: date | None  # the calendar's day, where that is still to come
    outstanding: tuple[OutstandingReturn, ...]

    def __bool__(self) -> bool:
        return self.due_on is not None or bool(self.outstanding)

    @property
    def sentence(self) -> str:
        parts = []
        if self.due_on is not None:
            parts.append(f"by the calendar it closes on {in_full(self.due_on)}")
        if n := len(self.outstanding):
            parts.append(f"{n} {'result is' if n == 1 else 'results are'} outstanding")
        return " and ".join(parts)


def close_obstacles(*, quarter: Quarter, today: date) -> CloseObstacles:
    """What stands in the way of closing an open quarter; nothing does once it is closed."""
    row = quarter_state(quarter)
    if row is not None and row.is_closed:
        return CloseObstacles(quarter, None, ())
    day = due_on(quarter, Step.CLOSE)
    found = completion(quarter=quarter)
    drafted = set(Draft.objects.filter(quarter=quarter).values_list("indicator_id", flat=True))
    outstanding = [
        *(
            OutstandingReturn(each, "a draft" if each.pk in drafted else "nothing typed yet")
            for each in found.missing
        ),
        *(OutstandingReturn(each, "returned and not submitted again") for each in found.returned),
    ]
    outstanding.sort(key=lambda each: (each.indicator.accountable_manager.name, each.indicator.pk))
    still_to_come = day is not None and day > today
    return CloseObstacles(quarter, day if still_to_come else None, tuple(outstanding))


def early_close_of(quarter: Quarter) -> EarlyClose | None:
    """What was asked of a quarter last, was not refused, and whose close was not taken back."""
    rows = EarlyClose.objects.of(quarter).standing()
    return rows.select_related("asked_by", "answered_by").first()


def who_may_agree(*, asked_by: User, on: date) -> list[User]:
    """Everybody who may agree on a day to an early close that somebody asked for, by name."""
    return [each for each in people_who_may(Permission.SECOND, on=on) if each != asked_by]


def early_closes_to_answer(reader: User) -> list[EarlyClose]:
    """What somebody else asked to close early, and this reader may agree to, oldest first."""
    if not allowed(reader, Permission.SECOND):
        return []
    rows = EarlyClose.objects.waiting().exclude(asked_by=reader).select_related("asked_by")
    return list(rows.order_by("asked_at", "pk"))


def late_offers() -> list[Draft]:
    """Drafts of closed quarters that were offered as late and that nobody has looked at, oldest first."""
    rows = Draft.objects.filter(offered_at__isnull=False).select_related("indicator", "saved_by")
    return list(rows.order_by("offered_at"))
