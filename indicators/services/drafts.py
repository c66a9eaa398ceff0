"""Keeping what a manager has typed, before it is submitted."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from django.db import IntegrityError, transaction

from core import audit
from core.clock import localdate, now
from core.dates import as_date
from core.figures import number_sent
from core.quarters import Quarter
from core.queries import quarter_state
from core.services.quarters import NotOpen
from indicators.models.definitions import Indicator
from indicators.models.results import Result, Revision
from indicators.models.returns import Draft
from indicators.queries.entry import DRAFT_FIELDS
from indicators.services.results import refuse_locked
from organisation.models.people import User

# Characters in one field: beyond any commentary, and a bound on what is stored.
LONGEST_TEXT = 20_000
A_BILLION = 10**9


class EditConflict(ValueError):
    """Somebody else has saved or submitted since: nothing is overwritten, both are to be shown."""

    def __init__(self, saved: Draft | None, submitted: Revision | None) -> None:
        super().__init__("Somebody else changed this result while you were writing")
        self.saved = saved
        self.submitted = submitted


@transaction.atomic
def save_draft(
    *,
    indicator: Indicator,
    quarter: Quarter,
    typed: Mapping[str, str],
    version: int,
    is_complete: bool,
    by: User,
) -> Draft:
    """What was typed is kept, exactly as typed, right or wrong.

    `version` is that of the draft it was typed over, 0 where there was none; `typed["seen"]`, where
    given, is the number of the revision that stood then. Saving the same again changes nothing.
    Raises EditConflict, with what stands, where that is not what is stored; NotOpen where the
    quarter takes no results; Locked where the result is approved; ValueError for too long a text.

    Only the first saving and a change of completeness are put on the record: a draft is saved every
    half-minute, and what is submitted is recorded when it is.
    """
    stored_text = stored_draft(typed)
    _refuse_closed(quarter)
    about = {"indicator": indicator, "quarter": quarter}
    stored = Draft.objects.select_for_update().filter(**about).first()
    if stored is not None and stored.typed == stored_text and stored.is_complete == is_complete:
        return stored
    submitted = _latest_revision(indicator, quarter)
    if version != (stored.version if stored else 0) or _was_revised_since(stored_text, submitted):
        raise EditConflict(stored, submitted)
    if submitted is not None:
        refuse_locked([submitted.result], by=by)
    before = bool(stored and stored.is_complete)
    draft = stored or Draft(**about, version=secrets.randbelow(A_BILLION))
    draft.typed, draft.is_complete = stored_text, is_complete
    draft.version += 1  # begins anywhere, so that a new draft is not taken for an earlier one
    draft.saved_by, draft.saved_at = by, now()
    try:
        with transaction.atomic():
            draft.save(force_insert=stored is None)
    except IntegrityError:  # somebody else began one at this very moment
        raise EditConflict(Draft.objects.get(**about), submitted) from None
    if stored is None or before != is_complete:
        act = (
            "completed draft" if is_complete else "began draft" if not stored else "reopened draft"
        )
        audit.record(act, draft, by=by, quarter=quarter.key)
    return draft


@transaction.atomic
def discard_draft(*, draft: Draft, by: User) -> None:
    """The draft is gone; what was submitted before it stands. Doing so again changes nothing."""
    found = Draft.objects.select_for_update().filter(pk=draft.pk, version=draft.version).first()
    if found is None:
        return
    audit.record("discarded draft", found, by=by, quarter=found.quarter.key)
    found.delete()


def stored_draft(typed: Mapping[str, str]) -> dict[str, str]:
    """The fields a draft has, as text, without those left empty. No character is changed but NUL,
    which no database keeps, and line ends, which browsers send in their own way."""
    stored_text = {
        name: str(typed[name]).replace("\x00", "").replace("\r\n", "\n")
        for name in DRAFT_FIELDS
        if typed.get(name) not in (None, "")
    }
    for name, text in stored_text.items():
        if len(text) > LONGEST_TEXT:
            raise ValueError(
                f"Shorten what you wrote: {len(text):,} characters in one field are more than can"
                f" be kept ({name.replace('_', ' ')})"
            )
    return stored_text


def _refuse_closed(quarter: Quarter) -> None:
    if quarter.last_day >= localdate():
        raise NotOpen(
            f"{quarter} has not ended: its results can be entered from"
            f" {as_date(quarter.next().first_day)}"
        )
    state = quarter_state(quarter)
    if state is not None and state.is_closed:
        raise NotOpen(f"{quarter} is closed: its results change only by a revision, which says why")


def _latest_revision(indicator: Indicator, quarter: Quarter) -> Revision | None:
    result = Result.objects.filter(indicator=indicator, quarter=quarter)
    return (
        Revision.objects.latest_ones()
        .filter(result__in=result)
        .select_related("result__indicator", "submitted_by")
        .first()
    )


def _was_revised_since(stored_text: Mapping[str, str], submitted: Revision | None) -> bool:
    seen = stored_text.get("seen", "")
    return seen.isdigit() and number_sent(seen) != (submitted.number if submitted else 0)
