"""What still stands in the way of consulting on a draft, and what its author may want to know."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sorp.lexicon import Level, Rag, Step
from sorp.models.statement import Version
from sorp.queries.ruling import conditions_of
from sorp.rules.contradictions import Contradiction, contradictions


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something to put right: in words, and in which part of the draft (see `PARTS`)."""

    sentence: str
    part: str
    is_warning: bool = False


def contradictions_of(version: Version) -> tuple[Contradiction, ...]:
    """Everything wrong between a version's triggers, in three queries."""
    return contradictions(
        conditions_of(version),
        duties={Level(each.level) for each in version.level_duties.all()},
        exit_quarters=version.exit_quarters,
    )


def obstacles(draft: Version) -> list[Obstacle]:
    """What is to be put right before people are consulted, then what its author may want to know."""
    found = [
        *_untold_changes(draft),
        *_missing_parts(draft),
        *(Obstacle(each.sentence, "trigger", each.is_warning) for each in contradictions_of(draft)),
        *_dangling_references(draft),
    ]
    return sorted(found, key=lambda each: each.is_warning)


def _untold_changes(draft: Version) -> Iterator[Obstacle]:
    base = draft.drafted_from
    if draft.edition == 1 and base is not None:
        yield Obstacle(
            f"Nothing is changed yet: it is the same as version {base.number}",
            "clause",
        )
    if not draft.summary.strip():
        yield Obstacle("Say what changes, and why: it is the first thing people read", "settings")


def _missing_parts(draft: Version) -> Iterator[Obstacle]:
    if not draft.clauses.all():
        yield Obstacle("It has no clauses: add what is required and who has to do it", "clause")
    if not draft.trigger_rules.all():
        yield Obstacle("It has no triggers, so nothing would ever be referred up", "trigger")
    defined = {each.rag for each in draft.rag_definitions.all()}
    for rag in Rag:
        if rag not in defined:
            yield Obstacle(f"Say what {rag.label.lower()} means", "definition")
    base = draft.drafted_from
    if base is not None:
        before, now = (
            {each.step for each in version.calendar_rules.all()} for version in (base, draft)
        )
        for step in sorted(before - now):
            sentence = f"The calendar no longer says when “{Step(step).label}” is due"
            yield Obstacle(sentence, "calendar")


def _dangling_references(draft: Version) -> Iterator[Obstacle]:
    """What points to a clause that is not there, and an appetite that no trigger stands for."""
    numbers = {each.number for each in draft.clauses.all()}
    for part, rows in (
        ("trigger", draft.trigger_rules.all()),
        ("definition", draft.rag_definitions.all()),
        ("ladder", draft.level_duties.all()),
    ):
        for row in rows:
            if numbers and row.clause and not _is_within(row.clause, numbers):
                sentence = f"“{row}” points to clause {row.clause}, which the draft does not have"
                yield Obstacle(sentence, part, is_warning=True)
    for appetite in draft.appetites.all():
        if not appetite.triggers.all():
            sentence = f"No trigger reflects the risk appetite in “{appetite.area}”"
            yield Obstacle(sentence, "appetite", is_warning=True)


def _is_within(cited: str, numbers: Collection[str]) -> bool:
    """Whether a citation is of a clause, or of a place within one: 4.1 is within 4."""
    return cited in numbers or ("." in cited and _is_within(cited.rpartition(".")[0], numbers))
