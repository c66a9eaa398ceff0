"""What a draft rules: its triggers, the ladder, the calendar and the reminders."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from django.db import transaction

from organisation.models import User
from sorp.lexicon import ComparedWith, ConditionKind, CountedFrom, Level, Tier
from sorp.models import CalendarRule, LadderRule, ReminderRule, TriggerRule, Version
from sorp.queries import condition_of
from sorp.rules import Condition, RefusedCondition
from sorp.rules.contradictions import Contradiction, contradictions
from sorp.services.drafting_rows import Key, put_row
from sorp.services.refusing import Refused
from sorp.services.tidying import in_reach, tidied

MOST_DAYS, MOST_BEFOREHAND, MOST_INDICATORS = 120, 60, 1000

A_TRIGGER = Key(("name",), "name", "Another trigger has this name: give each its own")
A_DUTY = Key(("level",), "level", "This level has its duty: change that one instead")
A_DAY = Key(
    ("step", "tier"), "tier", "There is a day for this step and tier: change that one instead"
)
A_REMINDER = Key(
    ("step", "audience", "side", "working_days"),
    "working_days",
    "They are written to on that day already: choose another day, or change that reminder",
)


@transaction.atomic
def put_trigger(
    *,
    version: Version,
    edition: int,
    by: User,
    pk: int | None = None,
    tiers: Collection[Tier],
    **fields: str | int | Decimal | None,
) -> TriggerRule:
    """The draft has this trigger; a new one is tried last. The fields are those of TriggerRule.

    Raises Refused for a condition that is nonsense, and for one that contradicts another trigger
    of the draft, which it names with its clause.
    """
    row = TriggerRule(version=version, pk=pk, **fields)
    condition = condition_given(row, tiers)

    def refuse() -> None:
        for found in contradictions_with(condition, version=version, instead_of=pk):
            if not found.is_warning:
                raise Refused(found.sentence, field=found.field)

    return put_row(
        row,
        edition=edition,
        by=by,
        pk=pk,
        key=A_TRIGGER,
        many={"tiers": [str(each) for each in tiers]},
        refuse=refuse,
    )


def condition_given(row: TriggerRule, tiers: Collection[Tier]) -> Condition:
    """What a trigger not yet kept would ask for. Raises Refused, at the field, for nonsense."""
    tidied(row)
    if row.count is not None:
        what = "how many indicators it takes"
        in_reach(row.count, least=2, most=MOST_INDICATORS, field="count", what=what)
    if row.kind == ConditionKind.FORECAST and (row.at_least, row.within) != (1, 1):
        raise Refused("A forecast looks ahead: leave the quarters at 1 of 1", field="within")
    if row.kind == ConditionKind.STATUS and row.status in (row.NO_RESULT, row.LATE):
        said = (
            "A trigger of this kind looks for red or amber or worse: no result is a kind of its own"
        )
        raise Refused(said, field="status")
    compared = (ComparedWith.PREVIOUS, ComparedWith.YEAR_BEFORE)
    if row.kind == ConditionKind.WORSENING and row.compared_with not in compared:
        said = "Compare each result with the quarter before, or with the same quarter last year"
        raise Refused(said, field="compared_with")
    try:
        return condition_of(row, tiers)
    except RefusedCondition as refusal:
        said = str(refusal).removeprefix(f"“{row.name}”: ")
        raise Refused(said[:1].upper() + said[1:], field=refusal.field) from None
    except ValueError:  # a tier that there is not
        raise Refused("Choose tiers from those on offer", field="tiers") from None


def contradictions_with(
    condition: Condition, *, version: Version, instead_of: int | None = None
) -> list[Contradiction]:
    """What a trigger would contradict if the draft had it, in place of one it has or as the last."""
    rows = list(version.trigger_rules.prefetch_related("tiers"))
    standing = [
        condition if row.pk == instead_of else condition_of(row, [t.tier for t in row.tiers.all()])
        for row in rows
    ]
    if all(row.pk != instead_of for row in rows):
        standing.append(condition)
    found = contradictions(
        standing,
        duties={Level(each) for each in version.ladder_rules.values_list("level", flat=True)},
        exit_quarters=version.exit_quarters,
    )
    return [each for each in found if each.concerns(condition)]


@transaction.atomic
def put_duty(
    *,
    version: Version,
    edition: int,
    by: User,
    pk: int | None = None,
    level: Level,
    duty: str,
    within: int,
    clause: str = "",
) -> LadderRule:
    """The draft says what a level does with what is referred to it, and in how many working days.

    Raises Refused.
    """
    in_reach(within, least=1, most=MOST_DAYS, field="within", what="the working days it has")
    return put_row(
        LadderRule(version=version, level=level, duty=duty, within=within, clause=clause),
        edition=edition,
        by=by,
        pk=pk,
        key=A_DUTY,
    )


@transaction.atomic
def put_day(
    *,
    version: Version,
    edition: int,
    by: User,
    pk: int | None = None,
    step: str,
    tier: str = "",
    counted_from: CountedFrom,
    working_days: int,
) -> CalendarRule:
    """The draft says by when a step is due, for one tier or for all. Raises Refused."""
    _refuse_unknown_step(version, step)
    in_reach(working_days, least=0, most=MOST_DAYS, field="working_days", what="the working days")
    return put_row(
        CalendarRule(
            version=version,
            step=step,
            tier=tier,
            counted_from=counted_from,
            working_days=working_days,
        ),
        edition=edition,
        by=by,
        pk=pk,
        key=A_DAY,
    )


@transaction.atomic
def put_reminder(
    *,
    version: Version,
    edition: int,
    by: User,
    pk: int | None = None,
    step: str,
    audience: str,
    side: str,
    working_days: int,
    then_every: int | None = None,
) -> ReminderRule:
    """The draft has people written to about a step, so many working days before it or after.

    Raises Refused.
    """
    _refuse_unknown_step(version, step)
    in_reach(
        working_days, least=1, most=MOST_BEFOREHAND, field="working_days", what="the working days"
    )
    if then_every is not None:
        in_reach(
            then_every, least=1, most=MOST_BEFOREHAND, field="then_every", what="the working days"
        )
        if side != ReminderRule.Side.AFTER:
            said = "Only what is overdue is reminded of again: leave this empty"
            raise Refused(said, field="then_every")
    return put_row(
        ReminderRule(
            version=version,
            step=step,
            audience=audience,
            side=side,
            working_days=working_days,
            then_every=then_every,
        ),
        edition=edition,
        by=by,
        pk=pk,
        key=A_REMINDER,
    )


def _refuse_unknown_step(version: Version, step: str) -> None:
    """A quarter's steps are the service's own; each version says when they are due."""
    if step not in known_steps(version):
        raise Refused("Choose a step of the quarter", field="step")


def known_steps(version: Version) -> set[str]:
    """The steps that some version of the statement has given a day."""
    rules = CalendarRule.objects.filter(version__statement=version.statement_id)
    return set(rules.values_list("step", flat=True))
