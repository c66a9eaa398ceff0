"""What may be asked of the SORP."""

from .consulting import (
    approving_office,
    comments_on,
    contradictions_in,
    is_author,
    obstacles_to_approval,
    people_approving,
    people_bound,
)
from .ruling import (
    DayInForce,
    NoVersionInForce,
    ReminderInForce,
    VersionInForce,
    as_rules,
    calendar_in_force,
    calendar_of_version,
    condition_of,
    conditions_of,
    reminders_in_force,
    rules_in_force,
    version_in_force,
    version_ruling,
)

__all__ = [
    "DayInForce",
    "NoVersionInForce",
    "ReminderInForce",
    "VersionInForce",
    "approving_office",
    "as_rules",
    "calendar_in_force",
    "calendar_of_version",
    "comments_on",
    "condition_of",
    "conditions_of",
    "contradictions_in",
    "is_author",
    "obstacles_to_approval",
    "people_approving",
    "people_bound",
    "reminders_in_force",
    "rules_in_force",
    "version_in_force",
    "version_ruling",
]
