"""How long each step of a quarter took, and the hours that it cost. Pure.

The council's paper asks that the framework costs less work as it beds in (Cabinet paper of 20 June 2011,
section 3a: it "must be proportionate"). What the record knows is counted in working days; hours are what
officers say, and are shown beside it and never worked out from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.quarters import Quarter
from core.words import Word
from core.working_days import working_days_between

MOST_HOURS = Decimal(2000)  # of one person for one step: beyond a year's work it is a slip


class WorkStep(Word):
    """One step of a quarter's work, from the day on which it is begun to that of dispatch."""

    RETURNS = "returns", "Returns"
    SIGN_OFF = "sign_off", "Sign-off"
    CLOSE = "close", "Close"
    PAPERS = "papers", "Meeting papers"
    REPORT = "report", "Report built and checked"
    DISPATCH = "dispatch", "Approved and published"


# One after another, each from the end of the one before; the papers of a meeting are made beside them.
CHAIN = (
    WorkStep.RETURNS,
    WorkStep.SIGN_OFF,
    WorkStep.CLOSE,
    WorkStep.REPORT,
    WorkStep.DISPATCH,
)


@dataclass(frozen=True, slots=True)
class QuarterWork:
    """The days on which a quarter's steps ended, as far as they have, and the hours that were noted."""

    quarter: Quarter
    begun_on: date
    ended_on: Mapping[WorkStep, date]
    hours: Mapping[WorkStep, Decimal]

    @property
    def days(self) -> dict[WorkStep, int]:
        """The working days of each step that has ended. What ended before the step before it took none.

        A step that was passed over, such as sign-off where none is asked for, has no days: the next one
        counts from the last that ended.
        """
        found: dict[WorkStep, int] = {}
        reached = self.begun_on
        for step in CHAIN:
            if (day := self.ended_on.get(step)) is None:
                continue
            found[step] = max(0, working_days_between(reached, day))
            reached = max(reached, day)
        closed, papers = self.ended_on.get(WorkStep.CLOSE), self.ended_on.get(WorkStep.PAPERS)
        if closed is not None and papers is not None:
            found[WorkStep.PAPERS] = max(0, working_days_between(closed, papers))
        return found

    @property
    def close_to_dispatch(self) -> int | None:
        """The working days from the close to publication; None until both are there."""
        closed, dispatched = (
            self.ended_on.get(each) for each in (WorkStep.CLOSE, WorkStep.DISPATCH)
        )
        if closed is None or dispatched is None:
            return None
        return max(0, working_days_between(closed, dispatched))

    @property
    def hours_in_all(self) -> Decimal | None:
        """All the hours noted; None where nobody noted any."""
        return sum(self.hours.values(), Decimal(0)) if self.hours else None


def finding(latest: QuarterWork, before: QuarterWork) -> str:
    """What the latest quarter took beside the one before, as one sentence; nothing where neither can be compared."""
    said = []
    now, was = latest.close_to_dispatch, before.close_to_dispatch
    if now is not None and was is not None:
        said.append(
            f"From close to dispatch {latest.quarter} took {_days(now)},"
            f" {_compared(Decimal(now - was))} {before.quarter}"
        )
    hours, hours_before = latest.hours_in_all, before.hours_in_all
    if hours is not None and hours_before is not None:
        noted = f"{_plain(hours)} officer hours were noted, {_compared(hours - hours_before)}"
        said.append(f"{noted} {before.quarter}" if not said else f"{noted} before")
    return f"{'; '.join(said)}." if said else ""


def _compared(difference: Decimal) -> str:
    if not difference:
        return "as many as"
    return f"{_plain(abs(difference))} {'more' if difference > 0 else 'fewer'} than"


def _days(count: int) -> str:
    return f"{count} working day{'' if count == 1 else 's'}"


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
