"""What differs between two versions of an action plan, and what came after one. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from core.dates import as_date
from core.figures import as_number
from core.quarters import Quarter
from sorp.lexicon import Polarity, Rag
from sorp.rules.figures import Figure

NumberFormat = Callable[[Decimal], str]
SHOWN_BEFORE = 4  # quarters before a plan: a year, so that a season is not taken for an effect


@dataclass(frozen=True, slots=True)
class PlannedAction:
    """One action as a plan gives it."""

    description: str
    owner: str
    starts_on: date | None
    due_on: date
    done_on: date | None = None

    @property
    def key(self) -> str:
        return " ".join(self.description.casefold().split())


class ActionChange(Enum):
    """What became of an action from one version of a plan to the next."""

    ADDED = "Added"
    CHANGED = "Changed"
    KEPT = "Unchanged"
    DONE = "Done before this plan"
    DROPPED = "Dropped"

    @property
    def label(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class ActionDifference:
    """One action in both versions, or in one of the two."""

    change: ActionChange
    action: PlannedAction
    sentence: str = ""


def action_differences(
    before: Iterable[PlannedAction], after: Iterable[PlannedAction]
) -> list[ActionDifference]:
    """What became of each action: those of the later plan in their order, then what it leaves out.

    An action is the same where it says the same, whatever the case and spaces.
    """
    waiting: dict[str, list[PlannedAction]] = {}
    for each in before:
        waiting.setdefault(each.key, []).append(each)
    found = []
    for now in after:
        same = waiting.get(now.key)
        was = same.pop(0) if same else None
        if was is None:
            found.append(ActionDifference(ActionChange.ADDED, now))
        else:
            changed = _changed(was, now)
            found.append(
                ActionDifference(
                    ActionChange.CHANGED if changed else ActionChange.KEPT, now, changed
                )
            )
    for left in waiting.values():
        found += [
            ActionDifference(ActionChange.DONE if each.done_on else ActionChange.DROPPED, each)
            for each in left
        ]
    return found


def _changed(was: PlannedAction, now: PlannedAction) -> str:
    parts = []
    if was.owner.casefold() != now.owner.casefold():
        parts.append(f"{now.owner} does it in place of {was.owner}")
    if was.due_on != now.due_on:
        later = "later" if now.due_on > was.due_on else "sooner"
        parts.append(f"due {as_date(now.due_on)}, {later} than {as_date(was.due_on)}")
    if was.starts_on != now.starts_on:
        parts.append(f"starts {as_date(now.starts_on)}" if now.starts_on else "no start is given")
    return "; ".join(parts)


# What came of it


@dataclass(frozen=True, slots=True)
class ExpectedRecovery:
    """What a plan expects: by when it is back on target, and with what result."""

    quarter: Quarter | None
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class PlanEffect:
    """The series before a plan and after it. What comes after need not come of it."""

    before: tuple[Figure, ...]
    after: tuple[Figure, ...]
    sentences: tuple[str, ...]


def effect_of(
    series: Sequence[Figure],
    *,
    written_on: date,
    expected: ExpectedRecovery,
    polarity: Polarity,
    decimals: int,
    unit: str,
) -> PlanEffect:
    """The quarters before and after a plan, and in sentences how they compare with what it expected.

    A quarter is before where it had ended when the plan was written; the one under way is after.
    """
    in_order = sorted(series, key=lambda each: each.quarter)
    before = [each for each in in_order if each.quarter.last_day < written_on]
    after = [each for each in in_order if each.quarter.last_day >= written_on]

    def number(value: Decimal) -> str:
        return as_number(value, decimals, unit)

    parts = [
        _movement(before, after, polarity, number),
        _against_value(after, expected, polarity, number),
        _against_quarter(after, expected),
    ]
    return PlanEffect(
        tuple(before[-SHOWN_BEFORE:]), tuple(after), tuple(each for each in parts if each)
    )


def _movement(
    before: Sequence[Figure], after: Sequence[Figure], polarity: Polarity, number: NumberFormat
) -> str:
    last = next((each for each in reversed(before) if each.value is not None), None)
    since = [each for each in after if each.value is not None]
    if not since:
        return "No result has come in for a quarter that ended after the plan was written."
    now = since[-1]
    stands = _in_words(now, number)
    if last is None:
        return f"There was no result before the plan; since then it stands at {stands}."
    was = _in_words(last, number)
    return f"Before the plan it stood at {was}; it now stands at {stands}{_better(last, now, polarity)}."


def _in_words(figure: Figure, number: NumberFormat) -> str:
    assert figure.value is not None
    colour = f" ({figure.rag.label.lower()})" if figure.rag else ""
    return f"{number(figure.value)}{colour} in {figure.quarter}"


def _better(was: Figure, now: Figure, polarity: Polarity) -> str:
    assert was.value is not None
    assert now.value is not None
    if was.value == now.value:
        return ", the same"
    if polarity not in (Polarity.HIGHER, Polarity.LOWER):
        return ""
    is_better = (now.value > was.value) == (polarity is Polarity.HIGHER)
    return ", which is better" if is_better else ", which is worse"


def _against_value(
    after: Sequence[Figure], expected: ExpectedRecovery, polarity: Polarity, number: NumberFormat
) -> str:
    if expected.value is None:
        return ""
    wanted = number(expected.value)
    if expected.quarter is None:
        return f"It expects {wanted}, and does not say by when."
    came = next((each for each in after if each.quarter == expected.quarter), None)
    if came is None or came.value is None:
        return f"It expects {wanted} in {expected.quarter}, for which there is no result yet."
    came_in = f"It expected {wanted} in {expected.quarter}, and {number(came.value)} came"
    gap = came.value - expected.value
    if gap == 0:
        return f"{came_in}: just that."
    if polarity not in (Polarity.HIGHER, Polarity.LOWER):
        return f"{came_in}."
    if (gap > 0) == (polarity is Polarity.HIGHER):
        return f"{came_in}: better than expected by {number(abs(gap))}."
    return f"{came_in}: short of it by {number(abs(gap))}."


def _against_quarter(after: Sequence[Figure], expected: ExpectedRecovery) -> str:
    green = next((each.quarter for each in after if each.rag is Rag.GREEN), None)
    if expected.quarter is None:
        return f"It was first green again in {green}." if green else ""
    expectation = f"It was expected back on target in {expected.quarter}"
    if green is not None:
        if green == expected.quarter:
            return f"{expectation}, and was green then."
        early = "sooner" if green < expected.quarter else "later"
        return f"{expectation}, and was first green in {green}, which is {early}."
    if any(each.quarter >= expected.quarter for each in after if each.rag):
        return f"{expectation}, and has not been green since the plan."
    return f"It is expected back on target in {expected.quarter}, which has not been reported yet."
