"""What one press of the button submitted, and what happens to it next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from indicators.models import CalendarDay, Rating, Submission
from indicators.queries.ladders import ladders_on
from indicators.rules.returns import Stage, Step
from organisation.clock import localdate
from organisation.models import Appointment, AuditEvent
from organisation.rules import PostKind
from sorp.lexicon import Rag


@dataclass(frozen=True, slots=True)
class NextStep:
    """Who signs off next, of which unit, and by when."""

    stage: Stage
    unit: str
    people: tuple[str, ...]
    due_on: date | None
    results: int


@dataclass(frozen=True, slots=True)
class Submitted:
    """One submission, with what became of each result."""

    submission: Submission
    ratings: tuple[Rating, ...]
    next_steps: tuple[NextStep, ...]

    def _of(self, rag: Rag | None) -> tuple[Rating, ...]:
        return tuple(each for each in self.ratings if (each.rag or None) == rag)

    @property
    def groups(self) -> list[tuple[Rag | None, tuple[Rating, ...]]]:
        """Worst first, and what is not rated last."""
        return [
            (rag, found)
            for rag in (Rag.RED, Rag.AMBER, Rag.GREEN, None)
            if (found := self._of(rag))
        ]

    @property
    def counts(self) -> dict[str, int]:
        return {rag or "not_rated": len(found) for rag, found in self.groups}

    @property
    def late(self) -> tuple[Rating, ...]:
        return tuple(each for each in self.ratings if each.revision and each.revision.late)


def submitted_in(submission: Submission) -> Submitted:
    """A submission as it stands now, in eight queries however many results it has."""
    ratings = tuple(
        Rating.objects.latest_ones()
        .filter(
            quarter_start=submission.quarter_start,
            indicator__reference__in=_references(submission),
        )
        .select_related(
            "indicator__unit", "revision__result__indicator__unit", "revision__submitted_by"
        )
        .order_by("indicator__reference")
    )
    return Submitted(submission, ratings, tuple(_next_steps(submission, ratings)))


def _references(submission: Submission) -> list[str]:
    """Which results it was: the record of the act says."""
    event = AuditEvent.objects.filter(
        act="submitted return",
        subject_kind=submission._meta.label,
        subject_key=str(submission.pk),
    ).first()
    return event.detail["references"] if event else []


def _next_steps(submission: Submission, ratings: tuple[Rating, ...]) -> list[NextStep]:
    """Whoever's turn it is: each division or directorate, with its director and its day."""
    today = localdate()
    ladders = ladders_on(today)
    waiting: dict[tuple[Stage, int], int] = {}
    for rating in ratings:
        if rating.revision is None:
            continue
        rung = ladders.awaits(rating.revision)
        if rung is not None:
            waiting[rung.stage, rung.unit] = waiting.get((rung.stage, rung.unit), 0) + 1
    people = _directors({unit for _, unit in waiting}, today)
    days = dict(
        CalendarDay.objects.filter(quarter_start=submission.quarter_start)
        .order_by("tier")
        .values_list("step", "due_on")
    )
    order = list(Stage)
    return [
        NextStep(
            stage=stage,
            unit=ladders.tree.branches[unit].name,
            people=tuple(people.get(unit, ())),
            due_on=days.get(Step(stage.value)),
            results=results,
        )
        for (stage, unit), results in sorted(
            waiting.items(), key=lambda each: order.index(each[0][0])
        )
    ]


def _directors(units: set[int], today: date) -> dict[int, list[str]]:
    held = Appointment.objects.held_on(today).filter(
        post__kind=PostKind.DIRECTOR, post__unit__in=units
    )
    found: dict[int, list[str]] = {}
    for unit, name in held.order_by("user__name").values_list("post__unit_id", "user__name"):
        found.setdefault(unit, []).append(name)
    return found
