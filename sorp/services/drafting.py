"""Drafting a version of the SORP: beginning it from another, its settings, removing, moving."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model

from organisation import audit
from organisation.models import User
from organisation.rights import Permission, allowed
from sorp.lexicon import TravelMethod
from sorp.models import (
    Authorship,
    CalendarRule,
    Clause,
    LadderRule,
    RagDefinition,
    ReminderRule,
    Statement,
    Term,
    TriggerRule,
    TriggerTier,
    Version,
)
from sorp.services.drafting_rows import Written, opened, part_of, said_of, written
from sorp.services.refusing import Refused
from sorp.services.tidying import in_reach, tidied

ROWS: tuple[type[Model], ...] = (
    Clause,
    RagDefinition,
    Term,
    LadderRule,
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
A_NUMBER = "Give it a number of digits, letters, points and hyphens, such as 2 or 2.1"


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
    tidied(draft)
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
    return f"Version {unfinished.number} is still a draft: change that one, since only one is written at a time"


def _refuse_number(version: Version) -> None:
    if not NUMBER.fullmatch(version.number):
        raise Refused(A_NUMBER, field="number")
    others = Version.objects.filter(statement=version.statement_id).exclude(pk=version.pk)
    if others.filter(number__iexact=version.number).exists():
        raise Refused(
            f"There is a version {version.number}: give this one another number", field="number"
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
    draft = opened(version, edition=None, by=by)
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
    tidied(draft)
    changed = [name for name in given if getattr(draft, name) != was[name]]
    if not changed:
        return draft
    opened(version, edition=edition, by=by)
    _refuse_number(draft)
    _refuse_out_of_reach(draft)
    draft.save(update_fields=changed)
    written(
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
        in_reach(getattr(draft, field), least=least, most=most, field=field, what=what)


@transaction.atomic
def remove_row(*, row: Written, edition: int, by: User) -> bool:
    """The draft no longer has this row. Returns whether it had: removed twice, it is removed once.

    Raises Refused for a RAG status's definition, which is changed and never done without.
    """
    draft = opened(row.version, edition=None, by=by)
    standing = type(row)._default_manager.filter(version=draft, pk=row.pk).first()
    if standing is None:
        return False
    if isinstance(row, RagDefinition):
        raise Refused("Every RAG status has a definition: change its words instead")
    opened(draft, edition=edition, by=by)
    was = said_of(standing)
    named = str(standing)[:200]
    standing.delete()
    written(draft, "removed from draft of the SORP", by=by, part=part_of(row), row=named, was=was)
    return True


@transaction.atomic
def move_row(*, row: Clause | TriggerRule, up: bool, edition: int, by: User) -> None:
    """A clause, or a trigger, changes places with the one before it or after it. Raises Refused."""
    draft = opened(row.version, edition=edition, by=by)
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
    written(
        draft,
        "moved in draft of the SORP",
        by=by,
        part=part_of(row),
        row=str(row)[:200],
        was=place + 1,
        now=other + 1,
    )
