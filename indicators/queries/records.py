"""An indicator's record as sentences: who entered a result, who approved it, what it was before.

The rows of the return are themselves the record (a revision is never overwritten, and a sign-off
never withdrawn); the audit trail adds who set its targets and redefined it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import Model, Q
from django.utils.timezone import localtime

from core.dates import as_date
from core.figures import as_number
from core.models.audit import AuditEvent
from core.quarters import Quarter
from indicators.models.definitions import Indicator, Suspension, Target
from indicators.models.results import Result, Revision
from indicators.models.returns import SignOff, Unlock
from indicators.queries.sight import Seen
from indicators.rules.returns import ResultState, Stage, Verdict

# What an act of the audit trail is called here. Others keep the trail's own words.
ACT_WORDS = {
    "defined indicator": "defined the indicator",
    "redefined indicator": "changed the indicator’s definition",
    "set target": "set a target",
    "changed target": "changed a target",
    "suspended indicator": "suspended the indicator",
}
STAGE_WORDS = {Stage.DIVISION: "for the division", Stage.DIRECTORATE: "for the directorate"}


@dataclass(frozen=True, slots=True)
class RecordEntry:
    """One act, as a sentence."""

    at: datetime
    sentence: str


@dataclass(frozen=True, slots=True)
class QuarterRecord:
    """What was done about one quarter's result, oldest first, and all of it in a sentence."""

    result: Result
    summary: str
    entries: tuple[RecordEntry, ...]

    @property
    def quarter(self) -> Quarter:
        return self.result.quarter

    @property
    def is_locked(self) -> bool:
        return ResultState(self.result.state).is_locked


@dataclass(frozen=True, slots=True)
class IndicatorRecord:
    """An indicator's record: its results, latest quarter first, and what was done about itself."""

    quarters: tuple[QuarterRecord, ...]
    definition: tuple[RecordEntry, ...]  # latest first


def record_of(indicator: Indicator, seen: Seen, *, quarters: int = 8) -> IndicatorRecord:
    """The record of an indicator's latest quarters, of those that its reader sees."""
    latest = indicator.results.order_by("-quarter")[:quarters]
    results = [each for each in latest if seen.shows(indicator.pk, each.quarter)]
    for result in results:
        result.indicator = indicator
    revisions = _by_result(
        Revision.objects.filter(result__in=results)
        .select_related("submitted_by", "on_behalf_of")
        .order_by("number"),
        lambda each: each.result_id,
    )
    sign_offs = _by_result(
        SignOff.objects.filter(revision__result__in=results)
        .select_related("signed_by", "revision")
        .order_by("signed_at", "id"),
        lambda each: each.revision.result_id,
    )
    unlocks = _by_result(
        Unlock.objects.filter(result__in=results).select_related("granted_to", "granted_by"),
        lambda each: each.result_id,
    )
    return IndicatorRecord(
        quarters=tuple(
            _quarter_record(each, revisions[each.pk], sign_offs[each.pk], unlocks[each.pk])
            for each in results
            if revisions[each.pk]
        ),
        definition=_definition_entries(indicator),
    )


OfResult = TypeVar("OfResult", bound=Model)


def _by_result(
    rows: Iterable[OfResult], of: Callable[[OfResult], int]
) -> dict[int, list[OfResult]]:
    found: dict[int, list[OfResult]] = defaultdict(list)
    for row in rows:
        found[of(row)].append(row)
    return found


def _quarter_record(
    result: Result,
    revisions: Sequence[Revision],
    sign_offs: Sequence[SignOff],
    unlocks: Sequence[Unlock],
) -> QuarterRecord:
    indicator = result.indicator
    before: list[Revision | None] = [None, *revisions[:-1]]
    entries = [
        *(
            RecordEntry(each.submitted_at, _revision_sentence(each, was, indicator))
            for was, each in zip(before, revisions, strict=True)
        ),
        *(RecordEntry(each.signed_at, _sign_off_sentence(each)) for each in sign_offs),
        *(RecordEntry(each.granted_at, _unlock_sentence(each)) for each in unlocks),
    ]
    return QuarterRecord(
        result=result,
        summary=_summary(result, revisions, sign_offs),
        entries=tuple(sorted(entries, key=lambda each: each.at)),
    )


def _summary(result: Result, revisions: Sequence[Revision], sign_offs: Sequence[SignOff]) -> str:
    """Who entered what stands, who approved it, and what it was before."""
    latest = revisions[-1]
    approved = [
        f"by {each.signed_by.name} {STAGE_WORDS[Stage(each.stage)]}"
        for each in sign_offs
        if each.revision_id == latest.pk and each.verdict == Verdict.APPROVED
    ]
    parts = [f"Entered {_by(latest)}"]
    if result.state == ResultState.AS_PUBLISHED:
        parts.append(f"{latest.reason[:1].lower()}{latest.reason[1:]}")
    elif approved:
        parts.append("approved " + " and ".join(approved))
    else:
        parts.append("not approved yet")
    sentence = ", ".join(parts)
    if len(revisions) > 1:
        sentence += f"; {_change_sentence(revisions[-2], latest, result.indicator)}"
    return f"{sentence}."


def _by(revision: Revision) -> str:
    if revision.submitted_by is None:
        return "from an imported file"
    on_behalf = f" on behalf of {revision.on_behalf_of.name}" if revision.on_behalf_of else ""
    return f"by {revision.submitted_by.name}{on_behalf}"


def _change_sentence(was: Revision, now: Revision, indicator: Indicator) -> str:
    before, after = _figure(was, indicator), _figure(now, indicator)
    moved = (
        f"was {before}, became {after}" if before != after else f"stayed {after}, said otherwise"
    )
    return f"{moved} because “{now.reason.rstrip('.')}”"


def _figure(revision: Revision, indicator: Indicator) -> str:
    if revision.value is None:
        return "not available"
    return as_number(revision.value, indicator.decimals, indicator.measure_unit)


def _revision_sentence(revision: Revision, was: Revision | None, indicator: Indicator) -> str:
    if was is None:
        source = f" {revision.reason.rstrip('.')}." if revision.reason else ""
        return f"Entered {_by(revision)}: {_figure(revision, indicator)}.{source}"
    when = " after the quarter was closed" if revision.after_close else ""
    return f"Changed {_by(revision)}{when}: {_change_sentence(was, revision, indicator)}."


def _sign_off_sentence(signed: SignOff) -> str:
    stage = STAGE_WORDS[Stage(signed.stage)]
    if signed.verdict == Verdict.APPROVED:
        return f"Approved by {signed.signed_by.name} {stage}."
    return f"Returned by {signed.signed_by.name} {stage}: “{signed.comment}”"


def _unlock_sentence(unlock: Unlock) -> str:
    until = localtime(unlock.expires_at)
    return (
        f"Unlocked by {unlock.granted_by.name} for {unlock.granted_to.name} until"
        f" {as_date(until)}, {until:%H:%M}: “{unlock.reason}”"
    )


def _definition_entries(indicator: Indicator) -> tuple[RecordEntry, ...]:
    targets = [str(pk) for pk in indicator.targets.values_list("pk", flat=True)]
    suspensions = [str(pk) for pk in indicator.suspensions.values_list("pk", flat=True)]
    events = AuditEvent.objects.filter(
        Q(subject_kind=Indicator._meta.label, subject_key=str(indicator.pk))
        | Q(subject_kind=Target._meta.label, subject_key__in=targets)
        | Q(subject_kind=Suspension._meta.label, subject_key__in=suspensions)
    )
    return tuple(RecordEntry(each.at, event_sentence(each)) for each in events)


def event_sentence(event: AuditEvent) -> str:
    """An audit event as a sentence: who did what, and why where they said so."""
    act = ACT_WORDS.get(event.act, event.act)
    changed = " and ".join(_changed_parts(event.detail))
    sentence = f"{event.actor_name} {act}" + (f": {changed}" if changed else "")
    if reason := event.detail.get("reason"):
        sentence += f", because “{str(reason).rstrip('.')}”"
    return f"{sentence}."


def _changed_parts(detail: dict[str, object]) -> Iterable[str]:
    """What was, and what is, of each part that an act changed."""
    for name, value in detail.items():
        if isinstance(value, dict) and {"was", "is"} <= value.keys():
            yield f"{name.replace('_', ' ')} was {value['was'] or 'empty'}, is {value['is']}"
