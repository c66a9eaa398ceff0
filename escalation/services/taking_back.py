"""A close that can be taken back for a while: recorded as it is done, and undone row by row.

What a close made is not counted as undone: it is gone from its tables, so that nothing can count it,
and stands in the archive. What it changed is as it was. The next close finds what the first found.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any, TypeVar

from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import ForeignKey, Model, ProtectedError
from django.urls import reverse

from core import audit
from core.clock import now
from core.dates import as_moment
from core.models.archive import ArchivedRow
from core.models.audit import AuditEvent
from core.models.jobs import Job
from core.models.notices import Notice
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.queries import quarter_state
from core.refusals import Refused
from core.services.notices import gathering_notices, hold_notices, owe_notice
from escalation.models.close_previews import ClosePreview, UnitClosePreview
from escalation.models.early_closes import EarlyClose
from escalation.models.early_warning import EarlyWarning
from escalation.models.escalations import Escalation, Explanation
from escalation.models.exceptions import PositiveException, UnitEscalation
from escalation.models.recorded_closes import RecordedClose
from escalation.queries.taken_back import TOOK_BACK, undoing_of
from escalation.services.close_previews import update_all_close_previews
from escalation.services.closing import CannotClose, Closing, close_quarter, refuse_two_at_once
from indicators.models.forecasts import SystemForecast
from indicators.models.ratings import Rating
from organisation.models.people import User

logger = logging.getLogger(__name__)
AT_A_TIME = 500
Thing = TypeVar("Thing")
# What of a close is told to stand in its tables, those first that rest on others.
MADE: tuple[type[Model], ...] = (
    *(EarlyWarning, Explanation, Escalation, UnitEscalation, PositiveException),
    *(SystemForecast, Rating, Notice),
)
# Rows that a close may change, of which it is kept what they were.
CHANGED: tuple[type[Model], ...] = (Escalation, UnitEscalation, PositiveException)
# What is kept of the open quarter until it is closed, and of the next from then on.
PREVIEWS: tuple[type[Model], ...] = (ClosePreview, UnitClosePreview)
# Rows that are numbered at their place: the latest supersedes the one before.
NUMBERED: dict[type[Model], tuple[str, ...]] = {
    EarlyWarning: ("indicator_id", "closed"),
    Explanation: ("indicator_id", "quarter"),
    SystemForecast: ("indicator_id", "made_in", "for_quarter"),
    Rating: ("indicator_id", "quarter"),
}
BUSY = "Somebody is working on it at this moment, so nothing was changed: try again in a minute"


class CannotTakeBack(Refused):
    """The close stands. The message says why, and what to do."""


@transaction.atomic
def close_for_now(*, quarter: Quarter, today: date, by: User | None) -> Closing:
    """The quarter is closed, and for a while (CLOSE_UNDO_MINUTES) its close can be taken back.

    Until then nobody is told of what it did. Of a quarter that is closed already, what was revised is
    followed up, for good. Raises what close_quarter raises.
    """
    state = quarter_state(quarter)
    length = timedelta(minutes=settings.CLOSE_UNDO_MINUTES)
    if not length or (state is not None and state.is_closed):
        return close_quarter(quarter=quarter, today=today, by=by)
    refuse_two_at_once(quarter)  # so that no other close changes what is read here
    before = {
        (model, row.pk): _content(row) for model in CHANGED for row in model._default_manager.all()
    }
    thrown_away = [
        {"kind": model._meta.label_lower, "key": row.pk, "was": _content(row)}
        for model in PREVIEWS
        for row in model._default_manager.filter(quarter__lte=quarter).order_by("pk")
    ]
    with gathering_notices() as owed:
        closing = close_quarter(quarter=quarter, today=today, by=by)
    if not closing.newly_closed:  # by another, while this one waited
        return closing
    row = ReportingQuarter.objects.get(quarter=quarter)
    assert row.closed_at is not None
    row.undo_until = row.closed_at + length
    row.save(update_fields=["undo_until"])
    hold_notices(notices=owed, until=row.undo_until)
    RecordedClose.objects.create(
        quarter=quarter,
        closed_at=row.closed_at,
        closed_by=by,
        until=row.undo_until,
        summary=closing.sentence,
        made=_keys([*closing.made, *owed]),
        changed=[*_changes(closing, before), *thrown_away],
        last_event=AuditEvent.objects.order_by("-pk").values_list("pk", flat=True)[0],
    )
    return closing


def take_back_close(*, quarter: Quarter, reason: str, by: User) -> RecordedClose:
    """The quarter is open again, and stands as it did before it was closed.

    What the close made is in the archive, and counts nowhere; its notices never go. Raises
    CannotTakeBack, in words, once its time is over, where anybody acted on it, where it was never to
    be taken back, or while somebody is at work on it.
    """
    try:
        with transaction.atomic():
            return _take_back(quarter, reason, by)
    except CannotClose:
        raise CannotTakeBack(BUSY) from None
    except OperationalError as error:
        if not _is_busy(error):
            raise
        raise CannotTakeBack(BUSY) from error
    except (ProtectedError, IntegrityError) as error:
        logger.exception("The close of %s was not taken back: something rests on it", quarter)
        raise CannotTakeBack(
            f"Other work depends on the close of {quarter}, so it cannot be taken back"
        ) from error


def _take_back(quarter: Quarter, reason: str, by: User) -> RecordedClose:
    refuse_two_at_once(quarter)
    _hold_the_record()
    row = ReportingQuarter.objects.select_for_update().filter(quarter=quarter).first()
    undoing = undoing_of(quarter)
    if undoing.refusal:
        raise CannotTakeBack(undoing.refusal)
    if not reason.strip():
        raise CannotTakeBack("Say why it is taken back", field="reason")
    record = undoing.record
    assert record is not None
    assert row is not None
    made = {model: list(_rows(model, record)) for model in MADE}
    _refuse_overtaken(made)
    audit.record(
        TOOK_BACK, row, by=by, close=record.pk, reason=reason.strip(), it_had_done=record.summary
    )
    act = audit.history_of(row)[0]
    for model in MADE:
        _archive(made[model], act)
    for model in NUMBERED:
        _let_earlier_stand(model, made[model])
    for model in PREVIEWS:
        model._default_manager.filter(quarter__gt=quarter).delete()
    _restore(record)
    transaction.on_commit(partial(update_all_close_previews, by=by))
    row.state, row.closed_at, row.closed_by = ReportingQuarter.State.OPEN, None, None
    row.undo_until = None
    row.save(update_fields=["state", "closed_at", "closed_by", "undo_until"])
    EarlyClose.objects.of(quarter).agreed().update(state=EarlyClose.State.TAKEN_BACK)
    record.taken_back_at, record.taken_back_by, record.reason = now(), by, reason.strip()
    record.save(update_fields=["taken_back_at", "taken_back_by", "reason"])
    _say_on_its_job(record)
    if record.closed_by is not None and record.closed_by != by:
        owe_notice(
            key=f"close-taken-back-{record.pk}",
            recipient=record.closed_by,
            subject=f"{by.name} took back your close of {quarter}",
            body=f"{quarter} is open for results again. The reason given: {record.reason}",
            address=reverse("taken_back_close", args=[quarter.key, record.pk]),
        )
    # It is open, so what its close would do is looked ahead to again.
    transaction.on_commit(partial(update_all_close_previews, by=by))
    return record


def _say_on_its_job(record: RecordedClose) -> None:
    """Whoever reads how the work ended reads that its close was taken back since."""
    assert record.taken_back_at is not None
    done = Job.objects.filter(
        key=f"close-{record.quarter.key}",
        state=Job.State.DONE,
        finished_at__gte=record.closed_at,
        message=record.summary[:500],
    )
    told = f"{record.taken_back_by} took it back at {as_moment(record.taken_back_at)}."
    done.update(message=f"{told} It had done this: {record.summary}"[:500])


def _hold_the_record() -> None:
    """From here on nothing more comes on record, and whatever was coming is: so nobody acts meanwhile.

    Whoever is half-way through an act is not kept waiting: this gives way to them before PostgreSQL
    would look for a deadlock (after a second). SQLite lets in one writer at a time anyway.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '700ms'")
        cursor.execute(f"LOCK TABLE {AuditEvent._meta.db_table} IN SHARE MODE")


def _is_busy(error: OperationalError) -> bool:
    """Whether a lock was not to be had, as either database says it."""
    return "lock timeout" in str(error) or "deadlock" in str(error) or "locked" in str(error)


def _keys(rows: Iterable[Model]) -> dict[str, list[int]]:
    keys: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        keys[row._meta.label_lower].append(row.pk)
    return dict(keys)


def _content(row: Model) -> dict[str, Any]:
    """All that a row holds, as JSON keeps it and its fields read it back."""
    found = {}
    for each in row._meta.concrete_fields:
        value = each.value_from_object(row)
        plain = value is None or isinstance(value, bool | int | str | list | dict)
        found[each.attname] = value if plain else each.value_to_string(row)
    return found


def _changes(
    closing: Closing, before: dict[tuple[type[Model], int], dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Of each row that stood before and is otherwise now: what differs, as it was."""
    exceptions = closing.exceptions
    touched: list[Model] = [
        *(*closing.recovered, *closing.ended, *closing.restated),
        *(*exceptions.units_recovered, *exceptions.positive_ended),
    ]
    for model in CHANGED:
        keys = {each.pk for each in touched if type(each) is model and (model, each.pk) in before}
        for row in model._default_manager.filter(pk__in=keys).order_by("pk"):
            is_now, was = _content(row), before[model, row.pk]
            differs = {name: value for name, value in was.items() if is_now[name] != value}
            if differs:
                yield {"kind": model._meta.label_lower, "key": row.pk, "was": differs}


def _in_parts(things: Sequence[Thing]) -> Iterator[Sequence[Thing]]:
    for start in range(0, len(things), AT_A_TIME):
        yield things[start : start + AT_A_TIME]


def _rows(model: type[Model], record: RecordedClose) -> Iterator[Model]:
    """The rows of a model that a close made, held until this transaction ends."""
    named = [name for name in ("indicator", "unit") if hasattr(model, name)]
    rows = model._default_manager.select_for_update(of=("self",)).select_related(*named)
    for keys in _in_parts(record.made.get(model._meta.label_lower, [])):
        yield from rows.filter(pk__in=keys).order_by("pk")


def _refuse_overtaken(made: dict[type[Model], list[Model]]) -> None:
    """What nobody recorded as an act, and yet took the place of what the close made."""
    for model in NUMBERED:
        if any(not row.is_latest for row in made[model]):  # type: ignore[attr-defined]
            raise CannotTakeBack(
                "What the close worked out has been worked out again since, so it cannot be "
                "taken back. To correct something, revise it and give a reason"
            )
    if any(row.sent_at or row.kept_at for row in made[Notice]):  # type: ignore[attr-defined]
        raise CannotTakeBack("Its notices have gone out, so it cannot be taken back")


def _archive(rows: Sequence[Model], act: AuditEvent) -> None:
    """The rows are in the archive as they stand, and gone from their table."""
    kept = [
        ArchivedRow(
            kind=row._meta.label_lower,
            key=row.pk,
            name=str(row)[:300],
            content=_content(row),
            act=act,
        )
        for row in rows
    ]
    ArchivedRow.objects.bulk_create(kept, batch_size=AT_A_TIME)
    for some in _in_parts(rows):
        type(some[0])._default_manager.filter(pk__in=[each.pk for each in some]).delete()


def _let_earlier_stand(model: type[Model], gone: Sequence[Model]) -> None:
    """Where what is gone superseded another row at its place, that one is the latest again."""
    place = NUMBERED[model]
    wanted = {
        (*(getattr(row, name) for name in place), row.number - 1)  # type: ignore[attr-defined]
        for row in gone
        if row.number > 1  # type: ignore[attr-defined]
    }
    indicators = sorted({each[0] for each in wanted})
    for some in _in_parts(indicators):
        superseded = model._default_manager.filter(indicator__in=some, is_latest=False)
        found = superseded.values_list("pk", *place, "number")
        again = [pk for pk, *where in found if tuple(where) in wanted]
        for keys in _in_parts(again):
            model._default_manager.filter(pk__in=keys).update(is_latest=True)


def _restore(record: RecordedClose) -> None:
    """What the close changed or threw away is as it was: first what had ended, so that nothing is open twice."""
    thrown_away: dict[type[Model], list[Model]] = defaultdict(list)
    for change in sorted(record.changed, key=_is_open_again):
        model, was = apps.get_model(change["kind"]), change["was"]
        values = {
            each.attname: _read_back(each, was[each.attname])
            for each in model._meta.concrete_fields
            if each.attname in was
        }
        if record.threw_away(change):
            thrown_away[model].append(model(**values))
            continue
        row = model._default_manager.get(pk=change["key"])
        for name, value in values.items():
            setattr(row, name, value)
        row.save(update_fields=list(values))
    for model, rows in thrown_away.items():
        model._default_manager.bulk_create(rows, batch_size=AT_A_TIME)


def _read_back(field: Any, value: Any) -> Any:
    of_key = field.target_field if isinstance(field, ForeignKey) else field
    return value if value is None else of_key.to_python(value)


def _is_open_again(change: dict[str, Any]) -> bool:
    was = change["was"]
    return any(name in was and was[name] is None for name in ("recovered_in", "ended_in"))
