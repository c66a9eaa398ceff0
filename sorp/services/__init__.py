"""What is done about the SORP."""

from .approving import approve_version, bring_into_force, withdraw_approval
from .consulting import (
    answer_comment,
    back_to_draft,
    close_consultation,
    comment_on_version,
    open_consultation,
)
from .drafting import change_settings, draft_version, move_row, remove_row
from .drafting_rules import put_day, put_duty, put_reminder, put_trigger
from .drafting_words import put_appetite, put_clause, put_definition, put_term
from .findings import Recorded, record_findings
from .seeding import seed_default_statement

__all__ = [
    "Recorded",
    "answer_comment",
    "approve_version",
    "back_to_draft",
    "bring_into_force",
    "change_settings",
    "close_consultation",
    "comment_on_version",
    "draft_version",
    "move_row",
    "open_consultation",
    "put_appetite",
    "put_clause",
    "put_day",
    "put_definition",
    "put_duty",
    "put_reminder",
    "put_term",
    "put_trigger",
    "record_findings",
    "remove_row",
    "seed_default_statement",
    "withdraw_approval",
]
