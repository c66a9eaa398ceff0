"""How every row of a draft is written: locked, by the edition that was seen, and recorded.

A version is edited only while it is a draft. `Version.edition` counts its edits: whoever writes
says which edition they had before them, and is refused where somebody else has written since, so
that nobody overwrites what they never saw. To write what stands there already changes nothing and
is never refused: a button pressed twice does a thing once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Max, Model, Q

from core import audit
from core.models.audit import AuditEvent
from core.refusals import Refused
from organisation.models.people import User
from organisation.permissions import Permission
from organisation.rights import allowed
from sorp.lexicon import (
    Appetite,
    CountedFrom,
    Level,
    Rag,
    Tier,
    TravelMethod,
)
from sorp.models.clauses import Clause, Comment, RagDefinition, RiskAppetite, Term
from sorp.models.conditions import CalendarRule, LevelDuty, ReminderRule, TriggerRule, TriggerTier
from sorp.models.keys import LONGEST_KEY, KeyField, key_made_of
from sorp.models.statement import Authorship, Statement, Version
from sorp.queries.ruling import condition_of
from sorp.rules.checks import Check
from sorp.rules.clause_numbers import CLAUSE_NUMBER, order_of
from sorp.rules.conditions.base import Condition, RefusedCondition
from sorp.rules.contradictions import Contradiction, contradictions
from sorp.services.cleaning import clean_row, refuse_outside

CLAUSE_NUMBER_ADVICE = (
    "Give the clause as digits and letters, joined by single full stops or hyphens, such as 4.10,"
    " 7.5a or A.1"
)
NOT_COMPARED = ("id", "key", "version", "position")
DraftRow = (
    Clause
    | RagDefinition
    | Term
    | RiskAppetite
    | TriggerRule
    | LevelDuty
    | CalendarRule
    | ReminderRule
)
Row = TypeVar("Row", bound=DraftRow)
KeyedRow = Clause | TriggerRule | CalendarRule | ReminderRule


class NotADraft(Refused):
    """The version is past writing: it is talked over, approved, in force or superseded."""


class Stale(Refused):
    """Somebody wrote in the draft since this person saw it. `meanwhile` says so in few words."""

    def __init__(self, sentence: str, *, meanwhile: str) -> None:
        super().__init__(sentence)
        self.meanwhile = meanwhile


class Gone(Refused):
    """The row was removed from the draft meanwhile."""


def lock_draft(version: Version, *, edition: int | None, by: User) -> Version:
    """The draft, locked until the transaction ends, for somebody who may write in it.

    Raises PermissionDenied, NotADraft or, where an edition is given, Stale.
    """
    if not allowed(by, Permission.MANAGE_FRAMEWORK):
        raise PermissionDenied
    locked = Version.objects.select_for_update().get(pk=version.pk)
    if sentence := why_closed(locked):
        raise NotADraft(sentence)
    if edition is not None:
        refuse_stale(locked, edition=edition, by=by)
    return locked


def why_closed(version: Version) -> str:
    """Why a version cannot be edited, and what to do instead; nothing where it is a draft."""
    called = f"Version {version.number}"
    return {
        Version.State.DRAFT: "",
        Version.State.CONSULTATION: (
            f"{called} is in consultation: take it back to draft before you change it"
        ),
        Version.State.APPROVED: (
            f"{called} is approved, and will be in force from {version.from_quarter}and can no "
            f"longer change. Draft the next version from it"
        ),
        Version.State.IN_FORCE: (
            f"{called} is in force, so it can no longer change. Draft the next version from it"
        ),
        Version.State.SUPERSEDED: (
            f"{called} has been replaced and is kept as it was. Draft a new version from the "
            f"one in force"
        ),
    }[Version.State(version.state)]


def refuse_stale(draft: Version, *, edition: int, by: User) -> None:
    if edition == draft.edition:
        return
    last = AuditEvent.objects.filter(
        subject_kind=draft._meta.label, subject_key=str(draft.pk)
    ).first()
    own = last is not None and last.actor_id == by.pk
    who = "You" if own else (last.actor_name if last else "Somebody")
    where = ", in another window," if own else ""
    raise Stale(
        f"{who} changed this draft{where} after you opened this page. Nothing you typed is "
        f"lost. See what is saved now, combine the two, then save again",
        meanwhile="The draft has changed since" if own else f"{who} has changed this draft since",
    )


def record_edit(draft: Version, act: str, *, by: User, **detail: Any) -> None:
    """One more edition; its author may not approve it; it is on record."""
    draft.edition += 1
    draft.save(update_fields=["edition"])
    Authorship.objects.get_or_create(version=draft, author=by)
    audit.record(act, draft, by=by, edition=draft.edition, **detail)


def get_row(model: type[Row], draft: Version, pk: int) -> Row:
    row: Any = model._default_manager.filter(version=draft, pk=pk).first()
    if row is None:
        raise Gone(
            "This is no longer in the draft: somebody removed it. Add it again if it is still "
            "needed"
        )
    return row


@dataclass(frozen=True, slots=True)
class UniqueKey:
    """Fields that no two rows of a part share, and the message, at which field, where they would."""

    fields: tuple[str, ...]
    field: str
    message: str

    def duplicate_of(self, row: Any) -> Any:
        """The other row of the draft with the same values, capitals making no difference; or None."""
        wanted = {name: getattr(row, name) for name in self.fields}
        asked = {
            f"{name}__iexact" if isinstance(value, str) and value else name: value
            for name, value in wanted.items()
        }
        rows = type(row)._default_manager.filter(version_id=row.version_id, **asked)
        return rows.exclude(pk=row.pk).first() if row.pk else rows.first()


def save_row(
    proposed: Row,
    *,
    edition: int,
    by: User,
    pk: int | None,
    key: UniqueKey,
    many: Mapping[str, Iterable[str]] | None = None,
    refuse: Callable[[], None] | None = None,
) -> Row:
    """A row of the draft says what is proposed; without `pk` it is a new row, or the same again.

    `many` are the tiers of a trigger, or an appetite's triggers; `refuse` raises Refused for what
    cannot stand beside the other rows. Raises Refused.
    """
    draft = lock_draft(proposed.version, edition=None, by=by)
    proposed.pk, proposed.version = pk or None, draft
    clean_row(proposed)
    _refuse_odd_number(proposed)
    lists = {name: sorted(set(values)) for name, values in (many or {}).items()}
    before = get_row(type(proposed), draft, pk) if pk else None
    duplicate = key.duplicate_of(proposed)
    now = contents_of(proposed) | lists
    for standing in (before,) if before is not None else (duplicate,):
        if standing is not None and contents_of(standing) == now:
            return standing
    refuse_stale(draft, edition=edition, by=by)
    if duplicate is not None:
        raise Refused(key.message, field=key.field)
    if refuse is not None:
        refuse()
    was = contents_of(before) if before is not None else {}
    _set_position(proposed, before)
    if isinstance(proposed, KeyedRow):
        proposed.key = getattr(before, "key", "") or key_for(proposed)
    proposed.save()
    _save_lists(proposed, lists)
    changed = [name for name, value in now.items() if not was or was.get(name) != value]
    record_edit(
        draft,
        "changed draft of the SORP" if was else "added to draft of the SORP",
        by=by,
        part=part_of(proposed),
        row=str(proposed)[:200],
        was={name: was[name] for name in changed if was},
        now={name: now[name] for name in changed},
    )
    return proposed


def key_for(row: KeyedRow) -> str:
    """A key for a new row: its own for good, which no row of any version of the statement has had.

    What was taken out of this draft and is put back under the same words has its old key again.
    """
    field = row._meta.get_field("key")
    assert isinstance(field, KeyField)
    words = {name: getattr(row, name) for name in field.made_of}
    rows: Any = type(row)._default_manager
    of_base = rows.filter(version=row.version.drafted_from_id, **words).first()
    taken_here = set(rows.filter(version=row.version_id).values_list("key", flat=True))
    if of_base is not None and of_base.key not in taken_here:
        return str(of_base.key)
    of_any = rows.filter(version__statement=row.version.statement_id)
    taken = taken_here | set(of_any.values_list("key", flat=True))
    stem = key_made_of(*words.values())
    candidates = (stem if n == 1 else f"{stem[: LONGEST_KEY - 5]}-{n}" for n in count(1))
    return next(each for each in candidates if each not in taken)


def _refuse_odd_number(row: DraftRow) -> None:
    """A clause is numbered, and cited, in digits and letters: it is part of an address."""
    field = "number" if isinstance(row, Clause) else "clause"
    number = getattr(row, field, "")
    if number and not CLAUSE_NUMBER.fullmatch(number):
        raise Refused(CLAUSE_NUMBER_ADVICE, field=field)


def part_of(row: Model) -> str:
    return str(row._meta.verbose_name)


def contents_of(row: Model) -> dict[str, Any]:
    """What a row holds, as the audit record keeps it: every field but its key and place.

    Such as `{"step": "entry", "tier": "team", "counted_from": "quarter_end", "working_days": 10}`.
    """
    contents: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        if field.name not in NOT_COMPARED:
            value = getattr(row, field.attname)
            contents[field.name] = f"{value.normalize():f}" if isinstance(value, Decimal) else value
    if isinstance(row, TriggerRule):
        contents["tiers"] = sorted(each.tier for each in row.tiers.all()) if row.pk else []
    if isinstance(row, RiskAppetite):
        contents["triggers"] = sorted(each.name for each in row.triggers.all()) if row.pk else []
    return contents


def _set_position(row: DraftRow, before: Any) -> None:
    """A row keeps its place; a new trigger is tried last, a new clause stands by its number."""
    if before is not None and isinstance(row, Clause | TriggerRule):
        row.position = before.position
    elif isinstance(row, Clause):
        row.position = _position_by_number(row)
    elif isinstance(row, TriggerRule):
        row.position = _last_position(row) + 1


def _last_position(row: Clause | TriggerRule) -> int:
    rows = type(row).objects.filter(version_id=row.version_id)
    return rows.aggregate(last=Max("position"))["last"] or 0


def _position_by_number(clause: Clause) -> int:
    """The place before the first clause of a higher number, for which those from there make room."""
    rows = list(Clause.objects.filter(version_id=clause.version_id).order_by("position"))
    own = order_of(clause.number)
    after = [each for each in rows if own < order_of(each.number)]
    if not after or after != rows[-len(after) :]:
        return _last_position(clause) + 1  # their own order is another: the author moves it
    for each in reversed(after):
        Clause.objects.filter(pk=each.pk).update(position=F("position") + 1)
    return after[0].position


def _save_lists(row: Model, lists: Mapping[str, Iterable[str]]) -> None:
    if isinstance(row, TriggerRule) and "tiers" in lists:
        wanted = set(lists["tiers"])
        row.tiers.exclude(tier__in=wanted).delete()
        for tier in sorted(wanted - set(row.tiers.values_list("tier", flat=True))):
            row.tiers.create(tier=tier)
    if isinstance(row, RiskAppetite) and "triggers" in lists:
        rules = TriggerRule.objects.filter(version_id=row.version_id, name__in=lists["triggers"])
        row.triggers.set(rules)


ROWS: tuple[type[Model], ...] = (
    Clause,
    RagDefinition,
    Term,
    LevelDuty,
    CalendarRule,
    ReminderRule,
)
SETTINGS = (
    "travel_method",
    "exit_quarters",
    "relapse_within",
    "relapse_shortens_by",
    "plan_within",
    "action_on_amber",
)
NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]*")
NUMBER_ADVICE = "Give it a number of digits, letters, points and hyphens, such as 2 or 2.1"


@transaction.atomic
def draft_version(*, base: Version, number: str, summary: str = "", by: User) -> Version:
    """A new draft says all that the base says, word for word and rule for rule.

    A statement has one unfinished version at a time: of two drafts from one base, the later to be
    approved would undo the earlier unseen (docs/adr/0024). Asked again in the same words, it
    returns the draft that is there. Raises Refused, or PermissionDenied.
    """
    if not allowed(by, Permission.MANAGE_FRAMEWORK):
        raise PermissionDenied
    statement = Statement.objects.select_for_update().get(pk=base.statement_id)
    draft = Version(
        statement=statement,
        number=number,
        summary=summary,
        drafted_from=base,
        drafted_by=by,
        **{name: getattr(base, name) for name in SETTINGS},
    )
    clean_row(draft)
    unfinished = statement.versions.unfinished().first()
    if unfinished is not None and _is_same_again(unfinished, draft):
        return unfinished
    _refuse_number(draft)
    if unfinished is not None:
        raise Refused(_still_unfinished(unfinished))
    draft.save()
    _copy_rows(base, draft)
    Authorship.objects.create(version=draft, author=by)
    audit.record("drafted version of the SORP", draft, by=by, base=base.number)
    return draft


def _is_same_again(unfinished: Version, asked: Version) -> bool:
    """A button pressed twice: the same person asks for the same draft, which nobody has touched."""
    told = ("number", "summary", "drafted_from_id", "drafted_by_id", "edition", "state")
    return all(getattr(unfinished, name) == getattr(asked, name) for name in told)


def _still_unfinished(unfinished: Version) -> str:
    if unfinished.state == Version.State.CONSULTATION:
        return (
            f"Version {unfinished.number} is in consultation: wait until it is approved, or take"
            " it back to draft and change it"
        )
    return f"Version {unfinished.number} is still a draft: change that one, because only one is written at a time"


def _refuse_number(version: Version) -> None:
    if not NUMBER.fullmatch(version.number):
        raise Refused(NUMBER_ADVICE, field="number")
    others = Version.objects.filter(statement=version.statement_id).exclude(pk=version.pk)
    if others.filter(number__iexact=version.number).exists():
        raise Refused(
            f"There is a version {version.number}: give this one a different number", field="number"
        )


def _copy_rows(base: Version, draft: Version) -> None:
    for model in ROWS:
        rows = model._default_manager.filter(version=base)
        model._default_manager.bulk_create(_copy(row, draft) for row in rows)
    triggers = list(base.trigger_rules.all())
    copies = TriggerRule.objects.bulk_create(_copy(row, draft) for row in triggers)
    copied = {row.pk: copy for row, copy in zip(triggers, copies, strict=True)}
    TriggerTier.objects.bulk_create(
        TriggerTier(trigger=copied[each.trigger_id], tier=each.tier)
        for each in TriggerTier.objects.filter(trigger__version=base)
    )
    for appetite in base.appetites.prefetch_related("triggers"):
        copy = _copy(appetite, draft)
        copy.save()
        copy.triggers.set([copied[each.pk] for each in appetite.triggers.all()])


def _copy(row: Any, draft: Version) -> Any:
    """A row of another version with the same words, not yet kept."""
    left = ("id", "version")
    fields = [each for each in row._meta.concrete_fields if each.name not in left]
    return type(row)(version=draft, **{each.attname: getattr(row, each.attname) for each in fields})


@transaction.atomic
def change_settings(
    *,
    version: Version,
    edition: int,
    by: User,
    number: str,
    summary: str,
    travel_method: TravelMethod,
    exit_quarters: int,
    relapse_within: int,
    relapse_shortens_by: int,
    plan_within: int,
    action_on_amber: bool,
) -> Version:
    """The draft has this number and summary, and these rules for travel, exit, relapse and plans.

    Raises Refused.
    """
    draft = lock_draft(version, edition=None, by=by)
    given = {
        "number": number,
        "summary": summary,
        "travel_method": travel_method,
        "exit_quarters": exit_quarters,
        "relapse_within": relapse_within,
        "relapse_shortens_by": relapse_shortens_by,
        "plan_within": plan_within,
        "action_on_amber": action_on_amber,
    }
    was = {name: getattr(draft, name) for name in given}
    for name, value in given.items():
        setattr(draft, name, value)
    clean_row(draft)
    changed = [name for name in given if getattr(draft, name) != was[name]]
    if not changed:
        return draft
    lock_draft(version, edition=edition, by=by)
    _refuse_number(draft)
    _refuse_out_of_reach(draft)
    draft.save(update_fields=changed)
    record_edit(
        draft,
        "changed draft of the SORP",
        by=by,
        part="settings",
        was={name: was[name] for name in changed},
        now={name: getattr(draft, name) for name in changed},
    )
    return draft


def _refuse_out_of_reach(draft: Version) -> None:
    for field, least, most, what in (
        ("exit_quarters", 1, 8, "the green quarters it takes to recover"),
        ("relapse_within", 0, 16, "the quarters within which it is a relapse"),
        ("relapse_shortens_by", 0, 4, "the quarters fewer after a relapse"),
        ("plan_within", 1, 120, "the working days for an action plan"),
    ):
        refuse_outside(getattr(draft, field), least=least, most=most, field=field, what=what)


@transaction.atomic
def remove_row(*, row: DraftRow, edition: int, by: User) -> bool:
    """The draft no longer has this row. Returns whether it had: removed twice, it is removed once.

    Raises Refused for a RAG status's definition, which is changed and never done without.
    """
    draft = lock_draft(row.version, edition=None, by=by)
    standing = type(row)._default_manager.filter(version=draft, pk=row.pk).first()
    if standing is None:
        return False
    if isinstance(row, RagDefinition):
        raise Refused("Every RAG status has a definition: change its words instead")
    lock_draft(draft, edition=edition, by=by)
    was = contents_of(standing)
    named = str(standing)[:200]
    standing.delete()
    record_edit(
        draft, "removed from draft of the SORP", by=by, part=part_of(row), row=named, was=was
    )
    return True


@transaction.atomic
def move_row(*, row: Clause | TriggerRule, up: bool, edition: int, by: User) -> None:
    """A clause, or a trigger, changes places with the one before it or after it. Raises Refused."""
    draft = lock_draft(row.version, edition=edition, by=by)
    rows: list[Any] = list(type(row).objects.filter(version=draft).order_by("position"))
    place = next((at for at, each in enumerate(rows) if each.pk == row.pk), None)
    if place is None:
        raise Refused("This is no longer in the draft: somebody removed it")
    other = place - 1 if up else place + 1
    if not 0 <= other < len(rows):
        raise Refused(f"“{row}” is {'first' if up else 'last'} already")
    here, there = rows[place], rows[other]
    here_at, there_at = here.position, there.position
    free = rows[-1].position + 1  # no two may stand in one place, even while they change over
    for each, position in ((here, free), (there, here_at), (here, there_at)):
        type(row).objects.filter(pk=each.pk).update(position=position)
    record_edit(
        draft,
        "moved in draft of the SORP",
        by=by,
        part=part_of(row),
        row=str(row)[:200],
        was=place + 1,
        now=other + 1,
    )


LONGEST_CITATION = 20  # characters of the number by which a clause, or a place in it, is cited
CLAUSE_KEY = UniqueKey(("number",), "number", "Another clause has this number: give each its own")
DEFINITION_KEY = UniqueKey(
    ("rag",), "rag", "This RAG status has its definition: change that one instead"
)
TERM_KEY = UniqueKey(("term",), "term", "This term has its meaning: change that one instead")
AREA_KEY = UniqueKey(("area",), "area", "This area has its statement: change that one instead")


@transaction.atomic
def save_clause(
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
    clause = save_row(
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
        key=CLAUSE_KEY,
        refuse=lambda: _refuse_too_long(version, before, number),
    )
    if before is not None and before.number != clause.number:
        _renumber_citations(version, before.number, clause.number)
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


def _renumber_citations(version: Version, was: str, now: str) -> None:
    """What cites a clause, or a place within it that is no clause by itself, cites it still."""
    for row in _citing(version, was):
        row.clause = now + row.clause.removeprefix(was)
        row.save(update_fields=["clause"])


def _citing(
    version: Version, number: str
) -> Iterator[TriggerRule | LevelDuty | RagDefinition | Comment]:
    others = set(Clause.objects.filter(version=version).values_list("number", flat=True))
    for model in (TriggerRule, LevelDuty, RagDefinition, Comment):
        rows = model._default_manager.filter(version=version)
        for row in rows.filter(Q(clause=number) | Q(clause__startswith=f"{number}.")):
            if row.clause == number or row.clause not in others:
                yield row


@transaction.atomic
def save_definition(
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
    return save_row(
        RagDefinition(version=version, rag=rag, clause=clause, wording=wording),
        edition=edition,
        by=by,
        pk=pk,
        key=DEFINITION_KEY,
    )


@transaction.atomic
def save_term(
    *, version: Version, edition: int, by: User, pk: int | None = None, term: str, meaning: str
) -> Term:
    """The draft gives a word this meaning. Raises Refused."""
    return save_row(
        Term(version=version, term=term, meaning=meaning),
        edition=edition,
        by=by,
        pk=pk,
        key=TERM_KEY,
    )


@transaction.atomic
def save_appetite(
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
    return save_row(
        RiskAppetite(version=version, area=area, appetite=appetite, wording=wording),
        edition=edition,
        by=by,
        pk=pk,
        key=AREA_KEY,
        many={"triggers": [each.name for each in chosen]},
    )


MOST_DAYS, MOST_BEFOREHAND, MOST_INDICATORS = 120, 60, 1000

TRIGGER_KEY = UniqueKey(("name",), "name", "Another trigger has this name: give each its own")
DUTY_KEY = UniqueKey(("level",), "level", "This level has its duty: change that one instead")
DAY_KEY = UniqueKey(
    ("step", "tier"), "tier", "There is a day for this step and tier: change that one instead"
)
REMINDER_KEY = UniqueKey(
    ("step", "audience", "side", "working_days"),
    "working_days",
    "They are written to on that day already: choose another day, or change that reminder",
)


@transaction.atomic
def save_trigger(
    *,
    version: Version,
    edition: int,
    by: User,
    pk: int | None = None,
    tiers: Collection[Tier],
    **fields: str | int | Decimal | None,
) -> TriggerRule:
    """The draft has this trigger; a new one is tried last. The fields are those of TriggerRule.

    Raises Refused for a condition that is nonsense, and for one that contradicts another trigger
    of the draft, which it names with its clause.
    """
    row = TriggerRule(version=version, pk=pk, **fields)
    condition = condition_given(row, tiers)

    def refuse() -> None:
        for found in contradictions_with(condition, version=version, instead_of=pk):
            if not found.is_warning:
                raise Refused(found.sentence, field=found.field)

    return save_row(
        row,
        edition=edition,
        by=by,
        pk=pk,
        key=TRIGGER_KEY,
        many={"tiers": [str(each) for each in tiers]},
        refuse=refuse,
    )


def condition_given(row: TriggerRule, tiers: Collection[str]) -> Condition:
    """What a trigger not yet kept would ask for. Raises Refused, at the field, for nonsense."""
    clean_row(row)
    if row.count is not None:
        what = "how many indicators it takes"
        refuse_outside(row.count, least=2, most=MOST_INDICATORS, field="count", what=what)
    try:
        condition = condition_of(row, tiers)
    except RefusedCondition as refusal:
        said = str(refusal).removeprefix(f"“{row.name}”: ")
        raise Refused(said[:1].upper() + said[1:], field=refusal.field) from None
    except ValueError:  # a tier that there is not
        raise Refused("Choose tiers from those on offer", field="tiers") from None
    if not {"at_least", "within"} & {*condition.form_fields} and not (
        row.at_least == row.within == 1
    ):
        raise Refused("A forecast looks ahead: leave the quarters at 1 of 1", field="within")
    return condition


def contradictions_with(
    condition: Condition, *, version: Version, instead_of: int | None = None
) -> list[Contradiction]:
    """What a trigger would contradict if the draft had it, in place of one it has or as the last."""
    rows = list(version.trigger_rules.prefetch_related("tiers"))
    standing = [
        condition if row.pk == instead_of else condition_of(row, [t.tier for t in row.tiers.all()])
        for row in rows
    ]
    if all(row.pk != instead_of for row in rows):
        standing.append(condition)
    found = contradictions(
        standing,
        duties={Level(each) for each in version.level_duties.values_list("level", flat=True)},
        exit_quarters=version.exit_quarters,
    )
    return [each for each in found if each.concerns(condition)]


@transaction.atomic
def save_duty(
    *,
    version: Version,
    edition: int,
    by: User,
    pk: int | None = None,
    level: Level,
    duty: str,
    within: int,
    clause: str = "",
) -> LevelDuty:
    """The draft says what a level does with what is referred to it, and in how many working days.

    Raises Refused.
    """
    refuse_outside(within, least=1, most=MOST_DAYS, field="within", what="the working days it has")
    return save_row(
        LevelDuty(version=version, level=level, duty=duty, within=within, clause=clause),
        edition=edition,
        by=by,
        pk=pk,
        key=DUTY_KEY,
    )


@transaction.atomic
def save_day(
    *,
    version: Version,
    edition: int,
    by: User,
    pk: int | None = None,
    step: str,
    tier: str = "",
    counted_from: CountedFrom,
    working_days: int,
) -> CalendarRule:
    """The draft says by when a step is due, for one tier or for all. Raises Refused."""
    _refuse_unknown_step(version, step)
    refuse_outside(
        working_days, least=0, most=MOST_DAYS, field="working_days", what="the working days"
    )
    return save_row(
        CalendarRule(
            version=version,
            step=step,
            tier=tier,
            counted_from=counted_from,
            working_days=working_days,
        ),
        edition=edition,
        by=by,
        pk=pk,
        key=DAY_KEY,
    )


@transaction.atomic
def save_reminder(
    *,
    version: Version,
    edition: int,
    by: User,
    pk: int | None = None,
    step: str,
    audience: str,
    side: str,
    working_days: int,
    then_every: int | None = None,
) -> ReminderRule:
    """The draft has people written to about a step, so many working days before it or after.

    Raises Refused.
    """
    _refuse_unknown_step(version, step)
    refuse_outside(
        working_days, least=1, most=MOST_BEFOREHAND, field="working_days", what="the working days"
    )
    if then_every is not None:
        refuse_outside(
            then_every, least=1, most=MOST_BEFOREHAND, field="then_every", what="the working days"
        )
        if side != ReminderRule.Side.AFTER:
            said = "Only what is overdue is reminded of again: leave this empty"
            raise Refused(said, field="then_every")
    return save_row(
        ReminderRule(
            version=version,
            step=step,
            audience=audience,
            side=side,
            working_days=working_days,
            then_every=then_every,
        ),
        edition=edition,
        by=by,
        pk=pk,
        key=REMINDER_KEY,
    )


def _refuse_unknown_step(version: Version, step: str) -> None:
    """A quarter's steps are the service's own; each version says when they are due."""
    if step not in known_steps(version):
        raise Refused("Choose a step of the quarter", field="step")


def known_steps(version: Version) -> set[str]:
    """The steps that some version of the statement has given a day."""
    rules = CalendarRule.objects.filter(version__statement=version.statement_id)
    return set(rules.values_list("step", flat=True))
