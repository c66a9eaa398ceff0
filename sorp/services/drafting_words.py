"""What a draft says in words: its clauses, what each RAG status means, its terms, risk appetite."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db import transaction
from django.db.models import Q

from organisation.models import User
from sorp.lexicon import Appetite, Rag
from sorp.models import (
    Clause,
    Comment,
    LadderRule,
    RagDefinition,
    RiskAppetite,
    Term,
    TriggerRule,
    Version,
)
from sorp.rules.checks import Check
from sorp.services.drafting_rows import Key, put_row
from sorp.services.refusing import Refused

LONGEST_CITATION = 20  # characters of the number by which a clause, or a place in it, is cited
A_CLAUSE = Key(("number",), "number", "Another clause has this number: give each its own")
A_MEANING = Key(("rag",), "rag", "This RAG status has its definition: change that one instead")
A_TERM = Key(("term",), "term", "This term has its meaning: change that one instead")
AN_AREA = Key(("area",), "area", "This area has its statement: change that one instead")


@transaction.atomic
def put_clause(
    *,
    version: Version,
    edition: int,
    by: User,
    pk: int | None = None,
    number: str,
    heading: str,
    wording: str,
    responsible: str = "",
    monitored: str = "",
    consequence: str = "",
    check_made: str = "",
) -> Clause:
    """The draft has this clause. A new one stands by its number.

    What cites a clause, or was said of it, goes with it where its number changes. Raises Refused.
    """
    if check_made and check_made not in set(Check):
        raise Refused("Choose a measure that the service makes, or none", field="check_made")
    before = Clause.objects.filter(version=version, pk=pk).first() if pk else None
    clause = put_row(
        Clause(
            version=version,
            number=number,
            heading=heading,
            wording=wording,
            responsible=responsible,
            monitored=monitored,
            consequence=consequence,
            check_made=check_made,
        ),
        edition=edition,
        by=by,
        pk=pk,
        key=A_CLAUSE,
        refuse=lambda: _refuse_too_long(version, before, number),
    )
    if before is not None and before.number != clause.number:
        _take_along(version, before.number, clause.number)
    return clause


def _refuse_too_long(version: Version, before: Clause | None, number: str) -> None:
    """What cites a place within a clause has to fit when the clause has a longer number."""
    if before is None or before.number == number.strip():
        return
    for row in _citing(version, before.number):
        cited = number.strip() + row.clause.removeprefix(before.number)
        if len(cited) > LONGEST_CITATION:
            raise Refused(
                f"“{row}” cites {row.clause}, which would become {cited}: give the clause a number"
                f" with which that is {LONGEST_CITATION} characters or fewer",
                field="number",
            )


def _take_along(version: Version, was: str, now: str) -> None:
    """What cites a clause, or a place within it that is no clause by itself, cites it still."""
    for row in _citing(version, was):
        row.clause = now + row.clause.removeprefix(was)
        row.save(update_fields=["clause"])


def _citing(
    version: Version, number: str
) -> Iterator[TriggerRule | LadderRule | RagDefinition | Comment]:
    others = set(Clause.objects.filter(version=version).values_list("number", flat=True))
    for model in (TriggerRule, LadderRule, RagDefinition, Comment):
        rows = model._default_manager.filter(version=version)
        for row in rows.filter(Q(clause=number) | Q(clause__startswith=f"{number}.")):
            if row.clause == number or row.clause not in others:
                yield row


@transaction.atomic
def put_definition(
    *,
    version: Version,
    edition: int,
    by: User,
    pk: int | None = None,
    rag: Rag,
    clause: str,
    wording: str,
) -> RagDefinition:
    """The draft says in these words what a RAG status means. Raises Refused."""
    return put_row(
        RagDefinition(version=version, rag=rag, clause=clause, wording=wording),
        edition=edition,
        by=by,
        pk=pk,
        key=A_MEANING,
    )


@transaction.atomic
def put_term(
    *, version: Version, edition: int, by: User, pk: int | None = None, term: str, meaning: str
) -> Term:
    """The draft gives a word this meaning. Raises Refused."""
    return put_row(
        Term(version=version, term=term, meaning=meaning),
        edition=edition,
        by=by,
        pk=pk,
        key=A_TERM,
    )


@transaction.atomic
def put_appetite(
    *,
    version: Version,
    edition: int,
    by: User,
    pk: int | None = None,
    area: str,
    appetite: Appetite,
    wording: str,
    triggers: Iterable[TriggerRule] = (),
) -> RiskAppetite:
    """The draft says how much risk is accepted in an area, and which triggers stand for that.

    Raises Refused.
    """
    chosen = list(triggers)
    if any(each.version_id != version.pk for each in chosen):
        raise Refused("Choose triggers of this draft", field="triggers")
    return put_row(
        RiskAppetite(version=version, area=area, appetite=appetite, wording=wording),
        edition=edition,
        by=by,
        pk=pk,
        key=AN_AREA,
        many={"triggers": [each.name for each in chosen]},
    )
