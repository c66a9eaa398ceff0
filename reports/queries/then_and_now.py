"""What published editions said, beside what is known now. They stay as they were."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from django.db.models import QuerySet

from indicators.models import Indicator, Rating
from reports.models import Edition
from reports.queries.editions import public_document
from sorp.lexicon import Quarter


@dataclass(frozen=True, slots=True)
class Said:
    """What one edition says of one indicator in one quarter."""

    value: Decimal | None
    rag: str
    not_rated: str
    travel: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A quarter of which a published edition said one thing, and we now know another."""

    edition: Edition
    quarter: Quarter
    then: Said
    now: Rating


def then_and_now(*, indicator: Indicator) -> list[Difference]:
    """Where published editions say of a quarter what is no longer known to be so.

    Two queries, and one more for an edition that this process has not read yet.
    """
    now = {
        each.quarter_start: each
        for each in Rating.objects.latest_ones().filter(indicator=indicator)
    }
    return [
        Difference(edition, Quarter.parse(key), said, rating)
        for edition in published_by_quarter()
        for key, said in sorted(said_of(edition, indicator.reference).items(), reverse=True)
        if (rating := now.get(Quarter.parse(key).first_day)) is not None and _differs(said, rating)
    ]


def _differs(said: Said, rating: Rating) -> bool:
    return (said.value, said.rag, said.not_rated, said.travel) != (
        rating.value,
        rating.rag,
        rating.not_rated,
        rating.travel,
    )


def published_by_quarter() -> QuerySet[Edition]:
    """Every published edition, without its documents, latest quarter first."""
    return (
        Edition.objects.published()
        .without_documents()
        .select_related("report")
        .order_by("-report__quarter_start", "-number")
    )


def said_of(edition: Edition, reference: str) -> dict[str, Said]:
    """What an edition published of one indicator, by the key of the quarter."""
    return _said_in(edition.pk, edition.public_sha256).get(reference, {})


@lru_cache(maxsize=64)
def _said_in(edition_id: int, sha256: str) -> dict[str, dict[str, Said]]:
    """What an edition published of each indicator, by quarter. Frozen, so kept in memory."""
    document = public_document(Edition(pk=edition_id))
    return {
        indicator["reference"]: {
            each["quarter"]: Said(
                value=Decimal(each["value"]) if each["value"] is not None else None,
                rag=each["rag"] or "",
                not_rated=each["not_rated"] or "",
                travel=each["travel"] or "",
            )
            for each in indicator["ratings"]
        }
        for indicator in document["indicators"]
    }
