"""Asking to close a quarter: at once in the ordinary way; before its time by two people."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.urls import reverse

from core import audit, jobs
from core.clock import localdate, now
from core.models.jobs import Job
from core.models.notices import Notice
from core.quarters import Quarter
from core.refusals import Refused
from core.services.notices import owe_notice
from escalation.models.early_closes import EarlyClose
from escalation.queries.early_closes import close_obstacles, early_close_of, who_may_agree
from organisation.models.people import User

CLOSE_QUARTER = "close_quarter"


class WantsAnother(Refused):
    """The quarter is not closed by one person now. The message says what to do."""


@transaction.atomic
def ask_to_close(
    *, quarter: Quarter, reason: str, today: date, by: User
) -> tuple[Job | None, EarlyClose | None]:
    """The quarter is being closed, or another person is asked to agree that it is.

    The first where its day has come and every result is in, or another has agreed. The second,
    with a reason, where not: everybody who may agree is owed a notice. Asking twice asks once.
    Raises WantsAnother without a reason; AlreadyAsked where it is being closed.
    """
    obstacles = close_obstacles(quarter=quarter, today=today)
    known = early_close_of(quarter)
    if not obstacles or (known is not None and known.state == EarlyClose.State.AGREED):
        return _request(quarter, by), None
    if known is not None:
        return None, known
    if not reason.strip():
        raise WantsAnother(
            f"Say why you want to close {quarter} now: {obstacles.sentence}", field="reason"
        )
    try:
        with transaction.atomic():
            asked = EarlyClose.objects.create(
                quarter=quarter,
                reason=reason.strip(),
                due_on=obstacles.due_on,
                outstanding=[each.indicator.reference for each in obstacles.outstanding],
                asked_by=by,
            )
    except IntegrityError:  # by another, this very moment
        return None, early_close_of(quarter)
    audit.record(
        "asked to close early",
        asked,
        by=by,
        quarter=quarter.key,
        reason=asked.reason,
        outstanding=asked.outstanding,
        due_on=obstacles.due_on.isoformat() if obstacles.due_on else None,
    )
    for person in who_may_agree(asked_by=by, on=localdate()):
        owe_notice(
            key=f"early-close-{asked.pk}-{person.pk}",
            kind=Notice.Kind.TO_DECIDE,
            recipient=person,
            subject=f"{by.name} asks you to agree to closing {quarter}",
            body=f"{asked.reason}\n\nAnother person has to agree because {obstacles.sentence}.",
            address=reverse("early_close", args=[quarter.key]),
        )
    return None, asked


@transaction.atomic
def agree_to_close(*, early: EarlyClose, by: User) -> EarlyClose:
    """Another person agrees, and the quarter is being closed. Agreeing again changes nothing.

    Raises WantsAnother to whoever asked, and where it was not agreed meanwhile.
    """
    early = EarlyClose.objects.select_for_update().get(pk=early.pk)
    if early.state == EarlyClose.State.AGREED:
        return early
    if early.asked_by_id == by.pk:
        raise WantsAnother("You asked for it, so somebody else has to agree")
    if early.state == EarlyClose.State.REFUSED:
        raise WantsAnother(f"It has been refused since: {early.answer}")
    early.state, early.answered_by, early.answered_at = EarlyClose.State.AGREED, by, now()
    early.save(update_fields=["state", "answered_by", "answered_at"])
    audit.record("agreed to close early", early, by=by, quarter=early.quarter.key)
    _request(early.quarter, by, asked_by=early.asked_by)
    return early


@transaction.atomic
def refuse_to_close(*, early: EarlyClose, answer: str, by: User) -> EarlyClose:
    """It stays open: another does not agree, or whoever asked takes it back. Raises WantsAnother."""
    early = EarlyClose.objects.select_for_update().get(pk=early.pk)
    if early.state == EarlyClose.State.REFUSED:
        return early
    if early.state == EarlyClose.State.AGREED:
        raise WantsAnother(f"{early.quarter} is being closed already")
    if not answer.strip():
        raise WantsAnother("Say why not", field="answer")
    early.state, early.answered_by, early.answered_at = EarlyClose.State.REFUSED, by, now()
    early.answer = answer.strip()
    early.save(update_fields=["state", "answered_by", "answered_at", "answer"])
    audit.record("refused to close early", early, by=by, answer=early.answer)
    if early.asked_by_id != by.pk:
        owe_notice(
            key=f"early-close-refused-{early.pk}",
            recipient=early.asked_by,
            subject=f"{by.name} does not agree to closing {early.quarter} now",
            body=early.answer,
            address=reverse("quarters"),
        )
    return early


def refuse_unagreed(*, quarter: Quarter, today: date) -> None:
    """Raise WantsAnother where a quarter is to be closed before its time and nobody else agreed."""
    obstacles = close_obstacles(quarter=quarter, today=today)
    if obstacles and not EarlyClose.objects.of(quarter).agreed().exists():
        raise WantsAnother(
            f"{quarter} was left open: {obstacles.sentence}, so closing it now needs a reason "
            f"and another person’s agreement"
        )


def _request(quarter: Quarter, by: User, asked_by: User | None = None) -> Job:
    return jobs.request(
        kind=CLOSE_QUARTER,
        key=f"close-{quarter.key}",
        arguments={"quarter": quarter.key, "by": by.pk},
        by=by,
        asked_by=asked_by,
    )
