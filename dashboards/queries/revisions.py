"""Revisions after a close: what was published, what is known now, and what followed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from django.db.models import Q, QuerySet

from core.models.audit import AuditEvent
from core.quarters import Quarter
from escalation.models.escalations import Escalation
from escalation.queries.restatement_preview import PendingRestatement, pending_restatements
from indicators.models.definitions import Indicator
from indicators.models.parts import PartsRevision
from indicators.models.ratings import Rating
from indicators.models.results import Revision
from organisation.models.people import User
from organisation.rules import Tree, UnitTier
from reports.models import Edition
from reports.queries.editions import public_document
from sorp.lexicon import Level, NotRated, Rag, Travel


@dataclass(frozen=True, slots=True)
class PublishedFigure:
    """What one edition says of one indicator in one quarter."""

    value: Decimal | None
    rag: str
    not_rated: str
    travel: str


@dataclass(frozen=True, slots=True)
class SupersededFigure:
    """A quarter of which a published edition said one thing, and we now know another."""

    edition: Edition
    quarter: Quarter
    then: PublishedFigure
    now: Rating


def superseded_figures(*, indicator: Indicator) -> list[SupersededFigure]:
    """Where published editions say of a quarter what is no longer known to be so.

    An edition is read once by a process: what is frozen does not change.
    """
    now = {each.quarter: each for each in Rating.objects.latest_ones().filter(indicator=indicator)}
    return [
        SupersededFigure(edition, Quarter.parse(key), said, rating)
        for edition in published_by_quarter()
        for key, said in sorted(
            published_figures(edition, indicator.reference).items(), reverse=True
        )
        if (rating := now.get(Quarter.parse(key))) is not None
        and (said.value, said.rag, said.not_rated, said.travel)
        != (rating.value, rating.rag, rating.not_rated, rating.travel)
    ]


def published_by_quarter() -> QuerySet[Edition]:
    """Every published edition, without its documents, latest quarter first."""
    return (
        Edition.objects.published()
        .without_documents()
        .select_related("report")
        .order_by("-report__quarter", "-number")
    )


def published_figures(edition: Edition, reference: str) -> dict[str, PublishedFigure]:
    """What an edition published of one indicator: `{"2011-Q1": PublishedFigure(…), …}`."""
    return _published_figures(edition.pk, edition.public_sha256).get(reference, {})


@lru_cache(maxsize=64)
def _published_figures(edition_id: int, sha256: str) -> dict[str, dict[str, PublishedFigure]]:
    """What an edition published of each indicator, by quarter. Frozen, so kept in memory."""
    document = public_document(Edition(pk=edition_id))
    return {
        indicator["reference"]: {
            each["quarter"]: PublishedFigure(
                value=Decimal(each["value"]) if each["value"] is not None else None,
                rag=each["rag"] or "",
                not_rated=each["not_rated"] or "",
                travel=each["travel"] or "",
            )
            for each in indicator["ratings"]
        }
        for indicator in document["indicators"]
    }


@dataclass(frozen=True, slots=True)
class Restatement:
    """One revision after a close: both figures, both verdicts, and what followed."""

    indicator: Indicator
    directorate: str
    revision: Revision
    was: Revision
    then: Rating | None
    now: Rating | None
    escalations: tuple[str, ...]
    carried_by: tuple[Edition, ...]  # published editions that gave the old figure

    @property
    def quarter(self) -> Quarter:
        return self.revision.result.quarter

    @property
    def rag_changed(self) -> bool:
        return _verdict(self.then) != _verdict(self.now)

    @property
    def travel_changed(self) -> bool:
        return bool(self.then and self.now and self.then.travel != self.now.travel)


@dataclass(slots=True)
class _RestatementFacts:
    """All that a list of revisions needs, fetched at once."""

    was: dict[tuple[int, int], Revision] = field(default_factory=dict)
    ratings: dict[int, Rating] = field(default_factory=dict)
    followed: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    editions: list[Edition] = field(default_factory=list)


def restatements(
    *, reader: User, tree: Tree, of: Q | None = None, directorate: str = ""
) -> list[Restatement]:
    """Every revision after a close that a reader may see, latest first.

    `directorate` is a unit's code; `of` narrows the revisions.
    """
    rows = _revised(reader).filter(of or Q())
    if directorate:
        rows = rows.filter(result__indicator__unit__in=_units_below(directorate, tree))
    revisions = list(rows)
    facts = _restatement_facts(revisions)
    return [_restatement(each, facts, tree) for each in revisions]


def _units_below(code: str, tree: Tree) -> list[int]:
    """A unit and all below it; none where there is no such unit."""
    top = next((each.unit for each in tree.branches.values() if each.code == code), None)
    return list(tree.below(top)) if top is not None else []


def parts_revised(
    *, reader: User, tree: Tree, quarter: Quarter | None = None, directorate: str = ""
) -> list[PartsRevision]:
    """Every time parts were given otherwise after their quarter was closed, latest first.

    The whole is the indicator, so nothing follows for its status.
    """
    rows = _parts_revised(reader)
    if quarter is not None:
        rows = rows.filter(quarter=quarter)
    if directorate:
        rows = rows.filter(indicator__unit__in=_units_below(directorate, tree))
    return list(rows.select_related("indicator", "dimension", "given_by"))


def _parts_revised(reader: User) -> QuerySet[PartsRevision]:
    return PartsRevision.objects.filter(
        after_close=True, indicator__in=Indicator.objects.visible_to(reader)
    ).order_by("-given_at", "-id")


def quarters_revised(*, reader: User) -> list[Quarter]:
    """The quarters of which something was revised after their close, latest first."""
    revised = _revised(reader).order_by().values_list("result__quarter", flat=True).distinct()
    by_parts = _parts_revised(reader).order_by().values_list("quarter", flat=True).distinct()
    return sorted({*revised, *by_parts}, reverse=True)


def pending_restatement(*, indicator: Indicator) -> PendingRestatement | None:
    """What the next close would restate of one indicator, or None where all is followed up."""
    return next(iter(pending_restatements([indicator.pk])), None)


def _revised(reader: User) -> QuerySet[Revision]:
    return (
        Revision.objects.filter(
            after_close=True,
            number__gt=1,
            result__indicator__in=Indicator.objects.visible_to(reader),
        )
        .select_related("result__indicator__unit", "submitted_by", "on_behalf_of")
        .order_by("-submitted_at", "-id")
    )


def _restatement_facts(revisions: Sequence[Revision]) -> _RestatementFacts:
    facts = _RestatementFacts()
    if not revisions:
        return facts
    said = list(Revision.objects.filter(result__in={each.result_id for each in revisions}))
    facts.was = {(each.result_id, each.number): each for each in said}
    quarter_of = {each.result_id: each.result.quarter for each in revisions}
    result_of = {each.pk: each.result_id for each in said}
    for rating in Rating.objects.filter(revision__in=result_of).order_by("number"):
        revision = rating.revision_id
        if revision is not None and rating.quarter == quarter_of[result_of[revision]]:
            facts.ratings[revision] = rating
    _follow(revisions, facts)
    facts.editions = list(published_by_quarter())
    return facts


def _follow(revisions: Sequence[Revision], facts: _RestatementFacts) -> None:
    """Each revision is given the escalations restated by the first close that followed it up."""
    escalations = {
        str(row.pk): row
        for row in Escalation.objects.filter(
            indicator__in={each.result.indicator_id for each in revisions}
        )
    }
    events: dict[int, list[AuditEvent]] = defaultdict(list)
    for event in AuditEvent.objects.filter(
        Q(act="restated escalation") | Q(act="escalated", detail__restated=True),
        subject_kind=Escalation._meta.label,
        subject_key__in=escalations,
    ):
        events[escalations[event.subject_key].indicator_id].append(event)
    by_indicator: dict[int, list[Revision]] = defaultdict(list)
    for each in revisions:
        by_indicator[each.result.indicator_id].append(each)
    for indicator, revised in by_indicator.items():
        _attach(revised, events[indicator], escalations, facts)


def _attach(
    revised: Iterable[Revision],
    events: Iterable[AuditEvent],
    escalations: dict[str, Escalation],
    facts: _RestatementFacts,
) -> None:
    in_time: list[tuple[datetime, int, Revision | AuditEvent]] = [
        *((each.submitted_at, 0, each) for each in revised),
        *((each.at, 1, each) for each in events),
    ]
    waiting: list[Revision] = []
    followed = False
    for _, _, each in sorted(in_time, key=lambda entry: (entry[0], entry[1], entry[2].pk)):
        if isinstance(each, Revision):
            waiting = [each] if followed else [*waiting, each]
            followed = False
        else:
            followed = True
            for revision in waiting:
                facts.followed[revision.pk].append(
                    _restated_in_words(each, escalations[each.subject_key])
                )


def _restated_in_words(event: AuditEvent, row: Escalation) -> str:
    """What a close did to one escalation, in words."""
    level = Level(row.level).label
    if event.act == "escalated":
        return f"{level}: referred up in {row.opened_in}, which was not known before"
    changed = [
        f"{name.replace('_', ' ')} {_quarter(part.get('was'))}, now {_quarter(part.get('is'))}"
        for name in ("opened_in", "recovered_in", "ended_in")
        if isinstance(part := event.detail.get(name), dict) and part.get("was") != part.get("is")
    ]
    return f"{level}: {', '.join(changed) or 'its reason restated'}"


def _quarter(key: str | None) -> str:
    return str(Quarter.parse(key)) if key else "no quarter"


def _restatement(revision: Revision, facts: _RestatementFacts, tree: Tree) -> Restatement:
    indicator = revision.result.indicator
    was = facts.was[revision.result_id, revision.number - 1]
    directorate = tree.at_tier(indicator.unit_id, UnitTier.DIRECTORATE)
    key = revision.result.quarter.key
    return Restatement(
        indicator=indicator,
        directorate=directorate.name if directorate else indicator.unit.name,
        revision=revision,
        was=was,
        then=facts.ratings.get(was.pk),
        now=facts.ratings.get(revision.pk),
        escalations=tuple(facts.followed.get(revision.pk, ())),
        carried_by=tuple(
            edition
            for edition in facts.editions
            if was.submitted_at <= edition.frozen_at < revision.submitted_at
            and (said := published_figures(edition, indicator.reference).get(key)) is not None
            and said.value == was.value
        ),
    )


def _verdict(rating: Rating | None) -> tuple[str, str] | None:
    return (rating.rag, rating.not_rated) if rating else None


# The register as a file

COLUMNS = (
    *("reference", "title", "directorate", "quarter", "was", "is", "reason"),
    *("revised_on", "revised_by", "rag_then", "rag_now", "travel_then", "travel_now"),
    *("escalations_restated", "editions_with_the_old_figure", "sign_off"),
)


def restatement_row(each: Restatement) -> tuple[object, ...]:
    """A restatement as a row of text."""
    return (
        each.indicator.reference,
        each.indicator.title,
        each.directorate,
        each.quarter.key,
        each.was.value,
        each.revision.value,
        each.revision.reason,
        each.revision.submitted_at.date().isoformat(),
        each.revision.submitted_by.name if each.revision.submitted_by else "",
        _in_words(each.then),
        _in_words(each.now),
        Travel(each.then.travel).label if each.then else "",
        Travel(each.now.travel).label if each.now else "",
        "; ".join(each.escalations),
        "; ".join(f"{edition.quarter.key} edition {edition.number}" for edition in each.carried_by),
        each.revision.result.get_state_display(),
    )


def _in_words(rating: Rating | None) -> str:
    if rating is None:
        return ""
    return Rag(rating.rag).label if rating.rag else f"Not rated: {NotRated(rating.not_rated).label}"
