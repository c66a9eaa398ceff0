"""What editions are made of and counted by. Pure: no Django, no clock."""

from .canonical import canonical, digest, same_content
from .counting import Changes, changes, counts, counts_by, travel_counts
from .history import before, in_quarter, poor_run, rated_before
from .projection import public_form

__all__ = [
    "Changes",
    "before",
    "canonical",
    "changes",
    "counts",
    "counts_by",
    "digest",
    "in_quarter",
    "poor_run",
    "public_form",
    "rated_before",
    "same_content",
    "travel_counts",
]
