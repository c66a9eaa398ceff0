"""What stands by a rule that a version of the SORP drops, and what may become of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.quarters import Quarter
from escalation.models.escalations import Escalation
from escalation.models.exceptions import PositiveException, UnitEscalation
from escalation.models.successions import Succession
from escalation.rules.ladder import Origin
from indicators.models.variations import Variation, VariedTrigger
from sorp.lexicon import Level, Step, Tier
from sorp.models.conditions import ReminderRule
from sorp.models.statement import Version
from sorp.queries.ruling import conditions_of
from sorp.rules.conditions.aggregate import Aggregate
from sorp.rules.conditions.base import Condition
from sorp.rules.conditions.positive import Positive
from sorp.rules.reminders import Reminder

BY_THE_RULES = "by_the_rules"  # the answer that leaves it to the rules of the new version
Subject = VariedTrigger | Escalation | UnitEscalation | PositiveException | ReminderRule


@dataclass(frozen=True, slots=True)
class Dropped:
    """One thing that stands by what a version drops: what it is, and what may become of it.

    `otherwise` holds the keys of the new version's rules under which it may stand, and their names.
    """

    name: str  # of its answer, such as escalation-12
    subject: Subject
    what: str
    by_the_rules: str
    otherwise: Mapping[str, str]
    stands_under: str  # a sentence with the place of a rule's name

    @property
    def answers(self) -> list[tuple[str, str]]:
        """Every answer, and what it says."""
        return [
            (BY_THE_RULES, self.by_the_rules),
            *((key, self.stands_under.format(name)) for key, name in self.otherwise.items()),
        ]


def dropped_by(version: Version, *, from_quarter: Quarter) -> list[Dropped]:
    """All that stands by a trigger, or is a reminder, of the version before, and not of this one.

    Variations are those that would still count once it rules. So many queries, however much there is.
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
    gone = {each.key: each.name for each in conditions_of(before) if each.key not in kept}
    found: list[Dropped] = []
    if gone:
        found += _variations(version, from_quarter, gone, triggers)
        found += _escalations(version, from_quarter, gone, triggers)
        found += _units(version, from_quarter, gone, triggers)
        found += _positives(version, from_quarter, gone, triggers)
    return [*found, *_reminders(version, before)]


def _variations(
    version: Version,
    from_quarter: Quarter,
    gone: Mapping[str, str],
    triggers: tuple[Condition, ...],
) -> Iterator[Dropped]:
    rows = (
        VariedTrigger.objects.filter(
            variation__state=Variation.State.AGREED,
            variation__until_quarter__gte=from_quarter,
            trigger_key__in=gone,
        )
        .select_related("variation__indicator", "carried_by")
        .prefetch_related("variation__varied_triggers")
        .order_by("variation__indicator__reference", "pk")
    )
    for row in rows:
        if row.carried_by is not None and row.carried_by.state not in Version.BINDING:
            continue
        variation, indicator = row.variation, row.variation.indicator
        named = {
            each.trigger_key
            for each in variation.varied_triggers.all()
            if each.carried_by_id != version.pk
        }
        yield Dropped(
            name=f"variation-{row.pk}",
            subject=row,
            what=(
                f"The variation for {indicator.reference} {indicator.title}, agreed until"
                f" {variation.until_quarter}: {row}"
            ),
            by_the_rules=(
                f"This ends when version {version.number} rules; whatever else was agreed stands"
            ),
            otherwise={
                each.key: each.name
                for each in triggers
                if not isinstance(each, Aggregate)
                and Tier(indicator.tier) in each.tiers
                and each.key not in named
            },
            stands_under="It is carried over to “{}”",
        )


def _escalations(
    version: Version,
    from_quarter: Quarter,
    gone: Mapping[str, str],
    triggers: tuple[Condition, ...],
) -> Iterator[Dropped]:
    under = _standing("escalation", from_quarter, version)
    rows = Escalation.objects.open_ones().filter(origin=Origin.RULE).select_related("indicator")
    for row in rows.order_by("indicator__reference", "pk"):
        key = under.get(row.pk, row.trigger_key)
        if key not in gone:
            continue
        yield Dropped(
            name=f"escalation-{row.pk}",
            subject=row,
            what=(
                f"{row.indicator.reference} {row.indicator.title}, referred to the"
                f" {row.get_level_display()} since {row.opened_in} by “{gone[key]}”"
            ),
            by_the_rules=(
                f"It stands, under no trigger, until it meets the exit rule of version"
                f" {version.number}"
            ),
            otherwise={
                each.key: each.name
                for each in triggers
                if each.refers_an_indicator
                and each.level == Level(row.level)
                and Tier(row.indicator.tier) in each.tiers
            },
            stands_under="It stands, under “{}”, until it meets the exit rule",
        )


def _units(
    version: Version,
    from_quarter: Quarter,
    gone: Mapping[str, str],
    triggers: tuple[Condition, ...],
) -> Iterator[Dropped]:
    under = _standing("unit_escalation", from_quarter, version)
    rows = list(
        UnitEscalation.objects.filter(recovered_in=None)
        .select_related("unit")
        .order_by("unit__name", "pk")
    )
    keys = {row.pk: under.get(row.pk, row.trigger_key) for row in rows}
    for row in rows:
        if keys[row.pk] not in gone:
            continue
        taken = {
            keys[each.pk] for each in rows if (each.unit_id, each.level) == (row.unit_id, row.level)
        }
        yield Dropped(
            name=f"unit-{row.pk}",
            subject=row,
            what=(
                f"{row.unit.name}, referred to the {row.get_level_display()} since {row.opened_in}"
                f" by “{gone[keys[row.pk]]}”"
            ),
            by_the_rules=(
                f"It ends when the first quarter that version {version.number} rules is closed"
            ),
            otherwise={
                each.key: each.name
                for each in triggers
                if isinstance(each, Aggregate)
                and each.level == Level(row.level)
                and each.unit_tier == row.unit.tier
                and each.key not in taken
            },
            stands_under="It stands, under “{}”",
        )


def _positives(
    version: Version,
    from_quarter: Quarter,
    gone: Mapping[str, str],
    triggers: tuple[Condition, ...],
) -> Iterator[Dropped]:
    under = _standing("positive_exception", from_quarter, version)
    rows = list(
        PositiveException.objects.filter(ended_in=None)
        .select_related("indicator")
        .order_by("indicator__reference", "pk")
    )
    keys = {row.pk: under.get(row.pk, row.trigger_key) for row in rows}
    for row in rows:
        if keys[row.pk] not in gone:
            continue
        taken = {
            keys[each.pk]
            for each in rows
            if (each.indicator_id, each.level) == (row.indicator_id, row.level)
        }
        yield Dropped(
            name=f"positive-{row.pk}",
            subject=row,
            what=(
                f"{row.indicator.reference} {row.indicator.title}, brought to the notice of the"
                f" {row.get_level_display()} since {row.opened_in} by “{gone[keys[row.pk]]}”"
            ),
            by_the_rules=(
                f"It ends when the first quarter that version {version.number} rules is closed"
            ),
            otherwise={
                each.key: each.name
                for each in triggers
                if isinstance(each, Positive)
                and each.level == Level(row.level)
                and Tier(row.indicator.tier) in each.tiers
                and each.key not in taken
            },
            stands_under="It stands, under “{}”",
        )


def _standing(subject: str, from_quarter: Quarter, version: Version) -> dict[int, str]:
    """Under which other trigger things stand already, by versions before this one."""
    rows = Succession.objects.ruling(from_quarter).exclude(version=version)
    return dict(rows.exclude(**{subject: None}).values_list(subject, "trigger_key"))


def _reminders(version: Version, before: Version) -> Iterator[Dropped]:
    now = list(version.reminder_rules.all())
    kept = {each.key for each in now}
    for row in before.reminder_rules.all():
        if row.key in kept:
            continue
        yield Dropped(
            name=f"reminder-{row.pk}",
            subject=row,
            what=f"The reminder to {_audience(row)} of “{Step(row.step).label}”, {_when(row)}",
            by_the_rules=f"Nobody is sent it once version {version.number} rules",
            otherwise={
                each.key: _when(each)
                for each in now
                if (each.step, each.audience) == (row.step, row.audience)
            },
            stands_under="Another takes its place: {}",
        )


def _audience(row: ReminderRule) -> str:
    label = str(row.get_audience_display())
    return label[:1].lower() + label[1:]


def _when(row: ReminderRule) -> str:
    return Reminder(row.side, row.working_days, row.then_every).in_words
