"""What is worth asking about a figure before it is submitted. Questions ask, and never block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.figures import as_number
from indicators.rules.entry import Entry

FEW, SMALL = Decimal(5), Decimal(10)  # fewer than five may name somebody; fewer than ten swing
MANY_TIMES = Decimal(3)
ENOUGH = 5  # earlier values, before a new one can be called unlike them
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Background:
    """The figures of an indicator that a new one is compared with."""

    measure_unit: str = ""
    decimals: int = 0
    earlier: Sequence[Decimal] = ()  # the last eight values, latest first
    limits: Sequence[Decimal] = ()  # its target, floor standard and range, where it has any


def questions(entry: Entry, about: Background) -> tuple[str, ...]:
    """Sentences to be weighed by whoever typed the figure, most telling first."""
    if not entry.figures_are_sound:
        return ()
    return (*_of_size(entry, about), *_of_percentage(entry, about), *_of_small_numbers(entry))


def _of_size(entry: Entry, about: Background) -> Iterator[str]:
    """Many times last quarter's, or outside anything seen before."""
    value = entry.worked_out
    if value is None or not about.earlier:
        return
    last = about.earlier[0]
    if last > 0 and value > 0 and (value >= MANY_TIMES * last or last >= MANY_TIMES * value):
        yield f"{_times(value, last)} last quarter, which was {_written(last, about)}: is this right?"
    elif (value < 0) != (last < 0) and value and last:
        side = "below" if value < 0 else "above"
        yield (
            f"This is {side} nought, and last quarter, at {_written(last, about)}, was not:"
            " is this right?"
        )
    elif len(about.earlier) >= ENOUGH:
        least, most = min(about.earlier), max(about.earlier)
        spread = most - least
        if spread > 0 and not least - spread <= value <= most + spread:
            yield (
                f"The last {len(about.earlier)} results lay between {_written(least, about)} and"
                f" {_written(most, about)}: is this right?"
            )


def _times(value: Decimal, last: Decimal) -> str:
    """12 times; or one twelfth, said as "12 times less than"."""
    larger, smaller = max(value, last), min(value, last)
    times = larger / smaller
    written = as_number(times, 0 if times >= 10 else 1).removesuffix(".0")
    return f"{written} times" if value > last else f"{written} times less than"


def _of_percentage(entry: Entry, about: Background) -> Iterator[str]:
    """A percentage beyond 0 to 100, unless the indicator's own figures have been there."""
    value = entry.worked_out
    if value is None or about.measure_unit.strip() != "%" or 0 <= value <= HUNDRED:
        return
    known = (*about.earlier, *about.limits)
    if value > HUNDRED and not any(each > HUNDRED for each in known):
        yield "This is more than 100%: is this right?"
    if value < 0 and not any(each < 0 for each in known):
        yield "This is less than 0%: is this right?"


def _of_small_numbers(entry: Entry) -> Iterator[str]:
    denominator = entry.denominator
    if denominator is None or not 0 < denominator < SMALL:
        return
    written = as_number(denominator)
    if denominator < FEW:
        yield (
            f"The denominator is {written}, fewer than {FEW}: could somebody be recognised by this"
            " figure?"
        )
    else:
        swing = as_number(HUNDRED / denominator, 0)
        yield (
            f"The denominator is {written}: one case more or fewer moves the result by"
            f" {swing} percentage points. Does your commentary say so?"
        )


def _written(value: Decimal, about: Background) -> str:
    return as_number(value, about.decimals, about.measure_unit)
