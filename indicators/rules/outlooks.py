"""Three ways to look ahead, each for one series or for each row of many, along the last axis.

How far off a value may be is judged by how far off the same way of looking ahead was along the
series itself; Student's t makes up for there being few such errors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    Floats = NDArray[float64]

WEIGHT = 0.5  # of the newest value in smoothing (SORP default); never fitted


@dataclass(frozen=True, slots=True)
class Outlook:
    """Where a later value lies: Student's t of so many degrees of freedom about a centre."""

    centre: Floats
    scale: Floats
    freedom: int


def smoothed(values: Floats, steps: int = 1) -> Outlook:
    """The level by exponential smoothing from the first value, and the errors made on the way."""
    import numpy as np

    level = values[..., 0]
    squares = np.zeros_like(level)
    for place in range(1, values.shape[-1]):
        error = values[..., place] - level
        squares = squares + error**2
        level = level + WEIGHT * error
    freedom = values.shape[-1] - 1
    variance = squares / freedom * (1 + (steps - 1) * WEIGHT**2)
    return Outlook(level, np.sqrt(variance), freedom)


def drifting(times: Floats, values: Floats, ahead: int = 1) -> Outlook:
    """On from the last value by the average change in a quarter, over so many quarters ahead."""
    import numpy as np

    gaps, changes = np.diff(times), np.diff(values)
    quarters = times[-1] - times[0]
    slope = (values[..., -1] - values[..., 0]) / quarters
    errors = (changes - slope[..., None] * gaps) / np.sqrt(gaps)
    freedom = len(gaps) - 1
    variance = (errors**2).sum(axis=-1) / freedom * ahead * (1 + ahead / quarters)
    return Outlook(values[..., -1] + ahead * slope, np.sqrt(variance), freedom)


def seasoned(last_year: Floats, changes: Floats, years: int = 1) -> Outlook:
    """The like quarter's last value, and by how much like quarters have differed in a year."""
    import numpy as np

    freedom = changes.shape[-1]
    variance = (changes**2).sum(axis=-1) / freedom * years
    return Outlook(last_year, np.sqrt(variance), freedom)
