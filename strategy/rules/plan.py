"""How a milestone stands, and what may be said of a priority. No database and no clock.

A priority is judged three ways: by figures, by milestones and other qualitative evidence, and by
formal evaluation (Cabinet paper of 20 June 2011, section 3b). The three are put side by side and
never averaged: nothing here returns one colour for a priority, so nothing can print one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from core.dates import as_date
from core.words import Word
from sorp.lexicon import Rag


class MeasureKind(Word):
    """One of the three ways in which a priority is judged."""

    INDICATOR = "indicator", "Indicator"
    EVIDENCE = "evidence", "Qualitative evidence"
    EVALUATION = "evaluation", "Formal evaluation"


class Judgement(Word):
    """What a formal evaluation found."""

    EFFECTIVE = "effective", "Effective"
    PARTLY_EFFECTIVE = "partly_effective", "Partly effective"
    NOT_EFFECTIVE = "not_effective", "Not effective"
    TOO_EARLY = "too_early", "Too early to say"


class MilestoneStatus(Word):
    """How a milestone stands on a day. Lateness is a fact of dates, so it has no RAG status."""

    DONE_ON_TIME = "done_on_time", "Done on time"
    DONE_LATE = "done_late", "Done late"
    ON_COURSE = "on_course", "On course"
    SLIPPING = "slipping", "Slipping"
    OVERDUE = "overdue", "Overdue"

    @property
    def is_late(self) -> bool:
        """Whether somebody should ask about it."""
        return self in {MilestoneStatus.SLIPPING, MilestoneStatus.OVERDUE}


SLUG = r"[a-z0-9]+(?:-[a-z0-9]+)*"  # a short name, for addresses and files
FINANCIAL_YEAR = re.compile(r"(\d{4})\s*[/–-]\s*(\d{2}|\d{4})")
FIRST_YEAR, LAST_YEAR = 1974, 2200


def read_financial_year(text: str) -> int:
    """The calendar year in which a financial year begins: 2014 of 2014/15, 2014-15 or 2014/2015.

    Raises ValueError for anything else, years that do not follow one another among it.
    """
    found = FINANCIAL_YEAR.fullmatch(text.strip())
    if found is None or int(found[2]) % 100 != (int(found[1]) + 1) % 100:
        raise ValueError(f"write the financial year like 2014/15, not {text!r}")
    year = int(found[1])
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"write a financial year from {FIRST_YEAR} to {LAST_YEAR}, not {year}")
    return year


def financial_year(year: int) -> str:
    """2014/15, of the calendar year in which it begins."""
    return f"{year}/{(year + 1) % 100:02d}"


def milestone_status(
    *, due_on: date, forecast_on: date | None, done_on: date | None, today: date
) -> MilestoneStatus:
    """How a milestone stands on a day. A day is on time on its due date itself.

    Once the due date is past an undone milestone is overdue, whatever is forecast for it: a new
    forecast is no excuse. Before that, a forecast beyond the due date says that it is slipping.
    What was done after `today` was not yet done then, so an earlier day can be asked about.
    """
    if done_on is not None and done_on <= today:
        return MilestoneStatus.DONE_ON_TIME if done_on <= due_on else MilestoneStatus.DONE_LATE
    if today > due_on:
        return MilestoneStatus.OVERDUE
    if forecast_on is not None and forecast_on > due_on:
        return MilestoneStatus.SLIPPING
    return MilestoneStatus.ON_COURSE


def milestone_words(
    *, due_on: date, forecast_on: date | None, done_on: date | None, today: date
) -> str:
    """How a milestone stands on a day, with the dates that bear it out.

    What was forecast for a day that is past is not told once it is overdue.
    """
    status = milestone_status(due_on=due_on, forecast_on=forecast_on, done_on=done_on, today=today)
    if status is MilestoneStatus.DONE_ON_TIME:
        return f"Done on time, on {as_date(done_on)}"
    if status is MilestoneStatus.DONE_LATE and done_on is not None:
        return f"Done {_days(done_on, due_on)} late, on {as_date(done_on)}"
    if status is MilestoneStatus.OVERDUE:
        ahead = forecast_on is not None and forecast_on >= today
        forecast = f"; forecast for {as_date(forecast_on)}" if ahead else ""
        return f"Overdue: {_days(today, due_on)} late on {as_date(today)}{forecast}"
    if status is MilestoneStatus.SLIPPING and forecast_on is not None:
        return (
            f"Slipping: forecast for {as_date(forecast_on)}, {_days(forecast_on, due_on)} after it"
            " is due"
        )
    forecast = f"; forecast for {as_date(forecast_on)}" if forecast_on else ""
    return f"On course on {as_date(today)}{forecast}"


def _days(later: date, earlier: date) -> str:
    number = (later - earlier).days
    return f"{number} day{'' if number == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class EvidenceStatement:
    """What one kind of evidence says, in a sentence, and whether it calls for a question."""

    sentence: str
    needs_attention: bool


@dataclass(frozen=True, slots=True)
class PriorityStatements:
    """Three statements about a priority, side by side. They have no sum."""

    figures: EvidenceStatement
    milestones: EvidenceStatement
    evaluation: EvidenceStatement

    @property
    def needs_attention(self) -> tuple[str, ...]:
        """The kinds of evidence that call for a question, by name."""
        named = {
            "figures": self.figures,
            "milestones": self.milestones,
            "evaluation": self.evaluation,
        }
        return tuple(name for name, statement in named.items() if statement.needs_attention)


@dataclass(frozen=True, slots=True)
class RatedMeasure:
    """The verdict on one indicator, as far as the standing of a priority that it measures needs it."""

    rag: Rag | None
    stale: bool = False


def statements(
    *,
    figures: Iterable[RatedMeasure],
    milestones: Iterable[MilestoneStatus],
    judgement: Judgement | None,
    judged_on: date | None = None,
) -> PriorityStatements:
    """What each kind of evidence says of a priority."""
    return PriorityStatements(
        _figures_statement(tuple(figures)),
        _milestones_statement(tuple(milestones)),
        _evaluation_statement(judgement, judged_on),
    )


def _figures_statement(figures: tuple[RatedMeasure, ...]) -> EvidenceStatement:
    if not figures:
        return EvidenceStatement("No indicator measures this priority", needs_attention=False)
    counts = Counter(
        "green on old figures"
        if each.stale and each.rag is Rag.GREEN
        else (each.rag.value if each.rag else "not rated")
        for each in figures
    )
    order = ("green", "green on old figures", "amber", "red", "not rated")
    parts = [f"{counts[word]} {word}" for word in order if counts[word]]
    whole = f"Of {len(figures)} indicators: " if len(figures) > 1 else "Its one indicator: "
    return EvidenceStatement(
        whole + _listed(parts),
        needs_attention=any(word != "green" for word in counts),
    )


def _milestones_statement(milestones: tuple[MilestoneStatus, ...]) -> EvidenceStatement:
    if not milestones:
        return EvidenceStatement("No milestone is set", needs_attention=False)
    counts = Counter(milestones)
    parts = [
        f"{counts[status]} {status.label.lower()}" for status in MilestoneStatus if counts[status]
    ]
    whole = f"Of {len(milestones)} milestones: " if len(milestones) > 1 else "Its one milestone: "
    return EvidenceStatement(
        whole + _listed(parts), needs_attention=any(each.is_late for each in milestones)
    )


def _evaluation_statement(judgement: Judgement | None, judged_on: date | None) -> EvidenceStatement:
    if judgement is None:
        return EvidenceStatement("Not yet evaluated", needs_attention=False)
    when = f", {as_date(judged_on)}" if judged_on else ""
    return EvidenceStatement(
        f"{judgement.label}{when}",
        needs_attention=judgement in {Judgement.PARTLY_EFFECTIVE, Judgement.NOT_EFFECTIVE},
    )


def _listed(parts: list[str]) -> str:
    if len(parts) == 1:
        return parts[0]
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
