"""What a variation may not say: each refused in words, with the field where it was said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from indicators.models import Indicator, Target, Variation, VariedTrigger
from indicators.queries import last_closed, targets_in_force, thresholds_of
from sorp.lexicon import ConditionKind, Quarter, RatingMethod, Tier
from sorp.queries import NoVersionInForce, conditions_of, numbers_of, version_ruling
from sorp.rules.conditions import MOST_QUARTERS, Condition

LONGEST = 12  # quarters: what lasts longer is no variation, and belongs in the SORP or the target
BY_TARGET = (RatingMethod.FLOOR, RatingMethod.TOLERANCE)


class RefusedVariation(ValueError):
    """A variation is not as it may be. The message says what to do, and `field` where."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


def refuse_nonsense(row: Variation, varied: Sequence[VariedTrigger]) -> None:
    """Raises RefusedVariation for the first thing that may not stand."""
    _refuse_unsaid(row)
    _refuse_quarters(row)
    _refuse_unknown_clause(row)
    _refuse_numbers(row)
    for each in _trigger_refusals(row, varied):
        raise RefusedVariation(each, field="triggers")
    if not (row.varies_rating or varied or row.exit_quarters is not None):
        raise RefusedVariation(
            "Say what is judged otherwise: give at least one of the method, target, floor"
            " standard, triggers or exit rule"
        )
    refuse_overlap(row)


def refuse_overlap(row: Variation) -> None:
    """No quarter of an indicator is judged by two variations."""
    other = (
        Variation.objects.agreed()
        .filter(
            indicator=row.indicator,
            from_quarter_start__lte=row.until_quarter_start,
            until_quarter_start__gte=row.from_quarter_start,
        )
        .exclude(pk=row.pk)
        .first()
    )
    if other is not None:
        raise RefusedVariation(
            f"{other.from_quarter} to {other.until_quarter} is varied already (“{other.what}”):"
            " choose quarters before or after it, or end it first",
            field="from_quarter",
        )


def _refuse_unsaid(row: Variation) -> None:
    if not row.what:
        raise RefusedVariation("Say in a sentence what is judged otherwise", field="what")
    if not row.reason:
        raise RefusedVariation("Say why the SORP does not suit this indicator", field="reason")


def _refuse_unknown_clause(row: Variation) -> None:
    """What it departs from is there to be departed from."""
    if not row.clause:
        return
    try:
        version = version_ruling(row.from_quarter)
    except NoVersionInForce as reason:
        raise RefusedVariation(str(reason), field="clause") from None
    if row.clause not in numbers_of(version):
        raise RefusedVariation(
            f"Version {version.number} of the SORP, which rules {row.from_quarter}, has no clause"
            f" “{row.clause}”: give the number of one that it has, or leave it empty",
            field="clause",
        )


def _refuse_quarters(row: Variation) -> None:
    first, last, closed = row.from_quarter, row.until_quarter, last_closed()
    if closed is not None and first <= closed:
        raise RefusedVariation(
            f"{first} is closed, and keeps what it was judged by: vary from {closed.next()} or"
            " later",
            field="from_quarter",
        )
    if last < first:
        raise RefusedVariation(f"Choose {first} or a later quarter", field="until_quarter")
    if last.ordinal - first.ordinal >= LONGEST:
        raise RefusedVariation(
            f"It may last {LONGEST} quarters at the most: choose"
            f" {Quarter.from_ordinal(first.ordinal + LONGEST - 1)} or before, and propose it anew"
            " when it ends",
            field="until_quarter",
        )


def _refuse_numbers(row: Variation) -> None:
    if row.exit_quarters is not None and not 1 <= row.exit_quarters <= 8:
        raise RefusedVariation("Ask for 1 to 8 green quarters to recover", field="exit_quarters")
    if row.tolerance is not None and row.method != RatingMethod.TOLERANCE:
        raise RefusedVariation(
            "A tolerance belongs to the method of target and tolerance: choose that method, or"
            " leave the tolerance empty",
            field="tolerance",
        )
    if not row.varies_rating:
        return
    if RatingMethod(row.indicator.method) not in BY_TARGET:
        raise RefusedVariation(
            f"{row.indicator.reference} is not rated by a target: vary its triggers or its exit"
            " rule, or set it another range",
            field="method" if row.method else "target",
        )
    if row.method == RatingMethod.TOLERANCE and row.tolerance is None:
        raise RefusedVariation(
            "Give the tolerance: by how many per cent of the target amber may miss it",
            field="tolerance",
        )
    _refuse_contradictions(row)


def _refuse_contradictions(row: Variation) -> None:
    """Held against every target that is in force at some time in its quarters."""
    for target in _targets_meanwhile(row.indicator, row.from_quarter, row.until_quarter):
        try:
            thresholds = thresholds_of(row.indicator, target, row)
        except ValueError as refusal:
            field = "floor" if row.floor is not None else "target"
            raise RefusedVariation(str(refusal), field=field) from None
        if thresholds is None or not thresholds.has_target:
            raise RefusedVariation(
                f"No target is set for {row.from_quarter}: give one here too", field="target"
            )


def _targets_meanwhile(
    indicator: Indicator, first: Quarter, last: Quarter
) -> Iterator[Target | None]:
    yield targets_in_force(first, [indicator.pk]).get(indicator.pk)
    yield from indicator.targets.filter(
        from_quarter_start__gt=first.first_day, from_quarter_start__lte=last.first_day
    )


def _trigger_refusals(row: Variation, varied: Sequence[VariedTrigger]) -> Iterator[str]:
    """Each trigger named is one of the SORP's for this indicator, and counts what can be counted."""
    if not varied:
        return
    try:
        version = version_ruling(row.from_quarter)
    except NoVersionInForce as reason:
        yield str(reason)
        return
    known = {each.name: each for each in conditions_of(version)}
    names = [each.trigger for each in varied]
    yield from (f"Name “{name}” once only" for name in names if names.count(name) > 1)
    for each in varied:
        if each.trigger not in known:
            yield (
                f"No trigger of version {version.number} of the SORP, which rules"
                f" {row.from_quarter}, is called “{each.trigger}”: choose one that it has"
            )
        else:
            yield from _window_refusals(each, known[each.trigger], row.indicator)


def _window_refusals(each: VariedTrigger, asked: Condition, indicator: Indicator) -> Iterator[str]:
    if asked.kind is ConditionKind.AGGREGATE:
        yield f"“{each.trigger}” looks at a whole {asked.unit_tier}, so no one indicator varies it"
    elif Tier(indicator.tier) not in asked.tiers:
        tier = Tier(indicator.tier).label.lower()
        yield f"“{each.trigger}” does not look at {tier} indicators, so there is nothing to vary"
    if not each.applies:
        return
    at_least, within = each.at_least, each.within
    if at_least is None or within is None:
        yield f"“{each.trigger}”: give both how many quarters it asks for, and of how many"
    elif not 1 <= at_least <= within:
        yield (
            f"“{each.trigger}” cannot ask for {at_least} of the last {within} quarters: ask for at"
            " least 1, and for no more than it looks at"
        )
    elif within > MOST_QUARTERS:
        yield f"“{each.trigger}”: {MOST_QUARTERS} quarters are the most it can look back"
    elif (at_least, within) == (asked.at_least, asked.within):
        yield (
            f"“{each.trigger}” asks for {at_least} of the last {within} quarters already: give"
            " other numbers, or leave it out"
        )
