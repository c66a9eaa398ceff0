"""How every row of a draft is written: locked, by the edition that was seen, and recorded.

A version is edited only while it is a draft. `Version.edition` counts its edits: whoever writes
says which edition they had before them, and is refused where somebody else has written since, so
that nobody overwrites what they never saw. To write what stands there already changes nothing and
is never refused: a button pressed twice does a thing once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import F, Max, Model

from organisation import audit
from organisation.models import AuditEvent, User
from organisation.rights import Permission, allowed
from sorp.models import (
    Authorship,
    CalendarRule,
    Clause,
    LadderRule,
    RagDefinition,
    ReminderRule,
    RiskAppetite,
    Term,
    TriggerRule,
    Version,
)
from sorp.services.refusing import Refused
from sorp.services.tidying import tidied

CLAUSE_NUMBER = re.compile(r"[0-9A-Za-z]+(?:[.-][0-9A-Za-z]+)*")
A_CLAUSE_NUMBER = (
    "Give the clause as digits and letters, joined by single full stops or hyphens, such as 4.10,"
    " 7.5a or A.1"
)
NOT_SAID = ("id", "version", "position")
Written = (
    Clause
    | RagDefinition
    | Term
    | RiskAppetite
    | TriggerRule
    | LadderRule
    | CalendarRule
    | ReminderRule
)
Row = TypeVar("Row", bound=Written)


class NotADraft(Refused):
    """The version is past writing: it is talked over, approved, in force or superseded."""


class Stale(Refused):
    """Somebody wrote in the draft since this person saw it. `meanwhile` says so in few words."""

    def __init__(self, sentence: str, *, meanwhile: str) -> None:
        super().__init__(sentence)
        self.meanwhile = meanwhile


class Gone(Refused):
    """The row was removed from the draft meanwhile."""


def opened(version: Version, *, edition: int | None, by: User) -> Version:
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
            f"{called} is in consultation, and people are talking over its words: take it back to"
            " draft before changing it"
        ),
        Version.State.APPROVED: (
            f"{called} is approved, and will be in force from {version.from_quarter}: what is"
            " approved no longer changes. Draft the next version from it"
        ),
        Version.State.IN_FORCE: (
            f"{called} is in force, and quarters are judged by it: it no longer changes. Draft the"
            " next version from it"
        ),
        Version.State.SUPERSEDED: (
            f"{called} is superseded, and is kept as it was: draft a new version from the one in"
            " force"
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
        f"{who} changed this draft{where} after you opened this page. Nothing you typed is lost:"
        " look at what is saved now, put the two together, then save again",
        meanwhile="The draft changed meanwhile" if own else f"{who} changed this draft meanwhile",
    )


def written(draft: Version, act: str, *, by: User, **detail: Any) -> None:
    """One more edition; its author may not approve it; it is on record."""
    draft.edition += 1
    draft.save(update_fields=["edition"])
    Authorship.objects.get_or_create(version=draft, author=by)
    audit.record(act, draft, by=by, edition=draft.edition, **detail)


def row_of(model: type[Row], draft: Version, pk: int) -> Row:
    row: Any = model._default_manager.filter(version=draft, pk=pk).first()
    if row is None:
        raise Gone(
            "This is no longer in the draft: somebody removed it. Add it again if it is wanted"
        )
    return row


@dataclass(frozen=True, slots=True)
class Key:
    """What no two rows of a part share, and what to say, at which field, where they would."""

    fields: tuple[str, ...]
    at: str
    twice: str

    def twin_of(self, row: Any) -> Any:
        """The other row of the draft with the same key, capitals making no difference."""
        wanted = {name: getattr(row, name) for name in self.fields}
        asked = {
            f"{name}__iexact" if isinstance(value, str) and value else name: value
            for name, value in wanted.items()
        }
        rows = type(row)._default_manager.filter(version_id=row.version_id, **asked)
        return rows.exclude(pk=row.pk).first() if row.pk else rows.first()


def put_row(
    proposed: Row,
    *,
    edition: int,
    by: User,
    pk: int | None,
    key: Key,
    many: Mapping[str, Iterable[str]] | None = None,
    refuse: Callable[[], None] | None = None,
) -> Row:
    """A row of the draft says what is proposed; without `pk` it is a new row, or the same again.

    `many` are the tiers of a trigger, or an appetite's triggers; `refuse` raises Refused for what
    cannot stand beside the other rows. Raises Refused.
    """
    draft = opened(proposed.version, edition=None, by=by)
    proposed.pk, proposed.version = pk or None, draft
    tidied(proposed)
    _refuse_odd_number(proposed)
    listed = {name: sorted(set(values)) for name, values in (many or {}).items()}
    before = row_of(type(proposed), draft, pk) if pk else None
    twin = key.twin_of(proposed)
    now = said_of(proposed) | listed
    for standing in (before,) if before is not None else (twin,):
        if standing is not None and said_of(standing) == now:
            return standing
    refuse_stale(draft, edition=edition, by=by)
    if twin is not None:
        raise Refused(key.twice, field=key.at)
    if refuse is not None:
        refuse()
    was = said_of(before) if before is not None else {}
    _place(proposed, before)
    proposed.save()
    _keep_lists(proposed, listed)
    changed = [name for name, value in now.items() if not was or was.get(name) != value]
    written(
        draft,
        "changed draft of the SORP" if was else "added to draft of the SORP",
        by=by,
        part=part_of(proposed),
        row=str(proposed)[:200],
        was={name: was[name] for name in changed if was},
        now={name: now[name] for name in changed},
    )
    return proposed


def _refuse_odd_number(row: Written) -> None:
    """A clause is numbered, and cited, in digits and letters: it is part of an address."""
    field = "number" if isinstance(row, Clause) else "clause"
    number = getattr(row, field, "")
    if number and not CLAUSE_NUMBER.fullmatch(number):
        raise Refused(A_CLAUSE_NUMBER, field=field)


def part_of(row: Model) -> str:
    return str(row._meta.verbose_name)


def said_of(row: Model) -> dict[str, Any]:
    """What a row says, as the record keeps it: every field but its place in the version."""
    said = {
        field.name: _recorded(getattr(row, field.attname))
        for field in row._meta.concrete_fields
        if field.name not in NOT_SAID
    }
    if isinstance(row, TriggerRule):
        said["tiers"] = sorted(each.tier for each in row.tiers.all()) if row.pk else []
    if isinstance(row, RiskAppetite):
        said["triggers"] = sorted(each.name for each in row.triggers.all()) if row.pk else []
    return said


def _recorded(value: Any) -> Any:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def _place(row: Written, before: Any) -> None:
    """A row keeps its place; a new trigger is tried last, a new clause stands by its number."""
    if before is not None and isinstance(row, Clause | TriggerRule):
        row.position = before.position
    elif isinstance(row, Clause):
        row.position = _place_for(row)
    elif isinstance(row, TriggerRule):
        row.position = _last(row) + 1


def _last(row: Clause | TriggerRule) -> int:
    rows = type(row).objects.filter(version_id=row.version_id)
    return rows.aggregate(last=Max("position"))["last"] or 0


def _place_for(clause: Clause) -> int:
    """The place before the first clause of a higher number, for which those from there make room."""
    rows = list(Clause.objects.filter(version_id=clause.version_id).order_by("position"))
    own = by_number(clause.number)
    after = [each for each in rows if own < by_number(each.number)]
    if not after or after != rows[-len(after) :]:
        return _last(clause) + 1  # their own order is another: the author moves it
    for each in reversed(after):
        Clause.objects.filter(pk=each.pk).update(position=F("position") + 1)
    return after[0].position


def by_number(number: str) -> tuple[tuple[int, int, str], ...]:
    """The order of clauses: 4, 4.2, 4.10, 5. What is no number comes after numbers, by letter."""
    return tuple(
        (0, int(each), "") if each.isdecimal() else (1, 0, each) for each in number.split(".")
    )


def _keep_lists(row: Model, listed: Mapping[str, Iterable[str]]) -> None:
    if isinstance(row, TriggerRule) and "tiers" in listed:
        wanted = set(listed["tiers"])
        row.tiers.exclude(tier__in=wanted).delete()
        for tier in sorted(wanted - set(row.tiers.values_list("tier", flat=True))):
            row.tiers.create(tier=tier)
    if isinstance(row, RiskAppetite) and "triggers" in listed:
        rules = TriggerRule.objects.filter(version_id=row.version_id, name__in=listed["triggers"])
        row.triggers.set(rules)
