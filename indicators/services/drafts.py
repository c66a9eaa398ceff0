"""Keeping what a manager has typed, before it is submitted."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.urls import reverse

from core import audit
from core.clock import localdate, now
from core.dates import as_date
from core.figures import number_sent
from core.models.notices import Notice
from core.quarters import Quarter
from core.queries import quarter_state
from core.services.notices import owe_notice
from core.services.quarters import NotOpen
from indicators.models.definitions import Indicator
from indicators.models.results import Result, Revision
from indicators.models.returns import Draft
from indicators.queries.entry import DRAFT_FIELDS
from indicators.services.results import refuse_locked
from organisation.models.people import User
from organisation.queries import officers_who_can_sign_in

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


@transaction.atomic
def offer_late(*, draft: Draft, by: User) -> Draft:
    """What was typed and not submitted before its quarter was closed is offered to the performance team.

    It stays as it was typed, and counts for nothing until a performance officer takes it as a
    revision, with the reason. Offering it again changes nothing. Raises ValueError while the
    quarter is open.
    """
    draft = Draft.objects.select_for_update().select_related("indicator").get(pk=draft.pk)
    state = quarter_state(draft.quarter)
    if state is None or not state.is_closed:
        raise ValueError(f"{draft.quarter} is open: submit the result with your return")
    if draft.offered_at is not None:
        return draft
    draft.offered_at = now()
    draft.save(update_fields=["offered_at"])
    indicator, quarter = draft.indicator, draft.quarter
    audit.record("offered as late", draft, by=by, typed=dict(draft.typed))
    for officer in officers_who_can_sign_in(on=localdate()):
        owe_notice(
            key=f"offered-late-{draft.pk}-{draft.version}-{officer.pk}",
            kind=Notice.Kind.TO_DECIDE,
            recipient=officer,
            subject=f"{indicator.title}: a result of {quarter} is offered as late",
            body=f"{by.name} had typed it when {quarter} was closed, and offers it late. Look at it, then take it as a revision or set it aside.",
            address=reverse("enter_result", args=[quarter.key, indicator.reference]),
        )
    return draft


@transaction.atomic
def settle_offer(*, draft: Draft, words: str, by: User) -> None:
    """What was offered as late was taken, or not: it is a draft no more, and whoever typed it is told."""
    if draft.offered_at is None:
        return
    indicator, quarter = draft.indicator, draft.quarter
    audit.record("settled a late offer", draft, by=by, words=words, typed=dict(draft.typed))
    owe_notice(
        key=f"late-settled-{draft.pk}-{draft.version}",
        recipient=draft.saved_by,
        subject=f"{indicator.title}, {quarter}: what you offered as late was looked at",
        body=words,
        address=reverse("indicator", args=[indicator.reference]),
    )
    draft.delete()
