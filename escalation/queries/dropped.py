"""What hangs on the rules that a version of the SORP drops, and what may become of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from core.quarters import Quarter
from escalation.models.escalations import Escalation
from escalation.models.exceptions import PositiveException, UnitEscalation
from escalation.queries.exceptions import succeeding_keys
from escalation.rules.ladder import Origin
from indicators.models.variations import Variation, VariedTrigger
from sorp.lexicon import Level, Step, Tier
from sorp.models.conditions import ReminderRule
from sorp.models.statement import Version
from sorp.queries.ruling import conditions_of
from sorp.rules.calendar import Reminder
from sorp.rules.conditions.aggregate import Aggregate
from sorp.rules.conditions.base import Condition
from sorp.rules.conditions.positive import Positive

BY_THE_RULES = "by_the_rules"  # the answer that leaves it to the rules of the new version
Opened = Escalation | UnitEscalation | PositiveException


@dataclass(frozen=True, slots=True)
class AffectedItem:
    """One thing that a version affects by dropping a rule, and the answers on offer for it.

    `alternatives` holds the keys of the new version's rules under which it may stand, and their names.
    """

    field: str  # of the form: escalation-12
    item: VariedTrigger | Opened | ReminderRule
    description: str
    default: str  # what becomes of it by the rules of the new version
    alternatives: Mapping[str, str]
    alternative: str  # a sentence with the place of a rule's name

    @property
    def answers(self) -> list[tuple[str, str]]:
        """Every answer as the form has it: its value, and its sentence."""
        return [
            (BY_THE_RULES, self.default),
            *((key, self.alternative.format(name)) for key, name in self.alternatives.items()),
        ]


@dataclass(frozen=True, slots=True)
class _Change:
    """A version, when it is to rule, its triggers, and the names of those it drops by their keys."""

    version: Version
    from_quarter: Quarter
    triggers: tuple[Condition, ...]
    dropped: Mapping[str, str]


def affected_by(version: Version, *, from_quarter: Quarter) -> list[AffectedItem]:
    """What hangs on a trigger or a reminder of the version before that this version drops.

    Variations are those that still count once it rules; escalations, units referred and positive
    exceptions those that are open. The queries are as many however much there is.
    """
    before = (
        version.statement.versions.binding()
        .exclude(pk=version.pk)
        .filter(from_quarter__lt=from_quarter)
        .order_by("-from_quarter")
        .first()
    )
    if before is None:
        return []
    triggers = conditions_of(version)
    kept = {each.key for each in triggers}
    dropped = {each.key: each.name for each in conditions_of(before) if each.key not in kept}
    found: list[AffectedItem] = []
    if dropped:
        change = _Change(version, from_quarter, triggers, dropped)
        found += _variations(change)
        for kind in KINDS_OF_OPENED:
            found += _opened(kind, change)
    return [*found, *_reminders(version, before)]


def _variations(change: _Change) -> Iterator[AffectedItem]:
    rows = (
        VariedTrigger.objects.filter(
            variation__state=Variation.State.AGREED,
            variation__until_quarter__gte=change.from_quarter,
            trigger_key__in=change.dropped,
        )
        .select_related("variation__indicator", "carried_by")
        .prefetch_related("variation__varied_triggers")
        .order_by("variation__indicator__reference", "pk")
    )
    for row in rows:
        if row.carried_by is not None and row.carried_by.state not in Version.BINDING:
            continue
        variation, indicator = row.variation, row.variation.indicator
        already_varied = {
            each.trigger_key
            for each in variation.varied_triggers.all()
            if each.carried_by_id != change.version.pk
        }
        yield AffectedItem(
            field=f"variation-{row.pk}",
            item=row,
            description=(
                f"The variation for {indicator.reference} {indicator.title}, agreed until"
                f" {variation.until_quarter}: {row}"
            ),
            default=(
                f"This ends when version {change.version.number} comes into force. Everything "
                f"else that was agreed continues"
            ),
            alternatives={
                each.key: each.name
                for each in change.triggers
                if not isinstance(each, Aggregate)
                and Tier(indicator.tier) in each.tiers
                and each.key not in already_varied
            },
            alternative="It is carried over to “{}”",
        )


@dataclass(frozen=True, slots=True)
class _KindOfOpened:
    """What triggers open, of one kind: how it is found, told of, and which triggers suit it.

    No two of one kind stand at one `place` under one trigger.
    """

    kind: str
    succession: str  # the field of Succession that names it
    open_ones: Callable[[], QuerySet[Any]]
    place: Callable[[Any], tuple[int, str]]
    suits: Callable[[Condition, Any], bool]
    name: Callable[[Any], str]
    opening: str
    default: str
    alternative: str


ENDS_BY_THE_RULES = "It ends when the first quarter under version {} closes"
KINDS_OF_OPENED = (
    _KindOfOpened(
        kind="escalation",
        succession="escalation",
        open_ones=lambda: (
            Escalation.objects.open_ones()
            .filter(origin=Origin.RULE)
            .select_related("indicator")
            .order_by("indicator__reference", "pk")
        ),
        place=lambda row: (row.indicator_id, row.level),
        suits=lambda trigger, row: (
            trigger.refers_an_indicator and Tier(row.indicator.tier) in trigger.tiers
        ),
        name=lambda row: f"{row.indicator.reference} {row.indicator.title}",
        opening="referred to",
        default="It continues, without a trigger, until it meets the exit rule of version {}",
        alternative="It continues under “{}” until it meets the exit rule",
    ),
    _KindOfOpened(
        kind="unit",
        succession="unit_escalation",
        open_ones=lambda: (
            UnitEscalation.objects.filter(recovered_in=None)
            .select_related("unit")
            .order_by("unit__name", "pk")
        ),
        place=lambda row: (row.unit_id, row.level),
        suits=lambda trigger, row: (
            isinstance(trigger, Aggregate) and trigger.unit_tier == row.unit.tier
        ),
        name=lambda row: row.unit.name,
        opening="referred to",
        default=ENDS_BY_THE_RULES,
        alternative="It continues under “{}”",
    ),
    _KindOfOpened(
        kind="positive",
        succession="positive_exception",
        open_ones=lambda: (
            PositiveException.objects.filter(ended_in=None)
            .select_related("indicator")
            .order_by("indicator__reference", "pk")
        ),
        place=lambda row: (row.indicator_id, row.level),
        suits=lambda trigger, row: (
            isinstance(trigger, Positive) and Tier(row.indicator.tier) in trigger.tiers
        ),
        name=lambda row: f"{row.indicator.reference} {row.indicator.title}",
        opening="brought to the notice of",
        default=ENDS_BY_THE_RULES,
        alternative="It continues under “{}”",
    ),
)


def _opened(kind: _KindOfOpened, change: _Change) -> Iterator[AffectedItem]:
    """What is open by a dropped trigger, whether that opened it or took another's place since."""
    succeeding = succeeding_keys(
        kind.succession, change.from_quarter, without_those_of=change.version
    )
    rows = list(kind.open_ones())
    keys = {row.pk: succeeding.get(row.pk, row.trigger_key) for row in rows}
    for row in rows:
        if keys[row.pk] not in change.dropped:
            continue
        taken = {keys[each.pk] for each in rows if kind.place(each) == kind.place(row)}
        yield AffectedItem(
            field=f"{kind.kind}-{row.pk}",
            item=row,
            description=(
                f"{kind.name(row)}, {kind.opening} the {row.get_level_display()} since"
                f" {row.opened_in} by “{change.dropped[keys[row.pk]]}”"
            ),
            default=kind.default.format(change.version.number),
            alternatives={
                each.key: each.name
                for each in change.triggers
                if each.level == Level(row.level)
                and kind.suits(each, row)
                and each.key not in taken
            },
            alternative=kind.alternative,
        )


def _reminders(version: Version, before: Version) -> Iterator[AffectedItem]:
    """Reminders that are dropped. What is answered is put on record; neither answer changes a row.

    Whoever approves says whether another takes its place, which is sent by the new version in any case.
    """
    now = list(version.reminder_rules.all())
    kept = {each.key for each in now}
    for row in before.reminder_rules.all():
        if row.key in kept:
            continue
        audience = str(row.get_audience_display())
        yield AffectedItem(
            field=f"reminder-{row.pk}",
            item=row,
            description=f"The reminder to {audience[:1].lower()}{audience[1:]} of “{Step(row.step).label}”, {_when(row)}",
            default=f"Nobody gets it once version {version.number} is in force",
            alternatives={
                each.key: _when(each)
                for each in now
                if (each.step, each.audience) == (row.step, row.audience)
            },
            alternative="Another reminder replaces it: {}",
        )


def _when(row: ReminderRule) -> str:
    return Reminder(row.side, row.working_days, row.then_every).in_words
