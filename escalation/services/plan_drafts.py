"""Keeping what was typed of an action plan, before it is saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import transaction

from core import audit
from core.clock import now
from core.refusals import Refused
from escalation.models.plans import PlanDraft
from escalation.services.plans import refuse_others
from indicators.models.definitions import Indicator
from indicators.services.drafts import LONGEST_TEXT
from organisation.models.people import User


@transaction.atomic
def save_plan_draft(
    *, indicator: Indicator, typed: Mapping[str, Any], step: str, by: User
) -> PlanDraft:
    """What this person typed of the plan is kept, right or wrong, in place of what they typed before.

    Only the beginning is put on the record: a draft is saved every half-minute. Raises PermissionDenied
    for whoever may not write the plan; Refused for a text that is too long to be kept.
    """
    refuse_others(indicator, by)
    for name, text in _texts(typed):
        if len(text) > LONGEST_TEXT:
            raise Refused(
                f"Shorten what you wrote: {len(text):,} characters in one field are more than can be"
                f" kept ({name.replace('_', ' ')})"
            )
    draft, is_new = PlanDraft.objects.update_or_create(
        indicator=indicator,
        saved_by=by,
        defaults={"typed": _storable(typed), "step": step, "saved_at": now()},
    )
    if is_new:
        audit.record("began draft of a plan", draft, by=by, indicator=indicator.reference)
    return draft


@transaction.atomic
def discard_plan_draft(*, indicator: Indicator, by: User) -> None:
    """What this person typed and did not save is gone; the plan in place stands. Doing so again changes nothing."""
    refuse_others(indicator, by)
    draft = PlanDraft.objects.select_for_update().filter(indicator=indicator, saved_by=by).first()
    if draft is None:
        return
    audit.record("discarded draft of a plan", draft, by=by, indicator=indicator.reference)
    draft.delete()


def _texts(typed: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from typed["said"].items()
    for action in typed["actions"]:
        yield from action.items()


def _storable(typed: Mapping[str, Any]) -> dict[str, Any]:
    """The same without NUL, which no database keeps."""

    def clean(fields: Mapping[str, str]) -> dict[str, str]:
        return {name: text.replace("\x00", "") for name, text in fields.items()}

    return {"said": clean(typed["said"]), "actions": [clean(each) for each in typed["actions"]]}
