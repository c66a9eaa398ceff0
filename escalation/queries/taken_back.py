"""Whether a close can still be taken back, what that would undo, and the closes that were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.audit import act_in_words
from core.clock import now
from core.dates import as_moment, as_time
from core.models.archive import ArchivedRow
from core.models.audit import AuditEvent
from core.models.jobs import Job
from core.models.notices import Notice
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.queries import waiting_for_undo
from escalation.models.escalations import Escalation, Explanation
from escalation.models.exceptions import PositiveException, UnitEscalation
from escalation.models.recorded_closes import RecordedClose
from indicators.models.definitions import Indicator
from indicators.models.ratings import Rating
from organisation.models.people import User
from organisation.permissions import Permission
from organisation.rights import allowed
from sorp.lexicon import Level, NotRated, Rag

TOOK_BACK = "took back close"
# What may be done without acting on a close: it neither rests on what the close made nor changes what
# the next would read. Everything else that is on record stands in the way, whatever is added.
HARMLESS = frozenset(
    {
        *("sent notice", "sent digest", "kept notice for the page"),
        *("reminded", "reminded by hand", "opened a reminder", "told of a variation’s end"),
        *("chose how to be told", "renewed calendar feed", "asked for a job"),
        *("invited person", "registered person", "renamed person", "changed address"),
        *("enabled person", "disabled person", "forgot second factor", "ended sign-in"),
        *("noted council account", "joined council account", "parted council account"),
        *("described council", "showed logo", "removed logo"),
        *("commented on the SORP", "updated milestone"),
        "worked out what its close would do",
        *("drew pack", "removed withdrawn files", "threw away a rehearsal"),
    }
)
NAMED = 3  # how many acts are named in a refusal


@dataclass(frozen=True, slots=True)
class Undoing:
    """One close, and why it cannot be taken back; an empty refusal where it can."""

    record: RecordedClose | None
    refusal: str = ""

    @property
    def undone(self) -> list[str]:
        """What taking it back would undo, counted from what the close did."""
        return undone_in_words(self.record) if self.record is not None else []


def undoing_of(quarter: Quarter, *, moment: datetime | None = None) -> Undoing:
    """Whether the close of a quarter can be taken back at a moment, now if none is given."""
    moment = moment or now()
    record = RecordedClose.objects.standing().of(quarter).select_related("closed_by").first()
    if record is None:
        return Undoing(None, _nothing_to_take_back(quarter))
    state = ReportingQuarter.objects.get(quarter=quarter)
    if not state.waits_for_undo(moment):
        return Undoing(
            record,
            f"The close of {quarter} could be taken back only until {as_moment(record.until)}. "
            f"To correct something, revise it and give a reason",
        )
    if acts := acts_since(record):
        return Undoing(
            record, f"It can no longer be taken back, because somebody acted on it: {_named(acts)}"
        )
    if Job.objects.unfinished().filter(key=f"close-{quarter.key}").exists():
        return Undoing(record, f"{quarter} is being closed or updated now: look again in a minute")
    return Undoing(record)


def closes_to_take_back() -> list[RecordedClose]:
    """The closes that can be taken back now, earliest quarter first: building any report ends that."""
    found = (undoing_of(quarter) for quarter in sorted(waiting_for_undo()))
    return [each.record for each in found if each.record is not None and not each.refusal]


def acts_since(record: RecordedClose) -> list[AuditEvent]:
    """What was done since a close that rests on it, or changes what the next would read, in order.

    An act that was under way while the close was had not seen what the close did.
    """
    rows = AuditEvent.objects.filter(pk__gt=record.last_event).exclude(act__in=HARMLESS)
    return list(rows.order_by("pk"))


def _named(acts: Sequence[AuditEvent]) -> str:
    named = [
        f"{each.actor_name} {act_in_words(each)} ({each.subject_name}) at {as_time(each.at)}"
        for each in acts[:NAMED]
    ]
    more = len(acts) - NAMED
    return "; ".join(named) + (f"; and {more} more" if more > 0 else "")


def _nothing_to_take_back(quarter: Quarter) -> str:
    state = ReportingQuarter.objects.filter(quarter=quarter).first()
    if state is not None and state.is_closed:
        return (
            f"{quarter} was closed without time to take it back. To correct something, revise "
            f"it and give a reason"
        )
    before = RecordedClose.objects.taken_back().of(quarter).select_related("taken_back_by").first()
    if before is not None and before.taken_back_at is not None:
        return (
            f"{quarter} is open: {before.taken_back_by} took its close back at"
            f" {as_moment(before.taken_back_at)}"
        )
    return f"{quarter} is not closed, so there is no close to take back"


MADE_IN_WORDS = (
    (Escalation, "escalation", "escalations"),
    (UnitEscalation, "unit referred up", "units referred up"),
    (
        PositiveException,
        "indicator brought to notice for doing well",
        "indicators brought to notice for doing well",
    ),
    (Explanation, "explanation", "explanations"),
    (Rating, "rating that the close added", "ratings that the close added"),
)


def undone_in_words(record: RecordedClose) -> list[str]:
    """ "3 escalations are taken back", and so on: nothing of what there was none."""
    found = []
    for model, one, many in MADE_IN_WORDS:
        if n := len(record.made.get(model._meta.label_lower, ())):
            found.append(f"{n} {one} is taken back" if n == 1 else f"{n} {many} are taken back")
    if n := record.otherwise:
        found.append(
            "1 that had recovered, ended or been restated is as it was before"
            if n == 1
            else f"{n} that had recovered, ended or been restated are as they were before"
        )
    if n := len(record.made.get(Notice._meta.label_lower, ())):
        found.append("1 notice is never sent" if n == 1 else f"{n} notices are never sent")
    return found


def closes_taken_back(quarter: Quarter | None = None) -> list[RecordedClose]:
    """The closes that were taken back, latest first; of one quarter, if it is named."""
    rows = RecordedClose.objects.taken_back().select_related("closed_by", "taken_back_by")
    return list(rows if quarter is None else rows.of(quarter))


@dataclass(frozen=True, slots=True)
class ArchivedLine:
    """One indicator in what a close had made: how it was rated, and what was said of it."""

    indicator: Indicator
    rated: str
    referred: str
    told: str


@dataclass(frozen=True, slots=True)
class TakenBackClose:
    """A close that was taken back, with what it had made, as far as a reader may see it."""

    record: RecordedClose
    lines: tuple[ArchivedLine, ...]
    counts: tuple[tuple[str, int], ...]
    has_everything: bool  # whether the reader may take the whole archive


def taken_back_close(*, record: RecordedClose, reader: User) -> TakenBackClose:
    """What a close had made before it was taken back. Of indicators that the reader may see."""
    rows = archived_rows(record)
    by_kind: dict[str, dict[int, list[dict[str, Any]]]] = {}
    for row in rows:
        if (indicator := row.content.get("indicator_id")) is not None:
            by_kind.setdefault(row.kind, {}).setdefault(indicator, []).append(row.content)
    ratings, referred, told = (
        by_kind.get(model._meta.label_lower, {}) for model in (Rating, Escalation, Explanation)
    )
    seen = Indicator.objects.visible_to(reader).filter(pk__in={*ratings, *referred, *told})
    lines = (
        ArchivedLine(
            each,
            rated="; ".join(_rated(row) for row in ratings.get(each.pk, ())),
            referred=", ".join(Level(row["level"]).label for row in referred.get(each.pk, ())),
            told=" ".join(row["sentence"] for row in told.get(each.pk, ())),
        )
        for each in seen.order_by("reference")
    )
    counted = Counter(row.kind for row in rows)
    return TakenBackClose(
        record,
        tuple(lines),
        tuple(
            (many.capitalize(), counted[model._meta.label_lower])
            for model, _, many in (*MADE_IN_WORDS, (Notice, "", "notices that nobody was sent"))
        ),
        allowed(reader, Permission.MANAGE_FRAMEWORK),
    )


def _rated(row: dict[str, Any]) -> str:
    return Rag(row["rag"]).label if row["rag"] else NotRated(row["not_rated"]).label


def archived_rows(record: RecordedClose) -> list[ArchivedRow]:
    """Every row that a close had made, as it stood when the close was taken back."""
    rows = ArchivedRow.objects.filter(act__act=TOOK_BACK, act__detail__close=record.pk)
    return list(rows.order_by("kind", "key"))


def archive_document(record: RecordedClose) -> dict[str, Any]:
    """The whole archive of a close that was taken back, for whoever wants to look into it."""
    assert record.taken_back_at is not None
    return {
        "quarter": record.quarter.key,
        "closed_at": record.closed_at.isoformat(),
        "closed_by": str(record.closed_by or ""),
        "taken_back_at": record.taken_back_at.isoformat(),
        "taken_back_by": str(record.taken_back_by),
        "reason": record.reason,
        "summary": record.summary,
        "made": [
            {"kind": row.kind, "key": row.key, "name": row.name, "content": row.content}
            for row in archived_rows(record)
        ],
        "was_before": record.changed,
    }
