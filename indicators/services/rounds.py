"""The annual round: opening it, proposing and submitting lines, what is said of them, and the decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse

from core import audit
from core.canonical_json import digest
from core.clock import localdate, now
from core.dates import as_date
from core.own_words import word
from core.quarters import Quarter
from core.queries import last_closed
from core.refusals import Refused
from core.services.notices import owe_notice
from indicators.models.definitions import Indicator
from indicators.models.results import Revision
from indicators.models.rounds import AnnualRound, RoundLine, RoundRemark, RoundReview, RoundTarget
from indicators.models.target_proposals import TargetProposal
from indicators.queries.rounds import (
    committees_of,
    deciding_bodies,
    definition_proposed,
    directorate_of,
    last_year_targets,
    lines_of,
    may_check_round_minute,
    may_submit_for,
    measured_before,
    progress_of,
    proposed_indicator,
    quarters_of,
    targets_to_set,
)
from indicators.rights import round_proposed_by, targets_approved_by
from indicators.rules.rounds import (
    OF_WHAT_STANDS,
    STAGES,
    LineAction,
    LineState,
    RemarkKind,
    ReviewKind,
    days_out_of_order,
    in_effect_from,
    last_quarter_before,
    out_of_order,
)
from indicators.rules.targets import Limits, limits_in_words
from indicators.services.definitions import (
    define_indicator,
    redefine_indicator,
    retire_indicator,
    set_target,
    validate,
)
from indicators.services.targets import RefusedTarget, validate_target
from organisation.models.bodies import Committee
from organisation.models.people import User
from organisation.models.units import Unit
from organisation.permissions import Permission
from organisation.queries import people_with, tree_on
from organisation.rights import allowed
from sorp.rules.thresholds import LIMITS

# What the round may change of a definition. What else an indicator is rates it, and is changed on its
# own page, where each open quarter that would be rated otherwise is shown.
CHANGEABLE = ("title", "definition", "source", "numerator_name", "denominator_name")


class RefusedLine(Refused):
    """A line is not as it may be: what to do, `field` where, `reference` of which indicator."""

    def __init__(
        self,
        sentence: str,
        *,
        reference: str,
        field: str | None = None,
        quarter: Quarter | None = None,
    ) -> None:
        super().__init__(sentence, field=field)
        self.reference, self.quarter = reference, quarter


# Opening --------------------------------------------------------------------------------------------


@transaction.atomic
def open_round(*, year: int, by: User, **days: date) -> AnnualRound:
    """Directorates may propose the set of a year; whoever may is told by when.

    Raises PermissionDenied; Refused for a year that is over or far away, one that has its round, and days
    that do not follow one another.
    """
    _refuse_all_but_officers(by)
    now_in = Quarter.containing(localdate()).year
    if year not in (now_in, now_in + 1):
        raise Refused(
            f"Open the round of {Quarter(now_in, 1).financial_year} or of"
            f" {Quarter(now_in + 1, 1).financial_year}",
            field="year",
        )
    if AnnualRound.objects.filter(year=year).exists():
        raise Refused(
            f"The round of {Quarter(year, 1).financial_year} is open already", field="year"
        )
    _refuse_days(days, year)
    opened = AnnualRound(year=year, opened_by=by, **days)
    validate(opened)
    opened.save()
    audit.record("opened annual round", opened, by=by, **_days_said(opened))
    for person in people_with(Permission.PROPOSE_INDICATORS, on=localdate()):
        owe_notice(
            key=f"round-opened:{opened.pk}:{person.pk}",
            recipient=person,
            subject=f"The round of {opened.financial_year} is open",
            body=f"Say what happens to your indicators by {as_date(opened.proposals_by)}: which are"
            " kept, changed and ended, which are new, and the target of each.",
            address=reverse("annual_round", args=[opened.year]),
        )
    return opened


@transaction.atomic
def set_round_days(*, round: AnnualRound, by: User, **days: date) -> AnnualRound:
    """Its stages last until other days. Raises PermissionDenied; Refused for days out of order."""
    _refuse_all_but_officers(by)
    row = AnnualRound.objects.select_for_update().get(pk=round.pk)
    _refuse_days(days, row.year)
    was = _days_said(row)
    for name, day in days.items():
        setattr(row, name, day)
    validate(row)
    row.save(update_fields=list(days))
    if _days_said(row) != was:
        audit.record("changed days of annual round", row, by=by, was=was, **_days_said(row))
    return row


def _refuse_days(days: Mapping[str, date], year: int) -> None:
    if missing := next((name for name in STAGES if name not in days), None):
        raise Refused(f"Enter the day: {STAGES[missing]}", field=missing)
    for name, told in days_out_of_order(days, year):
        raise Refused(told, field=name)


def _days_said(round: AnnualRound) -> dict[str, str]:
    return {name: getattr(round, name).isoformat() for name in STAGES}


def _refuse_all_but_officers(by: User) -> None:
    if not allowed(by, Permission.MANAGE_FRAMEWORK):
        raise PermissionDenied("Only the performance team can do this")


# Proposing ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed of one indicator of the grid."""

    indicator: Indicator
    action: str
    reason: str = ""
    targets: Mapping[Quarter, Limits] = field(default_factory=dict)
    seen: int | None = None  # which version was looked at: 0 for none; None where no page was
    definition: Mapping[str, str] | None = None  # None leaves what was typed
    is_break: bool | None = None
    line: RoundLine | None = None  # of a new indicator, which has none of its own yet


@transaction.atomic
def propose_lines(*, round: AnnualRound, typed: Sequence[Typed], by: User) -> list[RoundLine]:
    """Each line says what was typed, as a draft; what says so already is left alone. All, or none.

    Raises PermissionDenied for what is not within reach; RefusedLine for a number that contradicts
    another, for a line that is submitted, and for one that somebody changed since it was looked at.
    """
    reach = round_proposed_by(by)
    keys = [each.indicator.pk for each in typed if each.line is None]
    list(Indicator.objects.select_for_update(of=("self",)).filter(pk__in=keys))  # one by one
    rows = (
        RoundLine.objects.standing()
        .select_for_update(of=("self",))
        .filter(round=round)
        .select_related("typed_by", "round", "indicator", "unit", "manager")
        .prefetch_related("targets")
    )
    standing = {
        each.indicator_id: each
        for each in rows.filter(indicator__in=keys).exclude(action=LineAction.NEW)
    }
    new = {
        each.pk: each
        for each in rows.filter(pk__in=[each.line.pk for each in typed if each.line is not None])
    }
    changed = []
    for each in typed:
        if not reach.holds(each.indicator):
            raise PermissionDenied(f"{each.indicator.accountable_manager} answers for it")
        if each.line is not None:
            if (line := new.get(each.line.pk)) is None:
                raise Refused(f"{each.line.reference} has been withdrawn since")
        else:
            line = standing.get(each.indicator.pk) or RoundLine(
                round=round, indicator=each.indicator, reference=each.indicator.reference, version=0
            )
        if _take_up(line, each, by):
            changed.append(line)
    return changed


def _take_up(line: RoundLine, typed: Typed, by: User) -> bool:
    """The line says what was typed. Returns whether that is something else than it said."""
    reference = line.reference
    if typed.line is None and typed.action not in OF_WHAT_STANDS:
        raise RefusedLine(
            f"{reference}: say whether it is kept, changed or ended",
            reference=reference,
            field="action",
        )
    if typed.line is None and not typed.indicator.is_measured_in(
        last_quarter_before(line.round.year)
    ):
        raise RefusedLine(
            f"{reference} is not measured in {last_quarter_before(line.round.year)}: it cannot "
            f"be kept or ended",
            reference=reference,
            field="action",
        )
    targets = {} if typed.action == LineAction.END else _whole_targets(typed, line.round.year)
    definition = line.definition if typed.definition is None else _changed_parts(typed)
    is_break = line.is_break if typed.is_break is None else typed.is_break
    if typed.action not in (LineAction.CHANGE, LineAction.NEW):
        definition, is_break = {}, False
    said = (typed.action, typed.reason.strip(), targets, definition, is_break)
    was = (line.action, line.reason, _targets_of(line), line.definition, line.is_break)
    if line.pk and said == was:
        return False
    if line.pk and not line.is_draft:
        raise RefusedLine(
            f"{reference} is {line.get_state_display().lower()}: ask the performance team to send it"
            " back before it is changed",
            reference=reference,
            field="action",
        )
    if typed.seen is not None and typed.seen != line.version:
        raise RefusedLine(
            f"{reference} was changed by {line.typed_by} on {as_date(line.typed_at)} while you "
            f"were working on it: it now says {_in_words(line)}. What you typed is still here: "
            f"check again, and save it if it is right",
            reference=reference,
            field="action",
        )
    line.action, line.reason = typed.action, typed.reason.strip()
    line.definition, line.is_break = definition, is_break
    _type(line, targets, by)
    return True


def _changed_parts(typed: Typed) -> dict[str, str]:
    """The parts of the definition that are to say something else."""
    said = typed.definition or {}
    if stray := next((name for name in said if name not in CHANGEABLE), None):
        raise Refused(f"Change {stray} on the indicator’s own page", field=stray)
    return {name: value for name, value in said.items() if value != getattr(typed.indicator, name)}


def _whole_targets(typed: Typed, year: int) -> dict[Quarter, dict[str, Decimal | None]]:
    """What is aimed at from each quarter; of what is counted from April from all of them, or from none."""
    found = {
        quarter: {name: limits.get(name) for name in LIMITS}
        for quarter, limits in typed.targets.items()
        if any(limits.get(name) is not None for name in LIMITS)
    }
    asked, reference = quarters_of(typed.indicator, year), typed.indicator.reference
    for quarter in found:
        if quarter not in asked:
            raise RefusedLine(
                f"{reference}: give its target from {' or '.join(map(str, asked)) or 'no quarter'}",
                reference=reference,
                field="from_quarter",
                quarter=quarter,
            )
    if found and (lacking := [each for each in asked if each not in found]):
        raise RefusedLine(
            f"{reference} is counted from April: enter a target for {lacking[0]} as well, or for no"
            " quarter",
            reference=reference,
            field="target",
            quarter=lacking[0],
        )
    for quarter, limits in found.items():
        _refuse_target(typed.indicator, quarter, limits)
    return found


def _refuse_target(indicator: Indicator, quarter: Quarter, limits: Limits) -> None:
    """Raises RefusedLine where the numbers contradict the method, or one another."""
    row = TargetProposal(indicator=indicator, from_quarter=quarter, **limits)
    try:
        validate_target(row, closed=None, stands=None)
    except RefusedTarget as refusal:
        raise RefusedLine(
            str(refusal), reference=indicator.reference, field=refusal.field, quarter=quarter
        ) from None


def _targets_of(line: RoundLine) -> dict[Quarter, dict[str, Decimal | None]]:
    return {each.from_quarter: each.limits for each in line.targets.all()} if line.pk else {}


def _type(line: RoundLine, targets: Mapping[Quarter, Limits], by: User) -> None:
    """The line is kept as it is now, with its targets, by whom, and as its next version."""
    line.version += 1
    line.typed_by, line.typed_at = by, now()
    validate(line)
    line.save()
    line.targets.all().delete()
    rows = [RoundTarget(line=line, from_quarter=each, **limits) for each, limits in targets.items()]
    for row in rows:
        validate(row)
    RoundTarget.objects.bulk_create(rows)
    line._prefetched_objects_cache = {}  # type: ignore[attr-defined]
    audit.record(
        "proposed in annual round",
        line,
        by=by,
        what=line.get_action_display(),
        reason=line.reason,
        targets=_targets_said(line),
    )


def _targets_said(line: RoundLine) -> list[str]:
    unit = proposed_indicator(line).measure_unit
    return [
        f"from {each.from_quarter}: {limits_in_words(each.limits, unit)}"
        for each in line.targets.all()
    ]


def _in_words(line: RoundLine) -> str:
    """What a line says: "keep; from Q1 2027/28: target 92%"."""
    return "; ".join([line.get_action_display().lower(), *_targets_said(line)])


@transaction.atomic
def propose_new(
    *,
    round: AnnualRound,
    definition: Mapping[str, Any],
    unit: Unit,
    manager: User,
    reason: str,
    by: User,
    line: RoundLine | None = None,
    seen: int | None = None,
) -> RoundLine:
    """Something more is to be measured from the year's first quarter on; or a draft of it says otherwise.

    What it is to aim at is typed in the grid; what was typed there stays, where it still says something.
    Raises PermissionDenied for a unit that is not within reach; RefusedLine for a reference that is
    taken and a definition that contradicts itself.
    """
    said = {name: value for name, value in definition.items() if name != "reference"}
    reference = str(definition["reference"])
    subject = Indicator(
        reference=reference,
        unit=unit,
        accountable_manager=manager,
        first_quarter=round.first_quarter,
        **said,
    )
    if not round_proposed_by(by).holds(subject):
        raise PermissionDenied("Only its directorate can propose it")
    others = RoundLine.objects.standing().filter(round=round, reference=reference)
    if line is not None:
        line = RoundLine.objects.select_for_update(of=("self",)).get(pk=line.pk)
        others = others.exclude(pk=line.pk)
        _refuse_unless(line, LineState.DRAFT)
        if seen is not None and seen != line.version:
            raise RefusedLine(
                f"{line.reference} was changed by {line.typed_by} on {as_date(line.typed_at)} "
                f"while you were working on it. What you typed is still here: save it if it is "
                f"right",
                reference=reference,
            )
    if others.exists() or Indicator.objects.filter(reference=reference).exists():
        raise RefusedLine(
            f"{reference} is another indicator’s: enter another reference",
            reference=reference,
            field="reference",
        )
    if not reason.strip():
        raise RefusedLine("Say why it is to be measured", reference=reference, field="reason")
    try:
        validate(subject)
    except ValueError as refusal:
        raise RefusedLine(str(refusal), reference=reference, field="method") from None
    stand = _targets_of(line) if line is not None else {}
    try:
        whole = _whole_targets(Typed(subject, LineAction.NEW, targets=stand), round.year)
    except RefusedLine:
        whole = {}  # it is rated otherwise now: the grid asks for its targets anew
    row = line or RoundLine(round=round, action=LineAction.NEW, version=0)
    row.reference, row.unit, row.manager = reference, unit, manager
    row.reason, row.definition = reason.strip(), _as_kept(said)
    _type(row, whole, by)
    return row


def _as_kept(definition: Mapping[str, Any]) -> dict[str, Any]:
    """A definition as JSON holds it."""
    kept: dict[str, Any] = {}
    for name, value in definition.items():
        if isinstance(value, User):
            kept[f"{name}_id"] = value.pk
        elif isinstance(value, Decimal | date):
            kept[name] = str(value)
        else:
            kept[name] = value
    return kept


@transaction.atomic
def withdraw_line(*, line: RoundLine, by: User) -> RoundLine:
    """A new indicator that was proposed is proposed no more. Raises PermissionDenied; Refused once submitted."""
    row = _locked([line])[0]
    if not round_proposed_by(by).holds(row.subject):
        raise PermissionDenied("Only its directorate can withdraw it")
    if row.state == LineState.WITHDRAWN:
        return row
    _refuse_unless(row, LineState.DRAFT)
    if not row.is_new:
        raise Refused(f"{row.reference} is measured: say that it is kept, changed or ended")
    row.state = LineState.WITHDRAWN
    row.save(update_fields=["state"])
    audit.record("withdrew from annual round", row, by=by)
    return row


# Submitting -----------------------------------------------------------------------------------------


@transaction.atomic
def submit_lines(*, round: AnnualRound, directorate: Unit, by: User) -> list[RoundLine]:
    """What a directorate proposes goes to be challenged: all its drafts at once.

    Raises PermissionDenied; Refused where an indicator of its has no line, or a line lacks its reason.
    """
    if not may_submit_for(directorate.pk, by):
        raise PermissionDenied("Only its director or its performance officer can submit it")
    AnnualRound.objects.select_for_update().get(pk=round.pk)
    tree = tree_on(localdate())

    def is_theirs(unit: int | None) -> bool:
        found = directorate_of(tree, unit)
        return found is not None and found.unit == directorate.pk

    lines = [each for each in lines_of(round) if is_theirs(each.subject.unit_id)]
    with_line = {each.indicator_id for each in lines}
    missing = [
        each.reference
        for each in measured_before(round.year)
        if is_theirs(each.unit_id)
        and each.pk not in with_line
        and each.is_measured_in(round.first_quarter)
    ]
    if missing:
        raise Refused(
            f"Say first whether {_listed(missing)} {'is' if len(missing) == 1 else 'are'} kept, changed"
            " or ended"
        )
    drafts = [each for each in lines if each.is_draft]
    if not drafts:
        raise Refused(f"{directorate} has nothing to submit: everything is submitted already")
    for line in drafts:
        _refuse_unreasoned(line)
    moment = now()
    for line in drafts:
        line.state, line.submitted_by, line.submitted_at = LineState.SUBMITTED, by, moment
        line.save(update_fields=["state", "submitted_by", "submitted_at"])
    audit.record_all(
        audit.event("submitted in annual round", line, by=by, what=_in_words(line))
        for line in drafts
    )
    fingerprint = digest(repr(sorted((each.pk, each.version) for each in drafts)).encode())[:16]
    count = f"{len(drafts)} line{'' if len(drafts) == 1 else 's'}"
    for officer in people_with(Permission.MANAGE_FRAMEWORK, on=localdate()):
        owe_notice(
            key=f"round-submitted:{fingerprint}:{officer.pk}",
            recipient=officer,
            subject=f"{directorate} has submitted its proposals for {round.financial_year}",
            body=f"{count}, submitted by {by.name}, can now be challenged.",
            address=reverse("round_grid", args=[round.year, directorate.code]),
        )
    return drafts


def _refuse_unreasoned(line: RoundLine) -> None:
    """What is not simply kept says why; a change says what is to be otherwise."""
    reference = line.reference
    if line.action == LineAction.CHANGE and not line.definition:
        raise RefusedLine(
            f"{reference} is to be changed: say on its page what the new definition is, or keep it",
            reference=reference,
        )
    stands = last_year_targets(line)
    is_as_it_was = line.action == LineAction.KEEP and all(
        each.limits == stands.get(each.from_quarter) for each in line.targets.all()
    )
    if not is_as_it_was and not line.reason:
        raise RefusedLine(f"{reference}: say why", reference=reference, field="reason")


def _listed(names: Sequence[str], most: int = 6) -> str:
    """HT-01, HT-02 and 4 others."""
    shown = list(names[:most])
    if len(names) > most:
        return f"{', '.join(shown)} and {len(names) - most} others"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


@transaction.atomic
def send_back(*, lines: Iterable[RoundLine], reason: str, by: User) -> list[RoundLine]:
    """Each is its directorate's to change again, and it is said why. Raises PermissionDenied; Refused."""
    _refuse_all_but_officers(by)
    if not reason.strip():
        raise Refused("Say why it is sent back", field="reason")
    rows = _locked(lines)
    for row in rows:
        _refuse_unless(row, LineState.SUBMITTED)
        submitter = row.submitted_by
        row.state, row.submitted_by, row.submitted_at = LineState.DRAFT, None, None
        row.version += 1
        row.save(update_fields=["state", "submitted_by", "submitted_at", "version"])
        remark = RoundRemark.objects.create(
            line=row, kind=RemarkKind.SENT_BACK, text=reason.strip(), put_by=by
        )
        audit.record("sent back in annual round", row, by=by, reason=remark.text)
        if submitter is not None:
            owe_notice(
                key=f"round-sent-back:{remark.pk}",
                recipient=submitter,
                subject=f"{row.reference} was sent back in the round of {row.round.financial_year}",
                body=remark.text,
                address=reverse("round_line", args=[row.round.year, row.pk]),
            )
    return rows


# What is said of a line -----------------------------------------------------------------------------


@transaction.atomic
def put_challenge(*, line: RoundLine, said_for: str, text: str, by: User) -> RoundRemark:
    """A line is challenged, and its directorate owes an answer before anybody decides on it.

    Who may is asked by the app that knows who sits on the team (`assurance.services.rounds`). Raises Refused for what
    is not submitted, or is decided on.
    """
    (row,) = _locked([line])
    _refuse_unless(row, LineState.SUBMITTED)
    remark = _remark(row, RemarkKind.CHALLENGE, said_for, text, by)
    for person in {row.submitted_by, row.subject.accountable_manager}:
        if person is None:
            continue
        owe_notice(
            key=f"round-challenge:{remark.pk}:{person.pk}",
            recipient=person,
            subject=f"{said_for} challenges what is proposed for {row.reference}",
            body=remark.text,
            address=reverse("round_line", args=[row.round.year, row.pk]),
        )
    return remark


@transaction.atomic
def comment_on_line(*, line: RoundLine, text: str, by: User) -> RoundRemark:
    """A Member says something of a line for the committee on which they sit. No answer is owed.

    Raises PermissionDenied for whoever sits on no committee that looks at it; Refused for what is not
    submitted, or is decided on.
    """
    (row,) = _locked([line])
    committees = committees_of(by, row.subject.unit_id)
    if not committees:
        raise PermissionDenied("Only members of a committee that looks at it can comment")
    _refuse_unless(row, LineState.SUBMITTED)
    return _remark(row, RemarkKind.COMMENT, committees[0].name, text, by)


def _remark(line: RoundLine, kind: RemarkKind, said_for: str, text: str, by: User) -> RoundRemark:
    if not text.strip():
        raise Refused("Write what you want to say", field="text")
    said = {"line": line, "kind": kind, "said_for": said_for, "text": text.strip(), "put_by": by}
    if (again := RoundRemark.objects.filter(**said).first()) is not None:
        return again  # a button pressed twice
    remark = RoundRemark(**said)
    validate(remark)
    remark.save()
    audit.record(f"put {kind} in annual round", line, by=by, said_for=said_for, text=remark.text)
    return remark


@transaction.atomic
def answer_challenge(*, remark: RoundRemark, answer: str, by: User) -> RoundRemark:
    """A challenge is answered, once. Raises PermissionDenied; Refused for an empty or a second answer."""
    row = RoundRemark.objects.select_for_update(of=("self",)).get(pk=remark.pk)
    line = _locked([row.line])[0]
    if not round_proposed_by(by).holds(line.subject):
        raise PermissionDenied("Only its directorate can answer")
    if row.kind != RemarkKind.CHALLENGE:
        raise Refused("Only a challenge can be answered")
    if row.answer:
        raise Refused(f"It was answered by {row.answered_by} on {as_date(row.answered_at)}")
    if not answer.strip():
        raise Refused("Write the answer", field="answer")
    row.answer, row.answered_by, row.answered_at = answer.strip(), by, now()
    validate(row)
    row.save(update_fields=["answer", "answered_by", "answered_at"])
    audit.record("answered challenge in annual round", line, by=by, answer=row.answer)
    owe_notice(
        key=f"round-answer:{row.pk}",
        recipient=row.put_by,
        subject=f"Your challenge to {line.reference} is answered",
        body=row.answer,
        address=reverse("round_line", args=[line.round.year, line.pk]),
    )
    return row


@transaction.atomic
def record_review(
    *,
    round: AnnualRound,
    kind: ReviewKind,
    body: Committee | None,
    met_on: date | None,
    note: str,
    by: User,
) -> RoundReview:
    """The assurance team, or a committee, looked at what was submitted; or it is said why none waits for it.

    Raises PermissionDenied; Refused for a day to come, one that is on record, and neither a day nor why.
    """
    _refuse_all_but_officers(by)
    if met_on is None and not note.strip():
        raise Refused(
            "Enter the day on which it met, or say why you are not waiting for it", field="met_on"
        )
    if met_on is not None and note.strip():
        raise Refused(
            "Enter the day on which it met, or why you are not waiting for it: not both",
            field="note",
        )
    if met_on is not None and met_on > localdate():
        raise Refused(
            f"{as_date(met_on)} has not come yet: enter the day on which it met", field="met_on"
        )
    if RoundReview.objects.filter(round=round, kind=kind, body=body, met_on=met_on).exists():
        name = body or word("pat")
        raise Refused(
            f"{name}, {as_date(met_on)}, is on record already"
            if met_on
            else f"The reason for not waiting for {name} is already on record",
            field="met_on",
        )
    row = RoundReview(
        round=round, kind=kind, body=body, met_on=met_on, note=note.strip(), recorded_by=by
    )
    validate(row)
    row.save()
    audit.record(
        "recorded review of annual round",
        round,
        by=by,
        who=str(body) if body else word("pat"),
        met_on=met_on.isoformat() if met_on else "",
        not_waited_for=row.note,
    )
    return row


# The decision ---------------------------------------------------------------------------------------


@transaction.atomic
def record_round_minute(
    *, lines: Iterable[RoundLine], body: Committee, met_on: date, minute: str, by: User
) -> list[RoundLine]:
    """A body's minute is on record as what agreed these. They wait until another has checked it.

    Raises PermissionDenied; Refused without the number of the minute, for a day to come, a body that
    only looks at the set, and for what something has to come before, saying what.
    """
    _refuse_all_but_officers(by)
    if met_on > localdate():
        raise Refused(
            f"{as_date(met_on)} has not come yet: enter the day on which it met", field="met_on"
        )
    if body.pk not in {each.pk for each in deciding_bodies(met_on)}:
        raise Refused(
            f"{body} cannot agree the proposals: select Cabinet, the Council or another body "
            f"that can",
            field="body",
        )
    if not minute.strip():
        raise Refused("Enter the number of the minute", field="minute")
    rows = _locked(lines)
    progress = progress_of(rows[0].round, rows)
    for row in rows:
        if row.state != LineState.DRAFT:
            _refuse_unless(row, LineState.SUBMITTED)
        if told := out_of_order(progress[row.pk], met_on):
            raise RefusedLine(told, reference=row.reference)
        row.state, row.body, row.met_on, row.minute = (
            LineState.RECORDED,
            body,
            met_on,
            minute.strip(),
        )
        row.recorded_by = by
        validate(row)
        row.save(update_fields=["state", "body", "met_on", "minute", "recorded_by"])
        audit.record("recorded minute in annual round", row, by=by, minute=row.by_minute)
    return rows


@transaction.atomic
def refuse_round_minute(*, lines: Iterable[RoundLine], reason: str, by: User) -> list[RoundLine]:
    """The minute does not say so: each waits for a decision again. Raises as checking; Refused without why."""
    if not reason.strip():
        raise Refused("Say what is wrong with the minute", field="reason")
    rows, reach = _locked(lines), targets_approved_by(by)
    for row in rows:
        if not may_check_round_minute(row, by, reach):
            raise PermissionDenied("Somebody who neither proposed nor recorded it has to check it")
        _refuse_unless(row, LineState.RECORDED)
        said = row.by_minute
        row.state, row.body, row.met_on, row.minute = LineState.SUBMITTED, None, None, ""
        recorder, row.recorded_by = row.recorded_by, None
        validate(row)
        row.save(update_fields=["state", "body", "met_on", "minute", "recorded_by"])
        audit.record(
            "refused minute in annual round", row, by=by, minute=said, reason=reason.strip()
        )
        if recorder is not None:
            owe_notice(
                key=f"round-minute-refused:{row.pk}:{digest(said.encode())[:8]}:{recorder.pk}",
                recipient=recorder,
                subject=f"{said} does not agree {row.reference}",
                body=reason.strip(),
                address=reverse("decide_round", args=[row.round.year]),
            )
    return rows


@transaction.atomic
def check_round_minute(*, lines: Iterable[RoundLine], by: User) -> list[RoundLine]:
    """The minute says so: each is agreed, and what it says is done. All of them, or none.

    Targets are set from the year's first quarter, or from the first that is not closed; what is to end
    does after the quarter before; what is new is measured from it. A changed definition waits for
    1 April (`make_due_lines`). Raises PermissionDenied for whoever typed, submitted or recorded it, or
    answers for it; RefusedLine for what cannot be done, saying why.
    """
    rows, reach = _locked(lines), targets_approved_by(by)
    for row in rows:
        if row.state == LineState.AGREED and row.checked_by_id == by.pk:
            continue
        if not may_check_round_minute(row, by, reach):
            raise PermissionDenied(
                "Somebody who neither proposed, submitted nor recorded it has to check its minute"
            )
        _refuse_unless(row, LineState.RECORDED)
        row.state, row.checked_by, row.checked_at = LineState.AGREED, by, now()
        validate(row)
        row.save(update_fields=["state", "checked_by", "checked_at"])
        try:
            _do(row, by)
        except ValueError as refusal:
            told = str(refusal)
            raise RefusedLine(
                told if told.startswith(row.reference) else f"{row.reference}: {told}",
                reference=row.reference,
            ) from None
        audit.record(
            "agreed in annual round", row, by=by, minute=row.by_minute, what=_in_words(row)
        )
    _tell_submitters(rows)
    return rows


def _do(line: RoundLine, by: User | None) -> None:
    """What was agreed is so. Raises ValueError, in words."""
    closed = last_closed()
    first = in_effect_from(line.round.year, closed)
    if line.action == LineAction.END:
        _end(line, first, by)
    elif line.action == LineAction.NEW:
        line.indicator = _define(line, first, by)
        line.save(update_fields=["indicator"])
    if line.action != LineAction.END:
        subject = line.subject
        for quarter, limits in targets_to_set(line, subject, closed):
            set_target(
                indicator=subject,
                from_quarter=quarter,
                reason=line.reason or f"Kept in the annual round of {line.round.financial_year}",
                approved_by=line.by_minute,
                by=by,
                **limits,
            )
    if line.action != LineAction.CHANGE or line.round.first_quarter.first_day <= localdate():
        _finish(line, by)


def _finish(line: RoundLine, by: User | None) -> None:
    """What waits for the first day of the year is done too."""
    if line.action == LineAction.CHANGE and line.indicator is not None:
        first = in_effect_from(line.round.year, last_closed())
        redefine_indicator(
            indicator=line.indicator,
            by=by,
            reason=line.reason,
            break_from=first if line.is_break else None,
            **line.definition,
        )
    line.done_at, line.problem = now(), ""
    line.save(update_fields=["done_at", "problem"])


def _end(line: RoundLine, first: Quarter, by: User | None) -> None:
    """It is measured until the quarter before; where a later one has its result already, until that one."""
    indicator = line.subject
    given = (
        Revision.objects.latest_ones()
        .filter(result__indicator=indicator, value__isnull=False)
        .order_by("-result__quarter")
        .values_list("result__quarter", flat=True)
        .first()
    )
    last = first.previous() if given is None else max(first.previous(), given)
    retire_indicator(indicator=indicator, last_quarter=last, reason=line.reason, by=by)


def _define(line: RoundLine, first: Quarter, by: User | None) -> Indicator:
    """The new indicator is measured from a quarter on, as it was proposed."""
    return define_indicator(
        by=by,
        reference=line.reference,
        unit=line.unit,
        accountable_manager=line.manager,
        first_quarter=first,
        **definition_proposed(line),
    )


def _tell_submitters(lines: Sequence[RoundLine]) -> None:
    """Who submitted what was agreed together is owed one notice of it."""
    by_submitter: dict[User, list[RoundLine]] = {}
    for line in lines:
        if line.submitted_by is not None:
            by_submitter.setdefault(line.submitted_by, []).append(line)
    for person, theirs in by_submitter.items():
        fingerprint = digest(repr(sorted(each.pk for each in theirs)).encode())[:16]
        owe_notice(
            key=f"round-agreed:{fingerprint}:{person.pk}",
            recipient=person,
            subject=f"{_listed([each.reference for each in theirs])}: agreed for"
            f" {theirs[0].round.financial_year}",
            body="\n".join(
                f"{each.reference} {each.title}: {_in_words(each)}. {each.by_minute}."
                for each in theirs
            ),
            address=reverse("annual_round", args=[theirs[0].round.year]),
        )


def make_due_lines(*, today: date) -> int:
    """Definitions that were agreed to change say so from the first day of their year; returns how many do.

    One that cannot change says why, and the performance team is told once; it is tried again.
    """
    done = 0
    year = Quarter.containing(today).year
    owed = RoundLine.objects.agreed().filter(done_at=None, round__year__lte=year)
    for key in owed.values_list("pk", flat=True):
        done += _make_due(key)
    return done


@transaction.atomic
def _make_due(key: int) -> bool:
    rows = RoundLine.objects.agreed().filter(done_at=None).select_for_update(of=("self",))
    line = (
        rows.select_related("indicator__accountable_manager", "round", "body")
        .filter(pk=key)
        .first()
    )
    if line is None:
        return False  # another round of the clock did it meanwhile
    try:
        with transaction.atomic():
            _finish(line, None)
            audit.record("changed definition by annual round", line, by=None, minute=line.by_minute)
    except ValueError as refusal:
        line.done_at, line.problem = None, str(refusal)[:500]
        line.save(update_fields=["problem"])
        for officer in people_with(Permission.MANAGE_FRAMEWORK, on=localdate()):
            owe_notice(
                key=f"round-line-failed:{line.pk}:{officer.pk}",
                recipient=officer,
                subject=f"{line.reference} could not be changed as agreed",
                body=f"{line.by_minute} agreed a new definition. {line.problem}",
                address=reverse("round_line", args=[line.round.year, line.pk]),
            )
        return False
    return True


def _locked(lines: Iterable[RoundLine]) -> list[RoundLine]:
    keys = [each.pk for each in lines]
    if not keys:
        raise Refused("Select at least one line", field="lines")
    rows = RoundLine.objects.select_for_update(of=("self",)).filter(pk__in=keys)
    related = (
        *("round", "indicator__unit", "indicator__accountable_manager", "unit", "manager", "body"),
        *("typed_by", "submitted_by", "recorded_by", "checked_by"),
    )
    # What is to end goes before what is new, so that the one may take the other's place.
    order = {LineAction.END: 0, LineAction.NEW: 2}
    found = list(rows.select_related(*related).prefetch_related("targets").order_by("reference"))
    return sorted(found, key=lambda each: order.get(LineAction(each.action), 1))


def _refuse_unless(line: RoundLine, wanted: LineState) -> None:
    if line.state == wanted:
        return
    told = {
        LineState.DRAFT: "is not submitted yet: its directorate submits it first",
        LineState.SUBMITTED: "is submitted: ask the performance team to send it back first",
        LineState.RECORDED: f"has its minute on record, {line.by_minute}: check it",
        LineState.AGREED: f"was agreed already, by {line.by_minute}",
        LineState.WITHDRAWN: "was withdrawn",
    }[LineState(line.state)]
    raise RefusedLine(f"{line.reference} {told}", reference=line.reference)
