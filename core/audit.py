"""The record. Services call it inside the transaction of the act it records; pages read it back."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models

from core.dates import as_date, as_moment, as_quarter
from core.models.audit import AuditEvent
from core.models.people import Person


def record(
    act: str, subject: models.Model, *, by: Person | str | None, **detail: Any
) -> AuditEvent:
    """Write down an act. `by` is None only where the clock or a command did it.

    It is a name where somebody did it who has no account here, such as a partner.
    """
    told = event(act, subject, by=by, **detail)
    told.save(force_insert=True)
    return told


def record_all(events: Iterable[AuditEvent]) -> None:
    """Write down many acts at once, in their order."""
    AuditEvent.objects.bulk_create(events, batch_size=500)


def event(act: str, subject: models.Model, *, by: Person | str | None, **detail: Any) -> AuditEvent:
    """What is to be written down of an act, not yet written."""
    return AuditEvent(
        actor_id=by.pk if by and not isinstance(by, str) else None,
        actor_name=by[:200] if isinstance(by, str) else by.name if by else "The system",
        act=act,
        subject_kind=subject._meta.label,
        subject_key=str(subject.pk),
        subject_name=str(subject)[:300],
        detail=detail,
    )


def history_of(*subjects: models.Model) -> models.QuerySet[AuditEvent]:
    """What was done to these, latest first."""
    about = models.Q(pk__in=())
    for subject in subjects:
        about |= models.Q(subject_kind=subject._meta.label, subject_key=str(subject.pk))
    return AuditEvent.objects.filter(about).order_by("-id")


def in_words(event: AuditEvent) -> str:
    """What an event's detail says, for whoever reads a history: "Starts on 1 April 2027. Was: Roads"."""
    return ". ".join(
        f"{_label(name)}: {said}"
        for name, value in event.detail.items()
        if name not in UNTOLD and (said := _said(value))
    )


def act_in_words(event: AuditEvent) -> str:
    """What somebody did, as a sentence says it: the record has "kept files of edition"."""
    found = re.sub(r"\bedition$", "the edition", event.act)
    return found.replace(" files of ", " the files of ")


UNTOLD = ("sha256",)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}[\d:.]*(?:Z|[+-]\d{2}:\d{2})")
QUARTER_KEY = re.compile(r"\d{4}-Q[1-4]")


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _said(value: Any) -> str:
    """A value of an event's detail as people write it; nothing where there is none."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_said(each) for each in value)
    if isinstance(value, dict):
        told = {str(name): said for name, each in value.items() if (said := _said(each))}
        if set(value) == {"was", "is"} and "was" not in told:  # said for the first time
            return told.get("is", "")
        return ", ".join(f"{_label(name).lower()} {said}" for name, said in told.items())
    text = {"True": "yes", "False": "no"}.get(str(value), str(value))
    if DAY.fullmatch(text):
        return as_date(text)
    if MOMENT.fullmatch(text):
        return as_moment(datetime.fromisoformat(text))
    return as_quarter(text) if QUARTER_KEY.fullmatch(text) else text
